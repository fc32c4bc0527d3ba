//! Lives of pods, event by event: init containers, sidecars, crashes, volumes.

use crate::story::{events, read, rows, shipped, tables};
use evictsim::engine::{Passes, Record, Recorder, Setting};
use evictsim::ground::{Line, NodeId, SimDuration, SimTime};
use std::collections::BTreeMap;

fn alone(rules: &str, workload: &str) -> String {
    format!(
        "horizon: 10m\nrules: {rules}\nrecord: {{events: true}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 1Gi}}, firstPass: 3s}}\nworkloads:\n  - {workload}\n"
    )
}

fn told(rules: &str, workload: &str) -> Vec<String> {
    let events = events(&alone(rules, workload));
    events.into_iter().filter(|event| !event.contains("Scheduled")).collect()
}

/// The only pod's row.
fn pod(rules: &str, workload: &str) -> crate::story::Cells {
    let tables = tables(&read(&alone(rules, workload)), Passes::ThatMatter);
    rows(&tables["pods"]).remove(0)
}

#[test]
fn init_containers_run_in_order_a_sidecar_stays_and_the_rest_starts_together() {
    // Pulled at 2 s; setup runs for 5 s (to 7 s); the proxy needs 3 s to be up (10 s); then the
    // two regular ones, of which the slower is up at 14 s.
    let pod = pod(
        "Kubernetes",
        "{name: web, replicas: 1, template: {spec: {\
         initContainers: [{name: setup}, {name: proxy, restartPolicy: Always}], \
         containers: [{name: app}, {name: log}]}}, behavior: {pullTime: 2s, containers: {\
         setup: {runTime: 5s}, proxy: {startUpTime: 3s}, app: {startUpTime: 4s}}}}",
    );
    assert_eq!(
        (pod["bound_s"].as_str(), pod["running_s"].as_str(), pod["end"].as_str()),
        ("0", "14", "StillRunning")
    );
}

#[test]
fn a_failing_init_container_keeps_its_pod_from_ever_running() {
    let failing = |policy: &str| {
        format!(
            "{{name: web, replicas: 1, template: {{spec: {{restartPolicy: {policy}, \
             initContainers: [{{name: setup}}], containers: [{{name: app}}]}}}}, \
             behavior: {{containers: {{setup: {{runTime: 5s, exitCode: 1}}}}}}}}"
        )
    };
    // Always: 5 s, again at once until 10 s, after 10 s (20 s), after 20 s (45 s), after 40 s (90 s),
    // after 80 s (175 s), after 160 s (340 s); the seventh wait is 300 s and passes the horizon.
    let always = pod("Kubernetes", &failing("Always"));
    assert_eq!((always["end"].as_str(), always["running_s"].as_str()), ("StillPending", ""));
    assert_eq!(always["restarts"], "6"); // The seventh has not started yet.
    let never = pod("Kubernetes", &failing("Never"));
    assert_eq!((never["end"].as_str(), never["ended_s"].as_str()), ("Failed", "5"));
}

const CRASHING: &str = "{name: web, replicas: 1, template: {spec: {containers: [{name: app}, {name: log}]}}, \
     behavior: {containers: {app: {runTime: 100s, exitCode: 1}}}}";

#[test]
fn a_crash_restarts_all_containers_in_the_lesson_and_one_in_kubernetes() {
    // The first crash restarts at once, the second (200 s) after 10 s.
    let both = told("Lesson", CRASHING);
    assert_eq!(
        both[..8],
        [
            "0 Started pod/web-0",
            "0 Started pod/web-0",
            "100 Killing pod/web-0",
            "100 Started pod/web-0",
            "100 Started pod/web-0",
            "200 BackOff pod/web-0",
            "200 Killing pod/web-0",
            "210 Started pod/web-0",
        ]
    );
    let one = told("Kubernetes", CRASHING);
    assert_eq!(one[2..5], ["100 Started pod/web-0", "200 BackOff pod/web-0", "210 Started pod/web-0"]);
}

#[test]
fn a_job_completes_and_its_sidecar_is_stopped_after_it() {
    // The work ends at 60 s; the proxy takes 4 s to stop.
    let pod = pod(
        "Kubernetes",
        "{name: job, kind: Job, replicas: 1, template: {spec: {restartPolicy: Never, \
         initContainers: [{name: proxy, restartPolicy: Always}], containers: [{name: work}]}}, \
         behavior: {containers: {work: {runTime: 60s}, proxy: {stopTime: 4s}}}}",
    );
    assert_eq!((pod["end"].as_str(), pod["ended_s"].as_str()), ("Completed", "64"));
}

#[test]
fn a_failing_job_is_tried_again_until_its_limit() {
    // 5 s of work each time, and waits of 10 s and 20 s between.
    let text = alone(
        "Kubernetes",
        "{name: job, kind: Job, replicas: 1, backoffLimit: 2, template: {spec: {restartPolicy: Never, \
         containers: [{name: work}]}}, behavior: {containers: {work: {runTime: 5s, exitCode: 3}}}}",
    );
    let tables = tables(&read(&text), Passes::ThatMatter);
    let created: Vec<(String, String)> = rows(&tables["pods"])
        .into_iter()
        .map(|mut pod| (pod.remove("pod"), pod.remove("created_s")))
        .map(|(pod, at)| (pod.expect("a name"), at.expect("an instant")))
        .collect();
    let expected = [("job-0", "0"), ("job-0.1", "15"), ("job-0.2", "40")];
    assert_eq!(created, expected.map(|(pod, at)| (pod.to_owned(), at.to_owned())));
}

