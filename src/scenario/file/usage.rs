//! Memory over time, as written; and disk, inodes and processes likewise.
//!
//! What: [`LevelFile`], an amount inside a usage, and [`UsageFile`], every model
//! of a working set. Never: whether the parameters make sense, or what is drawn.
//! Next: [`crate::scenario::usage_model`], what these mean.

use super::varying::{
    ChoiceFile, ExponentialFile, LogNormalFile, MayVary, NormalFile, PartFile, ShapeScaleFile, UniformFile,
};
use crate::scenario::decode::{Refusal, TextOr};
use crate::scenario::notation::{DurationText, QuantityText};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::fmt;

/// An amount of memory: a quantity, a distribution of quantities, or a share of
/// the container's own memory request or limit.
pub type LevelFile = TextOr<QuantityText, LevelModelFile>;

/// An amount of memory that is not the same for all.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LevelModelFile {
    /// A share of the container's memory request: 1 is all of it.
    OfRequest(MayVary<f64>),
    /// A share of the container's memory limit: 1 is all of it.
    OfLimit(MayVary<f64>),
    /// Anything between two ends, all equally likely.
    Uniform(UniformFile<QuantityText>),
    /// Without memory, of a given mean.
    Exponential(ExponentialFile<QuantityText>),
    /// The bell curve.
    Normal(NormalFile<QuantityText>),
    /// Its logarithm is normal: many small, a few large.
    LogNormal(LogNormalFile<QuantityText>),
    /// Weibull's law.
    Weibull(ShapeScaleFile<QuantityText>),
    /// A power-law tail (Pareto of the second kind).
    Lomax(ShapeScaleFile<QuantityText>),
    /// One of a few values, each with its weight.
    Choice(Vec<ChoiceFile<QuantityText>>),
    /// One of a few distributions, each with its weight.
    Mixture(Vec<PartFile<QuantityText>>),
}

/// Memory, disk space, inodes or processes over time: an amount (constant), or a model.
pub type UsageFile = TextOr<QuantityText, CurveFile>;

/// A usage that is not simply one quantity.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum CurveFile {
    /// A map of one key, the name of a model.
    Model(Box<ModelFile>),
    /// The short form of `ramp`: `{from, to, over}`.
    Ramp(Box<RampFile>),
    /// One level, drawn once a container.
    Level(LevelModelFile),
    /// An empty map, which the check refuses.
    #[schemars(skip)]
    Empty,
}

/// A model of a working set, by its name. All times count from the container's start.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub enum ModelFile {
    /// Evenly from one level to another, then stays there.
    Ramp(RampFile),
    /// Grows evenly without end.
    Leak(LeakFile),
    /// Jumps from level to level.
    Steps(Vec<StepFile>),
    /// Pulses on a plateau, again and again.
    Pulses(PulsesFile),
    /// Fast at first, then ever more slowly, to a level where it stays.
    ColdStart(ColdStartFile),
    /// Rises evenly, drops at once, again and again.
    Sawtooth(SawtoothFile),
    /// A wave, counted from the container's start.
    Diurnal(DiurnalFile),
    /// Wanders between two bounds.
    RandomWalk(RandomWalkFile),
    /// Recorded samples, joined by straight lines.
    Trace(TraceFile),
    /// Low, then high, as long each, again and again.
    Square(SquareFile),
    /// What real containers were measured to do.
    Typical(TypicalFile),
}

/// `{ramp: {from, to, over}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RampFile {
    /// The level at the start.
    pub from: LevelFile,
    /// The level at the end, which stays.
    pub to: LevelFile,
    /// How long it takes.
    pub over: MayVary<DurationText>,
    /// How long the first level lasts before the ramp. Default 0s.
    pub delay: Option<MayVary<DurationText>>,
}

/// `{leak: {from, perHour}}`; exactly one of the three rates.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeakFile {
    /// The level at the start.
    pub from: LevelFile,
    /// Growth in an hour.
    pub per_hour: Option<LevelFile>,
    /// Growth in a minute.
    pub per_minute: Option<LevelFile>,
    /// Growth in a second.
    pub per_second: Option<LevelFile>,
}

/// A level from an instant on.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepFile {
    /// When it begins.
    pub at: DurationText,
    /// The level.
    pub level: LevelFile,
}

