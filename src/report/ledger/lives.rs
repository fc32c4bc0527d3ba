//! Lives: each change of a Pod and of its containers, as the API shows them.
//!
//! What: the rows of `lives`, the lines of the first pods for a chart, and the events
//! about probes, addresses, claims and nodes that cannot be reached.
//! Never: what a change leads to: whoever was told of it has acted already.
//! Next: [`crate::report::lifeline`], which keeps what a chart shows.

use super::{Ledger, Names};
use crate::engine::record::{EndReason, PodEnd, PodName};
use crate::ground::{ClaimId, NodeId, SimTime};
use crate::lifecycle::{ContainerStatus, Phase, PodCondition, Truth};
use crate::model::{ContainerIndex, ProbeKind, Role};
use crate::report::columns::LifeRow;
use crate::report::lifeline::{Mark, PodLine};
use crate::report::wording::{self, Happening};
use std::io::Write;

/// A change, as the table has it.
struct Change {
    container: Option<ContainerIndex>,
    what: &'static str,
    value: &'static str,
    reason: Option<&'static str>,
    exit_code: Option<i32>,
}

impl Change {
    fn of_pod(what: &'static str, value: &'static str, reason: Option<&'static str>) -> Change {
        Change { container: None, what, value, reason, exit_code: None }
    }

    fn of_container(container: ContainerIndex, what: &'static str, value: &'static str) -> Change {
        Change { container: Some(container), what, value, reason: None, exit_code: None }
    }
}

/// What the API shows. Where no lives are wanted, nobody asks for it, nor for a chart.
impl<N: Names, W: Write> Ledger<'_, N, W> {
    pub(super) fn on_phase_turned(&mut self, now: SimTime, pod: PodName, phase: Phase) {
        if self.tables.lives.is_none() {
            return;
        }
        let reason = match phase {
            Phase::Failed => self.live.get(&pod.serial).and_then(|live| live.refused_or_evicted),
            Phase::Unknown => Some("NodeLost"),
            Phase::Pending | Phase::Running | Phase::Succeeded => None,
        };
        self.write_change(now, pod, Change::of_pod("Phase", phase.name(), reason));
        if let Some(live) = self.live.get_mut(&pod.serial) {
            live.phase = phase;
        }
        self.in_chart(pod, |line| line.turn_phase(now, phase));
    }

    pub(super) fn on_pod_condition(
        &mut self,
        now: SimTime,
        pod: PodName,
        (condition, status): (PodCondition, Truth),
    ) {
        if self.tables.lives.is_none() {
            return;
        }
        let reason = self.why(pod, condition, status);
        self.write_change(now, pod, Change::of_pod(condition.name(), status.name(), reason));
        self.in_chart(pod, |line| line.turn_condition(now, (condition, status)));
    }

    /// Source: the conditions that kube-scheduler, kubelet and the taint eviction controller set.
    fn why(&self, pod: PodName, condition: PodCondition, status: Truth) -> Option<&'static str> {
        let phase = self.live.get(&pod.serial).map(|live| live.phase);
        match (condition, status) {
            (PodCondition::DisruptionTarget, Truth::True) => Some(self.who_disrupts(pod)),
            (PodCondition::PodScheduled, Truth::False) => Some("Unschedulable"),
            (PodCondition::Initialized, Truth::False) => Some("ContainersNotInitialized"),
            // The node lifecycle controller turns the status, and gives no reason.
            (PodCondition::Ready, Truth::False) if self.is_lost(pod) => None,
            (PodCondition::ContainersReady | PodCondition::Ready, Truth::False) => match phase? {
                Phase::Succeeded => Some("PodCompleted"),
                Phase::Failed => Some("PodFailed"),
                Phase::Pending | Phase::Running => Some("ContainersNotReady"),
                Phase::Unknown => None,
            },
            (_, Truth::True | Truth::Unknown) | (PodCondition::DisruptionTarget, Truth::False) => None,
        }
    }

    /// If it was not the scheduler: on a node that cannot be reached the control plane, elsewhere the kubelet.
    fn who_disrupts(&self, pod: PodName) -> &'static str {
        match self.live.get(&pod.serial) {
            Some(live) if live.is_preempted => "PreemptionByScheduler",
            _ if self.is_lost(pod) => "DeletionByTaintManager",
            _ => "TerminationByKubelet",
        }
    }

    fn is_lost(&self, pod: PodName) -> bool {
        let node = self.live.get(&pod.serial).and_then(|live| live.node);
        node.is_some_and(|node| self.unreachable.contains(&node))
    }

    pub(super) fn on_container_turned(
        &mut self,
        now: SimTime,
        pod: PodName,
        container: ContainerIndex,
        (status, ready): (ContainerStatus, bool),
    ) {
        if self.tables.lives.is_none() {
            return;
        }
        let before = self.live.get_mut(&pod.serial).and_then(|live| live.show(container, (status, ready)));
        if before.map(|(status, _)| status) != Some(status) {
            let exit_code = match status {
                ContainerStatus::Terminated(exit) => Some(i32::from(exit.code)),
                ContainerStatus::Waiting(_) | ContainerStatus::Running => None,
            };
            let turned = Change::of_container(container, "State", status.name());
            self.write_change(now, pod, Change { reason: status.reason(), exit_code, ..turned });
        }
        // Nobody is ready before it is said.
        if before.is_some_and(|(_, ready)| ready) != ready {
            let truth = Truth::of(ready).name();
            self.write_change(now, pod, Change::of_container(container, "Ready", truth));
        }
        if let Some(line) = self.chart.as_mut().and_then(|chart| chart.container(pod.serial, container)) {
            line.turn(now, (status, ready));
        }
    }

    pub(super) fn live_ended(&mut self, end: &PodEnd, phase: Phase) {
        let Some(ended) = end.ended else { return };
        let deleted = matches!(end.reason, EndReason::Deleted | EndReason::Preempted);
        self.write_change(ended, end.pod, Change::of_pod("End", wording::end(end.reason), None));
        self.in_chart(end.pod, |line| line.ends(ended, phase, deleted));
    }

    fn write_change(&mut self, now: SimTime, pod: PodName, change: Change) {
        if self.tables.lives.is_none() {
            return;
        }
        let (live, name) = (self.live.get(&pod.serial), self.pod(pod));
        let role = change.container.zip(live).and_then(|(container, live)| live.role(container));
        let container = change.container.map(|container| self.names.container(pod.workload, container));
        let row = LifeRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            time_s: now,
            pod: &name,
            node: live.and_then(|live| live.node).map(|node| self.node(node)),
            container,
            role: role.map(Role::name),
            what: change.what,
            value: change.value,
            reason: change.reason,
            exit_code: change.exit_code,
        };
        self.tables.lives.as_mut().expect("asked above").row(&row);
    }

    /// Draws in the pod's line, if it has one.
    pub(super) fn in_chart(&mut self, pod: PodName, draw: impl FnOnce(&mut PodLine)) {
        if let Some(line) = self.chart.as_mut().and_then(|chart| chart.pod(pod.serial)) {
            draw(line);
        }
    }
}

