//! Files that a scenario names: traces and tables of arrivals.
//!
//! What: finding them beside the scenario, reading them through the program's
//! closure, and telling a row's mistake at its place in its own file.
//! Never: opening a file. Next: [`super::super::arrivals`], which reads tables of arrivals.

use super::numbers::LONGEST;
use super::spot::{Findings, Spot};
use crate::ground::SimDuration;
use crate::scenario::file::usage::TraceFile;
use crate::scenario::include;
use crate::scenario::mistake::{Mistake, Place};
use crate::scenario::usage_model::Knot;
use std::io;

/// How files are read: the program hands it in.
pub type Files<'f> = dyn Fn(&str) -> io::Result<Vec<u8>> + 'f;

/// A recorded series.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// In order of time; at least one.
    pub knots: Vec<Knot>,
    /// Values are shares of something, not bytes.
    pub are_shares: bool,
}

/// The bytes of a file that the value at `spot` names, and its path.
pub fn read(
    findings: &mut Findings,
    files: &Files<'_>,
    spot: &Spot<'_>,
    named: &str,
) -> Option<(String, Vec<u8>)> {
    let path = include::beside(&spot.place().file, named);
    match files(&path) {
        Ok(bytes) => Some((path, bytes)),
        Err(error) => {
            findings
                .mistakes
                .push(include::unreadable(&path, &error).at(spot.place().clone()).on(spot.path()));
            None
        }
    }
}

/// The series that a trace names.
pub fn trace(
    findings: &mut Findings,
    files: &Files<'_>,
    spot: &Spot<'_>,
    trace: &TraceFile,
) -> Option<Series> {
    let (path, bytes) = read(findings, files, &spot.key("file"), &trace.file)?;
    match series(&path, &bytes, trace.series.as_deref()) {
        Ok(series) => Some(series),
        Err(TraceMistake::InFile(mistake)) => {
            findings.mistakes.push(mistake);
            None
        }
        Err(TraceMistake::Choice { what, fix }) => {
            findings.mistake(&spot.key("series"), what, fix);
            None
        }
    }
}

/// What is wrong with a trace.
#[derive(Debug)]
enum TraceMistake {
    InFile(Mistake),
    /// The file is sound, but the scenario does not name one of its series.
    Choice {
        what: String,
        fix: String,
    },
}

/// Where a trace's columns are.
struct Columns {
    time: usize,
    value: usize,
    series: Option<usize>,
    are_shares: bool,
}

fn in_file(path: &str, line: u64, what: impl Into<String>, fix: impl Into<String>) -> TraceMistake {
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    TraceMistake::InFile(Mistake::new(what, fix).at(Place { file: path.into(), line, column: 1 }))
}

fn series(path: &str, bytes: &[u8], wanted: Option<&str>) -> Result<Series, TraceMistake> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let refused = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        in_file(
            path,
            line,
            format!("not valid CSV: {error}"),
            "write the same number of fields in every line",
        )
    };
    let header = reader.headers().map_err(refused)?.clone();
    let columns = columns(path, &header)?;
    let mut knots: Vec<Knot> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(refused)?;
        let line = record.position().map_or(1, csv::Position::line);
        let name = columns.series.and_then(|column| record.get(column));
        if let (Some(name), Some(wanted)) = (name, wanted)
            && name != wanted
        {
            remember(&mut others, name);
            continue;
        }
        if let (Some(name), None) = (name, wanted) {
            remember(&mut others, name);
            if others.len() > 1 {
                return Err(TraceMistake::Choice {
                    what: format!("`{path}` holds several series, and the scenario names none"),
                    fix: format!("add for example `series: {}`", others[0]),
                });
            }
        }
        let knot = knot(path, line, &record, &columns)?;
        if let Some(before) = knots.last()
            && knot.at <= before.at
        {
            let what = format!("the time {} does not come after the one before it, {}", knot.at, before.at);
            return Err(in_file(path, line, what, "put the rows of a series in the order of time"));
        }
        knots.push(knot);
    }
    if knots.is_empty() {
        return Err(match wanted {
            Some(wanted) if !others.is_empty() => TraceMistake::Choice {
                what: format!("`{path}` has no series \"{wanted}\""),
                fix: format!("its series are {}", others.join(", ")),
            },
            _ => in_file(path, 1, "the trace has no rows", "write at least one row below the heading"),
        });
    }
    Ok(Series { knots, are_shares: columns.are_shares })
}

