//! The scheduler's turn: pods get their nodes, and kubelets take or refuse them.

use super::event::Event;
use super::on_outage::Contact;
use super::pod_row::Stage;
use super::record::{EndReason, Record, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::eviction::admit;
use crate::ground::{NodeId, PodId};
use crate::lifecycle::{PodCondition, Truth};
use crate::scheduling::{filter, score};

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
        while let Some(queued) = self.queue.next() {
            match self.best_node(queued.pod) {
                Some(node) => {
                    self.queue.take(&queued);
                    self.bind(queued.pod, node);
                }
                None => {
                    if self.queue.refuse(&queued) {
                        self.tell_unschedulable(queued.pod);
                    }
                }
            }
        }
        for pod in self.queue.newcomers_left() {
            self.tell_unschedulable(pod);
        }
    }

    fn best_node(&mut self, pod: PodId) -> Option<NodeId> {
        let template = &self.pods[pod].template;
        let columns = &self.columns;
        let scores = self.index.scores(template, |node| {
            filter::passes(columns, node, template).then(|| {
                (score::least_allocated(columns, node, template)
                    + score::balanced_allocation(columns, node, template)) as u16
            })
        });
        let best = scores.best()?;
        Some(scores.nth_best(best, 0))
    }

    fn tell_unschedulable(&mut self, pod: PodId) {
        if R::LISTENS {
            let row = &self.pods[pod];
            let refusals = filter::refusals(&self.columns, &row.template);
            let name = row.name;
            self.tell(Record::PodUnschedulable { pod: name, refusals: &refusals });
            self.show_condition(pod, PodCondition::PodScheduled, Truth::False);
        }
    }

    fn bind(&mut self, pod: PodId, node: NodeId) {
        self.totals.placements += 1;
        let on_node = &mut self.nodes[node.index()];
        let row = &mut self.pods[pod];
        row.bind(node, self.setting.nodes[node.index()].node.capacity.memory, self.now);
        row.slot = on_node.pods.len() as u32;
        on_node.pods.push(pod);
        on_node.limited_pods += u32::from(row.template.limits_storage);
        self.columns.bind(node, &row.template);
        self.index.node_changed(node);
        on_node.tally.pod_is_bound(&self.columns.bound[node.index()]);
        let name = row.name;
        self.tell(Record::PodBound { pod: name, node });
        self.show_condition(pod, PodCondition::PodScheduled, Truth::True);
        match self.nodes[node.index()].contact {
            Contact::Heard => self.admit(pod),
            Contact::Silent => self.pods[pod].stage = Stage::Unheard,
            Contact::Unreachable => {
                self.pods[pod].stage = Stage::Unheard;
                self.plan_toleration(pod);
            }
        }
    }

    /// Its kubelet hears of a pod, and takes it or refuses it.
    pub(super) fn admit(&mut self, pod: PodId) {
        let row = &self.pods[pod];
        let (name, node) = (row.name, row.its_node());
        let conditions = self.nodes[node.index()].conditions;
        if admit(&row.template, conditions).is_ok() {
            self.begin_pulling(pod);
        } else {
            self.nodes[node.index()].tally.rejections += 1;
            self.tell(Record::PodRejected { pod: name, node, conditions });
            self.end_pod(pod, EndReason::Rejected);
        }
    }
}
