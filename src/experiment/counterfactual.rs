//! What would have saved a victim, and who would have gone instead.
//!
//! What: of each figure the smallest change that puts another pod in front, found by asking the
//! decisions themselves again: the kubelet's pass, the order in force. A change of a manifest is also tried: the
//! run is made again with it, since it may take another course long before that look.
//! Never: another order than the run's, or a change of two figures where one is enough.
//! Next: [`super::inquiry`], where the decision comes from.

use super::inquiry::{Decision, Finding, Happened, Inquiry};
use crate::engine::glimpse::PodSeen;
use crate::engine::record::{PodName, Ranked};
use crate::engine::{Choice, CurveOwner, PodDraft, Source};
use crate::eviction::{
    Candidate, Candidates, Criterion, DiskCandidate, DiskResource, EvictionOrder, PidCandidate, Starved,
};
use crate::ground::{Amount, Bytes, PodId, SimTime, WorkloadId};
use crate::model::{
    ContainerSpec, Piece, PodSpec, PodTemplate, QosClass, Replica, Resource, ResourceAmounts,
};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The largest request or limit that is tried: an exbibyte.
const MOST_BYTES: u64 = 1 << 60;
/// Higher ones are Kubernetes' own.
pub const HIGHEST_USER_PRIORITY: i32 = 1_000_000_000;

/// One figure of the victim, changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A container's request; its limit goes with it where it has one that is lower.
    Request {
        container: usize,
        resource: Resource,
        to: Amount,
    },
    /// A container's memory limit; its request is the same, where it has none.
    Limit {
        container: usize,
        to: Amount,
    },
    /// In every container requests that are limits, of CPU and memory: as much as it requests, or uses if that is more.
    Guaranteed,
    Priority {
        to: i32,
    },
    /// So much less used, of what is short.
    Use {
        less: u64,
    },
}

/// What a change comes to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub change: Change,
    /// The victim as it is ranked then.
    pub victim: Ranked,
    /// Who goes in its place, and what puts that one before it; nobody, if no line is crossed then.
    pub instead: Option<(Ranked, Criterion)>,
    /// Absent: the run was not made again.
    pub tried: Option<Tried>,
}

/// What came of the run with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It is as said.
    AsSaid,
    /// The run takes another course before; at that look this one goes, or nobody.
    OtherCourse { goes: Option<PodName>, is_there: bool },
}

/// Why no change of a figure saves the victim.
#[derive(Clone, Debug)]
pub enum Impossible {
    /// However far it is changed, it stands before this one.
    StillBefore(Box<StillBefore>),
    /// There is nobody else who could go.
    Alone,
    /// Processes cannot be requested.
    NotRequested,
    /// The order does not read limits, the request of the container is its own, and no limit gives it a class that helps.
    LimitIsNotRead,
}

/// A victim that a change does not help.
#[derive(Clone, Debug)]
pub struct StillBefore {
    /// As it is ranked with the change.
    pub victim: Ranked,
    pub next: Ranked,
    /// What puts the victim before the next.
    pub by: Criterion,
}

/// What can be said of each figure.
#[derive(Clone, Debug)]
pub struct Counterfactual {
    pub victim: Ranked,
    pub request: Result<Outcome, Impossible>,
    pub limit: Result<Outcome, Impossible>,
    pub priority: Result<Outcome, Impossible>,
    pub usage: Result<Outcome, Impossible>,
    /// Less use while the same is short: where less use alone would have meant no eviction.
    pub usage_if_still_short: Option<Outcome>,
}

/// What would have saved the victim of a decision; absent if there was none.
pub fn of(inquiry: &Inquiry<'_>, finding: &Finding) -> Option<Counterfactual> {
    let Happened::Decided(decision) = &finding.happened else { return None };
    let case = Case::of(inquiry, finding, decision)?;
    let usage = case.less_use();
    let is_relieved = usage.as_ref().is_ok_and(|outcome| outcome.instead.is_none());
    Some(Counterfactual {
        victim: decision.ranking[case.victim],
        request: case.tried(case.larger_request()),
        limit: case.tried(case.other_limit()),
        priority: case.tried(case.higher_priority()),
        usage,
        usage_if_still_short: if is_relieved { case.less_use_if_still_short().ok() } else { None },
    })
}

