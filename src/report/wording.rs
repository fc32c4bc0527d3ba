//! Facts as sentences: what Kubernetes says in its events, and why one pod goes
//! before another.
//!
//! What: pure functions from facts to words. Where Kubernetes has a text, it is
//! that text, as far as the run knows what stands in it (fidelity F-22: no uid, no process id).
//! Never: a table, a number that was not handed in.
//! Next: [`super::ledger`] asks for events, [`super::summary`] for reasons.

use super::figures::Measured;
use crate::engine::record::{EndReason, InVain, OomCause, Ranked, Refusal, RefusalReason};
use crate::eviction::{Criterion, NodeCondition, NodeConditions, Rejection, Starved, Threshold};
use crate::ground::SimDuration;
use crate::lifecycle::Truth;
use crate::model::ProbeKind;
use crate::scheduling::preemption::NoHelp;

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
    NodeHasDiskPressure,
    NodeHasNoDiskPressure,
    NodeHasInsufficientPid,
    NodeHasSufficientPid,
    SystemOom,
    OomKilling,
    Unhealthy,
    NodeNotReady,
    NodeReady,
    TaintManagerEviction,
    Preempted,
    SuccessfulAttachVolume,
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
            Happening::NodeHasDiskPressure => "NodeHasDiskPressure",
            Happening::NodeHasNoDiskPressure => "NodeHasNoDiskPressure",
            Happening::NodeHasInsufficientPid => "NodeHasInsufficientPID",
            Happening::NodeHasSufficientPid => "NodeHasSufficientPID",
            Happening::SystemOom => "SystemOOM",
            Happening::OomKilling => "OOMKilling",
            Happening::Unhealthy => "Unhealthy",
            Happening::NodeNotReady => "NodeNotReady",
            Happening::NodeReady => "NodeReady",
            Happening::TaintManagerEviction => "TaintManagerEviction",
            Happening::Preempted => "Preempted",
            Happening::SuccessfulAttachVolume => "SuccessfulAttachVolume",
        }
    }

    /// The event's `type`.
    pub fn kind(self) -> &'static str {
        match self {
            Happening::Scheduled
            | Happening::Started
            | Happening::Killing
            | Happening::NodeHasInsufficientMemory
            | Happening::NodeHasSufficientMemory
            | Happening::NodeHasDiskPressure
            | Happening::NodeHasNoDiskPressure
            | Happening::NodeHasInsufficientPid
            | Happening::NodeHasSufficientPid
            | Happening::NodeNotReady
            | Happening::NodeReady
            | Happening::TaintManagerEviction
            | Happening::Preempted
            | Happening::SuccessfulAttachVolume => "Normal",
            Happening::FailedScheduling
            | Happening::BackOff
            | Happening::Evicted
            | Happening::EvictionThresholdMet
            | Happening::SystemOom
            | Happening::OomKilling
            | Happening::Unhealthy => "Warning",
        }
    }
}

/// The message of a Pod that its kubelet refused.
pub fn rejected(conditions: NodeConditions) -> String {
    Rejection { conditions }.to_string()
}

/// The event of a node that begins or ceases to report a condition.
pub fn condition_changed(condition: NodeCondition, holds: bool) -> Happening {
    match (condition, holds) {
        (NodeCondition::MemoryPressure, true) => Happening::NodeHasInsufficientMemory,
        (NodeCondition::MemoryPressure, false) => Happening::NodeHasSufficientMemory,
        (NodeCondition::DiskPressure, true) => Happening::NodeHasDiskPressure,
        (NodeCondition::DiskPressure, false) => Happening::NodeHasNoDiskPressure,
        (NodeCondition::PidPressure, true) => Happening::NodeHasInsufficientPid,
        (NodeCondition::PidPressure, false) => Happening::NodeHasSufficientPid,
    }
}

/// Why no node took the pod, and why nobody is preempted for it.
///
/// Source: kube-scheduler `FitError`, `DefaultPreemption`.
pub fn unschedulable(nodes: usize, refusals: &[Refusal], preemption: Option<&InVain>) -> String {
    let why = no_node(nodes, refusals.iter().map(refused));
    match preemption {
        None => why,
        Some(InVain::Ineligible(ineligible)) => format!("{why} preemption: {ineligible}"),
        Some(InVain::NoNodeHelps { refusals, without_victims, unresolvable }) => {
            let others = [
                (without_victims, NoHelp::NoVictims.to_string()),
                (unresolvable, "Preemption is not helpful for scheduling".to_owned()),
            ];
            let others = others.into_iter().filter(|(nodes, _)| **nodes > 0);
            let others = others.map(|(nodes, reason)| format!("{nodes} {reason}"));
            format!("{why} preemption: {}", no_node(nodes, refusals.iter().map(refused).chain(others)))
        }
    }
}

