//! A Pod as its manifest describes it: one or more containers that share an
//! address, volumes and a fate.

use super::container::ContainerSpec;
use super::resources::ResourceAmounts;
use super::taint::Toleration;
use super::volume::Volume;
use crate::ground::SimDuration;

/// What a manifest says of one Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodSpec {
    /// In the order they run; sidecars among them.
    pub init_containers: Vec<ContainerSpec>,
    pub containers: Vec<ContainerSpec>,
    /// Pod-level `spec.resources`, behind a feature gate that is off in Kubernetes 1.32.
    pub pod_requests: ResourceAmounts,
    pub pod_limits: ResourceAmounts,
    /// What the sandbox itself costs (RuntimeClass overhead).
    pub overhead: ResourceAmounts,
    pub volumes: Vec<Volume>,
    /// Absent counts as 0.
    pub priority: Option<i32>,
    pub priority_class_name: String,
    pub restart_policy: RestartPolicy,
    pub termination_grace_period: Option<SimDuration>,
    pub tolerations: Vec<Toleration>,
    /// Read by the kubelet from a file or URL, not from the API.
    pub is_static: bool,
    /// The API's reflection of a static pod.
    pub is_mirror: bool,
}

/// What the kubelet does when a container ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RestartPolicy {
    #[default]
    Always,
    OnFailure,
    Never,
}
