//! Cases A: in which order the kubelet evicts.

use super::{MINUTE, NEXT_LOOK, ONE_TOO_MANY, Run, SECOND, look_after, mebi, number};

#[test]
fn a1_a_burstable_pod_far_above_its_request_goes_before_a_best_effort_one() {
    let run = Run::by_kubernetes("a1-burstable-before-best-effort");
    // 300Mi at 30Mi a minute.
    assert_eq!(run.victims(), [("burst", look_after(10 * MINUTE, 0))]);
    let burst = run.row("evictions", "pod", "burst");
    assert_eq!((burst["qos_class"].as_str(), burst["decided_by"].as_str()), ("Burstable", "Excess"));
    assert_eq!(number(burst, "excess"), mebi(3072 - 1024));
    assert_eq!(run.end("best-effort"), "StillRunning");
}

#[test]
fn a2_where_nobody_exceeds_the_least_below_goes_first_even_if_guaranteed() {
    let name = "a2-nobody-exceeds";
    // The daemons have 1000Mi and 1Mi a second: 5020Mi - 3.4Gi of them at 538.4 s.
    let first = look_after(538_400_000, 0);
    // Then 5020Mi less what is left of the pods.
    let without = |tenths_of_mebi: u64| {
        let crossing = (5020 - 1000) * SECOND - tenths_of_mebi * SECOND / 10;
        look_after(crossing, first + NEXT_LOOK)
    };
    let kubelet = Run::of(name, "kubelet");
    assert_eq!(kubelet.victims(), [("guaranteed", first), ("burst", without(15_360))]);
    assert_eq!(kubelet.column("evictions", "decided_by"), ["Excess", ""]);
    assert!(kubelet.column("rankings", "exceeds_request").iter().all(|exceeds| *exceeds == "false"));
    let lesson = Run::of(name, "lesson");
    assert_eq!(lesson.victims(), [("burst", first), ("guaranteed", without(19_456))]);
    assert_eq!(lesson.column("evictions", "decided_by"), ["QosClass", ""]);
}

#[test]
fn a3_a_small_best_effort_pod_is_not_evicted_before_a_large_excess() {
    let name = "a3-best-effort-is-not-always-first";
    let first = look_after(10 * MINUTE, 0);
    let kubelet = Run::of(name, "kubelet");
    assert_eq!(kubelet.victims(), [("burst", first)]);
    assert_eq!(kubelet.numbers("rankings", "excess"), [mebi(1024 - 100), mebi(50)]);
    assert_eq!(kubelet.end("best-effort"), "StillRunning");
    // What best-effort gives back lasts 50 / 30 of a minute.
    let second = look_after(10 * MINUTE + 100 * SECOND, first + NEXT_LOOK);
    assert_eq!(Run::of(name, "lesson").victims(), [("best-effort", first), ("burst", second)]);
}

#[test]
fn a4_with_equal_use_kubelet_and_kernel_take_the_classes_in_the_same_order() {
    let run = Run::by_kubernetes("a4-equal-use");
    let classes = ["BestEffort", "Burstable", "Guaranteed"];
    // 1000Mi at 100Mi a minute, then 300Mi for each victim.
    let first = look_after(10 * MINUTE, 0);
    let second = look_after(13 * MINUTE, first + NEXT_LOOK);
    let third = look_after(16 * MINUTE, second + NEXT_LOOK);
    assert_eq!(run.column("evictions", "qos_class"), classes);
    assert_eq!(run.instants("evictions", "time_s"), [first, second, third]);
    assert_eq!(run.column("evictions", "node"), ["evicts"; 3]);
    // +300Mi against +200Mi; then the Guaranteed one is exactly at its request, which is not above.
    assert_eq!(run.column("evictions", "decided_by"), ["Excess", "ExceedsRequest", ""]);

    assert_eq!(run.column("oom_kills", "qos_class"), classes);
    let full = [11, 14, 17].map(|minute| minute * MINUTE + ONE_TOO_MANY);
    assert_eq!(run.instants("oom_kills", "time_s"), full);
    assert_eq!(run.column("oom_kills", "node"), ["kills"; 3]);
    assert_eq!(run.numbers("oom_kills", "oom_score_adj"), [1000, 1000 - 1000 * 100 / 2048, -997]);
}

#[test]
fn a5_first_who_exceeds_then_the_lowest_priority_then_the_largest_excess() {
    let run = Run::by_kubernetes("a5-decision-tree");
    // 2700Mi at 4Mi a second; then the victims' 100Mi and 110Mi.
    let first = look_after(675 * SECOND, 0);
    let second = look_after(700 * SECOND, first + NEXT_LOOK);
    let third = look_after(727_500_000, second + NEXT_LOOK);
    assert_eq!(run.victims(), [("medium", first), ("small", second), ("huge", third)]);
    assert_eq!(run.numbers("evictions", "excess"), [mebi(50), mebi(10), mebi(8192)]);
    assert_eq!(run.numbers("evictions", "priority"), [0, 0, 1]);
    assert_eq!(run.column("evictions", "decided_by"), ["Excess", "Priority", "ExceedsRequest"]);
    assert_eq!(run.end("modest"), "StillRunning", "the lowest priority of all, but below its request");
}

