//! What came of a run, counted: the numbers of its row in `runs`.
//!
//! What: sums over records, so that each can be rebuilt from the other tables.
//! Never: an estimate, or a mean over runs. Next: [`super::ledger`], which counts.

use crate::engine::record::{EndReason, OomCause};
use crate::ground::{Bytes, SimDuration, SimTime};
use crate::model::QosClass;

/// Counts and first instants of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub pods_created: u64,
    pub pods_bound: u64,
    pub pods_completed: u64,
    pub pods_failed: u64,
    pub pods_evicted: u64,
    pub pods_rejected: u64,
    pub pods_deleted: u64,
    pub pods_still_running: u64,
    pub pods_still_pending: u64,
    /// By class, in the order of [`QosClass::ALL`].
    pub evictions: [u64; QosClass::ALL.len()],
    pub evictions_soft: u64,
    pub evictions_innocent: u64,
    pub passes_without_victim: u64,
    pub oom_kills_container_limit: u64,
    pub oom_kills_pod_limit: u64,
    pub oom_kills_pods_limit: u64,
    pub oom_kills_node_capacity: u64,
    pub restarts: u64,
    pub node_pressure: SimDuration,
    pub first_pressure: Option<SimTime>,
    pub first_eviction: Option<SimTime>,
    pub first_oom_kill: Option<SimTime>,
    pub lost_emptydir: Bytes,
    pub deletions: u64,
    pub preemptions: u64,
    pub pods_preempted: u64,
    pub probe_failures: u64,
    pub kills_by_probe: u64,
}

impl Counts {
    pub fn all_evictions(&self) -> u64 {
        self.evictions.iter().sum()
    }

    pub fn evictions_of(&self, class: QosClass) -> u64 {
        self.evictions[class as usize]
    }

    pub fn oom_kills(&self) -> u64 {
        self.oom_kills_container_limit
            + self.oom_kills_pod_limit
            + self.oom_kills_pods_limit
            + self.oom_kills_node_capacity
    }

    pub(super) fn count_end(&mut self, reason: EndReason) {
        let count = match reason {
            EndReason::Completed => &mut self.pods_completed,
            EndReason::Failed => &mut self.pods_failed,
            EndReason::Evicted => &mut self.pods_evicted,
            EndReason::Rejected => &mut self.pods_rejected,
            EndReason::Deleted => &mut self.pods_deleted,
            EndReason::Preempted => &mut self.pods_preempted,
            EndReason::StillRunning => &mut self.pods_still_running,
            EndReason::StillPending => &mut self.pods_still_pending,
        };
        *count += 1;
    }

    pub(super) fn count_oom_kill(&mut self, now: SimTime, cause: OomCause) {
        self.first_oom_kill.get_or_insert(now);
        let count = match cause {
            OomCause::ContainerLimit => &mut self.oom_kills_container_limit,
            OomCause::PodLimit => &mut self.oom_kills_pod_limit,
            OomCause::PodsLimit => &mut self.oom_kills_pods_limit,
            OomCause::NodeCapacity => &mut self.oom_kills_node_capacity,
        };
        *count += 1;
    }
}
