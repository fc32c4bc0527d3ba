//! Models of memory over time, drawn to the straight pieces of a curve.
//!
//! What: a [`UsageModel`] and the amounts that its container asks for become a
//! [`UsageCurve`]. Families whose shape is all chance (a walk, drawn pulses, the
//! measured mix) are drawn bit by bit, without end and in bounded memory: any
//! draw can be made without the draws before it.
//! Never: a level below zero or above 1 PiB; a float that leaves this room.
//! Next: `families` draws the simple ones, `walk` and `typical` theirs;
//! [`crate::model::usage`] walks along what is drawn.
//!
//! Streams hang below the key that the caller gives to a curve: what holds for
//! the whole curve is drawn at names below it, draw `k` at number `k` below it.

mod families;
mod typical;
mod walk;

pub use typical::{BurstMix, LevelMix, Typical};
pub use walk::RandomWalk;

use super::distribution::{Distribution, FromDraw, MOST_BYTES, Varying};
use crate::ground::{Bytes, Key, SimDuration};
use crate::model::{After, Piece, UsageCurve};
use std::sync::Arc;

/// An amount of memory that a model starts from.
#[derive(Clone, Debug, PartialEq)]
pub enum LevelModel {
    Fixed(Bytes),
    /// In bytes.
    Drawn(Distribution),
    /// A share of the container's own memory request; 1.0 is all of it.
    OfRequest(Varying<f64>),
    /// A share of the container's own memory limit (of its request, if it has no limit).
    OfLimit(Varying<f64>),
}

/// How a container's working set moves.
#[derive(Clone, Debug, PartialEq)]
pub enum UsageModel {
    /// One level.
    Constant(LevelModel),
    /// Evenly from one level to another, then stays.
    Ramp { from: LevelModel, to: LevelModel, over: Varying<SimDuration>, delay: Varying<SimDuration> },
    /// Grows evenly without end.
    Leak { from: LevelModel, per_hour: LevelModel },
    /// Jumps; in order of time, at least one; the first level holds from the start.
    Steps(Vec<Step>),
    /// Pulses on a plateau.
    Pulses(Box<Pulses>),
    /// Fast at first, then ever more slowly, from one level to another; then stays.
    ColdStart { from: LevelModel, to: LevelModel, over: Varying<SimDuration> },
    /// Rises evenly, drops at once, again and again.
    Sawtooth { low: LevelModel, high: LevelModel, period: Varying<SimDuration> },
    /// A wave, counted from the start of its container.
    Diurnal { mean: LevelModel, amplitude: LevelModel, peak_at: SimDuration, period: SimDuration },
    /// Wanders between two bounds.
    RandomWalk(Box<RandomWalk>),
    /// Knots from a file.
    Trace(Trace),
    /// Low, then high, as long each.
    Square { low: LevelModel, high: LevelModel, half_period: Varying<SimDuration> },
    /// What real containers were measured to do: a mix of families.
    Typical(Box<Typical>),
}

/// A level from an instant on.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub at: SimDuration,
    pub level: LevelModel,
}

/// Pulses on a plateau.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulses {
    pub base: LevelModel,
    /// Above the base.
    pub height: LevelModel,
    /// From the start of one pulse to the start of the next.
    pub every: Varying<SimDuration>,
    /// From the start of a pulse to its end, the rise and the fall included.
    pub length: Varying<SimDuration>,
    /// How long it takes to rise, and to fall.
    pub rise: SimDuration,
    /// Before the first pulse.
    pub delay: Varying<SimDuration>,
}

/// A recorded series, joined by straight lines; the last level stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// In order of time; at least one.
    pub knots: Arc<[Knot]>,
    /// What the knots' values are shares of; absent: they are bytes.
    pub of: Option<Box<LevelModel>>,
    /// Multiplies every value; 1 by default.
    pub scale: f64,
}

