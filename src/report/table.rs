//! Tables being written: rows become CSV as they come.
//!
//! What: RFC 4180 with `\n`, a header, unknown = empty.
//! Never: a file: whoever opens the tables says what each is written to.
//! Next: [`super::ledger`], which makes the rows.

use super::columns::{
    EventRow, EvictionRow, LifeRow, NodeRow, OomKillRow, PodRow, PreemptionRow, RankingRow, Row, RunRow,
    Table, TimelineRow,
};
use std::convert::Infallible;
use std::io::{self, Write};

/// One table being written.
pub struct TableWriter<W: Write> {
    table: Table,
    /// What every row begins with, before the columns of the table.
    lead: Option<String>,
    csv: csv::Writer<W>,
    /// The row at hand, kept for its room.
    line: csv::ByteRecord,
    cell: String,
    rows: u64,
    /// What went wrong first; told at the end, since a run cannot stop to listen.
    failure: Option<io::Error>,
}

impl<W: Write> TableWriter<W> {
    /// Starts a table: writes its header.
    pub fn new(table: Table, out: W) -> TableWriter<W> {
        let mut begun = TableWriter::continued(table, out);
        let names = table.columns.iter().map(|column| column.name);
        begun.failure = begun.csv.write_record(names).err().map(io::Error::from);
        begun
    }

    /// Goes on with a table: what is written are rows alone.
    pub fn continued(table: Table, out: W) -> TableWriter<W> {
        let csv = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(out);
        let (line, cell) = (csv::ByteRecord::new(), String::new());
        TableWriter { table, lead: None, csv, line, cell, rows: 0, failure: None }
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If it is another table's row: a bug of ours.
    pub fn row<R: Row>(&mut self, row: &R) {
        assert_eq!(R::TABLE.name, self.table.name, "a row in the wrong table");
        if self.failure.is_some() {
            return;
        }
        self.line.clear();
        if let Some(lead) = &self.lead {
            self.line.push_field(lead.as_bytes());
        }
        row.each_cell(|spell| {
            self.cell.clear();
            spell(&mut self.cell);
            self.line.push_field(self.cell.as_bytes());
        });
        match self.csv.write_byte_record(&self.line) {
            Ok(()) => self.rows += 1,
            Err(error) => self.failure = Some(error.into()),
        }
    }

    /// Ends the table.
    ///
    /// # Errors
    /// What went wrong first while it was written.
    pub fn finish(self) -> io::Result<Written<W>> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        let out = self.csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(Written { table: self.table, rows: self.rows, out })
    }
}

/// A table, or the rows that one run adds to it, written.
#[derive(Debug)]
pub struct Written<W> {
    pub table: Table,
    pub rows: u64,
    /// What they were written to.
    pub out: W,
}

/// Which of the large tables are wanted; the others always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub rankings: bool,
    pub timeline: bool,
    pub events: bool,
    pub lives: bool,
}

/// The tables that runs write: all of them one after another, or each its part.
pub struct Tables<W: Write> {
    pub runs: TableWriter<W>,
    pub evictions: TableWriter<W>,
    pub rankings: Option<TableWriter<W>>,
    pub preemptions: TableWriter<W>,
    pub oom_kills: TableWriter<W>,
    pub pods: TableWriter<W>,
    pub nodes: TableWriter<W>,
    pub timeline: Option<TableWriter<W>>,
    pub events: Option<TableWriter<W>>,
    pub lives: Option<TableWriter<W>>,
}

impl<W: Write> Tables<W> {
    /// Starts all that are wanted, each in what `open` gives for it.
    ///
    /// # Errors
    /// The first that `open` gave.
    pub fn open(wanted: Wanted, mut open: impl FnMut(&Table) -> io::Result<W>) -> io::Result<Tables<W>> {
        Tables::started(wanted, |table| Ok(TableWriter::new(table, open(&table)?)))
    }

    /// Goes on with all that are wanted, each in what `open` gives for it: rows alone.
    pub fn continued(wanted: Wanted, mut open: impl FnMut(&Table) -> W) -> Tables<W> {
        let Ok(tables) =
            Tables::started(wanted, |table| Ok::<_, Infallible>(TableWriter::continued(table, open(&table))));
        tables
    }

    fn started<E>(
        wanted: Wanted,
        mut start: impl FnMut(Table) -> Result<TableWriter<W>, E>,
    ) -> Result<Tables<W>, E> {
        Ok(Tables {
            runs: start(RunRow::TABLE)?,
            evictions: start(EvictionRow::TABLE)?,
            rankings: wanted.rankings.then(|| start(RankingRow::TABLE)).transpose()?,
            preemptions: start(PreemptionRow::TABLE)?,
            oom_kills: start(OomKillRow::TABLE)?,
            pods: start(PodRow::TABLE)?,
            nodes: start(NodeRow::TABLE)?,
            timeline: wanted.timeline.then(|| start(TimelineRow::TABLE)).transpose()?,
            events: wanted.events.then(|| start(EventRow::TABLE)).transpose()?,
            lives: wanted.lives.then(|| start(LifeRow::TABLE)).transpose()?,
        })
    }

    /// Lets every row begin with one more cell.
    #[must_use]
    pub fn led_by(mut self, lead: &str) -> Tables<W> {
        let to = |writer: &mut TableWriter<W>| writer.lead = Some(lead.to_owned());
        [
            &mut self.runs,
            &mut self.evictions,
            &mut self.preemptions,
            &mut self.oom_kills,
            &mut self.pods,
            &mut self.nodes,
        ]
        .into_iter()
        .for_each(to);
        [&mut self.rankings, &mut self.timeline, &mut self.events, &mut self.lives]
            .into_iter()
            .flatten()
            .for_each(to);
        self
    }

    /// Ends all tables, in the order in which they are listed above.
    ///
    /// # Errors
    /// What went wrong first while one of them was written.
    pub fn finish(self) -> io::Result<Vec<Written<W>>> {
        let optional = |table: Option<TableWriter<W>>| table.into_iter();
        std::iter::once(self.runs)
            .chain([self.evictions])
            .chain(optional(self.rankings))
            .chain([self.preemptions, self.oom_kills, self.pods, self.nodes])
            .chain(optional(self.timeline))
            .chain(optional(self.events))
            .chain(optional(self.lives))
            .map(TableWriter::finish)
            .collect()
    }
}
