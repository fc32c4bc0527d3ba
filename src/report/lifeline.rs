//! Lifelines: what the first pods of a run were, from when to when, for a chart.
//!
//! What: a [`Lifeline`] is a row of stretches, each in one [`State`], and [`Mark`]s at
//! instants; the [`Lives`] of a run are those of its first pods, their containers and nodes.
//! Bounded: by [`MOST_PODS`], [`MOST_NODES`], and for each line by what a chart could show.
//! Never: a glyph or a color. What is left out stands in `lives.csv`.
//! Next: [`super::ledger`] fills it, [`super::chart`] and [`super::drawing`] show it.

use crate::ground::{NodeId, SimDuration, SimTime};
use crate::lifecycle::{ContainerStatus, Phase, PodCondition, Truth, WaitingReason};
use crate::model::{ContainerIndex, ContainerSpec, PodTemplate, Role};

/// How many pods of a run a chart shows: the first that are made.
pub const MOST_PODS: usize = 40;
/// How many nodes of a run have a line of their own in it: the scenario's first.
pub const MOST_NODES: usize = 40;
/// How many parts of a run a line tells apart. Two stretches in a row are never both
/// shorter than one part, so a line has at most twice as many.
const PARTS: u64 = 512;

/// What is so for a while, the less important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Not there yet, or no longer; of a node: nothing to tell.
    Absent,
    /// Of a container: waiting for others, or being made.
    Pending,
    Succeeded,
    Failed,
    /// Init containers at their work.
    Initializing,
    Ready,
    NotReady,
    BackOff,
    Terminating,
    Unknown,
    /// Of a node: it reports a condition.
    UnderPressure,
}

/// What happened at an instant, the less important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Restarted,
    /// The container ended by itself, without success.
    Crashed,
    KilledByProbe,
    OomKilled,
    Rejected,
    Deleted,
    Preempted,
    Evicted,
}

impl State {
    /// In the order of a life, as a legend tells them; without [`State::Absent`], which has no sign.
    pub const TOLD: [State; 10] = [
        State::Pending,
        State::Initializing,
        State::NotReady,
        State::Ready,
        State::BackOff,
        State::Terminating,
        State::Unknown,
        State::Succeeded,
        State::Failed,
        State::UnderPressure,
    ];

    /// In the words of a legend; what is absent has none.
    pub fn words(self) -> &'static str {
        match self {
            State::Absent => "",
            State::Pending => "pending, waiting",
            State::Succeeded => "succeeded",
            State::Failed => "failed",
            State::Initializing => "initializing",
            State::Ready => "running, ready",
            State::NotReady => "running, not ready",
            State::BackOff => "back-off",
            State::Terminating => "terminating",
            State::Unknown => "unknown",
            State::UnderPressure => "node under pressure",
        }
    }
}

impl Mark {
    pub const ALL: [Mark; 8] = [
        Mark::Restarted,
        Mark::Crashed,
        Mark::KilledByProbe,
        Mark::OomKilled,
        Mark::Rejected,
        Mark::Deleted,
        Mark::Preempted,
        Mark::Evicted,
    ];

    /// In the words of a legend.
    pub fn words(self) -> &'static str {
        match self {
            Mark::Restarted => "restarted",
            Mark::Crashed => "ended with an error",
            Mark::KilledByProbe => "killed: probe failed",
            Mark::OomKilled => "OOM-killed",
            Mark::Rejected => "rejected",
            Mark::Deleted => "deleted",
            Mark::Preempted => "preempted",
            Mark::Evicted => "evicted",
        }
    }
}

/// A line: one state after the other, and marks. It begins absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifeline {
    /// What may be run together: see [`PARTS`].
    part: SimDuration,
    turns: Vec<(SimTime, State)>,
    marks: Vec<(SimTime, Mark)>,
}

/// Part of a line, from an instant until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: SimTime,
    pub until: SimTime,
    pub state: State,
}

impl Lifeline {
    pub fn new(horizon: SimTime) -> Lifeline {
        Lifeline { part: SimDuration(horizon.0 / PARTS), turns: Vec::new(), marks: Vec::new() }
    }

