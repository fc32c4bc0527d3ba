//! Floor 2: what the kernel kills when memory has run out.
//!
//! What: whom the kernel's OOM killer takes, and what the kubelet tells it beforehand.
//! Never: an eviction. The kernel does not know pods, priorities or grace
//! periods; it kills processes. Evictions are [`crate::eviction`].
//! Next: [`score`], the one way in which requests and QoS classes reach the kernel.

pub mod process;
pub mod score;
pub mod victim;

pub use process::{Processes, outlives_a_process};
pub use score::oom_score_adj;
