//! The nodes' rows: each node's memory, its kubelet's loop, and its tally.
//!
//! What: sums that change only when a segment does, the instants at which they
//! cross a line, and what is told of a node at the end.
//! Never: what happens there; that is `on_node`.
//!
//! Hot: a change of memory touches one [`NodeRow`]: two additions to a [`Line`],
//! and one division for each line that a rising sum can cross.

use super::addresses::{Addresses, addresses_a_node};
use super::calendar::Ticket;
use super::on_outage::Contact;
use super::record::{NodeEnd, NodeSample};
use super::setting::NodeSetting;
use super::stores::{Stores, first_below};
use super::walk::OwnWalk;
use crate::eviction::{
    EvictionSettings, Monitor, NodeCondition, NodeConditions, Observation, Observations, Signal,
};
use crate::ground::{Bytes, Level, Line, NodeId, PodId, SimDuration, SimTime};
use crate::model::{Bound, NodePart, Piece};
use std::hint::black_box;
use std::sync::Arc;

/// A node while it runs.
///
/// In this order: what a change of its memory looks at, if nobody listens, lies in its first two cache lines.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct NodeRow {
    pods_memory: Line,
    /// Pods that stay at this level or below it cross no line; negative where nobody knows.
    calm_level: Level,
    pub runs_out: Planned,
    pub pods_hit_limit: Planned,
    pub pass: Planned,
    /// How many pods here have a limit of local storage.
    pub limited_pods: u32,
    pub monitor: Monitor,

    /// What is no pod's: that of `system_daemons` and of `page_cache`.
    own_memory: Line,
    /// Of all that is used of it, even where that is more than there is. Kept for whoever listens.
    peak_memory: Level,
    /// When that was last looked at.
    last_change: SimTime,
    pub stores: Stores,
    capacity: Bytes,
    pods_memory_limit: Bytes,
    /// Below this no line is crossed, however its memory is shared out; negative: one of them is always crossed.
    lowest_line: Level,
    /// The highest threshold in bytes of each memory signal; nobody has to look
    /// while the signals are above these.
    highest_threshold: Bytes,
    highest_allocatable_threshold: Bytes,
    monitoring_interval: SimDuration,
    /// Those bound here, in no order.
    pub pods: Vec<PodId>,
    /// The part of the pods' memory that no kill gives back: what memory-backed volumes hold.
    volumes_memory: Line,
    system_daemons: OwnWalk,
    page_cache: OwnWalk,
    pub conditions: NodeConditions,
    /// The conditions that the control plane knows of.
    pub heard_conditions: NodeConditions,
    pub contact: Contact,
    /// How many times it has fallen silent.
    pub outages: u32,
    pub addresses: Addresses,
    /// When its eviction loop looks next, whether the look matters or not.
    pub next_look: SimTime,
    /// How often its kubelet had to choose among thresholds.
    pub choices: u32,
    /// When the loop, which waits for its victims, looks again at the earliest.
    pub cleaned_up: SimTime,
    /// How many victims the loop waits for.
    pub awaited_victims: u32,
    pub tally: Tally,
}

/// A node's memory at one instant, and what of it is used, even where that is more than there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemorySums {
    pub capacity: Bytes,
    pub used: Bytes,
    /// What all its pods together may use.
    pub pods_limit: Bytes,
    pub used_by_pods: Bytes,
}

impl MemorySums {
    /// What the eviction loop would see of memory if pods used so much less; all other signals as in `others`.
    ///
    /// Source: kubernetes `makeSignalObservations` (1.32).
    pub fn observed_with_less(&self, less: Bytes, others: Observations) -> Observations {
        let seen = |capacity: Bytes, used: Bytes| {
            Observation::fresh(capacity - used.saturating_sub(less).min(capacity), capacity)
        };
        others
            .with(Signal::MemoryAvailable, seen(self.capacity, self.used))
            .with(Signal::AllocatableMemoryAvailable, seen(self.pods_limit, self.used_by_pods))
    }
}

/// An event of which at most one is planned at a time.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    pub at: SimTime,
    pub ticket: Ticket,
}

