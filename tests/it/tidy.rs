//! The project's own rules that a machine can hold.
//!
//! Next: [`floors`] (who may see whom), [`names`], [`documents`] (what is written
//! down is so), [`scenarios`] (the shipped files and their index).

mod documents;
mod floors;
mod names;
mod scenarios;

use std::path::{Path, PathBuf};

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files with that extension, however deep below `directory`, as paths from
/// the project's root, sorted. A directory that is not there has none.
fn files_below(directory: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(file(directory)) else { return found };
    for entry in entries {
        let entry = entry.expect("a directory that opens can be listed");
        let path = format!("{directory}/{}", entry.file_name().to_str().expect("names are text"));
        if entry.path().is_dir() {
            found.extend(files_below(&path, extension));
        } else if entry.path().extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A source file's lines with their numbers, comments left out.
fn code(path: &str) -> Vec<(usize, String)> {
    let lines = text(path).lines().map(str::to_owned).collect::<Vec<_>>();
    (1..).zip(lines).filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}

/// Fails with everything that is wrong, not with the first of it.
fn assert_none(rule: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{rule}\n  {}", wrong.join("\n  "));
}
