//! Tables as people write them: CSV whose every cell knows where it stands.
//!
//! What: [`Table`] reads a header and its records; [`Record`] gives a cell by
//! its column's name and reads it as a number, a length or an amount. A
//! mistake names line and column of the text.
//! Never: what the columns mean.
//! Next: [`super::arrivals::rows`] and `super::import`, which know.

use crate::ground::SimDuration;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A mistake in a table: what, where, how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellMistake {
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    pub what: String,
    pub fix: String,
}

impl fmt::Display for CellMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {}); {}", self.what, self.line, self.column, self.fix)
    }
}

impl std::error::Error for CellMistake {}

/// A table with a header.
pub struct Table<'a> {
    text: &'a [u8],
    columns: Vec<String>,
    records: Vec<csv::StringRecord>,
}

/// One line of a table.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    table: &'a Table<'a>,
    cells: &'a csv::StringRecord,
}

impl<'a> Table<'a> {
    /// # Errors
    /// If the text is no table, repeats a column, or lacks a required one.
    pub fn read(text: &'a [u8], required: &[&str]) -> Result<Table<'a>, CellMistake> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text);
        let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
        let columns: Vec<String> = header.iter().map(str::to_owned).collect();
        let records: Result<Vec<_>, _> = reader.records().collect();
        let table = Table { text, columns, records: records.map_err(|error| unreadable(&error))? };
        table.check_header(&header, required)?;
        table.check_widths()?;
        Ok(table)
    }

    /// Refuses a column that is not among `known`.
    pub fn check_columns(&self, known: &[&str]) -> Result<(), CellMistake> {
        let Some(number) = self.columns.iter().position(|name| !known.contains(&name.as_str())) else {
            return Ok(());
        };
        let what = format!("unknown column `{}`", self.columns[number]);
        Err(self.mistake(None, number, what, format!("the columns are {}", known.join(", "))))
    }

    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.records.iter().map(|cells| Record { table: self, cells })
    }

    fn check_header(&self, header: &csv::StringRecord, required: &[&str]) -> Result<(), CellMistake> {
        let mut seen = BTreeSet::new();
        if let Some(number) = header.iter().position(|name| !seen.insert(name)) {
            let what = format!("column `{}` comes twice", self.columns[number]);
            return Err(self.mistake(None, number, what, "keep one of them".into()));
        }
        match required.iter().find(|name| !seen.contains(**name)) {
            None => Ok(()),
            Some(missing) => {
                let fix = format!("begin with a line that names the columns, `{missing}` among them");
                Err(self.mistake(None, 0, format!("there is no column `{missing}`"), fix))
            }
        }
    }

    fn check_widths(&self) -> Result<(), CellMistake> {
        let width = self.columns.len();
        match self.records.iter().find(|record| record.len() != width) {
            None => Ok(()),
            Some(record) => {
                let what = format!("{} cells under {width} columns", record.len());
                let number = record.len().min(width).saturating_sub(1);
                let fix = "write one cell for each column, empty where nothing is to be said".into();
                Err(self.mistake(Some(record), number, what, fix))
            }
        }
    }

    /// A mistake at a cell; at the header if there is no record.
    fn mistake(
        &self,
        record: Option<&csv::StringRecord>,
        number: usize,
        what: String,
        fix: String,
    ) -> CellMistake {
        let start = record.and_then(csv::StringRecord::position).map_or(0, |position| position.byte());
        let (line, column) = place(self.text, start as usize, number);
        CellMistake { line, column, what, fix }
    }
}

/// What is no CSV at all.
pub fn unreadable(error: &csv::Error) -> CellMistake {
    let line = error.position().map_or(1, csv::Position::line);
    let fix = "write plain CSV in UTF-8".into();
    CellMistake { line, column: 1, what: format!("not readable as CSV: {error}"), fix }
}

/// Line and column, from 1, of the cell of that number in the record that begins
/// at or after byte `start` (blank lines may come first).
fn place(text: &[u8], start: usize, number: usize) -> (u64, u64) {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let rest = &text[start.min(text.len())..];
    let blank = rest.iter().take_while(|byte| is_end(byte)).count();
    let start = start + blank;
    let line = 1 + text[..start.min(text.len())].iter().filter(|byte| **byte == b'\n').count();
    let (mut quoted, mut commas, mut column) = (false, 0, 1);
    for byte in rest.iter().skip(blank).take_while(|byte| !is_end(byte)) {
        if commas == number {
            break;
        }
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => commas += 1,
            _ => {}
        }
        // A character is counted at its first byte.
        column += u64::from(byte & 0b1100_0000 != 0b1000_0000);
    }
    (line as u64, column)
}