/// What is counted of a node. Only whoever listens hears of it; what is counted often, is counted for them alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub pods_bound: u64,
    pub evictions: u64,
    pub oom_kills: u64,
    pub rejections: u64,
    peak_requested_memory: Bytes,
    peak_pods: u32,
    under_pressure: SimDuration,
    under_pressure_since: Option<SimTime>,
}

impl Planned {
    pub const NOT: Planned = Planned { at: SimTime::NEVER, ticket: 0 };
}

/// The rows of all nodes, with as many addresses each.
pub fn node_rows(nodes: &[NodeSetting]) -> Vec<NodeRow> {
    let most_pods = nodes.iter().map(|node| node.node.allocatable.pods).max().unwrap_or_default();
    let size = addresses_a_node(most_pods);
    nodes.iter().zip(0..).map(|(node, number)| NodeRow::new(node, Addresses::of_node(number, size))).collect()
}

impl NodeRow {
    fn new(setting: &NodeSetting, addresses: Addresses) -> NodeRow {
        let NodeSetting { node, kubelet } = setting;
        assert!(kubelet.monitoring_interval > SimDuration::ZERO, "an eviction loop takes time");
        let highest = |signal, capacity| highest_threshold(kubelet, signal, capacity).unwrap_or(Bytes::ZERO);
        let (capacity, pods_memory_limit) = (node.capacity.memory, node.pods_memory_limit);
        let highest_threshold = highest(Signal::MemoryAvailable, capacity);
        let highest_allocatable_threshold = highest(Signal::AllocatableMemoryAvailable, pods_memory_limit);
        let line = |limit: Bytes, threshold: Bytes| Level::from(limit) - Level::from(threshold);
        let lines =
            [line(capacity, highest_threshold), line(pods_memory_limit, highest_allocatable_threshold)];
        let mut row = NodeRow {
            pods_memory: Line::default(),
            calm_level: Level::ZERO,
            runs_out: Planned::NOT,
            pods_hit_limit: Planned::NOT,
            pass: Planned::NOT,
            limited_pods: 0,
            monitor: Monitor::new(kubelet),
            own_memory: Line::default(),
            peak_memory: Level::ZERO,
            last_change: SimTime::START,
            stores: Stores::new(node, kubelet),
            capacity,
            pods_memory_limit,
            lowest_line: lines[0].min(lines[1]),
            highest_threshold,
            highest_allocatable_threshold,
            monitoring_interval: kubelet.monitoring_interval,
            pods: Vec::new(),
            volumes_memory: Line::default(),
            system_daemons: OwnWalk::begin(&node.system_daemons, SimTime::START),
            page_cache: OwnWalk::begin(&node.page_cache, SimTime::START),
            conditions: NodeConditions::NONE,
            heard_conditions: NodeConditions::NONE,
            contact: Contact::Heard,
            outages: 0,
            addresses,
            next_look: SimTime::START.after(node.first_pass),
            choices: 0,
            cleaned_up: SimTime::START,
            awaited_victims: 0,
            tally: Tally::default(),
        };
        row.sum_up_its_own();
        row
    }

    /// What follows from those parts of its memory that are no pod's.
    fn sum_up_its_own(&mut self) {
        let parts = [&self.system_daemons, &self.page_cache].map(|walk| Line::from(walk.ramp));
        self.own_memory = parts[0] + parts[1];
        // Parts are never negative: if their sum is below a line, so is each of them.
        let levels = parts[0].level().zip(parts[1].level());
        let nobody_knows = Level::ZERO - Bytes(1).into();
        let levels = levels.filter(|_| self.stores.are_none()); // These have lines of their own.
        self.calm_level = levels.map_or(nobody_knows, |(system, cache)| self.lowest_line - (system + cache));
    }

    /// Changes the sum of its pods' memory. Whoever changes memory, here or below, keeps
    /// the peak before, if anybody wants to know it ([`NodeRow::keep_peak`]).
    #[inline]
    pub fn change_pods(&mut self, change: impl FnOnce(&mut Line)) {
        change(&mut self.pods_memory);
    }

