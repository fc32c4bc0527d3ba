//! Sweeps, as a user meets them: the same bytes whatever happens, and one clear error.
//!
//! Next: [`bad`], what is refused; [`interrupted`], what is gone on with; [`shards`].

mod bad;
mod interrupted;
mod shards;

use crate::cli::{evictsim, text};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

/// One node that some replications fill, and others do not. Evictions, OOM kills and several rows of each table.
const SCENARIO: &str = "# Who is evicted?
horizon: 40m
nodes: [{name: node, capacity: {cpu: 4, memory: 2Gi}, systemDaemons: {uniform: {min: 100Mi, max: 400Mi}}}]
workloads:
  - name: web
    kind: ReplicaSet
    replicas: 4
    template: {spec: {containers: [{name: app, resources: {requests: {memory: 200Mi}}}]}}
    behavior: {containers: {app: {workingSet: {from: 200Mi, to: {uniform: {min: 300Mi, max: 600Mi}}, over: 20m}}}}
runs: [{name: lesson, rules: Lesson}, {name: kubelet, rules: Kubernetes}]
";

const SWEEP: &str = "# How many fit?
scenario: base.yaml
replications: 10
parameters:
  pods: workloads[name=web].replicas
  hard: kubelet.evictionHard[\"memory.available\"]
grid:
  - pods: [3, 4, 5]
  - hard: [100Mi, 300Mi]
";

/// Keeps tables of `run`, too.
const RECORDING: &str = "record: [evictions, pods, events]\n";

const UNTIL: &str = "# How many fit?
scenario: base.yaml
until: {measure: evictions, halfWidth: 0.4, atLeast: 4, atMost: 40, batch: 4}
parameters: {pods: 'workloads[name=web].replicas'}
grid: [{pods: [3, 4, 5, 6]}]
";

/// A directory with the scenario and a sweep in it.
fn home(sweep: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("base.yaml"), SCENARIO).expect("room");
    fs::write(home.path().join("fit.yaml"), sweep).expect("room");
    home
}

fn sweep(home: &Path, words: &[&str]) -> Output {
    evictsim(home, &[&["sweep", "fit.yaml"], words].concat(), "")
}

/// What a sweep without mistakes prints.
fn swept(home: &Path, words: &[&str]) -> String {
    let output = sweep(home, words);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

/// All files of a directory.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let entries = entries.map(|entry| entry.expect("an entry"));
    let read = |path: &Path| fs::read(path).expect("a file");
    entries.map(|entry| (entry.file_name().into_string().expect("text"), read(&entry.path()))).collect()
}

/// What a sweep leaves that nothing happens to.
fn undisturbed(written: &str) -> BTreeMap<String, Vec<u8>> {
    let home = home(written);
    swept(home.path(), &["-q"]);
    files(&home.path().join("results/fit"))
}

fn assert_same(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>, when: &str) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{when}");
    for (file, bytes) in expected {
        assert!(found[file] == *bytes, "{file} differs {when}");
    }
}

