//! Bad scenarios, and what their author is told: what, where, how to mend it.
//!
//! Each snapshot is the whole text that a user would see. A text that stops
//! being helpful is a failure, even if the mistake is still found.

use evictsim::scenario::mistake::listed;
use evictsim::scenario::{self, Scenario};
use insta::assert_snapshot;
use std::io::{Error, ErrorKind, Result};

/// What every sound scenario has; a test adds its mistake.
const NODES: &str = "nodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}}]\n";
const PODS: &str = "pods: [{name: web, workingSet: 300Mi}]\n";

/// Reads `bad.yaml` of a few files kept in memory.
fn read(files: &[(&str, &[u8])]) -> std::result::Result<Scenario, String> {
    let open = |path: &str| -> Result<Vec<u8>> {
        let found = files.iter().find(|(name, _)| *name == path);
        found.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| Error::from(ErrorKind::NotFound))
    };
    scenario::read("bad.yaml", &open).map_err(|mistakes| listed(&mistakes))
}

/// What the author of this scenario is told.
fn told(text: &str) -> String {
    read(&[("bad.yaml", text.as_bytes())]).expect_err("the scenario is bad")
}

/// The same, for a scenario of which only the pods are written here.
fn told_of_pods(pods: &str) -> String {
    told(&format!("horizon: 1h\n{NODES}{pods}"))
}

/// The same, for a scenario of which only the node's kubelet is written here.
fn told_of_kubelet(kubelet: &str) -> String {
    told(&format!("horizon: 1h\n{NODES}{PODS}kubelet: {kubelet}\n"))
}

#[test]
fn the_scenario_that_the_others_spoil_is_sound() {
    let scenario = read(&[("bad.yaml", format!("horizon: 1h\n{NODES}{PODS}").as_bytes())]);
    let scenario = scenario.expect("nothing is wrong with it");
    assert_eq!((scenario.nodes.len(), scenario.workloads.len()), (1, 1));
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    assert_snapshot!(told_of_pods("pods:\n  - name: web\n    workingset: 300Mi\n    imagePolicy: x\n"), @"");
}

#[test]
fn a_wrong_unit_names_the_right_ones() {
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: 300MB, runTime: 5min, requests: {memory: 1gi}}]\n"), @"");
}

#[test]
fn a_negative_amount_is_refused() {
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: -1Gi, requests: {cpu: -100m}}]\n"), @"");
}

#[test]
fn a_limit_below_its_request_says_both() {
    assert_snapshot!(told_of_pods("pods:\n  - name: web\n    requests: {memory: 256Mi}\n    limits: {memory: 128Mi}\n"), @"");
}

#[test]
fn an_unknown_distribution_names_the_known_ones() {
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: {unifrom: {min: 1Gi, max: 2Gi}}, runTime: {gauss: {mean: 1h}}}]\n"), @"");
}

#[test]
fn a_distributions_parameters_are_checked() {
    assert_snapshot!(told_of_pods(
        "pods:\n  - name: web\n    workingSet: {uniform: {min: 2Gi, max: 1Gi}}\n    runTime: {lomax: {shape: 0.97, scale: 839s}}\n    startUpTime: {logNormal: {median: 0s, sigma: -1}}\n    stopTime: {choice: [{value: 1s, weight: 0}]}\n    exitCode: {uniform: {min: 0, max: 300}}\n"
    ), @"");
}

#[test]
fn a_usage_that_makes_no_sense_is_refused() {
    assert_snapshot!(told_of_pods(
        "pods:
  - {name: a, workingSet: {ramp: {from: 1Mi, to: 2Mi, over: 0s}}}
  - {name: b, workingSet: {pulses: {base: 1Mi, height: 2Mi, every: 10s, length: 1m}}}
  - {name: c, workingSet: {sawtooth: {low: 2Mi, high: 1Mi, period: 0s}}}
  - {name: d, workingSet: {steps: [{at: 10s, level: 1Mi}, {at: 5s, level: 2Mi}]}}
  - {name: e, workingSet: {leak: {from: 1Mi}}}
  - {name: f, workingSet: {from: 1Mi, to: 2Mi}}
  - {name: g, workingSet: {}}
  - {name: h, workingSet: {ramp: {from: 1Mi, to: 2Mi, over: 1s}, leak: {from: 1Mi, perHour: 1Mi}}}
"
    ), @"");
    assert_snapshot!(told_of_pods(
        "pods:
  - {name: a, workingSet: {ramp: {from: 1Mi, to: 2Mi, over: 0s}}}
  - {name: b, workingSet: {pulses: {base: 1Mi, height: 2Mi, every: 10s, length: 1m}}}
  - {name: c, workingSet: {sawtooth: {low: 2Mi, high: 1Mi, period: 0s}}}
  - {name: d, workingSet: {steps: [{at: 10s, level: 1Mi}, {at: 5s, level: 2Mi}]}}
  - {name: e, workingSet: {leak: {from: 1Mi}}}
  - {name: f, workingSet: {}}
  - {name: g, workingSet: {ofLimit: 0.5}}
  - {name: h, workingSet: {diurnal: {mean: 1Mi, amplitude: 2Mi}}}
  - {name: i, workingSet: {randomWalk: {start: 5Mi, step: 1Mi, every: 1m, min: 1Mi, max: 2Mi}}}
"
    ), @"");
}

