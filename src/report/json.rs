//! Tables as JSON, for programs that read standard output.
//!
//! What: the rows of a written table, each cell by its column's kind; and how times are written elsewhere.
//! Never: another figure than the table has; an empty cell is null.
//! Next: [`super::columns`].

use super::cell::Kind;
use super::columns::Table;
use crate::ground::{SimDuration, SimTime};
use serde_json::{Map, Value, json};
use std::io::{self, Read};

/// The rows of a table that was written as CSV.
///
/// # Errors
/// Those of `csv`, and text that is not that table.
pub fn rows(table: &Table, csv: impl Read) -> io::Result<Value> {
    let mut reader = csv::Reader::from_reader(csv);
    let rows = reader.records().map(|record| {
        let record = record?;
        let cells = table.columns.iter().zip(&record);
        let cells: Result<Map<String, Value>, io::Error> =
            cells.map(|(column, cell)| Ok((column.name.to_owned(), value(column.kind, cell)?))).collect();
        cells.map(Value::Object)
    });
    rows.collect::<io::Result<Vec<Value>>>().map(Value::Array)
}

/// An instant, in seconds since the run began.
pub fn seconds(at: SimTime) -> Value {
    length(at.since(SimTime::START))
}

/// A length of time in seconds: a whole number, where it is one.
pub fn length(length: SimDuration) -> Value {
    match length.0 % 1_000_000 {
        0 => json!(length.0 / 1_000_000),
        _ => json!(length.0 as f64 / 1e6),
    }
}

fn value(kind: Kind, cell: &str) -> io::Result<Value> {
    match kind {
        _ if cell.is_empty() => Ok(Value::Null),
        Kind::Text => Ok(cell.into()),
        Kind::Count | Kind::Integer | Kind::Seconds | Kind::Real | Kind::Claim => {
            Ok(serde_json::from_str(cell)?)
        }
    }
}
