//! A run stopped at an instant, to look around on one node.
//!
//! What: the facts that an explanation is made of: what the eviction loop sees and remembers, when it
//! looks, whom it would rank in which order, whom the kernel would kill. For whoever explains.
//! Never: a change; and nothing that a run needs.
//! Next: [`crate::experiment::inquiry`], which asks.

use super::event::Event;
pub use super::node_row::MemorySums;
use super::node_row::NodeRow;
use super::pod_row::PodRow;
use super::record::{Hunted, PodName, Ranked, Recorder};
use super::setting::Setting;
use super::simulation::Simulation;
use super::source::Source;
use crate::eviction::{Monitor, NodeConditions, Observations, Signal};
use crate::ground::{Bytes, NodeId, SimDuration, SimTime};
use crate::model::{PodTemplate, QosClass};
use std::sync::Arc;

/// A node at an instant: just after its eviction loop has looked, if it does then, else when all that
/// happens then has happened.
#[derive(Clone, Debug)]
pub struct Glimpse {
    pub at: SimTime,
    pub node: NodeId,
    /// What its eviction loop would see.
    pub seen: Observations,
    pub memory: MemorySums,
    /// What the loop remembers.
    pub monitor: Monitor,
    /// What it remembered before its last look.
    pub monitor_before: Monitor,
    /// What the node reports.
    pub conditions: NodeConditions,
    pub looks: Looks,
    /// When any line is crossed, if all goes on as it does now.
    pub first_met: SimTime,
    /// The loop's first look then.
    pub first_look_then: SimTime,
    /// For each signal that the kubelet has a threshold for, and for memory, its pods in eviction order.
    pub rankings: Vec<(Signal, Vec<Ranked>)>,
    /// All pods bound here, by age.
    pub pods: Vec<PodSeen>,
    /// Whom the kernel would kill, one after the other, if the node's memory ran out.
    pub hunted: Vec<Hunted>,
    /// What a look from afar shows of all nodes, by [`NodeId`].
    pub nodes: Vec<NodeSeen>,
}

/// A node, seen from afar.
#[derive(Clone, Copy, Debug)]
pub struct NodeSeen {
    pub memory: MemorySums,
    /// What its pods of each class use, in the order of [`QosClass::ALL`].
    pub by_class: [Bytes; 3],
    pub conditions: NodeConditions,
}

/// When an eviction loop looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// Absent: it has not looked yet.
    pub last: Option<SimTime>,
    /// Absent: not before its victims are gone.
    pub next: Option<SimTime>,
    pub interval: SimDuration,
    /// How many victims it waits for.
    pub awaited_victims: u32,
}

/// A pod on the node.
#[derive(Clone, Debug)]
pub struct PodSeen {
    pub name: PodName,
    pub template: Arc<PodTemplate>,
    pub working_set: Bytes,
    /// Told to stop, and not gone yet.
    pub is_stopping: bool,
    /// What counts against each container's limit, as the manifest lists them.
    pub containers: Vec<Bytes>,
}

/// Runs a setting up to its horizon, and looks around on the node then. The recorder must listen.
///
/// # Panics
/// As [`super::run`].
pub fn run_to<S: Source, R: Recorder>(
    setting: &Setting,
    source: S,
    recorder: R,
    node: NodeId,
) -> (R, Glimpse) {
    let mut simulation = Simulation::new(setting, source, recorder);
    let fresh = Monitor::new(&setting.nodes[node.index()].kubelet);
    let mut passes = Passes { counted: 0, last: None, before: fresh.clone(), after: fresh };
    let mut at_the_look = None;
    simulation.go_on(|one| {
        if passes.follow(one, node) && one.now == setting.horizon {
            at_the_look = Some(one.glimpse(node, &passes));
        }
    });
    simulation.now = setting.horizon;
    let glimpse = at_the_look.unwrap_or_else(|| simulation.glimpse(node, &passes));
    (simulation.recorder, glimpse)
}

