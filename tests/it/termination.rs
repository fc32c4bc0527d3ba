//! How pods stop, instant by instant: hooks, turns, SIGTERM, SIGKILL.
//!
//! Every expected instant is worked out in the comment beside it.

use crate::story::{Texts, life, of, rows, told_both_ways};

/// One node of 1 Gi that looks at 3 s, 13 s, 23 s, …; a hard threshold of 100 Mi (above 924 Mi), and this pod.
fn alone(kubelet: &str, workload: &str) -> Texts {
    told_both_ways(&format!(
        "horizon: 5m\nrules: Kubernetes\nrecord: {{events: true, lives: true, timeline: 1s}}\n\
         kubelet: {{evictionHard: {{memory.available: 100Mi}}{kubelet}}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 1Gi}}, firstPass: 3s}}\nworkloads:\n  - {workload}\n"
    ))
}

/// Soft below 300 Mi for 20 s: who holds 800 Mi from the start is told to go at 23 s.
const SOFT: &str = ", evictionSoft: {memory.available: 300Mi}, evictionSoftGracePeriod: {memory.available: 20s}, \
     evictionMaxPodGracePeriod: ";

fn soft(max_seconds: u32, workload: &str) -> Texts {
    alone(&format!("{SOFT}{max_seconds}"), workload)
}

/// A Job whose work ends at 60 s, and its sidecar, which is stopped then.
fn job(grace: u32, sidecar: &str) -> Texts {
    alone(
        "",
        &format!(
            "{{name: job, kind: Job, replicas: 1, template: {{spec: {{restartPolicy: Never, \
             terminationGracePeriodSeconds: {grace}, initContainers: [{{name: proxy, restartPolicy: Always}}], \
             containers: [{{name: work}}]}}}}, \
             behavior: {{containers: {{work: {{runTime: 60s}}, proxy: {{{sidecar}}}}}}}}}"
        ),
    )
}

/// A pod of one container, with that grace.
fn pod(grace: u32, behavior: &str) -> String {
    format!(
        "{{name: web, replicas: 1, template: {{spec: {{terminationGracePeriodSeconds: {grace}, \
         containers: [{{name: app}}]}}}}, behavior: {{containers: {{app: {{{behavior}}}}}}}}}"
    )
}

#[track_caller]
fn ends(tables: &Texts, pod: &str, expected: &[&str]) {
    let life = life(tables, pod);
    let mut told = of(&life, " Terminated ");
    told.extend(of(&life, " End "));
    assert_eq!(told, expected, "{life:#?}");
}

#[test]
fn a_hook_runs_before_sigterm_and_within_the_grace() {
    // Told at 60 s, SIGTERM at 65 s, gone 4 s later.
    ends(
        &job(30, "preStopTime: 5s, stopTime: 4s"),
        "job-0",
        &["60 work State Terminated Completed 0", "69 proxy State Terminated Error 143", "69 End Completed"],
    );
}

#[test]
fn a_hook_longer_than_the_grace_is_left_alone_and_two_seconds_remain() {
    // 10 s of grace are the hook's, to 70 s; then 2 s, of the 5 s that it needs.
    ends(
        &job(10, "preStopTime: 20s, stopTime: 5s"),
        "job-0",
        &["60 work State Terminated Completed 0", "72 proxy State Terminated Error 137", "72 End Completed"],
    );
}

#[test]
fn what_a_hook_used_up_counts_in_whole_seconds() {
    // 4.5 s count as 4 s of 7 s: SIGTERM at 64.5 s, SIGKILL 3 s later, at 67.5 s.
    ends(
        &job(7, "preStopTime: 4.5s, stopTime: 9s"),
        "job-0",
        &[
            "60 work State Terminated Completed 0",
            "67.5 proxy State Terminated Error 137",
            "67.5 End Completed",
        ],
    );
}

#[test]
fn a_hard_eviction_gives_a_hook_one_second_and_the_container_two_more() {
    // Told at 3 s; the hook has 1 s; SIGTERM at 4 s, SIGKILL at 6 s.
    let tables = alone("", &pod(30, "workingSet: 1000Mi, preStopTime: 20s, stopTime: 10s"));
    ends(&tables, "web-0", &["6 app State Terminated Error 137", "6 End Evicted"]);
    let held = |at: &str| {
        let samples = rows(&tables["timeline"]);
        let sample = samples.into_iter().find(|row| row["time_s"] == at).expect("a sample a second");
        sample["pods_working_set_bytes"].clone()
    };
    assert_eq!(held("5"), (1000u64 << 20).to_string(), "memory is there as long as the container");
    assert_eq!(held("6"), "0");
}

#[test]
fn a_short_hook_takes_nothing_from_the_two_seconds() {
    // The hook is done at 3.5 s, and counts as nothing: 1 s is left, which 2 s are made of: 5.5 s.
    let tables = alone("", &pod(30, "workingSet: 1000Mi, preStopTime: 500ms, stopTime: 10s"));
    ends(&tables, "web-0", &["5.5 app State Terminated Error 137", "5.5 End Evicted"]);
}

