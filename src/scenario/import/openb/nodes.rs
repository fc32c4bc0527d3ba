//! Which of the listed nodes are kept.

use super::Scale;
use super::trace::{TraceNode, TracePod};
use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime};
use crate::scenario::import::ImportMistake;

/// What the pods ask for at the most, memory and CPU each at its own peak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    pub memory: Bytes,
    pub cpu: MilliCpu,
}

/// The largest part of the kept nodes that the peak may fill, in hundredths.
const FULLEST_PERCENT: u64 = 80;

impl Demand {
    /// By the trace's own times on a node.
    pub fn peak(pods: &[&TracePod]) -> Demand {
        let mut changes: Vec<(SimTime, bool, &TracePod)> = Vec::new();
        // A pod that went at the instant it came never took up room.
        for pod in pods.iter().filter(|pod| pod.run_time != Some(SimDuration::ZERO)) {
            // Whoever goes makes room for whoever comes at the same instant: false sorts first.
            changes.extend(pod.scheduled.map(|scheduled| (scheduled, true, *pod)));
            changes.extend(pod.run_time.map(|_| (pod.deleted, false, *pod)));
        }
        changes.sort_by_key(|(at, comes, _)| (*at, *comes));
        let (mut now, mut peak) = (Demand::default(), Demand::default());
        for (_, comes, pod) in changes {
            now = if comes { now.with(pod) } else { now.without(pod) };
            peak = Demand { memory: peak.memory.max(now.memory), cpu: peak.cpu.max(now.cpu) };
        }
        peak
    }

    fn with(self, pod: &TracePod) -> Demand {
        Demand { memory: self.memory + pod.memory, cpu: self.cpu + pod.cpu }
    }

    fn without(self, pod: &TracePod) -> Demand {
        Demand { memory: self.memory - pod.memory, cpu: MilliCpu(self.cpu.0 - pod.cpu.0) }
    }

    /// How full the peak makes these nodes: memory and CPU, in hundredths, rounded up.
    pub fn of(self, nodes: &[&TraceNode]) -> (u64, u64) {
        let memory: Bytes = nodes.iter().map(|node| node.memory).sum();
        let cpu = nodes.iter().map(|node| node.cpu).fold(MilliCpu(0), std::ops::Add::add);
        let percent = |part: u64, whole: u64| {
            u64::try_from((u128::from(part) * 100).div_ceil(u128::from(whole.max(1)))).unwrap_or(u64::MAX)
        };
        (percent(self.memory.0, memory.0), percent(self.cpu.0, cpu.0))
    }
}

/// The nodes that are kept, in order of model and size.
pub fn kept(listed: &[TraceNode], demand: Demand, scale: Scale) -> Result<Vec<&TraceNode>, ImportMistake> {
    let mut ordered: Vec<&TraceNode> = listed.iter().collect();
    ordered.sort();
    match scale {
        Scale::Share(share) if 0.0 < share && share < 1.0 => {
            let count = libm::round(share * listed.len() as f64) as usize;
            Ok(spread(&ordered, count.clamp(1, listed.len())))
        }
        Scale::Share(share) => Err(ImportMistake::Wish {
            what: format!("a scale of {share} keeps no node, or all of them"),
            fix: "give a share above 0 and below 1: on all nodes the sampled pods would be alone".into(),
        }),
        Scale::Auto => {
            let fits = |nodes: &Vec<&TraceNode>| {
                let (memory, cpu) = demand.of(nodes);
                memory <= FULLEST_PERCENT && cpu <= FULLEST_PERCENT
            };
            let growing = (1..=listed.len()).map(|count| spread(&ordered, count));
            Ok(growing.into_iter().find(fits).unwrap_or(ordered))
        }
    }
}

/// `count` of them, evenly over their order: each model keeps its share.
fn spread<'a>(ordered: &[&'a TraceNode], count: usize) -> Vec<&'a TraceNode> {
    (0..count).map(|number| ordered[(2 * number + 1) * ordered.len() / (2 * count)]).collect()
}
