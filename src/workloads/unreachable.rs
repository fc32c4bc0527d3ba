//! How long a Pod stays on a node that cannot be reached.
//!
//! Source: kubernetes admission plugin `DefaultTolerationSeconds`, and the taint eviction
//! controller's `getMinTolerationTime` (1.32).

use crate::ground::SimDuration;
use crate::model::{Taint, TaintEffect, Toleration};

/// What the API server gives every Pod that says nothing of it itself.
const BY_DEFAULT: SimDuration = SimDuration::seconds(300);

/// From the node being called unreachable to the Pod's deletion; `None`: it is not deleted.
pub fn tolerates_for(tolerations: &[Toleration]) -> Option<SimDuration> {
    let taint = Taint::unreachable(TaintEffect::NoExecute);
    let mut own = tolerations.iter().filter(|toleration| toleration.tolerates(&taint)).peekable();
    if own.peek().is_none() {
        return Some(BY_DEFAULT);
    }
    // The shortest that is said counts; a toleration that says nothing takes nothing away from it.
    own.filter_map(|toleration| toleration.seconds.map(SimDuration::seconds)).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TolerationOperator;

    fn tolerating(key: &str, seconds: Option<u64>) -> Toleration {
        Toleration {
            key: key.into(),
            operator: TolerationOperator::Exists,
            value: String::new(),
            effect: Some(TaintEffect::NoExecute),
            seconds,
        }
    }

    #[test]
    fn five_minutes_unless_the_pod_says_otherwise() {
        let unreachable = "node.kubernetes.io/unreachable";
        assert_eq!(tolerates_for(&[]), Some(SimDuration::minutes(5)));
        assert_eq!(tolerates_for(&[tolerating("other", None)]), Some(SimDuration::minutes(5)));
        assert_eq!(tolerates_for(&[tolerating(unreachable, None)]), None, "as a DaemonSet's pods");
        assert_eq!(tolerates_for(&[tolerating(unreachable, Some(0))]), Some(SimDuration::ZERO));
        let two = [tolerating("", Some(90)), tolerating(unreachable, Some(30)), tolerating("", None)];
        assert_eq!(tolerates_for(&two), Some(SimDuration::seconds(30)));
    }
}
