//! Pods, from their making to their end.
//!
//! What: the rows of `pods` and the events about a single pod.
//! Never: how it ended otherwise than of itself: that is [`super::evictions`].

use super::{Ledger, Names};
use crate::engine::record::{InVain, PodEnd, PodName, Refusal};
use crate::eviction::NodeConditions;
use crate::ground::{Bytes, Line, MilliCpu, NodeId, SimTime};
use crate::lifecycle::{ContainerStatus, Phase};
use crate::model::{ContainerIndex, PodTemplate, QosClass, Role};
use crate::report::columns::PodRow;
use crate::report::lifeline::Mark;
use crate::report::wording::{self, Happening};
use std::io::Write;

/// What must be known of a pod while it lives.
pub(super) struct LivePod {
    pub(super) qos: QosClass,
    pub(super) priority: i32,
    pub(super) cpu_request: MilliCpu,
    pub(super) memory_request: Bytes,
    pub(super) memory_limit: Option<Bytes>,
    /// Those that run; kept only for the events.
    pub(super) running: Vec<ContainerIndex>,
    pub(super) node: Option<NodeId>,
    /// As the API shows it.
    pub(super) phase: Phase,
    /// The reason of its phase, where its kubelet refused or evicted it.
    pub(super) refused_or_evicted: Option<&'static str>,
    pub(super) is_preempted: bool,
    /// How its memory goes on, on a node whose memory is shown.
    pub(super) memory: Line,
    /// What the containers are, and what the API last showed of each; only if lives are wanted.
    roles: Vec<Role>,
    shown: Vec<Option<(ContainerStatus, bool)>>,
}

