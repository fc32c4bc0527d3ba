//! What can happen, and in which order at one instant.

use crate::ground::{NodeId, PodId, WorkloadId};
use crate::model::{ContainerIndex, NodePart, ProbeKind, Usage};

/// A happening. The order of the variants is the order in which simultaneous
/// events happen: moving one changes results (docs/decisions/0003).
///
/// First memory changes, then the kernel looks, then the kubelet, then come the
/// starts and arrivals, and last the scheduler, who sees all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A part of a node's own use turns to its next piece.
    NodeUsageTurns { node: NodeId, part: NodePart },
    /// A container's use of something turns to its next piece.
    UsageTurns { pod: PodId, container: ContainerIndex, usage: Usage },
    /// The step of a container's way to SIGTERM is over: its preStop hook, or the wait for its turn.
    ShutdownGoesOn { pod: PodId, container: ContainerIndex },
    /// A container ends: its run time is over, or it has been told to stop.
    ContainerExits { pod: PodId, container: ContainerIndex },
    /// A pod that was told to stop is over: its last container is gone, and its volumes are unmounted.
    PodStops { pod: PodId },
    /// A container's working set passes its limit.
    ContainerHitsLimit { pod: PodId, container: ContainerIndex },
    /// A pod's containers and memory-backed volumes together pass its limit.
    PodHitsLimit { pod: PodId },
    /// The pods together pass the limit of their cgroup.
    PodsHitLimit { node: NodeId },
    /// The node has no memory left.
    NodeRunsOut { node: NodeId },
    /// The kubelet's eviction loop looks.
    MonitorPasses { node: NodeId },
    /// The API has heard which node a pod has.
    PodIsBound { pod: PodId },
    /// Sandbox and images are there.
    PodIsPulled { pod: PodId },
    /// A container is created, for the first time or again.
    ContainerStarts { pod: PodId, container: ContainerIndex },
    /// A container has started up.
    ContainerIsUp { pod: PodId, container: ContainerIndex },
    /// The kubelet asks a container.
    ProbeAsks { pod: PodId, container: ContainerIndex, kind: ProbeKind },
    /// Nothing is heard of a node any more.
    NodeFallsSilent { node: NodeId },
    /// A node is heard of again.
    NodeAnswers { node: NodeId },
    /// The control plane has heard nothing of a node for too long.
    NodeIsUnreachable { node: NodeId },
    /// A pod does not tolerate any longer that its node is unreachable.
    TolerationEnds { pod: PodId },
    /// A workload's controller makes a pod in place of one that ended.
    PodIsReplaced { workload: WorkloadId },
    /// A workload's next pod arrives.
    PodArrives { workload: WorkloadId },
    /// Pods that were refused have stood back long enough.
    SchedulerFlushes,
    /// The scheduler goes through its queue.
    SchedulerRuns,
}