    /// It is in `state` from now on.
    pub fn turn(&mut self, now: SimTime, state: State) {
        if self.state() == state {
            return;
        }
        // What lasted no time was not seen; its mark, if it had one, tells of it.
        if self.turns.last().is_some_and(|(from, _)| *from == now) {
            self.turns.pop();
            if self.state() == state {
                return;
            }
        }
        self.run_together(now);
        self.turns.push((now, state));
    }

    /// Makes one of the last two stretches, if both were too short to be told apart.
    fn run_together(&mut self, now: SimTime) {
        let [.., (earlier, one), (later, other)] = self.turns[..] else { return };
        if later.since(earlier) < self.part && now.since(later) < self.part {
            self.turns.pop();
            self.turns.pop();
            self.turns.push((earlier, one.max(other)));
        }
    }

    /// Something happened now. The same again within a part of the run is one mark.
    pub fn mark(&mut self, now: SimTime, mark: Mark) {
        let mut recent = self.marks.iter().rev().take_while(|(at, _)| now.since(*at) < self.part);
        if !recent.any(|(_, known)| *known == mark) {
            self.marks.push((now, mark));
        }
    }

    pub fn state(&self) -> State {
        self.turns.last().map_or(State::Absent, |(_, state)| *state)
    }

    pub fn marks(&self) -> &[(SimTime, Mark)] {
        &self.marks
    }

    /// All of it until the end of the run, but where it is absent.
    pub fn stretches(&self, horizon: SimTime) -> impl Iterator<Item = Stretch> {
        let ends = self.turns.iter().skip(1).map(|(from, _)| *from).chain([horizon]);
        let stretches = self.turns.iter().zip(ends);
        stretches
            .map(|(&(from, state), until)| Stretch { from, until, state })
            .filter(|stretch| stretch.state != State::Absent)
    }
}

/// A container's line.
#[derive(Clone, Debug)]
pub struct ContainerLine {
    pub name: String,
    pub role: Role,
    pub line: Lifeline,
    has_run: bool,
    /// Its probe cost it its life; how it then ends is no news.
    is_killed: bool,
}

impl ContainerLine {
    /// Its name, with what it is where that is not plain.
    pub fn label(&self) -> String {
        match self.role {
            Role::Init => format!("{} (init)", self.name),
            Role::Sidecar => format!("{} (sidecar)", self.name),
            Role::Regular => self.name.clone(),
        }
    }

    /// Takes what the API shows of it from now on.
    pub fn turn(&mut self, now: SimTime, (status, ready): (ContainerStatus, bool)) {
        let state = self.shown(status, ready);
        let runs = status == ContainerStatus::Running;
        let ran = matches!(self.line.state(), State::Ready | State::NotReady | State::Initializing);
        if runs && !ran && self.has_run {
            self.line.mark(now, Mark::Restarted);
            self.is_killed = false;
        }
        self.has_run |= runs;
        self.line.turn(now, state);
    }

    /// Its kubelet stops it, since a probe failed.
    pub fn is_killed_by_probe(&mut self, now: SimTime) {
        self.is_killed = true;
        self.line.mark(now, Mark::KilledByProbe);
    }

    fn shown(&self, status: ContainerStatus, ready: bool) -> State {
        match status {
            ContainerStatus::Waiting(WaitingReason::CrashLoopBackOff) => State::BackOff,
            ContainerStatus::Waiting(_) => State::Pending,
            ContainerStatus::Running if self.role == Role::Init => State::Initializing,
            ContainerStatus::Running if ready => State::Ready,
            ContainerStatus::Running => State::NotReady,
            ContainerStatus::Terminated(exit) if exit.is_success() => State::Succeeded,
            ContainerStatus::Terminated(_) => State::Failed,
        }
    }
}

/// A Pod's line, with those of its containers.
#[derive(Clone, Debug)]
pub struct PodLine {
    serial: u64,
    pub name: String,
    pub node: Option<NodeId>,
    node_name: String,
    pub line: Lifeline,
    /// In the order of the manifest, init containers first.
    pub containers: Vec<ContainerLine>,
    phase: Phase,
    ready: Truth,
    initialized: bool,
    terminating: bool,
    over: bool,
}

