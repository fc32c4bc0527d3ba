//! Paths: how a sweep names a place in a scenario as written.
//!
//! What: the notation in which mistakes are told (`workloads[0].replicas`,
//! `kubelet.evictionHard["memory.available"]`), so that a path can be copied from one; and beside a
//! number, something that an entry of a list says of itself: `workloads[name=web]`. A path leads into the
//! tree of a scenario, before anything in it is understood.
//! Never: whether the scenario has such a key: it is decoded afterwards, as any other, and says so.
//! Next: [`super::grid`], which sets values at paths.

use crate::scenario::decode::Refusal;
use crate::scenario::document::{Entry, Shape, Tree};
use crate::scenario::mistake::{Place, shortened};
use crate::scenario::nearest::nearest;
use std::fmt;

/// The way to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// `.replicas`, or `["memory.available"]`.
    Key(String),
    /// `[0]`.
    Index(usize),
    /// `[name=web]`: the entry of a list whose key has this value.
    Saying { key: String, value: String },
}

const EXAMPLES: &str =
    "write it as in `workloads[name=web].replicas` or `kubelet.evictionHard[\"memory.available\"]`";

impl Path {
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Path, Refusal> {
        let refusal = || Refusal::new(format!("`{}` is no path", shortened(text)), EXAMPLES);
        let (mut steps, mut rest) = (Vec::new(), text);
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inside) => bracketed(inside),
                None if steps.is_empty() => key(rest),
                None => rest.strip_prefix('.').and_then(key),
            }
            .ok_or_else(refusal)?;
            steps.push(step);
            rest = after;
        }
        if steps.is_empty() { Err(refusal()) } else { Ok(Path(steps)) }
    }

    /// The key at the top of the scenario.
    pub fn first_key(&self) -> Option<&str> {
        match self.0.first()? {
            Step::Key(key) => Some(key),
            Step::Index(_) | Step::Saying { .. } => None,
        }
    }

    /// Whether what it leads to is, or is a part of, what the other one leads to: then setting that sets this, too.
    pub fn is_within(&self, whole: &Path, tree: &Tree) -> bool {
        self.by_number(tree).0.starts_with(&whole.by_number(tree).0)
    }

    /// The same, with entries by their numbers as far as it leads anywhere.
    fn by_number(&self, tree: &Tree) -> Path {
        let mut here = Some(tree);
        let numbered = |step: &Step| {
            let step = match (step, here.map(|tree| &tree.shape)) {
                (Step::Saying { key, value }, Some(Shape::List(entries))) => {
                    let found = entries.iter().position(|entry| says(entry, key) == Some(value));
                    found.map_or_else(|| step.clone(), Step::Index)
                }
                _ => step.clone(),
            };
            here = match (&step, here.map(|tree| (tree, &tree.shape))) {
                (Step::Key(key), Some((tree, _))) => tree.get(key),
                (Step::Index(index), Some((_, Shape::List(entries)))) => entries.get(*index),
                _ => None,
            };
            step
        };
        Path(self.0.iter().map(numbered).collect())
    }

    /// Puts a value where the path leads. Keys that are not there are made, at `place`; entries of lists are not.
    ///
    /// # Errors
    /// Why the path leads nowhere.
    pub fn set(&self, tree: &mut Tree, place: &Place, value: Tree) -> Result<(), Refusal> {
        let mut here = tree;
        for (done, step) in self.0.iter().enumerate() {
            let way = || Path(self.0[..done].to_vec());
            here = match step {
                Step::Key(key) => value_of(here, key, place, way)?,
                Step::Index(index) => entry(here, way, *index)?,
                Step::Saying { key, value } => entry_that_says(here, way, (key, value))?,
            };
        }
        *here = value;
        Ok(())
    }
}

/// A step within brackets, and what comes after them.
fn bracketed(inside: &str) -> Option<(Step, &str)> {
    if let Some(quoted) = inside.strip_prefix('"') {
        let (key, after) = quoted.split_once("\"]")?;
        return Some((Step::Key(key.to_owned()), after));
    }
    let (step, after) = inside.split_once(']')?;
    let step = match step.split_once('=') {
        Some((key, value)) if !key.is_empty() => {
            Step::Saying { key: key.to_owned(), value: value.to_owned() }
        }
        _ => Step::Index(step.parse().ok()?),
    };
    Some((step, after))
}

