//! Preemption in time: who goes, when the room is there, and whose it is meanwhile.

use super::chronicle::Story;
use crate::story::{read, rows, tables};
use evictsim::engine::Passes;

/// A node of so much CPU and memory.
fn node(cores: u32, memory: &str) -> String {
    format!("{{name: n, capacity: {{cpu: {cores}, memory: {memory}}}, firstPass: 3s}}")
}

/// One pod: what it requests, its priority, when it comes, how it behaves.
fn pod(name: &str, requests: &str, priority: i64, at: &str, behavior: &str) -> String {
    workload("Pod", name, requests, priority, at, behavior)
}

fn workload(kind: &str, name: &str, requests: &str, priority: i64, at: &str, behavior: &str) -> String {
    let policy = if kind == "Job" { "Never" } else { "Always" };
    format!(
        "{{name: {name}, kind: {kind}, replicas: 1, at: {at}, template: {{spec: {{priority: {priority}, \
         restartPolicy: {policy}, terminationGracePeriodSeconds: 40, \
         containers: [{{name: app, resources: {{requests: {{{requests}}}}}}}]}}}}, \
         behavior: {{containers: {{app: {{{behavior}}}}}}}}}"
    )
}

fn on_one_node(node: &str, workloads: &[String]) -> Story {
    Story::of("", &[node], workloads)
}

#[test]
fn victims_have_their_grace_and_whoever_preempted_them_is_bound_when_the_last_is_gone() {
    let story = on_one_node(
        &node(2, "1Gi"),
        &[
            pod("quick", "cpu: 1", 0, "0s", "stopTime: 10s"),
            pod("slow", "cpu: 1", 0, "0s", "stopTime: 10m"),
            pod("high", "cpu: 2", 100, "5s", ""),
        ],
    );
    // The slow one has its 40 s, and no more. Tried at 15 s, too, high does not fit, and asks nobody else to go.
    let expected = [
        "0 quick-0 bound n",
        "0 slow-0 bound n",
        "5 high-0 refused",
        "5 quick-0 preempted for high-0",
        "5 slow-0 preempted for high-0",
        "15 quick-0 ended Preempted",
        "45 slow-0 ended Preempted",
        "45 high-0 bound n",
    ];
    assert_eq!(story.told(), expected);
}

/// Two pods go for `high`, at 10 s and at 25 s; another comes between these.
fn while_room_is_made(priority: i64) -> Vec<String> {
    let story = on_one_node(
        &node(2, "1Gi"),
        &[
            pod("quick", "cpu: 1", 0, "0s", "stopTime: 5s"),
            pod("slow", "cpu: 1", 0, "0s", "stopTime: 20s"),
            pod("high", "cpu: 2", 100, "5s", ""),
            pod("other", "cpu: 1", priority, "12s", ""),
        ],
    );
    story.told().split_off(5)
}

#[test]
fn promised_room_is_kept_from_pods_of_no_higher_priority() {
    for priority in [50, 100] {
        let expected = [
            "10 quick-0 ended Preempted",
            "12 other-0 refused",
            "25 slow-0 ended Preempted",
            "25 high-0 bound n",
        ];
        assert_eq!(while_room_is_made(priority), expected, "of priority {priority}");
    }
}

#[test]
fn a_pod_of_higher_priority_takes_the_room_that_others_made_way_for() {
    // What is free at 25 s is not enough for high, and it may not preempt other.
    let expected = ["10 quick-0 ended Preempted", "12 other-0 bound n", "25 slow-0 ended Preempted"];
    assert_eq!(while_room_is_made(200), expected);
}

