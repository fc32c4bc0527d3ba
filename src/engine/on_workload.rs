//! Workloads: pods arrive, and pods that ended are replaced.
//!
//! What becomes of a pod then is `on_scheduler`'s and `on_pod`'s.

use super::event::Event;
use super::pod_row::Told;
use super::record::{EndReason, PodName, Record, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::ground::{SimTime, WorkloadId};
use crate::lifecycle::Phase;
use crate::model::Replica;
use crate::workloads::{Ending, replacement_delay};
use std::collections::BTreeMap;

/// A workload while it runs.
#[derive(Debug, Default)]
pub(super) struct WorkloadRow {
    arrived: u32,
    /// By their instant and the serial of the pod that is gone.
    replacements: BTreeMap<(SimTime, u64), PodName>,
}

impl WorkloadRow {
    /// How many replacements are planned.
    pub(super) fn waiting(&self) -> usize {
        self.replacements.len()
    }
}

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn plan_arrival(&mut self, workload: WorkloadId) {
        if let Some(at) = self.source.next_arrival(workload) {
            self.calendar.plan(at, Event::PodArrives { workload }, 0);
        }
    }

    pub(super) fn on_pod_arrives(&mut self, workload: WorkloadId) {
        let row = &mut self.workloads[workload.index()];
        let replica = Replica { ordinal: row.arrived, generation: 0 };
        row.arrived += 1;
        self.make_pod(workload, replica, None);
        self.plan_arrival(workload);
    }

    pub(super) fn on_pod_is_replaced(&mut self, workload: WorkloadId) {
        let due = self.workloads[workload.index()].replacements.pop_first();
        let ((_, _), gone) = due.expect("each replacement is planned once");
        let replica = Replica { generation: gone.replica.generation + 1, ..gone.replica };
        self.make_pod(workload, replica, Some(gone));
    }

    /// Asks its controller what to do about a pod that is gone.
    pub(super) fn replace(&mut self, gone: PodName, reason: EndReason) {
        let ending = match reason {
            EndReason::Completed => Ending::Succeeded,
            EndReason::Rejected => Ending::Rejected,
            EndReason::Failed | EndReason::Evicted | EndReason::Deleted | EndReason::Preempted => {
                Ending::Failed
            }
            EndReason::StillRunning | EndReason::StillPending => unreachable!("it is gone"),
        };
        let workload = gone.workload;
        let controller = self.setting.workloads[workload.index()].controller;
        if let Some(delay) = replacement_delay(controller, ending, gone.replica.generation) {
            let at = self.now.after(delay);
            self.workloads[workload.index()].replacements.insert((at, gone.serial), gone);
            self.calendar.plan(at, Event::PodIsReplaced { workload }, 0);
        }
    }

    fn make_pod(&mut self, workload: WorkloadId, replica: Replica, replaces: Option<PodName>) {
        let draft = self.source.draft(workload, replica);
        let name = PodName { serial: self.totals.pods, workload, replica };
        self.totals.pods += 1;
        self.tell(Record::PodCreated { pod: name, template: &draft.template, replaces });
        let told = || Box::new(Told::new(replaces, self.now, draft.life.containers.len()));
        let told = R::LISTENS.then(told);
        let pod = self.pods.make(name, draft, told);
        self.tell(Record::PhaseTurned { pod: name, phase: Phase::Pending });
        self.scheduling.queue.add(pod, &self.pods[pod].template, self.now);
        self.plan_scheduler();
    }
}
