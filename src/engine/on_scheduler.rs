//! The scheduler's turn: pods get their nodes, and kubelets take or refuse them.

use super::event::Event;
use super::pod_row::Stage;
use super::record::{EndReason, Record, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::eviction::{NodeCondition, NodeConditions, admit};
use crate::ground::{NodeId, PodId};
use crate::model::PodTemplate;
use crate::scheduling::{self, filter};
use std::sync::Arc;

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// Lets the scheduler run now, if anybody is to be tried.
    pub(super) fn plan_scheduler(&mut self) {
        if !self.scheduler_is_due && self.queue.is_active() {
            self.scheduler_is_due = true;
            self.calendar.plan(self.now, Event::SchedulerRuns, 0);
        }
    }

    pub(super) fn on_scheduler_runs(&mut self) {
        self.scheduler_is_due = false;
        // While pods are only added to nodes, what refused one pod refuses every harder one.
        let mut refused: Vec<Arc<PodTemplate>> = Vec::new();
        while let Some(queued) = self.queue.pop() {
            let template = Arc::clone(&self.pods[queued.pod].template);
            let is_hopeless = refused.iter().any(|easier| scheduling::is_no_harder(easier, &template));
            let node = if is_hopeless { None } else { scheduling::place(&self.columns, &template) };
            match node {
                Some(node) => self.bind(queued.pod, node),
                None => {
                    self.queue.refuse(queued);
                    self.tell_unschedulable(queued.pod);
                    if !is_hopeless {
                        refused.push(template);
                    }
                }
            }
        }
    }

    fn tell_unschedulable(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        if R::LISTENS && !std::mem::replace(&mut row.is_known_unschedulable, true) {
            let refusals = filter::refusals(&self.columns, &row.template);
            let pod = row.name;
            self.tell(Record::PodUnschedulable { pod, refusals: &refusals });
        }
    }

    fn bind(&mut self, pod: PodId, node: NodeId) {
        let on_node = &mut self.nodes[node.index()];
        let row = &mut self.pods[pod];
        row.node = Some(node);
        row.bound = Some(self.now);
        row.slot = on_node.pods.len() as u32;
        on_node.pods.push(pod);
        self.columns.bind(node, &row.template);
        on_node.tally.pod_is_bound(&self.columns.bound[node.index()]);
        let (name, pull_time) = (row.name, row.pull_time);
        // Memory is the only thing that runs short here (fidelity F-4).
        let conditions: NodeConditions =
            on_node.under_pressure.then_some(NodeCondition::MemoryPressure).into_iter().collect();
        let is_admitted = admit(&row.template, conditions).is_ok();
        self.tell(Record::PodBound { pod: name, node });
        if is_admitted {
            self.pods[pod].stage = Stage::Pulling;
            let pulled = self.now.after(pull_time);
            self.pods[pod].ticket = self.plan_for_pod(pod, pulled, Event::PodIsPulled { pod });
        } else {
            self.nodes[node.index()].tally.rejections += 1;
            self.tell(Record::PodRejected { pod: name, node });
            self.end_pod(pod, EndReason::Rejected);
        }
    }
}
