//! `evictsim compare A.yaml B.yaml`: what makes a difference, on the same draws, and how sure is that?
//!
//! What: every run of every file is one alternative; each is run again and again, replication r of all with the
//! same draws, and compared with the first.
//! Never: how a difference is estimated ([`crate::experiment::comparison`]) or told ([`crate::report::comparison`]).

use crate::cli::files::Files;
use crate::cli::progress::{self, Progress, SpeedUp};
use crate::cli::run::{MOST_THREADS, number_of_threads, seed};
use crate::cli::{BadInput, say, unknown};
use crate::engine::{self, Passes};
use crate::experiment::Threads;
use crate::experiment::comparison::contrasts;
use crate::experiment::measures::Figures;
use crate::experiment::statistics::Confidence;
use crate::experiment::tally::Tally;
use crate::ground::SimTime;
use crate::report::comparison::{self, Alternative, Comparison, Comparisons};
use crate::report::ledger;
use crate::scenario::Scenario;
use crate::scenario::check::{MOST_REPLICATIONS, usual_timeline};
use crate::scenario::meaning::RunRules;
use crate::scenario::mistake::Mistake;
use anyhow::Context;
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io::{self, Write};
use std::time::Duration;

/// Where the first scenario asks for one replication only: from so many on Student's t can be trusted.
const USUAL_REPLICATIONS: u32 = 30;
/// They are called by letters.
const MOST_ALTERNATIVES: usize = 26;

#[derive(Debug, Args)]
pub struct SettingsArguments {
    /// Scenario files; one of them may be -, standard input
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<String>,
    /// Only the runs of this name, in all files
    #[arg(long, value_name = "NAME")]
    pub(super) run: Option<String>,
    /// Instead of the first scenario's seed, for all
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    pub(super) seed: Option<u64>,
    /// How often each is run: by default as often as the first scenario says, or 30 times if it says once
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(2..=i64::from(MOST_REPLICATIONS)))]
    replications: Option<u32>,
    /// How sure the intervals are, in percent
    #[arg(long, value_name = "PERCENT", default_value = "95", allow_negative_numbers = true, value_parser = confidence)]
    confidence: Confidence,
    /// How many runs are made at once, for the same result: by default as many as there are cores
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS))]
    threads: Option<u16>,
    /// What is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub(super) output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
}

/// A confidence in percent, or what one is.
fn confidence(text: &str) -> Result<Confidence, String> {
    let percent: Option<f64> = text.parse().ok();
    percent
        .and_then(|percent| Confidence::new(percent / 100.0))
        .ok_or_else(|| "a confidence is a number of percent above 50 and below 100".to_owned())
}

/// Reads, runs, tells.
///
/// # Errors
/// Bad input.
pub fn compare(arguments: &SettingsArguments) -> anyhow::Result<()> {
    let files = Files::default();
    let read = |file: &String| Ok((file.clone(), files.scenario(file)?));
    let scenarios = arguments.files.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let settings = Settings::of(scenarios, arguments)?;
    let figures = settings.simulate(arguments.threads)?;
    let told = settings.told(&figures, arguments.confidence);
    let mut out = Vec::new();
    match arguments.output {
        Format::Table => comparison::write(&mut out, &told)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &comparison::json(&told))?;
            out.push(b'\n');
        }
    }
    io::stdout().lock().write_all(&out)?;
    Ok(())
}

/// What is compared.
struct Settings {
    /// With the files that they were read from.
    scenarios: Vec<(String, Scenario)>,
    /// Each alternative: which scenario, which of its runs.
    alternatives: Vec<(usize, usize)>,
    seed: u64,
    replications: u32,
}

