//! Whom a pod wants near, and who wants it near: affinities between pods, compiled and matched.
//!
//! What: a pod's own terms with their namespaces found, others' terms towards it, and sums over
//! the domains of topologies. Never: a verdict: [`crate::scheduling::filter::inter_pod_affinity`] refuses,
//! [`crate::scheduling::score::inter_pod_affinity`] scores.
//! Source: kubernetes `pkg/scheduler/framework/plugins/interpodaffinity` (1.34).

use crate::ground::NodeId;
use crate::model::{Labels, NodeColumns, Peers, PodTemplate, PodTerm, Preferred, Selector, TopologyId};
use std::collections::{BTreeMap, BTreeSet};

/// The terms of a pod that comes.
#[derive(Clone, Debug, Default)]
pub struct Neighbors {
    pub required: Vec<OwnTerm>,
    pub banned: Vec<OwnTerm>,
    /// With their weights; of those that are not wanted, negative ones.
    pub preferred: Vec<(i64, OwnTerm)>,
    /// Whether it would itself do as the neighbor that it requires.
    pub would_do_itself: bool,
    /// The labels of its namespace.
    namespace_labels: Labels,
}

/// A term of a pod that comes.
#[derive(Clone, Debug)]
pub struct OwnTerm {
    /// Absent: no node has the label.
    pub topology: Option<TopologyId>,
    selector: Option<Selector>,
    namespaces: Namespaces,
}

#[derive(Clone, Debug)]
enum Namespaces {
    All,
    These(BTreeSet<String>),
}

impl Neighbors {
    pub fn of(pod: &PodTemplate, nodes: &NodeColumns, peers: &Peers) -> Neighbors {
        let namespace_labels = peers.namespaces.iter().find(|one| one.name == pod.namespace());
        let namespace_labels = namespace_labels.map(|one| one.labels.clone()).unwrap_or_default();
        if !pod.has_affinity {
            return Neighbors { namespace_labels, ..Neighbors::default() };
        }
        let own = |term: &PodTerm| OwnTerm::of(term, pod, nodes, peers);
        let weighed = |sign: i64| move |wish: &Preferred<PodTerm>| (sign * wish.weight, own(&wish.term));
        let (wanted, unwanted) = (&pod.spec.placement.affinity, &pod.spec.placement.anti_affinity);
        let required: Vec<OwnTerm> = wanted.required.iter().map(own).collect();
        let wishes = wanted.preferred.iter().map(weighed(1));
        Neighbors {
            would_do_itself: matches_all(&required, pod),
            required,
            banned: unwanted.required.iter().map(own).collect(),
            preferred: wishes.chain(unwanted.preferred.iter().map(weighed(-1))).collect(),
            namespace_labels,
        }
    }

    /// Whether a term of a pod that is there means the one that comes.
    pub fn is_meant(&self, pod: &PodTemplate, term: &PodTerm, owner: &PodTemplate) -> bool {
        is_meant(term, owner, pod, &self.namespace_labels)
    }
}

/// Whether a pod's term means another one, whose namespace has these labels.
pub fn is_meant(term: &PodTerm, owner: &PodTemplate, other: &PodTemplate, namespace_labels: &Labels) -> bool {
    let says_nothing = term.namespaces.is_empty() && term.namespace_selector.is_none();
    let is_selected = |selector: &Selector| selector.matches(namespace_labels);
    let is_near = (says_nothing && owner.namespace() == other.namespace())
        || term.namespaces.iter().any(|name| name == other.namespace())
        || term.namespace_selector.as_ref().is_some_and(is_selected);
    is_near && term.selector.as_ref().is_some_and(|selector| selector.matches(&other.spec.labels))
}

/// Whether a pod matches all terms; there must be one.
pub fn matches_all(terms: &[OwnTerm], pod: &PodTemplate) -> bool {
    !terms.is_empty() && terms.iter().all(|term| term.matches(pod))
}

impl OwnTerm {
    fn of(term: &PodTerm, owner: &PodTemplate, nodes: &NodeColumns, peers: &Peers) -> OwnTerm {
        OwnTerm {
            topology: nodes.topologies.id(&term.topology_key),
            selector: term.selector.clone(),
            namespaces: Namespaces::of(term, owner, peers),
        }
    }

    pub fn matches(&self, pod: &PodTemplate) -> bool {
        let is_near = match &self.namespaces {
            Namespaces::All => true,
            Namespaces::These(names) => names.contains(pod.namespace()),
        };
        is_near && self.selector.as_ref().is_some_and(|selector| selector.matches(&pod.spec.labels))
    }
}

impl Namespaces {
    /// Those that are listed and those that are selected; where neither is said, the pod's own.
    fn of(term: &PodTerm, owner: &PodTemplate, peers: &Peers) -> Namespaces {
        let listed = term.namespaces.iter().cloned();
        match &term.namespace_selector {
            None if term.namespaces.is_empty() => Namespaces::These([owner.namespace().to_owned()].into()),
            None => Namespaces::These(listed.collect()),
            Some(selector) if selector.0.is_empty() => Namespaces::All,
            Some(selector) => {
                let selected = peers.namespaces.iter().filter(|one| selector.matches(&one.labels));
                Namespaces::These(listed.chain(selected.map(|one| one.name.clone())).collect())
            }
        }
    }
}

/// Sums over the domains of several topologies; what sums up to nothing is not there.
#[derive(Clone, Debug, Default)]
pub struct DomainSums(BTreeMap<TopologyId, BTreeMap<usize, i64>>);

impl DomainSums {
    /// Adds to the domain of a node, if it is in one.
    pub fn add(&mut self, nodes: &NodeColumns, node: NodeId, topology: TopologyId, amount: i64) {
        let Some(domain) = nodes.topologies.domain(topology, node) else { return };
        let domains = self.0.entry(topology).or_default();
        let sum = domains.entry(domain).or_default();
        *sum += amount;
        if *sum == 0 {
            domains.remove(&domain);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.values().all(BTreeMap::is_empty)
    }

    /// What stands for a node's domain in one topology.
    pub fn at(&self, nodes: &NodeColumns, node: NodeId, topology: TopologyId) -> i64 {
        let domain = nodes.topologies.domain(topology, node);
        let sum = domain.and_then(|domain| self.0.get(&topology)?.get(&domain));
        sum.copied().unwrap_or(0)
    }

    /// The same in every topology.
    pub fn all_at(&self, nodes: &NodeColumns, node: NodeId) -> impl Iterator<Item = i64> {
        self.0.keys().map(move |topology| self.at(nodes, node, *topology))
    }
}
