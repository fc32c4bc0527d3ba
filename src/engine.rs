//! Floor 3: the only place where time moves.
//!
//! What: the [`calendar`] of events, the [`simulation`] that lets them happen,
//! and the [`record`] of what happened.
//! Never: a rule of Kubernetes (the decisions below have them), a file, a clock,
//! a thread, a distribution.
//! Next: [`crate::scenario`] says what a run is made of, [`crate::report`] tells it.

mod addresses;
pub mod audit;
pub mod calendar;
pub mod event;
pub mod glimpse;
mod node_row;
mod on_container;
mod on_deletion;
mod on_kubelet;
mod on_node;
mod on_outage;
mod on_pod;
mod on_preemption;
mod on_scheduler;
mod on_stop;
mod on_usage;
mod on_workload;
mod pod_row;
mod probing;
pub mod record;
pub mod setting;
mod shown;
pub mod simulation;
pub mod source;
mod stores;
mod sweep;
pub mod totals;
mod walk;

pub use record::{Record, Recorder, Silence};
pub use setting::{
    ActingThreshold, ControlPlane, NodeSetting, Passes, RestartScope, SchedulerSetting, Setting, Ties,
    UnreachablePhase,
};
pub use simulation::{run, run_counted};
pub use source::{Choice, CurveOwner, PodDraft, Source};
pub use totals::Totals;
