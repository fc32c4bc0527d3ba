//! A scenario as it is meant: checked, complete, without a trace of its text.
//!
//! What: plain values. Whoever holds a [`Scenario`] may rely on its having been
//! checked: names are unique, amounts are bounded, nothing is missing.
//! Never: serde, a line number, a default that nobody was told of (those are
//! sentences in [`Scenario::assumptions`]).
//! Next: [`super::synthesize`] draws a run's pods from it.

use super::arrivals::Arrivals;
use super::distribution::{Distribution, Varying};
use super::usage_model::UsageModel;
use crate::engine::RestartScope;
use crate::eviction::EvictionSettings;
use crate::ground::{Bytes, SimDuration, SimTime};
use crate::model::{Node, PodSpec, Workload};
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
    pub seed: u64,
    pub replications: u32,
    /// At least one.
    pub runs: Vec<RunRules>,
    /// One for each node.
    pub nodes: Vec<NodePlan>,
    /// Pods of the short form are workloads that nobody controls.
    pub workloads: Vec<WorkloadPlan>,
    pub recording: Recording,
    /// Sentences: every default that stands for an unknown, everything accepted and not simulated.
    pub assumptions: Vec<String>,
}

/// The rules of one run over the scenario's draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRules {
    pub name: String,
    pub order: OrderName,
    pub restart_scope: RestartScope,
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
}

/// A node and what is drawn about it.
#[derive(Clone, Debug)]
pub struct NodePlan {
    /// Its curves and first pass are placeholders until a replication draws them.
    pub node: Node,
    pub kubelet: Arc<EvictionSettings>,
    pub system_daemons: UsageModel,
    pub page_cache: UsageModel,
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
    /// Absent: it runs until it is stopped.
    pub run_time: Option<Varying<SimDuration>>,
    pub exit_code: Varying<u8>,
    pub start_up_time: Varying<SimDuration>,
    pub stop_time: Varying<SimDuration>,
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
