//! A profile of the scheduler: which plugins speak, how much each weighs, and how they count.
//!
//! What: the values that a `KubeSchedulerConfiguration` can set of the plugins that evictsim has.
//! Never: text; [`crate::scenario`] reads it. Source: kubernetes `pkg/scheduler/apis/config/v1` (1.34).

use crate::model::SpreadConstraint;
use std::ops::{BitAnd, BitOr, BitOrAssign};

/// A plugin, in the order in which filters are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plugin {
    NodeUnschedulable,
    NodeName,
    TaintToleration,
    NodeAffinity,
    NodePorts,
    NodeResourcesFit,
    PodTopologySpread,
    InterPodAffinity,
    NodeResourcesBalancedAllocation,
    ImageLocality,
}

impl Plugin {
    pub const ALL: [Plugin; 10] = [
        Plugin::NodeUnschedulable,
        Plugin::NodeName,
        Plugin::TaintToleration,
        Plugin::NodeAffinity,
        Plugin::NodePorts,
        Plugin::NodeResourcesFit,
        Plugin::PodTopologySpread,
        Plugin::InterPodAffinity,
        Plugin::NodeResourcesBalancedAllocation,
        Plugin::ImageLocality,
    ];

    /// As Kubernetes spells it.
    pub fn name(self) -> &'static str {
        match self {
            Plugin::NodeUnschedulable => "NodeUnschedulable",
            Plugin::NodeName => "NodeName",
            Plugin::TaintToleration => "TaintToleration",
            Plugin::NodeAffinity => "NodeAffinity",
            Plugin::NodePorts => "NodePorts",
            Plugin::NodeResourcesFit => "NodeResourcesFit",
            Plugin::PodTopologySpread => "PodTopologySpread",
            Plugin::InterPodAffinity => "InterPodAffinity",
            Plugin::NodeResourcesBalancedAllocation => "NodeResourcesBalancedAllocation",
            Plugin::ImageLocality => "ImageLocality",
        }
    }
}

/// Some of the plugins: those that refused a pod, say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PluginSet(u16);

impl PluginSet {
    pub const NONE: PluginSet = PluginSet(0);
    pub const ALL: PluginSet = PluginSet::of(&Plugin::ALL);

    /// These, and no others.
    pub const fn of(mut plugins: &[Plugin]) -> PluginSet {
        let mut bits = 0;
        // Iterators cannot be used in constants.
        while let [first, rest @ ..] = plugins {
            bits |= PluginSet::bit(*first);
            plugins = rest;
        }
        PluginSet(bits)
    }