impl PodLine {
    fn new(serial: u64, name: String, template: &PodTemplate, horizon: SimTime) -> PodLine {
        let container = |(role, spec): (Role, &ContainerSpec)| ContainerLine {
            name: spec.name.clone(),
            role,
            line: Lifeline::new(horizon),
            has_run: false,
            is_killed: false,
        };
        PodLine {
            serial,
            name,
            node: None,
            node_name: String::new(),
            line: Lifeline::new(horizon),
            containers: template.spec.all_with_roles().map(container).collect(),
            phase: Phase::Pending,
            ready: Truth::False,
            initialized: false,
            terminating: false,
            over: false,
        }
    }

    pub fn bind(&mut self, now: SimTime, node: NodeId, name: &str) {
        (self.node, self.node_name) = (Some(node), name.to_owned());
        self.show(now);
    }

    /// The node it is bound to, or that it has none.
    pub fn node_name(&self) -> &str {
        if self.node.is_some() { &self.node_name } else { "(no node)" }
    }

    pub fn turn_phase(&mut self, now: SimTime, phase: Phase) {
        if self.over {
            return;
        }
        self.phase = phase;
        self.line.turn(now, self.shown());
    }

    pub fn turn_condition(&mut self, now: SimTime, (condition, status): (PodCondition, Truth)) {
        match condition {
            PodCondition::Ready => self.ready = status,
            PodCondition::Initialized => self.initialized = status == Truth::True,
            PodCondition::PodScheduled | PodCondition::ContainersReady | PodCondition::DisruptionTarget => {}
        }
        self.show(now);
    }

    /// Before its phase was told there is nothing to see, and nothing new after its end.
    fn show(&mut self, now: SimTime) {
        if self.line.state() != State::Absent && !self.over {
            self.line.turn(now, self.shown());
        }
    }

    /// It was told to go, and is on its way.
    pub fn terminates(&mut self, now: SimTime, why: Mark) {
        self.terminating = true;
        self.line.mark(now, why);
        self.line.turn(now, self.shown());
    }

    /// It is over. Who was deleted is no longer there; of the others the phase stays.
    pub fn ends(&mut self, now: SimTime, phase: Phase, deleted: bool) {
        (self.phase, self.over) = (phase, true);
        self.line.turn(now, if deleted { State::Absent } else { self.shown() });
        for container in &mut self.containers {
            container.line.turn(now, State::Absent);
        }
    }

    fn shown(&self) -> State {
        let has_init = self.containers.iter().any(|container| container.role == Role::Init);
        match self.phase {
            _ if self.terminating && !self.over => State::Terminating,
            Phase::Pending if self.node.is_some() && has_init && !self.initialized => State::Initializing,
            Phase::Pending => State::Pending,
            Phase::Succeeded => State::Succeeded,
            Phase::Failed => State::Failed,
            Phase::Unknown => State::Unknown,
            Phase::Running => match self.ready {
                Truth::True => State::Ready,
                Truth::False => State::NotReady,
                Truth::Unknown => State::Unknown,
            },
        }
    }
}

/// A node's line.
#[derive(Clone, Debug)]
pub struct NodeLine {
    pub name: String,
    pub line: Lifeline,
    /// How many conditions it reports.
    reported: u32,
    reachable: bool,
}

impl NodeLine {
    /// It begins or ceases to report a condition.
    pub fn turn_condition(&mut self, now: SimTime, holds: bool) {
        self.reported = if holds { self.reported + 1 } else { self.reported.saturating_sub(1) };
        self.line.turn(now, self.shown());
    }

    pub fn turn_ready(&mut self, now: SimTime, status: Truth) {
        self.reachable = status == Truth::True;
        self.line.turn(now, self.shown());
    }

    fn shown(&self) -> State {
        match (self.reachable, self.reported) {
            (false, _) => State::Unknown,
            (true, 0) => State::Absent,
            (true, _) => State::UnderPressure,
        }
    }
}

