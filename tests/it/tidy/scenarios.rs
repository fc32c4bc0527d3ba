//! The shipped scenarios: each names the schema, asks a question, and stands in the index.

use super::{assert_none, file, files_below, text};
use std::collections::BTreeSet;

const INDEX: &str = "scenarios/README.md";

/// As the index names them: relative to `scenarios/`.
fn shipped() -> BTreeSet<String> {
    let below = |path: String| path.trim_start_matches("scenarios/").to_owned();
    files_below("scenarios", "yaml").into_iter().map(below).collect()
}

#[test]
fn every_scenario_names_the_schema_for_the_editor() {
    let mut wrong = Vec::new();
    for scenario in shipped() {
        let schema = format!("{}scenario.schema.json", "../".repeat(scenario.matches('/').count()));
        let expected = format!("# yaml-language-server: $schema={schema}");
        if text(&format!("scenarios/{scenario}")).lines().next() != Some(&expected) {
            wrong.push(format!("{scenario}: {expected}"));
        }
    }
    assert_none("the first line is", &wrong);
}

/// The first comment after the editor's line.
fn question(scenario: &str) -> String {
    let comment = scenario.lines().skip(1).map_while(|line| line.strip_prefix('#'));
    comment.map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[test]
fn every_scenario_asks_a_question() {
    let mut wrong: Vec<String> = shipped().into_iter().collect();
    wrong.retain(|scenario| !question(&text(&format!("scenarios/{scenario}"))).ends_with('?'));
    assert_none("the first comment asks something, and ends with its question mark", &wrong);
    assert_eq!(
        question("# $schema\n# Who goes first,\n# and why?\nhorizon: 1h\n"),
        "Who goes first, and why?"
    );
}

/// The scenarios that a page links to.
fn linked(page: &str) -> BTreeSet<String> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| target.ends_with(".yaml")).map(str::to_owned).collect()
}

#[test]
fn the_index_links_to_every_scenario_and_to_no_other() {
    let index = if file(INDEX).exists() { text(INDEX) } else { String::new() };
    let (listed, shipped) = (linked(&index), shipped());
    let missing = shipped.difference(&listed).map(|scenario| format!("not listed: {scenario}"));
    let gone = listed.difference(&shipped).map(|scenario| format!("not there: {scenario}"));
    assert_none(INDEX, &missing.chain(gone).collect::<Vec<_>>());
    assert_eq!(linked("[a](b/a.yaml), [c](d.md)"), BTreeSet::from(["b/a.yaml".to_owned()]));
}
