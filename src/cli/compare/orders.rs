//! `evictsim compare --orders FILE`: the lesson's order and the kubelet's, on the same draws.

use super::settings::{Format, SettingsArguments};
use crate::cli::BadInput;
use crate::cli::explain::run_named;
use crate::cli::files::Files;
use crate::experiment::orders;
use crate::report;
use crate::scenario::mistake::Mistake;
use std::io::{self, Write};

/// Runs both, and tells.
///
/// # Errors
/// Bad input.
pub fn compare(arguments: &SettingsArguments, replication: u32) -> anyhow::Result<()> {
    let [file] = &arguments.files[..] else {
        let what = "--orders compares the two orders on one scenario, and there are several files";
        return Err(BadInput(vec![Mistake::new(what, "name one file")]).into());
    };
    let mut scenario = Files::default().scenario(file)?;
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    let rules = run_named(&scenario, arguments.run.as_deref()).map_err(|mistake| BadInput(vec![mistake]))?;
    let compared = orders::compare(&scenario, rules, replication);
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
