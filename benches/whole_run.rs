//! What does a whole run cost, with nobody listening: reference work, a lesson, and the storm on a hundred
//! nodes, read from its file, with and without every idle pass of the eviction loops?

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use evictsim::engine::{self, Passes, Silence};
use evictsim::scenario::reference::{steady, storm};
use evictsim::scenario::{self, Scenario};
use std::fs;
use std::hint::black_box;
use std::path::Path;

/// A tenth of W1 and of W2.
const NODES: u32 = 100;
const PODS: u32 = 10_000;

fn read(path: &str) -> Scenario {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let path = file.to_string_lossy();
    scenario::read(&path, &|path| fs::read(path)).expect("a shipped scenario is in order")
}

fn run(scenario: &Scenario, passes: Passes) {
    for rules in &scenario.runs {
        let setting = scenario.setting(rules, 0, passes);
        black_box(engine::run(&setting, scenario.source(0), Silence));
    }
}

fn reference_work(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reference work");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(PODS)));
    group.bench_function("W1s", |bencher| bencher.iter(|| steady::run(NODES, steady::drawn(NODES, PODS))));
    let flips = storm::run(NODES, storm::drawn(NODES, PODS)).map_or(0, |done| done.totals.turns);
    group.throughput(Throughput::Elements(flips));
    group.bench_function("W2 at 100 nodes", |bencher| {
        bencher.iter(|| storm::run(NODES, storm::drawn(NODES, PODS)));
    });
    group.finish();
}

fn lesson(criterion: &mut Criterion) {
    let scenario = read("scenarios/lessons/eviction-order.yaml");
    let mut group = criterion.benchmark_group("a lesson");
    group.bench_function("read", |bencher| {
        bencher.iter(|| read("scenarios/lessons/eviction-order.yaml"));
    });
    group.bench_function("run", |bencher| bencher.iter(|| run(&scenario, Passes::ThatMatter)));
    group.finish();
}

fn storm_on_a_hundred_nodes(criterion: &mut Criterion) {
    let scenario = read("scenarios/studies/storm.yaml");
    let mut group = criterion.benchmark_group("storm");
    group.sample_size(10);
    for rules in &scenario.runs {
        for (name, passes) in [("passes that matter", Passes::ThatMatter), ("every pass", Passes::Every)] {
            group.bench_function(BenchmarkId::new(name, &rules.name), |bencher| {
                bencher.iter(|| {
                    let setting = scenario.setting(rules, 0, passes);
                    black_box(engine::run(&setting, scenario.source(0), Silence));
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, reference_work, lesson, storm_on_a_hundred_nodes);
criterion_main!(benches);
