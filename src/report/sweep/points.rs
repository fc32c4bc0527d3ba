//! What points come to: the table `runs`, read again and summed up.
//!
//! What: rows of `runs` and `failures`, in their order, become one [`PointRow`] for each point and run.
//! Never: a figure that is not in those tables. Next: [`super::tables`].

use super::tables::{PointRow, figures};
use crate::experiment::measures::{Figures, Measure};
use crate::experiment::statistics::Confidence;
use std::collections::BTreeMap;
use std::io::{self, Read};

/// A point and one of its runs: their numbers.
pub type Place = (u32, u32);

/// What the rows of a point have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointNames {
    /// One for each parameter.
    pub parameters: Vec<String>,
    /// One for each of its runs, in their order.
    pub runs: Vec<String>,
}

/// Sums up; `each` takes the rows, in the order of points and runs.
///
/// # Errors
/// Those of reading, those of `each`, and what is no table of ours.
pub fn sum_up(
    points: &[PointNames],
    confidence: Confidence,
    (runs, failures): (impl Read, impl Read),
    mut each: impl FnMut(PointRow) -> io::Result<()>,
) -> io::Result<()> {
    let failed = failures_by_place(points, failures)?;
    let mut runs = csv::Reader::from_reader(runs);
    let mut rows = runs.byte_records().peekable();
    for (number, point) in (0..).zip(points) {
        for (run, name) in (0..).zip(&point.runs) {
            let place = (number, run);
            let mut found: Vec<Figures> = Vec::new();
            while let Some(row) =
                rows.next_if(|row| row.as_ref().is_ok_and(|row| place_of(points, row) == Some(place)))
            {
                found.push(figures(&row?).ok_or_else(foreign)?);
            }
            each(PointRow {
                point: number,
                run: name.clone(),
                parameters: point.parameters.clone(),
                replications: found.len() as u64,
                failures: failed.get(&place).copied().unwrap_or(0),
                intervals: Measure::ALL.map(|measure| measure.interval(&found, confidence)).to_vec(),
            })?;
        }
    }
    match rows.next() {
        None => Ok(()),
        Some(Ok(_)) => Err(foreign()),
        Some(Err(error)) => Err(error.into()),
    }
}

fn foreign() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a table of runs has a row that is not of this sweep")
}

fn failures_by_place(points: &[PointNames], failures: impl Read) -> io::Result<BTreeMap<Place, u64>> {
    let mut failed = BTreeMap::new();
    for row in csv::Reader::from_reader(failures).byte_records() {
        *failed.entry(place_of(points, &row?).ok_or_else(foreign)?).or_default() += 1;
    }
    Ok(failed)
}

fn place_of(points: &[PointNames], row: &csv::ByteRecord) -> Option<Place> {
    let number: u32 = std::str::from_utf8(row.get(0)?).ok()?.parse().ok()?;
    let names = &points.get(number as usize)?.runs;
    let run = names.iter().position(|name| Some(name.as_bytes()) == row.get(1))?;
    Some((number, run as u32))
}
