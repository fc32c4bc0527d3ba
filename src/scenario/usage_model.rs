//! Models of memory over time, drawn to the straight pieces of a curve.

use super::distribution::{Distribution, Varying};
use crate::ground::{Bytes, SimDuration};
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

/// A walk between bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomWalk {
    pub start: LevelModel,
    /// Standard deviation of one step.
    pub step: LevelModel,
    /// The length of one step; not zero.
    pub every: SimDuration,
    pub min: LevelModel,
    pub max: LevelModel,
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

/// The measured mix of families around a plateau.
#[derive(Clone, Debug, PartialEq)]
pub struct Typical {
    pub plateau: LevelModel,
    pub levels: LevelMix,
    pub bursts: BurstMix,
    /// How long a pulse takes to rise, and to fall: unknown to the data.
    pub rise: SimDuration,
}

/// How common each kind of level is; weights of any sum above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelMix {
    pub flat: f64,
    pub steps: f64,
    pub cold_start: f64,
    pub slow_ramp: f64,
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
