//! Floor 0: the quantities everything else is counted in.
//!
//! What: amounts of resources, instants and lengths of time, ids, random
//! streams, and the fixed point in which memory levels are added up.
//! Never: a Kubernetes rule, a pod, a node. Only the standard library is seen
//! here (and, by [`rng`] alone, the generator crates).
//! Next: [`crate::model`], which says what there is in a cluster.

pub mod few;
pub mod fixed;
pub mod ids;
pub mod quantity;
pub mod rng;
pub mod time;
pub mod units;

pub use few::Few;
pub use fixed::{Level, Line, Ramp};
pub use ids::{ClaimId, NodeId, PodId, WorkloadId};
pub use quantity::{Format, Quantity};
pub use rng::{Key, Stream};
pub use time::{SimDuration, SimTime};
pub use units::{Amount, Bytes, MilliCpu, PerMillion};
