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

/// An event as two numbers: whoever comes first in the order of events has the smaller code.
///
/// The calendar moves events about, and whole words move best: an enum is written field by field and read
/// again at once in larger pieces, which a processor waits for (it was a sixth of W1's time).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// The variant, its id, its container, and the kind of detail.
    high: u64,
    /// The detail's number.
    low: u16,
}

/// Which of a node's or a container's parts an event is about.
#[derive(Clone, Copy)]
struct Detail {
    kind: u8,
    number: u16,
}

impl Code {
    #[inline(always)]
    fn of(variant: u8, id: u32, container: ContainerIndex, detail: Detail) -> Code {
        let high = (u64::from(variant) << 56) | (u64::from(id) << 24) | (u64::from(container.0) << 8);
        Code { high: high | u64::from(detail.kind), low: detail.number }
    }

    /// As words, with something beside it that comes after it in any order.
    #[inline(always)]
    pub fn beside(self, what: u32) -> (u64, u64) {
        (self.high, (u64::from(self.low) << 32) | u64::from(what))
    }

    /// Out of such words.
    #[inline(always)]
    pub fn out_of((high, low): (u64, u64)) -> (Code, u32) {
        (Code { high, low: (low >> 32) as u16 }, low as u32)
    }

    /// The event that has this code.
    #[inline(always)]
    pub fn event(self) -> Event {
        let id = (self.high >> 24) as u32;
        let container = ContainerIndex((self.high >> 8) as u16);
        let detail = Detail { kind: self.high as u8, number: self.low };
        match self.high >> 56 {
            0 => Event::NodeUsageTurns { node: NodeId(id), part: detail.part() },
            1 => Event::UsageTurns { pod: PodId(id), container, usage: detail.usage() },
            2 => Event::ShutdownGoesOn { pod: PodId(id), container },
            3 => Event::ContainerExits { pod: PodId(id), container },
            4 => Event::PodStops { pod: PodId(id) },
            5 => Event::ContainerHitsLimit { pod: PodId(id), container },
            6 => Event::PodHitsLimit { pod: PodId(id) },
            7 => Event::PodsHitLimit { node: NodeId(id) },
            8 => Event::NodeRunsOut { node: NodeId(id) },
            9 => Event::MonitorPasses { node: NodeId(id) },
            10 => Event::PodIsBound { pod: PodId(id) },
            11 => Event::PodIsPulled { pod: PodId(id) },
            12 => Event::ContainerStarts { pod: PodId(id), container },
            13 => Event::ContainerIsUp { pod: PodId(id), container },
            14 => Event::ProbeAsks { pod: PodId(id), container, kind: detail.probe() },
            15 => Event::NodeFallsSilent { node: NodeId(id) },
            16 => Event::NodeAnswers { node: NodeId(id) },
            17 => Event::NodeIsUnreachable { node: NodeId(id) },
            18 => Event::TolerationEnds { pod: PodId(id) },
            19 => Event::PodIsReplaced { workload: WorkloadId(id) },
            20 => Event::PodArrives { workload: WorkloadId(id) },
            21 => Event::SchedulerFlushes,
            _ => Event::SchedulerRuns,
        }
    }
}

impl Event {
    /// See [`Code`].
    #[inline(always)]
    pub fn code(self) -> Code {
        match self {
            Event::NodeUsageTurns { node, part } => Code::of(0, node.0, ContainerIndex(0), part.into()),
            Event::UsageTurns { pod, container, usage } => Code::of(1, pod.0, container, usage.into()),
            Event::ShutdownGoesOn { pod, container } => Code::of(2, pod.0, container, Detail::NONE),
            Event::ContainerExits { pod, container } => Code::of(3, pod.0, container, Detail::NONE),
            Event::PodStops { pod } => Code::of(4, pod.0, ContainerIndex(0), Detail::NONE),
            Event::ContainerHitsLimit { pod, container } => Code::of(5, pod.0, container, Detail::NONE),
            Event::PodHitsLimit { pod } => Code::of(6, pod.0, ContainerIndex(0), Detail::NONE),
            Event::PodsHitLimit { node } => Code::of(7, node.0, ContainerIndex(0), Detail::NONE),
            Event::NodeRunsOut { node } => Code::of(8, node.0, ContainerIndex(0), Detail::NONE),
            Event::MonitorPasses { node } => Code::of(9, node.0, ContainerIndex(0), Detail::NONE),
            Event::PodIsBound { pod } => Code::of(10, pod.0, ContainerIndex(0), Detail::NONE),
            Event::PodIsPulled { pod } => Code::of(11, pod.0, ContainerIndex(0), Detail::NONE),
            Event::ContainerStarts { pod, container } => Code::of(12, pod.0, container, Detail::NONE),
            Event::ContainerIsUp { pod, container } => Code::of(13, pod.0, container, Detail::NONE),
            Event::ProbeAsks { pod, container, kind } => Code::of(14, pod.0, container, kind.into()),
            Event::NodeFallsSilent { node } => Code::of(15, node.0, ContainerIndex(0), Detail::NONE),
            Event::NodeAnswers { node } => Code::of(16, node.0, ContainerIndex(0), Detail::NONE),
            Event::NodeIsUnreachable { node } => Code::of(17, node.0, ContainerIndex(0), Detail::NONE),
            Event::TolerationEnds { pod } => Code::of(18, pod.0, ContainerIndex(0), Detail::NONE),
            Event::PodIsReplaced { workload } => Code::of(19, workload.0, ContainerIndex(0), Detail::NONE),
            Event::PodArrives { workload } => Code::of(20, workload.0, ContainerIndex(0), Detail::NONE),
            Event::SchedulerFlushes => Code::of(21, 0, ContainerIndex(0), Detail::NONE),
            Event::SchedulerRuns => Code::of(22, 0, ContainerIndex(0), Detail::NONE),
        }
    }
}

