//! Floor 2: what the kubelet does about a node that runs short.
//!
//! What: when somebody must go ([`monitor`]), who goes first and by whose rules
//! ([`order`]), and who is let in meanwhile ([`admission`]).
//! Never: the eviction itself, or an instant later than now: the engine acts
//! upon what is answered here.
//! Next: [`order`], the two orders that the simulator was written to compare.

pub mod admission;
pub mod condition;
pub mod monitor;
pub mod order;
pub mod signal;
pub mod statistics;
pub mod threshold;

pub use admission::{Rejection, admit};
pub use condition::{NodeCondition, NodeConditions};
pub use monitor::{Monitor, PassVerdict};
pub use order::{
    Candidate, Candidates, Compares, Criterion, DiskCandidate, EvictionOrder, FilesystemLayout, KnownPod,
    KubeletOrder, PidCandidate, QosOrder, first, rank,
};
pub use signal::{Observation, Observations, Signal};
pub use statistics::PodStatistics;
pub use threshold::{EvictionSettings, Threshold, ThresholdValue};
