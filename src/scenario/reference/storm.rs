//! W2: an eviction storm. Pods whose memory jumps up and down, more of them than nodes hold when many are up.
//!
//! What: each pod starts at its low level and flips between low and high until its run time is over. A node
//! starves now and then; its kubelet evicts, or the kernel kills before it looks. Whoever fails is made
//! again at once and starts its run anew, so that every pod succeeds in the end.
//!
//! Where the published work is silent, this one holds to what a kubelet does:
//! * The kubelets look every 10 s, none at the same time as another: their first looks lie evenly over the first 10 s.
//! * Who goes first is the kubelet's order; a victim has stopped as soon as it is told to, and there is nothing to
//!   clean up after it. The condition MemoryPressure lasts for five minutes after it was last seen, as by default.
//! * The threshold keeps nothing back from the scheduler, and a node takes 110 pods, as by default.
//! * A node's memory jumps by gibibytes, so nearly always the kernel kills before a kubelet looks. A pod that it kills
//!   has failed (its restart policy is Never), and is made again as an evicted one is.
//!
//! Never: chance; the recipe of [`drawn`] is not the one by which the published tables were drawn, only like it.

use super::rows::{Cells, Row};
use super::{Arrivals, Counted, Done, MONITORING_INTERVAL, SplitMix64, amounts, behavior, life, template};
use crate::engine::{Choice, CurveOwner, PodDraft, Setting, Source};
use crate::eviction::{EvictionSettings, Signal, Threshold, ThresholdValue};
use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime, WorkloadId};
use crate::model::usage::After;
use crate::model::{Behavior, Controller, Node, Piece, PodTemplate, Replica, UsageCurve};
use crate::scenario::cells::CellMistake;
use std::collections::BTreeMap;
use std::sync::Arc;

const MOST_CPU: MilliCpu = MilliCpu(2_000);
const MOST_MEBI: u64 = 16 * 1024;
const THRESHOLD: Bytes = Bytes::mebi(100);
/// What a kubelet takes by default.
pub const PODS_A_NODE: u32 = 110;
/// The published work is done in four hours. Work that never ends, since nobody gets on, is cut off here.
const HORIZON: SimTime = SimTime(30 * 86_400 * 1_000_000);

/// One pod of W2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StormPod {
    pub arrival: SimTime,
    pub cpu_request: MilliCpu,
    pub memory_request: Bytes,
    pub low: Bytes,
    pub high: Bytes,
    /// How long it stays at a level.
    pub shift: SimDuration,
    /// From its start to its end, if nothing ends it before.
    pub duration: SimDuration,
}

impl Row for StormPod {
    const WORK: &'static str = "W2";
    const COLUMNS: &'static [&'static str] = &[
        "pod_id",
        "submit_s",
        "cpu_request_milli",
        "mem_request_mib",
        "mem_low_mib",
        "mem_high_mib",
        "shift_s",
        "duration_s",
    ];

    /// Nothing is above the pods' limit: such a request is refused by Kubernetes, and such a use never ends well.
    fn read(arrival: SimTime, cells: &Cells) -> Result<StormPod, CellMistake> {
        let memory = |cell| cells.at_most(cell, MOST_MEBI).map(Bytes::mebi);
        let shift = cells.seconds(6)?;
        if shift == SimDuration::ZERO {
            return Err(cells.mistake(6, "a level that lasts no time", "write more than 0 seconds"));
        }
        Ok(StormPod {
            arrival,
            cpu_request: MilliCpu(cells.at_most(2, MOST_CPU.0)?),
            memory_request: memory(3)?,
            low: memory(4)?,
            high: memory(5)?,
            shift,
            duration: cells.seconds(7)?,
        })
    }
}

/// Lets these pods come and go on so many nodes.
///
/// # Errors
/// If something is wrong with a pod.
pub fn run(
    nodes: u32,
    pods: impl Iterator<Item = Result<StormPod, CellMistake>>,
) -> Result<Done, CellMistake> {
    Done::by(&setting(nodes), Storm::new(pods))
}

/// A cluster whose kubelets act below 100Mi, and one workload whose pods are made again until they succeed.
pub fn setting(nodes: u32) -> Setting {
    let threshold = Threshold {
        signal: Signal::MemoryAvailable,
        value: ThresholdValue::Quantity(THRESHOLD.into()),
        written: None,
        grace_period: SimDuration::ZERO,
        minimum_reclaim: None,
    };
    let kubelet = EvictionSettings {
        thresholds: vec![threshold],
        pressure_transition_period: SimDuration::minutes(5),
        max_pod_grace_period: SimDuration::ZERO,
        monitoring_interval: MONITORING_INTERVAL,
    };
    let node = |number| {
        let first_pass = MONITORING_INTERVAL.0 * u64::from(number) / u64::from(nodes);
        Node { first_pass: SimDuration(first_pass), ..super::node(number, PODS_A_NODE) }
    };
    super::setting((0..nodes).map(node), kubelet, super::workload("storm", Controller::Operator), HORIZON)
}

/// The pods of W2, one after another, and again.
pub struct Storm<I> {
    arrivals: Arrivals<I, StormPod>,
    /// All that came, by their ordinals: any of them may be made again.
    known: Vec<StormPod>,
    /// By what they request.
    templates: BTreeMap<(MilliCpu, Bytes), Arc<PodTemplate>>,
    behavior: Arc<Behavior>,
}

impl<I: Iterator<Item = Result<StormPod, CellMistake>>> Storm<I> {
    pub fn new(pods: I) -> Storm<I> {
        Storm {
            arrivals: Arrivals::new(pods),
            known: Vec::new(),
            templates: BTreeMap::new(),
            behavior: behavior(),
        }
    }