fn key(text: &str) -> Option<(Step, &str)> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (key, after) = text.split_at(end);
    (!key.is_empty()).then(|| (Step::Key(key.to_owned()), after))
}

fn value_of<'t>(
    tree: &'t mut Tree,
    key: &str,
    place: &Place,
    way: impl Fn() -> Path,
) -> Result<&'t mut Tree, Refusal> {
    if tree.shape == Shape::Null {
        tree.shape = Shape::Map(Vec::new());
    }
    match &mut tree.shape {
        Shape::Map(entries) => {
            let known = entries.iter().position(|entry| entry.key == key);
            let index = known.unwrap_or_else(|| {
                let value = Tree { place: place.clone(), shape: Shape::Null };
                entries.push(Entry { key: key.to_owned(), key_place: place.clone(), value });
                entries.len() - 1
            });
            Ok(&mut entries[index].value)
        }
        Shape::List(_) => Err(Refusal::new(
            format!("`{}` is a list, and has no key `{key}`", way()),
            format!("say which of its entries: `{0}[0]` or `{0}[name=…]`", way()),
        )),
        Shape::Scalar { text, .. } => Err(Refusal::new(
            format!("`{}` is {}, and has no key `{key}`", way(), shortened(text)),
            "leave that part of the path out, or write a map there in the scenario",
        )),
        Shape::Null => unreachable!("it was made a map"),
    }
}

fn entry(tree: &mut Tree, way: impl Fn() -> Path, index: usize) -> Result<&mut Tree, Refusal> {
    let entries = entries(tree, &way)?;
    let number = entries.len();
    entries.get_mut(index).ok_or_else(|| {
        Refusal::new(
            format!("`{}` has {number} entries, counted from 0, and none of the number {index}", way()),
            "write the number of one that is there",
        )
    })
}

fn entry_that_says<'t>(
    tree: &'t mut Tree,
    way: impl Fn() -> Path,
    (key, value): (&str, &str),
) -> Result<&'t mut Tree, Refusal> {
    let entries = entries(tree, &way)?;
    let all: Vec<String> = entries.iter().filter_map(|entry| says(entry, key).cloned()).collect();
    let mut found = entries.iter_mut().filter(|entry| says(entry, key).is_some_and(|said| said == value));
    let first = found.next();
    match (first, found.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(Refusal::new(
            format!("several entries of `{}` say `{key}: {value}`", way()),
            format!("write the number of one: `{}[0]`", way()),
        )),
        (None, _) => {
            let known: Vec<&str> = all.iter().map(String::as_str).collect();
            let fix = match nearest(value, &known) {
                Some(meant) => format!("write `[{key}={meant}]`"),
                None if known.is_empty() => format!("none of them has a `{key}`: write a number"),
                None => format!("there are: {}", shortened(&known.join(", "))),
            };
            Err(Refusal::new(format!("no entry of `{}` says `{key}: {}`", way(), shortened(value)), fix))
        }
    }
}

/// What an entry has under a key, if that is a word.
fn says<'t>(entry: &'t Tree, key: &str) -> Option<&'t String> {
    match entry.get(key).map(|value| &value.shape) {
        Some(Shape::Scalar { text, .. }) => Some(text),
        _ => None,
    }
}

