//! Nodes that nobody hears of, instant by instant.
//!
//! Every expected instant is worked out in the comment beside it.

use crate::story::{Texts, life, of, rows, told_both_ways};

/// One node of 1 Gi with these outages, which looks at 3 s, 13 s, …; silent, it is unreachable after 50 s.
fn under(rules: &str, outages: &str, workloads: &[&str]) -> Texts {
    told_both_ways(&format!(
        "horizon: 20m\nrules: {rules}\nrecord: {{events: true, lives: true}}\n\
         kubelet: {{evictionHard: {{memory.available: 100Mi}}, evictionPressureTransitionPeriod: 30s}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 1Gi}}, firstPass: 3s, outages: [{outages}]}}\n\
         workloads:\n  - {}\n",
        workloads.join("\n  - ")
    ))
}

fn told(outages: &str, workload: &str) -> Texts {
    under("Kubernetes", outages, &[workload])
}

fn web(kind: &str, more: &str, behavior: &str) -> String {
    format!(
        "{{name: web, kind: {kind}, replicas: 1, template: {{spec: {{{more}containers: [{{name: app}}]}}}}, \
         behavior: {{containers: {{app: {{{behavior}}}}}}}}}"
    )
}

fn after(life: &[String], instant: f64) -> Vec<&str> {
    let at = |line: &str| line.split(' ').next().and_then(|at| at.parse::<f64>().ok()).expect("an instant");
    life.iter().map(String::as_str).filter(|line| at(line) > instant).collect()
}

fn of_node(tables: &Texts) -> Vec<String> {
    let rows = rows(&tables["events"]);
    let own = rows.iter().filter(|row| row["object"] == "node/n" && row["reason"].starts_with("Node"));
    own.map(|row| format!("{} {}", row["time_s"], row["reason"])).collect()
}

#[test]
fn a_short_silence_is_not_noticed_and_one_of_just_the_grace_period_is_not_either() {
    // It crashes at 110 s and runs again at once: what is heard afterwards is what was known.
    for length in ["40s", "50s"] {
        let outage = format!("{{at: 100s, for: {length}}}");
        let tables = told(&outage, &web("ReplicaSet", "", "runTime: 110s, exitCode: 1"));
        assert!(of_node(&tables).is_empty(), "{length}: {:?}", of_node(&tables));
        let life = life(&tables, "web-0");
        assert_eq!(after(&life, 5.0)[0], "220 app State Terminated Error 1", "{length}: {life:#?}");
    }
}

#[test]
fn a_longer_one_takes_readiness_and_in_the_lesson_the_phase() {
    // Unreachable at 150 s; heard of at 200 s, before the 300 s of its toleration are over.
    let outage = "{at: 100s, for: 100s}";
    let tables = told(outage, &web("ReplicaSet", "", ""));
    assert_eq!(of_node(&tables), ["150 NodeNotReady", "200 NodeReady"]);
    let seen = life(&tables, "web-0");
    assert_eq!(after(&seen, 5.0), ["150 Ready False", "200 Ready True"]);
    let tables = under("Lesson", outage, &[&web("ReplicaSet", "", "")]);
    let seen = life(&tables, "web-0");
    assert_eq!(
        after(&seen, 5.0),
        ["150 Phase Unknown NodeLost", "150 Ready Unknown", "200 Phase Running", "200 Ready True"]
    );
}

#[test]
fn a_pod_is_deleted_and_replaced_when_its_toleration_is_over_and_stopped_when_its_node_is_back() {
    // Unreachable at 150 s, deleted at 450 s; told to stop at 500 s, gone 1 s later.
    let tables = told("{at: 100s, for: 400s}", &web("ReplicaSet", "", ""));
    let seen = life(&tables, "web-0");
    assert_eq!(of(&seen, " DisruptionTarget "), ["450 DisruptionTarget True DeletionByTaintManager"]);
    assert_eq!(of(&seen, " End "), ["501 End Deleted"]);
    let pods = rows(&tables["pods"]);
    assert_eq!(pods.len(), 2, "replaced once");
    assert_eq!((pods[1]["created_s"].as_str(), pods[1]["bound_s"].as_str()), ("450", "500"));
}

