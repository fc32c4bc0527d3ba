//! InterPodAffinity: the more a pod, and those that are there, would like it on a node, the better.
//!
//! Source: kubernetes `pkg/scheduler/framework/plugins/interpodaffinity/scoring.go` (1.34).

use super::MAX_SCORE;
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate, PodTerm, TopologyId};
use crate::scheduling::facts::{BoundPods, Facts};
use crate::scheduling::neighbors::{DomainSums, Neighbors};
use crate::scheduling::profile::Profile;
use crate::scheduling::remembered::Remembered;

/// How welcome a pod is, domain by domain.
pub struct Welcome(DomainSums);

impl Welcome {
    /// Absent: nobody has a wish that touches the pod, and it is not scored.
    pub fn count<P: BoundPods>(
        facts: &Facts<'_, P>,
        profile: &Profile,
        neighbors: &Neighbors,
        pod: &PodTemplate,
    ) -> Option<Welcome> {
        let nodes = facts.nodes;
        let has_wishes = !neighbors.preferred.is_empty();
        let only_own = profile.ignore_preferred_terms_of_existing_pods;
        if !has_wishes && (only_own || !nodes.has_affine_pods()) {
            return None;
        }
        let (mut sums, mut known, mut is_touched) = (DomainSums::default(), Remembered::default(), false);
        let matters = |node: &NodeId| has_wishes || nodes.affine_pods[node.index()] > 0;
        for node in nodes.ids().filter(matters) {
            for there in facts.pods.on(node) {
                let touches =
                    known.of(there.template, |there| touches(there, profile, neighbors, pod, nodes));
                for (topology, weight) in touches {
                    is_touched |= nodes.topologies.domain(*topology, node).is_some();
                    sums.add(nodes, node, *topology, *weight);
                }
            }
        }
        is_touched.then_some(Welcome(sums))
    }

    /// Between the least and the most welcome, in float64 as in Kubernetes; where all are equal, nothing.
    pub fn scores(&self, nodes: &NodeColumns, feasible: &[NodeId]) -> Vec<i64> {
        let raw: Vec<i64> = feasible.iter().map(|node| self.0.all_at(nodes, *node).sum()).collect();
        let (least, most) = (raw.iter().min().copied().unwrap_or(0), raw.iter().max().copied().unwrap_or(0));
        let share = |raw: &i64| (raw - least) as f64 / (most - least) as f64;
        let score = |raw| if most > least { (MAX_SCORE as f64 * share(raw)) as i64 } else { 0 };
        raw.iter().map(score).collect()
    }
}

/// What one pod that is there does to the welcome of its domains.
fn touches(
    there: &PodTemplate,
    profile: &Profile,
    neighbors: &Neighbors,
    pod: &PodTemplate,
    nodes: &NodeColumns,
) -> Vec<(TopologyId, i64)> {
    let own = neighbors.preferred.iter().filter(|(_, term)| term.matches(there));
    let own = own.filter_map(|(weight, term)| Some((term.topology?, *weight)));
    let (wanted, unwanted) = (&there.spec.placement.affinity, &there.spec.placement.anti_affinity);
    let required = wanted.required.iter().map(|term| (profile.hard_pod_affinity_weight, term));
    let required = required.filter(|(weight, _)| *weight > 0);
    let liked = wanted.preferred.iter().map(|wish| (wish.weight, &wish.term));
    let disliked = unwanted.preferred.iter().map(|wish| (-wish.weight, &wish.term));
    let theirs = required.chain(liked).chain(disliked);
    let theirs = theirs.filter(|(_, term): &(i64, &PodTerm)| neighbors.is_meant(pod, term, there));
    let theirs = theirs.filter_map(|(weight, term)| Some((nodes.topologies.id(&term.topology_key)?, weight)));
    own.chain(theirs).collect()
}
