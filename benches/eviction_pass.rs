//! What does a pass of the eviction loop cost: one that finds nothing, and one
//! that ranks all pods of a full node?

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use evictsim::eviction::{
    Candidate, EvictionOrder, EvictionSettings, KubeletOrder, Monitor, Observation, Observations, QosOrder,
    Signal, Threshold, ThresholdValue, rank,
};
use evictsim::ground::{Bytes, Key, PodId, SimDuration, SimTime};
use evictsim::model::QosClass;
use std::hint::black_box;
use std::time::Duration;

/// In the middle, as many pods as a kubelet takes by default.
const PODS: [u32; 3] = [10, 110, 500];

fn settings() -> EvictionSettings {
    let threshold = |mebi, grace| Threshold {
        signal: Signal::MemoryAvailable,
        value: ThresholdValue::Quantity(Bytes::mebi(mebi).into()),
        written: None,
        grace_period: SimDuration::seconds(grace),
        minimum_reclaim: None,
    };
    EvictionSettings {
        thresholds: vec![threshold(100, 0), threshold(500, 90)],
        pressure_transition_period: SimDuration::minutes(5),
        max_pod_grace_period: SimDuration::ZERO,
        monitoring_interval: SimDuration::seconds(10),
    }
}

fn seen(available: Bytes) -> Observations {
    Observations::default().with(Signal::MemoryAvailable, Observation::fresh(available, Bytes::gibi(32)))
}

fn candidates(pods: u32) -> Vec<Candidate> {
    let mut stream = Key::root(1, 0).name("candidates").stream();
    let mut below = |bound: u64| stream.below(bound);
    let candidate = |pod: u32| {
        let request = Bytes::mebi(below(512));
        Candidate {
            pod: PodId(pod),
            serial: u64::from(pod),
            qos: QosClass::ALL[below(3) as usize],
            priority: below(3) as i32 * 100,
            working_set: Some(Bytes::mebi(below(600))),
            memory_request: request.into(),
        }
    };
    (0..pods).map(candidate).collect()
}

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
