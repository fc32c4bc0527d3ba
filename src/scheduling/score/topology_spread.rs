//! PodTopologySpread: the emptier a node's domains are of the pods that a constraint counts, the better.
//!
//! In float64, as Kubernetes computes it: a domain's pods weigh by the logarithm of how many
//! domains there are.
//! Source: kubernetes `pkg/scheduler/framework/plugins/podtopologyspread/scoring.go` (1.34).

use super::MAX_SCORE;
use crate::ground::NodeId;
use crate::model::NodeColumns;
use crate::scheduling::facts::BoundPods;
use crate::scheduling::spread::{Constraint, Counter, Counting, Spread, has_all_keys};

/// Absent: the pod wishes nothing of the kind, and is not scored.
pub fn scores(
    spread: &Spread,
    counting: &Counting<'_>,
    pods: &impl BoundPods,
    feasible: &[NodeId],
) -> Option<Vec<i64>> {
    if spread.soft.is_empty() {
        return None;
    }
    let (nodes, wishes) = (counting.nodes, &spread.soft);
    let takes_part = |node: &NodeId| !spread.wishes_need_all_keys || has_all_keys(wishes, nodes, *node);
    let scored: Vec<NodeId> = feasible.iter().copied().filter(takes_part).collect();
    let mut domains: Vec<Domains> = wishes.iter().map(|wish| Domains::of(wish, nodes, &scored)).collect();
    let mut counter = Counter::new(wishes, counting.pod);
    for node in nodes.ids().filter(takes_part) {
        let on_node = counter.on(pods, node);
        for ((domains, wish), pods) in domains.iter_mut().zip(wishes).zip(on_node) {
            domains.add(wish, counting, node, *pods);
        }
    }
    let raw = |node: &NodeId| {
        let node_sum = wishes.iter().zip(&domains).fold(0.0, |sum, (wish, domains)| {
            domains.score(wish, nodes, *node).map_or(sum, |score| sum + score)
        });
        takes_part(node).then(|| libm::round(node_sum) as i64)
    };
    Some(emptier_is_better(&feasible.iter().map(raw).collect::<Vec<_>>()))
}

/// The pods of each domain of one wish, and how much they weigh.
struct Domains {
    /// Absent: no feasible node is in it.
    pods: Vec<Option<i64>>,
    weight: f64,
}

impl Domains {
    /// Those of the feasible nodes; nodes without the label are one more of them, together.
    fn of(wish: &Constraint, nodes: &NodeColumns, scored: &[NodeId]) -> Domains {
        let places = if wish.is_per_node { nodes.len() } else { wish.domains(nodes) };
        let mut pods = vec![None; places];
        let mut is_anybody_nowhere = false;
        for node in scored {
            match place(wish, nodes, *node) {
                Some(place) => pods[place] = Some(0),
                None => is_anybody_nowhere = true,
            }
        }
        let values = pods.iter().flatten().count() + usize::from(is_anybody_nowhere);
        let size = if wish.is_per_node { scored.len() } else { values };
        Domains { pods, weight: libm::log((size + 2) as f64) }
    }

    /// Adds the pods of a node; where each node is a domain, they count even if the node does not.
    fn add(&mut self, wish: &Constraint, counting: &Counting<'_>, node: NodeId, pods: i64) {
        let Some(place) = place(wish, counting.nodes, node) else { return };
        if let Some(sum) = &mut self.pods[place]
            && (wish.is_per_node || wish.includes(counting, node))
        {
            *sum += pods;
        }
    }

    fn score(&self, wish: &Constraint, nodes: &NodeColumns, node: NodeId) -> Option<f64> {
        let pods = self.pods[place(wish, nodes, node)?].unwrap_or(0);
        Some(pods as f64 * self.weight + (wish.max_skew - 1) as f64)
    }
}

/// The number of a node's domain, if it is in one; over hostnames each node is one, whatever its label says.
fn place(wish: &Constraint, nodes: &NodeColumns, node: NodeId) -> Option<usize> {
    let domain = wish.domain(nodes, node)?;
    Some(if wish.is_per_node { node.index() } else { domain })
}

/// The fewest pods get all, the most get what the fewest have in proportion; who does not take part
/// gets nothing.
fn emptier_is_better(raw: &[Option<i64>]) -> Vec<i64> {
    let most = raw.iter().flatten().copied().max().unwrap_or(0);
    let fewest = raw.iter().flatten().copied().min().unwrap_or(0);
    let score = |raw: i64| if most == 0 { MAX_SCORE } else { MAX_SCORE * (most + fewest - raw) / most };
    raw.iter().map(|raw| raw.map_or(0, score)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_keeps_what_the_emptiest_has() {
        // (10 + 2 - 10) * 100 / 10 = 20; (10 + 2 - 2) * 100 / 10 = 100; (10 + 2 - 5) * 100 / 10 = 70.
        assert_eq!(emptier_is_better(&[Some(10), Some(2), None, Some(5)]), [20, 100, 0, 70]);
        assert_eq!(emptier_is_better(&[Some(0), None]), [100, 0]);
    }
}
