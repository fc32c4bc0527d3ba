//! Claims L1 to L10 of the course: what a Pod is, what its containers share, how they start and start again.

use super::{Row, Story, assert_about, seconds};

/// The rules that a scenario is told under where the lesson and Kubernetes differ.
const BOTH: [&str; 2] = ["lesson", "kubernetes"];
/// The run of a scenario with `rules: Kubernetes`.
const ONLY: &str = "kubernetes";

/// When containers of a pod were started, by its events.
fn starts(story: &Story, run: &str, pod: &str, container: &str) -> Vec<f64> {
    let mut events = story.rows("events", run);
    let (object, message) = (format!("pod/{pod}"), format!("Started container {container}"));
    events.retain(|event| event["object"] == object && event["message"] == message);
    events.iter().map(|event| seconds(event, "time_s")).collect()
}

#[test]
fn l01_a_pod_is_evicted_as_one_and_an_oom_kill_is_one_containers() {
    let story = Story::of_lesson("l01-a-pod-around-its-containers");
    // 100Mi + 60Mi a minute are at the limit of 220Mi after 2m, and a microsecond later above it.
    let killed = 120.000_001;
    for run in BOTH {
        let kills = story.rows("oom_kills", run);
        let told: Vec<_> =
            kills.iter().map(|kill| (kill["container"].as_str(), seconds(kill, "time_s"))).collect();
        assert_eq!(told, [("app", killed)], "{run}");
        // One row for the Pod: 750Mi + 160Mi + 50Mi are above 924Mi at the look at 3m.
        assert_eq!(story.victims(run), [("shop-0".to_owned(), 180.0)], "{run}");
        let pod = story.pod(run, "shop-0");
        assert_eq!((pod["phase"].as_str(), pod["node"].as_str()), ("Failed", "node"), "{run}");
        let phases = story.life(run, "shop-0", "", "Phase");
        assert_eq!(phases.last().expect("it has a phase").2, "Evicted", "{run}");
        // Both need 1s to stop.
        assert_eq!(story.instants(run, ["shop-0", "app", "State", "Terminated"]), [killed, 181.0], "{run}");
        assert_eq!(seconds(&pod, "ended_s"), 181.0, "{run}");
    }
    let ends_of_log = |run| story.instants(run, ["shop-0", "log", "State", "Terminated"]);
    assert_eq!(ends_of_log("lesson"), [killed, 181.0], "one life for all");
    assert_eq!(ends_of_log("kubernetes"), [181.0]);
}

