//! Numbers that may vary, as written: a scalar, or a distribution as a map of one key.
//!
//! What: [`MayVary`] and the distributions ([`LawFile`]), for any kind of
//! number that is written as one scalar. Never: whether the parameters make sense.
//! Next: [`crate::scenario::check`], which turns them into [`crate::scenario::distribution`]s.

use crate::scenario::decode::TextOr;
use schemars::JsonSchema;
use serde::Deserialize;

/// A number, or the distribution that it is drawn from; parameters are written as `P`.
pub type MayVary<T, P = T> = TextOr<T, LawFile<P>>;

/// A distribution, by its name.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LawFile<P> {
    /// Anything between two ends, all equally likely.
    Uniform(UniformFile<P>),
    /// Without memory, of a given mean.
    Exponential(ExponentialFile<P>),
    /// The bell curve.
    Normal(NormalFile<P>),
    /// Its logarithm is normal: many small, a few large.
    LogNormal(LogNormalFile<P>),
    /// Weibull's law.
    Weibull(ShapeScaleFile<P>),
    /// A power-law tail (Pareto of the second kind).
    Lomax(ShapeScaleFile<P>),
    /// One of a few values, each with its weight.
    Choice(Vec<ChoiceFile<P>>),
    /// One of a few distributions, each with its weight.
    Mixture(Vec<PartFile<P>>),
}

/// `{uniform: {min, max}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UniformFile<P> {
    /// The lower end.
    pub min: P,
    /// The upper end.
    pub max: P,
}

/// `{exponential: {mean}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExponentialFile<P> {
    /// The mean, before any bound.
    pub mean: P,
    /// A smaller draw counts as this.
    pub at_least: Option<P>,
    /// A larger draw counts as this.
    pub at_most: Option<P>,
}

/// `{normal: {mean, deviation}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NormalFile<P> {
    /// The mean, before any bound.
    pub mean: P,
    /// The standard deviation, in the unit of the mean.
    pub deviation: P,
    /// A smaller draw counts as this.
    pub at_least: Option<P>,
    /// A larger draw counts as this.
    pub at_most: Option<P>,
}

/// `{logNormal: {median, sigma}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogNormalFile<P> {
    /// Half of the draws lie below it.
    pub median: P,
    /// The standard deviation of the natural logarithm; no unit.
    pub sigma: f64,
    /// A smaller draw counts as this.
    pub at_least: Option<P>,
    /// A larger draw counts as this.
    pub at_most: Option<P>,
}

/// `{weibull: {shape, scale}}` and `{lomax: {shape, scale}}`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShapeScaleFile<P> {
    /// The shape; no unit.
    pub shape: f64,
    /// The scale, in the unit of what is drawn.
    pub scale: P,
    /// A smaller draw counts as this.
    pub at_least: Option<P>,
    /// A larger draw counts as this.
    pub at_most: Option<P>,
}

/// One value of a choice.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChoiceFile<P> {
    /// The value.
    pub value: P,
    /// Its weight beside the other values; any scale. Default 1.
    #[serde(default = "one")]
    pub weight: f64,
}

/// One part of a mixture.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartFile<P> {
    /// Its weight beside the other parts; any scale. Default 1.
    #[serde(default = "one")]
    pub weight: f64,
    /// The distribution.
    pub of: Box<LawFile<P>>,
}

fn one() -> f64 {
    1.0
}