#[test]
fn a_promise_falls_when_a_more_important_pod_is_promised_the_node() {
    let story = on_one_node(
        &node(2, "2Gi"),
        &[
            pod("quick", "cpu: 1, memory: 900Mi", 0, "0s", "stopTime: 5s"),
            pod("slow", "cpu: 1, memory: 900Mi", 0, "0s", "stopTime: 30s"),
            pod("middle", "cpu: 2, memory: 1800Mi", 50, "5s", ""),
            pod("filler", "memory: 900Mi", 10, "12s", ""),
            pod("high", "cpu: 2", 100, "15s", ""),
        ],
    );
    // From 10 s on there is memory for filler, but it is promised to middle, until high, which needs none,
    // is promised the node. Nobody is told to go twice.
    let expected = [
        "5 middle-0 refused",
        "5 quick-0 preempted for middle-0",
        "5 slow-0 preempted for middle-0",
        "10 quick-0 ended Preempted",
        "12 filler-0 refused",
        "15 high-0 refused",
        "15 filler-0 bound n",
        "35 slow-0 ended Preempted",
        "35 high-0 bound n",
    ];
    assert_eq!(story.told().split_off(2), expected);
}

#[test]
fn whoever_never_preempts_waits_until_somebody_goes_of_itself() {
    let never =
        pod("high", "cpu: 2", 100, "5s", "").replace("priority:", "preemptionPolicy: Never, priority:");
    let workloads = [workload("Job", "low", "cpu: 2", 0, "0s", "runTime: 20s"), never];
    let story = on_one_node(&node(2, "1Gi"), &workloads);
    assert_eq!(
        story.told(),
        ["0 low-0 bound n", "5 high-0 refused", "20 low-0 ended Completed", "20 high-0 bound n"]
    );
}

#[test]
fn what_no_kubelet_evicts_the_scheduler_may_preempt() {
    let (cluster_critical, node_critical) = (2_000_000_000, 2_000_001_000);
    let story = on_one_node(
        &node(2, "1Gi"),
        &[
            pod("dns", "cpu: 1", cluster_critical, "0s", "stopTime: 10s"),
            pod("agent", "cpu: 1", node_critical, "0s", ""),
            pod("second-agent", "cpu: 1", node_critical, "5s", ""),
            pod("third-agent", "cpu: 1", node_critical, "20s", ""),
        ],
    );
    // The third finds nobody who is less important than itself.
    let expected = [
        "5 second-agent-0 refused",
        "5 dns-0 preempted for second-agent-0",
        "15 dns-0 ended Preempted",
        "15 second-agent-0 bound n",
        "20 third-agent-0 refused",
    ];
    assert_eq!(story.told().split_off(2), expected);
}

#[test]
fn a_replica_that_is_preempted_is_replaced_at_once_and_its_successor_waits() {
    let story = on_one_node(
        &node(2, "1Gi"),
        &[
            workload("ReplicaSet", "web", "cpu: 2", 0, "0s", "stopTime: 10s"),
            workload("Job", "high", "cpu: 2", 100, "5s", "runTime: 60s"),
        ],
    );
    let expected = [
        "5 high-0 refused",
        "5 web-0 preempted for high-0",
        "5 web-0.1 replaces web-0",
        "5 web-0.1 refused",
        "15 web-0 ended Preempted",
        "15 high-0 bound n",
        "75 high-0 ended Completed",
        "75 web-0.1 bound n",
    ];
    assert_eq!(story.told().split_off(1), expected);
}

#[test]
fn a_victim_that_its_kubelet_evicts_before_it_is_gone_goes_sooner_and_once() {
    let hungry = "workingSet: {from: 100Mi, to: 1000Mi, over: 10s}, stopTime: 30s";
    let text =
        node(2, "1Gi").replace("firstPass", "kubelet: {evictionHard: {memory.available: 100Mi}}, firstPass");
    let story = on_one_node(
        &text,
        &[workload("ReplicaSet", "low", "cpu: 2", 0, "0s", hungry), pod("high", "cpu: 2", 100, "5s", "")],
    );
    // Above the line from some 9 s on. The kubelet looks at 13 s; a hard eviction leaves 2 s of the grace.
    let expected = [
        "5 high-0 refused",
        "5 low-0 preempted for high-0",
        "5 low-0.1 replaces low-0",
        "5 low-0.1 refused",
        "13 low-0 evicted",
        "15 low-0 ended Evicted",
        "15 high-0 bound n",
    ];
    assert_eq!(story.told().split_off(1), expected);
}

