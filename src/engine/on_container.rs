//! What one container does: it starts, is up, exits, is killed by its kubelet.
//!
//! Next: `on_usage`, what it uses meanwhile; `probing`, what it is asked.

use super::calendar::Ticket;
use super::event::Event;
use super::pod_row::{ContainerRow, ContainerState, PodRow};
use super::record::{Record, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::ground::{PodId, SimDuration, SimTime};
use crate::lifecycle::restart::Exit;
use crate::model::{ContainerIndex, ProbeKind, Role};

/// Its beginning.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_container_starts(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let now = self.now;
        let Some(row) = self.pods.with_container(pod, container, ticket) else { return };
        let (name, node, told) = (row.name, row.its_node(), &mut row.told);
        let one = &mut row.containers[usize::from(container.0)];
        let ContainerState::Due { backs_off } = one.state else { unreachable!("its start is due") };
        let ramp = one.begin_memory(now).ramp;
        let (up_at, restarts) = (now.after(one.life.start_up_time), one.starts);
        let uses_more = !one.life.others.is_empty();
        one.starts += 1;
        one.state = ContainerState::Starting { backed_off: backs_off };
        (one.ends, one.ends_with) = (SimTime::NEVER, Exit::SUCCESS);
        if let Some(told) = told {
            told.restarts += u32::from(restarts > 0);
        }
        self.change_memory(node, |sum| *sum += ramp);
        if uses_more {
            self.start_others(pod, container);
        }
        self.tell_memory(pod);
        self.plan_usage(pod, container);
        self.tell(Record::ContainerStarted { pod: name, node, container, restarts });
        self.plan_for_container((pod, container), Event::ContainerIsUp { pod, container }, |_| up_at);
    }

    pub(super) fn on_container_is_up(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let now = self.now;
        let Some(row) = self.pods.get_mut(pod).filter(|row| !row.is_stopping()) else {
            return; // Who is told to stop before it is up comes up no more, however long its hook runs.
        };
        let Some(one) = row.containers.get_mut(usize::from(container.0)) else { return };
        if one.ticket != ticket {
            return;
        }
        one.state = ContainerState::Running;
        one.ends = now.after(one.life.run_time);
        one.ends_with = Exit::of(one.life.exit_code);
        let role = one.role;
        self.plan_exit(pod, container);
        self.begin_probing(pod, container);
        if role == Role::Regular {
            self.regular_is_up(pod); // Nothing in the Pod waits for it, so its kubelet has no reason to look.
        } else {
            self.sync(pod);
        }
        self.show(pod);
    }

    pub(super) fn plan_exit(&mut self, pod: PodId, container: ContainerIndex) {
        self.plan_for_container((pod, container), Event::ContainerExits { pod, container }, |one| one.ends);
    }

    fn regular_is_up(&mut self, pod: PodId) {
        let now = self.now;
        let row = &mut self.pods[pod];
        let all_run = row.regular().iter().all(|one| one.state == ContainerState::Running);
        if all_run && !row.has_run {
            row.has_run = true;
            if let Some(told) = &mut row.told {
                told.running = now;
            }
            let (pod, node) = (row.name, row.its_node());
            self.totals.pod_runs();
            self.tell(Record::PodRunning { pod, node });
        }
    }
}

/// Its end.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_container_exits(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let Some(row) = self.pods.with_container(pod, container, ticket) else { return };
        let one = row.container(container);
        let exit = one.ends_with;
        let is_of_itself = one.shutdown().is_none();
        if R::LISTENS && is_of_itself && !self.pods[pod].is_stopping() {
            let (pod, node) = (self.pods[pod].name, self.pods[pod].its_node());
            self.tell(Record::ContainerExited { pod, node, container, exit_code: exit.code });
        }
        self.container_ended(pod, container, exit);
    }

    /// A container is gone, by itself, by its kubelet or by the kernel.
    pub(super) fn container_ended(&mut self, pod: PodId, container: ContainerIndex, exit: Exit) {
        self.remember_working_set(pod);
        self.take_down(pod, container, exit);
        if self.pods[pod].is_stopping() {
            self.show(pod);
            self.give_turns(pod);
            self.plan_end_if_all_are_gone(pod);
            return;
        }
        self.show(pod);
        self.after_an_end(pod, container, exit);
        self.show(pod);
    }

    /// The kubelet kills a container because of its probe. It starts again when it is gone.
    pub(super) fn kill_for_probe(&mut self, pod: PodId, container: ContainerIndex, probe: ProbeKind) {
        let row = &mut self.pods[pod];
        let one = row.container(container);
        if one.killed_by.is_some() {
            return;
        }
        one.killed_by = Some(probe);
        row.killing += 1;
        let grace_period = row.grace_of_a_kill(container, probe);
        let (name, node) = (row.name, row.its_node());
        self.tell(Record::ContainerKilled { pod: name, node, container, probe });
        self.tell_to_stop(pod, container, grace_period);
    }

    /// Frees what a container uses; none of its planned events happens.
    pub(super) fn take_down(&mut self, pod: PodId, container: ContainerIndex, exit: Exit) {
        let now = self.now;
        let (silenced, row) = self.pods.with_new_ticket(pod);
        let node = row.its_node();
        let one = row.container(container);
        one.end(exit, now);
        one.ticket = silenced;
        let (ramp, used_more) = (one.walk.as_ref().map(|walk| walk.ramp), !one.others().is_empty());
        one.walk = None;
        let was_killed = one.was_killed;
        row.killing -= u16::from(was_killed);
        if let Some(ramp) = ramp {
            self.change_memory(node, |sum| *sum -= ramp);
        }
        if used_more {
            self.end_others(pod, container);
        }
        self.tell_memory(pod);
        self.plan_memory_limit(pod);
    }
}

impl ContainerRow {
    fn end(&mut self, exit: Exit, now: SimTime) {
        (self.state, self.ends) = (ContainerState::Ended(exit), now);
        self.was_killed = self.killed_by.take().is_some();
        if let Some(extras) = &mut self.extras {
            (extras.probing, extras.shutdown) = (None, None);
        }
    }
}

impl PodRow {
    /// What a kill because of a probe allows: what that probe says, or the Pod.
    fn grace_of_a_kill(&self, container: ContainerIndex, probe: ProbeKind) -> SimDuration {
        let probe = self.template.container(container).probes.of(probe);
        probe.and_then(|probe| probe.termination_grace_period).unwrap_or(self.own_grace_period())
    }
}