/// Reasons go by their text, numbers included.
fn no_node(nodes: usize, reasons: impl Iterator<Item = String>) -> String {
    let mut reasons: Vec<String> = reasons.collect();
    reasons.sort();
    format!("0/{nodes} nodes are available: {}.", reasons.join(", "))
}

/// What is refused before any node is looked at is no node's.
fn refused(refusal: &Refusal) -> String {
    match refusal.reason {
        RefusalReason::NamesConflict => refusal.reason.to_string(),
        _ => format!("{} {}", refusal.nodes, refusal.reason),
    }
}

/// The event of an OOM kill: only when the node itself ran out does the kubelet
/// speak; the other is node-problem-detector's.
pub fn oom_killed(cause: OomCause, container: &str) -> (Happening, String) {
    match cause {
        OomCause::NodeCapacity => {
            (Happening::SystemOom, format!("System OOM encountered, victim process: {container}"))
        }
        OomCause::PodsLimit | OomCause::PodLimit | OomCause::ContainerLimit => {
            (Happening::OomKilling, format!("Memory cgroup out of memory: Killed process ({container})"))
        }
    }
}

/// As results spell it.
pub fn cause(cause: OomCause) -> &'static str {
    match cause {
        OomCause::ContainerLimit => "ContainerLimit",
        OomCause::PodLimit => "PodLimit",
        OomCause::PodsLimit => "PodsLimit",
        OomCause::NodeCapacity => "NodeCapacity",
    }
}

/// What the scheduler says of a pod that it preempts (it names the other by its uid).
pub fn preempted(preemptor: &str, node: &str) -> String {
    format!("Preempted by pod {preemptor} on node {node}")
}

/// How a pod ended, as results spell it.
pub fn end(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Completed => "Completed",
        EndReason::Failed => "Failed",
        EndReason::Evicted => "Evicted",
        EndReason::Rejected => "Rejected",
        EndReason::Deleted => "Deleted",
        EndReason::Preempted => "Preempted",
        EndReason::StillRunning => "StillRunning",
        EndReason::StillPending => "StillPending",
    }
}

/// What a probe that failed says. After the colon the words are ours: Kubernetes has
/// there what the container answered, which no run knows.
pub fn unhealthy(probe: ProbeKind, timed_out: bool) -> String {
    let answer = if timed_out { "no answer in time" } else { "the answer was bad" };
    format!("{} probe failed: {answer}", probe_name(probe))
}

/// What the kubelet says when it stops a container for its probe.
pub fn killed_by_probe(probe: ProbeKind, container: &str) -> String {
    format!("Container {container} failed {} probe, will be restarted", probe_name(probe).to_lowercase())
}

pub fn probe_name(probe: ProbeKind) -> &'static str {
    match probe {
        ProbeKind::Startup => "Startup",
        ProbeKind::Readiness => "Readiness",
        ProbeKind::Liveness => "Liveness",
    }
}

/// The event of a node whose condition Ready turned.
pub fn node_ready_turned(status: Truth) -> Happening {
    match status {
        Truth::True => Happening::NodeReady,
        Truth::False | Truth::Unknown => Happening::NodeNotReady,
    }
}

/// Why `earlier` stands before `later`, the next, when this was short.
pub fn goes_before(earlier: &Ranked, later: &Ranked, starved: Starved) -> Option<String> {
    Some(decided(earlier.decided_by?, (earlier, later), starved))
}

/// The comparison that `criterion` decided between two, the earlier first, when this was short.
pub fn decided(criterion: Criterion, (earlier, later): (&Ranked, &Ranked), starved: Starved) -> String {
    let [distance, next_distance] = distances([earlier, later], starved);
    let (first, next) = (&earlier.candidate, &later.candidate);
    match criterion {
        Criterion::Statistics => "nothing is known of its use yet".into(),
        Criterion::QosClass => format!("{} goes before {}", first.qos.name(), next.qos.name()),
        Criterion::ExceedsRequest => {
            format!("{distance} over its request, the next is not over")
        }
        Criterion::Priority => format!("lower priority ({} < {})", first.priority, next.priority),
        Criterion::Excess if starved == Starved::Pids => {
            format!("more processes ({distance} > {next_distance})")
        }
        Criterion::Excess if earlier.exceeds_request() => {
            format!("larger excess ({distance} > {next_distance})")
        }
        Criterion::Excess => {
            format!("nearer to its request ({distance} < {next_distance} under)")
        }
        Criterion::Serial => "equal in all that is compared: the older pod".into(),
    }
}

/// How far each of two is from its request: rounded, but to the last byte where that alone tells them apart.
fn distances(two: [&Ranked; 2], starved: Starved) -> [String; 2] {
    let [one, other] = two.map(|ranked| excess(ranked).map(i128::abs));
    let rounded = |distance: Option<i128>| {
        distance.map_or("unknown".to_owned(), |distance| Measured(distance, starved).to_string())
    };
    let exact =
        |distance: Option<i128>| distance.map_or("unknown".to_owned(), |distance| distance.to_string());
    if one != other && rounded(one) == rounded(other) {
        [exact(one), exact(other)]
    } else {
        [rounded(one), rounded(other)]
    }
}

