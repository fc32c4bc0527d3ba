//! Priority classes, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// A PriorityClass.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriorityClassFile {
    /// What a pod's `priorityClassName` says.
    pub name: String,
    /// The priority of its pods: up to 1000000000.
    pub value: i32,
    /// Whether others may be preempted for its pods: PreemptLowerPriority (default) or Never.
    #[serde(default)]
    #[schemars(extend("enum" = ["PreemptLowerPriority", "Never"]))]
    pub preemption_policy: String,
    /// Whether pods that name no class are of this one. Default false.
    #[serde(default)]
    pub global_default: bool,
}
