//! A plan: the smallest, the largest or the best setting of a scenario that keeps a risk below a bound.
//!
//! What: [`Plan`], as meant: a sweep of one axis, a question about it, a [`Bound`], and what else might be the case;
//! [`investigate`], which asks for runs until the question is answered (docs/decisions/0017).
//! Never: a file, a thread, how a run is made; a sentence about the answer.
//! Next: [`check::read`], from a file to a plan; [`search`], which point is asked next; `docs/plan-format.md`, the format.

pub mod bound;
pub mod check;
pub mod curve;
pub mod file;
pub mod packing;
pub mod search;
pub mod what_if;

pub use bound::{Bound, Verdict};
pub use check::{is_one, read};
pub use file::schema;
pub use what_if::{Moves, WhatIfFound};

use super::measures::{Figures, Measure};
use super::sweep::Sweep;
use curve::{Breach, Knee};
use search::Next;
use std::ops::Range;

/// A plan as meant. Every setting that it may run has been checked.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The settings to choose from: one axis, each point a setting.
    pub settings: Sweep,
    pub question: Question,
    pub bound: Bound,
    /// Which of the scenario's runs, by its name.
    pub run: String,
    pub what_ifs: Vec<WhatIf>,
}

/// Which of the settings that keep the bound is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The first; the risk falls from setting to setting.
    Smallest,
    /// The last; the risk rises from setting to setting.
    Largest,
    /// Any, as one would rather have it; the settings have no order.
    Choice(Preference),
}

/// Which of several settings that keep the bound one would rather have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    Lowest(Measure),
    Highest(Measure),
}

/// Something that is assumed, and may be otherwise.
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// What is otherwise, in the words of the file.
    pub name: String,
    /// The same settings of the scenario that it makes.
    pub settings: Sweep,
}

/// Runs that a plan asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which of the plan's what-ifs is the case; none: all is as assumed.
    pub what_if: Option<usize>,
    /// Which settings.
    pub points: Vec<usize>,
    /// Of each of them.
    pub replications: Range<u32>,
}

/// A setting that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub point: usize,
    pub verdict: Verdict,
    /// Of replications 0, 1, …
    pub figures: Vec<Figures>,
}

/// What came of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// All settings that were run, in their order.
    pub tried: Vec<Tried>,
    /// The setting that is asked for; nothing, if none was shown to keep the bound.
    pub answer: Option<usize>,
    pub knee: Option<Knee>,
    /// Where the risk did not go the way that the search assumed.
    pub breaches: Vec<Breach>,
    /// Those that change the answer first, each kind by how much it moves the risk at the answer.
    pub what_ifs: Vec<WhatIfFound>,
}

impl Found {
    /// What came of a setting, if it was run.
    pub fn of(&self, point: usize) -> Option<&Tried> {
        self.tried.iter().find(|tried| tried.point == point)
    }
}

impl Plan {
    /// The settings, and those of what else might be the case.
    pub fn settings_if(&self, what_if: Option<usize>) -> &Sweep {
        what_if.map_or(&self.settings, |place| &self.what_ifs[place].settings)
    }

    /// Which of the settings that lie beside one has more risk; none is known of a choice.
    pub fn riskier_neighbor(&self, point: usize) -> Option<usize> {
        match self.question {
            Question::Smallest => point.checked_sub(1),
            Question::Largest => Some(point + 1).filter(|next| *next < self.settings.points.len()),
            Question::Choice(_) => None,
        }
    }

    /// Settings from the one with the most risk to the one with the least, as far as the question says which that is.
    pub fn by_falling_risk(&self) -> Vec<usize> {
        self.question.by_falling_risk(self.settings.points.len())
    }

    /// Draws from another seed.
    pub fn reseed(&mut self, seed: u64) {
        self.settings.reseed(seed);
        self.what_ifs.iter_mut().for_each(|what_if| what_if.settings.reseed(seed));
    }
}

impl Question {
    fn by_falling_risk(self, number: usize) -> Vec<usize> {
        match self {
            Question::Smallest | Question::Choice(_) => (0..number).collect(),
            Question::Largest => (0..number).rev().collect(),
        }
    }
}

/// Asks for runs until the plan is answered. `make` gives, for each point, the figures of the replications asked for,
/// in their order; the same figures lead to the same answer.
///
/// # Errors
/// The first of `make`.
pub fn investigate<E>(
    plan: &Plan,
    mut make: impl FnMut(&Ask) -> Result<Vec<Vec<Figures>>, E>,
) -> Result<Found, E> {
    let mut samples = vec![Vec::new(); plan.settings.points.len()];
    let answer = loop {
        match search::next(plan.question, &plan.bound, &samples) {
            Next::Found(answer) => break answer,
            Next::Runs { points, replications } => {
                let ask = Ask { what_if: None, points, replications };
                let made = make(&ask)?;
                ask.points.iter().zip(made).for_each(|(point, figures)| samples[*point].extend(figures));
            }
        }
    };
    let tried: Vec<Tried> = (0..)
        .zip(samples)
        .filter(|(_, figures)| !figures.is_empty())
        .map(|(point, figures)| Tried { point, verdict: plan.bound.verdict(&figures), figures })
        .collect();
    let what_ifs = match answer.and_then(|point| tried.iter().find(|tried| tried.point == point)) {
        Some(answer) => what_if::all(plan, answer, &mut make)?,
        None => Vec::new(),
    };
    let (knee, breaches) = match plan.question {
        Question::Choice(_) => (None, Vec::new()),
        Question::Smallest | Question::Largest => (curve::knee(plan, &tried), curve::breaches(plan, &tried)),
    };
    Ok(Found { tried, answer, knee, breaches, what_ifs })
}
