//! Where standard output goes: how wide it is, and whether it shows colors.
//!
//! What: `COLUMNS` before the terminal before 80; colors on a terminal alone, and not
//! where `NO_COLOR` is set (no-color.org).
//! Never: what is written there. Next: [`super::run`].

use std::env;
use std::io::{self, IsTerminal};

/// Where nobody says otherwise.
const USUAL: usize = 80;
/// No more, whatever `COLUMNS` says.
const WIDEST: usize = 1000;

/// How many columns a line has.
pub fn width() -> usize {
    let said = env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let seen = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    said.filter(|columns| *columns > 0).or_else(seen).unwrap_or(USUAL).min(WIDEST)
}

/// Whether colors may be used.
pub fn shows_color() -> bool {
    let is_refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_refused && env::var_os("TERM").is_none_or(|kind| kind != "dumb")
}
