//! Disks, inodes and process ids running short, instant by instant.
//!
//! Every expected instant is worked out in the comment beside it.

use crate::story::{events, read, rows, tables};
use evictsim::engine::Passes;

/// A node that looks at 3 s, 13 s, 23 s, … with these thresholds, this beside its memory, and these pods.
fn node(thresholds: &str, own: &str, pods: &str) -> String {
    format!(
        "horizon: 10m\nrules: Kubernetes\nrecord: {{events: true}}\n\
         kubelet: {{evictionHard: {{{thresholds}}}, evictionPressureTransitionPeriod: 60s}}\n\
         nodes:\n  - {{name: n, capacity: {{cpu: 4, memory: 8Gi}}, firstPass: 3s, {own}}}\npods:\n{pods}"
    )
}

fn of_pressure(text: &str) -> Vec<String> {
    let all = events(text);
    let told = ["Evicted", "NodeHas"];
    all.into_iter().filter(|event| told.iter().any(|reason| event.contains(reason))).collect()
}

const DISK: &str = "nodefs: {capacity: 100Gi, used: 80Gi}";

#[test]
fn a_full_disk_evicts_whoever_is_furthest_above_its_storage_request() {
    // 90 Gi may be used. 80 Gi + 5 Gi until 6 s, then 13 Gi of logs more: 98 Gi, seen at 13 s.
    let pods = "  - {name: layer, writableLayer: 5Gi}\n  \
                - {name: logs, logs: {steps: [{at: 0s, level: 0}, {at: 6s, level: 13Gi}]}}\n";
    let text = node("nodefs.available: 10Gi", DISK, pods);
    assert_eq!(
        of_pressure(&text),
        [
            "13 NodeHasDiskPressure node/n",
            "13 Evicted pod/logs",
            // Looks at 15, 25, …: the first not less than 60 s after 13 s is 75 s.
            "75 NodeHasNoDiskPressure node/n",
        ]
    );
    let tables = tables(&read(&text), Passes::ThatMatter);
    let eviction = &rows(&tables["evictions"])[0];
    let told =
        ["signal", "unit", "line", "available", "usage", "request"].map(|column| eviction[column].clone());
    let gibi = |n: u64| (n << 30).to_string();
    assert_eq!(told, ["nodefs.available".into(), "bytes".into(), gibi(10), gibi(2), gibi(13), "0".into()]);
    assert!(tables["events"].contains(
        "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 2Gi. \
         Container logs was using 13Gi, request is 0, has larger consumption of ephemeral-storage. "
    ));
}

#[test]
fn a_storage_request_protects_as_a_memory_request_does() {
    // As above, but the larger one has asked for it: 13 Gi are 1 Gi below its 14 Gi.
    let pods = "  - {name: layer, writableLayer: 5Gi}\n  \
                - {name: logs, requests: {ephemeral-storage: 14Gi}, logs: 13Gi}\n";
    let seen = of_pressure(&node("nodefs.available: 10Gi", DISK, pods));
    assert_eq!(seen[1], "3 Evicted pod/layer");
}

#[test]
fn unused_images_go_before_any_pod() {
    // 80 Gi, of which 20 Gi are images that nobody uses, and 12 Gi of a pod: 92 Gi at 3 s. Without the
    // images 72 Gi. At 100 s the pod has 31 Gi: 91 Gi, seen at 103 s, and nothing is left to delete.
    let own = "nodefs: {capacity: 100Gi, used: 80Gi, unusedImages: 20Gi}";
    let pods = "  - {name: a, logs: {steps: [{at: 0s, level: 12Gi}, {at: 100s, level: 31Gi}]}}\n";
    let seen = of_pressure(&node("nodefs.available: 10Gi", own, pods));
    assert_eq!(
        seen[..4],
        [
            "3 NodeHasDiskPressure node/n",
            "63 NodeHasNoDiskPressure node/n",
            "103 NodeHasDiskPressure node/n",
            "103 Evicted pod/a",
        ]
    );
}

#[test]
fn inodes_run_out_on_a_disk_with_room() {
    // 1000 inodes, 10 % of them must be free: 60 + 850 leave 90.
    let own = "nodefs: {capacity: 100Gi, inodes: 1000, usedInodes: 60}";
    let pods = "  - {name: many, inodes: 850}\n  - {name: few, inodes: 10, writableLayer: 50Gi}\n";
    let tables = tables(&read(&node("nodefs.inodesFree: 10%", own, pods)), Passes::ThatMatter);
    let eviction = &rows(&tables["evictions"])[0];
    let told = ["pod", "unit", "line", "available", "usage"].map(|column| eviction[column].as_str());
    assert_eq!(told, ["many", "inodes", "100", "80", "850"]);
}

#[test]
fn process_ids_go_by_priority_first_and_then_by_number() {
    // 1000 ids, 100 must be free; 30 + 900 + 20 are running. The small one has the lower priority, and
    // goes first (3 s, gone at 4 s); 930 are still too many at 5 s.
    let own = "pids: {limit: 1000, used: 30}";
    let pods = "  - {name: many, priority: 10, processes: 900}\n  - {name: few, processes: 20}\n";
    let seen = of_pressure(&node("pid.available: 100", own, pods));
    assert_eq!(seen[..3], ["3 NodeHasInsufficientPID node/n", "3 Evicted pod/few", "5 Evicted pod/many"]);
}

