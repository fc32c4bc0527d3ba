//! What real containers were measured to do: a plateau that mostly stands still,
//! sometimes moves to another level, and often bears short pulses.
//!
//! What: a mix of kinds of level and kinds of burst, their shares and parameters
//! taken from public series of containers (GenAI serving v2026, Google 2011,
//! two demo applications). An hour of it is drawn at a time, without the hours
//! before: whatever happens in an hour or on a day is drawn at that hour's or
//! that day's own name, and the level at an instant is a function of those.
//! Never: more than an hour in memory; a level above 98 % of the container's
//! limit (the measured containers were alive), but for the leak, whose end is its limit.
//!
//! What the data do not tell: how fast a pulse rises (they were sampled each 57 s or
//! slower; the rise is a parameter), and how a leak leaks (there was none).

use super::{LevelModel, OwnAmounts};
use crate::ground::{Key, SimDuration, Stream};
use crate::model::{After, Piece};
use crate::scenario::distribution::{Distribution, FromDraw, Law};
use std::sync::Arc;

/// The measured mix of families around a plateau.
#[derive(Clone, Debug, PartialEq)]
pub struct Typical {
    pub plateau: LevelModel,
    pub levels: LevelMix,
    pub bursts: BurstMix,
    /// How long a pulse takes to rise, and to fall, and a level to change: unknown to the data.
    pub rise: SimDuration,
}

/// How common each kind of level is; weights of any sum above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelMix {
    pub flat: f64,
    pub steps: f64,
    pub cold_start: f64,
    pub slow_ramp: f64,
    /// Not in the data: a container that leaks until it is killed.
    pub leak: f64,
}

/// How common each kind of burst is; weights of any sum above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurstMix {
    pub none: f64,
    pub pulses: f64,
    pub rare_spikes: f64,
    pub one_off: f64,
}

impl LevelMix {
    pub const MEASURED: LevelMix =
        LevelMix { flat: 0.30, steps: 0.50, cold_start: 0.12, slow_ramp: 0.06, leak: 0.02 };
}

impl BurstMix {
    pub const MEASURED: BurstMix = BurstMix { none: 0.29, pulses: 0.55, rare_spikes: 0.08, one_off: 0.08 };
}

impl Typical {
    /// How long a rise takes, where nothing else is said.
    pub const RISE: SimDuration = SimDuration::seconds(30);

    /// The measured mixes around `plateau`.
    pub fn around(plateau: LevelModel) -> Typical {
        let (levels, bursts) = (LevelMix::MEASURED, BurstMix::MEASURED);
        Typical { plateau, levels, bursts, rise: Typical::RISE }
    }

    pub(super) fn pieces(&self, key: Key, own: OwnAmounts, draw: u32) -> (Arc<[Piece]>, After) {
        let shape = Shape::draw(self, key, own);
        let hour = Hour::draw(&shape, key, u64::from(draw));
        let knots: Vec<(u64, _)> =
            hour.knots().into_iter().map(|at| (at, FromDraw::from_draw(hour.level(at)))).collect();
        let pieces = knots.windows(2).map(|pair| {
            let [(start, from), (end, to)] = [pair[0], pair[1]];
            Piece { length: SimDuration(end - start), from, to }
        });
        (pieces.collect(), After::DrawMore)
    }
}

// Instants inside this room: microseconds since the container's start.
const MINUTE: u64 = 60_000_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn hours(micros: u64) -> f64 {
    micros as f64 / HOUR as f64
}

fn log_normal(median: f64, sigma: f64) -> Distribution {
    Distribution::of(Law::LogNormal { median, sigma })
}

fn uniform(min: f64, max: f64) -> Distribution {
    Distribution::of(Law::Uniform { min, max })
}

/// What holds for the whole life of one container.
struct Shape {
    plateau: f64,
    ceiling: f64,
    rise: u64,
    level: LevelShape,
    /// Falls and fills again once a day.
    restarts: bool,
    burst: BurstShape,
    /// Deviation of the jitter, as a share of the level.
    noise: f64,
}

enum LevelShape {
    Flat,
    /// Other levels near the plateau; perhaps also half or twice as much, every other day's part.
    Steps {
        detour: Option<f64>,
    },
    /// `start` is a share of the plateau; the rest shrinks by e in `fold_hours`.
    ColdStart {
        start: f64,
        fold_hours: f64,
    },
    /// A share of the plateau per hour, up to so many plateaus.
    Rise {
        per_hour: f64,
        most: f64,
    },
}

