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

/// Draws what a run is made of.
pub trait Source {
    /// When the workload's next pod arrives: not before the one asked for
    /// before; `None` once all have. Asked in order, each arrival once.
    fn next_arrival(&mut self, workload: WorkloadId) -> Option<SimTime>;

    /// The pod that stands at `replica` of its workload.
    fn draft(&mut self, workload: WorkloadId, replica: Replica) -> PodDraft;

    /// Which of `among` thresholds a node's kubelet takes, the `choice`-th time (from 0) that it has to choose.
    fn choose_threshold(&mut self, node: NodeId, choice: u32, among: usize) -> usize;

    /// Draw number `draw` (from 1; draw 0 came with the curve) of a curve that is drawn bit by bit.
    fn more_usage(&mut self, owner: CurveOwner, draw: u32) -> Arc<[Piece]>;
}
