//! Spreading: what a pod's constraints ask for, compiled for one cluster, and whom they count.
//!
//! What: the constraints that bind and those that are wishes, with Kubernetes' own where a pod has none and
//! something selects it; which nodes count, and how many pods on each.
//! Never: a verdict: [`crate::scheduling::filter::topology_spread`] refuses,
//! [`crate::scheduling::score::topology_spread`] scores.
//! Source: kubernetes `pkg/scheduler/framework/plugins/podtopologyspread` (1.34).

use super::facts::BoundPods;
use super::profile::Profile;
use super::remembered::Remembered;
use crate::ground::NodeId;
use crate::model::{
    InclusionPolicy, LabelOperator, Labels, NodeColumns, Peers, PodTemplate, Requirement, Selector,
    SpreadConstraint, TopologyId, WhenUnsatisfiable,
};

/// The label that is a node's own: there each node is a domain.
const HOSTNAME: &str = "kubernetes.io/hostname";

/// All that a pod asks for of spreading.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    /// Those that must hold.
    pub hard: Vec<Constraint>,
    /// Those that are wished for.
    pub soft: Vec<Constraint>,
    /// Whether nodes that lack any of the wishes' labels are left out of account.
    pub wishes_need_all_keys: bool,
}

/// One constraint.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Absent: no node has the label.
    pub topology: Option<TopologyId>,
    pub is_per_node: bool,
    pub max_skew: i64,
    pub min_domains: usize,
    selector: Option<Selector>,
    /// Whether the pod is one of those that it counts.
    pub counts_itself: bool,
    honors_affinity: bool,
    honors_taints: bool,
}

impl Spread {
    pub fn of(pod: &PodTemplate, profile: &Profile, nodes: &NodeColumns, peers: &Peers) -> Spread {
        let own = &pod.spec.placement.spread;
        let constraints = if own.is_empty() { defaults(pod, profile, peers) } else { own.clone() };
        let of = |when: WhenUnsatisfiable| -> Vec<Constraint> {
            let such = constraints.iter().filter(|one| one.when_unsatisfiable == when);
            such.map(|one| Constraint::of(one, pod, nodes)).collect()
        };
        Spread {
            hard: of(WhenUnsatisfiable::DoNotSchedule),
            soft: of(WhenUnsatisfiable::ScheduleAnyway),
            wishes_need_all_keys: !own.is_empty() || !profile.default_spread_is_system,
        }
    }
}

/// Those of the profile, over the pods that all that selects this one selects.
fn defaults(pod: &PodTemplate, profile: &Profile, peers: &Peers) -> Vec<SpreadConstraint> {
    let labels = &pod.spec.labels;
    let has = |(key, value): (&String, &String)| labels.get(key) == Some(value);
    let selecting = peers
        .services
        .iter()
        .filter(|service| service.namespace == pod.namespace() && service.selector.iter().all(has));
    let selector: Labels = selecting.flat_map(|service| service.selector.clone()).collect();
    if selector.is_empty() {
        return Vec::new();
    }
    let selector = Selector::labels(&selector);
    let over = |one: &SpreadConstraint| SpreadConstraint { selector: Some(selector.clone()), ..one.clone() };
    profile.default_spread.iter().map(over).collect()
}

impl Constraint {
    fn of(written: &SpreadConstraint, pod: &PodTemplate, nodes: &NodeColumns) -> Constraint {
        let selector = written.selector.clone().map(|selector| with_own_labels(selector, written, pod));
        Constraint {
            topology: nodes.topologies.id(&written.topology_key),
            is_per_node: written.topology_key == HOSTNAME,
            max_skew: written.max_skew,
            min_domains: usize::try_from(written.min_domains.unwrap_or(1)).unwrap_or(1),
            counts_itself: selector.as_ref().is_some_and(|selector| selector.matches(&pod.spec.labels)),
            selector,
            honors_affinity: written.node_affinity_policy == InclusionPolicy::Honor,
            honors_taints: written.node_taints_policy == InclusionPolicy::Honor,
        }
    }