#[test]
fn a_pod_that_is_being_evicted_may_be_preempted_and_ends_once_and_is_replaced_once() {
    let hungry = "workingSet: 800Mi, stopTime: 30s";
    let soft = "kubelet: {evictionHard: {memory.available: 10Mi}, evictionSoft: {memory.available: 300Mi}, \
                evictionSoftGracePeriod: {memory.available: 5s}, evictionMaxPodGracePeriod: 60}, firstPass";
    let text = node(2, "1Gi").replace("firstPass", soft);
    let story = on_one_node(
        &text,
        &[
            workload("ReplicaSet", "low", "cpu: 2, memory: 100Mi", 0, "0s", hungry),
            pod("high", "cpu: 2", 100, "20s", ""),
        ],
    );
    // Met at 3 s, grace over at 8 s: told at 13 s. The API knows nothing of a deletion, so the scheduler
    // asks for one at 20 s; the kubelet goes on with what it does.
    let told = story.told();
    let expected =
        ["0 low-0 bound n", "13 low-0 evicted", "20 high-0 refused", "20 low-0 preempted for high-0"];
    assert_eq!(told[..4], expected);
    assert_eq!(
        told.iter().filter(|line| line.contains("low-0 ended")).collect::<Vec<_>>(),
        ["43 low-0 ended Evicted"]
    );
    assert_eq!(told.iter().filter(|line| line.contains("replaces low-0")).count(), 1, "{told:#?}");
    assert!(told.contains(&"43 high-0 bound n".to_owned()), "{told:#?}");
}

#[test]
fn a_victim_on_a_silent_node_goes_when_the_node_answers() {
    let text = node(2, "1Gi").replace("firstPass", "outages: [{at: 3s, for: 30s}], firstPass");
    let story = on_one_node(
        &text,
        &[pod("low", "cpu: 2", 0, "0s", "stopTime: 10s"), pod("high", "cpu: 2", 100, "5s", "")],
    );
    let expected =
        ["5 high-0 refused", "5 low-0 preempted for high-0", "43 low-0 ended Preempted", "43 high-0 bound n"];
    assert_eq!(story.told().split_off(1), expected);
}

#[test]
fn a_pod_whose_kubelet_has_not_heard_of_it_goes_when_it_does() {
    let story = Story::of(
        "bindingLatency: 3s",
        &[&node(2, "1Gi")],
        &[pod("low", "cpu: 2", 0, "4s", "stopTime: 10s"), pod("high", "cpu: 2", 100, "5s", "")],
    );
    // Chosen at 4 s, bound at 7 s, never started; high is chosen then, and bound 3 s later.
    let expected = [
        "5 high-0 refused",
        "5 low-0 preempted for high-0",
        "7 low-0 bound n",
        "7 low-0 ended Preempted",
        "10 high-0 bound n",
    ];
    assert_eq!(story.told(), expected);
}

/// Two nodes, each with a replica; the first one is ready, and its budget spares it if it can.
fn preempted_with_a_budget_of(bound: &str) -> Vec<String> {
    let nodes = "{name: n, count: 2, capacity: {cpu: 2, memory: 1Gi}}";
    let workloads = [
        workload("ReplicaSet", "web", "cpu: 2", 0, "0s", "stopTime: 10s")
            .replace("template: {", "template: {metadata: {labels: {app: web}}, "),
        pod("other", "cpu: 2", 0, "0s", "stopTime: 10s"),
        pod("high", "cpu: 2", 100, "5s", ""),
        pod("higher", "cpu: 2", 200, "30s", ""),
    ];
    let budget =
        format!("podDisruptionBudgets: [{{name: web, selector: {{matchLabels: {{app: web}}}}, {bound}}}]");
    let story = Story::with(&budget, &[nodes], &workloads);
    story.told().into_iter().filter(|line| line.contains("preempted")).collect()
}

