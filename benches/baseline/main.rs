//! What does the engine cost over the bare story? The same pods on the same nodes, told by hand: a heap, a
//! few arrays, a loop; no engine, no scheduler, no kubelet, only what happens in this one story.
//!
//! Both must come to the same: every pod on the same node, from the same instant to the same instant.
//! The ratio of the two is printed.

mod nodes;
mod steady;
mod storm;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evictsim::engine::record::EndReason;
use evictsim::engine::{Record, Recorder, Setting, Source, run};
use evictsim::ground::SimTime;
use evictsim::model::Replica;
use evictsim::scenario::reference;
use std::hint::black_box;
use std::time::{Duration, Instant};

const NODES: u32 = 100;
const PODS: u32 = 10_000;

/// What became of one pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    pub replica: Replica,
    pub node: u32,
    pub started: SimTime,
    pub ended: SimTime,
    pub succeeded: bool,
}

/// Listens to the engine.
#[derive(Default)]
struct Lives(Vec<Life>);

impl Recorder for Lives {
    fn record(&mut self, _now: SimTime, record: Record<'_>) {
        if let Record::PodEnded(end) = record {
            self.0.push(Life {
                replica: end.pod.replica,
                node: end.node.expect("it ran").0,
                started: end.running.expect("it ran"),
                ended: end.ended.expect("the run lasts until all have ended"),
                succeeded: end.reason == EndReason::Completed,
            });
        }
    }
}

/// Every life, as the engine tells it.
fn lives(setting: &Setting, source: impl Source) -> Vec<Life> {
    sorted(run(setting, source, Lives::default()).0)
}

fn sorted(mut lives: Vec<Life>) -> Vec<Life> {
    lives.sort_unstable();
    lives
}

/// How long it takes.
#[expect(clippy::disallowed_methods, reason = "what is measured here is real time")]
fn time(work: impl Fn()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// The best times of both in turns, so that a machine that drifts slows both.
fn print_ratio(story: &str, engine: impl Fn(), by_hand: impl Fn()) {
    const TURNS: usize = 10;
    let pairs = || (0..TURNS).map(|_| (time(&engine), time(&by_hand)));
    let (engine, by_hand) = pairs().reduce(|best, next| (best.0.min(next.0), best.1.min(next.1))).unzip();
    let nanos = |time: Option<Duration>| time.map_or(0, |time| time.as_nanos());
    let ratio = nanos(engine) as f64 / nanos(by_hand) as f64;
    println!("{story}: the engine takes {ratio:.2} times what it takes by hand");
}

fn steady_stream(criterion: &mut Criterion) {
    let pods: Vec<_> = reference::steady::drawn(NODES, PODS).flatten().collect();
    let setting = reference::steady::setting(NODES);
    let source = || reference::steady::Steady::new(pods.iter().copied().map(Ok));
    assert_eq!(lives(&setting, &mut source()), sorted(steady::by_hand(NODES, &pods)));

    let engine = || drop(black_box(reference::steady::run(NODES, pods.iter().copied().map(Ok))));
    let by_hand = || drop(black_box(steady::by_hand(NODES, &pods)));
    print_ratio("W1, a tenth", engine, by_hand);
    let mut group = criterion.benchmark_group("baseline, a tenth of W1");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(PODS)));
    group.bench_function("engine", |bencher| bencher.iter(engine));
    group.bench_function("by hand", |bencher| bencher.iter(by_hand));
    group.finish();
}

fn storm_of_flips(criterion: &mut Criterion) {
    let pods: Vec<_> = reference::storm::drawn(NODES, PODS).flatten().collect();
    let setting = reference::storm::setting(NODES);
    let source = || reference::storm::Storm::new(pods.iter().copied().map(Ok));
    assert_eq!(lives(&setting, &mut source()), sorted(storm::by_hand(NODES, &pods)));

    let done = reference::storm::run(NODES, pods.iter().copied().map(Ok)).expect("pods without mistakes");
    assert!(done.is_whole() && done.totals.evictions == 0, "the story by hand knows no kubelet");
    let engine = || drop(black_box(reference::storm::run(NODES, pods.iter().copied().map(Ok))));
    let by_hand = || drop(black_box(storm::by_hand(NODES, &pods)));
    print_ratio("W2, a tenth", engine, by_hand);
    let mut group = criterion.benchmark_group("baseline, a tenth of W2");
    group.sample_size(10).throughput(Throughput::Elements(done.totals.turns));
    group.bench_function("engine", |bencher| bencher.iter(engine));
    group.bench_function("by hand", |bencher| bencher.iter(by_hand));
    group.finish();
}

criterion_group!(benches, steady_stream, storm_of_flips);
criterion_main!(benches);
