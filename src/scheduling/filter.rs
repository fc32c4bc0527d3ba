//! Which nodes can take a pod: the filters, and what a refusal says.
//!
//! What: one file a plugin; each answers for one node. The order in which they are asked stands in
//! [`crate::scheduling::ask`] (those that look at the node alone) and [`crate::scheduling::cycle`].
//! Never: a score, another node than the one that is asked about.
//! Source: kubernetes `pkg/scheduler/framework/plugins` (1.34).

pub mod inter_pod_affinity;
pub mod node_affinity;
pub mod node_ports;
pub mod resources_fit;
pub mod taint_toleration;
pub mod topology_spread;

pub use resources_fit::Shortage;

use super::profile::Plugin;
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate, Taint};
use std::collections::BTreeMap;
use std::fmt;

/// Why a node refuses a pod: by the first plugin that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRefusal {
    Unschedulable,
    OtherName,
    /// By the first such taint, as the node lists them.
    UntoleratedTaint(usize),
    Affinity,
    /// It is none of the nodes that the pod names.
    NotNamed,
    /// The pod names nodes, and contradicts itself.
    NamesConflict,
    Ports,
    Resources(Shortage),
    SpreadKeyMissing,
    Skew,
    PodAffinity,
    PodAntiAffinity,
    AntiAffinityOfOthers,
}

/// Whether a node that refuses a pod would take it if other pods went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// It might.
    Unschedulable,
    /// It would not.
    UnschedulableAndUnresolvable,
}

/// Why some nodes refused a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: RefusalReason,
    pub nodes: u32,
}

/// What refused, in the order of the filters; it prints as kube-scheduler words it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalReason {
    Unschedulable,
    OtherName,
    UntoleratedTaint { key: String, value: String },
    Affinity,
    NotNamed,
    NamesConflict,
    Ports,
    TooManyPods,
    InsufficientCpu,
    InsufficientMemory,
    InsufficientStorage,
    InsufficientExtended(String),
    SpreadKeyMissing,
    Skew,
    PodAffinity,
    PodAntiAffinity,
    AntiAffinityOfOthers,
}

impl NodeRefusal {
    /// The plugin that speaks.
    pub fn plugin(self) -> Plugin {
        match self {
            NodeRefusal::Unschedulable => Plugin::NodeUnschedulable,
            NodeRefusal::OtherName => Plugin::NodeName,
            NodeRefusal::UntoleratedTaint(_) => Plugin::TaintToleration,
            NodeRefusal::Affinity | NodeRefusal::NotNamed | NodeRefusal::NamesConflict => {
                Plugin::NodeAffinity
            }
            NodeRefusal::Ports => Plugin::NodePorts,
            NodeRefusal::Resources(_) => Plugin::NodeResourcesFit,
            NodeRefusal::SpreadKeyMissing | NodeRefusal::Skew => Plugin::PodTopologySpread,
            NodeRefusal::PodAffinity | NodeRefusal::PodAntiAffinity | NodeRefusal::AntiAffinityOfOthers => {
                Plugin::InterPodAffinity
            }
        }
    }

    /// Whether preemption may help.
    pub fn code(self) -> Code {
        match self {
            NodeRefusal::Unschedulable
            | NodeRefusal::OtherName
            | NodeRefusal::UntoleratedTaint(_)
            | NodeRefusal::Affinity
            | NodeRefusal::NotNamed
            | NodeRefusal::NamesConflict
            | NodeRefusal::SpreadKeyMissing
            | NodeRefusal::PodAffinity => Code::UnschedulableAndUnresolvable,
            NodeRefusal::Resources(shortage) => shortage.code(),
            NodeRefusal::Ports
            | NodeRefusal::Skew
            | NodeRefusal::PodAntiAffinity
            | NodeRefusal::AntiAffinityOfOthers => Code::Unschedulable,
        }
    }

    /// All reasons that the plugin gives; only NodeResourcesFit gives more than one.
    pub fn reasons(self, nodes: &NodeColumns, node: NodeId, pod: &PodTemplate) -> Vec<RefusalReason> {
        vec![match self {
            NodeRefusal::Unschedulable => RefusalReason::Unschedulable,
            NodeRefusal::OtherName => RefusalReason::OtherName,
            NodeRefusal::UntoleratedTaint(place) => {
                let Taint { key, value, .. } = nodes.taints[node.index()][place].clone();
                RefusalReason::UntoleratedTaint { key, value }
            }
            NodeRefusal::Affinity => RefusalReason::Affinity,
            NodeRefusal::NotNamed => RefusalReason::NotNamed,
            NodeRefusal::NamesConflict => RefusalReason::NamesConflict,
            NodeRefusal::Ports => RefusalReason::Ports,
            NodeRefusal::Resources(shortage) => return shortage.reasons(pod),
            NodeRefusal::SpreadKeyMissing => RefusalReason::SpreadKeyMissing,
            NodeRefusal::Skew => RefusalReason::Skew,
            NodeRefusal::PodAffinity => RefusalReason::PodAffinity,
            NodeRefusal::PodAntiAffinity => RefusalReason::PodAntiAffinity,
            NodeRefusal::AntiAffinityOfOthers => RefusalReason::AntiAffinityOfOthers,
        }]
    }
}

/// How many nodes refuse a pod for what, in the order of the filters. A node counts for its first
/// failing plugin only, and there for each reason that it gives.
pub fn refusals(nodes: &NodeColumns, pod: &PodTemplate, refused: &[(NodeId, NodeRefusal)]) -> Vec<Refusal> {
    let mut counts: BTreeMap<RefusalReason, u32> = BTreeMap::new();
    for (node, refusal) in refused {
        for reason in refusal.reasons(nodes, *node, pod) {
            *counts.entry(reason).or_default() += 1;
        }
    }
    counts.into_iter().map(|(reason, nodes)| Refusal { reason, nodes }).collect()
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RefusalReason::Unschedulable => "node(s) were unschedulable",
            RefusalReason::OtherName => "node(s) didn't match the requested node name",
            RefusalReason::UntoleratedTaint { key, value } => {
                return write!(f, "node(s) had untolerated taint {{{key}: {value}}}");
            }
            RefusalReason::Affinity => "node(s) didn't match Pod's node affinity/selector",
            RefusalReason::NotNamed => "node(s) didn't satisfy plugin(s) [NodeAffinity]",
            RefusalReason::NamesConflict => "pod affinity terms conflict",
            RefusalReason::Ports => "node(s) didn't have free ports for the requested pod ports",
            RefusalReason::TooManyPods => "Too many pods",
            RefusalReason::InsufficientCpu => "Insufficient cpu",
            RefusalReason::InsufficientMemory => "Insufficient memory",
            RefusalReason::InsufficientStorage => "Insufficient ephemeral-storage",
            RefusalReason::InsufficientExtended(name) => return write!(f, "Insufficient {name}"),
            RefusalReason::SpreadKeyMissing => {
                "node(s) didn't match pod topology spread constraints (missing required label)"
            }
            RefusalReason::Skew => "node(s) didn't match pod topology spread constraints",
            RefusalReason::PodAffinity => "node(s) didn't match pod affinity rules",
            RefusalReason::PodAntiAffinity => "node(s) didn't match pod anti-affinity rules",
            RefusalReason::AntiAffinityOfOthers => "node(s) didn't satisfy existing pods anti-affinity rules",
        })
    }
}
