//! The tables of a sweep: one row a run, one row a failure, one row a point.
//!
//! What: their columns, which differ from sweep to sweep, since parameters are columns; and rows as CSV.
//! Whatever `points` says can be made again from `runs`.
//! Never: how a figure is made of many. Next: [`super::points`].

use crate::experiment::measures::{Figures, Measure};
use crate::experiment::statistics::Interval;
use crate::experiment::sweep::OF_MEASURES;
use std::fmt;
use std::io;

/// A table of a sweep, by its name. Its file is `<name>.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepTable {
    pub name: &'static str,
    pub one_row_is: &'static str,
    /// Before the parameters.
    pub before: &'static [SweepColumn],
    /// After them, before what stands there for each measure.
    pub after: &'static [SweepColumn],
    /// What ends the name of each measure's columns; one column named as the measure, if that is empty.
    pub of_measures: &'static [&'static str],
}

/// A column that is the same in all sweeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepColumn {
    pub name: &'static str,
    pub kind: &'static str,
    pub meaning: &'static str,
}

const fn column(name: &'static str, kind: &'static str, meaning: &'static str) -> SweepColumn {
    SweepColumn { name, kind, meaning }
}

const POINT: SweepColumn = column("point", "number", "which point of the grid, from 0");
const RUN: SweepColumn = column("run", "text", "the run's name in the scenario");
const REPLICATION: SweepColumn =
    column("replication", "number", "which replication, from 0; the same one draws the same at every point");
const UNIT: SweepColumn = column(
    "unit",
    "text",
    "the run's fingerprint: of the version, the scenario at its point, the rules, the replication",
);

pub const POINTS: SweepTable = SweepTable {
    name: "points",
    one_row_is: "one point of the grid under one of the scenario's runs: what its replications come to",
    before: &[POINT, RUN],
    after: &[
        column("replications", "number", "how many replications the figures are made of"),
        column("failures", "number", "how many more failed"),
        column("confidence", "number", "how sure the intervals are"),
    ],
    of_measures: &OF_MEASURES,
};
pub const RUNS: SweepTable = SweepTable {
    name: "runs",
    one_row_is: "one run: one replication at one point",
    before: &[POINT, RUN, REPLICATION, UNIT],
    after: &[column("seed", "number", "the seed of all draws")],
    of_measures: &[""],
};
pub const FAILURES: SweepTable = SweepTable {
    name: "failures",
    one_row_is: "one run that failed, and has no row in `runs`",
    before: &[POINT, RUN, REPLICATION, UNIT],
    after: &[
        column("seed", "number", "the seed of all draws"),
        column("failure", "text", "what it failed with"),
    ],
    of_measures: &[],
};
pub const TABLES: [SweepTable; 3] = [POINTS, RUNS, FAILURES];

impl SweepTable {
    /// The header, its line end included.
    ///
    /// # Errors
    /// None: it is written to memory.
    pub fn header(&self, parameters: &[String]) -> io::Result<Vec<u8>> {
        let fixed = |columns: &'static [SweepColumn]| columns.iter().map(|column| column.name.to_owned());
        let measured = Measure::NAMES
            .iter()
            .flat_map(|name| self.of_measures.iter().map(move |end| format!("{name}{end}")));
        line(fixed(self.before).chain(parameters.iter().cloned()).chain(fixed(self.after)).chain(measured))
    }
}

/// What every row of a run begins with.
#[derive(Clone, Copy, Debug)]
pub struct UnitRow<'a> {
    pub point: u32,
    pub run: &'a str,
    pub replication: u32,
    pub unit: &'a str,
    pub parameters: &'a [String],
    pub seed: u64,
}

impl UnitRow<'_> {
    fn cells(&self) -> impl Iterator<Item = String> {
        let identity =
            [self.point.to_string(), self.run.to_owned(), self.replication.to_string(), self.unit.to_owned()];
        identity.into_iter().chain(self.parameters.iter().cloned()).chain([self.seed.to_string()])
    }

    /// Its row in `runs`.
    ///
    /// # Errors
    /// None: it is written to memory.
    pub fn succeeded(&self, figures: &Figures) -> io::Result<Vec<u8>> {
        line(self.cells().chain(Measure::ALL.map(|measure| number(figures.get(measure)))))
    }

    /// Its row in `failures`.
    ///
    /// # Errors
    /// None: it is written to memory.
    pub fn failed(&self, failure: &str) -> io::Result<Vec<u8>> {
        line(self.cells().chain([failure.to_owned()]))
    }
}

