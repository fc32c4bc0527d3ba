//! Volumes that are written while their pods live: what stays, what is lost, and whose memory it is.
//!
//! Every expected instant is worked out in the comment beside it.

use crate::story::{self, Cells, Texts, life, of, rows, told_both_ways};
use evictsim::engine::Passes;

/// One node of 1 Gi that looks at 3 s, 13 s, 23 s, …, and these workloads.
fn told(workloads: &[&str]) -> Texts {
    told_both_ways(&format!(
        "horizon: 5m\nrules: Kubernetes\nrecord: {{events: true, lives: true}}\n\
         kubelet: {{evictionHard: {{memory.available: 100Mi}}, evictionPressureTransitionPeriod: 10s}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 1Gi}}, firstPass: 3s}}\nworkloads:\n  - {}\n",
        workloads.join("\n  - ")
    ))
}

fn mebi(n: u64) -> String {
    (n << 20).to_string()
}

fn pod(tables: &Texts, name: &str) -> Cells {
    rows(&tables["pods"]).into_iter().find(|row| row["pod"] == name).expect("it was made")
}

/// A pod that writes 30 Mi 20 s after each start of its container, which crashes after 30 s.
fn crashing(volume: &str) -> String {
    format!(
        "{{name: web, replicas: 1, template: {{spec: {{containers: [{{name: app}}], volumes: [{{name: v, {volume}}}]}}}}, \
         behavior: {{containers: {{app: {{runTime: 30s, exitCode: 1}}}}, volumes: {{v: {{writtenBy: app, \
         usage: {{steps: [{{at: 0s, level: 0}}, {{at: 20s, level: 30Mi}}]}}}}}}}}}}"
    )
}

#[test]
fn what_was_written_outlives_its_writers_restarts_and_not_its_pod() {
    // Starts at 0, 30, 70 s (a wait of 10 s after the end at 60 s): 30 Mi at 20 s, 60 Mi at 50 s, 90 Mi at 90 s: above 75 Mi, seen at
    // 93 s. SIGTERM then, gone 1 s later.
    let tables = told(&[&crashing("emptyDir: {sizeLimit: 75Mi}")]);
    let eviction = &rows(&tables["evictions"])[0];
    assert_eq!((eviction["time_s"].as_str(), &eviction["lost_emptydir_bytes"]), ("93", &mebi(90)));
    assert_eq!(of(&life(&tables, "web-0"), " End "), ["94 End Evicted"]);
}

#[test]
fn a_growing_volume_costs_its_pod_its_life_at_the_first_look_above_its_limit() {
    // 1 Mi a second: above 55 Mi just after 55 s, seen at 63 s.
    let growing = "{name: web, replicas: 1, template: {spec: {containers: [{name: app}], volumes: [{name: v, \
        emptyDir: {sizeLimit: 55Mi}}]}}, behavior: {volumes: {v: {writtenBy: app, usage: {from: 0, to: 600Mi, over: 600s}}}}}";
    assert_eq!(of(&life(&told(&[growing]), "web-0"), " End "), ["64 End Evicted"]);
}

#[test]
fn a_volume_in_memory_is_its_writers_memory_first_and_its_pods_afterwards() {
    // 60 Mi of its own, and 50 Mi in the volume from 20 s on: above its limit of 100 Mi. The volume keeps the 50 Mi:
    // with 60 Mi the pod is above its limit, which is the container's, as soon as it starts: at 20 s, at 30 s, 50 s, 90 s, …
    let tables = told(&[
        "{name: web, replicas: 1, template: {spec: {containers: [{name: app, resources: {limits: {memory: 100Mi}}}], \
         volumes: [{name: v, emptyDir: {medium: Memory}}]}}, behavior: {containers: {app: {workingSet: 60Mi}}, \
         volumes: {v: {writtenBy: app, usage: {steps: [{at: 0s, level: 0}, {at: 20s, level: 50Mi}]}}}}}",
    ]);
    let kills: Vec<String> = rows(&tables["oom_kills"])
        .iter()
        .map(|row| format!("{} {}", row["time_s"], row["cause"]))
        .take(4)
        .collect();
    assert_eq!(kills, ["20 ContainerLimit", "20 PodLimit", "30 PodLimit", "50 PodLimit"]);
}

