//! `oom_score_adj`: what the kubelet tells the kernel about a container.
//!
//! The kernel kills the process with the most badness: its share of memory in
//! thousandths, plus this figure. So 1000 means "first", and -997 "nearly never".
//! Never: the priority. A database of priority 1 000 000 is not spared.
//! Next: [`crate::model::qos`], on which most of this depends.

use crate::ground::Bytes;
use crate::model::{ContainerSpec, PodSpec, QosClass};

/// For Guaranteed pods, and for those the node cannot do without.
const SPARED: i32 = -997;
/// For BestEffort pods.
const FIRST: i32 = 1000;
/// A Burstable container lies between: after any BestEffort one, and never as
/// safe as a Guaranteed one. (Kubernetes' documentation says 2; its code says 3.)
const BURSTABLE_FLOOR: i128 = 3;
const BURSTABLE_CEILING: i128 = 999;

/// The `oom_score_adj` of one container of `pod`, which is of class `qos`, on a node with `node_memory`
/// capacity: -997 to 1000.
///
/// Source: kubernetes `pkg/kubelet/qos/policy.go`, `GetContainerOOMScoreAdjust` (1.32).
pub fn oom_score_adj(pod: &PodSpec, qos: QosClass, container: &ContainerSpec, node_memory: Bytes) -> i32 {
    if pod.is_node_critical() {
        return SPARED;
    }
    match qos {
        QosClass::Guaranteed => SPARED,
        QosClass::BestEffort => FIRST,
        QosClass::Burstable => burstable(pod, container, node_memory),
    }
}

fn burstable(pod: &PodSpec, container: &ContainerSpec, node_memory: Bytes) -> i32 {
    let own = unrequested_share(memory_request(container), node_memory);
    // A small helper must not die for the large application that it serves.
    let smallest_regular = pod.containers.iter().map(memory_request).min();
    let adjustment = match smallest_regular {
        Some(request) if container.sidecar => own.min(unrequested_share(request, node_memory)),
        _ => own,
    };
    let bounded = adjustment.clamp(BURSTABLE_FLOOR, BURSTABLE_CEILING);
    i32::try_from(bounded).expect("the clamp keeps it between 3 and 999")
}

fn memory_request(container: &ContainerSpec) -> Bytes {
    container.requests.memory.unwrap_or_default().bytes()
}

/// 1000 less the requested thousandths of the node, rounded down; far below zero
/// for a request that the node could never hold.
fn unrequested_share(request: Bytes, node_memory: Bytes) -> i128 {
    // A node without memory: any request is more than all of it.
    let capacity = i128::from(node_memory.0.max(1));
    1000 - 1000 * i128::from(request.0) / capacity
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Amount;
    use crate::model::ResourceAmounts;
    use crate::model::pod::{SYSTEM_CRITICAL_PRIORITY, SYSTEM_NODE_CRITICAL};

    const NODE: Bytes = Bytes::gibi(64);

    fn requesting(request: Bytes) -> ContainerSpec {
        let requests = ResourceAmounts { memory: Some(request.into()), ..ResourceAmounts::default() };
        ContainerSpec { requests, ..ContainerSpec::default() }
    }

    fn alone(container: ContainerSpec) -> PodSpec {
        PodSpec { containers: vec![container], ..PodSpec::default() }
    }

    fn adjustment_of_only_container(pod: &PodSpec, node_memory: Bytes) -> i32 {
        oom_score_adj(pod, QosClass::of(pod), &pod.containers[0], node_memory)
    }

    #[test]
    fn a_burstable_container_is_judged_by_its_share_of_the_node() {
        // User cases B4, B6 (kubernetes/kubernetes#111356, #131169), on 64Gi; B5 (#142230), on 1Ti.
        let adjustment = |request, node| adjustment_of_only_container(&alone(requesting(request)), node);
        assert_eq!(adjustment(Bytes::gibi(32), NODE), 500);
        assert_eq!(adjustment(Bytes::gibi(2), NODE), 969);
        assert_eq!(adjustment(Bytes::gibi(8), NODE), 875);
        let tebi = Bytes::gibi(1024);
        assert_eq!(adjustment(Bytes::mebi(50), tebi), 999);
        assert_eq!(adjustment(Bytes::mebi(500), tebi), 999);
        assert_eq!(adjustment(Bytes::gibi(4), tebi), 997);
    }

    #[test]
    fn a_burstable_container_is_never_as_safe_as_a_guaranteed_one_nor_as_lost_as_a_best_effort_one() {
        let adjustment = |request| adjustment_of_only_container(&alone(requesting(request)), NODE);
        assert_eq!(adjustment(Bytes(1)), 999); // 1000 by the formula
        assert_eq!(adjustment(NODE), 3); // 0 by the formula
        assert_eq!(adjustment(Bytes(u64::MAX)), 3);
        assert_eq!(adjustment_of_only_container(&alone(requesting(NODE)), Bytes::ZERO), 3);
    }

    #[test]
    fn guaranteed_and_node_critical_are_spared_and_best_effort_goes_first() {
        let mut guaranteed = alone(requesting(Bytes::gibi(1)));
        guaranteed.containers[0].requests.cpu = Some(Amount::millis(100));
        guaranteed.containers[0].limits = guaranteed.containers[0].requests;
        assert_eq!(adjustment_of_only_container(&guaranteed, NODE), -997);

        let mut best_effort = alone(ContainerSpec::default());
        assert_eq!(adjustment_of_only_container(&best_effort, NODE), 1000);

        best_effort.priority = Some(SYSTEM_CRITICAL_PRIORITY);
        assert_eq!(adjustment_of_only_container(&best_effort, NODE), 1000);
        best_effort.priority_class_name = SYSTEM_NODE_CRITICAL.into();
        assert_eq!(adjustment_of_only_container(&best_effort, NODE), -997);
    }

    #[test]
    fn a_sidecar_is_no_easier_prey_than_the_smallest_container_it_serves() {
        // User case B4: the sidecar of an application that requests half the node.
        let sidecar = ContainerSpec { sidecar: true, ..requesting(Bytes::mebi(64)) };
        let init = requesting(Bytes::mebi(64));
        let pod = PodSpec {
            init_containers: vec![sidecar.clone(), init.clone()],
            containers: vec![requesting(Bytes::gibi(32)), requesting(Bytes::gibi(48))],
            ..PodSpec::default()
        };
        assert_eq!(oom_score_adj(&pod, QosClass::Burstable, &sidecar, NODE), 500);
        assert_eq!(oom_score_adj(&pod, QosClass::Burstable, &init, NODE), 999);
    }
}
