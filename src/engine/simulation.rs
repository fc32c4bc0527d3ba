//! The simulation: one run, event by event.
//!
//! What: its state, its loop, and what all events share. What each event does
//! stands in `on_pod`, `on_container`, `on_usage`, `probing` and `on_stop` (a pod's life), `on_node` (memory
//! and the kernel), `on_outage`, `on_deletion`, `on_kubelet` (the eviction loop), `on_scheduler`, `on_preemption` and `on_workload`.
//! Never: a rule of Kubernetes; decisions are asked for, then carried out.
//! Next: [`super::calendar`], what is yet to happen.
//!
//! Touched by an event: one entry of the calendar, one pod's row, one node's row.

use super::calendar::{Calendar, Entry, Ticket};
use super::event::{Code, Event};
use super::node_row::{NodeRow, Planned, node_rows};
use super::on_scheduler::Scheduling;
use super::on_workload::WorkloadRow;
use super::pod_row::{ContainerRow, PodRow, Pods};
use super::record::{Record, Recorder};
use super::setting::{Passes, Setting};
use super::source::Source;
use super::totals::Totals;
use crate::ground::{Line, NodeId, PodId, SimTime, WorkloadId};
use crate::lifecycle::actions::{ContainerSeen, PodActions};
use crate::model::{ContainerIndex, NodeColumns, Usage};

/// Runs a setting to its horizon, and gives the recorder back with all it was told.
///
/// The same setting and the same source's draws give the same records, always.
///
/// # Panics
/// If the setting's eviction loops or samples come without any time between them, or
/// its horizon is [`SimTime::NEVER`]: a scenario's check refuses these.
pub fn run<S: Source, R: Recorder>(setting: &Setting, source: S, recorder: R) -> R {
    run_counted(setting, source, recorder).0
}

/// Runs as [`run`] does, and says what came of it, too.
///
/// # Panics
/// As [`run`].
pub fn run_counted<S: Source, R: Recorder>(setting: &Setting, source: S, recorder: R) -> (R, Totals) {
    Simulation::new(setting, source, recorder).run(|_| ())
}

/// One run under way.
pub struct Simulation<'a, S, R> {
    pub(super) setting: &'a Setting,
    pub(super) source: S,
    pub(super) recorder: R,
    pub(super) now: SimTime,
    pub(super) calendar: Calendar,
    /// The last in the order of events of those that happened now: what comes
    /// before it in that order had its turn.
    latest: Option<Code>,
    pub(super) pods: Pods,
    pub(super) totals: Totals,
    pub(super) nodes: Vec<NodeRow>,
    pub(super) columns: NodeColumns,
    pub(super) scheduling: Scheduling<'a>,
    pub(super) workloads: Vec<WorkloadRow>,
    /// What the volume of each claim holds; absent: nobody has attached it yet.
    pub(super) claims: Vec<Option<Line>>,
    /// Kept for their room.
    pub(super) containers_seen: Vec<ContainerSeen>,
    pub(super) actions: PodActions,
    /// The node of which this event changed what is used there.
    changed: Option<NodeId>,
    next_sample: SimTime,
}

