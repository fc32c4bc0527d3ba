//! A pod's life as its kubelet sees it: pulled, looked at, its containers started, restarted.
//!
//! What: after each change of a Pod its kubelet looks ([`Simulation::sync`]) and carries out
//! what [`crate::lifecycle::actions`] answers. Never: that answer, or the wait before a restart,
//! which are decided in [`crate::lifecycle`].
//! Next: `on_container`, what one container does; `on_stop`, how a pod ends.

use super::calendar::Ticket;
use super::event::Event;
use super::pod_row::{ContainerRow, ContainerState, Extras, PodRow, Stage};
use super::record::{EndReason, Record, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::ground::{Bytes, Line, PodId, Ramp, SimDuration, SimTime};
use crate::lifecycle::Phase;
use crate::lifecycle::actions::{
    ContainerSeen, KillReason, PodActions, PodSeen, Sandbox, Seen, starts_all_at_once,
};
use crate::lifecycle::restart::{Exit, RestartScope, Restarts, crash_restarts, runs_again};
use crate::model::{ContainerIndex, Medium, Role, Usage};

/// From nothing to running.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// The kubelet hears of a Pod that is bound to its node.
    pub(super) fn begin_pulling(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        row.stage = Stage::Pulling;
        let pulled = self.now.after(row.pull_time);
        self.plan_for_pod(pod, pulled, Event::PodIsPulled { pod }, |row| &mut row.ticket);
        self.show(pod);
    }

    pub(super) fn on_pod_is_pulled(&mut self, pod: PodId, ticket: Ticket) {
        let Some(row) = self.pods.expected(pod, ticket) else { return };
        row.stage = Stage::Alive;
        let node = row.its_node();
        // Nothing depends on an address: who listens may want to know it.
        let address = R::LISTENS.then(|| self.nodes[node.index()].addresses.take()).flatten();
        let has_volumes = !row.template.spec.volumes.is_empty();
        let name = row.name;
        if let Some(address) = address {
            row.told_mut().address = Some(address);
            self.tell(Record::PodAddressed { pod: name, node, address });
        }
        if has_volumes {
            self.attach_claims(pod);
            self.write_volumes(pod);
        }
        if starts_all_at_once(&self.pods[pod].template.spec) {
            self.start_all(pod);
        } else {
            self.sync(pod);
        }
        self.show(pod);
    }

    fn start_all(&mut self, pod: PodId) {
        for container in self.pods[pod].indices() {
            self.plan_start(pod, container, self.now);
        }
    }

    /// What a claim's volume holds is there already, whoever wrote it.
    fn attach_claims(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        let (name, node) = (row.name, row.its_node());
        for number in 0..row.template.spec.volumes.len() {
            let Some(claim) = self.pods[pod].template.spec.volumes[number].claim else { continue };
            let at_first = self.pods[pod].volume_contents()[number];
            let at_first = Line::from(Ramp::flat(at_first));
            let held = self.claims[claim.index()].get_or_insert(at_first).at(self.now).bytes();
            self.pods[pod].its_volumes().contents[number] = held;
            self.tell(Record::VolumeAttached { pod: name, node, claim, held });
        }
    }

    fn write_volumes(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        row.its_volumes().are_written = true;
        let (in_memory, on_disk) = (row.kept_on(Medium::Memory), row.kept_on(Medium::Disk));
        self.hold_in_volumes(pod, in_memory, on_disk);
    }

    /// Its volumes hold so much from now on, but for what living containers have written.
    pub(super) fn hold_in_volumes(&mut self, pod: PodId, in_memory: Bytes, on_disk: Bytes) {
        let row = &mut self.pods[pod];
        let node = row.its_node();
        let held = |bytes: Bytes| if bytes == Bytes::ZERO { Ramp::NONE } else { Ramp::flat(bytes) };
        let (memory, disk) = (held(in_memory), held(on_disk));
        let volumes = row.its_volumes();
        let memory_before = std::mem::replace(&mut volumes.in_memory, memory);
        let disk_before = std::mem::replace(&mut volumes.on_disk, disk);
        if memory_before != memory {
            self.change_volumes(node, |sum| sum.replace(memory_before, memory));
            self.tell_memory(pod);
        }
        if disk_before != disk {
            self.change_store(node, Usage::Logs, |sum| sum.replace(disk_before, disk));
        }
    }
}

