//! Cases D: thresholds, conditions and settings.

use super::{MINUTE, NEXT_LOOK, ONE_TOO_MANY, Run, SECOND, look_after, mebi, microseconds, number};
use crate::story::{Texts, rows, shipped, tables};
use evictsim::engine::Passes;
use evictsim::eviction::Signal;
use evictsim::ground::SimDuration;
use evictsim::scenario::Scenario;
use evictsim::scenario::distribution::Varying;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn d1_daemons_cost_a_pod_its_life_above_their_reserve_and_not_before() {
    let run = Run::by_kubernetes("d1-daemons-above-their-reserve");
    let node = run.row("nodes", "node", "node");
    let allocatable = 10_240 - 1536 - 500;
    assert_eq!(number(node, "allocatable_memory_bytes"), mebi(allocatable));
    // 512Mi at 16Mi a minute.
    assert_eq!(run.victims(), [("batch", look_after(32 * MINUTE, 0))]);
    let batch = run.row("evictions", "pod", "batch");
    let told = ["signal", "exceeds_request", "excess", "decided_by"].map(|column| batch[column].as_str());
    assert_eq!(told, ["memory.available", "false", "0", "Priority"]);
    // At 6m24s the daemons have 1.1Gi, in whole bytes, and no pod is to pay for it.
    let sample = run.row("timeline", "time_s", "384");
    let daemons = mebi(11 * 1024) / 10;
    assert_eq!(number(sample, "available_bytes"), mebi(10_240 - allocatable) - daemons);
    assert_eq!(sample["memory_pressure"], "false");
}

#[test]
fn d2_pods_above_allocatable_are_evicted_although_three_gibibytes_are_free() {
    let run = Run::by_kubernetes("d2-evicted-with-free-memory");
    assert_eq!(run.victims(), [("jump", 300 * SECOND)]); // The look after 295 s.
    let jump = run.row("evictions", "pod", "jump");
    assert_eq!(jump["signal"], "allocatableMemory.available");
    // 29Gi - 28.6Gi; 7.6Gi is no whole number of bytes, and rounded up.
    assert_eq!(number(jump, "available"), mebi(4 * 1024) / 10);
    let node = run.row("nodes", "node", "node");
    let free = number(node, "capacity_memory_bytes") - number(node, "peak_working_set_bytes");
    assert!(free > mebi(3 * 1024), "{free} bytes were free at the worst instant");
    assert_eq!(run.figure("evictions"), 1);
}

#[test]
fn d3_more_reserved_means_fewer_pods_and_later_evictions_at_the_same_line() {
    let run = Run::by_kubernetes("d3-more-reserved");
    let allocatable = [0, 1024, 2048].map(|reserved| mebi(8192 - 100 - reserved));
    assert_eq!(run.numbers("nodes", "allocatable_memory_bytes"), allocatable);
    assert_eq!(run.numbers("nodes", "peak_pods"), allocatable.map(|bytes| bytes / mebi(1024)));
    assert!(run.numbers("evictions", "line").iter().all(|line| *line == mebi(100)));
    assert!(run.column("evictions", "signal").iter().all(|signal| *signal == "memory.available"));
    let mut by_node: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for eviction in &run.0["evictions"] {
        by_node.entry(&eviction["node"]).or_default().push(microseconds(&eviction["time_s"]));
    }
    // 924 s and 1Gi x n at 1Mi a second.
    let line = |gibi: u64| (924 + 1024 * gibi) * SECOND;
    let first = |gibi: u64| look_after(line(gibi), 0);
    let next = |gibi: u64, last: u64| look_after(line(gibi), last + NEXT_LOOK);
    let second = next(1, first(0));
    assert_eq!(by_node["nothing"], [first(0), second, next(2, second)]);
    assert_eq!(by_node["one-gi"], [first(1), next(2, first(1))]);
    assert_eq!(by_node["two-gi"], [first(2)]);
    // Nobody else fits, until the first victim is gone.
    assert_eq!(microseconds(&run.row("pods", "pod", "waits")["bound_s"]), first(0) + SECOND);
}