    /// The number of the domain that a node is in, if it is in one.
    pub fn domain(&self, nodes: &NodeColumns, node: NodeId) -> Option<usize> {
        nodes.topologies.domain(self.topology?, node)
    }

    /// How many domains there are.
    pub fn domains(&self, nodes: &NodeColumns) -> usize {
        self.topology.map_or(0, |topology| nodes.topologies.get(topology).domains)
    }

    /// Whether the pods of a node count: not, where the pod could not run anyhow and the
    /// constraint heeds that.
    pub fn includes(&self, counting: &Counting<'_>, node: NodeId) -> bool {
        let is_allowed = || counting.allowed.is_none_or(|allowed| allowed[node.index()]);
        let is_tolerated = || {
            let taints = &counting.nodes.taints[node.index()];
            taints.iter().all(|taint| !taint.keeps_off() || counting.pod.tolerates(taint))
        };
        (!self.honors_affinity || is_allowed()) && (!self.honors_taints || is_tolerated())
    }

    /// Whether it selects a pod, by its labels.
    pub fn selects(&self, pod: &PodTemplate) -> bool {
        self.selector.as_ref().is_some_and(|selector| selector.matches(&pod.spec.labels))
    }

    /// Whether it counts pods that are there. One that asks for nothing selects everybody and
    /// counts nobody, as in kube-scheduler.
    fn counts_any(&self) -> bool {
        self.selector.as_ref().is_some_and(|selector| !selector.0.is_empty())
    }
}

/// The pod's own values of `matchLabelKeys` are asked for, too; labels that it lacks are not.
fn with_own_labels(mut selector: Selector, written: &SpreadConstraint, pod: &PodTemplate) -> Selector {
    let own = |key: &String| {
        let values = vec![pod.spec.labels.get(key)?.clone()];
        Some(Requirement { key: key.clone(), operator: LabelOperator::In, values })
    };
    selector.0.extend(written.match_label_keys.iter().filter_map(own));
    selector
}

/// For whom is counted, and where.
pub struct Counting<'a> {
    pub nodes: &'a NodeColumns,
    pub pod: &'a PodTemplate,
    /// The nodes that are as the pod asks; absent: all.
    pub allowed: Option<&'a [bool]>,
}

/// Counts the pods of one node, constraint by constraint; remembers what it learned of a template.
pub struct Counter<'a> {
    constraints: &'a [Constraint],
    namespace: &'a str,
    selected: Remembered<Vec<bool>>,
    /// Kept for its room.
    counts: Vec<i64>,
}

impl<'a> Counter<'a> {
    pub fn new(constraints: &'a [Constraint], pod: &'a PodTemplate) -> Counter<'a> {
        Counter {
            constraints,
            namespace: pod.namespace(),
            selected: Remembered::default(),
            counts: Vec::new(),
        }
    }

    /// How many pods on a node each constraint counts: of the pod's namespace, and not terminating.
    pub fn on(&mut self, pods: &impl BoundPods, node: NodeId) -> &[i64] {
        self.counts.clear();
        self.counts.resize(self.constraints.len(), 0);
        for pod in pods.on(node).filter(|pod| !pod.is_terminating) {
            let selected = self.selected.of(pod.template, |template| {
                let is_here = template.namespace() == self.namespace;
                self.constraints
                    .iter()
                    .map(|one| is_here && one.counts_any() && one.selects(template))
                    .collect()
            });
            let counts = self.counts.iter_mut().zip(selected);
            counts.for_each(|(count, selected)| *count += i64::from(*selected));
        }
        &self.counts
    }
}

/// Whether a node has the labels of all constraints.
pub fn has_all_keys(constraints: &[Constraint], nodes: &NodeColumns, node: NodeId) -> bool {
    constraints.iter().all(|one| one.domain(nodes, node).is_some())
}