/// The kubelet's look at a Pod.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// Does what a kubelet does next with a Pod that lives. While it is killing a container it
    /// does nothing else for its Pod.
    pub(super) fn sync(&mut self, pod: PodId) {
        let row = &self.pods[pod];
        // Before anything of it has ended, no Pod has.
        let phase = row.has_an_end_behind_it().then(|| row.found_phase());
        self.sync_in(phase, pod);
    }

    /// The same, where the phase that is found is known already; absent: none that ends a Pod.
    fn sync_in(&mut self, phase: Option<Phase>, pod: PodId) {
        let row = &self.pods[pod];
        if row.stage != Stage::Alive || row.killing > 0 {
            return;
        }
        // What the API would show as the end is the end: the kubelet looks no further.
        match phase {
            Some(Phase::Succeeded) => return self.stop_of_itself(pod, EndReason::Completed),
            Some(Phase::Failed) => return self.stop_of_itself(pod, EndReason::Failed),
            Some(Phase::Pending | Phase::Running | Phase::Unknown) | None => {}
        }
        let mut seen = std::mem::take(&mut self.containers_seen);
        let mut actions = std::mem::take(&mut self.actions);
        seen.clear();
        seen.extend(row.seen());
        let policy = row.template.spec.restart_policy;
        // A kubelet that hears of a deletion stops the Pod; one that does not goes on as before.
        let found = PodSeen { policy, is_deleted: false, sandbox: Sandbox::Ready, attempt: 0 };
        actions.decide(found, &seen);
        self.carry_out(pod, &actions);
        (self.containers_seen, self.actions) = (seen, actions);
    }

    fn carry_out(&mut self, pod: PodId, actions: &PodActions) {
        for (container, reason) in &actions.kill {
            // Its manifest never changes, and its runtime always knows it: only probes kill.
            if let KillReason::Probe(kind) = reason {
                self.kill_for_probe(pod, *container, *kind);
            }
        }
        if actions.kill_pod {
            let reason = self.pods[pod].end_of_itself();
            self.stop_of_itself(pod, reason);
            return;
        }
        for container in &actions.start {
            match self.pods[pod].container(*container).state {
                ContainerState::Unstarted => self.plan_start(pod, *container, self.now),
                ContainerState::Ended(_) => self.restart(pod, *container),
                // It is on its way, or it is being killed, and starts when it is gone.
                ContainerState::Due { .. } | ContainerState::Starting { .. } | ContainerState::Running => {}
            }
        }
    }

    fn plan_start(&mut self, pod: PodId, container: ContainerIndex, at: SimTime) {
        let backs_off = at > self.now;
        self.plan_for_container((pod, container), Event::ContainerStarts { pod, container }, |one| {
            one.becomes_due(backs_off);
            at
        });
    }

    fn restart(&mut self, pod: PodId, container: ContainerIndex) {
        let start = self.pods[pod].container(container).starts_again_at(self.now);
        self.tell_of_backoff(pod, container, start);
        self.plan_start(pod, container, start);
    }

    /// What follows when a container has ended, of itself or by force.
    pub(super) fn after_an_end(&mut self, pod: PodId, container: ContainerIndex, exit: Exit) {
        let row = &mut self.pods[pod];
        let phase = row.found_phase();
        if phase.is_terminal() {
            return self.sync_in(Some(phase), pod); // None is left to restart.
        }
        // Before all have begun there is no whole to restart, nor when all that is left is sidecars.
        let has_a_whole = row.is_past_init() && row.has_work_left();
        let scope = if has_a_whole { self.setting.restart_scope } else { RestartScope::Container };
        let role = row.container(container).role;
        match crash_restarts(scope, role, row.template.spec.restart_policy, exit) {
            Restarts::WholePod => self.restart_all(pod, container),
            Restarts::Itself | Restarts::Nothing => self.sync_in(Some(phase), pod),
        }
    }

    /// The lesson's restart: a container crashed, and the whole Pod starts again
    /// (its init containers have done their work). The crash says when.
    fn restart_all(&mut self, pod: PodId, crashed: ContainerIndex) {
        self.show(pod);
        let start = self.pods[pod].container(crashed).starts_again_at(self.now);
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
                self.take_down(pod, container, Exit::TERMINATED);
                self.tell(Record::ContainerStopped { pod: name, node, container });
            }
            self.plan_start(pod, container, start);
        }
    }

    fn tell_of_backoff(&mut self, pod: PodId, container: ContainerIndex, start: SimTime) {
        let delay = start.since(self.now);
        if delay > SimDuration::ZERO {
            self.show(pod);
            let (pod, node) = (self.pods[pod].name, self.pods[pod].its_node());
            self.tell(Record::ContainerBacksOff { pod, node, container, delay });
        }
    }
}

impl PodRow {
    /// Whether any regular container runs, or will.
    fn has_work_left(&self) -> bool {
        let policy = self.template.spec.restart_policy;
        self.regular().iter().any(|one| match one.state {
            ContainerState::Ended(exit) => runs_again(Role::Regular, policy, exit),
            _ => true,
        })
    }

    fn has_an_end_behind_it(&self) -> bool {
        self.containers.iter().any(|one| one.last_end().is_some())
    }

    /// Its containers, as its kubelet finds them.
    fn seen(&self) -> impl Iterator<Item = ContainerSeen> {
        self.containers.iter().zip(&self.template.parts).map(|(one, part)| one.seen(part.has_startup_probe))
    }
}

impl ContainerRow {
    fn seen(&self, has_startup_probe: bool) -> ContainerSeen {
        let seen = match (self.state, self.last_end()) {
            (ContainerState::Running, _) => Seen::Running,
            (ContainerState::Starting { .. }, _) => Seen::Created,
            (ContainerState::Ended(exit), _) | (ContainerState::Due { .. }, Some((exit, _))) => {
                Seen::Exited(exit)
            }
            (ContainerState::Unstarted | ContainerState::Due { .. }, None)
            | (ContainerState::Unstarted, Some(_)) => Seen::Missing,
        };
        self.with_results(ContainerSeen {
            role: self.role,
            seen,
            spec_changed: false,
            has_startup_probe,
            startup: None,
            liveness: None,
        })
    }

    /// Its start is planned. What it was before is behind it.
    fn becomes_due(&mut self, backs_off: bool) {
        if let ContainerState::Ended(exit) = self.state {
            self.its_extras().end_before = Some((exit, self.ends));
        }
        self.state = ContainerState::Due { backs_off };
    }

    /// When it starts again, having ended; its back-off grows by it.
    fn starts_again_at(&mut self, now: SimTime) -> SimTime {
        let (was_killed, finished) = (self.was_killed, self.ends);
        let Extras { backoff, end_before, .. } = self.its_extras();
        if was_killed {
            backoff.restart_after_kill(now, end_before.map(|(_, finished)| finished))
        } else {
            backoff.restart(now, finished)
        }
    }
}
