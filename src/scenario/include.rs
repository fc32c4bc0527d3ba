//! One document out of several files: `include: base.yaml`, or a list of such.
//!
//! What: the included files' keys are defaults, which the including file
//! overrides key by key at the top; chosen lists (nodes, pods, …) are put one
//! after another, included ones first. Paths are relative to the file that names them.
//! Never: opening a file (the program hands in how), nor what the keys mean.
//! Next: [`super::document`], which reads each file.

use super::document::{self, Entry, Shape, Tree};
use super::mistake::{Mistake, Place};
use std::io::{Error, ErrorKind};

/// The key that names the files.
const KEY: &str = "include";
/// More files than this are refused.
pub const FILES_LIMIT: usize = 100;

/// Reads a file with all that it includes, into one tree without `include`.
/// `files` gives a file's bytes; the `lists` are put one after another instead of overridden.
///
/// # Errors
/// Every file's mistakes, those of files that cannot be read among them, and of
/// files that include themselves or are included twice.
pub fn read(
    root: &str,
    lists: &[&str],
    files: &dyn Fn(&str) -> Result<Vec<u8>, Error>,
) -> Result<Tree, Vec<Mistake>> {
    let mut reading = Reading { lists, files, open: Vec::new(), seen: Vec::new(), mistakes: Vec::new() };
    let tree = reading.file(root, None);
    match tree {
        Some(tree) if reading.mistakes.is_empty() => Ok(tree),
        _ => Err(reading.mistakes),
    }
}

struct Reading<'a> {
    lists: &'a [&'a str],
    files: &'a dyn Fn(&str) -> Result<Vec<u8>, Error>,
    /// The files that are being read, each included by the one before it.
    open: Vec<String>,
    /// All files so far, with the place that named them; the root has none.
    seen: Vec<(String, Option<Place>)>,
    mistakes: Vec<Mistake>,
}

/// A file that another one names.
struct Named {
    path: String,
    place: Place,
    /// The way to it: `include[1]`.
    key: String,
}

impl Reading<'_> {
    /// The file's tree with all that it includes, or nothing where that cannot be said.
    fn file(&mut self, path: &str, named: Option<&Named>) -> Option<Tree> {
        if let Some(mistake) = self.refusal(path, named) {
            self.mistakes.push(mistake);
            return None;
        }
        self.seen.push((path.to_string(), named.map(|named| named.place.clone())));
        let tree = self.own_tree(path, named)?;
        let Shape::Map(entries) = tree.shape else {
            self.mistakes.push(
                Mistake::new("the document is not a map", "write keys with values, such as `nodes: …`")
                    .at(tree.place),
            );
            return None;
        };
        self.open.push(path.to_string());
        let merged = self.with_included(path, entries);
        self.open.pop();
        Some(Tree { place: tree.place, shape: Shape::Map(merged) })
    }

    fn refusal(&self, path: &str, named: Option<&Named>) -> Option<Mistake> {
        let named = named?;
        let told =
            |what: String, fix: &str| Some(Mistake::new(what, fix).at(named.place.clone()).on(&named.key));
        if let Some(begin) = self.open.iter().position(|open| open == path) {
            let mut circle = self.open[begin..].to_vec();
            circle.push(path.to_string());
            return told(
                format!("the files include one another: {}", circle.join(" -> ")),
                "break the circle",
            );
        }
        if let Some((_, before)) = self.seen.iter().find(|(seen, _)| seen == path) {
            let first = before.as_ref().map(|place| format!("; first at {place}")).unwrap_or_default();
            return told(format!("`{path}` is included twice{first}"), "include it once");
        }
        if self.seen.len() >= FILES_LIMIT {
            return told(format!("more than {FILES_LIMIT} files are included"), "join some of them");
        }
        None
    }

    fn own_tree(&mut self, path: &str, named: Option<&Named>) -> Option<Tree> {
        let tree = match (self.files)(path) {
            Ok(bytes) => document::read(path, &bytes),
            Err(error) => {
                let mistake = unreadable(path, &error);
                Err(vec![match named {
                    Some(named) => mistake.at(named.place.clone()).on(&named.key),
                    None => mistake,
                }])
            }
        };
        tree.map_err(|mistakes| self.mistakes.extend(mistakes)).ok()
    }

    /// The entries of a file, laid over those of the files that it includes.
    fn with_included(&mut self, path: &str, mut entries: Vec<Entry>) -> Vec<Entry> {
        let Some(position) = entries.iter().position(|entry| entry.key == KEY) else { return entries };
        let names = self.names(path, entries.remove(position).value);
        let mut merged = Vec::new();
        for named in names {
            if let Some(Tree { shape: Shape::Map(included), .. }) = self.file(&named.path, Some(&named)) {
                overlay(&mut merged, included, self.lists);
            }
        }
        overlay(&mut merged, entries, self.lists);
        merged
    }

    fn names(&mut self, including: &str, value: Tree) -> Vec<Named> {
        let named = |tree: Tree, key: String| match tree.shape {
            Shape::Scalar { text, .. } if !text.is_empty() => {
                Ok(Named { path: beside(including, &text), place: tree.place, key })
            }
            _ => Err(Mistake::new(
                "expected the path of a file",
                "write `include: base.yaml`, or a list of paths",
            )
            .at(tree.place)
            .on(key)),
        };
        let all: Vec<Result<Named, Mistake>> = match value.shape {
            Shape::Null => Vec::new(),
            Shape::List(items) => {
                items.into_iter().enumerate().map(|(i, item)| named(item, format!("{KEY}[{i}]"))).collect()
            }
            _ => vec![named(value, KEY.to_string())],
        };
        all.into_iter().filter_map(|name| name.map_err(|mistake| self.mistakes.push(mistake)).ok()).collect()
    }
}

