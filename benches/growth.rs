//! Does an event cost more in a larger cluster? Ten thousand times as many pods, as many on each node.
//!
//! Pods come within a minute, live for three to five, and flip their memory meanwhile, so that nearly all
//! events happen while nearly all pods live. What is printed is per event.

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use evictsim::ground::{Bytes, Key, MilliCpu, SimDuration, SimTime};
use evictsim::scenario::cells::CellMistake;
use evictsim::scenario::reference::storm::{self, StormPod};
use std::hint::black_box;
use std::time::Duration;

const PODS_A_NODE: u32 = 25;
const SECOND: u64 = 1_000_000;

fn pods(count: u32) -> impl Iterator<Item = Result<StormPod, CellMistake>> {
    let mut stream = Key::root(1, 0).name("growth").stream();
    (0..count).map(move |pod| {
        Ok(StormPod {
            arrival: SimTime(u64::from(pod) * 60 * SECOND / u64::from(count)),
            cpu_request: MilliCpu(1_000),
            memory_request: Bytes::gibi(4),
            low: Bytes::gibi(1),
            high: Bytes::gibi(8), // All at once fit on a node: nobody goes before its time.
            shift: SimDuration(20 * SECOND + stream.below(20 * SECOND)),
            duration: SimDuration(180 * SECOND + stream.below(120 * SECOND)),
        })
    })
}

fn growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("an event, by live pods");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    for live in [1_000, 10_000, 100_000, 1_000_000] {
        let run = || storm::run(live / PODS_A_NODE, pods(live)).expect("pods without mistakes");
        let done = run();
        assert!(done.is_whole() && done.totals.peak_running == u64::from(live));
        group.throughput(Throughput::Elements(done.totals.events));
        group.bench_function(BenchmarkId::from_parameter(live), |bencher| bencher.iter(|| black_box(run())));
    }
    group.finish();
}

criterion_group!(benches, growth);
criterion_main!(benches);