#[test]
fn a_node_that_is_back_just_when_a_toleration_ends_loses_nobody() {
    let tables = told("{at: 100s, for: 350s}", &web("ReplicaSet", "", ""));
    assert_eq!(rows(&tables["pods"]).len(), 1);
    assert!(of(&life(&tables, "web-0"), " End ").is_empty());
}

#[test]
fn a_toleration_may_be_none_or_for_ever() {
    let tolerating = |seconds: &str| {
        format!(
            "tolerations: [{{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute{seconds}}}], "
        )
    };
    // Never back: the pod itself is alive, as far as anybody knows.
    let at_once = told("{at: 100s}", &web("ReplicaSet", &tolerating(", tolerationSeconds: 0"), ""));
    let pods = rows(&at_once["pods"]);
    let told_of = |row: usize| (pods[row]["created_s"].as_str(), pods[row]["end"].as_str());
    assert_eq!((told_of(0), told_of(1)), (("0", "StillRunning"), ("150", "StillPending")));
    let never = told("{at: 100s}", &web("ReplicaSet", &tolerating(""), ""));
    assert_eq!(rows(&never["pods"]).len(), 1);
}

#[test]
fn who_ends_while_nobody_hears_is_heard_of_when_its_node_is_back() {
    // The work ends at 120 s; 130 s is before anybody noticed the silence.
    let behavior = "runTime: 120s";
    let tables = told("{at: 100s, for: 30s}", &web("Job", "restartPolicy: Never, ", behavior));
    let seen = life(&tables, "web-0");
    assert_eq!(of(&seen, " Phase ")[2..], ["130 Phase Succeeded"]);
    assert_eq!(of(&seen, " End "), ["120 End Completed"]);
    // Nobody knows at 450 s that it is done: it is deleted, and its Job makes another 10 s later.
    let tables = told("{at: 100s, for: 400s}", &web("Job", "restartPolicy: Never, ", behavior));
    let pods = rows(&tables["pods"]);
    assert_eq!(pods.iter().map(|pod| pod["created_s"].as_str()).collect::<Vec<_>>(), ["0", "460"]);
    assert_eq!((pods[0]["end"].as_str(), pods[0]["phase"].as_str()), ("Completed", "Succeeded"));
    assert!(life(&tables, "web-0").contains(&"150 Ready False".to_owned()));
}

#[test]
fn who_is_evicted_while_nobody_hears_is_replaced_once() {
    // Above 924 Mi at 110 s: evicted at 113 s, gone at 114 s.
    let hog =
        web("ReplicaSet", "", "workingSet: {steps: [{at: 0s, level: 10Mi}, {at: 110s, level: 1000Mi}]}");
    // Heard at 130 s.
    let tables = told("{at: 100s, for: 30s}", &hog);
    let seen = life(&tables, "web-0");
    assert_eq!(
        of(&seen, " DisruptionTarget "),
        ["130 DisruptionTarget True TerminationByKubelet"],
        "it is said when it is heard: {seen:#?}"
    );
    assert_eq!(of(&seen, " Phase ")[2..], ["130 Phase Failed Evicted"]);
    assert_eq!(of(&seen, " End "), ["114 End Evicted"]);
    assert_eq!(rows(&tables["pods"])[1]["created_s"], "130");
    // Heard at 600 s: deleted and replaced at 450 s, and not once more.
    let tables = told("{at: 100s, for: 500s}", &hog);
    let pods = rows(&tables["pods"]);
    let replacements: Vec<_> = pods.iter().filter(|pod| pod["replaces"] == "web-0").collect();
    assert_eq!(replacements.len(), 1);
    assert_eq!(replacements[0]["created_s"], "450");
}

