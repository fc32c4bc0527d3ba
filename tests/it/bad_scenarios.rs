//! Bad scenarios, and what their author is told: what, where, how to mend it.
//!
//! Each snapshot is the whole text that a user would see. A text that stops
//! being helpful is a failure, even if the mistake is still found. Here are
//! several mistakes at once, and the variants of each; `refusals` has one of
//! each kind, and what is wrong before a scenario is even read, through the program.

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
  fix: the keys known here are `name`, `count`, `at`, `namespace`, `labels`, `requests`, `limits`, `priority`, `priorityClassName`, `preemptionPolicy`, `nodeSelector`, `affinity`, `topologySpreadConstraints`, `image`, `ports`, `static`, `workingSet`, `writableLayer`, `logs`, `inodes`, `processes`, `runTime`, `exitCode`, `restartPolicy`, `terminationGracePeriodSeconds`, `tolerations`, `startUpTime`, `stopTime`, `preStopTime`, `startupProbe`, `readinessProbe`, `livenessProbe`, `health`, `readiness`, `pullTime` and `cleanUpTime`
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
fn a_wrong_shape_says_which_is_right() {
    assert_snapshot!(told("horizon: [1h]\nseed: abc\nreplications: 1.5\nnodes: {name: node}\npods: web\n"), @r#"
error: expected a text, found a list
  at bad.yaml:1:10 (horizon)
error: expected a whole number, found "abc"
  at bad.yaml:2:7 (seed)
  fix: write it in digits alone
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
fn who_writes_a_volume_is_told_from_what_it_holds_by_the_first_key() {
    let volumes = |used: &str| {
        told_of_pods(&format!(
            "workloads:
  - name: web
    replicas: 1
    template:
      spec:
        containers: [{{name: app}}]
        volumes: [{{name: files, emptyDir: {{}}}}, {{name: tmp, emptyDir: {{}}}}]
    behavior: {{volumes: {used}}}
"
        ))
    };
    assert_snapshot!(volumes("{files: {writtenBy: app, usag: 1Gi}, tmp: {writenBy: app, usage: 1Gi}}"), @r#"
error: unknown key `usag`; did you mean `usage`?
  at bad.yaml:10:33 (workloads[0].behavior.volumes.files)
  fix: write `usage`
error: unknown value "writenBy"; did you mean `writtenBy`?
  at bad.yaml:10:67 (workloads[0].behavior.volumes.tmp)
  fix: write `writtenBy`
2 mistakes
"#);
    assert_snapshot!(volumes("{files: {uniform: {min: 2Gi, max: 1Gi}}, tmp: {usage: {ofLimit: 0.5}, writtenBy: app}}"), @r#"
error: `max` is below `min`
  at bad.yaml:10:59 (workloads[0].behavior.volumes.files.uniform.max)
  fix: swap the two
error: a share of the memory limit cannot be an amount of disk space
  at bad.yaml:10:89 (workloads[0].behavior.volumes.tmp.usage.ofLimit)
  fix: write an amount of its own, such as 2Gi
2 mistakes
"#);
}

#[test]
fn outages_may_stand_in_any_order_and_lie_apart_from_each_other() {
    assert_snapshot!(told(&format!(
        "horizon: 1h
{PODS}nodes:
  - {{name: a, capacity: {{cpu: 4, memory: 8Gi}}, outages: [{{at: 20m, for: 5m}}, {{at: 10m, for: 10m}}]}}
  - {{name: b, capacity: {{cpu: 4, memory: 8Gi}}, outages: [{{at: 10m}}, {{at: 20m, for: 1m}}]}}
"
    )), @r#"
error: the outage of node a at 20m begins no later than the one at 10m ends
  at bad.yaml:4:63 (nodes[0].outages[0].at)
  fix: write them as one, or an earlier end (`for`) of the first
error: the outage of node b at 20m begins no later than the one at 10m ends
  at bad.yaml:5:74 (nodes[1].outages[1].at)
  fix: write them as one, or an earlier end (`for`) of the first
2 mistakes
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

#[test]
fn no_two_pods_of_a_run_have_one_name() {
    let scenario = format!(
        "horizon: 1h
{NODES}pods:
  - {{name: web-1, workingSet: 1Mi}}
  - {{name: web-2, workingSet: 1Mi}}
  - {{name: web-01, workingSet: 1Mi}}
  - {{name: late-7, workingSet: 1Mi}}
  - {{name: first, workingSet: 1Mi}}
  - {{name: cache, count: 2, workingSet: 1Mi}}
workloads:
  - {{name: web, replicas: 2, template: {{spec: {{containers: [{{name: app}}]}}}}}}
  - {{name: late, arrivals: {{poisson: {{perHour: 1}}}}, template: {{spec: {{containers: [{{name: app}}]}}}}}}
  - name: rows
    arrivals: {{file: {{path: rows.csv}}}}
    template: {{spec: {{containers: [{{name: app}}]}}}}
"
    );
    // Rows 0 to 3. web-2 and web-01 are nobody else's: web has web-0 and web-1. rows-1 has no name of its own.
    let rows = b"at_s,name\n0,first\n1,\n2,cache-1\n3,rows-1\n".as_slice();
    let files = [("bad.yaml", scenario.as_bytes()), ("rows.csv", rows)];
    assert_snapshot!(read(&files).expect_err("five names stand for two pods each"), @r#"
error: a pod of workload web is called "web-1", too; web is at bad.yaml:11:12
  at bad.yaml:4:12 (pods[0].name)
  fix: give one of them another name
error: a pod of workload late is called "late-7", too; late is at bad.yaml:12:12
  at bad.yaml:7:12 (pods[3].name)
  fix: give one of them another name
error: workload rows has a row for a pod "first", as first calls one of its own, at bad.yaml:8:12
  at bad.yaml:13:11 (workloads[2].name)
  fix: give one of them another name
error: workload rows has a row for a pod "cache-1", as cache calls one of its own, at bad.yaml:9:12
  at bad.yaml:13:11 (workloads[2].name)
  fix: give one of them another name
error: workload rows has a row for a pod "rows-1", as rows calls one of its own, at bad.yaml:13:11
  at bad.yaml:13:11 (workloads[2].name)
  fix: give one of them another name
5 mistakes
"#);
}

#[test]
fn streams_of_arrivals_must_come_to_something_and_not_to_everything() {
    assert_snapshot!(told_of_pods(
        "workloads:
  - {name: a, arrivals: {poisson: {every: 1us}}, template: {spec: {containers: [{name: app}]}}}
  - {name: b, arrivals: {poisson: {every: 1us, count: 5}}, template: {spec: {containers: [{name: app}]}}}
  - {name: c, arrivals: {poisson: {every: 1us, until: 1m}}, template: {spec: {containers: [{name: app}]}}}
  - {name: d, arrivals: {weibull: {shape: 1, scale: 2us}}, template: {spec: {containers: [{name: app}]}}}
  - {name: e, arrivals: {modulatedPoisson: {perHour: 1e9}}, template: {spec: {containers: [{name: app}]}}}
  - {name: f, arrivals: {weibull: {shape: 0, scale: 0s}}, template: {spec: {containers: [{name: app}]}}}
  - {name: g, arrivals: {fixed: {every: 0s, count: 3}}, template: {spec: {containers: [{name: app}]}}}
  - {name: h, arrivals: {modulatedPoisson: {perHour: 1, gammaShape: 1e-9}}, template: {spec: {containers: [{name: app}]}}}
  - {name: i, arrivals: {modulatedPoisson: {perHour: 1, hourOfDay: [1e300, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}}, template: {spec: {containers: [{name: app}]}}}
  - {name: j, arrivals: {inline: {csv: \"at_s\"}}, template: {spec: {containers: [{name: app}]}}}
"
    ), @r#"
error: about 3.6e9 pods would arrive, more than 100000000
  at bad.yaml:4:25 (workloads[0].arrivals)
  fix: make the gaps longer, or add `count`
error: about 1.8e9 pods would arrive, more than 100000000
  at bad.yaml:7:25 (workloads[3].arrivals)
  fix: make the gaps longer, or add `count`
error: about 1.0e9 pods would arrive, more than 100000000
  at bad.yaml:8:25 (workloads[4].arrivals)
  fix: make the gaps longer, or add `count`
error: a shape of 0 is not between 0.05 and 1000000
  at bad.yaml:9:43 (workloads[5].arrivals.weibull.shape)
  fix: write for example 0.646
error: the scale of the gaps takes no time
  at bad.yaml:9:53 (workloads[5].arrivals.weibull.scale)
  fix: write a length above 0s
error: the gap between pods takes no time
  at bad.yaml:10:41 (workloads[6].arrivals.fixed.every)
  fix: write a length above 0s
error: a shape of 0.000000001 is not between 0.01 and 1000000
  at bad.yaml:11:69 (workloads[7].arrivals.modulatedPoisson.gammaShape)
  fix: write for example 2.85
error: about 4.2e298 pods would arrive, more than 100000000
  at bad.yaml:12:25 (workloads[8].arrivals)
  fix: make the gaps longer, or add `count`
error: the factors of the hours are negative, all zero, or above a million
  at bad.yaml:12:68 (workloads[8].arrivals.modulatedPoisson.hourOfDay)
  fix: write factors around 1
error: line 1 of the table: the table has no rows
  at bad.yaml:14:40 (workloads[9].arrivals.inline.csv)
  fix: write a row for each pod below the header, or remove the workload
10 mistakes
"#);
}

#[test]
fn a_curve_that_repeats_takes_some_time() {
    assert_snapshot!(told_of_pods(
        "pods:
  - {name: a, workingSet: {square: {low: 1Mi, high: 2Mi, halfPeriod: 0s}}}
  - {name: b, workingSet: {diurnal: {mean: 2Mi, amplitude: 1Mi, period: 0s}}}
  - {name: c, workingSet: {randomWalk: {start: 1Mi, step: 1Mi, every: 0s, min: 1Mi, max: 2Mi}}}
  - {name: d, workingSet: {pulses: {base: 1Mi, height: 2Mi, every: 0s, length: 0s}}}
"
    ), @r#"
error: half a period takes no time
  at bad.yaml:4:70 (pods[0].workingSet.square.halfPeriod)
  fix: write a length above 0s
error: the period takes no time
  at bad.yaml:5:73 (pods[1].workingSet.diurnal.period)
  fix: write a length above 0s
error: a step of the walk takes no time
  at bad.yaml:6:71 (pods[2].workingSet.randomWalk.every)
  fix: write a length above 0s
error: the time between pulses takes no time
  at bad.yaml:7:68 (pods[3].workingSet.pulses.every)
  fix: write a length above 0s
error: a pulse takes no time
  at bad.yaml:7:80 (pods[3].workingSet.pulses.length)
  fix: write a length above 0s
5 mistakes
"#);
}

#[test]
fn choices_without_a_choice_are_refused() {
    assert_snapshot!(told_of_pods(
        "pods:
  - {name: a, workingSet: {choice: []}}
  - {name: b, runTime: {mixture: []}, exitCode: {mixture: [{weight: 0, of: {uniform: {min: 0, max: 1}}}]}}
  - {name: c, runTime: {choice: [{value: 1s, weight: 1e300}, {value: 2s, weight: -1}]}}
"
    ), @r#"
error: there is nothing to choose from: the list is empty
  at bad.yaml:4:36 (pods[0].workingSet.choice)
  fix: write at least one part, such as {value: …} of a choice, or {of: …} of a mixture
error: there is nothing to choose from: the list is empty
  at bad.yaml:5:34 (pods[1].runTime.mixture)
  fix: write at least one part, such as {value: …} of a choice, or {of: …} of a mixture
error: there is nothing to choose from: no part has a weight above zero
  at bad.yaml:5:59 (pods[1].exitCode.mixture)
  fix: give at least one part a weight
error: a weight is above 1e15
  at bad.yaml:6:54 (pods[2].runTime.choice[0].weight)
  fix: write smaller ones for all parts
error: a weight is negative
  at bad.yaml:6:82 (pods[2].runTime.choice[1].weight)
  fix: write zero or more
5 mistakes
"#);
}

#[test]
fn a_controller_that_is_not_simulated_says_what_to_write_for_it() {
    let workload = |kind: &str| {
        format!(
            "  - {{name: a, kind: {kind}, replicas: 1, template: {{spec: {{containers: [{{name: app}}]}}}}}}\n"
        )
    };
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "ReplicaSte"];
    let workloads: String = kinds.map(workload).concat();
    assert_snapshot!(told_of_pods(&format!("workloads:\n{workloads}")), @r#"
error: there is no `kind: Deployment` here, only Pod, ReplicaSet and Job
  at bad.yaml:4:21 (workloads[0].kind)
  fix: write `kind: ReplicaSet`: between rollouts, a Deployment is one
error: there is no `kind: StatefulSet` here, only Pod, ReplicaSet and Job
  at bad.yaml:5:21 (workloads[1].kind)
  fix: write `kind: ReplicaSet`: gone pods are replaced too, though under other names
error: there is no `kind: DaemonSet` here, only Pod, ReplicaSet and Job
  at bad.yaml:6:21 (workloads[2].kind)
  fix: count its memory in each node's `systemDaemons`: one pod for each node is not simulated
error: there is no `kind: CronJob` here, only Pod, ReplicaSet and Job
  at bad.yaml:7:21 (workloads[3].kind)
  fix: write `kind: Job` with `arrivals: {fixed: {every: 1h, count: 24}}`
error: unknown value "ReplicaSte"; did you mean `ReplicaSet`?
  at bad.yaml:8:21 (workloads[4].kind)
  fix: write `ReplicaSet`
5 mistakes
"#);
}

#[test]
fn what_would_be_changed_in_silence_is_refused_instead() {
    assert_snapshot!(told_of_pods(
        "pods:
  - {name: a, workingSet: {square: {low: 1Mi, high: 2Mi, halfPeriod: 999us}}}
  - {name: b, workingSet: {diurnal: {mean: 2Mi, amplitude: 1Mi, period: 23ms}}}
  - {name: c, workingSet: {randomWalk: {start: 1Mi, step: 1Mi, every: 1us, min: 1Mi, max: 2Mi}}}
  - {name: d, workingSet: 2Pi}
  - {name: e, workingSet: {leak: {from: 1Mi, perSecond: 1Ti}}}
"
    ), @r#"
error: half a period takes only 999us
  at bad.yaml:4:70 (pods[0].workingSet.square.halfPeriod)
  fix: write 1ms or more
error: the period takes only 23000us
  at bad.yaml:5:73 (pods[1].workingSet.diurnal.period)
  fix: write 24ms or more
error: a step of the walk takes only 1us
  at bad.yaml:6:71 (pods[2].workingSet.randomWalk.every)
  fix: write 1ms or more
error: a working set of 2Pi is above 1Pi
  at bad.yaml:7:27 (pods[3].workingSet)
  fix: write a smaller amount; check its suffix
error: a leak of more than 1Pi an hour
  at bad.yaml:8:57 (pods[4].workingSet.leak.perSecond)
  fix: write a smaller rate
5 mistakes
"#);
    let bounds = "pods:
  - {name: a, workingSet: {square: {low: 1Mi, high: 2Mi, halfPeriod: 1ms}}}
  - {name: b, workingSet: {diurnal: {mean: 2Mi, amplitude: 1Mi, period: 24ms}}}
  - {name: d, workingSet: 1Pi}
  - {name: e, workingSet: {leak: {from: 1Mi, perHour: 1Pi}}}
";
    let sound = format!("horizon: 1h\n{NODES}{bounds}");
    assert!(read(&[("bad.yaml", sound.as_bytes())]).is_ok(), "at the bounds all is well");
}

#[test]
fn a_timeline_that_would_fill_the_disk_is_refused() {
    let with = |timeline: &str| format!("horizon: 100s\nrecord: {{timeline: {timeline}}}\n{NODES}{PODS}");
    assert_snapshot!(told(&with("1us")), @r#"
error: the timeline would have 100000001 rows (samples x nodes x runs x replications), more than 100000000
  at bad.yaml:2:20 (record.timeline)
  fix: write a longer `record.timeline`, or `timeline: None`
"#);
    assert!(read(&[("bad.yaml", with("2us").as_bytes())]).is_ok());
}