/// The rows of a table as maps from column to cell.
fn rows(directory: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let file = fs::read_to_string(directory.join(table)).expect("a table");
    let mut lines = file.lines().map(|line| line.split(',').map(str::to_owned));
    let header: Vec<String> = lines.next().expect("a header").collect();
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

#[test]
fn a_sweep_leaves_its_tables_and_a_line_for_each_point() {
    let home = home(SWEEP);
    let told = swept(home.path(), &[]);
    assert!(told.starts_with("How many fit?\nfit: 6 points, 120 runs\n"), "{told}");
    let lines =
        told.lines().filter(|line| line.contains("  kubelet  10  ") || line.contains("  lesson   10  "));
    assert_eq!(lines.count(), 12, "a line for each point and run: {told}");
    let results = home.path().join("results/fit");
    let expected = ["failures.csv", "manifest.json", "points.csv", "runs.csv"];
    assert_eq!(files(&results).keys().collect::<Vec<_>>(), expected);
    let left: Vec<_> = fs::read_dir(home.path().join("results")).expect("results").collect();
    assert_eq!(left.len(), 1, "nothing is left beside them");
    let runs = rows(&results, "runs.csv");
    assert_eq!(runs.len(), 6 * 2 * 10);
    let mut units: Vec<&String> = runs.iter().map(|run| &run["unit"]).collect();
    units.sort();
    units.dedup();
    assert_eq!(units.len(), runs.len(), "each run has a fingerprint of its own");
    assert_eq!(rows(&results, "points.csv").len(), 12);
    assert_eq!(rows(&results, "failures.csv").len(), 0);
}

#[test]
fn the_figures_of_a_point_are_those_of_its_runs() {
    let home = home(SWEEP);
    swept(home.path(), &["-q"]);
    let results = home.path().join("results/fit");
    let runs = rows(&results, "runs.csv");
    for point in rows(&results, "points.csv") {
        let of_point: Vec<_> =
            runs.iter().filter(|run| run["point"] == point["point"] && run["run"] == point["run"]).collect();
        let sum = |measure: &str| {
            of_point.iter().map(|run| run[measure].parse::<f64>().expect("a number")).sum::<f64>()
        };
        let near = |name: &str, expected: f64| {
            let found: f64 = point[name].parse().expect("a number");
            assert!((found - expected).abs() < 1e-9 * expected.max(1.0), "{name}: {found}, not {expected}");
        };
        near("evictions_mean", sum("evictions") / 10.0);
        near("any_eviction_mean", sum("any_eviction") / 10.0);
        near("evictions_per_pod_month_mean", sum("evictions") / sum("pod_months"));
        assert_eq!(point["replications"], "10");
        assert_eq!(of_point.len(), 10);
    }
}

#[test]
fn a_replication_draws_the_same_at_every_point() {
    // The daemons, which nothing else sees, and the pods' first levels: with the same three pods, only the threshold differs.
    let home = home(&SWEEP.replace("[3, 4, 5]", "[2]").replace("[100Mi, 300Mi]", "[100Mi, 101Mi]"));
    swept(home.path(), &["-q"]);
    let runs = rows(&home.path().join("results/fit"), "runs.csv");
    let (first, second) = runs.split_at(runs.len() / 2);
    let peaks = |runs: &[BTreeMap<String, String>]| {
        runs.iter().map(|run| (run["run"].clone(), run["peak_use_to_capacity"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(
        peaks(first),
        peaks(second),
        "two pods are never evicted, so all that matters is what was drawn"
    );
    let mut distinct = peaks(first);
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 20, "and every replication draws something else");
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for written in [format!("{SWEEP}{RECORDING}"), UNTIL.to_owned()] {
        let expected = undisturbed(&written);
        for threads in ["1", "2", "8"] {
            let home = home(&written);
            swept(home.path(), &["-q", "--threads", threads]);
            assert_same(
                &files(&home.path().join("results/fit")),
                &expected,
                &format!("with {threads} threads"),
            );
        }
    }
}

#[test]
fn tables_of_run_are_kept_with_the_number_of_their_point() {
    let home = home(&format!("{SWEEP}{RECORDING}"));
    swept(home.path(), &["-q"]);
    let results = home.path().join("results/fit");
    let evictions = rows(&results, "evictions.csv");
    assert!(!evictions.is_empty());
    for run in rows(&results, "runs.csv") {
        let of_run = evictions.iter().filter(|eviction| {
            ["point", "run", "replication"].iter().all(|column| eviction[*column] == run[*column])
        });
        assert_eq!(of_run.count().to_string(), run["evictions"], "point {} {}", run["point"], run["run"]);
    }
    let header = |table: &str| {
        fs::read_to_string(results.join(table)).expect("a table").lines().next().map(str::to_owned)
    };
    assert!(header("pods.csv").expect("a header").starts_with("point,run,replication,pod,"));
    assert!(!results.join("nodes.csv").exists(), "nobody asked for it");
}

#[test]
fn a_stopping_rule_runs_each_point_as_often_as_it_needs() {
    let home = home(UNTIL);
    swept(home.path(), &["-q"]);
    let points = rows(&home.path().join("results/fit"), "points.csv");
    let numbers: Vec<u64> =
        points.iter().map(|point| point["replications"].parse().expect("a number")).collect();
    let mut distinct = numbers.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(distinct.len() > 1, "some points vary more than others: {numbers:?}");
    for (both, number) in points.chunks(2).zip(numbers.chunks(2)) {
        assert_eq!(number[0], number[1], "both runs of a point have as many");
        assert!(number[0].is_multiple_of(4) && (4..=40).contains(&number[0]), "whole batches: {number:?}");
        let width = |point: &BTreeMap<String, String>| {
            let bound = |end: &str| point[&format!("evictions_{end}")].parse::<f64>().expect("a number");
            (bound("upper") - bound("lower")) / 2.0
        };
        let is_known = both.iter().all(|point| width(point) <= 0.4);
        assert!(is_known || number[0] == 40, "it stopped though it was not known: {both:?}");
    }
}

#[test]
fn a_bar_that_is_missed_gives_exit_code_1_and_the_points_that_missed_it() {
    let home = home(SWEEP);
    let output =
        sweep(home.path(), &["-q", "--fail-if", "evictions.mean > 0", "--fail-if", "pods_created < 1"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let results = home.path().join("results/fit");
    let expected =
        rows(&results, "points.csv").into_iter().filter(|point| point["evictions_mean"] != "0").count();
    assert!(0 < expected && expected < 12, "some do, some do not: {expected}");
    assert_eq!(told.lines().count(), expected, "{told}");
    for line in told.lines() {
        assert!(line.starts_with("missed: evictions.mean > 0: ") && line.contains(", pods="), "{line}");
    }
    let fine = sweep(home.path(), &["-q", "--fail-if", "evictions.upper > 1000"]);
    assert_eq!(
        (fine.status.code(), text(&fine.stderr)),
        (Some(0), ""),
        "the results are there, and asked again"
    );
}

#[test]
fn a_dry_run_counts_and_leaves_nothing() {
    let home = home(SWEEP);
    let told = swept(home.path(), &["--dry-run"]);
    assert!(told.starts_with("fit: 6 points, 120 runs\n"), "{told}");
    assert!(told.contains("  pods (workloads[name=web].replicas): 3, 4, 5\n"), "{told}");
    assert!(!home.path().join("results").exists(), "nothing is kept");
    let told = swept(home.path(), &["--dry-run", "--shard", "2/7"]);
    assert!(told.starts_with("fit: 6 points, 17 runs in shard 2/7\n"), "{told}");
}

#[test]
fn a_finished_sweep_is_not_made_again() {
    let home = home(SWEEP);
    let first = swept(home.path(), &[]);
    let output = sweep(home.path(), &[]);
    assert_eq!(text(&output.stdout), first);
    assert_eq!(text(&output.stderr), "results/fit has all of its runs already\n");
    let json = sweep(home.path(), &["-q", "-o", "json"]);
    assert_eq!(text(&json.stdout), "", "quiet is quiet");
    let json = sweep(home.path(), &["-o", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(document["points"][0]["parameters"]["hard"], "100Mi");
    assert_eq!(document["manifest"]["kind"], "evictsim sweep");
}

#[test]
fn conditions_leave_points_out() {
    let only = format!("{SWEEP}skip: [{{pods: '>= 4', hard: 100Mi}}]\nonly: [{{pods: [3, '> 4']}}]\n");
    let home = home(&only);
    swept(home.path(), &["-q"]);
    let points = rows(&home.path().join("results/fit"), "points.csv");
    let left: Vec<(&str, &str)> =
        points.iter().step_by(2).map(|point| (point["pods"].as_str(), point["hard"].as_str())).collect();
    assert_eq!(left, [("3", "100Mi"), ("3", "300Mi"), ("5", "300Mi")]);
}

#[test]
fn a_sweep_is_checked_like_a_scenario() {
    let home = home(SWEEP);
    let output = evictsim(home.path(), &["check", "fit.yaml", "base.yaml"], "");
    let told = text(&output.stdout);
    assert!(told.starts_with("fit.yaml: ok: the sweep fit, 6 points, 12 runs x 10 replications, "), "{told}");
    let schema = evictsim(home.path(), &["schema", "sweep"], "");
    assert!(text(&schema.stdout).contains("\"evictsim sweep\""));
}
