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
    assert_snapshot!(told_of_pods("pods:\n  - name: web\n    workingset: 300Mi\n    imagePolicy: x\n"), @r#"
error: unknown key `workingset`; did you mean `workingSet`?
  at bad.yaml:5:5 (pods[0].workingset)
  fix: write `workingSet`
error: unknown key `imagePolicy`
  at bad.yaml:6:5 (pods[0].imagePolicy)
  fix: the keys known here are `name`, `count`, `at`, `requests`, `limits`, `priority`, `workingSet`, `runTime`, `exitCode`, `restartPolicy`, `terminationGracePeriodSeconds`, `tolerations`, `startUpTime`, `stopTime` and `pullTime`
2 mistakes
"#);
}

#[test]
fn a_wrong_unit_names_the_right_ones() {
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: 300MB, runTime: 5min, requests: {memory: 1gi}}]\n"), @r#"
error: unknown suffix `MB` (did you mean `M` or `Mi`?)
  at bad.yaml:3:32 (pods[0].workingSet)
  fix: write 300M
error: unknown unit of time `min`
  at bad.yaml:3:48 (pods[0].runTime)
  fix: write 5m
error: unknown suffix `gi` (did you mean `Gi`?)
  at bad.yaml:3:73 (pods[0].requests.memory)
  fix: write 1Gi
3 mistakes
"#);
}

#[test]
fn a_negative_amount_is_refused() {
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: -1Gi, requests: {cpu: -100m}}]\n"), @r#"
error: memory of -1Gi is negative
  at bad.yaml:3:32 (pods[0].workingSet)
  fix: write an amount of zero or more
error: cpu of -100m is negative
  at bad.yaml:3:54 (pods[0].requests.cpu)
  fix: write an amount of zero or more
2 mistakes
"#);
}

#[test]
fn a_limit_below_its_request_says_both() {
    assert_snapshot!(told_of_pods("pods:\n  - name: web\n    requests: {memory: 256Mi}\n    limits: {memory: 128Mi}\n"), @r#"
error: pod web: memory limit 128Mi is below its request 256Mi
  at bad.yaml:6:22 (pods[0].limits.memory)
  fix: raise the limit to 256Mi, or lower the request
"#);
}

#[test]
fn an_unknown_distribution_names_the_known_ones() {
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: {unifrom: {min: 1Gi, max: 2Gi}}, runTime: {gauss: {mean: 1h}}}]\n"), @r#"
error: unknown value "unifrom"; did you mean `uniform`?
  at bad.yaml:3:32 (pods[0].workingSet)
  fix: write `uniform`
error: unknown value "gauss"
  at bad.yaml:3:75 (pods[0].runTime)
  fix: the values known here are `uniform`, `exponential`, `normal`, `logNormal`, `weibull`, `lomax`, `choice` and `mixture`
2 mistakes
"#);
}

#[test]
fn a_distributions_parameters_are_checked() {
    assert_snapshot!(told_of_pods(
        "pods:\n  - name: web\n    workingSet: {uniform: {min: 2Gi, max: 1Gi}}\n    runTime: {lomax: {shape: 0.97, scale: 839s}}\n    startUpTime: {logNormal: {median: 0s, sigma: -1}}\n    stopTime: {choice: [{value: 1s, weight: 0}]}\n    exitCode: {uniform: {min: 0, max: 300}}\n"
    ), @r#"
error: `max` is below `min`
  at bad.yaml:5:43 (pods[0].workingSet.uniform.max)
  fix: swap the two
error: a lomax of shape 0.97 has no mean unless it is cut off
  at bad.yaml:6:30 (pods[0].runTime.lomax.shape)
  fix: add `atMost`, such as the largest value that you believe in
error: the median of a distribution must be above zero
  at bad.yaml:7:39 (pods[0].startUpTime.logNormal.median)
  fix: write a larger one
error: the sigma of a distribution is negative
  at bad.yaml:7:50 (pods[0].startUpTime.logNormal.sigma)
  fix: write zero or more
error: there is nothing to choose from: no part has a weight above zero
  at bad.yaml:8:24 (pods[0].stopTime.choice)
  fix: give at least one part a weight
error: the value is not an exit code from 0 to 255
  at bad.yaml:9:39 (pods[0].exitCode.uniform.max)
  fix: write a value in that range
6 mistakes
"#);
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
    ), @r#"
error: a ramp has the keys `from`, `to` and `over`; `over` is missing
  at bad.yaml:9:27 (pods[5].workingSet)
  fix: add the key `over`
error: `ramp` and `leak` together, where one model is expected
  at bad.yaml:11:27 (pods[7].workingSet)
  fix: keep one of the two
2 mistakes
"#);
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
    ), @r#"
