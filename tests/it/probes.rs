//! Probes, question by question: who is ready when, and who is killed.
//!
//! Every expected instant is worked out in the comment beside it.

use crate::story::{Texts, life, of, rows, told_both_ways};

/// One pod `web-0` on a node that has room for anything.
fn under(rules: &str, workload: &str) -> Texts {
    told_both_ways(&format!(
        "horizon: 5m\nrules: {rules}\nrecord: {{events: true, lives: true}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 1Gi}}, firstPass: 3s}}\nworkloads:\n  - {workload}\n"
    ))
}

fn alone(probes: &str, behavior: &str) -> Texts {
    under(
        "Kubernetes",
        &format!(
            "{{name: web, replicas: 1, template: {{spec: {{containers: [{{name: app, {probes}}}]}}}}, \
             behavior: {{containers: {{app: {{{behavior}}}}}}}}}"
        ),
    )
}

#[track_caller]
fn tells(tables: &Texts, what: &str, expected: &[&str]) {
    let life = life(tables, "web-0");
    assert_eq!(of(&life, what), expected, "{life:#?}");
}

#[test]
fn a_pod_is_ready_after_as_many_good_answers_as_are_wanted() {
    // Up at 3 s, asked at 10 s (7 s later), 15 s, 20 s, …; well from 13 s on: good at 15 s and at 20 s.
    let probe = "readinessProbe: {initialDelaySeconds: 7, periodSeconds: 5, successThreshold: 2}";
    let tables = alone(probe, "startUpTime: 3s, health: {after: 10s}");
    tells(&tables, " Ready True", &["20 app Ready True", "20 Ready True"]);
    assert_eq!(rows(&tables["pods"])[0]["ready_s"], "20");
}

#[test]
fn a_good_answer_begins_the_count_of_bad_ones_anew() {
    // Asked at 0, 10, 20, … s. Full at 10 s, not at 20 s, full at 30 s and at 40 s: two in a row. Room again at 60 s,
    // when the curve turns before anybody asks.
    let tables = alone(
        "readinessProbe: {failureThreshold: 2}",
        "health: {whileMemoryAtMost: 200Mi}, workingSet: {steps: [{at: 0s, level: 200Mi}, {at: 5s, level: 201Mi}, \
         {at: 15s, level: 200Mi}, {at: 25s, level: 300Mi}, {at: 60s, level: 100Mi}]}",
    );
    tells(&tables, " app Ready ", &["0 app Ready True", "40 app Ready False", "60 app Ready True"]);
    tells(&tables, " Phase ", &["0 Phase Pending", "0 Phase Running"]);
}

#[test]
fn memory_that_grows_and_shrinks_evenly_takes_readiness_away_and_gives_it_back() {
    // From 0 to 600 Mi in 60 s and again from nothing: above 205 Mi from 20.5 s on; asked each 10 s: bad at 30 s, good at
    // 60 s, bad at 90 s, …
    let tables = alone(
        "readinessProbe: {failureThreshold: 1}",
        "health: {whileMemoryAtMost: 205Mi}, workingSet: {sawtooth: {low: 0, high: 600Mi, period: 60s}}",
    );
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " app Ready ")[..5],
        [
            "0 app Ready True",
            "30 app Ready False",
            "60 app Ready True",
            "90 app Ready False",
            "120 app Ready True"
        ]
    );
}

#[test]
fn an_answer_that_takes_longer_than_the_timeout_is_none() {
    let ready = |timeout: u32, answer: &str| {
        let tables = alone(
            &format!("readinessProbe: {{timeoutSeconds: {timeout}}}"),
            &format!("health: {{answerTime: {answer}}}"),
        );
        rows(&tables["pods"])[0]["ready_s"].clone()
    };
    assert_eq!([ready(1, "1s"), ready(1, "1001ms"), ready(2, "1001ms")], ["0", "", "0"]);
}

#[test]
fn until_it_has_started_nobody_asks_how_it_is() {
    // Startup: asked at 0, 4, 8, 12 s; well from 9 s on: started at 12 s. The others would have been asked at 0, 5, 10 s;
    // one bad answer kills; the first that counts is at 15 s.
    let tables = alone(
        "startupProbe: {periodSeconds: 4, failureThreshold: 9}, livenessProbe: {periodSeconds: 5, failureThreshold: 1}, \
         readinessProbe: {periodSeconds: 5}",
        "health: {after: 9s}, readiness: {after: 0s}",
    );
    tells(&tables, " app Ready ", &["15 app Ready True"]);
    tells(&tables, " Killed ", &[]);
}

