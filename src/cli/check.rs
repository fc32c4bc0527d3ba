//! `evictsim check FILE…`: is it right? All mistakes, or what was understood.

use super::BadInput;
use super::files::Files;
use crate::report::figures::counted;
use crate::scenario::Scenario;
use clap::Args;
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

/// Checks all files, also after one with mistakes.
///
/// # Errors
/// All mistakes in all files.
pub fn check(arguments: &CheckArguments) -> anyhow::Result<()> {
    let mut mistakes = Vec::new();
    let mut out = io::stdout().lock();
    for file in &arguments.files {
        match Files::default().scenario(file) {
            Ok(scenario) => writeln!(out, "{file}: ok: {}", understood(&scenario))?,
            Err(error) => mistakes.extend(error.downcast::<BadInput>()?.0),
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(BadInput(mistakes).into()) }
}

fn understood(scenario: &Scenario) -> String {
    let runs: Vec<&str> = scenario.runs.iter().map(|run| run.name.as_str()).collect();
    format!(
        "{}, {} long, {}, {}, runs {} x {}, seed {}, {}",
        scenario.name,
        scenario.horizon,
        counted(scenario.nodes.len() as u64, "node"),
        counted(scenario.workloads.len() as u64, "workload"),
        runs.join(" and "),
        counted(u64::from(scenario.replications), "replication"),
        scenario.seed,
        counted(scenario.assumptions.len() as u64, "assumption"),
    )
}
