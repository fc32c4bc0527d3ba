//! What the studies of the scheduler claim, each worked out in the comments of its scenario.

use crate::story::{Cells, audited_tables, rows, shipped};
use evictsim::engine::Passes;

/// Rows of a table of a study, the engine checked after every event.
fn table(study: &str, name: &str) -> Vec<Cells> {
    let tables = audited_tables(&shipped(&format!("studies/{study}.yaml")), Passes::ThatMatter);
    rows(&tables[name])
}

fn columns<'r, const N: usize>(rows: &'r [Cells], names: [&str; N]) -> Vec<[&'r str; N]> {
    rows.iter().map(|row| names.map(|name| row[name].as_str())).collect()
}

#[test]
fn the_scheduler_takes_the_least_important_and_the_kubelet_the_one_above_its_request() {
    let study = "preemption-or-eviction";
    let events = table(study, "events");
    let preempted: Vec<Cells> = events.into_iter().filter(|event| event["reason"] == "Preempted").collect();
    assert_eq!(columns(&preempted, ["object", "time_s"]), [["pod/batch", "1200"]]);
    let pods = table(study, "pods");
    let urgent: Vec<Cells> = pods.into_iter().filter(|pod| pod["pod"] == "urgent").collect();
    assert_eq!(columns(&urgent, ["bound_s"]), [["1205"]], "batch takes 5s to stop");
    let evicted = table(study, "evictions");
    let names = ["pod", "time_s", "priority", "decided_by"];
    assert_eq!(columns(&evicted, names), [["serving", "1600", "500", "ExceedsRequest"]]);
}

#[test]
fn four_pods_go_each_in_its_own_way() {
    let pods = table("four-ways-to-go", "pods");
    let ends = columns(&pods, ["pod", "end", "oom_kills"]);
    #[rustfmt::skip]
    assert_eq!(ends, [
        ["oom-killed", "Failed",       "1"],
        ["evicted",    "Evicted",      "0"],
        ["rejected",   "Rejected",     "0"],
        ["preempted",  "Preempted",    "0"],
        ["urgent",     "StillRunning", "0"],
    ]);
    let evicted = table("four-ways-to-go", "evictions");
    assert_eq!(columns(&evicted, ["pod", "time_s"]), [["evicted", "310"]], "the first look after 5m2s");
}

#[test]
fn spread_pods_lie_on_all_nodes_and_nobody_is_evicted() {
    let nodes = table("spread", "pods");
    let nodes: Vec<&str> = nodes.iter().map(|pod| pod["node"].as_str()).collect();
    assert_eq!(nodes, ["node-0", "node-1", "node-2", "node-0", "node-1", "node-2"]);
    assert!(table("spread", "evictions").is_empty());
}

#[test]
fn packed_pods_lie_on_one_node_and_one_of_them_is_evicted() {
    assert!(table("packed", "pods").iter().all(|pod| pod["node"] == "node-0"));
    let evicted = table("packed", "evictions");
    assert_eq!(columns(&evicted, ["pod", "time_s", "decided_by"]), [["web-0", "570", "Serial"]]);
}
