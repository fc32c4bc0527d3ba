//! What pods take of a node: sums that a binding adds to and a release takes from.
//!
//! What: [`Bound`], which every pod adds to, and [`Held`], which few do.
//! Never: what a node has; that is beside them in the columns.

use crate::ground::{Bytes, MilliCpu};
use crate::model::placement::HostPort;
use crate::model::template::PodTemplate;
use std::collections::BTreeSet;

/// Sums over the pods bound to a node; one that is stopping counts until it is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    pub cpu: MilliCpu,
    pub memory: Bytes,
    pub storage: Bytes,
    /// With defaults for containers that ask for nothing: what scores count.
    pub scored_cpu: MilliCpu,
    pub scored_memory: Bytes,
    pub pods: u32,
}

/// What few pods take of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// A set, as kube-scheduler keeps it: where two pods hold one port, the first to go frees it.
    pub ports: BTreeSet<HostPort>,
    /// Of extended resources, by their ids; what is not listed is nothing.
    extended: Vec<u64>,
}

/// All that its pods take of a node.
#[derive(Clone, Copy, Debug)]
pub struct NodeSums<'a> {
    pub bound: &'a Bound,
    pub held: &'a Held,
}

/// An extended resource that a cluster knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExtendedId(pub usize);

/// Filters bound the sums; where they are disabled, a sum that no longer can be counted stays at the most that can.
impl Bound {
    pub fn add(&mut self, pod: &PodTemplate) {
        self.cpu.0 = self.cpu.0.saturating_add(pod.cpu_request.0);
        self.memory.0 = self.memory.0.saturating_add(pod.memory_request.0);
        self.storage.0 = self.storage.0.saturating_add(pod.storage_request.0);
        self.scored_cpu.0 = self.scored_cpu.0.saturating_add(pod.bound_scored_cpu.0);
        self.scored_memory.0 = self.scored_memory.0.saturating_add(pod.bound_scored_memory.0);
        self.pods += 1;
    }

    pub fn take_off(&mut self, pod: &PodTemplate) {
        self.cpu.0 = self.cpu.0.saturating_sub(pod.cpu_request.0);
        self.memory.0 = self.memory.0.saturating_sub(pod.memory_request.0);
        self.storage.0 = self.storage.0.saturating_sub(pod.storage_request.0);
        self.scored_cpu.0 = self.scored_cpu.0.saturating_sub(pod.bound_scored_cpu.0);
        self.scored_memory.0 = self.scored_memory.0.saturating_sub(pod.bound_scored_memory.0);
        self.pods -= 1;
    }
}

impl Held {
    pub fn extended(&self, id: ExtendedId) -> u64 {
        id.of(&self.extended)
    }

    /// Adds a pod, as far as these names know what it asks for: of the rest no node has any.
    pub fn add(&mut self, pod: &PodTemplate, names: &[String]) {
        for (name, pieces) in &pod.extended_requests {
            if let Some(id) = extended_id(names, name) {
                self.add_extended(id, *pieces);
            }
        }
        self.ports.extend(pod.host_ports.iter().cloned());
    }

    pub(super) fn add_extended(&mut self, id: ExtendedId, pieces: u64) {
        let slot = id.slot(&mut self.extended);
        *slot = slot.saturating_add(pieces);
    }

    /// Takes a pod off that was added with these names.
    pub fn take_off(&mut self, pod: &PodTemplate, names: &[String]) {
        for (name, pieces) in &pod.extended_requests {
            if let Some(id) = extended_id(names, name) {
                let slot = id.slot(&mut self.extended);
                *slot = slot.saturating_sub(*pieces);
            }
        }
        for port in &pod.host_ports {
            self.ports.remove(port);
        }
    }
}

impl ExtendedId {
    pub(super) fn of(self, amounts: &[u64]) -> u64 {
        amounts.get(self.0).copied().unwrap_or(0)
    }

    pub(super) fn slot(self, amounts: &mut Vec<u64>) -> &mut u64 {
        if amounts.len() <= self.0 {
            amounts.resize(self.0 + 1, 0);
        }
        &mut amounts[self.0]
    }
}

pub(super) fn extended_id(names: &[String], name: &str) -> Option<ExtendedId> {
    names.iter().position(|known| known == name).map(ExtendedId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainerSpec, PodSpec, ResourceAmounts};

    #[test]
    fn where_nothing_bounds_the_sum_it_is_held_at_what_can_be_counted() {
        // A profile may disable NodeResourcesFit; then 20 pods of 1Ei are bound to one node, and 16Ei is 2^64.
        let requests = ResourceAmounts { memory: Some(Bytes(1 << 60).into()), ..ResourceAmounts::default() };
        let containers = vec![ContainerSpec { requests, ..ContainerSpec::default() }];
        let pod = PodTemplate::new(PodSpec { containers, ..PodSpec::default() });
        let mut bound = Bound::default();
        (0..20).for_each(|_| bound.add(&pod));
        assert_eq!((bound.memory, bound.pods), (Bytes(u64::MAX), 20));
        (0..20).for_each(|_| bound.take_off(&pod));
        assert_eq!((bound.memory, bound.pods), (Bytes::ZERO, 0));
    }
}
