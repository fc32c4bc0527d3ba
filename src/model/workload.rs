//! Workloads: where pods come from, and who makes new ones.

/// A named source of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    pub name: String,
    pub controller: Controller,
}

/// Who looks after a workload's pods when they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// Nobody: a bare Pod that is gone is gone.
    Nobody,
    /// A ReplicaSet: every pod that ends, however it ends, is replaced.
    ReplicaSet,
    /// A Job: a pod that fails is replaced, at most `backoff_limit` times.
    Job { backoff_limit: u32 },
    /// Somebody who wants each pod to succeed: one that fails is replaced at once, however often. No
    /// controller of Kubernetes' own is so impatient (a Job waits longer each time); operators are.
    Operator,
}

impl Controller {
    /// The API's word for it, where it has one.
    pub fn kind(self) -> &'static str {
        match self {
            Controller::Nobody => "Pod",
            Controller::ReplicaSet => "ReplicaSet",
            Controller::Job { .. } => "Job",
            Controller::Operator => "Operator",
        }
    }
}

/// Which of a workload's pods: each arrival has a place of its own, and each
/// pod that replaces another takes its place as the next generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replica {
    /// From 0, in order of arrival.
    pub ordinal: u32,
    /// From 0: how many pods stood here before.
    pub generation: u32,
}
