//! Results as Parquet, read by the programs that people read it with, where these are installed.
//!
//! DuckDB, Polars and pandas come from Python: `EVICTSIM_PYTHON`, or what `.ci/run` installed in the target directory, or
//! `python3`. What is not there is said, and skipped.

use crate::cli::{evictsim, text};
use crate::story::{Cells, rows};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCENARIO: &str = "# Who goes?
horizon: 20m
replications: 3
kubelet: {evictionHard: {memory.available: 100Mi}}
nodes: [{name: node, capacity: {cpu: 4, memory: 1Gi}}]
workloads:
  - name: leak
    kind: ReplicaSet
    replicas: 3
    template: {spec: {containers: [{name: app}]}}
    behavior: {containers: {app: {workingSet: {leak: {from: {uniform: {min: 0, max: 400Mi}}, perMinute: 40Mi}}}}}
runs: [{name: lesson, rules: Lesson}, {name: kubelet, rules: Kubernetes}]
";

const SWEEP: &str = "# How large a threshold?
scenario: story.yaml
replications: 4
parameters: {hard: 'kubelet.evictionHard[\"memory.available\"]'}
grid: [{hard: [50Mi, 100Mi, 300Mi]}]
";

/// Results of a run and of a sweep, and both as Parquet.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("story.yaml"), SCENARIO).expect("room");
    fs::write(home.path().join("many.yaml"), SWEEP).expect("room");
    for words in [
        &["run", "story.yaml", "--seed", "18446744073709551615", "-q"][..],
        &["sweep", "many.yaml"],
        &["parquet", "results/story"],
        &["parquet", "results/many"],
    ] {
        let output = evictsim(home.path(), words, "");
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", text(&output.stderr));
    }
    home
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn each_table_becomes_a_dataset_beside_it_and_is_replaced_as_a_whole() {
    let home = home();
    let results = home.path().join("results/story");
    let tables: Vec<String> =
        names(&results).iter().filter_map(|name| name.strip_suffix(".csv").map(str::to_owned)).collect();
    assert_eq!(names(&results.join("parquet")), tables);
    assert_eq!(names(&results.join("parquet/evictions")), ["run=kubelet", "run=lesson"]);
    assert_eq!(
        names(&results.join("parquet/preemptions")),
        ["run=__HIVE_DEFAULT_PARTITION__"],
        "there are none"
    );
    let sweep = home.path().join("results/many/parquet");
    assert_eq!(names(&sweep.join("runs")), ["point=0", "point=1", "point=2"]);
    assert_eq!(names(&sweep.join("points")), ["part-0.parquet"]);
    // when it is written again, then nothing older is left
    fs::write(results.join("parquet/older"), "").expect("room");
    let bytes = || fs::read(results.join("parquet/evictions/run=lesson/part-0.parquet")).expect("a part");
    let before = bytes();
    assert_eq!(evictsim(home.path(), &["parquet", "results/story"], "").status.code(), Some(0));
    assert_eq!((names(&results.join("parquet")), bytes()), (tables, before));
    assert!(names(&results).iter().all(|name| !name.starts_with('.')));
}

#[test]
fn what_is_no_directory_of_results_is_refused_untouched() {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("thesis.tex"), "").expect("room");
    for directory in [".", "nowhere"] {
        let output = evictsim(home.path(), &["parquet", directory], "");
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("is no directory of results"), "{}", text(&output.stderr));
    }
    assert_eq!(names(home.path()), ["thesis.tex"]);
}

/// A Python that can import `module`; without one, says so.
fn python(module: &str) -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("readers/bin/python");
    let named = std::env::var_os("EVICTSIM_PYTHON").map(PathBuf::from);
    let can = |python: &PathBuf| {
        let import = Command::new(python).args(["-c", &format!("import {module}")]).output();
        import.is_ok_and(|output| output.status.success())
    };
    let found = named.into_iter().chain([installed, PathBuf::from("python3")]).find(can);
    if found.is_none() {
        eprintln!("SKIPPED: no Python with {module} is here; .ci/run installs one, or set EVICTSIM_PYTHON");
    }
    found
}