#[test]
fn a_missing_file_says_who_named_it() {
    assert_snapshot!(read(&[]).expect_err("no file"), @"");
    assert_snapshot!(told("include: base.yaml\nhorizon: 1h\n"), @"");
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: {trace: {file: use.csv}}}]\n"), @"");
}

#[test]
fn an_empty_file_is_not_a_scenario() {
    assert_snapshot!(told(""), @"");
    assert_snapshot!(told("# only a comment\n"), @"");
    assert_snapshot!(told("[]"), @"");
    assert_snapshot!(told("{}"), @"");
}

#[test]
fn a_huge_exponent_takes_no_time() {
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: 1e2147483648, requests: {memory: 1e30}}]\n"), @"");
}

#[test]
fn a_name_given_twice_names_both_places() {
    assert_snapshot!(told(
        "horizon: 1h
nodes:
  - {name: node, capacity: {cpu: 4, memory: 8Gi}}
  - {name: node, capacity: {cpu: 4, memory: 8Gi}}
pods:
  - {name: web, workingSet: 1Mi}
  - {name: web, workingSet: 1Mi}
runs: [{name: a}, {name: a}]
"
    ), @"");
}

#[test]
fn a_name_that_kubernetes_would_refuse_is_refused() {
    assert_snapshot!(told_of_pods("name: Eviction Order\npods: [{name: My_Web, workingSet: 1Mi}]\n"), @"");
}

#[test]
fn a_key_given_twice_names_both_places() {
    assert_snapshot!(told("horizon: 1h\nseed: 1\nhorizon: 2h\n"), @"");
}

#[test]
fn files_that_include_one_another_are_refused() {
    let files: [(&str, &[u8]); 2] = [("bad.yaml", b"include: b.yaml\n"), ("b.yaml", b"include: bad.yaml\n")];
    assert_snapshot!(read(&files).expect_err("a circle"), @"");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_snapshot!(read(&[("bad.yaml", b"horizon: 1h\nname: \xff\xfe\n")]).expect_err("no text"), @"");
}

#[test]
fn a_directory_is_no_scenario() {
    let directory = |_: &str| -> Result<Vec<u8>> { Err(Error::from(ErrorKind::IsADirectory)) };
    assert_snapshot!(listed(&scenario::read("scenarios", &directory).expect_err("a directory")), @"");
}

#[test]
fn deep_nesting_and_huge_files_are_refused_at_once() {
    let began = std::time::Instant::now();
    assert_snapshot!(told(&"[".repeat(10_000_000)), @"");
    assert_snapshot!(told(&"[".repeat(100_000_000)), @"");
    assert!(began.elapsed().as_secs() < 20, "took {:?}", began.elapsed());
}

#[test]
fn a_billion_laughs_are_refused() {
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", ")));
    }
    assert_snapshot!(told(&laughs), @"");
}

#[test]
fn what_is_not_yaml_says_where() {
    assert_snapshot!(told("horizon: 1h\nnodes:\n\t- name: node\n"), @"");
    assert_snapshot!(told("horizon: 1h\nnodes: [{name: node\npods: []\n"), @"");
}

#[test]
fn two_documents_are_one_too_many() {
    assert_snapshot!(told("horizon: 1h\n---\nhorizon: 2h\n"), @"");
}

#[test]
fn a_wrong_shape_says_which_is_right() {
    assert_snapshot!(told("horizon: [1h]\nseed: abc\nreplications: 1.5\nnodes: {name: node}\npods: web\n"), @"");
}

