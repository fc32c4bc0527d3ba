//! `evictsim compare --orders FILE`: the lesson's order and the kubelet's, on the same draws.

use crate::cli::files::Files;
use crate::cli::run;
use crate::experiment::orders;
use crate::report;
use crate::scenario::check::MOST_REPLICATIONS;
use clap::{Args, ValueEnum};
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct OrdersArguments {
    /// By QoS class, and as the kubelet: where do they first differ, why, and what comes of it?
    #[arg(long, required = true)]
    orders: bool,
    /// The scenario file; - is standard input. All rules but the order are those of its first run
    #[arg(value_name = "FILE")]
    file: String,
    /// Instead of the scenario's seed
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = run::seed)]
    seed: Option<u64>,
    /// Which replication, from 0
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..i64::from(MOST_REPLICATIONS)))]
    replication: u32,
    /// What is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// Runs both, and tells.
///
/// # Errors
/// Bad input.
pub fn compare(arguments: &OrdersArguments) -> anyhow::Result<()> {
    let mut scenario = Files::default().scenario(&arguments.file)?;
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    let compared = orders::compare(&scenario, &scenario.runs[0], arguments.replication);
    let mut out = Vec::new();
    match arguments.output {
        Format::Table => report::orders::write(&mut out, &scenario, &compared)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &report::orders::json(&scenario, &compared))?;
            out.push(b'\n');
        }
    }
    io::stdout().lock().write_all(&out)?;
    Ok(())
}
