//! Which nodes can take a pod. Source: kubernetes
//! `pkg/scheduler/framework/plugins` (1.34): NodeUnschedulable, TaintToleration and NodeResourcesFit.

use crate::ground::{Bytes, MilliCpu, NodeId};
use crate::model::{NodeColumns, PodTemplate, Taint, TaintEffect};

/// Why some nodes refused a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: RefusalReason,
    pub nodes: u32,
}

/// What refused, in the order of the filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalReason {
    Unschedulable,
    UntoleratedTaint,
    TooManyPods,
    InsufficientCpu,
    InsufficientMemory,
}

impl RefusalReason {
    pub const ALL: [RefusalReason; 5] = [
        RefusalReason::Unschedulable,
        RefusalReason::UntoleratedTaint,
        RefusalReason::TooManyPods,
        RefusalReason::InsufficientCpu,
        RefusalReason::InsufficientMemory,
    ];
}

/// Whether every filter lets the pod onto the node.
pub fn passes(nodes: &NodeColumns, node: NodeId, pod: &PodTemplate) -> bool {
    RefusalReason::ALL.into_iter().all(|reason| !refuses(nodes, node, pod, reason))
}

/// How many nodes refuse the pod for what. A node counts for its first failing
/// plugin only, and there for each resource that is short.
pub fn refusals(nodes: &NodeColumns, pod: &PodTemplate) -> Vec<Refusal> {
    let mut counts = [0u32; RefusalReason::ALL.len()];
    for node in nodes.ids() {
        let first = RefusalReason::ALL.into_iter().find(|reason| refuses(nodes, node, pod, *reason));
        let Some(first) = first else { continue };
        for reason in RefusalReason::ALL.into_iter().filter(|reason| first.plugin() == reason.plugin()) {
            counts[reason as usize] += u32::from(refuses(nodes, node, pod, reason));
        }
    }
    let all = RefusalReason::ALL.into_iter().zip(counts);
    all.filter(|(_, nodes)| *nodes > 0).map(|(reason, nodes)| Refusal { reason, nodes }).collect()
}

impl RefusalReason {
    /// The plugin that speaks, in the order in which they are asked.
    fn plugin(self) -> u8 {
        match self {
            RefusalReason::Unschedulable => 0,
            RefusalReason::UntoleratedTaint => 1,
            RefusalReason::TooManyPods
            | RefusalReason::InsufficientCpu
            | RefusalReason::InsufficientMemory => 2,
        }
    }
}

fn refuses(nodes: &NodeColumns, node: NodeId, pod: &PodTemplate, reason: RefusalReason) -> bool {
    let bound = &nodes.bound[node.index()];
    let allocatable = &nodes.allocatable[node.index()];
    match reason {
        RefusalReason::Unschedulable => nodes.unschedulable[node.index()],
        RefusalReason::UntoleratedTaint => {
            nodes.taints[node.index()].iter().any(|taint| keeps_off(taint, pod))
        }
        RefusalReason::TooManyPods => bound.pods >= allocatable.pods,
        // A pod that requests nothing of a resource is not checked for it.
        RefusalReason::InsufficientCpu => {
            pod.cpu_request > MilliCpu(0) && pod.cpu_request + bound.cpu > allocatable.cpu
        }
        RefusalReason::InsufficientMemory => {
            pod.memory_request > Bytes::ZERO && pod.memory_request + bound.memory > allocatable.memory
        }
    }
}

fn keeps_off(taint: &Taint, pod: &PodTemplate) -> bool {
    let binding = taint.effect != TaintEffect::PreferNoSchedule;
    let tolerated = || pod.spec.tolerations.iter().any(|toleration| toleration.tolerates(taint));
    let by_class = || *taint == Taint::memory_pressure() && pod.tolerates_memory_pressure_by_class();
    binding && !tolerated() && !by_class()
}
