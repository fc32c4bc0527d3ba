//! Whether pods fit by what they request, without a run.
//!
//! What: first-fit decreasing: the pods that are there from the start, the largest first, each onto the first node with room
//! for its cpu, its memory and one more pod. What still fits then, and whether all fit without the largest node.
//! Never: labels, taints, affinity, ports, or what pods use: a run knows those. What it packs
//! does fit; what it does not pack might fit otherwise: bounds are known for equal nodes and one resource alone.
//! Source: D. S. Johnson, "Near-optimal bin packing algorithms", MIT 1973.

use crate::engine::Source;
use crate::ground::{Bytes, MilliCpu, SimTime, WorkloadId};
use crate::model::Replica;
use crate::scenario::Scenario;

/// What a pod asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    memory: Bytes,
    cpu: MilliCpu,
}

/// What a node has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    memory: Bytes,
    cpu: MilliCpu,
    pods: u32,
}

/// How the pods of a scenario fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    /// Those that are there from the start.
    pub pods: u64,
    /// Those of them that found no room.
    pub unplaced: u64,
    /// Allocatable memory that nobody requests.
    pub free: Bytes,
    /// How many more pods fit that request as much as the largest.
    pub more: u64,
    /// What that one requests.
    pub largest_pod: Bytes,
    /// The allocatable memory of the largest node.
    pub largest_node: Bytes,
    /// How many find no room when the largest node is lost.
    pub unplaced_without_largest: u64,
}

/// Packs; nothing, if there are no pods from the start, or no nodes.
pub fn pack(scenario: &Scenario) -> Option<Packing> {
    let mut pods = pods_from_the_start(scenario);
    pods.sort_unstable_by(|a, b| b.cmp(a));
    let mut nodes: Vec<Left> = scenario.nodes.iter().map(|plan| left(&plan.node.allocatable)).collect();
    let (largest_pod, largest) = (*pods.first()?, largest_node(&nodes)?);
    let mut fewer = nodes.clone();
    let largest_node = fewer.remove(largest).memory;
    let unplaced = place_all(&mut nodes, &pods);
    let free = Bytes(nodes.iter().map(|node| node.memory.0).sum());
    Some(Packing {
        pods: pods.len() as u64,
        unplaced,
        free,
        more: nodes.iter().map(|node| node.how_many(largest_pod)).sum(),
        largest_pod: largest_pod.memory,
        largest_node,
        unplaced_without_largest: place_all(&mut fewer, &pods),
    })
}

fn left(allocatable: &crate::model::node::Room) -> Left {
    Left { memory: allocatable.memory, cpu: allocatable.cpu, pods: allocatable.pods }
}

fn pods_from_the_start(scenario: &Scenario) -> Vec<Request> {
    let mut source = scenario.source(0);
    let mut pods = Vec::new();
    for place in 0..scenario.workloads.len() {
        let workload = WorkloadId(place as u32);
        let mut ordinal = 0;
        while source.next_arrival(workload) == Some(SimTime::START) {
            let template = source.draft(workload, Replica { ordinal, generation: 0 }).template;
            pods.push(Request { memory: template.memory_request, cpu: template.cpu_request });
            ordinal += 1;
        }
    }
    pods
}

/// By memory, then by cpu; of equals the first.
fn largest_node(nodes: &[Left]) -> Option<usize> {
    (0..nodes.len()).min_by_key(|place| {
        let node = nodes[*place];
        std::cmp::Reverse((node.memory, node.cpu))
    })
}

/// Places the pods, the first first: how many found no room.
fn place_all(nodes: &mut [Left], pods: &[Request]) -> u64 {
    pods.iter().filter(|pod| !place(nodes, **pod)).count() as u64
}

fn place(nodes: &mut [Left], pod: Request) -> bool {
    let Some(node) = nodes.iter_mut().find(|node| node.has_room_for(pod)) else { return false };
    node.memory.0 -= pod.memory.0;
    node.cpu.0 -= pod.cpu.0;
    node.pods -= 1;
    true
}

impl Left {
    fn has_room_for(self, pod: Request) -> bool {
        pod.memory <= self.memory && pod.cpu <= self.cpu && self.pods > 0
    }

    fn how_many(self, pod: Request) -> u64 {
        let times = |all: u64, each: u64| all.checked_div(each).unwrap_or(u64::MAX);
        let memory = times(self.memory.0, pod.memory.0);
        memory.min(times(self.cpu.0, pod.cpu.0)).min(u64::from(self.pods))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    fn packed(pods: &str) -> Packing {
        let text = format!(
            "horizon: 1m
kubelet: {{evictionHard: {{memory.available: 0%}}}}
nodes:
  - {{name: small, capacity: {{cpu: 4, memory: 4Gi, pods: 10}}}}
  - {{name: large, capacity: {{cpu: 4, memory: 6Gi, pods: 10}}}}
pods: [{pods}]
"
        );
        let scenario = scenario::read("fit.yaml", &|_| Ok(text.clone().into_bytes())).expect("it is sound");
        pack(&scenario).expect("it has pods")
    }

    #[test]
    fn the_largest_pods_are_placed_first_and_what_is_left_is_told() {
        // 4Gi onto small, 3Gi and 2Gi onto large, which has 1Gi left: the small pod is placed last, and fits there.
        let packing = packed(
            "{name: tiny, requests: {memory: 512Mi}}, {name: a, requests: {memory: 3Gi}}, {name: b, requests: {memory: 4Gi}}, {name: c, requests: {memory: 2Gi}}",
        );
        assert_eq!((packing.pods, packing.unplaced, packing.more), (4, 0, 0));
        assert_eq!(packing.free, Bytes(512 << 20));
        assert_eq!((packing.largest_pod, packing.largest_node), (Bytes(4 << 30), Bytes(6 << 30)));
        // 4Gi fill what is left; the other three wait.
        assert_eq!(packing.unplaced_without_largest, 3);
    }

    #[test]
    fn cpu_and_the_number_of_pods_count_too() {
        // 3 cpu each: one a node, whatever its memory.
        let packing = packed("{name: a, count: 3, requests: {cpu: 3, memory: 1Gi}}");
        assert_eq!((packing.unplaced, packing.more, packing.unplaced_without_largest), (1, 0, 2));
        // Nothing is asked for: ten a node.
        let packing = packed("{name: a, count: 15, workingSet: 1Mi}");
        assert_eq!((packing.unplaced, packing.more, packing.unplaced_without_largest), (0, 5, 5));
    }
}
