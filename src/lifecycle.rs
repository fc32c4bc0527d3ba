//! Floor 2: what becomes of a Pod's containers.
//!
//! What: whether a container that ended runs again ([`restart`]), and how long it
//! waits before it does ([`backoff`]).
//! Never: the start itself, or a clock: the engine acts at the instants answered here.

pub mod backoff;
pub mod restart;
