//! `evictsim sweep FILE`: a scenario, changed point by point of a grid, each point run again and again.
//!
//! What: the whole way from a file to its results. All points are checked before the first run. Rows are kept as runs are
//! done, so that a sweep that was killed is gone on with, and put together when all are there (docs/decisions/0013).
//! Never: how a run goes, or what its figures mean. Next: [`runs`], which makes them; [`part`], where rows
//! are kept; [`whole`], which puts them together; [`answer`], what is printed.

pub mod answer;
pub mod attempt;
pub mod estimate;
pub mod identity;
pub mod journal;
pub mod lock;
pub mod part;
pub mod runs;
pub mod whole;

use super::files::Files;
use super::results::{self, Results, beside};
use super::run::{MOST_THREADS, number_of_threads, seed};
use super::{BadInput, say};
use crate::experiment::bars::Bar;
use crate::experiment::sweep::{Replications, Shard, Sweep};
use crate::report::Manifest;
use crate::report::figures::counted;
use crate::report::sweep::manifest::{PartManifest, SweepManifest};
use crate::scenario::check::MOST_REPLICATIONS;
use crate::scenario::mistake::Mistake;
use answer::Answer;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use lock::Lock;
use part::{Growing, WHOLE};
use runs::{Known, Workshop};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  evictsim sweep overcommit.yaml
  evictsim sweep overcommit.yaml --dry-run
  evictsim sweep overcommit.yaml --fail-if 'evictions_per_pod_month.upper > 0.1'
  evictsim sweep overcommit.yaml --shard 1/4       (and 2/4, 3/4, 4/4, anywhere; then: evictsim merge results/overcommit.shard-*)

A sweep that was interrupted is gone on with by the same command again.
Exit codes: 1 a bar of --fail-if was missed, 2 bad input, 3 some runs failed.

How a sweep is written: docs/sweep-format.md. What the tables say: docs/results-format.md.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SweepArguments {
    /// The sweep's file; - is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Where the tables go: by default results/NAME, by the sweep's name
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Instead of the scenario's seed, at every point
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
    /// Instead of the sweep's number of replications, or of its stopping rule
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_REPLICATIONS)))]
    replications: Option<u32>,
    /// How many runs are made at once, for the same results: by default as many as there are cores
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS))]
    threads: Option<u16>,
    /// Make only the I-th of N parts of the runs; `evictsim merge` puts them together
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Count the runs, and say how long they may take; make one or two, and keep nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    telling: Telling,
}

