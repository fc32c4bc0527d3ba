//! A part of a sweep: the rows of the runs that are done, and the journal that says which these are.
//!
//! What: a directory with `part.json`, a file for each table and a journal. Runs are added one after another, in their order;
//! what was being written when a process or a machine died is cut off when the part is opened again
//! (docs/decisions/0013).
//! Never: which run comes next, or what its rows say. Next: [`super::whole`], which makes results of parts.

use super::journal::{Entry, Sum};
use super::lock::Lock;
use crate::experiment::sweep::Unit;
use crate::report::sweep::manifest::{PartManifest, SweepManifest};
use crate::report::sweep::tables::{FAILURES, RUNS};
use anyhow::{Context, bail};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const JOURNAL: &str = "journal.csv";
/// Results are put together in here.
pub const WHOLE: &str = "whole";

/// A part, to be read.
#[derive(Debug)]
pub struct Part {
    pub directory: PathBuf,
    pub manifest: PartManifest,
    /// In the order in which they were written.
    pub entries: Vec<Entry>,
    /// How long the headers of the tables are.
    headers: Vec<u64>,
}

/// A part, to be added to.
#[derive(Debug)]
pub struct Growing {
    pub part: Part,
    tables: Vec<File>,
    journal: File,
    _lock: Lock,
}

/// The tables of a part, by their names: those of the sweep itself first.
pub fn table_names(manifest: &PartManifest) -> Vec<String> {
    let own = [RUNS.name, FAILURES.name].map(str::to_owned);
    own.into_iter().chain(manifest.record.iter().cloned()).collect()
}

pub fn file_of(table: &str) -> String {
    format!("{table}.csv")
}

impl Part {
    /// Reads a part, and gives each entry's rows of the first table to `each`, in their order. Reads up to the first entry that is not whole.
    ///
    /// # Errors
    /// If it cannot be read, or is no part of this version.
    pub fn read(directory: &Path, mut each: impl FnMut(&Entry, &[u8])) -> anyhow::Result<Part> {
        let manifest = read_manifest(directory)?;
        let names = table_names(&manifest);
        let mut tables = Vec::new();
        let mut headers = Vec::new();
        for name in &names {
            let path = directory.join(file_of(name));
            let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let mut reader = BufReader::new(file);
            headers.push(reader.read_until(b'\n', &mut Vec::new())? as u64);
            tables.push(reader);
        }
        let path = directory.join(JOURNAL);
        let journal = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let journal = String::from_utf8_lossy(&journal);
        let mut entries = Vec::new();
        let mut rows: Vec<Vec<u8>> = vec![Vec::new(); names.len()];
        for line in journal.split_inclusive('\n') {
            let Some(entry) = Entry::read(line, names.len()) else { break };
            if !has_its_rows(&entry, &mut tables, &mut rows) {
                break;
            }
            each(&entry, &rows[0]);
            entries.push(entry);
        }
        Ok(Part { directory: directory.to_owned(), manifest, entries, headers })
    }

    /// How long each table is, up to the last entry that is whole.
    fn lengths(&self) -> Vec<u64> {
        let mut lengths = self.headers.clone();
        for entry in &self.entries {
            lengths.iter_mut().zip(&entry.lengths).for_each(|(sum, length)| *sum += length);
        }
        lengths
    }

    /// For each entry, where its rows are in a table: from which byte on, and how many.
    pub fn places(&self, table: usize) -> impl Iterator<Item = (Unit, u64, u64)> + '_ {
        self.entries.iter().scan(self.headers[table], move |end, entry| {
            let length = entry.lengths[table];
            let start = *end;
            *end += length;
            Some((entry.unit, start, length))
        })
    }
}

/// Reads the rows of an entry: whether all of them are there.
fn has_its_rows(entry: &Entry, tables: &mut [BufReader<File>], rows: &mut [Vec<u8>]) -> bool {
    let mut sum = Sum::NOTHING;
    for ((table, rows), length) in tables.iter_mut().zip(rows.iter_mut()).zip(&entry.lengths) {
        rows.clear();
        let read = table.take(*length).read_to_end(rows);
        if !read.is_ok_and(|read| read as u64 == *length) {
            return false;
        }
        sum = sum.and(rows);
    }
    sum == entry.sum
}

const SHARDS: &str = "fix: name directories that `evictsim sweep --shard` wrote";

/// The manifest of a part.
///
/// # Errors
/// If there is none, or another version wrote it.
pub fn read_manifest(directory: &Path) -> anyhow::Result<PartManifest> {
    let path = directory.join(PartManifest::FILE);
    let no_part = || format!("{} is no shard of a sweep\n  {SHARDS}", directory.display());
    let text = match fs::read_to_string(&path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            bail!(no_part())
        }
        text => text.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let version = serde_json::from_str::<serde_json::Value>(&text)
        .ok()
        .filter(|part| part["kind"] == PartManifest::KIND)
        .map(|part| part["manifest"]["version"].as_str().unwrap_or("?").to_owned());
    let Some(version) = version else {
        bail!(no_part());
    };
    let ours = env!("CARGO_PKG_VERSION");
    if version != ours {
        bail!(
            "{} was begun by evictsim {version}, and this is {ours}\n  \
             fix: go on with that version, or choose another place with --out, or throw it away with --replace",
            directory.display()
        );
    }
    serde_json::from_str(&text).with_context(|| format!("{} cannot be read", path.display()))
}

