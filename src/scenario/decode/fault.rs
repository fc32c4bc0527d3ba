//! What an error carries through serde: the words, and the node that it is about.
//!
//! Never: which nodes are known to be wrong; that is the ledger's.

use crate::scenario::document::{Shape, Tree};
use crate::scenario::mistake::{Mistake, Place, shortened};
use crate::scenario::nearest::nearest;
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// Parts the words of a [`Refusal`] on their way through serde, which passes on one text only.
const PART: char = '\u{1f}';

/// Why a value is refused and how to mend it: what a `Deserialize` of our own
/// hands to `E::custom`, so that both arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub what: String,
    pub fix: String,
}

impl Refusal {
    pub fn new(what: impl Into<String>, fix: impl Into<String>) -> Refusal {
        Refusal { what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{PART}{}", self.what, self.fix)
    }
}

/// An error of the decoding.
#[derive(Debug)]
pub struct Fault(Box<Body>);

#[derive(Debug)]
struct Body {
    what: String,
    fix: String,
    kind: Kind,
    site: Option<Site>,
}

/// What the ledger has to do about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Tell it, and read a stand-in for the node from now on.
    Told,
    /// The same, but tell nothing: it follows from another mistake.
    Silent,
    /// Tell that the node lacks this field, and add a stand-in for the field from now on.
    Missing(&'static str),
}

/// The node that a fault is about.
#[derive(Debug)]
pub(super) struct Site {
    pub node: usize,
    pub ancestors: Vec<usize>,
    place: Place,
    path: String,
}

impl Fault {
    fn new(kind: Kind, what: String, fix: String) -> Fault {
        Fault(Box::new(Body { what, fix, kind, site: None }))
    }

    pub(super) fn told(what: impl Into<String>, fix: impl Into<String>) -> Fault {
        Fault::new(Kind::Told, what.into(), fix.into())
    }

    pub(super) fn expected(expected: &str, found: &str) -> Fault {
        Fault::told(format!("expected {expected}, found {found}"), "")
    }

    pub(super) fn unknown_variant(variant: &str, variants: &[&str]) -> Fault {
        let (what, fix) = unknown("value", variant, variants);
        Fault::told(what, fix)
    }

    pub(super) fn mended(mut self, fix: &str) -> Fault {
        self.0.fix = fix.to_string();
        self
    }

    pub(super) fn silenced(mut self) -> Fault {
        if self.0.site.is_none() {
            self.0.kind = Kind::Silent;
        }
        self
    }

    pub(super) fn silenced_unless_missing(self) -> Fault {
        if matches!(self.0.kind, Kind::Missing(_)) { self } else { self.silenced() }
    }

    /// Says which node the fault is about, unless that is known already.
    pub(super) fn placed(self, tree: &Tree, trail: &Trail<'_>) -> Fault {
        match self.0.kind {
            Kind::Missing(field) => self.placed_beside(tree, trail, field),
            Kind::Told | Kind::Silent => self.placed_at(tree.place.clone(), trail),
        }
    }

    /// The same, for a fault that stands elsewhere than its node (at a key).
    pub(super) fn placed_at(mut self, place: Place, trail: &Trail<'_>) -> Fault {
        let site = || Site { node: trail.node, ancestors: trail.ancestors(), place, path: trail.to_string() };
        self.0.site = Some(self.0.site.take().unwrap_or_else(site));
        self
    }

    fn placed_beside(mut self, tree: &Tree, trail: &Trail<'_>, field: &str) -> Fault {
        if self.0.site.is_some() {
            return self;
        }
        let mut place = tree.place.clone();
        let entries = if let Shape::Map(entries) = &tree.shape { entries.as_slice() } else { &[] };
        if let Some(empty) = entries.iter().find(|entry| entry.key == field) {
            place = empty.key_place.clone();
            self.0.what = format!("`{field}` is empty");
            self.0.fix = format!("give `{field}` a value");
        }
        let step = Trail { up: Some(trail), step: Step::Key(field), node: trail.node };
        let path = step.to_string();
        self.0.site = Some(Site { node: trail.node, ancestors: trail.ancestors(), place, path });
        self
    }

