//! What is written down is so: columns, keys, decisions, fidelity, the version.

use super::{assert_none, file, files_below, text};
use evictsim::report::columns::TABLES;
use evictsim::scenario::check::Files;
use evictsim::scenario::mistake::{Mistake, listed};
use serde_json::Value;
use std::collections::BTreeSet;

/// All keys that a schema knows, however deep.
fn keys(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                found.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| keys(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn the_committed_schemas_are_those_that_the_program_prints() {
    let schemas = [
        ("scenario", evictsim::scenario::schema()),
        ("sweep", evictsim::experiment::sweep::schema()),
        ("plan", evictsim::experiment::plan::schema()),
    ];
    for (kind, schema) in schemas {
        let path = format!("scenarios/{kind}.schema.json");
        let printed = format!("{schema:#}\n");
        if std::env::var_os("EVICTSIM_UPDATE").is_some() {
            std::fs::write(file(&path), &printed).expect("the schema can be written");
        }
        assert!(
            text(&path) == printed,
            "{path} is out of date: run the tests with EVICTSIM_UPDATE=1, and look at the diff"
        );
    }
}

#[test]
fn every_key_of_a_scenario_of_a_sweep_and_of_a_plan_is_documented() {
    let pages = [
        ("docs/scenario-format.md", evictsim::scenario::schema(), 100),
        ("docs/sweep-format.md", evictsim::experiment::sweep::schema(), 15),
        ("docs/plan-format.md", evictsim::experiment::plan::schema(), 15),
    ];
    for (path, schema, least) in pages {
        let page = text(path);
        let mut known = BTreeSet::new();
        keys(&schema, &mut known);
        assert!(known.len() >= least, "the schema knows {} keys only", known.len());
        let missing: Vec<&String> = known.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
        assert!(missing.is_empty(), "not in {path}: {missing:?}");
    }
}

/// The blocks of a page that are in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let (opened, fence) = (text(page), format!("\n```{language}\n"));
    let after = opened.split(&fence).skip(1);
    after.filter_map(|rest| rest.split("\n```\n").next().map(|block| format!("{block}\n"))).collect()
}

#[test]
fn whole_scenarios_on_the_pages_are_sound() {
    let pages = ["README.md", "docs/scenario-format.md"];
    let blocks = pages.iter().flat_map(|page| blocks(page, "yaml"));
    let whole: Vec<String> = blocks.filter(|block| block.contains("horizon:")).collect();
    assert_eq!(whole.len(), 3, "one in the README, a small and a large one in the format");
    for block in whole {
        let read = evictsim::scenario::read("page.yaml", &|_| Ok(block.clone().into_bytes()));
        assert!(read.is_ok(), "{}\n{block}", read.err().map(|found| listed(&found)).unwrap_or_default());
    }
}

/// Reads the one block of a page that names a scenario among the studies; its mistakes, if it has any.
fn mistakes_of_the_whole<T>(
    page: &str,
    read: impl Fn(&str, &Files<'_>) -> Result<T, Vec<Mistake>>,
) -> String {
    let whole: Vec<String> =
        blocks(page, "yaml").into_iter().filter(|block| block.contains("scenario:")).collect();
    assert_eq!(whole.len(), 1, "{page}");
    let root = "scenarios/studies/page.yaml";
    let open =
        |path: &str| if path == root { Ok(whole[0].clone().into_bytes()) } else { std::fs::read(file(path)) };
    read(root, &open).err().map(|found| listed(&found)).unwrap_or_default()
}

#[test]
fn the_whole_sweep_and_the_whole_plan_on_their_pages_are_sound() {
    assert_eq!(mistakes_of_the_whole("docs/sweep-format.md", evictsim::experiment::sweep::read), "");
    assert_eq!(mistakes_of_the_whole("docs/plan-format.md", evictsim::experiment::plan::read), "");
}

#[test]
fn the_documented_columns_are_those_of_the_tables_in_their_order() {
    let page = text("docs/results-format.md");
    for table in TABLES {
        let heading = format!("\n## `{}`\n", table.name);
        let section = page.split(&heading).nth(1).unwrap_or_else(|| panic!("no section {heading}"));
        let rows = section.lines().take_while(|line| !line.starts_with("## "));
        let documented: Vec<&str> =
            rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(documented, columns, "docs/results-format.md, table {}", table.name);
    }
}

#[test]
fn the_version_is_the_first_of_the_changelog() {
    let changelog = text("CHANGELOG.md");
    let first = changelog.lines().find_map(|line| line.strip_prefix("## ")).expect("a version");
    let version = first.split_whitespace().next().expect("a heading has a word").trim_matches(['[', ']']);
    assert_eq!(version, env!("CARGO_PKG_VERSION"), "CHANGELOG.md and Cargo.toml");
}

#[test]
fn every_decision_has_its_number_title_and_status_and_stands_in_the_index() {
    let index = text("docs/decisions/README.md");
    let mut records = files_below("docs/decisions", "md");
    records.retain(|path| path != "docs/decisions/README.md");
    assert!(!records.is_empty(), "there is no record of a decision");
    let mut wrong = Vec::new();
    for (path, number) in records.iter().zip(1..) {
        let (name, record) = (path.trim_start_matches("docs/decisions/"), text(path));
        let title = record.lines().next().unwrap_or_default().strip_prefix(&format!("# {number:04} "));
        let claims = [
            ("numbers without a gap", name.starts_with(&format!("{number:04}-"))),
            ("a title after its number", title.is_some_and(|title| !title.trim().is_empty())),
            ("a line Status: …", record.lines().any(|line| line.starts_with("Status: "))),
            ("a link in the index", index.contains(&format!("]({name})"))),
        ];
        wrong.extend(
            claims.iter().filter(|(_, holds)| !holds).map(|(claim, _)| format!("{path}: no {claim}")),
        );
    }
    assert_none("a decision is recorded in full", &wrong);
}

#[test]
fn the_order_of_events_is_explained_variant_by_variant() {
    let source = text("src/engine/event.rs");
    let body = source.split("pub enum Event {").nth(1).expect("the events").split("\n}").next();
    let variants = body.expect("a split has a first part").lines().map(str::trim);
    let variants = variants.filter_map(|line| line.split([' ', ',']).next()).filter(|word| is_a_type(word));
    let record = text("docs/decisions/0003-the-order-of-simultaneous-events.md");
    let rows = record.lines().filter_map(|row| row.split(" | `").nth(1)?.split('`').next());
    assert_eq!(rows.collect::<Vec<_>>(), variants.collect::<Vec<_>>(), "decision 0003, and the code");
}

fn is_a_type(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric)
}

#[test]
fn every_room_stands_on_the_map() {
    let map = text("ARCHITECTURE.md");
    let mut rooms = files_below("src", "rs");
    rooms.retain(|path| path.matches('/').count() <= 2 && path != "src/lib.rs" && path != "src/main.rs");
    let missing = |path: &String| {
        let room = path.trim_start_matches("src/").trim_end_matches(".rs");
        // The head of a floor's room stands in its heading.
        (!map.contains(&format!("`{room}`")) && !map.contains(&format!("`{room}/"))).then(|| room.to_owned())
    };
    assert_none("not in ARCHITECTURE.md", &rooms.iter().filter_map(missing).collect::<Vec<_>>());
}

/// The numbers that follow `mark` where it begins a word: 8 is not a fidelity of `UTF-8`.
fn numbers_after(mark: &str, text: &str) -> BTreeSet<u32> {
    let number = |(at, _): (usize, &str)| {
        let begins_a_word = !text[..at].ends_with(|c: char| c.is_alphanumeric());
        let digits = text[at + mark.len()..].split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok().filter(|_| begins_a_word)
    };
    text.match_indices(mark).filter_map(number).collect()
}

#[test]
fn fidelity_and_decisions_that_the_code_mentions_are_written_down() {
    let fidelity = numbers_after("## F-", &text("docs/fidelity.md"));
    assert_eq!(fidelity, (1..=fidelity.len() as u32).collect(), "headings of docs/fidelity.md");
    let decisions = files_below("docs/decisions", "md").len() as u32 - 1;
    let mut wrong = Vec::new();
    for path in ["src", "tests", "benches"].iter().flat_map(|directory| files_below(directory, "rs")) {
        let source = text(&path);
        let unknown = numbers_after("F-", &source).into_iter().filter(|number| !fidelity.contains(number));
        wrong.extend(unknown.map(|number| format!("{path}: fidelity F-{number}")));
        let unknown = numbers_after("decisions/", &source).into_iter().filter(|number| *number > decisions);
        wrong.extend(unknown.map(|number| format!("{path}: decision {number}")));
    }
    assert_none("a number in the code leads to its page", &wrong);
}

#[test]
fn the_rule_about_numbers_sees_them() {
    assert_eq!(numbers_after("F-", "UTF-8, (fidelity F-7), F-12."), BTreeSet::from([7, 12]));
}
