//! Planned events that nobody expects any more, swept out of the calendar before they pile up.
//!
//! What: an overtaken event would stay until its instant, which may be years away (a slow
//! ramp's end, a crossing that each change of a node moves), so a long run would hold
//! one for each pod that has gone. When the calendar has grown to twice what it needed, all
//! stale ones go at once: O(1) an event, amortized.
//! Never: an event that would do anything. Who is asked here is who its `on_…` asks first.

use super::calendar::{Entry, Ticket};
use super::event::Event;
use super::pod_row::{ContainerRow, PodRow};
use super::record::Recorder;
use super::simulation::Simulation;
use super::source::Source;
use crate::ground::PodId;
use crate::model::{ContainerIndex, Usage};

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn sweep_if_crowded(&mut self) {
        if self.calendar.is_crowded() {
            let mut calendar = std::mem::take(&mut self.calendar);
            calendar.sweep(|entry| self.is_expected(entry));
            self.calendar = calendar;
        }
    }

    /// Whether who an event is for still knows its ticket. Those without a ticket always happen.
    fn is_expected(&self, entry: &Entry) -> bool {
        let ticket = entry.ticket();
        match entry.event() {
            Event::UsageTurns { pod, container, usage } => {
                self.container_expects(pod, container, |one| one.usage_ticket(usage), ticket)
            }
            Event::ContainerHitsLimit { pod, container } => {
                self.container_expects(pod, container, |one| one.usage_ticket(Usage::WorkingSet), ticket)
            }
            Event::ShutdownGoesOn { pod, container } => {
                self.container_expects(pod, container, |one| Some(one.shutdown()?.ticket), ticket)
            }
            Event::ProbeAsks { pod, container, kind } => {
                self.container_expects(pod, container, |one| one.probing()?.ticket(kind), ticket)
            }
            Event::ContainerStarts { pod, container }
            | Event::ContainerIsUp { pod, container }
            | Event::ContainerExits { pod, container } => {
                self.container_expects(pod, container, |one| Some(one.ticket), ticket)
            }
            Event::PodIsBound { pod } | Event::PodIsPulled { pod } | Event::PodStops { pod } => {
                self.pod_expects(pod, |row| Some(row.ticket), ticket)
            }
            Event::PodHitsLimit { pod } => self.pod_expects(pod, |row| Some(row.limit_ticket), ticket),
            Event::TolerationEnds { pod } => self.pod_expects(pod, |row| Some(row.toleration_ticket), ticket),
            Event::NodeRunsOut { node } => self.nodes[node.index()].runs_out.ticket == ticket,
            Event::PodsHitLimit { node } => self.nodes[node.index()].pods_hit_limit.ticket == ticket,
            Event::MonitorPasses { node } => self.nodes[node.index()].pass.ticket == ticket,
            Event::NodeIsUnreachable { node } => self.nodes[node.index()].outages == ticket,
            Event::SchedulerFlushes => self.scheduling.flush_ticket() == ticket,
            Event::NodeUsageTurns { .. }
            | Event::NodeFallsSilent { .. }
            | Event::NodeAnswers { .. }
            | Event::PodIsReplaced { .. }
            | Event::PodArrives { .. }
            | Event::SchedulerRuns => true,
        }
    }

    fn container_expects(
        &self,
        pod: PodId,
        container: ContainerIndex,
        expected: impl Fn(&ContainerRow) -> Option<Ticket>,
        ticket: Ticket,
    ) -> bool {
        self.pod_expects(pod, |row| expected(row.containers.get(usize::from(container.0))?), ticket)
    }

    fn pod_expects(&self, pod: PodId, expected: impl Fn(&PodRow) -> Option<Ticket>, ticket: Ticket) -> bool {
        self.pods.get(pod).and_then(expected) == Some(ticket)
    }
}

impl ContainerRow {
    /// That of the next turn of one of its curves, while it walks along it.
    fn usage_ticket(&self, usage: Usage) -> Option<Ticket> {
        if usage == Usage::WorkingSet {
            return self.walk.map(|_| self.usage_ticket);
        }
        self.others().iter().find(|other| other.usage == usage).map(|other| other.walk.ticket)
    }
}