/// `{pulses: {base, height, every, length}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PulsesFile {
    /// The plateau.
    pub base: LevelFile,
    /// How far a pulse rises above it.
    pub height: LevelFile,
    /// From the start of a pulse to the start of the next.
    pub every: MayVary<DurationText>,
    /// How long a pulse lasts, its rise and fall included.
    pub length: MayVary<DurationText>,
    /// How long it takes to rise, and to fall. Default 0s.
    pub rise: Option<DurationText>,
    /// How long the plateau lasts before the first pulse. Default 0s.
    pub delay: Option<MayVary<DurationText>>,
}

/// `{coldStart: {from, to, over}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ColdStartFile {
    /// The level at the start.
    pub from: LevelFile,
    /// The level at the end, which stays.
    pub to: LevelFile,
    /// How long it takes.
    pub over: MayVary<DurationText>,
}

/// `{sawtooth: {low, high, period}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SawtoothFile {
    /// The level after a drop.
    pub low: LevelFile,
    /// The level before a drop.
    pub high: LevelFile,
    /// From drop to drop.
    pub period: MayVary<DurationText>,
}

/// `{diurnal: {mean, amplitude}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiurnalFile {
    /// The middle of the wave.
    pub mean: LevelFile,
    /// How far it goes above and below.
    pub amplitude: LevelFile,
    /// When in a period it is highest. Default 14h.
    pub peak_at: Option<DurationText>,
    /// From peak to peak. Default 24h.
    pub period: Option<DurationText>,
}

/// `{randomWalk: {start, step, every, min, max}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RandomWalkFile {
    /// The level at the start.
    pub start: LevelFile,
    /// The standard deviation of one step.
    pub step: LevelFile,
    /// From step to step.
    pub every: DurationText,
    /// It never falls below this.
    pub min: LevelFile,
    /// It never rises above this.
    pub max: LevelFile,
}

/// `{trace: {file}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TraceFile {
    /// A CSV file, beside the scenario: columns `t_s,working_set_bytes`, or
    /// `t_seconds,utilisation_fraction`, and optionally `series`.
    pub file: String,
    /// Which series of the file, where it has a column `series`.
    pub series: Option<String>,
    /// Multiplies every value. Default 1.
    pub scale: Option<f64>,
    /// What the fractions are fractions of; required for a file of fractions.
    pub of: Option<LevelFile>,
}

/// `{square: {low, high, halfPeriod}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SquareFile {
    /// The level of the first half.
    pub low: LevelFile,
    /// The level of the second half.
    pub high: LevelFile,
    /// How long each half lasts.
    pub half_period: MayVary<DurationText>,
}

/// `{typical: {plateau}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypicalFile {
    /// The level around which the container lives.
    pub plateau: LevelFile,
    /// How common each kind of level is. Default: as measured.
    pub levels: Option<LevelMixFile>,
    /// How common each kind of burst is. Default: as measured.
    pub bursts: Option<BurstMixFile>,
    /// How long a pulse takes to rise, and to fall. Default 30s, an assumption.
    pub rise: Option<DurationText>,
}

/// Weights of the kinds of level; what is not named has weight 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LevelMixFile {
    /// Stays within a few percent.
    pub flat: f64,
    /// A few steps.
    pub steps: f64,
    /// A cold start to the plateau.
    pub cold_start: f64,
    /// Rises slowly.
    pub slow_ramp: f64,
    /// Grows until it is killed.
    pub leak: f64,
}

/// Weights of the kinds of burst; what is not named has weight 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BurstMixFile {
    /// No bursts.
    pub none: f64,
    /// Pulses again and again.
    pub pulses: f64,
    /// Short spikes, seldom.
    pub rare_spikes: f64,
    /// One spike.
    pub one_off: f64,
}

/// What a usage may be called.
const TAGS: &[&str] = &[
    "ramp",
    "leak",
    "steps",
    "pulses",
    "coldStart",
    "sawtooth",
    "diurnal",
    "randomWalk",
    "trace",
    "square",
    "typical",
    "ofRequest",
    "ofLimit",
    "uniform",
    "exponential",
    "normal",
    "logNormal",
    "weibull",
    "lomax",
    "choice",
    "mixture",
];
const RAMP_KEYS: &[&str] = &["from", "to", "over", "delay"];

