//! Nodes, as written.

use super::amounts::CapacityFile;
use super::kubelet::KubeletFile;
use super::usage::UsageFile;
use super::varying::MayVary;
use crate::scenario::notation::{DurationText, QuantityText};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One node, or `count` of a kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeFile {
    /// A DNS label. With `count: n` the nodes are called `name-0` to `name-(n-1)`.
    pub name: String,
    /// How many of this kind. Without it, one, called `name`.
    pub count: Option<u32>,
    /// What selectors and topologies find it by, besides what every kubelet labels its node with.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// With `count`: the zones that the nodes lie in, in turn; their label topology.kubernetes.io/zone.
    #[serde(default)]
    pub zones: Vec<String>,
    /// The images that are there already.
    #[serde(default)]
    pub images: Vec<ImageFile>,
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
    /// The file system of volumes and logs, and of images and writable layers where there is no `imagefs`.
    /// Default: as large as `capacity.ephemeral-storage`; without that, nothing is observed of it.
    pub nodefs: Option<FilesystemFile>,
    /// A file system of its own for images and writable layers. Default: they lie on nodefs.
    pub imagefs: Option<FilesystemFile>,
    /// The node's process ids. Default: nothing is observed of them.
    pub pids: Option<ProcessIdsFile>,
    /// When the control plane hears nothing of it; what runs there goes on.
    #[serde(default)]
    pub outages: Vec<OutageFile>,
    /// When the eviction loop looks first. Default: drawn for each node, within one monitoring interval.
    pub first_pass: Option<MayVary<DurationText>>,
    /// From one look of the eviction loop to the next. Default 10s.
    pub monitoring_interval: Option<DurationText>,
}

/// An image that a node has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageFile {
    /// All that it is called.
    pub names: Vec<String>,
    /// How large it is.
    pub size_bytes: QuantityText,
}

/// A file system of a node.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FilesystemFile {
    /// Bytes. Required, but for nodefs where `capacity.ephemeral-storage` says it.
    pub capacity: Option<QuantityText>,
    /// How many inodes it has. Without it they are not observed.
    pub inodes: Option<QuantityText>,
    /// What of it is no pod's, over time, its unused images included. Default: its unused images.
    pub used: Option<UsageFile>,
    /// How many of its inodes are no pod's, over time. Default 0.
    pub used_inodes: Option<UsageFile>,
    /// Images that no container uses: the kubelet deletes them before it evicts anybody. Default 0.
    pub unused_images: Option<QuantityText>,
}

/// A node's process ids.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProcessIdsFile {
    /// How many there are.
    pub limit: QuantityText,
    /// How many processes are no pod's, over time. Default 0.
    pub used: Option<UsageFile>,
}

/// A time during which a node cannot be reached.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutageFile {
    /// When it begins.
    pub at: DurationText,
    /// How long it lasts. Without it, until the end of the run.
    #[serde(rename = "for")]
    pub length: Option<DurationText>,
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
    /// As NoSchedule; and pods whose `tolerationSeconds` are over go.
    NoExecute,
}
