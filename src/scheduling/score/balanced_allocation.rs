//! NodeResourcesBalancedAllocation: the more evenly a node's resources are taken, the better.
//!
//! True requests count, without defaults. In float64, as Kubernetes computes it: the one
//! score whose last step is not an integer's.
//! Source: kubernetes `pkg/scheduler/framework/plugins/noderesources` (1.34).

use super::MAX_SCORE;
use super::counted::{Counted, Requests};
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate};
use crate::scheduling::profile::Profile;

/// What of a pod and its profile this score counts.
#[derive(Clone, Debug, Default)]
pub struct Balance(Vec<(Counted, u64)>);

impl Balance {
    /// Absent: the pod requests nothing of these resources, and is not scored.
    pub fn of(profile: &Profile, pod: &PodTemplate, nodes: &NodeColumns) -> Option<Balance> {
        let counted = |resource| Counted::of(resource, Requests::True, pod, nodes);
        let counted: Vec<(Counted, u64)> = profile.balanced.iter().filter_map(counted).collect();
        let asks_for_any = counted.iter().any(|(_, request)| *request > 0);
        asks_for_any.then_some(Balance(counted))
    }

    #[inline]
    pub fn at(&self, nodes: &NodeColumns, node: NodeId) -> i64 {
        let deviation = match self.0[..] {
            // By far the most frequent case needs no list.
            [one, other] => match (taken(one, nodes, node), taken(other, nodes, node)) {
                (Some(one), Some(other)) => ((one - other) / 2.0).abs(),
                (_, _) => 0.0,
            },
            _ => self.deviation(nodes, node),
        };
        ((1.0 - deviation) * MAX_SCORE as f64) as i64
    }

    /// The standard deviation of the shares that are taken, summed up in their order.
    fn deviation(&self, nodes: &NodeColumns, node: NodeId) -> f64 {
        let shares: Vec<f64> = self.0.iter().filter_map(|one| taken(*one, nodes, node)).collect();
        match shares[..] {
            [] | [_] => 0.0,
            [one, other] => ((one - other) / 2.0).abs(),
            _ => {
                let count = shares.len() as f64;
                let mean = shares.iter().fold(0.0, |sum, share| sum + share) / count;
                let squares = shares.iter().fold(0.0, |sum, share| sum + (share - mean) * (share - mean));
                libm::sqrt(squares / count)
            }
        }
    }
}

/// The share of a resource that is taken with the pod; absent: the node has none of it.
#[inline]
fn taken((resource, request): (Counted, u64), nodes: &NodeColumns, node: NodeId) -> Option<f64> {
    let allocatable = resource.allocatable(nodes, node);
    let used = resource.taken(Requests::True, nodes.sums(node)).saturating_add(request);
    (allocatable > 0).then(|| (used as f64 / allocatable as f64).min(1.0))
}
