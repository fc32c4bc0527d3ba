//! Whom a kubelet under pressure lets in.
//!
//! What: a pod that the scheduler has bound is admitted, or rejected for the
//! conditions that its node reports.
//! Never: the scheduler's own look at a node's taints, or what becomes of the rejected.
//! Next: [`super::condition`].
//!
//! Source: kubernetes `pkg/kubelet/eviction/eviction_manager.go`, `Admit` (1.32).

use super::condition::{NodeCondition, NodeConditions};
use crate::model::{PodTemplate, QosClass, Taint};
use std::fmt;

/// Why a kubelet rejected a pod: all the conditions that its node reports.
///
/// Prints as the message in the pod's status. The kubelet lists several conditions in any
/// order; here they stand in that of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    pub conditions: NodeConditions,
}

impl Rejection {
    /// The reason in the pod's status: the same word as for those that are evicted.
    pub const REASON: &'static str = "Evicted";
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The node had condition: {}. ", self.conditions)
    }
}

/// Whether a kubelet whose node reports `conditions` admits the pod.
///
/// # Errors
/// The rejection, if it does not.
pub fn admit(pod: &PodTemplate, conditions: NodeConditions) -> Result<(), Rejection> {
    let only_memory = NodeConditions::NONE.with(NodeCondition::MemoryPressure);
    let is_admitted =
        conditions.is_empty() || pod.critical || (conditions == only_memory && bears_memory_pressure(pod));
    if is_admitted { Ok(()) } else { Err(Rejection { conditions }) }
}

/// Any class but BestEffort counts as bearing it; a BestEffort pod has to say so.
fn bears_memory_pressure(pod: &PodTemplate) -> bool {
    let taint = Taint::memory_pressure();
    pod.qos != QosClass::BestEffort
        || pod.spec.tolerations.iter().any(|toleration| toleration.tolerates(&taint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PodSpec, Toleration, TolerationOperator};
    use NodeCondition::{DiskPressure, MemoryPressure, PidPressure};

    fn pod(qos: QosClass) -> PodTemplate {
        PodTemplate { qos, ..PodTemplate::new(PodSpec::default()) }
    }

    fn is_admitted(pod: &PodTemplate, conditions: &[NodeCondition]) -> bool {
        admit(pod, conditions.iter().copied().collect()).is_ok()
    }

    #[test]
    fn memory_pressure_alone_keeps_best_effort_pods_out_and_any_other_condition_everybody() {
        let conditions: [&[NodeCondition]; 5] =
            [&[], &[MemoryPressure], &[DiskPressure], &[PidPressure], &[MemoryPressure, PidPressure]];
        let answers = |qos| conditions.map(|conditions| is_admitted(&pod(qos), conditions));
        assert_eq!(answers(QosClass::BestEffort), [true, false, false, false, false]);
        assert_eq!(answers(QosClass::Burstable), [true, true, false, false, false]);
        assert_eq!(answers(QosClass::Guaranteed), [true, true, false, false, false]);
    }

    #[test]
    fn a_toleration_helps_against_memory_pressure_alone() {
        let everything = Toleration {
            key: String::new(),
            operator: TolerationOperator::Exists,
            value: String::new(),
            effect: None,
            seconds: None,
        };
        let mut pod = pod(QosClass::BestEffort);
        pod.spec.tolerations.push(everything);
        assert!(is_admitted(&pod, &[MemoryPressure]));
        assert!(!is_admitted(&pod, &[DiskPressure]));
        assert!(!is_admitted(&pod, &[MemoryPressure, DiskPressure]));
    }

    #[test]
    fn a_critical_pod_is_let_in_whatever_the_node_reports() {
        let critical = PodTemplate { critical: true, ..pod(QosClass::BestEffort) };
        assert!(is_admitted(&critical, &NodeCondition::ALL));
    }

    #[test]
    fn a_rejection_names_its_conditions_as_the_kubelet_does() {
        // The first text is in recorded kubelet decisions; of several Kubernetes prints a list.
        let told = |conditions: &[NodeCondition]| {
            let conditions = conditions.iter().copied().collect();
            admit(&pod(QosClass::BestEffort), conditions).map_err(|rejection| rejection.to_string())
        };
        assert_eq!(told(&[MemoryPressure]), Err("The node had condition: [MemoryPressure]. ".to_owned()));
        assert_eq!(
            told(&[PidPressure, DiskPressure]),
            Err("The node had condition: [DiskPressure PIDPressure]. ".to_owned())
        );
    }
}
