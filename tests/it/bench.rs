//! `evictsim bench`: the work is done, checks itself, and says what it took.

use super::cli::{evictsim, text};
use evictsim::scenario::reference::rows::PodRows;
use evictsim::scenario::reference::steady::drawn;
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

/// What W2 says of so many equal pods that come at once on one node, run for `duration_s` and flip every 6 s
/// between 1,024 MiB and `high_mib`.
fn storm_of(pods: u32, high_mib: u32, duration_s: u32) -> Value {
    let home = tempfile::tempdir().expect("a directory");
    let mut table =
        "pod_id,submit_s,cpu_request_milli,mem_request_mib,mem_low_mib,mem_high_mib,shift_s,duration_s\n"
            .to_owned();
    for pod in 0..pods {
        table.push_str(&format!("{pod},0.000,1000,4096,1024,{high_mib},6.000,{duration_s}\n"));
    }
    fs::write(home.path().join("pods.csv"), table).expect("room");
    let words = ["bench", "w2", "--pods", "pods.csv", "--nodes", "1", "-o", "json"];
    let output = evictsim(home.path(), &words, "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_str(text(&output.stdout)).expect("JSON")
}

fn figures<const N: usize>(told: &Value, keys: [&str; N]) -> [u64; N] {
    keys.map(|key| told[key].as_u64().unwrap_or_else(|| panic!("{key} in {told}")))
}

const STORM_KEYS: [&str; 4] = ["flips", "passes", "evictions", "oom_kills"];

#[test]
fn a_storm_evicts_whoever_the_kubelet_finds_on_a_full_node() {
    // At 6 s all 16 pods are up: 16 x 16,384 MiB is all there is, and no more than that, so the kernel lets them be.
    // The look at 10 s evicts the oldest, which starts anew. The loop looks 1 s later and then every 10 s; the
    // condition is 5 min old at 311 s. The other 15 flip at 6, 12 and 18 s, and end at 20 s.
    let told = storm_of(16, 16_384, 20);
    let keys: Vec<&str> = told.as_object().expect("a map").keys().map(String::as_str).collect();
    assert_eq!(keys, [&KEYS[..], &STORM_KEYS].concat());
    //                                    the first time + its run anew + the others' later flips
    assert_eq!(figures(&told, STORM_KEYS), [16 + 3 + 15 * 2, 1 + 31, 1, 0]);
    assert_eq!(figures(&told, ["pods", "succeeded", "placements", "peak_running"]), [17, 16, 17, 16]);
}

#[test]
fn a_storm_kills_where_memory_is_gone_before_anybody_looks() {
    // At 6 s all 18 pods are up: 270,000 MiB, where 262,144 are. The youngest dies at once and starts anew,
    // flips at 12 s and ends at 16 s; the others end at 10 s. Nothing is short when the kubelet looks.
    let told = storm_of(18, 15_000, 10);
    assert_eq!(figures(&told, STORM_KEYS), [18 + 1, 0, 0, 1]);
    assert_eq!(figures(&told, ["pods", "succeeded", "placements", "peak_running"]), [19, 18, 19, 18]);
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
    let storm = evictsim(home.path(), &["bench", "w2", "--pods", "pods.csv", "--nodes", "2"], "");
    assert_eq!(storm.status.code(), Some(2));
    let expected = "error: these are not the columns of W2's pods\n  at pods.csv:1:1\n  fix: begin with the line pod_id,submit_s,";
    assert!(text(&storm.stderr).starts_with(expected), "{}", text(&storm.stderr));
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
