//! What a decision is shown: nodes, the pods on them, what else there is, and who was promised what.
//!
//! Never: a copy. The engine keeps its pods as it likes and shows them through [`BoundPods`].

use crate::ground::{NodeId, PodId, SimTime};
use crate::model::{NodeColumns, Peers, PodTemplate};

/// All that a decision may look at.
pub struct Facts<'a, P> {
    pub nodes: &'a NodeColumns,
    pub pods: &'a P,
    pub peers: &'a Peers,
    pub nominated: &'a [Nominated<'a>],
}

/// The pods on the nodes.
pub trait BoundPods {
    /// Those bound to a node, in any order; one that is stopping is among them until it is gone.
    fn on(&self, node: NodeId) -> impl Iterator<Item = BoundPod<'_>>;
}

/// A pod on its node.
#[derive(Clone, Copy, Debug)]
pub struct BoundPod<'a> {
    pub pod: PodId,
    /// The order in which pods were made; a row's id is used again.
    pub serial: u64,
    pub template: &'a PodTemplate,
    /// In the place of `status.startTime`: when the API heard that it is bound (fidelity F-21).
    pub started: SimTime,
    pub is_terminating: bool,
    /// It is terminating since the scheduler made room: its condition DisruptionTarget has the
    /// reason PreemptionByScheduler.
    pub is_being_preempted: bool,
}

/// A pod that waits for the room that was made for it: `status.nominatedNodeName`.
#[derive(Clone, Copy, Debug)]
pub struct Nominated<'a> {
    pub pod: PodId,
    pub node: NodeId,
    pub template: &'a PodTemplate,
}

/// No pods at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl BoundPods for Nobody {
    fn on(&self, _node: NodeId) -> impl Iterator<Item = BoundPod<'_>> {
        std::iter::empty()
    }
}

impl<P> Clone for Facts<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Facts<'_, P> {}
