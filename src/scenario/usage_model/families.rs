//! The simple families: levels and lengths in, straight pieces out.
//!
//! Never: chance, but for pulses whose lengths are drawn.

use super::{Knot, OwnAmounts, Pulses, SHORTEST, SHORTEST_WAVE};
use crate::ground::{Bytes, Key, SimDuration, Stream};
use crate::model::{After, Piece};
use crate::scenario::distribution::{FromDraw, MOST_BYTES, Varying};
use std::f64::consts::PI;
use std::sync::Arc;

type Drawn = (Arc<[Piece]>, After);

pub fn constant(level: Bytes) -> Drawn {
    ([Piece::flat(SimDuration::FOREVER, level)].into(), After::Hold)
}

pub fn ramp(from: Bytes, to: Bytes, over: SimDuration, delay: SimDuration) -> Drawn {
    let wait = Piece::flat(delay, from);
    (lasting([wait, Piece { length: over, from, to }], to), After::Hold)
}

/// One straight piece, as long as it takes to grow to 1 PiB, but at most 10 years
/// and at least an hour.
pub fn leak(from: Bytes, per_hour: Bytes) -> Drawn {
    const MOST_HOURS: u64 = 10 * 8_766;
    let room = MOST_BYTES.saturating_sub(from).0;
    let hours = (room / per_hour.0.max(1)).clamp(1, MOST_HOURS);
    let to = Bytes(from.0.saturating_add(per_hour.0.saturating_mul(hours)));
    ([Piece { length: SimDuration::hours(hours), from, to }].into(), After::Hold)
}

/// Each level until the next begins; the first holds from the start, the last for ever.
pub fn steps(mut jumps: Vec<(SimDuration, Bytes)>) -> Drawn {
    jumps.sort_by_key(|(at, _)| *at);
    let starts = |number: usize| if number == 0 { SimDuration::ZERO } else { jumps[number].0 };
    let between = (1..jumps.len()).map(|number| {
        let length = starts(number).0 - starts(number - 1).0;
        Piece::flat(SimDuration(length), jumps[number - 1].1)
    });
    let last = jumps.last().map_or(Bytes::ZERO, |(_, level)| *level);
    (lasting(between, last), After::Hold)
}

/// `to` is approached as a leaky vessel fills: the rest shrinks by the same share in
/// the same time, three e-foldings in all, scaled so that the last one arrives.
pub fn cold_start(from: Bytes, to: Bytes, over: SimDuration) -> Drawn {
    const CHORDS: u64 = 8;
    const FOLDINGS: f64 = 3.0;
    let reached = |chord: u64| libm::expm1(-FOLDINGS * chord as f64 / CHORDS as f64) / libm::expm1(-FOLDINGS);
    let knots = (0..=CHORDS).map(|chord| Knot {
        at: SimDuration((u128::from(over.0) * u128::from(chord) / u128::from(CHORDS)) as u64),
        value: from.0 as f64 + (to.0 as f64 - from.0 as f64) * reached(chord),
    });
    trace(&knots.collect::<Vec<_>>(), 1.0)
}

pub fn sawtooth(low: Bytes, high: Bytes, period: SimDuration) -> Drawn {
    ([Piece { length: period.max(SHORTEST), from: low, to: high }].into(), After::RepeatFrom(0))
}

pub fn square(low: Bytes, high: Bytes, half_period: SimDuration) -> Drawn {
    let half = half_period.max(SHORTEST);
    ([Piece::flat(half, low), Piece::flat(half, high)].into(), After::RepeatFrom(0))
}

/// A cosine on chords: with 24 of them the level is off by at most 0.9 % of the amplitude.
pub fn diurnal(mean: Bytes, amplitude: Bytes, peak_at: SimDuration, period: SimDuration) -> Drawn {
    const CHORDS: u64 = 24;
    let period = period.max(SHORTEST_WAVE);
    let to_peak = peak_at.0 as f64 / period.0 as f64;
    let level = |chord: u64| {
        let phase = (chord % CHORDS) as f64 / CHORDS as f64 - to_peak;
        Bytes::from_draw(mean.0 as f64 + amplitude.0 as f64 * libm::cos(2.0 * PI * phase))
    };
    let start = |chord: u64| (u128::from(period.0) * u128::from(chord) / u128::from(CHORDS)) as u64;
    let pieces = (0..CHORDS).map(|chord| Piece {
        length: SimDuration(start(chord + 1) - start(chord)),
        from: level(chord),
        to: level(chord + 1),
    });
    (pieces.collect(), After::RepeatFrom(0))
}

/// Straight lines between the knots' values times `scale`; the first level from the start, the last for ever.
pub fn trace(knots: &[Knot], scale: f64) -> Drawn {
    let level = |knot: &Knot| Bytes::from_draw(knot.value * scale);
    let wait = knots.first().map(|first| Piece::flat(first.at, level(first)));
    let between = knots.windows(2).map(|pair| Piece {
        length: SimDuration(pair[1].at.0.saturating_sub(pair[0].at.0)),
        from: level(&pair[0]),
        to: level(&pair[1]),
    });
    let last = knots.last().map_or(Bytes::ZERO, level);
    (lasting(wait.into_iter().chain(between), last), After::Hold)
}

/// Pieces that take no time are left out, and a last level is there to stay.
fn lasting(pieces: impl IntoIterator<Item = Piece>, last: Bytes) -> Arc<[Piece]> {
    let moving = pieces.into_iter().filter(|piece| piece.length > SimDuration::ZERO);
    moving.chain([Piece::flat(SimDuration::FOREVER, last)]).collect()
}

impl Pulses {
    /// Pulse first, then the base until the next. Lengths that are drawn are drawn
    /// for each pulse, some pulses a draw; a draw ends where a pulse would start.
    pub(super) fn pieces(&self, key: Key, own: OwnAmounts, draw: u32) -> Drawn {
        /// At most four pieces each.
        const PULSES_A_DRAW: u64 = 16;
        let base = self.base.draw(key.name("base"), own);
        let top = base + self.height.draw(key.name("height"), own);
        let wait = self.delay.draw_from(|| key.name("delay").stream());
        let wait = Some(Piece::flat(wait, base)).filter(|wait| draw == 0 && wait.length > SimDuration::ZERO);
        let fixed = matches!((&self.every, &self.length), (Varying::Fixed(_), Varying::Fixed(_)));
        let mut stream = key.number(u64::from(draw)).stream();
        let pulses = if fixed { 1 } else { PULSES_A_DRAW };
        let cycles = (0..pulses).flat_map(|_| self.cycle(base, top, &mut stream));
        let pieces: Arc<[Piece]> = wait.into_iter().chain(cycles).collect();
        (pieces, if fixed { After::RepeatFrom(u16::from(wait.is_some())) } else { After::DrawMore })
    }

    fn cycle(&self, base: Bytes, top: Bytes, stream: &mut Stream) -> impl Iterator<Item = Piece> + use<> {
        let every = self.every.draw(stream).max(SHORTEST);
        let length = self.length.draw(stream).min(every);
        // A pulse too short to rise and fall in full keeps its height and rises faster.
        let rise = self.rise.min(SimDuration(length.0 / 2));
        let cycle = [
            Piece { length: rise, from: base, to: top },
            Piece::flat(SimDuration(length.0 - 2 * rise.0), top),
            Piece { length: rise, from: top, to: base },
            Piece::flat(SimDuration(every.0 - length.0), base),
        ];
        cycle.into_iter().filter(|piece| piece.length > SimDuration::ZERO)
    }
}
