//! Memory pressure, instant by instant: the kubelet's loop and the kernel's kills.
//!
//! Every expected instant is worked out in the comment beside it.

use crate::story::{events, read, rows, tables};
use evictsim::engine::Passes;

/// A node of 1 Gi that looks at 3 s, 13 s, 23 s, … with a hard threshold of 100 Mi:
/// it is met while the working set is above 924 Mi.
fn node(more: &str, pods: &str) -> String {
    format!(
        "horizon: 10m\nrules: Kubernetes\nrecord: {{events: true}}\n\
         kubelet: {{evictionHard: {{memory.available: 100Mi}}, evictionPressureTransitionPeriod: 60s}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 1Gi}}, firstPass: 3s{more}}}\npods:\n{pods}"
    )
}

/// Those events that are about memory running short.
fn of_pressure(text: &str) -> Vec<String> {
    let all = events(text);
    let told = ["Evicted", "SystemOOM", "OOMKilling", "NodeHas"];
    all.into_iter().filter(|event| told.iter().any(|reason| event.contains(reason))).collect()
}

#[test]
fn the_loop_looks_on_its_own_beat_and_again_one_second_after_its_victim_is_gone() {
    // 900 Mi of daemons, and two pods that appear at 15 s: 900 + 30 + 60 is above 924, and so
    // is 900 + 30. It looks at 13 s (too early) and at 23 s: the largest goes, gone 1.5 s later
    // (stopTime); one second after that, at 25.5 s, the other; 900 alone is not above the line.
    let pods = "  - {name: small, at: 15s, workingSet: 30Mi}\n  - {name: large, at: 15s, workingSet: 60Mi, stopTime: 1.5s}\n";
    let seen = of_pressure(&node(", systemDaemons: 900Mi", pods));
    assert_eq!(
        seen,
        [
            "23 NodeHasInsufficientMemory node/n",
            "23 Evicted pod/large",
            "25.5 Evicted pod/small",
            // Last seen at 25.5 s. After small's end (26.5 s) the loop looks at 27.5, 37.5, …,
            // 87.5 s: the first of these not less than 60 s after 25.5 s is 87.5 s.
            "87.5 NodeHasSufficientMemory node/n",
        ]
    );
}

#[test]
fn exactly_at_the_threshold_nobody_goes() {
    // Available is 1024 - 924 = 100 Mi: equal is not below.
    assert_eq!(of_pressure(&node("", "  - {name: a, workingSet: 924Mi}\n")), [""; 0]);
    let above = of_pressure(&node("", &format!("  - {{name: a, workingSet: {}}}\n", (924 << 20) + 1)));
    assert_eq!(above[1], "3 Evicted pod/a");
}

#[test]
fn a_hard_eviction_gives_two_seconds_at_most_whatever_the_pod_asks_for() {
    let pods = "  - {name: a, workingSet: 950Mi, stopTime: 20s, terminationGracePeriodSeconds: 30}\n";
    let tables = tables(&read(&node("", pods)), Passes::ThatMatter);
    assert_eq!(rows(&tables["pods"])[0]["ended_s"], "5"); // Told at 3 s.
    assert_eq!(rows(&tables["evictions"])[0]["grace_period_s"], "2");
}

#[test]
fn a_soft_eviction_waits_for_its_grace_and_gives_the_smaller_of_two_graces() {
    // Soft: 500 Mi for 30 s. 600 Mi leave 424 Mi, seen at 3 s; 30 s later is 33 s, a look.
    // The pod asks for 12 s, the kubelet gives 20 s at most, the container needs 60 s: 12 s it is.
    let text =
        node("", "  - {name: a, workingSet: 600Mi, stopTime: 1m, terminationGracePeriodSeconds: 12}\n")
            .replace(
                "evictionHard: {memory.available: 100Mi}",
                "evictionHard: {memory.available: 100Mi}, evictionSoft: {memory.available: 500Mi}, \
         evictionSoftGracePeriod: {memory.available: 30s}, evictionMaxPodGracePeriod: 20",
            );
    let seen = of_pressure(&text);
    assert_eq!(seen[..2], ["3 NodeHasInsufficientMemory node/n", "33 Evicted pod/a"]);
    let tables = tables(&read(&text), Passes::ThatMatter);
    assert_eq!(rows(&tables["pods"])[0]["ended_s"], "45");
    assert_eq!(rows(&tables["evictions"])[0]["threshold"], "soft");
}