impl Detail {
    const NONE: Detail = Detail { kind: 0, number: 0 };

    fn usage(self) -> Usage {
        match self.kind {
            0 => Usage::WorkingSet,
            1 => Usage::WritableLayer,
            2 => Usage::Logs,
            3 => Usage::Inodes,
            4 => Usage::Processes,
            _ => Usage::Volume(self.number),
        }
    }

    fn part(self) -> NodePart {
        NodePart::ALL[usize::from(self.kind)]
    }

    fn probe(self) -> ProbeKind {
        ProbeKind::ALL[usize::from(self.kind)]
    }
}

impl From<Usage> for Detail {
    #[inline(always)]
    fn from(usage: Usage) -> Detail {
        let (kind, number) = match usage {
            Usage::WorkingSet => (0, 0),
            Usage::WritableLayer => (1, 0),
            Usage::Logs => (2, 0),
            Usage::Inodes => (3, 0),
            Usage::Processes => (4, 0),
            Usage::Volume(number) => (5, number),
        };
        Detail { kind, number }
    }
}

impl From<NodePart> for Detail {
    fn from(part: NodePart) -> Detail {
        Detail { kind: part as u8, number: 0 }
    }
}

impl From<ProbeKind> for Detail {
    fn from(kind: ProbeKind) -> Detail {
        Detail { kind: kind as u8, number: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some of each variant, in the order of events.
    fn some() -> Vec<Event> {
        let (nodes, pods) = ([0, 7, u32::MAX].map(NodeId), [0, 7, u32::MAX].map(PodId));
        let containers = [0, 3, u16::MAX].map(ContainerIndex);
        let usages = [
            Usage::WorkingSet,
            Usage::WritableLayer,
            Usage::Logs,
            Usage::Inodes,
            Usage::Processes,
            Usage::Volume(0),
            Usage::Volume(u16::MAX),
        ];
        let mut some = vec![Event::SchedulerFlushes, Event::SchedulerRuns];
        for node in nodes {
            some.extend(NodePart::ALL.map(|part| Event::NodeUsageTurns { node, part }));
            some.extend([
                Event::PodsHitLimit { node },
                Event::NodeRunsOut { node },
                Event::MonitorPasses { node },
                Event::NodeFallsSilent { node },
                Event::NodeAnswers { node },
                Event::NodeIsUnreachable { node },
            ]);
        }
        for workload in [0, 7, u32::MAX].map(WorkloadId) {
            some.extend([Event::PodIsReplaced { workload }, Event::PodArrives { workload }]);
        }
        for pod in pods {
            some.extend([
                Event::PodStops { pod },
                Event::PodHitsLimit { pod },
                Event::PodIsBound { pod },
                Event::PodIsPulled { pod },
                Event::TolerationEnds { pod },
            ]);
            for container in containers {
                some.extend(usages.map(|usage| Event::UsageTurns { pod, container, usage }));
                some.extend(ProbeKind::ALL.map(|kind| Event::ProbeAsks { pod, container, kind }));
                some.extend([
                    Event::ShutdownGoesOn { pod, container },
                    Event::ContainerExits { pod, container },
                    Event::ContainerHitsLimit { pod, container },
                    Event::ContainerStarts { pod, container },
                    Event::ContainerIsUp { pod, container },
                ]);
            }
        }
        some.sort_unstable();
        some
    }

    #[test]
    fn codes_stand_in_the_order_of_events_and_tell_them() {
        let some = some();
        assert!(some.iter().map(|event| event.code().event()).eq(some.iter().copied()));
        let words: Vec<_> =
            some.iter().flat_map(|event| [0, u32::MAX].map(|what| event.code().beside(what))).collect();
        assert!(words.is_sorted_by(|one, next| one < next));
        assert!(
            words
                .iter()
                .step_by(2)
                .zip(&some)
                .all(|(words, event)| Code::out_of(*words) == (event.code(), 0))
        );
    }
}
