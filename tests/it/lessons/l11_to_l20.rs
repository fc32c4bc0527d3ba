//! Claims L11 to L20: the phases of a Pod, its probes, and its QoS class.
//!
//! What: each test runs the lesson whose number it bears, and reads from the tables that what the
//! lesson claims is so, or what Kubernetes does instead.

use super::{MINUTE, Story, assert_victims, seconds};
use crate::story::{audited_tables, shipped};
use evictsim::engine::Passes;
use evictsim::scenario::meaning::Switches;

/// When, and into what, something in the life of a Pod (container empty) or of its container turned.
fn turns(lesson: &Story, run: &str, (pod, container): (&str, &str), what: &str) -> Vec<(f64, String)> {
    let mut rows = lesson.rows("lives", run);
    rows.retain(|row| row["pod"] == pod && row["container"] == container && row["what"] == what);
    rows.iter().map(|row| (seconds(row, "time_s"), row["value"].clone())).collect()
}

/// The phases of a Pod in the lesson's run.
fn phases(lesson: &Story, pod: &str) -> Vec<(f64, String)> {
    turns(lesson, "lesson", (pod, ""), "Phase")
}

/// When something turned into `value`.
fn times(turns: &[(f64, String)], value: &str) -> Vec<f64> {
    turns.iter().filter(|(_, turned)| turned == value).map(|(at, _)| *at).collect()
}

fn told<const N: usize>(turns: [(f64, &str); N]) -> Vec<(f64, String)> {
    turns.map(|(at, value)| (at, value.to_owned())).to_vec()
}

/// The last exit code that a container showed.
fn exit_code(lesson: &Story, pod: &str, container: &str) -> String {
    let mut rows = lesson.rows("lives", "lesson");
    rows.retain(|row| row["pod"] == pod && row["container"] == container && !row["exit_code"].is_empty());
    rows.pop().expect("it has ended")["exit_code"].clone()
}

#[test]
fn l11_a_pod_is_pending_without_a_node_without_its_image_and_while_it_initializes() {
    let lesson = Story::of_lesson("l11-pending");
    // Nothing to wait for; done after 60 s.
    assert_eq!(phases(&lesson, "early"), told([(0.0, "Pending"), (0.0, "Running"), (60.0, "Succeeded")]));
    // Its room is free at 60 s, and pulling takes 20 s.
    assert_eq!(phases(&lesson, "no-room"), told([(10.0, "Pending"), (80.0, "Running")]));
    let scheduled = turns(&lesson, "lesson", ("no-room", ""), "PodScheduled");
    assert_eq!(scheduled, told([(10.0, "False"), (60.0, "True")]));
    assert_eq!(phases(&lesson, "pulling"), told([(0.0, "Pending"), (40.0, "Running")]));
    // Pulled at 10 s, and then 20 s and 30 s for its init containers.
    assert_eq!(phases(&lesson, "set-up-0"), told([(0.0, "Pending"), (60.0, "Running")]));
    let state = |container| turns(&lesson, "lesson", ("set-up-0", container), "State");
    assert_eq!(times(&state("fetch"), "Running"), [10.0]);
    assert_eq!(times(&state("migrate"), "Running"), [30.0]);
    assert_eq!(times(&state("app"), "Running"), [60.0]);
}

#[test]
fn l12_a_pod_is_running_while_one_of_its_containers_runs_or_starts_again() {
    let lesson = Story::of_lesson("l12-running");
    let state = |pod, container| turns(&lesson, "lesson", (pod, container), "State");
    // One of its containers runs from the beginning, but the other one has never run until 20 s.
    assert_eq!(times(&state("half-begun-0", "app"), "Running"), [0.0]);
    assert_eq!(phases(&lesson, "half-begun-0"), told([(0.0, "Pending"), (20.0, "Running")]));
    // One is enough to be Running, and not enough to be Ready.
    assert_eq!(times(&state("half-done-0", "helper"), "Terminated"), [60.0]);
    assert_eq!(phases(&lesson, "half-done-0"), told([(0.0, "Pending"), (0.0, "Running")]));
    let ready = turns(&lesson, "lesson", ("half-done-0", ""), "Ready");
    assert_eq!(times(&ready, "False").last(), Some(&60.0));
    // 10 s of life, and waits of 0, 10, 20 and 40 s: none of it runs then, and the Pod does.
    let crashing = state("crashing-0", "app");
    assert_eq!(times(&crashing, "Running"), [0.0, 10.0, 30.0, 60.0, 110.0]);
    assert_eq!(times(&crashing, "Waiting"), [0.0, 20.0, 40.0, 70.0, 120.0]);
    assert_eq!(phases(&lesson, "crashing-0"), told([(0.0, "Pending"), (0.0, "Running")]));
}

