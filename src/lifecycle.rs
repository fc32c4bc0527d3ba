//! Floor 2: what becomes of a Pod's containers.
//!
//! What: whether a container that ended runs again ([`restart`]), and how long it
//! waits before it does ([`backoff`]).
//! Never: the start itself, or a clock: the engine acts at the instants answered here.

pub mod backoff;
pub mod phase;
pub mod restart;
pub mod status;

pub use phase::Phase;
pub use status::{ContainerStatus, PodCondition, Truth, WaitingReason};
