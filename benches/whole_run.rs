//! What does a whole run cost: the storm on a hundred nodes, read from its file;
//! with nobody listening, and with every idle pass of the eviction loops run.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use evictsim::engine::{self, Passes, Silence};
use evictsim::scenario::{self, Scenario};
use std::fs;
use std::hint::black_box;
use std::path::Path;

fn storm() -> Scenario {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/studies/storm.yaml");
    let path = file.to_string_lossy();
    scenario::read(&path, &|path| fs::read(path)).expect("a shipped scenario is in order")
}

fn storm_on_a_hundred_nodes(criterion: &mut Criterion) {
    let scenario = storm();
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

criterion_group!(benches, storm_on_a_hundred_nodes);
criterion_main!(benches);
