//! A resource as a score counts it: what a node has of it, what its pods take, what a pod adds.
//!
//! Left out: an extended resource that the pod does not ask for, and one that no node has.

use crate::ground::NodeId;
use crate::model::{ExtendedId, NodeColumns, NodeSums, PodTemplate};
use crate::scheduling::profile::ResourceName;

/// A resource that a score counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Cpu,
    Memory,
    Storage,
    Extended(ExtendedId),
}

/// Whether defaults count for containers that ask for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requests {
    True,
    WithDefaults,
}

impl Counted {
    /// The resource, with what the pod asks of it; absent: it is left out for this pod.
    pub fn of(
        resource: &ResourceName,
        requests: Requests,
        pod: &PodTemplate,
        nodes: &NodeColumns,
    ) -> Option<(Counted, u64)> {
        Some(match (resource, requests) {
            (ResourceName::Cpu, Requests::True) => (Counted::Cpu, pod.cpu_request.0),
            (ResourceName::Cpu, Requests::WithDefaults) => (Counted::Cpu, pod.scored_cpu.0),
            (ResourceName::Memory, Requests::True) => (Counted::Memory, pod.memory_request.0),
            (ResourceName::Memory, Requests::WithDefaults) => (Counted::Memory, pod.scored_memory.0),
            (ResourceName::EphemeralStorage, _) => (Counted::Storage, pod.storage_request.0),
            (ResourceName::Extended(name), _) => {
                let (_, pieces) = pod.extended_requests.iter().find(|(asked, _)| asked == name)?;
                (Counted::Extended(nodes.extended_id(name)?), *pieces)
            }
        })
    }

    #[inline]
    pub fn allocatable(self, nodes: &NodeColumns, node: NodeId) -> u64 {
        let room = &nodes.allocatable[node.index()];
        match self {
            Counted::Cpu => room.cpu.0,
            Counted::Memory => room.memory.0,
            Counted::Storage => room.ephemeral_storage.0,
            Counted::Extended(id) => nodes.extended_allocatable(node, id),
        }
    }

    #[inline]
    pub fn taken(self, requests: Requests, sums: NodeSums<'_>) -> u64 {
        match (self, requests) {
            (Counted::Cpu, Requests::True) => sums.bound.cpu.0,
            (Counted::Cpu, Requests::WithDefaults) => sums.bound.scored_cpu.0,
            (Counted::Memory, Requests::True) => sums.bound.memory.0,
            (Counted::Memory, Requests::WithDefaults) => sums.bound.scored_memory.0,
            (Counted::Storage, _) => sums.bound.storage.0,
            (Counted::Extended(id), _) => sums.held.extended(id),
        }
    }
}

/// `part` of `whole` in percent, truncated.
#[inline]
pub fn percent(part: u64, whole: u64) -> i64 {
    let hundredfold = part.checked_mul(100).map(|hundredfold| hundredfold / whole);
    i64::try_from(hundredfold.unwrap_or_else(|| percent_of_very_much(part, whole))).unwrap_or(i64::MAX)
}

/// The same from 2^64 / 100 on: a hundred and sixty petabytes.
#[cold]
fn percent_of_very_much(part: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(part) * 100 / u128::from(whole)).unwrap_or(u64::MAX)
}
