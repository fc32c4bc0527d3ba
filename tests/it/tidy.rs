//! The project's own rules that a machine can hold.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

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
fn the_committed_schema_is_the_one_that_the_program_prints() {
    let path = "scenarios/scenario.schema.json";
    let printed = format!("{:#}\n", evictsim::scenario::schema());
    if std::env::var_os("EVICTSIM_UPDATE").is_some() {
        std::fs::write(file(path), &printed).expect("the schema can be written");
    }
    assert!(
        text(path) == printed,
        "{path} is out of date: run the tests with EVICTSIM_UPDATE=1, and look at the diff"
    );
}

#[test]
fn every_key_of_a_scenario_is_documented() {
    let page = text("docs/scenario-format.md");
    let mut known = BTreeSet::new();
    keys(&evictsim::scenario::schema(), &mut known);
    assert!(known.len() > 100, "the schema knows {} keys only", known.len());
    let missing: Vec<&String> = known.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "not in docs/scenario-format.md: {missing:?}");
}

#[test]
fn every_scenario_names_the_schema_for_the_editor() {
    let mut directories = vec![file("scenarios")];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).expect("the directory of scenarios is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = std::fs::read_to_string(&path).expect("a scenario is text");
                let first = text.lines().next().unwrap_or_default();
                let depth =
                    path.strip_prefix(file("scenarios")).expect("below scenarios").components().count() - 1;
                let schema = format!("{}scenario.schema.json", "../".repeat(depth));
                let expected = format!("# yaml-language-server: $schema={schema}");
                assert_eq!(first, expected, "{}", path.display());
            }
        }
    }
}

/// Every scenario's path from `scenarios/`, in order.
fn scenarios() -> Vec<String> {
    let mut found = Vec::new();
    for room in ["lessons", "studies"] {
        let entries = std::fs::read_dir(file("scenarios").join(room)).expect("the directory is there");
        for entry in entries {
            let name = entry.expect("an entry").file_name().into_string().expect("text");
            found.extend(name.ends_with(".yaml").then(|| format!("{room}/{name}")));
        }
    }
    found.sort();
    found
}

#[test]
fn every_scenario_is_in_the_index_with_its_question() {
    let open = |path: &str| std::fs::read(file(path));
    let line = |path: String| {
        let read = evictsim::scenario::read(&format!("scenarios/{path}"), &open);
        let question = read.expect("shipped scenarios are sound").question.expect("and ask something");
        format!("| [{path}]({path}) | {question} |")
    };
    let expected: Vec<String> = scenarios().into_iter().map(line).collect();
    let page = text("scenarios/README.md");
    let lines: Vec<&str> = page.lines().filter(|line| line.starts_with("| [")).collect();
    assert_eq!(lines, expected);
}
