//! What one decoding has learned so far: the mistakes, and the nodes that are wrong.
//!
//! Never: how a node is read. Next: [`super::Reader`], which asks.

use super::fault::{Fault, Kind, identity, unknown};
use crate::scenario::document::{Entry, Tree};
use crate::scenario::mistake::{MISTAKES_LIMIT, Mistake};
use crate::scenario::nearest::nearest;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

pub(super) struct Ledger {
    notes: RefCell<Notes>,
    visits: Cell<u64>,
    visits_limit: u64,
    tells_unknown_keys: bool,
}

#[derive(Default)]
struct Notes {
    mistakes: Vec<Mistake>,
    /// Nodes for which a stand-in is read.
    wrong: BTreeSet<usize>,
    /// Nodes that are wrong or have something below them that is, or that is missing.
    tainted: BTreeSet<usize>,
    /// Fields that a node should have and has not.
    holes: BTreeSet<(usize, &'static str)>,
    /// Values of unknown keys that have been told.
    unknown: BTreeSet<usize>,
    /// Fields of a node that an unknown key probably meant: that they are missing is no second mistake.
    meant: BTreeSet<(usize, &'static str)>,
}

impl Ledger {
    /// Gives up after so many visits of nodes, if there is a mistake by then.
    pub(super) fn with_limit(visits: u64) -> Ledger {
        Ledger {
            notes: RefCell::default(),
            visits: Cell::new(0),
            visits_limit: visits,
            tells_unknown_keys: true,
        }
    }

    pub(super) fn passing_over_unknown_keys(self) -> Ledger {
        Ledger { tells_unknown_keys: false, ..self }
    }

    /// Takes note of a fault. Says whether to read again: not when nothing was learned, or enough.
    pub(super) fn note(&self, fault: &Fault) -> bool {
        let Some((kind, site, mistake)) = fault.verdict() else { return false };
        let mut notes = self.notes.borrow_mut();
        let is_new = match kind {
            Kind::Told | Kind::Silent => notes.wrong.insert(site.node),
            Kind::Missing(field) => notes.holes.insert((site.node, field)),
        };
        notes.tainted.insert(site.node);
        notes.tainted.extend(&site.ancestors);
        let follows_from_another = match kind {
            Kind::Told => false,
            Kind::Silent => true,
            Kind::Missing(field) => notes.meant.contains(&(site.node, field)),
        };
        if is_new && !follows_from_another {
            notes.mistakes.push(mistake);
        }
        is_new && notes.mistakes.len() < MISTAKES_LIMIT && self.visits.get() < self.visits_limit
    }

    /// Takes note of a key that is not among the known ones; once, however often it is read.
    pub(super) fn note_unknown_key(
        &self,
        parent: &Tree,
        entry: &Entry,
        known: &'static [&'static str],
        path: String,
    ) {
        if !self.tells_unknown_keys {
            return;
        }
        let mut notes = self.notes.borrow_mut();
        if notes.mistakes.len() >= MISTAKES_LIMIT || !notes.unknown.insert(identity(&entry.value)) {
            return;
        }
        if let Some(meant) = nearest(&entry.key, known) {
            notes.meant.insert((identity(parent), meant));
        }
        let (what, fix) = unknown("key", &entry.key, known);
        notes.mistakes.push(Mistake::new(what, fix).at(entry.key_place.clone()).on(path));
    }

    pub(super) fn count_visit(&self) {
        self.visits.set(self.visits.get() + 1);
    }

    pub(super) fn is_wrong(&self, tree: &Tree) -> bool {
        let notes = self.notes.borrow();
        !notes.wrong.is_empty() && notes.wrong.contains(&identity(tree))
    }

    pub(super) fn is_tainted(&self, tree: &Tree) -> bool {
        self.notes.borrow().tainted.contains(&identity(tree))
    }

    /// The fields known to be missing from a node.
    pub(super) fn holes(&self, tree: &Tree) -> Vec<&'static str> {
        let node = identity(tree);
        let notes = self.notes.borrow();
        notes.holes.range((node, "")..).take_while(|(of, _)| *of == node).map(|(_, field)| *field).collect()
    }

    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        let is_given_up = self.visits.get() >= self.visits_limit;
        let mut mistakes = self.notes.into_inner().mistakes;
        if !mistakes.is_empty() && is_given_up {
            let what = "the file is large and was not searched to its end: there may be more mistakes";
            mistakes.push(Mistake::new(what, "mend the others first"));
        }
        mistakes
    }
}