/// A decision that is taken again with something changed.
struct Case<'a> {
    inquiry: &'a Inquiry<'a>,
    finding: &'a Finding,
    decision: &'a Decision,
    starved: Starved,
    victim: usize,
    pod: &'a PodSeen,
    /// The container whose figures are changed: of the regular ones the one that uses most memory.
    container: usize,
    /// Of each place of the ranking, whether its pod is made from the same manifest.
    is_alike: Vec<bool>,
}

impl<'a> Case<'a> {
    fn of(inquiry: &'a Inquiry<'a>, finding: &'a Finding, decision: &'a Decision) -> Option<Case<'a>> {
        let victim = decision.victim?;
        let name = decision.ranking[victim].pod;
        let pod = finding.glimpse.pods.iter().find(|pod| pod.name == name)?;
        let inits = pod.template.spec.init_containers.len();
        let regular = (inits..pod.containers.len()).rev();
        let container = regular.max_by_key(|index| pod.containers[*index])?;
        let starved = decision.threshold.signal.starved();
        let is_alike = decision.ranking.iter().map(|ranked| {
            let seen = finding.glimpse.pods.iter().find(|seen| seen.name == ranked.pod);
            let has_same_spec = seen.is_some_and(|seen| seen.template.spec == pod.template.spec);
            ranked.pod.workload == name.workload && has_same_spec
        });
        let is_alike = is_alike.collect();
        Some(Case { inquiry, finding, decision, starved, victim, pod, container, is_alike })
    }

    fn order(&self) -> &dyn EvictionOrder {
        &*self.inquiry.setting.order
    }

    /// The ranking with every pod made from the victim's manifest as `amended` has it.
    fn amended(&self, amended: PodSpec) -> Vec<Ranked> {
        let template = PodTemplate::new(amended);
        let ranked = |(ranked, is_alike): (&Ranked, &bool)| match is_alike {
            true => with_template(ranked, &template, self.starved),
            false => *ranked,
        };
        self.decision.ranking.iter().zip(&self.is_alike).map(ranked).collect()
    }

    /// What `change` comes to in the ranking, if it saves the victim there.
    fn outcome(&self, change: Change) -> Result<Outcome, Impossible> {
        let ranking = match change {
            Change::Use { less } => self.with_less_use(less),
            _ => self.amended(change.applied_to(self.pod)),
        };
        let standing = Standing::of(self.order(), self.starved, &ranking);
        let victim = ranking[self.victim];
        let mut others =
            standing.places.iter().filter(|place| **place != self.victim && !ranking[**place].critical);
        let Some(other) = others.next() else { return Err(Impossible::Alone) };
        let (before, by) = standing.compared(self.order(), *other, self.victim);
        let next = ranking[*other];
        if before {
            Ok(Outcome { change, victim, instead: Some((next, by)), tried: None })
        } else {
            Err(Impossible::StillBefore(Box::new(StillBefore { victim, next, by })))
        }
    }

    fn saves(&self, change: Change) -> bool {
        self.outcome(change).is_ok()
    }

    fn larger_request(&self) -> Result<Outcome, Impossible> {
        let resource = match self.starved {
            Starved::Memory => Resource::Memory,
            // Even from a number of inodes requested bytes are taken off.
            Starved::EphemeralStorage | Starved::Inodes => Resource::EphemeralStorage,
            Starved::Pids => return Err(Impossible::NotRequested),
        };
        let own = self.container_spec().requests.of(resource).unwrap_or_default().bytes();
        let change = |to: u64| Change::Request { container: self.container, resource, to: Amount::whole(to) };
        self.smallest(own.0.saturating_add(1)..=MOST_BYTES, change)
    }

    /// A limit is read for the class alone, and as the request of a container that has none.
    fn other_limit(&self) -> Result<Outcome, Impossible> {
        let used = self.pod.containers[self.container];
        let change = |to: u64| Change::Limit { container: self.container, to: Amount::whole(to) };
        let Some(request) = self.container_spec().requests.memory else {
            return self.smallest(used.0.max(1)..=MOST_BYTES, change);
        };
        // Below what it uses the kernel would kill it.
        let as_requested = Change::Limit { container: self.container, to: request.max(used.into()) };
        let outcome = self.outcome(as_requested).or_else(|_| self.outcome(Change::Guaranteed));
        let asks_for_class = self.order().asks(self.starved).contains(&Criterion::QosClass);
        match outcome {
            Ok(outcome) if asks_for_class && outcome.victim.candidate.qos != self.pod.template.qos => {
                Ok(outcome)
            }
            Err(Impossible::Alone) => Err(Impossible::Alone),
            _ => Err(Impossible::LimitIsNotRead),
        }
    }

    fn higher_priority(&self) -> Result<Outcome, Impossible> {
        let own = self.pod.template.priority;
        let above = |steps: u64| Change::Priority {
            to: i32::try_from(i64::from(own) + steps as i64).unwrap_or(i32::MAX),
        };
        let most = (i64::from(HIGHEST_USER_PRIORITY) - i64::from(own)).max(1);
        self.smallest(1..=most.unsigned_abs(), above)
    }

    /// Less use relieves the node, too: then nobody has to go.
    fn less_use(&self) -> Result<Outcome, Impossible> {
        let most = self.used();
        let saves = |less: u64| self.is_relieved_by(less) || self.saves(Change::Use { less });
        match smallest(1..=most, saves) {
            None => Err(self.still_before(Change::Use { less: most })),
            Some(less) => {
                let change = Change::Use { less };
                let unhurt = || {
                    let victim = self.with_less_use(less)[self.victim];
                    Outcome { change, victim, instead: None, tried: None }
                };
                if self.is_relieved_by(less) { Ok(unhurt()) } else { self.outcome(change) }
            }
        }
    }

    fn less_use_if_still_short(&self) -> Result<Outcome, Impossible> {
        self.smallest(1..=self.used(), |less| Change::Use { less })
    }

    /// The smallest number with which a change saves the victim. The larger it is, the later the victim goes.
    fn smallest(
        &self,
        range: RangeInclusive<u64>,
        change: impl Fn(u64) -> Change,
    ) -> Result<Outcome, Impossible> {
        match smallest(range.clone(), |number| self.saves(change(number))) {
            Some(number) => self.outcome(change(number)),
            None => Err(self.still_before(change(*range.end()))),
        }
    }

    fn still_before(&self, change: Change) -> Impossible {
        self.outcome(change).err().unwrap_or(Impossible::Alone)
    }

    fn container_spec(&self) -> &ContainerSpec {
        self.pod.template.spec.all_containers().nth(self.container).expect("a container of its manifest")
    }

    fn used(&self) -> u64 {
        let usage = self.decision.ranking[self.victim].usage;
        usage.map_or(0, |usage| usage.bytes().0)
    }

    fn with_less_use(&self, less: u64) -> Vec<Ranked> {
        let mut ranking = self.decision.ranking.clone();
        let victim = &mut ranking[self.victim];
        let reduced = Amount::whole(self.used().saturating_sub(less));
        victim.usage = victim.usage.map(|_| reduced);
        if self.starved == Starved::Memory {
            victim.candidate.working_set = victim.candidate.working_set.map(|_| reduced.bytes());
        }
        ranking
    }

    /// Whether the loop, at this look, would have acted on nothing. Only of memory it is known what less use leaves.
    fn is_relieved_by(&self, less: u64) -> bool {
        if self.starved != Starved::Memory {
            return false;
        }
        let glimpse = &self.finding.glimpse;
        let seen = glimpse.memory.observed_with_less(Bytes(less), glimpse.seen);
        let verdict = glimpse.monitor_before.clone().pass(&self.finding.kubelet, &seen, glimpse.at);
        verdict.acting.is_none()
    }

    /// Makes the run again with the change of a manifest.
    fn tried(&self, outcome: Result<Outcome, Impossible>) -> Result<Outcome, Impossible> {
        let mut outcome = outcome?;
        let amended = outcome.change.applied_to(self.pod);
        let source = Amended {
            inner: self.inquiry.source(),
            workload: self.pod.name.workload,
            written: &self.pod.template.spec,
            amended: Arc::new(PodTemplate::new(amended)),
        };
        let glimpse = &self.finding.glimpse;
        let (happened, then) = self.inquiry.look(source, glimpse.at, glimpse.node);
        let goes = match &happened {
            Happened::Decided(Decision { victim: Some(victim), ranking, .. }) => Some(ranking[*victim].pod),
            Happened::OverLimit(over) => Some(over.pod),
            _ => None,
        };
        let is_same =
            |one: PodName, other: PodName| (one.workload, one.replica) == (other.workload, other.replica);
        let victim = self.pod.name;
        let is_there = then.pods.iter().any(|pod| is_same(pod.name, victim) && !pod.is_stopping);
        let is_as_said =
            goes.zip(outcome.instead).is_some_and(|(goes, (instead, _))| is_same(goes, instead.pod));
        outcome.tried =
            Some(if is_as_said && is_there { Tried::AsSaid } else { Tried::OtherCourse { goes, is_there } });
        Ok(outcome)
    }
}

