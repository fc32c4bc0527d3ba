//! Which of the feasible nodes is best: what each plugin gives, weighed and added up.
//!
//! What: one file a plugin. Signed 64-bit integers with truncating division; float64 only where
//! Kubernetes has it. Never: a node that is not feasible, ties (the caller has them).
//! Source: kubernetes `pkg/scheduler/framework/plugins` (1.34).

pub mod balanced_allocation;
pub mod counted;
pub mod image_locality;
pub mod inter_pod_affinity;
pub mod node_affinity;
pub mod resources_fit;
pub mod taint_toleration;
pub mod topology_spread;

use super::cycle::Cycle;
use super::facts::BoundPods;
use super::profile::Plugin;
use crate::ground::NodeId;
use inter_pod_affinity::Welcome;

/// The highest score a plugin gives, before its weight.
pub const MAX_SCORE: i64 = 100;

/// What the feasible nodes get, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// Of the plugins that have something to say, in the order of [`Plugin::ALL`].
    pub plugins: Vec<PluginScores>,
    pub totals: Vec<i64>,
}

/// What one plugin gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginScores {
    pub plugin: Plugin,
    /// After normalisation, times the plugin's weight.
    pub weighted: Vec<i64>,
}

impl Scores {
    pub fn of<P: BoundPods>(cycle: &Cycle<'_, P>, feasible: &[NodeId]) -> Scores {
        let profile = cycle.ask.profile;
        let mut scores = Scores { plugins: Vec::new(), totals: vec![0; feasible.len()] };
        for plugin in Plugin::ALL.into_iter().filter(|plugin| profile.weight(*plugin) != 0) {
            let Some(mut weighted) = of_plugin(plugin, cycle, feasible) else { continue };
            weighted.iter_mut().for_each(|score| *score *= profile.weight(plugin));
            scores.totals.iter_mut().zip(&weighted).for_each(|(total, score)| *total += score);
            scores.plugins.push(PluginScores { plugin, weighted });
        }
        scores
    }
}

/// What a plugin gives, normalised; absent: it has nothing to say of this pod.
fn of_plugin<P: BoundPods>(plugin: Plugin, cycle: &Cycle<'_, P>, feasible: &[NodeId]) -> Option<Vec<i64>> {
    let (facts, ask) = (&cycle.facts, cycle.ask);
    let nodes = facts.nodes;
    match plugin {
        Plugin::NodeUnschedulable | Plugin::NodeName | Plugin::NodePorts => None,
        Plugin::TaintToleration => Some(taint_toleration::scores(nodes, &ask.pod, feasible)),
        Plugin::NodeAffinity => {
            ask.fulfilled.as_deref().map(|fulfilled| node_affinity::scores(fulfilled, feasible))
        }
        Plugin::NodeResourcesFit => Some(feasible.iter().map(|node| ask.fit_score(nodes, *node)).collect()),
        Plugin::PodTopologySpread => {
            topology_spread::scores(&ask.spread, &ask.counting(nodes), facts.pods, feasible)
        }
        Plugin::InterPodAffinity => Welcome::count(facts, ask.profile, &ask.neighbors, &ask.pod)
            .map(|welcome| welcome.scores(nodes, feasible)),
        Plugin::NodeResourcesBalancedAllocation => {
            let balance = ask.balance.as_ref()?;
            Some(feasible.iter().map(|node| balance.at(nodes, *node)).collect())
        }
        Plugin::ImageLocality => Some(feasible.iter().map(|node| ask.image_score(*node)).collect()),
    }
}

/// In proportion to the most that anyone has.
fn more_is_better(mut raw: Vec<i64>) -> Vec<i64> {
    let most = raw.iter().copied().max().unwrap_or(0);
    raw.iter_mut().for_each(|raw| *raw = if most == 0 { 0 } else { MAX_SCORE * *raw / most });
    raw
}

/// The other way round: nothing is worth all.
fn fewer_is_better(raw: Vec<i64>) -> Vec<i64> {
    more_is_better(raw).into_iter().map(|share| MAX_SCORE - share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_normalised_is_truncated_before_it_is_turned_round() {
        assert_eq!(more_is_better(vec![1, 3, 0]), [33, 100, 0]);
        assert_eq!(fewer_is_better(vec![1, 3, 0]), [67, 0, 100]);
        assert_eq!(more_is_better(vec![0, 0]), [0, 0]);
        assert_eq!(fewer_is_better(vec![0, 0]), [100, 100]);
    }
}
