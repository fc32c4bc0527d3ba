//! The program: parse, run, exit code.

use clap::Parser;
use evictsim::cli::{self, Arguments, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(arguments) => cli::run::run(&arguments),
        Command::Check(arguments) => cli::check::check(&arguments),
        Command::Compare(arguments) => cli::compare::compare(&arguments),
        Command::Explain(arguments) => cli::explain::explain(&arguments),
        #[cfg(feature = "tui")]
        Command::Step(arguments) => cli::step::step(&arguments),
        Command::Quiz(arguments) => cli::quiz::quiz(&arguments),
        Command::Qos(arguments) => cli::qos::qos(&arguments),
        Command::Figure(arguments) => cli::figure::figure(&arguments),
        Command::Sweep(arguments) => cli::sweep::sweep(&arguments),
        Command::Parquet(arguments) => cli::parquet::parquet(&arguments),
        Command::Plan(arguments) => cli::plan::plan(&arguments),
        Command::Merge(arguments) => cli::merge::merge(&arguments),
        Command::Schema(arguments) => cli::schema::schema(&arguments),
        Command::Import(arguments) => cli::import::import(&arguments),
        Command::Bench(arguments) => cli::bench::bench(&arguments),
        Command::Completions(arguments) => cli::completions::completions(&arguments),
    };
    cli::exit_code(done)
}
