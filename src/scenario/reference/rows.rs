//! Tables of a reference workload's pods, read row by row as the pods are asked for.
//!
//! What: a table's cells as numbers and lengths, and the place of whatever is wrong with one.
//! Never: what pods do; each workload knows its own columns.

use crate::ground::{SimDuration, SimTime};
use crate::scenario::cells::{self, CellMistake};
use std::fmt;
use std::io::Read;
use std::marker::PhantomData;
use std::str::FromStr;

/// A pod as a row of a table. The second column says in seconds when it arrives.
pub trait Row: Sized {
    /// The work that the table is of.
    const WORK: &'static str;
    const COLUMNS: &'static [&'static str];

    /// # Errors
    /// If a cell says nothing that a pod can be made of.
    fn read(arrival: SimTime, cells: &Cells) -> Result<Self, CellMistake>;
}

const ARRIVAL: usize = 1;
/// Bytes that are read at a time: an eighth of the system's calls that the usual 8 KiB take.
const BUFFER: usize = 1 << 16;

/// The pods of a table.
pub struct PodRows<R, P> {
    reader: csv::Reader<R>,
    cells: Cells,
    last: SimTime,
    rows: PhantomData<P>,
}

/// One row, and the names of its columns.
pub struct Cells {
    columns: &'static [&'static str],
    row: csv::ByteRecord,
}

impl<R: Read, P: Row> PodRows<R, P> {
    /// # Errors
    /// If the table has other columns.
    pub fn new(table: R) -> Result<PodRows<R, P>, CellMistake> {
        let mut reader = csv::ReaderBuilder::new().buffer_capacity(BUFFER).from_reader(table);
        let header = reader.byte_headers().map_err(|error| cells::unreadable(&error))?;
        if header.iter().ne(P::COLUMNS.iter().map(|name| name.as_bytes())) {
            let what = format!("these are not the columns of {}'s pods", P::WORK);
            let fix = format!("begin with the line {}", P::COLUMNS.join(","));
            return Err(CellMistake { line: 1, column: 1, what, fix });
        }
        let cells = Cells { columns: P::COLUMNS, row: csv::ByteRecord::new() };
        Ok(PodRows { reader, cells, last: SimTime::START, rows: PhantomData })
    }

    fn pod(&mut self) -> Result<P, CellMistake> {
        let arrival = SimTime::START.after(self.cells.seconds(ARRIVAL)?);
        if arrival < self.last {
            let fix = format!("sort the pods by `{}`", P::COLUMNS[ARRIVAL]);
            return Err(self.cells.mistake(ARRIVAL, "this pod arrives before the one above it", fix));
        }
        self.last = arrival;
        P::read(arrival, &self.cells)
    }
}

impl<R: Read, P: Row> Iterator for PodRows<R, P> {
    type Item = Result<P, CellMistake>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.reader.read_byte_record(&mut self.cells.row) {
            Ok(false) => None,
            Ok(true) => Some(self.pod()),
            Err(error) => Some(Err(cells::unreadable(&error))),
        }
    }
}

impl Cells {
    /// The length in a cell.
    ///
    /// # Errors
    /// If there is none.
    pub fn seconds(&self, cell: usize) -> Result<SimDuration, CellMistake> {
        cells::seconds(&self.row[cell]).ok_or_else(|| {
            let fix = "write seconds as a plain number, such as 90 or 0.5";
            self.mistake(cell, format!("{} is no length in seconds", self.named(cell)), fix)
        })
    }

    /// The whole number in a cell, which must not be above `most`.
    ///
    /// # Errors
    /// If there is none, or it is.
    pub fn at_most<T>(&self, cell: usize, most: T) -> Result<T, CellMistake>
    where
        T: FromStr + PartialOrd + fmt::Display,
    {
        let number = str::from_utf8(&self.row[cell]).ok().and_then(|text| text.parse().ok());
        number.filter(|number| *number <= most).ok_or_else(|| {
            let fix = format!("write a whole number from 0 to {most}");
            self.mistake(cell, format!("{} is no such number", self.named(cell)), fix)
        })
    }

    /// What is wrong with a cell.
    pub fn mistake(&self, cell: usize, what: impl Into<String>, fix: impl Into<String>) -> CellMistake {
        let line = self.row.position().map_or(1, csv::Position::line);
        let before: usize =
            (0..cell).map(|cell| String::from_utf8_lossy(&self.row[cell]).chars().count() + 1).sum();
        CellMistake { line, column: before as u64 + 1, what: what.into(), fix: fix.into() }
    }

    fn named(&self, cell: usize) -> String {
        format!("`{}` in `{}`", String::from_utf8_lossy(&self.row[cell]), self.columns[cell])
    }
}
