//! Random clusters: nodes, profiles and pods, small enough that each rule of the scheduler is met often.

use evictsim::ground::{Amount, Bytes, MilliCpu};
use evictsim::model::{
    ContainerSpec, HostPort, InclusionPolicy, LabelOperator, Labels, Node, NodeImage, NodeTerm, Peers,
    PodGroup, PodSpec, PodTerm, Preferred, Protocol, Requirement, ResourceAmounts, Room, Selector,
    SpreadConstraint, Taint, TaintEffect, Toleration, TolerationOperator, WhenUnsatisfiable,
};
use evictsim::scheduling::{FitKind, Plugin, Profile, ResourceName, ShapePoint, Weighted};
use proptest::prelude::*;
use std::collections::BTreeMap;

// Nodes.

pub fn room() -> impl Strategy<Value = Room> {
    (0..9u64, 0..17u64, prop_oneof![1..6u32, Just(110)]).prop_map(|(cores, gibi, pods)| Room {
        cpu: MilliCpu(cores * 1_000),
        memory: Bytes::gibi(gibi),
        ephemeral_storage: Room::UNKNOWN_STORAGE,
        pods,
    })
}

pub fn taint() -> impl Strategy<Value = Taint> {
    use TaintEffect::*;
    let effect = prop_oneof![Just(NoSchedule), Just(PreferNoSchedule), Just(NoExecute)];
    let own = (0..2u8, effect).prop_map(|(value, effect)| Taint {
        key: "dedicated".into(),
        value: value.to_string(),
        effect,
    });
    prop_oneof![3 => own, 1 => Just(Taint::memory_pressure())]
}

const GPU: &str = "nvidia.com/gpu";
const ZONE: &str = "topology.kubernetes.io/zone";

fn node() -> impl Strategy<Value = Node> {
    let taints = prop_oneof![4 => Just(vec![]), 1 => prop::collection::vec(taint(), 1..3)];
    let images = prop::collection::vec(0..3u64, 0..3);
    let kind = (room(), 0..4u64, 0..3u8, 0..3u8);
    (kind, taints, images, prop::bool::weighted(0.08)).prop_map(
        |((room, gpus, zone, disk), taints, images, unschedulable)| {
            let mut node = Node::new("", room);
            node.extended = if gpus > 0 { [(GPU.to_owned(), gpus)].into() } else { BTreeMap::new() };
            node.labels = labels(&[("disk", disk), (ZONE, zone)]);
            node.labels.retain(|_, value| value != "0");
            let image =
                |one| NodeImage { names: vec![format!("app{one}:1")], size: Bytes::mebi(200 * (one + 1)) };
            node.images = images.into_iter().map(image).collect();
            Node { taints, unschedulable, ..node }
        },
    )
}

pub fn nodes() -> impl Strategy<Value = Vec<Node>> {
    prop::collection::vec(node(), 2..=40).prop_map(|mut nodes| {
        for (number, node) in nodes.iter_mut().enumerate() {
            node.name = format!("n{number}");
            node.labels.insert("kubernetes.io/hostname".into(), node.name.clone());
        }
        nodes
    })
}

fn labels(of: &[(&str, u8)]) -> Labels {
    of.iter().map(|(key, value)| ((*key).to_owned(), value.to_string())).collect()
}

// Profiles.

pub fn profile() -> impl Strategy<Value = Profile> {
    use Plugin::*;
    let shape = vec![(0, 10), (40, 2), (100, 7)];
    let shape = shape.into_iter().map(|(utilization, score)| ShapePoint { utilization, score }).collect();
    let kind = prop_oneof![
        2 => Just(FitKind::LeastAllocated),
        1 => Just(FitKind::MostAllocated),
        1 => Just(FitKind::RequestedToCapacityRatio(shape)),
    ];
    let off = prop::option::weighted(0.3, prop::sample::select(Plugin::ALL.to_vec()));
    let weights = prop::option::weighted(0.4, (0..20i64, 0..4i64, 0..4i64, 0..4i64));
    let percentage = prop_oneof![3 => Just(100), 1 => Just(0), 1 => Just(50)];
    let counts_gpus = prop::bool::weighted(0.3);
    (kind, off, weights, percentage, counts_gpus).prop_map(|(kind, off, weights, percentage, counts_gpus)| {
        let mut profile = Profile { percentage_of_nodes_to_score: percentage, ..Profile::default() };
        profile.fit.kind = kind;
        if let Some(off) = off {
            profile.filters[off as usize] = false;
        }
        if let Some((fit, balance, taints, others)) = weights {
            profile.weights[NodeResourcesFit as usize] = fit;
            profile.weights[NodeResourcesBalancedAllocation as usize] = balance;
            profile.weights[TaintToleration as usize] = taints;
            for plugin in [NodeAffinity, InterPodAffinity, PodTopologySpread, ImageLocality] {
                profile.weights[plugin as usize] = others;
            }
        }
        if counts_gpus {
            let gpus = ResourceName::Extended(GPU.to_owned());
            profile.fit.resources.push(Weighted { resource: gpus.clone(), weight: 3 });
            profile.balanced.push(gpus);
        }
        profile
    })
}

