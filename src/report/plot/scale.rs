//! Scales: where a value lies on an axis, and what stands beside the axis.
//!
//! What: [`Values`], an axis of numbers with round ticks, and [`Labels`], an axis of what a table says: numbers and
//! amounts where their size puts them, words side by side.
//! Never: a pixel; places are shares of an axis, from 0 to 1.

use crate::scenario::duration;
use crate::scenario::quantity::Quantity;

/// How far values are apart: as they differ, or as their ratios do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    Linear,
    Logarithmic,
}

impl Spacing {
    fn of(self, value: f64) -> f64 {
        match self {
            Spacing::Linear => value,
            Spacing::Logarithmic => libm::log10(value),
        }
    }
}

/// An axis of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    spacing: Spacing,
    low: f64,
    high: f64,
    pub ticks: Vec<f64>,
}

/// No more steps from tick to tick.
const MOST_STEPS: f64 = 6.0;

impl Values {
    /// Holds all of `values`, of which there is one at least, and ends at round ones. A linear axis of what is never negative
    /// begins at 0; on one of logarithms only what is above 0 has a place.
    pub fn holding(values: impl Iterator<Item = f64>, spacing: Spacing) -> Values {
        let known = values.filter(|value| value.is_finite());
        let known: Vec<f64> = known.filter(|value| spacing == Spacing::Linear || *value > 0.0).collect();
        let low = known.iter().copied().fold(f64::INFINITY, f64::min);
        let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match (low.is_finite(), spacing) {
            (false, _) => Values::linear(0.0, 1.0),
            (true, Spacing::Linear) => Values::linear(low.min(0.0), high.max(0.0)),
            (true, Spacing::Logarithmic) => Values::logarithmic(low, high),
        }
    }

    fn linear(low: f64, high: f64) -> Values {
        let high = if high > low { high } else { low + 1.0 };
        let step = round_step((high - low) / MOST_STEPS);
        let (first, last) = (libm::floor(low / step), libm::ceil(high / step));
        let steps = (last - first) as i64;
        let ticks: Vec<f64> = (0..=steps).map(|tick| (first + tick as f64) * step).collect();
        Values { spacing: Spacing::Linear, low: first * step, high: last * step, ticks }
    }

    /// Between round numbers: whole powers of ten where there are many, else 1, 2 and 5 of each.
    fn logarithmic(low: f64, high: f64) -> Values {
        let digits = |decades: i64| if decades > 2 { &[1.0][..] } else { &[1.0, 2.0, 5.0] };
        let (from, until) = (libm::floor(libm::log10(low)) as i64, libm::ceil(libm::log10(high)) as i64);
        let all = (from..=until)
            .flat_map(|power| digits(until - from).iter().map(move |digit| digit * power_of_ten(power)));
        let all: Vec<f64> = all.collect();
        let before = all.iter().rposition(|tick| *tick <= low * (1.0 + 1e-9)).unwrap_or(0);
        let after = all.iter().position(|tick| high * (1.0 - 1e-9) <= *tick).unwrap_or(all.len() - 1);
        let ticks = all[before..=after.max(before + 1).min(all.len() - 1)].to_vec();
        let end = |tick: Option<&f64>, otherwise| tick.copied().unwrap_or(otherwise);
        let (low, high) = (end(ticks.first(), low), end(ticks.last(), high));
        // A single value that is round itself.
        let high = if high > low { high } else { low * 10.0 };
        Values { spacing: Spacing::Logarithmic, low, high, ticks }
    }

    /// The share of the axis below a value. What has no place on it is put at its begin.
    pub fn place(&self, value: f64) -> f64 {
        let of = |value| self.spacing.of(value);
        let place = (of(value) - of(self.low)) / (of(self.high) - of(self.low));
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Whether it has a place of its own.
    pub fn has(&self, value: f64) -> bool {
        self.spacing == Spacing::Linear || value > 0.0
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = power_of_ten(libm::floor(libm::log10(least)) as i64);
    let fitting = [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power);
    fitting.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

fn power_of_ten(power: i64) -> f64 {
    libm::pow(10.0, power as f64)
}

/// A number beside an axis: no more digits than it takes, thousands apart.
pub fn told(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e12).contains(&size) {
        return format!("{value:e}");
    }
    // Ticks are round: what comes after nine digits is a float's noise.
    let rounded = format!("{value:.9}");
    let short = rounded.trim_end_matches('0').trim_end_matches('.');
    let (sign, short) = short.strip_prefix('-').map_or(("", short), |short| ("-", short));
    let (whole, fraction) = short.split_once('.').map_or((short, None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or_else(|| format!("{sign}{grouped}"), |fraction| format!("{sign}{grouped}.{fraction}"))
}

/// An axis of what cells say.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    /// Each once, in their order along the axis.
    pub labels: Vec<String>,
    /// The share of the axis before each.
    pub places: Vec<f64>,
}

impl Labels {
    /// Side by side: in the order of their sizes if all have one, else in that of the table.
    pub fn side_by_side<'a>(cells: impl Iterator<Item = &'a str>) -> Labels {
        let labels = in_order(cells).0;
        let steps = (labels.len().max(2) - 1) as f64;
        let places = (0..labels.len()).map(|place| place as f64 / steps).collect();
        Labels { labels, places }
    }

    /// Where their sizes put them, if all have one, else side by side.
    pub fn by_size<'a>(cells: impl Iterator<Item = &'a str> + Clone, spacing: Spacing) -> Labels {
        let (labels, sizes) = in_order(cells.clone());
        let spaced: Vec<f64> = sizes.iter().map(|size| spacing.of(*size)).collect();
        match (spaced.first(), spaced.last()) {
            (Some(low), Some(high)) if high > low && spaced.iter().all(|size| size.is_finite()) => {
                Labels { labels, places: spaced.iter().map(|size| (size - low) / (high - low)).collect() }
            }
            _ => Labels::side_by_side(cells),
        }
    }

    /// Where a cell of the table stands.
    pub fn index(&self, cell: &str) -> Option<usize> {
        self.labels.iter().position(|label| label == cell)
    }
}

/// Each cell once, with its size; no sizes, if not all have one.
fn in_order<'a>(cells: impl Iterator<Item = &'a str>) -> (Vec<String>, Vec<f64>) {
    let mut labels: Vec<&str> = Vec::new();
    for cell in cells {
        if !labels.contains(&cell) {
            labels.push(cell);
        }
    }
    let owned = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
    let Some(sizes) = sizes(&labels) else { return (owned(&labels), Vec::new()) };
    let mut sized: Vec<(f64, &str)> = sizes.into_iter().zip(labels).collect();
    sized.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (sizes, labels): (Vec<f64>, Vec<&str>) = sized.into_iter().unzip();
    (owned(&labels), sizes)
}

/// Their sizes, if all are plain numbers, percentages, quantities, or lengths of time.
fn sizes(labels: &[&str]) -> Option<Vec<f64>> {
    let plain = |label: &&str| label.trim_end_matches('%').parse().ok().filter(|size: &f64| size.is_finite());
    let quantity = |label: &&str| Some(Quantity::parse(label).ok()?.value() as f64);
    let length = |label: &&str| Some(duration::parse(label).ok()?.0 as f64);
    let all = |size: &dyn Fn(&&str) -> Option<f64>| labels.iter().map(size).collect::<Option<Vec<f64>>>();
    all(&plain).or_else(|| all(&quantity)).or_else(|| all(&length))
}