#[test]
fn d4_swings_shorter_than_the_grace_evict_nobody_and_the_condition_outlives_them() {
    let run = Run::by_kubernetes("d4-swinging");
    assert_eq!(run.figure("evictions"), 0);
    let (met, cleared) = ("NodeHasInsufficientMemory", "NodeHasSufficientMemory");
    assert_eq!(run.seen(met, "node/default"), [45 * SECOND]);
    assert_eq!(run.seen(cleared, "node/default"), [0; 0]);
    // Each 80 s again, fifteen times in 20m; last seen 30 s after, so 50 s after it is 20 s ago.
    let swings: Vec<u64> = (0..15).map(|swing| (45 + 80 * swing) * SECOND).collect();
    assert_eq!(run.seen(met, "node/short"), swings);
    let ends: Vec<u64> = swings[..14].iter().map(|begin| begin + 50 * SECOND).collect();
    assert_eq!(run.seen(cleared, "node/short"), ends);
    // The age of what is seen now is 0, which is not below a period of 0.
    assert_eq!(run.seen(met, "node/zero"), [0; 0]);
    assert_eq!(run.numbers("nodes", "pressure_s"), [1200 - 45, 14 * 50 + 1200 - 1165, 0]);
}

#[test]
fn d5_page_cache_alone_makes_a_node_evict_what_the_kernel_would_leave_alone() {
    let run = Run::by_kubernetes("d5-page-cache");
    // 8192Mi - 100Mi - 3072Mi - 4096Mi at 1Mi a second.
    let first = look_after((8192 - 100 - 3072 - 4096) * SECOND, 0);
    assert_eq!(run.instants("evictions", "time_s"), [first]);
    assert_eq!(run.seen("NodeHasInsufficientMemory", "node/node"), [first]);
    assert_eq!(run.column("evictions", "exceeds_request"), ["false"], "nobody is to blame");
    assert_eq!(run.figure("oom_kills"), 0);
    // Of 8Gi the pods never held more than 3Gi, and nobody else held any.
    let held = run.numbers("timeline", "pods_working_set_bytes");
    assert_eq!(held.into_iter().max(), Some(mebi(3 * 1024)));
}

#[test]
fn d6_naming_one_signal_drops_the_others_and_zero_or_all_percent_switch_it_off() {
    let scenario = shipped("golden/d6-one-signal-named.yaml");
    let signals = |node: usize| {
        let thresholds = scenario.nodes[node].kubelet.thresholds.iter();
        thresholds.map(|threshold| threshold.signal).collect::<Vec<_>>()
    };
    // The copy for all pods together is memory.available's own.
    assert_eq!(signals(0), [Signal::MemoryAvailable, Signal::AllocatableMemoryAvailable]);
    assert_eq!((signals(1), signals(2)), (vec![], vec![]));

    let run = Run::by_kubernetes("d6-one-signal-named");
    // (824 - 224) / 5 = 120 s; (1024 - 224) / 5 = 160 s.
    assert_eq!(run.instants("evictions", "time_s"), [look_after(120 * SECOND, 0)]);
    assert_eq!(run.column("evictions", "node"), ["named"]);
    assert!(!run.column("events", "reason").contains(&"NodeHasDiskPressure"), "nobody looks at the disk");
    assert_eq!(run.instants("oom_kills", "time_s"), [160 * SECOND + ONE_TOO_MANY; 2]);
    let killed: BTreeSet<&str> = run.column("oom_kills", "node").into_iter().collect();
    assert_eq!(killed, BTreeSet::from(["all", "nothing"]));
}

/// The nodes with what their one victim was granted and what it took, in seconds, in the scenario's order.
fn graces(run: &Run, told: u64) -> Vec<(&str, i64, u64)> {
    let of_node = |node| {
        let eviction = run.row("evictions", "node", node);
        assert_eq!(
            (microseconds(&eviction["time_s"]), eviction["threshold"].as_str()),
            (told, "soft"),
            "{node}"
        );
        let ended = microseconds(&run.row("pods", "node", node)["ended_s"]);
        (node, number(eviction, "grace_period_s"), (ended - told) / SECOND)
    };
    run.column("nodes", "node").into_iter().map(of_node).collect()
}

