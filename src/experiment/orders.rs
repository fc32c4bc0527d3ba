//! Two eviction orders on the same draws: where they first part, and what comes of it.
//!
//! What: two runs that differ in their order alone. Up to the first decision that they take otherwise everything
//! is the same, so that one is looked at in both.
//! Never: a mean over replications, or a sentence.
//! Next: [`super::inquiry`], one decision of one run; [`crate::report::orders`], which words it.

use super::inquiry::{Decision, Happened, Inquiry};
use crate::engine::record::{EndReason, PodName, Ranked};
use crate::engine::{self, Record, Recorder};
use crate::ground::{Bytes, NodeId, SimTime, WorkloadId};
use crate::scenario::Scenario;
use crate::scenario::meaning::{OrderName, RunRules, Switches};
use std::collections::{BTreeMap, BTreeSet};

/// A place among a workload's pods; whoever stands there, the first or one of those that replaced it.
pub type Stand = (WorkloadId, u32);

/// Both runs.
pub struct Orders<'a> {
    pub inquiries: [Inquiry<'a>; 2],
    pub courses: [Course; 2],
    /// Absent: they evict the same pods at the same instants.
    pub difference: Option<Difference>,
}

/// What came of one run.
#[derive(Clone, Debug, Default)]
pub struct Course {
    pub evictions: Vec<Evicted>,
    pub oom_kills: u64,
    pub pods: u64,
    /// Pods that did their work, and those alive at the horizon.
    pub completed: u64,
    pub alive: u64,
    /// Whoever was first evicted from each place, and when.
    pub evicted_from: BTreeMap<Stand, (PodName, SimTime)>,
}

/// One eviction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evicted {
    pub at: SimTime,
    pub node: NodeId,
    pub pod: PodName,
    /// All that it used of memory then.
    pub freed: Bytes,
    /// Whether it used more than it had requested of what was short; absent if that is not known, or not why it went.
    pub over_its_request: Option<bool>,
}

/// The first decision that is not the same.
#[derive(Clone, Debug)]
pub struct Difference {
    /// How many evictions before it are the same.
    pub agreed: usize,
    /// What each run decides there; absent where it evicts nobody.
    pub decisions: [Option<(Evicted, Decision)>; 2],
}

/// Runs one replication of a scenario by the lesson's order and by the kubelet's; all other rules are `rules`.
pub fn compare<'a>(scenario: &'a Scenario, rules: &RunRules, replication: u32) -> Orders<'a> {
    let inquiries = [OrderName::QosClass, OrderName::Kubelet].map(|order| {
        let switches = Switches { order, ..rules.switches };
        Inquiry::new(scenario, &RunRules { name: order.name().to_owned(), switches }, replication)
    });
    let courses = [course(&inquiries[0]), course(&inquiries[1])];
    let difference = difference(&inquiries, &courses);
    Orders { inquiries, courses, difference }
}

fn course(inquiry: &Inquiry<'_>) -> Course {
    engine::run(&inquiry.setting, inquiry.source(), Course::default())
}

fn difference(inquiries: &[Inquiry<'_>; 2], courses: &[Course; 2]) -> Option<Difference> {
    let [one, other] = courses.each_ref().map(|course| &course.evictions);
    let is_same = |(one, other): &(&Evicted, &Evicted)| {
        (one.at, one.node, one.pod) == (other.at, other.node, other.pod)
    };
    let agreed = one.iter().zip(other).take_while(is_same).count();
    let firsts = [one.get(agreed), other.get(agreed)];
    if firsts == [None, None] {
        return None;
    }
    let decided = |index: usize| {
        let evicted = *firsts[index]?;
        let inquiry = &inquiries[index];
        match inquiry.look(inquiry.source(), evicted.at, evicted.node).0 {
            Happened::Decided(decision) => Some((evicted, decision)),
            _ => None,
        }
    };
    Some(Difference { agreed, decisions: [decided(0), decided(1)] })
}

impl Recorder for Course {
    fn record(&mut self, now: SimTime, record: Record<'_>) {
        match record {
            Record::PodCreated { .. } => self.pods += 1,
            Record::Evicted(eviction) => {
                let ranked: &Ranked = &eviction.ranking[eviction.victim];
                let pod = eviction.pod;
                self.evicted_from.entry((pod.workload, pod.replica.ordinal)).or_insert((pod, now));
                self.evictions.push(Evicted {
                    at: now,
                    node: eviction.node,
                    pod: eviction.pod,
                    freed: ranked.candidate.working_set.unwrap_or_default(),
                    over_its_request: ranked.usage.map(|_| ranked.exceeds_request()),
                });
            }
            Record::OomKilled(_) => self.oom_kills += 1,
            Record::PodEnded(end) => match end.reason {
                EndReason::Completed => self.completed += 1,
                EndReason::StillRunning | EndReason::StillPending => self.alive += 1,
                _ => {}
            },
            _ => {}
        }
    }
}

impl Course {
    /// All memory that evictions gave back.
    pub fn freed(&self) -> Bytes {
        self.evictions.iter().fold(Bytes::ZERO, |sum, evicted| sum + evicted.freed)
    }

    /// How many victims used no more than they had requested.
    pub fn within_their_requests(&self) -> u64 {
        self.evictions.iter().filter(|evicted| evicted.over_its_request == Some(false)).count() as u64
    }

    pub fn first_evicted_from(&self, stand: Stand) -> Option<(PodName, SimTime)> {
        self.evicted_from.get(&stand).copied()
    }
}

impl Orders<'_> {
    /// The places that lose their first pod at another instant under the other order, or never; by their first loss.
    pub fn otherwise_evicted(&self) -> Vec<[Option<(PodName, SimTime)>; 2]> {
        let stands: BTreeSet<Stand> =
            self.courses.iter().flat_map(|course| course.evicted_from.keys().copied()).collect();
        let both = |stand: Stand| self.courses.each_ref().map(|course| course.first_evicted_from(stand));
        let time = |evicted: Option<(PodName, SimTime)>| evicted.map(|(_, at)| at);
        let mut otherwise: Vec<_> =
            stands.into_iter().map(both).filter(|[one, other]| time(*one) != time(*other)).collect();
        otherwise.sort_by_key(|both| both.iter().filter_map(|evicted| time(*evicted)).min());
        otherwise
    }
}
