//! What a sweep answers: on the screen, and by its exit code.
//!
//! What: a summary or the table of points; then whether runs failed, and whether bars were missed.
//! Never: a figure of its own. Next: [`crate::report::sweep`].

use super::part::file_of;
use super::whole::Whole;
use super::{Format, Telling};
use crate::cli::{FailedRuns, MissedBars};
use crate::experiment::bars::Bar;
use crate::experiment::measures::Measure;
use crate::report::figures::counted;
use crate::report::sweep::manifest::SweepManifest;
use crate::report::sweep::summary;
use crate::report::sweep::tables::{FAILURES, POINTS, PointRow};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Results, and where they are.
pub struct Answer<'a> {
    pub whole: Whole,
    pub place: &'a Path,
}

impl Answer<'_> {
    /// Prints it.
    ///
    /// # Errors
    /// Runs that failed, or else bars that were missed; and what cannot be written.
    pub fn tell(&self, telling: &Telling) -> anyhow::Result<()> {
        if !telling.quiet {
            self.print(telling.output)?;
        }
        self.refuse_failures()?;
        let missed = missed(&self.whole, &telling.fail_if);
        if missed.is_empty() { Ok(()) } else { Err(MissedBars(missed).into()) }
    }

    fn print(&self, format: Format) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        let Whole { manifest, points } = &self.whole;
        match format {
            Format::Table => summary::write(&mut out, manifest, points, &self.place.display().to_string())?,
            Format::Csv => {
                io::copy(&mut File::open(self.place.join(file_of(POINTS.name)))?, &mut out)?;
            }
            Format::Json => {
                let points: Vec<Value> = points.iter().map(|point| object(manifest, point)).collect();
                serde_json::to_writer_pretty(&mut out, &json!({ "manifest": manifest, "points": points }))
                    .map_err(io::Error::from)?;
                writeln!(out)?;
            }
        }
        Ok(())
    }

    fn refuse_failures(&self) -> anyhow::Result<()> {
        let points = &self.whole.points;
        let failures: u64 = points.iter().map(|point| point.failures).sum();
        let Some(first) = points.iter().find(|point| point.failures > 0) else { return Ok(()) };
        let label = label(&self.whole.manifest, first);
        let table = self.place.join(file_of(FAILURES.name));
        let what =
            format!("{} failed, the first at {label}: see {}", counted(failures, "run"), table.display());
        Err(FailedRuns(what).into())
    }
}

/// A point with all its figures.
fn object(manifest: &SweepManifest, point: &PointRow) -> Value {
    let named = manifest.parameters.iter().zip(&point.parameters);
    let parameters: Map<String, Value> =
        named.map(|(parameter, value)| (parameter.name.clone(), value.clone().into())).collect();
    let figures = Measure::ALL.iter().map(|measure| {
        let interval = point.interval(*measure);
        let figure = json!({
            "mean": interval.estimate,
            "lower": interval.lower,
            "upper": interval.upper,
            "method": interval.method.name(),
        });
        (measure.name().to_owned(), figure)
    });
    json!({
        "point": point.point,
        "run": point.run,
        "parameters": parameters,
        "replications": point.replications,
        "failures": point.failures,
        "measures": figures.collect::<Map<String, Value>>(),
    })
}

/// A point for people.
fn label(manifest: &SweepManifest, point: &PointRow) -> String {
    let named = manifest.parameters.iter().zip(&point.parameters);
    let parameters = named.map(|(parameter, value)| format!(", {}={value}", parameter.name));
    format!("point {}{}, run {}", point.point, parameters.collect::<String>(), point.run)
}

/// A line for each point and bar that it misses.
fn missed(whole: &Whole, bars: &[Bar]) -> Vec<String> {
    let of_bar = |bar: &Bar| {
        let missed = whole.points.iter().filter(|point| bar.is_missed(point.interval(bar.measure)));
        let line = |point: &PointRow| {
            let found = match bar.figure(point.interval(bar.measure)) {
                Some(figure) => figure.to_string(),
                None => "not known".to_owned(),
            };
            format!("missed: {bar}: {found} at {}", label(&whole.manifest, point))
        };
        missed.map(line).collect::<Vec<String>>()
    };
    bars.iter().flat_map(of_bar).collect()
}