/// Pulses at random instants, or one.
enum BurstShape {
    None,
    Pulses { per_hour: f64, mean_hours: f64, height: f64 },
    OneOff { at: u64, length_hours: f64, height: f64 },
}

impl Shape {
    fn draw(typical: &Typical, key: Key, own: OwnAmounts) -> Shape {
        let mut stream = key.name("shape").stream();
        let plateau = typical.plateau.draw(key.name("plateau"), own).0 as f64;
        let (level, leaks) = LevelShape::draw(typical.levels, &mut stream);
        let moves = !matches!(level, LevelShape::Flat);
        let restarts = stream.unit() < 0.25 && moves && !leaks;
        let ceiling = own.limit.filter(|_| !leaks).map_or(f64::INFINITY, |limit| 0.98 * limit.0 as f64);
        let burst = BurstShape::draw(typical.bursts, &mut stream);
        let noise = uniform(0.001, 0.002).draw(&mut stream);
        // Never quite at once, so that a curve is a function of time.
        let rise = typical.rise.max(super::SHORTEST).min(SimDuration::minutes(20)).0;
        Shape { plateau, ceiling, rise, level, restarts, burst, noise }
    }
}

impl LevelShape {
    /// The shape, and whether it leaks.
    fn draw(mix: LevelMix, stream: &mut Stream) -> (LevelShape, bool) {
        let kinds = [mix.flat, mix.steps, mix.cold_start, mix.slow_ramp, mix.leak];
        let kind = pick(kinds, stream);
        let level = match kind {
            1 => {
                let detour = if stream.unit() < 0.5 { 0.5 } else { 2.0 };
                LevelShape::Steps { detour: Some(detour).filter(|_| stream.unit() < 0.25) }
            }
            2 => {
                let start = log_normal(0.11, 0.8).draw(stream).clamp(0.01, 0.8);
                let to_nine_tenths = log_normal(0.75, 0.72).draw(stream);
                LevelShape::ColdStart { start, fold_hours: to_nine_tenths / libm::log(10.0 * (1.0 - start)) }
            }
            3 => LevelShape::Rise { per_hour: log_normal(0.007, 0.5).draw(stream), most: 1.5 },
            4 => LevelShape::Rise { per_hour: log_normal(0.12, 0.5).draw(stream), most: f64::INFINITY },
            _ => LevelShape::Flat,
        };
        (level, kind == 4)
    }
}

impl BurstShape {
    fn draw(mix: BurstMix, stream: &mut Stream) -> BurstShape {
        let kind = pick([mix.none, mix.pulses, mix.rare_spikes, mix.one_off], stream);
        let small = (0.8, log_normal(0.07, 0.4));
        let large = (0.2, log_normal(0.6, 0.3));
        let height = Distribution::of(Law::Mixture(vec![small, large])).draw(stream);
        let mean_hours = log_normal(8.0 / 60.0, 0.5).draw(stream);
        match kind {
            1 => BurstShape::Pulses { per_hour: log_normal(1.7, 0.4).draw(stream), mean_hours, height },
            // Under 5 % of the time: a third of the rate, half of the length.
            2 => {
                let per_hour = log_normal(0.5, 0.4).draw(stream);
                BurstShape::Pulses { per_hour, mean_hours: mean_hours / 2.0, height }
            }
            3 => BurstShape::OneOff { at: stream.below(DAY), length_hours: mean_hours, height },
            _ => BurstShape::None,
        }
    }

    /// The pulses that begin in an hour.
    fn pulses(&self, key: Key, hour: u64, rise: u64) -> Vec<Pulse> {
        /// Twice as many as all but one hour in a million have, at the measured rates.
        const MOST: usize = 12;
        let pulse = |at: u64, length_hours: f64, height: f64| {
            let length = ((length_hours * HOUR as f64) as u64).clamp(2 * rise, HOUR);
            Pulse { start: at, end: at + length, height }
        };
        match *self {
            BurstShape::None => Vec::new(),
            BurstShape::OneOff { at, length_hours, height } => {
                if at / HOUR == hour {
                    vec![pulse(at, length_hours, height)]
                } else {
                    Vec::new()
                }
            }
            BurstShape::Pulses { per_hour, mean_hours, height } => {
                let mut stream = key.name("pulses").number(hour).stream();
                let gap = Distribution::of(Law::Exponential { mean: 1.0 / per_hour });
                let length = Distribution::of(Law::Exponential { mean: mean_hours });
                let mut pulses = Vec::new();
                let mut offset = gap.draw(&mut stream);
                while offset < 1.0 && pulses.len() < MOST {
                    let height = height * log_normal(1.0, 0.2).draw(&mut stream);
                    let at = hour * HOUR + (offset * HOUR as f64) as u64;
                    pulses.push(pulse(at, length.draw(&mut stream), height));
                    offset += gap.draw(&mut stream);
                }
                pulses
            }
        }
    }
}

