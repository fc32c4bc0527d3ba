//! A pod's life: pulled, initialized, started, restarted, stopped, gone.
//!
//! Source: kubernetes `pkg/kubelet/kuberuntime`, `computePodActions` (1.32). Whether a container runs again, and
//! after which wait, is decided in [`crate::lifecycle`].

use super::calendar::Ticket;
use super::event::Event;
use super::pod_row::{ContainerRow, ContainerState, OtherUse, PodRow, Stage};
use super::record::{EndReason, Record, Recorder};
use super::setting::RestartScope;
use super::simulation::Simulation;
use super::source::{CurveOwner, Source};
use super::walk::Walk;
use crate::ground::{Bytes, Line, NodeId, PodId, Ramp, SimDuration, SimTime};
use crate::lifecycle::restart::{Exit, Role, runs_again};
use crate::model::pod::DEFAULT_TERMINATION_GRACE_PERIOD;
use crate::model::{ContainerIndex, RestartPolicy, Usage, VolumeKind};

/// From nothing to running.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_pod_is_pulled(&mut self, pod: PodId, ticket: Ticket) {
        let now = self.now;
        let Some(row) = self.pods.expected(pod, ticket) else { return };
        row.volumes_are_written = true;
        let held = row.held_in(|kind| matches!(kind, VolumeKind::MemoryEmptyDir { .. }));
        let on_disk = row.held_in(|kind| matches!(kind, VolumeKind::EmptyDir { .. }));
        if on_disk > Bytes::ZERO {
            row.on_disk = Ramp::flat(now, on_disk);
            let (node, on_disk) = (row.its_node(), row.on_disk);
            self.change_store(node, Usage::Logs, |sum| *sum += on_disk);
        }
        let row = &mut self.pods[pod];
        if held > Bytes::ZERO {
            row.in_memory = Ramp::flat(now, held);
            let (node, held) = (row.its_node(), row.in_memory);
            self.nodes[node.index()].change_volumes(now, |sum| *sum += held);
            self.node_changed(node);
        }
        self.initialize_from(pod, ContainerIndex(0));
    }

    /// Gives this init container its turn; past the last of them, starts all regular ones.
    fn initialize_from(&mut self, pod: PodId, container: ContainerIndex) {
        let row = &mut self.pods[pod];
        let is_init = usize::from(container.0) < row.template.init_count();
        row.stage = if is_init { Stage::Initializing(container) } else { Stage::Started };
        if is_init {
            self.plan_start(pod, container, self.now);
            return;
        }
        for regular in row.indices().skip(row.template.init_count()) {
            self.plan_start(pod, regular, self.now);
        }
    }

    fn plan_start(&mut self, pod: PodId, container: ContainerIndex, at: SimTime) {
        let ticket = self.plan_for_pod(pod, at, Event::ContainerStarts { pod, container });
        let row = self.pods[pod].container(container);
        row.state = ContainerState::Waiting;
        row.ticket = ticket;
    }

    pub(super) fn on_container_starts(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let now = self.now;
        let Some(row) = self.pods.expected_container(pod, container, ticket) else { return };
        let walk = Walk::begin(&row.life.working_set, now);
        let (ramp, up_at, restarts) = (walk.ramp, now.after(row.life.start_up_time), row.starts);
        row.starts += 1;
        row.walk = Some(walk);
        row.state = ContainerState::Starting;
        row.exits_at = SimTime::NEVER;
        self.pods[pod].restarts += u32::from(restarts > 0);
        let (name, node) = (self.pods[pod].name, self.pods[pod].its_node());
        self.change_memory(node, |sum| *sum += ramp);
        self.plan_usage(pod, container);
        self.start_others(pod, container);
        self.tell(Record::ContainerStarted { pod: name, node, container, restarts });
        let ticket = self.plan_for_pod(pod, up_at, Event::ContainerIsUp { pod, container });
        self.pods[pod].container(container).ticket = ticket;
    }

    pub(super) fn on_container_is_up(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let now = self.now;
        let Some(row) = self.pods.expected_container(pod, container, ticket) else { return };
        row.state = ContainerState::Running;
        let role = row.role;
        row.exits_at = row.life.run_time.map_or(SimTime::NEVER, |run_time| now.after(run_time));
        self.plan_exit(pod, container);
        match role {
            Role::Init => {}
            Role::Sidecar => self.sidecar_is_up(pod, container),
            Role::Regular => self.regular_is_up(pod),
        }
    }

    fn plan_exit(&mut self, pod: PodId, container: ContainerIndex) {
        let at = self.pods[pod].container(container).exits_at;
        let ticket = self.plan_for_pod(pod, at, Event::ContainerExits { pod, container });
        self.pods[pod].container(container).ticket = ticket;
    }

    fn sidecar_is_up(&mut self, pod: PodId, container: ContainerIndex) {
        if self.pods[pod].stage == Stage::Initializing(container) {
            self.initialize_from(pod, ContainerIndex(container.0 + 1));
        }
    }

    fn regular_is_up(&mut self, pod: PodId) {
        let now = self.now;
        let row = &mut self.pods[pod];
        let all_run = row.regular().iter().all(|one| one.state == ContainerState::Running);
        if all_run && row.running.is_none() {
            row.running = Some(now);
            let (pod, node) = (row.name, row.its_node());
            self.tell(Record::PodRunning { pod, node });
        }
    }
}