    /// Changes what its pods' memory-backed volumes hold, which is part of the pods' memory.
    pub fn change_volumes(&mut self, change: impl Fn(&mut Line)) {
        self.change_pods(&change);
        change(&mut self.volumes_memory);
    }

    /// To be called before memory changes: between two changes it is a straight
    /// line, so its peak is at either end.
    pub fn keep_peak(&mut self, now: SimTime) {
        if now > self.last_change {
            let peak = self.total().highest_between(self.last_change, now);
            self.peak_memory = self.peak_memory.max(peak);
            self.last_change = now;
        }
    }

    /// Those parts of its own use that have a curve to walk.
    pub fn parts(&self) -> Vec<NodePart> {
        let memory = [NodePart::SystemDaemons, NodePart::PageCache];
        memory.into_iter().chain(self.stores.parts()).collect()
    }

    /// # Panics
    /// If the node has no such part: events are planned for those of [`NodeRow::parts`].
    pub fn part(&self, part: NodePart) -> &OwnWalk {
        match part {
            NodePart::SystemDaemons => &self.system_daemons,
            NodePart::PageCache => &self.page_cache,
            _ => self.stores.walk(part).expect("a part of this node"),
        }
    }

    /// Lets a part of its own use go on to its next segment.
    ///
    /// # Panics
    /// As [`NodeRow::part`].
    pub fn turn_part(&mut self, part: NodePart, now: SimTime, draw: impl FnOnce(u32) -> Arc<[Piece]>) {
        let walk = match part {
            NodePart::SystemDaemons => &mut self.system_daemons,
            NodePart::PageCache => &mut self.page_cache,
            _ => self.stores.walk_mut(part).expect("a part of this node"),
        };
        walk.turn(now, draw);
        self.sum_up_its_own();
    }

    /// Asks memory for what a change of its memory needs.
    pub fn fetch_memory(&self) {
        black_box((self.runs_out.at, self.pass.at));
    }

    /// Asks memory for what the going of a pod needs.
    pub fn fetch(&self) {
        self.fetch_memory();
        black_box((self.contact, self.pods.last().copied()));
    }

    pub fn own_memory(&self) -> Line {
        self.own_memory
    }

    pub fn capacity(&self) -> Bytes {
        self.capacity
    }

    pub fn pods_memory(&self) -> Line {
        self.pods_memory
    }

    /// What the kernel cannot take back without a kill.
    pub fn held(&self) -> Line {
        let mut held = self.pods_memory;
        held += self.system_daemons.ramp;
        held
    }

    fn total(&self) -> Line {
        self.pods_memory + self.own_memory
    }

    /// What the kubelet reads: never more than there is.
    pub fn working_set(&self, now: SimTime) -> Bytes {
        self.total().at(now).bytes().min(self.capacity)
    }

    /// What the eviction loop sees.
    pub fn observe(&self, now: SimTime) -> Observations {
        let memory = self.memory_sums(now).observed_with_less(Bytes::ZERO, Observations::default());
        self.stores.observe(memory, now)
    }

    pub fn memory_sums(&self, now: SimTime) -> MemorySums {
        MemorySums {
            capacity: self.capacity,
            used: self.total().at(now).bytes(),
            pods_limit: self.pods_memory_limit,
            used_by_pods: self.pods_memory.at(now).bytes(),
        }
    }

    pub fn under_memory_pressure(&self) -> bool {
        self.conditions.contains(NodeCondition::MemoryPressure)
    }

    /// When a threshold is first met, if nothing changes.
    pub fn first_met(&self, now: SimTime) -> SimTime {
        if self.highest_threshold == Bytes::ZERO && self.highest_allocatable_threshold == Bytes::ZERO {
            return self.stores.first_met(now);
        }
        let node = first_below(self.total(), self.capacity, self.highest_threshold, now);
        let pods =
            first_below(self.pods_memory, self.pods_memory_limit, self.highest_allocatable_threshold, now);
        node.min(pods).min(self.stores.first_met(now))
    }

