//! What each plugin says when something happens: may it be of use to a pod that it refused?
//!
//! What: kube-scheduler's queueing hints, one function a plugin. "Of use" is a guess on the
//! cheap side: the pod is tried again, and may be refused again.
//! Never: the other pods of a node. "Fits" here means an empty node of that size.
//! Source: kubernetes `pkg/scheduler/framework/plugins` (1.34), `isSchedulableAfter…` of each
//! plugin. `(mem)`: read in a neighboring version, and from memory for 1.34.
//! Next: [`crate::scheduling::filter`], which decides.

use super::event::{ClusterEvent, NodeFacts};
use crate::model::{Labels, PodSpec, PodTemplate, PodTerm, SpreadConstraint, Taint, WhenUnsatisfiable};
use crate::scheduling::filter::{node_affinity, node_ports, taint_toleration};
use crate::scheduling::neighbors;
use crate::scheduling::profile::Plugin;

/// Whether a pod that the plugin refused may pass it now.
pub(super) fn is_of_use(event: &ClusterEvent<'_>, plugin: Plugin, pod: &PodTemplate) -> bool {
    match plugin {
        Plugin::NodeUnschedulable => of_node_unschedulable(event),
        Plugin::NodeName => of_node_name(event),
        Plugin::TaintToleration => of_taint_toleration(event, pod),
        Plugin::NodeAffinity => of_node_affinity(event, pod),
        Plugin::NodePorts => of_node_ports(event, pod),
        Plugin::NodeResourcesFit => of_node_resources_fit(event, pod),
        Plugin::PodTopologySpread => of_pod_topology_spread(event, pod),
        Plugin::InterPodAffinity => of_inter_pod_affinity(event, pod),
        // They score, and refuse nobody.
        Plugin::NodeResourcesBalancedAllocation | Plugin::ImageLocality => false,
    }
}

/// (mem)
fn of_node_unschedulable(event: &ClusterEvent<'_>) -> bool {
    match event {
        ClusterEvent::NodeAdded { node } => !node.unschedulable,
        ClusterEvent::NodeTaintsChanged { old, new } => old.unschedulable && !new.unschedulable,
        ClusterEvent::AssignedPodDeleted { .. }
        | ClusterEvent::NominatedPodDeleted { .. }
        | ClusterEvent::AssignedPodAdded { .. }
        | ClusterEvent::NodeAllocatableChanged { .. }
        | ClusterEvent::NodeLabelsChanged { .. } => false,
    }
}

/// It has no hint of its own: a new node is a new node. (mem)
fn of_node_name(event: &ClusterEvent<'_>) -> bool {
    match event {
        ClusterEvent::NodeAdded { .. } | ClusterEvent::NodeTaintsChanged { .. } => true,
        ClusterEvent::AssignedPodDeleted { .. }
        | ClusterEvent::NominatedPodDeleted { .. }
        | ClusterEvent::AssignedPodAdded { .. }
        | ClusterEvent::NodeAllocatableChanged { .. }
        | ClusterEvent::NodeLabelsChanged { .. } => false,
    }
}

fn of_taint_toleration(event: &ClusterEvent<'_>, pod: &PodTemplate) -> bool {
    match event {
        ClusterEvent::NodeAdded { node } => tolerates_all(pod, node.taints),
        ClusterEvent::NodeTaintsChanged { old, new } => {
            !tolerates_all(pod, old.taints) && tolerates_all(pod, new.taints)
        }
        ClusterEvent::AssignedPodDeleted { .. }
        | ClusterEvent::NominatedPodDeleted { .. }
        | ClusterEvent::AssignedPodAdded { .. }
        | ClusterEvent::NodeAllocatableChanged { .. }
        | ClusterEvent::NodeLabelsChanged { .. } => false,
    }
}

fn of_node_affinity(event: &ClusterEvent<'_>, pod: &PodTemplate) -> bool {
    match event {
        ClusterEvent::NodeAdded { node } => is_wanted(pod, node),
        ClusterEvent::NodeLabelsChanged { old, new } => !is_wanted(pod, old) && is_wanted(pod, new),
        ClusterEvent::NodeTaintsChanged { .. } => true,
        ClusterEvent::AssignedPodDeleted { .. }
        | ClusterEvent::NominatedPodDeleted { .. }
        | ClusterEvent::AssignedPodAdded { .. }
        | ClusterEvent::NodeAllocatableChanged { .. } => false,
    }
}

