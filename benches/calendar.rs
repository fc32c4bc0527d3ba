//! What does one event cost the calendar, and does it grow with what is pending?
//!
//! The hold model: one event is taken, one is planned at a random later instant,
//! and so the number pending stays. The standard library's heap stands beside it.

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use evictsim::engine::calendar::{Calendar, Entry};
use evictsim::engine::event::Event;
use evictsim::ground::{Key, SimDuration, SimTime, Stream, WorkloadId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

const HOLDS: u32 = 10_000;
/// Events lie up to ten simulated minutes ahead.
const AHEAD_MICROS: u64 = 600_000_000;

fn stream() -> Stream {
    Key::root(1, 0).name("hold").stream()
}

fn ahead(stream: &mut Stream) -> SimDuration {
    SimDuration(stream.below(AHEAD_MICROS))
}

fn arrival(number: u32) -> Event {
    Event::PodArrives { workload: WorkloadId(number) }
}

fn hold(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hold");
    group.throughput(criterion::Throughput::Elements(u64::from(HOLDS)));
    for pending in [1_000u32, 30_000, 1_000_000] {
        group.bench_with_input(BenchmarkId::new("radix heap", pending), &pending, |bencher, pending| {
            let full = || {
                let (mut calendar, mut stream) = (Calendar::default(), stream());
                for number in 0..*pending {
                    calendar.plan(SimTime::START.after(ahead(&mut stream)), arrival(number), 0);
                }
                (calendar, stream)
            };
            bencher.iter_batched_ref(
                full,
                |(calendar, stream)| {
                    for number in 0..HOLDS {
                        let next = calendar.pop().expect("events are pending");
                        calendar.plan(next.at.after(ahead(stream)), arrival(number), 0);
                    }
                },
                BatchSize::LargeInput,
            );
        });
        group.bench_with_input(BenchmarkId::new("binary heap", pending), &pending, |bencher, pending| {
            let full = || {
                let mut stream = stream();
                let entries = (0..*pending).map(|number| {
                    let at = SimTime::START.after(ahead(&mut stream));
                    Reverse(Entry { at, event: arrival(number), ticket: 0 })
                });
                (entries.collect::<BinaryHeap<_>>(), stream)
            };
            bencher.iter_batched_ref(
                full,
                |(heap, stream)| {
                    for number in 0..HOLDS {
                        let Reverse(next) = heap.pop().expect("events are pending");
                        let at = next.at.after(ahead(stream));
                        heap.push(Reverse(Entry { at, event: arrival(number), ticket: 0 }));
                    }
                    black_box(heap.len());
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, hold);
criterion_main!(benches);