/// Lays `over` over `entries`: lists of the chosen names are joined, everything else is replaced.
fn overlay(entries: &mut Vec<Entry>, over: Vec<Entry>, lists: &[&str]) {
    for entry in over {
        let Some(below) = entries.iter_mut().find(|below| below.key == entry.key) else {
            entries.push(entry);
            continue;
        };
        let is_joined = lists.contains(&entry.key.as_str());
        match (&mut below.value.shape, entry.value.shape) {
            (Shape::List(items), Shape::List(more)) if is_joined => items.extend(more),
            (_, Shape::Null) if is_joined => {}
            (_, shape) => *below = Entry { value: Tree { shape, ..entry.value }, ..entry },
        }
    }
}

/// The path of a file as named by another one: beside it, unless absolute.
pub fn beside(including: &str, named: &str) -> String {
    if named.starts_with('/') {
        return tidied(named);
    }
    match including.rsplit_once('/') {
        Some((directory, _)) => tidied(&format!("{directory}/{named}")),
        None => tidied(named),
    }
}

/// Without `.` and, as far as it goes, without `..`: so that one file has one name.
fn tidied(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// That a file cannot be read, and why; it has no place yet.
pub fn unreadable(path: &str, error: &Error) -> Mistake {
    let (why, fix) = match error.kind() {
        ErrorKind::NotFound => ("there is no such file".to_string(), "check the path"),
        ErrorKind::IsADirectory => ("it is a directory".to_string(), "name a file in it"),
        ErrorKind::PermissionDenied => ("reading it is not permitted".to_string(), "check its permissions"),
        ErrorKind::FileTooLarge => ("it is too large".to_string(), "split it, and include the parts"),
        _ => (error.to_string(), "check that the file can be read"),
    };
    Mistake::new(format!("cannot read `{path}`: {why}"), fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Reads `main.yaml` of some files kept in memory.
    fn read_files(files: &[(&str, &str)]) -> Result<Tree, Vec<Mistake>> {
        let files: BTreeMap<String, String> =
            files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
        let open = |path: &str| match files.get(path) {
            Some(text) if text == "DIRECTORY" => Err(Error::from(ErrorKind::IsADirectory)),
            Some(text) if text == "SECRET" => Err(Error::from(ErrorKind::PermissionDenied)),
            Some(text) => Ok(text.clone().into_bytes()),
            None => Err(Error::from(ErrorKind::NotFound)),
        };
        read("s/main.yaml", &["pods", "nodes"], &open)
    }

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        read_files(files).expect_err("there are mistakes").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_including_file_overrides_and_lists_are_joined_included_ones_first() {
        let tree = read_files(&[
            ("s/main.yaml", "include: [../base.yaml, more.yaml]\nseed: 2\npods: [c]\nrules: {x: 1}\n"),
            ("base.yaml", "seed: 1\nhorizon: 1h\npods: [a]\nrules: {y: 2}\ntags: [t]\n"),
            ("s/more.yaml", "horizon: 2h\npods: [b]\nnodes:\ntags: [u]\n"),
        ]);
        assert_eq!(
            tree.expect("all is well").flow(),
            "{seed: 2, horizon: 2h, pods: [a, b, c], rules: {x: 1}, tags: [u], nodes: null}"
        );
    }

    #[test]
    fn what_is_included_keeps_its_place() {
        let tree =
            read_files(&[("s/main.yaml", "include: sub/base.yaml\n"), ("s/sub/base.yaml", "\nseed: 1\n")]);
        let tree = tree.expect("all is well");
        assert_eq!(tree.get("seed").expect("seed").place.to_string(), "s/sub/base.yaml:2:7");
    }

    #[test]
    fn a_circle_is_one_mistake_that_names_it() {
        let circle = [
            ("s/main.yaml", "include: b.yaml"),
            ("s/b.yaml", "include: c.yaml"),
            ("s/c.yaml", "include: ./../s/b.yaml"),
        ];
        assert_eq!(
            told(&circle),
            ["error: the files include one another: s/b.yaml -> s/c.yaml -> s/b.yaml\n  \
              at s/c.yaml:1:10 (include)\n  fix: break the circle"]
        );
    }

    #[test]
    fn every_file_that_cannot_be_read_is_a_mistake_where_it_is_named() {
        let files = [
            ("s/main.yaml", "include:\n  - gone.yaml\n  - dir\n  - secret.yaml\n  - list.yaml\n  - [x]\n"),
            ("s/dir", "DIRECTORY"),
            ("s/secret.yaml", "SECRET"),
            ("s/list.yaml", "- 1\n"),
        ];
        assert_eq!(
            told(&files),
            [
                "error: expected the path of a file\n  at s/main.yaml:6:5 (include[4])\n  \
                 fix: write `include: base.yaml`, or a list of paths",
                "error: cannot read `s/gone.yaml`: there is no such file\n  at s/main.yaml:2:5 (include[0])\n  \
                 fix: check the path",
                "error: cannot read `s/dir`: it is a directory\n  at s/main.yaml:3:5 (include[1])\n  \
                 fix: name a file in it",
                "error: cannot read `s/secret.yaml`: reading it is not permitted\n  \
                 at s/main.yaml:4:5 (include[2])\n  fix: check its permissions",
                "error: the document is not a map\n  at s/list.yaml:1:1\n  \
                 fix: write keys with values, such as `nodes: …`",
            ]
        );
        assert_eq!(
            told(&[]),
            ["error: cannot read `s/main.yaml`: there is no such file\n  fix: check the path"]
        );
    }

    #[test]
    fn a_file_is_included_once() {
        let twice = [("s/main.yaml", "include: [a.yaml, ./a.yaml]"), ("s/a.yaml", "seed: 1")];
        assert_eq!(
            told(&twice),
            ["error: `s/a.yaml` is included twice; first at s/main.yaml:1:11\n  \
              at s/main.yaml:1:19 (include[1])\n  fix: include it once"]
        );
    }

    #[test]
    fn an_endless_chain_of_files_is_refused() {
        let next = |path: &str| {
            let number: usize = path.trim_end_matches(".yaml").parse().unwrap_or(0);
            Ok(format!("include: {}.yaml", number + 1).into_bytes())
        };
        let mistakes = read("0.yaml", &[], &next).expect_err("it has no end");
        assert_eq!(mistakes.len(), 1);
        assert_eq!(mistakes[0].what, "more than 100 files are included");
    }
}
