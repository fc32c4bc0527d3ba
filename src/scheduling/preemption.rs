//! Preemption: whose going would make room for a pod that fits nowhere.
//!
//! What: whether the pod may have others preempted, on which nodes that would help, whom it would
//! cost there, and which of these nodes costs least.
//! Never: a deletion; the preempting pod is not bound either: it is nominated and waits.
//! Pressure, use and the kubelet's ranking have no say.
//! Next: [`mod@victims`], the dry run on one node; [`choice`], the five criteria.
//! Source: kubernetes `pkg/scheduler/framework/preemption` and `plugins/defaultpreemption` (1.34).

pub mod budgets;
pub mod choice;
pub mod victims;

use super::cycle::Cycle;
use super::facts::{BoundPods, Nominated};
use super::filter::{Code, NodeRefusal, Refusal, refusals};
use super::profile::Profile;
use super::sampling::Search;
use crate::ground::{NodeId, PodId, SimTime};
use crate::model::PreemptionPolicy;
use std::fmt;
use victims::victims;

/// What preemption could do for a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preemption {
    /// Those without a violation of a disruption budget first; otherwise as they were looked at.
    pub candidates: Vec<Candidate>,
    /// The nodes that were looked at in vain.
    pub failed: Vec<(NodeId, NoHelp)>,
}

/// A node where a pod would fit if others went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub node: NodeId,
    /// By their importance: the highest priority first, then whoever started first.
    pub victims: Vec<Victim>,
    /// How many of these a disruption budget would rather keep.
    pub violations: usize,
}

/// A pod that would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Victim {
    pub pod: PodId,
    pub priority: i32,
    pub started: SimTime,
    /// It goes already; nobody has to delete it.
    pub is_terminating: bool,
}

/// Why preemption does not help on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHelp {
    /// Nobody there has a lower priority.
    NoVictims,
    /// The pod would not fit, even if all of them went.
    Refused(NodeRefusal),
}

/// Why a pod may not have others preempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ineligible {
    /// Its manifest says so.
    Policy,
    /// Victims on the node that it was nominated for have not gone yet.
    VictimsAreTerminating,
}

/// Why a pod that fits nowhere has nobody preempted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InVain {
    Ineligible(Ineligible),
    /// No node would take it, whoever went there.
    NoNodeHelps {
        /// How many would still refuse it, and for what.
        refusals: Vec<Refusal>,
        /// How many have nobody of lower priority.
        without_victims: usize,
        /// How many refuse it for what no other pod's going changes.
        unresolvable: usize,
    },
}

/// Looks for nodes where preemption helps, after a search that found none, from a place among them
/// that the caller drew: any number will do.
///
/// # Errors
/// Why the pod is not eligible.
pub fn preempt<P: BoundPods>(
    cycle: &Cycle<'_, P>,
    search: &Search,
    offset: usize,
) -> Result<Preemption, Ineligible> {
    check_eligibility(cycle, search)?;
    let nodes: Vec<NodeId> = search.resolvable().collect();
    let wanted = candidates_wanted(cycle.ask.profile, nodes.len());
    let (before, after) = nodes.split_at(offset % nodes.len().max(1));
    let (mut kind, mut violating, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for node in after.iter().chain(before) {
        match victims(cycle, *node) {
            Ok(candidate) if candidate.violations == 0 => kind.push(candidate),
            Ok(candidate) => violating.push(candidate),
            Err(no_help) => failed.push((*node, no_help)),
        }
        if !kind.is_empty() && kind.len() + violating.len() >= wanted {
            break;
        }
    }
    kind.append(&mut violating);
    Ok(Preemption { candidates: kind, failed })
}

fn check_eligibility<P: BoundPods>(cycle: &Cycle<'_, P>, search: &Search) -> Result<(), Ineligible> {
    let ask = cycle.ask;
    if ask.pod.spec.placement.preemption_policy == PreemptionPolicy::Never {
        return Err(Ineligible::Policy);
    }
    let is_lost = |node| {
        search.refusal(node).is_some_and(|refusal| refusal.code() == Code::UnschedulableAndUnresolvable)
    };
    let Some(promised) = cycle.promised.filter(|node| !is_lost(*node)) else { return Ok(()) };
    let mut there = cycle.facts.pods.on(promised);
    if there.any(|pod| pod.template.priority < ask.pod.priority && pod.is_being_preempted) {
        return Err(Ineligible::VictimsAreTerminating);
    }
    Ok(())
}

/// How many candidates are enough, among so many nodes.
fn candidates_wanted(profile: &Profile, nodes: usize) -> usize {
    let share = nodes * profile.min_candidate_nodes_percentage as usize / 100;
    share.max(profile.min_candidate_nodes_absolute as usize).min(nodes)
}

impl InVain {
    /// Why preemption does not help a pod that no node of a search took; absent where it does.
    ///
    /// Source: kube-scheduler, `Evaluator.Preempt` (1.34).
    pub fn after<P: BoundPods>(cycle: &Cycle<'_, P>, search: &Search) -> Option<InVain> {
        let failed = match preempt(cycle, search, 0) {
            Err(ineligible) => return Some(InVain::Ineligible(ineligible)),
            Ok(preemption) if preemption.candidates.is_empty() => preemption.failed,
            Ok(_) => return None,
        };
        let nodes = cycle.facts.nodes;
        let refused = failed.iter().filter_map(|(node, no_help)| match no_help {
            NoHelp::Refused(refusal) => Some((*node, *refusal)),
            NoHelp::NoVictims => None,
        });
        let refused: Vec<(NodeId, NodeRefusal)> = refused.collect();
        Some(InVain::NoNodeHelps {
            refusals: refusals(nodes, &cycle.ask.pod, &refused),
            without_victims: failed.len() - refused.len(),
            unresolvable: nodes.len() - failed.len(),
        })
    }
}

impl Preemption {
    /// The candidates that cost least, in the order of their ids; kube-scheduler takes any of them.
    pub fn best(&self) -> Vec<&Candidate> {
        choice::cheapest(&self.candidates)
    }
}

/// Those whose nomination for a node falls when another pod is nominated for it: their priority is lower.
pub fn outranked<'a>(
    nominated: &'a [Nominated<'a>],
    node: NodeId,
    priority: i32,
) -> impl Iterator<Item = PodId> + 'a {
    let there = nominated.iter().filter(move |one| one.node == node && one.template.priority < priority);
    there.map(|one| one.pod)
}

impl fmt::Display for NoHelp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoHelp::NoVictims => f.write_str("No preemption victims found for incoming pod"),
            NoHelp::Refused(refusal) => f.write_str(refusal.plugin().name()),
        }
    }
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ineligible::Policy => "not eligible due to preemptionPolicy=Never.",
            Ineligible::VictimsAreTerminating => {
                "not eligible due to a terminating pod on the nominated node."
            }
        })
    }
}
