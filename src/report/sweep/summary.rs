//! What is printed of a sweep: a line for each point.
//!
//! What: the question, the grid, and what most ask first: evictions and OOM kills for each pod-month, how often anybody was
//! evicted, and the three overcommit figures, always together. All measures are in `points`.
//! Never: a figure that is not in `points`. Next: [`super::tables`].

use super::manifest::SweepManifest;
use super::tables::PointRow;
use crate::experiment::measures::{Kind, Measure};
use crate::experiment::statistics::Interval;
use crate::report::figures::{aligned, counted, wrapped};
use std::io::{self, Write};

/// More points than these are in the table alone.
const TOLD: usize = 100;
const WIDTH: usize = 140;

/// What is told of each point: a heading, and the measure below it.
const COLUMNS: [(&str, Measure); 7] = [
    ("EVICTIONS/POD-MONTH", Measure::EvictionsPerPodMonth),
    ("OOM-KILLS/POD-MONTH", Measure::OomKillsPerPodMonth),
    ("P(EVICTION)", Measure::AnyEviction),
    ("P(OOM FIRST)", Measure::OomBeforeEviction),
    ("REQUESTS", Measure::RequestsToAllocatable),
    ("LIMITS", Measure::LimitsToAllocatable),
    ("USE", Measure::UseToCapacity),
];

/// Prints the summary; `place` is where the tables are.
///
/// # Errors
/// Those of `out`.
pub fn write(
    mut out: impl Write,
    manifest: &SweepManifest,
    points: &[PointRow],
    place: &str,
) -> io::Result<()> {
    if let Some(question) = &manifest.question {
        wrapped(question, WIDTH).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    let runs: u64 = points.iter().map(|point| point.replications + point.failures).sum();
    writeln!(out, "{}: {}, {}\n", manifest.sweep, counted(manifest.points, "point"), counted(runs, "run"))?;
    let lines: Vec<Vec<String>> = std::iter::once(heading(manifest, points))
        .chain(points.iter().take(TOLD).map(|point| line(point, has_several_runs(points))))
        .collect();
    aligned(&lines).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    if points.len() > TOLD {
        writeln!(out, "… and {} more, in points.csv", points.len() - TOLD)?;
    }
    let confidence =
        points.first().and_then(|point| point.intervals.first()).map(|interval| interval.confidence);
    if let Some(confidence) = confidence {
        writeln!(out, "\nIn brackets: between which figures the truth lies, {confidence} sure.")?;
    }
    writeln!(
        out,
        "REQUESTS and LIMITS over allocatable memory, USE over capacity: means over time. See docs/sweep-format.md"
    )?;
    if !manifest.assumptions.is_empty() {
        writeln!(out, "\nAssumed:")?;
        for sentence in &manifest.assumptions {
            wrapped(sentence, WIDTH).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        }
    }
    writeln!(out, "\nTables: {place}")
}

fn has_several_runs(points: &[PointRow]) -> bool {
    points.first().is_some_and(|first| points.iter().any(|point| point.run != first.run))
}

fn heading(manifest: &SweepManifest, points: &[PointRow]) -> Vec<String> {
    let parameters = manifest.parameters.iter().map(|parameter| parameter.name.to_uppercase());
    let run = has_several_runs(points).then(|| "RUN".to_owned());
    let measures = COLUMNS.iter().map(|(heading, _)| (*heading).to_owned());
    parameters.chain(run).chain(["RUNS".to_owned()]).chain(measures).collect()
}

fn line(point: &PointRow, names_run: bool) -> Vec<String> {
    let run = names_run.then(|| point.run.clone());
    let runs = match point.failures {
        0 => point.replications.to_string(),
        failures => format!("{} ({failures} failed)", point.replications),
    };
    let figures = COLUMNS.iter().map(|(_, measure)| figure(*measure, point.interval(*measure)));
    point.parameters.iter().cloned().chain(run).chain([runs]).chain(figures).collect()
}

/// A figure for people: shares of memory without, all else with its interval.
fn figure(measure: Measure, interval: &Interval) -> String {
    let Some(estimate) = interval.estimate else { return "?".to_owned() };
    let is_share = measure.kind() == Kind::Number && measure.unit() == "share";
    match (interval.lower, interval.upper) {
        (Some(lower), Some(upper)) if !is_share => {
            format!("{} [{}, {}]", short(estimate), short(lower), short(upper))
        }
        _ => short(estimate),
    }
}

/// Three digits, or two behind the point: what a person reads.
fn short(number: f64) -> String {
    match number.abs() {
        size if size == 0.0 || size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        size if size >= 0.1 => format!("{number:.2}"),
        size if size >= 0.001 => format!("{number:.4}"),
        _ => format!("{number:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        let shorts = [0.0, 123.4, 12.34, 1.234, 0.1234, 0.01234, 0.00001234].map(short);
        assert_eq!(shorts, ["0", "123", "12.3", "1.23", "0.12", "0.0123", "1.2e-5"]);
    }
}
