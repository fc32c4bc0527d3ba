//! Floor 2: what the kubelet does about a node that runs short.
//!
//! What: when somebody must go ([`monitor`]), who goes first and by whose rules
//! ([`order`]), what that pod is told ([`message`]), all of it in the kubelet's sequence ([`pass`]),
//! and who is let in meanwhile ([`admission`]).
//! Never: the eviction itself, or an instant later than now: the engine acts
//! upon what is answered here.
//! Next: [`order`], the two orders that the simulator was written to compare.

pub mod admission;
pub mod clean_up;
pub mod condition;
pub mod container_fs;
pub mod local_storage;
pub mod message;
pub mod monitor;
pub mod node_reclaim;
pub mod node_statistics;
pub mod order;
pub mod pass;
pub mod signal;
pub mod statistics;
pub mod threshold;

pub use admission::{Rejection, admit};
pub use clean_up::wait_for_clean_up;
pub use condition::{NodeCondition, NodeConditions};
pub use container_fs::{WithContainerFs, with_container_fs};
pub use local_storage::{OverLimit, over_limit};
pub use monitor::{Monitor, PassVerdict};
pub use node_reclaim::NodeReclaim;
pub use node_statistics::{FsStatistics, MemoryStatistics, NodeStatistics, ProcessStatistics};
pub use order::{
    Candidate, Candidates, Compared, Contender, Criterion, DiskCandidate, DiskResource, EvictionOrder,
    FilesystemLayout, KnownPod, KubeletOrder, PidCandidate, QosOrder, compare, first, rank,
};
pub use pass::{Choice, Decision, Evicting, KubeletPass, Looked, Victim};
pub use signal::{Count, Observation, Observations, Signal, Starved};
pub use statistics::{ContainerStatistics, FsUse, PodStatistics, VolumeStatistics};
pub use threshold::{EvictionSettings, Threshold, ThresholdValue};
