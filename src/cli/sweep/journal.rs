//! The journal of a sweep's part: which runs are done.
//!
//! What: one line a run, written after its rows: its fingerprint, its place, how long its rows are in each table, and two sums
//! over bytes, of the rows and of the line itself. A line that was torn, or whose rows did not reach the disk, is known
//! by its sums, and counts as never written.
//! Never: what a row says. Next: [`super::part`], which keeps it.

use crate::experiment::sweep::Unit;
use std::fmt::Write;

/// A run whose rows are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub unit: Unit,
    /// The run's fingerprint.
    pub id: String,
    /// In bytes: of its rows in each table.
    pub lengths: Vec<u64>,
    /// Over those rows.
    pub sum: Sum,
}

/// FNV-1a over bytes: it tells whole from torn, not friend from foe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum(u64);

impl Sum {
    pub const NOTHING: Sum = Sum(0xcbf2_9ce4_8422_2325);

    #[must_use]
    pub fn and(self, bytes: &[u8]) -> Sum {
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        Sum(bytes.iter().fold(self.0, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(PRIME)))
    }
}

impl Entry {
    /// Of rows that are about to be written.
    pub fn of(unit: Unit, id: String, rows: &[Vec<u8>]) -> Entry {
        let lengths = rows.iter().map(|rows| rows.len() as u64).collect();
        let sum = rows.iter().fold(Sum::NOTHING, |sum, rows| sum.and(rows));
        Entry { unit, id, lengths, sum }
    }

    /// Its line, with its end.
    pub fn line(&self) -> String {
        let Unit { point, run, replication } = self.unit;
        let mut line = format!("{},{point},{run},{replication}", self.id);
        for length in &self.lengths {
            let _ = write!(line, ",{length}");
        }
        let _ = write!(line, ",{:016x}", self.sum.0);
        let own = Sum::NOTHING.and(line.as_bytes());
        let _ = writeln!(line, ",{:016x}", own.0);
        line
    }

    /// The entry of a line with its end; nothing, if it is not whole.
    pub fn read(line: &str, tables: usize) -> Option<Entry> {
        let (told, own) = line.strip_suffix('\n')?.rsplit_once(',')?;
        if sum(own)? != Sum::NOTHING.and(told.as_bytes()) {
            return None;
        }
        let cells: Vec<&str> = told.split(',').collect();
        let [id, point, run, replication, lengths @ .., rows] = cells.as_slice() else { return None };
        let number = |cell: &&str| cell.parse::<u32>().ok();
        let unit = Unit { point: number(point)?, run: number(run)?, replication: number(replication)? };
        let lengths: Option<Vec<u64>> = lengths.iter().map(|cell| cell.parse().ok()).collect();
        let lengths = lengths.filter(|lengths| lengths.len() == tables)?;
        Some(Entry { unit, id: (*id).to_owned(), lengths, sum: sum(rows)? })
    }
}

fn sum(text: &str) -> Option<Sum> {
    u64::from_str_radix(text, 16).ok().map(Sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let unit = Unit { point: 3, run: 0, replication: 41 };
        Entry::of(unit, "00ff".to_owned(), &[b"3,lesson,41\n".to_vec(), Vec::new()])
    }

    #[test]
    fn a_whole_line_gives_its_entry_back() {
        assert_eq!(Entry::read(&entry().line(), 2), Some(entry()));
        assert_eq!(Entry::read(&entry().line(), 3), None, "it tells of other tables");
    }

    #[test]
    fn a_torn_or_changed_line_is_none() {
        let line = entry().line();
        for end in 0..line.len() {
            assert_eq!(Entry::read(&line[..end], 2), None, "{end} bytes");
        }
        assert_eq!(Entry::read(&line.replace("41", "42"), 2), None);
    }

    #[test]
    fn the_sum_is_fnv_1a_of_64_bits() {
        // From the tables of its authors: the sum of nothing, and of the letter a.
        assert_eq!(Sum::NOTHING.and(b""), Sum(0xcbf2_9ce4_8422_2325));
        assert_eq!(Sum::NOTHING.and(b"a"), Sum(0xaf63_dc4c_8601_ec8c));
    }
}