/// A new node has all its ports; it is not asked which.
fn of_node_ports(event: &ClusterEvent<'_>, pod: &PodTemplate) -> bool {
    match event {
        ClusterEvent::AssignedPodDeleted { pod: gone } | ClusterEvent::NominatedPodDeleted { pod: gone } => {
            node_ports::conflict(pod, gone)
        }
        ClusterEvent::NodeAdded { .. } | ClusterEvent::NodeTaintsChanged { .. } => true,
        ClusterEvent::AssignedPodAdded { .. }
        | ClusterEvent::NodeAllocatableChanged { .. }
        | ClusterEvent::NodeLabelsChanged { .. } => false,
    }
}

/// Whoever goes makes room, however little: the size of what is gone is not looked at.
fn of_node_resources_fit(event: &ClusterEvent<'_>, pod: &PodTemplate) -> bool {
    match event {
        ClusterEvent::AssignedPodDeleted { .. }
        | ClusterEvent::NominatedPodDeleted { .. }
        | ClusterEvent::NodeTaintsChanged { .. } => true,
        ClusterEvent::NodeAdded { node } => fits(pod, node),
        ClusterEvent::NodeAllocatableChanged { old, new } => fits(pod, new) && has_more(pod, old, new),
        ClusterEvent::AssignedPodAdded { .. } | ClusterEvent::NodeLabelsChanged { .. } => false,
    }
}

/// A pod that comes or goes counts if any constraint selects it; a node, if it has all topology keys.
/// A pod that is spread by the profile's default constraints alone is tried whenever
/// anything happens near it: what selects it then is not known here.
fn of_pod_topology_spread(event: &ClusterEvent<'_>, pod: &PodTemplate) -> bool {
    let (spec, defaults_apply) = (&pod.spec, pod.spec.placement.spread.is_empty());
    match event {
        ClusterEvent::AssignedPodDeleted { pod: other } | ClusterEvent::AssignedPodAdded { pod: other } => {
            pod.namespace() == other.namespace() && (defaults_apply || is_counted(spec, &other.spec.labels))
        }
        ClusterEvent::NodeAdded { node } => has_all_topology_keys(spec, node),
        ClusterEvent::NodeLabelsChanged { old, new } | ClusterEvent::NodeTaintsChanged { old, new } => {
            defaults_apply || counts_otherwise(spec, old, new)
        }
        ClusterEvent::NominatedPodDeleted { .. } | ClusterEvent::NodeAllocatableChanged { .. } => false,
    }
}

/// Only the pod's own terms are looked at: one that was refused by the anti-affinity of another is not
/// tried again when that goes, but with the leftovers, five minutes later. (kubernetes#135325 mends it in 1.35.)
fn of_inter_pod_affinity(event: &ClusterEvent<'_>, pod: &PodTemplate) -> bool {
    let placement = &pod.spec.placement;
    match event {
        ClusterEvent::AssignedPodAdded { pod: other } => match_all(&placement.affinity.required, pod, other),
        // All terms, though any would do for a refusal. (kubernetes#139161 mends it later.)
        ClusterEvent::AssignedPodDeleted { pod: other } => {
            match_all(&placement.anti_affinity.required, pod, other)
        }
        ClusterEvent::NodeAdded { node } => {
            let mut terms = placement.affinity.required.iter().chain(&placement.anti_affinity.required);
            terms.any(|term| node.labels.contains_key(&term.topology_key))
        }
        ClusterEvent::NodeLabelsChanged { old, new } => {
            let moved = |term: &PodTerm| Moved::between(&term.topology_key, old, new);
            // It has come somewhere where pods are wanted near, or has left where they are to be away. (mem)
            placement
                .affinity
                .required
                .iter()
                .map(moved)
                .any(|moved| matches!(moved, Moved::In | Moved::Over))
                || placement
                    .anti_affinity
                    .required
                    .iter()
                    .map(moved)
                    .any(|moved| matches!(moved, Moved::Out | Moved::Over))
        }
        ClusterEvent::NodeTaintsChanged { .. } => true,
        ClusterEvent::NominatedPodDeleted { .. } | ClusterEvent::NodeAllocatableChanged { .. } => false,
    }
}

