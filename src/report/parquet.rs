//! Tables as Parquet: the same columns with types, one partition for each run or point.
//!
//! What: a table that was written as CSV becomes a dataset in the layout of Hive, `<table>/run=lesson/part-0.parquet`,
//! that DuckDB, Polars and pandas read as one. Counts are 64-bit integers, shares and seconds doubles (which hold a hundred
//! years to the microsecond), unknown is null. The column of the partition stands in the path alone (docs/decisions/0015).
//! Never: another figure than the table has; a file: whoever asks says where each part goes.
//! Next: [`super::columns`], which has the types.

use super::cell::Kind;
use super::columns::TABLES;
use crate::experiment::measures::Measure;
use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, UInt64Builder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

/// The file of a part.
pub const PART: &str = "part-0.parquet";
/// How Hive calls the partition of rows that have none.
const NOWHERE: &str = "__HIVE_DEFAULT_PARTITION__";
/// So many rows are kept in memory.
const ROWS_AT_ONCE: usize = 65_536;
/// The key of the manifest in each file.
const MANIFEST: &str = "evictsim.manifest";

/// The columns of a table, and by which of them it is parted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    columns: Vec<(String, Kind)>,
    parted_by: Option<usize>,
}

impl Layout {
    /// That of a table by its name. Columns that are in no list, a sweep's parameters, are numbers if each of their cells is one.
    ///
    /// # Errors
    /// Those of reading, and what is no table.
    pub fn of(table: &str, csv: impl Read) -> io::Result<Layout> {
        let mut reader = csv::Reader::from_reader(csv);
        let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        let known: Vec<Option<Kind>> = header.iter().map(|column| known(table, column)).collect();
        let mut is_number = vec![true; header.len()];
        if known.contains(&None) {
            for row in reader.records() {
                for (cell, is_number) in row?.iter().zip(&mut is_number) {
                    *is_number &= cell.is_empty() || cell.parse().is_ok_and(f64::is_finite);
                }
            }
        }
        let inferred = |is_number: bool| if is_number { Kind::Real } else { Kind::Text };
        let kinds =
            known.into_iter().zip(is_number).map(|(known, is_number)| known.unwrap_or(inferred(is_number)));
        let place = |name: &str| header.iter().position(|column| column == name);
        // A row of points is a point: they are one file.
        let parted_by = if table == "points" { None } else { place("point").or_else(|| place("run")) };
        Ok(Layout { columns: header.iter().cloned().zip(kinds).collect(), parted_by })
    }

    /// The columns that a file has.
    fn in_files(&self) -> impl Iterator<Item = (usize, &(String, Kind))> {
        self.columns.iter().enumerate().filter(|(place, _)| Some(*place) != self.parted_by)
    }

    fn schema(&self) -> Arc<Schema> {
        let fields = self.in_files().map(|(_, (name, kind))| Field::new(name, data_type(*kind), true));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

/// The type of a column that is the same in all results.
fn known(table: &str, column: &str) -> Option<Kind> {
    let of_table = TABLES
        .iter()
        .find(|one| one.name == table)
        .and_then(|table| table.columns.iter().find(|one| one.name == column).map(|column| column.kind));
    let is_of_measure = |end: &str| {
        let measure = column.strip_suffix(end);
        measure.is_some_and(|measure| Measure::NAMES.contains(&measure))
    };
    match column {
        // Of a sweep's tables.
        "point" | "replication" | "replications" | "failures" | "seed" => Some(Kind::Count),
        "run" | "unit" | "failure" => Some(Kind::Text),
        "confidence" => Some(Kind::Real),
        _ if is_of_measure("_method") => Some(Kind::Text),
        _ if ["_mean", "_lower", "_upper"].iter().any(|end| is_of_measure(end)) => Some(Kind::Real),
        _ => of_table.or_else(|| is_of_measure("").then_some(Kind::Real)),
    }
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Count => DataType::UInt64,
        Kind::Integer => DataType::Int64,
        Kind::Seconds | Kind::Real => DataType::Float64,
        Kind::Claim => DataType::Boolean,
    }
}

/// Writes a table. `open` is given the part's directory below that of the table (`run=lesson`; empty if there is one part
/// only) and says where it goes. Rows of a part follow each other, as in every table of ours.
///
/// # Errors
/// Those of reading and writing, and what is no table of that layout.
pub fn write<W: Write + Send>(
    csv: impl Read,
    layout: &Layout,
    manifest: &str,
    mut open: impl FnMut(&str) -> io::Result<W>,
) -> io::Result<u64> {
    let mut reader = csv::Reader::from_reader(csv);
    let mut part: Option<Part<'_, W>> = None;
    let mut rows = 0;
    for row in reader.records() {
        let row = row?;
        let key = layout.parted_by.and_then(|place| row.get(place)).unwrap_or_default();
        if part.as_ref().is_none_or(|part| part.key != key) {
            if let Some(part) = part.take() {
                part.finish()?;
            }
            part = Some(Part::begin(key, layout, manifest, open(&directory(layout, key))?)?);
        }
        if let Some(part) = &mut part {
            part.row(&row)?;
        }
        rows += 1;
    }
    match part {
        Some(part) => part.finish()?,
        // A table without rows has its columns all the same.
        None => {
            let nowhere = if layout.parted_by.is_some() { NOWHERE } else { "" };
            Part::begin(nowhere, layout, manifest, open(&directory(layout, nowhere))?)?.finish()?;
        }
    }
    Ok(rows)
}

fn directory(layout: &Layout, key: &str) -> String {
    layout.parted_by.map_or(String::new(), |place| format!("{}={key}", layout.columns[place].0))
}

/// The file of one run or point.
struct Part<'l, W: Write + Send> {
    key: String,
    layout: &'l Layout,
    schema: Arc<Schema>,
    lanes: Vec<Lane>,
    rows: usize,
    out: ArrowWriter<W>,
}

