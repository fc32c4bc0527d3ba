//! Decisions recorded from Kubernetes itself, one family a test.
//!
//! The recordings are not part of the source tree. `EVICTSIM_CONFORMANCE` names
//! their directory; without it the neighbor directory of the checkout is looked at, and where
//! that is absent, too, the test says that it was skipped.

mod pods;

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;

/// Runs every case of a family; fails with the first few that differ.
fn family(name: &str, check: impl Fn(&Value) -> Result<(), String>) {
    let Some(cases) = recorded(name) else {
        say(&format!("conformance {name}: skipped, no recordings (set EVICTSIM_CONFORMANCE)"));
        return;
    };
    let mut total = 0usize;
    let mut failures = Vec::new();
    for (index, line) in cases.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        total += 1;
        let case: Value = serde_json::from_str(line).expect("a recording is one JSON value a line");
        if let Err(difference) = check(&case) {
            let id = case["id"].as_str().map_or_else(|| format!("line {}", index + 1), str::to_string);
            failures.push(format!("{id}: {difference}"));
        }
    }
    say(&format!("conformance {name}: {}/{total}", total - failures.len()));
    assert!(total > 0, "the family {name} has no cases");
    let shown = failures.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{name}: {} of {total} differ, first\n{shown}", failures.len());
}

fn recorded(name: &str) -> Option<String> {
    let asked_for = std::env::var_os("EVICTSIM_CONFORMANCE").map(PathBuf::from);
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance");
    let file = asked_for.clone().unwrap_or(default).join(format!("{name}.jsonl"));
    match std::fs::read_to_string(&file) {
        Ok(cases) => Some(cases),
        Err(error) if asked_for.is_some() => panic!("cannot read {}: {error}", file.display()),
        Err(_) => None,
    }
}

/// Straight to standard error: the test harness captures what the print macros write.
fn say(line: &str) {
    // A closed standard error must not fail a test.
    let _ = writeln!(std::io::stderr(), "{line}");
}

mod quantity {
    use evictsim::scenario::quantity::{Format, Quantity};
    use serde_json::Value;

    #[test]
    fn quantities_read_and_print_as_in_kubernetes() {
        super::family("quantity", |case| {
            let text = case["in"].as_str().expect("every case has its text");
            match Quantity::parse(text) {
                Err(_) if case["error"] == Value::Bool(true) => Ok(()),
                Err(mistake) => Err(format!("`{text}` was refused: {mistake}")),
                Ok(_) if case["error"] == Value::Bool(true) => Err(format!("`{text}` was accepted")),
                Ok(quantity) => compare(text, &quantity, case),
            }
        });
    }

    /// Compares what the recordings can say: Kubernetes' integer getters are
    /// unsound for negative fractions and wrap for amounts beyond 64 bits.
    fn compare(text: &str, quantity: &Quantity, case: &Value) -> Result<(), String> {
        let format = match quantity.format() {
            Format::DecimalSI => "DecimalSI",
            Format::BinarySI => "BinarySI",
            Format::DecimalExponent => "DecimalExponent",
        };
        let mut differences = Vec::new();
        let mut expect = |key: &str, ours: Value| {
            if case[key] != ours {
                differences.push(format!("{key} is {ours}, recorded {}", case[key]));
            }
        };
        expect("canonical", quantity.canonical().into());
        expect("sign", quantity.sign().into());
        expect("format", format.into());
        let is_non_negative = quantity.sign() >= 0;
        if is_non_negative && quantity.value() < i64::MAX {
            expect("value", quantity.value().into());
        }
        if is_non_negative && quantity.milli_value() < i64::MAX {
            expect("milliValue", quantity.milli_value().into());
        }
        if differences.is_empty() { Ok(()) } else { Err(format!("`{text}`: {}", differences.join("; "))) }
    }
}