fn tolerates_all(pod: &PodTemplate, taints: &[Taint]) -> bool {
    taint_toleration::refuses(taints, pod).is_none()
}

/// Whether it is one of the nodes that the pod's selector and required affinity name.
fn is_wanted(pod: &PodTemplate, node: &NodeFacts<'_>) -> bool {
    node_affinity::is_allowed(pod, node.name, node.labels)
}

// Room.

/// Something that a pod asks of a node.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Cpu,
    Memory,
    EphemeralStorage,
    Extended(&'a str),
}

impl Asked<'_> {
    fn allocatable(self, node: &NodeFacts<'_>) -> u64 {
        match self {
            Asked::Cpu => node.allocatable.cpu.0,
            Asked::Memory => node.allocatable.memory.0,
            Asked::EphemeralStorage => node.allocatable.ephemeral_storage.0,
            Asked::Extended(name) => node.extended.get(name).copied().unwrap_or(0),
        }
    }
}

fn fits(pod: &PodTemplate, node: &NodeFacts<'_>) -> bool {
    node.allocatable.pods > 0 && requests(pod).all(|(asked, amount)| amount <= asked.allocatable(node))
}

/// Whether there is more of anything that the pod asks for; one more pod is always asked for.
fn has_more(pod: &PodTemplate, old: &NodeFacts<'_>, new: &NodeFacts<'_>) -> bool {
    let more = |asked: Asked<'_>| asked.allocatable(new) > asked.allocatable(old);
    new.allocatable.pods > old.allocatable.pods || requests(pod).any(|(asked, _)| more(asked))
}

/// What the pod asks for, but for nothings.
fn requests(pod: &PodTemplate) -> impl Iterator<Item = (Asked<'_>, u64)> {
    let first = [
        (Asked::Cpu, pod.cpu_request.0),
        (Asked::Memory, pod.memory_request.0),
        (Asked::EphemeralStorage, pod.storage_request.0),
    ];
    let extended = pod.extended_requests.iter().map(|(name, pieces)| (Asked::Extended(name), *pieces));
    first.into_iter().chain(extended).filter(|(_, amount)| *amount > 0)
}

// Other pods.

fn required_spread(pod: &PodSpec) -> impl Iterator<Item = &SpreadConstraint> {
    let is_required = |one: &&SpreadConstraint| one.when_unsatisfiable == WhenUnsatisfiable::DoNotSchedule;
    pod.placement.spread.iter().filter(is_required)
}

/// Whether any constraint of the pod counts pods with these labels.
fn is_counted(pod: &PodSpec, labels: &Labels) -> bool {
    // A key that the pod does not have itself is not asked for.
    let is_alike = |key: &String| pod.labels.get(key).is_none_or(|value| labels.get(key) == Some(value));
    required_spread(pod).any(|constraint| {
        constraint.selector.as_ref().is_some_and(|selector| selector.matches(labels))
            && constraint.match_label_keys.iter().all(is_alike)
    })
}

fn has_all_topology_keys(pod: &PodSpec, node: &NodeFacts<'_>) -> bool {
    required_spread(pod).all(|constraint| node.labels.contains_key(&constraint.topology_key))
}

/// Whether a node counts now and did not, or the other way round, or counts elsewhere, or for others.
fn counts_otherwise(pod: &PodSpec, old: &NodeFacts<'_>, new: &NodeFacts<'_>) -> bool {
    let (before, after) = (has_all_topology_keys(pod, old), has_all_topology_keys(pod, new));
    let is_elsewhere =
        |one: &SpreadConstraint| old.labels.get(&one.topology_key) != new.labels.get(&one.topology_key);
    before != after || (after && (old.taints != new.taints || required_spread(pod).any(is_elsewhere)))
}

