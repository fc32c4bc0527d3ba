//! `evictsim schema`: what editors complete and check scenario files by.

use crate::scenario;
use std::io::{self, Write};

/// # Errors
/// If standard output cannot be written.
pub fn schema() -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &scenario::schema()).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
