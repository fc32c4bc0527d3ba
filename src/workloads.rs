//! Floor 2: what controllers do about pods that are gone.
//!
//! What: whether a pod that ended is replaced, and how long that takes.
//! Never: the new pod itself, or its name: the engine makes it.
//! Next: [`crate::model::workload`], who the controllers are.

pub mod unreachable;

use crate::ground::SimDuration;
use crate::model::Controller;

/// How a pod ended, as its controller sees it: an evicted pod has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Succeeded,
    Failed,
    /// By its kubelet, at the door.
    Rejected,
}

/// From a rejection to the next attempt: the way through the API server and the
/// scheduler and back. An assumption, without which there would be no end of attempts at one instant.
const REJECTION_ROUND_TRIP: SimDuration = SimDuration::seconds(1);

const FIRST_DELAY: SimDuration = SimDuration::seconds(10);
const LONGEST_DELAY: SimDuration = SimDuration::minutes(6);

/// How long after its end a pod is replaced; `None`: never. `generation` counts
/// the pods that stood in its place before it.
///
/// Source: Kubernetes documentation, "Job" (pod backoff failure policy: 10 s,
/// doubled with each failure, six minutes at most) and "ReplicaSet" (at once).
pub fn replacement_delay(controller: Controller, ending: Ending, generation: u32) -> Option<SimDuration> {
    match (controller, ending) {
        (Controller::ReplicaSet | Controller::Operator, Ending::Rejected) => Some(REJECTION_ROUND_TRIP),
        (Controller::ReplicaSet, _) | (Controller::Operator, Ending::Failed) => Some(SimDuration::ZERO),
        (Controller::Job { backoff_limit }, Ending::Failed | Ending::Rejected)
            if generation < backoff_limit =>
        {
            let doubled = 1u64.checked_shl(generation).unwrap_or(u64::MAX);
            Some(FIRST_DELAY.times(doubled).min(LONGEST_DELAY))
        }
        (Controller::Job { .. } | Controller::Operator | Controller::Nobody, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_pod_is_gone_and_a_replica_comes_back_at_once() {
        for ending in [Ending::Succeeded, Ending::Failed] {
            assert_eq!(replacement_delay(Controller::Nobody, ending, 0), None);
            assert_eq!(replacement_delay(Controller::ReplicaSet, ending, 7), Some(SimDuration::ZERO));
        }
    }

    #[test]
    fn an_operator_replaces_at_once_what_has_not_succeeded_yet() {
        let wait = |ending| replacement_delay(Controller::Operator, ending, 99);
        assert_eq!(wait(Ending::Failed), Some(SimDuration::ZERO));
        assert_eq!(wait(Ending::Succeeded), None);
    }

    #[test]
    fn a_job_tries_again_after_doubling_waits_until_its_limit() {
        let job = Controller::Job { backoff_limit: 100 };
        let wait = |generation| replacement_delay(job, Ending::Failed, generation);
        let waits = [0, 1, 5, 6, 70, 99].map(|generation| wait(generation).map(|wait| wait.0 / 1_000_000));
        assert_eq!(waits, [Some(10), Some(20), Some(320), Some(360), Some(360), Some(360)]);
        assert_eq!(wait(100), None);
        assert_eq!(replacement_delay(job, Ending::Succeeded, 0), None);
    }
}
