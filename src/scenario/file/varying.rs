//! Numbers that may vary, as written: a scalar, or a distribution as a map of one key.
//!
//! What: [`MayVary`] and the distributions ([`LawFile`]), for any kind of
//! number that is written as one scalar. Never: whether the parameters make sense.
//! Next: [`super::super::check`], which turns them into [`super::super::distribution`]s.

use super::tagged::{FromTag, one_key};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A kind of number that is written as one scalar.
pub trait Scalar: Sized {
    /// What is expected, for the message: `a quantity such as 512Mi`.
    const EXPECTED: &'static str;
    /// Reads it from its text.
    ///
    /// # Errors
    /// In the words of `E`.
    fn read<E: serde::de::Error>(text: &str) -> Result<Self, E>;
}

/// A number, or the distribution that it is drawn from; parameters are written as `P`.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum MayVary<T, P = T> {
    Fixed(T),
    Drawn(LawFile<P>),
}

/// A distribution, by its name.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
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
#[serde(rename_all = "camelCase", deny_unknown_fields, bound(deserialize = "P: Deserialize<'de>"))]
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

impl<'de, P: Deserialize<'de>> FromTag<'de> for LawFile<P> {
    const TAGS: &'static [&'static str] =
        &["uniform", "exponential", "normal", "logNormal", "weibull", "lomax", "choice", "mixture"];

    fn from_tag<A: MapAccess<'de>>(tag: &str, map: &mut A) -> Result<Option<LawFile<P>>, A::Error> {
        Ok(Some(match tag {
            "uniform" => LawFile::Uniform(map.next_value()?),
            "exponential" => LawFile::Exponential(map.next_value()?),
            "normal" => LawFile::Normal(map.next_value()?),
            "logNormal" => LawFile::LogNormal(map.next_value()?),
            "weibull" => LawFile::Weibull(map.next_value()?),
            "lomax" => LawFile::Lomax(map.next_value()?),
            "choice" => LawFile::Choice(map.next_value()?),
            "mixture" => LawFile::Mixture(map.next_value()?),
            _ => return Ok(None),
        }))
    }
}

impl<'de, P: Deserialize<'de>> Deserialize<'de> for LawFile<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LawFile<P>, D::Error> {
        struct Law<P>(PhantomData<P>);
        impl<'de, P: Deserialize<'de>> Visitor<'de> for Law<P> {
            type Value = LawFile<P>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a distribution")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LawFile<P>, A::Error> {
                one_key(map)
            }
        }
        deserializer.deserialize_any(Law(PhantomData))
    }
}

impl<'de, T: Scalar, P: Deserialize<'de>> Deserialize<'de> for MayVary<T, P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MayVary<T, P>, D::Error> {
        struct Number<T, P>(PhantomData<(T, P)>);
        impl<'de, T: Scalar, P: Deserialize<'de>> Visitor<'de> for Number<T, P> {
            type Value = MayVary<T, P>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}, or a distribution", T::EXPECTED)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<MayVary<T, P>, E> {
                T::read(text).map(MayVary::Fixed)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MayVary<T, P>, A::Error> {
                one_key(map).map(MayVary::Drawn)
            }
        }
        deserializer.deserialize_any(Number(PhantomData))
    }
}
