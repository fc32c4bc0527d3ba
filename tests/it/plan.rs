//! Plans, as a user meets them: an answer that a sweep of all settings confirms, and one clear error.
//!
//! Next: [`bad`], what is refused.

mod bad;

use crate::cli::{evictsim, text};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// One node, and pods that each grow to 300Mi to 600Mi. Some 1700Mi are there before the threshold is met: room for
/// three in nearly all runs (1350Mi and a deviation of 170Mi), for four (1800Mi) in few.
const SCENARIO: &str = "# Who is evicted?
horizon: 40m
nodes: [{name: node, capacity: {cpu: 4, memory: 2Gi}, systemDaemons: {uniform: {min: 100Mi, max: 400Mi}}}]
workloads:
  - name: web
    kind: ReplicaSet
    replicas: 4
    template: {spec: {containers: [{name: app, resources: {requests: {memory: 200Mi}}}]}}
    behavior: {containers: {app: {workingSet: {from: 200Mi, to: {uniform: {min: 300Mi, max: 600Mi}}, over: 20m}}}}
rules: Kubernetes
";

const PLAN: &str = "# How many fit?
scenario: base.yaml
parameters: {pods: 'workloads[name=web].replicas'}
largest: {pods: {from: 1, to: 8, step: 1}}
keep: {measure: evictions, below: 0.5, atLeast: 20, batch: 20, atMost: 200}
whatIf:
  - name: the node has 4Gi
    change: {'nodes[name=node].capacity.memory': 4Gi}
  - name: pods grow to 600Mi at least
    change: {'workloads[name=web].behavior.containers.app.workingSet.to': {uniform: {min: 600Mi, max: 700Mi}}}
  - name: it lasts a minute longer
    change: {horizon: 41m}
";

/// A directory with the scenario and a plan in it.
fn home(plan: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("base.yaml"), SCENARIO).expect("room");
    fs::write(home.path().join("fit.yaml"), plan).expect("room");
    home
}

fn plan(home: &Path, words: &[&str]) -> Output {
    evictsim(home, &[&["plan", "fit.yaml", "-q"], words].concat(), "")
}

/// What a plan with an answer prints.
fn planned(home: &Path, words: &[&str]) -> String {
    let output = plan(home, words);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    text(&output.stdout).to_owned()
}

fn json(told: &str) -> Value {
    serde_json::from_str(told).expect("JSON")
}