#[test]
fn d7_a_soft_eviction_gives_the_shorter_of_two_graces_and_minus_one_gives_none() {
    let run = Run::by_kubernetes("d7-soft-grace");
    // Seen at 5 s, 30 s of grace for the threshold; each pod would take 40 s and asks for 25 s.
    let expected = [("unsaid", 2, 2), ("minus-one", 2, 2), ("ten", 10, 10), ("sixty", 25, 25)];
    assert_eq!(graces(&run, 35 * SECOND), expected);
}

#[test]
fn d8_the_next_eviction_comes_when_the_last_victim_is_gone() {
    let run = Run::by_kubernetes("d8-one-after-another");
    let first = 25 * SECOND; // Seen at 5 s, and 20 s of grace.
    let second = first + 30 * SECOND + 5 * SECOND; // Its stop, and the first of the loop's polls after 4.5 s.
    assert_eq!(run.victims(), [("first", first), ("second", second)]);
    // No look in between acted, though 24Mi were available all the time.
    assert_eq!(run.seen("EvictionThresholdMet", "node/node"), [first, second]);
    assert_eq!(run.end("third"), "StillRunning");
}

/// Of each node's leak: how often it was killed before any eviction, and how often after one.
fn killed(tables: &Texts) -> BTreeMap<String, (u32, u32)> {
    let place = |row: &BTreeMap<String, String>| (row["replication"].clone(), row["node"].clone());
    let evicted: BTreeSet<_> = rows(&tables["evictions"]).iter().map(place).collect();
    let mut counts = BTreeMap::new();
    for kill in rows(&tables["oom_kills"]) {
        let (first, after) = counts.entry(kill["node"].clone()).or_insert((0, 0));
        *(if evicted.contains(&place(&kill)) { after } else { first }) += 1;
    }
    counts
}

#[test]
fn d9_a_threshold_must_hold_what_leaks_in_an_interval_and_while_the_victim_stops() {
    let scenario = shipped("golden/d9-how-large-a-threshold.yaml");
    // 100 phases, in the middle of each tenth of a second. Full at 40 s, T / 20Mi seconds after T is crossed.
    let mut evenly: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for phase in 0..100 {
        let mut scenario = scenario.clone();
        for node in &mut scenario.nodes {
            node.first_pass = Varying::Fixed(SimDuration(phase * SECOND / 10 + SECOND / 20));
        }
        for (node, (first, after)) in killed(&tables(&scenario, Passes::ThatMatter)) {
            let sums = evenly.entry(node).or_default();
            *sums = (sums.0 + first, sums.1 + after);
        }
    }
    // 1 - 2.5 / 10, 1 - 5 / 10, 0; and a tenth of them is told less than a second before the end.
    let expected = [("at-100", (50, 10)), ("at-200", (0, 10)), ("at-50", (75, 10))];
    assert_eq!(evenly, expected.map(|(node, counts)| (node.to_owned(), counts)).into());

    // Drawn: within four standard deviations sqrt(n p (1 - p)) of 1000 p, and never where p is 0.
    let drawn = killed(&tables(&Scenario { replications: 1000, ..scenario }, Passes::ThatMatter));
    let bounds = [("at-50", 750, 54, 37), ("at-100", 500, 63, 37), ("at-200", 0, 0, 37)];
    for (node, mean, bound, bound_after) in bounds {
        let (first, after) = drawn[node];
        assert!(first.abs_diff(mean) <= bound, "{node}: {first} of 1000 before a look");
        assert!(after.abs_diff(100) <= bound_after, "{node}: {after} of 1000 while it stopped");
    }
    assert!(!drawn.contains_key("at-240"), "{drawn:?}");
}

#[test]
fn d10_a_grace_of_five_minutes_lets_a_pod_finish_that_no_grace_kills() {
    let run = Run::by_kubernetes("d10-a-graceful-soft-eviction");
    // Seen at 5 s, 1m of grace for the threshold; the broker takes 3m of its 5.
    assert_eq!(graces(&run, 65 * SECOND), [("managed", 2, 2), ("graceful", 300, 180)]);
}
