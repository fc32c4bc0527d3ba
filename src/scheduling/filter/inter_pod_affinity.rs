//! InterPodAffinity: a pod wants to be near others, or away from them, and so may they.
//!
//! What: who is where, counted once a decision, and what changes when pods come and go on one
//! node. Never: wishes; [`crate::scheduling::score::inter_pod_affinity`] weighs those.

use super::NodeRefusal;
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate, TopologyId};
use crate::scheduling::facts::{BoundPods, Facts};
use crate::scheduling::neighbors::{DomainSums, Neighbors, OwnTerm, matches_all};
use crate::scheduling::remembered::Remembered;

/// Who is where, as far as a pod that comes is concerned.
#[derive(Clone, Debug, Default)]
pub struct NeighborCounts {
    /// Those that are all that it requires.
    wanted: DomainSums,
    /// Those that it does not bear.
    banned: DomainSums,
    /// Those that do not bear it.
    banning: DomainSums,
}

/// What a pod of a template adds to the counts of its node, by label keys.
#[derive(Clone, Debug, Default)]
struct Presence {
    wanted: Vec<TopologyId>,
    banned: Vec<TopologyId>,
    banning: Vec<TopologyId>,
}

impl NeighborCounts {
    /// Absent: nobody's affinity speaks, so the plugin is not asked, whatever changes on a node.
    pub fn count<P: BoundPods>(
        facts: &Facts<'_, P>,
        neighbors: &Neighbors,
        pod: &PodTemplate,
    ) -> Option<NeighborCounts> {
        let nodes = facts.nodes;
        let asks_for_none = neighbors.required.is_empty() && neighbors.banned.is_empty();
        if asks_for_none && !nodes.has_affine_pods() {
            return None;
        }
        let mut counts = NeighborCounts::default();
        let mut known = Remembered::default();
        let matters = |node: &NodeId| !asks_for_none || nodes.affine_pods[node.index()] > 0;
        for node in nodes.ids().filter(matters) {
            for there in facts.pods.on(node) {
                let presence = known.of(there.template, |there| Presence::of(there, neighbors, pod, nodes));
                counts.add(presence, nodes, node, 1);
            }
        }
        (!asks_for_none || !counts.banning.is_empty()).then_some(counts)
    }

    /// A pod comes (+1) or goes (-1).
    pub fn change(&mut self, change: &Change<'_>, delta: i64) {
        let presence = Presence::of(change.there, change.neighbors, change.pod, change.nodes);
        self.add(&presence, change.nodes, change.node, delta);
    }

    fn add(&mut self, presence: &Presence, nodes: &NodeColumns, node: NodeId, amount: i64) {
        let parts = [
            (&mut self.wanted, &presence.wanted),
            (&mut self.banned, &presence.banned),
            (&mut self.banning, &presence.banning),
        ];
        for (sums, topologies) in parts {
            topologies.iter().for_each(|topology| sums.add(nodes, node, *topology, amount));
        }
    }

    /// The first of three checks that fails.
    pub fn refuses(&self, neighbors: &Neighbors, nodes: &NodeColumns, node: NodeId) -> Option<NodeRefusal> {
        let is_near = |sums: &DomainSums, term: &OwnTerm| {
            term.topology.is_some_and(|topology| sums.at(nodes, node, topology) > 0)
        };
        if !self.finds_wanted(neighbors, nodes, node) {
            Some(NodeRefusal::PodAffinity)
        } else if neighbors.banned.iter().any(|term| is_near(&self.banned, term)) {
            Some(NodeRefusal::PodAntiAffinity)
        } else if self.banning.all_at(nodes, node).any(|count| count > 0) {
            Some(NodeRefusal::AntiAffinityOfOthers)
        } else {
            None
        }
    }

    /// Whether all that it requires is near: each term's label is there, and a neighbor in that domain. The first
    /// of a kind that wants its own kind near needs none.
    fn finds_wanted(&self, neighbors: &Neighbors, nodes: &NodeColumns, node: NodeId) -> bool {
        let has_key = |term: &OwnTerm| {
            term.topology.is_some_and(|topology| nodes.topologies.domain(topology, node).is_some())
        };
        let is_near =
            |term: &OwnTerm| term.topology.is_some_and(|topology| self.wanted.at(nodes, node, topology) > 0);
        let is_first_of_its_kind = || self.wanted.is_empty() && neighbors.would_do_itself;
        neighbors.required.iter().all(has_key)
            && (neighbors.required.iter().all(is_near) || is_first_of_its_kind())
    }
}

/// A pod that comes to a node or goes from it.
pub struct Change<'a> {
    pub neighbors: &'a Neighbors,
    /// The pod that a node is looked for.
    pub pod: &'a PodTemplate,
    pub nodes: &'a NodeColumns,
    pub node: NodeId,
    /// The one that comes or goes.
    pub there: &'a PodTemplate,
}

impl Presence {
    fn of(there: &PodTemplate, neighbors: &Neighbors, pod: &PodTemplate, nodes: &NodeColumns) -> Presence {
        let topologies = |terms: &[OwnTerm]| terms.iter().filter_map(|term| term.topology).collect();
        let is_wanted = matches_all(&neighbors.required, there);
        let banned = neighbors.banned.iter().filter(|term| term.matches(there));
        let theirs = there.spec.placement.anti_affinity.required.iter();
        let meant = theirs.filter(|term| neighbors.is_meant(pod, term, there));
        Presence {
            wanted: if is_wanted { topologies(&neighbors.required) } else { Vec::new() },
            banned: banned.filter_map(|term| term.topology).collect(),
            banning: meant.filter_map(|term| nodes.topologies.id(&term.topology_key)).collect(),
        }
    }
}
