//! Floor 1: what there is, as facts and their bookkeeping.
//!
//! What: pods and their containers, volumes, nodes, memory curves, workloads, the
//! cluster in columns, and the life that lies ahead of a pod.
//! Never: the flow of time, chance, files, or a decision.
//! Next: the decisions made from these facts, [`crate::eviction`],
//! [`crate::oom`], [`crate::lifecycle`], [`crate::scheduling`], [`crate::workloads`].

pub mod address;
pub mod cluster;
pub mod container;
pub mod labels;
pub mod life;
pub mod node;
pub mod peers;
pub mod placement;
pub mod pod;
pub mod probe;
pub mod qos;
pub mod resources;
pub mod taint;
pub mod template;
pub mod usage;
pub mod volume;
pub mod workload;

pub use address::PodAddress;
pub use cluster::{
    Bound, ExtendedId, Held, Image, Images, NodeColumns, NodeSums, Topologies, Topology, TopologyId,
};
pub use container::{ContainerSpec, Role, WrittenResources};
pub use labels::{LabelOperator, Labels, Requirement, Selector};
pub use life::{Behavior, ContainerLife, PodLife};
pub use node::{Filesystem, Node, NodeImage, NodePart, Outage, Room};
pub use peers::{
    BudgetBound, BudgetCounts, BudgetRule, DisruptionBudget, Namespace, Peers, PodGroup, PodShare,
};
pub use placement::{
    HostPort, InclusionPolicy, NodeTerm, Placement, PodAffinity, PodTerm, PreemptionPolicy, Preferred,
    Protocol, SpreadConstraint, WhenUnsatisfiable,
};
pub use pod::{PodLevelResources, PodSpec, RestartPolicy};
pub use probe::{Health, ProbeKind, ProbeSpec, Probes};
pub use qos::QosClass;
pub use resources::{Resource, ResourceAmounts, WrittenAmounts};
pub use taint::{Taint, TaintEffect, Toleration, TolerationOperator};
pub use template::{ContainerIndex, PodTemplate};
pub use usage::{After, Piece, Usage, UsageCurve};
pub use volume::{Medium, Volume, VolumeKind};
pub use workload::{Controller, Replica, Workload};
