//! A scenario as it is meant: checked, complete, without a trace of its text.
//!
//! What: plain values. Whoever holds a [`Scenario`] may rely on its having been
//! checked: names are unique, amounts are bounded, nothing is missing.
//! Never: serde, a line number, a default that nobody was told of (those are
//! sentences in [`Scenario::assumptions`]).
//! Next: [`super::synthesize`] draws a run's pods from it.

use super::arrivals::Arrivals;
use super::distribution::{Distribution, Varying};
use super::synthesize::{Synthesis, drawn_node};
use super::usage_model::{LevelModel, UsageModel};
use crate::engine::{
    ActingThreshold, ControlPlane, NodeSetting, Passes, RestartScope, SchedulerSetting, Setting,
    UnreachablePhase,
};
use crate::eviction::{EvictionOrder, EvictionSettings, KubeletOrder, QosOrder};
use crate::ground::{Bytes, Key, SimDuration, SimTime, WorkloadId};
use crate::model::{ContainerIndex, Node, NodePart, Peers, PodSpec, Replica, Usage, Workload};
use std::sync::Arc;

/// One story: the cluster, its pods, and the rules to tell it under.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// A DNS label.
    pub name: String,
    /// The first comment of its file: what it asks.
    pub question: Option<String>,
    /// The last instant that happens.
    pub horizon: SimTime,
    /// Measures leave out what happens before; the tables of a run do not.
    pub warm_up: SimTime,
    pub seed: u64,
    pub replications: u32,
    /// At least one.
    pub runs: Vec<RunRules>,
    /// One for each node.
    pub nodes: Vec<NodePlan>,
    /// Pods of the short form are workloads that nobody controls.
    pub workloads: Vec<WorkloadPlan>,
    pub scheduler: SchedulerSetting,
    /// What the cluster has besides nodes and pods.
    pub peers: Peers,
    pub acting_threshold: ActingThreshold,
    pub node_monitor_grace_period: SimDuration,
    /// By [`crate::ground::ClaimId`].
    pub claims: Vec<String>,
    pub recording: Recording,
    /// Sentences: every default that stands for an unknown, everything accepted and not simulated.
    pub assumptions: Vec<String>,
}

/// The rules of one run over the scenario's draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRules {
    pub name: String,
    pub switches: Switches,
}

/// Where the lesson and Kubernetes part ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Who goes first.
    pub order: OrderName,
    /// What a crash restarts.
    pub restart_scope: RestartScope,
    /// What the API shows of the Pods of a node that cannot be reached.
    pub unreachable_phase: UnreachablePhase,
}

impl Switches {
    pub const LESSON: Switches = Switches {
        order: OrderName::QosClass,
        restart_scope: RestartScope::Pod,
        unreachable_phase: UnreachablePhase::Unknown,
    };
    pub const KUBERNETES: Switches = Switches {
        order: OrderName::Kubelet,
        restart_scope: RestartScope::Container,
        unreachable_phase: UnreachablePhase::AsLastSeen,
    };
}

/// Which order evicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderName {
    QosClass,
    Kubelet,
}

/// What a run keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recording {
    pub timeline_every: Option<SimDuration>,
    pub rankings: bool,
    pub events: bool,
    pub lives: bool,
}

/// A node and what is drawn about it.
#[derive(Clone, Debug)]
pub struct NodePlan {
    /// Its curves and first pass are placeholders until a replication draws them.
    pub node: Node,
    pub kubelet: Arc<EvictionSettings>,
    pub system_daemons: UsageModel,
    pub page_cache: UsageModel,
    /// Of all that is not memory, each once; what is not listed is nothing.
    pub others: Vec<(NodePart, UsageModel)>,
    pub first_pass: Varying<SimDuration>,
}

/// A workload, when its pods arrive, and what they are.
#[derive(Clone, Debug)]
pub struct WorkloadPlan {
    pub workload: Workload,
    pub arrivals: Arrivals,
    pub pod: PodPlan,
    /// One pod, named as its workload, without a number.
    pub single: bool,
}

/// A pod to be drawn.
#[derive(Clone, Debug)]
pub struct PodPlan {
    /// The manifest, with all that is fixed.
    pub spec: PodSpec,
    /// Takes the place of the manifest's priority.
    pub drawn_priority: Option<Distribution>,
    pub pull_time: Varying<SimDuration>,
    pub clean_up_time: Varying<SimDuration>,
    /// One for each of the manifest's init containers, in its order.
    pub init_containers: Vec<ContainerPlan>,
    /// One for each of the manifest's containers, in its order.
    pub containers: Vec<ContainerPlan>,
    /// One for each of the manifest's volumes, in its order.
    pub volume_contents: Vec<Varying<Bytes>>,
}

/// A container to be drawn.
#[derive(Clone, Debug)]
pub struct ContainerPlan {
    /// What takes the place of the manifest's requests.
    pub drawn_requests: DrawnAmounts,
    /// What takes the place of the manifest's limits.
    pub drawn_limits: DrawnAmounts,
    pub working_set: UsageModel,
    /// What else it uses, each once; what is not listed it does not use.
    pub others: Vec<(Usage, UsageModel)>,
    /// Absent: it runs until it is stopped.
    pub run_time: Option<Varying<SimDuration>>,
    pub exit_code: Varying<u8>,
    pub start_up_time: Varying<SimDuration>,
    pub stop_time: Varying<SimDuration>,
    pub pre_stop_time: Varying<SimDuration>,
    pub health: HealthPlan,
    /// Absent: its readiness is its health.
    pub readiness: Option<HealthPlan>,
}

