//! Nodes that nobody hears of: silent, then unreachable, then back.
//!
//! What: a silent node goes on by itself; what happens there is heard of when it answers
//! again. After the grace period the control plane calls it unreachable, and deletes its
//! Pods one by one as their tolerations end.
//! Never: how long a Pod tolerates that: [`crate::workloads::unreachable`].
//! Source: kubernetes `pkg/controller/nodelifecycle` and `pkg/controller/tainteviction` (1.32).

use super::calendar::Ticket;
use super::event::Event;
use super::pod_row::Stage;
use super::record::{EndReason, Record, Recorder};
use super::setting::UnreachablePhase;
use super::simulation::Simulation;
use super::source::Source;
use crate::eviction::NodeConditions;
use crate::ground::{NodeId, PodId, SimTime};
use crate::lifecycle::{Phase, PodCondition, Truth};
use crate::model::{Taint, TaintEffect};
use crate::workloads::unreachable::tolerates_for;

/// What the control plane hears of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    Heard,
    /// Nothing, since lately: nobody has noticed.
    Silent,
    /// Nothing for too long.
    Unreachable,
}

/// The node.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn plan_outages(&mut self, node: NodeId) {
        for outage in &self.setting.nodes[node.index()].node.outages {
            self.calendar.plan(outage.from, Event::NodeFallsSilent { node }, 0);
            self.calendar.plan(outage.until, Event::NodeAnswers { node }, 0);
        }
    }

    pub(super) fn on_node_falls_silent(&mut self, node: NodeId) {
        let row = &mut self.nodes[node.index()];
        row.contact = Contact::Silent;
        row.outages += 1;
        let unreachable = self.now.after(self.setting.control_plane.node_monitor_grace_period);
        let outage = row.outages;
        self.calendar.plan(unreachable, Event::NodeIsUnreachable { node }, outage);
    }

    pub(super) fn on_node_is_unreachable(&mut self, node: NodeId, outage: Ticket) {
        let row = &mut self.nodes[node.index()];
        if row.contact != Contact::Silent || row.outages != outage {
            return;
        }
        row.contact = Contact::Unreachable;
        self.taint_unreachable(node, true);
        self.tell(Record::NodeReadyTurned { node, status: Truth::Unknown });
        for pod in self.pods_by_age(node) {
            // What is known to have ended is not lost, nor what the API has not heard of.
            let row = &self.pods[pod];
            if !row.end_is_known && row.stage != Stage::Binding {
                self.show_as_lost(pod);
                self.plan_toleration(pod);
            }
        }
    }

    pub(super) fn on_node_answers(&mut self, node: NodeId) {
        let row = &mut self.nodes[node.index()];
        let was_unreachable = std::mem::replace(&mut row.contact, Contact::Heard) == Contact::Unreachable;
        let conditions = row.conditions;
        let before = std::mem::replace(&mut row.heard_conditions, conditions);
        if was_unreachable {
            self.taint_unreachable(node, false);
            self.tell(Record::NodeReadyTurned { node, status: Truth::True });
        }
        self.hear_conditions(node, before, conditions);
        for pod in self.pods_by_age(node) {
            self.hear_of(pod);
        }
    }

    fn taint_unreachable(&mut self, node: NodeId, is_there: bool) {
        for effect in [TaintEffect::NoSchedule, TaintEffect::NoExecute] {
            self.change_taint(node, Taint::unreachable(effect), is_there);
        }
    }

    /// The kubelet reports what conditions hold, if it can be heard.
    pub(super) fn report_conditions(&mut self, node: NodeId, conditions: NodeConditions) {
        let row = &mut self.nodes[node.index()];
        if row.contact == Contact::Heard {
            let before = std::mem::replace(&mut row.heard_conditions, conditions);
            self.hear_conditions(node, before, conditions);
        }
    }

    /// The conditions that began or ceased, with their taints.
    fn hear_conditions(&mut self, node: NodeId, before: NodeConditions, conditions: NodeConditions) {
        for condition in before.changed_to(conditions) {
            let holds = conditions.contains(condition);
            self.change_taint(node, condition.taint(), holds);
            self.tell(Record::ConditionChanged { node, condition, holds });
        }
    }

    fn pods_by_age(&self, node: NodeId) -> Vec<PodId> {
        let mut pods = self.nodes[node.index()].pods.clone();
        pods.sort_unstable_by_key(|pod| self.pods[*pod].name.serial);
        pods
    }
}

/// Its pods.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// Whether nobody hears what becomes of a pod that has a node.
    pub(super) fn is_silent(&self, pod: PodId) -> bool {
        self.pods[pod].node.is_some_and(|node| self.nodes[node.index()].contact != Contact::Heard)
    }

    pub(super) fn show_as_lost(&mut self, pod: PodId) {
        if !R::LISTENS || self.pods[pod].told().shown.phase().is_terminal() {
            return; // Only its sidecars are still being stopped.
        }
        let ready = match self.setting.control_plane.unreachable_phase {
            UnreachablePhase::AsLastSeen => Truth::False,
            UnreachablePhase::Unknown => {
                self.show_phase(pod, Phase::Unknown);
                Truth::Unknown
            }
        };
        self.show_condition(pod, PodCondition::Ready, ready);
    }

    pub(super) fn plan_toleration(&mut self, pod: PodId) {
        let row = &self.pods[pod];
        let tolerations = &row.template.spec.tolerations;
        let patience = if row.deletion.is_some() { None } else { tolerates_for(tolerations) };
        let ends = patience.map_or(SimTime::NEVER, |patience| self.now.after(patience));
        self.plan_for_pod(pod, ends, Event::TolerationEnds { pod }, |row| &mut row.toleration_ticket);
    }

    /// The control plane deletes the pod. It stays where it is until its kubelet hears of it; its
    /// controller does not wait for that.
    pub(super) fn on_toleration_ends(&mut self, pod: PodId, ticket: Ticket) {
        let Some(row) = self.pods.get_mut(pod).filter(|row| row.toleration_ticket == ticket) else { return };
        let (name, node) = (row.name, row.its_node());
        self.tell(Record::PodDeleted { pod: name, node });
        self.delete(pod, EndReason::Deleted);
    }

    /// Its node answers: what became of it meanwhile is heard of, and it of what was asked of it.
    fn hear_of(&mut self, pod: PodId) {
        let silenced = self.pods.new_ticket(pod);
        let row = &mut self.pods[pod];
        row.toleration_ticket = silenced;
        row.end_is_known = row.is_being_cleaned_up();
        match (self.pods[pod].stage, self.pods[pod].deletion) {
            (Stage::Over(reason), _) => self.bury(pod, reason),
            (Stage::Queued | Stage::Binding, _) => {}
            (_, Some(reason)) => self.hear_of_deletion(pod, reason),
            (Stage::Unheard, None) => self.admit(pod),
            (Stage::Pulling | Stage::Alive | Stage::Stopping(_), None) => self.show(pod),
        }
    }
}
