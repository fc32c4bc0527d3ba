//! `evictsim run FILE`: what happens? A summary on the screen, tables in a directory.
//!
//! What: the whole way, from the file to the results: read, simulate, tell. Runs are made several
//! at once; results are the same with any number of threads.
//! Never: how a run goes ([`crate::engine`]) or is told ([`crate::report`]).

use super::files::Files;
use super::joint::{self, JointTables, Part, file_of};
use super::progress::{self, Progress, SpeedUp};
use super::results::Results;
use super::{BadInput, say, screen};
use crate::engine::{self, Passes};
use crate::experiment::{self, Run, Threads, Turn};
use crate::report::chart::{self, Look, Signs};
use crate::report::columns::{EventRow, EvictionRow, LifeRow, PodRow, Row, RunRow, Table};
use crate::report::drawing::{self, Caption};
use crate::report::kubectl::pods;
use crate::report::ledger::{self, Ledger, RunIdentity};
use crate::report::manifest::{RunEntry, TableEntry};
use crate::report::summary::{self, Heading, Width};
use crate::report::{Manifest, RunStory, Wanted, Written, json, kubectl};
use crate::scenario::Scenario;
use crate::scenario::check::{MOST_REPLICATIONS, too_long_a_timeline};
use crate::scenario::meaning::{OrderName, RunRules, Switches};
use crate::scenario::mistake::Mistake;
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// More than any machine has cores.
pub const MOST_THREADS: i64 = 1024;

const EXAMPLES: &str = "\
Examples:
  evictsim run web.yaml
  evictsim run web.yaml --timeline
  evictsim run web.yaml --rules kubernetes --seed 7 --replications 10 -o csv
  evictsim run web.yaml --replications 1000 --threads 8
  evictsim run web.yaml -o events            (or -o yaml, for the Pods at the end)
  evictsim run web.yaml -o wide --out results/tonight
  evictsim run - < web.yaml        (the next scenario without a name from standard input replaces its results)

