//! Files that a scenario names: traces and tables of arrivals.
//!
//! What: finding them beside the scenario, reading them through the program's
//! closure, and telling a row's mistake at its place in its own file.
//! Never: opening a file. Next: [`crate::scenario::arrivals`], which reads tables of arrivals.

use super::spot::{Findings, Spot};
use crate::scenario::cells::{CellMistake, Record, Table};
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
    match series(&bytes, trace.series.as_deref()) {
        Ok(series) => Some(series),
        Err(TraceMistake::InFile(mistake)) => {
            findings.mistakes.push(in_file(&path, &mistake));
            None
        }
        Err(TraceMistake::Choice { what, fix }) => {
            findings.mistake(&spot.key("series"), format!("`{path}` {what}"), fix);
            None
        }
    }
}

/// The mistake of a cell, at its place in its own file.
pub fn in_file(path: &str, mistake: &CellMistake) -> Mistake {
    let place = Place { file: path.into(), line: small(mistake.line), column: small(mistake.column) };
    Mistake::new(mistake.what.clone(), mistake.fix.clone()).at(place)
}

/// A line or column as places count them.
pub fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What is wrong with a trace.
#[derive(Debug)]
enum TraceMistake {
    InFile(CellMistake),
    /// The file is sound, but the scenario does not name one of its series.
    Choice {
        what: String,
        fix: String,
    },
}

impl From<CellMistake> for TraceMistake {
    fn from(mistake: CellMistake) -> TraceMistake {
        TraceMistake::InFile(mistake)
    }
}

/// A kind of trace: what its columns are called.
struct Columns {
    time: &'static str,
    value: &'static str,
    are_shares: bool,
    /// The largest value, and what a value is.
    most: f64,
    words: &'static str,
}

const BYTES: Columns = Columns {
    time: "t_s",
    value: "working_set_bytes",
    are_shares: false,
    most: (1u64 << 60) as f64,
    words: "a number of bytes",
};
const SHARES: Columns = Columns {
    time: "t_seconds",
    value: "utilisation_fraction",
    are_shares: true,
    most: 1000.0,
    words: "a fraction",
};

/// The rows of one series; `wanted` may be absent where the file has only one.
fn series(bytes: &[u8], wanted: Option<&str>) -> Result<Series, TraceMistake> {
    let (table, columns) = table(bytes)?;
    let mut knots: Vec<Knot> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for row in table.records() {
        let name = row.text("series").or_else(|| row.text("series_id"));
        remember(&mut names, name);
        if wanted.is_some() && name.is_some() && name != wanted {
            continue;
        }
        if wanted.is_none() && names.len() > 1 {
            let fix = format!("add for example `series: {}`", names[0]);
            return Err(TraceMistake::Choice {
                what: "holds several series, and the scenario names none".into(),
                fix,
            });
        }
        knots.push(knot(row, columns, knots.last())?);
    }
    match (knots.is_empty(), wanted) {
        (false, _) => Ok(Series { knots, are_shares: columns.are_shares }),
        (true, Some(wanted)) if !names.is_empty() => {
            let fix = format!("its series are {}", names.join(", "));
            Err(TraceMistake::Choice { what: format!("has no series \"{wanted}\""), fix })
        }
        (true, _) => {
            Err(at_the_header("the trace has no rows", "write at least one row below the header").into())
        }
    }
}

fn table(bytes: &[u8]) -> Result<(Table<'_>, &'static Columns), CellMistake> {
    for columns in [&BYTES, &SHARES] {
        if let Ok(table) = Table::read(bytes, &[columns.time, columns.value]) {
            return Ok((table, columns));
        }
    }
    if bytes.trim_ascii().is_empty() {
        let fix = "begin with the line t_s,working_set_bytes, and write a row for each level";
        return Err(at_the_header("the file is empty", fix));
    }
    // Neither kind: say what is wrong with it as a table, if anything is.
    Table::read(bytes, &[])?;
    let fix = "name the columns t_s,working_set_bytes or t_seconds,utilisation_fraction";
    Err(at_the_header("the columns are not a trace's", fix))
}

/// A mistake of the whole table.
pub fn at_the_header(what: &str, fix: &str) -> CellMistake {
    CellMistake { line: 1, column: 1, what: what.into(), fix: fix.into() }
}

/// Keeps the first few names, for a message.
fn remember(names: &mut Vec<String>, name: Option<&str>) {
    const SHOWN: usize = 10;
    if let Some(name) = name
        && names.len() < SHOWN
        && !names.iter().any(|known| known == name)
    {
        names.push(name.to_owned());
    }
}

fn knot(row: Record<'_>, columns: &Columns, before: Option<&Knot>) -> Result<Knot, CellMistake> {
    let at = row.required(columns.time, row.seconds(columns.time)?)?;
    if let Some(before) = before.filter(|before| at <= before.at) {
        let what = format!("the time {at} does not come after the one before it, {}", before.at);
        return Err(row.mistake(columns.time, what, "put the rows of a series in the order of time".into()));
    }
    let text = row.required(columns.value, row.text(columns.value))?;
    match text.parse::<f64>() {
        Ok(value) if (0.0..=columns.most).contains(&value) => Ok(Knot { at, value }),
        _ => {
            let what = format!("`{}` is not {}", text.escape_debug(), columns.words);
            Err(row.mistake(columns.value, what, "write a plain number, zero or more".into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, wanted: Option<&str>) -> Result<Vec<(u64, f64)>, String> {
        let told = |mistake| match mistake {
            TraceMistake::InFile(mistake) => in_file("use.csv", &mistake).to_string(),
            TraceMistake::Choice { what, fix } => format!("{what}; {fix}"),
        };
        let series = series(text.as_bytes(), wanted).map_err(told)?;
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
    fn a_traces_mistake_names_its_line_and_column() {
        for (text, place) in [
            ("t,bytes\n0,1\n", "1:1"),
            ("t_s,working_set_bytes\n", "1:1"),
            ("t_s,working_set_bytes\n0,1\n0,2\n", "3:1"),
            ("t_s,working_set_bytes\n0,-1\n", "2:3"),
            ("t_s,working_set_bytes\n0,nan\n", "2:3"),
            ("t_s,working_set_bytes\n0,1\n1\n", "3:1"),
        ] {
            let told = read(text, None).expect_err(text);
            assert!(told.contains(&format!("use.csv:{place}")), "{told}");
        }
    }
}
