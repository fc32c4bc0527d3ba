//! Equal nodes: which of them is taken.

use super::chronicle::Story;
use std::collections::BTreeMap;

/// Four equal nodes and a pod.
fn story(ties: &str) -> Story {
    let pod = "{name: web, kind: Pod, replicas: 1, template: {spec: {containers: [{name: app}]}}}".to_owned();
    Story::of(&format!("ties: {ties}"), &["{name: n, count: 4, capacity: {cpu: 1, memory: 1Gi}}"], &[pod])
}

const REPLICATIONS: u32 = 4_000;

#[test]
fn each_of_the_best_nodes_is_drawn_about_equally_often() {
    let story = story("Drawn");
    let mut drawn: BTreeMap<String, u32> = BTreeMap::new();
    for replication in 0..REPLICATIONS {
        let told = story.told_in(replication);
        *drawn.entry(told[0].clone()).or_default() += 1;
    }
    assert_eq!(drawn.len(), 4, "{drawn:?}");
    let expected = f64::from(REPLICATIONS) / 4.0;
    let off = |count: &u32| f64::from(*count) - expected;
    let chi_square: f64 = drawn.values().map(|count| off(count) * off(count) / expected).sum();
    // With three degrees of freedom, chance alone is above 21.1 once in 10,000 times; a node that is taken
    // a fifth more often than the others comes to about 27.
    assert!(chi_square < 21.1, "{chi_square}: {drawn:?}");
}

#[test]
fn a_draw_is_the_same_each_time_and_without_one_the_first_is_taken() {
    let told = |ties| (0..20).map(|replication| story(ties).told_in(replication)).collect::<Vec<_>>();
    assert_eq!(told("Drawn"), told("Drawn"));
    assert!(told("First").iter().all(|told| told[0] == "0 web-0 bound n-0"), "{:?}", told("First")[0]);
}
