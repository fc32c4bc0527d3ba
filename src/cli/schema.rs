//! `evictsim schema`: what editors complete and check scenario files, sweep files and plan files by.

use crate::experiment::{plan, sweep};
use crate::scenario;
use clap::{Args, ValueEnum};
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Of which files
    #[arg(value_name = "KIND", default_value = "scenario", ignore_case = true)]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    Scenario,
    Sweep,
    Plan,
}

/// # Errors
/// If standard output cannot be written.
pub fn schema(arguments: &SchemaArguments) -> anyhow::Result<()> {
    let schema = match arguments.kind {
        Kind::Scenario => scenario::schema(),
        Kind::Sweep => sweep::schema(),
        Kind::Plan => plan::schema(),
    };
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &schema).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
