//! Numbers that may vary, and the laws they vary by.
//!
//! What: a [`Distribution`] is a law of chance, perhaps cut off; a [`Varying`]
//! number is either fixed or drawn from one. Samplers invert the cumulative
//! distribution: exactly one uniform a draw, mixtures included (what is left of
//! the uniform that chose the part draws from it), so draw k of a stream is
//! addressable.
//! Never: the standard library's logarithms and powers, whose last bit changes
//! from platform to platform (`libm` is pinned exactly); a float that lives on:
//! what is drawn becomes a whole number at once ([`FromDraw`]).
//! Next: [`quantile`], the two inversions that have no closed form.

pub mod quantile;

use crate::ground::{Amount, Bytes, SimDuration, Stream};
use quantile::normal_quantile;

/// A number of the scenario: the same for all, or drawn for each.
#[derive(Clone, Debug, PartialEq)]
pub enum Varying<T> {
    Fixed(T),
    Drawn(Distribution),
}

/// A law, perhaps cut off. In base units: bytes, microseconds, cores, or plain.
///
/// Cut off means conditioned: what lies outside the bounds is as if never
/// drawn, and what lies inside keeps its proportions.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    pub law: Law,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

/// A law of chance. Parameters are finite; scales, shapes and means are above zero.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    Uniform {
        min: f64,
        max: f64,
    },
    Exponential {
        mean: f64,
    },
    Normal {
        mean: f64,
        deviation: f64,
    },
    /// `sigma` is the standard deviation of the logarithm.
    LogNormal {
        median: f64,
        sigma: f64,
    },
    Weibull {
        shape: f64,
        scale: f64,
    },
    /// A Pareto tail that starts at zero. With a shape of 1 or less its mean is infinite: cut it off.
    Lomax {
        shape: f64,
        scale: f64,
    },
    /// Values and their weights; weights are not negative and not all zero.
    Choice(Vec<(f64, f64)>),
    /// Weights and the laws they stand for; weights as above.
    Mixture(Vec<(f64, Distribution)>),
}

/// A kind of number that can be drawn: rounds to the nearest, and stays in range.
pub trait FromDraw {
    fn from_draw(drawn: f64) -> Self;
}

/// No amount of memory is drawn above 1 PiB: sums of them never overflow.
pub const MOST_BYTES: Bytes = Bytes(1 << 50);

/// No length of time is drawn above a hundred years.
pub const LONGEST: SimDuration = SimDuration::hours(24 * 36_525);

impl FromDraw for Bytes {
    fn from_draw(drawn: f64) -> Bytes {
        Bytes(whole(drawn, MOST_BYTES.0))
    }
}

impl FromDraw for SimDuration {
    fn from_draw(drawn: f64) -> SimDuration {
        SimDuration(whole(drawn, LONGEST.0))
    }
}

impl FromDraw for u8 {
    fn from_draw(drawn: f64) -> u8 {
        libm::round(drawn) as u8 // A cast from a float saturates, and takes NaN for 0.
    }
}

impl FromDraw for i32 {
    fn from_draw(drawn: f64) -> i32 {
        libm::round(drawn) as i32 // As above.
    }
}

impl FromDraw for f64 {
    fn from_draw(drawn: f64) -> f64 {
        drawn
    }
}

/// The nearest whole number from 0 to `most`. A cast from a float saturates, and takes NaN for 0.
fn whole(drawn: f64, most: u64) -> u64 {
    (libm::round(drawn) as u64).min(most)
}

impl<T: FromDraw + Clone> Varying<T> {
    /// The number for one of those it is drawn for. A fixed one draws nothing.
    pub fn draw(&self, stream: &mut Stream) -> T {
        match self {
            Varying::Fixed(number) => number.clone(),
            Varying::Drawn(distribution) => T::from_draw(distribution.draw(stream)),
        }
    }

    /// The first draw of a stream of its own, which is made only if it is drawn: most numbers
    /// are fixed, and to hash a name costs more than to copy one.
    pub fn draw_from(&self, stream: impl FnOnce() -> Stream) -> T {
        match self {
            Varying::Fixed(number) => number.clone(),
            Varying::Drawn(distribution) => T::from_draw(distribution.draw(&mut stream())),
        }
    }
}

impl Distribution {
    /// A law without bounds.
    pub fn of(law: Law) -> Distribution {
        Distribution { law, at_least: None, at_most: None }
    }

    /// One draw: one uniform.
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        self.at(stream.unit())
    }

    /// One draw of an amount of memory or storage, in whole bytes.
    pub fn draw_bytes(&self, stream: &mut Stream) -> Amount {
        Amount::from(Bytes::from_draw(self.draw(stream)))
    }

    /// One draw of an amount of CPU (the law is in cores), in whole thousandths of a core.
    pub fn draw_milli_cpu(&self, stream: &mut Stream) -> Amount {
        const MOST_MILLIS: u64 = 1 << 40;
        Amount::millis(whole(self.draw(stream) * 1000.0, MOST_MILLIS))
    }

    /// The value below which a share `u` of all draws lies, `u` from 0 to 1.
    pub fn at(&self, u: f64) -> f64 {
        self.law.at(u, self.bounds())
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            low: self.at_least.unwrap_or(f64::NEG_INFINITY),
            high: self.at_most.unwrap_or(f64::INFINITY),
        }
    }

    /// How much of this distribution lies within `bounds`.
    fn mass(&self, bounds: Bounds) -> f64 {
        let whole = self.law.mass(self.bounds());
        if whole > 0.0 { self.law.mass(self.bounds().and(bounds)) / whole } else { 0.0 }
    }
}

