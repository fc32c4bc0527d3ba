//! What does one placement cost, every node looked at?

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evictsim::ground::{Amount, Bytes, MilliCpu, NodeId, PodId};
use evictsim::model::{ContainerSpec, Node, NodeColumns, Peers, PodSpec, PodTemplate, ResourceAmounts, Room};
use evictsim::scheduling::{Ask, Facts, Nobody, Profile, SearchFrom, schedule};
use std::hint::black_box;
use std::sync::Arc;

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

fn placement(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("placement");
    for nodes in [100u32, 1_000, 5_000] {
        let all: Vec<Node> = (0..nodes).map(node).collect();
        let mut columns = NodeColumns::new(&all);
        // Every node differs a little, so that the best is somewhere.
        for number in 0..nodes {
            columns.bind(
                NodeId(number),
                &pod(u64::from(number * 7919 % 4_000), u64::from(number * 104_729 % 20_000)),
            );
        }
        let (pod, profile, peers) = (Arc::new(pod(250, 512)), Profile::default(), Peers::default());
        let facts = Facts { nodes: &columns, pods: &Nobody, peers: &peers, nominated: &[] };
        group.bench_function(BenchmarkId::from_parameter(nodes), |bencher| {
            bencher.iter(|| {
                let ask = Ask::new(black_box(&pod), &profile, &columns, &peers);
                black_box(schedule(facts, &ask, PodId(0), SearchFrom::default()))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, placement);
criterion_main!(benches);
