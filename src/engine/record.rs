//! What a run tells: facts as they happen, for whoever listens.
//!
//! A [`Recorder`] is chosen when the program is compiled; [`Silence`] costs nothing.
//! The engine records facts, never sentences: [`crate::report`] words them.

use crate::eviction::{
    Candidate, Criterion, NodeCondition, NodeConditions, Observation, OverLimit, PodStatistics, Starved,
    Threshold,
};
use crate::ground::{Amount, Bytes, ClaimId, Line, NodeId, SimDuration, SimTime, WorkloadId};
use crate::lifecycle::{ContainerStatus, Phase, PodCondition, Truth};
use crate::model::{ContainerIndex, PodAddress, PodTemplate, ProbeKind, Replica};
use crate::oom::victim::Prey;
pub use crate::scheduling::{InVain, Refusal, RefusalReason};

/// Listens to a run.
pub trait Recorder {
    /// Whether anybody listens. Where it is false, records are not even made.
    const LISTENS: bool = true;

    /// Takes one fact. Called in the order of events.
    fn record(&mut self, now: SimTime, record: Record<'_>);

    /// Whether it is also told how memory on a node goes on, each time that this changes.
    fn sees_memory(&self, _node: NodeId) -> bool {
        false
    }

    /// Whether it is told why nodes refuse pods, which takes a look at every node to say.
    fn sees_refusals(&self) -> bool {
        true
    }
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Recorder for Silence {
    const LISTENS: bool = false;
    fn record(&mut self, _now: SimTime, _record: Record<'_>) {}
}

/// A pod, by what never changes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodName {
    /// The order of creation, from 0; never used again in a run.
    pub serial: u64,
    pub workload: WorkloadId,
    pub replica: Replica,
}

/// One fact.
#[derive(Clone, Copy, Debug)]
pub enum Record<'a> {
    /// A workload, or its controller in place of a pod that ended, made a pod.
    PodCreated {
        pod: PodName,
        template: &'a PodTemplate,
        replaces: Option<PodName>,
    },
    /// The scheduler found no node, for the first time in this wait.
    PodUnschedulable {
        pod: PodName,
        refusals: &'a [Refusal],
        /// Why nobody is preempted for it; absent where somebody is, or where the scheduler preempts nobody.
        preemption: Option<&'a InVain>,
    },
    /// The scheduler gave the pod its node.
    PodBound {
        pod: PodName,
        node: NodeId,
    },
    /// The node's kubelet refused the pod under pressure.
    PodRejected {
        pod: PodName,
        node: NodeId,
        conditions: NodeConditions,
    },
    ContainerStarted {
        pod: PodName,
        node: NodeId,
        container: ContainerIndex,
        restarts: u32,
    },
    /// The container ended by itself.
    ContainerExited {
        pod: PodName,
        node: NodeId,
        container: ContainerIndex,
        exit_code: u8,
    },
    /// The container was stopped with its Pod's others, since one of them crashed.
    ContainerStopped {
        pod: PodName,
        node: NodeId,
        container: ContainerIndex,
    },
    /// The container waits out its crash-loop back-off.
    ContainerBacksOff {
        pod: PodName,
        node: NodeId,
        container: ContainerIndex,
        delay: SimDuration,
    },
    /// The Pod's regular containers have all started for the first time.
    PodRunning {
        pod: PodName,
        node: NodeId,
    },
    /// The kernel killed a container.
    OomKilled(OomKill<'a>),
    /// The node began or ceased to report a condition (and to bear its taint).
    ConditionChanged {
        node: NodeId,
        condition: NodeCondition,
        holds: bool,
    },
    /// The kubelet deleted unused images before it would evict anybody.
    ImagesDeleted {
        node: NodeId,
        freed: Bytes,
    },
    /// The kubelet chose a victim and told it to stop.
    Evicted(Eviction<'a>),
    /// A threshold was acted on and nobody could be evicted: all pods are critical, or there are none.
    NobodyToEvict {
        node: NodeId,
        threshold: &'a Threshold,
        seen: Observation,
        ranking: &'a [Ranked],
    },
    /// The Pod's phase, as the API shows it from now on.
    PhaseTurned {
        pod: PodName,
        phase: Phase,
    },
    /// A condition of the Pod, as the API shows it from now on.
    PodConditionTurned {
        pod: PodName,
        condition: PodCondition,
        status: Truth,
    },
    /// What the API shows of a container from now on.
    ContainerTurned {
        pod: PodName,
        container: ContainerIndex,
        status: ContainerStatus,
        ready: bool,
    },
    /// A probe found the container wanting, once more.
    ProbeFailed {
        pod: PodName,
        node: NodeId,
        container: ContainerIndex,
        probe: ProbeKind,
        /// Whether there was no answer in time, rather than a bad one.
        timed_out: bool,
    },
    /// The kubelet stops a container whose probe has failed; it will be restarted.
    ContainerKilled {
        pod: PodName,
        node: NodeId,
        container: ContainerIndex,
        probe: ProbeKind,
    },
    /// The Pod's sandbox has been made, with its address.
    PodAddressed {
        pod: PodName,
        node: NodeId,
        address: PodAddress,
    },
    /// A claim's volume was attached to the Pod's node, with what it holds.
    VolumeAttached {
        pod: PodName,
        node: NodeId,
        claim: ClaimId,
        held: Bytes,
    },
    /// The control plane has not heard of the node for too long, or hears of it again.
    NodeReadyTurned {
        node: NodeId,
        status: Truth,
    },
    /// The control plane deleted the Pod, which did not tolerate that its node is unreachable any longer.
    PodDeleted {
        pod: PodName,
        node: NodeId,
    },
    /// The scheduler deleted the Pod, to make room for a more important one (preempt).
    Preempted(Preemption<'a>),
    /// The pod is over: its memory is back and its row is free.
    PodEnded(&'a PodEnd),
    /// How a pod's memory goes on from now, until this is told again or the pod is over; only to who sees memory there.
    MemoryTurned {
        pod: PodName,
        node: NodeId,
        memory: Line,
    },
    /// The same of what is no pod's on a node.
    NodeMemoryTurned {
        node: NodeId,
        memory: Line,
    },
    /// A look at a node, at a sampling instant.
    NodeSample(NodeSample),
    /// What a node came to, told at the end of the run.
    NodeEnded(NodeEnd),
}

/// A preemption: one victim of it.
#[derive(Clone, Copy, Debug)]
pub struct Preemption<'a> {
    pub pod: PodName,
    pub node: NodeId,
    pub template: &'a PodTemplate,
    /// For whom, and what that one is.
    pub preemptor: PodName,
    pub preemptor_template: &'a PodTemplate,
    /// Its place among those told to go for this preemption, from 0: the most important first.
    pub place: u32,
    /// How many were told; who was on its way already was not.
    pub victims: u32,
    /// How many of the victims a disruption budget would have spared.
    pub budget_violations: u32,
    pub working_set: Bytes,
    /// From SIGTERM to SIGKILL, as its manifest asks for it.
    pub grace_period: SimDuration,
    /// Whether its kubelet hears of it now, or only when its node answers again.
    pub is_heard: bool,
}

/// An eviction, with everything that was compared.
#[derive(Clone, Copy, Debug)]
pub struct Eviction<'a> {
    pub pod: PodName,
    pub node: NodeId,
    pub template: &'a PodTemplate,
    /// What was measured of the victim.
    pub statistics: &'a PodStatistics,
    pub cause: EvictionCause<'a>,
    /// What the kill allows between SIGTERM and SIGKILL.
    pub grace_period: SimDuration,
    /// All pods of the node in eviction order, the victim among them.
    pub ranking: &'a [Ranked],
    /// The victim's place in `ranking`.
    pub victim: usize,
    /// What the Pod's emptyDir volumes held, lost with it.
    pub lost_bytes: Bytes,
}

impl Eviction<'_> {
    /// Innocent: it used no more than it requested, or another pod there was further
    /// above its request. Unknown if the victim's own figures are.
    pub fn is_innocent(&self) -> Option<bool> {
        let own = self.ranking[self.victim].excess()?;
        let is_further = |other: &Ranked| other.excess().is_some_and(|excess| own < excess);
        Some(!own.is_positive() || self.ranking.iter().any(is_further))
    }
}

/// Why a kubelet evicts.
#[derive(Clone, Copy, Debug)]
pub enum EvictionCause<'a> {
    /// A threshold was acted on, with what was observed of its signal.
    Threshold { threshold: &'a Threshold, seen: Observation },
    /// The pod exceeded a limit of its own, whatever the node had left.
    OverLimit(&'a OverLimit<'a>),
}

impl EvictionCause<'_> {
    /// What was short: the node's, or the pod's own.
    pub fn starved(&self) -> Starved {
        match self {
            EvictionCause::Threshold { threshold, .. } => threshold.signal.starved(),
            EvictionCause::OverLimit(_) => Starved::EphemeralStorage,
        }
    }
}

/// A pod in a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    pub pod: PodName,
    pub candidate: Candidate,
    /// Ranked, but never evicted.
    pub critical: bool,
    /// What it used of what was short: bytes, inodes or processes. Absent: not known.
    pub usage: Option<Amount>,
    /// What it had requested of that.
    pub request: Amount,
    /// What put it before the next; absent for the last.
    pub decided_by: Option<Criterion>,
}