#[test]
fn a_sidecar_that_has_not_started_keeps_all_that_follows_waiting() {
    // The proxy is started at 12 s, as above; then setup runs for 5 s, and at 17 s the app starts.
    let tables = under(
        "Kubernetes",
        "{name: web, replicas: 1, template: {spec: {initContainers: [{name: proxy, restartPolicy: Always, \
         startupProbe: {periodSeconds: 4, failureThreshold: 9}}, {name: setup}], containers: [{name: app}]}}, \
         behavior: {containers: {proxy: {health: {after: 9s}}, setup: {runTime: 5s}}}}",
    );
    tells(
        &tables,
        " State Running",
        &["0 proxy State Running", "12 setup State Running", "17 app State Running"],
    );
    tells(&tables, " Initialized True", &["17 Initialized True"]);
    tells(&tables, " Phase ", &["0 Phase Pending", "17 Phase Running"]);
}

#[test]
fn who_does_not_start_is_killed_and_begins_again() {
    // Bad at 0, 2, 4 s: told to stop at 4 s, gone at 5 s, started again at once: its first end. Bad at 5, 7, 9 s: gone at
    // 10 s; the end before that was 5 s ago, and no back-off was noted: at once. Then 14 s, gone at 15 s; the end before
    // was 5 s ago, and the wait is 10 s: an ordinary end at 15 s, which waits 10 s.
    let tables = alone("startupProbe: {periodSeconds: 2}", "health: {until: 0s}");
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " Killed ")[..4],
        ["4 app Killed Startup", "9 app Killed Startup", "14 app Killed Startup", "29 app Killed Startup"]
    );
    let waits: Vec<_> = of(&life, "CrashLoopBackOff").into_iter().take(1).collect();
    assert_eq!(waits, ["15 app State Waiting CrashLoopBackOff"]);
    assert!(of(&life, " Ready True").is_empty(), "it never started");
}

#[test]
fn liveness_kills_with_its_own_grace_and_what_is_killed_starts_again() {
    // Asked at 0, 10, … s; hangs at 25 s: bad at 30, 40, 50 s. 5 s later it is killed, and starts again at once, well for
    // 25 s anew: killed at 110 s, then at 165 s, each time more than the wait after the end before.
    let tables =
        alone("livenessProbe: {terminationGracePeriodSeconds: 5}", "stopTime: 1m, health: {until: 25s}");
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " app ")[..10],
        [
            "0 app State Waiting ContainerCreating",
            "0 app State Running",
            "0 app Ready True",
            "50 app Killed Liveness",
            "55 app State Terminated Error 137",
            "55 app Ready False",
            "55 app State Running",
            "55 app Ready True",
            "105 app Killed Liveness",
            "110 app State Terminated Error 137",
        ]
    );
    assert_eq!(of(&life, " State Running")[2..4], ["110 app State Running", "165 app State Running"]);
    assert!(of(&life, "CrashLoopBackOff").is_empty());
}

#[test]
fn a_kill_soon_after_another_waits_by_the_end_before_it() {
    // Asked each second, hangs after 3 s, gone 1 s later. Gone at 4 s: at once. At 8 s: at once, and 10 s are noted. At
    // 12 s: the end before was 4 s ago: waits 10 s, to 22 s, and 20 s are noted. At 26 s: 14 s ago: waits 20 s, to 46 s.
    let tables = alone("livenessProbe: {periodSeconds: 1, failureThreshold: 1}", "health: {until: 3s}");
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " State Running")[..5],
        [
            "0 app State Running",
            "4 app State Running",
            "8 app State Running",
            "22 app State Running",
            "46 app State Running"
        ]
    );
}

/// Two containers: one hangs at 10 s and takes 20 s to stop; the other crashes after 15 s.
const TWO: &str = "{name: web, replicas: 1, template: {spec: {containers: [{name: hangs, livenessProbe: \
     {periodSeconds: 1, failureThreshold: 1}}, {name: crashes}]}}, behavior: {containers: {\
     hangs: {stopTime: 20s, health: {until: 10s}}, crashes: {runTime: 15s, exitCode: 1}}}}";

#[test]
fn while_a_kubelet_kills_one_container_it_starts_no_other() {
    // The one is told at 10 s and gone at 30 s. The other crashes at 15 s, and starts again at 30 s, at once for its first
    // time; it crashes at 45 s. The one hangs at 40 s and is gone at 60 s: until then the other's end is not looked at;
    // its 10 s are over by then.
    let tables = under("Kubernetes", TWO);
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " crashes State ")[..6],
        [
            "0 crashes State Waiting ContainerCreating",
            "0 crashes State Running",
            "15 crashes State Terminated Error 1",
            "30 crashes State Running",
            "45 crashes State Terminated Error 1",
            "60 crashes State Running",
        ]
    );
    assert_eq!(of(&life, " hangs Killed ")[..2], ["10 hangs Killed Liveness", "40 hangs Killed Liveness"]);
}

#[test]
fn in_the_lesson_a_crash_takes_what_is_being_killed_with_it() {
    // The crash at 15 s restarts all at once: the other is gone before its 20 s are over. The crash at 30 s waits 10 s.
    let tables = under("Lesson", TWO);
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " State Running")[..6],
        [
            "0 hangs State Running",
            "0 crashes State Running",
            "15 hangs State Running",
            "15 crashes State Running",
            "40 hangs State Running",
            "40 crashes State Running",
        ]
    );
}