impl Change {
    /// The manifest of a pod with this change.
    pub fn applied_to(&self, pod: &PodSeen) -> PodSpec {
        let mut spec = pod.template.spec.clone();
        let inits = spec.init_containers.len();
        match *self {
            Change::Request { container, resource, to } => {
                let one = spec.containers.get_mut(container - inits).expect("a regular container");
                set(&mut one.requests, resource, to);
                if one.limits.of(resource).is_some_and(|limit| limit < to) {
                    set(&mut one.limits, resource, to);
                }
                one.written = None;
            }
            Change::Limit { container, to } => {
                let one = spec.containers.get_mut(container - inits).expect("a regular container");
                one.limits.memory = Some(to);
                one.requests.memory = one.requests.memory.or(Some(to));
                one.written = None;
            }
            Change::Guaranteed => {
                let containers = spec.init_containers.iter_mut().chain(&mut spec.containers);
                containers.zip(&pod.containers).for_each(|(one, used)| guarantee(one, *used));
            }
            Change::Priority { to } => spec.priority = Some(to),
            Change::Use { .. } => {}
        }
        spec
    }
}

/// Makes limits of requests. CPU where nothing is said of it: as little as can be.
fn guarantee(container: &mut ContainerSpec, used: Bytes) {
    let said = container.requests.or(container.limits);
    let cpu = said.cpu.filter(|amount| amount.is_positive()).unwrap_or(Amount::millis(1));
    let memory = said.memory.unwrap_or_default().max(used.into()).max(Amount::whole(1));
    for amounts in [&mut container.requests, &mut container.limits] {
        (amounts.cpu, amounts.memory) = (Some(cpu), Some(memory));
    }
    container.written = None;
}

