//! Where a Pod may run, as its manifest writes it: in a scenario, or in a dump of a cluster.
//!
//! What: the keys, their shapes and their descriptions, from which the JSON schema is made. Words
//! are kept as text, so that all that is wrong is told at once, by [`super`].
//! Never: what is left out. Source: the Kubernetes API, `core/v1` (1.34).

use crate::scenario::kubernetes::null_as_default;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What selects by labels. Empty: everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct LabelSelector {
    /// Labels with their values: all must be there.
    #[serde(deserialize_with = "null_as_default")]
    pub match_labels: BTreeMap<String, String>,
    /// What else is asked of labels: all of it.
    #[serde(deserialize_with = "null_as_default")]
    pub match_expressions: Vec<Expression>,
}

/// One thing that is asked of labels, or of a node's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct Expression {
    /// The label; among a node's fields, `metadata.name`.
    #[serde(deserialize_with = "null_as_default")]
    pub key: String,
    /// In, NotIn, Exists or DoesNotExist; of nodes also Gt and Lt.
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(extend("enum" = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]))]
    pub operator: String,
    /// What it is compared with.
    #[serde(deserialize_with = "null_as_default")]
    pub values: Vec<String>,
}

/// What draws a Pod to nodes and to other Pods, and what keeps it away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct Affinity {
    /// Which nodes it needs, and which it prefers.
    #[serde(deserialize_with = "null_as_default")]
    pub node_affinity: NodeAffinity,
    /// Which Pods it wants near.
    #[serde(deserialize_with = "null_as_default")]
    pub pod_affinity: PodAffinity,
    /// Which Pods it wants away.
    #[serde(deserialize_with = "null_as_default")]
    pub pod_anti_affinity: PodAffinity,
}

/// Which nodes a Pod needs, and which it prefers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct NodeAffinity {
    /// Without such a node the Pod waits.
    #[serde(rename = "requiredDuringSchedulingIgnoredDuringExecution")]
    pub required: Option<NodeSelector>,
    /// Such a node is better.
    #[serde(
        rename = "preferredDuringSchedulingIgnoredDuringExecution",
        deserialize_with = "null_as_default"
    )]
    pub preferred: Vec<PreferredNodes>,
}

/// Nodes that will do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct NodeSelector {
    /// One of them must be met.
    #[serde(deserialize_with = "null_as_default")]
    pub node_selector_terms: Vec<NodeTerm>,
}

/// What is asked of a node: all of it. A term that asks for nothing is met by no node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct NodeTerm {
    /// Of its labels.
    #[serde(deserialize_with = "null_as_default")]
    pub match_expressions: Vec<Expression>,
    /// Of its fields, which is its name alone.
    #[serde(deserialize_with = "null_as_default")]
    pub match_fields: Vec<Expression>,
}

/// Nodes that are better than others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct PreferredNodes {
    /// How much better: 1 to 100.
    pub weight: i32,
    /// Which.
    #[serde(deserialize_with = "null_as_default")]
    pub preference: NodeTerm,
}

/// Which Pods are wanted near, or away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct PodAffinity {
    /// Otherwise the Pod waits.
    #[serde(rename = "requiredDuringSchedulingIgnoredDuringExecution", deserialize_with = "null_as_default")]
    pub required: Vec<PodTerm>,
    /// That is better.
    #[serde(
        rename = "preferredDuringSchedulingIgnoredDuringExecution",
        deserialize_with = "null_as_default"
    )]
    pub preferred: Vec<PreferredPods>,
}

/// Some Pods, and what being near them means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct PodTerm {
    /// Which Pods. Without it, none.
    pub label_selector: Option<LabelSelector>,
    /// Nodes with the same value of this label are near each other.
    #[serde(deserialize_with = "null_as_default")]
    pub topology_key: String,
    /// In which namespaces they are. Without any, in the Pod's own.
    #[serde(deserialize_with = "null_as_default")]
    pub namespaces: Vec<String>,
    /// In which namespaces they are, by these namespaces' labels. Empty: in all.
    pub namespace_selector: Option<LabelSelector>,
    /// Labels of which they have the Pod's own values.
    #[serde(deserialize_with = "null_as_default")]
    pub match_label_keys: Vec<String>,
    /// Labels of which they do not have the Pod's own values.
    #[serde(deserialize_with = "null_as_default")]
    pub mismatch_label_keys: Vec<String>,
}

/// Pods that it is better to be near, or away from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct PreferredPods {
    /// How much better: 1 to 100.
    pub weight: i32,
    /// Which.
    #[serde(deserialize_with = "null_as_default")]
    pub pod_affinity_term: PodTerm,
}

/// How evenly Pods are to be spread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct SpreadConstraint {
    /// How many more of them one place may have than another: 1 or more.
    pub max_skew: i32,
    /// Nodes with the same value of this label are one place.
    #[serde(deserialize_with = "null_as_default")]
    pub topology_key: String,
    /// DoNotSchedule or ScheduleAnyway.
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(extend("enum" = ["DoNotSchedule", "ScheduleAnyway"]))]
    pub when_unsatisfiable: String,
    /// Which Pods are counted. Without it, none.
    pub label_selector: Option<LabelSelector>,
    /// Labels of which they have the Pod's own values.
    #[serde(deserialize_with = "null_as_default")]
    pub match_label_keys: Vec<String>,
    /// With fewer places than these, the emptiest counts as empty. Default 1.
    pub min_domains: Option<i32>,
    /// Whether nodes that the Pod's node affinity refuses are left out: Honor (default) or Ignore.
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(extend("enum" = ["Honor", "Ignore"]))]
    pub node_affinity_policy: String,
    /// Whether nodes whose taints the Pod does not tolerate are left out: Honor or Ignore (default).
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(extend("enum" = ["Honor", "Ignore"]))]
    pub node_taints_policy: String,
}

/// A port of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(deny_unknown_fields)]
pub struct Port {
    /// Its name; nothing follows from it here.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// The container's own port; nothing follows from it here.
    pub container_port: Option<i32>,
    /// The port of the node that it takes. Without it, none.
    pub host_port: Option<i32>,
    /// Of which address of the node. Default 0.0.0.0: of all.
    #[serde(rename = "hostIP", deserialize_with = "null_as_default")]
    pub host_ip: String,
    /// TCP (default), UDP or SCTP.
    #[serde(deserialize_with = "null_as_default")]
    #[schemars(extend("enum" = ["TCP", "UDP", "SCTP"]))]
    pub protocol: String,
}
