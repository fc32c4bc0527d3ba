//! `evictsim step FILE`: decision by decision, on a terminal.
//!
//! What: the terminal is taken, keys are handed on, it is given back, on a panic too.
//! Never: what is shown, or what a key does. Next: [`state`], [`view`].

pub mod state;
pub mod view;

use super::BadInput;
use super::explain::run_named;
use super::files::Files;
use super::screen;
use crate::experiment::inquiry::Inquiry;
use crate::report::chart::Signs;
use crate::scenario::check::MOST_REPLICATIONS;
use crate::scenario::mistake::Mistake;
use anyhow::Context;
use clap::Args;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use state::{Guess, Key, State};
use std::io::{self, IsTerminal};
use view::Look;

const EXAMPLES: &str = "\
Keys: space next decision, b back, : to an instant, / filter, up and down another node, g guess before the order
is shown, o the kernel's order, ? help, q quit. Without color (NO_COLOR) letters carry the classes all the same.

Examples:
  evictsim step scenarios/lessons/eviction-order.yaml
  evictsim step scenarios/lessons/kubelet-order.yaml --run kubelet --guess";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct StepArguments {
    /// The scenario file
    #[arg(value_name = "FILE")]
    file: String,
    /// Which of the scenario's runs; by default the first
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// Instead of the scenario's seed
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = super::run::seed)]
    seed: Option<u64>,
    /// Which replication, from 0
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..i64::from(MOST_REPLICATIONS)))]
    replication: u32,
    /// Hide the order until you have said who goes first
    #[arg(long)]
    guess: bool,
    /// Draw with ASCII alone
    #[arg(long)]
    ascii: bool,
}

/// Reads, makes the run, and shows it until the user quits.
///
/// # Errors
/// Bad input, and a terminal that is none.
pub fn step(arguments: &StepArguments) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        let what = "evictsim step needs a terminal: keys on standard input, a screen on standard output";
        let fix = "run it on a terminal, or print one decision: evictsim explain FILE --at 12m";
        return Err(BadInput(vec![Mistake::new(what, fix)]).into());
    }
    let mut scenario = Files::default().scenario(&arguments.file)?;
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    let rules = run_named(&scenario, arguments.run.as_deref()).map_err(|mistake| BadInput(vec![mistake]))?;
    let mut state = State::new(Inquiry::new(&scenario, rules, arguments.replication), &rules.name);
    if arguments.guess {
        state.guess = Guess::On;
    }
    let signs = if arguments.ascii { Signs::Ascii } else { Signs::Unicode };
    let look = Look { signs, color: screen::shows_color() };
    let mut terminal = ratatui::try_init().context("cannot take the terminal")?;
    let shown = show(&mut terminal, &mut state, look);
    ratatui::try_restore().context("cannot give the terminal back")?;
    Ok(shown?)
}

fn show(terminal: &mut DefaultTerminal, state: &mut State<'_>, look: Look) -> io::Result<()> {
    while !state.is_over {
        terminal.draw(|frame| view::draw(state, look, frame))?;
        if let Event::Key(pressed) = event::read()?
            && let Some(key) = key(pressed)
        {
            state.press(key);
        }
    }
    Ok(())
}

/// The key as [`State`] knows it; absent for those that mean nothing, and for releases.
fn key(pressed: KeyEvent) -> Option<Key> {
    if pressed.kind == KeyEventKind::Release {
        return None;
    }
    let is_control = pressed.modifiers.contains(KeyModifiers::CONTROL);
    match pressed.code {
        KeyCode::Char('c') if is_control => Some(Key::Interrupt),
        KeyCode::Char(letter) if !is_control => Some(Key::Char(letter)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Escape),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Up => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
        KeyCode::Left => Some(Key::Left),
        KeyCode::Right => Some(Key::Right),
        KeyCode::Home => Some(Key::Home),
        KeyCode::End => Some(Key::End),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::PageDown => Some(Key::PageDown),
        _ => None,
    }
}
