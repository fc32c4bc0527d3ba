//! The scheduler's turn: pods get their nodes, and kubelets take or refuse them.
//!
//! What: one pod after another is tried, with what came of it; how long that takes; and what may be of
//! use to those that were refused.
//! Never: which node, whom to preempt, whom to try next: [`crate::scheduling`] decides that.
//! Next: `on_preemption`, what becomes of a pod that fits nowhere.

use super::calendar::Ticket;
use super::event::Event;
use super::node_row::{NodeRow, Planned};
use super::on_outage::Contact;
use super::pod_row::{Pods, Stage};
use super::record::{EndReason, Record, Recorder};
use super::setting::{Setting, Ties};
use super::simulation::Simulation;
use super::source::{Choice, Source};
use crate::eviction::admit;
use crate::ground::{NodeId, PodId, SimDuration, SimTime};
use crate::lifecycle::{PodCondition, Truth};
use crate::model::Taint;
use crate::scheduling::index::Index;
use crate::scheduling::queue::Popped;
use crate::scheduling::{
    Backoff, BoundPod, BoundPods, ClusterEvent, Cycle, Facts, InVain, NodeFacts, Nominated, PluginSet, Queue,
    SearchFrom, schedule, search,
};

impl Ties {
    /// Which of so many equals is taken.
    pub(super) fn choose(self, source: &mut impl Source, choice: Choice, among: usize) -> usize {
        match self {
            Ties::Drawn if among > 1 => source.choose(choice, among),
            Ties::First | Ties::Drawn => 0,
        }
    }
}

/// The scheduler while it runs.
pub(super) struct Scheduling<'a> {
    pub queue: Queue,
    pub index: Index<'a>,
    /// Whether its next turn is planned.
    is_due: bool,
    flush: Planned,
    /// Where the next search begins, if it does not look at all nodes.
    search_from: SearchFrom,
    /// Pods that wait for room that was made for them.
    pub nominations: Vec<Nomination>,
    /// Whom it has refused, while it takes its time over that.
    refused: Option<(PodId, PluginSet)>,
    /// How many bound pods have each priority, by priority.
    priorities: Vec<(i32, u32)>,
}

/// A node that was promised to a pod.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nomination {
    pub pod: PodId,
    pub node: NodeId,
    /// When others were last told to go for it.
    pub preempted: Option<SimTime>,
}

/// What a refused pod waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitsFor {
    /// Something that may be of use to it.
    Events,
    /// Time: nothing that happens now is of use to it.
    Time,
}

/// The engine's own rows, as decisions see them.
pub(super) struct PodsOnNodes<'a> {
    pub nodes: &'a [NodeRow],
    pub pods: &'a Pods,
    pub now: SimTime,
}

impl BoundPods for PodsOnNodes<'_> {
    fn on(&self, node: NodeId) -> impl Iterator<Item = BoundPod<'_>> {
        self.nodes[node.index()].pods.iter().map(|pod| {
            let row = &self.pods[*pod];
            BoundPod {
                pod: *pod,
                serial: row.name.serial,
                template: &row.template,
                started: row.bound.if_ever().unwrap_or(self.now),
                is_terminating: row.deletion.is_some(),
                is_being_preempted: row.deletion == Some(EndReason::Preempted),
            }
        })
    }
}

impl<'a> Scheduling<'a> {
    pub fn new(setting: &'a Setting) -> Scheduling<'a> {
        let scheduler = &setting.scheduler;
        Scheduling {
            queue: Queue::new(Backoff {
                initial: scheduler.initial_backoff,
                longest: scheduler.longest_backoff,
            }),
            index: Index::new(&scheduler.profile, &setting.peers),
            is_due: false,
            flush: Planned::NOT,
            search_from: SearchFrom::default(),
            nominations: Vec::new(),
            refused: None,
            priorities: Vec::new(),
        }
    }

    /// Whether any bound pod is less important than that.
    pub fn has_lower_priority_than(&self, priority: i32) -> bool {
        self.priorities.first().is_some_and(|(lowest, _)| *lowest < priority)
    }

    fn count_priority(&mut self, priority: i32) {
        match self.priorities.binary_search_by_key(&priority, |(priority, _)| *priority) {
            Ok(place) => self.priorities[place].1 += 1,
            Err(place) => self.priorities.insert(place, (priority, 1)),
        }
    }

    fn discount_priority(&mut self, priority: i32) {
        let place = self.priorities.binary_search_by_key(&priority, |(priority, _)| *priority);
        let place = place.expect("a bound pod was counted");
        self.priorities[place].1 -= 1;
        if self.priorities[place].1 == 0 {
            self.priorities.remove(place);
        }
    }

    pub fn flushes_at(&self) -> SimTime {
        self.flush.at
    }

    pub fn flush_ticket(&self) -> Ticket {
        self.flush.ticket
    }
}

/// Its turns.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// Lets the scheduler run now, if anybody is to be tried and it is not busy.
    pub(super) fn plan_scheduler(&mut self) {
        if !self.scheduling.is_due && self.scheduling.queue.is_active() {
            self.plan_its_turn(self.now);
        }
    }

