//! Floor 2: the rules of a Pod's life.
//!
//! What: what a kubelet does next with a Pod's containers ([`actions`]), whether one
//! that ended runs again ([`restart`]) and how long it waits before ([`backoff`]), what
//! the answers to probes come to ([`probe`]), how a Pod is stopped ([`termination`]),
//! and what the API shows of all this ([`phase`], [`status`]).
//! Never: the start or the kill itself, or a clock: the engine acts at the instants
//! answered here.

pub mod actions;
pub mod backoff;
pub mod phase;
pub mod probe;
pub mod restart;
pub mod status;
pub mod termination;

pub use actions::{ContainerSeen, KillReason, PodActions, PodSeen, Sandbox, Seen};
pub use phase::{ContainerView, CurrentPhase, Phase, Reported};
pub use probe::{Answer, ProbeResult, Prober};
pub use restart::{Exit, RestartScope, Restarts};
pub use status::{ContainerStatus, PodCondition, Truth, WaitingReason};
