//! The decisions of a run, in their order: what one steps through.
//!
//! What: one short fact a decision, found by making the run once. What the nodes looked like then is
//! found by making it again up to that instant ([`Inquiry::look_at`]), so nothing else is kept.
//! Never: a sentence ([`crate::report::steps`]), or who steps.
//! Next: [`super::inquiry`], one of them in full.

use super::inquiry::{Inquiry, Totals};
use crate::engine::record::{OomCause, PodName};
use crate::engine::{self, Record, Recorder};
use crate::eviction::NodeCondition;
use crate::ground::{Bytes, NodeId, SimTime};
use crate::model::ContainerIndex;

/// How many are kept: some 10 MB of them. The later ones are counted.
pub const MOST_STEPS: usize = 100_000;

/// One decision, as it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub at: SimTime,
    pub node: NodeId,
    pub what: Taken,
}

/// Which decision was taken, and about whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// By the kubelet, under pressure or for a limit of the pod's own.
    Evicted { pod: PodName },
    /// By the kernel.
    OomKilled { pod: PodName, container: ContainerIndex, cause: OomCause },
    /// By the scheduler.
    Preempted { pod: PodName, preemptor: PodName },
    /// By the kubelet, at the door.
    Rejected { pod: PodName },
    /// By the kubelet, for the so many-th time.
    Restarted { pod: PodName, container: ContainerIndex, restarts: u32 },
    /// What the node reports, and to whom it is closed.
    ConditionTurned { condition: NodeCondition, holds: bool },
}

/// The decisions of a run, and what came of it.
#[derive(Clone, Debug)]
pub struct Steps {
    /// In the order of events; at most [`MOST_STEPS`].
    pub steps: Vec<Step>,
    /// How many more there were.
    pub untold: u64,
    evictions: u64,
    oom_kills: u64,
    /// By [`NodeId`]: the least memory that the node ever had left.
    least_available: Vec<Bytes>,
}

impl Steps {
    /// Makes the run, and keeps its decisions.
    pub fn of(inquiry: &Inquiry<'_>) -> Steps {
        let nodes = &inquiry.setting.nodes;
        let steps = Steps {
            steps: Vec::new(),
            untold: 0,
            evictions: 0,
            oom_kills: 0,
            least_available: nodes.iter().map(|node| node.node.capacity.memory).collect(),
        };
        engine::run(&inquiry.setting, inquiry.source(), steps)
    }

    /// What came of the whole run, as a finding on this node tells it.
    pub fn totals(&self, node: NodeId) -> Totals {
        Totals {
            evictions: self.evictions,
            oom_kills: self.oom_kills,
            least_available: self.least_available[node.index()],
        }
    }

    /// The first decision after an instant.
    pub fn first_after(&self, at: SimTime) -> Option<usize> {
        let place = self.steps.partition_point(|step| step.at <= at);
        (place < self.steps.len()).then_some(place)
    }

    /// The last decision at an instant or before.
    pub fn last_until(&self, at: SimTime) -> Option<usize> {
        self.steps.partition_point(|step| step.at <= at).checked_sub(1)
    }

    fn take(&mut self, step: Step) {
        match step.what {
            Taken::Evicted { .. } => self.evictions += 1,
            Taken::OomKilled { .. } => self.oom_kills += 1,
            Taken::Preempted { .. }
            | Taken::Rejected { .. }
            | Taken::Restarted { .. }
            | Taken::ConditionTurned { .. } => {}
        }
        if self.steps.len() < MOST_STEPS {
            self.steps.push(step);
        } else {
            self.untold += 1;
        }
    }
}

impl Recorder for Steps {
    fn record(&mut self, now: SimTime, record: Record<'_>) {
        if let Record::NodeEnded(end) = record {
            let left = &mut self.least_available[end.node.index()];
            *left = left.saturating_sub(end.peak_working_set);
        }
        if let Some((node, what)) = taken(record) {
            self.take(Step { at: now, node, what });
        }
    }
}

/// The decision that a record tells of, if it does.
fn taken(record: Record<'_>) -> Option<(NodeId, Taken)> {
    match record {
        Record::Evicted(eviction) => Some((eviction.node, Taken::Evicted { pod: eviction.pod })),
        Record::OomKilled(kill) => {
            let (pod, container, cause) = (kill.pod, kill.container, kill.cause);
            Some((kill.node, Taken::OomKilled { pod, container, cause }))
        }
        Record::Preempted(preemption) => {
            let (pod, preemptor) = (preemption.pod, preemption.preemptor);
            Some((preemption.node, Taken::Preempted { pod, preemptor }))
        }
        Record::PodRejected { pod, node, .. } => Some((node, Taken::Rejected { pod })),
        Record::ContainerStarted { pod, node, container, restarts } if restarts > 0 => {
            Some((node, Taken::Restarted { pod, container, restarts }))
        }
        Record::ConditionChanged { node, condition, holds } => {
            Some((node, Taken::ConditionTurned { condition, holds }))
        }
        _ => None,
    }
}
