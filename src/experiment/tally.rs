//! What one run comes to, counted as it happens: what the measures are taken from.
//!
//! What: counts, first causes, and sums over time, exact in integers. It keeps a few words for each
//! live pod and nothing of those that have gone.
//! Never: a share, a rate, a float: those are [`super::measures`]'; a row of a table.
//! Next: [`super::measures`].

use crate::engine::record::{Eviction, NodeEnd, NodeSample, OomCause, OomKill, PodEnd};
use crate::engine::{Record, Recorder, Setting};
use crate::eviction::NodeCondition;
use crate::ground::{Bytes, NodeId, SimTime};
use crate::model::template::Part;
use crate::model::{PodTemplate, QosClass, Role};
use std::collections::BTreeMap;

/// Listens to one run, and counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    horizon: SimTime,
    /// What happened before it is left out.
    warm_up: SimTime,
    nodes: Vec<NodeTally>,
    /// By serial: what live pods request and may use.
    live: BTreeMap<u64, Asked>,
    pub pods_created: u64,
    pub pods_unscheduled: u64,
    /// By class, in the order of [`QosClass::ALL`].
    pub evictions: [u64; QosClass::ALL.len()],
    pub evictions_innocent: u64,
    /// Of pods that are Guaranteed, or whose priority is above 0.
    pub evictions_protected: u64,
    /// Where a container met its own limit, or its Pod's.
    pub oom_kills_own_limit: u64,
    /// Where the memory of all pods of a node, or of the node, was full.
    pub oom_kills_node: u64,
    pub preemptions: u64,
    /// In microseconds, over all nodes.
    pub under_pressure: u128,
    /// Time of pods on a node, in microseconds.
    pub pod_time: u128,
    /// Byte-microseconds of memory requested by pods on a node.
    pub requested: u128,
    /// The same of memory limits, of the pods and containers that have one.
    pub limited: u128,
    /// Time of those pods on a node that have a container without a memory limit, in microseconds.
    pub unlimited_time: u128,
    /// The working sets of all nodes, over all looks at them.
    pub sampled_working_set: u128,
    /// The capacities of the same nodes, over the same looks.
    pub sampled_capacity: u128,
}

/// What a pod's manifest says of its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    request: Bytes,
    limit: Bytes,
    /// Whether a container that stays has no limit.
    is_unlimited: bool,
}

/// A node, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NodeTally {
    capacity: Bytes,
    allocatable: Bytes,
    /// Of the whole run.
    peak: Bytes,
    first: Option<First>,
    /// Since when it reports MemoryPressure.
    pressed_since: Option<SimTime>,
}

/// What a node met first when its memory ran short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    Evicted,
    OomKilled,
}

impl Tally {
    /// Nothing has happened yet.
    pub fn new(setting: &Setting) -> Tally {
        let node = |node: &crate::model::Node| NodeTally {
            capacity: node.capacity.memory,
            allocatable: node.allocatable.memory,
            peak: Bytes::ZERO,
            first: None,
            pressed_since: None,
        };
        Tally {
            horizon: setting.horizon,
            nodes: setting.nodes.iter().map(|setting| node(&setting.node)).collect(),
            ..Tally::default()
        }
    }

    /// The same, but what happens before `warm_up` is left out: as if the run began then, with what is there.
    #[must_use]
    pub fn after(self, warm_up: SimTime) -> Tally {
        Tally { warm_up, ..self }
    }

    pub fn all_evictions(&self) -> u64 {
        self.evictions.iter().sum()
    }

    /// On how many nodes the kernel killed, since the pods' or the node's memory was full, before the
    /// kubelet had evicted anybody.
    pub fn nodes_killed_first(&self) -> usize {
        self.nodes.iter().filter(|node| node.first == Some(First::OomKilled)).count()
    }

    /// The length of all nodes' runs together, in microseconds.
    pub fn node_time(&self) -> u128 {
        self.nodes.len() as u128 * self.length()
    }

