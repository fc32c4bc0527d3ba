//! The tables of all runs, joined from what each run adds.
//!
//! What: a run writes its rows into a [`Part`] of each table, whatever other runs do meanwhile;
//! parts are joined to the tables in the order of the runs (docs/decisions/0012).
//! Few rows wait in memory, more in a file, so that memory does not grow with them. The run
//! whose turn has come when it begins needs no such file: its rows go to the table itself.
//! Never: what stands in a row. Next: [`super::run`].

use super::results::Results;
use crate::experiment::Turn;
use crate::report::columns::Table;
use crate::report::manifest::TableEntry;
use crate::report::{Tables, Wanted, Written};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// So much of a part is kept in memory: the rows of a few hundred pods.
const KEPT_BYTES: usize = 32 * 1024;

/// The file of a table.
pub fn file_of(table: &Table) -> String {
    format!("{}.csv", table.name)
}

/// The tables of an invocation.
pub struct JointTables {
    /// In the order of [`Tables::finish`].
    tables: Vec<Written<File>>,
}

impl JointTables {
    /// Starts all that are wanted, with a header and no rows.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn begin(results: &Results, wanted: Wanted) -> io::Result<JointTables> {
        let open = |table: &Table| extend(&results.path(&file_of(table)));
        Ok(JointTables { tables: Tables::open(wanted, open)?.finish()? })
    }

    /// Adds what the next run wrote.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn join(&mut self, parts: Vec<Written<Part>>) -> io::Result<()> {
        for (joint, part) in self.tables.iter_mut().zip(parts) {
            part.out.join(&mut joint.out)?;
            joint.rows += part.rows;
        }
        Ok(())
    }

    /// What the manifest says of them.
    pub fn entries(&self) -> Vec<TableEntry> {
        let entry = |joint: &Written<File>| TableEntry { file: file_of(&joint.table), rows: joint.rows };
        self.tables.iter().map(entry).collect()
    }
}

/// The tables that one run writes: parts, without headers.
pub fn parts(results: &Results, wanted: Wanted, turn: Turn) -> Tables<Part> {
    Tables::continued(wanted, |table| {
        let path = results.path(&file_of(table));
        let overflow = if turn.has_come {
            Overflow::Table(path)
        } else {
            Overflow::Apart(path.with_extension(format!("csv.part-{}", turn.place)))
        };
        Part { kept: Vec::new(), overflow, overflowed: false }
    })
}

/// What one run adds to a table.
#[derive(Debug)]
pub struct Part {
    /// The last rows, or all.
    kept: Vec<u8>,
    overflow: Overflow,
    overflowed: bool,
}

/// Where rows go that are too many to be kept.
#[derive(Debug)]
enum Overflow {
    /// Into the table itself.
    Table(PathBuf),
    /// Into a file of their own.
    Apart(PathBuf),
}

impl Part {
    /// Opened for each of the few writes: many runs at once, with ten tables each, would have too
    /// many files open.
    fn make_room(&mut self) -> io::Result<()> {
        let (Overflow::Table(path) | Overflow::Apart(path)) = &self.overflow;
        extend(path)?.write_all(&self.kept)?;
        self.overflowed = true;
        self.kept.clear();
        Ok(())
    }

    fn join(self, table: &mut File) -> io::Result<()> {
        if let Overflow::Apart(path) = &self.overflow
            && self.overflowed
        {
            io::copy(&mut File::open(path)?, table)?;
            fs::remove_file(path)?;
        }
        table.write_all(&self.kept)
    }
}

impl Write for Part {
    fn write(&mut self, rows: &[u8]) -> io::Result<usize> {
        if KEPT_BYTES < self.kept.len() + rows.len() {
            self.make_room()?;
        }
        self.kept.extend_from_slice(rows);
        Ok(rows.len())
    }

    /// Nothing: rows that are kept are joined from memory.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a file, new or not, to write at its end.
fn extend(path: &Path) -> io::Result<File> {
    File::options().append(true).create(true).open(path)
}
