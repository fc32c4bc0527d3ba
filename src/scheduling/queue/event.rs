//! What can happen in a cluster that may be of use to a pod that was refused.
//!
//! What: the events that kube-scheduler's queue hears of, as far as they happen here
//! (labels and requests of a Pod do not change, and no node goes for good), and which
//! plugins listen to which.
//! Never: where the pods are that it may be of use to; that is [`crate::scheduling::queue`].
//! Next: [`super::hints`], what each plugin that listens says.
//! Source: kubernetes `pkg/scheduler/eventhandlers.go`, `NodeSchedulingPropertiesChange`,
//! and `EventsToRegister` of each plugin (1.34); what was read in other versions says so.

use super::hints;
use crate::model::{Labels, Node, PodTemplate, Room, Taint};
use crate::scheduling::profile::{Plugin, PluginSet};
use std::collections::BTreeMap;

/// What happened. Of a change the plugins see the whole node, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterEvent<'a> {
    /// A pod that had a node is gone.
    AssignedPodDeleted {
        pod: &'a PodTemplate,
    },
    /// A pod that only had a node promised is gone, or the promise is: to pods of no higher
    /// priority it was as good as there.
    NominatedPodDeleted {
        pod: &'a PodTemplate,
    },
    /// A pod has a node now.
    AssignedPodAdded {
        pod: &'a PodTemplate,
    },
    NodeAdded {
        node: NodeFacts<'a>,
    },
    NodeAllocatableChanged {
        old: NodeFacts<'a>,
        new: NodeFacts<'a>,
    },
    NodeLabelsChanged {
        old: NodeFacts<'a>,
        new: NodeFacts<'a>,
    },
    /// Its taints are others, or it takes pods again (`spec.unschedulable` was true).
    NodeTaintsChanged {
        old: NodeFacts<'a>,
        new: NodeFacts<'a>,
    },
}

/// A node as the plugins see it, borrowed from wherever its facts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeFacts<'a> {
    pub name: &'a str,
    pub labels: &'a Labels,
    pub allocatable: Room,
    pub extended: &'a BTreeMap<String, u64>,
    pub taints: &'a [Taint],
    pub unschedulable: bool,
}

impl<'a> NodeFacts<'a> {
    /// The node as the scenario describes it.
    pub fn of(node: &'a Node) -> NodeFacts<'a> {
        NodeFacts {
            name: &node.name,
            labels: &node.labels,
            allocatable: node.allocatable,
            extended: &node.extended,
            taints: &node.taints,
            unschedulable: node.unschedulable,
        }
    }
}

/// Who hears that a node's taints changed and may answer by what changed.
const LISTEN_TO_TAINTS: PluginSet =
    PluginSet::of(&[Plugin::NodeUnschedulable, Plugin::TaintToleration, Plugin::PodTopologySpread]);

/// Whoever listens to new nodes, but not to taints, is told of every taint, too, and asked nothing:
/// a node may have been added under a taint that kept the news of it away. Source:
/// `buildQueueingHintMap` (1.34), `pkg/scheduler/scheduler.go`.
const TOLD_OF_TAINTS: PluginSet = PluginSet::of(&[
    Plugin::NodeName,
    Plugin::NodeAffinity,
    Plugin::NodePorts,
    Plugin::NodeResourcesFit,
    Plugin::InterPodAffinity, // (mem) It listened to taints itself up to 1.31.
]);

impl<'a> ClusterEvent<'a> {
    /// What a change of a node amounts to, in the order in which the queue hears of it.
    pub fn of_change(old: NodeFacts<'a>, new: NodeFacts<'a>) -> impl Iterator<Item = ClusterEvent<'a>> {
        let has_room = old.allocatable != new.allocatable || old.extended != new.extended;
        let takes_pods_again = old.unschedulable && !new.unschedulable;
        let is_tainted = takes_pods_again || old.taints != new.taints;
        let events = [
            has_room.then_some(ClusterEvent::NodeAllocatableChanged { old, new }),
            (old.labels != new.labels).then_some(ClusterEvent::NodeLabelsChanged { old, new }),
            is_tainted.then_some(ClusterEvent::NodeTaintsChanged { old, new }),
        ];
        events.into_iter().flatten()
    }

    /// The plugins to whose refusals this may make a difference; nobody else is asked.
    pub fn listeners(&self) -> PluginSet {
        match self {
            ClusterEvent::AssignedPodDeleted { .. } => PluginSet::of(&[
                Plugin::NodePorts,
                Plugin::NodeResourcesFit,
                Plugin::PodTopologySpread,
                Plugin::InterPodAffinity,
            ]),
            ClusterEvent::NominatedPodDeleted { .. } => {
                PluginSet::of(&[Plugin::NodePorts, Plugin::NodeResourcesFit])
            }
            ClusterEvent::AssignedPodAdded { .. } => {
                PluginSet::of(&[Plugin::PodTopologySpread, Plugin::InterPodAffinity])
            }
            ClusterEvent::NodeAdded { .. } | ClusterEvent::NodeTaintsChanged { .. } => {
                LISTEN_TO_TAINTS | TOLD_OF_TAINTS
            }
            ClusterEvent::NodeAllocatableChanged { .. } => PluginSet::of(&[Plugin::NodeResourcesFit]),
            ClusterEvent::NodeLabelsChanged { .. } => {
                PluginSet::of(&[Plugin::NodeAffinity, Plugin::PodTopologySpread, Plugin::InterPodAffinity])
            }
        }
    }

    /// Those of the plugins by whom the pod may no longer be refused, now that this happened.
    pub fn useful(&self, pod: &PodTemplate, refused_by: PluginSet) -> PluginSet {
        let asked = refused_by & self.listeners();
        asked.iter().filter(|plugin| hints::is_of_use(self, *plugin, pod)).collect()
    }

    /// Whether a pod that waits for better times hears of it at all. (One that is being tried does.)
    /// Source: `getLEPriorityPreCheck`, `pkg/scheduler/eventhandlers.go` (mem: 1.34).
    pub(super) fn reaches(&self, waiting: &PodTemplate) -> bool {
        match self {
            ClusterEvent::NominatedPodDeleted { pod } => waiting.priority <= pod.priority,
            ClusterEvent::AssignedPodDeleted { .. }
            | ClusterEvent::AssignedPodAdded { .. }
            | ClusterEvent::NodeAdded { .. }
            | ClusterEvent::NodeAllocatableChanged { .. }
            | ClusterEvent::NodeLabelsChanged { .. }
            | ClusterEvent::NodeTaintsChanged { .. } => true,
        }
    }
}