#[test]
fn an_evicted_replica_comes_back_as_another_pod_and_what_its_empty_dir_held_is_lost() {
    let tables = tables(
        &read(&alone(
            "Kubernetes",
            "{name: web, kind: ReplicaSet, replicas: 1, template: {spec: {containers: [{name: app}], volumes: \
             [{name: scratch, emptyDir: {}}, {name: disk, persistentVolumeClaim: {claimName: c}}]}}, \
             behavior: {containers: {app: {workingSet: {from: 100Mi, to: 1000Mi, over: 9m}}}, \
             volumes: {scratch: 7Mi, disk: 9Mi}}}",
        )),
        Passes::ThatMatter,
    );
    let eviction = &rows(&tables["evictions"])[0];
    assert_eq!(eviction["lost_emptydir_bytes"], (7u32 << 20).to_string(), "a PersistentVolume survives");
    assert_eq!(eviction["replacement"], "web-0.1");
    let pods = rows(&tables["pods"]);
    assert_eq!(pods[1]["replaces"], "web-0");
    assert_eq!(pods[1]["created_s"], pods[0]["ended_s"]);
}

#[test]
fn what_a_memory_backed_empty_dir_holds_counts_as_the_pods_working_set() {
    let pod = pod(
        "Kubernetes",
        "{name: web, replicas: 1, template: {spec: {containers: [{name: app}], volumes: \
         [{name: v, emptyDir: {medium: Memory}}, {name: w, emptyDir: {}}]}}, \
         behavior: {containers: {app: {workingSet: 10Mi}}, volumes: {v: 7Mi, w: 9Mi}}}",
    );
    assert_eq!(pod["working_set_bytes"], (17u32 << 20).to_string());
}

#[test]
fn who_is_stopped_while_initializing_never_counts_as_running() {
    // 1000 Mi of daemons are above 924 Mi: told to stop at 3 s, with 2 s to go at the horizon of 4 s.
    let text = alone(
        "Kubernetes",
        "{name: w, replicas: 1, template: {spec: {initContainers: [{name: i}], containers: [{name: a}]}}, \
         behavior: {containers: {i: {runTime: 1h, workingSet: 10Mi, stopTime: 10s}}}}",
    );
    let text = text
        .replace("horizon: 10m", "horizon: 4s")
        .replace("firstPass: 3s", "firstPass: 3s, systemDaemons: 1000Mi");
    let tables = tables(&read(&text), Passes::ThatMatter);
    assert_eq!(rows(&tables["evictions"]).len(), 1);
    assert_eq!(rows(&tables["pods"])[0]["end"], "StillPending");
}

#[test]
fn who_is_evicted_before_it_is_pulled_has_lost_nothing() {
    // 1000 Mi of daemons are above 924 Mi: told to stop at 3 s, long before its volume would be written.
    let text = alone(
        "Kubernetes",
        "{name: w, replicas: 1, template: {spec: {containers: [{name: a}], volumes: [{name: v, emptyDir: {}}]}}, \
         behavior: {pullTime: 1m, volumes: {v: 7Mi}}}",
    );
    let text = text.replace("firstPass: 3s", "firstPass: 3s, systemDaemons: 1000Mi");
    let tables = tables(&read(&text), Passes::ThatMatter);
    assert_eq!(rows(&tables["evictions"])[0]["lost_emptydir_bytes"], "0");
}

/// What is told of memory as it changes, added up anew, and the samples, which the engine takes from its own sums.
#[derive(Default)]
struct Told {
    own: BTreeMap<NodeId, Line>,
    pods: BTreeMap<u64, (NodeId, Line)>,
    samples: u64,
}

impl Recorder for Told {
    fn sees_memory(&self, _: NodeId) -> bool {
        true
    }

    fn record(&mut self, now: SimTime, record: Record<'_>) {
        match record {
            Record::NodeMemoryTurned { node, memory } => drop(self.own.insert(node, memory)),
            Record::MemoryTurned { pod, node, memory } => drop(self.pods.insert(pod.serial, (node, memory))),
            Record::PodEnded(end) => drop(self.pods.remove(&end.pod.serial)),
            Record::NodeSample(sample) => {
                let pods = self.pods.values().filter(|(node, _)| *node == sample.node);
                let pods = pods.fold(Line::default(), |sum, (_, line)| sum + *line);
                let own = self.own.get(&sample.node).copied().unwrap_or_default();
                let all = (pods + own).at(now).bytes();
                assert_eq!(all.min(sample.working_set + sample.available), sample.working_set, "at {now}");
                self.samples += 1;
            }
            _ => {}
        }
    }
}

#[test]
fn the_memory_that_is_told_as_it_changes_adds_up_to_the_nodes() {
    for lesson in ["l03-a-shared-volume", "l05-what-survives-a-pod", "l20-limits", "oom-before-eviction"] {
        let scenario = shipped(&format!("lessons/{lesson}.yaml"));
        for run in &scenario.runs {
            let setting = scenario.setting(run, 0, Passes::ThatMatter);
            let setting = Setting { sample_every: Some(SimDuration::millis(700)), ..setting };
            let told = evictsim::engine::run(&setting, scenario.source(0), Told::default());
            assert!(told.samples > 100, "{lesson}: {} samples", told.samples);
        }
    }
}