fn set(amounts: &mut ResourceAmounts, resource: Resource, to: Amount) {
    match resource {
        Resource::Cpu => amounts.cpu = Some(to),
        Resource::Memory => amounts.memory = Some(to),
        Resource::EphemeralStorage => amounts.ephemeral_storage = Some(to),
    }
}

/// The smallest number of a range that `holds`, if it holds for all from some number on.
fn smallest(range: RangeInclusive<u64>, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut fails_below, mut found) = (*range.start(), *range.end());
    if range.is_empty() || !holds(found) {
        return None;
    }
    while fails_below < found {
        let middle = fails_below + (found - fails_below) / 2;
        if holds(middle) { found = middle } else { fails_below = middle + 1 }
    }
    Some(found)
}

/// A pod of a ranking, with another manifest.
fn with_template(ranked: &Ranked, template: &PodTemplate, starved: Starved) -> Ranked {
    let request = match starved {
        Starved::Memory => template.eviction_request,
        Starved::EphemeralStorage | Starved::Inodes => template.eviction_storage_request,
        Starved::Pids => Amount::ZERO,
    };
    let candidate = Candidate {
        qos: template.qos,
        priority: template.priority,
        memory_request: template.eviction_request,
        ..ranked.candidate
    };
    Ranked { candidate, critical: template.critical, request, ..*ranked }
}

