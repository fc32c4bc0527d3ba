//! Floor 7: the command line, the only floor that opens files.
//!
//! What: one file a subcommand. Answers go to standard output, all else to
//! standard error. Exit codes: 0 fine, 1 a bar that the user set was missed, or a plan has no answer,
//! 2 bad input, 3 some runs of a sweep failed.
//! Never: a rule of Kubernetes, a figure of its own.
//! Next: [`run`], which goes the whole way from a file to its results.

pub mod bench;
pub mod check;
pub mod compare;
pub mod completions;
pub mod explain;
pub mod figure;
pub mod files;
pub mod import;
pub mod joint;
pub mod merge;
pub mod parquet;
pub mod plan;
pub mod progress;
pub mod qos;
pub mod quiz;
pub mod results;
pub mod run;
pub mod schema;
pub mod screen;
#[cfg(feature = "tui")]
pub mod step;
pub mod sweep;

use crate::scenario::mistake::{self, Mistake};
use crate::scenario::nearest::nearest;
use clap::{Parser, Subcommand};
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

const WHERE_NEXT: &str = "\
Examples:
  evictsim run scenarios/lessons/eviction-order.yaml
  evictsim check web.yaml

How a scenario is written: docs/scenario-format.md. What the tables say: docs/results-format.md.";

/// Simulates what Kubernetes evicts when its nodes run out of memory, and why.
#[derive(Debug, Parser)]
#[command(name = "evictsim", version, arg_required_else_help = true, after_help = WHERE_NEXT)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What happens? A summary on the screen, tables in results/
    Run(run::RunArguments),
    /// Is the file right? Its mistakes, and how to mend them
    Check(check::CheckArguments),
    /// Who is evicted next, and why this pod and not that one?
    Explain(explain::ExplainArguments),
    /// Walk through a run, decision by decision, on the terminal; or guess who goes first
    #[cfg(feature = "tui")]
    Step(step::StepArguments),
    /// Small clusters to be asked about: who goes first? Or a worksheet with solutions
    Quiz(quiz::QuizArguments),
    /// Which QoS class is each pod of a manifest, and what spoiled Guaranteed?
    Qos(qos::QosArguments),
    /// What makes a difference? Scenarios, or the two eviction orders, on the same draws
    Compare(compare::CompareArguments),
    /// A table as a figure: a curve with its intervals, or a map of two parameters
    Figure(figure::FigureArguments),
    /// A scenario, changed point by point of a grid, each point run again and again
    Sweep(sweep::SweepArguments),
    /// The tables of results as Parquet, for DuckDB, Polars, pandas
    Parquet(parquet::ParquetArguments),
    /// The smallest, the largest or the best setting that keeps a risk below a bound
    Plan(plan::PlanArguments),
    /// Put shards of a sweep together
    Merge(merge::MergeArguments),
    /// Print the JSON schema of scenario files, of sweep files or of plan files, for editors
    Schema(schema::SchemaArguments),
    /// Make a scenario from a public trace
    Import(import::ImportArguments),
    /// How fast is it here? Reference work, and what it took
    Bench(bench::BenchArguments),
    /// Print completions for a shell
    Completions(completions::CompletionsArguments),
}

/// Bad input: mistakes of the user's, to be printed as they are.
#[derive(Debug)]
pub struct BadInput(pub Vec<Mistake>);

impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(mistake::listed(&self.0).trim_end())
    }
}

impl std::error::Error for BadInput {}

/// A name that is none of those that are known.
fn unknown(what: &str, name: &str, known: &[&str]) -> Mistake {
    const SHOWN: usize = 20;
    let fix = match nearest(name, known) {
        Some(near) => format!("write {near}"),
        None => format!(
            "write one of {}{}",
            known[..known.len().min(SHOWN)].join(", "),
            if known.len() > SHOWN { ", …" } else { "" }
        ),
    };
    Mistake::new(format!("there is no {what} called {name:?}"), fix)
}

/// Bars that were missed, each in a line.
#[derive(Debug)]
pub struct MissedBars(pub Vec<String>);

impl fmt::Display for MissedBars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for MissedBars {}

/// Runs that failed, in a sentence.
#[derive(Debug)]
pub struct FailedRuns(pub String);