How a scenario is written: docs/scenario-format.md. What the tables say: docs/results-format.md.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArguments {
    /// The scenario file; - is standard input, whose results go to results/stdin unless it has a `name`
    #[arg(value_name = "FILE")]
    file: String,
    /// Where the tables go: by default results/NAME, by the scenario's name. Older results there are replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Instead of the scenario's seed
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
    /// Instead of the scenario's number of replications
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_REPLICATIONS)))]
    replications: Option<u32>,
    /// One run by these rules, instead of the scenario's runs
    #[arg(long, value_name = "RULES", ignore_case = true)]
    rules: Option<RulesWord>,
    /// One run by this order, instead of the scenario's runs; with --rules, which it overrides,
    /// the restart scope is that of the rules
    #[arg(long, value_name = "ORDER", ignore_case = true)]
    eviction_order: Option<OrderWord>,
    /// Run idle passes of the eviction loop, too: slower, with the same results
    #[arg(long)]
    every_pass: bool,
    /// How many runs are made at once, for the same results: by default as many as there are cores
    ///
    /// What several threads brought is told on standard error, if the runs took longer than a second, or if N is given.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS))]
    threads: Option<u16>,
    /// What is printed: a summary (wide: with thresholds and roles), the runs' rows, or what kubectl would show of
    /// the first replication: its events, or the Pods as they are at the end (yaml); the tables are written all the same
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Format,
    /// After the summary, a chart of the first Pods' lives, as wide as the terminal (or as COLUMNS says);
    /// `ascii` draws it without any other signs. Lives are recorded, whatever the scenario says
    #[arg(long, value_name = "SIGNS", num_args = 0..=1, require_equals = true, default_missing_value = "unicode")]
    timeline: Option<SignsWord>,
    /// Print nothing
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Wide,
    Json,
    Csv,
    Events,
    Yaml,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(super) enum RulesWord {
    Lesson,
    Kubernetes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(super) enum OrderWord {
    QosClass,
    Kubelet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SignsWord {
    Unicode,
    Ascii,
}

/// Reads, simulates, tells.
///
/// # Errors
/// Bad input, and what cannot be written.
pub fn run(arguments: &RunArguments) -> anyhow::Result<()> {
    let files = Files::default();
    let scenario = overridden(files.scenario(&arguments.file)?, arguments);
    if let Some((what, fix)) = too_long_a_timeline(&scenario) {
        return Err(BadInput(vec![Mistake::new(what, fix)]).into());
    }
    if arguments.timeline.is_some() && !matches!(arguments.output, Format::Table | Format::Wide) {
        let what = "--timeline is drawn below the summary, and none is printed";
        return Err(BadInput(vec![Mistake::new(what, "leave -o out, or use -o wide")]).into());
    }
    let place = arguments.out.clone().unwrap_or_else(|| Path::new("results").join(&scenario.name));
    let results = Results::begin(&place)?;
    let (stories, tables) = simulate(&scenario, arguments, &results)?;
    let manifest = manifest(&scenario, arguments, &files, &stories, tables);
    manifest.write(results.create(Manifest::FILE)?)?;
    if scenario.recording.lives {
        draw(&scenario, &results, &stories)?;
    }
    let printed = printed(arguments, &scenario, &results, &place, &manifest, &stories)?;
    results.finish()?;
    io::stdout().lock().write_all(&printed)?;
    Ok(())
}

/// A seed, or what one is.
///
/// # Errors
/// What is wrong with the text.
pub fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

/// The scenario with what the command line says otherwise.
fn overridden(mut scenario: Scenario, arguments: &RunArguments) -> Scenario {
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    scenario.replications = arguments.replications.unwrap_or(scenario.replications);
    scenario.recording.lives |= arguments.timeline.is_some();
    scenario.recording.events |= matches!(arguments.output, Format::Events | Format::Yaml);
    scenario.recording.lives |= arguments.output == Format::Yaml;
    if let Some(run) = chosen_run(&scenario.runs, (arguments.rules, arguments.eviction_order)) {
        scenario.runs = vec![run];
    }
    scenario
}

/// The one run that the command line asks for; what it leaves open is as in the scenario's first.
pub(super) fn chosen_run(
    runs: &[RunRules],
    (rules, order): (Option<RulesWord>, Option<OrderWord>),
) -> Option<RunRules> {
    if rules.is_none() && order.is_none() {
        return None;
    }
    let mut run = runs.first()?.clone();
    if let Some(rules) = rules {
        (run.name, run.switches) = match rules {
            RulesWord::Lesson => ("lesson".into(), Switches::LESSON),
            RulesWord::Kubernetes => ("kubernetes".into(), Switches::KUBERNETES),
        };
    }
    if let Some(order) = order {
        (run.name, run.switches.order) = match order {
            OrderWord::QosClass => ("qos-order".into(), OrderName::QosClass),
            OrderWord::Kubelet => ("kubelet-order".into(), OrderName::Kubelet),
        };
    }
    Some(run)
}

/// Simulates every run of every replication, and writes all tables.
fn simulate(
    scenario: &Scenario,
    arguments: &RunArguments,
    results: &Results,
) -> anyhow::Result<(Vec<RunStory>, Vec<TableEntry>)> {
    let runs = experiment::number_of_runs(scenario);
    let threads = number_of_threads(arguments.threads, runs);
    let wanted = wanted(scenario);
    let passes = if arguments.every_pass { Passes::Every } else { Passes::ThatMatter };
    let progress = Progress::of(runs, arguments.quiet);
    let simulation = Simulation { scenario, passes, results, wanted, progress: &progress };
    let mut tables = JointTables::begin(results, wanted).with_context(|| results.failure())?;
    let (mut stories, mut runs_took) = (Vec::new(), Duration::ZERO);
    let take = |done: io::Result<Simulated>| {
        let Simulated { story, rows, took } = done?;
        stories.push(story);
        runs_took += took;
        tables.join(rows)
    };
    Threads::start(threads)
        .context("cannot start so many threads")?
        .in_turn(experiment::runs(scenario), |turn, run| simulation.of_run(turn, run), take)
        .with_context(|| results.failure())?;
    let speed_up = SpeedUp { runs, threads: threads.get() as u64, elapsed: progress.finish(), runs_took };
    if !arguments.quiet && (arguments.threads.is_some() || speed_up.is_worth_telling()) {
        say(speed_up);
    }
    Ok((stories, tables.entries()))
}

fn wanted(scenario: &Scenario) -> Wanted {
    let recording = scenario.recording;
    Wanted {
        rankings: recording.rankings,
        timeline: recording.timeline_every.is_some(),
        events: recording.events,
        lives: recording.lives,
    }
}

/// As many as are asked for, or as there are cores; but none that would have nothing to do.
pub fn number_of_threads(asked: Option<u16>, runs: u64) -> NonZeroUsize {
    let asked = asked.and_then(|asked| NonZeroUsize::new(asked.into()));
    let threads = asked.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let useful = usize::try_from(runs).ok().and_then(NonZeroUsize::new);
    useful.map_or(threads, |useful| useful.min(threads))
}

/// What all runs have in common.
struct Simulation<'a> {
    scenario: &'a Scenario,
    passes: Passes,
    results: &'a Results,
    wanted: Wanted,
    progress: &'a Progress,
}

/// What came of one run.
struct Simulated {
    story: RunStory,
    rows: Vec<Written<Part>>,
    took: Duration,
}

impl Simulation<'_> {
    /// On whichever thread.
    fn of_run(&self, turn: Turn, run: Run<'_>) -> io::Result<Simulated> {
        let begun = progress::now();
        let setting = self.scenario.setting(run.rules, run.replication, self.passes);
        let identity = RunIdentity::of(self.scenario, run.rules, run.replication);
        let mut tables = joint::parts(self.results, self.wanted, turn);
        let ledger = Ledger::new(identity, &setting, self.scenario, &mut tables);
        let watched = self.progress.watch(ledger, setting.horizon);
        let story = engine::run(&setting, self.scenario.source(run.replication), watched).done().finish();
        Ok(Simulated { story, rows: tables.finish()?, took: begun.elapsed() })
    }
}

