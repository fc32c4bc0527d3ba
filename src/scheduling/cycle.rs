//! One decision: a pod, the facts as they are, and what all of its verdicts share.
//!
//! What: the counts of pods near and far, taken once, and the verdict on a node as it is, or as it
//! would be if pods came and went there. Never: a change of anything: what would be is tried on copies.
//! Next: [`crate::scheduling::sampling`], which nodes are asked; [`crate::scheduling::preemption`].

use super::ask::Ask;
use super::facts::{BoundPods, Facts, Nominated};
use super::filter::NodeRefusal;
use super::filter::inter_pod_affinity::{self, NeighborCounts};
use super::filter::topology_spread::{self, SpreadCounts};
use super::profile::Plugin;
use crate::ground::{NodeId, PodId};
use crate::model::{Bound, Held, NodeSums, PodTemplate};

/// A decision under way.
pub struct Cycle<'a, P> {
    pub facts: Facts<'a, P>,
    pub ask: &'a Ask<'a>,
    pub pod: PodId,
    /// The node that the pod itself was nominated for.
    pub promised: Option<NodeId>,
    /// The others that were nominated and go first, by their nodes.
    rivals: Vec<Nominated<'a>>,
    spread: SpreadCounts,
    neighbors: Option<NeighborCounts>,
}

/// A node as it would be if pods came and went there.
#[derive(Clone, Debug)]
pub struct Trial {
    pub node: NodeId,
    bound: Bound,
    held: Held,
    spread: SpreadCounts,
    neighbors: Option<NeighborCounts>,
}

/// What verdicts on a node are based on.
struct Scene<'s> {
    node: NodeId,
    sums: NodeSums<'s>,
    spread: &'s SpreadCounts,
    neighbors: Option<&'s NeighborCounts>,
}

impl<'a, P: BoundPods> Cycle<'a, P> {
    pub fn prepare(facts: Facts<'a, P>, ask: &'a Ask<'a>, pod: PodId) -> Cycle<'a, P> {
        let asks = |plugin| ask.profile.may_refuse(plugin);
        let promised = facts.nominated.iter().find(|one| one.pod == pod).map(|one| one.node);
        let rivals = facts.nominated.iter().filter(|one| one.pod != pod && ask.yields_to(one.template));
        let mut rivals: Vec<Nominated<'_>> = rivals.copied().collect();
        rivals.sort_by_key(|rival| rival.node);
        let hard = if asks(Plugin::PodTopologySpread) { &ask.spread.hard[..] } else { &[] };
        let spread = SpreadCounts::count(hard, &ask.counting(facts.nodes), facts.pods);
        let count = || NeighborCounts::count(&facts, &ask.neighbors, &ask.pod);
        let neighbors = if asks(Plugin::InterPodAffinity) { count() } else { None };
        Cycle { facts, ask, pod, promised, rivals, spread, neighbors }
    }

    /// Whether any pod's affinity has a say in where the pod may go.
    pub fn has_neighbors(&self) -> bool {
        self.neighbors.is_some()
    }

    /// Why a node refuses the pod, if it does.
    pub fn refusal(&self, node: NodeId) -> Option<NodeRefusal> {
        if self.rivals_on(node).is_empty() {
            return self.verdict(&self.scene(node));
        }
        self.refusal_of(&self.trial(node))
    }

    /// The same of a node as it would be: the pod must pass with those that go first, who were nominated for it,
    /// and without them.
    pub fn refusal_of(&self, trial: &Trial) -> Option<NodeRefusal> {
        let rivals = self.rivals_on(trial.node);
        let with_rivals = || {
            let mut crowded = trial.clone();
            rivals.iter().for_each(|rival| self.add(&mut crowded, rival.template));
            self.verdict(&crowded.scene())
        };
        let first = if rivals.is_empty() { None } else { with_rivals() };
        first.or_else(|| self.verdict(&trial.scene()))
    }

    fn rivals_on(&self, node: NodeId) -> &[Nominated<'a>] {
        let from = self.rivals.partition_point(|rival| rival.node < node);
        let until = self.rivals.partition_point(|rival| rival.node <= node);
        &self.rivals[from..until]
    }

    /// By the first plugin that refuses.
    fn verdict(&self, scene: &Scene<'_>) -> Option<NodeRefusal> {
        let (nodes, ask) = (self.facts.nodes, self.ask);
        let spread = || scene.spread.refuses(&ask.spread.hard, nodes, scene.node);
        let neighbors = || scene.neighbors?.refuses(&ask.neighbors, nodes, scene.node);
        ask.refused_by(nodes, scene.node, scene.sums).or_else(spread).or_else(neighbors)
    }

    fn scene(&self, node: NodeId) -> Scene<'_> {
        let sums = self.facts.nodes.sums(node);
        Scene { node, sums, spread: &self.spread, neighbors: self.neighbors.as_ref() }
    }

