//! Runs on several threads: the same bytes, and one clear error.

use crate::cli::{evictsim, text};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Something for each table, and more of the timeline, of events and lives than is kept in
/// memory. Later runs are shorter than the first, so that they end out of turn.
const SCENARIO: &str = "# Do threads change anything?
horizon: 20m
replications: 5
record: {timeline: 1s, rankings: true, events: true, lives: true}
priorityClasses: [{name: high, value: 1000}]
kubelet: {evictionHard: {memory.available: 100Mi}}
nodes: [{name: node, count: 2, capacity: {cpu: 4, memory: 2Gi}, systemDaemons: {uniform: {min: 100Mi, max: 200Mi}}}]
workloads:
  - name: leak
    kind: ReplicaSet
    replicas: 6
    template: {spec: {containers: [{name: app}]}}
    behavior: {containers: {app: {workingSet: {leak: {from: 100Mi, perMinute: 60Mi}}}}}
  - name: limited
    kind: ReplicaSet
    replicas: 2
    template: {spec: {containers: [{name: app, resources: {limits: {cpu: 100m, memory: 200Mi}}}]}}
    behavior: {containers: {app: {workingSet: {leak: {from: 100Mi, perMinute: 60Mi}}}}}
  - name: wide
    kind: ReplicaSet
    replicas: 2
    template: {spec: {containers: [{name: app, resources: {requests: {cpu: 3}}}]}}
    behavior: {containers: {app: {workingSet: 50Mi}}}
pods: [{name: important, at: 5m, priorityClassName: high, requests: {cpu: 3}, workingSet: 50Mi}]
runs:
  - {name: lesson, rules: Lesson}
  - {name: kubelet, rules: Kubernetes}
";

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("many.yaml"), SCENARIO).expect("room");
    home
}

/// All files of a directory.
fn files(directory: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let read = |path: &Path| fs::read_to_string(path).expect("text");
    let entries = entries.map(|entry| entry.expect("an entry"));
    entries.map(|entry| (entry.file_name().into_string().expect("text"), read(&entry.path()))).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let results = |threads: &str| {
        let home = home();
        let output = evictsim(home.path(), &["run", "many.yaml", "--threads", threads], "");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        (text(&output.stdout).to_owned(), files(&home.path().join("results/many")))
    };
    let (printed, one) = results("1");
    assert_eq!(one.len(), 13, "ten tables, a manifest and two figures: {:?}", one.keys());
    for (table, rows) in one.iter().filter(|(file, _)| file.ends_with(".csv")) {
        assert!(rows.lines().count() > 10, "every run has rows in {table}");
    }
    assert!(one["timeline.csv"].len() > 10 * 100_000, "too much of a run to be kept in memory");
    for threads in ["2", "8"] {
        let (also_printed, mut several) = results(threads);
        // The command stands in the manifest as it was typed; nothing else may differ.
        let typed = |threads| format!("    \"--threads\",\n    \"{threads}\"\n");
        let manifest = several.get_mut("manifest.json").expect("a manifest");
        assert!(manifest.contains(&typed(threads)), "{manifest}");
        *manifest = manifest.replace(&typed(threads), &typed("1"));
        assert_eq!(printed, also_printed, "{threads} threads");
        assert_eq!(one.keys().collect::<Vec<_>>(), several.keys().collect::<Vec<_>>(), "{threads} threads");
        for (file, bytes) in &one {
            assert!(*bytes == several[file], "{file} differs with {threads} threads");
        }
    }
}

#[test]
fn threads_that_are_asked_for_are_told_of_on_standard_error() {
    let home = home();
    let told = |words: &[&str]| {
        let output = evictsim(home.path(), &[&["run", "many.yaml", "--threads", "2"], words].concat(), "");
        text(&output.stderr).to_owned()
    };
    let line = told(&[]);
    assert!(line.starts_with("10 runs on 2 threads in ") && line.contains(": speed-up "), "{line}");
    assert_eq!(line.lines().count(), 1);
    assert_eq!(told(&["-q"]), "");
    let alone = told(&["--rules", "lesson", "--replications", "1"]);
    assert!(alone.starts_with("1 run on 1 thread in "), "no thread without work: {alone}");
}

#[test]
fn numbers_of_threads_out_of_bounds_say_what_the_bounds_are() {
    let home = home();
    for number in ["0", "-1", "1025"] {
        let output = evictsim(home.path(), &["run", "many.yaml", "--threads", number], "");
        assert_eq!(output.status.code(), Some(2), "{number}");
        assert!(text(&output.stderr).contains("is not in 1..=1024"), "{}", text(&output.stderr));
    }
    for number in ["two", "1.5", ""] {
        let output = evictsim(home.path(), &["run", "many.yaml", "--threads", number], "");
        assert_eq!(output.status.code(), Some(2), "{number}");
    }
    assert!(!home.path().join("results").exists(), "nothing was run");
}

/// A full disk cannot be had in a test; a file that must not grow fails in the same places.
#[cfg(unix)]
#[test]
fn a_run_that_cannot_write_gives_one_error_and_leaves_nothing() {
    for threads in ["1", "2", "8"] {
        let home = home();
        let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" run many.yaml --threads $1";
        let output = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_evictsim"), threads])
            .current_dir(home.path())
            .output()
            .expect("a shell");
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.starts_with("error: cannot write results to results/many: "), "{told}");
        assert!(told.ends_with("\n  fix: make room there, and give the same command again\n"), "{told}");
        assert_eq!((told.lines().count(), text(&output.stdout)), (2, ""), "{told}");
        let left = fs::read_dir(home.path().join("results")).expect("it was made").count();
        assert_eq!(left, 0, "nothing is left with {threads} threads");
    }
}