/// What it used of what was short, less what it had requested: whole bytes, inodes or
/// processes; absent if the statistics did not know the pod.
pub fn excess(ranked: &Ranked) -> Option<i128> {
    ranked.usage.map(|usage| usage.bytes().above(ranked.request.bytes()))
}

/// Whether a threshold is hard or soft; without one it was the pod's own limit.
pub fn hardness(threshold: Option<&Threshold>) -> &'static str {
    match threshold {
        Some(threshold) if threshold.is_hard() => "hard",
        Some(_) => "soft",
        None => "limit",
    }
}

/// What is counted when this is short.
pub fn unit(starved: Starved) -> &'static str {
    match starved {
        Starved::Memory | Starved::EphemeralStorage => "bytes",
        Starved::Inodes => "inodes",
        Starved::Pids => "processes",
    }
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
    use crate::engine::record::PodName;
    use crate::eviction::Candidate;
    use crate::ground::WorkloadId;
    use crate::ground::{Amount, Bytes, PodId};
    use crate::model::{QosClass, Replica};
    use crate::scheduling::Ineligible;

    #[test]
    fn the_schedulers_reasons_go_by_their_text() {
        let key = "node.kubernetes.io/memory-pressure".to_owned();
        let refusals = [
            Refusal { reason: RefusalReason::UntoleratedTaint { key, value: String::new() }, nodes: 1 },
            Refusal { reason: RefusalReason::InsufficientMemory, nodes: 2 },
            Refusal { reason: RefusalReason::InsufficientCpu, nodes: 10 },
        ];
        let refused = "0/13 nodes are available: 1 node(s) had untolerated taint \
                       {node.kubernetes.io/memory-pressure: }, 10 Insufficient cpu, 2 Insufficient memory.";
        assert_eq!(unschedulable(13, &refusals, None), refused);
        // As kube-scheduler writes it where nobody is less important.
        let in_vain = InVain::NoNodeHelps { refusals: Vec::new(), without_victims: 12, unresolvable: 1 };
        assert_eq!(
            unschedulable(13, &refusals, Some(&in_vain)),
            format!(
                "{refused} preemption: 0/13 nodes are available: 1 Preemption is not helpful for scheduling, \
                 12 No preemption victims found for incoming pod."
            )
        );
        let never = InVain::Ineligible(Ineligible::Policy);
        assert_eq!(
            unschedulable(13, &refusals, Some(&never)),
            format!("{refused} preemption: not eligible due to preemptionPolicy=Never.")
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
        let ranked = |decided_by, (qos, priority), (working_set, request): (u64, u64)| {
            let candidate = Candidate {
                pod: PodId(0),
                serial: 0,
                qos,
                priority,
                working_set: Some(Bytes::mebi(working_set)),
                memory_request: Bytes::mebi(request).into(),
            };
            let usage = candidate.working_set.map(Amount::from);
            let pod = PodName {
                serial: 0,
                workload: WorkloadId(0),
                replica: Replica { ordinal: 0, generation: 0 },
            };
            let request = candidate.memory_request;
            Ranked { pod, candidate, critical: false, usage, request, decided_by: Some(decided_by) }
        };
        let small = |decided_by| ranked(decided_by, (QosClass::BestEffort, 0), (200, 0));
        let large = |decided_by| ranked(decided_by, (QosClass::Burstable, 1000), (550, 100));
        let under = |decided_by| ranked(decided_by, (QosClass::Burstable, 0), (300, 400));
        let far_under = ranked(Criterion::Serial, (QosClass::Burstable, 0), (300, 1324));
        let why =
            |earlier: Ranked, later: Ranked| goes_before(&earlier, &later, Starved::Memory).expect("decided");
        use Criterion::{ExceedsRequest, Excess, Priority, Serial};
        assert_eq!(why(small(Criterion::QosClass), large(Serial)), "BestEffort goes before Burstable");
        assert_eq!(why(small(Priority), large(Serial)), "lower priority (0 < 1000)");
        assert_eq!(why(large(Excess), small(Serial)), "larger excess (450Mi > 200Mi)");
        assert_eq!(why(large(ExceedsRequest), under(Serial)), "450Mi over its request, the next is not over");
        assert_eq!(why(under(Excess), far_under), "nearer to its request (100Mi < 1Gi under)");
        let processes =
            |count| Ranked { usage: Some(Amount::whole(count)), request: Amount::ZERO, ..large(Excess) };
        let why = goes_before(&processes(40), &processes(3), Starved::Pids);
        assert_eq!(why.as_deref(), Some("more processes (40 > 3)"));
    }
}
