//! `evictsim bench`: reference work, and what it took here.
//!
//! What: fixed workloads through the engine and the scheduler that `run` uses, with nobody listening; the
//! process's own CPU time and peak memory beside what came of it.
//! Never: a comparison: a figure means something beside another from the same machine.
//! Next: [`crate::scenario::reference`], the work.

use super::BadInput;
use crate::scenario::cells::CellMistake;
use crate::scenario::mistake::{Mistake, Place};
use crate::scenario::reference::rows::{PodRows, Row};
use crate::scenario::reference::{Done, steady, storm};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

const EXAMPLE: &str = "\
Examples:
  evictsim bench w1L -o json
  evictsim bench w1 --pods w1.csv --nodes 1000
  evictsim bench w2 --pods w2.csv --nodes 1000";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct BenchArguments {
    #[command(subcommand)]
    work: Work,
}

#[derive(Debug, Subcommand)]
enum Work {
    /// Placement: the pods of a table (pod,arrival_s,duration_s) of 2 CPU and 8Gi on nodes of 64 CPU and 256Gi
    W1(Tabled),
    /// The same on 10,000 nodes with 1,000,000 pods, drawn by the recipe of W1
    #[command(name = "w1L")]
    W1L {
        #[arg(short, long, value_name = "FORMAT", default_value = "table")]
        output: Format,
    },
    /// Evictions: the pods of a table, whose memory jumps between two levels, on nodes of 64 CPU and 256Gi
    ///
    /// The table has the columns pod_id, submit_s, cpu_request_milli, mem_request_mib, mem_low_mib, mem_high_mib,
    /// shift_s and duration_s. Pods have limits of 2 CPU and 16Gi. Kubelets evict below 100Mi, and look
    /// every 10 s. Whoever is evicted or killed is made again at once, and starts its run anew.
    W2(Tabled),
}

/// Work that a table of pods describes.
#[derive(Debug, Args)]
struct Tabled {
    /// The table of pods
    #[arg(long, value_name = "FILE")]
    pods: PathBuf,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    nodes: u32,
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

const W1L_NODES: u32 = 10_000;
const W1L_PODS: u32 = 1_000_000;

/// Does the work, and prints what it took.
///
/// # Errors
/// Mistakes in the table, and a result that is not that of the work.
pub fn bench(arguments: &BenchArguments) -> anyhow::Result<()> {
    let begun = Begun::now();
    match &arguments.work {
        Work::W1(tabled) => {
            let done = tabled.work(steady::run)?;
            print(&Measured::new(&begun, &done), tabled.output)?;
            check(&done, steady::PODS_A_NODE)
        }
        Work::W1L { output } => {
            let done = steady::run(W1L_NODES, steady::drawn(W1L_NODES, W1L_PODS))?;
            print(&Measured::new(&begun, &done), *output)?;
            check(&done, steady::PODS_A_NODE)
        }
        Work::W2(tabled) => {
            let done = tabled.work(storm::run)?;
            print(&MeasuredStorm::new(&begun, &done), tabled.output)?;
            check(&done, storm::PODS_A_NODE)
        }
    }
}

type Pods<P> = PodRows<BufReader<File>, P>;

impl Tabled {
    /// Does it, with what the table says.
    fn work<P: Row>(
        &self,
        run: impl FnOnce(u32, Pods<P>) -> Result<Done, CellMistake>,
    ) -> Result<Done, BadInput> {
        let told = |mistake: CellMistake| refusal(&self.pods, mistake);
        let unreadable = |error: io::Error| {
            let what = format!("cannot read {}: {error}", self.pods.display());
            BadInput(vec![Mistake::new(what, "name a file that is there")])
        };
        let table = BufReader::new(File::open(&self.pods).map_err(unreadable)?);
        run(self.nodes, PodRows::new(table).map_err(told)?).map_err(told)
    }
}

/// Every pod of this work succeeds in the end, and no node ever has more than it holds.
fn check(done: &Done, pods_a_node: u32) -> anyhow::Result<()> {
    let totals = &done.totals;
    anyhow::ensure!(done.is_whole(), "not each of {} pods succeeded: {totals:?}", done.arrived);
    let room = u64::from(done.nodes) * u64::from(pods_a_node);
    anyhow::ensure!(totals.peak_running <= room, "more pods ran at once than fit: {totals:?}");
    Ok(())
}

fn refusal(path: &Path, mistake: CellMistake) -> BadInput {
    let place = Place {
        file: path.to_string_lossy().into(),
        line: u32::try_from(mistake.line).unwrap_or(u32::MAX),
        column: u32::try_from(mistake.column).unwrap_or(u32::MAX),
    };
    BadInput(vec![Mistake::new(mistake.what, mistake.fix).at(place)])
}

/// What is printed; the unit is in the name.
#[derive(Debug, Serialize)]
struct Measured {
    /// Of the whole process; absent where the system does not say.
    cpu_seconds: Option<f64>,
    wall_seconds: f64,
    peak_rss_bytes: Option<u64>,
    nodes: u32,
    pods: u64,
    succeeded: u64,
    unscheduled: u64,
    peak_running: u64,
    placements: u64,
    events: u64,
}

impl Measured {
    fn new(begun: &Begun, done: &Done) -> Measured {
        let (cpu_seconds, peak_rss_bytes) = used().unzip();
        let totals = &done.totals;
        Measured {
            cpu_seconds,
            wall_seconds: begun.wall_seconds(),
            peak_rss_bytes,
            nodes: done.nodes,
            pods: totals.pods,
            succeeded: totals.succeeded,
            unscheduled: totals.unscheduled,
            peak_running: totals.peak_running,
            placements: totals.placements,
            events: totals.events,
        }
    }
}

/// The same for work that changes memory and evicts.
#[derive(Debug, Serialize)]
struct MeasuredStorm {
    #[serde(flatten)]
    measured: Measured,
    /// Changes of a pod's memory from one level to the other.
    flips: u64,
    /// Looks of the eviction loops: those that could matter.
    passes: u64,
    evictions: u64,
    oom_kills: u64,
}

impl MeasuredStorm {
    fn new(begun: &Begun, done: &Done) -> MeasuredStorm {
        let totals = &done.totals;
        MeasuredStorm {
            measured: Measured::new(begun, done),
            flips: totals.turns,
            passes: totals.passes,
            evictions: totals.evictions,
            oom_kills: totals.oom_kills,
        }
    }
}

fn print(measured: &impl Serialize, format: Format) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let json = serde_json::to_value(measured)?;
    match format {
        Format::Json => writeln!(out, "{json}")?,
        Format::Table => {
            for (name, value) in json.as_object().into_iter().flatten() {
                writeln!(out, "{name:<16}{value}")?;
            }
        }
    }
    Ok(())
}

/// When the work began, by the clock on the wall: a measurement's, never a run's.
struct Begun(std::time::Instant);

impl Begun {
    #[expect(clippy::disallowed_methods, reason = "what is measured here is real time")]
    fn now() -> Begun {
        Begun(std::time::Instant::now())
    }

    fn wall_seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// The CPU seconds of this process so far, and the most memory that it has had, in bytes.
#[cfg(unix)]
fn used() -> Option<(f64, u64)> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // In kilobytes on Linux, in bytes on Apple's systems.
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    Some((micros as f64 / 1e6, usage.max_rss() as u64 * unit))
}

#[cfg(not(unix))]
fn used() -> Option<(f64, u64)> {
    None
}