/// A ranking that is made again.
struct Standing {
    /// In eviction order, each by its place in the list that was given.
    places: Vec<usize>,
    ranked: Candidates,
}

impl Standing {
    fn of(order: &dyn EvictionOrder, starved: Starved, pods: &[Ranked]) -> Standing {
        let mut ranked = candidates(starved, pods);
        ranked.rank(order);
        Standing { places: ranked.pods().iter().map(|pod| pod.index()).collect(), ranked }
    }

    /// Whether the one goes before the other, and what decides that; both by their places in the list.
    fn compared(&self, order: &dyn EvictionOrder, one: usize, other: usize) -> (bool, Criterion) {
        let place = |wanted: usize| self.places.iter().position(|place| *place == wanted);
        let compared = place(one).zip(place(other)).and_then(|(a, b)| self.ranked.compared(order, a, b));
        let compared = compared.expect("both are ranked");
        (compared.ordering.is_lt(), compared.by)
    }
}

/// How two pods of a ranking compare, neighbors or not: whether the one goes first, and what decides that.
pub fn compared(
    order: &dyn EvictionOrder,
    starved: Starved,
    one: &Ranked,
    other: &Ranked,
) -> (bool, Criterion) {
    Standing::of(order, starved, &[*one, *other]).compared(order, 0, 1)
}

/// Pods as the order sees them, numbered as they are listed.
fn candidates(starved: Starved, pods: &[Ranked]) -> Candidates {
    let numbered = || pods.iter().zip((0..).map(PodId));
    let on_disk = |resource| {
        let candidate = |(ranked, pod): (&Ranked, PodId)| DiskCandidate {
            pod,
            serial: ranked.candidate.serial,
            qos: ranked.candidate.qos,
            priority: ranked.candidate.priority,
            resource,
            usage: ranked.usage,
            storage_request: ranked.request,
        };
        Candidates::Disk(numbered().map(candidate).collect())
    };
    match starved {
        Starved::Memory => Candidates::Memory(
            numbered().map(|(ranked, pod)| Candidate { pod, ..ranked.candidate }).collect(),
        ),
        Starved::EphemeralStorage => on_disk(DiskResource::Space),
        Starved::Inodes => on_disk(DiskResource::Inodes),
        Starved::Pids => {
            let candidate = |(ranked, pod): (&Ranked, PodId)| PidCandidate {
                pod,
                serial: ranked.candidate.serial,
                qos: ranked.candidate.qos,
                priority: ranked.candidate.priority,
                processes: ranked.usage.map(|usage| usage.bytes().0),
            };
            Candidates::Pids(numbered().map(candidate).collect())
        }
    }
}

/// The same pods, but those of one manifest have another one.
struct Amended<'a, S> {
    inner: S,
    workload: WorkloadId,
    written: &'a PodSpec,
    amended: Arc<PodTemplate>,
}

impl<S: Source> Source for Amended<'_, S> {
    fn next_arrival(&mut self, workload: WorkloadId) -> Option<SimTime> {
        self.inner.next_arrival(workload)
    }

    /// Its life stays as it was drawn.
    fn draft(&mut self, workload: WorkloadId, replica: Replica) -> PodDraft {
        let mut draft = self.inner.draft(workload, replica);
        if workload == self.workload && draft.template.spec == *self.written {
            draft.template = Arc::clone(&self.amended);
        }
        draft
    }

    fn choose(&mut self, choice: Choice, among: usize) -> usize {
        self.inner.choose(choice, among)
    }

    fn more_usage(&mut self, owner: CurveOwner, draw: u32) -> Arc<[Piece]> {
        self.inner.more_usage(owner, draw)
    }
}

/// The class that a change gives its pod, where it gives another one.
pub fn new_class(before: &Ranked, outcome: &Outcome) -> Option<QosClass> {
    let class = outcome.victim.candidate.qos;
    (class != before.candidate.qos).then_some(class)
}