/// The looks of one loop, as they are carried out.
struct Passes {
    /// Of all nodes.
    counted: u64,
    last: Option<SimTime>,
    before: Monitor,
    after: Monitor,
}

impl Passes {
    /// Says whether the event that has just happened was a look at the node.
    fn follow<S: Source, R: Recorder>(&mut self, simulation: &Simulation<'_, S, R>, node: NodeId) -> bool {
        let is_one =
            simulation.totals.passes > self.counted && simulation.is_latest(Event::MonitorPasses { node });
        self.counted = simulation.totals.passes;
        if is_one {
            self.last = Some(simulation.now);
            let after = simulation.nodes[node.index()].monitor.clone();
            self.before = std::mem::replace(&mut self.after, after);
        }
        is_one
    }
}

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    fn glimpse(&self, node: NodeId, passes: &Passes) -> Glimpse {
        let row = &self.nodes[node.index()];
        let kubelet = &self.setting.nodes[node.index()].kubelet;
        let mut signals = vec![Signal::MemoryAvailable];
        signals.extend(kubelet.thresholds.iter().map(|threshold| threshold.signal));
        signals.sort_unstable();
        signals.dedup();
        let first_met = row.first_met(self.now);
        Glimpse {
            at: self.now,
            node,
            seen: row.observe(self.now),
            memory: row.memory_sums(self.now),
            monitor: row.monitor.clone(),
            // Looks that were passed over, since they change nothing, left it as it was.
            monitor_before: if passes.last == Some(self.now) { &passes.before } else { &passes.after }
                .clone(),
            conditions: row.conditions,
            looks: self.looks(row, kubelet.monitoring_interval, passes.last),
            first_met,
            first_look_then: if first_met < SimTime::NEVER {
                row.look_at_or_after(first_met)
            } else {
                first_met
            },
            rankings: signals.into_iter().map(|signal| (signal, self.ranking(node, signal))).collect(),
            pods: self.pods_seen(row),
            hunted: self.hunted(node),
            nodes: self.nodes.iter().map(|row| self.node_seen(row)).collect(),
        }
    }

    fn node_seen(&self, row: &NodeRow) -> NodeSeen {
        let used_by = |class: QosClass| {
            let pods = row.pods.iter().map(|pod| &self.pods[*pod]);
            pods.filter(|pod| pod.template.qos == class).map(|pod| pod.working_set(self.now)).sum()
        };
        NodeSeen {
            memory: row.memory_sums(self.now),
            by_class: QosClass::ALL.map(used_by),
            conditions: row.conditions,
        }
    }

    fn looks(&self, row: &NodeRow, interval: SimDuration, last_carried_out: Option<SimTime>) -> Looks {
        let awaited_victims = row.awaited_victims;
        if awaited_victims > 0 {
            return Looks { last: last_carried_out, next: None, interval, awaited_victims };
        }
        let due = row.look_at_or_after(self.now);
        let next = if due == self.now { due.after(interval) } else { due };
        // Any look after the one that the row knows of was passed over: it would have found nothing to do.
        let is_passed_over = next > row.next_look;
        let last = if is_passed_over { Some(SimTime(next.0 - interval.0)) } else { last_carried_out };
        Looks { last, next: Some(next), interval, awaited_victims }
    }

    fn pods_seen(&self, row: &NodeRow) -> Vec<PodSeen> {
        let seen = |row: &PodRow| PodSeen {
            name: row.name,
            template: Arc::clone(&row.template),
            working_set: row.working_set(self.now),
            is_stopping: row.is_stopping(),
            containers: row.indices().map(|index| row.charged_to(index).at(self.now).bytes()).collect(),
        };
        let mut pods: Vec<PodSeen> = row.pods.iter().map(|pod| seen(&self.pods[*pod])).collect();
        pods.sort_unstable_by_key(|pod| pod.name.serial);
        pods
    }
}
