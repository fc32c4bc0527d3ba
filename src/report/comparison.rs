//! A comparison, told: which settings differ in what, and how sure that is.
//!
//! What: one table for each setting beside the first, in words a person can repeat, and the same as JSON.
//! A difference whose interval holds 0 is not told as one.
//! Never: a figure that the contrasts do not have. Next: [`crate::experiment::comparison`].

use super::figures::{Length, Rounded, aligned, counted, wrapped};
use super::summary::{COLUMNS, write_assumptions};
use crate::experiment::comparison::Contrast;
use crate::experiment::measures::{Kind, Measure};
use crate::experiment::statistics::{Confidence, Interval};
use crate::ground::SimTime;
use serde_json::{Value, json};
use std::io::{self, Write};

/// One of the settings that are compared.
#[derive(Clone, Debug)]
pub struct Alternative {
    pub file: String,
    pub run: String,
    pub rules: String,
    pub nodes: u64,
    pub horizon: SimTime,
}

/// What the first setting and another one come to.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Its place among the alternatives.
    pub second: usize,
    pub contrasts: Vec<Contrast>,
}

/// What was compared, and how.
#[derive(Clone, Debug)]
pub struct Comparisons {
    pub seed: u64,
    pub replications: u32,
    pub confidence: Confidence,
    /// The first is what the others are compared with.
    pub alternatives: Vec<Alternative>,
    pub comparisons: Vec<Comparison>,
    pub assumptions: Vec<String>,
}

/// The letter by which an alternative is called.
pub fn letter(place: usize) -> char {
    char::from_u32('A' as u32 + place as u32).unwrap_or('?')
}

/// Writes it for a person.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, told: &Comparisons) -> io::Result<()> {
    write_alternatives(out, told)?;
    for comparison in &told.comparisons {
        write_comparison(out, comparison, told.confidence)?;
    }
    write_assumptions(out, &told.assumptions)
}

fn write_alternatives(out: &mut impl Write, told: &Comparisons) -> io::Result<()> {
    let cells = |(place, one): (usize, &Alternative)| {
        let (nodes, horizon) = (counted(one.nodes, "node"), Length::until(one.horizon));
        let about = format!("rules {}, {nodes}, {horizon} long", one.rules);
        vec![letter(place).to_string(), one.file.clone(), one.run.clone(), about]
    };
    for line in aligned(&told.alternatives.iter().enumerate().map(cells).collect::<Vec<_>>()) {
        writeln!(out, "{line}")?;
    }
    let replications = counted(told.replications.into(), "replication");
    writeln!(out, "{replications} of each, seed {}; the same replication draws the same in all", told.seed)?;
    let first = told.alternatives.first().map(|one| one.horizon);
    if told.alternatives.iter().any(|one| Some(one.horizon) != first) {
        writeln!(out, "They are not of the same length: rates and shares can be compared, numbers cannot")?;
    }
    Ok(())
}