#[test]
fn l13_a_pod_has_succeeded_when_all_have_ended_with_zero_and_none_starts_again() {
    let lesson = Story::of_lesson("l13-succeeded");
    let extract = turns(&lesson, "lesson", ("batch-0", "extract"), "State");
    assert_eq!(times(&extract, "Terminated"), [20.0]);
    assert_eq!(times(&phases(&lesson, "batch-0"), "Succeeded"), [60.0], "when the other is done, too");
    // The work ends at 60 s, and its sidecar takes 20 s to stop; how it ends does not count.
    assert_eq!(times(&phases(&lesson, "with-sidecar-0"), "Succeeded"), [80.0]);
    assert_eq!(exit_code(&lesson, "with-sidecar-0", "work"), "0");
    assert_eq!(exit_code(&lesson, "with-sidecar-0", "proxy"), "143");
    for pod in ["batch-0", "with-sidecar-0"] {
        assert_eq!(lesson.pod("lesson", pod)["end"], "Completed", "{pod}");
    }
    // 20 s of work each time, and waits of 0, 10 and 20 s.
    let work = turns(&lesson, "lesson", ("always-0", "work"), "State");
    assert_eq!(times(&work, "Running"), [0.0, 20.0, 50.0, 90.0]);
    assert_eq!(exit_code(&lesson, "always-0", "work"), "0");
    assert_eq!(phases(&lesson, "always-0"), told([(0.0, "Pending"), (0.0, "Running")]));
}

#[test]
fn l14_a_pod_has_failed_when_all_have_ended_and_one_badly_or_when_it_was_evicted() {
    let lesson = Story::of_lesson("l14-failed");
    let state = |pod, container| turns(&lesson, "lesson", (pod, container), "State");
    // One failed at 20 s; the other ended well at 60 s.
    assert_eq!(times(&state("never-0", "check"), "Terminated"), [20.0]);
    assert_eq!(times(&phases(&lesson, "never-0"), "Failed"), [60.0]);
    assert_eq!(["check", "work"].map(|one| exit_code(&lesson, "never-0", one)), ["1", "0"]);
    // Each life of 20 s fails, with waits of 0, 10, 20 and 40 s: the Pod does not.
    let running = [0.0, 20.0, 50.0, 90.0, 150.0];
    assert_eq!(times(&state("on-failure", "on-failure"), "Running"), running);
    assert_eq!(phases(&lesson, "on-failure"), told([(0.0, "Pending"), (0.0, "Running")]));
    // 924Mi at 100 s, so the look at 110 s acts; its only container ended well, a second later.
    assert_eq!(lesson.victims("lesson"), [("evicted".to_owned(), 110.0)]);
    assert_eq!(times(&phases(&lesson, "evicted"), "Failed"), [111.0]);
    assert_eq!(exit_code(&lesson, "evicted", "evicted"), "0");
    assert_eq!(lesson.pod("lesson", "evicted")["end"], "Evicted");
}

/// 60 s, and the grace period of 50 s.
const UNREACHABLE: f64 = 110.0;
/// After 9 minutes.
const ANSWERS: f64 = 600.0;