impl<N: Names, W: Write> Ledger<'_, N, W> {
    pub(super) fn on_created(&mut self, pod: PodName, template: &PodTemplate, replaces: Option<PodName>) {
        self.counts.pods_created += 1;
        let mut live = LivePod::of(template);
        if self.tables.lives.is_some() {
            live.watch_containers(template);
        }
        self.live.insert(pod.serial, live);
        let (names, charted) = (self.names, self.chart.as_mut());
        if let Some(chart) = charted {
            chart.on_created(pod.serial, || names.pod(pod.workload, pod.replica), template);
        }
        if let Some(old) = replaces {
            self.sequels.on_replaced(old, pod);
        }
    }

    pub(super) fn on_unschedulable(
        &mut self,
        now: SimTime,
        pod: PodName,
        refusals: &[Refusal],
        preemption: Option<&InVain>,
    ) {
        let message = wording::unschedulable(self.setting.nodes.len(), refusals, preemption);
        let object = format!("pod/{}", self.pod(pod));
        self.event(now, None, &object, Happening::FailedScheduling, &message);
    }

    pub(super) fn on_bound(&mut self, now: SimTime, pod: PodName, node: NodeId) {
        self.counts.pods_bound += 1;
        if let Some(live) = self.live.get_mut(&pod.serial) {
            live.node = Some(node);
        }
        let node_name = self.node(node);
        self.in_chart(pod, |line| line.bind(now, node, node_name));
        self.sequels.on_bound(now, pod, node);
        self.pod_event(now, node, pod, Happening::Scheduled, |name| {
            format!("Successfully assigned default/{name} to {node_name}")
        });
    }

    pub(super) fn on_started(&mut self, now: SimTime, node: NodeId, pod: PodName, container: ContainerIndex) {
        if self.tables.events.is_none() {
            return;
        }
        if let Some(live) = self.live.get_mut(&pod.serial)
            && !live.running.contains(&container)
        {
            live.running.push(container);
        }
        let name = self.names.container(pod.workload, container);
        self.pod_event(now, node, pod, Happening::Started, |_| format!("Started container {name}"));
    }

    pub(super) fn on_stopped(&mut self, pod: PodName, container: ContainerIndex) {
        if let Some(live) = self.live.get_mut(&pod.serial) {
            live.running.retain(|running| *running != container);
        }
    }

    /// It ended by itself.
    pub(super) fn on_exited(
        &mut self,
        now: SimTime,
        (pod, container): (PodName, ContainerIndex),
        exit_code: u8,
    ) {
        self.on_stopped(pod, container);
        if let Some(chart) = self.chart.as_mut().filter(|_| exit_code != 0) {
            chart.on_crashed(now, pod.serial, container);
        }
    }

    pub(super) fn on_rejected(
        &mut self,
        now: SimTime,
        (pod, node): (PodName, NodeId),
        conditions: NodeConditions,
    ) {
        self.doom(pod);
        self.in_chart(pod, |line| line.line.mark(now, Mark::Rejected));
        self.pod_event(now, node, pod, Happening::Evicted, |_| wording::rejected(conditions));
    }

    /// Its kubelet will have it Failed, with this reason.
    pub(super) fn doom(&mut self, pod: PodName) {
        if let Some(live) = self.live.get_mut(&pod.serial) {
            live.refused_or_evicted = Some(Happening::Evicted.reason());
        }
    }

    /// A container had to stop: with its Pod, or since another one of it crashed.
    pub(super) fn on_told_to_stop(
        &mut self,
        now: SimTime,
        node: NodeId,
        pod: PodName,
        container: ContainerIndex,
    ) {
        self.on_stopped(pod, container);
        let container = self.names.container(pod.workload, container);
        self.pod_event(now, node, pod, Happening::Killing, |_| format!("Stopping container {container}"));
    }

    /// Its kubelet stops the whole pod.
    pub(super) fn all_told_to_stop(&mut self, now: SimTime, node: NodeId, pod: PodName) {
        let running = self.live.get(&pod.serial).map(|live| live.running.clone()).unwrap_or_default();
        for container in running {
            self.on_told_to_stop(now, node, pod, container);
        }
    }

    pub(super) fn on_back_off(
        &mut self,
        now: SimTime,
        node: NodeId,
        pod: PodName,
        container: ContainerIndex,
    ) {
        let container = self.names.container(pod.workload, container);
        self.pod_event(now, node, pod, Happening::BackOff, |name| {
            format!("Back-off restarting failed container {container} in pod {name}_default")
        });
    }

    pub(super) fn on_ended(&mut self, end: &PodEnd) {
        self.counts.count_end(end.reason);
        self.counts.restarts += u64::from(end.restarts);
        let phase = end.phase;
        self.live_ended(end, phase);
        self.memory_ended(end.ended, end.pod, end.node);
        let live = self.live.remove(&end.pod.serial);
        let workload = &self.setting.workloads[end.pod.workload.index()];
        let replaces = end.replaces.map(|old| self.pod(old));
        let row = PodRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            pod: &self.pod(end.pod),
            workload: &workload.name,
            kind: workload.controller.kind(),
            qos_class: live.as_ref().map(|live| live.qos.name()),
            priority: live.as_ref().map(|live| live.priority),
            cpu_request_milli: live.as_ref().map(|live| live.cpu_request),
            memory_request_bytes: live.as_ref().map(|live| live.memory_request),
            memory_limit_bytes: live.as_ref().and_then(|live| live.memory_limit),
            node: end.node.map(|node| self.node(node)),
            created_s: end.created,
            bound_s: end.bound,
            running_s: end.running,
            ended_s: end.ended,
            phase: phase.name(),
            end: wording::end(end.reason),
            restarts: end.restarts,
            oom_kills: end.oom_kills,
            working_set_bytes: end.working_set,
            replaces: replaces.as_deref(),
            address: end.address,
            ready_s: end.ready,
            lost_emptydir_bytes: end.lost_bytes,
            kept_volume_bytes: end.kept_bytes,
        };
        self.tables.pods.row(&row);
    }
}

impl LivePod {
    fn of(template: &PodTemplate) -> LivePod {
        LivePod {
            qos: template.qos,
            priority: template.priority,
            cpu_request: template.cpu_request,
            memory_request: template.memory_request,
            memory_limit: template.memory_limit,
            running: Vec::new(),
            node: None,
            phase: Phase::Pending,
            refused_or_evicted: None,
            is_preempted: false,
            memory: Line::default(),
            roles: Vec::new(),
            shown: Vec::new(),
        }
    }

    fn watch_containers(&mut self, template: &PodTemplate) {
        self.roles = template.spec.all_with_roles().map(|(role, _)| role).collect();
        self.shown = vec![None; self.roles.len()];
    }

    pub(super) fn role(&self, container: ContainerIndex) -> Option<Role> {
        self.roles.get(usize::from(container.0)).copied()
    }

    /// Takes what the API shows of a container, and gives what it showed before.
    pub(super) fn show(
        &mut self,
        container: ContainerIndex,
        shown: (ContainerStatus, bool),
    ) -> Option<(ContainerStatus, bool)> {
        self.shown.get_mut(usize::from(container.0))?.replace(shown)
    }
}
