//! The scheduler in time: its turns, its queue while it is busy, and what it waits for.

use super::chronicle::Story;
const NODE: &str = "{name: n, capacity: {cpu: 1, memory: 1Gi}, firstPass: 3s}";

/// Pods that come at once, each with that request; nobody is preempted for them.
fn pods(name: &str, (replicas, cpu): (u32, &str), priority: i64, at: &str) -> String {
    format!(
        "{{name: {name}, kind: Pod, replicas: {replicas}, at: {at}, template: {{metadata: {{labels: {{app: {name}}}}}, \
         spec: {{priority: {priority}, preemptionPolicy: Never, containers: [{{name: app, resources: {{requests: {{cpu: {cpu}}}}}}}]}}}}}}"
    )
}

/// A pod that takes the whole CPU from the start, and is done at that time.
fn until(end: &str) -> String {
    format!(
        "{{name: first, kind: Job, replicas: 1, template: {{spec: {{restartPolicy: Never, \
         containers: [{{name: app, resources: {{requests: {{cpu: 1}}}}}}]}}}}, \
         behavior: {{containers: {{app: {{runTime: {end}}}}}}}}}"
    )
}

/// So many pods a second.
fn story(throughput: &str, workloads: &[String]) -> Story {
    Story::of(&format!("throughput: {throughput}"), &[NODE], workloads)
}

#[test]
fn pods_that_come_at_once_are_bound_one_after_another() {
    // Two a second: each is decided on when the one before is done with, and done with 0.5 s later.
    let three = [pods("web", (3, "10m"), 0, "1s")];
    let told = story("2", &three).told();
    assert_eq!(told, ["1.5 web-0 bound n", "2 web-1 bound n", "2.5 web-2 bound n"]);
    let told = story("2, bindingLatency: 300ms", &three).told();
    assert_eq!(
        told,
        ["1.8 web-0 bound n", "2.3 web-1 bound n", "2.8 web-2 bound n"],
        "it does not wait for a binding"
    );
}

#[test]
fn who_comes_while_the_scheduler_is_busy_is_tried_in_turn() {
    let workloads = [
        pods("web", (2, "10m"), 0, "1s"),
        pods("late", (1, "10m"), 0, "1200ms"),
        pods("urgent", (1, "10m"), 1, "1300ms"),
        pods("idle", (1, "10m"), 0, "9s"),
    ];
    let expected = [
        "1.5 web-0 bound n",
        "2 urgent-0 bound n",
        "2.5 web-1 bound n",
        "3 late-0 bound n",
        "9.5 idle-0 bound n",
    ];
    assert_eq!(story("2", &workloads).told(), expected);
}

#[test]
fn what_happens_while_a_pod_is_tried_lets_it_back_off_instead_of_being_pooled() {
    // Bound at 2 s, done at 11.5 s: while next, tried from 10 s to 12 s, is about to be refused.
    let workloads = [until("9500ms"), pods("next", (1, "1"), 0, "10s")];
    // Nobody else is there, so it need not back off: chosen at 12 s.
    let told = story("0.5", &workloads).bindings();
    assert_eq!(told, ["2 first-0 bound n", "14 next-0 bound n"]);
}

#[test]
fn a_backoff_ends_at_a_whole_second_while_the_scheduler_is_busy_with_others() {
    // As before; but three others come at 10.1 s. The backoff of 1 s from 12 s on lasts until the second of 13 s is
    // over, 14 s; there it goes first, being more important. (Were it forgotten, it would be tried last.)
    let workloads =
        [until("9500ms"), pods("next", (1, "900m"), 5, "10s"), pods("other", (3, "10m"), 0, "10100ms")];
    let expected = [
        "2 first-0 bound n",
        "14 other-0 bound n",
        "16 next-0 bound n",
        "18 other-1 bound n",
        "20 other-2 bound n",
    ];
    assert_eq!(story("0.5", &workloads).bindings(), expected);
}

#[test]
fn a_backoff_may_begin_and_end_while_one_pod_is_tried() {
    // Guest, which is to be near host, is refused at 10 s and backs off through the second of 24 s. Host is chosen at 10 s and
    // bound at 23 s, which wakes guest: from 25 s on it is active, and next at 30 s.
    let near = "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: \
         [{labelSelector: {matchLabels: {app: host}}, topologyKey: kubernetes.io/hostname}]}}, priority:";
    let workloads = [
        pods("guest", (1, "10m"), 5, "0s").replace("priority:", near),
        pods("host", (1, "10m"), 1, "5s"),
        pods("other", (2, "10m"), 0, "6s"),
    ];
    let scheduler = "throughput: 0.1, bindingLatency: 3s, \
         configuration: {podInitialBackoffSeconds: 14, podMaxBackoffSeconds: 60}";
    let expected = ["23 host-0 bound n", "33 other-0 bound n", "43 guest-0 bound n", "53 other-1 bound n"];
    assert_eq!(Story::of(scheduler, &[NODE], &workloads).bindings(), expected);
}

