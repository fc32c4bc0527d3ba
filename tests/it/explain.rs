//! `evictsim explain`: what is said of each lesson, and that all of it is true.

mod counterfactual;
mod orders;

use crate::story::{read, shipped};
use evictsim::eviction::{Criterion, EvictionOrder, Starved};
use evictsim::experiment::inquiry::{Finding, Happened, Inquiry, Wish};
use evictsim::ground::SimTime;
use evictsim::report::explanation::{self, Explanation};
use evictsim::scenario::Scenario;
use std::sync::Arc;

/// All that is said of the first run.
fn told(scenario: &Scenario, wish: &Wish) -> String {
    let rules = &scenario.runs[0];
    said(&Inquiry::new(scenario, rules, 0), &rules.name, wish)
}

fn said(inquiry: &Inquiry<'_>, run: &str, wish: &Wish) -> String {
    let finding = inquiry.find(wish);
    let mut out = Vec::new();
    Explanation::of(inquiry, run, &finding).write(&mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("sentences are text")
}

fn at(seconds: u64) -> Wish {
    Wish { at: Some(SimTime(seconds * 1_000_000)), ..Wish::default() }
}

/// Whether one of its lines, as it is printed or put together again, has this text.
#[track_caller]
fn assert_says(told: &str, sentence: &str) {
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(sentence), "{sentence:?} is not in:\n{told}");
}

/// One snapshot a lesson; the diff is read as a teacher would.
macro_rules! lessons {
    ($($name:ident $file:literal),* $(,)?) => {$(
        #[test]
        fn $name() {
            let scenario = shipped(concat!("lessons/", $file, ".yaml"));
            let runs = scenario.runs.iter().map(|rules| {
                said(&Inquiry::new(&scenario, rules, 0), &rules.name, &Wish::default())
            });
            insta::assert_snapshot!($file, runs.collect::<Vec<_>>().join("\n----\n\n"));
        }
    )*};
}

lessons! {
    eviction_order_is_explained "eviction-order",
    kubelet_order_is_explained "kubelet-order",
    oom_before_eviction_is_explained "oom-before-eviction",
    soft_and_hard_is_explained "soft-and-hard",
    l01_is_explained "l01-a-pod-around-its-containers",
    l02_is_explained "l02-one-address",
    l03_is_explained "l03-a-shared-volume",
    l04_is_explained "l04-cattle-not-pets",
    l05_is_explained "l05-what-survives-a-pod",
    l06_is_explained "l06-one-container",
    l07_is_explained "l07-a-sidecar",
    l08_is_explained "l08-who-starts-again",
    l09_is_explained "l09-init-containers-first",
    l10_is_explained "l10-a-failing-init-container",
    l11_is_explained "l11-pending",
    l12_is_explained "l12-running",
    l13_is_explained "l13-succeeded",
    l14_is_explained "l14-failed",
    l15_is_explained "l15-unknown",
    l16_is_explained "l16-readiness",
    l17_is_explained "l17-guaranteed",
    l18_is_explained "l18-burstable",
    l19_is_explained "l19-best-effort",
    l20_is_explained "l20-limits",
}

#[test]
fn every_lesson_has_its_snapshot() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(directory.join("scenarios/lessons")).expect("lessons");
    let lessons =
        files.filter_map(|file| file.ok()?.file_name().to_str()?.strip_suffix(".yaml").map(str::to_owned));
    for lesson in lessons {
        let snapshot = directory.join(format!("tests/it/snapshots/it__explain__{lesson}.snap"));
        assert!(snapshot.exists(), "{lesson} is not explained");
    }
}

/// Asks for priority alone; what the lesson and the kubelet ask is nothing to it.
struct PriorityAlone;

impl EvictionOrder for PriorityAlone {
    fn name(&self) -> &'static str {
        "PriorityAlone"
    }

    fn asks(&self, _: Starved) -> &'static [Criterion] {
        &[Criterion::Priority]
    }
}

