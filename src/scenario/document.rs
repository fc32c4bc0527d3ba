//! Text -> [`Tree`]: YAML (and so JSON) with the place of everything in it.
//!
//! What: the document's shape, each scalar's text exactly as written (`2e9`,
//! `0.10`, `no`), and limits on size, depth and number of nodes, so that no
//! input takes long or deep. Built from the parser's events with a stack of
//! our own: nothing here recurses with the input.
//! Never: what a key or a scalar means; there are no numbers and booleans here.
//! Next: `decode`, its neighbor, which reads structs from the tree.

use super::mistake::{MISTAKES_LIMIT, Mistake, Place};
use serde_saphyr::granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, ScanError, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Files larger than this are refused before they are looked at.
pub const BYTES_LIMIT: usize = 64 << 20;
/// Lists and maps inside one another.
pub const DEPTH_LIMIT: usize = 64;
/// Scalars, lists and maps in a file, counting those that aliases repeat.
pub const NODES_LIMIT: usize = 2_000_000;

/// A node of a document, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    pub place: Place,
    pub shape: Shape,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Nothing, `~` or `null`.
    Null,
    /// `text` is the source's own if `plain` (not quoted, no block), else what the quotes stand for.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Tree>),
    /// In the order of the file; no key occurs twice.
    Map(Vec<Entry>),
}

/// A key of a map, with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_place: Place,
    pub value: Tree,
}

impl Tree {
    /// The value of `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        match &self.shape {
            Shape::Map(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            _ => None,
        }
    }

    /// On one line: a scalar's own text, anything else in flow style.
    pub fn flow(&self) -> String {
        match &self.shape {
            Shape::Null => "null".to_string(),
            Shape::Scalar { text, .. } => text.clone(),
            Shape::List(children) => {
                format!("[{}]", children.iter().map(Tree::flow).collect::<Vec<_>>().join(", "))
            }
            Shape::Map(entries) => {
                let pair = |entry: &Entry| format!("{}: {}", entry.key, entry.value.flow());
                format!("{{{}}}", entries.iter().map(pair).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// What is written, whatever its places, comments and layout: two trees have the same text if and only if
    /// nobody who reads them can tell them apart.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        self.write_canonical(&mut text);
        text
    }

    fn write_canonical(&self, out: &mut String) {
        let written = |text: &str| format!("{}:{text}", text.len());
        match &self.shape {
            Shape::Null => out.push('~'),
            Shape::Scalar { text, plain } => {
                out.push(if *plain { '=' } else { '"' });
                out.push_str(&written(text));
            }
            Shape::List(children) => {
                out.push('[');
                children.iter().for_each(|child| child.write_canonical(out));
                out.push(']');
            }
            Shape::Map(entries) => {
                out.push('{');
                for entry in entries {
                    out.push_str(&written(&entry.key));
                    entry.value.write_canonical(out);
                }
                out.push('}');
            }
        }
    }

    fn nodes(&self) -> usize {
        match &self.shape {
            Shape::Null | Shape::Scalar { .. } => 1,
            Shape::List(children) => 1 + children.iter().map(Tree::nodes).sum::<usize>(),
            Shape::Map(entries) => 1 + entries.iter().map(|entry| 1 + entry.value.nodes()).sum::<usize>(),
        }
    }

    fn depth(&self) -> usize {
        let deepest = match &self.shape {
            Shape::Null | Shape::Scalar { .. } => return 0,
            Shape::List(children) => children.iter().map(Tree::depth).max(),
            Shape::Map(entries) => entries.iter().map(|entry| entry.value.depth()).max(),
        };
        1 + deepest.unwrap_or(0)
    }
}

/// Reads a file that holds one document.
///
/// # Errors
/// What is no YAML, too large, empty, or several documents; each as one mistake.
/// Repeated keys are told together.
pub fn read(file: &str, bytes: &[u8]) -> Result<Tree, Vec<Mistake>> {
    let mut documents = read_all(file, bytes)?;
    match documents.len() {
        0 => {
            Err(vec![Mistake::new("the file is empty", "write at least one key").at(beginning(&file.into()))])
        }
        1 => Ok(documents.remove(0)),
        number => Err(vec![
            Mistake::new(
                format!("the file holds {number} documents, where one is expected"),
                "put each into a file of its own, and remove the lines `---`",
            )
            .at(documents.remove(1).place),
        ]),
    }
}

/// Reads a file of any number of documents, as dumps of clusters are; empty ones are left out.
///
/// # Errors
/// As [`read`], but for the number of documents.
pub fn read_all(file: &str, bytes: &[u8]) -> Result<Vec<Tree>, Vec<Mistake>> {
    let file: Arc<str> = file.into();
    let source = source_text(&file, bytes).map_err(|mistake| vec![mistake])?;
    let mut builder = Builder::new(file.clone());
    for step in Parser::new_from_str_with_options(source, parser_options()) {
        let outcome = match step {
            Ok((event, span)) => builder.take(event, span.start),
            Err(error) => Err(form_mistake(&file, &error)),
        };
        if let Err(mistake) = outcome {
            builder.mistakes.push(mistake);
            break;
        }
        if builder.mistakes.len() >= MISTAKES_LIMIT {
            break;
        }
    }
    if builder.mistakes.is_empty() { Ok(builder.documents) } else { Err(builder.mistakes) }
}

fn parser_options() -> Options {
    // One level more than ours, so that it is we who refuse, in our words. Comments are not kept:
    // keeping them would put a limit on how many may stand in a row.
    let mut options = Options::default();
    options.flow_nesting_limit = DEPTH_LIMIT + 1;
    options.block_nesting_limit = DEPTH_LIMIT + 1;
    options.emit_comments = false;
    options
}

fn source_text<'a>(file: &Arc<str>, bytes: &'a [u8]) -> Result<&'a str, Mistake> {
    if bytes.len() > BYTES_LIMIT {
        let what = format!("the file has {} bytes, more than {} MiB", bytes.len(), BYTES_LIMIT >> 20);
        return Err(Mistake::new(what, "split it, and include the parts").at(beginning(file)));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        Mistake::new("the file is not text in UTF-8", "save it as UTF-8").at(place(file, line, column))
    })
}