#[test]
fn a_soft_eviction_gives_the_shorter_of_the_pods_grace_and_the_longest_allowed() {
    let behavior = "workingSet: 800Mi, preStopTime: 3s, stopTime: 1m";
    // Told at 23 s. Of 8 s the hook takes 3 s: SIGTERM at 26 s, SIGKILL at 31 s.
    ends(&soft(8, &pod(30, behavior)), "web-0", &["31 app State Terminated Error 137", "31 End Evicted"]);
    // Of the pod's own 4 s the hook leaves 1 s, which 2 s are made of: 28 s.
    ends(&soft(8, &pod(4, behavior)), "web-0", &["28 app State Terminated Error 137", "28 End Evicted"]);
    // None at all is 1 s: the hook has it, to 24 s, and 2 s follow.
    ends(&soft(0, &pod(30, behavior)), "web-0", &["26 app State Terminated Error 137", "26 End Evicted"]);
}

#[test]
fn a_container_may_end_by_itself_while_its_hook_runs() {
    // Told at 23 s, with 20 s; the hook would run to 33 s, but the work is done at 30 s.
    let tables = soft(20, &pod(30, "workingSet: 800Mi, preStopTime: 10s, runTime: 30s"));
    ends(&tables, "web-0", &["30 app State Terminated Completed 0", "30 End Evicted"]);
    assert_eq!(of(&life(&tables, "web-0"), " Phase ")[2..], ["30 Phase Failed Evicted"]);
}

/// Two sidecars and a container, which holds 800 Mi; each takes so long to stop.
fn with_sidecars(first: u32, second: u32, app: u32) -> String {
    format!(
        "{{name: web, replicas: 1, template: {{spec: {{initContainers: [{{name: first, restartPolicy: Always}}, \
         {{name: second, restartPolicy: Always}}], containers: [{{name: app}}]}}}}, behavior: {{containers: {{\
         app: {{workingSet: 800Mi, stopTime: {app}s}}, first: {{stopTime: {first}s}}, \
         second: {{stopTime: {second}s}}}}}}}}"
    )
}

#[test]
fn sidecars_stop_after_the_rest_and_the_last_of_them_first() {
    // Told at 23 s: the app needs 2 s, then the second sidecar 4 s, then the first 3 s.
    ends(
        &soft(20, &with_sidecars(3, 4, 2)),
        "web-0",
        &[
            "25 app State Terminated Error 143",
            "29 second State Terminated Error 143",
            "32 first State Terminated Error 143",
            "32 End Evicted",
        ],
    );
}

#[test]
fn a_sidecar_waits_no_longer_than_the_grace() {
    // Told at 23 s, with 6 s. The app is killed at 29 s. Until then both sidecars waited, and now neither
    // does: the first is gone 1 s after its SIGTERM, and the second has 2 s.
    ends(
        &soft(6, &with_sidecars(1, 60, 60)),
        "web-0",
        &[
            "29 app State Terminated Error 137",
            "30 first State Terminated Error 143",
            "31 second State Terminated Error 137",
            "31 End Evicted",
        ],
    );
}

#[test]
fn a_sidecars_wait_counts_in_whole_seconds_and_takes_from_its_own_time() {
    // Told at 23 s, with 10 s. The app needs 4.5 s, to 27.5 s. The second sidecar waited 4.5 s, which count
    // as 4: 6 s are left, to 33.5 s. The first waits no longer than to 33 s, and has 2 s then.
    let text = with_sidecars(60, 60, 4).replace("stopTime: 4s", "stopTime: 4.5s");
    ends(
        &soft(10, &text),
        "web-0",
        &[
            "27.5 app State Terminated Error 143",
            "33.5 second State Terminated Error 137",
            "35 first State Terminated Error 137",
            "35 End Evicted",
        ],
    );
}

#[test]
fn who_is_still_starting_is_stopped_like_anyone_else() {
    // Told at 3 s, SIGTERM at once, gone at 4 s; it would be up at 60 s.
    let tables = alone("", &pod(30, "workingSet: 1000Mi, startUpTime: 1m"));
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " app State "),
        ["0 app State Waiting ContainerCreating", "4 app State Terminated Error 143"]
    );
    assert_eq!(of(&life, " Phase "), ["0 Phase Pending", "4 Phase Failed Evicted"]);
    assert_eq!(rows(&tables["pods"])[0]["running_s"], "");
}

#[test]
fn who_is_told_to_stop_before_it_is_up_comes_up_no_more() {
    // The proxy ends at 4 s and starts at once, to be up at 6 s. The work ends at 5 s: nothing runs, and the pod is done. The proxy's hook
    // takes 3 s, to 8 s, and its shutdown 1 s.
    let tables = alone(
        "",
        "{name: job, kind: Job, replicas: 1, template: {spec: {restartPolicy: Never, initContainers: [{name: proxy, \
         restartPolicy: Always}], containers: [{name: work}]}}, behavior: {containers: {work: {runTime: 3s}, \
         proxy: {startUpTime: 2s, runTime: 2s, preStopTime: 3s}}}}",
    );
    let life = life(&tables, "job-0");
    assert_eq!(of(&life, " Phase ").last(), Some(&"5 Phase Succeeded"), "{life:#?}");
    assert_eq!(of(&life, " proxy State Running"), ["2 proxy State Running"]);
    assert_eq!(of(&life, " End "), ["9 End Completed"]);
}