impl fmt::Display for FailedRuns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.0)
    }
}

impl std::error::Error for FailedRuns {}

/// What a shell says of a program that wrote into a closed pipe: 128 + SIGPIPE.
const PIPE_CLOSED: u8 = 141;
const MISSED: u8 = 1;
const BAD_INPUT: u8 = 2;
const FAILED: u8 = 3;

/// Prints what went wrong, and says what to exit with.
pub fn exit_code(done: anyhow::Result<()>) -> ExitCode {
    let Err(error) = done else { return ExitCode::SUCCESS };
    if is_closed_pipe(&error) {
        return ExitCode::from(PIPE_CLOSED);
    }
    say(told(&error));
    ExitCode::from(code_of(&error))
}

/// A line on standard error. Who has closed it does not want to hear, and that is no reason to stop.
fn say(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Ours are told as they are; the system's, with what can be done about it.
fn told(error: &anyhow::Error) -> String {
    let is_ours = error.is::<BadInput>() || error.is::<MissedBars>() || error.is::<FailedRuns>();
    if is_ours {
        return error.to_string();
    }
    let text = format!("error: {error:#}");
    match system_error(error).and_then(|cause| remedy(cause.kind())) {
        Some(fix) if !text.contains("\n  fix: ") => format!("{text}\n  fix: {fix}"),
        _ => text,
    }
}

/// What to do about what the system refused.
fn remedy(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "check the path, or choose another place",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "choose another place, or allow yourself to use this one"
        }
        ErrorKind::NotADirectory => "choose another place: a file is where a directory should be",
        ErrorKind::AlreadyExists => "choose another place: something else is there",
        ErrorKind::IsADirectory => "name a file: that is a directory",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room there, and give the same command again"
        }
        _ => return None,
    })
}

/// What the system said; the writer of CSV wraps it.
fn system_error(error: &anyhow::Error) -> Option<&io::Error> {
    let cause: &io::Error = error.chain().find_map(|cause| cause.downcast_ref())?;
    let wrapper = cause.get_ref().and_then(|inner| inner.downcast_ref::<csv::Error>());
    match wrapper.map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(cause)) => Some(cause),
        _ => Some(cause),
    }
}

fn code_of(error: &anyhow::Error) -> u8 {
    if error.is::<MissedBars>() {
        MISSED
    } else if error.is::<FailedRuns>() {
        FAILED
    } else {
        BAD_INPUT
    }
}

/// Whoever read our output has enough: nothing to tell.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    system_error(error).is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn each_kind_of_error_has_its_exit_code() {
        let code = |error: anyhow::Error| code_of(&error.context("telling"));
        assert_eq!(code(MissedBars(Vec::new()).into()), 1);
        assert_eq!(code(BadInput(Vec::new()).into()), 2);
        assert_eq!(code(anyhow::anyhow!("the disk is full")), 2);
        assert_eq!(code(FailedRuns(String::new()).into()), 3);
    }

    #[test]
    fn what_the_system_refused_is_told_with_what_can_be_done_about_it() {
        let full = |context: &'static str| {
            told(&anyhow::Error::from(io::Error::from(ErrorKind::StorageFull)).context(context))
        };
        let said = full("cannot write results to x");
        let (what, fix) = said.split_once('\n').expect("two lines");
        assert!(what.starts_with("error: cannot write results to x: "), "{what}");
        assert_eq!(fix, "  fix: make room there, and give the same command again");
        let said = full("no room\n  fix: buy a disk");
        assert_eq!(said.matches("fix: ").count(), 1, "{said}");
    }

    #[test]
    fn a_closed_pipe_is_told_from_other_errors_through_its_context() {
        let closed =
            anyhow::Error::from(io::Error::from(ErrorKind::BrokenPipe)).context("writing the summary");
        assert!(is_closed_pipe(&closed));
        let in_a_table = io::Error::from(csv::Error::from(io::Error::from(ErrorKind::BrokenPipe)));
        assert!(is_closed_pipe(&anyhow::Error::from(in_a_table)));
        assert!(!is_closed_pipe(&anyhow::Error::from(io::Error::from(ErrorKind::NotFound))));
    }
}
