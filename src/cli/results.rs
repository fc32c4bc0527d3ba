//! A directory of results, there as a whole or not at all.
//!
//! What: tables are written beside their place and renamed when all are whole.
//! An older directory of ours, known by its manifest, is replaced; any other
//! that is not empty is refused before anything is run (docs/decisions/0008).
//! Never: what stands in a table. Next: [`super::run`].

use crate::report::Manifest;
use crate::report::sweep::manifest::SweepManifest;
use anyhow::{Context, bail};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

/// Results being written; dropped before they are finished, they leave nothing.
pub struct Results {
    place: PathBuf,
    /// Beside it, so that renaming moves nothing from disk to disk.
    unfinished: PathBuf,
    replaced: Replaced,
}

/// Which older results are replaced, by their manifest's text.
pub type Replaced = fn(&str) -> bool;

impl Results {
    /// Starts writing results for `place`.
    ///
    /// # Errors
    /// If something of somebody else's is there, or it cannot be written.
    pub fn begin(place: &Path) -> anyhow::Result<Results> {
        let unfinished = beside(place, &format!("unfinished-{}", std::process::id()))?;
        Results::begin_in(unfinished, place, Manifest::is_ours)
    }

    /// The same, in a directory that is known, on the same disk as `place`: what somebody left there goes away.
    ///
    /// # Errors
    /// As [`Results::begin`].
    pub fn begin_in(unfinished: PathBuf, place: &Path, replaced: Replaced) -> anyhow::Result<Results> {
        must_be_free(place, replaced)?;
        let begun = match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => fs::create_dir_all(&unfinished),
        };
        begun.with_context(|| format!("cannot write results to {}", place.display()))?;
        Ok(Results { place: place.to_owned(), unfinished, replaced })
    }

    /// Starts a file of the results.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(&self, file: &str) -> io::Result<BufWriter<File>> {
        File::create(self.path(file)).map(BufWriter::new)
    }

    /// Where a file of the results is, until they are finished.
    pub fn path(&self, file: &str) -> PathBuf {
        self.unfinished.join(file)
    }

    /// What is told first when something cannot be written.
    pub fn failure(&self) -> String {
        format!("cannot write results to {}", self.place.display())
    }

    /// Opens a file of the results that is written and whole.
    ///
    /// # Errors
    /// If it is not there.
    pub fn open(&self, file: &str) -> io::Result<File> {
        File::open(self.path(file))
    }

    /// Puts the results in their place.
    ///
    /// # Errors
    /// If they cannot be renamed; then what was there before still is.
    pub fn finish(self) -> anyhow::Result<()> {
        must_be_free(&self.place, self.replaced)?;
        let older = beside(&self.place, &format!("replaced-{}", std::process::id()))?;
        let replaced = match fs::rename(&self.place, &older) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(error).context(format!("cannot replace {}", self.place.display())),
        };
        if let Err(error) = fs::rename(&self.unfinished, &self.place) {
            if replaced {
                fs::rename(&older, &self.place)?;
            }
            return Err(error).context(self.failure());
        }
        if replaced {
            fs::remove_dir_all(&older)?;
        }
        Ok(())
    }
}

impl Drop for Results {
    fn drop(&mut self) {
        // After finish there is nothing left; otherwise nobody can be told of a failure.
        let _ = fs::remove_dir_all(&self.unfinished);
    }
}

/// A hidden name beside `place`.
///
/// # Errors
/// If `place` has no name of its own.
pub fn beside(place: &Path, purpose: &str) -> anyhow::Result<PathBuf> {
    let Some(name) = place.file_name() else {
        bail!(
            "{} cannot be a directory of results\n  fix: name one, such as --out results/mine",
            place.display()
        );
    };
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{purpose}"));
    Ok(place.with_file_name(hidden))
}

/// Whether results may go there: nothing is there, or what is replaced.
///
/// # Errors
/// What stands there instead.
pub fn must_be_free(place: &Path, is_ours: Replaced) -> anyhow::Result<()> {
    let shown = place.display();
    let mut entries = match fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).context(format!("results cannot go to {shown}")),
    };
    let manifest = fs::read_to_string(place.join(Manifest::FILE)).unwrap_or_default();
    if is_ours(&manifest) || entries.next().is_none() {
        return Ok(());
    }
    let what = if Manifest::is_ours(&manifest) {
        "holds the results of a run".to_owned()
    } else if SweepManifest::is_ours(&manifest) {
        "holds the results of a sweep".to_owned()
    } else {
        format!("is not empty, and not a directory of results (it has no {} of ours)", Manifest::FILE)
    };
    bail!("{shown} {what}\n  fix: choose another place with --out")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const OURS: &str = r#"{"kind": "evictsim results"}"#;

    fn write(results: &Results, file: &str, text: &str) {
        results.create(file).expect("a new file").write_all(text.as_bytes()).expect("room");
    }

    fn names_in(place: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(place)
            .expect("a directory")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn results_replace_older_ones_of_ours_as_a_whole() {
        let home = tempfile::tempdir().expect("a directory");
        let place = home.path().join("lesson");
        for old_table in ["old.csv", "new.csv"] {
            let results = Results::begin(&place).expect("ours or empty");
            write(&results, Manifest::FILE, OURS);
            write(&results, old_table, "run\n");
            results.finish().expect("a rename");
        }
        assert_eq!(names_in(&place), [Manifest::FILE, "new.csv"]);
        assert_eq!(names_in(home.path()), ["lesson"], "nothing is left beside it");
    }

    #[test]
    fn unfinished_results_leave_nothing_and_keep_what_was_there() {
        let home = tempfile::tempdir().expect("a directory");
        let place = home.path().join("lesson");
        let results = Results::begin(&place).expect("nothing is there");
        write(&results, "runs.csv", "run\n");
        drop(results);
        assert!(names_in(home.path()).is_empty());
    }

    #[test]
    fn a_directory_of_somebody_elses_is_refused_untouched() {
        let home = tempfile::tempdir().expect("a directory");
        fs::write(home.path().join("thesis.tex"), "").expect("room");
        let refusal = Results::begin(home.path()).err().expect("a refusal").to_string();
        assert!(refusal.contains("not empty") && refusal.contains("--out"), "{refusal}");
        assert_eq!(names_in(home.path()), ["thesis.tex"]);
        fs::write(home.path().join(Manifest::FILE), r#"{"name": "web"}"#).expect("room");
        assert!(Results::begin(home.path()).is_err(), "another program's manifest is not ours");
    }
}
