//! Kubernetes objects as people and clusters write them: manifests and dumps.
//!
//! What: one permissive struct, [`Obj`], with the fields that we read of every
//! kind. What it does not know it passes over, so any object of any version can
//! be read; the kind is looked at afterwards, by who wants one.
//! Never: defaults of the API server (a limit without a request stays one), or
//! what the fields mean: [`reading`] makes the model's values of them, and says
//! what is wrong with them. Never `#[serde(tag)]`, which loses the place of a mistake.
//! Next: [`written`], how an amount is kept as it was written; [`selecting`], the selectors of all kinds;
//! [`manifests`], files of objects, as far as there are pods in them.

pub mod instant;
pub mod manifests;
pub mod reading;
pub mod selecting;
pub mod written;

use super::placement::written::{Affinity, Port, SpreadConstraint};
use selecting::Selecting;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use written::QuantityText;

/// Any Kubernetes object, a list of them, or a pod template (which has no kind).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Obj {
    #[serde(deserialize_with = "null_as_default")]
    pub api_version: String,
    #[serde(deserialize_with = "null_as_default")]
    pub kind: String,
    #[serde(deserialize_with = "null_as_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "null_as_default")]
    pub spec: Spec,
    #[serde(deserialize_with = "null_as_default")]
    pub status: Status,
    /// Of a list.
    #[serde(deserialize_with = "null_as_default")]
    pub items: Vec<Obj>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metadata {
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    #[serde(deserialize_with = "null_as_default")]
    pub namespace: String,
    #[serde(deserialize_with = "null_as_default")]
    pub uid: String,
    #[serde(deserialize_with = "null_as_default")]
    pub labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "null_as_default")]
    pub annotations: BTreeMap<String, String>,
    /// Present while the object is being deleted.
    pub deletion_timestamp: Option<String>,
}

/// The specs of all kinds at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Spec {
    // Of a Pod.
    #[serde(deserialize_with = "null_as_default")]
    pub init_containers: Vec<Container>,
    #[serde(deserialize_with = "null_as_default")]
    pub containers: Vec<Container>,
    /// Pod-level resources.
    #[serde(deserialize_with = "null_as_default")]
    pub resources: Resources,
    #[serde(deserialize_with = "null_as_default")]
    pub overhead: Amounts,
    #[serde(deserialize_with = "null_as_default")]
    pub volumes: Vec<Volume>,
    pub priority: Option<i32>,
    #[serde(deserialize_with = "null_as_default")]
    pub priority_class_name: String,
    #[serde(deserialize_with = "null_as_default")]
    pub restart_policy: String,
    pub termination_grace_period_seconds: Option<i64>,
    #[serde(deserialize_with = "null_as_default")]
    pub tolerations: Vec<Toleration>,
    #[serde(deserialize_with = "null_as_default")]
    pub node_name: String,
    #[serde(deserialize_with = "null_as_default")]
    pub node_selector: BTreeMap<String, String>,
    pub affinity: Option<Affinity>,
    #[serde(deserialize_with = "null_as_default")]
    pub topology_spread_constraints: Vec<SpreadConstraint>,
    #[serde(deserialize_with = "null_as_default")]
    pub preemption_policy: String,
    // Of a Node.
    #[serde(deserialize_with = "null_as_default")]
    pub taints: Vec<Taint>,
    #[serde(deserialize_with = "null_as_default")]
    pub unschedulable: bool,
    // Of what speaks of pods by their labels.
    pub selector: Option<Selecting>,
    // Of what makes pods.
    pub replicas: Option<u32>,
    pub template: Option<Box<Obj>>,
    /// Of a CronJob, which makes Jobs, which make pods.
    pub job_template: Option<Box<Obj>>,
}

