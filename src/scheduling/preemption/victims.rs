//! A dry run on one node: who would have to go.
//!
//! All pods of lower priority are taken off, then put back one by one, the most important ones first,
//! as long as the pod still fits. So this is greedy by importance, not minimal: one large important pod may be
//! kept and several small ones lost, or the other way round.

use super::budgets::Budgets;
use super::{Candidate, NoHelp, Victim};
use crate::ground::NodeId;
use crate::scheduling::cycle::{Cycle, Trial};
use crate::scheduling::facts::{BoundPod, BoundPods};
use std::cmp::Reverse;

/// The victims on a node.
///
/// # Errors
/// Why preemption does not help there.
pub fn victims<P: BoundPods>(cycle: &Cycle<'_, P>, node: NodeId) -> Result<Candidate, NoHelp> {
    let of_lower_priority = |pod: &BoundPod<'_>| pod.template.priority < cycle.ask.pod.priority;
    let mut lower: Vec<BoundPod<'_>> = cycle.facts.pods.on(node).filter(of_lower_priority).collect();
    if lower.is_empty() {
        return Err(NoHelp::NoVictims);
    }
    lower.sort_by_key(importance);
    let mut trial = cycle.trial(node);
    lower.iter().for_each(|pod| cycle.take_off(&mut trial, pod.template));
    if let Some(refusal) = cycle.refusal_of(&trial) {
        return Err(NoHelp::Refused(refusal));
    }
    let mut budgets = Budgets::new(&cycle.facts.peers.disruption_budgets);
    let (violating, others): (Vec<_>, Vec<_>) =
        lower.into_iter().partition(|pod| budgets.are_violated_by(pod));
    let mut victims = not_put_back(cycle, &mut trial, violating);
    let violations = victims.len();
    victims.extend(not_put_back(cycle, &mut trial, others));
    victims.sort_by_key(importance);
    Ok(Candidate { node, victims: victims.iter().map(Victim::of).collect(), violations })
}

/// Puts back whom the pod leaves room for; the answer is the others.
fn not_put_back<'a, P: BoundPods>(
    cycle: &Cycle<'_, P>,
    trial: &mut Trial,
    mut pods: Vec<BoundPod<'a>>,
) -> Vec<BoundPod<'a>> {
    pods.retain(|pod| {
        cycle.add(trial, pod.template);
        let must_go = cycle.refusal_of(trial).is_some();
        if must_go {
            cycle.take_off(trial, pod.template);
        }
        must_go
    });
    pods
}

/// The most important one first; of equal ones the older, where Go's sort leaves it open.
fn importance(pod: &BoundPod<'_>) -> impl Ord + use<> {
    (Reverse(pod.template.priority), pod.started, pod.serial)
}

impl Victim {
    fn of(pod: &BoundPod<'_>) -> Victim {
        Victim {
            pod: pod.pod,
            priority: pod.template.priority,
            started: pod.started,
            is_terminating: pod.is_terminating,
        }
    }
}