    /// Byte-microseconds of allocatable memory.
    pub fn allocatable(&self) -> u128 {
        self.nodes.iter().map(|node| u128::from(node.allocatable.0)).sum::<u128>() * self.length()
    }

    /// The largest working set that any node had, with its capacity: of the node that was fullest.
    pub fn fullest(&self) -> Option<(Bytes, Bytes)> {
        let used = self.nodes.iter().map(|node| (node.peak, node.capacity));
        used.max_by(|a, b| {
            let cross = |peak: Bytes, other: Bytes| u128::from(peak.0) * u128::from(other.0);
            cross(a.0, b.1).cmp(&cross(b.0, a.1))
        })
    }

    fn length(&self) -> u128 {
        self.counted(SimTime::START, self.horizon)
    }

    /// How much of the time between two instants is after the warm-up, in microseconds.
    fn counted(&self, from: SimTime, until: SimTime) -> u128 {
        u128::from(until.max(self.warm_up).since(from.max(self.warm_up)).0)
    }

    fn on_created(&mut self, now: SimTime, serial: u64, template: &PodTemplate) {
        self.pods_created += u64::from(self.warm_up <= now);
        let limit = template.memory_limit.unwrap_or(Bytes::ZERO);
        let stays_unlimited = |part: &Part| part.role != Role::Init && part.memory_limit.is_none();
        let is_unlimited = template.parts.iter().any(stays_unlimited);
        self.live.insert(serial, Asked { request: template.memory_request, limit, is_unlimited });
    }

    fn on_evicted(&mut self, eviction: &Eviction<'_>) {
        let template = eviction.template;
        self.evictions[template.qos as usize] += 1;
        self.evictions_innocent += u64::from(eviction.is_innocent() == Some(true));
        self.evictions_protected += u64::from(template.qos == QosClass::Guaranteed || template.priority > 0);
        self.meet(eviction.node, First::Evicted);
    }

    fn on_oom_killed(&mut self, kill: &OomKill<'_>) {
        match kill.cause {
            OomCause::ContainerLimit | OomCause::PodLimit => self.oom_kills_own_limit += 1,
            OomCause::PodsLimit | OomCause::NodeCapacity => {
                self.oom_kills_node += 1;
                self.meet(kill.node, First::OomKilled);
            }
        }
    }

    fn meet(&mut self, node: NodeId, what: First) {
        self.nodes[node.index()].first.get_or_insert(what);
    }

    fn on_ended(&mut self, end: &PodEnd) {
        let asked = self.live.remove(&end.pod.serial);
        let Some(bound) = end.bound else {
            self.pods_unscheduled += u64::from(end.ended.is_none());
            return;
        };
        let time = self.counted(bound, end.ended.unwrap_or(self.horizon));
        self.pod_time += time;
        if let Some(asked) = asked {
            self.requested += u128::from(asked.request.0) * time;
            self.limited += u128::from(asked.limit.0) * time;
            self.unlimited_time += if asked.is_unlimited { time } else { 0 };
        }
    }

    fn on_sample(&mut self, sample: &NodeSample) {
        self.sampled_working_set += u128::from(sample.working_set.0);
        self.sampled_capacity += u128::from(self.nodes[sample.node.index()].capacity.0);
    }

    fn on_pressure(&mut self, now: SimTime, node: NodeId, holds: bool) {
        let since = self.nodes[node.index()].pressed_since.take();
        self.under_pressure += since.map_or(0, |since| self.counted(since, now));
        self.nodes[node.index()].pressed_since = holds.then_some(now);
    }

    fn on_node_ended(&mut self, end: &NodeEnd) {
        self.on_pressure(self.horizon, end.node, false);
        self.nodes[end.node.index()].peak = end.peak_working_set;
    }
}

impl Recorder for Tally {
    fn sees_refusals(&self) -> bool {
        false
    }

