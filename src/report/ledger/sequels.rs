//! Sequels: what is known only later of whoever had to go, and of whoever they went for.
//!
//! What: who was made in a victim's place, and where the pods that are followed were bound.
//! Never: a row, or a name. Next: [`super::evictions`] and [`super::preemptions`], which tell it at the end of the run.

use crate::engine::record::PodName;
use crate::ground::{NodeId, SimTime};
use std::collections::BTreeMap;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sequels {
    /// By the victim's serial; absent as long as nobody was made in its place.
    replacements: BTreeMap<u64, Option<PodName>>,
    /// By the serial of a pod that is followed; absent as long as it has no node.
    bound: BTreeMap<u64, Option<(NodeId, SimTime)>>,
}

impl Sequels {
    pub fn await_replacement(&mut self, victim: PodName) {
        self.replacements.entry(victim.serial).or_default();
    }

    pub fn await_binding(&mut self, pod: PodName) {
        self.bound.entry(pod.serial).or_default();
    }

    pub fn on_replaced(&mut self, old: PodName, new: PodName) {
        let Some(replacement) = self.replacements.get_mut(&old.serial) else { return };
        *replacement = Some(new);
        self.await_binding(new);
    }

    pub fn on_bound(&mut self, now: SimTime, pod: PodName, node: NodeId) {
        if let Some(bound) = self.bound.get_mut(&pod.serial) {
            *bound = Some((node, now));
        }
    }

    /// Who was made in the victim's place.
    pub fn replacement(&self, victim: PodName) -> Option<PodName> {
        *self.replacements.get(&victim.serial)?
    }

    /// Where and when a pod that is followed, if it is there, was bound.
    pub fn bound(&self, pod: Option<PodName>) -> Option<(NodeId, SimTime)> {
        *self.bound.get(&pod?.serial)?
    }
}
