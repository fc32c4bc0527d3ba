//! NodeResourcesBalancedAllocation: the more evenly a node's resources are taken, the better.
//!
//! True requests count, without defaults. In float64, as Kubernetes computes it: the one
//! score whose last step is not an integer's.
//! Source: kubernetes `pkg/scheduler/framework/plugins/noderesources` (1.34).

use super::MAX_SCORE;
use super::counted::{Counted, Requests};
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate};
use crate::scheduling::profile::Profile;

/// What of a pod and its profile this score counts.
#[derive(Clone, Debug)]
pub enum Balance {
    /// What kube-scheduler counts unless a profile says otherwise.
    Usual {
        cpu: u64,
        memory: u64,
    },
    Listed(Vec<(Counted, u64)>),
}

impl Balance {
    /// Absent: the pod requests nothing of these resources, and is not scored.
    pub fn of(profile: &Profile, pod: &PodTemplate, nodes: &NodeColumns) -> Option<Balance> {
        let counted = |resource| Counted::of(resource, Requests::True, pod, nodes);
        let counted: Vec<(Counted, u64)> = profile.balanced.iter().filter_map(counted).collect();
        let asks_for_any = counted.iter().any(|(_, request)| *request > 0);
        asks_for_any.then_some(match counted[..] {
            [(Counted::Cpu, cpu), (Counted::Memory, memory)] => Balance::Usual { cpu, memory },
            _ => Balance::Listed(counted),
        })
    }

    pub fn is_usual(&self) -> bool {
        matches!(self, Balance::Usual { .. })
    }

    #[inline]
    pub fn at(&self, nodes: &NodeColumns, node: NodeId) -> i64 {
        let deviation = match self {
            Balance::Usual { cpu, memory } => {
                let (room, bound) = (&nodes.allocatable[node.index()], &nodes.bound[node.index()]);
                let cpu = share(bound.cpu.0, *cpu, room.cpu.0);
                let memory = share(bound.memory.0, *memory, room.memory.0);
                cpu.zip(memory).map_or(0.0, |(cpu, memory)| of_two(cpu, memory))
            }
            Balance::Listed(all) => of_all(all, nodes, node),
        };
        ((1.0 - deviation) * MAX_SCORE as f64) as i64
    }
}

/// By the list; apart, to keep it out of the way of the usual case.
#[inline(never)]
fn of_all(all: &[(Counted, u64)], nodes: &NodeColumns, node: NodeId) -> f64 {
    let share = |(resource, request): &(Counted, u64)| {
        let taken = resource.taken(Requests::True, nodes.sums(node));
        share(taken, *request, resource.allocatable(nodes, node))
    };
    deviation(&all.iter().filter_map(share).collect::<Vec<f64>>())
}

/// The standard deviation of the shares that are taken, summed up in their order.
fn deviation(shares: &[f64]) -> f64 {
    match *shares {
        [] | [_] => 0.0,
        [one, other] => of_two(one, other),
        _ => {
            let count = shares.len() as f64;
            let mean = shares.iter().fold(0.0, |sum, share| sum + share) / count;
            let squares = shares.iter().fold(0.0, |sum, share| sum + (share - mean) * (share - mean));
            libm::sqrt(squares / count)
        }
    }
}

#[inline]
fn of_two(one: f64, other: f64) -> f64 {
    ((one - other) / 2.0).abs()
}

/// The share of a resource that is taken with the pod; absent: the node has none of it.
#[inline]
fn share(taken: u64, request: u64, allocatable: u64) -> Option<f64> {
    let used = taken.saturating_add(request);
    (allocatable > 0).then(|| (used as f64 / allocatable as f64).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Bytes, MilliCpu};
    use crate::model::{Bound, Node, Room};
    use proptest::prelude::*;

    /// Now and then as much as there is.
    fn amount() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), Just(1 << 40), 1..1_000_000u64, any::<u64>()]
    }

    proptest! {
        #[test]
        fn the_usual_case_scores_as_the_list_does(
            [cpu, memory] in [amount(), amount()],
            [bound_cpu, bound_memory, room_cpu, room_memory] in [amount(), amount(), amount(), amount()],
        ) {
            let room = Room { cpu: MilliCpu(room_cpu), memory: Bytes(room_memory), ..Room::default() };
            let mut nodes = NodeColumns::new(&[Node::new("node", room)]);
            nodes.bound[0] = Bound { cpu: MilliCpu(bound_cpu), memory: Bytes(bound_memory), ..Bound::default() };
            let listed = Balance::Listed(vec![(Counted::Cpu, cpu), (Counted::Memory, memory)]);
            let usual = Balance::Usual { cpu, memory };
            prop_assert_eq!(usual.at(&nodes, NodeId(0)), listed.at(&nodes, NodeId(0)));
        }
    }
}
