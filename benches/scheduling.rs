//! What does one placement cost: a decision, its binding, and the going of another pod, so that the
//! cluster stays as full?
//!
//! By the index, as a run does it where no other pod has a say, and beside it by a scan of all nodes; for a
//! template that was asked for before, and for one that nobody has seen.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, criterion_group, criterion_main};
use evictsim::ground::{Amount, Bytes, MilliCpu, NodeId, PodId};
use evictsim::model::{ContainerSpec, Node, NodeColumns, Peers, PodSpec, PodTemplate, ResourceAmounts, Room};
use evictsim::scheduling::index::Index;
use evictsim::scheduling::{Ask, Facts, Nobody, Profile, SearchFrom, schedule};
use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

fn node(number: u32) -> Node {
    let room = Room { cpu: MilliCpu(16_000), memory: Bytes::gibi(64), pods: 110, ..Room::default() };
    Node::new(format!("node-{number}"), room)
}

fn pod(millis: u64, mebi: u64) -> PodTemplate {
    let requests = ResourceAmounts {
        cpu: Some(Amount::millis(millis)),
        memory: Some(Bytes::mebi(mebi).into()),
        ..ResourceAmounts::default()
    };
    let container = ContainerSpec { requests, ..ContainerSpec::default() };
    PodTemplate::new(PodSpec { containers: vec![container], ..PodSpec::default() })
}

/// Where decisions come from.
trait Decision {
    fn node_for(&mut self, template: &Arc<PodTemplate>, facts: Facts<'_, Nobody>) -> NodeId;
    fn node_changed(&mut self, node: NodeId);
}

impl Decision for Index<'_> {
    fn node_for(&mut self, template: &Arc<PodTemplate>, facts: Facts<'_, Nobody>) -> NodeId {
        let place = self.place_of(template, facts.nodes);
        assert!(self.ask(place).is_local(&facts, PodId(0)), "no other pod has a say");
        let scores = self.standing(place, facts.nodes).scores();
        scores.nth_best(scores.best().expect("there is room"), 0)
    }

    fn node_changed(&mut self, node: NodeId) {
        Index::node_changed(self, node);
    }
}

/// All nodes are looked at; what the template asks is kept, as long as it is the same.
struct Scan<'p> {
    profile: &'p Profile,
    known: Option<Ask<'p>>,
}

impl Decision for Scan<'_> {
    fn node_for(&mut self, template: &Arc<PodTemplate>, facts: Facts<'_, Nobody>) -> NodeId {
        let known = self.known.take().filter(|ask| Arc::ptr_eq(&ask.pod, template));
        let ask = known.unwrap_or_else(|| Ask::new(template, self.profile, facts.nodes, facts.peers));
        let best = schedule(facts, &ask, PodId(0), SearchFrom::default()).best;
        self.known = Some(ask);
        best[0]
    }

    fn node_changed(&mut self, _node: NodeId) {}
}

/// A cluster that is half full; every node differs a little, so that the best is somewhere.
struct Cluster {
    nodes: NodeColumns,
    placed: VecDeque<NodeId>,
}

impl Cluster {
    fn of(nodes: u32, template: &PodTemplate) -> Cluster {
        let all: Vec<Node> = (0..nodes).map(node).collect();
        let mut columns = NodeColumns::new(&all);
        let mut placed = VecDeque::new();
        for number in 0..nodes {
            let (millis, mebi) = (number * 7919 % 4_000, number * 104_729 % 20_000);
            columns.bind(NodeId(number), &pod(u64::from(millis), u64::from(mebi)));
        }
        // Who was placed goes in an order that has nothing to do with the nodes'.
        for number in 0..nodes {
            let node = NodeId((u64::from(number) * 7_368_787 % u64::from(nodes)) as u32);
            for _ in 0..4 {
                columns.bind(node, template);
            }
            placed.push_back(node);
        }
        Cluster { nodes: columns, placed }
    }

    /// One pod comes, the one that has been there longest goes.
    fn place(&mut self, template: &Arc<PodTemplate>, peers: &Peers, decision: &mut impl Decision) {
        let facts = Facts { nodes: &self.nodes, pods: &Nobody, peers, nominated: &[] };
        let node = decision.node_for(black_box(template), facts);
        self.nodes.bind(node, template);
        decision.node_changed(node);
        self.placed.push_back(node);
        let left = self.placed.pop_front().expect("somebody is there");
        self.nodes.release(left, template);
        decision.node_changed(left);
    }
}

/// Whether each pod comes with a template of its own.
#[derive(Clone, Copy)]
enum Templates {
    Known,
    Fresh,
}

impl Templates {
    fn next(self, template: &Arc<PodTemplate>) -> Arc<PodTemplate> {
        match self {
            Templates::Known => Arc::clone(template),
            Templates::Fresh => Arc::new(PodTemplate::clone(template)),
        }
    }
}

fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    (name, nodes, templates): (&str, u32, Templates),
    decision: &mut impl Decision,
) {
    let (template, peers) = (Arc::new(pod(250, 512)), Peers::default());
    let mut cluster = Cluster::of(nodes, &template);
    group.bench_function(BenchmarkId::new(name, nodes), |bencher| {
        bencher.iter(|| cluster.place(&templates.next(&template), &peers, decision));
    });
}

fn placement(criterion: &mut Criterion) {
    let (profile, peers) = (Profile::default(), Peers::default());
    let kinds = [
        ("a placement, its template known", Templates::Known),
        ("a placement, its template new", Templates::Fresh),
    ];
    for (name, templates) in kinds {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        for nodes in [100, 1_000, 5_000, 50_000] {
            measure(&mut group, ("index", nodes, templates), &mut Index::new(&profile, &peers));
            measure(&mut group, ("scan", nodes, templates), &mut Scan { profile: &profile, known: None });
        }
        group.finish();
    }
}

/// Short enough that all benches together take ten minutes.
fn brief() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = brief(); targets = placement }
criterion_main!(benches);