/// Which of the kinds, by weight.
fn pick<const N: usize>(weights: [f64; N], stream: &mut Stream) -> usize {
    let choice = weights.into_iter().enumerate().map(|(kind, weight)| (kind as f64, weight));
    Distribution::of(Law::Choice(choice.collect())).draw(stream) as usize
}

/// A trapezoid; its height is a share of the level below it.
struct Pulse {
    start: u64,
    end: u64,
    height: f64,
}

impl Pulse {
    fn corners(&self, rise: u64) -> [u64; 4] {
        [self.start, self.start + rise, self.end - rise, self.end]
    }

    fn at(&self, now: u64, rise: u64) -> f64 {
        if now < self.start || self.end < now {
            return 0.0;
        }
        let from_a_foot = (now - self.start).min(self.end - now);
        self.height * (from_a_foot as f64 / rise as f64).min(1.0)
    }
}

/// A change of a factor, from an instant on.
struct Change {
    at: u64,
    before: f64,
    after: f64,
}

/// The factor after the last change; linear while it changes.
fn changed(changes: &[Change], now: u64, rise: u64) -> f64 {
    match changes.iter().rev().find(|change| change.at <= now) {
        None => changes.first().map_or(1.0, |first| first.before),
        Some(change) => {
            let done = ((now - change.at) as f64 / rise as f64).min(1.0);
            change.before + (change.after - change.before) * done
        }
    }
}

/// A fall to a share of the level, and the slow way back.
struct Refill {
    at: u64,
    low: f64,
    fold_hours: f64,
}

impl Refill {
    fn factor(&self, now: u64, rise: u64) -> f64 {
        if now < self.at {
            1.0
        } else if now < self.at + rise {
            1.0 - (1.0 - self.low) * (now - self.at) as f64 / rise as f64
        } else {
            1.0 - (1.0 - self.low) * libm::exp(-hours(now - self.at - rise) / self.fold_hours)
        }
    }
}

/// One hour of a container: all that can be felt in it.
struct Hour<'a> {
    shape: &'a Shape,
    number: u64,
    pulses: Vec<Pulse>,
    steps: Vec<Change>,
    detours: Vec<Change>,
    refills: Vec<Refill>,
    /// The jitter at this hour's knots of jitter, both ends included.
    noise: Vec<f64>,
}

const NOISE_KNOTS: u64 = 6;

