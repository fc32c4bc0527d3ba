//! Floor 1: what there is, as facts and their bookkeeping.
//!
//! What: pods and their containers, volumes, nodes, memory curves, and the
//! cluster that holds the live ones in columns.
//! Never: the flow of time, chance, files, or a decision.
//! Next: the decisions made from these facts, [`crate::eviction`],
//! [`crate::oom`], [`crate::lifecycle`], [`crate::scheduling`], [`crate::workloads`].

pub mod container;
pub mod pod;
pub mod qos;
pub mod resources;
pub mod taint;
pub mod volume;

pub use container::ContainerSpec;
pub use pod::{PodLevelResources, PodSpec, RestartPolicy};
pub use qos::QosClass;
pub use resources::{Resource, ResourceAmounts};
pub use taint::{Taint, TaintEffect, Toleration, TolerationOperator};
pub use volume::{Volume, VolumeKind};
