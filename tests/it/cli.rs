//! The program, as a user meets it: words in, output and exit code out.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const SCENARIO: &str = "# Who is evicted first when a node runs out of memory?
horizon: 30m
nodes:
  - {name: node, capacity: {cpu: 4, memory: 1Gi, pods: 110}}
pods:
  - {name: cache, workingSet: 300Mi}
  - {name: leak, requests: {memory: 100Mi}, workingSet: {from: 100Mi, to: 700Mi, over: 10m}}
runs:
  - {name: lesson, rules: Lesson}
  - {name: kubelet, rules: Kubernetes}
";

/// Runs the program in a directory.
pub fn evictsim(home: &Path, words: &[&str], input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_evictsim"))
        .args(words)
        .current_dir(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that stops at its arguments closes its input early: not our concern.
    let _ = program.stdin.take().expect("a pipe").write_all(input.as_bytes());
    program.wait_with_output().expect("the program ends")
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is text")
}

/// A directory with the scenario in it.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("eviction-order.yaml"), SCENARIO).expect("room");
    home
}

#[test]
fn a_run_leaves_its_tables_and_tells_the_question() {
    let home = home();
    let output = evictsim(home.path(), &["run", "eviction-order.yaml"], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "no progress where there is no terminal");
    assert!(text(&output.stdout).starts_with("Who is evicted first when a node runs out of memory?\n"));
    let results = home.path().join("results/eviction-order");
    let runs = fs::read_to_string(results.join("runs.csv")).expect("a table");
    assert_eq!(runs.lines().count(), 3, "a header and two runs");
    let manifest = fs::read_to_string(results.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(manifest["command"], serde_json::json!(["run", "eviction-order.yaml"]));
    assert_eq!(manifest["files"][0]["file"], "eviction-order.yaml");
}

#[test]
fn the_same_scenario_gives_the_same_bytes_wherever_it_is_run() {
    let (one, other) = (home(), home());
    for home in [&one, &other] {
        evictsim(home.path(), &["run", "eviction-order.yaml", "-q"], "");
    }
    for file in fs::read_dir(one.path().join("results/eviction-order")).expect("results") {
        let name = file.expect("an entry").file_name();
        let bytes = |home: &Path| fs::read(home.join("results/eviction-order").join(&name)).expect("a file");
        assert_eq!(bytes(one.path()), bytes(other.path()), "{}", name.display());
    }
}

#[test]
fn every_pass_gives_the_same_tables_and_says_so_in_the_manifest() {
    let home = home();
    evictsim(home.path(), &["run", "eviction-order.yaml", "-q", "--out", "skipping"], "");
    evictsim(home.path(), &["run", "eviction-order.yaml", "-q", "--out", "every", "--every-pass"], "");
    for file in fs::read_dir(home.path().join("skipping")).expect("results") {
        let name = file.expect("an entry").file_name();
        let bytes = |place: &str| fs::read(home.path().join(place).join(&name)).expect("a file");
        let is_manifest = name == "manifest.json";
        assert_eq!(bytes("skipping") == bytes("every"), !is_manifest, "{}", name.display());
    }
}

#[test]
fn the_summary_counts_evictions_and_says_what_was_short_though_memory_never_was() {
    // 80 Gi and 13 Gi are above 100 Gi - 10 Gi.
    let scenario = "horizon: 1m
kubelet: {evictionHard: {nodefs.available: 10Gi}}
nodes: [{name: n, capacity: {cpu: 4, memory: 8Gi}, firstPass: 5s, nodefs: {capacity: 100Gi, used: 80Gi}}]
pods: [{name: logs, logs: 13Gi}]
";
    let home = home();
    let output = evictsim(home.path(), &["run", "-"], scenario);
    let told = text(&output.stdout);
    let line = "  no node ever reported MemoryPressure; 1 eviction (0 innocent), 0 OOM kills, 0 restarts";
    assert!(told.lines().any(|printed| printed == line), "{told}");
    let victim = told.lines().find(|printed| printed.contains("  logs  ")).expect("its row");
    assert!(victim.contains("ephemeral-storage  13Gi"), "{told}");
}

#[test]
fn rules_on_the_command_line_take_the_place_of_the_scenarios_runs() {
    let home = home();
    let words = ["run", "-", "-o", "csv", "--rules", "kubernetes", "--seed", "7", "--out", "mine"];
    let output = evictsim(home.path(), &words, SCENARIO);
    let rows: Vec<&str> = text(&output.stdout).lines().collect();
    assert_eq!(rows.len(), 2, "{}", text(&output.stderr));
    assert!(rows[1].starts_with("kubernetes,0,stdin,Kubernetes,Kubelet,Container,7,1800,1,"), "{}", rows[1]);
    assert!(home.path().join("mine/manifest.json").exists());
}

#[test]
fn json_on_standard_output_has_the_runs_rows() {
    let home = home();
    let output = evictsim(home.path(), &["run", "eviction-order.yaml", "-o", "json"], "");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    assert_eq!(document["runs"][1]["run"], "kubelet");
    assert_eq!(document["runs"][1]["preemptions"], 0, "counted, and there was none");
    assert_eq!(document["manifest"]["seed"], 1);
}

#[test]
fn a_timeline_is_drawn_below_the_summary_as_wide_as_it_may_be() {
    let home = home();
    let output = Command::new(env!("CARGO_BIN_EXE_evictsim"))
        .args(["run", "eviction-order.yaml", "--timeline=ascii"])
        .env("COLUMNS", "70")
        .current_dir(home.path())
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let (_, chart) =
        text(&output.stdout).split_once("\nTables: results/eviction-order\n").expect("a summary");
    for start in ["lesson ", "kubelet ", "node ", "  cache ", "  leak "] {
        assert!(chart.lines().any(|line| line.starts_with(start)), "{start:?} is missing from:\n{chart}");
    }
    assert!(chart.contains("E evicted"), "{chart}");
    assert!(chart.is_ascii(), "neither color nor other signs: {chart}");
    assert_eq!(chart.lines().map(str::len).max(), Some(70), "{chart}");
    let figure = fs::read_to_string(home.path().join("results/eviction-order/lives.svg")).expect("a figure");
    assert!(figure.contains("<title>Who is evicted first when a node runs out of memory?</title>"));
}

#[test]
fn the_figure_of_memory_has_each_line_each_pod_and_what_happened_to_it() {
    let home = home();
    let output = evictsim(home.path(), &["run", "eviction-order.yaml", "-q"], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let figure = fs::read_to_string(home.path().join("results/eviction-order/memory.svg")).expect("a figure");
    for words in [
        ">capacity 1Gi<",
        ">hard: 100Mi left<",
        ">leak<",
        "leak: evicted at",
        "<title>leak (Burstable): at most",
    ] {
        assert!(figure.contains(words), "{words:?} is missing from:\n{figure}");
    }
}

#[test]
fn events_are_printed_as_kubectl_prints_them() {
    let home = home();
    let output = evictsim(home.path(), &["run", "eviction-order.yaml", "-o", "events"], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    let evicted: Vec<&str> = printed.lines().filter(|line| line.contains(" Evicted ")).collect();
    assert!(!evicted.is_empty(), "{printed}");
    for line in evicted {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[1..3], ["Warning", "Evicted"], "{line}");
        assert!(line.contains("The node was low on resource: memory. Threshold quantity: 100Mi"), "{line}");
    }
}

#[test]
fn pods_at_the_end_are_printed_as_kubectl_prints_them() {
    let home = home();
    fs::copy(
        format!("{}/scenarios/studies/four-ways-to-go.yaml", env!("CARGO_MANIFEST_DIR")),
        home.path().join("four.yaml"),
    )
    .expect("room");
    let output = evictsim(home.path(), &["run", "four.yaml", "--rules", "Kubernetes", "-o", "yaml"], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let pods: Vec<&str> = text(&output.stdout).split("---\n").skip(1).collect();
    assert_eq!(pods.len(), 5);
    // The figures are those of the scenario's comments, the words those that the API server, the kubelet and the scheduler write.
    for (pod, words) in pods.iter().zip([
        &[
            "pod evicted: Evicted\n",
            "reason: Evicted",
            "low on resource: memory",
            "TerminationByKubelet",
            "00:05:10Z",
        ][..],
        &["pod oom-killed: Failed\n", "reason: OOMKilled", "exitCode: 137", "00:01:02Z", "memory: 50Mi"],
        &["pod preempted: Preempted, and gone", "reason: PreemptionByScheduler", "00:15:00Z"],
        &[
            "pod rejected: Rejected\n",
            "Pod was rejected: The node had condition: [MemoryPressure].",
            "reason: Evicted",
        ],
        &["pod urgent: StillRunning\n", "phase: Running", "ready: true", "priority: 1000"],
    ]) {
        for word in words {
            assert!(pod.contains(word), "{word:?} is missing from:\n{pod}");
        }
        let read: serde_json::Value = serde_saphyr::from_str(pod).expect("YAML");
        assert_eq!(read["kind"], "Pod");
    }
    assert!(!pods[3].contains("containerStatuses"), "no container of it ever was:\n{}", pods[3]);
}

#[test]
fn a_timeline_needs_a_summary() {
    let home = home();
    let output = evictsim(home.path(), &["run", "eviction-order.yaml", "-o", "csv", "--timeline"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("fix: leave -o out"), "{}", text(&output.stderr));
    assert!(!home.path().join("results").exists(), "nothing was run");
}

#[test]
fn who_closes_standard_error_changes_no_exit_code() {
    let home = home();
    let mut program = Command::new(env!("CARGO_BIN_EXE_evictsim"))
        .args(["check", "nowhere.yaml"])
        .current_dir(home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(program.stderr.take());
    assert_eq!(program.wait().expect("it ends").code(), Some(2), "101 is a panic");
}

#[test]
fn quiet_means_nothing_at_all() {
    let home = home();
    let output = evictsim(home.path(), &["run", "eviction-order.yaml", "-q"], "");
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("", ""));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn somebody_elses_directory_is_refused_before_anything_is_run() {
    let home = home();
    let output = evictsim(home.path(), &["run", "eviction-order.yaml", "--out", "."], "");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    assert_eq!(fs::read_dir(home.path()).expect("home").count(), 1, "nothing was added");
}

#[test]
fn bad_input_is_told_with_its_place_on_standard_error_and_exits_with_2() {
    let home = home();
    let output = evictsim(home.path(), &["check", "-", "eviction-order.yaml"], "horizon: soon\nnodes: []\n");
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert!(told.starts_with("error: ") && told.contains("\n  at stdin:1:10 (horizon)\n"), "{told}");
    assert!(text(&output.stdout).starts_with("eviction-order.yaml: ok: "), "the other file is checked, too");
    assert_eq!(evictsim(home.path(), &["check", "none.yaml"], "").status.code(), Some(2));
    assert_eq!(evictsim(home.path(), &["prophesy"], "").status.code(), Some(2));
}

#[test]
fn a_reader_that_has_enough_ends_the_program_without_a_word() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_evictsim"))
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(program.stdout.take());
    let output = program.wait_with_output().expect("the program ends");
    assert_eq!(text(&output.stderr), "");
    // 141 unless the whole schema was written before the pipe was closed.
    assert!(matches!(output.status.code(), Some(0 | 141)), "{:?}", output.status);
}

#[test]
fn numbers_out_of_bounds_say_what_the_bounds_are() {
    let home = home();
    let told = |words: &[&str]| {
        let output = evictsim(home.path(), &[&["run", "eviction-order.yaml"], words].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        text(&output.stderr).to_owned()
    };
    assert!(told(&["--seed", "-1"]).contains("a seed is a whole number from 0"));
    assert!(told(&["--seed", "1.5"]).contains("a seed is a whole number from 0"));
    for number in ["-1", "0", "1000001"] {
        assert!(told(&["--replications", number]).contains("is not in 1..=1000000"), "{number}");
    }
    // 1800 s / 8 s + 1 = 226 samples of one node in 2 runs.
    let too_long = told(&["--replications", "1000000"]);
    assert!(too_long.starts_with("error: the timeline would have 452000000 rows"), "{too_long}");
}

#[test]
fn check_tells_what_is_taken_for_granted() {
    let home = home();
    let output = evictsim(home.path(), &["check", "eviction-order.yaml"], "");
    let told = text(&output.stdout);
    assert!(told.contains("\n  where no stopTime is given, a container exits 1s after SIGTERM\n"), "{told}");
}

#[test]
fn completions_name_the_subcommands() {
    let output = evictsim(Path::new("."), &["completions", "bash"], "");
    for command in ["run", "check", "schema", "import", "completions"] {
        assert!(text(&output.stdout).contains(command), "{command}");
    }
}

#[test]
fn explanations_go_to_standard_output_and_leave_no_files() {
    let home = home();
    let told = |words: &[&str]| {
        let output = evictsim(home.path(), words, SCENARIO);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let lesson = told(&["explain", "eviction-order.yaml"]);
    assert!(lesson.contains("is evicted, with 2s to stop"), "{lesson}");
    assert!(lesson.contains("before leak: BestEffort goes before Burstable"), "{lesson}");
    let kubelet = told(&["explain", "-", "--run", "kubelet", "--pod", "leak", "--not", "cache"]);
    assert!(
        kubelet.contains("\nWhy leak and not cache\n  leak goes before cache: larger excess ("),
        "{kubelet}"
    );
    assert_eq!(told(&["explain", "-", "--rules", "kubernetes"]).matches("eviction order Kubelet").count(), 1);
    let json: serde_json::Value =
        serde_json::from_str(&told(&["explain", "-", "-o", "json"])).expect("JSON and nothing else");
    assert_eq!(json["happened"]["pod"], "cache");
    let compared: serde_json::Value =
        serde_json::from_str(&told(&["compare", "--orders", "-", "-o", "json"]))
            .expect("JSON and nothing else");
    assert_eq!(compared["first_difference"]["decided"][1]["pod"], "leak");
    assert!(!home.path().join("results").exists());
}

#[test]
fn whoever_asks_about_what_is_not_there_is_told_what_is() {
    let home = home();
    let refused = |words: &[&str], expected: &str| {
        let output = evictsim(home.path(), &[&["explain", "eviction-order.yaml"], words].concat(), "");
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(text(&output.stdout), "");
        assert_eq!(text(&output.stderr), expected);
    };
    refused(&["--node", "nod"], "error: there is no node called \"nod\"\n  fix: write node\n");
    refused(
        &["--run", "both"],
        "error: there is no run called \"both\"\n  fix: write one of lesson, kubelet\n",
    );
    refused(
        &["--at", "40m"],
        "error: --at: the run ends before 40m, at 30m\n  fix: ask for an earlier instant, or give the scenario a longer horizon\n",
    );
    refused(&["--at", "40"], "error: --at: `40` has no unit\n  fix: write 40s if you mean seconds\n");
    refused(
        &["--pod", "web"],
        "error: there is no pod on that node at that instant called \"web\"\n  fix: write one of leak\n",
    );
}

#[test]
fn a_manifest_is_told_its_class_from_standard_input_too() {
    let home = home();
    let pod = "{kind: Pod, metadata: {name: web}, spec: {containers: [{name: app, resources: {limits: {memory: 1Gi}}}]}}";
    let output = evictsim(home.path(), &["qos", "-", "-o", "json"], pod);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    assert_eq!(json[0]["qos_class"], "Burstable");
    assert_eq!(json[0]["not_guaranteed"][0]["container"], "app");
    assert_eq!(json[0]["not_guaranteed"][0]["reason"], "NoLimit");
    assert_eq!(json[0]["to_be_best_effort"][0], "container app: limits.memory");
    let output = evictsim(home.path(), &["qos", "-"], "kind: Service\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("error: there is no pod in this file\n  at stdin:1:1\n"));
}