error: the ramp takes no time
  at bad.yaml:4:61 (pods[0].workingSet.ramp.over)
  fix: write a length above 0s
error: a pulse of 1m does not end before the next begins, after 10s
  at bad.yaml:5:81 (pods[1].workingSet.pulses.length)
  fix: shorten `length`, or lengthen `every`
error: `high` 1Mi is below `low` 2Mi
  at bad.yaml:6:55 (pods[2].workingSet.sawtooth.high)
  fix: write `low` no larger than `high`
error: the period takes no time
  at bad.yaml:6:68 (pods[2].workingSet.sawtooth.period)
  fix: write a length above 0s
error: the step at 5s does not come after the one at 10s
  at bad.yaml:7:64 (pods[3].workingSet.steps[1].at)
  fix: put the steps in the order of time
error: a leak has one rate, and this one has 0
  at bad.yaml:8:34 (pods[4].workingSet.leak)
  fix: write one of perHour, perMinute and perSecond
error: the usage is an empty map
  at bad.yaml:9:27 (pods[5].workingSet)
  fix: write an amount such as 300Mi, or a model such as {ramp: {from: 100Mi, to: 1Gi, over: 1h}}
error: a share of the memory limit, where pod g has no memory limit
  at bad.yaml:10:37 (pods[6].workingSet.ofLimit)
  fix: give it a memory limit, or write an amount
error: an amplitude of 2Mi takes a mean of 1Mi below zero
  at bad.yaml:11:60 (pods[7].workingSet.diurnal.amplitude)
  fix: write at most 1Mi
error: `max` 2Mi is below `start` 5Mi
  at bad.yaml:12:48 (pods[8].workingSet.randomWalk.start)
  fix: write `start` no larger than `max`
10 mistakes
"#);
}

#[test]
fn a_missing_file_says_who_named_it() {
    assert_snapshot!(read(&[]).expect_err("no file"), @r#"
error: cannot read `bad.yaml`: there is no such file
  fix: check the path
"#);
    assert_snapshot!(told("include: base.yaml\nhorizon: 1h\n"), @r#"
error: cannot read `base.yaml`: there is no such file
  at bad.yaml:1:10 (include)
  fix: check the path
"#);
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: {trace: {file: use.csv}}}]\n"), @r#"
error: cannot read `use.csv`: there is no such file
  at bad.yaml:3:47 (pods[0].workingSet.trace.file)
  fix: check the path
"#);
}

