//! Where a value stands: a node of the document, found by walking to it.
//!
//! What: [`Spot`], a place with the way to it, from which mistakes are made; and
//! [`Findings`], where mistakes and assumptions come together.
//! Never: what is wrong with a value.

use crate::scenario::complaint::{Complaints, Step, Way};
use crate::scenario::document::{Entry, Shape, Tree};
use crate::scenario::mistake::{Mistake, Place};
use std::collections::BTreeSet;

/// A node of the document, or of where it would be if it were written.
#[derive(Clone, Debug)]
pub struct Spot<'t> {
    tree: Option<&'t Tree>,
    /// Its place, or that of the nearest node above it that is written.
    place: &'t Place,
    path: String,
}

impl<'t> Spot<'t> {
    pub fn top(tree: &'t Tree) -> Spot<'t> {
        Spot { tree: Some(tree), place: &tree.place, path: String::new() }
    }

    /// The value of a key.
    pub fn key(&self, key: &str) -> Spot<'t> {
        let is_word = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        let path = match (is_word, self.path.as_str()) {
            (false, path) => format!("{path}[\"{}\"]", key.escape_debug()),
            (true, "") => key.to_owned(),
            (true, path) => format!("{path}.{key}"),
        };
        self.step(self.tree.and_then(|tree| tree.get(key)), path)
    }

    /// The value of a path of keys.
    pub fn keys(&self, keys: &[&str]) -> Spot<'t> {
        keys.iter().fold(self.clone(), |spot, key| spot.key(key))
    }

    /// One of a list.
    pub fn index(&self, index: usize) -> Spot<'t> {
        let child = self.tree.and_then(|tree| match &tree.shape {
            Shape::List(children) => children.get(index),
            _ => None,
        });
        self.step(child, format!("{}[{index}]", self.path))
    }

    /// What lies at the end of a way from here.
    pub fn along(&self, way: &Way) -> Spot<'t> {
        way.0.iter().fold(self.clone(), |spot, step| match step {
            Step::Key(key) => spot.key(key),
            Step::Index(index) => spot.index(*index),
        })
    }

    fn step(&self, child: Option<&'t Tree>, path: String) -> Spot<'t> {
        Spot { tree: child, place: child.map_or(self.place, |child| &child.place), path }
    }

    /// What a map that is written here holds.
    pub fn entries(&self) -> &'t [Entry] {
        match self.tree.map(|tree| &tree.shape) {
            Some(Shape::Map(entries)) => entries,
            _ => &[],
        }
    }

    /// What is written there.
    pub fn tree(&self) -> Option<&'t Tree> {
        self.tree
    }

    pub fn is_written(&self) -> bool {
        self.tree.is_some()
    }

    pub fn place(&self) -> &'t Place {
        self.place
    }

    /// The way to it: `workloads[2].limits.memory`.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn mistake(&self, what: impl Into<String>, fix: impl Into<String>) -> Mistake {
        Mistake::new(what, fix).at(self.place.clone()).on(self.path.clone())
    }
}

/// What the check finds.
#[derive(Debug, Default)]
pub struct Findings {
    pub mistakes: Vec<Mistake>,
    /// Sentences; each once, in the order of finding.
    pub assumptions: Vec<String>,
    assumed: BTreeSet<String>,
}

impl Findings {
    pub fn mistake(&mut self, spot: &Spot<'_>, what: impl Into<String>, fix: impl Into<String>) {
        let mistake = spot.mistake(what, fix);
        // What several nodes share is read for each of them, and told once.
        // (Only the last ones are searched, for files of very many mistakes.)
        const SEARCHED: usize = 500;
        if !self.mistakes.iter().rev().take(SEARCHED).any(|told| *told == mistake) {
            self.mistakes.push(mistake);
        }
    }

    /// Makes mistakes of complaints, whose ways go on from a spot.
    pub fn retell(&mut self, spot: &Spot<'_>, complaints: Complaints) {
        for complaint in complaints.found {
            self.mistake(&spot.along(&complaint.way), complaint.what, complaint.fix);
        }
    }

    /// Puts sentences that must not be overlooked before all others.
    pub fn assume_first(&mut self, sentences: Vec<String>) {
        let new = sentences.into_iter().filter(|sentence| self.assumed.insert(sentence.clone()));
        let new: Vec<String> = new.collect();
        self.assumptions.splice(0..0, new);
    }

    pub fn assume(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if self.assumed.insert(sentence.clone()) {
            self.assumptions.push(sentence);
        }
    }
}
