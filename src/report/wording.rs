//! Facts as sentences: what Kubernetes says in its events, and why one pod goes
//! before another.
//!
//! What: pure functions from facts to words. Where Kubernetes has a text, it is
//! that text, as far as the run knows what stands in it (fidelity F-22: no uid, no process id).
//! Never: a table, a number that was not handed in.
//! Next: [`super::ledger`] asks for events, [`super::summary`] for reasons.

use super::figures::Memory;
use crate::engine::record::{EndReason, OomCause, Refusal, RefusalReason};
use crate::eviction::message::{self, Blamed};
use crate::eviction::{
    Candidate, Criterion, NodeCondition, NodeConditions, Observation, Rejection, Threshold,
};
use crate::ground::{Bytes, Format, Quantity, SimDuration};
use crate::model::Taint;

/// An event's type and reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    Scheduled,
    FailedScheduling,
    Started,
    Killing,
    BackOff,
    Evicted,
    EvictionThresholdMet,
    NodeHasInsufficientMemory,
    NodeHasSufficientMemory,
    SystemOom,
    OomKilling,
}

impl Happening {
    /// As the event's `reason` spells it.
    pub fn reason(self) -> &'static str {
        match self {
            Happening::Scheduled => "Scheduled",
            Happening::FailedScheduling => "FailedScheduling",
            Happening::Started => "Started",
            Happening::Killing => "Killing",
            Happening::BackOff => "BackOff",
            Happening::Evicted => "Evicted",
            Happening::EvictionThresholdMet => "EvictionThresholdMet",
            Happening::NodeHasInsufficientMemory => "NodeHasInsufficientMemory",
            Happening::NodeHasSufficientMemory => "NodeHasSufficientMemory",
            Happening::SystemOom => "SystemOOM",
            Happening::OomKilling => "OOMKilling",
        }
    }

    /// The event's `type`.
    pub fn kind(self) -> &'static str {
        match self {
            Happening::Scheduled
            | Happening::Started
            | Happening::Killing
            | Happening::NodeHasInsufficientMemory
            | Happening::NodeHasSufficientMemory => "Normal",
            Happening::FailedScheduling
            | Happening::BackOff
            | Happening::Evicted
            | Happening::EvictionThresholdMet
            | Happening::SystemOom
            | Happening::OomKilling => "Warning",
        }
    }
}

/// A container that alone makes up its Pod, so that the Pod's figures are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnlyContainer<'a> {
    pub name: &'a str,
    pub request: Bytes,
    pub working_set: Bytes,
}

/// The message of an evicted Pod. Source: kubernetes `evictionMessage` (1.32).
///
/// The clause about a container is there only when the Pod has a single one:
/// a run records working sets of Pods, not of each container.
pub fn evicted(threshold: &Threshold, seen: Observation, only: Option<OnlyContainer<'_>>) -> String {
    let over = only.filter(|own| own.request < own.working_set);
    let blamed = over.map(|own| Blamed {
        container: own.name,
        used: own.working_set,
        request: Quantity::new(own.request.into(), Format::BinarySI),
        starved: threshold.signal.starved(),
    });
    message::evicted(threshold, seen, blamed)
}

/// The message of a Pod that its kubelet refused: memory is the only thing that runs short (fidelity F-4).
pub fn rejected() -> String {
    Rejection { conditions: NodeConditions::NONE.with(NodeCondition::MemoryPressure) }.to_string()
}

/// Why no node took the pod; `taint` if it is certain which one was not tolerated.
///
/// Reasons go by their text, numbers included. Source: kube-scheduler `FitError`.
pub fn unschedulable(nodes: usize, refusals: &[Refusal], taint: Option<&Taint>) -> String {
    let mut reasons: Vec<String> = refusals
        .iter()
        .map(|refusal| format!("{} {}", refusal.nodes, refused(refusal.reason, taint)))
        .collect();
    reasons.sort();
    format!("0/{nodes} nodes are available: {}.", reasons.join(", "))
}

