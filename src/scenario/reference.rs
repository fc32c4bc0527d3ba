//! Reference workloads: fixed work that a machine's and a program's speed is told by.
//!
//! What: [`steady`] (W1), equal pods over equal nodes, placement and nothing else; [`storm`] (W2), pods whose
//! memory goes up and down until nodes starve. Here is what both share: the nodes, how pods arrive, what
//! was done in the end. Their pods come from a table ([`rows`]), read as they arrive, or are drawn by a recipe.
//! Never: a measurement; and never another engine: what runs here is what runs a scenario.
//! Next: `evictsim bench`, which prints what it took.

pub mod rows;
pub mod steady;
pub mod storm;

use super::cells::CellMistake;
use crate::engine::{
    self, ActingThreshold, ControlPlane, NodeSetting, Passes, RestartScope, SchedulerSetting, Setting,
    Silence, Source, Totals, UnreachablePhase,
};
use crate::eviction::{EvictionSettings, KubeletOrder};
use crate::ground::{Amount, Bytes, Few, MilliCpu, SimDuration, SimTime};
use crate::model::{
    Behavior, ContainerLife, ContainerSpec, Controller, Health, Node, Peers, PodLife, PodSpec, PodTemplate,
    ResourceAmounts, RestartPolicy, Room, UsageCurve, Workload,
};
use std::sync::Arc;

const NODE_CPU: MilliCpu = MilliCpu(64_000);
const NODE_MEMORY: Bytes = Bytes::gibi(256);
const MONITORING_INTERVAL: SimDuration = SimDuration::seconds(10);

/// What was done.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    pub nodes: u32,
    /// Pods that came, without those that were made in place of others.
    pub arrived: u64,
    pub totals: Totals,
}

impl Done {
    /// Does the work with nobody listening.
    fn by<S: Counted>(setting: &Setting, mut source: S) -> Result<Done, CellMistake>
    where
        for<'a> &'a mut S: Source,
    {
        let (Silence, totals) = engine::run_counted(setting, &mut source, Silence);
        let arrived = source.arrived()?;
        Ok(Done { nodes: setting.nodes.len() as u32, arrived, totals })
    }

    /// Whether each pod that came succeeded, in the end; each that did not was made again; and none is left.
    pub fn is_whole(&self) -> bool {
        let totals = &self.totals;
        let made_again = totals.evictions + totals.failed + totals.rejected;
        let is_nobody_left = totals.unscheduled == 0 && totals.running == 0;
        is_nobody_left && totals.succeeded == self.arrived && totals.pods == self.arrived + made_again
    }
}

/// A source of pods that knows how many came.
trait Counted {
    /// How many pods came, or what was wrong with them: none came after that.
    fn arrived(self) -> Result<u64, CellMistake>;
}

/// Pods in the order of their arrival, one after another.
struct Arrivals<I, P> {
    pods: I,
    next: Option<P>,
    count: u64,
    mistake: Option<CellMistake>,
}

impl<I: Iterator<Item = Result<P, CellMistake>>, P> Arrivals<I, P> {
    fn new(pods: I) -> Arrivals<I, P> {
        Arrivals { pods, next: None, count: 0, mistake: None }
    }

    /// Turns to the next pod; a mistake ends them.
    fn turn(&mut self) -> Option<&P> {
        match self.pods.next().transpose() {
            Ok(next) => self.next = next,
            Err(mistake) => (self.next, self.mistake) = (None, Some(mistake)),
        }
        self.count += u64::from(self.next.is_some());
        self.next.as_ref()
    }

    fn arrived(self) -> Result<u64, CellMistake> {
        self.mistake.map_or(Ok(self.count), Err)
    }
}

/// Equal nodes of 64 CPU and 256 GiB that hold nothing back, for so many pods each.
fn node(number: u32, pods: u32) -> Node {
    let room = Room { cpu: NODE_CPU, memory: NODE_MEMORY, ephemeral_storage: Room::UNKNOWN_STORAGE, pods };
    Node::new(format!("node-{number}"), room)
}

fn setting(
    nodes: impl Iterator<Item = Node>,
    kubelet: EvictionSettings,
    workload: Workload,
    horizon: SimTime,
) -> Setting {
    let kubelet = Arc::new(kubelet);
    Setting {
        horizon,
        nodes: nodes.map(|node| NodeSetting { node, kubelet: Arc::clone(&kubelet) }).collect(),
        workloads: vec![workload],
        order: Arc::new(KubeletOrder),
        restart_scope: RestartScope::Container,
        acting_threshold: ActingThreshold::First,
        control_plane: ControlPlane {
            node_monitor_grace_period: SimDuration::seconds(50),
            unreachable_phase: UnreachablePhase::AsLastSeen,
        },
        scheduler: SchedulerSetting::default(),
        peers: Peers::default(),
        claims: Vec::new(),
        passes: Passes::ThatMatter,
        sample_every: None,
    }
}

fn workload(name: &str, controller: Controller) -> Workload {
    Workload { name: name.into(), controller }
}

fn amounts(cpu: MilliCpu, memory: Bytes) -> ResourceAmounts {
    ResourceAmounts { cpu: Some(Amount::millis(cpu.0)), memory: Some(memory.into()), ephemeral_storage: None }
}

/// A pod of one container that runs once.
fn template(requests: ResourceAmounts, limits: ResourceAmounts) -> Arc<PodTemplate> {
    let container = ContainerSpec { name: "work".into(), requests, limits, ..ContainerSpec::default() };
    Arc::new(PodTemplate::new(PodSpec {
        containers: vec![container],
        restart_policy: RestartPolicy::Never,
        ..PodSpec::default()
    }))
}

/// It starts at once, and stops at once.
fn behavior() -> Arc<Behavior> {
    Arc::new(Behavior {
        others: Vec::new(),
        exit_code: 0,
        start_up_time: SimDuration::ZERO,
        stop_time: SimDuration::ZERO,
        pre_stop_time: SimDuration::ZERO,
        health: Health::default(),
        readiness: None,
    })
}

/// It is there at once, and gone at once.
fn life(behavior: &Arc<Behavior>, working_set: UsageCurve, run_time: SimDuration) -> PodLife {
    let behavior = Arc::clone(behavior);
    PodLife {
        pull_time: SimDuration::ZERO,
        clean_up_time: SimDuration::ZERO,
        containers: Few::One(ContainerLife { run_time, working_set, behavior }),
        volume_contents: Vec::new(),
    }
}

/// The generator of the recipes. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014; constants of its reference implementation.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to just below 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -libm::log(1.0 - self.unit()) * mean
    }
}

fn rounded_micros(seconds: f64) -> u64 {
    libm::round(seconds * 1e6) as u64
}
