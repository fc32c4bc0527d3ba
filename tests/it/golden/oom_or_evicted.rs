//! Cases B: killed by the kernel, or evicted by the kubelet.

use super::{MINUTE, ONE_TOO_MANY, Run, SECOND, look_after, mebi, microseconds, number};
use crate::story::{Cells, rows, shipped, tables};
use evictsim::engine::Passes;
use evictsim::ground::SimDuration;
use evictsim::scenario::Scenario;
use evictsim::scenario::distribution::Varying;

const GIBI: i64 = 1 << 30;

#[test]
fn b1_a_container_at_its_own_limit_is_killed_and_restarted_and_never_evicted() {
    let run = Run::by_kubernetes("b1-own-limit");
    // 256Mi at 8Mi a second are 32 s of each life; between them a wait of 0, 10, 20, 40 s.
    let mut full = Vec::new();
    let mut started = 0;
    for wait in [0, 10, 20, 40, 80] {
        full.push(("web", started + 32 * SECOND + ONE_TOO_MANY));
        started = started + 32 * SECOND + ONE_TOO_MANY + wait * SECOND;
    }
    assert_eq!(run.kills(), full);
    assert_eq!(run.column("oom_kills", "cause"), ["ContainerLimit"; 5]);
    let web = run.row("pods", "pod", "web");
    assert_eq!((number(web, "restarts"), web["phase"].as_str()), (4, "Running"));
    assert_eq!(run.seen("BackOff", "pod/web"), full[1..].iter().map(|(_, at)| *at).collect::<Vec<_>>());
    assert_eq!((run.figure("evictions"), run.figure("node_pressure_s")), (0, 0));
}

const PHASES: u64 = 1000;

/// The same scenario with its nodes' first look in the middle of each of 1000 equal parts of 10 s.
fn at_every_phase(scenario: &Scenario) -> Vec<Scenario> {
    let part = 10 * SECOND / PHASES;
    let at = |phase: u64| {
        let mut scenario = scenario.clone();
        for node in &mut scenario.nodes {
            node.first_pass = Varying::Fixed(SimDuration(phase * part + part / 2));
        }
        scenario
    };
    (0..PHASES).map(at).collect()
}

/// The runs' rows, one a phase.
fn figures(scenario: &Scenario) -> Vec<Cells> {
    rows(&tables(scenario, Passes::ThatMatter)["runs"])
}

/// How often the kernel killed before any eviction, and how often after one. Every run holds to the hand's instants.
fn first_and_after(runs: &[Cells]) -> (usize, usize) {
    let (mut first, mut after) = (0, 0);
    for run in runs {
        let instant =
            |column: &str| Some(run[column].as_str()).filter(|cell| !cell.is_empty()).map(microseconds);
        let full = 15 * SECOND + ONE_TOO_MANY;
        match (instant("first_eviction_s"), instant("first_oom_kill_s")) {
            (None, killed) => {
                assert_eq!(killed, Some(full));
                first += 1;
            }
            (Some(evicted), killed) => {
                assert!((10 * SECOND..full).contains(&evicted), "a look between the two lines: {evicted}");
                // It needs a second to stop, in which it goes on.
                assert_eq!(killed, (evicted > 14 * SECOND).then_some(full), "evicted at {evicted}");
                after += usize::from(killed.is_some());
            }
        }
    }
    (first, after)
}

#[test]
fn b2_the_kernel_is_first_in_half_of_a_thousand_phases_as_worked_out_by_hand() {
    // 300Mi free, 20Mi a second: the line of 100Mi is crossed at 10 s, the node is full at 15 s. A kubelet
    // that first looks at f, evenly in 0 to 10 s, looks between them at f + 10 s if f <= 5 s, and else not:
    // P(OOM before eviction) = 1/2; P(evicted, and full within the second it stops) = P(4 s < f <= 5 s) = 1/10.
    let scenario = shipped("golden/b2-oom-before-eviction.yaml");
    let evenly: Vec<Cells> = at_every_phase(&scenario).iter().flat_map(figures).collect();
    assert_eq!(first_and_after(&evenly), (500, 100));

    // Drawn: a binomial count of n = 1000 strays from n p by more than four times sqrt(n p (1 - p)) for one
    // seed in 16 000. That is 63.2 for 1/2, and 37.9 for 1/10.
    let drawn = figures(&Scenario { replications: 1000, ..scenario });
    let (first, after) = first_and_after(&drawn);
    assert_eq!(drawn.len(), 1000);
    assert!(first.abs_diff(500) <= 63, "the kernel was first in {first} of 1000");
    assert!(after.abs_diff(100) <= 37, "and in {after} after the eviction");
}