fn refused(reason: RefusalReason, taint: Option<&Taint>) -> String {
    match (reason, taint) {
        (RefusalReason::Unschedulable, _) => "node(s) were unschedulable".into(),
        (RefusalReason::UntoleratedTaint, Some(Taint { key, value, .. })) => {
            format!("node(s) had untolerated taint {{{key}: {value}}}")
        }
        (RefusalReason::UntoleratedTaint, None) => "node(s) had untolerated taint(s)".into(),
        (RefusalReason::TooManyPods, _) => "Too many pods".into(),
        (RefusalReason::InsufficientCpu, _) => "Insufficient cpu".into(),
        (RefusalReason::InsufficientMemory, _) => "Insufficient memory".into(),
    }
}

/// The event of an OOM kill: only when the node itself ran out does the kubelet
/// speak; the other is node-problem-detector's.
pub fn oom_killed(cause: OomCause, container: &str) -> (Happening, String) {
    match cause {
        OomCause::NodeCapacity => {
            (Happening::SystemOom, format!("System OOM encountered, victim process: {container}"))
        }
        OomCause::PodsLimit | OomCause::ContainerLimit => {
            (Happening::OomKilling, format!("Memory cgroup out of memory: Killed process ({container})"))
        }
    }
}

/// As results spell it.
pub fn cause(cause: OomCause) -> &'static str {
    match cause {
        OomCause::ContainerLimit => "ContainerLimit",
        OomCause::PodsLimit => "PodsLimit",
        OomCause::NodeCapacity => "NodeCapacity",
    }
}

/// A pod's last phase, as the API spells it, and how it ended, as results do.
pub fn phase_and_end(reason: EndReason) -> (&'static str, &'static str) {
    match reason {
        EndReason::Completed => ("Succeeded", "Completed"),
        EndReason::Failed => ("Failed", "Failed"),
        EndReason::Evicted => ("Failed", "Evicted"),
        EndReason::Rejected => ("Failed", "Rejected"),
        EndReason::StillRunning => ("Running", "StillRunning"),
        EndReason::StillPending => ("Pending", "StillPending"),
    }
}

/// Why `earlier` stands before `later`.
pub fn goes_before(criterion: Criterion, earlier: &Candidate, later: &Candidate) -> String {
    match criterion {
        Criterion::Statistics => "nothing is known of its memory yet".into(),
        Criterion::QosClass => format!("{} goes before {}", earlier.qos.name(), later.qos.name()),
        Criterion::ExceedsRequest => format!("{}, the next is not over", excess(earlier)),
        Criterion::Priority => format!("lower priority ({} < {})", earlier.priority, later.priority),
        Criterion::Excess if earlier.exceeds_request() => {
            format!("larger excess ({} > {})", distance(earlier), distance(later))
        }
        Criterion::Excess => {
            format!("nearer to its request ({} < {} under)", distance(earlier), distance(later))
        }
        Criterion::Serial => "equal in all that is compared: the older pod".into(),
    }
}

fn excess(candidate: &Candidate) -> String {
    format!("{} over its request", distance(candidate))
}

fn distance(candidate: &Candidate) -> String {
    match excess_bytes(candidate) {
        Some(bytes) => Memory(bytes.abs()).to_string(),
        None => "unknown".into(),
    }
}

/// Working set less request, in whole bytes; absent if the statistics do not know the pod.
pub fn excess_bytes(candidate: &Candidate) -> Option<i128> {
    candidate.working_set.map(|working_set| working_set.above(candidate.memory_request.bytes()))
}