/// By hand, because of the short form: it is told from the others by its first key.
impl<'de> Deserialize<'de> for CurveFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CurveFile, D::Error> {
        deserializer.deserialize_map(Curve)
    }
}

struct Curve;

impl<'de> Visitor<'de> for Curve {
    type Value = CurveFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quantity, or a model of usage")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CurveFile, A::Error> {
        let Some(tag) = map.next_key::<String>()? else {
            return Ok(CurveFile::Empty);
        };
        if RAMP_KEYS.contains(&tag.as_str()) {
            return short_ramp(tag, map);
        }
        let curve = match model(&tag, &mut map)? {
            Some(model) => CurveFile::Model(Box::new(model)),
            None => CurveFile::Level(level(&tag, &mut map)?),
        };
        match map.next_key::<String>()? {
            None => Ok(curve),
            Some(second) => Err(A::Error::custom(Refusal::new(
                format!("`{tag}` and `{second}` together, where one model is expected"),
                "keep one of the two",
            ))),
        }
    }
}

fn model<'de, A: MapAccess<'de>>(tag: &str, map: &mut A) -> Result<Option<ModelFile>, A::Error> {
    Ok(Some(match tag {
        "ramp" => ModelFile::Ramp(map.next_value()?),
        "leak" => ModelFile::Leak(map.next_value()?),
        "steps" => ModelFile::Steps(map.next_value()?),
        "pulses" => ModelFile::Pulses(map.next_value()?),
        "coldStart" => ModelFile::ColdStart(map.next_value()?),
        "sawtooth" => ModelFile::Sawtooth(map.next_value()?),
        "diurnal" => ModelFile::Diurnal(map.next_value()?),
        "randomWalk" => ModelFile::RandomWalk(map.next_value()?),
        "trace" => ModelFile::Trace(map.next_value()?),
        "square" => ModelFile::Square(map.next_value()?),
        "typical" => ModelFile::Typical(map.next_value()?),
        _ => return Ok(None),
    }))
}

fn level<'de, A: MapAccess<'de>>(tag: &str, map: &mut A) -> Result<LevelModelFile, A::Error> {
    Ok(match tag {
        "ofRequest" => LevelModelFile::OfRequest(map.next_value()?),
        "ofLimit" => LevelModelFile::OfLimit(map.next_value()?),
        "uniform" => LevelModelFile::Uniform(map.next_value()?),
        "exponential" => LevelModelFile::Exponential(map.next_value()?),
        "normal" => LevelModelFile::Normal(map.next_value()?),
        "logNormal" => LevelModelFile::LogNormal(map.next_value()?),
        "weibull" => LevelModelFile::Weibull(map.next_value()?),
        "lomax" => LevelModelFile::Lomax(map.next_value()?),
        "choice" => LevelModelFile::Choice(map.next_value()?),
        "mixture" => LevelModelFile::Mixture(map.next_value()?),
        unknown => return Err(A::Error::unknown_variant(unknown, TAGS)),
    })
}

/// The rest of `{from: 100Mi, to: 700Mi, over: 10m}`, whose first key has been read.
fn short_ramp<'de, A: MapAccess<'de>>(first: String, mut map: A) -> Result<CurveFile, A::Error> {
    let (mut from, mut to, mut over, mut delay) = (None, None, None, None);
    let mut next = Some(first);
    while let Some(key) = next {
        match key.as_str() {
            "from" => from = Some(map.next_value()?),
            "to" => to = Some(map.next_value()?),
            "over" => over = Some(map.next_value()?),
            "delay" => delay = Some(map.next_value()?),
            _ => return Err(A::Error::unknown_field(&key, RAMP_KEYS)),
        }
        next = map.next_key()?;
    }
    // Not serde's own "missing field": a derived struct is given a stand-in for one, this map is not.
    let missing = |key: &str| {
        let what = format!("a ramp has the keys `from`, `to` and `over`; `{key}` is missing");
        A::Error::custom(Refusal::new(what, format!("add the key `{key}`")))
    };
    let ramp = RampFile {
        from: from.ok_or_else(|| missing("from"))?,
        to: to.ok_or_else(|| missing("to"))?,
        over: over.ok_or_else(|| missing("over"))?,
        delay,
    };
    Ok(CurveFile::Ramp(Box::new(ramp)))
}