#[test]
fn b3_the_pods_own_line_is_met_before_the_nodes_while_daemons_keep_to_their_reserve() {
    let run = Run::by_kubernetes("b3-which-limit-first");
    // On three (8192 - 100 - 3072) / 10 = 502 s; on one (6144 - 100) / 10 = 604.4 s.
    let expected = [("slow-too", look_after(502 * SECOND, 0)), ("slow", look_after(604_400_000, 0))];
    assert_eq!(run.victims(), expected);
    assert_eq!(run.column("evictions", "node"), ["three", "one"]);
    assert_eq!(run.column("evictions", "signal"), ["memory.available", "allocatableMemory.available"]);
    // On two 6144 / 40 = 153.6 s, since 151.1 s of no look.
    assert_eq!(run.kills(), [("fast", 153_600_000 + ONE_TOO_MANY)]);
    let kill = run.row("oom_kills", "node", "two");
    assert_eq!((kill["cause"].as_str(), number(kill, "limit_bytes")), ("PodsLimit", mebi(6144)));
    assert_eq!(run.figure("oom_kills_node_capacity"), 0);
}

#[test]
fn b3_whatever_the_phase_ten_mebibytes_a_second_are_slow_enough_for_the_pods_line() {
    // From 604.4 s to 614.4 s is one interval. Who stops within a second may still fill the cgroup while it does.
    let scenario = shipped("golden/b3-which-limit-first.yaml");
    for scenario in at_every_phase(&scenario).into_iter().step_by(100) {
        let evictions = rows(&tables(&scenario, Passes::ThatMatter)["evictions"]);
        assert!(evictions.iter().any(|row| row["pod"] == "slow"), "{:?}", scenario.nodes[0].first_pass);
    }
}

/// Each kill's badness in whole thousandths of the node, as the kernel's log has it.
fn thousandths(run: &Run, node_bytes: i64) -> Vec<i64> {
    run.numbers("oom_kills", "badness").iter().map(|badness| badness * 1000 / node_bytes).collect()
}

#[test]
fn b4_a_sidecar_is_no_easier_prey_than_its_application_but_another_container_is() {
    let run = Run::by_kubernetes("b4-sidecar");
    // (65536 - 30720 - 70 - 7930) / 64 = 419 s is at 64Mi a second when the node is full; helper's 70Mi last
    // 70 / 64 s more.
    let full = (65_536 - 30_720 - 70 - 7930) / 64 * SECOND + ONE_TOO_MANY;
    let expected = [("helper", full), ("app", full), ("app", full + 70 * SECOND / 64)];
    assert_eq!(run.kills(), expected);
    assert_eq!(run.column("oom_kills", "node"), ["first", "second", "first"]);
    assert_eq!(run.numbers("oom_kills", "oom_score_adj"), [999, 500, 500]);
    // 999 + 70Mi / 64Gi; 500 + 30 / 64.
    assert_eq!(thousandths(&run, 64 * GIBI), [1000, 968, 968]);
    // The sidecar would have had 1000 without the clamp, and was not killed.
    assert_eq!(number(run.row("pods", "pod", "sidecar-0"), "oom_kills"), 1);
}

