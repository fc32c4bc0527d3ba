//! The grid: parameters with their values, and the points where they meet.
//!
//! What: every combination of the axes' values, the first axis slowest, less those that conditions leave out.
//! Never: what a value means; a scenario. Next: [`super::Sweep::scenario`], which puts values into one.

use super::condition::Condition;
use super::path::Path;
use crate::scenario::document::Tree;
use crate::scenario::mistake::Place;

/// No study needs more, and a slip of the hand is caught.
pub const MOST_POINTS: usize = 100_000;

/// Something that is changed.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its column.
    pub name: String,
    /// Where its value goes, with the place of each path in the sweep's file.
    pub paths: Vec<(Path, Place)>,
    /// By which entry of the grid it moves.
    pub axis: usize,
    /// One for each step of its axis.
    pub values: Vec<Tree>,
}

/// A point of the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// For each axis, which of its values, from 0.
    pub at: Vec<usize>,
    /// The names of the scenario's runs there; at least one.
    pub runs: Vec<String>,
    /// The seed of all draws there.
    pub seed: u64,
}

/// For each axis, which of its values: all combinations of axes of these lengths that meet the conditions.
pub fn combinations_that_meet(
    lengths: &[usize],
    parameters: &[Parameter],
    (skip, only): (&[Condition], &[Condition]),
) -> Vec<Vec<usize>> {
    let holds = |condition: &Condition, at: &[usize]| {
        condition.holds(|parameter| {
            let parameter = &parameters[parameter];
            &parameter.values[at[parameter.axis]]
        })
    };
    let is_kept = |at: &Vec<usize>| {
        let is_asked_for = only.is_empty() || only.iter().any(|condition| holds(condition, at));
        is_asked_for && !skip.iter().any(|condition| holds(condition, at))
    };
    combinations(lengths).filter(is_kept).collect()
}

/// Counts like a milometer: the last axis turns each time.
fn combinations(lengths: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
    let first = lengths.iter().all(|length| *length > 0).then(|| vec![0; lengths.len()]);
    std::iter::successors(first, move |at| {
        let mut at = at.clone();
        for axis in (0..lengths.len()).rev() {
            at[axis] += 1;
            if at[axis] < lengths[axis] {
                return Some(at);
            }
            at[axis] = 0;
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_comes_once_the_first_axis_slowest() {
        let all: Vec<Vec<usize>> = combinations(&[2, 3]).collect();
        assert_eq!(all, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        assert_eq!(combinations(&[2, 0]).count(), 0);
        assert_eq!(combinations(&[]).count(), 1, "nothing changes: the scenario itself");
    }
}