impl Settings {
    fn of(mut scenarios: Vec<(String, Scenario)>, arguments: &SettingsArguments) -> anyhow::Result<Settings> {
        let (_, first) = scenarios.first().context("the command line asks for a file")?;
        let seed = arguments.seed.unwrap_or(first.seed);
        let usual = if first.replications > 1 { first.replications } else { USUAL_REPLICATIONS };
        for (_, scenario) in &mut scenarios {
            scenario.seed = seed;
            // Use of capacity is taken from it.
            let timeline = &mut scenario.recording.timeline_every;
            *timeline = timeline.or(Some(usual_timeline(scenario.horizon.since(SimTime::START))));
        }
        let is_wanted = |run: &RunRules| arguments.run.as_ref().is_none_or(|name| *name == run.name);
        let mut alternatives = Vec::new();
        for (place, (_, scenario)) in scenarios.iter().enumerate() {
            let runs = scenario.runs.iter().enumerate().filter(|(_, run)| is_wanted(run));
            alternatives.extend(runs.map(|(run, _)| (place, run)));
        }
        if let Some(run) = arguments.run.as_deref().filter(|_| alternatives.is_empty()) {
            let all = scenarios.iter().flat_map(|(_, scenario)| &scenario.runs);
            let names: BTreeSet<&str> = all.map(|run| run.name.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            return Err(BadInput(vec![unknown("run", run, &names)]).into());
        }
        must_be_comparable(alternatives.len())?;
        let replications = arguments.replications.unwrap_or(usual);
        Ok(Settings { scenarios, alternatives, seed, replications })
    }

    fn alternative(&self, place: usize) -> (&Scenario, &RunRules) {
        let (scenario, run) = self.alternatives[place];
        let scenario = &self.scenarios[scenario].1;
        (scenario, &scenario.runs[run])
    }

    /// The figures of all runs, alternative by alternative, replication by replication.
    fn simulate(&self, threads: Option<u16>) -> anyhow::Result<Vec<Vec<Figures>>> {
        let runs = self.alternatives.len() as u64 * u64::from(self.replications);
        let number = number_of_threads(threads, runs);
        let progress = Progress::of(runs, false);
        let pieces = (0..self.replications)
            .flat_map(|replication| (0..self.alternatives.len()).map(move |place| (place, replication)));
        let mut figures = vec![Vec::new(); self.alternatives.len()];
        let mut runs_took = Duration::ZERO;
        let work = |_, (place, replication)| (place, self.run(place, replication, &progress));
        let take = |(place, (run, took)): (usize, (Figures, Duration))| {
            figures[place].push(run);
            runs_took += took;
            Ok::<_, Infallible>(())
        };
        let Ok(()) =
            Threads::start(number).context("cannot start so many threads")?.in_turn(pieces, work, take);
        let speed_up = SpeedUp { runs, threads: number.get() as u64, elapsed: progress.finish(), runs_took };
        if threads.is_some() || speed_up.is_worth_telling() {
            say(speed_up);
        }
        Ok(figures)
    }

    /// One run, on whichever thread.
    fn run(&self, place: usize, replication: u32, progress: &Progress) -> (Figures, Duration) {
        let begun = progress::now();
        let (scenario, rules) = self.alternative(place);
        let setting = scenario.setting(rules, replication, Passes::ThatMatter);
        let watched = progress.watch(Tally::new(&setting).after(scenario.warm_up), setting.horizon);
        let tally = engine::run(&setting, scenario.source(replication), watched).done();
        (Figures::of(&tally), begun.elapsed())
    }

    fn told(&self, figures: &[Vec<Figures>], confidence: Confidence) -> Comparisons {
        let alternative = |place: usize| {
            let (scenario, rules) = self.alternative(place);
            let setting = scenario.setting(rules, 0, Passes::ThatMatter);
            Alternative {
                file: self.scenarios[self.alternatives[place].0].0.clone(),
                run: rules.name.clone(),
                rules: ledger::rules(&setting).to_owned(),
                nodes: setting.nodes.len() as u64,
                horizon: scenario.horizon,
            }
        };
        let comparison = |second: usize| Comparison {
            second,
            contrasts: contrasts(&figures[0], &figures[second], confidence),
        };
        let mut assumptions: Vec<String> = Vec::new();
        for assumption in self.scenarios.iter().flat_map(|(_, scenario)| &scenario.assumptions) {
            if !assumptions.contains(assumption) {
                assumptions.push(assumption.clone());
            }
        }
        Comparisons {
            seed: self.seed,
            replications: self.replications,
            confidence,
            alternatives: (0..self.alternatives.len()).map(alternative).collect(),
            comparisons: (1..self.alternatives.len()).map(comparison).collect(),
            assumptions,
        }
    }
}

fn must_be_comparable(alternatives: usize) -> anyhow::Result<()> {
    let (what, fix) = match alternatives {
        0 | 1 => (
            "nothing to compare with: this is one run of one scenario".to_owned(),
            "name a second file, or write several `runs` in the scenario".to_owned(),
        ),
        2..=MOST_ALTERNATIVES => return Ok(()),
        more => (
            format!("{more} runs are too many to be compared at once"),
            format!("name files with at most {MOST_ALTERNATIVES} runs in all, or use --run, or a sweep"),
        ),
    };
    Err(BadInput(vec![Mistake::new(what, fix)]).into())
}