#[test]
fn b5_on_a_large_node_requests_hardly_count_and_whoever_uses_most_dies_first() {
    let run = Run::by_kubernetes("b5-large-node");
    // 16Gi a minute: full after one, and each victim gives back so many sixteenths of a minute.
    let after = |given_back_mebi: u64| MINUTE + given_back_mebi * MINUTE / 16_384 + ONE_TOO_MANY;
    let expected = [
        ("medium", after(0)),
        ("small", after(6144)),
        ("best-effort", after(6144 + 3072)),
        ("tiny", after(6144 + 3072 + 512)),
    ];
    assert_eq!(run.kills(), expected);
    // 1000 - 4 x 1000 / 1024; the floor of 500Mi's share is 0, and so is that of 50Mi.
    assert_eq!(run.numbers("oom_kills", "oom_score_adj"), [1000 - 4 * 1000 / 1024, 999, 1000, 999]);
    assert_eq!(run.figure("evictions"), 0);
}

#[test]
fn b6_the_kernel_takes_the_important_database_and_the_kubelet_the_unimportant_application() {
    let run = Run::by_kubernetes("b6-kernel-ignores-priority");
    assert_eq!(run.kills(), [("database", 95 * SECOND)]); // A step, so at once.
    let kill = run.row("oom_kills", "node", "kills");
    assert_eq!((number(kill, "priority"), number(kill, "oom_score_adj")), (1_000_000, 1000 - 1000 * 2 / 64));
    // 969 + 4 x 1000 / 64; app would have had 875 + 9 x 1000 / 64 = 1015.
    assert_eq!(thousandths(&run, 64 * GIBI), [1031]);

    let eviction = run.row("evictions", "node", "evicts");
    assert_eq!((eviction["workload"].as_str(), eviction["decided_by"].as_str()), ("app", "Priority"));
    assert_eq!(microseconds(&eviction["time_s"]), 100 * SECOND);
    assert_eq!(run.figure("evictions"), 1);
}

#[test]
fn b7_a_container_dies_as_a_whole_unless_the_kubelet_asks_for_one_process() {
    let run = Run::by_kubernetes("b7-whole-container");
    // (200 - 40) / 4 = 40 s, from the start again at once, and 40 s more.
    let full = 40 * SECOND + ONE_TOO_MANY;
    let twice = |node| {
        let kills = run.0["oom_kills"].iter().filter(|kill| kill["node"] == node);
        kills.map(|kill| (kill["killed"].as_str(), kill["time_s"].as_str())).collect::<Vec<_>>()
    };
    let instants = ["40.000001", "80.000002"];
    assert_eq!(microseconds(instants[0]), full);
    assert_eq!(microseconds(instants[1]), 2 * full);
    assert_eq!(twice("whole"), instants.map(|at| ("Container", at)));
    assert_eq!(twice("single"), instants.map(|at| ("Process", at)));
    // The whole one is started again after each kill; the other never stops.
    let restarts = |pod| run.row("pods", "pod", pod)["restarts"].clone();
    assert_eq!((restarts("web-0").as_str(), restarts("web-1").as_str()), ("1", "0"));
    assert_eq!(
        (run.end("web-0"), run.end("web-1"), run.figure("evictions")),
        ("StillRunning", "StillRunning", 0)
    );
}

#[test]
fn b8_without_the_memory_signal_nobody_is_evicted_and_the_kernel_spares_the_hog() {
    let run = Run::by_kubernetes("b8-no-memory-signal");
    // (6144 - 1024 - 300 - 1024) / 10 = 379.6 s; then at once, and 10, 20, 40, 80 s later each.
    let full = 379_600_000 + ONE_TOO_MANY;
    let waited = [0, 0, 10, 30, 70, 150];
    assert_eq!(run.kills(), waited.map(|seconds| ("api", full + seconds * SECOND)));
    assert_eq!(run.numbers("oom_kills", "oom_score_adj"), [1000 - 1000 * 266 / 6144; 6]);
    assert_eq!((run.figure("evictions"), run.figure("node_pressure_s")), (0, 0));
    let hog = run.row("pods", "pod", "hog");
    assert_eq!((hog["qos_class"].as_str(), number(hog, "oom_kills")), ("Guaranteed", 0));
    assert_eq!(run.end("hog"), "StillRunning");
}
