//! W1: a steady stream of equal pods over equal nodes: placement and nothing else.
//!
//! Never: memory that changes, or a node that runs short: that is [`super::storm`].

use super::rows::{Cells, Row};
use super::{
    Arrivals, Counted, Done, MONITORING_INTERVAL, SplitMix64, amounts, behavior, life, rounded_micros,
    template,
};
use crate::engine::{Choice, CurveOwner, PodDraft, Setting, Source};
use crate::eviction::EvictionSettings;
use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime, WorkloadId};
use crate::model::{Behavior, Controller, Piece, PodTemplate, Replica, UsageCurve};
use crate::scenario::cells::CellMistake;
use std::sync::Arc;

const POD_CPU: MilliCpu = MilliCpu(2_000);
const POD_MEMORY: Bytes = Bytes::gibi(8);
/// Pods that fit on a node by their CPU, and so do by their memory.
pub const PODS_A_NODE: u32 = 32;
/// More than any of this work takes: the run ends when nothing is left to happen.
const HORIZON: SimTime = SimTime(u64::MAX / 2);

/// One pod of W1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteadyPod {
    pub arrival: SimTime,
    /// From its start to its end.
    pub duration: SimDuration,
}

impl Row for SteadyPod {
    const WORK: &'static str = "W1";
    const COLUMNS: &'static [&'static str] = &["pod", "arrival_s", "duration_s"];

    fn read(arrival: SimTime, cells: &Cells) -> Result<SteadyPod, CellMistake> {
        Ok(SteadyPod { arrival, duration: cells.seconds(2)? })
    }
}

/// Lets these pods come and go on so many nodes.
///
/// # Errors
/// If something is wrong with a pod.
pub fn run(
    nodes: u32,
    pods: impl Iterator<Item = Result<SteadyPod, CellMistake>>,
) -> Result<Done, CellMistake> {
    Done::by(&setting(nodes), Steady::new(pods))
}

/// A cluster that no pod brings into need, and one workload.
pub fn setting(nodes: u32) -> Setting {
    let kubelet = EvictionSettings {
        thresholds: Vec::new(),
        pressure_transition_period: SimDuration::minutes(5),
        max_pod_grace_period: SimDuration::ZERO,
        monitoring_interval: MONITORING_INTERVAL,
    };
    let nodes = (0..nodes).map(|number| super::node(number, PODS_A_NODE));
    super::setting(nodes, kubelet, super::workload("steady", Controller::Nobody), HORIZON)
}

/// The pods of W1, one after another.
pub struct Steady<I> {
    arrivals: Arrivals<I, SteadyPod>,
    template: Arc<PodTemplate>,
    working_set: UsageCurve,
    behavior: Arc<Behavior>,
}

impl<I: Iterator<Item = Result<SteadyPod, CellMistake>>> Steady<I> {
    pub fn new(pods: I) -> Steady<I> {
        let asked = amounts(POD_CPU, POD_MEMORY);
        Steady {
            arrivals: Arrivals::new(pods),
            template: template(asked, asked),
            working_set: UsageCurve::constant(POD_MEMORY),
            behavior: behavior(),
        }
    }
}

impl<I: Iterator<Item = Result<SteadyPod, CellMistake>>> Counted for Steady<I> {
    fn arrived(self) -> Result<u64, CellMistake> {
        self.arrivals.arrived()
    }
}

impl<I: Iterator<Item = Result<SteadyPod, CellMistake>>> Source for &mut Steady<I> {
    fn next_arrival(&mut self, _workload: WorkloadId) -> Option<SimTime> {
        self.arrivals.turn().map(|pod| pod.arrival)
    }

    fn draft(&mut self, _workload: WorkloadId, _replica: Replica) -> PodDraft {
        let run_time = self.arrivals.next.map_or(SimDuration::FOREVER, |pod| pod.duration);
        let life = life(&self.behavior, self.working_set.clone(), run_time);
        PodDraft { template: Arc::clone(&self.template), life }
    }

    fn choose(&mut self, _choice: Choice, _among: usize) -> usize {
        0 // Nothing here is left to chance.
    }

    fn more_usage(&mut self, _owner: CurveOwner, _draw: u32) -> Arc<[Piece]> {
        Arc::from([]) // No curve here is drawn bit by bit.
    }
}

/// W1 by its recipe: Poisson arrivals at 0.7 of what the nodes hold, exponential durations of one hour
/// and at least one second, from SplitMix64 with the seed 42; for each pod the gap first. It begins at 1 s.
pub fn drawn(nodes: u32, pods: u32) -> impl Iterator<Item = Result<SteadyPod, CellMistake>> {
    const HOUR: f64 = 3600.0;
    let mean_gap = HOUR / (f64::from(nodes) * f64::from(PODS_A_NODE) * 0.7);
    let mut draws = SplitMix64(42);
    let mut clock = 1.0;
    (0..pods).map(move |_| {
        clock += draws.exponential(mean_gap);
        let duration = draws.exponential(HOUR).max(1.0);
        Ok(SteadyPod {
            arrival: SimTime(rounded_micros(clock)),
            duration: SimDuration(rounded_micros(duration)),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::reference::rows::PodRows;

    fn read(table: &str) -> Result<Vec<SteadyPod>, CellMistake> {
        PodRows::new(table.as_bytes())?.collect()
    }

    #[test]
    fn the_recipe_gives_the_published_pods() {
        // The first rows of the published table w1.csv (1,000 nodes).
        let published = "pod,arrival_s,duration_s\n0,1.217464,627.288184\n1,1.269948,1518.786931\n";
        let drawn: Result<Vec<_>, _> = drawn(1000, 2).collect();
        assert_eq!(read(published), drawn);
    }

    #[test]
    fn a_mistake_in_a_row_is_told_with_its_place() {
        let header = "pod,arrival_s,duration_s\n";
        // what is below the header    line, column, what
        let cases = [
            ("0,1,2\n1,x,2\n", (3, 3, "`x` in `arrival_s` is no length in seconds")),
            ("0,1,2\n1,0.5,2\n", (3, 3, "this pod arrives before the one above it")),
            ("0,1,\n", (2, 5, "`` in `duration_s` is no length in seconds")),
        ];
        for (rows, (line, column, what)) in cases {
            let mistake = read(&format!("{header}{rows}")).expect_err(what);
            assert_eq!((mistake.line, mistake.column, mistake.what.as_str()), (line, column, what));
        }
        assert_eq!(read("pod,when\n").expect_err("other columns").line, 1);
        assert_eq!(read(&format!("{header}0,1\n")).expect_err("two cells under three columns").line, 2);
    }
}