impl<'l, W: Write + Send> Part<'l, W> {
    fn begin(key: &str, layout: &'l Layout, manifest: &str, out: W) -> io::Result<Part<'l, W>> {
        let schema = layout.schema();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("evictsim {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(vec![KeyValue::new(MANIFEST.to_owned(), manifest.to_owned())]))
            .build();
        let out =
            ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties)).map_err(io::Error::other)?;
        let lanes = layout.in_files().map(|(_, (_, kind))| Lane::of(*kind)).collect();
        Ok(Part { key: key.to_owned(), layout, schema, lanes, rows: 0, out })
    }

    fn row(&mut self, row: &csv::StringRecord) -> io::Result<()> {
        for ((place, (name, _)), lane) in self.layout.in_files().zip(&mut self.lanes) {
            let cell = row.get(place).unwrap_or_default();
            lane.push(cell).ok_or_else(|| foreign(name, cell))?;
        }
        self.rows += 1;
        if self.rows == ROWS_AT_ONCE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.rows = 0;
        let columns = self.lanes.iter_mut().map(Lane::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(io::Error::other)?;
        self.out.write(&batch).map_err(io::Error::other)
    }

    fn finish(mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.flush()?;
        }
        self.out.into_inner().map_err(io::Error::other)?.flush()
    }
}

fn foreign(column: &str, cell: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("\"{cell}\" does not belong into the column {column}"))
}

/// A column being filled.
enum Lane {
    Text(StringBuilder),
    Count(UInt64Builder),
    Integer(Int64Builder),
    Real(Float64Builder),
    Claim(BooleanBuilder),
}

impl Lane {
    fn of(kind: Kind) -> Lane {
        match kind {
            Kind::Text => Lane::Text(StringBuilder::new()),
            Kind::Count => Lane::Count(UInt64Builder::new()),
            Kind::Integer => Lane::Integer(Int64Builder::new()),
            Kind::Seconds | Kind::Real => Lane::Real(Float64Builder::new()),
            Kind::Claim => Lane::Claim(BooleanBuilder::new()),
        }
    }

    /// Adds a cell; an empty one is unknown. None if it is not of this column's kind.
    fn push(&mut self, cell: &str) -> Option<()> {
        let is_known = !cell.is_empty();
        match self {
            Lane::Text(lane) => lane.append_option(is_known.then_some(cell)),
            Lane::Count(lane) => lane.append_option(parsed(cell)?),
            Lane::Integer(lane) => lane.append_option(parsed(cell)?),
            Lane::Real(lane) => lane.append_option(parsed(cell)?),
            Lane::Claim(lane) => lane.append_option(parsed(cell)?),
        }
        Some(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Lane::Text(lane) => Arc::new(lane.finish()),
            Lane::Count(lane) => Arc::new(lane.finish()),
            Lane::Integer(lane) => Arc::new(lane.finish()),
            Lane::Real(lane) => Arc::new(lane.finish()),
            Lane::Claim(lane) => Arc::new(lane.finish()),
        }
    }
}

