//! What came of a run, counted whether anybody listens or not.

use super::record::EndReason;

/// Counts over a whole run; they cost an addition each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events that happened, overtaken ones among them.
    pub events: u64,
    /// Looks of kubelets at their nodes.
    pub passes: u64,
    /// Changes of a straight piece of memory to the next.
    pub turns: u64,
    pub pods: u64,
    /// Pods that got a node.
    pub placements: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub evictions: u64,
    pub oom_kills: u64,
    pub rejected: u64,
    pub deleted: u64,
    /// Pods deleted by the scheduler, for more important ones.
    pub preemptions: u64,
    /// Pods that were running at once, at most.
    pub peak_running: u64,
    /// Pods that were running when the run ended.
    pub running: u64,
    /// Pods that had no node when the run ended.
    pub unscheduled: u64,
}

impl Totals {
    pub(super) fn pod_runs(&mut self) {
        self.running += 1;
        self.peak_running = self.peak_running.max(self.running);
    }

    pub(super) fn pod_ends(&mut self, reason: EndReason, was_running: bool) {
        self.running -= u64::from(was_running);
        match reason {
            EndReason::Completed => self.succeeded += 1,
            EndReason::Failed => self.failed += 1,
            EndReason::Rejected => self.rejected += 1,
            EndReason::Deleted => self.deleted += 1,
            // These two are counted when they are decided.
            EndReason::Evicted | EndReason::Preempted | EndReason::StillRunning | EndReason::StillPending => {
            }
        }
    }
}
