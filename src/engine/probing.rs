//! The probes of a running container: asked when an answer can matter.
//!
//! What: the instants of a kubelet's questions, and what a row must know to ask them.
//! A question whose answer is known to change nothing is not asked
//! (docs/decisions/0009); with [`Passes::Every`] all of them are.
//! Never: what an answer is, or what so many of them come to: [`crate::lifecycle::probe`].

use super::calendar::Ticket;
use super::event::Event;
use super::pod_row::{ContainerRow, ContainerState, PodRow};
use super::record::{Record, Recorder};
use super::setting::Passes;
use super::simulation::Simulation;
use super::source::Source;
use crate::ground::{PodId, SimDuration, SimTime};
use crate::lifecycle::actions::ContainerSeen;
use crate::lifecycle::probe::{Answer, ProbeResult, Prober, ask, first_question_from, health_changes};
use crate::model::{ContainerIndex, Health, ProbeKind, ProbeSpec, Probes};

/// The probes of one instance of a container.
#[derive(Debug)]
pub struct Probing {
    up: SimTime,
    all: [Option<Asking>; ProbeKind::ALL.len()],
}

#[derive(Debug)]
struct Asking {
    prober: Prober,
    /// Not before then: what was asked at one instant is not asked again.
    not_before: SimTime,
    ticket: Ticket,
}

impl Probing {
    /// None, if the container has no probes.
    fn begin(probes: &Probes, up: SimTime) -> Option<Probing> {
        if *probes == Probes::default() {
            return None;
        }
        let asking = |kind| {
            let prober = probes.of(kind).map(|_| Prober::new(kind));
            prober.map(|prober| Asking { prober, not_before: up, ticket: 0 })
        };
        let all = ProbeKind::ALL.map(asking);
        Some(Probing { up, all })
    }

    fn result(&self, kind: ProbeKind) -> Option<ProbeResult> {
        self.all[kind as usize].as_ref().and_then(|asking| asking.prober.result())
    }

    /// That of the next question, if there is such a probe.
    pub fn ticket(&self, kind: ProbeKind) -> Option<Ticket> {
        self.all[kind as usize].as_ref().map(|asking| asking.ticket)
    }

    /// What the readiness probe has come to; absent without one.
    pub fn readiness(&self) -> Option<ProbeResult> {
        self.result(ProbeKind::Readiness)
    }

    /// Whether there is no startup probe, or it has succeeded.
    pub fn has_started(&self) -> bool {
        self.all[ProbeKind::Startup as usize].is_none()
            || self.result(ProbeKind::Startup) == Some(ProbeResult::Success)
    }
}

impl ContainerRow {
    /// What its kubelet knows of its probes.
    pub fn with_results(&self, seen: ContainerSeen) -> ContainerSeen {
        let Some(probing) = self.probing() else { return seen };
        ContainerSeen {
            startup: probing.result(ProbeKind::Startup),
            liveness: probing.result(ProbeKind::Liveness),
            ..seen
        }
    }

    fn health(&self, kind: ProbeKind) -> &Health {
        match kind {
            ProbeKind::Readiness => self.life.readiness.as_deref().unwrap_or(&self.life.health),
            ProbeKind::Startup | ProbeKind::Liveness => &self.life.health,
        }
    }
}