/// Two are refused, from 1 s and from 2 s on; the room is there at that time, for one of them.
fn bound_when_room_is_there(end: &str) -> Vec<String> {
    let workloads = [until(end), pods("low", (1, "1"), 0, "1s"), pods("high", (1, "1"), 9, "2s")];
    story("2.5", &workloads).bindings().split_off(1)
}

#[test]
fn whoever_need_not_back_off_any_more_goes_by_priority_and_the_others_by_when_that_ends() {
    // Low is refused at 1.4 s and backs off through the second of 2 s; high at 2.4 s, through that of 3 s.
    assert_eq!(bound_when_room_is_there("2200ms"), ["3 low-0 bound n"], "the first was bound at 0.4 s");
    assert_eq!(bound_when_room_is_there("3900ms"), ["4.7 high-0 bound n"]);
}

/// A pod that none of that name may come near; done at 60 s.
fn with_noise_from(at: &str) -> Story {
    let alone = "restartPolicy: Never, affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: \
         [{labelSelector: {matchLabels: {app: noise}}, topologyKey: kubernetes.io/hostname}]}}";
    let first = until("60s").replace("restartPolicy: Never", alone);
    Story::of("", &[NODE], &[first, pods("noise", (1, "0"), 0, at)])
}

#[test]
fn who_is_refused_for_the_sake_of_others_is_tried_again_after_more_than_five_minutes() {
    // Nobody tells it when the other goes, as in kube-scheduler (kubernetes#135325). The leftovers are
    // looked through each 30 s; whoever came just 300 s before stays.
    for (at, bound) in [("0s", "330"), ("10s", "330"), ("29s", "330"), ("30s", "360"), ("31s", "360")] {
        let told = with_noise_from(at).bindings();
        assert_eq!(told.last(), Some(&format!("{bound} noise-0 bound n")), "came at {at}");
    }
}

#[test]
fn a_best_effort_pod_waits_just_as_long_as_its_node_is_under_pressure() {
    // Above the line from 5 s to 25 s. The kubelet looks at 3 s, 13 s, …: it sees that at 13 s and 23 s; the
    // condition stays for 30 s more, so that it is gone at 53 s.
    let node = "{name: n, capacity: {cpu: 1, memory: 1Gi}, firstPass: 3s, kubelet: {evictionHard: {memory.available: 100Mi}, \
         evictionPressureTransitionPeriod: 30s}, systemDaemons: {steps: [{at: 0s, level: 100Mi}, \
         {at: 5s, level: 1000Mi}, {at: 25s, level: 100Mi}]}}";
    // Only a critical pod outlives that.
    let pod = |name: &str, spec: &str| {
        format!("{{name: {name}, kind: Pod, replicas: 1, at: 20s, template: {{spec: {{{spec}}}}}}}")
    };
    let workloads = [
        pod("best-effort", "containers: [{name: app}]"),
        pod(
            "critical",
            "priority: 2000000000, containers: [{name: app, resources: {requests: {memory: 1Mi}}}]",
        ),
    ];
    let expected = ["20 critical-0 bound n", "20 best-effort-0 refused", "53 best-effort-0 bound n"];
    assert_eq!(Story::of("", &[node], &workloads).told(), expected);
}

#[test]
fn who_is_woken_by_a_binding_while_the_scheduler_is_busy_backs_off_to_its_second() {
    let near = "{name: near, kind: Pod, replicas: 1, template: {spec: {affinity: {podAffinity: \
                {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: web}}, \
                topologyKey: kubernetes.io/hostname}]}}, containers: [{name: app, resources: {requests: {cpu: 10m}}}]}}}";
    let workloads = [near.to_owned(), pods("web", (1, "10m"), 0, "0s"), pods("noise", (3, "10m"), 0, "0s")];
    // A turn takes 0.8 s, and a binding another 0.2 s. near is refused from 0 to 0.8; web has its turn at 0.8 and
    // is bound at 1.8, which wakes near: it backs off till 2, and stands behind those who came at 0.
    // Their turns begin at 1.6, 2.4 and 3.2, so its own at 4.
    let bound = [
        "1.8 web-0 bound n",
        "2.6 noise-0 bound n",
        "3.4 noise-1 bound n",
        "4.2 noise-2 bound n",
        "5 near-0 bound n",
    ];
    assert_eq!(story("1.25, bindingLatency: 200ms", &workloads).bindings(), bound);
}
