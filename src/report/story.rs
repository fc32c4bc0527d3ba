//! A run's story, as far as a person wants it: what [`super::summary`] tells.
//!
//! What: the counts, all victims in order, and the first few evictions, preemptions
//! and OOM kills in full.
//! Never: everything; that is what the tables are for. Next: [`super::ledger`].

use super::counts::Counts;
use super::lifeline::Lives;
use super::strata::Strata;
use crate::engine::record::{OomCause, Ranked};
use crate::engine::{RestartScope, UnreachablePhase};
use crate::eviction::{Observation, Starved, Threshold};
use crate::experiment::measures::Measure;
use crate::experiment::tally::Tally;
use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime, WorkloadId};
use crate::model::{QosClass, Replica};

/// How many evictions, preempted pods and OOM kills are kept in full.
pub const TOLD_IN_FULL: usize = 10;

/// One run of one replication.
#[derive(Clone, Debug)]
pub struct RunStory {
    pub run: String,
    pub replication: u32,
    pub rules: &'static str,
    pub eviction_order: &'static str,
    pub restart_scope: RestartScope,
    pub unreachable_phase: UnreachablePhase,
    pub nodes: u64,
    pub horizon: SimTime,
    pub counts: Counts,
    pub overcommit: Overcommit,
    /// All of them, in order of time; none in later replications, which nobody compares.
    pub victims: Vec<Victim>,
    /// The first [`TOLD_IN_FULL`].
    pub evictions: Vec<EvictionStory>,
    /// The first [`TOLD_IN_FULL`] pods that went.
    pub preemptions: Vec<PreemptionStory>,
    /// The first [`TOLD_IN_FULL`].
    pub oom_kills: Vec<OomStory>,
    /// Of the first replication, if lives were wanted.
    pub lives: Option<Lives>,
    /// The memory of the first nodes over time; likewise.
    pub strata: Vec<Strata>,
}

/// What "overcommit" may mean, always together: each is a share, or unknown. Memory alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overcommit {
    /// [`Measure::RequestsToAllocatable`].
    pub requests: Option<f64>,
    /// [`Measure::LimitsToAllocatable`].
    pub limits: Option<f64>,
    /// [`Measure::UnlimitedShare`].
    pub unlimited: Option<f64>,
    /// [`Measure::UseToCapacity`].
    pub used: Option<f64>,
    /// [`Measure::PeakUseToCapacity`].
    pub peak: Option<f64>,
}

impl Overcommit {
    pub fn of(run: &Tally) -> Overcommit {
        Overcommit {
            requests: Measure::RequestsToAllocatable.of(run),
            limits: Measure::LimitsToAllocatable.of(run),
            unlimited: Measure::UnlimitedShare.of(run),
            used: Measure::UseToCapacity.of(run),
            peak: Measure::PeakUseToCapacity.of(run),
        }
    }
}

/// Who was evicted, by a name that is the same in every run of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victim {
    pub time: SimTime,
    pub node: String,
    pub pod: String,
    pub workload: WorkloadId,
    pub replica: Replica,
}

/// An eviction in full.
#[derive(Clone, Debug)]
pub struct EvictionStory {
    pub time: SimTime,
    pub node: String,
    /// What was acted on, and what was seen; absent if the pod went for a limit of its own.
    pub threshold: Option<(Threshold, Observation)>,
    pub starved: Starved,
    pub innocent: Option<bool>,
    /// The victim's place in `ranking`.
    pub victim: usize,
    /// The whole ranking for the first eviction of a run; up to the place after the victim for the others.
    pub ranking: Vec<Place>,
    /// How many were ranked.
    pub candidates: u64,
}

/// One place of a ranking.
#[derive(Clone, Debug)]
pub struct Place {
    pub pod: String,
    pub ranked: Ranked,
}

/// A pod that was preempted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreemptionStory {
    /// Its place among those that went for the same pod at once, from 0.
    pub place: u32,
    pub time: SimTime,
    pub node: String,
    pub pod: String,
    pub qos: QosClass,
    pub priority: i32,
    pub cpu_request: MilliCpu,
    pub memory_request: Bytes,
    pub working_set: Bytes,
    pub grace_period: SimDuration,
    pub victims: u32,
    pub budget_violations: u32,
    pub preemptor: String,
    pub preemptor_priority: i32,
}

/// An OOM kill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OomStory {
    pub time: SimTime,
    pub node: String,
    pub pod: String,
    pub container: String,
    pub cause: OomCause,
    pub limit: Bytes,
    pub working_set: Bytes,
}