/// Keeps the first few names, for a message.
fn remember(names: &mut Vec<String>, name: &str) {
    const SHOWN: usize = 10;
    if names.len() < SHOWN && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

fn columns(path: &str, header: &csv::StringRecord) -> Result<Columns, TraceMistake> {
    let find = |names: &[&str]| header.iter().position(|column| names.contains(&column));
    let series = find(&["series", "series_id"]);
    let time = find(&["t_s", "t_seconds"]);
    let (bytes, shares) = (find(&["working_set_bytes"]), find(&["utilisation_fraction"]));
    match (time, bytes, shares) {
        (Some(time), Some(value), None) => Ok(Columns { time, value, series, are_shares: false }),
        (Some(time), None, Some(value)) => Ok(Columns { time, value, series, are_shares: true }),
        _ => Err(in_file(
            path,
            1,
            format!("the heading `{}` is not a trace's", header.iter().collect::<Vec<_>>().join(",")),
            "name the columns t_s,working_set_bytes or t_seconds,utilisation_fraction",
        )),
    }
}

fn knot(path: &str, line: u64, record: &csv::StringRecord, columns: &Columns) -> Result<Knot, TraceMistake> {
    let number = |column: usize, most: f64, words: &str| {
        let text = record.get(column).unwrap_or_default();
        let number = text.parse::<f64>().ok().filter(|number| (0.0..=most).contains(number));
        number.ok_or_else(|| {
            in_file(
                path,
                line,
                format!("\"{}\" is not {words}", text.escape_debug()),
                "write a plain number, zero or more",
            )
        })
    };
    let seconds = number(columns.time, LONGEST.0 as f64 / 1e6, "a time in seconds")?;
    let value = if columns.are_shares {
        number(columns.value, 1000.0, "a fraction")?
    } else {
        number(columns.value, (1u64 << 60) as f64, "a number of bytes")?
    };
    Ok(Knot { at: SimDuration::micros((seconds * 1e6) as u64), value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, wanted: Option<&str>) -> Result<Vec<(u64, f64)>, String> {
        let told = |mistake| match mistake {
            TraceMistake::InFile(mistake) => mistake.to_string(),
            TraceMistake::Choice { what, fix } => format!("{what}; {fix}"),
        };
        let series = series("use.csv", text.as_bytes(), wanted).map_err(told)?;
        Ok(series.knots.iter().map(|knot| (knot.at.0 / 1_000_000, knot.value)).collect())
    }

    #[test]
    fn a_trace_is_a_series_of_its_file() {
        assert_eq!(read("t_s,working_set_bytes\n0,10\n60,20\n", None), Ok(vec![(0, 10.0), (60, 20.0)]));
        let two = "series_id,t_seconds,utilisation_fraction\na,0,0.5\nb,0,0.25\nb,57,0.5\n";
        assert_eq!(read(two, Some("b")), Ok(vec![(0, 0.25), (57, 0.5)]));
        assert!(read(two, None).expect_err("none is named").contains("several series"));
        assert!(read(two, Some("c")).expect_err("unknown").ends_with("its series are a, b"));
    }

    #[test]
    fn a_traces_mistake_names_its_line() {
        for (text, line) in [
            ("t,bytes\n0,1\n", 1),
            ("t_s,working_set_bytes\n", 1),
            ("t_s,working_set_bytes\n0,1\n0,2\n", 3),
            ("t_s,working_set_bytes\n0,-1\n", 2),
            ("t_s,working_set_bytes\n0,nan\n", 2),
            ("t_s,working_set_bytes\n0,1\n1\n", 3),
        ] {
            let told = read(text, None).expect_err(text);
            assert!(told.contains(&format!("use.csv:{line}:1")), "{told}");
        }
    }
}
