//! Which nodes are near each other: those with the same value of a label.
//!
//! What: the values of every label key, numbered, so that nothing hot compares text; and the
//! order in which the scheduler walks the nodes.
//! Never: which of this anybody asks for. Labels never change during a run.

use crate::ground::NodeId;
use crate::model::labels::Labels;
use std::collections::BTreeMap;

/// All label keys of a cluster's nodes.
#[derive(Clone, Debug, Default)]
pub struct Topologies(Vec<Topology>);

/// A label key, by its place among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopologyId(u32);

/// One label key: which nodes have which value.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    key: String,
    /// The number of each node's value.
    domain_of: Vec<u32>,
    /// How many values there are.
    pub domains: usize,
}

/// The node does not have the label.
const NOWHERE: u32 = u32::MAX;

impl Topologies {
    pub fn of(labels: &[Labels]) -> Topologies {
        let mut columns: BTreeMap<&str, Column<'_>> = BTreeMap::new();
        for (node, labels) in labels.iter().enumerate() {
            for (key, value) in labels {
                columns.entry(key).or_default().add(node, value);
            }
        }
        let finished = columns.into_iter().map(|(key, column)| column.finished(key, labels.len()));
        Topologies(finished.collect())
    }

    /// A label key; absent: no node has it.
    pub fn id(&self, key: &str) -> Option<TopologyId> {
        let place = self.0.binary_search_by(|topology| topology.key.as_str().cmp(key)).ok()?;
        Some(TopologyId(place as u32))
    }

    pub fn get(&self, id: TopologyId) -> &Topology {
        &self.0[id.0 as usize]
    }

    /// The number of a node's value of a label, if it has the label.
    pub fn domain(&self, id: TopologyId, node: NodeId) -> Option<usize> {
        self.get(id).domain(node)
    }
}

impl Topology {
    /// The number of a node's value, if it has one.
    pub fn domain(&self, node: NodeId) -> Option<usize> {
        let domain = self.domain_of[node.index()];
        (domain != NOWHERE).then_some(domain as usize)
    }
}

/// A topology in the making.
#[derive(Default)]
struct Column<'a> {
    values: BTreeMap<&'a str, u32>,
    domain_of: Vec<u32>,
}

impl<'a> Column<'a> {
    fn add(&mut self, node: usize, value: &'a str) {
        let next = self.values.len() as u32;
        self.domain_of.resize(node, NOWHERE);
        self.domain_of.push(*self.values.entry(value).or_insert(next));
    }

    fn finished(mut self, key: &str, nodes: usize) -> Topology {
        self.domain_of.resize(nodes, NOWHERE);
        Topology { key: key.to_owned(), domain_of: self.domain_of, domains: self.values.len() }
    }
}

/// The scheduler's own order: zones take turns, in the order in which they appear.
///
/// Nodes without a zone and a region are a zone together.
/// Source: kubernetes `pkg/scheduler/backend/cache/node_tree.go` (1.34).
pub(super) fn walk(labels: &[Labels]) -> Vec<NodeId> {
    let mut numbers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut zones: Vec<Vec<NodeId>> = Vec::new();
    for (node, labels) in (0u32..).zip(labels) {
        let next = zones.len();
        let number = *numbers.entry(zone(labels)).or_insert(next);
        if number == next {
            zones.push(Vec::new());
        }
        zones[number].push(NodeId(node));
    }
    let rounds = zones.iter().map(Vec::len).max().unwrap_or(0);
    (0..rounds).flat_map(|round| zones.iter().filter_map(move |zone| zone.get(round).copied())).collect()
}

/// Its region and its zone; a node that does not say has empty ones. The older labels go first.
fn zone(labels: &Labels) -> (&str, &str) {
    let first = |keys: [&str; 2]| keys.into_iter().find_map(|key| labels.get(key)).map_or("", String::as_str);
    (
        first(["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"]),
        first(["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_zone(zone: &str) -> Labels {
        Labels::from([("topology.kubernetes.io/zone".to_owned(), zone.to_owned())])
    }

    #[test]
    fn zones_take_turns_and_a_short_one_drops_out() {
        let labels = [in_zone("a"), in_zone("a"), Labels::new(), in_zone("b"), in_zone("a"), in_zone("b")];
        // a: 0 1 4; none: 2; b: 3 5.
        assert_eq!(walk(&labels).iter().map(|node| node.0).collect::<Vec<_>>(), [0, 2, 3, 1, 5, 4]);
    }

    #[test]
    fn nodes_of_one_value_are_in_one_domain_and_those_without_in_none() {
        let topologies = Topologies::of(&[in_zone("b"), Labels::new(), in_zone("a"), in_zone("b")]);
        let zone = topologies.id("topology.kubernetes.io/zone").expect("some nodes have it");
        let domains = (0..4).map(|node| topologies.domain(zone, NodeId(node))).collect::<Vec<_>>();
        assert_eq!(domains, [Some(0), None, Some(1), Some(0)]);
        assert_eq!(topologies.get(zone).domains, 2);
        assert_eq!(topologies.id("zone"), None);
    }
}
