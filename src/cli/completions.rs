//! `evictsim completions SHELL`: what a shell completes by.

use super::Arguments;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    shell: Shell,
}

/// # Errors
/// If standard output cannot be written.
pub fn completions(arguments: &CompletionsArguments) -> anyhow::Result<()> {
    // The generator panics when it cannot write; a Vec takes all.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "evictsim", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(())
}
