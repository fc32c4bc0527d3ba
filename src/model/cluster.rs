//! The nodes in columns: what the scheduler may hand out, and what it has.
//!
//! What: allocatable, and the sums of what bound pods request.
//! Never: what pods really use: the scheduler does not look at it.
//! Invariant: `allocatable` never changes by binding.

use super::node::{Node, Room};
use super::taint::Taint;
use super::template::PodTemplate;
use crate::ground::{Bytes, MilliCpu, NodeId};

/// What the scheduler knows of the nodes, one entry a node in each column.
#[derive(Clone, Debug, Default)]
pub struct NodeColumns {
    pub allocatable: Vec<Room>,
    pub bound: Vec<Bound>,
    pub taints: Vec<Vec<Taint>>,
    pub unschedulable: Vec<bool>,
}

/// Sums over the pods bound to a node; one that is stopping counts until it is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    pub cpu: MilliCpu,
    pub memory: Bytes,
    /// With defaults for containers that ask for nothing: what scores count.
    pub scored_cpu: MilliCpu,
    pub scored_memory: Bytes,
    pub pods: u32,
}

impl NodeColumns {
    pub fn new<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> NodeColumns {
        let mut columns = NodeColumns::default();
        for node in nodes {
            columns.allocatable.push(node.allocatable);
            columns.bound.push(Bound::default());
            columns.taints.push(node.taints.clone());
            columns.unschedulable.push(node.unschedulable);
        }
        columns
    }

    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.bound.len() as u32).map(NodeId)
    }

    pub fn bind(&mut self, node: NodeId, pod: &PodTemplate) {
        let bound = &mut self.bound[node.index()];
        bound.cpu = bound.cpu + pod.cpu_request;
        bound.memory += pod.memory_request;
        bound.scored_cpu = bound.scored_cpu + pod.scored_cpu;
        bound.scored_memory += pod.scored_memory;
        bound.pods += 1;
    }

    pub fn release(&mut self, node: NodeId, pod: &PodTemplate) {
        let bound = &mut self.bound[node.index()];
        bound.cpu = MilliCpu(bound.cpu.0 - pod.cpu_request.0);
        bound.memory = bound.memory - pod.memory_request;
        bound.scored_cpu = MilliCpu(bound.scored_cpu.0 - pod.scored_cpu.0);
        bound.scored_memory = bound.scored_memory - pod.scored_memory;
        bound.pods -= 1;
    }

    /// Adds or takes off a taint.
    pub fn taint(&mut self, node: NodeId, taint: Taint, is_there: bool) {
        let taints = &mut self.taints[node.index()];
        taints.retain(|other| *other != taint);
        if is_there {
            taints.push(taint);
        }
    }
}
