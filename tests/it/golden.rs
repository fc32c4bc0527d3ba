//! The golden scenarios: cases that people asked about, and what Kubernetes' rules say of each.
//!
//! What: every case is a scenario in `scenarios/golden`, and a test here whose name
//! begins with it. Instants are worked out from the amounts in the scenario's comments.
//! Next: [`eviction_order`] (cases A), [`oom_or_evicted`] (B), [`thresholds`] (D).

mod eviction_order;
mod oom_or_evicted;
mod thresholds;

use crate::story::{Cells, audited_tables, rows, shipped};
use evictsim::engine::Passes;
use std::collections::BTreeMap;

/// Instants and lengths here are in whole microseconds, as the engine counts them.
const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
/// The kernel acts when a limit is exceeded. With any growth above 1 byte a microsecond that is
/// one microsecond after it is met.
const ONE_TOO_MANY: u64 = 1;
/// A second to stop (`stopTime`'s default), and a second until the loop asks whether the victim is gone.
const NEXT_LOOK: u64 = 2 * SECOND;

/// The kubelet's first look after a threshold's line is crossed, where it looks every 10 s from
/// `beat` on. A look at the crossing itself finds exactly what is allowed.
fn look_after(crossing: u64, beat: u64) -> u64 {
    let interval = 10 * SECOND;
    beat + ((crossing - beat) / interval + 1) * interval
}

/// So many MiB in bytes.
fn mebi(amount: i64) -> i64 {
    amount << 20
}

/// One run of a golden scenario, by its tables.
struct Run(BTreeMap<&'static str, Vec<Cells>>);

impl Run {
    /// The scenario's first replication under the rules called `run`, the engine checked after every event.
    fn of(scenario: &str, run: &str) -> Run {
        let scenario = shipped(&format!("golden/{scenario}.yaml"));
        let tables = audited_tables(&scenario, Passes::ThatMatter);
        let of_run = |table: &String| rows(table).into_iter().filter(|row| row["run"] == run).collect();
        let run = Run(tables.iter().map(|(name, table)| (*name, of_run(table))).collect());
        assert_eq!(run.0["runs"].len(), 1, "one run of that name");
        run
    }

    fn by_kubernetes(scenario: &str) -> Run {
        Run::of(scenario, "kubernetes")
    }

    /// A table's column, row by row.
    fn column(&self, table: &str, column: &str) -> Vec<&str> {
        self.0[table].iter().map(|row| row[column].as_str()).collect()
    }

    fn numbers(&self, table: &str, column: &str) -> Vec<i64> {
        self.0[table].iter().map(|row| number(row, column)).collect()
    }

    fn instants(&self, table: &str, column: &str) -> Vec<u64> {
        self.column(table, column).into_iter().map(microseconds).collect()
    }

    /// The evicted pods, in order, and when they were told.
    fn victims(&self) -> Vec<(&str, u64)> {
        self.column("evictions", "pod").into_iter().zip(self.instants("evictions", "time_s")).collect()
    }

    /// The containers that the kernel killed, in order, and when.
    fn kills(&self) -> Vec<(&str, u64)> {
        self.column("oom_kills", "container").into_iter().zip(self.instants("oom_kills", "time_s")).collect()
    }

    /// How a pod ended, or that it runs.
    fn end(&self, pod: &str) -> &str {
        &self.row("pods", "pod", pod)["end"]
    }

    /// The one row in which a column has that value.
    fn row(&self, table: &str, column: &str, value: &str) -> &Cells {
        let mut found = self.0[table].iter().filter(|row| row[column] == value);
        let row = found.next().unwrap_or_else(|| panic!("{table} has no {column} {value}"));
        assert!(found.next().is_none(), "{table} has one {column} {value}");
        row
    }

    /// A figure of the whole run.
    fn figure(&self, column: &str) -> i64 {
        number(&self.0["runs"][0], column)
    }

    /// When an event was seen at an object.
    fn seen(&self, reason: &str, object: &str) -> Vec<u64> {
        let events = self.0["events"].iter();
        let told = events.filter(|event| event["reason"] == reason && event["object"] == object);
        told.map(|event| microseconds(&event["time_s"])).collect()
    }
}

fn number(row: &Cells, column: &str) -> i64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} is `{}`", row[column]))
}

/// `10.45` is 10 450 000: a cell in seconds, with six decimals at most.
fn microseconds(cell: &str) -> u64 {
    let (whole, part) = cell.split_once('.').unwrap_or((cell, ""));
    format!("{whole}{part:0<6}").parse().unwrap_or_else(|_| panic!("`{cell}` is not an instant"))
}

#[test]
fn an_instant_is_read_to_the_microsecond() {
    assert_eq!(["10.45", "3", "0.000001"].map(microseconds), [10_450_000, 3_000_000, 1]);
    assert_eq!(look_after(600 * SECOND, 0), 610 * SECOND);
    assert_eq!(look_after(599 * SECOND, 5 * SECOND), 605 * SECOND);
}

#[test]
fn every_case_has_one_scenario_with_its_source() {
    let scenarios = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/golden");
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(scenarios).expect("the golden scenarios are there") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("text");
        assert!(text.contains("\n# Source: "), "{name} names its source");
        cases.push(name.split('-').next().expect("a case").to_owned());
    }
    let expected = [("a", 10), ("b", 8), ("d", 10)];
    let mut expected: Vec<String> = expected
        .into_iter()
        .flat_map(|(letter, count)| (1..=count).map(move |case| format!("{letter}{case}")))
        .collect();
    cases.sort();
    expected.sort();
    assert_eq!(cases, expected);
}
