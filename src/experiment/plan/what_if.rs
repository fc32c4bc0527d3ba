//! What if an assumption does not hold? Each is changed alone, at the answer and at its neighbor.
//!
//! What: whether the answer would be another one, and by how much the risk moves, on the same draws.
//! Never: several assumptions at once; an answer under another assumption: that is another plan.
//! Next: [`super::bound`], by which all are judged.

use super::{Ask, Plan, Tried, Verdict};
use crate::experiment::comparison;
use crate::experiment::measures::Figures;
use crate::experiment::statistics::Interval;

/// What came of one.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIfFound {
    /// Which of the plan's.
    pub what_if: usize,
    pub moves: Moves,
    /// By how much the risk at the answer is more, by pairs of runs.
    pub difference: Interval,
    /// The answer, if it is so.
    pub answer: Tried,
    /// The neighbor with more risk, if it is so; run only while the answer keeps the bound.
    pub neighbor: Option<Tried>,
}

/// What becomes of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// It breaks the bound.
    Away,
    /// It is not shown to keep the bound.
    MaybeAway,
    /// Its neighbor keeps the bound, too.
    Closer,
    /// It is still the answer.
    Nowhere,
}

/// Tries all, those first that change the answer, and of each kind those that move the risk most.
///
/// # Errors
/// Those of `make`.
pub fn all<E>(
    plan: &Plan,
    answer: &Tried,
    make: &mut impl FnMut(&Ask) -> Result<Vec<Vec<Figures>>, E>,
) -> Result<Vec<WhatIfFound>, E> {
    let one = |what_if| one(plan, (what_if, answer), make);
    let mut found = (0..plan.what_ifs.len()).map(one).collect::<Result<Vec<_>, E>>()?;
    // The sort is stable: what moves equally far stays in the order of the file.
    found.sort_by(|a, b| {
        let size = |one: &WhatIfFound| one.difference.estimate.map_or(0.0, f64::abs);
        let stays = |one: &WhatIfFound| one.moves == Moves::Nowhere;
        stays(a).cmp(&stays(b)).then(size(b).total_cmp(&size(a)))
    });
    Ok(found)
}

fn one<E>(
    plan: &Plan,
    (what_if, known): (usize, &Tried),
    make: &mut impl FnMut(&Ask) -> Result<Vec<Vec<Figures>>, E>,
) -> Result<WhatIfFound, E> {
    let answer = tried(plan, (what_if, known.point), make)?;
    let (confidence, measure) = (plan.bound.confidence, plan.bound.measure);
    let difference = comparison::difference(measure, &known.figures, &answer.figures, confidence);
    let neighbor = match (answer.verdict, plan.riskier_neighbor(known.point)) {
        (Verdict::Keeps, Some(neighbor)) => Some(tried(plan, (what_if, neighbor), make)?),
        _ => None,
    };
    let moves = match (answer.verdict, neighbor.as_ref().map(|neighbor| neighbor.verdict)) {
        (Verdict::Breaks, _) => Moves::Away,
        (Verdict::Open | Verdict::Undecided, _) => Moves::MaybeAway,
        (Verdict::Keeps, Some(Verdict::Keeps)) => Moves::Closer,
        (Verdict::Keeps, _) => Moves::Nowhere,
    };
    Ok(WhatIfFound { what_if, moves, difference, answer, neighbor })
}

/// Runs a setting until it is decided.
fn tried<E>(
    plan: &Plan,
    (what_if, point): (usize, usize),
    make: &mut impl FnMut(&Ask) -> Result<Vec<Vec<Figures>>, E>,
) -> Result<Tried, E> {
    let mut figures: Vec<Figures> = Vec::new();
    loop {
        let verdict = plan.bound.verdict(&figures);
        if verdict != Verdict::Open {
            return Ok(Tried { point, verdict, figures });
        }
        let replications = plan.bound.more(figures.len());
        let ask = Ask { what_if: Some(what_if), points: vec![point], replications };
        figures.extend(make(&ask)?.into_iter().flatten());
    }
}