impl Growing {
    /// Begins a part, or goes on with one of the same sweep; `each` is given the entries that are there, with their rows of `runs`.
    /// With `replace` the part of another sweep makes room.
    ///
    /// # Errors
    /// If another sweep is at work there, or has been and is not replaced, or if it cannot be written.
    pub fn open(
        directory: &Path,
        manifest: PartManifest,
        headers: &[Vec<u8>],
        replace: bool,
        each: impl FnMut(&Entry, &[u8]),
    ) -> anyhow::Result<Growing> {
        let lock = Lock::take(directory)?;
        let unwritable = || format!("cannot write to {}", directory.display());
        let is_begun = directory.join(PartManifest::FILE).exists();
        let refusal = if is_begun { refuse_another_sweep(directory, &manifest).err() } else { None };
        match refusal {
            Some(refusal) if !replace => return Err(refusal),
            None if is_begun => {}
            _ => begin(directory, &manifest, headers).with_context(unwritable)?,
        }
        // The same sweep, but its file may have another layout now.
        write_manifest(directory, &manifest).with_context(unwritable)?;
        let part = Part::read(directory, each)?;
        let lengths = part.lengths();
        let names = table_names(&part.manifest);
        let tables =
            names.iter().zip(lengths).map(|(name, length)| cut(&directory.join(file_of(name)), length));
        let tables = tables.collect::<io::Result<Vec<File>>>().with_context(unwritable)?;
        let whole = part.entries.iter().map(|entry| entry.line().len() as u64).sum();
        let journal = cut(&directory.join(JOURNAL), whole)?;
        Ok(Growing { part, tables, journal, _lock: lock })
    }

    /// Adds a run: first its rows, then its line in the journal.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&mut self, entry: Entry, rows: &[Vec<u8>]) -> io::Result<()> {
        for (table, rows) in self.tables.iter_mut().zip(rows).filter(|(_, rows)| !rows.is_empty()) {
            table.write_all(rows)?;
        }
        self.journal.write_all(entry.line().as_bytes())?;
        self.part.entries.push(entry);
        Ok(())
    }

    /// Lets all that was added outlast the machine's power.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn sync(&self) -> io::Result<()> {
        self.tables.iter().chain([&self.journal]).try_for_each(File::sync_data)
    }
}

/// Starts anew: whatever is there goes away, but for the lock.
fn begin(directory: &Path, manifest: &PartManifest, headers: &[Vec<u8>]) -> io::Result<()> {
    // First what says that there is anything.
    remove_if_there(&directory.join(PartManifest::FILE))?;
    if directory.join(WHOLE).exists() {
        fs::remove_dir_all(directory.join(WHOLE))?;
    }
    for (name, header) in table_names(manifest).iter().zip(headers) {
        fs::write(directory.join(file_of(name)), header)?;
    }
    fs::write(directory.join(JOURNAL), "")
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write_manifest(directory: &Path, manifest: &PartManifest) -> io::Result<()> {
    let beside = directory.join("part.json.new");
    let mut file = File::create(&beside)?;
    file.write_all(&serde_json::to_vec_pretty(manifest)?)?;
    file.sync_all()?;
    fs::rename(&beside, directory.join(PartManifest::FILE))
}

/// Unless the part that is begun there is of the same sweep.
///
/// # Errors
/// What it is of, or that it cannot be read.
pub fn refuse_another_sweep(directory: &Path, ours: &PartManifest) -> anyhow::Result<()> {
    let theirs = read_manifest(directory)?;
    if theirs.manifest.identity == ours.manifest.identity && theirs.shard == ours.shard {
        return Ok(());
    }
    bail!(
        "{} holds runs of another sweep: {}\n  \
         fix: choose another place with --out, or throw them away with --replace",
        directory.display(),
        if theirs.shard == ours.shard {
            difference(&theirs.manifest, &ours.manifest)
        } else {
            format!("shard {}, not {}", theirs.shard, ours.shard)
        }
    )
}

/// What tells two sweeps apart, for people.
pub fn difference(theirs: &SweepManifest, ours: &SweepManifest) -> String {
    if theirs.sweep != ours.sweep {
        return format!("`{}`, not `{}`", theirs.sweep, ours.sweep);
    }
    if theirs.parameters != ours.parameters || theirs.points != ours.points {
        return "its grid is another one".to_owned();
    }
    if theirs.replications != ours.replications {
        return "its replications are others".to_owned();
    }
    "its scenario, its values or what it records are others".to_owned()
}

/// Opens a file to write at its end, which is moved to `length` first.
fn cut(path: &Path, length: u64) -> io::Result<File> {
    let mut file = File::options().write(true).create(true).truncate(false).open(path)?;
    file.set_len(length)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}