    fn plan_its_turn(&mut self, at: SimTime) {
        self.scheduling.is_due = true;
        self.calendar.plan(at, Event::SchedulerRuns, 0);
    }

    pub(super) fn on_scheduler_runs(&mut self) {
        self.scheduling.is_due = false;
        if let Some((pod, refused_by)) = self.scheduling.refused.take() {
            self.scheduling.queue.fail(pod, refused_by, self.now);
        }
        let cycle_time = self.setting.scheduler.cycle_time;
        while let Some(popped) = self.scheduling.queue.pop() {
            self.try_pod(popped);
            if cycle_time > SimDuration::ZERO {
                self.plan_its_turn(self.now.after(cycle_time));
                break;
            }
        }
        self.plan_flush(); // However busy it is: who has backed off long enough is active again.
    }

    fn plan_flush(&mut self) {
        let at = self.scheduling.queue.next_flush();
        let flush = &mut self.scheduling.flush;
        if flush.at != at {
            *flush = Planned { at, ticket: flush.ticket.wrapping_add(1) };
            self.calendar.plan(at, Event::SchedulerFlushes, flush.ticket);
        }
    }

    pub(super) fn on_scheduler_flushes(&mut self, ticket: Ticket) {
        if self.scheduling.flush.ticket == ticket {
            self.scheduling.flush.at = SimTime::NEVER;
            self.scheduling.queue.flush(self.now);
            self.plan_scheduler();
            self.plan_flush();
        }
    }

    fn try_pod(&mut self, popped: Popped) {
        match self.best_node(popped) {
            Ok(node) => {
                self.scheduling.queue.done(popped.pod);
                self.forget_nomination(popped.pod);
                self.bind(popped.pod, node);
            }
            Err(refused_by) => {
                if popped.attempts == 1 {
                    self.tell_refusals(popped.pod);
                    self.show_condition(popped.pod, PodCondition::PodScheduled, Truth::False);
                }
                let waits_for = self.make_room(popped);
                let (queue, takes_time) =
                    (&mut self.scheduling.queue, self.setting.scheduler.cycle_time > SimDuration::ZERO);
                match waits_for {
                    WaitsFor::Time => queue.error(popped.pod, self.now),
                    WaitsFor::Events if takes_time => {
                        self.scheduling.refused = Some((popped.pod, refused_by))
                    }
                    WaitsFor::Events => queue.fail(popped.pod, refused_by, self.now),
                }
            }
        }
    }

    /// The node that is best for a pod, or who refuses it everywhere.
    fn best_node(&mut self, popped: Popped) -> Result<NodeId, PluginSet> {
        let row = &self.pods[popped.pod];
        let (name, template) = (row.name, &row.template);
        let scheduling = &mut self.scheduling;
        let place = scheduling.index.place_of(template, &self.columns);
        let on_nodes = PodsOnNodes { nodes: &self.nodes, pods: &self.pods, now: self.now };
        let nominated = nominated(&scheduling.nominations, &self.pods);
        let peers = &self.setting.peers;
        let facts = Facts { nodes: &self.columns, pods: &on_nodes, peers, nominated: &nominated };
        let attempt = popped.attempts;
        let choice = Choice::BestNode { workload: name.workload, replica: name.replica, attempt };
        let (ties, source) = (self.setting.scheduler.ties, &mut self.source);
        let mut choose = |among: usize| ties.choose(source, choice, among);
        if scheduling.index.ask(place).is_local(&facts, popped.pod) {
            let standing = scheduling.index.standing(place, &self.columns);
            let Some(best) = standing.scores().best() else { return Err(standing.refusing_plugins()) };
            return Ok(standing.scores().nth_best(best, choose(best.nodes as usize) as u32));
        }
        let attempt = schedule(facts, scheduling.index.ask(place), popped.pod, scheduling.search_from);
        scheduling.search_from = attempt.search.next;
        match attempt.best[..] {
            [] => Err(attempt.search.refusing_plugins()),
            _ => Ok(attempt.best[choose(attempt.best.len())]),
        }
    }

    /// Tells who refuses a pod, and what preemption could do for it: before any is preempted.
    fn tell_refusals(&mut self, pod: PodId) {
        if !R::LISTENS || !self.recorder.sees_refusals() {
            return;
        }
        let row = &self.pods[pod];
        let place = self.scheduling.index.place_of(&row.template, &self.columns);
        let on_nodes = PodsOnNodes { nodes: &self.nodes, pods: &self.pods, now: self.now };
        let nominated = nominated(&self.scheduling.nominations, &self.pods);
        let facts = Facts {
            nodes: &self.columns,
            pods: &on_nodes,
            peers: &self.setting.peers,
            nominated: &nominated,
        };
        let cycle = Cycle::prepare(facts, self.scheduling.index.ask(place), pod);
        let search = search(&cycle, SearchFrom::default());
        let refusals = search.refusals(&self.columns, &row.template);
        let preempts = self.setting.scheduler.profile.preempts;
        let preemption = preempts.then(|| InVain::after(&cycle, &search)).flatten();
        let name = row.name;
        self.tell(Record::PodUnschedulable {
            pod: name,
            refusals: &refusals,
            preemption: preemption.as_ref(),
        });
    }
}

