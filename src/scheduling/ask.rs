//! What a pod asks of nodes under one profile, compiled once for all pods of its template.
//!
//! What: all that labels, names and images say of the nodes, which never changes, worked out; and the verdicts
//! and scores that depend on one node's own facts alone, which an index can keep.
//! Never: other pods. Next: [`crate::scheduling::cycle`], which looks at those, too.
//!
//! Cost: compiling walks the nodes if the pod selects by labels, names images or spreads;
//! a verdict or a score of one node is a handful of integer operations. Text is compared only
//! where the node has taints, or the pod wants ports.
//!
//! Valid while no node's labels and images change, and no node offers an extended resource that none had.

use super::cycle::Cycle;
use super::facts::{BoundPods, Facts};
use super::filter::node_affinity::{self, Named};
use super::filter::resources_fit::Needs;
use super::filter::{NodeRefusal, node_ports, taint_toleration};
use super::neighbors::Neighbors;
use super::profile::{Plugin, Profile};
use super::sampling;
use super::score::balanced_allocation::Balance;
use super::score::inter_pod_affinity::Welcome;
use super::score::resources_fit::FitScore;
use super::score::{self, MAX_SCORE, image_locality};
use super::spread::{Counting, Spread};
use crate::ground::{NodeId, PodId};
use crate::model::{Bound, NodeColumns, NodeSums, Peers, PodTemplate, Room};
use std::sync::Arc;

/// What the pods of one template ask.
#[derive(Clone, Debug)]
pub struct Ask<'p> {
    pub pod: Arc<PodTemplate>,
    pub profile: &'p Profile,
    /// The nodes that the pod names, if it names any.
    pub(super) named: Option<Named>,
    pub(super) fulfilled: Option<Vec<i64>>,
    pub(super) spread: Spread,
    pub(super) neighbors: Neighbors,
    pub(super) balance: Option<Balance>,
    allowed: Option<Vec<bool>>,
    /// It names no node, selects by no label and wants no port; and resources are looked at.
    only_needs_room: bool,
    /// Besides, no image counts, and no extended resource: a node's sums and what it has are all that does.
    is_about_room_alone: bool,
    /// Whether nothing that it asks for is about other pods or other nodes.
    is_local_by_itself: bool,
    needs: Needs,
    fit: FitScore,
    images: Option<Vec<i64>>,
}

impl<'p> Ask<'p> {
    pub fn new(pod: &Arc<PodTemplate>, profile: &'p Profile, nodes: &NodeColumns, peers: &Peers) -> Ask<'p> {
        let allowed = node_affinity::allowed(nodes, pod);
        let ask = Ask {
            pod: Arc::clone(pod),
            profile,
            named: node_affinity::named(nodes, pod).filter(|_| profile.may_refuse(Plugin::NodeAffinity)),
            fulfilled: score::node_affinity::fulfilled(nodes, pod),
            spread: Spread::of(pod, profile, nodes, peers),
            neighbors: Neighbors::of(pod, nodes, peers),
            balance: Balance::of(profile, pod, nodes),
            only_needs_room: profile.may_refuse(Plugin::NodeResourcesFit)
                && pod.host_ports.is_empty()
                && pod.spec.placement.node_name.is_empty()
                && allowed.is_none(),
            allowed,
            is_about_room_alone: false,
            is_local_by_itself: false,
            needs: Needs::of(pod, nodes),
            fit: FitScore::of(profile, pod, nodes),
            images: image_locality::scores(nodes, pod),
        };
        Ask {
            is_local_by_itself: ask.is_local_by_itself(nodes),
            is_about_room_alone: ask.is_about_room_alone(),
            ..ask
        }
    }

    fn is_about_room_alone(&self) -> bool {
        self.only_needs_room
            && self.named.is_none()
            && self.images.is_none()
            && self.needs.are_usual()
            && self.fit.is_usual()
            && self.balance.as_ref().is_none_or(Balance::is_usual)
    }

    /// All that a [`local_refusal`](Ask::local_refusal) and a [`local_score`](Ask::local_score) of the node
    /// come from, beside what never changes of this pod; absent: more has a say. Nodes that agree in it are alike.
    #[inline]
    pub fn reads<'n>(&self, nodes: &'n NodeColumns, node: NodeId) -> Option<(&'n Room, &'n Bound)> {
        let place = node.index();
        let nothing_else_counts = self.is_about_room_alone && self.admits_anybody(nodes, node);
        nothing_else_counts.then(|| (&nodes.allocatable[place], &nodes.bound[place]))
    }

    /// Whether the node keeps nobody away for what it is.
    #[inline]
    fn admits_anybody(&self, nodes: &NodeColumns, node: NodeId) -> bool {
        nodes.taints[node.index()].is_empty() && !nodes.unschedulable[node.index()]
    }

    /// The first plugin that refuses the node for the node's own sake: its taints, labels, name,
    /// ports and what is left of it. Other pods may yet refuse it, through
    /// PodTopologySpread and InterPodAffinity.
    #[inline]
    pub fn local_refusal(&self, nodes: &NodeColumns, node: NodeId) -> Option<NodeRefusal> {
        match &self.named {
            Some(Named::Conflict) => Some(NodeRefusal::NamesConflict),
            Some(Named::Nodes(named)) if !named[node.index()] => Some(NodeRefusal::NotNamed),
            _ => self.refused_by(nodes, node, nodes.sums(node)),
        }
    }

    /// The same, were this all that is taken of the node, and were every node looked at.
    #[inline]
    pub(super) fn refused_by(
        &self,
        nodes: &NodeColumns,
        node: NodeId,
        sums: NodeSums<'_>,
    ) -> Option<NodeRefusal> {
        // By far the most frequent case: nothing but resources can be in the way.
        if self.only_needs_room && self.admits_anybody(nodes, node) {
            return self.needs.refused_by(nodes, node, sums);
        }
        self.refused_by_any(nodes, node, sums)
    }

