//! `evictsim import openb`: a scenario from a public trace, on standard output;
//! what was assumed is told on standard error, too.

use super::say;
use crate::scenario::import::openb::{self, BestEffortAs, LatencySensitiveAs, Options, Scale};
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const EXAMPLE: &str = "\
Example:
  evictsim import openb --pods openb_pod_list_default.csv --nodes openb_node_list_all_node.csv > openb.yaml
  evictsim run openb.yaml

What is made is a scenario like any other: docs/scenario-format.md.";

#[derive(Debug, Args)]
pub struct ImportArguments {
    #[command(subcommand)]
    trace: Trace,
}

#[derive(Debug, Subcommand)]
enum Trace {
    /// Alibaba's cluster-trace-gpu-v2023: 8,152 pods, 1,523 nodes
    #[command(after_help = EXAMPLE)]
    Openb(OpenbArguments),
}

#[derive(Debug, Args)]
struct OpenbArguments {
    /// The trace's list of pods (openb_pod_list_default.csv); - is standard input
    #[arg(long, value_name = "FILE")]
    pods: PathBuf,
    /// The trace's list of nodes (openb_node_list_all_node.csv)
    #[arg(long, value_name = "FILE")]
    nodes: PathBuf,
    /// The share of the nodes to keep, between 0 and 1; or auto: the fewest that the requests fill to 80 %
    #[arg(long, value_name = "SHARE", default_value = "auto", value_parser = scale)]
    scale: Scale,
    /// Whether requests of the trace's class BE count (requested: Burstable) or not (scheduled: BestEffort)
    #[arg(long, value_name = "READING", default_value = "scheduled")]
    qos_as: BestEffortWord,
    /// What the trace's class LS becomes
    #[arg(long, value_name = "CLASS", default_value = "burstable")]
    openb_ls: LatencySensitiveWord,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BestEffortWord {
    Requested,
    Scheduled,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LatencySensitiveWord {
    Burstable,
    Guaranteed,
}

/// # Errors
/// Mistakes in the trace's files, and what cannot be read or written.
pub fn import(arguments: &ImportArguments) -> anyhow::Result<()> {
    match &arguments.trace {
        Trace::Openb(arguments) => import_openb(arguments),
    }
}

fn import_openb(arguments: &OpenbArguments) -> anyhow::Result<()> {
    let options = Options {
        scale: arguments.scale,
        best_effort: match arguments.qos_as {
            BestEffortWord::Requested => BestEffortAs::Requested,
            BestEffortWord::Scheduled => BestEffortAs::Scheduled,
        },
        latency_sensitive: match arguments.openb_ls {
            LatencySensitiveWord::Burstable => LatencySensitiveAs::Burstable,
            LatencySensitiveWord::Guaranteed => LatencySensitiveAs::Guaranteed,
        },
    };
    let imported = openb::import(&bytes(&arguments.pods)?, &bytes(&arguments.nodes)?, &options)?;
    for assumption in &imported.assumptions {
        say(format_args!("assumed: {assumption}"));
    }
    io::stdout().lock().write_all(imported.yaml.as_bytes())?;
    Ok(())
}

fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match path.as_os_str().as_encoded_bytes() {
        b"-" => io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes),
        _ => fs::read(path),
    };
    read.with_context(|| format!("cannot read {}", path.display()))
}

fn scale(text: &str) -> Result<Scale, String> {
    if text == "auto" {
        return Ok(Scale::Auto);
    }
    let share = text.parse::<f64>().ok().filter(|share| 0.0 < *share && *share < 1.0);
    share.map(Scale::Share).ok_or_else(|| "write auto, or a number above 0 and below 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_proper_share_or_auto() {
        assert_eq!(scale("auto"), Ok(Scale::Auto));
        assert_eq!(scale("0.05"), Ok(Scale::Share(0.05)));
        for wrong in ["0", "1", "-0.5", "NaN", "inf", "half", ""] {
            assert!(scale(wrong).is_err(), "{wrong:?}");
        }
    }
}
