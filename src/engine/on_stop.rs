//! How a Pod stops: its hooks, whose turn it is, SIGTERM, SIGKILL, and what is left then.
//!
//! How a grace is used up is decided in [`crate::lifecycle::termination`].
//! Next: `on_outage`, where nobody hears that a Pod is over.

use super::calendar::Ticket;
use super::event::Event;
use super::on_outage::Contact;
use super::on_usage::MOST_IN_A_VOLUME;
use super::pod_row::{PodRow, Shutdown, ShutdownStep, Stage};
use super::record::{EndReason, Record, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::ground::{Bytes, ClaimId, NodeId, PodId, Ramp, SimDuration, SimTime};
use crate::lifecycle::termination::{after_pre_stop, shortest_grace, shut_down, waits_for_its_turn, window};
use crate::model::pod::DEFAULT_TERMINATION_GRACE_PERIOD;
use crate::model::{ContainerIndex, Usage};
use std::collections::BTreeSet;

/// Being told to stop.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// The Pod has nothing left to do: its sidecars are stopped, with the grace that it asked for.
    pub(super) fn stop_of_itself(&mut self, pod: PodId, reason: EndReason) {
        self.stop(pod, self.pods[pod].own_grace_period(), reason);
    }

    /// Tells a pod to stop: no container starts again, and each ends when it has
    /// stopped, when its grace is over, or by itself, whichever comes first. One that is
    /// stopping already can only be given less time.
    pub(super) fn stop(&mut self, pod: PodId, grace_period: SimDuration, reason: EndReason) {
        self.remember_working_set(pod);
        let grace_period = shortest_grace(grace_period);
        let grace_ends = self.now.after(grace_period);
        let (silenced, row) = self.pods.with_new_ticket(pod);
        let has_time = grace_ends < row.grace_ends;
        row.grace_ends = row.grace_ends.min(grace_ends);
        row.stage = Stage::Stopping(reason);
        row.ticket = silenced; // What was being pulled never arrives.
        for one in row.containers.iter_mut().filter(|one| one.walk.is_none()) {
            one.ticket = silenced; // No start, not now and not after a wait.
        }
        if has_time && row.has_live_containers() {
            self.tell_all_to_stop(pod, grace_period);
        }
        self.plan_end_if_all_are_gone(pod);
    }

    fn tell_all_to_stop(&mut self, pod: PodId, grace_period: SimDuration) {
        for container in self.pods[pod].indices() {
            if self.pods[pod].container(container).walk.is_some() {
                self.tell_to_stop(pod, container, grace_period);
            }
        }
    }

    /// Tells one container to stop: its hook runs, then it gets SIGTERM, if it is its turn.
    pub(super) fn tell_to_stop(&mut self, pod: PodId, container: ContainerIndex, grace_period: SimDuration) {
        let one = self.pods[pod].container(container);
        let (hook, left) = after_pre_stop(grace_period, one.life.pre_stop_time);
        let from = self.now.after(hook);
        one.its_extras().shutdown = Some(Shutdown { from, left, step: ShutdownStep::PreStop, ticket: 0 });
        if hook == SimDuration::ZERO {
            self.hook_is_done(pod, container);
        } else {
            self.plan_shutdown(pod, container, from);
        }
    }

    fn plan_shutdown(&mut self, pod: PodId, container: ContainerIndex, at: SimTime) {
        let (ticket, row) = self.pods.with_new_ticket(pod);
        if let Some(shutdown) = row.container(container).shutdown_mut() {
            shutdown.ticket = ticket;
        }
        self.calendar.plan(at, Event::ShutdownGoesOn { pod, container }, ticket);
    }

    pub(super) fn on_shutdown_goes_on(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let Some(row) = self.pods.get_mut(pod) else { return };
        let Some(one) = row.containers.get(usize::from(container.0)) else { return };
        let shutdown = one.shutdown().filter(|shutdown| shutdown.ticket == ticket);
        match shutdown.map(|shutdown| shutdown.step) {
            Some(ShutdownStep::PreStop) => self.hook_is_done(pod, container),
            Some(ShutdownStep::WaitsForItsTurn) => self.terminate(pod, container),
            Some(ShutdownStep::Terminating) | None => {}
        }
    }

    fn hook_is_done(&mut self, pod: PodId, container: ContainerIndex) {
        let row = &mut self.pods[pod];
        let waits = row.is_stopping() && row.must_wait(container);
        let Some(shutdown) = row.container(container).shutdown_mut() else { return };
        if waits && shutdown.left > SimDuration::ZERO {
            shutdown.step = ShutdownStep::WaitsForItsTurn;
            let patience_ends = shutdown.from.after(shutdown.left);
            self.plan_shutdown(pod, container, patience_ends);
        } else {
            self.terminate(pod, container);
        }
    }

    /// Sidecars that waited for what has just ended may go on.
    pub(super) fn give_turns(&mut self, pod: PodId) {
        for container in self.pods[pod].indices() {
            let row = &self.pods[pod];
            let shutdown = row.containers[usize::from(container.0)].shutdown();
            let waits = shutdown.is_some_and(|shutdown| shutdown.step == ShutdownStep::WaitsForItsTurn);
            if waits && !row.must_wait(container) {
                self.terminate(pod, container);
            }
        }
    }

    /// SIGTERM, and SIGKILL when what is left of the grace is over.
    fn terminate(&mut self, pod: PodId, container: ContainerIndex) {
        let now = self.now;
        let one = self.pods[pod].container(container);
        let Some(shutdown) = one.shutdown_mut() else { return };
        shutdown.step = ShutdownStep::Terminating;
        let window = window(shutdown.left, now.since(shutdown.from));
        let (stopped, exit) = shut_down(one.life.stop_time, window);
        if now.after(stopped) < one.ends {
            (one.ends, one.ends_with) = (now.after(stopped), exit);
        }
        self.plan_exit(pod, container);
    }
}

