//! What a run is given: everything but chance.

use crate::eviction::EvictionOrder;
use crate::eviction::EvictionSettings;
use crate::ground::{SimDuration, SimTime};
pub use crate::lifecycle::restart::RestartScope;
use crate::model::{Node, Peers, Workload};
use crate::scheduling::Profile;
use std::sync::Arc;

/// The facts and the rules of one run.
#[derive(Clone)]
pub struct Setting {
    /// The last instant that happens.
    pub horizon: SimTime,
    pub nodes: Vec<NodeSetting>,
    pub workloads: Vec<Workload>,
    pub order: Arc<dyn EvictionOrder + Send + Sync>,
    pub restart_scope: RestartScope,
    pub acting_threshold: ActingThreshold,
    pub control_plane: ControlPlane,
    pub scheduler: SchedulerSetting,
    /// What the cluster has besides nodes and pods.
    pub peers: Peers,
    /// The claims on PersistentVolumes, by name.
    pub claims: Vec<String>,
    pub passes: Passes,
    /// How often the recorder is shown every node; never, if absent.
    pub sample_every: Option<SimDuration>,
}

/// A node with its kubelet.
#[derive(Clone, Debug)]
pub struct NodeSetting {
    pub node: Node,
    pub kubelet: Arc<EvictionSettings>,
}

/// Which threshold is acted on where the kubelet takes any of several (fidelity F-5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActingThreshold {
    /// The first in the order of its settings.
    #[default]
    First,
    /// Any, by chance, as the kubelet does.
    Drawn,
}

/// What the control plane does about a node that it does not hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlPlane {
    /// How long a node may be silent before its condition Ready is Unknown.
    pub node_monitor_grace_period: SimDuration,
    pub unreachable_phase: UnreachablePhase,
}

/// What the API shows of the Pods of a node that cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreachablePhase {
    /// The lesson, and Kubernetes before 1.5: the phase Unknown.
    Unknown,
    /// The last phase that was heard of.
    AsLastSeen,
}

/// Which passes of the eviction loop are run. The records are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// Those that can matter.
    ThatMatter,
    /// Every one: slow, and the proof of the other.
    Every,
}

/// How the scheduler works, and how long it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchedulerSetting {
    pub profile: Profile,
    pub ties: Ties,
    /// How long one pod keeps it busy: the inverse of its throughput.
    pub cycle_time: SimDuration,
    /// From the choice of a node to its kubelet hearing of it. The pod counts on the node meanwhile.
    pub binding_latency: SimDuration,
    /// How long a pod that fits nowhere waits the first time; each further time twice as long.
    pub initial_backoff: SimDuration,
    pub longest_backoff: SimDuration,
}

/// Which of several best nodes is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// The first in the scenario's order (fidelity F-6).
    #[default]
    First,
    /// Any, by chance, as kube-scheduler does.
    Drawn,
}

/// Takes no time, and backs off as kube-scheduler does by default.
impl Default for SchedulerSetting {
    fn default() -> SchedulerSetting {
        SchedulerSetting {
            profile: Profile::default(),
            ties: Ties::default(),
            cycle_time: SimDuration::ZERO,
            binding_latency: SimDuration::ZERO,
            initial_backoff: SimDuration::seconds(1),
            longest_backoff: SimDuration::seconds(10),
        }
    }
}
