//! NodeAffinity: the more a node is what a pod would rather have, the better.

use super::more_is_better;
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate};
use crate::scheduling::filter::node_affinity::matches;

/// The weights of the wishes that each node fulfils, worked out once a template, since labels do
/// not change; absent: the pod has no wishes, and is not scored.
pub fn fulfilled(nodes: &NodeColumns, pod: &PodTemplate) -> Option<Vec<i64>> {
    let wishes = &pod.spec.placement.preferred_nodes;
    let of_node = |node: NodeId| {
        let (name, labels) = (&nodes.names[node.index()], &nodes.labels[node.index()]);
        let fulfilled = wishes.iter().filter(|wish| matches(&wish.term, name, labels));
        fulfilled.map(|wish| wish.weight).sum()
    };
    (!wishes.is_empty()).then(|| nodes.ids().map(of_node).collect())
}

pub fn scores(fulfilled: &[i64], feasible: &[NodeId]) -> Vec<i64> {
    more_is_better(feasible.iter().map(|node| fulfilled[node.index()]).collect())
}
