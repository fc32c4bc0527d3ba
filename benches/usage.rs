//! What does a change of memory cost: a curve turns to its next piece, the node's sum changes, and the
//! instant is found at which the sum crosses a line?
//!
//! Beside each the same for who knows that no memory ever rises slowly: whole bytes in 64 bits.

use criterion::{Criterion, criterion_group, criterion_main};
use evictsim::ground::{Bytes, Line, Ramp, SimDuration, SimTime};
use evictsim::model::usage::{After, Turn};
use evictsim::model::{Piece, UsageCurve};
use std::hint::black_box;
use std::time::Duration;

const LOW: Bytes = Bytes::gibi(1);
const HIGH: Bytes = Bytes::mebi(11_776);
const CAPACITY: Bytes = Bytes::gibi(256);
const MINUTE: SimDuration = SimDuration::minutes(1);

fn square() -> UsageCurve {
    UsageCurve::new([Piece::flat(MINUTE, LOW), Piece::flat(MINUTE, HIGH)], After::RepeatFrom(0))
}

fn saw() -> UsageCurve {
    UsageCurve::new([Piece { length: MINUTE, from: LOW, to: HIGH }], After::RepeatFrom(0))
}

fn segment_changes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a curve turns");
    for (name, curve) in [("level", square()), ("ramp", saw())] {
        group.bench_function(name, |bencher| {
            let (mut segment, mut cursor) = curve.begin(SimTime::START);
            bencher.iter(|| {
                if let Turn::Segment(next) = curve.turn(&mut cursor, segment.until) {
                    segment = next;
                }
                black_box(segment)
            });
        });
    }
    group.bench_function("by hand", |bencher| {
        let (levels, mut place, mut until) = ([(MINUTE.0, LOW.0), (MINUTE.0, HIGH.0)], 0, 0);
        bencher.iter(|| {
            place = (place + 1) % levels.len();
            let (length, level) = black_box(&levels)[place];
            until += length;
            black_box((level, until))
        });
    });
    group.finish();
}

fn ramp(from: Bytes, to: Bytes) -> Ramp {
    Ramp::towards(SimTime(1_000_000), from, to, MINUTE)
}

fn sum_changes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a sum changes");
    for (name, low, high) in
        [("levels", ramp(LOW, LOW), ramp(HIGH, HIGH)), ("ramps", ramp(LOW, HIGH), ramp(HIGH, LOW))]
    {
        group.bench_function(name, |bencher| {
            let mut sum = Line::from(low);
            bencher.iter(|| {
                sum.replace(black_box(low), black_box(high));
                sum.replace(black_box(high), black_box(low));
                black_box(sum)
            });
        });
    }
    group.bench_function("by hand", |bencher| {
        let mut sum = LOW.0;
        bencher.iter(|| {
            sum = sum - black_box(LOW.0) + black_box(HIGH.0);
            sum = sum - black_box(HIGH.0) + black_box(LOW.0);
            black_box(sum)
        });
    });
    group.finish();
}

fn sum_crosses(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a line is crossed");
    let now = SimTime(2_000_000);
    let lines = [
        ("never", Line::from(ramp(HIGH, HIGH)), CAPACITY),
        ("already", Line::from(ramp(HIGH, HIGH)), LOW),
        ("later", Line::from(ramp(LOW, HIGH)), Bytes::gibi(8)),
    ];
    for (name, line, bound) in lines {
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(line).first_above(black_box(bound), black_box(now)));
        });
    }
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| black_box(HIGH.0) > black_box(CAPACITY.0));
    });
    group.finish();
}

/// Short enough that all benches together take ten minutes.
fn brief() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2))
}

criterion_group! { name = benches; config = brief(); targets = segment_changes, sum_changes, sum_crosses }
criterion_main!(benches);
