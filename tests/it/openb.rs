//! A real trace, whole: Alibaba's openb lists, imported and run on so few nodes
//! that memory is short. Skipped, aloud, where the lists are not beside the project.

use crate::story::{self, rows, tables};
use evictsim::engine::Passes;
use evictsim::scenario::import::openb::{Options, Scale, import};
use evictsim::scenario::meaning::{OrderName, RunRules, Switches};
use std::io::Write;
use std::path::Path;

fn list(file: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(file);
    let list = std::fs::read(path).ok();
    if list.is_none() {
        // Not by a print macro: the test harness would keep it to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no {file} beside the project; openb was not run");
    }
    list
}

#[test]
fn the_whole_trace_runs_on_nine_nodes_and_both_orders_evict() {
    let Some(pods) = list("openb_pod_list_default.csv") else { return };
    let Some(nodes) = list("openb_node_list_all_node.csv") else { return };
    let options = Options { scale: Scale::Share(0.006), ..Options::default() };
    let imported = import(&pods, &nodes, &options).unwrap_or_else(|mistake| panic!("{mistake}"));
    let mut scenario = story::read(&imported.yaml);
    let switches = scenario.runs[0].switches;
    let of = |name: &str, order| RunRules { name: name.into(), switches: Switches { order, ..switches } };
    scenario.runs = vec![of("qos", OrderName::QosClass), of("kubelet", OrderName::Kubelet)];
    let tables = tables(&scenario, Passes::ThatMatter);
    let runs = rows(&tables["runs"]);
    let pods = rows(&tables["pods"]);
    for run in &runs {
        let count = |column: &str| run[column].parse::<usize>().expect("a count");
        let own: Vec<_> = pods.iter().filter(|pod| pod["run"] == run["run"]).collect();
        // 8152 rows less the 897 that the trace never scheduled; whoever came later replaced somebody.
        let originals = own.iter().filter(|pod| pod["replaces"].is_empty()).count();
        assert_eq!(originals, 8152 - 897, "every pod of the trace arrives");
        assert_eq!(own.len(), count("pods_created"));
        assert!(count("evictions") > 0, "memory is short under {}", run["run"]);
        assert!(count("pods_completed") > 7000, "and most of the work is done all the same");
    }
    // The same pods arrive under both orders: common random numbers.
    let arrived = |run: &str| {
        let own = pods.iter().filter(|pod| pod["run"] == run && pod["replaces"].is_empty());
        let mut arrived: Vec<(&str, &str)> = own.map(|pod| (&*pod["pod"], &*pod["created_s"])).collect();
        arrived.sort_unstable();
        arrived
    };
    assert_eq!(arrived("qos"), arrived("kubelet"));
}