fn beginning(file: &Arc<str>) -> Place {
    place(file, 1, 1)
}

fn place(file: &Arc<str>, line: usize, column: usize) -> Place {
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { file: file.clone(), line: small(line), column: small(column) }
}

fn form_mistake(file: &Arc<str>, error: &ScanError) -> Mistake {
    let place = mark(file, *error.marker());
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(place),
        ErrorKind::UnknownAnchor => {
            Mistake::new("the alias names an anchor that is not defined before it", "define `&name` first")
                .at(place)
        }
        _ => Mistake::new(
            format!("not valid YAML: {}", error.info()),
            "check the indentation, the colons and the quotes around this place",
        )
        .at(place),
    }
}

/// The parser counts lines from 1 and columns from 0.
fn mark(file: &Arc<str>, marker: Marker) -> Place {
    place(file, marker.line(), marker.col() + 1)
}

fn too_deep(place: Place) -> Mistake {
    Mistake::new(format!("lists and maps are nested more than {DEPTH_LIMIT} deep"), "flatten the document")
        .at(place)
}

/// A list or a map that has begun and not ended.
struct Open {
    place: Place,
    anchor: usize,
    contents: Contents,
}

enum Contents {
    List(Vec<Tree>),
    Map { entries: Vec<Entry>, key: Option<(String, Place)> },
}

/// Puts the parser's events together.
struct Builder {
    file: Arc<str>,
    open: Vec<Open>,
    /// What each anchor of the present document stands for, once it is complete.
    anchored: BTreeMap<usize, Tree>,
    nodes: usize,
    documents: Vec<Tree>,
    mistakes: Vec<Mistake>,
}