#[test]
fn a_missing_key_is_named() {
    assert_snapshot!(told(&format!("{NODES}pods: [{{workingSet: 1Mi}}]\n")), @"");
}

#[test]
fn a_soft_threshold_needs_its_grace_period() {
    assert_snapshot!(told_of_kubelet("{evictionSoft: {memory.available: 1Gi}}"), @"");
}

#[test]
fn an_unknown_signal_names_the_nearest() {
    assert_snapshot!(told_of_kubelet("{evictionHard: {memory.avialable: 100Mi, disk: 10%}}"), @"");
}

#[test]
fn a_kubelet_that_leaves_nothing_is_refused() {
    assert_snapshot!(told_of_kubelet("{evictionHard: {memory.available: 8Gi}}"), @"");
    assert_snapshot!(told_of_kubelet("{systemReserved: {memory: 8Gi}}"), @"");
    assert_snapshot!(told_of_kubelet(
        "{evictionHard: {memory.available: 110%}, kubeReserved: {memory: -1Gi, gpu: 1}, evictionPressureTransitionPeriod: 1d}"
    ), @"");
}

#[test]
fn a_workload_says_once_how_many_pods_it_has() {
    assert_snapshot!(told_of_pods(
        "workloads:
  - {name: none, template: {spec: {containers: [{name: app}]}}}
  - {name: both, replicas: 2, arrivals: {poisson: {perHour: 1}}, template: {spec: {containers: [{name: app}]}}}
  - {name: job, kind: Job, replicas: 1, template: {spec: {containers: [{name: app}]}}}
  - {name: zero, replicas: 0, template: {spec: {}}}
  - {name: rate, arrivals: {poisson: {}}, template: {spec: {containers: [{name: app}]}}}
"
    ), @"");
}

#[test]
fn behavior_of_what_is_not_there_names_the_nearest() {
    assert_snapshot!(told_of_pods(
        "workloads:
  - name: web
    replicas: 1
    template:
      spec:
        containers: [{name: app, imagee: x}]
        volumes: [{name: scratch, emptyDir: {sizeLimit: 1Gi}}]
    behavior: {containers: {apq: {workingSet: 1Mi}}, volumes: {scratch: 2Gi, scrach: 1Mi}}
"
    ), @"");
    assert_snapshot!(told_of_pods(
        "workloads:
  - name: web
    replicas: 1
    template:
      spec:
        containers: [{name: app}, {name: app}]
        volumes: [{name: scratch, emptyDir: {sizeLimit: 1Gi}}]
    behavior: {containers: {apq: {workingSet: 1Mi}}, volumes: {scratch: 2Gi, scrach: 1Mi}}
"
    ), @"");
}

#[test]
fn a_table_names_the_line_of_its_mistake() {
    let scenario = format!(
        "horizon: 1h\n{NODES}workloads:\n  - name: web\n    arrivals: {{file: {{path: arrivals.csv}}}}\n    template: {{spec: {{containers: [{{name: app}}]}}}}\n"
    );
    let files: [(&str, &[u8]); 2] =
        [("bad.yaml", scenario.as_bytes()), ("arrivals.csv", b"at_s,priority\n0,1\n10,high\n")];
    assert_snapshot!(read(&files).expect_err("a bad row"), @"");
    assert_snapshot!(told_of_pods(
        "workloads:
  - name: web
    arrivals:
      inline:
        csv: |
          at_s,run_time_s
          0,60
          10,-5
    template: {spec: {containers: [{name: app}]}}
"
    ), @"");
}

#[test]
fn all_mistakes_are_listed_at_once() {
    assert_snapshot!(told(
        "horizon: 0s
replications: 0
name: A
nodes:
  - {name: node, capacity: {cpu: 4, memory: 0}}
pods:
  - {name: web, requests: {memory: 2Ei}, limits: {memory: 1Mi}}
record: {timeline: 0s}
"
    ), @"");
}

#[test]
fn too_many_nodes_are_refused() {
    assert_snapshot!(told(&format!("horizon: 200y\n{PODS}nodes: [{{name: node, count: 4000000000, capacity: {{cpu: 1, memory: 1Gi}}}}]\n")), @"");
    assert_snapshot!(told(&format!("horizon: 1000000h\n{PODS}nodes: [{{name: node, count: 4000000000, capacity: {{cpu: 1, memory: 1Gi}}}}]\n")), @"");
}
