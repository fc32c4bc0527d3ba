//! Floor 2: which node a pod gets.
//!
//! What: the [`queue`] of pods that wait, the nodes that can take one
//! ([`filter`]), the best of them ([`score`]), and whom to preempt where there is none ([`preemption`]).
//! Never: a binding (the engine binds), the use of memory (the scheduler does
//! not look at it), pressure but by its taint, chance (whoever asks draws among equals).
//! Next: [`schedule`], one decision from queue to node; [`ask`], what can be known before it.

pub mod ask;
pub mod cycle;
pub mod facts;
pub mod filter;
pub mod index;
pub mod neighbors;
pub mod preemption;
pub mod profile;
pub mod queue;
pub mod remembered;
pub mod sampling;
pub mod score;
pub mod spread;

pub use ask::Ask;
pub use cycle::Cycle;
pub use facts::{BoundPod, BoundPods, Facts, Nobody, Nominated};
pub use filter::{Code, NodeRefusal, Refusal, RefusalReason};
pub use preemption::{Candidate, InVain, Ineligible, Preemption, Victim, preempt};
pub use profile::{FitKind, FitStrategy, Plugin, PluginSet, Profile, ResourceName, ShapePoint, Weighted};
pub use queue::{Backoff, ClusterEvent, NodeFacts, Queue};
pub use sampling::{Search, SearchFrom, search};
pub use score::{PluginScores, Scores};

use crate::ground::{NodeId, PodId};

/// What came of one try to find a node for a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// The nodes that are as good as any, in the order of their ids; kube-scheduler draws one. None: the pod fits nowhere.
    pub best: Vec<NodeId>,
    /// Their total; absent where only one node passes: then nobody is scored, as in kube-scheduler.
    pub score: Option<i64>,
    pub search: Search,
}

/// Looks for the best node for a pod, by all that is known now.
pub fn schedule<P: BoundPods>(facts: Facts<'_, P>, ask: &Ask<'_>, pod: PodId, from: SearchFrom) -> Attempt {
    let cycle = Cycle::prepare(facts, ask, pod);
    let search = search(&cycle, from);
    if search.feasible.len() <= 1 {
        return Attempt { best: search.feasible.clone(), score: None, search };
    }
    let totals = Scores::of(&cycle, &search.feasible).totals;
    let highest = totals.iter().copied().max();
    let all = search.feasible.iter().zip(totals);
    let best = all.filter(|(_, total)| Some(*total) == highest).map(|(node, _)| *node).collect();
    Attempt { best, score: highest, search }
}