/// The settings that keep a bound, of all settings of a grid, by a sweep with another seed: plain intervals,
/// as often for each as for any other.
fn kept_by_brute_force(
    home: &Path,
    grid: &str,
    (measure, bound): (&str, f64),
    replications: u32,
) -> Vec<String> {
    fs::write(home.join("all.yaml"), grid).expect("room");
    let replications = replications.to_string();
    let words = ["sweep", "all.yaml", "--seed", "2", "--replications", &replications, "-o", "json"];
    let output = evictsim(home, &words, "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = json(text(&output.stdout));
    let points = told["points"].as_array().expect("points");
    let side = |point: &Value| {
        let figures = &point["measures"][measure];
        let (lower, upper) = (figures["lower"].as_f64(), figures["upper"].as_f64());
        let (lower, upper) = lower.zip(upper).expect("an interval");
        assert!(upper < bound || bound < lower, "no number of runs would be enough: {figures}");
        upper < bound
    };
    let value = |point: &Value| {
        let parameters = point["parameters"].as_object().expect("parameters");
        parameters.values().next().and_then(Value::as_str).expect("a value").to_owned()
    };
    points.iter().filter(|point| side(point)).map(value).collect()
}

#[test]
fn the_answer_is_that_of_a_sweep_of_all_settings_with_other_draws() {
    let home = home(PLAN);
    let told = json(&planned(home.path(), &["-o", "json"]));
    let (parameters, _) = PLAN.split_once("largest:").expect("a question");
    let grid = format!("{parameters}grid: [{{pods: {{from: 1, to: 8, step: 1}}}}]\n");
    let kept = kept_by_brute_force(home.path(), &grid, ("evictions", 0.5), 100);
    assert_eq!(kept, ["1", "2", "3"], "as the arithmetic says");
    assert_eq!(told["answer"]["pods"].as_str(), kept.last().map(String::as_str));
    let asked: Vec<&str> = told["settings"]
        .as_array()
        .expect("settings")
        .iter()
        .filter_map(|one| one["parameters"]["pods"].as_str())
        .collect();
    assert_eq!(asked, ["2", "3", "4"], "halving asks three of eight");
}

/// The shipped plan, on a fifth of the pods and a quarter of the day.
#[test]
fn the_shipped_question_made_small_is_answered_as_a_sweep_of_all_settings_does() {
    let studies = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/studies");
    let shipped = |name: &str| fs::read_to_string(studies.join(name)).expect("it is shipped");
    let small = shipped("three-hundred-pods.yaml")
        .replace("replicas: 300", "replicas: 60")
        .replace("horizon: 1d", "horizon: 6h");
    let whole = shipped("how-many-nodes.yaml");
    let (asked, _) = whole.split_once("whatIf:").expect("what-ifs");
    let asked = asked.replace("from: 10, to: 25", "from: 2, to: 5").replace("below: 0.1,", "below: 1,");
    let home = home(&asked);
    fs::write(home.path().join("three-hundred-pods.yaml"), small).expect("room");
    let told = json(&planned(home.path(), &["-o", "json"]));
    let (parameters, _) = asked.split_once("smallest:").expect("a question");
    let grid = format!("{parameters}grid: [{{nodes: {{from: 2, to: 5, step: 1}}}}]\n");
    let kept = kept_by_brute_force(home.path(), &grid, ("evictions_per_pod_month", 1.0), 60);
    assert_eq!(told["answer"]["nodes"].as_str(), kept.first().map(String::as_str), "{told:#}");
}

#[test]
fn an_answer_is_told_with_all_that_it_rests_on() {
    let home = home(PLAN);
    let told = planned(home.path(), &[]);
    for sentence in [
        "How many fit?\nfit: the largest setting that keeps evictions below 0.5, 95 % sure; runs of 40m, seed 1\n",
        "Answer: pods=3. evictions there: ",
        "pods=4 is too much: ",
        "95 % sure, however often a setting was looked at",
        "nothing that was run speaks against it",
        "At pods=3:\n  Memory: requests ",
        // 2Gi less the threshold of 100Mi hold nine requests of 200Mi and 148Mi more; three are taken.
        "Headroom: 1348Mi of memory that nobody requests, room for 6 more pods of 200Mi",
        "Without the largest node (1948Mi allocatable): 3 of 3 pods find no room",
        "Assumed:\n",
    ] {
        assert!(told.contains(sentence), "{sentence:?} is not in\n{told}");
    }
}

#[test]
fn assumptions_that_change_the_answer_are_told_first_the_largest_first() {
    let home = home(PLAN);
    let told = json(&planned(home.path(), &["-o", "json"]));
    let found: Vec<(&str, &str)> = told["whatIf"]
        .as_array()
        .expect("what-ifs")
        .iter()
        .map(|one| (one["name"].as_str().expect("a name"), one["moves"].as_str().expect("a word")))
        .collect();
    let expected = [
        ("pods grow to 600Mi at least", "away"),
        ("the node has 4Gi", "closer"),
        ("it lasts a minute longer", "nowhere"),
    ];
    assert_eq!(found, expected, "{:#}", told["whatIf"]);
}

#[test]
fn the_same_bytes_come_of_any_number_of_threads() {
    let home = home(PLAN);
    let one = planned(home.path(), &["-o", "json", "--threads", "1"]);
    for threads in ["2", "8"] {
        assert!(planned(home.path(), &["-o", "json", "--threads", threads]) == one, "{threads} threads");
    }
    assert!(planned(home.path(), &["-o", "json", "--seed", "2"]) != one, "another seed has other figures");
}

#[test]
fn a_plan_without_an_answer_says_so_and_exits_with_1() {
    let home = home(&PLAN.replace("from: 1, to: 8", "from: 5, to: 8"));
    let output = plan(home.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "no setting was shown to keep evictions below 0.5, 95 % sure\n");
    let told = text(&output.stdout);
    assert!(
        told.contains("No answer: no setting was shown to keep evictions below 0.5, 95 % sure."),
        "{told}"
    );
    assert!(
        !told.contains("What if?") && !told.contains("Headroom"),
        "there is nothing to ask it of: {told}"
    );
    let output = plan(home.path(), &["-o", "json"]);
    assert_eq!((output.status.code(), &json(text(&output.stdout))["answer"]), (Some(1), &Value::Null));
}

#[test]
fn a_choice_is_the_best_of_those_that_keep_the_bound() {
    // Pods that may grow to 200Mi, 300Mi, 900Mi: two fit beside each other, and of those the larger is preferred.
    let rules = "choose:
  rule: [small, middle, large]
  size: [{uniform: {min: 200Mi, max: 210Mi}}, {uniform: {min: 300Mi, max: 310Mi}}, {uniform: {min: 900Mi, max: 910Mi}}]
prefer: {highest: use_to_capacity}
";
    let (before, rest) = PLAN.split_once("parameters:").expect("parameters");
    let (_, keep) = rest.split_once("keep:").expect("a bound");
    let (keep, _) = keep.split_once("whatIf:").expect("what-ifs");
    let parameters =
        "parameters: {rule: [], size: 'workloads[name=web].behavior.containers.app.workingSet.to'}\n";
    let home = home(&format!("{before}{parameters}{rules}keep:{keep}"));
    let told = json(&planned(home.path(), &["-o", "json"]));
    assert_eq!(told["answer"]["rule"], "middle", "{told:#}");
}

#[test]
fn the_table_of_settings_is_drawn_as_a_curve() {
    let home = home(PLAN);
    let table = planned(home.path(), &["-o", "csv"]);
    fs::write(home.path().join("settings.csv"), table).expect("room");
    let words = ["figure", "curve", "settings.csv", "--x", "pods", "--y", "evictions"];
    let figure = evictsim(home.path(), &words, "");
    assert_eq!(figure.status.code(), Some(0), "{}", text(&figure.stderr));
    assert!(text(&figure.stdout).starts_with("<svg"), "{}", text(&figure.stdout));
}

#[test]
fn check_tells_a_plan_from_a_scenario() {
    let home = home(PLAN);
    let output = evictsim(home.path(), &["check", "fit.yaml"], "");
    let expected =
        "fit.yaml: ok: the plan fit, 8 settings, 20 to 200 replications of each that is run, 3 what-ifs, ";
    assert!(text(&output.stdout).starts_with(expected), "{}", text(&output.stdout));
}