/// What a script prints as JSON.
fn printed(python: &Path, script: &str, home: &Path) -> Value {
    let output = Command::new(python).args(["-c", script]).current_dir(home).output().expect("Python starts");
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn table(home: &Path, results: &str, name: &str) -> Vec<Cells> {
    rows(&fs::read_to_string(home.join(format!("results/{results}/{name}.csv"))).expect("a table"))
}

#[test]
fn duckdb_reads_every_table_with_its_rows_and_types() {
    let Some(python) = python("duckdb") else { return };
    let home = home();
    let script = "
import duckdb, glob, json, os
found = {}
for table in sorted(glob.glob('results/*/parquet/*')):
    rows = duckdb.sql(f\"from read_parquet('{table}/**/*.parquet', hive_partitioning = true)\")
    found[table] = [len(rows.fetchall()), {name: str(kind) for name, kind in zip(rows.columns, rows.types)}]
exact = duckdb.sql(\"select max(seed), sum(excess)::bigint, bool_and(exceeds_request) from read_parquet('results/story/parquet/runs/*/*.parquet', hive_partitioning = true), read_parquet('results/story/parquet/evictions/*/*.parquet', hive_partitioning = true)\").fetchall()[0]
print(json.dumps({'tables': found, 'exact': exact}))
";
    let found = printed(&python, script, home.path());
    for (path, rows_and_types) in found["tables"].as_object().expect("a map") {
        let [_, results, _, name] = path.split('/').collect::<Vec<_>>()[..] else { panic!("{path}") };
        let csv = table(home.path(), results, name);
        assert_eq!(rows_and_types[0], csv.len(), "{path}");
        if let Some(first) = csv.first() {
            let mut columns: Vec<&str> = first.keys().map(String::as_str).collect();
            let types = rows_and_types[1].as_object().expect("a map");
            let mut found: Vec<&str> = types.keys().map(String::as_str).collect();
            columns.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, columns, "{path}");
        }
    }
    let types = &found["tables"]["results/story/parquet/evictions"][1];
    let kinds = ["replication", "time_s", "pod", "exceeds_request", "excess", "working_set_bytes"]
        .map(|name| types[name].as_str());
    assert_eq!(kinds, ["UBIGINT", "DOUBLE", "VARCHAR", "BOOLEAN", "BIGINT", "UBIGINT"].map(Some));
    // The largest seed there is, and a sum of numbers, once for each of the six runs.
    let excess: i64 = table(home.path(), "story", "evictions")
        .iter()
        .map(|row| row["excess"].parse::<i64>().expect("a number"))
        .sum();
    assert_eq!(found["exact"], serde_json::json!([u64::MAX, 6 * excess, true]));
}

#[test]
fn the_shipped_queries_answer() {
    let Some(python) = python("duckdb") else { return };
    let home = home();
    let queries = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/queries");
    for name in names(&queries) {
        let query = fs::read_to_string(queries.join(&name)).expect("text");
        let results = if query.contains("-- For the results of a sweep") { "many" } else { "story" };
        assert!(
            query.starts_with("-- ") && query.contains(&format!("../queries/{name}")),
            "{name} says how it is asked"
        );
        let script = format!(
            "import duckdb, json, os
os.chdir('results/{results}')
rows = duckdb.sql({query:?})
print(json.dumps([dict(zip(rows.columns, row)) for row in rows.fetchall()], default=str))"
        );
        let answer = printed(&python, &script, home.path());
        assert!(answer.as_array().is_some_and(|rows| !rows.is_empty()), "{name}");
        if name == "risk.sql" {
            let points = table(home.path(), "many", "points");
            for (row, point) in answer.as_array().expect("a list").iter().zip(&points) {
                let expected: f64 = point["evictions_per_pod_month_mean"].parse().expect("a number");
                let found = row["evictions_per_pod_month"].as_f64().expect("a number");
                assert!((found / expected - 1.0).abs() < 1e-9, "{row} {point:?}");
            }
            assert_eq!(answer.as_array().map(Vec::len), Some(points.len()));
        }
    }
}

#[test]
fn polars_and_pandas_read_the_same_dataset() {
    let home = home();
    let expected = table(home.path(), "story", "evictions").len();
    for (module, script) in [
        (
            "polars",
            "import polars, json; d = polars.read_parquet('results/story/parquet/evictions/**/*.parquet', hive_partitioning=True); print(json.dumps([d.height, sorted(d['run'].unique().to_list())]))",
        ),
        (
            "pandas, pyarrow",
            "import pandas, json; d = pandas.read_parquet('results/story/parquet/evictions'); print(json.dumps([len(d), sorted(d['run'].unique())]))",
        ),
    ] {
        if let Some(python) = python(module) {
            assert_eq!(
                printed(&python, script, home.path()),
                serde_json::json!([expected, ["kubelet", "lesson"]]),
                "{module}"
            );
        }
    }
}