/// What is done to it.
impl<N: Names, W: Write> Ledger<'_, N, W> {
    pub(super) fn on_probe_failed(
        &mut self,
        now: SimTime,
        (pod, node): (PodName, NodeId),
        (probe, timed_out): (ProbeKind, bool),
    ) {
        self.counts.probe_failures += 1;
        self.pod_event(now, node, pod, Happening::Unhealthy, |_| wording::unhealthy(probe, timed_out));
    }

    pub(super) fn on_killed_by_probe(
        &mut self,
        now: SimTime,
        (pod, node): (PodName, NodeId),
        (container, probe): (ContainerIndex, ProbeKind),
    ) {
        self.counts.kills_by_probe += 1;
        self.on_stopped(pod, container);
        self.write_change(now, pod, Change::of_container(container, "Killed", wording::probe_name(probe)));
        if let Some(line) = self.chart.as_mut().and_then(|chart| chart.container(pod.serial, container)) {
            line.is_killed_by_probe(now);
        }
        let name = self.names.container(pod.workload, container);
        let message = wording::killed_by_probe(probe, name);
        self.pod_event(now, node, pod, Happening::Killing, |_| message);
    }

    pub(super) fn on_attached(&mut self, now: SimTime, (pod, node): (PodName, NodeId), claim: ClaimId) {
        let setting = self.setting;
        let volume = &setting.claims[claim.index()];
        self.pod_event(now, node, pod, Happening::SuccessfulAttachVolume, |_| {
            format!("AttachVolume.Attach succeeded for volume \"{volume}\"")
        });
    }

    pub(super) fn on_node_ready_turned(&mut self, now: SimTime, node: NodeId, status: Truth) {
        if status == Truth::True {
            self.unreachable.remove(&node);
        } else {
            self.unreachable.insert(node);
        }
        if let Some(line) = self.chart.as_mut().and_then(|chart| chart.node(node)) {
            line.turn_ready(now, status);
        }
        let happening = wording::node_ready_turned(status);
        let name = self.node(node);
        let message = format!("Node {name} status is now: {}", happening.reason());
        self.event(now, Some(node), &format!("node/{name}"), happening, &message);
    }

    pub(super) fn on_deleted(&mut self, now: SimTime, (pod, node): (PodName, NodeId)) {
        self.counts.deletions += 1;
        self.in_chart(pod, |line| line.terminates(now, Mark::Deleted));
        self.pod_event(now, node, pod, Happening::TaintManagerEviction, |name| {
            format!("Marking for deletion Pod default/{name}")
        });
    }
}