/// Memory of a container.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_usage_turns(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let now = self.now;
        let Some(row) = self.pods.with_usage(pod, container, ticket) else { return };
        let (name, node) = (row.name, row.its_node());
        let walk = row.container(container).walk.as_mut().expect("what has no memory has no turn planned");
        let before = walk.ramp;
        let source = &mut self.source;
        let owner = CurveOwner::Container {
            workload: name.workload,
            replica: name.replica,
            container,
            usage: Usage::WorkingSet,
        };
        walk.turn(now, |draw| source.more_usage(owner, draw));
        let after = walk.ramp;
        self.change_memory(node, |sum| sum.replace(before, after));
        self.plan_usage(pod, container);
    }

    /// A process that held what the container had added to its memory is gone; the rest goes on.
    pub(super) fn begin_memory_anew(&mut self, pod: PodId, container: ContainerIndex) {
        let now = self.now;
        let node = self.pods[pod].its_node();
        let row = self.pods[pod].container(container);
        row.lost_a_process = Some(now);
        let walk = Walk::begin(&row.life.working_set, now);
        let after = walk.ramp;
        let before = row.walk.replace(walk).map_or(Ramp::NONE, |walk| walk.ramp);
        self.change_memory(node, |sum| sum.replace(before, after));
        self.plan_usage(pod, container);
    }

    /// Plans its curve's next turn, and the limit if it lies before that.
    fn plan_usage(&mut self, pod: PodId, container: ContainerIndex) {
        let ticket = self.pods.new_ticket(pod);
        let row = self.pods[pod].container(container);
        row.usage_ticket = ticket;
        let walk = row.walk.as_ref().expect("a container with memory");
        let limit_at = row.memory_limit.and_then(|limit| Line::from(walk.ramp).first_above(limit, self.now));
        self.calendar.plan(
            walk.until,
            Event::UsageTurns { pod, container, usage: Usage::WorkingSet },
            ticket,
        );
        if let Some(at) = limit_at.filter(|at| *at < walk.until) {
            self.calendar.plan(at, Event::ContainerHitsLimit { pod, container }, ticket);
        }
    }
}

/// What a container uses besides memory.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    fn start_others(&mut self, pod: PodId, container: ContainerIndex) {
        let now = self.now;
        let row = self.pods[pod].container(container);
        let begun = row.life.others.iter().map(|(usage, curve)| (*usage, Walk::begin(curve, now)));
        let begun: Vec<_> = begun.map(|(usage, walk)| OtherUse { usage, walk, ticket: 0 }).collect();
        row.others = begun;
        let node = self.pods[pod].its_node();
        for index in 0..self.pods[pod].container(container).others.len() {
            let other = &self.pods[pod].container(container).others[index];
            let (usage, ramp) = (other.usage, other.walk.ramp);
            self.change_store(node, usage, |sum| *sum += ramp);
            self.plan_other_turn(pod, container, index);
        }
    }

    fn plan_other_turn(&mut self, pod: PodId, container: ContainerIndex, index: usize) {
        let ticket = self.pods.new_ticket(pod);
        let other = &mut self.pods[pod].container(container).others[index];
        other.ticket = ticket;
        let usage = other.usage;
        self.calendar.plan(other.walk.until, Event::UsageTurns { pod, container, usage }, ticket);
    }

    pub(super) fn on_other_use_turns(
        &mut self,
        pod: PodId,
        container: ContainerIndex,
        usage: Usage,
        ticket: Ticket,
    ) {
        let now = self.now;
        let Some(row) = self.pods.get_mut(pod) else { return };
        let (name, node) = (row.name, row.node);
        let Some(one) = row.containers.get_mut(usize::from(container.0)) else { return };
        let Some(index) = one.others.iter().position(|other| (other.usage, other.ticket) == (usage, ticket))
        else {
            return;
        };
        let walk = &mut one.others[index].walk;
        let before = walk.ramp;
        let source = &mut self.source;
        let owner =
            CurveOwner::Container { workload: name.workload, replica: name.replica, container, usage };
        walk.turn(now, |draw| source.more_usage(owner, draw));
        let after = walk.ramp;
        let node = node.expect("what uses something is on a node");
        self.change_store(node, usage, |sum| sum.replace(before, after));
        self.plan_other_turn(pod, container, index);
    }
}