    /// A node as it is, to try changes on.
    pub fn trial(&self, node: NodeId) -> Trial {
        let NodeSums { bound, held } = self.facts.nodes.sums(node);
        let (spread, neighbors) = (self.spread.clone(), self.neighbors.clone());
        Trial { node, bound: *bound, held: held.clone(), spread, neighbors }
    }

    /// A pod comes to the node.
    pub fn add(&self, trial: &mut Trial, pod: &PodTemplate) {
        trial.bound.add(pod);
        trial.held.add(pod, self.facts.nodes.extended_names());
        self.change_counts(trial, pod, 1);
    }

    /// A pod goes from the node.
    pub fn take_off(&self, trial: &mut Trial, pod: &PodTemplate) {
        trial.bound.take_off(pod);
        trial.held.take_off(pod, self.facts.nodes.extended_names());
        self.change_counts(trial, pod, -1);
    }

    fn change_counts(&self, trial: &mut Trial, there: &PodTemplate, delta: i64) {
        let (nodes, ask, node) = (self.facts.nodes, self.ask, trial.node);
        let (counting, constraints) = (&ask.counting(nodes), &ask.spread.hard[..]);
        trial.spread.change(&topology_spread::Change { constraints, counting, node, pod: there }, delta);
        if let Some(counts) = &mut trial.neighbors {
            let (neighbors, pod) = (&ask.neighbors, &*ask.pod);
            counts.change(&inter_pod_affinity::Change { neighbors, pod, nodes, node, there }, delta);
        }
    }
}

impl Trial {
    fn scene(&self) -> Scene<'_> {
        let sums = NodeSums { bound: &self.bound, held: &self.held };
        Scene { node: self.node, sums, spread: &self.spread, neighbors: self.neighbors.as_ref() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Labels, Node, NodeColumns, Peers, Placement, PodAffinity, PodSpec, PodTerm, Room, Selector,
    };
    use crate::scheduling::{Nobody, Profile};
    use std::sync::Arc;

    fn node() -> Node {
        let mut node = Node::new("node", Room { pods: 110, ..Room::default() });
        node.labels.insert("kubernetes.io/hostname".to_owned(), "node".to_owned());
        node
    }

    fn app(name: &str) -> Labels {
        Labels::from([("app".to_owned(), name.to_owned())])
    }

    fn near(name: &str) -> PodAffinity {
        let term = PodTerm {
            selector: Some(Selector::labels(&app(name))),
            topology_key: "kubernetes.io/hostname".to_owned(),
            ..PodTerm::default()
        };
        PodAffinity { required: vec![term], ..PodAffinity::default() }
    }

    fn pod(name: &str, placement: Placement) -> Arc<PodTemplate> {
        Arc::new(PodTemplate::new(PodSpec { labels: app(name), placement, ..PodSpec::default() }))
    }

    /// What the node says to `pod` while `rival` waits for it.
    fn refusal(pod: &Arc<PodTemplate>, rival: &PodTemplate) -> Option<NodeRefusal> {
        let (nodes, profile, peers) = (NodeColumns::new(&[node()]), Profile::default(), Peers::default());
        let nominated = [Nominated { pod: PodId(1), node: NodeId(0), template: rival }];
        let facts = Facts { nodes: &nodes, pods: &Nobody, peers: &peers, nominated: &nominated };
        let ask = Ask::new(pod, &profile, &nodes, &peers);
        Cycle::prepare(facts, &ask, PodId(0)).refusal(NodeId(0))
    }

    #[test]
    fn who_would_fit_only_beside_a_nominated_pod_does_not_fit() {
        let web = pod("web", Placement { affinity: near("db"), ..Placement::default() });
        let db = pod("db", Placement::default());
        assert_eq!(refusal(&web, &db), Some(NodeRefusal::PodAffinity), "the nominated pod may never come");
        let web = pod("web", Placement { anti_affinity: near("db"), ..Placement::default() });
        assert_eq!(refusal(&web, &db), Some(NodeRefusal::PodAntiAffinity), "but it may");
        let less = PodTemplate { priority: -1, ..PodTemplate::clone(&db) };
        assert_eq!(refusal(&web, &less), None, "those of less priority have to see for themselves");
    }

    #[test]
    fn a_nominated_pod_is_not_asked_whom_it_bears_where_nobody_else_is() {
        // kube-scheduler skips InterPodAffinity if neither the pod nor a bound one has a say.
        let db = pod("db", Placement { anti_affinity: near("web"), ..Placement::default() });
        assert_eq!(refusal(&pod("web", Placement::default()), &db), None);
        let with_a_say = Placement { anti_affinity: near("cache"), ..Placement::default() };
        assert_eq!(refusal(&pod("web", with_a_say), &db), Some(NodeRefusal::AntiAffinityOfOthers));
    }
}
