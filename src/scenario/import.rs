//! Scenarios made from public traces.
//!
//! What: an importer reads a trace's own files and writes a scenario as text,
//! complete, with every assumption that it had to make as a comment.
//! Never: a file or the network (text in, text out); a scenario in any form but
//! the one that users write, so that they can read and change it.
//! Next: [`openb`].

pub mod openb;

use super::cells::CellMistake;
use std::fmt;

/// A trace, as a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported<Counts> {
    /// The scenario's text.
    pub yaml: String,
    /// What was assumed, a sentence each; the text has them as comments.
    pub assumptions: Vec<String>,
    pub counts: Counts,
}

/// Why a trace cannot be made a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportMistake {
    /// In the list of pods.
    Pods(CellMistake),
    /// In the list of nodes.
    Nodes(CellMistake),
    /// In what was asked for.
    Wish { what: String, fix: String },
}

impl fmt::Display for ImportMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportMistake::Pods(mistake) => write!(f, "list of pods: {mistake}"),
            ImportMistake::Nodes(mistake) => write!(f, "list of nodes: {mistake}"),
            ImportMistake::Wish { what, fix } => write!(f, "{what}; {fix}"),
        }
    }
}

impl std::error::Error for ImportMistake {}
