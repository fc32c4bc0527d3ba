//! The ledger of a run: it listens, and writes each fact into its table.
//!
//! What: rows are written as they come, except evictions and preemptions, which wait (without
//! their names, a few words each) for the end of the run, to say where their
//! replacement went. Live pods are remembered until they are over, and the lives of the
//! first few for a chart. Only these two make it grow, not the pods that have gone.
//! Never: a file, a decision: what decided an eviction, the order itself is asked.
//! Next: [`super::wording`] for the sentences, [`super::story`] for the screen.

mod evictions;
mod lives;
mod memory;
mod nodes;
mod pods;
mod preemptions;
mod sequels;
#[cfg(test)]
mod tests;

use self::evictions::PendingEviction;
use self::pods::LivePod;
use self::preemptions::PendingPreemption;
use self::sequels::Sequels;
use super::columns::{EventRow, RunRow};
use super::counts::Counts;
use super::lifeline::Lives;
use super::story::Overcommit;
use super::story::{EvictionStory, OomStory, RunStory, TOLD_IN_FULL, Victim};
use super::strata::{MOST_NODES, Strata};
use super::table::Tables;
use super::wording::{self, Happening};
use crate::engine::record::PodName;
use crate::engine::{Record, Recorder, RestartScope, Setting, UnreachablePhase};
use crate::experiment::tally::Tally;
use crate::ground::{NodeId, SimTime, WorkloadId};
use crate::model::{ContainerIndex, QosClass, Replica};
use crate::scenario::Scenario;
use crate::scenario::meaning::RunRules;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// The names that a run itself does not know.
pub trait Names {
    fn pod(&self, workload: WorkloadId, replica: Replica) -> String;
    fn container(&self, workload: WorkloadId, container: ContainerIndex) -> &str;
}

impl Names for Scenario {
    fn pod(&self, workload: WorkloadId, replica: Replica) -> String {
        self.pod_name(workload, replica)
    }

    fn container(&self, workload: WorkloadId, container: ContainerIndex) -> &str {
        self.container_name(workload, container)
    }
}

/// What every row of a run begins with, or says of the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunIdentity {
    pub run: String,
    pub replication: u32,
    pub scenario: String,
    pub seed: u64,
}

impl RunIdentity {
    /// One replication of a scenario under one of its sets of rules.
    pub fn of(scenario: &Scenario, rules: &RunRules, replication: u32) -> RunIdentity {
        RunIdentity {
            run: rules.name.clone(),
            replication,
            scenario: scenario.name.clone(),
            seed: scenario.seed,
        }
    }
}

/// Listens to one run.
pub struct Ledger<'a, N: Names, W: Write> {
    identity: RunIdentity,
    setting: &'a Setting,
    names: &'a N,
    tables: &'a mut Tables<W>,
    counts: Counts,
    /// What overcommit is taken from.
    tally: Tally,
    /// By serial.
    live: BTreeMap<u64, LivePod>,
    /// In order of time.
    evictions: Vec<PendingEviction>,
    /// In order of time.
    preemptions: Vec<PendingPreemption>,
    /// What is told of both at the end.
    sequels: Sequels,
    /// Nodes of which nobody hears.
    unreachable: BTreeSet<NodeId>,
    /// For the first replication, if lives are wanted at all.
    chart: Option<Lives>,
    /// The memory of the first nodes, by id; likewise.
    strata: Vec<Strata>,
    told: Vec<EvictionStory>,
    oom_kills: Vec<OomStory>,
}