/// Draws the figures.
fn draw(scenario: &Scenario, results: &Results, stories: &[RunStory]) -> io::Result<()> {
    let question = scenario.question.as_deref();
    let caption = Caption { scenario: &scenario.name, question, seed: scenario.seed };
    let mut lives = results.create("lives.svg")?;
    drawing::write(&mut lives, caption, stories)?;
    lives.flush()?;
    let mut memory = results.create("memory.svg")?;
    drawing::write_memory(&mut memory, caption, stories)?;
    memory.flush()
}

fn manifest(
    scenario: &Scenario,
    arguments: &RunArguments,
    files: &Files,
    stories: &[RunStory],
    tables: Vec<TableEntry>,
) -> Manifest {
    let run = |story: &RunStory| RunEntry {
        name: story.run.clone(),
        rules: story.rules.to_owned(),
        eviction_order: story.eviction_order.to_owned(),
        restart_scope: ledger::restart_scope(story.restart_scope).to_owned(),
        unreachable_phase: ledger::unreachable_phase(story.unreachable_phase).to_owned(),
    };
    Manifest {
        kind: Manifest::KIND.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: scenario.name.clone(),
        question: scenario.question.clone(),
        files: files.digests(),
        seed: scenario.seed,
        replications: scenario.replications,
        runs: stories.iter().filter(|story| story.replication == 0).map(run).collect(),
        every_pass: arguments.every_pass,
        command: std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect(),
        assumptions: scenario.assumptions.clone(),
        tables,
    }
}

/// What goes to standard output.
fn printed(
    arguments: &RunArguments,
    scenario: &Scenario,
    results: &Results,
    place: &Path,
    manifest: &Manifest,
    stories: &[RunStory],
) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut summarize = |width| {
        let place = place.display().to_string();
        let heading = Heading {
            scenario: &scenario.name,
            question: scenario.question.as_deref(),
            seed: scenario.seed,
            assumptions: &scenario.assumptions,
            tables: Some(&place),
        };
        summary::write(&mut out, &heading, stories, width)
    };
    match arguments.output {
        _ if arguments.quiet => {}
        Format::Table => summarize(Width::Narrow)?,
        Format::Wide => summarize(Width::Wide)?,
        Format::Csv => {
            io::copy(&mut results.open(&file_of(&RunRow::TABLE))?, &mut out)?;
        }
        Format::Events => kubectl::events(&mut out, results.open(&file_of(&EventRow::TABLE))?)?,
        Format::Yaml => {
            let table = |table: Table| results.open(&file_of(&table));
            let (pods, lives) = (table(PodRow::TABLE)?, table(LifeRow::TABLE)?);
            let tables = pods::Tables { pods, lives, events: table(EventRow::TABLE)? };
            pods::pods(&mut out, scenario, tables)?;
        }
        Format::Json => {
            let rows = |table: Table| json::rows(&table, results.open(&file_of(&table))?);
            let runs = rows(RunRow::TABLE)?;
            let evictions = rows(EvictionRow::TABLE)?;
            let document = json!({ "manifest": manifest, "runs": runs, "evictions": evictions });
            serde_json::to_writer_pretty(&mut out, &document)?;
            out.push(b'\n');
        }
    }
    if let Some(signs) = arguments.timeline.filter(|_| !arguments.quiet) {
        let signs = match signs {
            SignsWord::Unicode => Signs::Unicode,
            SignsWord::Ascii => Signs::Ascii,
        };
        let look = Look { width: screen::width(), signs, color: screen::shows_color() };
        chart::write(&mut out, stories, look)?;
    }
    Ok(out)
}