#[test]
fn a_slow_victim_keeps_the_loop_waiting_and_the_kernel_comes_first() {
    // 500 Mi and a leak from 100 Mi at 8 Mi a second. The soft threshold (500 Mi, 10 s) is met at
    // 3 s and acts at 13 s: slow has no request, so it goes, and takes 60 s to stop. The hard
    // threshold is met from 40.5 s on, but the loop waits; at 53 s nothing is left, and the kernel
    // takes slow, too. One second after that the loop looks again, at the leak's 524 Mi: soft.
    let pods = "  - {name: slow, workingSet: 500Mi, stopTime: 1m, terminationGracePeriodSeconds: 60}\n  \
                - {name: leak, requests: {memory: 900Mi}, workingSet: {leak: {from: 100Mi, perSecond: 8Mi}}}\n";
    let seen = of_pressure(&node("", pods).replace(
        "memory.available: 100Mi}",
        "memory.available: 100Mi}, evictionSoft: {memory.available: 500Mi}, \
         evictionSoftGracePeriod: {memory.available: 10s}, evictionMaxPodGracePeriod: 60",
    ));
    assert_eq!(
        seen[..4],
        [
            "3 NodeHasInsufficientMemory node/n",
            "13 Evicted pod/slow",
            "53.000001 SystemOOM node/n",
            "54.000001 Evicted pod/leak",
        ]
    );
}

#[test]
fn page_cache_counts_for_the_kubelet_and_not_for_the_kernel() {
    // 600 Mi of pods and 500 Mi of cache: the kubelet sees a full node and evicts at 3 s;
    // the kernel would just drop the cache.
    let seen = of_pressure(&node(", pageCache: 500Mi", "  - {name: a, workingSet: 600Mi}\n"));
    assert_eq!(seen[..2], ["3 NodeHasInsufficientMemory node/n", "3 Evicted pod/a"]);
    assert!(!seen.iter().any(|event| event.contains("OOM")), "{seen:?}");
}

#[test]
fn a_leak_faster_than_the_loop_is_the_kernels() {
    // From 824 Mi at 4 s (after the first look), 50 Mi a second: above 924 Mi at 6 s, above
    // 1024 Mi at 8 s, and the next look is at 13 s.
    let pods =
        "  - {name: a, at: 4s, restartPolicy: Never, workingSet: {leak: {from: 824Mi, perSecond: 50Mi}}}\n";
    let seen = of_pressure(&node("", pods));
    assert_eq!(seen.len(), 1, "{seen:?}");
    // 200 Mi and one byte at 50 Mi a second: the microsecond after 8 s.
    assert_eq!(seen[0], "8.000001 SystemOOM node/n");
}

#[test]
fn a_container_dies_at_its_own_limit_and_comes_back_after_growing_waits() {
    // 10 Mi a second from 0 to a limit of 100 Mi: dead one microsecond after 10 s, back at once,
    // then after 10 s, then after 20 s, each time to live for 10 s more.
    let pods = "  - {name: a, limits: {memory: 100Mi}, workingSet: {leak: {from: 0, perSecond: 10Mi}}}\n";
    let tables = tables(&read(&node("", pods)), Passes::ThatMatter);
    let kills = rows(&tables["oom_kills"]);
    let instants: Vec<&str> = kills.iter().take(4).map(|kill| kill["time_s"].as_str()).collect();
    assert_eq!(instants, ["10.000001", "20.000002", "40.000003", "70.000004"]);
    assert!(kills.iter().all(|kill| kill["cause"] == "ContainerLimit"));
    assert_eq!(kills[0]["container_working_set_bytes"], "104857600", "never more than its limit");
}

#[test]
fn reserved_memory_makes_the_pods_cgroup_smaller_than_the_node() {
    // 1024 - 300 = 724 Mi for all pods: two of 400 Mi are too much at once, whatever the
    // node has free. Nothing in either is requested, so the larger goes.
    let text = node("", "  - {name: a, workingSet: 400Mi}\n  - {name: b, workingSet: 401Mi}\n")
        .replace("kubelet: {", "kubelet: {systemReserved: {memory: 300Mi}, ");
    let tables = tables(&read(&text), Passes::ThatMatter);
    let kill = &rows(&tables["oom_kills"])[0];
    assert_eq!(
        (kill["cause"].as_str(), kill["pod"].as_str(), kill["time_s"].as_str()),
        ("PodsLimit", "b", "0")
    );
}