/// What a point comes to under one run.
#[derive(Clone, Debug)]
pub struct PointRow {
    pub point: u32,
    pub run: String,
    pub parameters: Vec<String>,
    pub replications: u64,
    pub failures: u64,
    /// One for each measure, in their order.
    pub intervals: Vec<Interval>,
}

impl PointRow {
    pub fn interval(&self, measure: Measure) -> &Interval {
        &self.intervals[measure as usize]
    }

    /// # Errors
    /// None: it is written to memory.
    pub fn row(&self) -> io::Result<Vec<u8>> {
        let confidence = self.intervals.first().map(|interval| interval.confidence.share());
        let identity = [self.point.to_string(), self.run.clone()];
        let counts = [self.replications.to_string(), self.failures.to_string(), number(confidence)];
        let figures = self.intervals.iter().flat_map(|interval| {
            let Interval { estimate, lower, upper, method, .. } = interval;
            [number(*estimate), number(*lower), number(*upper), method.name().to_owned()]
        });
        line(identity.into_iter().chain(self.parameters.iter().cloned()).chain(counts).chain(figures))
    }
}

/// A number as the shortest decimal that reads as the same; nothing, if it is unknown.
fn number(number: Option<impl fmt::Display>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn line(cells: impl Iterator<Item = String>) -> io::Result<Vec<u8>> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    csv.write_record(cells)?;
    csv.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The figures of a row of `runs`: its last cells.
pub fn figures(row: &csv::ByteRecord) -> Option<Figures> {
    const NUMBER: usize = Measure::ALL.len();
    let first = row.len().checked_sub(NUMBER)?;
    let mut figures = [None; NUMBER];
    for (figure, cell) in figures.iter_mut().zip(row.iter().skip(first)) {
        *figure = match cell {
            [] => None,
            cell => Some(std::str::from_utf8(cell).ok()?.parse().ok()?),
        };
    }
    Some(Figures::told(figures))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_runs_gives_its_figures_back_bit_by_bit() {
        let mut told = [None; Measure::ALL.len()];
        (told[0], told[1], told[2]) = (Some(1.0 / 3.0), Some(0.0), Some(1e-9));
        let figures_told = Figures::told(told);
        let parameters = ["a, \"b\"\nc".to_owned()];
        let unit =
            UnitRow { point: 1, run: "lesson", replication: 2, unit: "ab", parameters: &parameters, seed: 7 };
        let row = unit.succeeded(&figures_told).expect("memory");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_slice());
        let record = reader.byte_records().next().expect("a row").expect("CSV");
        assert_eq!(figures(&record), Some(figures_told));
        assert_eq!(record.get(4), Some(parameters[0].as_bytes()));
        let header = RUNS.header(&["p".to_owned()]).expect("memory");
        let columns = header.iter().filter(|byte| **byte == b',').count() + 1;
        assert_eq!(record.len(), columns, "a cell for each column");
    }

    #[test]
    fn no_parameter_can_be_called_as_a_column() {
        use crate::experiment::sweep::COLUMNS;
        for column in TABLES.iter().flat_map(|table| table.before.iter().chain(table.after)) {
            assert!(COLUMNS.contains(&column.name), "{}", column.name);
        }
    }

    #[test]
    fn the_documentation_has_a_line_for_every_column_of_a_sweep() {
        let page = include_str!("../../../docs/results-format.md");
        let (_, sweep) = page.split_once("\n# The results of a sweep\n").expect("a part of the page");
        for table in TABLES {
            let (_, section) = sweep.split_once(&format!("\n## `{}`\n", table.name)).expect(table.name);
            let section = section.split("\n## ").next().expect("a first part");
            assert!(section.contains(table.one_row_is), "{}: {}", table.name, table.one_row_is);
            for column in table.before.iter().chain(table.after) {
                let line = format!("| `{}` | {} | {} |", column.name, column.kind, column.meaning);
                assert!(section.contains(&line), "docs/results-format.md, {}, lacks: {line}", table.name);
            }
        }
    }

    #[test]
    fn the_documentation_has_a_line_for_every_measure() {
        let page = include_str!("../../../docs/sweep-format.md");
        for measure in Measure::ALL {
            let line = format!("| `{}` | {} | {} |", measure.name(), measure.unit(), measure.meaning());
            assert!(page.contains(&line), "docs/sweep-format.md lacks: {line}");
        }
    }
}