impl Ranked {
    /// How far what it used of what was short lies above what it had requested; absent if not known.
    pub fn excess(&self) -> Option<Amount> {
        self.usage.map(|usage| usage - self.request)
    }

    /// Whether it is known to have used more than it requested.
    pub fn exceeds_request(&self) -> bool {
        self.excess().is_some_and(Amount::is_positive)
    }
}

/// A kill by the kernel.
#[derive(Clone, Copy, Debug)]
pub struct OomKill<'a> {
    pub pod: PodName,
    pub node: NodeId,
    pub container: ContainerIndex,
    pub cause: OomCause,
    /// Whether one process died, and its container lives on.
    pub only_a_process: bool,
    /// The memory that ran out: the container's limit, the pods' limit, the node's capacity.
    pub limit: Bytes,
    pub container_working_set: Bytes,
    /// The victim's badness; absent for a container's own limit, where nobody is compared.
    pub badness: Option<i64>,
    pub oom_score_adj: i32,
    /// Who was compared, in the order in which the kernel kills; nobody for a container's own limit.
    pub compared: &'a [Hunted],
    pub template: &'a PodTemplate,
}

/// A container in the kernel's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hunted {
    pub pod: PodName,
    pub container: ContainerIndex,
    pub prey: Prey,
    /// In bytes, of the memory that ran out.
    pub badness: i64,
}