#[test]
fn a_disruption_budget_sends_the_scheduler_elsewhere_and_yields_where_nothing_else_helps() {
    // Without one the nodes are equal, and the first is taken.
    let free = preempted_with_a_budget_of("maxUnavailable: 1");
    assert_eq!(free, ["5 web-0 preempted for high-0", "30 other-0 preempted for higher-0"]);
    // At 30 s web, at priority 0, would violate its budget; high, at 100, has none.
    let kept = preempted_with_a_budget_of("minAvailable: 1");
    assert_eq!(kept, ["5 other-0 preempted for high-0", "30 high-0 preempted for higher-0"]);
}

#[test]
fn whoever_cannot_keep_its_room_from_those_who_replace_its_victims_tries_again_only_later() {
    // A replica that is still being pulled goes at once, its successor is there at once, and nothing keeps that off the node:
    // its own affinities are looked at, and it has none.
    let alone = "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: \
                 [{labelSelector: {}, topologyKey: kubernetes.io/hostname}]}}, priority:";
    let story = on_one_node(
        &node(2, "1Gi"),
        &[
            workload("ReplicaSet", "web", "cpu: 1", 0, "0s", "")
                .replace("behavior: {", "behavior: {pullTime: 1m, "),
            pod("alone", "cpu: 1", 100, "5s", "").replace("priority:", alone),
        ],
    );
    // Refused for the second time at 5 s it backs off through the second of 6 s.
    let expected = [
        "0 web-0 bound n",
        "5 alone-0 refused",
        "5 web-0 preempted for alone-0",
        "5 web-0 ended Preempted",
        "5 web-0.1 replaces web-0",
        "5 web-0.1 bound n",
        "7 web-0.1 preempted for alone-0",
    ];
    let told = story.told();
    let relevant: Vec<&str> = told.iter().map(String::as_str).take(expected.len()).collect();
    assert_eq!(relevant, expected);
}

#[test]
fn a_completed_job_that_is_still_being_cleaned_up_may_be_preempted_and_is_not_run_again() {
    let job = "{name: low, kind: Job, replicas: 1, template: {spec: {restartPolicy: Never, \
               containers: [{name: app, resources: {requests: {memory: 3Gi}}}]}}, \
               behavior: {cleanUpTime: 60s, containers: {app: {runTime: 60s}}}}";
    let high = "{name: high, kind: Pod, replicas: 1, at: 80s, template: {spec: {priority: 1000, \
                containers: [{name: app, resources: {requests: {memory: 3Gi}}}]}}}";
    let story = Story::with(
        "record: {}",
        &["{name: n, capacity: {cpu: 4, memory: 4Gi}}"],
        &[job.into(), high.into()],
    );
    // It has succeeded at 60, and is cleaned up till 120: it ends for what it was told to stop for.
    let expected = [
        "0 low-0 bound n",
        "80 high-0 refused",
        "80 low-0 preempted for high-0",
        "120 low-0 ended Completed",
        "120 high-0 bound n",
    ];
    assert_eq!(story.told(), expected);
}

/// A replica on a node that is silent from 1m to 9m, and a pod that tolerates that, which comes at some time.
fn on_an_unreachable_node(high_comes: &str) -> Story {
    let low = "{name: low, kind: ReplicaSet, replicas: 1, template: {spec: {\
               containers: [{name: app, resources: {requests: {memory: 3Gi}}}]}}}";
    let high = format!(
        "{{name: high, kind: Pod, replicas: 1, at: {high_comes}, template: {{spec: {{priority: 1000, \
         tolerations: [{{operator: Exists}}], containers: [{{name: app, resources: {{requests: {{memory: 2Gi}}}}}}]}}}}}}"
    );
    let node = "{name: n, capacity: {cpu: 4, memory: 4Gi}, outages: [{at: 1m, for: 8m}]}";
    Story::with("record: {}", &[node], &[low.into(), high])
}