/// The lives of a run, as far as a chart shows them.
#[derive(Clone, Debug)]
pub struct Lives {
    pub horizon: SimTime,
    /// In order of creation.
    pub pods: Vec<PodLine>,
    /// By id.
    pub nodes: Vec<NodeLine>,
    /// Pods made after those.
    pub more_pods: u64,
}

impl Lives {
    /// Of a run until `horizon`, on nodes of these names.
    pub fn new<'a>(horizon: SimTime, nodes: impl Iterator<Item = &'a str>) -> Lives {
        let node = |name: &str| NodeLine {
            name: name.to_owned(),
            line: Lifeline::new(horizon),
            reported: 0,
            reachable: true,
        };
        Lives { horizon, pods: Vec::new(), nodes: nodes.take(MOST_NODES).map(node).collect(), more_pods: 0 }
    }

    /// A pod was made; it has a line if it is among the first.
    pub fn on_created(&mut self, serial: u64, name: impl FnOnce() -> String, template: &PodTemplate) {
        if self.pods.len() < MOST_PODS {
            self.pods.push(PodLine::new(serial, name(), template, self.horizon));
        } else {
            self.more_pods += 1;
        }
    }

    pub fn pod(&mut self, serial: u64) -> Option<&mut PodLine> {
        let place = self.pods.binary_search_by_key(&serial, |pod| pod.serial).ok()?;
        self.pods.get_mut(place)
    }

    /// A container of a pod that is not over yet.
    pub fn container(&mut self, serial: u64, container: ContainerIndex) -> Option<&mut ContainerLine> {
        let pod = self.pod(serial).filter(|pod| !pod.over)?;
        pod.containers.get_mut(usize::from(container.0))
    }

    /// A container ended by itself, without success. It is no news if it was told to end.
    pub fn on_crashed(&mut self, now: SimTime, serial: u64, container: ContainerIndex) {
        if self.pod(serial).is_some_and(|pod| pod.terminating) {
            return;
        }
        if let Some(container) = self.container(serial, container).filter(|one| !one.is_killed) {
            container.line.mark(now, Mark::Crashed);
        }
    }

    pub fn node(&mut self, node: NodeId) -> Option<&mut NodeLine> {
        self.nodes.get_mut(node.index())
    }

    /// Pods by the node they were last on, in the order of nodes; those without one at the end.
    pub fn by_node(&self) -> Vec<(Option<NodeId>, Vec<&PodLine>)> {
        let mut nodes: Vec<Option<NodeId>> = self.pods.iter().map(|pod| pod.node).collect();
        nodes.sort_unstable_by_key(|node| (node.is_none(), *node));
        nodes.dedup();
        let on = |node| (node, self.pods.iter().filter(|pod| pod.node == node).collect());
        nodes.into_iter().map(on).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SimTime {
        SimTime(seconds * 1_000_000)
    }

    #[test]
    fn what_lasted_no_time_is_no_stretch() {
        let mut line = Lifeline::new(at(100));
        line.turn(at(0), State::Pending);
        line.turn(at(10), State::Failed);
        line.turn(at(10), State::BackOff);
        line.turn(at(10), State::Pending);
        let stretches: Vec<Stretch> = line.stretches(at(100)).collect();
        assert_eq!(stretches, [Stretch { from: at(0), until: at(100), state: State::Pending }]);
    }

    #[test]
    fn a_line_that_turns_without_end_stays_as_long_as_a_chart_could_show() {
        // A million turns, ten in each thousandth of a part and less.
        let horizon = at(1_000_000);
        let mut line = Lifeline::new(horizon);
        for second in 0..1_000_000 {
            line.turn(at(second), if second % 2 == 0 { State::Ready } else { State::BackOff });
            line.mark(at(second), Mark::Crashed);
            line.mark(at(second), Mark::Restarted);
        }
        assert!(line.turns.len() as u64 <= 2 * PARTS + 2, "{} stretches", line.turns.len());
        assert!(line.marks.len() as u64 <= 2 * (PARTS + 1), "{} marks", line.marks.len());
        assert!(
            line.turns.iter().any(|(_, state)| *state == State::BackOff),
            "the more important one is kept"
        );
    }
}