#[test]
fn under_pressure_the_node_is_tainted_for_best_effort_pods_only() {
    // b and c arrive while the node reports MemoryPressure (3 s to 63 s): c, which requests
    // something, is bound; b waits until the condition clears.
    let pods = "  - {name: a, workingSet: 950Mi}\n  - {name: b, at: 20s}\n  - {name: c, at: 20s, requests: {memory: 1Mi}}\n";
    let text = node("", pods);
    let tables = tables(&read(&text), Passes::ThatMatter);
    let pods = rows(&tables["pods"]);
    let bound = |name: &str| pods.iter().find(|pod| pod["pod"] == name).map(|pod| pod["bound_s"].clone());
    assert_eq!(bound("c").as_deref(), Some("20"));
    // a is gone at 4 s; looks at 5, 15, …, 65 s; last seen at 3 s, so 63 s is over at 65 s.
    assert_eq!(bound("b").as_deref(), Some("65"));
}

#[test]
fn when_all_are_critical_nobody_goes_and_it_is_told() {
    let pods = "  - {name: a, priority: 2000000000, workingSet: 950Mi}\n";
    let tables = tables(&read(&node("", pods)), Passes::ThatMatter);
    let run = &rows(&tables["runs"])[0];
    assert_eq!(run["evictions"], "0");
    // Looks at 3, 13, …, 593 s: sixty.
    assert_eq!(run["passes_without_victim"], "60");
}

#[test]
fn the_kernel_waits_for_a_container_that_holds_something() {
    // The volume alone is 2 Gi on a node of 1 Gi: nothing to kill at 0 s. The container grows from
    // nothing by 1 Mi a second: its first byte comes within a microsecond, and is killed for. Then at
    // once again, and after waits of 10, 20, 40, 80, 160 s; the next, of 300 s, passes the horizon.
    let volume = "workloads:\n  - {name: w, replicas: 1, template: {spec: {containers: [{name: c}], \
        volumes: [{name: v, emptyDir: {medium: Memory}}]}}, behavior: {containers: {c: {workingSet: \
        {leak: {from: 0, perSecond: 1Mi}}}}, volumes: {v: 2Gi}}}\n";
    let text = node("", "").replace("pods:\n", volume).replace("firstPass: 3s", "firstPass: 11m");
    let kills = rows(&tables(&read(&text), Passes::ThatMatter)["oom_kills"]);
    let instants: Vec<f64> = kills.iter().map(|kill| kill["time_s"].parse().expect("an instant")).collect();
    let expected = [0.0, 0.0, 10.0, 30.0, 70.0, 150.0, 310.0];
    assert_eq!(instants.len(), expected.len(), "{instants:?}");
    assert!(instants.iter().zip(expected).all(|(one, other)| (one - other).abs() < 0.001), "{instants:?}");
}

#[test]
fn daemons_that_fill_the_node_for_a_moment_do_not_blind_the_kernel() {
    // 1100 Mi of daemons from 10 s to 11 s, when the pod holds nothing. It jumps to 3 Gi 60 s after
    // each start: at 60, 120, 190 (after a wait of 10 s), 270 (20 s), 370 (40 s), 510 s (80 s).
    let more = ", systemDaemons: {steps: [{at: 0s, level: 100Mi}, {at: 10s, level: 1100Mi}, {at: 11s, level: 100Mi}]}";
    let pods = "  - {name: late, priority: 2000000000, workingSet: {steps: [{at: 0s, level: 0}, {at: 1m, level: 3Gi}]}}\n";
    let kills = rows(&tables(&read(&node(more, pods)), Passes::ThatMatter)["oom_kills"]);
    let instants: Vec<&str> = kills.iter().map(|kill| kill["time_s"].as_str()).collect();
    assert_eq!(instants, ["60", "120", "190", "270", "370", "510"]);
}

