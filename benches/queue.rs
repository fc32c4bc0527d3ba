//! What does it cost to wait: a pod that gets its node at once, a burst of pods, and ten
//! thousand refused ones when a pod goes?
//!
//! Beside a pod's way through the queue stands a bare heap of the standard library; beside those who are
//! woken, those whom the same event is of no use to.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use evictsim::ground::{Amount, PodId, SimTime};
use evictsim::model::{ContainerSpec, PodSpec, PodTemplate, ResourceAmounts};
use evictsim::scheduling::{ClusterEvent, Plugin, PluginSet, Queue};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

const PODS: u32 = 10_000;

fn template(millis: u32) -> Arc<PodTemplate> {
    let cpu = Some(Amount::millis(u64::from(millis)));
    let requests = ResourceAmounts { cpu, ..ResourceAmounts::default() };
    let container = ContainerSpec { requests, ..ContainerSpec::default() };
    Arc::new(PodTemplate::new(PodSpec { containers: vec![container], ..PodSpec::default() }))
}

/// A template for each pod; all the same one, or all their own.
fn templates(distinct: u32) -> Vec<Arc<PodTemplate>> {
    let distinct: Vec<_> = (1..=distinct).map(template).collect();
    distinct.iter().cycle().take(PODS as usize).cloned().collect()
}

fn numbered(templates: &[Arc<PodTemplate>]) -> impl Iterator<Item = (u32, &Arc<PodTemplate>)> {
    (0..).zip(templates)
}

fn add_pop_done(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("add, pop, done");
    group.throughput(Throughput::Elements(u64::from(PODS)));
    let templates = templates(PODS);
    group.bench_function("one at a time", |bencher| {
        let mut queue = Queue::default();
        bencher.iter(|| {
            for (number, template) in numbered(&templates) {
                queue.add(PodId(number % 1_000), template, SimTime::START);
                let popped = queue.pop().expect("one has just been added");
                queue.done(black_box(popped).pod);
            }
        });
    });
    group.bench_function("one at a time, bare heap", |bencher| {
        let mut heap = BinaryHeap::new();
        bencher.iter(|| {
            for (number, template) in numbered(&templates) {
                heap.push(Reverse((template.priority, number)));
                black_box(heap.pop());
            }
        });
    });
    group.bench_function("all at once", |bencher| {
        let mut queue = Queue::default();
        bencher.iter(|| {
            for (number, template) in numbered(&templates) {
                queue.add(PodId(number), template, SimTime::START);
            }
            while let Some(popped) = queue.pop() {
                queue.done(black_box(popped).pod);
            }
        });
    });
    group.finish();
}

fn refused(templates: &[Arc<PodTemplate>], by: Plugin) -> Queue {
    let mut queue = Queue::default();
    for (number, template) in numbered(templates) {
        queue.add(PodId(number), template, SimTime::START);
        queue.pop();
        queue.fail(PodId(number), PluginSet::of(&[by]), SimTime::START);
    }
    queue
}

fn wake(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a pod goes, 10,000 are pooled");
    group.throughput(Throughput::Elements(u64::from(PODS)));
    let gone = template(1);
    let event = ClusterEvent::AssignedPodDeleted { pod: &gone };
    let cases = [
        ("all woken, templates", 1, Plugin::NodeResourcesFit),
        ("all woken, templates", PODS, Plugin::NodeResourcesFit),
        ("none woken, templates", PODS, Plugin::TaintToleration),
    ];
    for (name, distinct, by) in cases {
        let pooled = refused(&templates(distinct), by);
        group.bench_function(BenchmarkId::new(name, distinct), |bencher| {
            let happened = |queue: &mut Queue| queue.happened(black_box(&event), SimTime::START);
            bencher.iter_batched_ref(|| pooled.clone(), happened, BatchSize::LargeInput);
        });
    }
    group.finish();
}

/// Short enough that all benches together take ten minutes.
fn brief() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = brief(); targets = add_pop_done, wake }
criterion_main!(benches);
