//! Preemptions: pods that had to go for more important ones.
//!
//! What: the rows of `preemptions`, and their events.
//! Never: why these and not others: that is [`crate::scheduling::preemption`].
//! Next: [`crate::report::story`], where the first of them are kept for the screen.

use super::{Ledger, Names};
use crate::engine::record::{PodName, Preemption};
use crate::ground::{Bytes, MilliCpu, NodeId, SimDuration, SimTime};
use crate::model::QosClass;
use crate::report::columns::PreemptionRow;
use crate::report::lifeline::Mark;
use crate::report::story::PreemptionStory;
use crate::report::wording::{self, Happening};
use std::io::Write;

/// A victim whose row is not written yet.
pub(super) struct PendingPreemption {
    /// Its number in the run, from 1.
    preemption: u64,
    time: SimTime,
    node: NodeId,
    pod: PodName,
    qos: QosClass,
    priority: i32,
    cpu_request: MilliCpu,
    memory_request: Bytes,
    working_set: Bytes,
    grace_period: SimDuration,
    place: u32,
    victims: u32,
    budget_violations: u32,
    preemptor: PodName,
    preemptor_priority: i32,
}

impl<N: Names, W: Write> Ledger<'_, N, W> {
    pub(super) fn on_preempted(&mut self, now: SimTime, preemption: &Preemption<'_>) {
        self.counts.preemptions += 1;
        self.sequels.await_replacement(preemption.pod);
        self.sequels.await_binding(preemption.preemptor);
        self.preemptions.push(self.pending_preemption(now, preemption));
        if let Some(live) = self.live.get_mut(&preemption.pod.serial) {
            live.is_preempted = true;
        }
        self.in_chart(preemption.pod, |line| line.terminates(now, Mark::Preempted));
        self.write_preemption_events(now, preemption);
    }

    fn pending_preemption(&self, now: SimTime, preemption: &Preemption<'_>) -> PendingPreemption {
        let (template, before) = (preemption.template, self.preemptions.last());
        let before = before.map_or(0, |victim| victim.preemption);
        PendingPreemption {
            preemption: if preemption.place == 0 { before + 1 } else { before },
            time: now,
            node: preemption.node,
            pod: preemption.pod,
            qos: template.qos,
            priority: template.priority,
            cpu_request: template.cpu_request,
            memory_request: template.memory_request,
            working_set: preemption.working_set,
            grace_period: preemption.grace_period,
            place: preemption.place,
            victims: preemption.victims,
            budget_violations: preemption.budget_violations,
            preemptor: preemption.preemptor,
            preemptor_priority: preemption.preemptor_template.priority,
        }
    }

    pub(super) fn preemption_story(&self, victim: &PendingPreemption) -> PreemptionStory {
        PreemptionStory {
            place: victim.place,
            time: victim.time,
            node: self.node(victim.node).to_owned(),
            pod: self.pod(victim.pod),
            qos: victim.qos,
            priority: victim.priority,
            cpu_request: victim.cpu_request,
            memory_request: victim.memory_request,
            working_set: victim.working_set,
            grace_period: victim.grace_period,
            victims: victim.victims,
            budget_violations: victim.budget_violations,
            preemptor: self.pod(victim.preemptor),
            preemptor_priority: victim.preemptor_priority,
        }
    }

    /// The row of a victim, once all is known that will be.
    pub(super) fn write_preemption(&mut self, index: usize) {
        let victim = &self.preemptions[index];
        let (pod, preemptor) = (self.pod(victim.pod), self.pod(victim.preemptor));
        let preemptor_bound = self.sequels.bound(Some(victim.preemptor));
        let replacement = self.sequels.replacement(victim.pod);
        let (new_pod, bound) = (replacement.map(|pod| self.pod(pod)), self.sequels.bound(replacement));
        let row = PreemptionRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            preemption: victim.preemption,
            time_s: victim.time,
            node: self.node(victim.node),
            pod: &pod,
            workload: self.workload(victim.pod),
            qos_class: victim.qos.name(),
            priority: victim.priority,
            cpu_request_milli: victim.cpu_request,
            memory_request_bytes: victim.memory_request,
            working_set_bytes: victim.working_set,
            grace_period_s: victim.grace_period,
            place: u64::from(victim.place) + 1,
            victims: victim.victims.into(),
            budget_violations: victim.budget_violations.into(),
            preemptor: &preemptor,
            preemptor_priority: victim.preemptor_priority,
            preemptor_node: preemptor_bound.map(|(node, _)| self.node(node)),
            preemptor_bound_s: preemptor_bound.map(|(_, time)| time),
            replacement: new_pod.as_deref(),
            replacement_node: bound.map(|(node, _)| self.node(node)),
            replacement_bound_s: bound.map(|(_, time)| time),
        };
        self.tables.preemptions.row(&row);
    }

    /// What the scheduler says of it, and the kubelet, if it hears of it.
    fn write_preemption_events(&mut self, now: SimTime, preemption: &Preemption<'_>) {
        let (pod, node) = (preemption.pod, preemption.node);
        let message = wording::preempted(&self.pod(preemption.preemptor), self.node(node));
        self.pod_event(now, node, pod, Happening::Preempted, |_| message);
        if preemption.is_heard {
            self.all_told_to_stop(now, node, pod);
        }
    }
}
