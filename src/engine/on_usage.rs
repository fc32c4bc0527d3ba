//! What containers use as they live: memory, and everything else, the volumes among it.
//!
//! Source of the memory limits: Linux memory cgroups. What a container writes into a
//! memory-backed volume is charged to it while it lives, and to its Pod afterwards.

use super::calendar::Ticket;
use super::event::Event;
use super::pod_row::{OtherUse, PodRow, WITH_MEMORY};
use super::record::{PodName, Recorder};
use super::simulation::Simulation;
use super::source::{CurveOwner, Source};
use super::walk::OwnWalk;
use crate::ground::{Bytes, Line, NodeId, PodId, Ramp, SimTime};
use crate::model::{ContainerIndex, Medium, Usage};

/// More than any disk holds, and few enough for the sum of all volumes.
pub(super) const MOST_IN_A_VOLUME: Bytes = Bytes(1 << 50);

/// Memory of a container.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_usage_turns(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let now = self.now;
        let Some(row) = self.pods.with_usage(pod, container, ticket) else { return };
        self.totals.turns += 1;
        let node = row.its_node();
        let PodRow { name, containers, .. } = row;
        let source = &mut self.source;
        let (before, after) = containers[usize::from(container.0)].turn_memory(now, |draw| {
            let PodName { workload, replica, .. } = *name;
            let usage = Usage::WorkingSet;
            source.more_usage(CurveOwner::Container { workload, replica, container, usage }, draw)
        });
        self.change_memory(node, |sum| sum.replace(before, after));
        self.tell_memory(pod);
        // The ticket serves again: a limit under it lay before this turn, so nothing else is planned under it.
        self.plan_usage_under(ticket, pod, container);
    }

    /// A process that held what the container had added to its memory is gone; the rest goes on.
    pub(super) fn begin_memory_anew(&mut self, pod: PodId, container: ContainerIndex) {
        let now = self.now;
        let node = self.pods[pod].its_node();
        let row = self.pods[pod].container(container);
        row.its_extras().lost_a_process = Some(now);
        let before = row.walk.map_or(Ramp::NONE, |walk| walk.ramp);
        let after = row.begin_memory(now).ramp;
        self.change_memory(node, |sum| sum.replace(before, after));
        self.tell_memory(pod);
        self.plan_usage(pod, container);
    }

    /// Plans anew its curve's next turn, and the limit if it lies before that.
    pub(super) fn plan_usage(&mut self, pod: PodId, container: ContainerIndex) {
        let (ticket, row) = self.pods.with_new_ticket(pod);
        row.container(container).usage_ticket = ticket;
        self.plan_usage_under(ticket, pod, container);
    }

    fn plan_usage_under(&mut self, ticket: Ticket, pod: PodId, container: ContainerIndex) {
        let row = &self.pods[pod];
        let place = usize::from(container.0);
        let one = &row.containers[place];
        let until = one.walk.as_ref().expect(WITH_MEMORY).until;
        let limit = row.template.parts[place].memory_limit;
        let limit_at = limit.and_then(|limit| row.charged_to(container).first_above(limit, self.now));
        let has_limit = row.template.reachable_memory_limit.is_some();
        let is_asked = one.answers_by_memory();
        let turns = Event::UsageTurns { pod, container, usage: Usage::WorkingSet };
        self.calendar.plan(until, turns, ticket);
        if let Some(at) = limit_at.filter(|at| *at < until) {
            self.calendar.plan(at, Event::ContainerHitsLimit { pod, container }, ticket);
        }
        if has_limit {
            self.plan_memory_limit(pod);
        }
        if is_asked {
            self.plan_questions(pod, container);
        }
    }

    /// Plans when the Pod as a whole hits its limit, where that can be before a container does.
    pub(super) fn plan_memory_limit(&mut self, pod: PodId) {
        let Some(limit) = self.pods[pod].template.reachable_memory_limit else { return };
        let row = &self.pods[pod];
        let held = row.containers.iter().fold(Line::default(), |sum, one| sum + one.memory());
        let over = row.memory().first_above(limit, self.now);
        // Memory that no container holds cannot be had by a kill.
        let killable = held.first_above(Bytes::ZERO, self.now);
        let at = over.zip(killable).map_or(SimTime::NEVER, |(over, killable)| over.max(killable));
        self.plan_for_pod(pod, at, Event::PodHitsLimit { pod }, |row| &mut row.limit_ticket);
    }
}

