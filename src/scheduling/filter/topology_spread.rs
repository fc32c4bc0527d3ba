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
                    *counts.pods[domain].get_or_insert(0) += *on_node;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{PodId, SimTime};
    use crate::model::{
        InclusionPolicy, Labels, Node, Peers, Placement, PodSpec, Room, Selector, SpreadConstraint,
        WhenUnsatisfiable,
    };
    use crate::scheduling::Profile;
    use crate::scheduling::facts::BoundPod;
    use crate::scheduling::spread::Spread;

    const ZONE: &str = "zone";

    /// One template; so many pods of it on each node, of which so many are terminating.
    struct Pods(PodTemplate, Vec<(usize, usize)>);

    impl BoundPods for Pods {
        fn on(&self, node: NodeId) -> impl Iterator<Item = BoundPod<'_>> {
            let (all, terminating) = self.1[node.index()];
            (0..all).map(move |number| BoundPod {
                pod: PodId(number as u32),
                serial: number as u64,
                template: &self.0,
                started: SimTime::START,
                is_terminating: number < terminating,
                is_being_preempted: false,
            })
        }
    }

    fn pod(min_domains: Option<i64>) -> PodTemplate {
        let labels = Labels::from([("app".to_owned(), "web".to_owned())]);
        let constraint = SpreadConstraint {
            max_skew: 1,
            topology_key: ZONE.to_owned(),
            when_unsatisfiable: WhenUnsatisfiable::DoNotSchedule,
            selector: Some(Selector::labels(&labels)),
            match_label_keys: Vec::new(),
            min_domains,
            node_affinity_policy: InclusionPolicy::Honor,
            node_taints_policy: InclusionPolicy::Ignore,
        };
        let placement = Placement { spread: vec![constraint], ..Placement::default() };
        PodTemplate::new(PodSpec { labels, placement, ..PodSpec::default() })
    }

    /// Nodes in zones a, b and none.
    fn nodes() -> NodeColumns {
        let zones = [Some("a"), Some("b"), None];
        NodeColumns::new(&zones.map(|zone| {
            let mut node = Node::new("node", Room::default());
            node.labels.extend(zone.map(|zone| (ZONE.to_owned(), zone.to_owned())));
            node
        }))
    }

    fn refusals(
        min_domains: Option<i64>,
        on_nodes: [(usize, usize); 3],
        gone: usize,
    ) -> Vec<Option<NodeRefusal>> {
        let (nodes, pod) = (nodes(), pod(min_domains));
        let spread = Spread::of(&pod, &Profile::default(), &nodes, &Peers::default());
        let counting = Counting { nodes: &nodes, pod: &pod, allowed: None };
        let pods = Pods(pod.clone(), on_nodes.to_vec());
        let mut counts = SpreadCounts::count(&spread.hard, &counting, &pods);
        let change = Change { constraints: &spread.hard, counting: &counting, node: NodeId(0), pod: &pod };
        (0..gone).for_each(|_| counts.change(&change, -1));
        nodes.ids().map(|node| counts.refuses(&spread.hard, &nodes, node)).collect()
    }

    #[test]
    fn one_more_than_the_emptiest_domain_is_enough() {
        use NodeRefusal::{Skew, SpreadKeyMissing};
        // a has 2, b has 1: one more in a makes 3 against 1.
        assert_eq!(refusals(None, [(2, 0), (1, 0), (9, 0)], 0), [Some(Skew), None, Some(SpreadKeyMissing)]);
        // Two domains, three are asked for: as if an empty one were there.
        assert_eq!(refusals(Some(3), [(2, 0), (1, 0), (0, 0)], 0)[1], Some(Skew));
    }

    #[test]
    fn a_terminating_pod_does_not_count_but_its_going_does() {
        use NodeRefusal::Skew;
        // a has 3, of which 1 is terminating: 2 count. b has 1.
        assert_eq!(refusals(None, [(3, 1), (1, 0), (0, 0)], 0)[0], Some(Skew));
        // All three taken off, as preemption would: 2 - 3 = -1 are left, and b is two too full.
        assert_eq!(refusals(None, [(3, 1), (1, 0), (0, 0)], 3)[..2], [None, Some(Skew)]);
    }
}
