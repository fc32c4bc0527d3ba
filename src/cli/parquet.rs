//! `evictsim parquet DIR`: the tables of results, as Parquet beside the CSV.
//!
//! What: each table of a directory of results, of a run or of a sweep, as a dataset in `DIR/parquet`, there as a whole or not at all.
//! A program without the feature `parquet` says how to get it.
//! Never: what stands in a file. Next: `report::parquet`.

use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  evictsim parquet results/overcommit
  duckdb -c \"from read_parquet('results/overcommit/parquet/runs/*/*.parquet', hive_partitioning = true)\"

Queries to begin with: results/queries. What the columns say: docs/results-format.md.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ParquetArguments {
    /// A directory of results
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

#[cfg(not(feature = "parquet"))]
pub use absent::parquet;
#[cfg(feature = "parquet")]
pub use present::parquet;

#[cfg(not(feature = "parquet"))]
mod absent {
    use super::ParquetArguments;
    use crate::cli::BadInput;
    use crate::scenario::mistake::Mistake;

    /// # Errors
    /// Always: how to get a program that can.
    pub fn parquet(arguments: &ParquetArguments) -> anyhow::Result<()> {
        let what = format!(
            "{} cannot be written as Parquet: this program was built without it",
            arguments.directory.display()
        );
        let fix = "build it with: cargo install --path . --features parquet";
        Err(BadInput(vec![Mistake::new(what, fix)]).into())
    }
}

#[cfg(feature = "parquet")]
mod present {
    use super::ParquetArguments;
    use crate::cli::BadInput;
    use crate::report::manifest::{Manifest, TableEntry};
    use crate::report::parquet::{Layout, PART, write};
    use crate::report::sweep::manifest::SweepManifest;
    use crate::scenario::mistake::Mistake;
    use anyhow::Context;
    use serde::Deserialize;
    use std::fs::{self, File};
    use std::io::{self, BufWriter};
    use std::path::{Path, PathBuf};

    /// Below the directory of results.
    const DATASET: &str = "parquet";

    /// Reads the tables, writes the dataset.
    ///
    /// # Errors
    /// What is no directory of results, and what cannot be written.
    pub fn parquet(arguments: &ParquetArguments) -> anyhow::Result<()> {
        let results = &arguments.directory;
        let (manifest, tables) = tables(results)?;
        let dataset = Dataset::begin(results)?;
        for table in &tables {
            dataset.table(results, table, &manifest).with_context(|| {
                format!("cannot write {} as Parquet", results.join(&table.file).display())
            })?;
        }
        dataset.finish()
    }

    /// What both kinds of results say of their tables.
    #[derive(Deserialize)]
    struct Tables {
        tables: Vec<TableEntry>,
    }

    /// The manifest as it is written, and what it says of tables.
    fn tables(results: &Path) -> anyhow::Result<(String, Vec<TableEntry>)> {
        let refusal = || {
            let what = format!(
                "{} is no directory of results (it has no {} of ours)",
                results.display(),
                Manifest::FILE
            );
            BadInput(vec![Mistake::new(what, "name one that evictsim run or evictsim sweep has written")])
        };
        let manifest = fs::read_to_string(results.join(Manifest::FILE)).map_err(|_| refusal())?;
        if !Manifest::is_ours(&manifest) && !SweepManifest::is_ours(&manifest) {
            return Err(refusal().into());
        }
        let Tables { tables } = serde_json::from_str(&manifest).map_err(|_| refusal())?;
        Ok((manifest, tables))
    }

    /// A dataset being written; dropped before it is finished, it leaves nothing.
    struct Dataset {
        place: PathBuf,
        unfinished: PathBuf,
    }

    impl Dataset {
        fn begin(results: &Path) -> anyhow::Result<Dataset> {
            let unfinished = results.join(format!(".{DATASET}.unfinished-{}", std::process::id()));
            fs::create_dir_all(&unfinished)
                .with_context(|| format!("cannot write Parquet into {}", results.display()))?;
            Ok(Dataset { place: results.join(DATASET), unfinished })
        }

        fn table(&self, results: &Path, table: &TableEntry, manifest: &str) -> io::Result<u64> {
            let name = table.file.trim_end_matches(".csv");
            let csv = results.join(&table.file);
            let layout = Layout::of(name, File::open(&csv)?)?;
            write(File::open(&csv)?, &layout, manifest, |part| {
                let directory = self.unfinished.join(name).join(part);
                fs::create_dir_all(&directory)?;
                // A part that is there would lose the rows that it has.
                File::create_new(directory.join(PART)).map(BufWriter::new)
            })
        }

        fn finish(self) -> anyhow::Result<()> {
            let failure = || format!("cannot write {}", self.place.display());
            if self.place.exists() {
                fs::remove_dir_all(&self.place).with_context(failure)?;
            }
            fs::rename(&self.unfinished, &self.place).with_context(failure)
        }
    }

    impl Drop for Dataset {
        fn drop(&mut self) {
            // After finish there is nothing left; otherwise nobody can be told of a failure.
            let _ = fs::remove_dir_all(&self.unfinished);
        }
    }
}