    fn record(&mut self, now: SimTime, record: Record<'_>) {
        match record {
            Record::Evicted(_) | Record::OomKilled(_) | Record::Preempted(_) | Record::NodeSample(_)
                if now < self.warm_up => {}
            Record::PodCreated { pod, template, .. } => self.on_created(now, pod.serial, template),
            Record::Evicted(eviction) => self.on_evicted(&eviction),
            Record::OomKilled(kill) => self.on_oom_killed(&kill),
            Record::Preempted(_) => self.preemptions += 1,
            Record::ConditionChanged { node, condition: NodeCondition::MemoryPressure, holds } => {
                self.on_pressure(now, node, holds);
            }
            Record::PodEnded(end) => self.on_ended(end),
            Record::NodeSample(sample) => self.on_sample(&sample),
            Record::NodeEnded(end) => self.on_node_ended(&end),
            // No measure is taken from these; a new record has to be thought about here.
            Record::PodUnschedulable { .. }
            | Record::PodBound { .. }
            | Record::PodRejected { .. }
            | Record::ContainerStarted { .. }
            | Record::ContainerExited { .. }
            | Record::ContainerStopped { .. }
            | Record::ContainerBacksOff { .. }
            | Record::PodRunning { .. }
            | Record::ConditionChanged { .. }
            | Record::ImagesDeleted { .. }
            | Record::NobodyToEvict { .. }
            | Record::PhaseTurned { .. }
            | Record::PodConditionTurned { .. }
            | Record::ContainerTurned { .. }
            | Record::ProbeFailed { .. }
            | Record::ContainerKilled { .. }
            | Record::PodAddressed { .. }
            | Record::VolumeAttached { .. }
            | Record::NodeReadyTurned { .. }
            | Record::PodDeleted { .. }
            | Record::MemoryTurned { .. }
            | Record::NodeMemoryTurned { .. } => {}
        }
    }
}

/// Two who listen to the same run.
#[derive(Clone, Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<A: Recorder, B: Recorder> Recorder for Both<A, B> {
    const LISTENS: bool = A::LISTENS || B::LISTENS;

    fn sees_memory(&self, node: NodeId) -> bool {
        self.0.sees_memory(node) || self.1.sees_memory(node)
    }

    fn sees_refusals(&self) -> bool {
        self.0.sees_refusals() || self.1.sees_refusals()
    }

    fn record(&mut self, now: SimTime, record: Record<'_>) {
        self.0.record(now, record);
        self.1.record(now, record);
    }
}

#[cfg(all(test, feature = "text"))]
mod tests {
    use super::*;
    use crate::engine::{self, Passes};
    use crate::experiment::measures::Measure;
    use crate::scenario;

    fn tally(text: &str) -> Tally {
        tally_after(SimTime::START, text)
    }

    fn tally_after(warm_up: SimTime, text: &str) -> Tally {
        let scenario = scenario::read("some.yaml", &|_| Ok(text.into())).expect("it is sound");
        let setting = scenario.setting(&scenario.runs[0], 0, Passes::ThatMatter);
        engine::run(&setting, scenario.source(0), Tally::new(&setting).after(warm_up))
    }

    fn near(measure: Measure, tally: &Tally, expected: f64) {
        let found = measure.of(tally).expect("it is known");
        assert!((found - expected).abs() < 1e-12, "{}: {found}, not {expected}", measure.name());
    }

    #[test]
    fn the_three_overcommit_figures_are_means_over_time() {
        // 4096Mi less 100Mi of the hard threshold are allocatable. One pod is there all the time, the other, which has
        // no limit, for half of it. Looks: when the first is there, and after 20, 40 and 60 minutes.
        let tally = tally(
            "horizon: 1h
record: {timeline: 20m}
kubelet: {evictionHard: {memory.available: 100Mi}}
nodes: [{name: node, capacity: {cpu: 4, memory: 4Gi}}]
pods:
  - {name: a, workingSet: 1Gi, requests: {memory: 1Gi}, limits: {memory: 2Gi}}
  - {name: b, workingSet: 512Mi, at: 30m, requests: {memory: 512Mi}}
",
        );
        near(Measure::RequestsToAllocatable, &tally, (1024.0 + 512.0 / 2.0) / 3996.0);
        near(Measure::LimitsToAllocatable, &tally, 2048.0 / 3996.0);
        near(Measure::UseToCapacity, &tally, (1024.0 + 1024.0 + 1536.0 + 1536.0) / (4.0 * 4096.0));
        near(Measure::UnlimitedShare, &tally, 0.5 / 1.5);
        near(Measure::PeakUseToCapacity, &tally, 1536.0 / 4096.0);
        near(Measure::PodMonths, &tally, 1.5 / 720.0);
        near(Measure::EvictionsPerPodMonth, &tally, 0.0);
    }

