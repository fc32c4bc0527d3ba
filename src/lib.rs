//! A discrete-event simulator of Kubernetes node-pressure eviction.
pub mod ground;
pub mod scenario;
