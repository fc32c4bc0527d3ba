//! Reference workloads: fixed work that a machine's and a program's speed is told by.
//!
//! What: W1, a steady stream of equal pods over equal nodes: placement and nothing else. Its pods come
//! from a table, read as they arrive, or are drawn by its published recipe.
//! Never: a measurement; and never another engine: what runs here is what runs a scenario.
//! Next: `evictsim bench`, which prints what it took.

use super::cells::{self, CellMistake};
use crate::engine::{
    ActingThreshold, Choice, ControlPlane, CurveOwner, NodeSetting, Passes, PodDraft, RestartScope,
    SchedulerSetting, Setting, Source, UnreachablePhase,
};
use crate::eviction::{EvictionSettings, KubeletOrder};
use crate::ground::{Amount, Bytes, Few, MilliCpu, SimDuration, SimTime, WorkloadId};
use crate::model::{
    Behavior, ContainerLife, ContainerSpec, Controller, Health, Node, Peers, Piece, PodLife, PodSpec,
    PodTemplate, Replica, ResourceAmounts, RestartPolicy, Room, UsageCurve, Workload,
};
use std::io::Read;
use std::sync::Arc;

const NODE_CPU: MilliCpu = MilliCpu(64_000);
const NODE_MEMORY: Bytes = Bytes::gibi(256);
const POD_CPU: MilliCpu = MilliCpu(2_000);
const POD_MEMORY: Bytes = Bytes::gibi(8);
/// Pods that fit on a node by their CPU, and so do by their memory.
pub const PODS_A_NODE: u32 = 32;
/// More than any reference workload takes: the run ends when nothing is left to happen.
const HORIZON: SimTime = SimTime(u64::MAX / 2);

/// One pod of W1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteadyPod {
    pub arrival: SimTime,
    /// From its start to its end.
    pub duration: SimDuration,
}

/// A cluster of equal nodes that holds nothing back, and one workload.
pub fn setting(nodes: u32) -> Setting {
    let room = Room {
        cpu: NODE_CPU,
        memory: NODE_MEMORY,
        ephemeral_storage: Room::UNKNOWN_STORAGE,
        pods: PODS_A_NODE,
    };
    let kubelet = Arc::new(EvictionSettings {
        thresholds: Vec::new(),
        pressure_transition_period: SimDuration::minutes(5),
        max_pod_grace_period: SimDuration::ZERO,
        monitoring_interval: SimDuration::seconds(10),
    });
    let node = |number: u32| NodeSetting {
        node: Node::new(format!("node-{number}"), room),
        kubelet: Arc::clone(&kubelet),
    };
    Setting {
        horizon: HORIZON,
        nodes: (0..nodes).map(node).collect(),
        workloads: vec![Workload { name: "steady".into(), controller: Controller::Nobody }],
        order: Arc::new(KubeletOrder),
        restart_scope: RestartScope::Container,
        acting_threshold: ActingThreshold::First,
        control_plane: ControlPlane {
            node_monitor_grace_period: SimDuration::seconds(50),
            unreachable_phase: UnreachablePhase::AsLastSeen,
        },
        scheduler: SchedulerSetting::default(),
        peers: Peers::default(),
        claims: Vec::new(),
        passes: Passes::ThatMatter,
        sample_every: None,
    }
}

/// The pods of W1, one after another.
pub struct Steady<P> {
    pods: P,
    next: Option<SteadyPod>,
    template: Arc<PodTemplate>,
    behavior: Arc<Behavior>,
    mistake: Option<CellMistake>,
}

impl<P: Iterator<Item = Result<SteadyPod, CellMistake>>> Steady<P> {
    pub fn new(pods: P) -> Steady<P> {
        Steady { pods, next: None, template: template(), behavior: Arc::new(behavior()), mistake: None }
    }

    /// What was wrong with the pods, if anything was: none came after it.
    pub fn into_mistake(self) -> Option<CellMistake> {
        self.mistake
    }
}

impl<P: Iterator<Item = Result<SteadyPod, CellMistake>>> Source for &mut Steady<P> {
    fn next_arrival(&mut self, _workload: WorkloadId) -> Option<SimTime> {
        match self.pods.next().transpose() {
            Ok(next) => self.next = next,
            Err(mistake) => (self.next, self.mistake) = (None, Some(mistake)),
        }
        self.next.map(|pod| pod.arrival)
    }

