//! Tables as JSON, for programs that read standard output.
//!
//! What: the rows of a written table, each cell by its column's kind.
//! Never: another figure than the table has; an empty cell is null.
//! Next: [`super::columns`].

use super::cell::Kind;
use super::columns::Table;
use serde_json::{Map, Value};
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

fn value(kind: Kind, cell: &str) -> io::Result<Value> {
    match kind {
        _ if cell.is_empty() => Ok(Value::Null),
        Kind::Text => Ok(cell.into()),
        Kind::Count | Kind::Integer | Kind::Seconds | Kind::Real | Kind::Claim => {
            Ok(serde_json::from_str(cell)?)
        }
    }
}
