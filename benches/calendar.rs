//! What does one event cost the calendar, and does it grow with what is pending?
//!
//! The hold model: one event is taken, one is planned at a random later instant,
//! and so the number pending stays. And what an engine does most: one event plans the next
//! for now, while all others are due later. The standard library's heap stands beside both.

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use evictsim::engine::calendar::{Calendar, Entry};
use evictsim::engine::event::Event;
use evictsim::ground::{Key, SimDuration, SimTime, Stream, WorkloadId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Duration;

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

fn full_calendar(pending: u32) -> (Calendar, Stream) {
    let (mut calendar, mut stream) = (Calendar::default(), stream());
    for number in 0..pending {
        calendar.plan(SimTime::START.after(ahead(&mut stream)), arrival(number), 0);
    }
    (calendar, stream)
}

fn full_heap(pending: u32) -> (BinaryHeap<Reverse<Entry>>, Stream) {
    let mut stream = stream();
    let entries = (0..pending).map(|number| {
        let at = SimTime::START.after(ahead(&mut stream));
        Reverse(Entry::new(at, arrival(number), 0))
    });
    (entries.collect(), stream)
}

/// Takes an event and plans one, again and again; `delay` says how much later than the one taken.
fn events(
    criterion: &mut Criterion,
    name: &str,
    pending: &[u32],
    delay: impl Fn(&mut Stream) -> SimDuration + Copy,
) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(criterion::Throughput::Elements(u64::from(HOLDS)));
    for pending in pending {
        group.bench_with_input(BenchmarkId::new("radix heap", pending), pending, |bencher, pending| {
            bencher.iter_batched_ref(
                || full_calendar(*pending),
                |(calendar, stream)| {
                    for number in 0..HOLDS {
                        let next = calendar.pop().expect("events are pending");
                        calendar.plan(next.at.after(delay(stream)), arrival(number), 0);
                    }
                },
                BatchSize::LargeInput,
            );
        });
        group.bench_with_input(BenchmarkId::new("binary heap", pending), pending, |bencher, pending| {
            bencher.iter_batched_ref(
                || full_heap(*pending),
                |(heap, stream)| {
                    for number in 0..HOLDS {
                        let Reverse(next) = heap.pop().expect("events are pending");
                        let at = next.at.after(delay(stream));
                        heap.push(Reverse(Entry::new(at, arrival(number), 0)));
                    }
                    black_box(heap.len());
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn hold(criterion: &mut Criterion) {
    events(criterion, "hold", &[1_000, 30_000, 1_000_000], ahead);
}

fn for_now(criterion: &mut Criterion) {
    events(criterion, "for now", &[30_000], |_| SimDuration::ZERO);
}

/// Short enough that all benches together take ten minutes.
fn brief() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = brief(); targets = hold, for_now }
criterion_main!(benches);