impl<'a, N: Names, W: Write> Ledger<'a, N, W> {
    pub fn new(
        identity: RunIdentity,
        setting: &'a Setting,
        names: &'a N,
        tables: &'a mut Tables<W>,
    ) -> Ledger<'a, N, W> {
        let nodes = || setting.nodes.iter().map(|node| node.node.name.as_str());
        let is_charted = identity.replication == 0 && tables.lives.is_some();
        let shown = if is_charted { &setting.nodes[..] } else { &[] };
        Ledger {
            identity,
            setting,
            names,
            tables,
            counts: Counts::default(),
            tally: Tally::new(setting),
            live: BTreeMap::new(),
            evictions: Vec::new(),
            preemptions: Vec::new(),
            sequels: Sequels::default(),
            unreachable: BTreeSet::new(),
            chart: is_charted.then(|| Lives::new(setting.horizon, nodes())),
            strata: shown.iter().take(MOST_NODES).map(|node| Strata::new(node, setting.horizon)).collect(),
            told: Vec::new(),
            oom_kills: Vec::new(),
        }
    }

    /// Ends the run: writes what had to wait, and hands over its story.
    pub fn finish(mut self) -> RunStory {
        for index in 0..self.evictions.len() {
            self.write_eviction(index);
        }
        for index in 0..self.preemptions.len() {
            self.write_preemption(index);
        }
        let overcommit = Overcommit::of(&self.tally);
        self.write_run(&overcommit);
        // Runs are compared by their first replication; who went in the others, their table tells.
        let compared = if self.identity.replication == 0 { &self.evictions[..] } else { &[] };
        let victims = compared.iter().map(|eviction| Victim {
            time: eviction.time,
            node: self.node(eviction.node).to_owned(),
            pod: self.pod(eviction.pod),
            workload: eviction.pod.workload,
            replica: eviction.pod.replica,
        });
        let preemptions = self.preemptions.iter().take(TOLD_IN_FULL);
        let preemptions = preemptions.map(|victim| self.preemption_story(victim)).collect();
        RunStory {
            victims: victims.collect(),
            run: self.identity.run,
            replication: self.identity.replication,
            rules: rules(self.setting),
            eviction_order: self.setting.order.name(),
            restart_scope: self.setting.restart_scope,
            unreachable_phase: self.setting.control_plane.unreachable_phase,
            nodes: self.setting.nodes.len() as u64,
            horizon: self.setting.horizon,
            counts: self.counts,
            overcommit,
            evictions: self.told,
            preemptions,
            oom_kills: self.oom_kills,
            lives: self.chart,
            strata: self.strata.into_iter().map(Strata::finish).collect(),
        }
    }

    fn write_run(&mut self, overcommit: &Overcommit) {
        let counts = &self.counts;
        self.tables.runs.row(&RunRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            scenario: &self.identity.scenario,
            rules: rules(self.setting),
            eviction_order: self.setting.order.name(),
            restart_scope: restart_scope(self.setting.restart_scope),
            seed: self.identity.seed,
            horizon_s: self.setting.horizon,
            nodes: self.setting.nodes.len() as u64,
            pods_created: counts.pods_created,
            pods_bound: counts.pods_bound,
            pods_completed: counts.pods_completed,
            pods_failed: counts.pods_failed,
            pods_evicted: counts.pods_evicted,
            pods_rejected: counts.pods_rejected,
            pods_still_running: counts.pods_still_running,
            pods_still_pending: counts.pods_still_pending,
            evictions: counts.all_evictions(),
            evictions_best_effort: counts.evictions_of(QosClass::BestEffort),
            evictions_burstable: counts.evictions_of(QosClass::Burstable),
            evictions_guaranteed: counts.evictions_of(QosClass::Guaranteed),
            evictions_soft: counts.evictions_soft,
            evictions_innocent: counts.evictions_innocent,
            passes_without_victim: counts.passes_without_victim,
            oom_kills: counts.oom_kills(),
            oom_kills_container_limit: counts.oom_kills_container_limit,
            oom_kills_pods_limit: counts.oom_kills_pods_limit,
            oom_kills_node_capacity: counts.oom_kills_node_capacity,
            preemptions: counts.preemptions,
            deletions: counts.deletions,
            restarts: counts.restarts,
            node_pressure_s: counts.node_pressure,
            first_pressure_s: counts.first_pressure,
            first_eviction_s: counts.first_eviction,
            first_oom_kill_s: counts.first_oom_kill,
            lost_emptydir_bytes: counts.lost_emptydir,
            pods_deleted: counts.pods_deleted,
            unreachable_phase: unreachable_phase(self.setting.control_plane.unreachable_phase),
            probe_failures: counts.probe_failures,
            kills_by_probe: counts.kills_by_probe,
            oom_kills_pod_limit: counts.oom_kills_pod_limit,
            pods_preempted: counts.pods_preempted,
            requests_to_allocatable: overcommit.requests,
            limits_to_allocatable: overcommit.limits,
            unlimited_share: overcommit.unlimited,
            use_to_capacity: overcommit.used,
            peak_use_to_capacity: overcommit.peak,
        });
    }

    fn pod(&self, pod: PodName) -> String {
        self.names.pod(pod.workload, pod.replica)
    }

    fn workload(&self, pod: PodName) -> &'a str {
        &self.setting.workloads[pod.workload.index()].name
    }

    fn node(&self, node: NodeId) -> &'a str {
        &self.setting.nodes[node.index()].node.name
    }
}

