//! What does a pass of the eviction loop cost: one that finds nothing, and one
//! that ranks all pods of a full node?

#[path = "full_node/pods.rs"]
mod full_node;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use evictsim::eviction::{EvictionOrder, KubeletOrder, Monitor, QosOrder, rank};
use evictsim::ground::{Bytes, SimTime};
use full_node::{candidates, seen, settings};
use std::hint::black_box;
use std::time::Duration;

/// In the middle, as many pods as a kubelet takes by default.
const PODS: [u32; 3] = [10, 110, 500];

fn idle_pass(criterion: &mut Criterion) {
    let settings = settings();
    let mut monitor = Monitor::new(&settings);
    let plenty = seen(Bytes::gibi(16));
    criterion.bench_function("idle pass", |bencher| {
        bencher.iter(|| black_box(monitor.pass(&settings, black_box(&plenty), SimTime::START)));
    });
}

fn pass_with_ranking(criterion: &mut Criterion) {
    let (settings, little) = (settings(), seen(Bytes::mebi(50)));
    let orders: [&dyn EvictionOrder; 2] = [&QosOrder, &KubeletOrder];
    let mut group = criterion.benchmark_group("pass with ranking");
    for (order, pods) in orders.into_iter().flat_map(|order| PODS.map(|pods| (order, pods))) {
        let candidates = candidates(pods);
        group.bench_function(BenchmarkId::new(order.name(), pods), |bencher| {
            let fresh = || (Monitor::new(&settings), candidates.clone());
            bencher.iter_batched_ref(
                fresh,
                |(monitor, candidates)| {
                    black_box(monitor.pass(&settings, &little, SimTime::START));
                    rank(order, candidates);
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// Short enough that all benches together take ten minutes.
fn brief() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = brief(); targets = idle_pass, pass_with_ranking }
criterion_main!(benches);
