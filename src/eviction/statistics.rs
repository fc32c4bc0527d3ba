//! The statistics that a kubelet reads of each pod before it looks.
//!
//! What: the figures of the stats summary that eviction uses. Absent means not
//! reported, which is never the same as zero.
//! Never: which of them add up to what: [`super::order`] knows what counts for
//! which signal.

use crate::ground::Bytes;

/// What a kubelet knows of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodStatistics {
    pub working_set: Option<Bytes>,
    pub processes: Option<u64>,
    /// All that it keeps on the node's disks, as the kubelet adds it up.
    pub ephemeral_storage: Option<Bytes>,
    /// In the order of the summary, which messages follow.
    pub containers: Vec<ContainerStatistics>,
    pub volumes: Vec<VolumeStatistics>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerStatistics {
    pub name: String,
    pub working_set: Option<Bytes>,
    /// What it writes to its own file system.
    pub rootfs: FsUse,
    pub logs: FsUse,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VolumeStatistics {
    pub name: String,
    pub held: FsUse,
}

/// What something takes of a file system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FsUse {
    pub used: Option<Bytes>,
    pub inodes_used: Option<u64>,
}