/// The ends of containers, and what follows.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_container_exits(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let Some(row) = self.pods.expected_container(pod, container, ticket) else { return };
        let exit_code = row.life.exit_code;
        let row = &self.pods[pod];
        if !row.is_stopping() {
            let (pod, node) = (row.name, row.its_node());
            self.tell(Record::ContainerExited { pod, node, container, exit_code });
        }
        self.container_ended(pod, container, Exit::of(i32::from(exit_code)));
    }

    /// A container is gone, by itself or by the kernel.
    pub(super) fn container_ended(&mut self, pod: PodId, container: ContainerIndex, exit: Exit) {
        self.remember_working_set(pod);
        self.take_down(pod, container, exit);
        let row = &mut self.pods[pod];
        if row.is_stopping() {
            self.plan_end_if_all_are_gone(pod);
            return;
        }
        let role = row.container(container).role;
        let policy = row.template.spec.restart_policy;
        let again = runs_again(role, policy, exit);
        let restarts_all = self.setting.restart_scope == RestartScope::Pod
            && policy != RestartPolicy::Never // A sidecar comes back all the same, alone.
            && row.stage == Stage::Started
            && !exit.is_success();
        match role {
            _ if again && restarts_all => self.restart_all(pod, container),
            _ if again => self.restart(pod, container),
            Role::Init if exit.is_success() => self.initialize_from(pod, ContainerIndex(container.0 + 1)),
            Role::Init => self.stop_of_itself(pod, EndReason::Failed),
            Role::Sidecar | Role::Regular => self.stop_if_all_have_ended(pod),
        }
    }

    /// Frees a container's memory; none of its planned events happens.
    fn take_down(&mut self, pod: PodId, container: ContainerIndex, exit: Exit) {
        let (ticket, usage_ticket) = (self.pods.new_ticket(pod), self.pods.new_ticket(pod));
        let node = self.pods[pod].its_node();
        let row = self.pods[pod].container(container);
        row.state = ContainerState::Ended(exit);
        (row.ticket, row.usage_ticket) = (ticket, usage_ticket);
        let others = std::mem::take(&mut row.others);
        if let Some(walk) = row.walk.take() {
            self.change_memory(node, |sum| *sum -= walk.ramp);
        }
        for other in others {
            self.change_store(node, other.usage, |sum| *sum -= other.walk.ramp);
        }
    }

    fn restart(&mut self, pod: PodId, container: ContainerIndex) {
        let start = self.pods[pod].container(container).backoff.restart(self.now);
        self.tell_of_backoff(pod, container, start);
        self.plan_start(pod, container, start);
    }

    /// The lesson's restart: a container crashed, and the whole Pod starts again
    /// (its init containers have done their work). The crash says when.
    fn restart_all(&mut self, pod: PodId, crashed: ContainerIndex) {
        let start = self.pods[pod].container(crashed).backoff.restart(self.now);
        self.tell_of_backoff(pod, crashed, start);
        let row = &self.pods[pod];
        let (name, node) = (row.name, row.its_node());
        let all = row.indices().zip(&row.containers);
        let starting_again: Vec<(ContainerIndex, bool)> = all
            .filter(|(_, one)| one.role != Role::Init)
            .map(|(index, one)| (index, one.walk.is_some()))
            .collect();
        for (container, is_live) in starting_again {
            if is_live {
                self.take_down(pod, container, Exit::SUCCESS);
                self.tell(Record::ContainerStopped { pod: name, node, container });
            }
            self.plan_start(pod, container, start);
        }
    }

    fn tell_of_backoff(&mut self, pod: PodId, container: ContainerIndex, start: SimTime) {
        let delay = start.since(self.now);
        if delay > SimDuration::ZERO {
            let (pod, node) = (self.pods[pod].name, self.pods[pod].its_node());
            self.tell(Record::ContainerBacksOff { pod, node, container, delay });
        }
    }

    fn stop_if_all_have_ended(&mut self, pod: PodId) {
        let mut all_succeeded = true;
        for container in self.pods[pod].regular() {
            match container.state {
                ContainerState::Ended(exit) => all_succeeded &= exit.is_success(),
                _ => return,
            }
        }
        let reason = if all_succeeded { EndReason::Completed } else { EndReason::Failed };
        self.stop_of_itself(pod, reason);
    }

    /// The Pod has nothing left to do: its sidecars are stopped, with the grace that it asked for.
    fn stop_of_itself(&mut self, pod: PodId, reason: EndReason) {
        let own = self.pods[pod].template.spec.termination_grace_period;
        self.stop(pod, own.unwrap_or(DEFAULT_TERMINATION_GRACE_PERIOD), reason);
    }
}