/// 1024Mi - 100Mi are crossed by 400Mi + 300Mi + 250Mi.
const TWO_PODS: &str = "horizon: 5m
nodes: [{name: node, capacity: {cpu: 4, memory: 1Gi}, systemDaemons: 250Mi, firstPass: 10s}]
pods:
  - {name: large, workingSet: 400Mi, requests: {memory: 500Mi}}
  - {name: small, workingSet: 300Mi, priority: 7}
";

#[test]
fn when_the_orders_rule_changes_so_does_the_sentence() {
    let scenario = read(TWO_PODS);
    let mut inquiry = Inquiry::new(&scenario, &scenario.runs[0], 0);
    assert_says(
        &said(&inquiry, "lesson", &Wish::default()),
        "before large: BestEffort goes before Burstable",
    );
    inquiry.setting.order = Arc::new(evictsim::eviction::KubeletOrder);
    let by_request = said(&inquiry, "kubelet", &Wish::default());
    assert_says(&by_request, "before large: 300Mi over its request, the next is not over");
    assert_says(&by_request, "(CLASS)");
    inquiry.setting.order = Arc::new(PriorityAlone);
    let by_priority = said(&inquiry, "own", &Wish::default());
    assert_says(&by_priority, "before small: lower priority (0 < 7)");
    assert_says(
        &by_priority,
        "The order PriorityAlone asks, until something tells two pods apart: priority.",
    );
    assert_says(&by_priority, "Request: none: it stays before small: lower priority (0 < 7).");
}

#[test]
fn the_clocks_of_the_loop_are_told_at_any_instant() {
    // 1024Mi - 200Mi = 824Mi are passed after 112s; the look at 120s sees it, with 192Mi left. The grace is over at
    // 210s, and 4m30s after the start 750Mi + 140Mi are all that is ever used: the hard line is never crossed.
    let scenario = read(
        "horizon: 10m
kubelet:
  evictionHard: {memory.available: 10Mi}
  evictionSoft: {memory.available: 200Mi}
  evictionSoftGracePeriod: {memory.available: 1m30s}
  evictionMaxPodGracePeriod: 30
nodes: [{name: node, capacity: {cpu: 4, memory: 1Gi}, firstPass: 0s}]
pods:
  - {name: leak, workingSet: {from: 600Mi, to: 900Mi, over: 150s}}
",
    );
    let before = told(&scenario, &at(95));
    assert_says(&before, "At 1m35s on node: nobody is evicted.");
    assert_says(&before, "memory.available: 234Mi left, 34Mi above its soft line of 200Mi.");
    assert_says(&before, "At the present rate a line is crossed at 1m52s, and seen at the look at 2m.");
    assert_says(&before, "The loop looks every 10s: last at 1m30s, next at 1m40s.");
    let crossed = told(&scenario, &at(115));
    assert_says(
        &crossed,
        "194Mi left, 6Mi below its soft line of 200Mi, and the loop has not looked since it is.",
    );
    let during = told(&scenario, &at(145));
    assert_says(
        &during,
        "below its soft line of 200Mi since the look at 2m, for 25s; it must be for 1m30s before anybody goes, 1m5s more.",
    );
    assert_says(&during, "last at 2m20s, next at 2m30s.");
    assert_says(
        &during,
        "MemoryPressure is reported, and until 5m after the last look that finds a line crossed: not before 7m20s.",
    );
    let acting = told(&scenario, &Wish::default());
    assert_says(&acting, "At 3m30s on node: leak is evicted");
    assert_says(&acting, "its grace of 1m30s is over.");
    assert_says(&acting, "next when its victim is gone and cleaned up.");
}

