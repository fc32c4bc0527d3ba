//! `evictsim check FILE…`: is it right, scenario, sweep or plan? All mistakes, or what was understood and is taken for granted.

use super::BadInput;
use super::files::Files;
use crate::experiment::plan::Plan;
use crate::experiment::sweep::{Replications, Sweep};
use crate::report::figures::{Length, counted};
use crate::scenario::Scenario;
use clap::Args;
use std::io::{self, Write};

const ROUNDS: &str = "\
Mistakes come in two rounds: first all keys, words, amounts and units that cannot be read;
once there are none, all values that are not possible together.

Examples:
  evictsim check web.yaml
  evictsim check scenarios/lessons/*.yaml

How a scenario is written: docs/scenario-format.md.";

#[derive(Debug, Args)]
#[command(after_help = ROUNDS)]
pub struct CheckArguments {
    /// Scenario files, sweeps or plans; - is standard input
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
        match sound(file) {
            Ok((understood, assumptions)) => {
                writeln!(out, "{file}: ok: {understood}")?;
                assumptions.iter().try_for_each(|sentence| writeln!(out, "  {sentence}"))?;
            }
            Err(error) => mistakes.extend(error.downcast::<BadInput>()?.0),
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(BadInput(mistakes).into()) }
}

/// What a file says, and what it takes for granted.
fn sound(file: &str) -> anyhow::Result<(String, Vec<String>)> {
    let files = Files::default();
    if files.is_sweep(file) {
        let sweep = files.sweep(file)?;
        return Ok((swept(&sweep), sweep.assumptions));
    }
    if files.is_plan(file) {
        let plan = files.plan(file)?;
        return Ok((planned(&plan), plan.settings.assumptions));
    }
    let scenario = files.scenario(file)?;
    Ok((understood(&scenario), scenario.assumptions))
}

fn swept(sweep: &Sweep) -> String {
    let runs = sweep.plan().runs.iter().map(|runs| u64::from(*runs)).sum::<u64>();
    let replications = match sweep.replications {
        Replications::Fixed(number) => counted(number.into(), "replication"),
        Replications::Until(until) => {
            format!("{} to {} replications", until.rule.at_least, until.rule.at_most)
        }
    };
    format!(
        "the sweep {}, {}, {} x {replications}, {}",
        sweep.name,
        counted(sweep.points.len() as u64, "point"),
        counted(runs, "run"),
        counted(sweep.assumptions.len() as u64, "assumption"),
    )
}

fn planned(plan: &Plan) -> String {
    let (settings, bound) = (&plan.settings, &plan.bound);
    format!(
        "the plan {}, {}, {} to {} replications of each that is run, {}, {}",
        settings.name,
        counted(settings.points.len() as u64, "setting"),
        bound.at_least,
        bound.at_most,
        counted(plan.what_ifs.len() as u64, "what-if"),
        counted(settings.assumptions.len() as u64, "assumption"),
    )
}

fn understood(scenario: &Scenario) -> String {
    let runs: Vec<&str> = scenario.runs.iter().map(|run| run.name.as_str()).collect();
    format!(
        "{}, {} long, {}, {}, runs {} x {}, seed {}, {}",
        scenario.name,
        Length::until(scenario.horizon),
        counted(scenario.nodes.len() as u64, "node"),
        counted(scenario.workloads.len() as u64, "workload"),
        runs.join(" and "),
        counted(u64::from(scenario.replications), "replication"),
        scenario.seed,
        counted(scenario.assumptions.len() as u64, "assumption"),
    )
}
