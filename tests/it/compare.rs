//! `evictsim compare`, as a user meets it.

use crate::cli::{evictsim, text};
use serde_json::Value;
use std::fs;

/// A leak that begins anywhere, and so fills its node sooner or later; or not within the horizon.
fn leak(memory: &str, more: &str) -> String {
    format!(
        "# How long?
horizon: 20m
kubelet: {{evictionHard: {{memory.available: 100Mi}}}}
nodes: [{{name: node, capacity: {{cpu: 4, memory: {memory}}}}}]
workloads:
  - name: leak
    kind: Pod
    replicas: 3
    template: {{spec: {{containers: [{{name: app}}]}}}}
    behavior: {{containers: {{app: {{workingSet: {{leak: {{from: {{uniform: {{min: 0, max: 400Mi}}}}, perMinute: 20Mi}}}}}}}}}}
{more}"
    )
}

const TWO_RUNS: &str = "runs: [{name: lesson, rules: Lesson}, {name: kubelet, rules: Kubernetes}]\n";

fn home(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    for (name, content) in files {
        fs::write(home.path().join(name), content).expect("room");
    }
    home
}

fn small_and_large() -> tempfile::TempDir {
    home(&[("small.yaml", &leak("1Gi", "")), ("large.yaml", &leak("3Gi", ""))])
}

fn json(home: &tempfile::TempDir, words: &[&str]) -> Value {
    let output = evictsim(home.path(), &[&["compare"], words, &["-o", "json"]].concat(), "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn two_scenarios_are_compared_measure_by_measure_and_nothing_is_written() {
    let home = small_and_large();
    let output = evictsim(home.path(), &["compare", "small.yaml", "large.yaml"], "");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let told = text(&output.stdout);
    let begin = "A  small.yaml  lesson  rules Lesson, 1 node, 20m long\nB  large.yaml  lesson  rules Lesson, 1 node, 20m long\n\
                 30 replications of each, seed 1; the same replication draws the same in all\n";
    assert!(told.starts_with(begin), "{told}");
    // 3 x 400Mi at most, and 3 x 400Mi more in 20 minutes: a node of 3Gi is never short of memory, one of 1Gi nearly always.
    let line =
        |measure: &str| told.lines().find(|line| line.starts_with(&format!("{measure} "))).expect(measure);
    assert!(line("evictions").ends_with("fewer a run"), "{told}");
    assert!(line("any_eviction").contains("fewer of 100 runs"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
    assert_eq!(fs::read_dir(home.path()).expect("a directory").count(), 2, "no results are left");
}

#[test]
fn a_scenario_compared_with_itself_is_the_same_in_every_run() {
    let home = small_and_large();
    let output = evictsim(home.path(), &["compare", "small.yaml", "small.yaml"], "");
    assert!(text(&output.stdout).contains("B and A are the same in every run, whatever is measured\n"));
}

#[test]
fn the_runs_of_one_scenario_are_compared_and_any_number_of_threads_gives_the_same_bytes() {
    let home = home(&[("both.yaml", &leak("1Gi", TWO_RUNS))]);
    let told = |threads| json(&home, &["both.yaml", "--replications", "20", "--threads", threads]);
    let one = told("1");
    assert_eq!(one, told("8"));
    assert_eq!((&one["replications"], &one["confidence"]), (&20.into(), &0.95.into()));
    assert_eq!(one["alternatives"][1]["run"], "kubelet");
    assert_eq!(
        one["comparisons"][0]["measures"].as_array().map(Vec::len),
        Some(evictsim::experiment::measures::Measure::ALL.len())
    );
}

#[test]
fn the_figures_are_those_of_run() {
    // given the mean of the column that `run` writes, by hand
    let home = small_and_large();
    let run = |file: &str| -> Vec<f64> {
        let words = ["run", file, "--replications", "10", "-o", "csv", "--out", "somewhere"];
        let output = evictsim(home.path(), &words, "");
        let rows = crate::story::rows(text(&output.stdout));
        rows.iter().map(|row| row["evictions"].parse().expect("a number")).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / 10.0;
    let (small, large) = (mean(&run("small.yaml")), mean(&run("large.yaml")));
    // when they are compared
    let told = json(&home, &["small.yaml", "large.yaml", "--replications", "10"]);
    let measures = told["comparisons"][0]["measures"].as_array().expect("a list");
    let evictions = measures.iter().find(|one| one["measure"] == "evictions").expect("it is measured");
    // then
    assert!(small > 0.0 && large == 0.0);
    assert_eq!(evictions["first"]["estimate"], small);
    assert_eq!(evictions["second"]["estimate"], large);
    assert_eq!(
        (&evictions["difference"]["estimate"], &evictions["difference"]["n"]),
        (&(-small).into(), &10.into())
    );
}

#[test]
fn what_cannot_be_compared_is_refused_with_what_to_do() {
    let home = home(&[("one.yaml", &leak("1Gi", "")), ("both.yaml", &leak("1Gi", TWO_RUNS))]);
    for (words, told) in [
        (&["one.yaml"][..], "nothing to compare with: this is one run of one scenario"),
        (&["both.yaml", "--run", "kubelet"], "nothing to compare with: this is one run of one scenario"),
        (&["both.yaml", "--run", "kublet"], "there is no run called \"kublet\"\n  fix: write kubelet\n"),
        (&["one.yaml", "other.yaml"], "other.yaml"),
        (&["both.yaml", "--confidence", "100"], "a confidence is a number of percent above 50 and below 100"),
        (&["both.yaml", "--replications", "1"], "1 is not in 2..=1000000"),
        (&[], "<FILE>..."),
    ] {
        let output = evictsim(home.path(), &[&["compare"], words].concat(), "");
        let error = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{words:?}");
        assert!(error.contains(told), "{words:?}: {error}");
    }
}