#[test]
fn l15_a_pod_on_a_lost_node_is_unknown_in_the_lesson_and_not_ready_in_kubernetes() {
    let lesson = Story::of_lesson("l15-unknown");
    let turned = |run, what| turns(&lesson, run, ("agent", ""), what);
    let begins = |then: [(f64, &str); 2]| told([(0.0, "Pending"), (0.0, "Running"), then[0], then[1]]);
    assert_eq!(turned("lesson", "Phase"), begins([(UNREACHABLE, "Unknown"), (ANSWERS, "Running")]));
    assert_eq!(turned("kubernetes", "Phase"), told([(0.0, "Pending"), (0.0, "Running")]));
    for (run, lost) in [("lesson", "Unknown"), ("kubernetes", "False")] {
        let ready = told([(0.0, "False"), (0.0, "True"), (UNREACHABLE, lost), (ANSWERS, "True")]);
        assert_eq!(turned(run, "Ready"), ready, "{run}");
        assert_eq!(turned(run, "DisruptionTarget"), [], "it tolerates that for ever");
        let mut events = lesson.rows("events", run);
        events.retain(|event| event["object"] == "node/east");
        let node: Vec<_> =
            events.iter().map(|row| (row["reason"].as_str(), seconds(row, "time_s"))).collect();
        assert_eq!(node, [("NodeNotReady", UNREACHABLE), ("NodeReady", ANSWERS)], "{run}");
    }
}

#[test]
fn l15_what_a_lost_node_had_is_replaced_elsewhere_and_goes_on_until_the_node_answers() {
    let lesson = Story::of_lesson("l15-unknown");
    for run in ["lesson", "kubernetes"] {
        // 30 s of its own, and the 300 s that the API server gives.
        for (pod, container, patience) in
            [("cache-0", "app", 30.0), ("web-0", "app", 300.0), ("bare", "bare", 300.0)]
        {
            let deleted = turns(&lesson, run, (pod, ""), "DisruptionTarget");
            assert_eq!(deleted, told([(UNREACHABLE + patience, "True")]), "{pod} in {run}");
            // It is told of its deletion when the node answers, and takes a second to stop.
            let state = turns(&lesson, run, (pod, container), "State");
            assert_eq!(times(&state, "Terminated"), [ANSWERS + 1.0], "{pod} in {run}");
            let row = lesson.pod(run, pod);
            assert_eq!((row["node"].as_str(), row["end"].as_str()), ("east", "Deleted"), "{pod} in {run}");
        }
        for (pod, replaces, at) in [("cache-0.1", "cache-0", 140.0), ("web-0.1", "web-0", 410.0)] {
            let row = lesson.pod(run, pod);
            assert_eq!((row["replaces"].as_str(), row["node"].as_str()), (replaces, "west"), "{run}");
            assert_eq!((seconds(&row, "created_s"), seconds(&row, "ready_s")), (at, at), "{pod} in {run}");
        }
        let replacements = lesson.rows("pods", run).iter().filter(|row| !row["replaces"].is_empty()).count();
        assert_eq!(replacements, 2, "nobody makes the bare one again");
    }
}

#[test]
fn l16_without_a_probe_a_container_is_ready_as_soon_as_it_runs_however_unwell() {
    let lesson = Story::of_lesson("l16-readiness");
    let ready = |pod| turns(&lesson, "lesson", (pod, ""), "Ready");
    // Both can answer from 40 s on.
    assert_eq!(times(&ready("slow-asked"), "True"), [40.0]);
    assert_eq!(times(&ready("slow-not-asked"), "True"), [0.0]);
    for pod in ["slow-asked", "slow-not-asked"] {
        assert_eq!(times(&phases(&lesson, pod), "Running"), [0.0], "{pod}: readiness is not a phase");
    }
    // The third bad answer comes at 80 s, stopping takes 1 s; from 81 s on the same again.
    let pod = ("hanging-asked", "hanging-asked");
    assert_eq!(turns(&lesson, "lesson", pod, "Killed"), told([(80.0, "Liveness"), (161.0, "Liveness")]));
    assert_eq!(times(&turns(&lesson, "lesson", pod, "State"), "Running"), [0.0, 81.0, 162.0]);
    // The other hangs as early, and nobody does anything about it.
    assert_eq!(ready("hanging-not-asked"), told([(0.0, "False"), (0.0, "True")]));
    assert_eq!(lesson.pod("lesson", "hanging-not-asked")["restarts"], "0");
}