    /// Whether nothing follows from its use as it is, and nothing is planned, remembered or awaited that could
    /// make a difference: all of it together stays level, below every line. So most changes of most nodes
    /// leave it; what others lead to is worked out line by line.
    pub fn is_calm(&self) -> bool {
        let planned = [self.runs_out, self.pods_hit_limit, self.pass];
        planned.iter().all(|planned| planned.at == SimTime::NEVER)
            && self.monitor.is_idle()
            && self.limited_pods == 0
            && self.pods_memory.level().is_some_and(|pods| pods <= self.calm_level)
    }

    /// Whether no line is crossed, now or later, if nothing changes.
    pub fn crosses_nothing(&self, now: SimTime) -> bool {
        let first = [self.first_full(now), self.first_full_of_pods(now), self.first_met(now)];
        first == [SimTime::NEVER; 3]
    }

    /// When the kernel finds the node full, if nothing changes.
    pub fn first_full(&self, now: SimTime) -> SimTime {
        self.first_over(self.held(), self.capacity, now)
    }

    /// When the kernel finds the pods' cgroup full, if nothing changes. A limit
    /// that is all of the node's memory is the node's own.
    pub fn first_full_of_pods(&self, now: SimTime) -> SimTime {
        if self.pods_memory_limit >= self.capacity {
            return SimTime::NEVER;
        }
        self.first_over(self.pods_memory, self.pods_memory_limit, now)
    }

    /// Memory that no container holds cannot be had by a kill: the kernel waits for one that does.
    fn first_over(&self, line: Line, limit: Bytes, now: SimTime) -> SimTime {
        let Some(over) = line.first_above(limit, now) else { return SimTime::NEVER };
        let containers = self.pods_memory - self.volumes_memory;
        let killable = containers.first_above(Bytes::ZERO, now).unwrap_or(SimTime::NEVER);
        over.max(killable)
    }

    /// The next pass that can matter: none while all signals are above their
    /// thresholds and nothing is remembered (docs/decisions/0004). `is_over` says
    /// that a pass due now has had its turn.
    /// `over_limit` is when a pod first exceeds a limit of its own.
    pub fn next_pass_that_matters(&self, now: SimTime, is_over: bool, over_limit: SimTime) -> SimTime {
        if !self.monitor.is_idle() {
            return self.next_look;
        }
        let first_met = self.first_met(now).min(over_limit);
        if first_met == SimTime::NEVER {
            return SimTime::NEVER;
        }
        let pass = self.look_at_or_after(first_met);
        if pass == now && is_over { pass.after(self.monitoring_interval) } else { pass }
    }

    /// The loop's first look at or after an instant, if it finds nothing to do before.
    pub fn look_at_or_after(&self, instant: SimTime) -> SimTime {
        let missed = instant.since(self.next_look).0.div_ceil(self.monitoring_interval.0);
        self.next_look.after(self.monitoring_interval.times(missed))
    }

    pub fn sample(&self, node: NodeId, bound: &Bound, now: SimTime) -> NodeSample {
        let working_set = self.working_set(now);
        let pods_working_set = self.pods_memory.at(now).bytes().min(working_set);
        NodeSample {
            node,
            working_set,
            pods_working_set,
            system_working_set: working_set - pods_working_set,
            available: self.capacity - working_set,
            requested_memory: bound.memory,
            pods: bound.pods,
            under_pressure: self.under_memory_pressure(),
        }
    }

    /// What it came to.
    pub fn end(&mut self, node: NodeId, horizon: SimTime) -> NodeEnd {
        self.keep_peak(horizon);
        self.tally.pressure(horizon, false);
        NodeEnd {
            node,
            pods_bound: self.tally.pods_bound,
            evictions: self.tally.evictions,
            oom_kills: self.tally.oom_kills,
            rejections: self.tally.rejections,
            peak_working_set: self.peak_memory.bytes().min(self.capacity).max(self.working_set(horizon)),
            peak_requested_memory: self.tally.peak_requested_memory,
            peak_pods: self.tally.peak_pods,
            under_pressure: self.tally.under_pressure,
        }
    }
}