#[test]
fn who_waits_out_its_back_off_does_not_start_again_when_its_pod_stops() {
    // The logger ends at 1 s, at 2 s, at 13 s (10 s later), and would start at 33 s (20 s later). The pod is
    // told at 23 s to go; the app is gone at 43 s.
    let tables = soft(
        30,
        "{name: web, replicas: 1, template: {spec: {containers: [{name: log}, {name: app}]}}, \
         behavior: {containers: {log: {runTime: 1s, exitCode: 1}, app: {workingSet: 800Mi, stopTime: 20s}}}}",
    );
    let life = life(&tables, "web-0");
    assert_eq!(of(&life, " log State ").last(), Some(&"13 log State Waiting CrashLoopBackOff"), "{life:#?}");
    assert_eq!(of(&life, " End "), ["43 End Evicted"]);
    assert_eq!(rows(&tables["pods"])[0]["restarts"], "2");
}

#[test]
fn an_eviction_shortens_a_probes_kill() {
    // It hangs at 10 s and is asked each second: told to stop at 10 s, it would be killed at 40 s. At 13 s its
    // pod is evicted: killed at 15 s, and not started again.
    let tables = alone(
        "",
        "{name: web, replicas: 1, template: {spec: {containers: [{name: app, livenessProbe: {periodSeconds: 1, \
         failureThreshold: 1}}]}}, behavior: {containers: {app: {stopTime: 1m, health: {until: 10s}, \
         workingSet: {steps: [{at: 0s, level: 100Mi}, {at: 12s, level: 1000Mi}]}}}}}",
    );
    let life = life(&tables, "web-0");
    assert_eq!(of(&life, " Killed "), ["10 app Killed Liveness"]);
    ends(&tables, "web-0", &["15 app State Terminated Error 137", "15 End Evicted"]);
}

/// A Job that is done at 10 s; its sidecar holds 800 Mi from 10 s on, or that much from 20 s on.
fn stopping_job(later: &str, from_20_s: u32) -> Texts {
    alone(
        later,
        &format!(
            "{{name: job, kind: Job, backoffLimit: 0, replicas: 1, template: {{spec: {{restartPolicy: Never, \
             terminationGracePeriodSeconds: 40, initContainers: [{{name: proxy, restartPolicy: Always}}], \
             containers: [{{name: work}}]}}}}, behavior: {{containers: {{work: {{runTime: 10s}}, proxy: {{\
             stopTime: 1m, workingSet: {{steps: [{{at: 0s, level: 800Mi}}, {{at: 20s, level: {from_20_s}Mi}}]}}}}}}}}}}"
        ),
    )
}

#[test]
fn an_eviction_can_only_shorten_a_stop_that_is_under_way() {
    // The sidecar is told at 10 s, and would be killed at 50 s. A hard eviction at 23 s kills it at 25 s.
    ends(
        &stopping_job("", 1000),
        "job-0",
        &["10 work State Terminated Completed 0", "25 proxy State Terminated Error 137", "25 End Evicted"],
    );
    // A soft one at 23 s would give it 35 s more, to 58 s: it is killed at 50 s all the same.
    let later = format!("{SOFT}35");
    ends(
        &stopping_job(&later, 800),
        "job-0",
        &["10 work State Terminated Completed 0", "50 proxy State Terminated Error 137", "50 End Evicted"],
    );
}

#[test]
fn no_grace_is_one_second() {
    // Told at 60 s: the hook runs for 1 s, and 2 s are left.
    ends(
        &job(0, "preStopTime: 9s, stopTime: 9s"),
        "job-0",
        &["60 work State Terminated Completed 0", "63 proxy State Terminated Error 137", "63 End Completed"],
    );
}

#[test]
fn who_exceeds_a_limit_of_its_own_is_not_disrupted_and_who_is_in_the_way_is() {
    // Above its sizeLimit from 0 s on (a drawn content may be): evicted at 3 s, as the hog is.
    let full = "{name: full, replicas: 1, template: {spec: {containers: [{name: app}], volumes: \
        [{name: v, emptyDir: {sizeLimit: 10Mi}}]}}, behavior: {volumes: {v: {uniform: {min: 20Mi, max: 21Mi}}}}}";
    let of_full = alone("", full);
    assert_eq!(of(&life(&of_full, "full-0"), " End "), ["4 End Evicted"]);
    assert!(of(&life(&of_full, "full-0"), " DisruptionTarget ").is_empty());
    let hog = alone("", &pod(30, "workingSet: 1000Mi"));
    let told = life(&hog, "web-0");
    assert_eq!(of(&told, " DisruptionTarget "), ["3 DisruptionTarget True TerminationByKubelet"]);
}
