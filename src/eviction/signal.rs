//! Eviction signals: what the kubelet compares with its thresholds.

use crate::ground::Bytes;

/// A signal of node pressure, as the kubelet's configuration names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Node capacity less the node's working set.
    MemoryAvailable,
    /// The memory limit of the cgroup of all pods less the pods' working set.
    AllocatableMemoryAvailable,
    NodefsAvailable,
    NodefsInodesFree,
    ImagefsAvailable,
    ImagefsInodesFree,
    ContainerfsAvailable,
    ContainerfsInodesFree,
    PidAvailable,
}

impl Signal {
    pub const ALL: [Signal; 9] = [
        Signal::MemoryAvailable,
        Signal::AllocatableMemoryAvailable,
        Signal::NodefsAvailable,
        Signal::NodefsInodesFree,
        Signal::ImagefsAvailable,
        Signal::ImagefsInodesFree,
        Signal::ContainerfsAvailable,
        Signal::ContainerfsInodesFree,
        Signal::PidAvailable,
    ];

    /// As `evictionHard` and its like spell it.
    pub fn name(self) -> &'static str {
        match self {
            Signal::MemoryAvailable => "memory.available",
            Signal::AllocatableMemoryAvailable => "allocatableMemory.available",
            Signal::NodefsAvailable => "nodefs.available",
            Signal::NodefsInodesFree => "nodefs.inodesFree",
            Signal::ImagefsAvailable => "imagefs.available",
            Signal::ImagefsInodesFree => "imagefs.inodesFree",
            Signal::ContainerfsAvailable => "containerfs.available",
            Signal::ContainerfsInodesFree => "containerfs.inodesFree",
            Signal::PidAvailable => "pid.available",
        }
    }

    pub fn named(name: &str) -> Option<Signal> {
        Signal::ALL.into_iter().find(|signal| signal.name() == name)
    }

    /// Whether it tells of memory: such signals are acted on before all others.
    pub fn is_memory(self) -> bool {
        matches!(self, Signal::MemoryAvailable | Signal::AllocatableMemoryAvailable)
    }
}

/// What a signal says at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    pub available: Bytes,
    /// What percentages are of: available plus working set of the same sample.
    pub capacity: Bytes,
}

/// One pass's observations; a signal without one counts as not met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observations {
    of: [Option<Observation>; Signal::ALL.len()],
}

impl Observations {
    pub fn of(&self, signal: Signal) -> Option<Observation> {
        self.of[signal as usize]
    }

    pub fn with(mut self, signal: Signal, observation: Observation) -> Observations {
        self.of[signal as usize] = Some(observation);
        self
    }
}