impl Builder {
    fn new(file: Arc<str>) -> Builder {
        let anchored = BTreeMap::new();
        Builder { file, open: Vec::new(), anchored, nodes: 0, documents: Vec::new(), mistakes: Vec::new() }
    }

    fn take(&mut self, event: Event<'_>, marker: Marker) -> Result<(), Mistake> {
        let place = mark(&self.file, marker);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let shape = scalar(text, style, tag.as_deref(), &place)?;
                self.count(1, &place)?;
                self.complete(Tree { place, shape }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                refuse_own_tag(tag.as_deref(), &place)?;
                self.begin(Open { place, anchor, contents: Contents::List(Vec::new()) })
            }
            Event::MappingStart(_, anchor, tag) => {
                refuse_own_tag(tag.as_deref(), &place)?;
                let contents = Contents::Map { entries: Vec::new(), key: None };
                self.begin(Open { place, anchor, contents })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.repeat(anchor, place),
            Event::DocumentEnd => {
                self.anchored.clear();
                Ok(())
            }
            // What remains are marks of presentation: the stream's and a document's begin and end.
            _ => Ok(()),
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), Mistake> {
        self.count(1, &open.place)?;
        if self.open.len() >= DEPTH_LIMIT {
            return Err(too_deep(open.place));
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Mistake> {
        let Some(Open { place, anchor, contents }) = self.open.pop() else { return Ok(()) };
        let shape = match contents {
            Contents::List(children) => Shape::List(children),
            Contents::Map { entries, .. } => {
                self.mistakes.extend(repeated_keys(&entries));
                Shape::Map(entries)
            }
        };
        self.complete(Tree { place, shape }, anchor)
    }

    fn repeat(&mut self, anchor: usize, place: Place) -> Result<(), Mistake> {
        let Some(tree) = self.anchored.get(&anchor).cloned() else {
            return Err(Mistake::new("the alias stands inside what it names", "write it out").at(place));
        };
        self.count(tree.nodes(), &place)?;
        if self.open.len() + tree.depth() > DEPTH_LIMIT {
            return Err(too_deep(place));
        }
        self.complete(tree, 0)
    }

    fn count(&mut self, nodes: usize, place: &Place) -> Result<(), Mistake> {
        self.nodes += nodes;
        if self.nodes <= NODES_LIMIT {
            return Ok(());
        }
        let what = format!("the file has more than {NODES_LIMIT} values");
        Err(Mistake::new(what, "use counts and templates, or fewer aliases").at(place.clone()))
    }

    /// Puts a finished node where it belongs: into what is open, or at the top.
    fn complete(&mut self, tree: Tree, anchor: usize) -> Result<(), Mistake> {
        if anchor > 0 {
            // The copy is a node, too: an anchor inside an anchor would else be kept many times for free.
            self.count(tree.nodes(), &tree.place)?;
            self.anchored.insert(anchor, tree.clone());
        }
        match self.open.last_mut().map(|open| &mut open.contents) {
            None if tree.shape == Shape::Null => {}
            None => self.documents.push(tree),
            Some(Contents::List(children)) => children.push(tree),
            Some(Contents::Map { entries, key }) => match key.take() {
                Some((key, key_place)) => entries.push(Entry { key, key_place, value: tree }),
                None => *key = Some(key_text(tree)?),
            },
        }
        Ok(())
    }
}

fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
    place: &Place,
) -> Result<Shape, Mistake> {
    refuse_own_tag(tag, place)?;
    let is_text = tag.is_some_and(|tag| tag.core_suffix() == Some("str"));
    let plain = style == ScalarStyle::Plain && !is_text;
    if plain && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Shape::Null);
    }
    Ok(Shape::Scalar { text: text.into_owned(), plain })
}