#[test]
fn a_volume_in_memory_fills_its_node_and_is_given_back_with_its_pod() {
    // 950 Mi from 30 s on are above 924 Mi: evicted at 33 s, gone at 34 s, when the other has all the memory.
    let tables = told(&[
        "{name: web, replicas: 1, template: {spec: {containers: [{name: app}], volumes: [{name: v, emptyDir: \
         {medium: Memory}}]}}, behavior: {volumes: {v: {writtenBy: app, usage: {steps: [{at: 0s, level: 0}, \
         {at: 30s, level: 950Mi}]}}}}}",
        "{name: late, replicas: 1, template: {spec: {containers: [{name: app}]}}, behavior: {pullTime: 34s, \
         containers: {app: {workingSet: 900Mi}}}}",
    ]);
    let eviction = &rows(&tables["evictions"])[0];
    let seen = ["time_s", "pod", "lost_emptydir_bytes"].map(|column| eviction[column].clone());
    assert_eq!(seen, ["33".to_owned(), "web-0".to_owned(), mebi(950)]);
    assert_eq!(rows(&tables["evictions"]).len(), 1);
    assert!(rows(&tables["oom_kills"]).is_empty());
}

#[test]
fn what_a_claim_holds_is_there_for_the_pod_that_takes_the_others_place() {
    // 30 Mi at 20 s. At 40 s the memory is above 924 Mi: evicted at 43 s, gone at 44 s. MemoryPressure, last seen at 43 s, clears at the
    // look at 55 s: there its replacement starts, which writes 30 Mi more at 75 s, and is evicted at 95 s.
    let tables = told(&[
        "{name: web, kind: ReplicaSet, replicas: 1, template: {spec: {containers: [{name: app}], volumes: [{name: v, \
         persistentVolumeClaim: {claimName: data}}]}}, behavior: {containers: {app: {workingSet: {steps: \
         [{at: 0s, level: 10Mi}, {at: 40s, level: 1000Mi}]}}}, volumes: {v: {writtenBy: app, usage: {steps: \
         [{at: 0s, level: 0}, {at: 20s, level: 30Mi}]}}}}}",
    ]);
    assert_eq!(pod(&tables, "web-0")["kept_volume_bytes"], mebi(30));
    assert_eq!(pod(&tables, "web-0")["lost_emptydir_bytes"], "0");
    assert_eq!(pod(&tables, "web-0.1")["kept_volume_bytes"], mebi(60));
    assert_eq!(rows(&tables["evictions"])[0]["lost_emptydir_bytes"], "0");
}

#[test]
fn pods_that_share_a_claim_see_the_same() {
    // The writer writes 30 Mi at 20 s, crashes at 30 s, and again so at 30 s to 60 s, and at 70 s to 100 s, …; the reader writes nothing.
    let reader = "{name: reader, replicas: 1, template: {spec: {containers: [{name: app}], volumes: [{name: v, \
        persistentVolumeClaim: {claimName: data}}]}}}";
    let writer = crashing("persistentVolumeClaim: {claimName: data}");
    let tables = told(&[reader, &writer]);
    // Starts at 0, 30, 70, 120 (20 s), 190 (40 s) s; the next at 300 s (80 s) is the horizon's: five times 30 Mi.
    assert_eq!(pod(&tables, "web-0")["kept_volume_bytes"], mebi(150));
    assert_eq!(pod(&tables, "reader-0")["kept_volume_bytes"], mebi(150));
}

#[test]
fn a_volume_that_is_written_anew_with_each_restart_is_full_some_day() {
    // 1 Pi with each start, of which there is one in 5 min: 16 Ei, where 64 bits end, after 57 days. A volume holds 1 Pi at most.
    let writer = crashing("emptyDir: {}").replace("30Mi", "1Pi").replace("runTime: 30s", "runTime: 20s");
    let tables = story::tables(
        &story::read(&format!(
            "horizon: 70d\nrules: Kubernetes\n\
             nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 1Gi}}}}\nworkloads:\n  - {writer}\n  - {}\n",
            writer.replace("emptyDir: {}", "persistentVolumeClaim: {claimName: data}").replace("web", "db")
        )),
        Passes::ThatMatter,
    );
    assert_eq!(pod(&tables, "db-0")["kept_volume_bytes"], (1u64 << 50).to_string());
    assert!(pod(&tables, "web-0")["restarts"].parse::<u32>().is_ok_and(|restarts| restarts > 16_384));
}