/// Amounts by the name of their resource, as written.
pub type Amounts = BTreeMap<String, QuantityText>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Resources {
    #[serde(deserialize_with = "null_as_default")]
    pub requests: Amounts,
    #[serde(deserialize_with = "null_as_default")]
    pub limits: Amounts,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Container {
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    #[serde(deserialize_with = "null_as_default")]
    pub image: String,
    #[serde(deserialize_with = "null_as_default")]
    pub ports: Vec<Port>,
    #[serde(deserialize_with = "null_as_default")]
    pub resources: Resources,
    /// `Always` makes a sidecar of an init container.
    #[serde(deserialize_with = "null_as_default")]
    pub restart_policy: String,
    pub startup_probe: Option<Probe>,
    pub readiness_probe: Option<Probe>,
    pub liveness_probe: Option<Probe>,
}

/// A probe, but for how it asks. Absent or 0: as Kubernetes has it by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Probe {
    pub initial_delay_seconds: Option<i32>,
    pub period_seconds: Option<i32>,
    pub timeout_seconds: Option<i32>,
    pub success_threshold: Option<i32>,
    pub failure_threshold: Option<i32>,
    pub termination_grace_period_seconds: Option<i64>,
}

/// A volume, by those of its sources that we tell apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Volume {
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    pub empty_dir: Option<EmptyDir>,
    pub persistent_volume_claim: Option<Source>,
    pub host_path: Option<Source>,
    pub config_map: Option<Source>,
    pub git_repo: Option<Source>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EmptyDir {
    #[serde(deserialize_with = "null_as_default")]
    pub medium: String,
    pub size_limit: Option<QuantityText>,
}

/// A volume source of which only its presence matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Source {}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Toleration {
    #[serde(deserialize_with = "null_as_default")]
    pub key: String,
    #[serde(deserialize_with = "null_as_default")]
    pub operator: String,
    #[serde(deserialize_with = "null_as_default")]
    pub value: String,
    #[serde(deserialize_with = "null_as_default")]
    pub effect: String,
    pub toleration_seconds: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Taint {
    #[serde(deserialize_with = "null_as_default")]
    pub key: String,
    #[serde(deserialize_with = "null_as_default")]
    pub value: String,
    #[serde(deserialize_with = "null_as_default")]
    pub effect: String,
}

/// The statuses of Pods and Nodes at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    #[serde(deserialize_with = "null_as_default")]
    pub conditions: Vec<Condition>,
    // Of a Pod.
    #[serde(deserialize_with = "null_as_default")]
    pub phase: String,
    #[serde(deserialize_with = "null_as_default")]
    pub reason: String,
    #[serde(deserialize_with = "null_as_default")]
    pub qos_class: String,
    /// The node that it waits for, while its victims leave.
    #[serde(deserialize_with = "null_as_default")]
    pub nominated_node_name: String,
    pub start_time: Option<String>,
    // Of a PodDisruptionBudget.
    #[serde(deserialize_with = "null_as_default")]
    pub disruptions_allowed: i64,
    /// By the names of pods; when each was disrupted.
    #[serde(deserialize_with = "null_as_default")]
    pub disrupted_pods: BTreeMap<String, Option<String>>,
    // Of a Node.
    #[serde(deserialize_with = "null_as_default")]
    pub capacity: Amounts,
    #[serde(deserialize_with = "null_as_default")]
    pub allocatable: Amounts,
    #[serde(deserialize_with = "null_as_default")]
    pub images: Vec<Image>,
}

/// An image that a node has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Image {
    #[serde(deserialize_with = "null_as_default")]
    pub names: Vec<String>,
    #[serde(deserialize_with = "null_as_default")]
    pub size_bytes: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// `MemoryPressure`, `Ready`, …
    #[serde(rename = "type", deserialize_with = "null_as_default")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    #[serde(deserialize_with = "null_as_default")]
    pub status: String,
    /// Why, in one word: `PreemptionByScheduler`, …
    #[serde(deserialize_with = "null_as_default")]
    pub reason: String,
}

impl Obj {
    /// The objects of a list, of its lists too; any other object alone.
    pub fn listed(&self) -> Vec<&Obj> {
        if self.kind.ends_with("List") {
            self.items.iter().flat_map(Obj::listed).collect()
        } else {
            vec![self]
        }
    }

    /// The pod that this object is, or the template of those it makes; and the way to it.
    fn pod(&self) -> (&Obj, String) {
        let made = [("spec.jobTemplate.", &self.spec.job_template), ("spec.template.", &self.spec.template)];
        for (way, template) in made {
            if let Some(template) = template {
                let (pod, further) = template.pod();
                return (pod, format!("{way}{further}"));
            }
        }
        (self, String::new())
    }
}

/// Kubernetes writes and accepts `null` wherever it accepts nothing.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}