    fn template(&mut self, pod: &StormPod) -> Arc<PodTemplate> {
        let (cpu, memory) = (pod.cpu_request, pod.memory_request);
        let known = self.templates.entry((cpu, memory));
        let limits = amounts(MOST_CPU, Bytes::mebi(MOST_MEBI));
        Arc::clone(known.or_insert_with(|| template(amounts(cpu, memory), limits)))
    }
}

impl<I: Iterator<Item = Result<StormPod, CellMistake>>> Counted for Storm<I> {
    fn arrived(self) -> Result<u64, CellMistake> {
        self.arrivals.arrived()
    }
}

impl<I: Iterator<Item = Result<StormPod, CellMistake>>> Source for &mut Storm<I> {
    fn next_arrival(&mut self, _workload: WorkloadId) -> Option<SimTime> {
        let pod = self.arrivals.turn()?;
        self.known.push(*pod);
        Some(pod.arrival)
    }

    fn draft(&mut self, _workload: WorkloadId, replica: Replica) -> PodDraft {
        let pod = self.known[replica.ordinal as usize];
        let levels = [Piece::flat(pod.shift, pod.low), Piece::flat(pod.shift, pod.high)];
        let working_set = UsageCurve::new(levels, After::RepeatFrom(0));
        PodDraft { template: self.template(&pod), life: life(&self.behavior, working_set, pod.duration) }
    }

    fn choose(&mut self, _choice: Choice, _among: usize) -> usize {
        0 // Nothing here is left to chance.
    }

    fn more_usage(&mut self, _owner: CurveOwner, _draw: u32) -> Arc<[Piece]> {
        Arc::from([]) // No curve here is drawn bit by bit.
    }
}

/// Pods like the published ones: 1 CPU and 4 GiB each, from 1 GiB to 11.5 GiB and back every 20 to 120 s, for
/// 10 to 60 minutes; Poisson arrivals, so that about 29 a node run at once. From SplitMix64 with the
/// seed 42; for each pod the gap, the shift, the duration, in milliseconds.
pub fn drawn(nodes: u32, pods: u32) -> impl Iterator<Item = Result<StormPod, CellMistake>> {
    let mean_gap = 72.0 / f64::from(nodes);
    let mut draws = SplitMix64(42);
    let mut clock = 0.0;
    (0..pods).map(move |_| {
        clock += draws.exponential(mean_gap);
        Ok(StormPod {
            arrival: SimTime(rounded_millis(clock)),
            cpu_request: MilliCpu(1_000),
            memory_request: Bytes::gibi(4),
            low: Bytes::gibi(1),
            high: Bytes::mebi(11_776),
            shift: SimDuration(rounded_millis(20.0 + 100.0 * draws.unit())),
            duration: SimDuration(rounded_millis(600.0 + 3_000.0 * draws.unit())),
        })
    })
}

/// Whole milliseconds, in microseconds.
fn rounded_millis(seconds: f64) -> u64 {
    libm::round(seconds * 1e3) as u64 * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Passes, Silence, Totals, run_counted};
    use crate::scenario::reference::rows::PodRows;

    fn read(table: &str) -> Result<Vec<StormPod>, CellMistake> {
        PodRows::new(table.as_bytes())?.collect()
    }

    #[test]
    fn a_row_is_read_to_the_millisecond() {
        let header = StormPod::COLUMNS.join(",");
        let pod = StormPod {
            arrival: SimTime(203_000),
            cpu_request: MilliCpu(1_000),
            memory_request: Bytes::gibi(4),
            low: Bytes::gibi(1),
            high: Bytes::mebi(11_776),
            shift: SimDuration(49_775_000),
            duration: SimDuration(2_588_300_000),
        };
        let row = "0,0.203,1000,4096,1024,11776,49.775,2588.300";
        assert_eq!(read(&format!("{header}\n{row}\n")), Ok(vec![pod]));
    }

    #[test]
    fn a_mistake_in_a_row_is_told_with_its_place() {
        // what is below the header         column, what
        let cases = [
            ("0,now,1000,4096,1024,11776,50,60", 3, "`now` in `submit_s` is no length in seconds"),
            ("0,1,2001,4096,1024,11776,50,60", 5, "`2001` in `cpu_request_milli` is no such number"),
            ("0,1,1000,-1,1024,11776,50,60", 10, "`-1` in `mem_request_mib` is no such number"),
            ("0,1,1000,4096,1024,16385,50,60", 20, "`16385` in `mem_high_mib` is no such number"),
            ("0,1,1000,4096,1024,11776,0,60", 26, "a level that lasts no time"),
        ];
        for (row, column, what) in cases {
            let mistake = read(&format!("{}\n{row}\n", StormPod::COLUMNS.join(","))).expect_err(what);
            assert_eq!((mistake.line, mistake.column, mistake.what.as_str()), (2, column, what));
        }
    }

    fn totals(passes: Passes) -> Totals {
        let setting = Setting { passes, ..setting(3) };
        run_counted(&setting, &mut Storm::new(drawn(3, 600)), Silence).1
    }

    #[test]
    fn a_storm_is_the_same_if_every_look_is_looked() {
        let (all, those_that_matter) = (totals(Passes::Every), totals(Passes::ThatMatter));
        assert!(those_that_matter.oom_kills > 0, "no storm: {those_that_matter:?}");
        assert!(all.passes > those_that_matter.passes);
        let Totals { passes, events, .. } = all;
        assert_eq!(all, Totals { passes, events, ..those_that_matter });
    }
}