#[test]
fn a_file_system_for_images_takes_the_writable_layers() {
    // 8 Gi of layers on an imagefs of 10 Gi leave 2 Gi; the logs lie on the nodefs, which has room.
    let own = "nodefs: {capacity: 100Gi}, imagefs: {capacity: 10Gi}";
    let pods = "  - {name: layer, writableLayer: 8Gi}\n  - {name: logs, logs: 50Gi}\n";
    let seen = of_pressure(&node("imagefs.available: 3Gi, nodefs.available: 10Gi", own, pods));
    assert_eq!(seen[..2], ["3 NodeHasDiskPressure node/n", "3 Evicted pod/layer"]);
}

#[test]
fn memory_is_relieved_before_the_disk() {
    // Both are short at 3 s; the memory hog uses no disk, and goes all the same.
    let pods = "  - {name: hog, workingSet: 8000Mi}\n  - {name: logs, logs: 13Gi}\n";
    let seen = of_pressure(&node("memory.available: 1Gi, nodefs.available: 10Gi", DISK, pods));
    let evicted: Vec<&String> = seen.iter().filter(|event| event.contains("Evicted")).collect();
    assert_eq!(evicted, ["3 Evicted pod/hog", "5 Evicted pod/logs"]);
}

#[test]
fn under_disk_pressure_nobody_is_bound_and_who_tolerates_the_taint_is_rejected() {
    // DiskPressure from 3 s on, for longer than the pods come.
    let pods = "  - {name: logs, logs: 13Gi}\n  - {name: late, at: 10s, requests: {memory: 1Mi}}\n  \
                - {name: bold, at: 10s, tolerations: [{operator: Exists}]}\n";
    let tables = tables(&read(&node("nodefs.available: 10Gi", DISK, pods)), Passes::ThatMatter);
    let pods = rows(&tables["pods"]);
    let of = |name: &str, column: &str| {
        pods.iter().find(|pod| pod["pod"] == name).map(|pod| pod[column].clone()).unwrap_or_default()
    };
    assert_eq!((of("bold", "end").as_str(), of("bold", "ended_s").as_str()), ("Rejected", "10"));
    // logs is gone at 4 s, last seen at 3 s; looks at 5, 15, …, 65 s: then it is bound.
    assert_eq!(of("late", "bound_s"), "65");
    assert!(tables["events"].contains("The node had condition: [DiskPressure]. "));
}

#[test]
fn all_who_exceed_their_own_limits_go_together_and_before_any_threshold() {
    // Logs of 100 Mi a minute from nothing, limits of 150 Mi and 154 Mi: above them after 90 s and 92.4 s, both
    // seen at 93 s. The disk has room; a third is critical, and stays.
    let logs = "logs: {leak: {from: 0, perMinute: 100Mi}}";
    let limited = |name: &str, mebi: u32, more: &str| {
        format!("  - {{name: {name}, limits: {{ephemeral-storage: {mebi}Mi}}, {logs}{more}}}\n")
    };
    let pods =
        [limited("a", 150, ""), limited("b", 154, ""), limited("critical", 100, ", priority: 2000000000")]
            .concat();
    let text = node("nodefs.available: 10Gi", "nodefs: {capacity: 100Gi}", &pods);
    let seen = of_pressure(&text);
    assert_eq!(seen, ["93 Evicted pod/a", "93 Evicted pod/b"], "no condition is reported");
    let tables = tables(&read(&text), Passes::ThatMatter);
    let eviction = &rows(&tables["evictions"])[0];
    let told = ["signal", "threshold", "unit", "line", "available"].map(|column| eviction[column].as_str());
    assert_eq!(told, ["", "limit", "bytes", "", ""]);
    assert!(
        tables["events"]
            .contains("Pod ephemeral local storage usage exceeds the total limit of containers 150Mi. ")
    );
}

#[test]
fn a_volume_above_its_size_limit_costs_its_pod_its_life() {
    // Some 20 Mi in a volume of 10 Mi, there from the start: seen at 3 s. (A fixed content above the limit is refused.)
    let volume = "workloads:\n  - {name: w, replicas: 1, template: {spec: {containers: [{name: c}], volumes: \
        [{name: v, emptyDir: {sizeLimit: 10Mi}}]}}, behavior: {volumes: {v: {uniform: {min: 20Mi, max: 21Mi}}}}}\n";
    let text = node("nodefs.available: 10Gi", "nodefs: {capacity: 100Gi}", "").replace("pods:\n", volume);
    assert_eq!(of_pressure(&text), ["3 Evicted pod/w-0"]);
    let events = &tables(&read(&text), Passes::ThatMatter)["events"];
    assert!(
        events.contains("Usage of EmptyDir volume \"\"v\"\" exceeds the limit \"\"10Mi\"\". "),
        "{events}"
    );
}