fn entries<'t>(tree: &'t mut Tree, way: &impl Fn() -> Path) -> Result<&'t mut Vec<Tree>, Refusal> {
    match &mut tree.shape {
        Shape::List(entries) => Ok(entries),
        _ => Err(Refusal::new(
            format!("`{}` is no list in the scenario", way()),
            "check the path; entries of a list can be changed, not added",
        )),
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.contains(['.', '[', '"']) => write!(f, "[\"{key}\"]")?,
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Saying { key, value } => write!(f, "[{key}={value}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::document;

    const SCENARIO: &str = "kubelet: {evictionHard: {memory.available: 100Mi}}
nodes: [{name: small}, {name: large, capacity: {memory: 8Gi}}]
empty:
";

    fn set(path: &str) -> Result<Tree, Refusal> {
        let mut tree = document::read("base.yaml", SCENARIO.as_bytes()).expect("it is YAML");
        let value = document::read("sweep.yaml", b"7").expect("it is YAML");
        let place = value.place.clone();
        Path::parse(path)?.set(&mut tree, &place, value)?;
        Ok(tree)
    }

    /// What a path of keys leads to.
    fn found<'t>(tree: &'t Tree, keys: &[&str]) -> Option<&'t Tree> {
        keys.iter().try_fold(tree, |tree, key| match &tree.shape {
            Shape::List(entries) => entries.get(key.parse::<usize>().ok()?),
            _ => tree.get(key),
        })
    }

    #[test]
    fn a_value_is_put_where_the_path_leads_and_keeps_its_own_place() {
        let cases = [
            (
                "kubelet.evictionHard[\"memory.available\"]",
                &["kubelet", "evictionHard", "memory.available"][..],
            ),
            ("nodes[1].capacity.memory", &["nodes", "1", "capacity", "memory"]),
            ("nodes[name=large].capacity.memory", &["nodes", "1", "capacity", "memory"]),
            ("nodes[0].capacity.memory", &["nodes", "0", "capacity", "memory"]), // made
            ("empty.key", &["empty", "key"]),
            ("horizon", &["horizon"]),
        ];
        for (path, keys) in cases {
            let tree = set(path).expect("it leads somewhere");
            let value = found(&tree, keys).unwrap_or_else(|| panic!("{path}"));
            assert_eq!(value.shape, Shape::Scalar { text: "7".into(), plain: true }, "{path}");
            assert_eq!(value.place.to_string(), "sweep.yaml:1:1", "{path}");
            assert_eq!(Path::parse(path).expect("a path").to_string(), path, "it is told as it is written");
        }
    }

    #[test]
    fn a_path_that_leads_nowhere_says_where_it_ends() {
        let told = |path: &str| set(path).expect_err("it leads nowhere").what;
        assert_eq!(told("nodes.count"), "`nodes` is a list, and has no key `count`");
        assert_eq!(told("nodes[2].count"), "`nodes` has 2 entries, counted from 0, and none of the number 2");
        assert_eq!(told("nodes[name=larg].count"), "no entry of `nodes` says `name: larg`");
        assert_eq!(told("pods[0].count"), "`pods` is no list in the scenario");
        assert_eq!(told("nodes[0].name.first"), "`nodes[0].name` is small, and has no key `first`");
        for text in ["", ".", "a..b", "a[", "a[x]", "a[-1]", "a[=b]", "a[\"b]", "a[0]b"] {
            assert_eq!(told(text), format!("`{text}` is no path"));
        }
        assert_eq!(set("nodes[name=larg].count").expect_err("no").fix, "write `[name=large]`");
    }

    #[test]
    fn a_part_is_within_its_whole_however_both_are_written() {
        let tree = document::read("base.yaml", SCENARIO.as_bytes()).expect("it is YAML");
        let path = |text: &str| Path::parse(text).expect("a path");
        for (part, whole, expected) in [
            ("nodes[1].capacity", "nodes[name=large].capacity", true),
            ("nodes[name=large].capacity", "nodes[1].capacity", true),
            ("nodes[1].capacity.memory", "nodes[name=large]", true),
            ("nodes[name=large]", "nodes[1].capacity.memory", false),
            ("kubelet.evictionHard[\"memory.available\"]", "kubelet", true),
            ("nodes[0].capacity", "nodes[name=large].capacity", false),
            ("nodes[1].capacity.memory", "nodes[1].capacity.cpu", false),
            ("nodes[name=larg]", "nodes[1]", false),
        ] {
            assert_eq!(path(part).is_within(&path(whole), &tree), expected, "{part} in {whole}");
        }
    }
}