/// What a container uses besides memory.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn start_others(&mut self, pod: PodId, container: ContainerIndex) {
        let now = self.now;
        let row = self.pods[pod].container(container);
        let begun = row.life.others.iter().map(|(usage, curve)| (*usage, OwnWalk::begin(curve, now)));
        let begun: Box<[_]> = begun.map(|(usage, walk)| OtherUse { usage, walk }).collect();
        row.its_extras().others = begun;
        for index in 0..self.pods[pod].container(container).others().len() {
            let other = &self.pods[pod].container(container).others()[index];
            let (usage, ramp) = (other.usage, other.walk.ramp);
            self.change_use(pod, usage, |sum| *sum += ramp);
            self.plan_other_turn(pod, container, index);
        }
    }

    /// Changes the sum that a use of a pod is part of: its node's, a claim's, or nobody's.
    fn change_use(&mut self, pod: PodId, usage: Usage, change: impl Fn(&mut Line)) {
        let node = self.pods[pod].its_node();
        let Usage::Volume(volume) = usage else { return self.change_store(node, usage, change) };
        match self.pods[pod].medium(volume) {
            Some(Medium::Memory) => self.change_volumes(node, change),
            Some(Medium::Disk) => self.change_store(node, Usage::Logs, change),
            None => self.change_claim(pod, volume, change),
        }
    }

    fn change_claim(&mut self, pod: PodId, volume: u16, change: impl FnOnce(&mut Line)) {
        if let Some(claim) = self.pods[pod].template.spec.volumes[usize::from(volume)].claim {
            change(self.claims[claim.index()].get_or_insert_default());
        }
    }

    pub(super) fn change_volumes(&mut self, node: NodeId, change: impl Fn(&mut Line)) {
        self.memory_changes(node);
        self.nodes[node.index()].change_volumes(change);
        self.node_changed(node);
    }

    fn plan_other_turn(&mut self, pod: PodId, container: ContainerIndex, index: usize) {
        let ticket = self.pods.new_ticket(pod);
        let other = &mut self.pods[pod].container(container).its_extras().others[index];
        other.walk.ticket = ticket;
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
        let name = row.name;
        let Some(one) = row.containers.get_mut(usize::from(container.0)) else { return };
        let Some(index) =
            one.others().iter().position(|other| (other.usage, other.walk.ticket) == (usage, ticket))
        else {
            return;
        };
        let walk = &mut one.its_extras().others[index].walk;
        let before = walk.ramp;
        let source = &mut self.source;
        let owner =
            CurveOwner::Container { workload: name.workload, replica: name.replica, container, usage };
        walk.turn(now, |draw| source.more_usage(owner, draw));
        let after = walk.ramp;
        self.change_use(pod, usage, |sum| sum.replace(before, after));
        self.plan_other_turn(pod, container, index);
        if matches!(usage, Usage::Volume(volume) if self.pods[pod].medium(volume) == Some(Medium::Memory)) {
            self.tell_memory(pod);
            self.plan_usage(pod, container); // What it wrote into memory counts against its limit.
        }
    }

    /// What a container used goes with it; what it wrote into volumes stays there.
    pub(super) fn end_others(&mut self, pod: PodId, container: ContainerIndex) {
        let others = std::mem::take(&mut self.pods[pod].container(container).its_extras().others);
        for other in &others {
            self.change_use(pod, other.usage, |sum| *sum -= other.walk.ramp);
            if let Usage::Volume(volume) = other.usage {
                self.keep_in_volume(pod, volume, other.walk.ramp.at(self.now).bytes());
            }
        }
    }

    fn keep_in_volume(&mut self, pod: PodId, volume: u16, written: Bytes) {
        let kept = Ramp::flat(written);
        self.change_claim(pod, volume, |held| *held += kept);
        let row = &mut self.pods[pod];
        let contents = &mut row.its_volumes().contents[usize::from(volume)];
        // Whoever writes anew with each restart fills any volume in the end.
        *contents = Bytes(contents.0.saturating_add(written.0)).min(MOST_IN_A_VOLUME);
        let (in_memory, on_disk) = (row.kept_on(Medium::Memory), row.kept_on(Medium::Disk));
        self.hold_in_volumes(pod, in_memory, on_disk);
    }
}
