//! A discrete-event simulator of Kubernetes node-pressure eviction.
pub mod eviction;
pub mod ground;
pub mod model;
pub mod oom;
pub mod scenario;