/// The tags of YAML itself (`!!str`) say nothing new, or that a scalar is text;
/// others mean something to another program.
fn refuse_own_tag(tag: Option<&Tag>, place: &Place) -> Result<(), Mistake> {
    match tag {
        Some(tag) if tag.core_suffix().is_none() => {
            let what = format!("the tag `{}` means nothing here", tag.original());
            Err(Mistake::new(what, "remove the tag").at(place.clone()))
        }
        _ => Ok(()),
    }
}

fn key_text(tree: Tree) -> Result<(String, Place), Mistake> {
    match tree.shape {
        Shape::Scalar { text, plain: true } if text == "<<" => {
            Err(Mistake::new("merge keys (`<<`) are not read", "write the keys out, or use `include`")
                .at(tree.place))
        }
        Shape::Scalar { text, .. } => Ok((text, tree.place)),
        Shape::Null => Err(Mistake::new("a key is empty", "name the key before the colon").at(tree.place)),
        Shape::List(_) | Shape::Map(_) => {
            let fix = "write `key: value`; a text that begins with `{` or `[` needs quotes";
            Err(Mistake::new("a key is a list or a map", fix).at(tree.place))
        }
    }
}

fn repeated_keys(entries: &[Entry]) -> Vec<Mistake> {
    let mut first: BTreeMap<&str, &Place> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for entry in entries {
        if let Some(before) = first.get(entry.key.as_str()) {
            let what = format!("the key `{}` is given twice; first on line {}", entry.key, before.line);
            mistakes.push(Mistake::new(what, "remove one of the two").at(entry.key_place.clone()));
        } else {
            first.insert(&entry.key, &entry.key_place);
        }
    }
    mistakes.truncate(MISTAKES_LIMIT);
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn tree(text: &str) -> Tree {
        read("a.yaml", text.as_bytes()).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"))
    }

    fn only_mistake(bytes: &[u8]) -> (String, u32, u32) {
        let mistakes = read("a.yaml", bytes).expect_err("there is a mistake");
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        let place = mistakes[0].place.clone().expect("a mistake of form has its place");
        (mistakes[0].what.clone(), place.line, place.column)
    }

    fn scalar_of<'a>(tree: &'a Tree, key: &str) -> (&'a str, bool) {
        match &tree.get(key).expect(key).shape {
            Shape::Scalar { text, plain } => (text, *plain),
            other => panic!("{key} is {other:?}"),
        }
    }

    #[test]
    fn plain_scalars_keep_their_exact_text() {
        let tree =
            tree("a: 2e9\nb: 0.10\nc: 1e3Mi\nd: no\ne: 'x: y'\nf: \"\\u0041\"\ng: !!str 5\nh: |\n  block\n");
        #[rustfmt::skip]
        let table = [("a", "2e9", true), ("b", "0.10", true), ("c", "1e3Mi", true), ("d", "no", true),
            ("e", "x: y", false), ("f", "A", false), ("g", "5", false), ("h", "block\n", false)];
        for (key, text, plain) in table {
            assert_eq!(scalar_of(&tree, key), (text, plain), "{key}");
        }
    }

    #[test]
    fn every_node_and_key_knows_its_place() {
        let tree = tree("# a comment\npods:\n  - name: \"ü\"  \n    cpu: 2\n");
        let pods = tree.get("pods").expect("pods");
        let Shape::List(items) = &pods.shape else { panic!("{pods:?}") };
        let Shape::Map(entries) = &items[0].shape else { panic!("{items:?}") };
        let at = |place: &Place| (place.line, place.column);
        assert_eq!(at(&tree.place), (2, 1));
        assert_eq!(at(&entries[1].key_place), (4, 5));
        assert_eq!(at(&entries[1].value.place), (4, 10));
        assert_eq!(entries[1].value.place.to_string(), "a.yaml:4:10");
    }

    #[test]
    fn json_is_read_as_well() {
        let tree = tree("{\n\t\"name\": \"n1\", \"list\": [1, null, true],\n\t\"empty\": {}}\n");
        assert_eq!(scalar_of(&tree, "name"), ("n1", false));
        let Shape::List(items) = &tree.get("list").expect("list").shape else { panic!() };
        assert_eq!(items[1].shape, Shape::Null);
        assert_eq!(items[2].shape, Shape::Scalar { text: "true".into(), plain: true });
    }

    #[test]
    fn an_alias_repeats_what_its_anchor_names() {
        let tree = tree("a: &x {k: 1}\nb: *x\n");
        assert_eq!(tree.get("a"), tree.get("b"));
    }

    #[test]
    fn each_mistake_of_form_is_told_once_and_in_its_place() {
        #[rustfmt::skip]
        let table: [(&[u8], &str, u32, u32); 14] = [
            (b"",                        "the file is empty", 1, 1),
            (b"# only a comment\n---\n", "the file is empty", 1, 1),
            (b"a: 1\n---\nb: 2\n",       "the file holds 2 documents, where one is expected", 3, 1),
            (b"a: 1\nb:\xff\n",          "the file is not text in UTF-8", 2, 3),
            (b"a: 1\nb: 2\na: 3\n",      "the key `a` is given twice; first on line 1", 3, 1),
            (b"a: *x\n",                 "the alias names an anchor that is not defined before it", 1, 4),
            (b"a: &x [*x]\n",            "the alias stands inside what it names", 1, 8),
            (b"a: !secret x\n",          "the tag `!secret` means nothing here", 1, 12),
            (b"a: &x {b: 1}\nc:\n  <<: *x\n", "merge keys (`<<`) are not read", 3, 3),
            (b"[a]: 1\n",                "a key is a list or a map", 1, 1),
            (b": 1\n",                   "a key is empty", 1, 1),
            (b"a: [1, 2\nb: 3\n",        "", 0, 0),
            (b"a: 'x\n",                 "", 0, 0),
            (b"a: b: c\n",               "", 0, 0),
        ];
        for (bytes, what, line, column) in table {
            let found = only_mistake(bytes);
            if what.is_empty() {
                assert!(found.0.starts_with("not valid YAML: "), "{found:?}");
            } else {
                assert_eq!(found, (what.to_string(), line, column));
            }
        }
    }

    #[test]
    fn all_repeated_keys_are_told_at_once() {
        let mistakes = read("a.yaml", b"a: 1\na: 2\nb: {c: 1, c: 2}\n").expect_err("two repeated keys");
        assert_eq!(mistakes.len(), 2);
    }

    #[test]
    fn hostile_input_is_refused_at_once() {
        let bomb = |levels: usize| {
            let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
            for level in 1..levels {
                let alias = format!("*a{}, ", level - 1).repeat(10);
                text.push_str(&format!("a{level}: &a{level} [{alias}]\n"));
            }
            text.into_bytes()
        };
        let table = [
            (
                "brackets beyond the size",
                vec![b'['; 100 << 20],
                "the file has 104857600 bytes, more than 64 MiB",
            ),
            ("brackets", vec![b'['; 60 << 20], "lists and maps are nested more than 64 deep"),
            ("braces", b"{a: ".repeat(1 << 20), "lists and maps are nested more than 64 deep"),
            ("dashes", b"- ".repeat(1 << 20), "lists and maps are nested more than 64 deep"),
            ("aliases of aliases", bomb(12), "the file has more than 2000000 values"),
        ];
        for (name, bytes, what) in table {
            #[expect(clippy::disallowed_methods, reason = "a bound on effort, far from what is normal")]
            let began = Instant::now();
            assert_eq!(only_mistake(&bytes).0, what, "{name}");
            // Generous for a busy machine: reading on would take minutes or end in a crash.
            assert!(began.elapsed() < Duration::from_secs(10), "{name} took {:?}", began.elapsed());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([a-c&*!:\\[\\]{},'\"|>~ \\n-]|: |- ){0,80}", bytes: Vec<u8>) {
            let _ = read("a.yaml", text.as_bytes());
            let _ = read("a.yaml", &bytes);
        }
    }
}
