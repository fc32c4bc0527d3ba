//! What a kubelet's statistics say of its node, and the signals that this makes.
//!
//! What: the figures as they are reported, each absent where it was not, which
//! is never the same as zero.
//! Never: a threshold, or what is done about a figure.
//! Next: [`super::statistics`], the same of a pod; [`super::signal`].
//!
//! Source: kubernetes `makeSignalObservations` (1.32).

use super::signal::{Count, Observation, Observations, Signal};
use crate::ground::{Bytes, SimTime};

/// What a kubelet knows of its node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeStatistics {
    pub memory: Option<MemoryStatistics>,
    /// Of the cgroup of all pods.
    pub pods_memory: Option<MemoryStatistics>,
    /// Volumes and logs; where it is the only one, everything.
    pub node_fs: Option<FsStatistics>,
    /// Images.
    pub image_fs: Option<FsStatistics>,
    /// What containers write.
    pub container_fs: Option<FsStatistics>,
    pub processes: Option<ProcessStatistics>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryStatistics {
    pub available: Option<Bytes>,
    pub working_set: Option<Bytes>,
    pub sampled: Option<SimTime>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FsStatistics {
    pub available: Option<Bytes>,
    pub capacity: Option<Bytes>,
    pub inodes_free: Option<u64>,
    pub inodes: Option<u64>,
    pub sampled: Option<SimTime>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessStatistics {
    /// How many process ids there are.
    pub limit: Option<u64>,
    pub running: Option<u64>,
    pub sampled: Option<SimTime>,
}

impl NodeStatistics {
    /// The signals that these figures make; a signal needs all of its figures.
    pub fn observations(&self) -> Observations {
        let memory = |memory: Option<MemoryStatistics>| memory.and_then(|memory| memory.observation());
        let bytes = |fs: Option<FsStatistics>| fs.and_then(|fs| fs.bytes());
        let inodes = |fs: Option<FsStatistics>| fs.and_then(|fs| fs.inode_counts());
        let made = [
            (Signal::MemoryAvailable, memory(self.memory)),
            (Signal::AllocatableMemoryAvailable, memory(self.pods_memory)),
            (Signal::NodefsAvailable, bytes(self.node_fs)),
            (Signal::NodefsInodesFree, inodes(self.node_fs)),
            (Signal::ImagefsAvailable, bytes(self.image_fs)),
            (Signal::ImagefsInodesFree, inodes(self.image_fs)),
            (Signal::ContainerfsAvailable, bytes(self.container_fs)),
            (Signal::ContainerfsInodesFree, inodes(self.container_fs)),
            (Signal::PidAvailable, self.processes.and_then(|processes| processes.observation())),
        ];
        made.into_iter().fold(Observations::default(), |all, (signal, observation)| match observation {
            Some(observation) => all.with(signal, observation),
            None => all,
        })
    }
}

impl MemoryStatistics {
    fn observation(self) -> Option<Observation> {
        let (available, working_set) = (self.available?, self.working_set?);
        let capacity = Count::from(available.0.saturating_add(working_set.0));
        Some(Observation { available: available.into(), capacity, sampled: self.sampled })
    }
}

impl FsStatistics {
    fn bytes(self) -> Option<Observation> {
        let (available, capacity) = (self.available?, self.capacity?);
        Some(Observation { available: available.into(), capacity: capacity.into(), sampled: self.sampled })
    }

    fn inode_counts(self) -> Option<Observation> {
        let (free, all) = (self.inodes_free?, self.inodes?);
        Some(Observation { available: free.into(), capacity: all.into(), sampled: self.sampled })
    }
}

impl ProcessStatistics {
    fn observation(self) -> Option<Observation> {
        let (limit, running) = (Count::from(self.limit?), Count::from(self.running?));
        let available = Count(limit.0 - running.0);
        Some(Observation { available, capacity: limit, sampled: self.sampled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_needs_all_of_its_figures() {
        let memory = MemoryStatistics { available: Some(Bytes(30)), ..MemoryStatistics::default() };
        let whole = MemoryStatistics { working_set: Some(Bytes(70)), ..memory };
        let of = |memory| NodeStatistics { memory: Some(memory), ..NodeStatistics::default() }.observations();
        assert_eq!(of(memory), Observations::default());
        let seen = of(whole).of(Signal::MemoryAvailable).expect("both figures are there");
        assert_eq!((seen.available, seen.capacity), (Count(30), Count(100)));
    }

    #[test]
    fn a_file_system_without_a_count_of_inodes_still_tells_of_its_bytes() {
        let disk = FsStatistics { available: Some(Bytes(1)), capacity: Some(Bytes(9)), ..Default::default() };
        let seen = NodeStatistics { node_fs: Some(disk), ..NodeStatistics::default() }.observations();
        assert_eq!(seen.of(Signal::NodefsAvailable), Some(Observation::fresh(Count(1), Count(9))));
        assert_eq!(seen.of(Signal::NodefsInodesFree), None);
        assert_eq!(seen.of(Signal::ImagefsAvailable), None);
    }

    #[test]
    fn more_processes_than_ids_leave_less_than_none() {
        let processes = ProcessStatistics { limit: Some(10), running: Some(12), sampled: None };
        let seen = NodeStatistics { processes: Some(processes), ..NodeStatistics::default() }.observations();
        let seen = seen.of(Signal::PidAvailable).expect("both figures are there");
        assert_eq!((seen.available, seen.capacity), (Count(-2), Count(10)));
    }
}
