//! Decisions recorded from Kubernetes itself, one family a test.
//!
//! The recordings are not part of the source tree. `EVICTSIM_CONFORMANCE` names
//! their directory; without it the neighbor directory of the checkout is looked at, and where
//! that is absent, too, the test says that it was skipped.

mod lives;
mod manifests;
mod passes;
mod pods;
mod profiles;
mod queue;
mod rankings;
mod scheduling;
mod statistics;

use evictsim::scenario::kubelet::Texts;
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;

/// Runs every case of a family; fails with the first few that differ.
fn family(name: &str, check: impl Fn(&Value) -> Result<(), String>) {
    let Some(cases) = recorded(&format!("{name}.jsonl")) else {
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

fn recorded(file: &str) -> Option<String> {
    let asked_for = std::env::var_os("EVICTSIM_CONFORMANCE").map(PathBuf::from);
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance");
    let file = asked_for.clone().unwrap_or(default).join(file);
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

/// A map of a kubelet's configuration; one that is not there is empty.
fn texts(map: &Value) -> Texts {
    let entries = map.as_object().into_iter().flatten();
    entries.map(|(signal, value)| (signal.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
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

mod thresholds {
    use super::texts;
    use evictsim::eviction::{Count, Threshold, ThresholdValue};
    use evictsim::scenario::kubelet::{ThresholdTexts, thresholds};
    use serde_json::Value;

    #[test]
    fn thresholds_are_read_as_the_kubelet_reads_them() {
        super::family("thresholds", |case| {
            let [hard, soft, soft_grace_period, minimum_reclaim] =
                ["evictionHard", "evictionSoft", "evictionSoftGracePeriod", "evictionMinimumReclaim"]
                    .map(|map| texts(&case[map]));
            let enforced =
                case["enforceNodeAllocatable"].as_array().expect("every case says what is enforced");
            let read = thresholds(ThresholdTexts {
                hard: &hard,
                soft: &soft,
                soft_grace_period: &soft_grace_period,
                minimum_reclaim: &minimum_reclaim,
                pods_are_enforced: enforced.iter().any(|name| name == "pods"),
            });
            let is_refused = case["expect"]["error"] == Value::Bool(true);
            match read {
                Err(_) if is_refused => Ok(()),
                Err(refusals) => Err(format!("refused: {refusals:?}")),
                Ok(_) if is_refused => Err("accepted".to_owned()),
                Ok(thresholds) => compare(&thresholds, case),
            }
        });
    }

    /// As multisets: a signal and a grace may repeat, and their order is not recorded.
    fn compare(thresholds: &[Threshold], case: &Value) -> Result<(), String> {
        let capacity = Count::from(case["capacityBytes"].as_u64().expect("every case has a capacity"));
        let mut ours: Vec<String> = thresholds.iter().map(|line| told(line, capacity)).collect();
        let recorded = case["expect"]["thresholds"].as_array().expect("an error, or thresholds");
        let mut theirs: Vec<String> = recorded.iter().map(recorded_line).collect();
        ours.sort();
        theirs.sort();
        if ours == theirs { Ok(()) } else { Err(format!("ours {ours:?}, recorded {theirs:?}")) }
    }

    fn told(line: &Threshold, capacity: Count) -> String {
        let value = |value: ThresholdValue| {
            let share = match value {
                ThresholdValue::Percentage(share) => Some(share),
                ThresholdValue::Quantity(_) => None,
            };
            format!("{} {share:?}", value.at(capacity).0)
        };
        let reclaim = line.minimum_reclaim.map(value);
        let grace = line.grace_period.0 as f64 / 1e6;
        format!("{} {grace} {} {} {reclaim:?}", line.signal.name(), line.is_hard(), value(line.value))
    }

    fn recorded_line(line: &Value) -> String {
        let value = |value: &Value| {
            let at_capacity = value["atCapacityBytes"].as_u64().expect("every value has its bytes");
            // A 32-bit float, as recorded; JSON's reader may be off in the last bit of 64.
            let share = value["percentage"].as_f64().map(|share| share as f32);
            format!("{at_capacity} {share:?}")
        };
        let reclaim = line.get("minReclaim").map(value);
        let signal = line["signal"].as_str().expect("every threshold has its signal");
        let grace = line["gracePeriodSeconds"].as_f64().expect("every threshold has its grace");
        let is_hard = line["hard"] == Value::Bool(true);
        format!("{signal} {grace} {is_hard} {} {reclaim:?}", value(&line["value"]))
    }
}