fn write_comparison(out: &mut impl Write, comparison: &Comparison, confidence: Confidence) -> io::Result<()> {
    let second = letter(comparison.second);
    let told: Vec<&Contrast> = comparison.contrasts.iter().filter(|one| !one.alike).collect();
    writeln!(out)?;
    if told.is_empty() {
        return writeln!(out, "{second} and A are the same in every run, whatever is measured");
    }
    let heading = ["MEASURE", "A", &second.to_string(), &format!("{second} BESIDE A, {confidence} SURE")]
        .map(str::to_owned);
    let rows = told.iter().map(|contrast| {
        let [first, second_is] =
            [contrast.first, contrast.second].map(|side| estimate(contrast.measure, &side));
        vec![contrast.measure.name().to_owned(), first, second_is, in_words(second, contrast)]
    });
    for line in aligned(&[heading.to_vec()].into_iter().chain(rows).collect::<Vec<_>>()) {
        writeln!(out, "{line}")?;
    }
    let same: Vec<&str> = comparison
        .contrasts
        .iter()
        .filter(|one| one.alike && one.first.estimate.is_some())
        .map(|one| one.measure.name())
        .collect();
    if !same.is_empty() {
        for line in wrapped(&format!("the same in every run: {}", same.join(", ")), COLUMNS) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn estimate(measure: Measure, side: &Interval) -> String {
    match side.estimate {
        None => "?".to_owned(),
        Some(value) if is_share(measure) => format!("{} %", figure(measure, value, side.half_width())),
        Some(value) => figure(measure, value, side.half_width()).to_string(),
    }
}

/// Whether it is told in percent.
fn is_share(measure: Measure) -> bool {
    measure.kind() == Kind::Claim || measure.unit() == "share"
}

/// What the interval says of the difference, as a sentence.
fn in_words(second: char, contrast: &Contrast) -> String {
    let difference = &contrast.difference;
    let (Some(lower), Some(upper)) = (difference.lower, difference.upper) else {
        return "not told apart: too few runs know it".to_owned();
    };
    let told = |value: f64| figure(contrast.measure, value.abs(), difference.half_width()).to_string();
    let (less, more, of) = comparatives(contrast.measure);
    let between = |one: f64, other: f64| match (told(one), told(other)) {
        (one, other) if one == other => one,
        (one, other) => format!("{one} to {other}"),
    };
    match () {
        () if 0.0 < lower => format!("{second} has {} {more}{of}", between(lower, upper)),
        () if upper < 0.0 => format!("{second} has {} {less}{of}", between(upper, lower)),
        () => format!("not told apart: {} {less} to {} {more}{of}", told(lower), told(upper)),
    }
}

/// The words for less and more of a measure, and of what.
fn comparatives(measure: Measure) -> (&'static str, &'static str, &'static str) {
    match measure.kind() {
        Kind::Number if is_share(measure) => ("less", "more", " (percentage points)"),
        Kind::Number if measure.unit() == "pod-months" => ("less", "more", " a run"),
        Kind::Number => ("fewer", "more", " a run"),
        Kind::Claim => ("fewer", "more", " of 100 runs"),
        Kind::Ratio { .. } => ("fewer", "more", ""),
    }
}

/// A value of a measure, shares in percent.
fn figure(measure: Measure, value: f64, half_width: Option<f64>) -> Rounded {
    let scale = if is_share(measure) { 100.0 } else { 1.0 };
    Rounded { value: value * scale, half_width: half_width.map(|half_width| half_width * scale) }
}

/// The same for a program.
pub fn json(told: &Comparisons) -> Value {
    let alternative = |(place, one): (usize, &Alternative)| {
        json!({
            "letter": letter(place),
            "file": one.file,
            "run": one.run,
            "rules": one.rules,
            "nodes": one.nodes,
            "horizonSeconds": one.horizon.0 as f64 / 1e6,
        })
    };
    let contrast = |one: &Contrast| {
        json!({
            "measure": one.measure.name(),
            "unit": one.measure.unit(),
            "first": interval(&one.first),
            "second": interval(&one.second),
            "difference": interval(&one.difference),
            "alike": one.alike,
        })
    };
    let comparison = |one: &Comparison| {
        json!({
            "first": letter(0),
            "second": letter(one.second),
            "measures": one.contrasts.iter().map(contrast).collect::<Vec<_>>(),
        })
    };
    json!({
        "kind": "evictsim comparison",
        "version": env!("CARGO_PKG_VERSION"),
        "seed": told.seed,
        "replications": told.replications,
        "confidence": told.confidence.share(),
        "alternatives": told.alternatives.iter().enumerate().map(alternative).collect::<Vec<_>>(),
        "comparisons": told.comparisons.iter().map(comparison).collect::<Vec<_>>(),
        "assumptions": told.assumptions,
    })
}

/// An interval for a program. Unknown is null.
pub fn interval(interval: &Interval) -> Value {
    json!({
        "estimate": interval.estimate,
        "lower": interval.lower,
        "upper": interval.upper,
        "n": interval.n,
        "method": interval.method.name(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::statistics::{mean, paired_difference};

    fn words(measure: Measure, pairs: &[(f64, f64)]) -> String {
        let (first, second): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let sure = Confidence::NINETY_FIVE;
        let contrast = Contrast {
            measure,
            first: mean(&first, sure),
            second: mean(&second, sure),
            difference: paired_difference(pairs, sure),
            alike: false,
        };
        in_words('B', &contrast)
    }

    #[test]
    fn a_difference_is_told_as_one_only_if_its_interval_leaves_nothing_out() {
        // given differences of -1, -2, -3: mean -2, error 1/sqrt(3), t(95 %, 2) = 4.3027: -2 ± 2.484
        let close = [(5.0, 4.0), (5.0, 3.0), (5.0, 2.0)];
        assert_eq!(words(Measure::Evictions, &close), "not told apart: 4.5 fewer to 0.5 more a run");
        // and of -10, -11, -12: -11 ± 2.484
        let apart = [(20.0, 10.0), (20.0, 9.0), (20.0, 8.0)];
        assert_eq!(words(Measure::Evictions, &apart), "B has 8.5 to 13.5 fewer a run");
        let more = apart.map(|(a, b)| (b / 100.0, a / 100.0));
        assert_eq!(words(Measure::PressureShare, &more), "B has 8.5 to 13.5 more (percentage points)");
        assert_eq!(
            words(Measure::Evictions, &[(3.0, 4.0), (5.0, 6.0)]),
            "B has 1 more a run",
            "always by one"
        );
        assert_eq!(words(Measure::Evictions, &apart[..1]), "not told apart: too few runs know it");
    }
}
