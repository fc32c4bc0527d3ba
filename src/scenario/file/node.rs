//! Nodes, as written.

use super::kubelet::KubeletFile;
use super::usage::UsageFile;
use super::varying::MayVary;
use crate::scenario::notation::{DurationText, QuantityText};
use schemars::JsonSchema;
use serde::Deserialize;

/// One node, or `count` of a kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeFile {
    /// A DNS label. With `count: n` the nodes are called `name-0` to `name-(n-1)`.
    pub name: String,
    /// How many of this kind. Without it, one, called `name`.
    pub count: Option<u32>,
    /// All that the node has.
    pub capacity: CapacityFile,
    /// What keeps pods off that do not tolerate it.
    #[serde(default)]
    pub taints: Vec<TaintFile>,
    /// Takes no new pods. Default false.
    #[serde(default)]
    pub unschedulable: bool,
    /// Its kubelet's own settings; a key that is not here is taken from the scenario's.
    pub kubelet: Option<KubeletFile>,
    /// The working set of everything that is not a pod. Default 0.
    pub system_daemons: Option<UsageFile>,
    /// File pages that count as working set, but that the kernel gives up before it kills. Default 0.
    pub page_cache: Option<UsageFile>,
    /// When the eviction loop looks first. Default: drawn for each node, within one monitoring interval.
    pub first_pass: Option<MayVary<DurationText>>,
    /// From one look of the eviction loop to the next. Default 10s.
    pub monitoring_interval: Option<DurationText>,
}

/// What a node has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapacityFile {
    /// Cores.
    pub cpu: QuantityText,
    /// Bytes.
    pub memory: QuantityText,
    /// The most pods. Default: the kubelet's `maxPods`.
    pub pods: Option<u32>,
    /// Accepted; disks are not simulated.
    #[serde(rename = "ephemeral-storage")]
    pub ephemeral_storage: Option<QuantityText>,
}

/// A taint, as a Node has it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaintFile {
    /// Its key.
    pub key: String,
    /// Its value. Default empty.
    #[serde(default)]
    pub value: String,
    /// What it does to pods that do not tolerate it.
    pub effect: EffectFile,
}

/// What a taint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum EffectFile {
    /// New pods go elsewhere.
    NoSchedule,
    /// New pods go elsewhere if they can.
    PreferNoSchedule,
    /// As NoSchedule; that it also drives pods away is not simulated.
    NoExecute,
}