#[test]
fn who_is_bound_to_a_silent_node_starts_when_it_is_back_and_is_not_evicted_before() {
    // `late` arrives at 110 s, and asks for nothing: the lesson's first victim. But at 113 s its kubelet has not heard of it.
    let hog = "{name: hog, replicas: 1, template: {spec: {containers: [{name: app, resources: {requests: {memory: 1Mi}}}]}}, \
        behavior: {containers: {app: {workingSet: {steps: [{at: 0s, level: 10Mi}, {at: 105s, level: 1000Mi}]}}}}}";
    let late = "{name: late, replicas: 1, at: 110s, template: {spec: {containers: [{name: app}]}}}";
    let tables = under("Lesson", "{at: 100s, for: 44s}", &[hog, late]);
    let evicted: Vec<String> =
        rows(&tables["evictions"]).into_iter().map(|mut row| row.remove("pod").unwrap()).collect();
    assert_eq!(evicted, ["hog-0"]);
    // MemoryPressure was last seen at 113 s, and the looks after that are at 115, 125, 135, 145 s: at 144 s it is there still, and
    // a BestEffort pod is refused.
    assert_eq!(of(&life(&tables, "late-0"), " Phase "), ["110 Phase Pending", "144 Phase Failed Evicted"]);
    let calm = under("Lesson", "{at: 100s, for: 45s}", &[late]);
    let seen = life(&calm, "late-0");
    assert_eq!(of(&seen, " State Running"), ["145 app State Running"]);
    assert_eq!(of(&seen, " PodScheduled "), ["110 PodScheduled True"]);
}

#[test]
fn who_is_deleted_before_its_kubelet_heard_of_it_never_starts() {
    // Bound at 110 s; unreachable at 150 s, deleted at 450 s; gone when the node is back.
    let late = "{name: late, replicas: 1, at: 110s, template: {spec: {containers: [{name: app}]}}}";
    let tables = told("{at: 100s, for: 400s}", late);
    let seen = life(&tables, "late-0");
    assert_eq!(of(&seen, " Phase ").last(), Some(&"500 Phase Failed"));
    assert_eq!(of(&seen, " End "), ["500 End Deleted"]);
    assert!(of(&seen, "Running").is_empty());
}

#[test]
fn who_is_bound_to_an_unreachable_node_tolerates_that_from_then_on() {
    // Unreachable at 150 s. It tolerates both taints, for 30 s: bound at 200 s, deleted at 230 s, gone when the node is back.
    let late = "{name: late, replicas: 1, at: 200s, template: {spec: {tolerations: [{key: node.kubernetes.io/unreachable, \
        operator: Exists, tolerationSeconds: 30}], containers: [{name: app}]}}}";
    let tables = told("{at: 100s, for: 400s}", late);
    let seen = life(&tables, "late-0");
    assert_eq!(of(&seen, " PodScheduled "), ["200 PodScheduled True"]);
    assert_eq!(of(&seen, " DisruptionTarget "), ["230 DisruptionTarget True DeletionByTaintManager"]);
    assert_eq!(of(&seen, " End "), ["500 End Deleted"]);
}

#[test]
fn a_kubelet_that_has_not_heard_of_a_deletion_restarts_what_crashes() {
    // Deleted at 450 s; it crashes at 460 s for the first time, and starts at once: alive when the node is back at 500 s.
    let tables = told("{at: 100s, for: 400s}", &web("ReplicaSet", "", "runTime: 460s, exitCode: 1"));
    assert_eq!(of(&life(&tables, "web-0"), " End "), ["501 End Deleted"]);
    assert_eq!(rows(&tables["pods"])[0]["restarts"], "1");
}

#[test]
fn pressure_is_reported_when_the_node_is_back_if_it_still_holds() {
    // Met at 113 s, the hog is gone at 114 s; 30 s after 113 s, at the look at 145 s, it is over.
    let hog = web("Pod", "", "workingSet: {steps: [{at: 0s, level: 10Mi}, {at: 110s, level: 1000Mi}]}");
    assert_eq!(
        of_node(&told("{at: 100s, for: 40s}", &hog)),
        ["140 NodeHasInsufficientMemory", "145 NodeHasSufficientMemory"]
    );
    assert!(of_node(&told("{at: 100s, for: 49s}", &hog)).is_empty(), "it came and went unheard");
}

