//! The results of a sweep, put together from its parts.
//!
//! What: rows in the order of points, runs and replications, whoever made them and when; `points`, summed up from `runs`; the
//! manifest. The same bytes from one part or from many.
//! Never: a run. Next: [`super::part`].

use super::part::{self, Part, file_of};
use crate::cli::results::Results;
use crate::experiment::sweep::Unit;
use crate::report::Manifest;
use crate::report::manifest::TableEntry;
use crate::report::sweep::manifest::{PartManifest, SweepManifest};
use crate::report::sweep::points::sum_up;
use crate::report::sweep::tables::{FAILURES, POINTS, PointRow, RUNS};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// What was put together.
#[derive(Debug)]
pub struct Whole {
    pub manifest: SweepManifest,
    pub points: Vec<PointRow>,
}

/// Writes all tables and the manifest into `results`. The parts are of one sweep, and hold all of it.
///
/// # Errors
/// If something cannot be read or written.
pub fn put_together(parts: &[Part], results: &Results) -> io::Result<Whole> {
    let first = &parts[0];
    let mut tables = Vec::new();
    for (number, name) in part::table_names(&first.manifest).iter().enumerate() {
        let rows = join(parts, number, name, results)?;
        tables.push(TableEntry { file: file_of(name), rows });
    }
    let points = points(first, results)?;
    tables.insert(0, TableEntry { file: file_of(POINTS.name), rows: points.len() as u64 });
    let manifest = SweepManifest { tables, ..first.manifest.manifest.clone() };
    let mut out = results.create(Manifest::FILE)?;
    serde_json::to_writer_pretty(&mut out, &manifest)?;
    writeln!(out)?;
    finish(out)?;
    Ok(Whole { manifest, points })
}

fn finish(out: BufWriter<File>) -> io::Result<()> {
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Rows of one run in the file of a part.
struct Piece {
    unit: Unit,
    part: usize,
    start: u64,
    length: u64,
}

/// Writes one table: how many rows it has.
fn join(parts: &[Part], number: usize, name: &str, results: &Results) -> io::Result<u64> {
    let mut pieces = Vec::new();
    let mut files = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let piece = |(unit, start, length)| Piece { unit, part: index, start, length };
        pieces.extend(part.places(number).map(piece));
        files.push(File::open(part.directory.join(file_of(name)))?);
    }
    pieces.sort_by_key(|piece| piece.unit);
    let mut out = Counted { out: results.create(&file_of(name))?, lines: Lines::default() };
    header(&files[0], &mut out)?;
    let mut rest = pieces.as_slice();
    while let Some(first) = rest.first() {
        // Pieces that follow each other in a file are copied at once.
        let mut end = first.start;
        let together = rest.iter().take_while(|piece| {
            let follows = piece.part == first.part && piece.start == end;
            end += piece.length;
            follows
        });
        let (number, length) = together.fold((0, 0), |(n, sum), piece| (n + 1, sum + piece.length));
        let mut file = &files[first.part];
        file.seek(SeekFrom::Start(first.start))?;
        let copied = io::copy(&mut file.take(length), &mut out)?;
        if copied != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        rest = &rest[number..];
    }
    let rows = out.lines.records.saturating_sub(1);
    finish(out.out)?;
    Ok(rows)
}

fn header(mut file: &File, out: &mut impl Write) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut header = Vec::new();
    io::BufRead::read_until(&mut io::BufReader::new(file), b'\n', &mut header)?;
    out.write_all(&header)
}

/// Counts the records of what is written.
struct Counted<W> {
    out: W,
    lines: Lines,
}

/// Line ends outside of quotes.
#[derive(Default)]
struct Lines {
    quoted: bool,
    records: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        for byte in &bytes[..written] {
            match byte {
                b'"' => self.lines.quoted = !self.lines.quoted,
                b'\n' if !self.lines.quoted => self.lines.records += 1,
                _ => {}
            }
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What stands at a place already.
///
/// # Errors
/// If it cannot be read.
pub fn read(place: &Path, part: &PartManifest) -> io::Result<Whole> {
    let text = fs::read_to_string(place.join(Manifest::FILE))?;
    let manifest = SweepManifest::read(&text).ok_or(io::ErrorKind::InvalidData)?;
    let open = |table: &str| File::open(place.join(file_of(table)));
    let mut points = Vec::new();
    let tables = (open(RUNS.name)?, open(FAILURES.name)?);
    sum_up(&part.point_names(), part.confidence(), tables, |point| {
        points.push(point);
        Ok(())
    })?;
    Ok(Whole { manifest, points })
}

/// Sums up the tables that are written.
fn points(part: &Part, results: &Results) -> io::Result<Vec<PointRow>> {
    let mut out = results.create(&file_of(POINTS.name))?;
    out.write_all(&POINTS.header(&part.manifest.parameter_names())?)?;
    let mut points = Vec::new();
    let tables = (results.open(&file_of(RUNS.name))?, results.open(&file_of(FAILURES.name))?);
    sum_up(&part.manifest.point_names(), part.manifest.confidence(), tables, |point| {
        out.write_all(&point.row()?)?;
        points.push(point);
        Ok(())
    })?;
    finish(out)?;
    Ok(points)
}