#[test]
fn where_a_lesson_has_one_run_the_rules_make_no_difference() {
    for name in ["l11-pending", "l12-running", "l13-succeeded", "l14-failed", "l16-readiness"] {
        let mut lesson = shipped(&format!("lessons/{name}.yaml"));
        let by_the_lesson = audited_tables(&lesson, Passes::ThatMatter);
        assert_eq!(lesson.runs.len(), 1, "{name}");
        lesson.runs[0].switches = Switches::KUBERNETES;
        let by_kubernetes = audited_tables(&lesson, Passes::ThatMatter);
        assert_ne!(by_the_lesson["runs"], by_kubernetes["runs"], "{name}: the rules are others");
        for table in ["lives", "pods", "evictions"] {
            assert_eq!(by_the_lesson[table], by_kubernetes[table], "{table} of {name}");
        }
    }
}

fn mebi(amount: u64) -> String {
    (amount << 20).to_string()
}

/// The class of each of these Pods, under any rules.
fn assert_classes(lesson: &Story, classes: &[(&str, &str)]) {
    for run in ["lesson", "kubernetes"] {
        for (pod, class) in classes {
            assert_eq!(lesson.pod(run, pod)["qos_class"], *class, "{pod} in {run}");
        }
    }
}

#[test]
fn l17_guaranteed_goes_last_in_the_lesson_and_first_in_kubernetes_if_its_request_fits_best() {
    let lesson = Story::of_lesson("l17-guaranteed");
    assert_classes(
        &lesson,
        &[("limits-alone", "Guaranteed"), ("no-cpu", "Burstable"), ("bare-init-0", "Burstable")],
    );
    let alone = lesson.pod("lesson", "limits-alone");
    let asks_for =
        ["cpu_request_milli", "memory_request_bytes", "memory_limit_bytes"].map(|column| &alone[column]);
    assert_eq!(asks_for, ["500", &mebi(256), &mebi(256)], "its limits are its requests");
    // 100Mi of room at 100Mi a minute, and what each victim gives back: 200Mi, 150Mi, 250Mi.
    let by_class = [("no-cpu", 1.0), ("bare-init-0", 3.0), ("limits-alone", 4.5)];
    assert_victims(&lesson.victims("lesson"), &by_class.map(|(pod, at)| (pod, at * MINUTE)));
    // The order by what is left of the request: 6Mi, 56Mi, 106Mi.
    let by_excess = [("limits-alone", 1.0), ("no-cpu", 3.5), ("bare-init-0", 5.5)];
    assert_victims(&lesson.victims("kubernetes"), &by_excess.map(|(pod, at)| (pod, at * MINUTE)));
    assert!(lesson.rows("evictions", "kubernetes").iter().all(|row| row["exceeds_request"] == "false"));
}

#[test]
fn l18_some_request_or_limit_makes_a_pod_burstable_and_says_little_of_when_it_goes() {
    let lesson = Story::of_lesson("l18-burstable");
    let burstable = ["cpu-alone", "below-its-limit", "memory-alone", "one-of-two-0", "bare-init-0"];
    assert_classes(&lesson, &burstable.map(|pod| (pod, "Burstable")));
    assert_classes(&lesson, &[("none", "BestEffort"), ("all", "Guaranteed")]);
    // Each gives 100Mi back, at 100Mi a minute.
    let each_minute = |pods: [&'static str; 7]| {
        let mut minutes = 0.0;
        pods.map(|pod| {
            minutes += 1.0;
            (pod, minutes * MINUTE)
        })
    };
    let [cpu, below, memory, one_of_two, init] = burstable;
    let by_class = each_minute(["none", cpu, below, one_of_two, init, memory, "all"]);
    assert_victims(&lesson.victims("lesson"), &by_class);
    // 100Mi and 100Mi above, 50Mi above; 10Mi, 20Mi, 30Mi and 50Mi below.
    let by_excess = each_minute([cpu, "none", below, "all", one_of_two, init, memory]);
    assert_victims(&lesson.victims("kubernetes"), &by_excess);
    // Without a memory request, one class is as good as the other.
    assert_eq!(lesson.rows("evictions", "kubernetes")[0]["decided_by"], "Serial");
}