impl Tally {
    pub fn pod_is_bound(&mut self, bound: &Bound) {
        self.pods_bound += 1;
        self.peak_requested_memory = self.peak_requested_memory.max(bound.memory);
        self.peak_pods = self.peak_pods.max(bound.pods);
    }

    /// Counts the time under pressure, from one change to the next.
    pub fn pressure(&mut self, now: SimTime, under_pressure: bool) {
        if let Some(since) = self.under_pressure_since.take() {
            self.under_pressure = self.under_pressure + now.since(since);
        }
        self.under_pressure_since = under_pressure.then_some(now);
    }
}

fn highest_threshold(settings: &EvictionSettings, signal: Signal, capacity: Bytes) -> Option<Bytes> {
    let own = settings.thresholds.iter().filter(|threshold| threshold.signal == signal);
    own.map(|threshold| threshold.value.in_bytes(capacity)).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::{Threshold, ThresholdValue};
    use crate::ground::{MilliCpu, Ramp};
    use crate::model::{Node, Room, UsageCurve, usage::After};
    use proptest::prelude::*;

    const HOUR: SimDuration = SimDuration::hours(1);

    fn threshold(signal: Signal, bytes: u64) -> Threshold {
        Threshold {
            signal,
            value: ThresholdValue::Quantity(Bytes(bytes).into()),
            written: None,
            grace_period: SimDuration::ZERO,
            minimum_reclaim: None,
        }
    }

    fn curve(from: u64, to: u64) -> UsageCurve {
        UsageCurve::new([Piece { length: HOUR, from: Bytes(from), to: Bytes(to) }], After::Hold)
    }

    /// A node of 100 bytes, whose system uses some of it and whose pods do.
    fn row(kept: u64, [node, pods]: [u64; 2], uses: [(u64, u64); 3]) -> NodeRow {
        let room = Room { cpu: MilliCpu(1_000), memory: Bytes(100), pods: 1, ..Room::default() };
        let node_setting = NodeSetting {
            node: Node {
                pods_memory_limit: Bytes(100 - kept),
                system_daemons: curve(uses[0].0, uses[0].1),
                page_cache: curve(uses[1].0, uses[1].1),
                ..Node::new("n", room)
            },
            kubelet: Arc::new(EvictionSettings {
                thresholds: vec![
                    threshold(Signal::MemoryAvailable, node),
                    threshold(Signal::AllocatableMemoryAvailable, pods),
                ],
                pressure_transition_period: SimDuration::minutes(5),
                max_pod_grace_period: SimDuration::ZERO,
                monitoring_interval: SimDuration::seconds(10),
            }),
        };
        let mut row = node_rows(&[node_setting]).remove(0);
        let ramp = Ramp::towards(SimTime::START, Bytes(uses[2].0), Bytes(uses[2].1), HOUR);
        row.change_pods(|sum| *sum += ramp);
        row
    }

    #[test]
    fn a_node_is_calm_up_to_the_lowest_line_and_only_while_it_stays_level() {
        let calm = |uses| row(10, [20, 5], uses).is_calm();
        assert!(calm([(30, 30), (10, 10), (40, 40)]), "80 of 80");
        assert!(!calm([(30, 30), (10, 10), (41, 41)]));
        assert!(!calm([(0, 0), (0, 0), (40, 41)]), "it rises");
        assert!(!calm([(0, 0), (30, 20), (40, 50)]), "the sum is level, the pods are not");
        assert!(!row(10, [101, 5], [(0, 0); 3]).is_calm(), "a line that is always crossed");
    }

    proptest! {
        #[test]
        fn a_calm_node_crosses_nothing(
            kept in 0..60u64,
            thresholds in [0..120u64, 0..120u64],
            uses in prop::array::uniform3(prop_oneof![(0..40u64).prop_map(|at| (at, at)), (0..40u64, 0..40u64)]),
            now in 0..3_600_000_000u64,
        ) {
            let row = row(kept, thresholds, uses);
            prop_assert!(!row.is_calm() || row.crosses_nothing(SimTime(now)));
        }
    }
}
