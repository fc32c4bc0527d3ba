//! Nodes: capacity, what is kept back from pods, and what pods may have.

use super::labels::Labels;
use super::taint::Taint;
use super::usage::UsageCurve;
use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime};
use std::collections::BTreeMap;

/// A node as the scenario describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub name: String,
    pub labels: Labels,
    /// All there is.
    pub capacity: Room,
    /// What the scheduler may hand out. It never changes by binding.
    pub allocatable: Room,
    /// Capacity less `kubeReserved` and `systemReserved`: the memory limit of the
    /// cgroup of all pods. The hard eviction reserve is *not* taken off here.
    /// Source: kubernetes `pkg/kubelet/cm`, node allocatable enforcement (1.32).
    pub pods_memory_limit: Bytes,
    /// Allocatable extended resources, by their names; of what is not listed there is nothing.
    pub extended: BTreeMap<String, u64>,
    /// The images that are there, for those who would rather not pull.
    pub images: Vec<NodeImage>,
    pub unschedulable: bool,
    pub taints: Vec<Taint>,
    /// The working set of everything that is not a pod.
    pub system_daemons: UsageCurve,
    /// File pages counted as in use (`active_file`): working set for the kubelet,
    /// but given up by the kernel before it kills anything.
    pub page_cache: UsageCurve,
    /// The file system of volumes and logs, and of everything if it is the only one.
    /// Absent: nobody says how large it is, and nothing is observed of it.
    pub node_fs: Option<Filesystem>,
    /// A file system of its own for images and writable layers.
    pub image_fs: Option<Filesystem>,
    /// How many process ids there are. Absent: nobody says, and nothing is observed of them.
    pub process_ids: Option<u64>,
    /// Whether the kernel kills one process of a container instead of all of it.
    pub single_process_oom_kill: bool,
    /// What is no pod's of all that is not memory, each once; what is not listed is nothing.
    pub others: Vec<(NodePart, UsageCurve)>,
    /// When the control plane hears nothing of it, in order of time, apart from each other.
    pub outages: Vec<Outage>,
    /// When its eviction loop looks first; it then looks each monitoring interval.
    pub first_pass: SimDuration,
}

impl Node {
    /// A node that keeps nothing back for itself and does nothing of its own.
    pub fn new(name: impl Into<String>, capacity: Room) -> Node {
        Node {
            name: name.into(),
            labels: Labels::new(),
            capacity,
            allocatable: capacity,
            pods_memory_limit: capacity.memory,
            extended: BTreeMap::new(),
            images: Vec::new(),
            unschedulable: false,
            taints: Vec::new(),
            system_daemons: UsageCurve::constant(Bytes::ZERO),
            page_cache: UsageCurve::constant(Bytes::ZERO),
            node_fs: None,
            image_fs: None,
            process_ids: None,
            single_process_oom_kill: false,
            others: Vec::new(),
            outages: Vec::new(),
            first_pass: SimDuration::ZERO,
        }
    }
}

/// A time during which a node cannot be reached; what runs there goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    pub from: SimTime,
    /// When it answers again; [`SimTime::NEVER`]: not in this run.
    pub until: SimTime,
}

/// A file system of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filesystem {
    pub capacity: Bytes,
    /// Absent: it has no count of them.
    pub inodes: Option<u64>,
    /// Part of what is used from the start: what the kubelet can delete before it evicts anybody.
    pub unused_images: Bytes,
}

/// The parts of a node's use that are no pod's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodePart {
    SystemDaemons,
    PageCache,
    NodeFs,
    NodeFsInodes,
    ImageFs,
    ImageFsInodes,
    Processes,
}

impl NodePart {
    pub const ALL: [NodePart; 7] = [
        NodePart::SystemDaemons,
        NodePart::PageCache,
        NodePart::NodeFs,
        NodePart::NodeFsInodes,
        NodePart::ImageFs,
        NodePart::ImageFsInodes,
        NodePart::Processes,
    ];
}

/// An image that a node has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeImage {
    /// All names that it goes by, as `status.images` lists them.
    pub names: Vec<String>,
    pub size: Bytes,
}

/// Amounts of what a node offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub cpu: MilliCpu,
    pub memory: Bytes,
    /// Local disk for pods' writable layers, logs and volumes. [`Room::UNKNOWN_STORAGE`]: nobody
    /// says how much, so nobody is refused for it.
    pub ephemeral_storage: Bytes,
    pub pods: u32,
}

impl Room {
    /// More than any pod requests.
    pub const UNKNOWN_STORAGE: Bytes = Bytes(i64::MAX as u64);
}
