//! `evictsim compare`: what makes a difference?
//!
//! Next: [`settings`], scenarios and their runs, measure by measure; [`orders`], the lesson's eviction order and the
//! kubelet's, decision by decision.

pub mod orders;
pub mod settings;

use crate::scenario::check::MOST_REPLICATIONS;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  evictsim compare now.yaml more-nodes.yaml
  evictsim compare now.yaml more-nodes.yaml larger-threshold.yaml --run kubernetes --replications 200
  evictsim compare scenarios/studies/two-orders.yaml      (its runs with each other)
  evictsim compare now.yaml more-nodes.yaml -o json
  evictsim compare --orders scenarios/lessons/kubelet-order.yaml

How intervals are made, and what they do not say: docs/statistics.md. What --orders says: docs/explanations.md.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompareArguments {
    /// Of one scenario: by QoS class and as the kubelet, where do they first differ, why, and what comes of it?
    #[arg(long, conflicts_with_all = ["replications", "confidence", "threads"])]
    orders: bool,
    /// With --orders: which replication, from 0; by default the first
    #[arg(long, value_name = "N", requires = "orders", value_parser = clap::value_parser!(u32).range(..i64::from(MOST_REPLICATIONS)))]
    replication: Option<u32>,
    #[command(flatten)]
    settings: settings::SettingsArguments,
}

/// Compares.
///
/// # Errors
/// Bad input.
pub fn compare(arguments: &CompareArguments) -> anyhow::Result<()> {
    if arguments.orders {
        return orders::compare(&arguments.settings, arguments.replication.unwrap_or(0));
    }
    settings::compare(&arguments.settings)
}
