//! Eviction signals: what the kubelet compares with its thresholds.
//!
//! What: the signals' names, what each counts and which condition it brings
//! about, and what was observed of them at one pass.
//! Never: where the figures come from ([`super::statistics`]), or where a line lies.
//! Next: [`super::threshold`].

use super::condition::NodeCondition;
use crate::ground::{Amount, Bytes, Format, Quantity, SimTime};
use std::fmt;

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
        self.starved() == Starved::Memory
    }

    /// What its node is short of when it is low. Source: kubernetes `signalToResource` (1.32).
    pub fn starved(self) -> Starved {
        match self {
            Signal::MemoryAvailable | Signal::AllocatableMemoryAvailable => Starved::Memory,
            Signal::NodefsAvailable | Signal::ImagefsAvailable | Signal::ContainerfsAvailable => {
                Starved::EphemeralStorage
            }
            Signal::NodefsInodesFree | Signal::ImagefsInodesFree | Signal::ContainerfsInodesFree => {
                Starved::Inodes
            }
            Signal::PidAvailable => Starved::Pids,
        }
    }

    /// What its node reports when it is low. Source: kubernetes `signalToNodeCondition` (1.32).
    pub fn condition(self) -> NodeCondition {
        match self.starved() {
            Starved::Memory => NodeCondition::MemoryPressure,
            Starved::EphemeralStorage | Starved::Inodes => NodeCondition::DiskPressure,
            Starved::Pids => NodeCondition::PidPressure,
        }
    }
}

/// What a node can be short of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Starved {
    Memory,
    EphemeralStorage,
    Inodes,
    Pids,
}

impl Starved {
    /// As the kubelet's messages spell it.
    pub fn name(self) -> &'static str {
        match self {
            Starved::Memory => "memory",
            Starved::EphemeralStorage => "ephemeral-storage",
            Starved::Inodes => "inodes",
            Starved::Pids => "pids",
        }
    }

    /// The suffixes that observed amounts of it are printed with.
    fn format(self) -> Format {
        match self {
            Starved::Memory | Starved::EphemeralStorage => Format::BinarySI,
            Starved::Inodes | Starved::Pids => Format::DecimalSI,
        }
    }
}

/// So many of what a signal counts: bytes, inodes or process ids.
///
/// Signed, as in the kubelet: more processes may run than there are ids for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub i64);

impl Count {
    pub const ZERO: Count = Count(0);

    /// In bytes, where the signal counts bytes; below zero there are none.
    pub fn bytes(self) -> Bytes {
        Bytes(u64::try_from(self.0).unwrap_or(0))
    }

    /// As the kubelet prints what it observed of a signal.
    pub fn printed(self, signal: Signal) -> impl fmt::Display {
        self.quantity(signal.starved().format())
    }

    pub(super) fn quantity(self, format: Format) -> Quantity {
        let magnitude = Amount::whole(self.0.unsigned_abs());
        Quantity::new(if self.0 < 0 { Amount::ZERO - magnitude } else { magnitude }, format)
    }
}

impl From<u64> for Count {
    /// Held at the end of 64 bits with a sign.
    fn from(number: u64) -> Count {
        Count(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Bytes> for Count {
    fn from(bytes: Bytes) -> Count {
        Count::from(bytes.0)
    }
}

/// What a signal says at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    pub available: Count,
    /// What percentages are of. Of memory: available plus working set of the same sample.
    pub capacity: Count,
    /// When the figures were taken. Absent means that they do not say, and counts as just now.
    pub sampled: Option<SimTime>,
}

impl Observation {
    /// Figures of this very instant.
    pub fn fresh(available: impl Into<Count>, capacity: impl Into<Count>) -> Observation {
        Observation { available: available.into(), capacity: capacity.into(), sampled: None }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_print_in_binary_units_inodes_and_process_ids_in_decimal_ones() {
        // Source: kubernetes `makeSignalObservations` (1.32), which gives each figure its format.
        let printed = |count, signal| Count(count).printed(signal).to_string();
        assert_eq!(printed(2048, Signal::NodefsAvailable), "2Ki");
        assert_eq!(printed(2048, Signal::NodefsInodesFree), "2048");
        assert_eq!(printed(2000, Signal::ImagefsInodesFree), "2k");
        assert_eq!(printed(3000, Signal::PidAvailable), "3k");
        assert_eq!(printed(-5, Signal::PidAvailable), "-5");
    }

    #[test]
    fn every_signal_is_found_by_its_name() {
        for signal in Signal::ALL {
            assert_eq!(Signal::named(signal.name()), Some(signal));
        }
        assert_eq!(Signal::named("memory"), None);
    }
}