    fn draft(&mut self, _workload: WorkloadId, _replica: Replica) -> PodDraft {
        let run_time = self.next.map(|pod| pod.duration);
        let container = ContainerLife { run_time, behavior: Arc::clone(&self.behavior) };
        let life = PodLife {
            pull_time: SimDuration::ZERO,
            clean_up_time: SimDuration::ZERO,
            containers: Few::One(container),
            volume_contents: Vec::new(),
        };
        PodDraft { template: Arc::clone(&self.template), life }
    }

    fn choose(&mut self, _choice: Choice, _among: usize) -> usize {
        0 // Nothing here is left to chance.
    }

    fn more_usage(&mut self, _owner: CurveOwner, _draw: u32) -> Arc<[Piece]> {
        Arc::from([]) // No curve here is drawn bit by bit.
    }
}

fn template() -> Arc<PodTemplate> {
    let asked = ResourceAmounts {
        cpu: Some(Amount::millis(POD_CPU.0)),
        memory: Some(POD_MEMORY.into()),
        ephemeral_storage: None,
    };
    let container =
        ContainerSpec { name: "work".into(), requests: asked, limits: asked, ..ContainerSpec::default() };
    Arc::new(PodTemplate::new(PodSpec {
        containers: vec![container],
        restart_policy: RestartPolicy::Never,
        ..PodSpec::default()
    }))
}

fn behavior() -> Behavior {
    Behavior {
        working_set: UsageCurve::constant(POD_MEMORY),
        others: Vec::new(),
        exit_code: 0,
        start_up_time: SimDuration::ZERO,
        stop_time: SimDuration::ZERO,
        pre_stop_time: SimDuration::ZERO,
        health: Health::default(),
        readiness: None,
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

fn rounded_micros(seconds: f64) -> u64 {
    libm::round(seconds * 1e6) as u64
}

/// The generator of the recipe. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014; constants of its reference implementation.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        -libm::log(1.0 - unit) * mean
    }
}

/// The pods of a table with the columns `pod`, `arrival_s` and `duration_s`, read as they are asked for.
pub struct PodRows<R> {
    reader: csv::Reader<R>,
    row: csv::ByteRecord,
    last: SimTime,
}

const COLUMNS: [&str; 3] = ["pod", "arrival_s", "duration_s"];

impl<R: Read> PodRows<R> {
    /// # Errors
    /// If the table has other columns.
    pub fn new(table: R) -> Result<PodRows<R>, CellMistake> {
        let mut reader = csv::Reader::from_reader(table);
        let header = reader.byte_headers().map_err(|error| cells::unreadable(&error))?;
        if header.iter().ne(COLUMNS.map(str::as_bytes)) {
            let what = "these are not the columns of W1's pods".to_owned();
            let fix = format!("begin with the line {}", COLUMNS.join(","));
            return Err(CellMistake { line: 1, column: 1, what, fix });
        }
        Ok(PodRows { reader, row: csv::ByteRecord::new(), last: SimTime::START })
    }

    fn pod(&self) -> Result<SteadyPod, CellMistake> {
        let arrival = SimTime::START.after(self.seconds(1)?);
        if arrival < self.last {
            let fix = "sort the pods by `arrival_s`".to_owned();
            return Err(self.mistake(1, "this pod arrives before the one above it".to_owned(), fix));
        }
        Ok(SteadyPod { arrival, duration: self.seconds(2)? })
    }

    fn seconds(&self, cell: usize) -> Result<SimDuration, CellMistake> {
        cells::seconds(&self.row[cell]).ok_or_else(|| {
            let text = String::from_utf8_lossy(&self.row[cell]);
            let fix = "write seconds as a plain number, such as 90 or 0.5".to_owned();
            self.mistake(cell, format!("`{text}` in `{}` is no length in seconds", COLUMNS[cell]), fix)
        })
    }

    fn mistake(&self, cell: usize, what: String, fix: String) -> CellMistake {
        let line = self.row.position().map_or(1, csv::Position::line);
        let before: usize =
            (0..cell).map(|cell| String::from_utf8_lossy(&self.row[cell]).chars().count() + 1).sum();
        CellMistake { line, column: before as u64 + 1, what, fix }
    }
}

impl<R: Read> Iterator for PodRows<R> {
    type Item = Result<SteadyPod, CellMistake>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.reader.read_byte_record(&mut self.row) {
            Ok(false) => None,
            Ok(true) => Some(self.pod().inspect(|pod| self.last = pod.arrival)),
            Err(error) => Some(Err(cells::unreadable(&error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
