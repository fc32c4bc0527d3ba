//! `evictsim compare`: what makes a difference?
//!
//! Next: [`settings`], scenarios and their runs, measure by measure.

pub mod settings;

use clap::Args;

const EXAMPLES: &str = "\
Examples:
  evictsim compare now.yaml more-nodes.yaml
  evictsim compare now.yaml more-nodes.yaml larger-threshold.yaml --run kubernetes --replications 200
  evictsim compare scenarios/studies/two-orders.yaml      (its runs with each other)
  evictsim compare now.yaml more-nodes.yaml -o json

How intervals are made, and what they do not say: docs/statistics.md.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompareArguments {
    #[command(flatten)]
    settings: settings::SettingsArguments,
}

/// Compares.
///
/// # Errors
/// Bad input.
pub fn compare(arguments: &CompareArguments) -> anyhow::Result<()> {
    settings::compare(&arguments.settings)
}
