//! `evictsim bench`: the work is done, checks itself, and says what it took.

use super::cli::{evictsim, text};
use evictsim::scenario::reference::{PodRows, drawn};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The keys that scripts rely on, in their order.
const KEYS: [&str; 10] = [
    "cpu_seconds",
    "wall_seconds",
    "peak_rss_bytes",
    "nodes",
    "pods",
    "succeeded",
    "unscheduled",
    "peak_running",
    "placements",
    "events",
];

#[test]
fn a_table_of_pods_is_placed_to_its_end() {
    let home = tempfile::tempdir().expect("a directory");
    // Two nodes hold 64 pods; the 65th waits until the first has gone.
    let mut table = "pod,arrival_s,duration_s\n".to_owned();
    for pod in 0..65 {
        table.push_str(&format!("{pod},{pod}.5,1000\n"));
    }
    fs::write(home.path().join("pods.csv"), table).expect("room");
    let words = ["bench", "w1", "--pods", "pods.csv", "--nodes", "2", "-o", "json"];
    let output = evictsim(home.path(), &words, "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told: Value = serde_json::from_str(text(&output.stdout)).expect("JSON");
    let keys: Vec<&str> = told.as_object().expect("a map").keys().map(String::as_str).collect();
    assert_eq!(keys, KEYS);
    assert_eq!(
        (&told["pods"], &told["succeeded"], &told["placements"]),
        (&65.into(), &65.into(), &65.into())
    );
    assert_eq!((&told["unscheduled"], &told["peak_running"]), (&0.into(), &64.into()));
}

#[test]
fn a_mistake_in_the_table_is_told_with_its_place_and_nothing_else() {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("pods.csv"), "pod,arrival_s,duration_s\n0,1,2\n1,soon,2\n").expect("room");
    let output = evictsim(home.path(), &["bench", "w1", "--pods", "pods.csv", "--nodes", "2"], "");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    let expected = "error: `soon` in `arrival_s` is no length in seconds\n  at pods.csv:3:3\n  fix: write seconds as a plain number, such as 90 or 0.5\n";
    assert_eq!(text(&output.stderr), expected);
    let missing = evictsim(home.path(), &["bench", "w1", "--pods", "no.csv", "--nodes", "2"], "");
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("cannot read no.csv"), "{}", text(&missing.stderr));
}

/// The published table and its recipe are the same pods, so the larger work by that recipe is what it says.
#[test]
fn the_published_pods_of_w1_are_those_of_the_recipe() {
    for (file, nodes, pods) in [("w1s.csv", 100, 10_000), ("w1.csv", 1_000, 100_000)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/w1").join(file);
        let Ok(table) = fs::File::open(path) else {
            // Not by a print macro: the test harness would keep it to itself.
            let _ =
                writeln!(std::io::stderr(), "SKIPPED: no {file} beside the project; nothing was compared");
            continue;
        };
        let published = PodRows::new(std::io::BufReader::new(table)).expect("its columns");
        assert!(published.eq(drawn(nodes, pods)), "{file}");
    }
}