impl PodRow {
    fn probe(&self, container: ContainerIndex, kind: ProbeKind) -> ProbeSpec {
        let probe = self.template.container(container).probes.of(kind);
        *probe.expect("what is asked is in the manifest")
    }
}

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn begin_probing(&mut self, pod: PodId, container: ContainerIndex) {
        let now = self.now;
        let row = &mut self.pods[pod];
        let probing = Probing::begin(&row.template.container(container).probes, now);
        if probing.is_some() {
            row.container(container).its_extras().probing = probing;
            self.plan_questions(pod, container);
        }
    }

    /// Plans what is next to be asked of a container: from now on, whatever was settled before.
    pub(super) fn plan_questions(&mut self, pod: PodId, container: ContainerIndex) {
        if self.pods[pod].container(container).probing().is_some() {
            for kind in ProbeKind::ALL {
                self.plan_question(pod, container, kind, self.now);
            }
        }
    }

    fn plan_question(&mut self, pod: PodId, container: ContainerIndex, kind: ProbeKind, from: SimTime) {
        let ticket = self.pods.new_ticket(pod);
        let one = self.pods[pod].container(container);
        let Some(probing) = one.probing_mut() else { return };
        let is_its_turn = kind == ProbeKind::Startup || probing.has_started();
        let (up, Some(asking)) = (probing.up, &mut probing.all[kind as usize]) else { return };
        asking.ticket = ticket;
        let from = from.max(asking.not_before);
        if is_its_turn && !asking.prober.is_done() {
            let at = first_question_from(&self.pods[pod].probe(container, kind), up, from);
            self.calendar.plan(at, Event::ProbeAsks { pod, container, kind }, ticket);
        }
    }

    pub(super) fn on_probe_asks(
        &mut self,
        pod: PodId,
        container: ContainerIndex,
        kind: ProbeKind,
        ticket: Ticket,
    ) {
        let now = self.now;
        let Some(row) = self.pods.get_mut(pod) else { return };
        if row.is_stopping() && kind != ProbeKind::Readiness {
            return; // Who is told to stop is not asked whether it lives.
        }
        let Some(one) = row.containers.get(usize::from(container.0)) else { return };
        let Some(asking) = one.asking(kind).filter(|asking| asking.ticket == ticket) else { return };
        let up = one.probing().map_or(now, |probing| probing.up);
        let mut prober = asking.prober;
        let spec = row.probe(container, kind);
        let working_set = one.memory().at(now).bytes();
        let answer = ask(one.health(kind), &spec, now.since(up), working_set);
        let says_nothing_new = prober.is_settled(answer.is_good());
        let result = prober.answer(&spec, answer.is_good());
        let is_settled = prober.is_settled(answer.is_good());
        let changes = self.answer_changes(pod, container, kind, answer);
        let one = self.pods[pod].container(container);
        if let Some(asking) = one.probing_mut().and_then(|probing| probing.all[kind as usize].as_mut()) {
            (asking.prober, asking.not_before) = (prober, now.after(SimDuration::micros(1)));
        }
        if !says_nothing_new {
            self.tell_answer(pod, container, kind, answer);
        }
        let next = if is_settled && self.setting.passes != Passes::Every { changes } else { now };
        self.plan_question(pod, container, kind, next);
        if let Some(result) = result {
            self.probe_turned(pod, container, kind, result);
        }
    }

    fn tell_answer(&mut self, pod: PodId, container: ContainerIndex, probe: ProbeKind, answer: Answer) {
        if !answer.is_good() {
            let (pod, node) = (self.pods[pod].name, self.pods[pod].its_node());
            let timed_out = answer == Answer::TimedOut;
            self.tell(Record::ProbeFailed { pod, node, container, probe, timed_out });
        }
    }

    /// The earliest instant at which the container may answer otherwise, if nothing else
    /// changes. What memory makes it answer is known as far as its curve's next turn, which plans anew.
    fn answer_changes(
        &self,
        pod: PodId,
        container: ContainerIndex,
        kind: ProbeKind,
        answer: Answer,
    ) -> SimTime {
        let one = &self.pods[pod].containers[usize::from(container.0)];
        let health = one.health(kind);
        let up = one.probing().map_or(self.now, |probing| probing.up);
        let by_time = health_changes(health, up, self.now);
        let by_memory = match health.memory_at_most {
            None => SimTime::NEVER,
            Some(most) if answer.is_good() => {
                one.memory().first_above(most, self.now).unwrap_or(SimTime::NEVER)
            }
            Some(_) => self.now,
        };
        by_time.min(by_memory)
    }

    fn probe_turned(&mut self, pod: PodId, container: ContainerIndex, kind: ProbeKind, result: ProbeResult) {
        if kind == ProbeKind::Startup && result == ProbeResult::Success {
            self.plan_questions(pod, container);
        }
        if kind != ProbeKind::Readiness {
            self.sync(pod);
        }
        self.show(pod);
    }
}

impl ContainerRow {
    fn asking(&self, kind: ProbeKind) -> Option<&Asking> {
        if self.state != ContainerState::Running {
            return None;
        }
        self.probing()?.all[kind as usize].as_ref()
    }

    /// Whether what it answers depends on its memory.
    pub fn answers_by_memory(&self) -> bool {
        self.probing().is_some()
            && ProbeKind::ALL.iter().any(|kind| self.health(*kind).memory_at_most.is_some())
    }
}