/// Perhaps a Service, whose pods are spread without having asked for it.
pub fn peers() -> impl Strategy<Value = Peers> {
    prop::bool::weighted(0.2).prop_map(|has_service| {
        let service = PodGroup { namespace: "default".into(), selector: labels(&[("app", 1)]) };
        Peers { services: if has_service { vec![service] } else { vec![] }, ..Peers::default() }
    })
}

// Pods.

/// What makes a pod ask for more than room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Tolerates(Option<TaintEffect>),
    Selector,
    Terms,
    NamesNodes,
    NodeName,
    PreferredNodes,
    Port,
    Gpu,
    UnknownResource,
    Image,
    Spread(WhenUnsatisfiable),
    Near,
    Away,
    RatherNear,
    RatherAway,
}

impl Wish {
    fn any() -> impl Strategy<Value = Wish> {
        use Wish::*;
        prop_oneof![
            3 => prop::sample::select(vec![
                Tolerates(None),
                Tolerates(Some(TaintEffect::PreferNoSchedule)),
                Tolerates(Some(TaintEffect::NoSchedule)),
            ]),
            5 => prop::sample::select(vec![Selector, Terms, NamesNodes, NodeName, Port, Gpu, Image, UnknownResource]),
            2 => prop::sample::select(vec![
                PreferredNodes,
                Spread(WhenUnsatisfiable::DoNotSchedule),
                Spread(WhenUnsatisfiable::ScheduleAnyway),
                Near,
                Away,
                RatherNear,
                RatherAway,
            ]),
        ]
    }

    fn write(self, pod: &mut PodSpec) {
        let (container, placement) = (&mut pod.containers[0], &mut pod.placement);
        let wanted = PodTerm {
            selector: Some(Selector(vec![Requirement::equals("app", "0")])),
            topology_key: ZONE.into(),
            ..PodTerm::default()
        };
        match self {
            Wish::Tolerates(effect) => pod.tolerations.push(tolerating(effect)),
            Wish::Selector => drop(placement.node_selector.insert("disk".into(), "1".into())),
            Wish::Terms => {
                placement.required_nodes = Some(vec![disk(LabelOperator::NotIn, "2"), by_name("n0")])
            }
            Wish::NamesNodes => placement.required_nodes = Some(vec![by_name("n0"), by_name("n1")]),
            Wish::NodeName => placement.node_name = "n1".into(),
            Wish::PreferredNodes => {
                placement.preferred_nodes = vec![Preferred { weight: 7, term: disk(LabelOperator::In, "1") }];
            }
            Wish::Port => {
                container.host_ports.push(HostPort { ip: String::new(), protocol: Protocol::Tcp, port: 80 })
            }
            Wish::Gpu => drop(container.extended_requests.insert(GPU.into(), Amount::whole(1))),
            Wish::UnknownResource => {
                container.extended_requests.insert("example.com/fpga".into(), Amount::whole(1));
            }
            Wish::Image => container.image = "app1:1".into(),
            Wish::Spread(when) => placement.spread.push(spread(when)),
            Wish::Near => placement.affinity.required.push(wanted),
            Wish::Away => placement.anti_affinity.required.push(wanted),
            Wish::RatherNear => placement.affinity.preferred.push(Preferred { weight: 5, term: wanted }),
            Wish::RatherAway => placement.anti_affinity.preferred.push(Preferred { weight: 5, term: wanted }),
        }
    }
}

fn tolerating(effect: Option<TaintEffect>) -> Toleration {
    Toleration {
        key: "dedicated".into(),
        operator: TolerationOperator::Exists,
        value: String::new(),
        effect,
        seconds: None,
    }
}

fn disk(operator: LabelOperator, value: &str) -> NodeTerm {
    let expression = Requirement { key: "disk".into(), operator, values: vec![value.into()] };
    NodeTerm { expressions: vec![expression], fields: vec![] }
}

fn by_name(name: &str) -> NodeTerm {
    NodeTerm { expressions: vec![], fields: vec![Requirement::equals("metadata.name", name)] }
}

fn spread(when_unsatisfiable: WhenUnsatisfiable) -> SpreadConstraint {
    SpreadConstraint {
        max_skew: 1,
        topology_key: ZONE.into(),
        when_unsatisfiable,
        selector: Some(Selector(vec![Requirement::equals("app", "0")])),
        match_label_keys: vec![],
        min_domains: None,
        node_affinity_policy: InclusionPolicy::Honor,
        node_taints_policy: InclusionPolicy::Ignore,
    }
}

pub fn pod() -> impl Strategy<Value = PodSpec> {
    let requests = (prop::option::of(0..3_000u64), prop::option::of(0..6_000u64));
    let wishes = prop_oneof![2 => Just(vec![]), 3 => prop::collection::vec(Wish::any(), 1..3)];
    (requests, 0..3i32, 0..3u8, wishes).prop_map(|((millis, mebi), priority, app, wishes)| {
        let requests = ResourceAmounts {
            cpu: millis.map(Amount::millis),
            memory: mebi.map(|mebi| Bytes::mebi(mebi).into()),
            ..ResourceAmounts::default()
        };
        let mut pod = PodSpec {
            labels: labels(&[("app", app)]),
            containers: vec![ContainerSpec { requests, ..ContainerSpec::default() }],
            priority: Some(priority),
            ..PodSpec::default()
        };
        wishes.into_iter().for_each(|wish| wish.write(&mut pod));
        pod
    })
}
