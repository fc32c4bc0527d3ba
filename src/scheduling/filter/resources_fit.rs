//! NodeResourcesFit: whether what is left of a node is enough.
//!
//! What: allocatable less what bound pods request, against a pod's true request.
//! Never: what is really used.

use super::{Code, NodeRefusal, RefusalReason};
use crate::ground::NodeId;
use crate::model::{ExtendedId, NodeColumns, NodeSums, PodTemplate};

/// What a pod asks for of all that runs short.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    cpu: u64,
    memory: u64,
    storage: u64,
    /// In the template's order; without an id: no node has any.
    extended: Vec<(Option<ExtendedId>, u64)>,
}

/// What a node is short of for a pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shortage {
    /// One bit each: pods, cpu, memory, storage, then extended resources in the template's order.
    lacks: u64,
    /// Whether even the empty node has too little.
    is_hopeless: bool,
}

const PODS: u32 = 0;
const CPU: u32 = 1;
const MEMORY: u32 = 2;
const STORAGE: u32 = 3;
const FIRST_EXTENDED: u32 = 4;

impl Needs {
    pub fn of(pod: &PodTemplate, nodes: &NodeColumns) -> Needs {
        let extended = pod.extended_requests.iter().map(|(name, pieces)| (nodes.extended_id(name), *pieces));
        Needs {
            cpu: pod.cpu_request.0,
            memory: pod.memory_request.0,
            storage: pod.storage_request.0,
            extended: extended.collect(),
        }
    }

    /// Whether no extended resource is among them.
    pub fn are_usual(&self) -> bool {
        self.extended.is_empty()
    }

    /// All that is short, not only the first. A resource that the pod does not ask for is never
    /// short, not even on a node where more is bound than it has.
    #[inline]
    pub fn refused_by(&self, nodes: &NodeColumns, node: NodeId, sums: NodeSums<'_>) -> Option<NodeRefusal> {
        let (allocatable, bound) = (&nodes.allocatable[node.index()], sums.bound);
        let mut shortage = Shortage::default();
        if bound.pods >= allocatable.pods {
            shortage.lacks |= 1 << PODS;
        }
        shortage.check(CPU, self.cpu, bound.cpu.0, allocatable.cpu.0);
        shortage.check(MEMORY, self.memory, bound.memory.0, allocatable.memory.0);
        shortage.check(STORAGE, self.storage, bound.storage.0, allocatable.ephemeral_storage.0);
        if !self.extended.is_empty() {
            self.check_extended(&mut shortage, nodes, node, sums);
        }
        (shortage.lacks != 0).then_some(NodeRefusal::Resources(shortage))
    }

    #[inline(never)]
    fn check_extended(&self, shortage: &mut Shortage, nodes: &NodeColumns, node: NodeId, sums: NodeSums<'_>) {
        for (place, (id, pieces)) in (FIRST_EXTENDED..).zip(&self.extended) {
            let of_node = |id| (sums.held.extended(id), nodes.extended_allocatable(node, id));
            let (bound, allocatable) = id.map_or((0, 0), of_node);
            shortage.check(place.min(u64::BITS - 1), *pieces, bound, allocatable);
        }
    }
}

impl Shortage {
    #[inline]
    fn check(&mut self, place: u32, request: u64, bound: u64, allocatable: u64) {
        if request > 0 && request.saturating_add(bound) > allocatable {
            self.lacks |= 1 << place;
            self.is_hopeless |= request > allocatable;
        }
    }

    pub fn code(self) -> Code {
        if self.is_hopeless { Code::UnschedulableAndUnresolvable } else { Code::Unschedulable }
    }

    pub(super) fn reasons(self, pod: &PodTemplate) -> Vec<RefusalReason> {
        let extended = pod.extended_requests.iter();
        let extended = extended.map(|(name, _)| RefusalReason::InsufficientExtended(name.clone()));
        let in_order = [
            RefusalReason::TooManyPods,
            RefusalReason::InsufficientCpu,
            RefusalReason::InsufficientMemory,
            RefusalReason::InsufficientStorage,
        ];
        let all = (0..u64::BITS).zip(in_order.into_iter().chain(extended));
        all.filter(|(place, _)| self.lacks & (1 << place) != 0).map(|(_, reason)| reason).collect()
    }
}
