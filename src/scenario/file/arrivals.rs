//! When pods arrive, as written.
//!
//! What: the kinds of arrivals, by their names. Never: what is drawn.
//! Next: [`crate::scenario::arrivals`], what these mean.

use crate::scenario::notation::DurationText;
use schemars::JsonSchema;
use serde::Deserialize;

/// When the pods of a workload arrive, as a map of one key.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ArrivalsFile {
    /// Evenly.
    Fixed(FixedArrivalsFile),
    /// At random, at an even rate.
    Poisson(PoissonFile),
    /// At random, at a rate that changes from hour to hour.
    ModulatedPoisson(ModulatedPoissonFile),
    /// At random, with gaps by Weibull's law.
    Weibull(WeibullArrivalsFile),
    /// As a CSV file says.
    File(ArrivalTableFile),
    /// As the table in the scenario itself says.
    Inline(InlineTableFile),
}

/// `{fixed: {every, count}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FixedArrivalsFile {
    /// From one pod to the next.
    pub every: DurationText,
    /// How many pods.
    pub count: u32,
    /// When the first one comes. Default 0s.
    pub from: Option<DurationText>,
}

/// `{poisson: {perHour}}` or `{poisson: {every}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoissonFile {
    /// How many an hour, on average. Either this or `every`.
    pub per_hour: Option<f64>,
    /// The mean gap. Either this or `perHour`.
    pub every: Option<DurationText>,
    /// Nothing comes before. Default 0s.
    pub from: Option<DurationText>,
    /// Nothing comes from then on. Default: the horizon.
    pub until: Option<DurationText>,
    /// At most so many. Default: no bound but the horizon.
    pub count: Option<u32>,
}

/// `{modulatedPoisson: {perHour}}`: hourly rate = `perHour` x hour of day x a Gamma variable.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModulatedPoissonFile {
    /// How many an hour, on average.
    pub per_hour: f64,
    /// 24 factors, from midnight on; the run starts at midnight. Default: all 1.
    pub hour_of_day: Option<Vec<f64>>,
    /// Each hour's rate is multiplied by a Gamma variable of this shape and mean 1. Default 2.85, as measured.
    pub gamma_shape: Option<f64>,
    /// Nothing comes before. Default 0s.
    pub from: Option<DurationText>,
    /// Nothing comes from then on. Default: the horizon.
    pub until: Option<DurationText>,
    /// At most so many. Default: no bound but the horizon.
    pub count: Option<u32>,
}

/// `{weibull: {shape, scale}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WeibullArrivalsFile {
    /// The shape of the law of gaps; below 1, pods come in bursts.
    pub shape: f64,
    /// Its scale.
    pub scale: DurationText,
    /// Nothing comes before. Default 0s.
    pub from: Option<DurationText>,
    /// Nothing comes from then on. Default: the horizon.
    pub until: Option<DurationText>,
    /// At most so many. Default: no bound but the horizon.
    pub count: Option<u32>,
}

/// `{file: {path}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArrivalTableFile {
    /// A CSV file, beside the scenario. Columns: `at_s`; optionally `name`, `run_time_s`,
    /// `cpu_request_milli`, `cpu_limit_milli`, `memory_request_bytes`, `memory_limit_bytes`, `priority`.
    pub path: String,
}

/// `{inline: {csv}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InlineTableFile {
    /// The table itself, with the columns of `file`.
    pub csv: String,
}