impl<'a> Hour<'a> {
    fn draw(shape: &'a Shape, key: Key, number: u64) -> Hour<'a> {
        let today = number * HOUR / DAY;
        // A pulse lasts an hour at most, a refill a day: what began in the one before is still felt.
        let pulses = |hour| shape.burst.pulses(key, hour, shape.rise);
        let (steps, detours) = match shape.level {
            LevelShape::Steps { detour } => (steps(key, today), detour.map(|far| detours(key, today, far))),
            _ => (Vec::new(), None),
        };
        let days = if shape.restarts { today.saturating_sub(1)..today + 1 } else { 0..0 };
        Hour {
            shape,
            number,
            pulses: (number.saturating_sub(1)..=number).flat_map(pulses).collect(),
            steps,
            detours: detours.unwrap_or_default(),
            refills: days.map(|day| refill(key, day)).collect(),
            noise: noise(key, number, shape.noise),
        }
    }

    /// The instants between which the curve is straight, in order.
    fn knots(&self) -> Vec<u64> {
        let (start, end) = (self.number * HOUR, (self.number + 1) * HOUR);
        let rise = self.shape.rise;
        let mut knots: Vec<u64> = (0..=NOISE_KNOTS).map(|knot| start + knot * (HOUR / NOISE_KNOTS)).collect();
        knots.extend(self.pulses.iter().flat_map(|pulse| pulse.corners(rise)));
        let changes = self.steps.iter().chain(&self.detours).map(|change| change.at);
        let falls = self.refills.iter().map(|refill| refill.at);
        knots.extend(changes.chain(falls).flat_map(|at| [at, at + rise]));
        if self.bends() {
            knots.extend((0..12).map(|knot| start + knot * (HOUR / 12)));
        }
        knots.retain(|knot| (start..=end).contains(knot));
        knots.sort_unstable();
        knots.dedup();
        knots
    }

    /// Whether the level follows an exponential that ten-minute chords would cut short.
    fn bends(&self) -> bool {
        const FOLDS: f64 = 5.0;
        let start = self.number * HOUR;
        let cold = match self.shape.level {
            LevelShape::ColdStart { fold_hours, .. } => hours(start) < FOLDS * fold_hours,
            _ => false,
        };
        let refills = |refill: &Refill| {
            refill.at < start + HOUR && hours(start.saturating_sub(refill.at)) < FOLDS * refill.fold_hours
        };
        cold || self.refills.iter().any(refills)
    }

    /// The level at an instant of this hour, in bytes.
    fn level(&self, now: u64) -> f64 {
        let rise = self.shape.rise;
        let level = match self.shape.level {
            LevelShape::Flat => 1.0,
            LevelShape::Steps { .. } => changed(&self.steps, now, rise) * changed(&self.detours, now, rise),
            LevelShape::ColdStart { start, fold_hours } => {
                1.0 - (1.0 - start) * libm::exp(-hours(now) / fold_hours)
            }
            LevelShape::Rise { per_hour, most } => (1.0 + per_hour * hours(now)).min(most),
        };
        let refilled: f64 = self.refills.iter().map(|refill| refill.factor(now, rise)).product();
        let pulse = self.pulses.iter().map(|pulse| pulse.at(now, rise)).fold(0.0, f64::max);
        let level = self.shape.plateau * level * refilled * (1.0 + pulse) * (1.0 + self.jitter(now));
        level.clamp(0.0, self.shape.ceiling)
    }

    fn jitter(&self, now: u64) -> f64 {
        let place = hours(now - self.number * HOUR) * NOISE_KNOTS as f64;
        let knot = (place as usize).min(self.noise.len() - 2);
        let (from, to) = (self.noise[knot], self.noise[knot + 1]);
        from + (to - from) * (place - knot as f64)
    }
}

/// Yesterday's and today's changes to levels near the plateau; each day begins at the level where the last ended.
fn steps(key: Key, today: u64) -> Vec<Change> {
    let on_day = |day: u64| {
        let mut stream = key.name("steps").number(day).stream();
        let count = 1 + stream.below(4);
        let level = Distribution::of(Law::Normal { mean: 1.0, deviation: 0.03 });
        let mut steps: Vec<(u64, f64)> = (0..count)
            .map(|_| (day * DAY + stream.below(DAY), level.draw(&mut stream).clamp(0.8, 1.2)))
            .collect();
        steps.sort_by_key(|(at, _)| *at);
        steps
    };
    let yesterday = today.saturating_sub(1);
    let last_of = |day: u64| on_day(day).last().map_or(1.0, |(_, level)| *level);
    let mut before = if yesterday == 0 { 1.0 } else { last_of(yesterday - 1) };
    let to_change = |(at, after)| {
        let change = Change { at, before, after };
        before = after;
        change
    };
    (yesterday..=today).flat_map(on_day).map(to_change).collect()
}

/// Once a day, away to a far level or back from it.
fn detours(key: Key, today: u64, far: f64) -> Vec<Change> {
    let on_day = |day: u64| {
        let at = day * DAY + key.name("detour").number(day).stream().below(DAY);
        let (before, after) = if day.is_multiple_of(2) { (1.0, far) } else { (far, 1.0) };
        Change { at, before, after }
    };
    (today.saturating_sub(1)..=today).map(on_day).collect()
}

fn refill(key: Key, day: u64) -> Refill {
    let mut stream = key.name("restart").number(day).stream();
    let at = day * DAY + stream.below(DAY);
    let low = uniform(0.05, 0.5).draw(&mut stream);
    Refill { at, low, fold_hours: log_normal(0.25, 0.8).draw(&mut stream).min(3.0) }
}

fn noise(key: Key, hour: u64, deviation: f64) -> Vec<f64> {
    let mut stream = key.name("noise").stream();
    stream.seek(hour * NOISE_KNOTS);
    let jitter = Distribution::of(Law::Normal { mean: 0.0, deviation });
    (0..=NOISE_KNOTS).map(|_| jitter.draw(&mut stream)).collect()
}
