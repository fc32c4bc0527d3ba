//! Which nodes are looked at: all, or enough, and from where on.
//!
//! What: how many feasible nodes are looked for, and the search for them, one by one in the
//! scheduler's own order. kube-scheduler searches with 16 workers, so that which nodes it finds when
//! it does not look at all is chance; here they are the first.
//! Source: kubernetes `pkg/scheduler/schedule_one.go` (1.34).

use super::cycle::Cycle;
use super::facts::BoundPods;
use super::filter::node_affinity::Named;
use super::filter::{Code, NodeRefusal, Refusal, refusals};
use super::profile::{PluginSet, Profile};
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate};
use std::borrow::Cow;

/// So many nodes are always worth a look.
const LEAST: usize = 100;
/// A percentage that nobody set begins here, falls by one each so many nodes, and ends there.
const ADAPTIVE_FROM: usize = 50;
const NODES_PER_PERCENT: usize = 125;
const ADAPTIVE_LEAST: usize = 5;

/// Where a search begins: a place in [`NodeColumns::walk`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchFrom(pub usize);

/// What came of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// In the order of their ids.
    pub feasible: Vec<NodeId>,
    /// Each node that refused the pod.
    pub refused: Vec<(NodeId, NodeRefusal)>,
    /// How many nodes were asked: the others were not needed, or not named by the pod.
    pub looked_at: usize,
    /// Where the next search begins.
    pub next: SearchFrom,
    /// The pod contradicts itself: no node was looked at, all refuse it.
    pub is_contradiction: bool,
}

/// How many feasible nodes are looked for among so many.
pub fn nodes_wanted(profile: &Profile, nodes: usize) -> usize {
    let scores = profile.weights.iter().any(|weight| *weight != 0);
    if !scores {
        return nodes.min(1); // The first that will do is as good as any.
    }
    let adaptive = || ADAPTIVE_FROM.saturating_sub(nodes / NODES_PER_PERCENT).max(ADAPTIVE_LEAST);
    let percentage = match profile.percentage_of_nodes_to_score {
        0 => adaptive(),
        percentage => percentage as usize,
    };
    if nodes < LEAST { nodes } else { (nodes * percentage / 100).max(LEAST).min(nodes) }
}

/// Looks for nodes that can take the pod; first at the one that it was nominated for.
pub fn search<P: BoundPods>(cycle: &Cycle<'_, P>, from: SearchFrom) -> Search {
    if cycle.ask.named == Some(Named::Conflict) {
        return contradiction(cycle.facts.nodes, from);
    }
    let promised = cycle.promised.map(|node| (node, cycle.refusal(node)));
    if let Some((node, None)) = promised {
        return Search { feasible: vec![node], looked_at: 1, next: from, ..Search::default() };
    }
    let promise_broken = promised.and_then(|(node, refusal)| Some((node, refusal?)));
    let mut search = among(cycle, &candidates(cycle), from);
    if let Some(broken) = promise_broken.filter(|(node, _)| search.refused.iter().all(|(one, _)| one != node))
    {
        search.refused.push(broken);
    }
    let all = cycle.facts.nodes.len().max(1);
    search.next = SearchFrom((from.0 + search.feasible.len() + search.refused.len()) % all);
    search.refuse_those_not_named(cycle);
    search
}

fn contradiction(nodes: &NodeColumns, from: SearchFrom) -> Search {
    let refused = nodes.ids().map(|node| (node, NodeRefusal::NamesConflict)).collect();
    Search { refused, next: from, is_contradiction: true, ..Search::default() }
}

/// The nodes in the scheduler's order; those that the pod names, if it names any.
fn candidates<'a, P>(cycle: &Cycle<'a, P>) -> Cow<'a, [NodeId]> {
    let walk = cycle.facts.nodes.walk();
    match &cycle.ask.named {
        Some(Named::Nodes(named)) => walk.iter().copied().filter(|node| named[node.index()]).collect(),
        Some(Named::Conflict) | None => Cow::Borrowed(walk),
    }
}

fn among<P: BoundPods>(cycle: &Cycle<'_, P>, candidates: &[NodeId], from: SearchFrom) -> Search {
    let wanted = nodes_wanted(cycle.ask.profile, candidates.len());
    let mut search = Search::default();
    let (before, after) = candidates.split_at(from.0 % candidates.len().max(1));
    for node in after.iter().chain(before) {
        if search.feasible.len() >= wanted {
            break;
        }
        search.looked_at += 1;
        match cycle.refusal(*node) {
            None => search.feasible.push(*node),
            Some(refusal) => search.refused.push((*node, refusal)),
        }
    }
    search.feasible.sort_unstable();
    search
}

impl Search {
    fn refuse_those_not_named<P>(&mut self, cycle: &Cycle<'_, P>) {
        if let Some(Named::Nodes(named)) = &cycle.ask.named {
            let known = |node: &NodeId| self.refused.iter().any(|(one, _)| one == node);
            let others = cycle.facts.nodes.ids().filter(|node| !named[node.index()] && !known(node));
            let others: Vec<_> = others.map(|node| (node, NodeRefusal::NotNamed)).collect();
            self.refused.extend(others);
        }
    }

    /// The plugins that refused the pod somewhere: only what they look at can help it.
    pub fn refusing_plugins(&self) -> PluginSet {
        self.refused.iter().map(|(_, refusal)| refusal.plugin()).collect()
    }

    /// The nodes that might take the pod if other pods went, in the order in which they refused it.
    pub fn resolvable(&self) -> impl Iterator<Item = NodeId> {
        let resolvable = self.refused.iter().filter(|(_, refusal)| refusal.code() == Code::Unschedulable);
        resolvable.map(|(node, _)| *node)
    }

    /// Why a node refused the pod, if it did.
    pub fn refusal(&self, node: NodeId) -> Option<NodeRefusal> {
        self.refused.iter().find(|(one, _)| *one == node).map(|(_, refusal)| *refusal)
    }

    /// How many nodes refused the pod for what.
    pub fn refusals(&self, nodes: &NodeColumns, pod: &PodTemplate) -> Vec<Refusal> {
        refusals(nodes, pod, &self.refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_adaptive_percentage_falls_with_the_cluster_but_never_below_a_hundred_nodes() {
        let adaptive = Profile { percentage_of_nodes_to_score: 0, ..Profile::default() };
        let cases = [(99, 99), (100, 100), (1000, 420), (3000, 780), (5000, 500), (5625, 281), (10_000, 500)];
        for (nodes, wanted) in cases {
            assert_eq!(nodes_wanted(&adaptive, nodes), wanted, "of {nodes}");
        }
        assert_eq!(nodes_wanted(&Profile::default(), 5000), 5000);
    }

    #[test]
    fn where_nobody_scores_the_first_node_will_do() {
        let profile = Profile { weights: Default::default(), ..Profile::default() };
        assert_eq!(nodes_wanted(&profile, 5000), 1);
    }
}
