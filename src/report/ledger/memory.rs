//! Memory over time, as far as a figure shows it.
//!
//! What: each change of a pod's or a node's memory goes into the node's strata.
//! Never: a table: `timeline` has samples of its own. Next: [`crate::report::strata`], which keeps it.

use super::{Ledger, Names};
use crate::engine::record::PodName;
use crate::ground::{Line, NodeId, SimTime};
use std::io::Write;

impl<N: Names, W: Write> Ledger<'_, N, W> {
    pub(super) fn on_memory_turned(&mut self, now: SimTime, (pod, node): (PodName, NodeId), memory: Line) {
        let names = self.names;
        let Some(strata) = self.strata.get_mut(node.index()) else { return };
        let Some(live) = self.live.get_mut(&pod.serial) else { return };
        let before = std::mem::replace(&mut live.memory, memory);
        let name = || names.pod(pod.workload, pod.replica);
        strata.turn_pod(now, (pod.serial, live.qos), name, (before, memory));
    }

    pub(super) fn on_node_memory_turned(&mut self, now: SimTime, node: NodeId, memory: Line) {
        if let Some(strata) = self.strata.get_mut(node.index()) {
            strata.turn_own(now, memory);
        }
    }

    /// What a pod still held is free once it is over.
    pub(super) fn memory_ended(&mut self, ended: Option<SimTime>, pod: PodName, node: Option<NodeId>) {
        let holds = self.live.get(&pod.serial).is_some_and(|live| live.memory != Line::default());
        if let Some((ended, node)) = ended.zip(node).filter(|_| holds) {
            self.on_memory_turned(ended, (pod, node), Line::default());
        }
    }
}