#[test]
fn a_memory_limit_of_nothing_is_no_limit() {
    let pods = "  - {name: a, workingSet: 300Mi, limits: {memory: 0}}\n";
    let tables = tables(&read(&node("", pods)), Passes::ThatMatter);
    assert_eq!(rows(&tables["runs"])[0]["oom_kills"], "0");
}

#[test]
fn thousands_of_containers_are_killed_in_one_go() {
    // 20000 pods of 1 Mi on a node of 1 Gi: all but 1024 have to go, at once, and none comes back.
    // (The loop looks at 11 min, past the horizon.)
    let pods = "  - {name: a, count: 20000, workingSet: 1Mi, restartPolicy: Never}\n";
    let text = node("", pods)
        .replace("memory: 1Gi", "memory: 1Gi, pods: 100000")
        .replace("firstPass: 3s", "firstPass: 11m");
    let run = &rows(&tables(&read(&text), Passes::ThatMatter)["runs"])[0];
    assert_eq!(run["oom_kills"], (20_000 - 1024).to_string());
}

#[test]
fn where_the_kubelet_takes_any_threshold_it_may_be_drawn() {
    // 950 Mi from the start: hard and soft are met at 3 s, the soft one's grace of 1 s is over at 13 s.
    // The first pod goes by the hard threshold at 3 s, before that; the second, at 13 s or later, by either.
    let pods = "  - {name: a, priority: -1, workingSet: 10Mi}\n  - {name: b, workingSet: 950Mi, requests: {memory: 1Mi}}\n  \
                - {name: c, priority: 1, workingSet: 950Mi, at: 3s, requests: {memory: 1Mi}}\n";
    let text = node(", systemDaemons: 0", pods).replace("memory: 1Gi", "memory: 2Gi").replace(
        "memory.available: 100Mi}",
        "memory.available: 200Mi}, evictionSoft: {memory.available: 500Mi}, \
         evictionSoftGracePeriod: {memory.available: 1s}, evictionMaxPodGracePeriod: 5",
    );
    let acted = |choice: &str, seed: u32| {
        let scenario = read(&format!("seed: {seed}\nactingThreshold: {choice}\n{text}"));
        let evictions = rows(&tables(&scenario, Passes::ThatMatter)["evictions"]);
        evictions.iter().map(|row| row["threshold"].clone()).collect::<Vec<_>>().join(" ")
    };
    let all: std::collections::BTreeSet<String> = (1..=30).map(|seed| acted("Drawn", seed)).collect();
    let kinds = all.iter().flat_map(|told| told.split(' ')).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["hard", "soft"], "{all:?}");
    assert_eq!(acted("Drawn", 7), acted("Drawn", 7), "the same seed, the same choices");
    assert!((1..=30).all(|seed| acted("First", seed) == acted("First", 1)), "no chance without it");
}

#[test]
fn what_gives_nothing_back_process_by_process_dies_as_a_whole() {
    // A volume of 2 Gi on a node of 1 Gi: whatever the container holds is too much. The kernel kills a
    // process at the first byte, finds another byte within a second, and takes the container; so again
    // after its waits of 0, 10, 20, 40, 80 and 160 s. At once is too soon after the first process.
    let volume = "workloads:\n  - {name: w, replicas: 1, template: {spec: {containers: [{name: c}], \
        volumes: [{name: v, emptyDir: {medium: Memory}}]}}, behavior: {containers: {c: {processes: 4, workingSet: \
        {leak: {from: 0, perSecond: 1Mi}}}}, volumes: {v: 2Gi}}}\n";
    let text = node("", "").replace("pods:\n", volume).replace("firstPass: 3s", "firstPass: 11m");
    let text = text.replace("kubelet: {", "kubelet: {singleProcessOOMKill: true, ");
    let kills = rows(&tables(&read(&text), Passes::ThatMatter)["oom_kills"]);
    let second =
        |kill: &crate::story::Cells| kill["time_s"].parse::<f64>().expect("an instant").round() as u32;
    let told: Vec<_> = kills.iter().map(|kill| (second(kill), kill["killed"].as_str())).collect();
    let later = [10, 30, 70, 150, 310].into_iter().flat_map(|at| [(at, "Process"), (at, "Container")]);
    let at_first = [(0, "Process"), (0, "Container"), (0, "Container")];
    assert_eq!(told, at_first.into_iter().chain(later).collect::<Vec<_>>());
}
