//! `evictsim plan FILE`: which setting keeps a risk below a bound?
//!
//! What: the whole way from a file to the answer. Runs are made side by side, as many as the plan asks for at a time, and handed
//! back in their order: the same answer with any number of threads.
//! Never: which setting is run next, or how sure one is. Next: [`crate::experiment::plan`], which says both.

use super::files::Files;
use super::progress::{self, Count};
use super::run::{MOST_THREADS, number_of_threads, seed};
use super::sweep::Format;
use super::sweep::attempt::{attempt, keep_quiet};
use super::{FailedRuns, MissedBars, say};
use crate::experiment::measures::Figures;
use crate::experiment::plan::{self, Ask, Found, Plan, packing};
use crate::experiment::{Run, Threads};
use crate::ground::SimTime;
use crate::report::figures::counted;
use crate::report::plan::{Told, json, rows, summary};
use crate::scenario::Scenario;
use crate::scenario::check::usual_timeline;
use anyhow::Context;
use clap::Args;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};

const EXAMPLES: &str = "\
Examples:
  evictsim plan scenarios/studies/how-many-nodes.yaml
  evictsim plan how-many-nodes.yaml --seed 7
  evictsim plan how-many-nodes.yaml -o csv > settings.csv
  evictsim figure curve settings.csv --x nodes --y evictions_per_pod_month > curve.svg

Exit codes: 1 no setting was shown to keep the bound, 2 bad input, 3 a run failed.

How a plan is written, and why its answer may be trusted: docs/plan-format.md.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PlanArguments {
    /// The plan's file; - is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Instead of the scenario's seed
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
    /// How many runs are made at once, for the same answer: by default as many as there are cores
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS))]
    threads: Option<u16>,
    /// What is printed: the answer and what it rests on, the same for a program, or the table of the settings that were run
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Format,
    /// Print nothing of how the runs get on
    #[arg(short, long)]
    quiet: bool,
}

/// Reads, checks, runs, tells.
///
/// # Errors
/// Bad input, a run that failed, or that nothing is the answer.
pub fn plan(arguments: &PlanArguments) -> anyhow::Result<()> {
    let files = Files::default();
    let mut plan = files.plan(&arguments.file)?;
    if let Some(seed) = arguments.seed {
        plan.reseed(seed);
    }
    let planner = Planner { plan: &plan, files: files.kept(), quiet: arguments.quiet };
    let found = planner.investigate(arguments.threads)?;
    let packing = found.answer.and_then(|point| packing::pack(&planner.scenario(None, point)));
    let horizon = planner.scenario(None, found.answer.unwrap_or(0)).horizon;
    let told = Told { plan: &plan, found: &found, horizon, packing: packing.as_ref() };
    print(&told, arguments.output)?;
    if found.answer.is_some() { Ok(()) } else { Err(MissedBars(vec![told.without_answer()]).into()) }
}

fn print(told: &Told<'_>, format: Format) -> anyhow::Result<()> {
    let mut out = Vec::new();
    match format {
        Format::Table => summary::write(&mut out, told)?,
        Format::Csv => rows(&mut out, told)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &json(told))?;
            out.push(b'\n');
        }
    }
    io::stdout().lock().write_all(&out)?;
    Ok(())
}

/// A plan, and what its runs need.
struct Planner<'p> {
    plan: &'p Plan,
    /// The bytes of the files that scenarios name.
    files: BTreeMap<String, Vec<u8>>,
    quiet: bool,
}

impl Planner<'_> {
    fn investigate(&self, threads: Option<u16>) -> anyhow::Result<Found> {
        keep_quiet();
        let number = number_of_threads(threads, u64::MAX);
        let threads = Threads::start(number).context("cannot start so many threads")?;
        let count = Count::begin(self.quiet);
        let found = plan::investigate(self.plan, |ask| self.make(ask, &threads, &count))?;
        let (runs, took) = count.finish();
        if !self.quiet {
            say(progress::rate(runs, took, number));
        }
        Ok(found)
    }

    /// Makes the runs that are asked for.
    fn make(&self, ask: &Ask, threads: &Threads, count: &Count) -> anyhow::Result<Vec<Vec<Figures>>> {
        let scenarios: Vec<Scenario> =
            ask.points.iter().map(|point| self.scenario(ask.what_if, *point)).collect();
        let pieces = (0..scenarios.len())
            .flat_map(|place| ask.replications.clone().map(move |replication| (place, replication)));
        count.expect((scenarios.len() * ask.replications.len()) as u64);
        let mut made = vec![Vec::new(); scenarios.len()];
        threads.in_turn(
            pieces,
            |_, (place, replication)| (place, attempt(|| self.figures(&scenarios[place], replication))),
            |(place, outcome): (usize, Result<Figures, String>)| {
                made[place].push(outcome.map_err(|failure| self.failed(ask, place, &failure))?);
                count.one();
                Ok::<_, anyhow::Error>(())
            },
        )?;
        Ok(made)
    }

    fn figures(&self, scenario: &Scenario, replication: u32) -> Figures {
        let named = scenario.runs.iter().find(|run| run.name == self.plan.run);
        let rules = named.expect("the plan was checked: every setting has it, under each what-if");
        Run { rules, replication }.figures(scenario)
    }

    /// The scenario of a setting.
    ///
    /// # Panics
    /// If it has a mistake: all settings were checked, with the same files.
    fn scenario(&self, what_if: Option<usize>, point: usize) -> Scenario {
        let bytes = |path: &str| self.files.get(path).cloned().ok_or_else(|| ErrorKind::NotFound.into());
        let settings = self.plan.settings_if(what_if);
        let mut scenario =
            settings.scenario(&settings.points[point], &bytes).expect("every setting was checked");
        // Use of capacity is taken from it.
        let usual = usual_timeline(scenario.horizon.since(SimTime::START));
        scenario.recording.timeline_every.get_or_insert(usual);
        scenario
    }

    fn failed(&self, ask: &Ask, place: usize, failure: &str) -> FailedRuns {
        let settings = &self.plan.settings;
        let label = settings.label(&settings.points[ask.points[place]]);
        let what_if = ask.what_if.map(|what_if| format!(", if {}", self.plan.what_ifs[what_if].name));
        let replications = counted(ask.replications.len() as u64, "replication");
        let what_if = what_if.unwrap_or_default();
        FailedRuns(format!("a run failed at {label}{what_if}, among {replications}: {failure}"))
    }
}
