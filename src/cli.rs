//! Floor 7: the command line, the only floor that opens files.
//!
//! What: one file a subcommand. Answers go to standard output, all else to
//! standard error. Exit codes: 0 fine, 1 a bar that the user set was missed
//! (no command sets one yet), 2 bad input.
//! Never: a rule of Kubernetes, a figure of its own.
//! Next: [`run`], which goes the whole way from a file to its results.

pub mod bench;
pub mod check;
pub mod compare;
pub mod completions;
pub mod explain;
pub mod files;
pub mod import;
pub mod joint;
pub mod progress;
pub mod qos;
pub mod quiz;
pub mod results;
pub mod run;
pub mod schema;
pub mod screen;
#[cfg(feature = "tui")]
pub mod step;

use crate::scenario::mistake::{self, Mistake};
use clap::{Parser, Subcommand};
use std::fmt;
use std::io::{self, ErrorKind};
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
    /// The lesson's eviction order and the kubelet's on the same draws: where do they differ?
    Compare(compare::CompareArguments),
    /// Who is evicted next, and why this pod and not that one?
    Explain(explain::ExplainArguments),
    /// Walk through a run, decision by decision, on the terminal; or guess who goes first
    #[cfg(feature = "tui")]
    Step(step::StepArguments),
    /// Small clusters to be asked about: who goes first? Or a worksheet with solutions
    Quiz(quiz::QuizArguments),
    /// Which QoS class is each pod of a manifest, and what spoiled Guaranteed?
    Qos(qos::QosArguments),
    /// Print the JSON schema of scenario files, for editors
    Schema,
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

/// What a shell says of a program that wrote into a closed pipe: 128 + SIGPIPE.
const PIPE_CLOSED: u8 = 141;
const BAD_INPUT: u8 = 2;

/// Prints what went wrong, and says what to exit with.
pub fn exit_code(done: anyhow::Result<()>) -> ExitCode {
    let Err(error) = done else { return ExitCode::SUCCESS };
    if is_closed_pipe(&error) {
        return ExitCode::from(PIPE_CLOSED);
    }
    match error.downcast_ref::<BadInput>() {
        Some(mistakes) => eprintln!("{mistakes}"),
        None => eprintln!("error: {error:#}"),
    }
    ExitCode::from(BAD_INPUT)
}

/// Whoever read our output has enough: nothing to tell.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let cause = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
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
    fn a_closed_pipe_is_told_from_other_errors_through_its_context() {
        let closed =
            anyhow::Error::from(io::Error::from(ErrorKind::BrokenPipe)).context("writing the summary");
        assert!(is_closed_pipe(&closed));
        assert!(!is_closed_pipe(&anyhow::Error::from(io::Error::from(ErrorKind::NotFound))));
    }
}