impl Record<'_> {
    /// The cell under a column; absent if the column is, or the cell is empty.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.number_of(column).and_then(|number| self.cells.get(number)).filter(|cell| !cell.is_empty())
    }

    /// A cell that must say something.
    pub fn required<T>(&self, column: &str, cell: Option<T>) -> Result<T, CellMistake> {
        cell.ok_or_else(|| self.mistake(column, format!("`{column}` is empty"), "write a value".into()))
    }

    /// A whole number.
    pub fn whole<T: FromStr>(&self, column: &str) -> Result<Option<T>, CellMistake> {
        let read = |text: &str| {
            let fix = || "write a whole number without unit".into();
            text.parse().map_err(|_| self.mistake(column, format!("`{text}` is no such number"), fix()))
        };
        self.text(column).map(read).transpose()
    }

    /// A length in seconds, to the microsecond.
    pub fn seconds(&self, column: &str) -> Result<Option<SimDuration>, CellMistake> {
        let read = |text: &str| {
            let fix = || "write seconds as a plain number, such as 90 or 0.5".into();
            seconds(text.as_bytes())
                .ok_or_else(|| self.mistake(column, format!("`{text}` is no length in seconds"), fix()))
        };
        self.text(column).map(read).transpose()
    }

    pub fn mistake(&self, column: &str, what: String, fix: String) -> CellMistake {
        self.table.mistake(Some(self.cells), self.number_of(column).unwrap_or(0), what, fix)
    }

    fn number_of(&self, column: &str) -> Option<usize> {
        self.table.columns.iter().position(|name| name == column)
    }
}

/// `12`, `12.5` or `.5` seconds: exact, without a float; digits past the microsecond are cut.
pub fn seconds(text: &[u8]) -> Option<SimDuration> {
    const MOST_MICROS: u64 = 100 * 366 * 86_400 * 1_000_000;
    /// Of the seconds: so many, in microseconds, still fit in 64 bits.
    const MOST_DIGITS: usize = 13;
    const PLACES: usize = 6;
    const POWERS: [u64; PLACES + 1] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let (whole, rest) = leading_number(text, MOST_DIGITS);
    let fraction = match rest {
        [] => rest,
        [b'.', fraction @ ..] => fraction,
        _ => return None,
    };
    let (micros, cut) = leading_number(fraction, PLACES);
    if matches!(text, [] | [b'.']) || !cut.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let micros = whole * POWERS[0] + micros * POWERS[fraction.len() - cut.len()];
    (micros <= MOST_MICROS).then_some(SimDuration(micros))
}

/// What a text's first digits say, of which it takes `most`, and what stands behind them.
fn leading_number(text: &[u8], most: usize) -> (u64, &[u8]) {
    let mut number = 0;
    for (place, byte) in text.iter().enumerate().take(most) {
        if !byte.is_ascii_digit() {
            return (number, &text[place..]);
        }
        number = number * 10 + u64::from(byte - b'0');
    }
    (number, &text[text.len().min(most)..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_exactly() {
        #[rustfmt::skip] let cases = [
            ("12",           Some(12_000_000)),
            ("0.1",          Some(100_000)),
            (".5",           Some(500_000)),
            ("3.",           Some(3_000_000)),
            ("1.0000019",    Some(1_000_001)),
            ("1.217464000000000001", Some(1_217_464)),
            ("",             None),
            (".",            None),
            ("1.2.3",        None),
            ("1.0000000x",   None),
            ("-1",           None),
            ("1e3",          None),
            ("99999999999",  None),
            ("99999999999999999999999",  None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text.as_bytes()).map(|length| length.0), expected, "{text}");
        }
    }

    #[test]
    fn a_mistake_knows_its_line_and_column() {
        // A quoted comma, a blank line, a letter of two bytes: none of them confuses the count.
        let text = "name,at_s\n\"a,ü\",1\n\nb,x\n";
        let table = Table::read(text.as_bytes(), &["at_s"]).unwrap_or_else(|mistake| panic!("{mistake}"));
        let records: Vec<_> = table.records().collect();
        let mistake = |record: usize| records[record].mistake("at_s", String::new(), String::new());
        assert_eq!((mistake(0).line, mistake(0).column), (2, 7));
        assert_eq!((mistake(1).line, mistake(1).column), (4, 3));
    }

    #[test]
    fn a_broken_table_is_refused_where_it_breaks() {
        #[rustfmt::skip] let cases: [(&[u8], u64, u64, &str); 5] = [
            (b"",                       1, 1, "there is no column `at_s`"),
            (b"name\na\n",              1, 1, "there is no column `at_s`"),
            (b"at_s,name,name\n1,a,b",  1, 11, "column `name` comes twice"),
            (b"at_s,name\n1,a\n2\n",    3, 1, "1 cells under 2 columns"),
            (b"at_s\n1\n\xff\n",        3, 1, "not readable as CSV"),
        ];
        for (text, line, column, what) in cases {
            let mistake = Table::read(text, &["at_s"]).err().expect("a mistake");
            assert_eq!((mistake.line, mistake.column), (line, column), "{mistake}");
            assert!(mistake.what.starts_with(what), "{mistake}");
        }
    }
}