    /// Each filter in its turn.
    fn refused_by_any(&self, nodes: &NodeColumns, node: NodeId, sums: NodeSums<'_>) -> Option<NodeRefusal> {
        let (pod, place) = (&*self.pod, node.index());
        let asks = |plugin| self.profile.may_refuse(plugin);
        let unschedulable = || taint_toleration::refuses_everybody(nodes.unschedulable[place], pod);
        let taints = || taint_toleration::refuses(&nodes.taints[place], pod);
        let ports = || node_ports::refuses(sums.held, pod);
        let resources = || self.needs.refused_by(nodes, node, sums);
        (asks(Plugin::NodeUnschedulable).then(unschedulable).flatten())
            .or_else(|| asks(Plugin::NodeName).then(|| self.refuses_name(nodes, node)).flatten())
            .or_else(|| asks(Plugin::TaintToleration).then(taints).flatten())
            .or_else(|| asks(Plugin::NodeAffinity).then(|| self.refuses_labels(node)).flatten())
            .or_else(|| asks(Plugin::NodePorts).then(ports).flatten())
            .or_else(|| asks(Plugin::NodeResourcesFit).then(resources).flatten())
    }

    fn refuses_name(&self, nodes: &NodeColumns, node: NodeId) -> Option<NodeRefusal> {
        let asked = &self.pod.spec.placement.node_name;
        (!asked.is_empty() && *asked != nodes.names[node.index()]).then_some(NodeRefusal::OtherName)
    }

    fn refuses_labels(&self, node: NodeId) -> Option<NodeRefusal> {
        let allowed = self.allowed.as_ref()?;
        (!allowed[node.index()]).then_some(NodeRefusal::Affinity)
    }

    /// The total score of a feasible node, where the decision [is local](Ask::is_local).
    #[inline]
    pub fn local_score(&self, nodes: &NodeColumns, node: NodeId) -> i64 {
        let weight = |plugin| self.profile.weight(plugin);
        let balance = self.balance.as_ref().map_or(0, |balance| balance.at(nodes, node));
        weight(Plugin::TaintToleration) * MAX_SCORE
            + weight(Plugin::NodeResourcesFit) * self.fit_score(nodes, node)
            + weight(Plugin::NodeResourcesBalancedAllocation) * balance
            + weight(Plugin::ImageLocality) * self.image_score(node)
    }

    #[inline]
    pub(super) fn fit_score(&self, nodes: &NodeColumns, node: NodeId) -> i64 {
        self.fit.at(nodes, node)
    }

    #[inline]
    pub(super) fn image_score(&self, node: NodeId) -> i64 {
        self.images.as_ref().map_or(0, |scores| scores[node.index()])
    }

    /// For whom spreading counts.
    pub(super) fn counting<'a>(&'a self, nodes: &'a NodeColumns) -> Counting<'a> {
        Counting { nodes, pod: &self.pod, allowed: self.allowed.as_deref() }
    }

    /// Whether at present every node's verdict is its [`local_refusal`](Ask::local_refusal), and its total
    /// its [`local_score`](Ask::local_score): nobody else's facts have a say, and all nodes are looked at.
    pub fn is_local<P: BoundPods>(&self, facts: &Facts<'_, P>, pod: PodId) -> bool {
        self.is_local_by_itself
            && !self.ignores_a_wish(facts.nodes)
            && !facts.nominated.iter().any(|rival| rival.pod == pod || self.yields_to(rival.template))
            && (!facts.nodes.has_affine_pods() || self.is_unknown_to_others(facts, pod))
    }

    /// The part of it that never changes.
    fn is_local_by_itself(&self, nodes: &NodeColumns) -> bool {
        let weighs = |plugin| self.profile.weight(plugin) != 0;
        let may_refuse = |plugin| self.profile.may_refuse(plugin);
        let neighbors = &self.neighbors;
        let requires_pods = !(neighbors.required.is_empty() && neighbors.banned.is_empty());
        let looks_at_others = (weighs(Plugin::NodeAffinity) && self.fulfilled.is_some())
            || (may_refuse(Plugin::PodTopologySpread) && !self.spread.hard.is_empty())
            || (weighs(Plugin::PodTopologySpread) && !self.spread.soft.is_empty())
            || (may_refuse(Plugin::InterPodAffinity) && requires_pods)
            || (weighs(Plugin::InterPodAffinity) && !neighbors.preferred.is_empty());
        !looks_at_others && sampling::nodes_wanted(self.profile, nodes.len()) >= nodes.len()
    }

    /// Whether any node has a taint that is a wish, and that the pod does not tolerate.
    fn ignores_a_wish(&self, nodes: &NodeColumns) -> bool {
        let ignores = |node| score::taint_toleration::ignored(nodes, &self.pod, node) > 0;
        self.profile.weight(Plugin::TaintToleration) != 0 && nodes.has_wishes() && nodes.ids().any(ignores)
    }

    /// Whether the pod has to leave room for another that was nominated.
    pub(super) fn yields_to(&self, nominated: &PodTemplate) -> bool {
        nominated.priority >= self.pod.priority
    }

    /// Whether no bound pod's affinity is about this one.
    fn is_unknown_to_others<P: BoundPods>(&self, facts: &Facts<'_, P>, pod: PodId) -> bool {
        let is_scored = self.profile.weight(Plugin::InterPodAffinity) != 0;
        let welcome = || Welcome::count(facts, self.profile, &self.neighbors, &self.pod);
        let is_welcome = is_scored && welcome().is_some();
        !is_welcome && !Cycle::prepare(*facts, self, pod).has_neighbors()
    }
}