#[test]
fn a_pod_and_another_are_compared_whether_they_are_neighbors_or_not() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let inquiry = Inquiry::new(&scenario, &scenario.runs[0], 0);
    let finding = inquiry.find(&Wish::default());
    let mut told = Explanation::of(&inquiry, "lesson", &finding);
    // best-effort stands first, guaranteed last.
    told.pair = Some((0, 2));
    let mut out = Vec::new();
    told.write(&mut out).expect("a vector takes everything");
    let out = String::from_utf8(out).expect("sentences are text");
    assert_says(
        &out,
        "Why best-effort and not guaranteed best-effort goes before guaranteed: BestEffort goes before Guaranteed.",
    );
    told.pair = Some((2, 0));
    let mut out = Vec::new();
    told.write(&mut out).expect("a vector takes everything");
    let out = String::from_utf8(out).expect("sentences are text");
    assert_says(&out, "It is the other way round: best-effort goes before guaranteed");
}

#[test]
fn whatever_is_asked_about_is_found() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let inquiry = Inquiry::new(&scenario, &scenario.runs[0], 0);
    let victim = |finding: &Finding| match &finding.happened {
        Happened::Decided(decision) => decision.victim.map(|victim| {
            let pod = decision.ranking[victim].pod;
            scenario.pod_name(pod.workload, pod.replica)
        }),
        _ => None,
    };
    let of_pod = |pod: &str| inquiry.find(&Wish { pod: Some(pod.to_owned()), ..Wish::default() });
    // Evicted at 10m10s, 20m2s and 30m4s: results/eviction-order/evictions.csv.
    assert_eq!(of_pod("guaranteed").glimpse.at, SimTime(1_804_000_000));
    assert_eq!(victim(&of_pod("burstable")).as_deref(), Some("burstable"));
    assert_eq!(victim(&inquiry.find(&at(610))).as_deref(), Some("best-effort"));
    let between = inquiry.find(&at(900));
    assert!(matches!(between.happened, Happened::Nothing));
    assert_eq!(between.ranking().len(), 2, "best-effort is gone");
}

#[test]
fn a_kill_by_the_kernel_is_explained_where_nobody_is_evicted() {
    // 6Gi with a request of 266Mi: 1000 - 43 = 957, and 300Mi are 48 thousandths of 6Gi.
    let told = told(&shipped("golden/b8-no-memory-signal.yaml"), &Wish::default());
    assert_says(&told, "the kernel kills container api of api. In the whole run: 0 evictions, 6 OOM kills.");
    assert_says(
        &told,
        "The node's memory is used up, all 6Gi of it, before its kubelet has evicted anybody for it.",
    );
    assert_says(
        &told,
        "This kubelet has no threshold for anything that this node can run short of: it never evicts.",
    );
    assert_says(&told, "1 api api 1005 300Mi 957 Burstable, requests 266Mi of 6Gi");
}

#[test]
fn pods_that_nobody_may_evict_are_passed_over_and_marked() {
    let told = told(&shipped("golden/a7-critical-static-pod.yaml"), &Wish::default());
    assert_says(&told, "At 5s on node: helper is evicted");
    assert_says(&told, "1 proxy (critical) yes 2000001000");
    assert_says(&told, "Request, limit, priority: none, since nobody else here may be evicted.");
}

#[test]
fn json_says_the_same() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let inquiry = Inquiry::new(&scenario, &scenario.runs[0], 0);
    let finding = inquiry.find(&Wish::default());
    let json = explanation::json(&Explanation::of(&inquiry, "lesson", &finding));
    assert_eq!(json["time_s"], 610);
    assert_eq!(json["happened"]["pod"], "best-effort");
    assert_eq!(json["ranking"][0]["decided_by"], "QosClass");
    assert_eq!(json["ranking"][0]["sentence"], "before burstable: BestEffort goes before Burstable");
    assert_eq!(json["saves"]["request"]["instead"], "burstable");
    assert_eq!(json["saves"]["priority"]["possible"], false);
    assert_eq!(json["loop"]["last_look_s"], 610);
}