/// What stands in a cell, if anything; None if it is not of that type.
fn parsed<T: std::str::FromStr>(cell: &str) -> Option<Option<T>> {
    if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use std::collections::BTreeMap;
    use std::fs::File;

    /// Two runs, a number that is above 2^53, an unknown one, and a limit that is negative.
    const EVICTIONS: &str = "\
run,replication,eviction,time_s,signal,available,pod,exceeds_request,excess
lesson,0,1,610.5,memory.available,94371840,\"a,b\",true,-57671680
lesson,1,1,1,,,c,false,
kubelet,0,1,3155760000.000001,memory.available,9007199254740993,d,true,9007199254740993
";

    fn parts(table: &str, csv: &str) -> BTreeMap<String, RecordBatch> {
        let home = tempfile::tempdir().expect("a directory");
        let layout = Layout::of(table, csv.as_bytes()).expect("a table");
        let mut names = Vec::new();
        let open = |part: &str| {
            names.push(part.to_owned());
            File::create(home.path().join(format!("{part}.parquet")))
        };
        write(csv.as_bytes(), &layout, "{}", open).expect("room");
        let read = |part: &String| {
            let file = File::open(home.path().join(format!("{part}.parquet"))).expect("a file");
            let mut reader =
                ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
            (part.clone(), reader.next().expect("rows").expect("a batch"))
        };
        names.iter().map(read).collect()
    }

    fn column<'b, T: 'static>(batch: &'b RecordBatch, name: &str) -> &'b T {
        batch.column_by_name(name).expect(name).as_any().downcast_ref().expect("of that type")
    }

    #[test]
    fn cells_have_the_types_of_their_columns_and_come_back_as_they_were() {
        use arrow_array::{Array, BooleanArray, Float64Array, Int64Array, StringArray, UInt64Array};
        let parts = parts("evictions", EVICTIONS);
        assert_eq!(parts.keys().collect::<Vec<_>>(), ["run=kubelet", "run=lesson"]);
        let (lesson, kubelet) = (&parts["run=lesson"], &parts["run=kubelet"]);
        assert_eq!((lesson.num_rows(), lesson.num_columns()), (2, 8), "the run stands in the path");
        assert_eq!(column::<UInt64Array>(lesson, "replication").values(), &[0, 1]);
        assert_eq!(column::<Float64Array>(kubelet, "time_s").value(0), 3_155_760_000.000_001);
        assert_eq!(
            column::<Int64Array>(kubelet, "available").value(0),
            9_007_199_254_740_993,
            "no double has it"
        );
        assert_eq!(column::<Int64Array>(lesson, "excess").value(0), -57_671_680);
        assert!(
            column::<Int64Array>(lesson, "excess").is_null(1)
                && column::<StringArray>(lesson, "signal").is_null(1)
        );
        assert_eq!(column::<StringArray>(lesson, "pod").value(0), "a,b");
        assert!(!column::<BooleanArray>(lesson, "exceeds_request").value(1));
    }

    #[test]
    fn a_sweeps_parameters_are_numbers_if_all_are_and_points_are_one_file() {
        let csv = "point,run,ratio,hard,replications,evictions_mean,evictions_method\n0,a,1.4,1Gi,50,0.5,student_t\n1,a,2,2Gi,50,,unknown\n";
        let layout = Layout::of("points", csv.as_bytes()).expect("a table");
        let kinds: Vec<Kind> = layout.columns.iter().map(|(_, kind)| *kind).collect();
        use Kind::{Count, Real, Text};
        assert_eq!(kinds, [Count, Text, Real, Text, Count, Real, Text]);
        assert_eq!(parts("points", csv).keys().collect::<Vec<_>>(), [""]);
        assert_eq!(Layout::of("runs", csv.as_bytes()).expect("a table").parted_by, Some(0));
    }

    #[test]
    fn what_is_no_table_of_ours_is_refused() {
        let csv = "run,replication\nlesson,many\n";
        let layout = Layout::of("evictions", csv.as_bytes()).expect("a header");
        let refused = write(csv.as_bytes(), &layout, "{}", |_| Ok(Vec::new())).expect_err("no number");
        assert_eq!(refused.to_string(), "\"many\" does not belong into the column replication");
    }
}