/// The end of a pod.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// Tells a pod to stop: no container starts again, and each ends when it has
    /// stopped, when its grace is over, or by itself, whichever comes first.
    pub(super) fn stop(&mut self, pod: PodId, grace_period: SimDuration, reason: EndReason) {
        self.remember_working_set(pod);
        let now = self.now;
        let row = &mut self.pods[pod];
        row.stage = Stage::Stopping(reason);
        let silenced = self.pods.new_ticket(pod);
        let row = &mut self.pods[pod];
        row.ticket = silenced; // What was being pulled never arrives.
        for container in row.indices() {
            let one = self.pods[pod].container(container);
            if one.walk.is_some() {
                let stopped = now.after(one.life.stop_time.min(grace_period));
                one.exits_at = one.exits_at.min(stopped);
                self.plan_exit(pod, container);
            } else {
                one.ticket = silenced; // No start, not now and not after a wait.
            }
        }
        self.plan_end_if_all_are_gone(pod);
    }

    fn plan_end_if_all_are_gone(&mut self, pod: PodId) {
        if !self.pods[pod].has_live_containers() {
            let (clean_up, node) = (self.pods[pod].clean_up_time, self.pods[pod].its_node());
            self.pods[pod].ticket = self.plan_for_pod(pod, self.now.after(clean_up), Event::PodStops { pod });
            if self.pods[pod].stage == Stage::Stopping(EndReason::Evicted) {
                self.victim_is_gone(node, clean_up);
            }
        }
    }

    pub(super) fn on_pod_stops(&mut self, pod: PodId, ticket: Ticket) {
        let Some(row) = self.pods.expected(pod, ticket) else { return };
        let Stage::Stopping(reason) = row.stage else { unreachable!("only a stopping pod's end is planned") };
        self.end_pod(pod, reason);
    }

    /// A pod is over: its room is free, its controller asked, its row used again.
    pub(super) fn end_pod(&mut self, pod: PodId, reason: EndReason) {
        let row = self.pods.remove(pod);
        let node = row.its_node();
        self.leave_node(node, &row);
        self.tell(Record::PodEnded(&row.end(reason, Some(self.now), row.last_working_set)));
        self.replace(row.name, reason);
        self.queue.wake();
        self.plan_scheduler();
    }

    fn leave_node(&mut self, node: NodeId, row: &PodRow) {
        let on_node = &mut self.nodes[node.index()].pods;
        on_node.swap_remove(row.slot as usize);
        if let Some(moved) = on_node.get(row.slot as usize) {
            self.pods[*moved].slot = row.slot;
        }
        self.nodes[node.index()].limited_pods -= u32::from(row.template.limits_storage);
        self.columns.release(node, &row.template);
        if row.on_disk != Ramp::NONE {
            self.change_store(node, Usage::Logs, |sum| *sum -= row.on_disk);
        }
        if row.in_memory != Ramp::NONE {
            self.nodes[node.index()].change_volumes(self.now, |sum| *sum -= row.in_memory);
            self.node_changed(node);
        }
    }

    fn remember_working_set(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        if !row.is_stopping() {
            row.last_working_set = row.working_set(self.now);
        }
    }

    /// Those that the horizon finds alive, in the order of their creation.
    pub(super) fn tell_of_pods_alive(&mut self) {
        let mut alive: Vec<PodId> = self.pods.iter().map(|(pod, _)| pod).collect();
        alive.sort_unstable_by_key(|pod| self.pods[*pod].name.serial);
        for pod in alive {
            let row = &self.pods[pod];
            let working_set =
                if row.is_stopping() { row.last_working_set } else { row.working_set(self.now) };
            let is_past_init = row.regular().iter().any(|container| container.starts > 0);
            let reason = if is_past_init { EndReason::StillRunning } else { EndReason::StillPending };
            let end = row.end(reason, None, working_set);
            self.tell(Record::PodEnded(&end));
        }
    }
}

/// Whose planned events are these? Stale ones have no answer.
impl super::pod_row::Pods {
    fn expected(&mut self, pod: PodId, ticket: Ticket) -> Option<&mut PodRow> {
        self.get_mut(pod).filter(|row| row.ticket == ticket)
    }

    fn expected_container(
        &mut self,
        pod: PodId,
        container: ContainerIndex,
        ticket: Ticket,
    ) -> Option<&mut ContainerRow> {
        let containers = &mut self.get_mut(pod)?.containers;
        containers.get_mut(usize::from(container.0)).filter(|row| row.ticket == ticket)
    }

    pub(super) fn with_usage(
        &mut self,
        pod: PodId,
        container: ContainerIndex,
        ticket: Ticket,
    ) -> Option<&mut PodRow> {
        let row = self.get_mut(pod)?;
        let is_its_own = row.containers.get(usize::from(container.0))?.usage_ticket == ticket;
        is_its_own.then_some(row)
    }
}
