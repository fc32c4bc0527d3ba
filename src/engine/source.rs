//! Where a run's pods come from: the engine asks, floor 4 draws.
//!
//! The engine knows no distribution and no file. Whatever is drawn is drawn by
//! name (workload, replica, container), never by the order of the questions, so
//! the same pod lives the same life under every policy.

use crate::ground::{NodeId, SimTime, WorkloadId};
use crate::model::{ContainerIndex, NodePart, Piece, PodLife, PodTemplate, Replica, Usage};
use std::sync::Arc;

/// One pod, drawn.
#[derive(Clone, Debug)]
pub struct PodDraft {
    pub template: Arc<PodTemplate>,
    pub life: PodLife,
}

/// Whose curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveOwner {
    Container { workload: WorkloadId, replica: Replica, container: ContainerIndex, usage: Usage },
    Node { node: NodeId, part: NodePart },
}

/// What is to be chosen, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The threshold that a node's kubelet acts on, the `choice`-th time (from 0) that it has to choose.
    ActingThreshold { node: NodeId, choice: u32 },
    /// One of the best nodes for a pod, at that attempt (from 1) to schedule it.
    BestNode { workload: WorkloadId, replica: Replica, attempt: u32 },
    /// The node at which the search for a pod's victims begins, at that attempt.
    FirstCandidate { workload: WorkloadId, replica: Replica, attempt: u32 },
    /// One of the nodes where preemption costs least, at that attempt.
    Candidate { workload: WorkloadId, replica: Replica, attempt: u32 },
}

/// Draws what a run is made of.
pub trait Source {
    /// When the workload's next pod arrives: not before the one asked for
    /// before; `None` once all have. Asked in order, each arrival once.
    fn next_arrival(&mut self, workload: WorkloadId) -> Option<SimTime>;

    /// The pod that stands at `replica` of its workload.
    fn draft(&mut self, workload: WorkloadId, replica: Replica) -> PodDraft;

    /// Which of `among` is taken, where Kubernetes takes any.
    fn choose(&mut self, choice: Choice, among: usize) -> usize;

    /// Draw number `draw` (from 1; draw 0 came with the curve) of a curve that is drawn bit by bit.
    fn more_usage(&mut self, owner: CurveOwner, draw: u32) -> Arc<[Piece]>;
}