/// Whose memory ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OomCause {
    ContainerLimit,
    /// That of one Pod: of its containers and its memory-backed volumes together.
    PodLimit,
    PodsLimit,
    NodeCapacity,
}

/// The whole story of a pod, told when it is over (or at the horizon).
#[derive(Clone, Debug)]
pub struct PodEnd {
    pub pod: PodName,
    pub reason: EndReason,
    pub node: Option<NodeId>,
    pub created: SimTime,
    pub bound: Option<SimTime>,
    /// When all its regular containers first ran.
    pub running: Option<SimTime>,
    /// Absent: still alive at the horizon.
    pub ended: Option<SimTime>,
    pub restarts: u32,
    pub oom_kills: u32,
    /// Its working set when it was told to stop, or ended, or the run did.
    pub working_set: Bytes,
    pub replaces: Option<PodName>,
    pub address: Option<PodAddress>,
    /// When it was first Ready.
    pub ready: Option<SimTime>,
    /// The last phase that the API showed.
    pub phase: Phase,
    /// What its emptyDir volumes held, gone with it.
    pub lost_bytes: Bytes,
    /// What its PersistentVolumes hold, whatever became of it.
    pub kept_bytes: Bytes,
}

/// How a pod came to its end. Four causes, four words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndReason {
    /// All containers ended, with success.
    Completed,
    /// All containers ended, one at least without success.
    Failed,
    /// By its kubelet, under pressure.
    Evicted,
    /// Refused by its kubelet at the door.
    Rejected,
    /// Through the API: by the control plane, since its node could not be reached.
    Deleted,
    /// By the scheduler, for a more important pod.
    Preempted,
    /// Alive at the horizon, on a node and past its init containers.
    StillRunning,
    /// Alive at the horizon, and not yet there.
    StillPending,
}

/// A node at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeSample {
    pub node: NodeId,
    pub working_set: Bytes,
    pub pods_working_set: Bytes,
    pub system_working_set: Bytes,
    pub available: Bytes,
    pub requested_memory: Bytes,
    pub pods: u32,
    pub under_pressure: bool,
}

/// A node's whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeEnd {
    pub node: NodeId,
    pub pods_bound: u64,
    pub evictions: u64,
    pub oom_kills: u64,
    pub rejections: u64,
    pub peak_working_set: Bytes,
    pub peak_requested_memory: Bytes,
    pub peak_pods: u32,
    /// How long it reported MemoryPressure.
    pub under_pressure: SimDuration,
}