/// What is done with results, of `sweep` and of `merge`.
#[derive(Debug, Args)]
pub struct Telling {
    /// Exit with 1 if this holds at any point, as in 'evictions_per_pod_month.upper > 0.1' (.mean, .lower, .upper; < <= > >=). What is not known counts as missed
    #[arg(long, value_name = "BAR")]
    pub fail_if: Vec<Bar>,
    /// Throw away what another sweep, another version or a run left in the directory of results
    #[arg(long)]
    pub replace: bool,
    /// What is printed: a summary, or the table of points; all tables are written all the same
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Format,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

/// Reads, checks, runs, tells.
///
/// # Errors
/// Bad input, what cannot be written, runs that failed, and bars that were missed.
pub fn sweep(arguments: &SweepArguments) -> anyhow::Result<()> {
    refuse_idle_bars(arguments)?;
    let files = Files::default();
    let sweep = overridden(files.sweep(&arguments.file)?, arguments);
    let shard = arguments.shard.unwrap_or(Shard::ALL);
    let manifest = identity::part(&sweep, &files.digests(), shard);
    let threads = number_of_threads(arguments.threads, u64::MAX);
    let workshop = Workshop::new(&sweep, files.kept(), &manifest, threads, arguments.telling.quiet);
    if arguments.dry_run {
        return estimate::print(&workshop, shard);
    }
    let place = place(arguments, &sweep.name, shard);
    if shard == Shard::ALL {
        make_whole(&workshop, manifest, &place, &arguments.telling)
    } else {
        make_shard(&workshop, manifest, (&place, shard), &arguments.telling)
    }
}

/// A bar that nobody would look at is a mistake, not a success.
fn refuse_idle_bars(arguments: &SweepArguments) -> Result<(), BadInput> {
    if arguments.telling.fail_if.is_empty() {
        return Ok(());
    }
    let mistake = if arguments.shard.is_some() {
        Mistake::new(
            "--fail-if asks for all runs, and a shard has a part of them",
            "give it to `evictsim merge`",
        )
    } else if arguments.dry_run {
        Mistake::new("--fail-if asks for results, and --dry-run keeps none", "leave one of them out")
    } else {
        return Ok(());
    };
    Err(BadInput(vec![mistake]))
}

/// The sweep with what the command line says otherwise.
fn overridden(mut sweep: Sweep, arguments: &SweepArguments) -> Sweep {
    if let Some(seed) = arguments.seed {
        sweep.reseed(seed);
    }
    if let Some(number) = arguments.replications {
        sweep.replications = Replications::Fixed(number);
    }
    sweep
}

fn place(arguments: &SweepArguments, name: &str, shard: Shard) -> PathBuf {
    let named = if shard == Shard::ALL { name.to_owned() } else { shard_name(name, shard) };
    arguments.out.clone().unwrap_or_else(|| Path::new("results").join(named))
}

fn shard_name(name: &str, shard: Shard) -> String {
    format!("{name}.shard-{}-of-{}", shard.number, shard.of)
}

fn make_whole(
    workshop: &Workshop<'_>,
    manifest: PartManifest,
    place: &Path,
    telling: &Telling,
) -> anyhow::Result<()> {
    let home = beside(place, "part")?;
    if is_finished(place, &manifest.manifest, telling)? {
        if !telling.quiet {
            say(format_args!("{} has all of its runs already", place.display()));
        }
        take_away_rest(&home, &manifest)?;
        return Answer { whole: whole::read(place, &manifest)?, place }.tell(telling);
    }
    let growing = grow(workshop, manifest, (&home, place), telling)?;
    let whole = put_in_place(std::slice::from_ref(&growing.part), home.join(WHOLE), place, telling)?;
    take_away(&home)?;
    Answer { whole, place }.tell(telling)
}

/// Of a sweep that was killed when its results were in place already. What another sweep has begun there stays.
fn take_away_rest(home: &Path, ours: &PartManifest) -> anyhow::Result<()> {
    if !home.exists() {
        return Ok(());
    }
    let Ok(_lock) = Lock::take(home) else { return Ok(()) };
    let is_begun = home.join(PartManifest::FILE).exists();
    if is_begun && part::refuse_another_sweep(home, ours).is_err() { Ok(()) } else { take_away(home) }
}

/// The results are in their place: the rows that they were put together from are needed no more.
fn take_away(home: &Path) -> anyhow::Result<()> {
    // Where a directory can be told to, it first keeps what was renamed in it, even if the power goes.
    if let Some(directory) = home.parent().and_then(|parent| File::open(parent).ok()) {
        let _ = directory.sync_all();
    }
    fs::remove_dir_all(home).with_context(|| format!("cannot take {} away", home.display()))
}

/// Makes all runs of a part that are not there yet.
fn grow(
    workshop: &Workshop<'_>,
    manifest: PartManifest,
    (home, place): (&Path, &Path),
    telling: &Telling,
) -> anyhow::Result<Growing> {
    let mut known: Vec<Known> = Vec::new();
    let headers = identity::headers(&manifest);
    let mut growing = Growing::open(home, manifest, &headers, telling.replace, |entry, row| {
        known.push(workshop.known(entry, row))
    })?;
    if !known.is_empty() && !telling.quiet {
        say(format_args!("going on after {}", counted(known.len() as u64, "run")));
    }
    workshop.make(&mut growing, known).with_context(|| {
        let place = place.display();
        format!("cannot write results to {place} (what is done is kept)")
    })?;
    Ok(growing)
}

/// Puts parts together, at their place.
///
/// # Errors
/// If something is in the way, or cannot be written.
pub fn put_in_place(
    parts: &[part::Part],
    unfinished: PathBuf,
    place: &Path,
    telling: &Telling,
) -> anyhow::Result<whole::Whole> {
    let results = Results::begin_in(unfinished, place, replaced(telling))?;
    let whole = whole::put_together(parts, &results).with_context(|| results.failure())?;
    results.finish()?;
    Ok(whole)
}

fn make_shard(
    workshop: &Workshop<'_>,
    manifest: PartManifest,
    (place, shard): (&Path, Shard),
    telling: &Telling,
) -> anyhow::Result<()> {
    let is_a_part = [PartManifest::FILE, lock::FILE].iter().any(|file| place.join(file).exists());
    if !is_a_part {
        results::must_be_free(place, |_| false)?;
    }
    let name = manifest.manifest.sweep.clone();
    let growing = grow(workshop, manifest, (place, place), telling)?;
    if !telling.quiet {
        let runs = counted(growing.part.entries.len() as u64, "run");
        let mut out = io::stdout().lock();
        writeln!(out, "shard {shard} of {name}: {runs}, in {}", place.display())?;
        let is_named = place.file_name().is_some_and(|own| own == shard_name(&name, shard).as_str());
        let all = if is_named {
            place.with_file_name(format!("{name}.shard-*")).display().to_string()
        } else {
            format!("{} and the directories of the others", place.display())
        };
        writeln!(out, "When all shards are there: evictsim merge {all}")?;
    }
    Ok(())
}

/// Which older results are replaced.
fn replaced(telling: &Telling) -> results::Replaced {
    if telling.replace { |text| Manifest::is_ours(text) || SweepManifest::is_ours(text) } else { |_| false }
}

/// Whether all that a sweep comes to stands at its place already, and is not to be replaced.
///
/// # Errors
/// If something else stands there.
pub fn is_finished(place: &Path, ours: &SweepManifest, telling: &Telling) -> anyhow::Result<bool> {
    if telling.replace {
        results::must_be_free(place, replaced(telling))?;
        return Ok(false);
    }
    let Ok(text) = fs::read_to_string(place.join(Manifest::FILE)) else {
        results::must_be_free(place, |_| false)?;
        return Ok(false);
    };
    let shown = place.display();
    let theirs = match SweepManifest::read(&text) {
        Some(theirs) if theirs.version == ours.version && theirs.identity == ours.identity => {
            return Ok(true);
        }
        Some(theirs) if theirs.version != ours.version => {
            format!("a sweep by evictsim {}, and this is {}", theirs.version, ours.version)
        }
        Some(theirs) => format!("another sweep: {}", part::difference(&theirs, ours)),
        None if SweepManifest::is_ours(&text) => "a sweep by another version of evictsim".to_owned(),
        None if Manifest::is_ours(&text) => "a run, not of a sweep".to_owned(),
        None => {
            results::must_be_free(place, |_| false)?;
            return Ok(false);
        }
    };
    bail!(
        "{shown} holds the results of {theirs}\n  fix: choose another place with --out, or replace them with --replace"
    )
}