/// Whether the other pod is meant by each of the terms, and there is one. A selector of namespaces is held
/// against no labels at all, whatever those of the namespace are: nobody looks them
/// up for a hint. Source: kubernetes#141954.
fn match_all(terms: &[PodTerm], owner: &PodTemplate, other: &PodTemplate) -> bool {
    let is_meant = |term| neighbors::is_meant(term, owner, other, &Labels::new());
    !terms.is_empty() && terms.iter().all(is_meant)
}

/// What became of a node's place in a topology.
enum Moved {
    In,
    Out,
    /// From one domain to another.
    Over,
    Not,
}

impl Moved {
    fn between(topology_key: &str, old: &NodeFacts<'_>, new: &NodeFacts<'_>) -> Moved {
        match (old.labels.get(topology_key), new.labels.get(topology_key)) {
            (None, Some(_)) => Moved::In,
            (Some(_), None) => Moved::Out,
            (Some(before), Some(after)) if before != after => Moved::Over,
            (Some(_), Some(_)) | (None, None) => Moved::Not,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Amount, Bytes, MilliCpu};
    use crate::model::{
        ContainerSpec, HostPort, LabelOperator, Node, NodeTerm, PodAffinity, Protocol, Requirement,
        ResourceAmounts, Room, Selector,
    };
    use crate::scheduling::profile::PluginSet;
    use std::collections::BTreeMap;

    fn asking(millis: u64, mebi: u64) -> PodSpec {
        let requests = ResourceAmounts {
            cpu: (millis > 0).then(|| Amount::millis(millis)),
            memory: (mebi > 0).then(|| Bytes::mebi(mebi).into()),
            ..ResourceAmounts::default()
        };
        PodSpec {
            containers: vec![ContainerSpec { requests, ..ContainerSpec::default() }],
            ..PodSpec::default()
        }
    }

    fn labels(labels: &[(&str, &str)]) -> Labels {
        labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn node() -> Node {
        let room = Room { cpu: MilliCpu(4_000), memory: Bytes::gibi(8), pods: 110, ..Room::default() };
        Node { labels: labels(&[("zone", "a")]), ..Node::new("n", room) }
    }

    fn with_room(change: impl Fn(&mut Room)) -> Node {
        let mut node = node();
        change(&mut node.allocatable);
        node
    }

    fn with_labels(of: &[(&str, &str)]) -> Node {
        Node { labels: labels(of), ..node() }
    }

    fn change_helps(plugin: Plugin, pod: &PodSpec, old: &Node, new: &Node) -> bool {
        let pod = PodTemplate::new(pod.clone());
        let mut events = ClusterEvent::of_change(NodeFacts::of(old), NodeFacts::of(new));
        events.any(|event| event.useful(&pod, PluginSet::ALL).contains(plugin))
    }

    #[test]
    fn more_room_helps_who_asks_for_it_and_fits_then() {
        let fit =
            |pod: &PodSpec, old: &Node, new: &Node| change_helps(Plugin::NodeResourcesFit, pod, old, new);
        let more_cpu = with_room(|room| room.cpu = MilliCpu(8_000));
        let more_pods = with_room(|room| room.pods = 111);
        let nowhere = with_room(|room| (room.cpu, room.pods) = (MilliCpu(8_000), 0));
        // asks for                         more CPU  more pods
        for (pod, expected) in [
            (asking(6_000, 0), [true, false]), // 6 CPU are too much for 4
            (asking(100, 0), [true, true]),
            (asking(0, 100), [false, true]),
            (asking(0, 0), [false, true]),
            (asking(9_000, 0), [false, false]),
        ] {
            assert_eq!([&more_cpu, &more_pods].map(|new| fit(&pod, &node(), new)), expected, "{pod:?}");
        }
        assert!(!fit(&asking(100, 0), &node(), &nowhere), "a node that takes no pods");
        assert!(!fit(&asking(100, 0), &more_cpu, &node()), "less room");
    }

    #[test]
    fn extended_resources_are_room_too() {
        let gpus = |count| Node { extended: BTreeMap::from([("gpu".to_owned(), count)]), ..node() };
        let mut pod = asking(0, 0);
        pod.containers[0].extended_requests.insert("gpu".to_owned(), Amount::whole(2));
        let mut init = ContainerSpec::default();
        init.extended_requests.insert("gpu".to_owned(), Amount::whole(1));
        pod.init_containers = vec![ContainerSpec { sidecar: true, ..init }];
        let fit = |old, new| change_helps(Plugin::NodeResourcesFit, &pod, &gpus(old), &gpus(new));
        assert!(!fit(1, 2), "3 with the sidecar's");
        assert!(fit(2, 3));
    }

    #[test]
    fn a_taint_that_goes_helps_whom_it_kept_off_and_all_that_are_told_of_taints() {
        let tainted = Node { taints: vec![Taint::memory_pressure()], ..node() };
        let best_effort = asking(0, 0); // The API server gives all others a toleration.
        let helps = |plugin, pod: &PodSpec| change_helps(plugin, pod, &tainted, &node());
        assert!(helps(Plugin::TaintToleration, &best_effort));
        assert!(!helps(Plugin::TaintToleration, &asking(100, 0)));
        assert!(!change_helps(Plugin::TaintToleration, &best_effort, &node(), &tainted));
        let told = [Plugin::NodeName, Plugin::NodeAffinity, Plugin::NodePorts, Plugin::NodeResourcesFit];
        assert!(told.iter().all(|plugin| change_helps(*plugin, &best_effort, &node(), &tainted)));
        assert!(!helps(Plugin::NodeUnschedulable, &best_effort));
    }

    #[test]
    fn a_node_that_takes_pods_again_helps_as_a_taint_would() {
        let cordoned = Node { unschedulable: true, ..node() };
        let pod = asking(0, 0);
        assert!(change_helps(Plugin::NodeUnschedulable, &pod, &cordoned, &node()));
        assert!(change_helps(Plugin::NodeResourcesFit, &pod, &cordoned, &node()));
        assert!(!change_helps(Plugin::NodeResourcesFit, &pod, &node(), &cordoned), "nobody hears of it");
    }

    #[test]
    fn labels_help_whose_affinity_they_meet_at_last() {
        let in_b = Requirement::equals("zone", "b");
        let named = Requirement { key: "metadata.name".into(), ..Requirement::equals("", "n") };
        let term = NodeTerm { expressions: vec![in_b], fields: vec![named] };
        let mut pod = asking(0, 0);
        pod.placement.required_nodes = Some(vec![NodeTerm::default(), term]);
        let helps = |old: &Node, new: &Node| change_helps(Plugin::NodeAffinity, &pod, old, new);
        assert!(helps(&node(), &with_labels(&[("zone", "b")])));
        assert!(!helps(&node(), &with_labels(&[("zone", "c")])));
        assert!(!helps(&with_labels(&[("zone", "b")]), &with_labels(&[("zone", "b"), ("rack", "1")])));
    }

    #[test]
    fn a_port_is_free_when_whoever_had_it_is_gone() {
        let on = |ip: &str, port| {
            let mut pod = asking(0, 0);
            pod.containers[0].host_ports = vec![HostPort { ip: ip.into(), protocol: Protocol::Tcp, port }];
            PodTemplate::new(pod)
        };
        let helps = |gone: &PodTemplate| {
            let event = ClusterEvent::AssignedPodDeleted { pod: gone };
            event.useful(&on("10.0.0.1", 80), PluginSet::ALL).contains(Plugin::NodePorts)
        };
        assert!(helps(&on("0.0.0.0", 80)) && helps(&on("10.0.0.1", 80)));
        assert!(!helps(&on("10.0.0.2", 80)) && !helps(&on("0.0.0.0", 81)));
    }

    #[test]
    fn pods_that_come_or_go_help_who_is_spread_against_them_or_has_terms_for_them() {
        let term = |key: &str| PodTerm {
            selector: Some(Selector::labels(&labels(&[("app", "web")]))),
            topology_key: key.into(),
            ..PodTerm::default()
        };
        let required = |terms: Vec<PodTerm>| PodAffinity { required: terms, preferred: Vec::new() };
        let mut pod = asking(0, 0);
        pod.placement.affinity = required(vec![term("zone")]);
        pod.placement.anti_affinity = required(vec![term("rack"), PodTerm::default()]);
        pod.placement.spread = SpreadConstraint::system_defaults();
        pod.placement.spread[1].when_unsatisfiable = WhenUnsatisfiable::DoNotSchedule;
        pod.placement.spread[1].selector = Some(Selector::labels(&labels(&[("app", "web")])));
        let pod = PodTemplate::new(pod);
        let other = |namespace: &str, app: &str| {
            let other =
                PodSpec { namespace: namespace.into(), labels: labels(&[("app", app)]), ..asking(0, 0) };
            PodTemplate::new(other)
        };
        let (spread, affinity) = (Plugin::PodTopologySpread, Plugin::InterPodAffinity);
        // the other's namespace, label     comes: spread, affinity; goes: spread, affinity
        for (other, expected) in [
            (other("default", "web"), [true, true, true, false]), // not meant by the second term
            (other("", "db"), [false; 4]),
            (other("elsewhere", "web"), [false; 4]),
        ] {
            let comes = ClusterEvent::AssignedPodAdded { pod: &other }.useful(&pod, PluginSet::ALL);
            let goes = ClusterEvent::AssignedPodDeleted { pod: &other }.useful(&pod, PluginSet::ALL);
            let helped = [comes, goes].map(|set| [set.contains(spread), set.contains(affinity)]);
            assert_eq!(helped.as_flattened(), expected);
        }
        let moves = |plugin, old: &[_], new: &[_]| {
            change_helps(plugin, &pod.spec, &with_labels(old), &with_labels(new))
        };
        assert!(moves(affinity, &[], &[("zone", "a")]) && !moves(affinity, &[("zone", "a")], &[]));
        assert!(moves(affinity, &[("rack", "1")], &[]) && !moves(affinity, &[], &[("rack", "1")]));
        assert!(moves(affinity, &[("rack", "1")], &[("rack", "2")]));
        let zone = "topology.kubernetes.io/zone";
        assert!(moves(spread, &[(zone, "a")], &[(zone, "b")]) && moves(spread, &[(zone, "a")], &[]));
        assert!(!moves(spread, &[(zone, "a")], &[(zone, "a"), ("rack", "1")]));
    }

    #[test]
    fn a_selector_of_namespaces_is_held_against_no_labels() {
        let selecting = |operator| {
            let requirement = Requirement { key: "team".into(), operator, values: vec!["a".into()] };
            let mut pod = asking(0, 0);
            let term = PodTerm {
                selector: Some(Selector::default()),
                namespace_selector: Some(Selector(vec![requirement])),
                ..PodTerm::default()
            };
            pod.placement.affinity.required = vec![term];
            PodTemplate::new(pod)
        };
        let other = PodTemplate::new(asking(0, 0));
        let helps = |operator| {
            let event = ClusterEvent::AssignedPodAdded { pod: &other };
            event.useful(&selecting(operator), PluginSet::ALL).contains(Plugin::InterPodAffinity)
        };
        assert!(!helps(LabelOperator::In), "whatever the namespace is labeled with");
        assert!(helps(LabelOperator::NotIn));
    }

    #[test]
    fn whoever_does_not_listen_has_nothing_to_say() {
        let (pod, old) = (PodTemplate::new(asking(0, 0)), Node { unschedulable: true, ..node() });
        let new = Node { taints: vec![Taint::disk_pressure()], ..with_labels(&[("zone", "b")]) };
        let (old, new) = (NodeFacts::of(&old), NodeFacts::of(&new));
        for event in [
            ClusterEvent::AssignedPodDeleted { pod: &pod },
            ClusterEvent::NominatedPodDeleted { pod: &pod },
            ClusterEvent::AssignedPodAdded { pod: &pod },
            ClusterEvent::NodeAdded { node: old },
            ClusterEvent::NodeAllocatableChanged { old, new },
            ClusterEvent::NodeLabelsChanged { old, new },
            ClusterEvent::NodeTaintsChanged { old, new },
        ] {
            let mut deaf = Plugin::ALL.into_iter().filter(|plugin| !event.listeners().contains(*plugin));
            assert!(deaf.all(|plugin| !is_of_use(&event, plugin, &pod)), "{event:?}");
        }
    }
}