impl<'a, S: Source, R: Recorder> Simulation<'a, S, R> {
    pub(super) fn new(setting: &'a Setting, source: S, recorder: R) -> Simulation<'a, S, R> {
        Simulation {
            setting,
            source,
            recorder,
            now: SimTime::START,
            calendar: Calendar::default(),
            latest: None,
            pods: Pods::default(),
            totals: Totals::default(),
            nodes: node_rows(&setting.nodes),
            columns: NodeColumns::new(setting.nodes.iter().map(|node| &node.node)),
            scheduling: Scheduling::new(setting),
            workloads: setting.workloads.iter().map(|_| WorkloadRow::default()).collect(),
            claims: vec![None; setting.claims.len()],
            containers_seen: Vec::new(),
            actions: PodActions::default(),
            changed: None,
            next_sample: if setting.sample_every.is_some() { SimTime::START } else { SimTime::NEVER },
        }
    }

    /// Lets everything happen, up to the horizon; `audit` looks on after each event.
    pub(super) fn run(mut self, audit: impl Fn(&Self)) -> (R, Totals) {
        self.go_on(audit);
        self.end();
        (self.recorder, self.totals)
    }

    /// The same, but what the horizon cuts off is not told.
    pub(super) fn go_on(&mut self, mut audit: impl FnMut(&Self)) {
        self.begin();
        while let Some(entry) = self.next_entry() {
            self.sample_before(entry.at);
            self.turn_to(&entry);
            self.totals.events += 1;
            self.happen(entry);
            if let Some(node) = self.changed.take() {
                self.plan_what_follows(node);
            }
            self.sweep_if_crowded();
            audit(self);
        }
    }

    /// The next event within the horizon. Rows of pods whose turn is near are fetched from afar together, not one by one.
    fn next_entry(&mut self) -> Option<Entry> {
        let (pods, nodes) = (&self.pods, &self.nodes);
        self.calendar.pop_until(self.setting.horizon, |near| {
            // First all the rows, then what they name: so the one waits while the others come.
            for entry in near {
                match entry.event() {
                    Event::ContainerExits { pod, .. } => pods.fetch(pod),
                    Event::UsageTurns { pod, .. } => pods.fetch_memory(pod),
                    _ => {} // Too few of them to matter.
                }
            }
            for entry in near {
                match entry.event() {
                    Event::ContainerExits { pod, .. } => {
                        pods.node_of(pod).inspect(|node| nodes[node.index()].fetch());
                    }
                    Event::UsageTurns { pod, container, .. } => {
                        pods.fetch_piece(pod, container).inspect(|node| nodes[node.index()].fetch_memory());
                    }
                    _ => {}
                }
            }
        })
    }

    fn begin(&mut self) {
        assert!(self.setting.horizon < SimTime::NEVER, "a run ends");
        for node in self.columns.ids() {
            self.begin_node(node);
            self.plan_outages(node);
        }
        for workload in 0..self.workloads.len() as u32 {
            self.plan_arrival(WorkloadId(workload));
        }
    }

    fn turn_to(&mut self, entry: &Entry) {
        if entry.at > self.now || self.latest.is_none_or(|latest| latest < entry.code()) {
            (self.now, self.latest) = (entry.at, Some(entry.code()));
        }
    }

    fn happen(&mut self, entry: Entry) {
        let ticket = entry.ticket();
        match entry.event() {
            Event::NodeUsageTurns { node, part } => self.on_node_usage_turns(node, part),
            Event::UsageTurns { pod, container, usage: Usage::WorkingSet } => {
                self.on_usage_turns(pod, container, ticket)
            }
            Event::UsageTurns { pod, container, usage } => {
                self.on_other_use_turns(pod, container, usage, ticket)
            }
            Event::ShutdownGoesOn { pod, container } => self.on_shutdown_goes_on(pod, container, ticket),
            Event::ContainerExits { pod, container } => self.on_container_exits(pod, container, ticket),
            Event::PodStops { pod } => self.on_pod_stops(pod, ticket),
            Event::ContainerHitsLimit { pod, container } => {
                self.on_container_hits_limit(pod, container, ticket)
            }
            Event::PodHitsLimit { pod } => self.on_pod_hits_limit(pod, ticket),
            Event::PodsHitLimit { node } => self.on_pods_hit_limit(node, ticket),
            Event::NodeRunsOut { node } => self.on_node_runs_out(node, ticket),
            Event::MonitorPasses { node } => self.on_monitor_passes(node, ticket),
            Event::PodIsBound { pod } => self.on_pod_is_bound(pod, ticket),
            Event::PodIsPulled { pod } => self.on_pod_is_pulled(pod, ticket),
            Event::ContainerStarts { pod, container } => self.on_container_starts(pod, container, ticket),
            Event::ContainerIsUp { pod, container } => self.on_container_is_up(pod, container, ticket),
            Event::ProbeAsks { pod, container, kind } => self.on_probe_asks(pod, container, kind, ticket),
            Event::NodeFallsSilent { node } => self.on_node_falls_silent(node),
            Event::NodeAnswers { node } => self.on_node_answers(node),
            Event::NodeIsUnreachable { node } => self.on_node_is_unreachable(node, ticket),
            Event::TolerationEnds { pod } => self.on_toleration_ends(pod, ticket),
            Event::PodIsReplaced { workload } => self.on_pod_is_replaced(workload),
            Event::PodArrives { workload } => self.on_pod_arrives(workload),
            Event::SchedulerFlushes => self.on_scheduler_flushes(ticket),
            Event::SchedulerRuns => self.on_scheduler_runs(),
        }
    }

    /// Whether an event of now has had its turn, so that it cannot be planned for now.
    fn is_over(&self, event: Event) -> bool {
        self.latest.is_some_and(|latest| latest >= event.code())
    }

    /// Whether it was the last in the order of events of those that happened now.
    pub(super) fn is_latest(&self, event: Event) -> bool {
        self.latest == Some(event.code())
    }

    /// Changes the sum of a node's pods' memory; crossings are worked out when the event is over.
    pub(super) fn change_memory(&mut self, node: NodeId, change: impl FnOnce(&mut Line)) {
        self.memory_changes(node);
        self.nodes[node.index()].change_pods(change);
        self.node_changed(node);
    }

    /// To be called before a node's memory changes.
    pub(super) fn memory_changes(&mut self, node: NodeId) {
        if R::LISTENS {
            self.nodes[node.index()].keep_peak(self.now);
        }
    }

    /// Changes the sum of what a node's containers use of something that is not memory.
    pub(super) fn change_store(&mut self, node: NodeId, usage: Usage, change: impl FnOnce(&mut Line)) {
        self.nodes[node.index()].stores.change(usage, change);
        self.node_changed(node);
    }

    pub(super) fn node_changed(&mut self, node: NodeId) {
        debug_assert!(self.changed.is_none_or(|changed| changed == node), "an event is about one node");
        self.changed = Some(node);
    }

    /// Plans what a node's use leads to as it now goes: the kernel's kills, the kubelet's look.
    pub(super) fn plan_what_follows(&mut self, node: NodeId) {
        let row = &self.nodes[node.index()];
        if self.setting.passes == Passes::ThatMatter && row.is_calm() {
            debug_assert!(row.crosses_nothing(self.now), "a calm node's memory leads to nothing");
            return;
        }
        let (full, full_of_pods) = (row.first_full(self.now), row.first_full_of_pods(self.now));
        self.plan_at_most_once(node, full, Event::NodeRunsOut { node }, |row| &mut row.runs_out);
        self.plan_at_most_once(node, full_of_pods, Event::PodsHitLimit { node }, |row| {
            &mut row.pods_hit_limit
        });
        self.plan_pass(node);
    }

    pub(super) fn plan_pass(&mut self, node: NodeId) {
        let event = Event::MonitorPasses { node };
        let row = &self.nodes[node.index()];
        let at = match self.setting.passes {
            _ if row.awaited_victims > 0 => SimTime::NEVER,
            Passes::Every => row.next_look,
            Passes::ThatMatter => {
                row.next_pass_that_matters(self.now, self.is_over(event), self.first_over_limit(node))
            }
        };
        self.plan_at_most_once(node, at, event, |row| &mut row.pass);
    }

    fn plan_at_most_once(
        &mut self,
        node: NodeId,
        at: SimTime,
        event: Event,
        planned: fn(&mut NodeRow) -> &mut Planned,
    ) {
        let planned = planned(&mut self.nodes[node.index()]);
        if planned.at != at {
            *planned = Planned { at, ticket: planned.ticket.wrapping_add(1) };
            self.calendar.plan(at, event, planned.ticket);
        }
    }

    /// Plans something of a pod's own, under a new ticket for `whose`: older ones are stale.
    pub(super) fn plan_for_pod(
        &mut self,
        pod: PodId,
        at: SimTime,
        event: Event,
        whose: impl FnOnce(&mut PodRow) -> &mut Ticket,
    ) {
        let (ticket, row) = self.pods.with_new_ticket(pod);
        *whose(row) = ticket;
        self.calendar.plan(at, event, ticket);
    }

    /// Plans what one of a pod's containers does next. `when` tells by its row, which it may change.
    pub(super) fn plan_for_container(
        &mut self,
        (pod, container): (PodId, ContainerIndex),
        event: Event,
        when: impl FnOnce(&mut ContainerRow) -> SimTime,
    ) {
        let (ticket, row) = self.pods.with_new_ticket(pod);
        let one = row.container(container);
        one.ticket = ticket;
        self.calendar.plan(when(one), event, ticket);
    }

    pub(super) fn tell(&mut self, record: Record<'_>) {
        if R::LISTENS {
            self.recorder.record(self.now, record);
        }
    }

    /// Tells how a pod's memory goes on, after it changed.
    pub(super) fn tell_memory(&mut self, pod: PodId) {
        if !R::LISTENS {
            return;
        }
        let row = &self.pods[pod];
        let node = row.its_node();
        if self.recorder.sees_memory(node) {
            let record = Record::MemoryTurned { pod: row.name, node, memory: row.memory() };
            self.tell(record);
        }
    }

    /// Shows the recorder all nodes at the sampling instants before the next event: a
    /// sample comes after all that happens at its instant.
    fn sample_before(&mut self, next_event: SimTime) {
        while self.next_sample < next_event && self.next_sample <= self.setting.horizon {
            self.sample();
        }
    }

    fn sample(&mut self) {
        let at = self.next_sample;
        for (row, node) in self.nodes.iter().zip(self.columns.ids()) {
            if R::LISTENS {
                let sample = row.sample(node, &self.columns.bound[node.index()], at);
                self.recorder.record(at, Record::NodeSample(sample));
            }
        }
        let every = self.setting.sample_every.expect("sampling has a period, or there is no next sample");
        assert!(every.0 > 0, "time passes between samples");
        self.next_sample = at.after(every);
    }

    /// Tells of everything that the horizon cuts off.
    fn end(&mut self) {
        self.sample_before(SimTime::NEVER);
        self.now = self.setting.horizon;
        self.tell_of_pods_alive();
        for node in self.columns.ids() {
            let end = self.nodes[node.index()].end(node, self.now);
            self.tell(Record::NodeEnded(end));
        }
    }
}
