//! `evictsim compare --orders`: where the lesson's order and the kubelet's part.

use crate::story::{read, shipped};
use evictsim::experiment::orders::compare;
use evictsim::report::orders;
use evictsim::scenario::Scenario;

fn told(scenario: &Scenario) -> String {
    let mut out = Vec::new();
    let compared = compare(scenario, &scenario.runs[0], 0);
    orders::write(&mut out, scenario, &compared).expect("a vector takes everything");
    String::from_utf8(out).expect("sentences are text")
}

#[test]
fn the_first_difference_is_told_with_both_comparisons_and_what_comes_of_it() {
    insta::assert_snapshot!("orders-kubelet-order", told(&shipped("lessons/kubelet-order.yaml")));
    insta::assert_snapshot!("orders-l20-limits", told(&shipped("lessons/l20-limits.yaml")));
}

#[test]
fn orders_that_agree_are_said_to() {
    let agreed = told(&shipped("lessons/eviction-order.yaml"));
    assert!(
        agreed.contains("\nBoth orders evict the same pods at the same instants: 3 evictions.\n"),
        "{agreed}"
    );
    let nobody = told(&shipped("lessons/l12-running.yaml"));
    assert!(nobody.contains("\nBoth orders evict nobody.\n"), "{nobody}");
}

#[test]
fn an_order_that_needs_fewer_victims_evicts_nobody_more() {
    // 250Mi + 60Mi + 680Mi = 990Mi > 924Mi. The lesson takes the BestEffort Pod, and 930Mi are still too much; the
    // kubelet takes the other, which is further above its request, and 310Mi are left.
    let scenario = read(
        "horizon: 5m
nodes: [{name: node, capacity: {cpu: 4, memory: 1Gi}, systemDaemons: 250Mi, firstPass: 10s}]
pods:
  - {name: little, workingSet: 60Mi}
  - {name: greedy, workingSet: 680Mi, requests: {memory: 100Mi}}
",
    );
    let compared = compare(&scenario, &scenario.runs[0], 0);
    let [lesson, kubelet] = &compared.courses;
    assert_eq!((lesson.evictions.len(), kubelet.evictions.len()), (2, 1));
    assert_eq!((lesson.freed().0, kubelet.freed().0), (740 << 20, 680 << 20));
    let told = told(&scenario);
    assert!(
        told.contains("QosClass evicts little before greedy: BestEffort goes before Burstable."),
        "{told}"
    );
    assert!(told.contains("Kubelet evicts greedy before little: larger excess (580Mi > 60Mi)."), "{told}");
    assert!(told.lines().any(|line| line.split_whitespace().eq(["little", "10s", "never"])), "{told}");
}
