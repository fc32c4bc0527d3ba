//! A discrete-event simulator of Kubernetes node-pressure eviction.
#[cfg(feature = "program")]
pub mod cli;
pub mod engine;
pub mod eviction;
pub mod ground;
pub mod lifecycle;
pub mod model;
pub mod oom;
#[cfg(feature = "text")]
pub mod report;
pub mod scenario;
pub mod scheduling;
pub mod workloads;
