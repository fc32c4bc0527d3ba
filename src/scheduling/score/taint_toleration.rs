//! TaintToleration: the fewer taints that are wishes a pod ignores, the better.

use super::{MAX_SCORE, fewer_is_better};
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate};

pub fn scores(nodes: &NodeColumns, pod: &PodTemplate, feasible: &[NodeId]) -> Vec<i64> {
    if !nodes.has_wishes() {
        return vec![MAX_SCORE; feasible.len()];
    }
    fewer_is_better(feasible.iter().map(|node| ignored(nodes, pod, *node)).collect())
}

/// How many of a node's wishes the pod ignores.
pub fn ignored(nodes: &NodeColumns, pod: &PodTemplate, node: NodeId) -> i64 {
    let wishes = nodes.taints[node.index()].iter().filter(|taint| !taint.keeps_off());
    wishes.filter(|taint| !pod.tolerates(taint)).count() as i64
}