#[test]
fn l02_the_containers_of_a_pod_live_under_one_address_and_the_next_pod_has_another() {
    let story = Story::of_lesson("l02-one-address");
    let pods = ["neighbor", "shop-0", "shop-0.1"].map(|pod| story.pod(ONLY, pod));
    // A node gives its addresses one after another; that of shop-0 is free when shop-0.1 comes, and not its.
    let addresses = [&pods[0], &pods[1], &pods[2]].map(|pod| pod["address"].as_str());
    assert_eq!(addresses, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    assert!(pods.iter().all(|pod| pod["node"] == "node"));
    // 80Mi + 20Mi + 50Mi + 174Mi + 240Mi x 2.5 = 924Mi after 2m30s, so the next look, and 1s to stop.
    assert_eq!((seconds(&pods[1], "ended_s"), seconds(&pods[2], "created_s")), (161.0, 161.0));
    // The Pod, and so its address, was there before and after the crash of log at 1m30s.
    assert_eq!(starts(&story, ONLY, "shop-0", "log"), [0.0, 90.0]);
    assert_eq!(starts(&story, ONLY, "shop-0", "app"), [0.0]);
    assert_eq!(pods[1]["restarts"], "1");
}

#[test]
fn l03_a_shared_volume_outlives_a_crash_and_in_memory_it_is_the_pods_memory() {
    let story = Story::of_lesson("l03-a-shared-volume");
    assert_eq!(starts(&story, ONLY, "in-memory-0", "writer"), [0.0, 120.0]);
    assert_eq!(starts(&story, ONLY, "in-memory-0", "reader"), [0.0]);
    // 10s after the crash, the Pods' memory is 4 x 50Mi and 130Mi in the volume: 120Mi of it from before.
    let samples = story.rows("timeline", ONLY);
    let sample = samples.iter().find(|sample| seconds(sample, "time_s") == 130.0).expect("a sample each 2s");
    assert_about(sample, "pods_working_set_bytes", 4 * 50 + 130);
    // 500Mi + 4 x 50Mi + 224Mi = 924Mi at 3m44s: seen at 3m50s, with 230Mi in the volume.
    let evictions = story.rows("evictions", ONLY);
    assert_eq!(story.victims(ONLY), [("in-memory-0".to_owned(), 230.0)]);
    assert_about(&evictions[0], "working_set_bytes", 2 * 50 + 230);
    assert_about(&evictions[0], "lost_emptydir_bytes", 230);
    let on_disk = story.pod(ONLY, "on-disk-0");
    assert_about(&on_disk, "working_set_bytes", 2 * 50);
    assert_eq!(on_disk["end"], "StillRunning");
}

#[test]
fn l04_a_controller_makes_another_pod_and_a_bare_pod_is_gone() {
    let story = Story::of_lesson("l04-cattle-not-pets");
    // 1668Mi + 180Mi + 100Mi a minute = 1948Mi at 1m, seen 10s later. Without the 100Mi of web-0 it is
    // as full at 2m; from 1m12s on the kubelet looks every 10s.
    assert_eq!(story.victims(ONLY), [("web-0".to_owned(), 70.0), ("pet".to_owned(), 122.0)]);
    let replacements: Vec<_> = story
        .rows("evictions", ONLY)
        .iter()
        .map(|eviction| ["replacement", "replacement_node"].map(|column| eviction[column].clone()))
        .collect();
    assert_eq!(replacements, [["web-0.1", "small"], ["", ""]]);
    let mut alive = story.rows("pods", ONLY);
    alive.retain(|pod| pod["end"] == "StillRunning");
    assert_eq!(alive.len(), 1);
    assert_eq!((alive[0]["pod"].as_str(), alive[0]["replaces"].as_str()), ("web-0.1", "web-0"));
    assert_ne!(alive[0]["address"], story.pod(ONLY, "web-0")["address"]);
}

#[test]
fn l05_an_eviction_takes_every_empty_dir_and_a_persistent_volume_is_attached_again() {
    let story = Story::of_lesson("l05-what-survives-a-pod");
    // 100Mi + 50Mi + 174Mi + 240Mi x 2.5 = 924Mi at 2m30s. At the next look 160Mi of scratch, and 50Mi of cache.
    assert_eq!(story.victims(ONLY), [("shop-0".to_owned(), 160.0)]);
    assert_about(&story.rows("evictions", ONLY)[0], "lost_emptydir_bytes", 160 + 50);
    // It writes both for one second more.
    let first = story.pod(ONLY, "shop-0");
    assert_about(&first, "lost_emptydir_bytes", 161 + 50);
    assert_about(&first, "kept_volume_bytes", 161);
    // The next one goes on from there: 161Mi, and 1Mi a second from 161s to 300s.
    assert_about(&story.pod(ONLY, "shop-0.1"), "kept_volume_bytes", 161 + 139);
    let mut events = story.rows("events", ONLY);
    events.retain(|event| event["reason"] == "SuccessfulAttachVolume");
    let attached: Vec<_> =
        events.iter().map(|event| (event["object"].as_str(), seconds(event, "time_s"))).collect();
    assert_eq!(attached, [("pod/shop-0", 0.0), ("pod/shop-0.1", 161.0)]);
    assert!(events.iter().all(|event| event["message"].contains("\"orders\"")));
}

#[test]
fn l06_a_pod_of_one_container_lives_as_its_container_by_both_rules() {
    let story = Story::of_lesson("l06-one-container");
    let told = |table, run| {
        let without_run = |mut row: Row| row.remove("run").map(|_| row);
        story.rows(table, run).into_iter().map(without_run).collect::<Vec<_>>()
    };
    for table in ["lives", "pods", "events"] {
        assert!(!told(table, "lesson").is_empty());
        assert_eq!(told(table, "lesson"), told(table, "kubernetes"), "{table}");
    }
    // Pulled for 20s and started for 10s; 2m later it crashes, and is started for 10s again.
    for (value, instants) in [("True", [30.0, 160.0].as_slice()), ("False", &[150.0])] {
        assert_eq!(story.instants(ONLY, ["web", "web", "Ready", value]), instants);
        let mut of_pod = story.instants(ONLY, ["web", "", "Ready", value]);
        of_pod.retain(|at| *at > 0.0); // A Pod says from its first instant that it is not.
        assert_eq!(of_pod, instants);
    }
    // 30s + 1m30s.
    assert_eq!(story.instants(ONLY, ["task", "task", "State", "Terminated"]), [120.0]);
    assert_eq!(story.instants(ONLY, ["task", "", "Phase", "Succeeded"]), [120.0]);
}

#[test]
fn l07_a_sidecar_starts_before_the_others_once_it_is_well_and_stops_after_them() {
    let story = Story::of_lesson("l07-a-sidecar");
    let state = |pod, container, value| story.instants(ONLY, [pod, container, "State", value]);
    // Asked every 5s and well after 12s: at 15s. 1m of work, and 5s to stop.
    assert_eq!(
        [state("report-0", "proxy", "Running"), state("report-0", "work", "Running")],
        [[0.0], [15.0]]
    );
    assert_eq!(state("report-0", "work", "Terminated"), [75.0]);
    assert_eq!(state("report-0", "proxy", "Terminated"), [80.0]);
    let report = story.pod(ONLY, "report-0");
    assert_eq!((report["phase"].as_str(), seconds(&report, "ended_s")), ("Succeeded", 80.0));
    // As equals: nobody waits for the proxy, and nobody stops it.
    assert_eq!([state("beside-0", "proxy", "Running"), state("beside-0", "work", "Running")], [[0.0], [0.0]]);
    assert_eq!(state("beside-0", "work", "Terminated"), [60.0]);
    assert!(state("beside-0", "proxy", "Terminated").is_empty());
    assert_eq!(story.pod(ONLY, "beside-0")["phase"], "Running");
}

#[test]
fn l08_a_crash_restarts_all_containers_by_the_lesson_and_one_by_the_kubelet() {
    let story = Story::of_lesson("l08-who-starts-again");
    // 60s each time, and then 0, 10 and 20s of waiting; the fourth wait of 40s is longer than the run.
    let (crashes, restarted) = ([60.0, 120.0, 190.0, 270.0], [0.0, 60.0, 130.0, 210.0]);
    for run in BOTH {
        let waits = story.life(run, "shop-0", "app", "State");
        let waits = waits.iter().filter(|(_, _, reason)| reason == "CrashLoopBackOff");
        assert_eq!(waits.map(|(at, ..)| *at).collect::<Vec<_>>(), crashes[1..], "{run}");
        assert_eq!(starts(&story, run, "shop-0", "app"), restarted, "{run}");
        assert_eq!(story.pod(run, "shop-0")["end"], "StillRunning", "a crash is not the Pod's end");
    }
    assert_eq!(starts(&story, "lesson", "shop-0", "log"), restarted);
    assert_eq!(starts(&story, "kubernetes", "shop-0", "log"), [0.0]);
    assert_eq!(story.pod("lesson", "shop-0")["restarts"], "6");
    assert_eq!(story.pod("kubernetes", "shop-0")["restarts"], "3");
}

#[test]
fn l09_init_containers_run_one_after_another_and_the_largest_request_counts() {
    let story = Story::of_lesson("l09-init-containers-first");
    let state = |container, value| story.instants(ONLY, ["in-turn-0", container, "State", value]);
    assert_eq!([state("fetch", "Running"), state("fetch", "Terminated")], [[0.0], [20.0]]);
    assert_eq!([state("migrate", "Running"), state("migrate", "Terminated")], [[20.0], [50.0]]); // 20s + 30s
    assert_eq!(state("app", "Running"), [50.0]);
    let (in_turn, at_once) = (story.pod(ONLY, "in-turn-0"), story.pod(ONLY, "at-once-0"));
    assert_about(&in_turn, "memory_request_bytes", 300); // max(100, 300, 200)
    assert_about(&at_once, "memory_request_bytes", 100 + 300 + 200);
    assert_eq!((seconds(&in_turn, "ready_s"), seconds(&at_once, "ready_s")), (50.0, 0.0));
}

#[test]
fn l10_a_pod_whose_init_container_fails_is_never_ready_and_tried_again_unless_nothing_may_be() {
    let story = Story::of_lesson("l10-a-failing-init-container");
    for pod in ["always-0", "on-failure-0", "never-0"] {
        assert!(story.instants(ONLY, [pod, "", "Ready", "True"]).is_empty(), "{pod}");
        assert_eq!(starts(&story, ONLY, pod, "app"), [0.0; 0], "{pod}");
        let row = story.pod(ONLY, pod);
        assert_eq!(["running_s", "ready_s"].map(|column| row[column].as_str()), ["", ""], "{pod}");
    }
    for pod in ["always-0", "on-failure-0"] {
        // Each time 60s of failing, and then 0, 10, 20, 40 and 80s of waiting.
        assert_eq!(starts(&story, ONLY, pod, "check"), [0.0, 60.0, 130.0, 210.0, 310.0, 450.0], "{pod}");
        let waits = story.life(ONLY, pod, "check", "State");
        let waits = waits.iter().filter(|(_, _, reason)| reason == "CrashLoopBackOff");
        assert_eq!(waits.map(|(at, ..)| *at).collect::<Vec<_>>(), [120.0, 190.0, 270.0, 370.0], "{pod}");
        assert_eq!(story.pod(ONLY, pod)["phase"], "Pending", "{pod}");
    }
    assert_eq!(starts(&story, ONLY, "never-0", "check"), [0.0]);
    let never = story.pod(ONLY, "never-0");
    assert_eq!((never["phase"].as_str(), seconds(&never, "ended_s")), ("Failed", 60.0));
}
