//! Ids: indices into the columns of a cluster. Small, typed, and without meaning
//! beyond their run.

/// A node: its place in the scenario's list of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A live pod's row. Rows are used again after a pod has gone; the pod's
/// `serial` is what is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodId(pub u32);

/// A workload: its place in the scenario's list of workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadId(pub u32);

/// A claim on a PersistentVolume: its place in the scenario's list of claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimId(pub u32);

impl ClaimId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl NodeId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl PodId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl WorkloadId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
