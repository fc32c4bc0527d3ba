//! Which of the feasible nodes is best: TaintToleration (weight 3), LeastAllocated
//! and BalancedAllocation (1 each), over cpu and memory.
//!
//! Source: kubernetes `pkg/scheduler/framework/plugins` (1.34): signed 64-bit integers with
//! truncating division; BalancedAllocation in float64, as Kubernetes computes it.

use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate, TaintEffect};

/// The highest score a plugin gives, before its weight.
const MAX_SCORE: i64 = 100;
const TAINT_TOLERATION_WEIGHT: i64 = 3;

/// The first node with the highest total among the feasible ones.
///
/// # Panics
/// If no node is feasible: there is no best of none.
pub fn best(nodes: &NodeColumns, feasible: &[NodeId], pod: &PodTemplate) -> NodeId {
    let most_taints = feasible.iter().map(|node| untolerated(nodes, *node, pod)).max().unwrap_or(0);
    let total = |node: &NodeId| {
        let taints = tolerance(untolerated(nodes, *node, pod), most_taints) * TAINT_TOLERATION_WEIGHT;
        taints + least_allocated(nodes, *node, pod) + balanced_allocation(nodes, *node, pod)
    };
    let mut best = (feasible[0], total(&feasible[0]));
    for node in &feasible[1..] {
        let total = total(node);
        if total > best.1 {
            best = (*node, total);
        }
    }
    best.0
}

/// How many PreferNoSchedule taints the pod does not tolerate.
fn untolerated(nodes: &NodeColumns, node: NodeId, pod: &PodTemplate) -> i64 {
    let soft =
        nodes.taints[node.index()].iter().filter(|taint| taint.effect == TaintEffect::PreferNoSchedule);
    soft.filter(|taint| !pod.spec.tolerations.iter().any(|toleration| toleration.tolerates(taint))).count()
        as i64
}

/// Fewer untolerated taints are better, normalized by the node that has most.
fn tolerance(untolerated: i64, most: i64) -> i64 {
    if most == 0 { MAX_SCORE } else { MAX_SCORE - MAX_SCORE * untolerated / most }
}

/// The emptier, the better: the mean over cpu and memory of the share left free,
/// each truncated by itself. A resource that the node does not have is left out.
pub fn least_allocated(nodes: &NodeColumns, node: NodeId, pod: &PodTemplate) -> i64 {
    let (allocatable, bound) = (nodes.allocatable[node.index()], nodes.bound[node.index()]);
    let resources = [
        (bound.scored_cpu.0 + pod.scored_cpu.0, allocatable.cpu.0),
        (bound.scored_memory.0 + pod.scored_memory.0, allocatable.memory.0),
    ];
    let (mut sum, mut count) = (0, 0);
    for (used, allocatable) in resources.into_iter().filter(|(_, allocatable)| *allocatable > 0) {
        sum += free_share(used, allocatable);
        count += 1;
    }
    if count == 0 { 0 } else { sum / count }
}

fn free_share(used: u64, allocatable: u64) -> i64 {
    let free = u128::from(allocatable.saturating_sub(used));
    i64::try_from(free * MAX_SCORE as u128 / u128::from(allocatable)).unwrap_or(MAX_SCORE)
}

/// The more evenly cpu and memory are taken, the better. True requests count,
/// not the scored ones; a pod that requests neither is not scored.
pub fn balanced_allocation(nodes: &NodeColumns, node: NodeId, pod: &PodTemplate) -> i64 {
    if pod.cpu_request.0 == 0 && pod.memory_request.0 == 0 {
        return 0;
    }
    let (allocatable, bound) = (nodes.allocatable[node.index()], nodes.bound[node.index()]);
    if allocatable.cpu.0 == 0 || allocatable.memory.0 == 0 {
        return MAX_SCORE; // One fraction at most: nothing to balance.
    }
    let fraction = |used: u64, allocatable: u64| (used as f64 / allocatable as f64).min(1.0);
    let cpu = fraction(bound.cpu.0 + pod.cpu_request.0, allocatable.cpu.0);
    let memory = fraction(bound.memory.0 + pod.memory_request.0, allocatable.memory.0);
    let deviation = ((cpu - memory) / 2.0).abs();
    ((1.0 - deviation) * MAX_SCORE as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Amount, Bytes, MilliCpu};
    use crate::model::{Bound, ContainerSpec, PodSpec, ResourceAmounts, Room};

    fn nodes(bound_gibi: &[u64]) -> NodeColumns {
        let room = Room { cpu: MilliCpu(4000), memory: Bytes::gibi(8), pods: 110, ..Room::default() };
        NodeColumns {
            allocatable: vec![room; bound_gibi.len()],
            bound: bound_gibi.iter().map(|gibi| bound(*gibi)).collect(),
            taints: vec![vec![]; bound_gibi.len()],
            unschedulable: vec![false; bound_gibi.len()],
        }
    }

    fn bound(gibi: u64) -> Bound {
        Bound { memory: Bytes::gibi(gibi), scored_memory: Bytes::gibi(gibi), ..Bound::default() }
    }

    fn pod(cpu_millis: u64, memory_gibi: u64) -> PodTemplate {
        let requests = ResourceAmounts {
            cpu: Some(Amount::millis(cpu_millis)),
            memory: Some(Bytes::gibi(memory_gibi).into()),
            ephemeral_storage: None,
        };
        let container = ContainerSpec { requests, ..ContainerSpec::default() };
        PodTemplate::new(PodSpec { containers: vec![container], ..PodSpec::default() })
    }

    #[test]
    fn least_allocated_truncates_each_resource_before_the_mean() {
        // cpu: (4000-1000)*100/4000 = 75. memory: (8-3)*100/8 = 62.5, truncated 62. Mean 68.5, truncated 68.
        let (nodes, pod) = (nodes(&[2]), pod(1000, 1));
        assert_eq!(least_allocated(&nodes, NodeId(0), &pod), 68);
        // Balanced: |0.25 - 0.375| / 2 = 0.0625, so 93.75, truncated 93.
        assert_eq!(balanced_allocation(&nodes, NodeId(0), &pod), 93);
    }

    #[test]
    fn the_emptiest_node_is_best_and_the_first_among_equals() {
        let nodes = nodes(&[4, 1, 1]);
        let all: Vec<NodeId> = nodes.ids().collect();
        assert_eq!(best(&nodes, &all, &pod(100, 1)), NodeId(1));
    }

    #[test]
    fn a_pod_without_requests_is_scored_by_the_defaults_and_not_for_balance() {
        let nothing =
            PodTemplate::new(PodSpec { containers: vec![ContainerSpec::default()], ..PodSpec::default() });
        // cpu (4000-100)*100/4000 = 97; memory (8192-200)*100/8192 = 97.55, truncated 97.
        assert_eq!(least_allocated(&nodes(&[0]), NodeId(0), &nothing), 97);
        assert_eq!(balanced_allocation(&nodes(&[0]), NodeId(0), &nothing), 0);
    }
}
