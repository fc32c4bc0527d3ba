//! A `KubeSchedulerConfiguration`, as it is written.
//!
//! What: the keys, their shapes and their descriptions, from which the JSON schema is made.
//! Never: what is left out. Source: kubernetes `staging/src/k8s.io/kube-scheduler/config/v1` (1.34).

use crate::scenario::file::accepted::kubernetes_keys;
use crate::scenario::placement::written::SpreadConstraint;
use schemars::JsonSchema;
use serde::Deserialize;

kubernetes_keys! {
    /// A `KubeSchedulerConfiguration`.
    pub struct SchedulerConfiguration {
        /// `kubescheduler.config.k8s.io/v1`.
        pub api_version: String,
        /// `KubeSchedulerConfiguration`.
        pub kind: String,
        /// How many nodes that would do are looked for, in percent of all; 0: as many as kube-scheduler does by
        /// itself, 50 % of a hundred nodes down to 5 % of thousands. Default here 100: all of them.
        pub percentage_of_nodes_to_score: Option<i32>,
        /// How long a pod that fits nowhere waits the first time; each further time twice as long. Default 1.
        pub pod_initial_backoff_seconds: Option<i64>,
        /// How long it waits at most. Default 10.
        pub pod_max_backoff_seconds: Option<i64>,
        /// One at most.
        pub profiles: Vec<SchedulerProfile>,
        not simulated {
            client_connection = "clientConnection", delay_cache_until_active = "delayCacheUntilActive",
            enable_contention_profiling = "enableContentionProfiling", enable_profiling = "enableProfiling",
            extenders = "extenders", leader_election = "leaderElection", parallelism = "parallelism",
        }
    }
}

/// How one scheduler schedules.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SchedulerProfile {
    /// Its name; all pods are scheduled by it, whatever their `schedulerName`.
    pub scheduler_name: String,
    /// Takes the place of the configuration's own.
    pub percentage_of_nodes_to_score: Option<i32>,
    /// Which plugins speak where.
    pub plugins: Plugins,
    /// How they count.
    pub plugin_config: Vec<PluginConfig>,
}

/// Plugins by extension point; what a point says goes before `multiPoint`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Plugins {
    /// At all points where they can speak.
    pub multi_point: PluginSet,
    /// Accepted, without effect here.
    pub pre_enqueue: PluginSet,
    /// Accepted, without effect here: the queue is in order of priority.
    pub queue_sort: PluginSet,
    /// Accepted, without effect here.
    pub pre_filter: PluginSet,
    /// Which refuse nodes.
    pub filter: PluginSet,
    /// Which make room where there is none: DefaultPreemption.
    pub post_filter: PluginSet,
    /// Accepted, without effect here.
    pub pre_score: PluginSet,
    /// Which score nodes.
    pub score: PluginSet,
    /// Accepted, without effect here.
    pub reserve: PluginSet,
    /// Accepted, without effect here.
    pub permit: PluginSet,
    /// Accepted, without effect here.
    pub pre_bind: PluginSet,
    /// Accepted, without effect here.
    pub bind: PluginSet,
    /// Accepted, without effect here.
    pub post_bind: PluginSet,
}

/// What changes of the plugins at a point.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PluginSet {
    /// These speak.
    pub enabled: Vec<EnabledPlugin>,
    /// These do not, of those that do by default; `*`: none of them.
    pub disabled: Vec<DisabledPlugin>,
}

/// A plugin that speaks.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EnabledPlugin {
    /// Its name.
    pub name: String,
    /// How much its score weighs: 1 to 100. Default 1, also for one that weighs more where nothing is configured.
    pub weight: i32,
}

/// A plugin that does not speak.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DisabledPlugin {
    /// Its name, or `*`.
    pub name: String,
    /// Without meaning.
    pub weight: i32,
}

/// How a plugin counts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PluginConfig {
    /// The plugin.
    pub name: String,
    /// Its arguments.
    pub args: PluginArguments,
}

kubernetes_keys! {
    /// The arguments of all plugins at once; each has its own.
    pub struct PluginArguments {
        /// `kubescheduler.config.k8s.io/v1`.
        pub api_version: String,
        /// The plugin's name and `Args`.
        pub kind: String,
        /// NodeResourcesFit: how full nodes are scored.
        pub scoring_strategy: Option<ScoringStrategy>,
        /// NodeResourcesBalancedAllocation: the resources whose shares are to be even. Default cpu and memory.
        pub resources: Vec<ResourceWeight>,
        /// PodTopologySpread: how pods are spread that do not say so themselves; with `defaultingType: List`.
        pub default_constraints: Vec<SpreadConstraint>,
        /// PodTopologySpread: System (default: over nodes and zones) or List.
        #[schemars(extend("enum" = ["System", "List"]))]
        pub defaulting_type: String,
        /// InterPodAffinity: what a required affinity of a pod that is there weighs for one that comes. Default 1.
        pub hard_pod_affinity_weight: Option<i32>,
        /// InterPodAffinity: whether only the new pod's wishes count. Default false.
        pub ignore_preferred_terms_of_existing_pods: Option<bool>,
        /// DefaultPreemption: how many nodes are looked at for victims, in percent of all. Default 10.
        pub min_candidate_nodes_percentage: Option<i32>,
        /// DefaultPreemption: and at least so many. Default 100.
        pub min_candidate_nodes_absolute: Option<i32>,
        not simulated {
            added_affinity = "addedAffinity", bind_timeout_seconds = "bindTimeoutSeconds",
            ignored_resource_groups = "ignoredResourceGroups", ignored_resources = "ignoredResources",
            shape = "shape",
        }
    }
}

/// How full nodes are scored.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScoringStrategy {
    /// LeastAllocated, MostAllocated or RequestedToCapacityRatio.
    #[schemars(extend("enum" = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"]))]
    #[serde(rename = "type")]
    pub kind: String,
    /// Which resources count. Default cpu and memory.
    pub resources: Vec<ResourceWeight>,
    /// For RequestedToCapacityRatio.
    pub requested_to_capacity_ratio: Option<RequestedToCapacityRatio>,
}

/// A resource that counts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ResourceWeight {
    /// `cpu`, `memory`, `ephemeral-storage` or an extended resource.
    pub name: String,
    /// How much: 1 to 100. Default 1.
    pub weight: i64,
}

/// A score by how full a node is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RequestedToCapacityRatio {
    /// Points of a line, in order of `utilization`; flat outside.
    pub shape: Vec<UtilizationShapePoint>,
}

/// A point of that line.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UtilizationShapePoint {
    /// How full, in percent: 0 to 100.
    pub utilization: i32,
    /// How good: 0 to 10.
    pub score: i32,
}