#[derive(Clone, Copy)]
struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    fn and(self, other: Bounds) -> Bounds {
        Bounds { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    fn clamp(self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }

    fn hold(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// The smallest and the largest share that is inverted: the ends themselves lie
/// at infinity for some laws. Half a step of the uniform's 53 bits away.
const LEAST_SHARE: f64 = 0.5 / (1u64 << 53) as f64;
const MOST_SHARE: f64 = 1.0 - 1.0 / (1u64 << 53) as f64;

impl Law {
    fn at(&self, u: f64, bounds: Bounds) -> f64 {
        match self {
            Law::Choice(values) => {
                let weight = |(value, weight): &(f64, f64)| if bounds.hold(*value) { *weight } else { 0.0 };
                let (chosen, _) = choose(values, u, weight);
                bounds.clamp(chosen.0)
            }
            Law::Mixture(parts) => {
                let weight = |(weight, part): &(f64, Distribution)| weight * part.mass(bounds);
                let ((_, part), rest) = choose(parts, u, weight);
                part.law.at(rest, part.bounds().and(bounds))
            }
            _ => {
                let (below, up_to) = (self.share_up_to(bounds.low), self.share_up_to(bounds.high));
                // Without any mass inside, the bound that is nearer stands for it.
                let share = if below < up_to { below + u * (up_to - below) } else { u };
                bounds.clamp(self.quantile(share.clamp(LEAST_SHARE, MOST_SHARE)))
            }
        }
    }

    fn mass(&self, bounds: Bounds) -> f64 {
        let share = |values: f64, all: f64| if all > 0.0 { values / all } else { 0.0 };
        match self {
            Law::Choice(values) => {
                let inside = values.iter().filter(|(value, _)| bounds.hold(*value));
                share(inside.map(|(_, weight)| weight).sum(), values.iter().map(|(_, weight)| weight).sum())
            }
            Law::Mixture(parts) => {
                let inside = parts.iter().map(|(weight, part)| weight * part.mass(bounds));
                share(inside.sum(), parts.iter().map(|(weight, _)| weight).sum())
            }
            _ => (self.share_up_to(bounds.high) - self.share_up_to(bounds.low)).max(0.0),
        }
    }

    /// The value of a law without bounds up to which a share of all draws lies.
    fn quantile(&self, share: f64) -> f64 {
        // How far up the tail: minus the logarithm of the share above.
        let tail = -libm::log1p(-share);
        match *self {
            Law::Uniform { min, max } => min + share * (max - min),
            Law::Exponential { mean } => mean * tail,
            Law::Normal { mean, deviation } => mean + deviation * normal_quantile(share),
            Law::LogNormal { median, sigma } => median * libm::exp(sigma * normal_quantile(share)),
            Law::Weibull { shape, scale } => scale * libm::pow(tail, 1.0 / shape),
            Law::Lomax { shape, scale } => scale * libm::expm1(tail / shape),
            Law::Choice(_) | Law::Mixture(_) => unreachable!("laws in parts are drawn by their parts"),
        }
    }

    /// The share of all draws of a law without bounds that are at most `value`.
    fn share_up_to(&self, value: f64) -> f64 {
        let above_zero = value.max(0.0);
        match *self {
            Law::Uniform { min, max } if min < max => ((value - min) / (max - min)).clamp(0.0, 1.0),
            Law::Uniform { min, .. } => step(value, min),
            Law::Exponential { mean } => -libm::expm1(-above_zero / mean),
            Law::Normal { mean, deviation } if deviation > 0.0 => normal_share((value - mean) / deviation),
            Law::Normal { mean, .. } => step(value, mean),
            Law::LogNormal { median, sigma } if sigma > 0.0 => {
                if above_zero > 0.0 {
                    normal_share(libm::log(above_zero / median) / sigma)
                } else {
                    0.0
                }
            }
            Law::LogNormal { median, .. } => step(value, median),
            Law::Weibull { shape, scale } => -libm::expm1(-libm::pow(above_zero / scale, shape)),
            Law::Lomax { shape, scale } => -libm::expm1(-shape * libm::log1p(above_zero / scale)),
            Law::Choice(_) | Law::Mixture(_) => unreachable!("laws in parts are weighed by their parts"),
        }
    }
}

fn step(value: f64, at: f64) -> f64 {
    if value < at { 0.0 } else { 1.0 }
}

/// The share of a standard normal variable's draws up to `z`.
fn normal_share(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// The part that a uniform falls into, and how far into it, from 0 to 1. Where
/// no part has any weight, all of them weigh the same.
fn choose<Part>(parts: &[Part], u: f64, weight: impl Fn(&Part) -> f64) -> (&Part, f64) {
    let total: f64 = parts.iter().map(&weight).sum();
    let weight = |part: &Part| if total > 0.0 { weight(part) } else { 1.0 };
    let total = if total > 0.0 { total } else { parts.len() as f64 };
    let mut left = u * total;
    let mut chosen = None;
    for part in parts.iter().filter(|part| weight(part) > 0.0) {
        chosen = Some((part, (left / weight(part)).min(1.0)));
        if left < weight(part) {
            break;
        }
        left -= weight(part);
    }
    chosen.expect("the scenario's check refuses a choice of nothing")
}

#[cfg(test)]
mod tests;
