//! Arrivals as a table: one row one pod.
//!
//! Columns: `at_s` (required); `name`, `run_time_s`, `cpu_request_milli`,
//! `cpu_limit_milli`, `memory_request_bytes`, `memory_limit_bytes`,
//! `memory_scale_bytes`, `priority`. An empty cell leaves the template as it is.

use super::Row;
use crate::ground::{Bytes, MilliCpu, SimTime};
use crate::scenario::cells::{CellMistake, Record, Table};
use crate::scenario::distribution::MOST_BYTES;
use std::collections::BTreeSet;

/// A mistake in a table of arrivals.
pub type RowMistake = CellMistake;

/// All columns that a table of arrivals may have.
pub const COLUMNS: [&str; 9] = [
    "at_s",
    "name",
    "run_time_s",
    "cpu_request_milli",
    "cpu_limit_milli",
    "memory_request_bytes",
    "memory_limit_bytes",
    "memory_scale_bytes",
    "priority",
];

/// The rows of a table, in order of time; rows of one instant keep their order.
///
/// # Errors
/// At the first mistake.
pub fn read_rows(text: &[u8]) -> Result<Vec<Row>, RowMistake> {
    let table = Table::read(text, &["at_s"])?;
    table.check_columns(&COLUMNS)?;
    let mut names = BTreeSet::new();
    let mut rows = Vec::new();
    for record in table.records() {
        let row = read_row(&record)?;
        if let Some(name) = row.name.clone()
            && !names.insert(name.clone())
        {
            let what = format!("name `{name}` comes twice");
            return Err(record.mistake("name", what, "give each pod a name of its own, or none".into()));
        }
        rows.push(row);
    }
    rows.sort_by_key(|row| row.at);
    Ok(rows)
}

fn read_row(record: &Record<'_>) -> Result<Row, RowMistake> {
    let at = record.required("at_s", record.seconds("at_s")?)?;
    let row = Row {
        at: SimTime::START.after(at),
        name: record.text("name").map(str::to_owned),
        run_time: record.seconds("run_time_s")?,
        cpu_request: milli_cpu(record, "cpu_request_milli")?,
        cpu_limit: milli_cpu(record, "cpu_limit_milli")?,
        memory_request: bytes(record, "memory_request_bytes")?,
        memory_limit: bytes(record, "memory_limit_bytes")?,
        memory_scale: bytes(record, "memory_scale_bytes")?,
        priority: record.whole("priority")?,
    };
    check_name(record, row.name.as_deref())?;
    let below =
        |limit: Option<u64>, request: Option<u64>| matches!((limit, request), (Some(l), Some(r)) if l < r);
    let fix = || "raise the limit, or lower the request".to_owned();
    if below(row.memory_limit.map(|bytes| bytes.0), row.memory_request.map(|bytes| bytes.0)) {
        return Err(record.mistake("memory_limit_bytes", "memory limit below its request".into(), fix()));
    }
    if below(row.cpu_limit.map(|cpu| cpu.0), row.cpu_request.map(|cpu| cpu.0)) {
        return Err(record.mistake("cpu_limit_milli", "cpu limit below its request".into(), fix()));
    }
    Ok(row)
}

/// Refuses what cannot name a pod: a DNS label is safe everywhere.
pub fn check_name(record: &Record<'_>, name: Option<&str>) -> Result<(), RowMistake> {
    let Some(name) = name else { return Ok(()) };
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label =
        name.len() <= 63 && name.bytes().all(inner) && !name.starts_with('-') && !name.ends_with('-');
    let fix = "write lowercase letters, digits and '-', at most 63, no '-' at either end";
    if is_label {
        Ok(())
    } else {
        Err(record.mistake("name", format!("`{name}` cannot name a pod"), fix.into()))
    }
}

fn bytes(record: &Record<'_>, column: &str) -> Result<Option<Bytes>, RowMistake> {
    bounded(record, column, MOST_BYTES.0).map(|cell| cell.map(Bytes))
}

fn milli_cpu(record: &Record<'_>, column: &str) -> Result<Option<MilliCpu>, RowMistake> {
    const MOST_MILLIS: u64 = 1_000_000_000;
    bounded(record, column, MOST_MILLIS).map(|cell| cell.map(MilliCpu))
}

fn bounded(record: &Record<'_>, column: &str, most: u64) -> Result<Option<u64>, RowMistake> {
    let cell: Option<u64> = record.whole(column)?;
    match cell.filter(|amount| *amount > most) {
        None => Ok(cell),
        Some(amount) => {
            let what = format!("`{amount}` is more than any node has");
            Err(record.mistake(column, what, format!("write at most {most}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::SimDuration;

    #[test]
    fn a_table_is_read_in_order_of_time_and_empty_cells_say_nothing() {
        let text = "name,at_s,run_time_s,memory_request_bytes,priority\n\
                    late, 20.5, 3, 1048576, -10\n\
                    ,10,,,\n";
        let rows = read_rows(text.as_bytes()).unwrap_or_else(|mistake| panic!("{mistake}"));
        assert_eq!(rows[0], Row { at: SimTime(10_000_000), ..Row::default() });
        let late = Row {
            at: SimTime(20_500_000),
            name: Some("late".into()),
            run_time: Some(SimDuration::seconds(3)),
            memory_request: Some(Bytes::mebi(1)),
            priority: Some(-10),
            ..Row::default()
        };
        assert_eq!(rows[1], late);
    }

    #[test]
    fn each_mistake_is_named_where_it_stands() {
        #[rustfmt::skip] let cases = [
            ("at_s\nsoon\n",                                                   2, 1,  "`soon` is no length in seconds"),
            ("name,at_s\na,\n",                                                2, 3,  "`at_s` is empty"),
            ("at_s,memory\n",                                                  1, 6,  "unknown column `memory`"),
            ("at_s,memory_request_bytes\n1,1Gi\n",                             2, 3,  "`1Gi` is no such number"),
            ("at_s,memory_limit_bytes,memory_request_bytes\n0,1,1\n1,5,6\n",   3, 3,  "memory limit below its request"),
            ("at_s,cpu_request_milli,cpu_limit_milli\n1,5,4\n",                2, 5,  "cpu limit below its request"),
            ("at_s,memory_request_bytes\n1,9223372036854775807\n",             2, 3,  "`9223372036854775807` is more than any node has"),
            ("at_s,name\n1,a\n2,a\n",                                          3, 3,  "name `a` comes twice"),
            ("at_s,name\n1,A_b\n",                                             2, 3,  "`A_b` cannot name a pod"),
            ("at_s,priority\n1,5000000000\n",                                  2, 3,  "`5000000000` is no such number"),
        ];
        for (text, line, column, what) in cases {
            let mistake = read_rows(text.as_bytes()).expect_err(text);
            assert_eq!((mistake.line, mistake.column, mistake.what.as_str()), (line, column, what), "{text}");
            assert!(!mistake.fix.is_empty());
        }
    }
}