#[test]
fn a6_an_important_pod_above_its_request_goes_before_an_unimportant_one_below() {
    let run = Run::by_kubernetes("a6-priority-does-not-win");
    let first = look_after(10 * MINUTE, 0);
    // 101Mi last 202 s at 30Mi a minute.
    let second = look_after(10 * MINUTE + 202 * SECOND, first + NEXT_LOOK);
    assert_eq!(run.victims(), [("important", first), ("unimportant", second)]);
    assert_eq!(run.numbers("evictions", "priority"), [1_000_000, 0]);
    assert_eq!(run.column("evictions", "decided_by"), ["ExceedsRequest", ""]);
}

#[test]
fn a7_a_critical_static_pod_ranks_first_and_is_passed_over() {
    let run = Run::by_kubernetes("a7-critical-static-pod");
    assert_eq!(run.victims(), [("helper", 5 * SECOND)]);
    assert_eq!(run.column("rankings", "pod"), ["proxy", "helper"]);
    assert_eq!(run.column("rankings", "critical"), ["true", "false"]);
    assert_eq!(run.column("rankings", "evicted"), ["false", "true"]);
    assert_eq!(run.numbers("evictions", "rank"), [2]);
    // The looks at 127 s, 137 s, … 297 s find nobody; each is an event, as is that at 5 s.
    assert_eq!(run.figure("passes_without_victim"), (297 - 127) / 10 + 1);
    let looks: Vec<u64> = (0..18).map(|look| (127 + 10 * look) * SECOND).collect();
    assert_eq!(run.seen("EvictionThresholdMet", "node/node")[1..], looks);
    assert_eq!(run.end("proxy"), "StillRunning");
}

#[test]
fn a8_a_static_pod_of_priority_zero_is_not_evicted_either_and_the_next_one_pays() {
    let run = Run::by_kubernetes("a8-static-pod-of-priority-zero");
    // 924Mi - 100Mi - 424Mi - 200Mi at 4Mi a second: 50 s.
    assert_eq!(run.victims(), [("web", look_after(50 * SECOND, 0))]);
    let leak = &run.0["rankings"][0];
    let told = ["pod", "critical", "priority", "exceeds_request"].map(|column| leak[column].as_str());
    assert_eq!(told, ["leak", "true", "0", "true"]);
    // Alone above the line after (824 - 200) / 4 = 156 s: the looks at 162 s and 172 s find nobody,
    // and after (924 - 200) / 4 = 181 s the node is full.
    assert_eq!(run.figure("passes_without_victim"), 2);
    assert_eq!(run.kills(), [("leak", 181 * SECOND + ONE_TOO_MANY)]);
    assert_eq!(run.end("leak"), "StillRunning", "killed and started again, in the same Pod");
}

#[test]
fn a9_a_small_pod_of_low_priority_goes_for_nothing_and_then_the_culprit() {
    let run = Run::by_kubernetes("a9-innocent-victim");
    let first = 300 * SECOND; // The look after 295 s.
    assert_eq!(run.victims(), [("victim", first), ("culprit", first + NEXT_LOOK)]);
    assert_eq!(run.column("evictions", "role"), ["innocent", "culprit"]);
    assert_eq!(run.column("evictions", "decided_by"), ["Priority", ""]);
    // What each eviction gave back, and what was available before it.
    assert_eq!(run.numbers("evictions", "working_set_bytes"), [mebi(80), mebi(6144)]);
    let available = 8192 - 6144 - 1950;
    assert_eq!(run.numbers("evictions", "available"), [mebi(available - 80), mebi(available)]);
    assert_eq!(run.figure("evictions_innocent"), 1);
    assert_eq!(run.seen("NodeHasInsufficientMemory", "node/node"), [first]);
    assert_eq!(run.figure("oom_kills"), 0);
}

#[test]
fn a10_the_orders_part_at_the_first_eviction_and_meet_at_the_last_which_exceeds_nothing() {
    let name = "a10-first-difference";
    let (by_class, kubelet) = (Run::of(name, "by-class"), Run::of(name, "kubelet"));
    // 200Mi at 20Mi a minute; then each victim's Mi / 20 minutes.
    let first = look_after(10 * MINUTE, 0);
    let after_small = look_after(12 * MINUTE + 30 * SECOND, first + NEXT_LOOK);
    let after_greedy = look_after(25 * MINUTE, first + NEXT_LOOK);
    let last = |second: u64| look_after(27 * MINUTE + 30 * SECOND, second + NEXT_LOOK);
    let expected = [("small", first), ("greedy", after_small), ("careful", last(after_small))];
    assert_eq!(by_class.victims(), expected);
    let expected = [("greedy", first), ("small", after_greedy), ("careful", last(after_greedy))];
    assert_eq!(kubelet.victims(), expected);
    let pods = |run: &Run| -> Vec<String> { run.victims().iter().map(|(pod, _)| (*pod).into()).collect() };
    let differs = pods(&by_class).iter().zip(pods(&kubelet)).position(|(one, other)| *one != other);
    assert_eq!(differs, Some(0));
    for run in [&by_class, &kubelet] {
        assert_eq!(run.row("evictions", "pod", "careful")["exceeds_request"], "false");
    }
}
