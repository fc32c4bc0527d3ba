//! A random walk of which any part can be drawn alone.
//!
//! The walk takes steps that are independent normal variables, and is folded
//! back at its bounds. It is drawn a stretch at a time, without the stretches
//! before it: the sum of a stretch's steps is itself normal, so each stretch's
//! sum is one draw at a place of its own, and the steps within a stretch are
//! drawn given their sum (a bridge). That is the very law of the plain walk, not an
//! approximation of it. A stretch costs one draw for each stretch before it
//! (its start) and one for each of its steps.

use super::{LevelModel, OwnAmounts};
use crate::ground::{Bytes, Key, SimDuration};
use crate::model::{After, Piece};
use crate::scenario::distribution::{Distribution, FromDraw, Law};
use std::sync::Arc;

/// A walk between bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomWalk {
    pub start: LevelModel,
    /// Standard deviation of one step.
    pub step: LevelModel,
    /// The length of one step; not zero.
    pub every: SimDuration,
    pub min: LevelModel,
    pub max: LevelModel,
}

const STEPS_A_DRAW: u32 = 64;

impl RandomWalk {
    pub(super) fn pieces(&self, key: Key, own: OwnAmounts, draw: u32) -> (Arc<[Piece]>, After) {
        let level = |name: &str, model: &LevelModel| model.draw(key.name(name), own).0 as f64;
        let (low, high) = (level("min", &self.min), level("max", &self.max));
        let step = level("step", &self.step);
        let start = level("start", &self.start) + step * sum_before(key, draw);
        let positions = stretch(key, draw).map(|sum| start + step * sum);
        let levels: Vec<Bytes> =
            positions.map(|position| Bytes::from_draw(folded(position, low, high))).collect();
        let length = self.every.max(super::SHORTEST);
        let pieces = levels.windows(2).map(|pair| Piece { length, from: pair[0], to: pair[1] });
        (pieces.collect(), After::DrawMore)
    }
}

/// The sums of the stretches: a stream of their own, one draw a stretch.
fn sums(key: Key) -> impl FnMut() -> f64 {
    let mut stream = key.name("sums").stream();
    let sum = Distribution::of(Law::Normal { mean: 0.0, deviation: f64::from(STEPS_A_DRAW).sqrt() });
    move || sum.draw(&mut stream)
}

/// How far the walk has come, in deviations of a step, when stretch `draw` begins.
fn sum_before(key: Key, draw: u32) -> f64 {
    let mut next_sum = sums(key);
    (0..draw).map(|_| next_sum()).sum()
}

/// How far the walk is from the start of stretch `draw` after none, one, two, … of its steps.
fn stretch(key: Key, draw: u32) -> impl Iterator<Item = f64> {
    let mut next_sum = sums(key);
    let sum = (0..=draw).map(|_| next_sum()).last().unwrap_or_default();
    let mut stream = key.number(u64::from(draw)).stream();
    let step = Distribution::of(Law::Normal { mean: 0.0, deviation: 1.0 });
    let steps: Vec<f64> = (0..STEPS_A_DRAW).map(|_| step.draw(&mut stream)).collect();
    // Given their sum, independent normal steps are themselves less their mean plus the sum's share.
    let shift = (sum - steps.iter().sum::<f64>()) / f64::from(STEPS_A_DRAW);
    let mut walked = 0.0;
    let ends = steps.into_iter().map(move |step| {
        walked += step + shift;
        walked
    });
    [0.0].into_iter().chain(ends)
}

/// `position` mirrored at both bounds, as often as it takes.
fn folded(position: f64, low: f64, high: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return low;
    }
    let turns = (position - low) / (2.0 * width);
    let within = (turns - libm::floor(turns)) * 2.0 * width;
    low + if within <= width { within } else { 2.0 * width - within }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_mirrored_at_the_bounds() {
        let cases = [(5.0, 5.0), (12.0, 8.0), (-3.0, 3.0), (23.0, 3.0), (-12.0, 8.0)];
        for (position, expected) in cases {
            assert!((folded(position, 0.0, 10.0) - expected).abs() < 1e-9, "{position}");
        }
        assert_eq!(folded(5.0, 7.0, 7.0), 7.0);
    }

    #[test]
    fn a_stretch_ends_where_the_next_begins() {
        let key = Key::root(1, 0).name("walk");
        for draw in 0..20 {
            let end = sum_before(key, draw) + stretch(key, draw).last().unwrap();
            assert!((end - sum_before(key, draw + 1)).abs() < 1e-9);
        }
    }

    #[test]
    fn steps_are_independent_and_of_deviation_one_within_and_across_stretches() {
        let steps: Vec<f64> = (0..400)
            .flat_map(|walker| (0..4).map(move |draw| (Key::root(2, walker).name("walk"), draw)))
            .flat_map(|(key, draw)| {
                let places: Vec<f64> = stretch(key, draw).collect();
                places.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>()
            })
            .collect();
        // 102,400 steps: the mean square of independent ones is 1 with a standard error of
        // sqrt(2 / 102,400) = 0.0044, the mean product of neighbors 0 with one of 0.0031.
        let n = steps.len() as f64;
        let mean_square = steps.iter().map(|step| step * step).sum::<f64>() / n;
        let neighbors = steps.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / n;
        assert!((mean_square - 1.0).abs() < 4.0 * 0.0044, "{mean_square}");
        assert!(neighbors.abs() < 4.0 * 0.0031, "{neighbors}");
        // A bridge whose sum were fixed would have sums of stretches that are too small: theirs is 64.
        let squares = steps.chunks(64).map(|steps| steps.iter().sum::<f64>()).map(|sum| sum * sum);
        let mean = squares.sum::<f64>() / (n / 64.0);
        assert!((mean - 64.0).abs() < 4.0 * 64.0 * (2.0f64 / 1600.0).sqrt(), "{mean}");
    }
}