/// Being gone.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn plan_end_if_all_are_gone(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        if row.has_live_containers() {
            return;
        }
        let (clean_up, node) = (row.clean_up_time, row.its_node());
        let is_victim = row.stage == Stage::Stopping(EndReason::Evicted);
        row.end_is_known = self.nodes[node.index()].contact == Contact::Heard;
        self.plan_for_pod(pod, self.now.after(clean_up), Event::PodStops { pod }, |row| &mut row.ticket);
        if is_victim {
            self.victim_is_gone(node, clean_up);
        }
    }

    pub(super) fn on_pod_stops(&mut self, pod: PodId, ticket: Ticket) {
        let Some(row) = self.pods.expected(pod, ticket) else { return };
        let Stage::Stopping(reason) = row.stage else { unreachable!("only a stopping pod's end is planned") };
        self.end_pod(pod, reason);
    }

    /// Nothing of a pod is left on its node. The control plane hears of it, unless the node is silent.
    pub(super) fn end_pod(&mut self, pod: PodId, reason: EndReason) {
        self.leave_node(pod);
        let row = &mut self.pods[pod];
        if let Some(told) = &mut row.told {
            told.over = self.now;
        }
        if self.nodes[row.its_node().index()].contact == Contact::Heard {
            self.bury(pod, reason);
        } else {
            row.stage = Stage::Over(reason);
        }
    }

    /// The control plane knows that a pod is over: its room is free, its controller asked, its row used again.
    pub(super) fn bury(&mut self, pod: PodId, reason: EndReason) {
        self.show_end(pod, reason);
        let row = &self.pods[pod];
        let (name, node, is_deleted) = (row.name, row.its_node(), row.deletion.is_some());
        self.totals.pod_ends(reason, row.has_run);
        if R::LISTENS {
            let end = row.end(reason, row.told().over.if_ever(), self.kept_by(row), self.now);
            self.tell(Record::PodEnded(&end));
        }
        self.unlist(node, pod);
        self.release(pod);
        self.pods.remove(pod);
        if !is_deleted {
            self.replace(name, reason);
        }
    }

    fn unlist(&mut self, node: NodeId, pod: PodId) {
        let place = self.pods.place(pod);
        let on_node = &mut self.nodes[node.index()].pods;
        on_node.swap_remove(place);
        if let Some(moved) = on_node.get(place) {
            self.pods.set_place(*moved, place);
        }
    }

    /// Frees what is left of a pod when its containers have gone: its address and its volumes.
    fn leave_node(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        let node = row.its_node();
        let on_node = &mut self.nodes[node.index()];
        on_node.limited_pods -= u32::from(row.template.limits_storage);
        if let Some(address) = row.told.as_ref().and_then(|told| told.address) {
            on_node.addresses.give_back(address);
        }
        let Some(volumes) = &mut row.volumes else { return };
        let on_disk = std::mem::replace(&mut volumes.on_disk, Ramp::NONE);
        let in_memory = std::mem::replace(&mut volumes.in_memory, Ramp::NONE);
        if on_disk != Ramp::NONE {
            self.change_store(node, Usage::Logs, |sum| *sum -= on_disk);
        }
        if in_memory != Ramp::NONE {
            self.change_volumes(node, |sum| *sum -= in_memory);
        }
    }

    pub(super) fn remember_working_set(&mut self, pod: PodId) {
        if !R::LISTENS {
            return;
        }
        let row = &mut self.pods[pod];
        if !row.is_stopping() {
            let working_set = row.working_set(self.now);
            row.told_mut().last_working_set = working_set;
        }
    }

    /// Those that the horizon finds alive, in the order of their creation.
    pub(super) fn tell_of_pods_alive(&mut self) {
        let mut alive: Vec<PodId> = self.pods.iter().map(|(pod, _)| pod).collect();
        alive.sort_unstable_by_key(|pod| self.pods[*pod].name.serial);
        for pod in alive {
            let row = &self.pods[pod];
            self.totals.unscheduled += u64::from(row.node.is_none());
            let has_started = row.regular().iter().any(|container| container.starts > 0);
            let reason = if has_started { EndReason::StillRunning } else { EndReason::StillPending };
            if R::LISTENS {
                let end = row.end(reason, None, self.kept_by(row), self.now);
                self.tell(Record::PodEnded(&end));
            }
        }
    }

    /// What the volumes of a pod's claims hold, whoever wrote it.
    fn kept_by(&self, row: &PodRow) -> Bytes {
        let volumes = row.template.spec.volumes.iter().filter(|_| row.volumes_are_written());
        let claims: BTreeSet<ClaimId> = volumes.filter_map(|volume| volume.claim).collect();
        let held = claims.into_iter().filter_map(|claim| self.claims[claim.index()]);
        held.fold(Bytes::ZERO, |sum, held| sum + held.at(self.now).bytes().min(MOST_IN_A_VOLUME))
    }
}

impl PodRow {
    /// From SIGTERM to SIGKILL, as its manifest asks for it.
    pub fn own_grace_period(&self) -> SimDuration {
        self.template.spec.termination_grace_period.unwrap_or(DEFAULT_TERMINATION_GRACE_PERIOD)
    }

    fn must_wait(&self, container: ContainerIndex) -> bool {
        waits_for_its_turn(container, self.containers.iter().map(|one| (one.role, one.walk.is_some())))
    }
}