/// A health to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthPlan {
    pub after: Varying<SimDuration>,
    /// Absent: it never hangs.
    pub until: Option<Varying<SimDuration>>,
    /// Absent: memory does not matter.
    pub memory_at_most: Option<LevelModel>,
    pub answer_time: Varying<SimDuration>,
}

impl HealthPlan {
    /// From the start, without end, and at once.
    pub const ALWAYS_WELL: HealthPlan = HealthPlan {
        after: Varying::Fixed(SimDuration::ZERO),
        until: None,
        memory_at_most: None,
        answer_time: Varying::Fixed(SimDuration::ZERO),
    };
}

/// Requests or limits that vary from pod to pod; absent where the manifest's own stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DrawnAmounts {
    /// In cores.
    pub cpu: Option<Distribution>,
    /// In bytes.
    pub memory: Option<Distribution>,
    /// In bytes.
    pub ephemeral_storage: Option<Distribution>,
}

impl NodePlan {
    /// The model of a part that has one.
    ///
    /// # Panics
    /// If it has none: the engine asks for curves that it was given.
    pub fn part(&self, part: NodePart) -> &UsageModel {
        match part {
            NodePart::SystemDaemons => &self.system_daemons,
            NodePart::PageCache => &self.page_cache,
            _ => {
                let found = self.others.iter().find(|(other, _)| *other == part);
                &found.expect("the engine asks for curves that it was given").1
            }
        }
    }
}

impl ContainerPlan {
    /// The model of something that it uses.
    ///
    /// # Panics
    /// If it does not: the engine asks for curves that it was given.
    pub fn usage(&self, usage: Usage) -> &UsageModel {
        if usage == Usage::WorkingSet {
            return &self.working_set;
        }
        let found = self.others.iter().find(|(other, _)| *other == usage);
        &found.expect("the engine asks for curves that it was given").1
    }
}

impl Scenario {
    /// What one run is given: the nodes drawn for this replication, and the rules.
    pub fn setting(&self, rules: &RunRules, replication: u32, passes: Passes) -> Setting {
        let root = Key::root(self.seed, u64::from(replication));
        let node = |plan: &NodePlan| NodeSetting {
            node: drawn_node(plan, root),
            kubelet: Arc::clone(&plan.kubelet),
        };
        Setting {
            horizon: self.horizon,
            nodes: self.nodes.iter().map(node).collect(),
            workloads: self.workloads.iter().map(|plan| plan.workload.clone()).collect(),
            order: rules.switches.order.order(),
            restart_scope: rules.switches.restart_scope,
            passes,
            acting_threshold: self.acting_threshold,
            scheduler: self.scheduler.clone(),
            peers: self.peers.clone(),
            control_plane: ControlPlane {
                node_monitor_grace_period: self.node_monitor_grace_period,
                unreachable_phase: rules.switches.unreachable_phase,
            },
            claims: self.claims.clone(),
            sample_every: self.recording.timeline_every,
        }
    }

    /// How many rows the timelines of all runs have together.
    pub fn timeline_rows(&self) -> u128 {
        let Some(every) = self.recording.timeline_every else { return 0 };
        // One at the start, and one at the horizon if it comes out even.
        let samples = u128::from(self.horizon.0 / every.0.max(1)) + 1;
        let runs = self.runs.len() as u128 * u128::from(self.replications);
        samples * self.nodes.len() as u128 * runs
    }

    /// Where the pods of one replication come from.
    pub fn source(&self, replication: u32) -> Synthesis<'_> {
        Synthesis::new(self, replication)
    }

    /// A pod's name: `cache` for the only pod of its workload, else `web-3`, or
    /// as the arrival table calls it; `web-3.1` is the first that replaced it.
    pub fn pod_name(&self, workload: WorkloadId, replica: Replica) -> String {
        let plan = &self.workloads[workload.index()];
        let row_name = plan.arrivals.row(replica.ordinal).and_then(|row| row.name.clone());
        let place = match row_name {
            Some(name) => name,
            None if plan.single => plan.workload.name.clone(),
            None => format!("{}-{}", plan.workload.name, replica.ordinal),
        };
        match replica.generation {
            0 => place,
            generation => format!("{place}.{generation}"),
        }
    }

    /// A container's name.
    ///
    /// # Panics
    /// If the workload has no such container: the engine counts them in the same manifest.
    pub fn container_name(&self, workload: WorkloadId, container: ContainerIndex) -> &str {
        let spec = &self.workloads[workload.index()].pod.spec;
        let mut all = spec.all_containers();
        &all.nth(usize::from(container.0)).expect("the engine counts the manifest's containers").name
    }
}

impl OrderName {
    /// The order of that name.
    pub fn order(self) -> Arc<dyn EvictionOrder + Send + Sync> {
        match self {
            OrderName::QosClass => Arc::new(QosOrder),
            OrderName::Kubelet => Arc::new(KubeletOrder),
        }
    }

    /// As a scenario spells it.
    pub fn name(self) -> &'static str {
        match self {
            OrderName::QosClass => "QosClass",
            OrderName::Kubelet => "Kubelet",
        }
    }
}