#[test]
fn a_victim_on_an_unreachable_node_is_deleted_once_and_replaced_once() {
    let story = on_an_unreachable_node("3m");
    // Unreachable from 110; low would be deleted for that at 410, but goes for high already. Its kubelet
    // hears of it at 540, and it takes a second to stop.
    let expected = [
        "0 low-0 bound n",
        "180 high-0 refused",
        "180 low-0 preempted for high-0",
        "180 low-0.1 replaces low-0",
        "180 low-0.1 refused",
        "541 low-0 ended Preempted",
        "541 high-0 bound n",
    ];
    assert_eq!(story.told(), expected);
}

#[test]
fn a_promise_of_a_node_whose_pods_are_going_already_is_waited_for() {
    let story = on_an_unreachable_node("7m");
    // Deleted at 60 + 50 + 300 = 410; at 420 nobody has to be told to go for high.
    let expected = [
        "0 low-0 bound n",
        "410 low-0.1 replaces low-0",
        "410 low-0.1 refused",
        "420 high-0 refused",
        "541 low-0 ended Deleted",
        "541 high-0 bound n",
    ];
    assert_eq!(story.told(), expected);
}

/// How much CPU a pod requests, and its priority.
type Asking<'a> = (&'a str, i64);

/// What FailedScheduling says of the pod `asked`, on a node of two cores where some pods are already.
fn said_of(more_nodes: &str, there: &[Asking<'_>], (asked, more): (Asking<'_>, &str)) -> String {
    let pod = |name: &str, cpu: &str, priority: i64, at: &str, more: &str| {
        format!(
            "  - {{name: {name}, kind: Pod, replicas: 1, at: {at}, template: {{spec: {{priority: {priority}, {more}\
             containers: [{{name: app, resources: {{requests: {{cpu: {cpu}}}}}}}]}}}}}}\n"
        )
    };
    let there = there.iter().zip(0..);
    let mut pods: String =
        there.map(|((cpu, priority), n)| pod(&format!("there-{n}"), cpu, *priority, "0s", "")).collect();
    let (cpu, priority) = asked;
    pods += &pod("asked", cpu, priority, "1s", more);
    let text = format!(
        "horizon: 1m\nrules: Kubernetes\nrecord: {{events: true}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 2, memory: 4Gi}}}}\n{more_nodes}workloads:\n{pods}"
    );
    let tables = tables(&read(&text), Passes::ThatMatter);
    let events = rows(&tables["events"]);
    let failed = events.iter().find(|row| row["reason"] == "FailedScheduling").expect("asked is refused");
    assert_eq!(failed["object"], "pod/asked-0");
    failed["message"].clone()
}

/// As kube-scheduler 1.34 writes it: `FitError`, once for the search and once for preemption.
#[test]
fn who_is_refused_hears_what_preemption_would_come_to() {
    let tainted = "  - {name: master, capacity: {cpu: 8, memory: 4Gi}, \
                   taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}\n";
    let check = |nodes: &str, there: &[Asking<'_>], asked: (Asking<'_>, &str), preemption: &str| {
        let refused = match nodes {
            "" => "0/1 nodes are available: 1 Insufficient cpu.",
            _ => {
                "0/2 nodes are available: 1 Insufficient cpu, \
                 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }."
            }
        };
        assert_eq!(
            said_of(nodes, there, asked),
            format!("{refused}{preemption}"),
            "{asked:?} beside {there:?}"
        );
    };
    check(
        "",
        &[("2", 0)],
        (("1", 0), ""),
        " preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    );
    // More than the node has at all: nobody's going helps.
    check(
        "",
        &[],
        (("3", 0), ""),
        " preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    );
    check(
        tainted,
        &[("2", 0)],
        (("1", 0), ""),
        " preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, \
         1 Preemption is not helpful for scheduling.",
    );
    // One may go, and the other's room would still be missing.
    check(
        "",
        &[("1", 0), ("1", 5)],
        (("2", 5), ""),
        " preemption: 0/1 nodes are available: 1 Insufficient cpu.",
    );
    let never = "preemptionPolicy: Never, ";
    check("", &[("2", 0)], (("1", 5), never), " preemption: not eligible due to preemptionPolicy=Never.");
    // It helps: nothing is said of it here.
    check("", &[("2", 0)], (("1", 5), ""), "");
}
