//! Floor 2: what the kubelet does about a node that runs short.
//!
//! What: who is evicted first, and by whose rules.
//! Never: the eviction itself, or an instant later than now: the engine acts
//! upon what is answered here.
//! Next: [`order`], the two orders that the simulator was written to compare.

pub mod order;
pub mod signal;
pub mod threshold;

pub use order::{Candidate, Criterion, EvictionOrder, KubeletOrder, QosOrder, first, rank};
pub use signal::{Observation, Signal};
pub use threshold::{EvictionSettings, Threshold, ThresholdValue};
