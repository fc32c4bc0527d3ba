//! Pods that the API is asked to delete: by the control plane, or by the scheduler that preempts them.
//!
//! What: their controller hears of it at once; their kubelet stops them, when it hears of it.
//! Never: who is deleted: [`crate::workloads::unreachable`] and [`crate::scheduling`] decide that.
//! Next: `on_stop`, how a pod stops.

use super::on_outage::Contact;
use super::pod_row::Stage;
use super::record::{EndReason, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::ground::PodId;
use crate::lifecycle::{PodCondition, Truth};

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// Asks for the deletion of a pod that has a node; `reason` is what it ends for, if nothing ends it before.
    pub(super) fn delete(&mut self, pod: PodId, reason: EndReason) {
        let silenced = self.pods.new_ticket(pod);
        let row = &mut self.pods[pod];
        row.deletion = Some(reason);
        row.toleration_ticket = silenced; // It is not deleted twice.
        let (name, node) = (row.name, row.its_node());
        let is_heard = self.nodes[node.index()].contact == Contact::Heard;
        // What is known to have been told to stop ends for that.
        let ends_for = match self.pods[pod].stage {
            Stage::Stopping(own) if is_heard => own,
            _ => reason,
        };
        self.show_condition(pod, PodCondition::DisruptionTarget, Truth::True);
        self.replace(name, ends_for);
        if is_heard {
            self.hear_of_deletion(pod, reason);
        }
    }

    /// Its kubelet hears that a pod is deleted.
    pub(super) fn hear_of_deletion(&mut self, pod: PodId, reason: EndReason) {
        match self.pods[pod].stage {
            Stage::Unheard => self.end_pod(pod, reason), // It was never there.
            Stage::Pulling | Stage::Alive => {
                self.show(pod);
                self.stop(pod, self.pods[pod].own_grace_period(), reason);
            }
            Stage::Stopping(_) => self.show(pod), // It ends for what it was told to stop for.
            Stage::Queued | Stage::Binding | Stage::Over(_) => {}
        }
    }
}
