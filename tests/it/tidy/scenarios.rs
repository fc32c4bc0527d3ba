//! The shipped scenarios, sweeps and plans: each names its schema, asks a question, and stands in the index.

use super::{assert_none, file, files_below, text};
use evictsim::experiment::{plan, sweep};
use std::collections::BTreeSet;

/// As the index names them: relative to `scenarios/`.
fn shipped() -> BTreeSet<String> {
    let below = |path: String| path.trim_start_matches("scenarios/").to_owned();
    files_below("scenarios", "yaml").into_iter().map(below).collect()
}

#[test]
fn every_scenario_names_the_schema_for_the_editor() {
    let mut wrong = Vec::new();
    for scenario in shipped() {
        let text = text(&format!("scenarios/{scenario}"));
        let kind = match text.as_bytes() {
            one if sweep::is_one(one) => "sweep",
            one if plan::is_one(one) => "plan",
            _ => "scenario",
        };
        let schema = format!("{}{kind}.schema.json", "../".repeat(scenario.matches('/').count()));
        let expected = format!("# yaml-language-server: $schema={schema}");
        if text.lines().next() != Some(&expected) {
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

#[test]
fn the_index_has_every_scenario_with_its_question_and_no_other() {
    let open = |path: &str| std::fs::read(file(path));
    let line = |path: String| {
        let place = format!("scenarios/{path}");
        let written = text(&place);
        let question = if sweep::is_one(written.as_bytes()) {
            sweep::read(&place, &open).expect("shipped sweeps are sound").question
        } else if plan::is_one(written.as_bytes()) {
            plan::read(&place, &open).expect("shipped plans are sound").settings.question
        } else {
            evictsim::scenario::read(&place, &open).expect("shipped scenarios are sound").question
        };
        let question = question.expect("and ask something");
        format!("| [{path}]({path}) | {question} |")
    };
    // The page has them in an order for readers: lessons first, and a10 after a9.
    let mut expected: Vec<String> = shipped().into_iter().map(line).collect();
    let page = text("scenarios/README.md");
    let mut lines: Vec<&str> = page.lines().filter(|line| line.starts_with("| [")).collect();
    expected.sort();
    lines.sort_unstable();
    assert_eq!(lines, expected);
}