#[test]
fn in_the_lesson_a_kill_because_of_a_probe_restarts_the_whole_pod() {
    // Told at 3 s, gone at 4 s, and all starts again.
    let tables = under(
        "Lesson",
        "{name: web, replicas: 1, template: {spec: {containers: [{name: hangs, livenessProbe: \
         {periodSeconds: 1, failureThreshold: 1}}, {name: other}]}}, behavior: {containers: {\
         hangs: {health: {until: 3s}}}}}",
    );
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " other State ")[..4],
        [
            "0 other State Waiting ContainerCreating",
            "0 other State Running",
            "4 other State Terminated Error 143",
            "4 other State Running",
        ]
    );
}

#[test]
fn in_the_lesson_a_crash_restarts_who_had_succeeded_too() {
    // slow is done at 35 s, fast at 2 s; the crash at 40 s restarts all: slow is done at 75 s, and the crash comes at 80 s.
    let tables = under(
        "Lesson",
        "{name: web, kind: Job, replicas: 1, template: {spec: {restartPolicy: OnFailure, \
         containers: [{name: slow}, {name: fast}, {name: crashes}]}}, behavior: {containers: {\
         slow: {startUpTime: 30s, runTime: 5s}, fast: {runTime: 2s}, crashes: {runTime: 40s, exitCode: 1}}}}",
    );
    let life = life(&tables, "web-0");
    let done = of(&life, " slow State Terminated");
    assert_eq!(done[..2], ["35 slow State Terminated Completed 0", "75 slow State Terminated Completed 0"]);
    assert!(of(&life, " Phase Succeeded").is_empty());
}

#[test]
fn in_the_lesson_a_sidecar_that_goes_after_all_work_is_done_restarts_nothing() {
    // The proxy hangs at 3 s and takes 4 s to stop; the work is done at 5 s, with success. At 7 s nothing is left to do.
    let tables = under(
        "Lesson",
        "{name: web, kind: Job, replicas: 1, template: {spec: {restartPolicy: OnFailure, initContainers: [{name: proxy, \
         restartPolicy: Always, livenessProbe: {periodSeconds: 1, failureThreshold: 1}}], containers: [{name: work}]}}, \
         behavior: {containers: {work: {runTime: 5s}, proxy: {stopTime: 4s, health: {until: 3s}}}}}",
    );
    tells(&tables, " Phase ", &["0 Phase Pending", "0 Phase Running", "7 Phase Succeeded"]);
    tells(&tables, " End ", &["7 End Completed"]);
}

#[test]
fn under_never_a_kill_is_the_end() {
    let tables = under(
        "Kubernetes",
        "{name: web, replicas: 1, template: {spec: {restartPolicy: Never, containers: [{name: app, \
         livenessProbe: {periodSeconds: 1, failureThreshold: 1}}]}}, behavior: {containers: {app: {health: {until: 3s}}}}}",
    );
    tells(&tables, " Phase ", &["0 Phase Pending", "0 Phase Running", "4 Phase Failed"]);
    tells(&tables, " End ", &["4 End Failed"]);
}

#[test]
fn who_restarts_is_asked_anew() {
    // Ready at 10 s (well from 7 s on). It ends at 25 s, starts at once, is up at 25 s, and well from 32 s on: asked at 25 s and
    // 35 s. It ends at 50 s and waits 10 s.
    let tables = alone("readinessProbe: {}", "runTime: 25s, exitCode: 1, health: {after: 7s}");
    let life = life(&tables, "web-0");
    assert_eq!(
        of(&life, " app Ready ")[..5],
        [
            "10 app Ready True",
            "25 app Ready False",
            "35 app Ready True",
            "50 app Ready False",
            "70 app Ready True"
        ]
    );
}

#[test]
fn a_pod_whose_work_is_done_is_not_begun_again_because_a_sidecar_was_killed_meanwhile() {
    // Proxy is asked at 0 s and at 10 s, never answers well, is killed at 10 s and gone at 15 s. App succeeds at 12 s: when its
    // kubelet looks again, at 15 s, only log is left, which stops by 16 s. (Found by chance: the lesson's restart of the
    // whole Pod began it again, after it was shown as Succeeded.)
    let tables = under(
        "Lesson",
        "{name: web, kind: Job, replicas: 1, template: {spec: {restartPolicy: OnFailure, initContainers: [{name: proxy, \
         restartPolicy: Always, livenessProbe: {failureThreshold: 2}}, {name: log, restartPolicy: Always}], \
         containers: [{name: app}]}}, behavior: {containers: {proxy: {health: {until: 0s}, stopTime: 5s}, \
         app: {runTime: 12s}}}}",
    );
    tells(&tables, " Phase ", &["0 Phase Pending", "0 Phase Running", "16 Phase Succeeded"]);
    tells(&tables, " app State Running", &["0 app State Running"]);
    tells(&tables, " proxy Killed", &["10 proxy Killed Liveness"]);
}
