//! Floor 2: which node a pod gets.
//!
//! What: the pods that are [`waiting`], the nodes that can take one
//! ([`filter`]), and the best of them ([`score`]).
//! Never: a binding (the engine binds), the use of memory (the scheduler does
//! not look at it), pressure but by its taint.
//! Next: [`place`], one decision from queue to node; [`queue`], kube-scheduler's own,
//! which takes the place of [`waiting`].

pub mod filter;
pub mod index;
pub mod profile;
pub mod queue;
pub mod score;
pub mod waiting;

pub use filter::{Refusal, RefusalReason};
pub use profile::{FitKind, FitStrategy, Plugin, PluginSet, Profile, ResourceName, ShapePoint, Weighted};
pub use queue::{Backoff, ClusterEvent, NodeFacts, Queue};
pub use waiting::Waiting;

use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate};

/// The node that the scheduler gives a pod: the best score among those that
/// pass all filters, the first in the scenario's order among equals (fidelity
/// F-6: kube-scheduler draws). `None`: no node passes.
pub fn place(nodes: &NodeColumns, pod: &PodTemplate) -> Option<NodeId> {
    let feasible: Vec<NodeId> = nodes.ids().filter(|node| filter::passes(nodes, *node, pod)).collect();
    match feasible[..] {
        [] => None,
        [only] => Some(only), // Nobody is scored, as in kube-scheduler.
        _ => Some(score::best(nodes, &feasible, pod)),
    }
}