#[test]
fn a_bare_pod_is_deleted_and_gone_and_a_job_tries_again() {
    let outage = "{at: 100s, for: 400s}";
    let created = |kind: &str, more: &str| {
        let pods = rows(&told(outage, &web(kind, more, ""))["pods"]);
        pods.into_iter().map(|mut pod| pod.remove("created_s").unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(created("Pod", ""), ["0"]);
    assert_eq!(created("Job", "restartPolicy: Never, "), ["0", "460"]);
    assert_eq!(created("ReplicaSet", ""), ["0", "450"]);
}

#[test]
fn a_second_silence_finds_a_deleted_pod_stopping_and_replaces_it_no_more() {
    // Deleted at 450 s, told at 500 s with 30 s, of which it needs 20 s; silent from 510 s to 1000 s: gone at 520 s, heard at 1000 s.
    let tables =
        told("{at: 100s, for: 400s}, {at: 510s, for: 490s}", &web("ReplicaSet", "", "stopTime: 20s"));
    let pods = rows(&tables["pods"]);
    let of_first: Vec<_> = pods.iter().filter(|pod| pod["replaces"] == "web-0").collect();
    assert_eq!(of_first.len(), 1);
    assert_eq!(of(&life(&tables, "web-0"), " End "), ["520 End Deleted"]);
    assert_eq!(of(&life(&tables, "web-0"), " Phase ").last(), Some(&"1000 Phase Failed"));
}

#[test]
fn a_pod_that_has_failed_for_good_is_not_lost_while_its_sidecar_stops() {
    // Setup fails at 95 s: the phase is Failed, and the sidecar has 100 s to stop, of which it needs 80 s. The silence from 100 s
    // on is noticed at 150 s: a phase that is final stays.
    let failing = "{name: web, replicas: 1, template: {spec: {restartPolicy: Never, terminationGracePeriodSeconds: 100, \
        initContainers: [{name: proxy, restartPolicy: Always}, {name: setup}], containers: [{name: app}]}}, \
        behavior: {containers: {setup: {runTime: 95s, exitCode: 1}, proxy: {stopTime: 80s}}}}";
    let tables = under("Lesson", "{at: 100s, for: 100s}", &[failing]);
    let seen = life(&tables, "web-0");
    assert_eq!(of(&seen, " Phase "), ["0 Phase Pending", "95 Phase Failed"]);
    assert_eq!(of(&seen, " End "), ["175 End Failed"]);
}

#[test]
fn a_lost_pod_that_is_stopping_when_it_is_back_shows_its_phase_again() {
    // Above 724 Mi from 0 s on, for 140 s: evicted at 143 s, with 100 s to go; unreachable at 150 s, back at 200 s, gone at 243 s.
    let text = web("Pod", "terminationGracePeriodSeconds: 200, ", "workingSet: 800Mi, stopTime: 100s");
    let tables = told_both_ways(&format!(
        "horizon: 20m\nrules: Lesson\nrecord: {{lives: true}}\n\
         kubelet: {{evictionSoft: {{memory.available: 300Mi}}, evictionSoftGracePeriod: {{memory.available: 140s}}, \
         evictionMaxPodGracePeriod: 150}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 1Gi}}, firstPass: 3s, outages: [{{at: 100s, for: 100s}}]}}\n\
         workloads:\n  - {text}\n"
    ));
    let seen = life(&tables, "web-0");
    assert_eq!(
        of(&seen, " Phase ")[2..],
        ["150 Phase Unknown NodeLost", "200 Phase Running", "243 Phase Failed Evicted"]
    );
    assert_eq!(of(&seen, " DisruptionTarget "), ["200 DisruptionTarget True TerminationByKubelet"]);
}
