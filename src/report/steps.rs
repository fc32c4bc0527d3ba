//! The decisions of a run in words: what `evictsim step` goes through.
//!
//! What: a line a decision, and whether a guess at who goes first was right.
//! Never: the screen ([`crate::cli`]), or a comparison of its own.
//! Next: [`super::explanation`], one decision in full.

use super::explanation::Explanation;
use super::wording;
use crate::engine::record::PodName;
use crate::experiment::inquiry::Happened;
use crate::experiment::steps::{Step, Taken};
use crate::scenario::Scenario;

/// What was decided: `burstable is evicted`.
pub fn told(step: &Step, scenario: &Scenario) -> String {
    let name = |pod: PodName| scenario.pod_name(pod.workload, pod.replica);
    match step.what {
        Taken::Evicted { pod } => format!("{} is evicted", name(pod)),
        Taken::OomKilled { pod, container, cause } => {
            let container = scenario.container_name(pod.workload, container);
            format!("{container} of {} is OOM-killed ({})", name(pod), wording::cause(cause))
        }
        Taken::Preempted { pod, preemptor } => {
            format!("{} is preempted for {}", name(pod), name(preemptor))
        }
        Taken::Rejected { pod } => format!("{} is rejected", name(pod)),
        Taken::Restarted { pod, container, restarts } => {
            let container = scenario.container_name(pod.workload, container);
            format!("{container} of {} is started again (restart {restarts})", name(pod))
        }
        Taken::ConditionTurned { condition, holds } => {
            format!("{} is {}", condition.name(), if holds { "on" } else { "off" })
        }
    }
}

/// The same of an eviction that is still to be guessed.
pub fn veiled(step: &Step, scenario: &Scenario) -> String {
    match step.what {
        Taken::Evicted { .. } => "somebody is evicted".to_owned(),
        _ => told(step, scenario),
    }
}

/// What there is to say to whoever guessed that the pod at this place of the ranking goes; nothing, if nobody went.
pub fn judged(explanation: &Explanation<'_>, guess: usize) -> Option<(bool, String)> {
    let Happened::Decided(decision) = &explanation.finding.happened else { return None };
    let victim = decision.victim?;
    if guess == victim {
        let why = explanation.before_next(victim);
        let why = why.map_or("nobody stands behind it".to_owned(), |why| format!("it goes {why}"));
        return Some((true, format!("Right: {why}.")));
    }
    if guess < victim {
        return Some((
            false,
            "No: it stands first, but it is critical, and no kubelet evicts it.".to_owned(),
        ));
    }
    Some((false, format!("No: {}", explanation.between((victim, guess)))))
}