#[test]
fn an_empty_file_is_not_a_scenario() {
    assert_snapshot!(told(""), @r#"
error: the file is empty
  at bad.yaml:1:1
  fix: write at least one key
"#);
    assert_snapshot!(told("# only a comment\n"), @r#"
error: the file is empty
  at bad.yaml:1:1
  fix: write at least one key
"#);
    assert_snapshot!(told("[]"), @r#"
error: the document is not a map
  at bad.yaml:1:1
  fix: write keys with values, such as `nodes: …`
"#);
    assert_snapshot!(told("{}"), @r#"
error: `horizon` is missing
  at bad.yaml:1:1 (horizon)
  fix: add the key `horizon`
"#);
}

#[test]
fn a_huge_exponent_takes_no_time() {
    assert_snapshot!(told_of_pods("pods: [{name: web, workingSet: 1e2147483648, requests: {memory: 1e30}}]\n"), @r#"
error: exponent `2147483648` is beyond 1000
  at bad.yaml:3:32 (pods[0].workingSet)
  fix: write a smaller exponent
"#);
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
    ), @r#"
error: two nodes are called "node"; the first is at bad.yaml:3:12
  at bad.yaml:4:12 (nodes[1].name)
  fix: give one of them another name
error: two workloads are called "web"; the first is at bad.yaml:6:12
  at bad.yaml:7:12 (pods[1].name)
  fix: give one of them another name
error: two runs are called "a"; the first is at bad.yaml:8:15
  at bad.yaml:8:26 (runs[1].name)
  fix: give one of them another name
3 mistakes
"#);
}

#[test]
fn a_name_that_kubernetes_would_refuse_is_refused() {
    assert_snapshot!(told_of_pods("name: Eviction Order\npods: [{name: My_Web, workingSet: 1Mi}]\n"), @r#"
error: the scenario name "Eviction Order" is not a DNS label
  at bad.yaml:3:7 (name)
  fix: write for example `eviction-order`
error: the pod name "My_Web" is not a DNS label
  at bad.yaml:4:15 (pods[0].name)
  fix: write for example `my-web`
2 mistakes
"#);
}

#[test]
fn a_key_given_twice_names_both_places() {
    assert_snapshot!(told("horizon: 1h\nseed: 1\nhorizon: 2h\n"), @r#"
error: the key `horizon` is given twice; first on line 1
  at bad.yaml:3:1
  fix: remove one of the two
"#);
}

#[test]
fn files_that_include_one_another_are_refused() {
    let files: [(&str, &[u8]); 2] = [("bad.yaml", b"include: b.yaml\n"), ("b.yaml", b"include: bad.yaml\n")];
    assert_snapshot!(read(&files).expect_err("a circle"), @r#"
error: the files include one another: bad.yaml -> b.yaml -> bad.yaml
  at b.yaml:1:10 (include)
  fix: break the circle
"#);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_snapshot!(read(&[("bad.yaml", b"horizon: 1h\nname: \xff\xfe\n")]).expect_err("no text"), @r#"
error: the file is not text in UTF-8
  at bad.yaml:2:7
  fix: save it as UTF-8
"#);
}

#[test]
fn a_directory_is_no_scenario() {
    let directory = |_: &str| -> Result<Vec<u8>> { Err(Error::from(ErrorKind::IsADirectory)) };
    assert_snapshot!(listed(&scenario::read("scenarios", &directory).expect_err("a directory")), @r#"
error: cannot read `scenarios`: it is a directory
  fix: name a file in it
"#);
}

#[test]
fn deep_nesting_and_huge_files_are_refused_at_once() {
    #[expect(clippy::disallowed_methods, reason = "a bound on effort, far from what is normal")]
    let began = std::time::Instant::now();
    assert_snapshot!(told(&"[".repeat(10_000_000)), @r#"
error: lists and maps are nested more than 64 deep
  at bad.yaml:1:66
  fix: flatten the document
"#);
    assert_snapshot!(told(&"[".repeat(100_000_000)), @r#"
error: the file has 100000000 bytes, more than 64 MiB
  at bad.yaml:1:1
  fix: split it, and include the parts
"#);
    assert!(began.elapsed().as_secs() < 20, "took {:?}", began.elapsed());
}

#[test]
fn a_billion_laughs_are_refused() {
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", ")));
    }
    assert_snapshot!(told(&laughs), @r#"
error: the file has more than 2000000 values
  at bad.yaml:7:15
  fix: use counts and templates, or fewer aliases
"#);
}

#[test]
fn what_is_not_yaml_says_where() {
    assert_snapshot!(told("horizon: 1h\nnodes:\n\t- name: node\n"), @r#"
error: not valid YAML: tabs disallowed within this context (block indentation)
  at bad.yaml:3:2
  fix: check the indentation, the colons and the quotes around this place
"#);
    assert_snapshot!(told("horizon: 1h\nnodes: [{name: node\npods: []\n"), @r#"
error: not valid YAML: unclosed bracket '{'
  at bad.yaml:2:9
  fix: check the indentation, the colons and the quotes around this place
"#);
}

#[test]
fn two_documents_are_one_too_many() {
    assert_snapshot!(told("horizon: 1h\n---\nhorizon: 2h\n"), @r#"
error: the file holds 2 documents, where one is expected
  at bad.yaml:3:1
  fix: put each into a file of its own, and remove the lines `---`
"#);
}

#[test]
fn a_wrong_shape_says_which_is_right() {
    assert_snapshot!(told("horizon: [1h]\nseed: abc\nreplications: 1.5\nnodes: {name: node}\npods: web\n"), @r#"
error: expected a text, found a list
  at bad.yaml:1:10 (horizon)
error: expected a whole number, found "abc"
  at bad.yaml:2:7 (seed)
error: expected a whole number, found "1.5"
  at bad.yaml:3:15 (replications)
  fix: write it in digits alone
error: expected a list, found a map
  at bad.yaml:4:8 (nodes)
  fix: begin each of its items with `- `
error: expected a list, found "web"
  at bad.yaml:5:7 (pods)
  fix: write it as a list: [web]
5 mistakes
"#);
}

#[test]
fn a_missing_key_is_named() {
    assert_snapshot!(told(&format!("{NODES}pods: [{{workingSet: 1Mi}}]\n")), @r#"
error: `horizon` is missing
  at bad.yaml:1:1 (horizon)
  fix: add the key `horizon`
error: `name` is missing
  at bad.yaml:2:8 (pods[0].name)
  fix: add the key `name`
2 mistakes
"#);
}

#[test]
fn a_soft_threshold_needs_its_grace_period() {
    assert_snapshot!(told_of_kubelet("{evictionSoft: {memory.available: 1Gi}}"), @r#"
error: the soft threshold on memory.available has no grace period
  at bad.yaml:4:44 (kubelet.evictionSoft["memory.available"])
  fix: add `memory.available: 1m30s` to evictionSoftGracePeriod, or use evictionHard
"#);
}

#[test]
fn an_unknown_signal_names_the_nearest() {
    assert_snapshot!(told_of_kubelet("{evictionHard: {memory.avialable: 100Mi, disk: 10%}}"), @r#"
error: unknown eviction signal "memory.avialable"
  at bad.yaml:4:44 (kubelet.evictionHard["memory.avialable"])
  fix: write memory.available
error: unknown eviction signal "disk"
  at bad.yaml:4:57 (kubelet.evictionHard.disk)
  fix: the signals are memory.available, allocatableMemory.available, nodefs.available, nodefs.inodesFree, imagefs.available, imagefs.inodesFree, containerfs.available, containerfs.inodesFree, pid.available
2 mistakes
"#);
}

#[test]
fn a_kubelet_that_leaves_nothing_is_refused() {
    assert_snapshot!(told_of_kubelet("{evictionHard: {memory.available: 8Gi}}"), @r#"
error: node node has 8Gi of memory, and must always have 8Gi available
  at bad.yaml:4:44 (kubelet.evictionHard["memory.available"])
  fix: lower the threshold, or give the node more memory
"#);
    assert_snapshot!(told_of_kubelet("{systemReserved: {memory: 8Gi}}"), @r#"
error: node node has nothing left for pods: its reserves and its threshold take all 8Gi of memory
  at bad.yaml:4:10 (kubelet)
  fix: lower kubeReserved or systemReserved, or give the node more memory
"#);
    assert_snapshot!(told_of_kubelet(
        "{evictionHard: {memory.available: 110%}, kubeReserved: {memory: -1Gi, gpu: 1}, evictionPressureTransitionPeriod: 1d}"
    ), @r#"
error: `110%` is not a percentage from 0% to 100%
  at bad.yaml:4:44 (kubelet.evictionHard["memory.available"])
  fix: write for example 10%
error: a reserve of -1Gi is negative
  at bad.yaml:4:74 (kubelet.kubeReserved.memory)
  fix: write an amount of zero or more
error: unknown resource "gpu"
  at bad.yaml:4:85 (kubelet.kubeReserved.gpu)
  fix: write cpu
error: the kubelet knows no days: `1d`
  at bad.yaml:4:123 (kubelet.evictionPressureTransitionPeriod)
  fix: write hours, such as 24h
4 mistakes
"#);
}

#[test]
fn what_several_nodes_share_is_told_once() {
    assert_snapshot!(told(&format!(
        "horizon: 1h\n{PODS}kubelet: {{evictionPressureTransitionPeriod: 1d}}
nodes: [{{name: a, capacity: {{cpu: 1, memory: 1Gi}}}}, {{name: b, capacity: {{cpu: 1, memory: 64Mi}}}}]\n"
    )), @r#"
error: the kubelet knows no days: `1d`
  at bad.yaml:3:45 (kubelet.evictionPressureTransitionPeriod)
  fix: write hours, such as 24h
error: node b has 64Mi of memory, and must always have 100Mi available
  at bad.yaml:4:90 (nodes[1].capacity.memory)
  fix: lower the threshold, or give the node more memory
2 mistakes
"#);
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
    ), @r#"
error: workload none says neither how many pods there are nor when they arrive
  at bad.yaml:4:5 (workloads[0])
  fix: add `replicas: 1`, or `arrivals`
error: workload both: `replicas` and `arrivals` together
  at bad.yaml:5:41 (workloads[1].arrivals)
  fix: keep `replicas` for pods that come at once, or `arrivals` for a stream of them
error: job job: a Job's pods cannot have restartPolicy Always
  at bad.yaml:6:58 (workloads[2].template.spec.restartPolicy)
  fix: add `restartPolicy: Never` (or OnFailure) to template.spec
error: no pods at all
  at bad.yaml:7:28 (workloads[3].replicas)
  fix: write 1 or more, or remove the entry
error: workload zero: a pod without containers
  at bad.yaml:7:48 (workloads[3].template.spec)
  fix: add `containers: [{name: app}]`
error: neither `perHour` nor `every`
  at bad.yaml:8:38 (workloads[4].arrivals.poisson)
  fix: write one of the two: how many an hour, or the mean gap
6 mistakes
"#);
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
    ), @r#"
error: unknown key `imagee`; did you mean `image`?
  at bad.yaml:8:34 (workloads[0].template.spec.containers[0].imagee)
  fix: write `image`
"#);
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
    ), @r#"
error: two containers are called "app"; the first is at bad.yaml:8:29
  at bad.yaml:8:42 (workloads[0].template.spec.containers[1].name)
  fix: give one of them another name
error: the template has no container "apq"
  at bad.yaml:10:34 (workloads[0].behavior.containers.apq)
  fix: write `app`
error: volume scratch holds 2Gi, above its sizeLimit of 1Gi
  at bad.yaml:10:73 (workloads[0].behavior.volumes.scratch)
  fix: raise the sizeLimit to 2Gi, or let it hold less
error: the template has no volume "scrach"
  at bad.yaml:10:86 (workloads[0].behavior.volumes.scrach)
  fix: write `scratch`
4 mistakes
"#);
}

#[test]
fn a_table_names_the_line_of_its_mistake() {
    let scenario = format!(
        "horizon: 1h\n{NODES}workloads:\n  - name: web\n    arrivals: {{file: {{path: arrivals.csv}}}}\n    template: {{spec: {{containers: [{{name: app}}]}}}}\n"
    );
    let files: [(&str, &[u8]); 2] =
        [("bad.yaml", scenario.as_bytes()), ("arrivals.csv", b"at_s,priority\n0,1\n10,high\n")];
    assert_snapshot!(read(&files).expect_err("a bad row"), @r#"
error: `high` is no such number
  at arrivals.csv:3:4
  fix: write a whole number without unit
"#);
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
    ), @r#"
error: line 3 of the table: `-5` is no length in seconds
  at bad.yaml:11:11 (workloads[0].arrivals.inline.csv)
  fix: write seconds as a plain number, such as 90 or 0.5
"#);
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
    ), @r#"
error: the run takes no time
  at bad.yaml:1:10 (horizon)
  fix: write a length above 0s
error: 0 replications
  at bad.yaml:2:15 (replications)
  fix: write a number from 1 to 1000000
error: the scenario name "A" is not a DNS label
  at bad.yaml:3:7 (name)
  fix: write for example `a`
error: a node without memory
  at bad.yaml:5:45 (nodes[0].capacity.memory)
  fix: write for example 8Gi
error: memory of 2Ei is above 1Ei
  at bad.yaml:7:36 (pods[0].requests.memory)
  fix: write a smaller amount; check its suffix
error: a timeline with a sample each 0s never ends
  at bad.yaml:8:20 (record.timeline)
  fix: write for example 10s, or None
6 mistakes
"#);
}

#[test]
fn too_many_nodes_are_refused() {
    assert_snapshot!(told(&format!("horizon: 200y\n{PODS}nodes: [{{name: node, count: 4000000000, capacity: {{cpu: 1, memory: 1Gi}}}}]\n")), @r#"
error: unknown unit of time `y`
  at bad.yaml:1:10 (horizon)
  fix: use ns, us, ms, s, m, h or d
"#);
    assert_snapshot!(told(&format!("horizon: 1000000h\n{PODS}nodes: [{{name: node, count: 4000000000, capacity: {{cpu: 1, memory: 1Gi}}}}]\n")), @r#"
error: 1000000h is longer than 100 years
  at bad.yaml:1:10 (horizon)
  fix: write a shorter length
error: 4000000000 nodes are more than 100000
  at bad.yaml:3:29 (nodes[0].count)
  fix: write a smaller number
2 mistakes
"#);
}
