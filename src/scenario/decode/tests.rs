//! What a user's file may do to a derived struct.

use super::*;
use crate::scenario::document;
use crate::scenario::mistake::{MISTAKES_LIMIT, Place};
use crate::scenario::notation::{ByteText, DurationText};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::Error;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Story {
    #[serde(default)]
    replicas: u32,
    seed: Option<i64>,
    #[serde(default)]
    pods: Vec<Pod>,
    #[serde(default)]
    eviction_hard: BTreeMap<String, At<ByteText>>,
    shape: Option<Memory>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Pod {
    name: At<String>,
    memory: ByteText,
    #[serde(default)]
    critical: bool,
    weight: Option<f64>,
    order: Option<Order>,
    usage: Option<TextOr<ByteText, Rise>>,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Order {
    Kubelet,
    QosClass,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Memory {
    Nothing,
    Constant(ByteText),
    Ramp(Rise),
    Pulse { high: ByteText, every: DurationText },
    Inside(Box<Memory>),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Rise {
    from: ByteText,
    to: ByteText,
}

fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, Vec<Mistake>> {
    let tree = document::read("a.yaml", text.as_bytes()).expect("the test's YAML is well formed");
    let mut mistakes = Vec::new();
    decode(&tree, &mut mistakes).ok_or(mistakes)
}

/// Each mistake in one line: `3:5 pods[0].memory: what / fix`, in the order of the file.
fn told(text: &str) -> Vec<String> {
    let mut mistakes = read::<Story>(text).expect_err("there are mistakes");
    mistakes.sort_by(|a, b| a.place.cmp(&b.place));
    let line = |mistake: &Mistake| {
        let place = mistake.place.as_ref().expect("every mistake in a document has its place");
        format!("{}:{} {}: {} / {}", place.line, place.column, mistake.path, mistake.what, mistake.fix)
    };
    mistakes.iter().map(line).collect()
}

fn memory(text: &str) -> Result<Memory, String> {
    read::<Story>(&format!("shape: {text}"))
        .map(|story| story.shape.expect("the shape was given"))
        .map_err(|mistakes| mistakes[0].what.clone())
}

#[test]
fn a_sound_document_becomes_the_structs_that_it_describes() {
    let story: Story = read(
        "replicas: 3\nseed: -7\npods:\n  - {name: web, memory: 128Mi, critical: true, weight: 1e-3, order: Kubelet}\n  \
         - {name: 5, memory: 2e9, usage: 1Gi}\n  - {name: x, memory: 0, usage: {from: 0, to: 1Ki}}\n\
         evictionHard: {memory.available: 100Mi}\nshape:\n",
    )
    .expect("all is well");
    assert_eq!((story.replicas, story.seed, story.shape), (3, Some(-7), None));
    assert_eq!((story.pods[0].critical, story.pods[0].weight), (true, Some(0.001)));
    assert_eq!(story.pods[0].order, Some(Order::Kubelet));
    assert_eq!(story.pods[1].name.value, "5");
    assert_eq!(story.pods[1].usage, Some(TextOr::Text(ByteText(crate::ground::Bytes::gibi(1)))));
    assert!(matches!(story.pods[2].usage, Some(TextOr::Full(Rise { .. }))));
}

#[test]
fn a_value_knows_its_place_and_the_way_to_it() {
    let story: Story =
        read("pods:\n- name: web\n  memory: 1\nevictionHard:\n  memory.available: 1\n").expect("all is well");
    let name = &story.pods[0].name;
    assert_eq!(name.place, Place { file: "a.yaml".into(), line: 2, column: 9 });
    assert_eq!(name.path, "pods[0].name");
    assert_eq!(story.eviction_hard["memory.available"].path, "evictionHard[\"memory.available\"]");
    let mistake = name.mistake("this pod is too large", "make it smaller");
    assert_eq!(
        mistake.to_string(),
        "error: this pod is too large\n  at a.yaml:2:9 (pods[0].name)\n  fix: make it smaller"
    );
}

#[test]
fn all_the_mistakes_of_a_document_are_told_at_once() {
    let text = "\
replicas: three
sed: 5
pods:
  - {name: [a], memroy: 128Mi, critical: yes}
  - {memory: 128MB, weight: .inf, order: QoSclas}
  - {name: ok, memory: 1, usage: {from: 1 , too: 2}}
  - just-a-name
evictionHard:
  memory.available: -1
shape: {ramp: {from: 1}, pulse: 1}
flavor: red
";
    assert_eq!(
        told(text),
        [
            "1:11 replicas: expected a whole number, found \"three\" / write it in digits alone",
            "2:1 sed: unknown key `sed`; did you mean `seed`? / write `seed`",
            "4:12 pods[0].name: expected a text, found a list / ",
            "4:17 pods[0].memroy: unknown key `memroy`; did you mean `memory`? / write `memory`",
            "4:42 pods[0].critical: expected true or false, found \"yes\" / write true",
            "5:5 pods[1].name: `name` is missing / add the key `name`",
            "5:14 pods[1].memory: unknown suffix `MB` (did you mean `M` or `Mi`?) / write 128M",
            "5:29 pods[1].weight: expected a number, found \".inf\" / write a plain decimal number, such as 0.5",
            "5:42 pods[1].order: unknown value \"QoSclas\"; did you mean `QosClass`? / write `QosClass`",
            "6:45 pods[2].usage.too: unknown key `too`; did you mean `to`? / write `to`",
            "7:5 pods[3]: expected a map with the keys `name`, `memory`, `critical`, `weight`, `order` and `usage`, \
             found \"just-a-name\" / ",
            "9:21 evictionHard[\"memory.available\"]: `-1` is negative / write an amount of zero or more",
            "10:8 shape: expected one of `nothing`, `constant`, `ramp`, `pulse` and `inside`, found a map of 2 keys \
             / keep one of the keys",
            "11:1 flavor: unknown key `flavor` / the keys known here are `replicas`, `seed`, `pods`, `evictionHard` \
             and `shape`",
        ]
    );
}

#[test]
fn a_misspelt_key_is_not_told_as_missing_as_well() {
    assert_eq!(
        told("pods: [{nmae: a}]\n"),
        [
            "1:8 pods[0].memory: `memory` is missing / add the key `memory`",
            "1:9 pods[0].nmae: unknown key `nmae`; did you mean `name`? / write `name`",
        ]
    );
}

#[test]
fn a_missing_field_is_told_even_beside_a_wrong_one_and_an_empty_one_is_called_empty() {
    assert_eq!(
        told("pods: [{memory: lots}]\n"),
        [
            "1:8 pods[0].name: `name` is missing / add the key `name`",
            "1:17 pods[0].memory: `lots` is not a quantity / write a number and a suffix, such as 512Mi, 1.5Gi or 250m",
        ]
    );
    assert_eq!(
        told("pods:\n- name:\n  memory: 1\n"),
        ["2:3 pods[0].name: `name` is empty / give `name` a value"]
    );
}

#[test]
fn whole_numbers_are_read_strictly() {
    #[rustfmt::skip]
    let table = [
        ("1.5",         "expected a whole number, found \"1.5\" / write it in digits alone"),
        ("1e3",         "expected a whole number, found \"1e3\" / write it in digits alone"),
        ("'3'",         "expected a whole number, found the text \"3\" / remove the quotes"),
        ("-1",          "expected a whole number from 0 to 4294967295, found -1 / "),
        ("4294967296",  "expected a whole number from 0 to 4294967295, found 4294967296 / "),
        ("007",         "expected a whole number, found \"007\" with leading zeros / remove the leading zeros"),
        ("0x1f",        "expected a whole number, found \"0x1f\" / write it in digits alone"),
        ("1_000",       "expected a whole number, found \"1_000\" / write it in digits alone"),
        ("{}",          "expected a whole number, found a map / "),
    ];
    for (text, mistake) in table {
        assert_eq!(told(&format!("replicas: {text}")), [format!("1:11 replicas: {mistake}")]);
    }
    assert_eq!(read::<Story>("replicas: +5").expect("a sign is fine").replicas, 5);
}

#[test]
fn an_enum_is_a_word_or_the_only_key_of_a_map() {
    let bytes = |n| ByteText(crate::ground::Bytes(n));
    assert_eq!(memory("nothing"), Ok(Memory::Nothing));
    assert_eq!(memory("{nothing: }"), Ok(Memory::Nothing));
    assert_eq!(memory("{constant: 5}"), Ok(Memory::Constant(bytes(5))));
    assert_eq!(memory("{ramp: {from: 1, to: 2}}"), Ok(Memory::Ramp(Rise { from: bytes(1), to: bytes(2) })));
    let every = DurationText(crate::ground::SimDuration::seconds(5));
    assert_eq!(memory("{pulse: {high: 1, every: 5s}}"), Ok(Memory::Pulse { high: bytes(1), every }));
    assert_eq!(memory("constant"), Err("`constant` needs a value".to_string()));
    assert_eq!(memory("{nothing: 5}"), Err("`nothing` takes no value".to_string()));
    assert_eq!(memory("{rmap: 5}"), Err("unknown value \"rmap\"; did you mean `ramp`?".to_string()));
    assert_eq!(memory("{pulse: {high: 1}}"), Err("`every` is missing".to_string()));
    assert_eq!(memory("{inside: {constant: x}}"), Err("`x` is not a quantity".to_string()));
}

/// A percentage, by a visitor for anything: a text, or a map of one key.
#[derive(Debug, PartialEq)]
struct Share(u8);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Share, D::Error> {
        struct Anything;
        impl<'de> serde::de::Visitor<'de> for Anything {
            type Value = Share;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a percentage")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Share, E> {
                let digits = text.strip_suffix('%').and_then(|digits| digits.parse().ok());
                digits.map(Share).ok_or_else(|| E::custom(Refusal::new("not a percentage", "write 10%")))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Share, A::Error> {
                let entry = map.next_entry::<String, u8>()?;
                entry.map(|(_, percent)| Share(percent)).ok_or_else(|| A::Error::custom("an empty share"))
            }
        }
        deserializer.deserialize_any(Anything)
    }
}

#[test]
fn a_visitor_for_anything_gets_scalars_as_text_and_its_refusal_carries_the_fix() {
    assert_eq!(read::<Vec<Share>>("[10%, {percent: 20}]"), Ok(vec![Share(10), Share(20)]));
    let mistakes = read::<Vec<Share>>("[10, [], {}, {percent: x}]").expect_err("four mistakes");
    let told: Vec<String> = mistakes
        .iter()
        .map(|mistake| format!("{}: {} / {}", mistake.path, mistake.what, mistake.fix))
        .collect();
    assert_eq!(
        told,
        [
            "[0]: not a percentage / write 10%",
            "[1]: expected a percentage, found a list / ",
            "[2]: an empty share / ",
            "[3].percent: expected a whole number, found \"x\" / write it in digits alone",
        ]
    );
}

/// Two numbers in order: a check over fields, made while decoding.
#[derive(Debug, Deserialize)]
#[serde(try_from = "(u32, u32)")]
struct Ordered;

impl TryFrom<(u32, u32)> for Ordered {
    type Error = &'static str;
    fn try_from((low, high): (u32, u32)) -> Result<Ordered, &'static str> {
        if low < high { Ok(Ordered) } else { Err("the first must be below the second") }
    }
}

#[test]
fn a_check_over_fields_is_told_but_not_when_it_follows_from_another_mistake() {
    let mistakes = read::<Vec<Ordered>>("[[1, 2], [2, 1], [0, x], [1]]").expect_err("three mistakes");
    let told: Vec<String> =
        mistakes.iter().map(|mistake| format!("{}: {}", mistake.path, mistake.what)).collect();
    assert_eq!(
        told,
        [
            "[1]: the first must be below the second",
            "[2][1]: expected a whole number, found \"x\"", // Its stand-in 0 is not below 0: not told.
            "[3]: expected a list of 2, found a list of 1",
        ]
    );
}

/// A type whose stand-in would contain itself without an end.
#[derive(Debug, PartialEq, Deserialize)]
enum Endless {
    Again(Box<Endless>),
    End,
}

#[test]
fn a_type_that_contains_itself_needs_no_endless_stand_in() {
    let mistakes =
        read::<Vec<Endless>>("[{Again: Edn}, End, {Again: {Again: [x]}}]").expect_err("two mistakes");
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    assert_eq!(read::<Endless>("{Again: End}"), Ok(Endless::Again(Box::new(Endless::End))));
}

#[test]
fn very_many_mistakes_are_cut_off_and_cost_little() {
    let text = format!("pods:\n{}", "- {name: x, memory: nope}\n".repeat(100_000));
    let tree = document::read("a.yaml", text.as_bytes()).expect("well formed");
    #[expect(clippy::disallowed_methods, reason = "a bound on effort, far from what is normal")]
    let began = Instant::now();
    let mut mistakes = Vec::new();
    assert_eq!(decode::<Story>(&tree, &mut mistakes), None);
    assert_eq!(mistakes.len(), MISTAKES_LIMIT);
    // Generous for a busy machine: a reading per mistake of the file would take hours.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_large_file_is_given_up_with_a_word_about_it() {
    // Three visits a pod, one for the list and one for the top.
    let sound = "- {name: x, memory: 1}\n".repeat(1_000);
    let text = format!("pods:\n{sound}{}", "- {name: x, memory: nope}\n".repeat(20));
    let tree = document::read("a.yaml", text.as_bytes()).expect("well formed");
    let mut mistakes = Vec::new();
    assert_eq!(decode_with::<Story>(Ledger::with_limit(10_000), &tree, &mut mistakes), None);
    // The fourth reading, of at least 3,002 visits, goes beyond the limit.
    assert_eq!(mistakes.len(), 4 + 1);
    assert!(mistakes.last().is_some_and(|last| last.what.contains("there may be more mistakes")));
}

/// Any tree, of keys that the structs know and some that they do not.
fn trees() -> impl Strategy<Value = Tree> {
    let place = || Place { file: "a.yaml".into(), line: 1, column: 1 };
    let word = prop_oneof![
        "[a-z0-9.%-]{0,6}",
        prop::sample::select(vec![
            "name", "memory", "pods", "shape", "ramp", "inside", "usage", "from", "128Mi", "5"
        ])
        .prop_map(str::to_string),
    ];
    let scalar = (word.clone(), any::<bool>()).prop_map(|(text, plain)| Shape::Scalar { text, plain });
    let leaf = prop_oneof![Just(Shape::Null), scalar].prop_map(move |shape| Tree { place: place(), shape });
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let list = prop::collection::vec(inner.clone(), 0..6).prop_map(Shape::List);
        let map = prop::collection::btree_map(word.clone(), inner, 0..6).prop_map(move |pairs| {
            let entry = |(key, value)| document::Entry { key, key_place: place(), value };
            Shape::Map(pairs.into_iter().map(entry).collect())
        });
        prop_oneof![list, map].prop_map(move |shape| Tree { place: place(), shape })
    })
}

proptest! {
    #[test]
    fn no_tree_makes_the_decoder_panic_and_a_refusal_always_says_why(tree in trees()) {
        let mut mistakes = Vec::new();
        let story = decode::<Story>(&tree, &mut mistakes);
        prop_assert_eq!(story.is_none(), !mistakes.is_empty());
        mistakes.clear();
        let endless = decode::<Vec<Endless>>(&tree, &mut mistakes);
        prop_assert_eq!(endless.is_none(), !mistakes.is_empty());
        mistakes.clear();
        let memory = decode::<BTreeMap<String, Memory>>(&tree, &mut mistakes);
        prop_assert_eq!(memory.is_none(), !mistakes.is_empty());
    }
}