    /// A leak that is evicted and made again and again, and a pod that stays.
    const WAVES: &str = "horizon: 2h
record: {timeline: 10m}
kubelet: {evictionHard: {memory.available: 100Mi}}
nodes: [{name: node, capacity: {cpu: 4, memory: 2Gi}, firstPass: 0s}]
pods: [{name: stays, workingSet: 500Mi, requests: {memory: 500Mi}}]
workloads:
  - name: leak
    kind: ReplicaSet
    replicas: 1
    template: {spec: {containers: [{name: app}]}}
    behavior: {containers: {app: {workingSet: {leak: {from: 0, perMinute: 60Mi}}}}}
";

    #[test]
    fn what_happens_before_the_warm_up_is_over_is_left_out_and_nothing_else() {
        let minutes = |minutes: u64| SimTime(minutes * 60_000_000);
        let whole = tally(WAVES);
        // The leak is evicted after some 24 minutes, again and again: at 24, 48, 72, 97.
        assert_eq!(whole.all_evictions(), 4);
        let later = tally_after(minutes(60), WAVES);
        assert_eq!((later.all_evictions(), later.pods_created), (2, 2));
        // What comes before and what comes after is all that there is.
        let first = tally(&WAVES.replace("horizon: 2h", "horizon: 1h"));
        assert_eq!(later.pod_time + first.pod_time, whole.pod_time);
        assert_eq!(later.requested + first.requested, whole.requested);
        assert_eq!(later.under_pressure + first.under_pressure, whole.under_pressure);
        assert!(later.under_pressure > 0 && first.under_pressure > 0);
        assert_eq!(later.allocatable() + first.allocatable(), whole.allocatable());
        // Looks at 0 and each 10 minutes: 7 of 13 are at 60 minutes or later.
        assert_eq!(later.sampled_capacity * 13, whole.sampled_capacity * 7);
        let nothing = tally_after(minutes(120), WAVES);
        assert_eq!(
            (nothing.all_evictions(), nothing.pod_time, Measure::PressureShare.of(&nothing)),
            (0, 0, None)
        );
    }

    #[test]
    fn whom_the_kernel_takes_before_the_kubelet_is_told_from_whom_it_takes_after() {
        // Looks come every 10 s from 0 s on. Slowly, less than 100Mi are left from 29.2 s on and nothing at 32.3 s: the look at
        // 30 s is in time. Fast, all is gone at 1 s, before any look could see it.
        let nodes = |rate: &str| {
            tally(&format!(
                "horizon: 2m
kubelet: {{evictionHard: {{memory.available: 100Mi}}}}
nodes: [{{name: node, capacity: {{cpu: 4, memory: 1Gi}}, firstPass: 0s}}]
pods: [{{name: a, priority: 5, workingSet: {{leak: {{from: 0, {rate}}}}}}}]
"
            ))
        };
        let slow = nodes("perMinute: 1900Mi");
        assert_eq!((slow.all_evictions(), slow.evictions_protected, slow.oom_kills_node), (1, 1, 0));
        assert_eq!(Measure::OomBeforeEviction.of(&slow), Some(0.0));
        let fast = nodes("perSecond: 1Gi");
        assert!(fast.oom_kills_node > 0);
        assert_eq!(Measure::OomBeforeEviction.of(&fast), Some(1.0));
        assert_eq!(fast.oom_kills_own_limit, 0);
    }
}