/// One sample of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knot {
    pub at: SimDuration,
    /// Bytes, or a share of [`Trace::of`].
    pub value: f64,
}

/// What a model's shares refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnAmounts {
    pub request: Bytes,
    pub limit: Option<Bytes>,
}

impl LevelModel {
    /// The level, drawn below `key`.
    pub fn draw(&self, key: Key, own: OwnAmounts) -> Bytes {
        let share_of = |share: &Varying<f64>, whole: Bytes| {
            Bytes::from_draw(share.draw_from(|| key.stream()) * whole.0 as f64)
        };
        match self {
            LevelModel::Fixed(bytes) => (*bytes).min(MOST_BYTES),
            LevelModel::Drawn(distribution) => Bytes::from_draw(distribution.draw(&mut key.stream())),
            LevelModel::OfRequest(share) => share_of(share, own.request),
            LevelModel::OfLimit(share) => share_of(share, own.limit.unwrap_or(own.request)),
        }
    }
}

impl UsageModel {
    /// The curve of one container, or as much of it as is drawn at first.
    pub fn draw(&self, key: Key, own: OwnAmounts) -> UsageCurve {
        let (pieces, after) = self.pieces(key, own, 0);
        UsageCurve::new(pieces, after)
    }

    /// Draw number `draw` of a curve that is drawn bit by bit; all of any other curve.
    pub fn more(&self, key: Key, own: OwnAmounts, draw: u32) -> Arc<[Piece]> {
        self.pieces(key, own, draw).0
    }

    fn pieces(&self, key: Key, own: OwnAmounts, draw: u32) -> (Arc<[Piece]>, After) {
        let level = |name: &str, model: &LevelModel| model.draw(key.name(name), own);
        let length = |name: &str, model: &Varying<SimDuration>| model.draw_from(|| key.name(name).stream());
        match self {
            UsageModel::Constant(model) => families::constant(level("level", model)),
            UsageModel::Ramp { from, to, over, delay } => {
                let (from, to) = (level("from", from), level("to", to));
                families::ramp(from, to, length("over", over), length("delay", delay))
            }
            UsageModel::Leak { from, per_hour } => {
                families::leak(level("from", from), level("per hour", per_hour))
            }
            UsageModel::Steps(steps) => {
                let jumps = steps
                    .iter()
                    .zip(0..)
                    .map(|(step, number)| (step.at, step.level.draw(key.name("step").number(number), own)));
                families::steps(jumps.collect())
            }
            UsageModel::Pulses(pulses) => pulses.pieces(key, own, draw),
            UsageModel::ColdStart { from, to, over } => {
                families::cold_start(level("from", from), level("to", to), length("over", over))
            }
            UsageModel::Sawtooth { low, high, period } => {
                families::sawtooth(level("low", low), level("high", high), length("period", period))
            }
            UsageModel::Diurnal { mean, amplitude, peak_at, period } => {
                let (mean, amplitude) = (level("mean", mean), level("amplitude", amplitude));
                families::diurnal(mean, amplitude, *peak_at, *period)
            }
            UsageModel::RandomWalk(walk) => walk.pieces(key, own, draw),
            UsageModel::Trace(trace) => {
                let of = trace.of.as_ref().map(|of| level("of", of));
                families::trace(&trace.knots, of.map_or(1.0, |of| of.0 as f64) * trace.scale)
            }
            UsageModel::Square { low, high, half_period } => {
                families::square(level("low", low), level("high", high), length("half period", half_period))
            }
            UsageModel::Typical(typical) => typical.pieces(key, own, draw),
        }
    }
}

/// No repeated part of a curve is shorter: a curve must move. What is written is held
/// to it by the check; what is drawn shorter counts as this.
pub const SHORTEST: SimDuration = SimDuration::millis(1);

/// No wave is shorter: it has 24 parts.
pub const SHORTEST_WAVE: SimDuration = SimDuration::millis(24);

#[cfg(test)]
mod tests;
