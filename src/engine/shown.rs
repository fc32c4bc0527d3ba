//! What the API shows of a Pod: told as it changes.
//!
//! What: a Pod's phase, its conditions and its containers' states, found anew after each
//! change of the Pod, and told where they differ from what was shown before.
//! Never: a rule: what is found is decided in [`crate::lifecycle`]. Nothing of this is worked
//! out where nobody listens.

use super::pod_row::{ContainerRow, ContainerState, PodRow, Stage};
use super::record::{EndReason, Record, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::ground::{PodId, SimTime};
use crate::lifecycle::phase::{ContainerView, CurrentPhase, Reported, final_phase, phase};
use crate::lifecycle::status::{containers_ready, initialized, is_ready};
use crate::lifecycle::{ContainerStatus, Phase, PodCondition, Truth, WaitingReason};

/// What was shown of a Pod last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    phase: CurrentPhase,
    /// As [`PodCondition`] counts them; absent: nothing has been said.
    conditions: [Option<Truth>; PodCondition::ALL.len()],
    ready: Option<SimTime>,
}

impl Shown {
    pub fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// When it was Ready for the first time.
    pub fn first_ready(&self) -> Option<SimTime> {
        self.ready
    }
}

impl PodRow {
    /// How the kubelet reports its containers.
    pub fn views(&self) -> impl Iterator<Item = ContainerView> {
        let is_heard_of = !matches!(self.stage, Stage::Queued | Stage::Binding | Stage::Unheard);
        self.containers.iter().map(move |one| one.view(is_heard_of))
    }

    /// The phase that its kubelet finds.
    pub fn found_phase(&self) -> Phase {
        let spec = &self.template.spec;
        phase(spec.restart_policy, spec.is_static, false, self.views())
    }

    /// Whether all its containers that stay are ready now, whoever has been shown that.
    pub fn is_ready(&self) -> bool {
        let each = self.containers.iter().zip(self.views());
        let ready =
            containers_ready(self.found_phase(), each.map(|(one, view)| (one.role, one.is_ready(view))));
        self.stage == Stage::Alive && ready == Truth::True
    }

    /// How it ends of itself, when all that decides it has ended: sidecars may run still.
    pub fn end_of_itself(&self) -> EndReason {
        match final_phase(self.template.spec.restart_policy, self.views()) {
            Phase::Succeeded => EndReason::Completed,
            _ => EndReason::Failed,
        }
    }
}

impl ContainerRow {
    /// What the API shows of it. `first_wait` is the reason where it has never run.
    fn status(&self, first_wait: WaitingReason) -> ContainerStatus {
        match (self.state, self.last_end()) {
            (ContainerState::Running, _) => ContainerStatus::Running,
            (ContainerState::Ended(exit), _) => ContainerStatus::Terminated(exit),
            (_, None) => ContainerStatus::Waiting(first_wait),
            (
                ContainerState::Due { backs_off: true } | ContainerState::Starting { backed_off: true },
                Some(_),
            ) => ContainerStatus::Waiting(WaitingReason::CrashLoopBackOff),
            (_, Some((exit, _))) => ContainerStatus::Terminated(exit),
        }
    }

    fn view(&self, is_heard_of: bool) -> ContainerView {
        let state = match self.status(WaitingReason::ContainerCreating) {
            _ if !is_heard_of => Reported::NoStatus,
            ContainerStatus::Waiting(_) => Reported::Waiting,
            ContainerStatus::Running => Reported::Running,
            ContainerStatus::Terminated(exit) => Reported::Terminated(exit),
        };
        let last = self.last_end().map(|(exit, _)| exit);
        ContainerView { role: self.role, state, last, started: self.has_started() }
    }

    /// Whether it runs, and its startup probe, if it has one, has succeeded.
    pub fn has_started(&self) -> bool {
        self.state == ContainerState::Running && self.probing().is_none_or(|probing| probing.has_started())
    }

    pub fn is_ready(&self, view: ContainerView) -> bool {
        is_ready(view, self.probing().and_then(|probing| probing.readiness()))
    }
}

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// Shows what is new about a Pod, unless its node is silent.
    pub(super) fn show(&mut self, pod: PodId) {
        if !R::LISTENS || self.is_silent(pod) {
            return;
        }
        self.show_containers(pod);
        let row = &self.pods[pod];
        let found = row.found_phase();
        // What it was told to stop for decides what it ends as: until then its phase stays,
        // unless it was lost and is heard of again.
        let is_back = row.told().shown.phase() == Phase::Unknown && !found.is_terminal();
        if is_back || !row.is_stopping() {
            self.show_phase(pod, found);
        }
        self.show_conditions(pod);
    }

    fn show_containers(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        let first_wait = match row.template.init_count() {
            0 => WaitingReason::ContainerCreating,
            _ => WaitingReason::PodInitializing,
        };
        let name = row.name;
        for index in row.indices() {
            let one = self.pods[pod].container(index);
            let status = one.status(first_wait);
            let ready = one.is_ready(one.view(true));
            let shown = &mut self.pods[pod].told_mut().shown_containers[usize::from(index.0)];
            if shown.replace((status, ready)) != Some((status, ready)) {
                self.tell(Record::ContainerTurned { pod: name, container: index, status, ready });
            }
        }
    }

    pub(super) fn show_phase(&mut self, pod: PodId, phase: Phase) {
        if !R::LISTENS {
            return;
        }
        let row = &mut self.pods[pod];
        if row.told_mut().shown.phase.turn(phase) {
            let pod = row.name;
            self.tell(Record::PhaseTurned { pod, phase });
        }
    }

    fn show_conditions(&mut self, pod: PodId) {
        let row = &self.pods[pod];
        let phase = row.told().shown.phase();
        let initialized = initialized(phase, row.views());
        let each = row.containers.iter().zip(row.views());
        let ready = containers_ready(phase, each.map(|(one, view)| (one.role, one.is_ready(view))));
        self.show_condition(pod, PodCondition::Initialized, initialized);
        self.show_condition(pod, PodCondition::ContainersReady, ready);
        self.show_condition(pod, PodCondition::Ready, ready);
        self.show_disruption(pod);
    }

    /// That its kubelet makes it go, if it does.
    pub(super) fn show_disruption(&mut self, pod: PodId) {
        if self.pods[pod].is_disrupted {
            self.show_condition(pod, PodCondition::DisruptionTarget, Truth::True);
        }
    }

    pub(super) fn show_condition(&mut self, pod: PodId, condition: PodCondition, status: Truth) {
        if !R::LISTENS {
            return;
        }
        let now = self.now;
        let row = &mut self.pods[pod];
        let shown = &mut row.told_mut().shown;
        if shown.conditions[condition as usize].replace(status) == Some(status) {
            return;
        }
        if condition == PodCondition::Ready && status == Truth::True {
            shown.ready.get_or_insert(now);
        }
        let pod = row.name;
        self.tell(Record::PodConditionTurned { pod, condition, status });
    }

    /// Shows how a Pod ended; its containers have, too.
    pub(super) fn show_end(&mut self, pod: PodId, reason: EndReason) {
        if !R::LISTENS {
            return;
        }
        let phase = if reason == EndReason::Completed { Phase::Succeeded } else { Phase::Failed };
        if self.pods[pod].stage != Stage::Queued && reason != EndReason::Rejected {
            self.show_containers(pod);
        }
        // A final phase is never taken back: evicted while only its sidecars stop, it has succeeded all the same.
        if !self.pods[pod].told().shown.phase().is_terminal() {
            self.show_phase(pod, phase);
        }
        if reason != EndReason::Rejected {
            self.show_conditions(pod);
        }
    }
}
