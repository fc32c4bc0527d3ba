//! `evictsim compare`: what makes a difference?
//!
//! Next: [`orders`], the lesson's order and the kubelet's.

pub mod orders;

use clap::Args;

const EXAMPLES: &str = "\
Examples:
  evictsim compare --orders scenarios/lessons/kubelet-order.yaml
  evictsim compare --orders web.yaml --replication 3 -o json";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompareArguments {
    #[command(flatten)]
    orders: orders::OrdersArguments,
}

/// Compares.
///
/// # Errors
/// Bad input.
pub fn compare(arguments: &CompareArguments) -> anyhow::Result<()> {
    orders::compare(&arguments.orders)
}