    /// What to do, where, and what to tell; nothing if the fault never met a node.
    pub(super) fn verdict(&self) -> Option<(Kind, &Site, Mistake)> {
        let Body { what, fix, kind, site } = &*self.0;
        let site = site.as_ref()?;
        let mistake = Mistake::new(what, fix).at(site.place.clone()).on(&site.path);
        Some((*kind, site, mistake))
    }
}

/// The words for a key or value that is not among the known ones.
pub(super) fn unknown(kind: &str, word: &str, known: &[&str]) -> (String, String) {
    let quoted = if kind == "key" { format!("`{}`", shortened(word)) } else { quoted(word) };
    match nearest(word, known) {
        Some(near) => (format!("unknown {kind} {quoted}; did you mean `{near}`?"), format!("write `{near}`")),
        None if known.is_empty() => (format!("unknown {kind} {quoted}"), format!("remove the {kind}")),
        None => (format!("unknown {kind} {quoted}"), format!("the {kind}s known here are {}", choice(known))),
    }
}

/// `a`, `b` and `c`.
pub(super) fn choice(words: &[&str]) -> String {
    let ticked: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match ticked.as_slice() {
        [] => "(none)".to_string(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A text in quotes, cut short if it is long.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text).escape_debug().to_string().replace("\\'", "'"))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.what)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Fault {
        let message = message.to_string();
        let (what, fix) = message.split_once(PART).unwrap_or((&message, ""));
        Fault::told(what, fix)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Fault {
        Fault::expected(&expected.to_string(), &found_words(found))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Fault {
        Fault::expected(&expected.to_string(), &found_words(found))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Fault {
        Fault::expected(&expected.to_string(), &format!("a list of {length}"))
    }

    fn unknown_variant(variant: &str, variants: &'static [&'static str]) -> Fault {
        Fault::unknown_variant(variant, variants)
    }

    fn unknown_field(field: &str, fields: &'static [&'static str]) -> Fault {
        let (what, fix) = unknown("key", field, fields);
        Fault::told(what, fix)
    }

    fn missing_field(field: &'static str) -> Fault {
        Fault::new(Kind::Missing(field), format!("`{field}` is missing"), format!("add the key `{field}`"))
    }

    fn duplicate_field(field: &'static str) -> Fault {
        Fault::told(format!("the key `{field}` is given twice"), "remove one of the two")
    }
}

fn found_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Str(text) => quoted(text),
        Unexpected::Seq => "a list".to_string(),
        Unexpected::Map => "a map".to_string(),
        Unexpected::Unit | Unexpected::Option => "nothing".to_string(),
        other => other.to_string(),
    }
}

/// The way from the top to a node, kept on the stack while reading.
pub(super) struct Trail<'r> {
    up: Option<&'r Trail<'r>>,
    step: Step<'r>,
    node: usize,
}

enum Step<'r> {
    Top,
    Key(&'r str),
    Index(usize),
}

/// Which node it is: its address, which stays while the tree is borrowed.
pub(super) fn identity(tree: &Tree) -> usize {
    std::ptr::from_ref(tree).addr()
}

impl<'r> Trail<'r> {
    pub(super) fn top(tree: &Tree) -> Trail<'r> {
        Trail { up: None, step: Step::Top, node: identity(tree) }
    }

    pub(super) fn key(up: &'r Trail<'r>, key: &'r str, tree: &Tree) -> Trail<'r> {
        Trail { up: Some(up), step: Step::Key(key), node: identity(tree) }
    }

    pub(super) fn index(up: &'r Trail<'r>, index: usize, tree: &Tree) -> Trail<'r> {
        Trail { up: Some(up), step: Step::Index(index), node: identity(tree) }
    }

    fn ancestors(&self) -> Vec<usize> {
        std::iter::successors(self.up, |trail| trail.up).map(|trail| trail.node).collect()
    }
}

/// `workloads[2].limits.memory`; keys that are no plain words in brackets: `evictionHard["memory.available"]`.
impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            up.fmt(f)?;
        }
        match self.step {
            Step::Top => Ok(()),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) if !is_word(key) => write!(f, "[{}]", quoted(key)),
            Step::Key(key) if self.up.is_none_or(|up| matches!(up.step, Step::Top)) => f.write_str(key),
            Step::Key(key) => write!(f, ".{key}"),
        }
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}
