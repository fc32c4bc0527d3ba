//! `--dry-run`: how many runs, how long, how large.
//!
//! What: the grid, counted; one run of the first point and one of the last, made to see how long they take; nothing is kept.
//! Never: a promise: other points may take longer. Next: [`super::runs`].

use super::runs::Workshop;
use crate::cli::progress;
use crate::experiment::statistics::Next;
use crate::experiment::sweep::{Parameter, Replications, Rounds, Shard, Unit};
use crate::ground::SimDuration;
use crate::report::figures::{Length, Memory, counted};
use crate::scenario::document::Tree;
use std::io::{self, Write};
use std::sync::Arc;

/// Counts, makes a run or two, and prints.
///
/// # Errors
/// If standard output cannot be written.
pub fn print(workshop: &Workshop<'_>, shard: Shard) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let sweep = workshop.sweep;
    let points = counted(sweep.points.len() as u64, "point");
    let (least, most) = numbers_of_runs(workshop, shard);
    let of_shard = if shard == Shard::ALL { String::new() } else { format!(" in shard {shard}") };
    let runs = if least == most { counted(least, "run") } else { format!("{least} to {most} runs") };
    writeln!(out, "{}: {points}, {runs}{of_shard}", sweep.name)?;
    for parameter in &sweep.parameters {
        let values: Vec<String> = parameter.values.iter().map(Tree::flow).collect();
        writeln!(out, "  {}{}: {}", parameter.name, set_by(parameter), values.join(", "))?;
    }
    match sweep.replications {
        Replications::Fixed(number) => {
            writeln!(out, "  {} of each point", counted(number.into(), "replication"))?
        }
        Replications::Until(until) => writeln!(
            out,
            "  {} to {} replications of each point, until {} is known to {}",
            until.rule.at_least,
            until.rule.at_most,
            until.measure.name(),
            until.rule.half_width
        )?,
    }
    let tried = try_out(workshop)?;
    let time = |runs: u64| tried.seconds * runs as f64 / workshop.threads.get() as f64;
    writeln!(out, "A run takes about {} here, by the first and the last point.", length(tried.seconds))?;
    let threads = counted(workshop.threads.get() as u64, "thread");
    let between = |told: &dyn Fn(u64) -> String| {
        if least == most { told(least) } else { format!("{} to {}", told(least), told(most)) }
    };
    let times = between(&|runs| length(time(runs)));
    let sizes = between(&|runs| Memory(i128::from(tried.bytes) * i128::from(runs)).to_string());
    writeln!(out, "All of them: about {times} on {threads}, and {sizes} of rows.")?;
    Ok(())
}

/// Where a parameter goes, for people.
fn set_by(parameter: &Parameter) -> String {
    let paths: Vec<String> = parameter.paths.iter().map(|(path, _)| path.to_string()).collect();
    if paths.is_empty() { String::new() } else { format!(" ({})", paths.join(", ")) }
}

/// At least, and at most.
fn numbers_of_runs(workshop: &Workshop<'_>, shard: Shard) -> (u64, u64) {
    let plan = &workshop.plan;
    let mut rounds = Rounds::of(plan, shard);
    let first = rounds.next(|_| Next::Enough);
    let least = first.map_or(0, |round| round.units(plan).count() as u64);
    match plan.replications {
        Replications::Fixed(_) => (least, least),
        Replications::Until(until) => (least, least / until.rule.at_least * until.rule.at_most),
    }
}

/// What a run takes.
struct Tried {
    seconds: f64,
    bytes: u64,
}

fn try_out(workshop: &Workshop<'_>) -> anyhow::Result<Tried> {
    let last = workshop.sweep.points.len() as u32 - 1;
    let points = if last == 0 { vec![0] } else { vec![0, last] };
    let (mut seconds, mut bytes) = (0.0, 0);
    for point in &points {
        let scenario = Arc::new(workshop.scenario(*point));
        let begun = progress::now();
        let outcome = workshop.of_unit((Unit { point: *point, run: 0, replication: 0 }, scenario))?;
        seconds += begun.elapsed().as_secs_f64();
        bytes += outcome.rows.iter().map(|rows| rows.len() as u64).sum::<u64>();
    }
    Ok(Tried { seconds: seconds / points.len() as f64, bytes: bytes / points.len() as u64 })
}

/// A time for people: two digits are more than an estimate knows.
fn length(seconds: f64) -> String {
    match seconds {
        short if short < 0.1 => format!("{:.1} ms", short * 1e3),
        short if short < 60.0 => format!("{short:.1} s"),
        long => Length(SimDuration::seconds(long as u64)).to_string(),
    }
}