/// An age as kubectl prints it. Source: apimachinery `duration.HumanDuration`.
pub fn age(length: SimDuration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let seconds = length.0 / 1_000_000;
    let two = |whole: u64, large: char, rest: u64, small: char| match rest {
        0 => format!("{whole}{large}"),
        rest => format!("{whole}{large}{rest}{small}"),
    };
    match seconds {
        ..120 => format!("{seconds}s"),
        120..600 => two(seconds / MINUTE, 'm', seconds % MINUTE, 's'),
        600..10_800 => format!("{}m", seconds / MINUTE),
        10_800..28_800 => two(seconds / HOUR, 'h', seconds % HOUR / MINUTE, 'm'),
        28_800..172_800 => format!("{}h", seconds / HOUR),
        172_800..691_200 => two(seconds / DAY, 'd', seconds % DAY / HOUR, 'h'),
        _ => format!("{}d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::{Signal, ThresholdValue};
    use crate::ground::PodId;
    use crate::model::QosClass;

    #[test]
    fn an_evicted_pods_message_is_the_kubelets_trailing_space_included() {
        let threshold = Threshold {
            signal: Signal::MemoryAvailable,
            value: ThresholdValue::Quantity(Bytes::mebi(100).into()),
            written: None,
            grace_period: SimDuration::ZERO,
            minimum_reclaim: None,
        };
        let seen = Observation::fresh(Bytes::mebi(90), Bytes::gibi(1));
        let only = |working_set| OnlyContainer { name: "app", request: Bytes::mebi(100), working_set };
        let low = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. ";
        assert_eq!(evicted(&threshold, seen, None), low);
        assert_eq!(evicted(&threshold, seen, Some(only(Bytes::mebi(100)))), low, "equal is not larger");
        assert_eq!(
            evicted(&threshold, seen, Some(only(Bytes(16_106_128_000)))),
            format!(
                "{low}Container app was using 16106128000, request is 100Mi, has larger consumption of memory. "
            )
        );
    }

    #[test]
    fn the_schedulers_reasons_go_by_their_text() {
        let refusals = [
            Refusal { reason: RefusalReason::UntoleratedTaint, nodes: 1 },
            Refusal { reason: RefusalReason::InsufficientMemory, nodes: 2 },
            Refusal { reason: RefusalReason::InsufficientCpu, nodes: 10 },
        ];
        assert_eq!(
            unschedulable(13, &refusals, Some(&Taint::memory_pressure())),
            "0/13 nodes are available: 1 node(s) had untolerated taint \
             {node.kubernetes.io/memory-pressure: }, 10 Insufficient cpu, 2 Insufficient memory."
        );
    }

    #[test]
    fn ages_print_as_in_kubectl() {
        // Cases of apimachinery's own test of HumanDuration.
        let printed = |seconds| age(SimDuration::seconds(seconds));
        assert_eq!(printed(1), "1s");
        assert_eq!(printed(70), "70s");
        assert_eq!(printed(190), "3m10s");
        assert_eq!(printed(70 * 60), "70m");
        assert_eq!(printed(47 * 3600), "47h");
        assert_eq!(printed(49 * 3600), "2d1h");
        assert_eq!(printed(3 * 3600), "3h");
        assert_eq!(printed(13 * 86_400), "13d");
    }

    #[test]
    fn a_reason_names_the_figures_that_were_compared() {
        let candidate = |qos, priority, working_set, request| Candidate {
            pod: PodId(0),
            serial: 0,
            qos,
            priority,
            working_set: Some(Bytes::mebi(working_set)),
            memory_request: Bytes::mebi(request).into(),
        };
        let small = candidate(QosClass::BestEffort, 0, 200, 0);
        let large = candidate(QosClass::Burstable, 1000, 550, 100);
        let under = candidate(QosClass::Burstable, 0, 300, 400);
        let far_under = candidate(QosClass::Burstable, 0, 300, 1324);
        assert_eq!(goes_before(Criterion::QosClass, &small, &large), "BestEffort goes before Burstable");
        assert_eq!(goes_before(Criterion::Priority, &small, &large), "lower priority (0 < 1000)");
        assert_eq!(goes_before(Criterion::Excess, &large, &small), "larger excess (450Mi > 200Mi)");
        assert_eq!(
            goes_before(Criterion::ExceedsRequest, &large, &under),
            "450Mi over its request, the next is not over"
        );
        assert_eq!(
            goes_before(Criterion::Excess, &under, &far_under),
            "nearer to its request (100Mi < 1Gi under)"
        );
    }
}
