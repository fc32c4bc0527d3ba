//! `manifest.json`: what a directory of results is the result of.
//!
//! What: everything needed to make the same tables again, and how many rows they
//! have. The same on every machine: no path but those that were typed, no clock.
//! Never: a result. Next: [`crate::cli`] fills it in.

use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// The file's content, its keys in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always [`Manifest::KIND`]: by this a directory is known to be ours.
    pub kind: String,
    /// The version of the program that wrote the tables.
    pub version: String,
    pub scenario: String,
    pub question: Option<String>,
    /// The scenario's file first, then those it includes or refers to.
    pub files: Vec<SourceFile>,
    pub seed: u64,
    pub replications: u32,
    pub runs: Vec<RunEntry>,
    /// Whether idle passes of the eviction loop were run, too.
    pub every_pass: bool,
    /// As typed, without the program's own path.
    pub command: Vec<String>,
    pub assumptions: Vec<String>,
    pub tables: Vec<TableEntry>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    pub file: String,
    pub sha256: String,
}

/// A run and its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunEntry {
    pub name: String,
    pub rules: String,
    pub eviction_order: String,
    pub restart_scope: String,
    pub unreachable_phase: String,
}

/// A table that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    pub file: String,
    pub rows: u64,
}

impl Manifest {
    pub const KIND: &str = "evictsim results";
    pub const FILE: &str = "manifest.json";

    /// Whether `text` is a manifest of ours, of any version.
    pub fn is_ours(text: &str) -> bool {
        let manifest = serde_json::from_str::<serde_json::Value>(text);
        manifest.is_ok_and(|manifest| manifest["kind"] == Manifest::KIND)
    }

    /// # Errors
    /// Those of `out`.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_manifest_marks_a_directory_as_ours() {
        assert!(Manifest::is_ours(r#"{"kind": "evictsim results", "version": "9.9"}"#));
        assert!(!Manifest::is_ours(r#"{"name": "a web page's manifest"}"#));
        assert!(!Manifest::is_ours("[1, 2]"));
        assert!(!Manifest::is_ours("not json"));
    }
}