#[test]
fn l19_best_effort_goes_first_in_the_lesson_but_not_for_the_kubelet_nor_for_the_kernel() {
    let lesson = Story::of_lesson("l19-best-effort");
    // At 200Mi a minute: 100Mi of room are 30 s; then 60Mi are 18 s, 400Mi 2m, 310Mi 93 s.
    let by_class = [("small-1", 30.0), ("greedy-1", 48.0), ("near-1", 168.0)];
    assert_victims(&lesson.victims("lesson"), &by_class);
    let by_excess = [("greedy-1", 30.0), ("near-1", 150.0), ("small-1", 243.0)];
    assert_victims(&lesson.victims("kubernetes"), &by_excess);
    let deciders: Vec<String> =
        lesson.rows("evictions", "kubernetes").iter().map(|row| row["decided_by"].clone()).collect();
    assert_eq!(deciders, ["Excess", "Priority", ""]);
}

#[test]
fn l19_the_kernel_begins_with_the_class_adds_the_use_and_reads_no_priority() {
    let lesson = Story::of_lesson("l19-best-effort");
    // 1000 - 1000 x 100 / 1024 and 1000 - 1000 x 300 / 1024, rounded as the kubelet does; 1000 for
    // who asks for nothing. Full at 60 s; then 400Mi are 2m, 60Mi 18 s.
    let expected = [("greedy-2", "903", 60.0), ("small-2", "1000", 180.0), ("near-2", "708", 198.0)];
    for run in ["lesson", "kubernetes"] {
        let kills = lesson.rows("oom_kills", run);
        assert_eq!(kills.len(), expected.len(), "{run}");
        for (kill, (pod, adjustment, full)) in kills.iter().zip(expected) {
            let found = ["pod", "cause", "oom_score_adj"].map(|column| kill[column].as_str());
            assert_eq!(found, [pod, "NodeCapacity", adjustment], "{run}");
            // Full is not yet too full.
            let late = seconds(kill, "time_s") - full;
            assert!((0.0..0.001).contains(&late), "{pod} in {run}: {late} s after it was full");
        }
    }
    assert_eq!(lesson.pod("kubernetes", "small-2")["priority"], "1000");
}

#[test]
fn l20_a_limit_kills_a_container_and_evicts_no_pod() {
    let lesson = Story::of_lesson("l20-limits");
    for run in ["lesson", "kubernetes"] {
        let kills = lesson.rows("oom_kills", run);
        assert!(
            kills.iter().all(|kill| kill["pod"] == "capped" && kill["cause"] == "ContainerLimit"),
            "{run}"
        );
        // 60Mi at 2Mi a second are 30 s of each life; between them waits of 0, 10, 20, 40 and 80 s.
        let instants: Vec<f64> = kills.iter().map(|kill| seconds(kill, "time_s").floor()).collect();
        assert_eq!(instants, [30.0, 60.0, 100.0, 150.0, 220.0, 330.0], "{run}");
        let capped = lesson.pod(run, "capped");
        let found = ["qos_class", "restarts", "end"].map(|column| capped[column].as_str());
        assert_eq!(found, ["Guaranteed", "5", "StillRunning"], "{run}");
        // Three times it was killed while its node was under no pressure at all.
        assert_eq!(seconds(&lesson.rows("runs", run)[0], "first_pressure_s"), 120.0, "{run}");
    }
}

#[test]
fn l20_requests_priority_and_use_decide_who_is_evicted() {
    let lesson = Story::of_lesson("l20-limits");
    let limit = |pod| lesson.pod("kubernetes", pod)["memory_limit_bytes"].clone();
    assert_eq!(limit("narrow"), limit("important"), "one goes two minutes before the other");
    // The daemons step at 115 s, 235 s and 355 s.
    let expected = |last| [("narrow", 115.0), ("important", 235.0), (last, 355.0)];
    // By class, the one of the largest limit is next; by what is left of its request (5Mi against 30Mi), the other.
    assert_eq!(limit("wide"), mebi(900));
    assert_victims(&lesson.victims("lesson"), &expected("wide"));
    assert_victims(&lesson.victims("kubernetes"), &expected("sure"));
    assert_eq!(lesson.pod("kubernetes", "wide")["end"], "StillRunning");
    // The important one was further above its request.
    assert_eq!(lesson.rows("evictions", "kubernetes")[0]["decided_by"], "Priority");
}