    pub const fn contains(self, plugin: Plugin) -> bool {
        self.0 & PluginSet::bit(plugin) != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In the order of [`Plugin::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Plugin> {
        Plugin::ALL.into_iter().filter(move |plugin| self.contains(*plugin))
    }

    const fn bit(plugin: Plugin) -> u16 {
        1 << plugin as u16
    }
}

impl FromIterator<Plugin> for PluginSet {
    fn from_iter<I: IntoIterator<Item = Plugin>>(plugins: I) -> PluginSet {
        plugins.into_iter().fold(PluginSet::NONE, |set, plugin| set | PluginSet::of(&[plugin]))
    }
}

/// Those that are in both.
impl BitAnd for PluginSet {
    type Output = PluginSet;
    fn bitand(self, other: PluginSet) -> PluginSet {
        PluginSet(self.0 & other.0)
    }
}

/// Those that are in either.
impl BitOr for PluginSet {
    type Output = PluginSet;
    fn bitor(self, other: PluginSet) -> PluginSet {
        PluginSet(self.0 | other.0)
    }
}

impl BitOrAssign for PluginSet {
    fn bitor_assign(&mut self, other: PluginSet) {
        *self = *self | other;
    }
}

/// How one profile schedules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// How many nodes that would do are looked for, in percent of all; 0: as many as
    /// kube-scheduler looks for by itself; 100: all, whatever the order of the nodes.
    pub percentage_of_nodes_to_score: u32,
    /// Whether each plugin may refuse a node, as [`Plugin::ALL`] counts them.
    pub filters: [bool; Plugin::ALL.len()],
    /// How much each plugin's score weighs, as [`Plugin::ALL`] counts them; 0: it does not score.
    pub weights: [i64; Plugin::ALL.len()],
    pub fit: FitStrategy,
    /// The resources whose shares are to be even, in this order.
    pub balanced: Vec<ResourceName>,
    /// Of pods that ask for none themselves, where something selects them.
    pub default_spread: Vec<SpreadConstraint>,
    /// Whether `default_spread` is Kubernetes' own: then no node is left out for want of a zone.
    pub default_spread_is_system: bool,
    /// How much a required affinity of a pod that is there weighs for one that comes.
    pub hard_pod_affinity_weight: i64,
    pub ignore_preferred_terms_of_existing_pods: bool,
    /// Whether pods that fit nowhere may have others preempted: the plugin DefaultPreemption.
    pub preempts: bool,
    /// How many nodes are looked at for victims: this percentage, and at least so many.
    pub min_candidate_nodes_percentage: u32,
    pub min_candidate_nodes_absolute: u32,
}

/// How full nodes are scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FitStrategy {
    pub kind: FitKind,
    pub resources: Vec<Weighted>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FitKind {
    LeastAllocated,
    MostAllocated,
    /// By a line through these points, in order of utilization.
    RequestedToCapacityRatio(Vec<ShapePoint>),
}

/// A point of a shape: at that utilization (percent) that score (0 to 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapePoint {
    pub utilization: i64,
    pub score: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighted {
    pub resource: ResourceName,
    pub weight: i64,
}

/// A resource that a score may count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceName {
    Cpu,
    Memory,
    EphemeralStorage,
    /// `nvidia.com/gpu`
    Extended(String),
}

impl Profile {
    pub fn may_refuse(&self, plugin: Plugin) -> bool {
        self.filters[plugin as usize]
    }

    /// How much a plugin's score weighs; 0: it does not score.
    pub fn weight(&self, plugin: Plugin) -> i64 {
        self.weights[plugin as usize]
    }

    fn weights(of: &[(Plugin, i64)]) -> [i64; Plugin::ALL.len()] {
        Plugin::ALL
            .map(|plugin| of.iter().find(|(weighed, _)| *weighed == plugin).map_or(0, |(_, weight)| *weight))
    }
}

/// What kube-scheduler does where nothing is configured, but for one thing: all nodes are looked at.
impl Default for Profile {
    fn default() -> Profile {
        let even = [ResourceName::Cpu, ResourceName::Memory];
        Profile {
            percentage_of_nodes_to_score: 100,
            filters: Plugin::ALL.map(|plugin| plugin <= Plugin::InterPodAffinity),
            weights: Profile::weights(&[
                (Plugin::TaintToleration, 3),
                (Plugin::NodeAffinity, 2),
                (Plugin::PodTopologySpread, 2),
                (Plugin::InterPodAffinity, 2),
                (Plugin::NodeResourcesFit, 1),
                (Plugin::NodeResourcesBalancedAllocation, 1),
                (Plugin::ImageLocality, 1),
            ]),
            fit: FitStrategy {
                kind: FitKind::LeastAllocated,
                resources: even
                    .iter()
                    .map(|resource| Weighted { resource: resource.clone(), weight: 1 })
                    .collect(),
            },
            balanced: even.to_vec(),
            default_spread: SpreadConstraint::system_defaults(),
            default_spread_is_system: true,
            hard_pod_affinity_weight: 1,
            ignore_preferred_terms_of_existing_pods: false,
            preempts: true,
            min_candidate_nodes_percentage: 10,
            min_candidate_nodes_absolute: 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_its_plugins_and_no_others() {
        let set = PluginSet::of(&[Plugin::NodeResourcesFit, Plugin::NodeName]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Plugin::NodeName, Plugin::NodeResourcesFit]);
        assert_eq!(set.iter().collect::<PluginSet>(), set);
        assert!((set & PluginSet::of(&[Plugin::NodeAffinity])).is_empty());
        assert_eq!(PluginSet::ALL.iter().count(), Plugin::ALL.len());
    }
}
