//! What is told of a plan: its answer, and all that the answer rests on.
//!
//! What: [`Told`], the plan beside what came of it; [`summary`], for a person; [`json()`], for a program; [`rows`], the settings
//! that were run as the table `points` of a sweep has them.
//! Never: a run, a figure that the runs do not give. Next: [`summary`].

mod json;
pub mod summary;

pub use json::json;

use super::sweep::tables::{POINTS, PointRow};
use crate::experiment::measures::Measure;
use crate::experiment::plan::packing::Packing;
use crate::experiment::plan::{Found, Plan, Question, Tried};
use crate::experiment::statistics::Interval;
use crate::ground::SimTime;
use std::io::{self, Write};

/// A plan, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub plan: &'a Plan,
    pub found: &'a Found,
    /// The length of a run at the answer, or at the first setting.
    pub horizon: SimTime,
    /// How pods fit at the answer; nothing without one, or if no pods are there from the start.
    pub packing: Option<&'a Packing>,
}

impl Told<'_> {
    /// A setting for people: `nodes=11`.
    fn label(&self, point: usize) -> String {
        let settings = &self.plan.settings;
        settings.label(&settings.points[point])
    }

    fn interval(&self, measure: Measure, tried: &Tried) -> Interval {
        self.plan.bound.interval(measure, &tried.figures)
    }

    fn risk(&self, tried: &Tried) -> Interval {
        self.interval(self.plan.bound.measure, tried)
    }

    fn seed(&self) -> u64 {
        self.plan.settings.points.first().map_or(0, |point| point.seed)
    }

    /// The bound for people: `evictions_per_pod_month below 0.1, 95 % sure`.
    fn bound(&self) -> String {
        let bound = &self.plan.bound;
        format!("{} below {}, {} sure", bound.measure.name(), bound.below, bound.confidence)
    }

    /// What is asked, as the beginning of a sentence about the bound.
    fn asked(&self) -> &'static str {
        match self.plan.question {
            Question::Smallest => "the smallest setting that keeps",
            Question::Largest => "the largest setting that keeps",
            Question::Choice(_) => "the best setting that keeps",
        }
    }

    /// That nothing is the answer, as a sentence.
    pub fn without_answer(&self) -> String {
        format!("no setting was shown to keep {}", self.bound())
    }
}

/// The settings that were run as CSV: the table `points` of a sweep.
///
/// # Errors
/// Those of `out`.
pub fn rows(out: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    let settings = &told.plan.settings;
    let names: Vec<String> = settings.parameters.iter().map(|parameter| parameter.name.clone()).collect();
    out.write_all(&POINTS.header(&names)?)?;
    for tried in &told.found.tried {
        let point = &settings.points[tried.point];
        let row = PointRow {
            point: tried.point as u32,
            run: told.plan.run.clone(),
            parameters: settings.parameters.iter().map(|parameter| settings.text(parameter, point)).collect(),
            replications: tried.figures.len() as u64,
            failures: 0,
            intervals: Measure::ALL.map(|measure| told.interval(measure, tried)).to_vec(),
        };
        out.write_all(&row.row()?)?;
    }
    Ok(())
}