/// Whoever was promised a node, with its template.
pub(super) fn nominated<'a>(nominations: &[Nomination], pods: &'a Pods) -> Vec<Nominated<'a>> {
    let with_template =
        |one: &Nomination| Nominated { pod: one.pod, node: one.node, template: &pods[one.pod].template };
    nominations.iter().map(with_template).collect()
}

/// What comes of it.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// The pod counts on the node from now on; the node's kubelet hears of it when the API has.
    fn bind(&mut self, pod: PodId, node: NodeId) {
        self.totals.placements += 1;
        let on_node = &mut self.nodes[node.index()];
        let row = &mut self.pods[pod];
        row.bind(node, on_node.capacity());
        let place = on_node.pods.len();
        on_node.pods.push(pod);
        on_node.limited_pods += u32::from(row.template.limits_storage);
        self.columns.bind(node, &row.template);
        let priority = row.template.priority;
        self.pods.set_place(pod, place);
        if R::LISTENS {
            on_node.tally.pod_is_bound(&self.columns.bound[node.index()]);
        }
        self.scheduling.index.node_changed(node);
        self.scheduling.count_priority(priority);
        let scheduler = &self.setting.scheduler;
        let delay = scheduler.cycle_time + scheduler.binding_latency;
        if delay == SimDuration::ZERO {
            self.be_bound(pod);
        } else {
            self.pods[pod].stage = Stage::Binding;
            let bound = self.now.after(delay);
            self.plan_for_pod(pod, bound, Event::PodIsBound { pod }, |row| &mut row.ticket);
        }
    }

    pub(super) fn on_pod_is_bound(&mut self, pod: PodId, ticket: Ticket) {
        if self.pods.expected(pod, ticket).is_some() {
            self.be_bound(pod);
        }
    }

    fn be_bound(&mut self, pod: PodId) {
        let row = &mut self.pods[pod];
        row.bound = self.now;
        row.stage = Stage::Unheard;
        let (name, node, deletion) = (row.name, row.its_node(), row.deletion);
        self.tell(Record::PodBound { pod: name, node });
        self.show_condition(pod, PodCondition::PodScheduled, Truth::True);
        self.tell_queue_of_arrival(pod);
        match (self.nodes[node.index()].contact, deletion) {
            (Contact::Heard, None) => self.admit(pod),
            (Contact::Heard, Some(reason)) => self.hear_of_deletion(pod, reason),
            (Contact::Silent, _) => {}
            (Contact::Unreachable, _) => {
                self.show_as_lost(pod);
                self.plan_toleration(pod);
            }
        }
    }

    /// Its kubelet hears of a pod, and takes it or refuses it.
    pub(super) fn admit(&mut self, pod: PodId) {
        let row = &self.pods[pod];
        let (name, node) = (row.name, row.its_node());
        let conditions = self.nodes[node.index()].conditions;
        if admit(&row.template, conditions).is_ok() {
            self.begin_pulling(pod);
        } else {
            self.nodes[node.index()].tally.rejections += 1;
            self.tell(Record::PodRejected { pod: name, node, conditions });
            self.end_pod(pod, EndReason::Rejected);
        }
    }

    /// A pod has gone: its room is free, and may be of use to those that were refused.
    pub(super) fn release(&mut self, pod: PodId) {
        let row = &self.pods[pod];
        let node = row.its_node();
        self.columns.release(node, &row.template);
        self.scheduling.index.node_changed(node);
        self.scheduling.discount_priority(row.template.priority);
        let event = ClusterEvent::AssignedPodDeleted { pod: &row.template };
        self.scheduling.queue.happened(&event, self.now);
        self.plan_scheduler();
        self.plan_flush();
    }

    fn tell_queue_of_arrival(&mut self, pod: PodId) {
        let event = ClusterEvent::AssignedPodAdded { pod: &self.pods[pod].template };
        if self.scheduling.queue.happened(&event, self.now) > 0 {
            self.plan_scheduler();
            self.plan_flush();
        }
    }

    /// A node bears a taint from now on, or bears it no more.
    pub(super) fn change_taint(&mut self, node: NodeId, taint: Taint, is_there: bool) {
        let before = self.columns.taints[node.index()].clone();
        self.columns.taint(node, taint, is_there);
        self.scheduling.index.node_changed(node);
        let old = NodeFacts { taints: &before, ..NodeFacts::of(&self.setting.nodes[node.index()].node) };
        let new = NodeFacts { taints: &self.columns.taints[node.index()], ..old };
        for event in ClusterEvent::of_change(old, new) {
            self.scheduling.queue.happened(&event, self.now);
        }
        self.plan_scheduler();
        self.plan_flush();
    }
}
