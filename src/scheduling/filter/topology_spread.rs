//! PodTopologySpread: no domain may be so much fuller than the emptiest one.
//!
//! What: the pods of each domain, counted once a decision, and what changes when pods come and
//! go on one node. Never: wishes; [`crate::scheduling::score::topology_spread`] weighs those.

use super::NodeRefusal;
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate};
use crate::scheduling::facts::BoundPods;
use crate::scheduling::spread::{Constraint, Counter, Counting, has_all_keys};

/// The pods of each domain, constraint by constraint.
#[derive(Clone, Debug, Default)]
pub struct SpreadCounts(Vec<DomainCounts>);

/// The pods of each domain of one constraint.
#[derive(Clone, Debug, Default)]
struct DomainCounts {
    /// Absent: none of the domain's nodes counts, so the domain is none of those to be even.
    pods: Vec<Option<i64>>,
    /// Over the domains that count.
    fewest: i64,
    domains: usize,
}

impl SpreadCounts {
    pub fn count(constraints: &[Constraint], counting: &Counting<'_>, pods: &impl BoundPods) -> SpreadCounts {
        let nodes = counting.nodes;
        let empty =
            |one: &Constraint| DomainCounts { pods: vec![None; one.domains(nodes)], ..Default::default() };
        let mut counts: Vec<DomainCounts> = constraints.iter().map(empty).collect();
        let mut counter = Counter::new(constraints, counting.pod);
        if constraints.is_empty() {
            return SpreadCounts::default();
        }
        for node in nodes.ids().filter(|node| has_all_keys(constraints, nodes, *node)) {
            let on_node = counter.on(pods, node);
            for ((counts, one), on_node) in counts.iter_mut().zip(constraints).zip(on_node) {
                if let Some(domain) = one.domain(nodes, node).filter(|_| one.includes(counting, node)) {
                    *counts.pods[domain].get_or_insert(0) += on_node;
                }
            }
        }
        counts.iter_mut().for_each(DomainCounts::sum_up);
        SpreadCounts(counts)
    }

    /// A pod comes (+1) or goes (-1).
    ///
    /// Here terminating pods and selectors that ask for nothing count, though they did not before:
    /// kube-scheduler's bookkeeping, which the verdict depends on.
    pub fn change(&mut self, change: &Change<'_>, delta: i64) {
        let Change { constraints, counting, node, pod } = change;
        let is_far = pod.namespace() != counting.pod.namespace();
        if is_far || !has_all_keys(constraints, counting.nodes, *node) {
            return;
        }
        for (counts, one) in self.0.iter_mut().zip(*constraints) {
            let domain = one.domain(counting.nodes, *node);
            let domain = domain.filter(|_| one.selects(pod) && one.includes(counting, *node));
            if let Some(domain) = domain {
                *counts.pods[domain].get_or_insert(0) += delta;
                counts.sum_up();
            }
        }
    }

    /// By the first constraint that refuses.
    pub fn refuses(
        &self,
        constraints: &[Constraint],
        nodes: &NodeColumns,
        node: NodeId,
    ) -> Option<NodeRefusal> {
        constraints.iter().zip(&self.0).find_map(|(one, counts)| match one.domain(nodes, node) {
            None => Some(NodeRefusal::SpreadKeyMissing),
            Some(domain) => (counts.skew(one, domain) > one.max_skew).then_some(NodeRefusal::Skew),
        })
    }
}

/// A pod that comes to a node or goes from it, as far as counts are concerned.
pub struct Change<'a> {
    pub constraints: &'a [Constraint],
    pub counting: &'a Counting<'a>,
    pub node: NodeId,
    pub pod: &'a PodTemplate,
}

impl DomainCounts {
    fn sum_up(&mut self) {
        self.domains = self.pods.iter().flatten().count();
        self.fewest = self.pods.iter().flatten().copied().min().unwrap_or(0);
    }

    /// How much fuller the domain would be than the emptiest; where there are too few domains,
    /// than an empty one.
    fn skew(&self, constraint: &Constraint, domain: usize) -> i64 {
        let fewest = if self.domains < constraint.min_domains { 0 } else { self.fewest };
        self.pods[domain].unwrap_or(0) + i64::from(constraint.counts_itself) - fewest
    }
}
