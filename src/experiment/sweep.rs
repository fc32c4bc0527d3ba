//! A sweep: one scenario, changed point by point of a grid, each point run again and again.
//!
//! What: [`Sweep`], as meant: what is changed, to which values, at which points, and how often each point is run;
//! [`Sweep::scenario`], the scenario at one point. Replication r draws the same at every point, since chance
//! goes by names (docs/decisions/0005): *common random numbers*.
//! Never: a file, a thread, a run. Next: [`check::read`], from a file to a sweep; [`rounds`], which runs there
//! are and in which order; `docs/sweep-format.md`, the format.

pub mod check;
pub mod condition;
pub mod file;
pub mod grid;
pub mod path;
pub mod range;
pub mod rounds;
pub mod samples;

pub use check::{is_one, read};
pub use file::{KeptTable, schema};
pub use grid::{Parameter, Point};
pub use rounds::{Round, Rounds, Shard, Unit};
pub use samples::Samples;

use super::measures::Measure;
use super::statistics::{self, Confidence};
use crate::scenario::Scenario;
use crate::scenario::check::{Files, understood};
use crate::scenario::decode::Refusal;
use crate::scenario::document::Tree;
use crate::scenario::mistake::{Mistake, Place};
use std::collections::BTreeSet;

/// Columns of a sweep's tables that are neither parameters nor measures.
pub const COLUMNS: [&str; 9] =
    ["point", "run", "replication", "unit", "seed", "replications", "failures", "failure", "confidence"];
/// What ends the names of columns that begin with a measure's.
pub const OF_MEASURES: [&str; 4] = ["_mean", "_lower", "_upper", "_method"];

/// A sweep as meant. Every point of it has been checked.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// A DNS label.
    pub name: String,
    /// The first comment of its file: what it asks.
    pub question: Option<String>,
    /// Instead of the scenario's own, at every point.
    seed: Option<u64>,
    base: Base,
    /// In the order of the grid.
    pub parameters: Vec<Parameter>,
    /// In the order of the grid, the first parameter slowest; without those that conditions leave out.
    pub points: Vec<Point>,
    pub replications: Replications,
    /// Tables of `run` that are kept beside the sweep's own.
    pub record: BTreeSet<KeptTable>,
    /// Sentences: every default that stands for an unknown, at any point.
    pub assumptions: Vec<String>,
}

/// The scenario that is changed, as written.
#[derive(Clone, Debug)]
pub(in crate::experiment) struct Base {
    /// The file that it stands in.
    root: String,
    pub(in crate::experiment) tree: Tree,
}

impl Base {
    /// Puts a value into it, before any parameter does.
    ///
    /// # Errors
    /// Why the path leads nowhere.
    pub(in crate::experiment) fn change(
        &mut self,
        path: &path::Path,
        (place, value): (&Place, Tree),
    ) -> Result<(), Refusal> {
        path.set(&mut self.tree, place, value)
    }
}

/// How often each point is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Replications {
    Fixed(u32),
    Until(Until),
}

/// Until a measure is known well enough.
///
/// Replications are added in batches of a fixed size and looked at after each, so neither threads nor
/// an interruption can change how many there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Until {
    pub measure: Measure,
    pub confidence: Confidence,
    pub rule: statistics::Until,
}

/// How many runs there are, and what they wait for: all that their order follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// For each point, how many runs (sets of rules) each of its replications has.
    pub runs: Vec<u32>,
    pub replications: Replications,
}

impl Sweep {
    pub fn plan(&self) -> Plan {
        let runs = self.points.iter().map(|point| point.runs.len() as u32);
        Plan { runs: runs.collect(), replications: self.replications }
    }

    /// The file that the scenario stands in.
    pub fn scenario_file(&self) -> &str {
        &self.base.root
    }

    /// What a parameter is at a point, as written.
    pub fn value<'s>(&'s self, parameter: &'s Parameter, point: &Point) -> &'s Tree {
        &parameter.values[point.at[parameter.axis]]
    }

    /// The same as text, for tables: a scalar's own, anything else in flow style.
    pub fn text(&self, parameter: &Parameter, point: &Point) -> String {
        self.value(parameter, point).flow()
    }

    /// A point for people: `ratio=2, hard=100Mi`.
    pub fn label(&self, point: &Point) -> String {
        let said = |parameter: &Parameter| format!("{}={}", parameter.name, self.text(parameter, point));
        self.parameters.iter().map(said).collect::<Vec<_>>().join(", ")
    }

    /// The scenario at a point, as written.
    ///
    /// # Errors
    /// A path that leads nowhere.
    pub fn written(&self, point: &Point) -> Result<Tree, Vec<Mistake>> {
        let mut tree = self.base.tree.clone();
        let mut mistakes = Vec::new();
        for parameter in &self.parameters {
            for (path, place) in &parameter.paths {
                let value = self.value(parameter, point).clone();
                if let Err(refusal) = path.set(&mut tree, place, value) {
                    let way = format!("parameters.{}", parameter.name);
                    mistakes.push(Mistake::new(refusal.what, refusal.fix).at(place.clone()).on(way));
                }
            }
        }
        if mistakes.is_empty() { Ok(tree) } else { Err(mistakes) }
    }

    /// The scenario at a point, as meant; `files` gives the bytes of the files that it names.
    ///
    /// # Errors
    /// Every mistake in it; none, if the files are those that the sweep was read with.
    pub fn scenario(&self, point: &Point, files: &Files<'_>) -> Result<Scenario, Vec<Mistake>> {
        let tree = self.written(point)?;
        let scenario = understood(&self.base.root, &tree, files)?;
        let seed = self.seed.unwrap_or(scenario.seed);
        Ok(Scenario { seed, ..scenario })
    }

    /// Draws from another seed, at every point.
    pub fn reseed(&mut self, seed: u64) {
        self.seed = Some(seed);
        self.points.iter_mut().for_each(|point| point.seed = seed);
    }
}