impl<N: Names, W: Write> Recorder for Ledger<'_, N, W> {
    fn sees_memory(&self, node: NodeId) -> bool {
        node.index() < self.strata.len()
    }

    fn sees_refusals(&self) -> bool {
        self.tables.events.is_some()
    }

    fn record(&mut self, now: SimTime, record: Record<'_>) {
        self.tally.record(now, record);
        match record {
            Record::PodCreated { pod, template, replaces } => self.on_created(pod, template, replaces),
            Record::PodUnschedulable { pod, refusals, preemption } => {
                self.on_unschedulable(now, pod, refusals, preemption)
            }
            Record::PodBound { pod, node } => self.on_bound(now, pod, node),
            Record::PodRejected { pod, node, conditions } => {
                self.on_rejected(now, (pod, node), conditions);
            }
            Record::ContainerStarted { pod, node, container, .. } => {
                self.on_started(now, node, pod, container)
            }
            Record::ContainerExited { pod, container, exit_code, .. } => {
                self.on_exited(now, (pod, container), exit_code);
            }
            Record::ContainerStopped { pod, node, container } => {
                self.on_told_to_stop(now, node, pod, container)
            }
            Record::ContainerBacksOff { pod, node, container, .. } => {
                self.on_back_off(now, node, pod, container)
            }
            // Its instant comes with the pod's end.
            Record::PodRunning { .. } => {}
            Record::OomKilled(kill) => self.on_oom_killed(now, &kill),
            Record::ConditionChanged { node, condition, holds } => {
                self.on_condition(now, node, (condition, holds))
            }
            // What is read after it tells enough: the kubelet has no event of its own for it.
            Record::ImagesDeleted { .. } => {}
            Record::Evicted(eviction) => self.on_evicted(now, &eviction),
            Record::NobodyToEvict { node, threshold, .. } => {
                self.counts.passes_without_victim += 1;
                self.threshold_event(now, node, threshold);
            }
            Record::PhaseTurned { pod, phase } => self.on_phase_turned(now, pod, phase),
            Record::PodConditionTurned { pod, condition, status } => {
                self.on_pod_condition(now, pod, (condition, status));
            }
            Record::ContainerTurned { pod, container, status, ready } => {
                self.on_container_turned(now, pod, container, (status, ready));
            }
            Record::ProbeFailed { pod, node, probe, timed_out, .. } => {
                self.on_probe_failed(now, (pod, node), (probe, timed_out));
            }
            Record::ContainerKilled { pod, node, container, probe } => {
                self.on_killed_by_probe(now, (pod, node), (container, probe));
            }
            // It comes with the pod's end, and the kubelet has no event for it.
            Record::PodAddressed { .. } => {}
            Record::VolumeAttached { pod, node, claim, .. } => self.on_attached(now, (pod, node), claim),
            Record::NodeReadyTurned { node, status } => self.on_node_ready_turned(now, node, status),
            Record::PodDeleted { pod, node } => self.on_deleted(now, (pod, node)),
            Record::Preempted(preemption) => self.on_preempted(now, &preemption),
            Record::PodEnded(end) => self.on_ended(end),
            Record::MemoryTurned { pod, node, memory } => self.on_memory_turned(now, (pod, node), memory),
            Record::NodeMemoryTurned { node, memory } => self.on_node_memory_turned(now, node, memory),
            Record::NodeSample(sample) => self.on_sample(now, &sample),
            Record::NodeEnded(end) => self.on_node_ended(&end),
        }
    }
}

/// Events.
impl<N: Names, W: Write> Ledger<'_, N, W> {
    fn pod_event(
        &mut self,
        now: SimTime,
        node: NodeId,
        pod: PodName,
        happening: Happening,
        message: impl FnOnce(&str) -> String,
    ) {
        if self.tables.events.is_some() {
            let name = self.pod(pod);
            self.event(now, Some(node), &format!("pod/{name}"), happening, &message(&name));
        }
    }

    fn event(
        &mut self,
        now: SimTime,
        node: Option<NodeId>,
        object: &str,
        happening: Happening,
        message: &str,
    ) {
        let node = node.map(|node| self.node(node));
        let Some(events) = &mut self.tables.events else { return };
        events.row(&EventRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            time_s: now,
            node,
            last_seen: &wording::age(self.setting.horizon.since(now)),
            r#type: happening.kind(),
            reason: happening.reason(),
            object,
            message,
        });
    }
}

/// As scenarios spell it.
pub fn restart_scope(scope: RestartScope) -> &'static str {
    match scope {
        RestartScope::Pod => "Pod",
        RestartScope::Container => "Container",
    }
}

/// As scenarios spell it.
pub fn unreachable_phase(phase: UnreachablePhase) -> &'static str {
    match phase {
        UnreachablePhase::Unknown => "Unknown",
        UnreachablePhase::AsLastSeen => "AsLastSeen",
    }
}

/// The name of a mixture of switches, if it has one.
pub fn rules(setting: &Setting) -> &'static str {
    match (setting.order.name(), setting.restart_scope, setting.control_plane.unreachable_phase) {
        ("QosClass", RestartScope::Pod, UnreachablePhase::Unknown) => "Lesson",
        ("Kubelet", RestartScope::Container, UnreachablePhase::AsLastSeen) => "Kubernetes",
        _ => "Own",
    }
}
