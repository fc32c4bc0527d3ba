//! Rounds: which runs a sweep has, and in which order they are made.
//!
//! What: with a fixed number of replications there is one round of all of them. With a stopping rule there is one for the
//! first replications of all points, then one of a batch for the points that are not known well enough, and so on.
//! What a round has depends on the results before it alone, not on threads or interruptions.
//! A shard takes every n-th run; with a stopping rule every n-th point, since a point's rule needs all its runs.
//! Never: how a run is made, or where its results go. Next: [`crate::experiment::threads`].

use super::{Plan, Replications};
use crate::experiment::statistics::Next;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// One run of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// From 0, as in the sweep's points.
    pub point: u32,
    /// From 0, as in the point's runs.
    pub run: u32,
    /// From 0.
    pub replication: u32,
}

/// A part of a sweep's runs: one of several that do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// From 1.
    pub number: u32,
    pub of: u32,
}

impl Shard {
    /// The whole.
    pub const ALL: Shard = Shard { number: 1, of: 1 };

    fn takes(self, place: usize) -> bool {
        place % self.of as usize == self.number as usize - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers =
            text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if 1 <= number && number <= of => Ok(Shard { number, of }),
            _ => Err("write the number of the shard and how many there are, as in 1/4 to 4/4".to_owned()),
        }
    }
}

/// The rounds of a sweep, or of a shard of it.
#[derive(Clone, Debug)]
pub struct Rounds<'p> {
    plan: &'p Plan,
    shard: Shard,
    /// Points that need more.
    open: Vec<u32>,
    /// How many replications of them there are.
    made: u32,
}

/// Runs that may be made in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    points: Vec<u32>,
    replications: Range<u32>,
    /// Which of them are ours.
    shard: Shard,
}

impl<'p> Rounds<'p> {
    /// All are yet to come.
    pub fn of(plan: &'p Plan, shard: Shard) -> Rounds<'p> {
        let mut open: Vec<u32> = (0..plan.runs.len() as u32).collect();
        if let Replications::Until(_) = plan.replications {
            open.retain(|point| shard.takes(*point as usize));
        }
        Rounds { plan, shard, open, made: 0 }
    }

    /// The next round. `next` says what a point needs by all that has come of it so far; it is asked by stopping rules alone.
    pub fn next(&mut self, mut next: impl FnMut(u32) -> Next) -> Option<Round> {
        let (batch, shard) = match self.plan.replications {
            Replications::Fixed(all) => (all - self.made, self.shard),
            Replications::Until(until) if self.made == 0 => (whole(until.rule.at_least), Shard::ALL),
            Replications::Until(_) => {
                // Each has as many replications as the others, and so needs as many more.
                let mut batch = 0;
                self.open.retain(|point| match next(*point) {
                    Next::Runs(more) => {
                        batch = whole(more);
                        true
                    }
                    Next::Enough | Next::TooWide => false,
                });
                (batch, Shard::ALL)
            }
        };
        if batch == 0 || self.open.is_empty() {
            return None;
        }
        let replications = self.made..self.made + batch;
        self.made = replications.end;
        Some(Round { points: self.open.clone(), replications, shard })
    }
}

/// Numbers of replications are bounded when a sweep is read.
fn whole(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Round {
    /// Its runs, in the order in which they are told: by point, by run, by replication.
    pub fn units<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Unit> + Send + 'a {
        let of_point = move |point: u32| {
            let runs = 0..plan.runs[point as usize];
            runs.flat_map(move |run| {
                self.replications.clone().map(move |replication| Unit { point, run, replication })
            })
        };
        let all = self.points.iter().copied().flat_map(of_point);
        all.enumerate().filter(|(place, _)| self.shard.takes(*place)).map(|(_, unit)| unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::measures::Measure;
    use crate::experiment::statistics::{self, Confidence};
    use crate::experiment::sweep::Until;
    use std::num::NonZeroU64;

    #[test]
    fn a_shard_is_a_number_of_a_number() {
        assert_eq!("2/4".parse(), Ok(Shard { number: 2, of: 4 }));
        for text in ["", "2", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    fn units(plan: &Plan, shard: Shard, mut next: impl FnMut(u32) -> Next) -> Vec<(u32, u32, u32)> {
        let mut rounds = Rounds::of(plan, shard);
        let mut all = Vec::new();
        while let Some(round) = rounds.next(&mut next) {
            all.extend(round.units(plan).map(|unit| (unit.point, unit.run, unit.replication)));
        }
        all
    }

    #[test]
    fn shards_of_a_fixed_number_have_every_run_once_and_differ_by_one_at_most() {
        let plan = Plan { runs: vec![2, 1], replications: Replications::Fixed(3) };
        let all = units(&plan, Shard::ALL, |_| Next::Enough);
        let expected = [
            (0, 0, 0),
            (0, 0, 1),
            (0, 0, 2),
            (0, 1, 0),
            (0, 1, 1),
            (0, 1, 2),
            (1, 0, 0),
            (1, 0, 1),
            (1, 0, 2),
        ];
        assert_eq!(all, expected);
        let mut dealt: Vec<_> =
            (1..=4).map(|number| units(&plan, Shard { number, of: 4 }, |_| Next::Enough)).collect();
        assert_eq!(dealt.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2, 2, 2]);
        let mut together = dealt.concat();
        together.sort_unstable();
        assert_eq!(together, expected);
        dealt.retain(Vec::is_empty);
        assert!(dealt.is_empty());
    }

    #[test]
    fn a_stopping_rule_adds_batches_to_the_points_that_need_more() {
        let rule = statistics::Until { half_width: 1.0, batch: NonZeroU64::MIN, at_least: 2, at_most: 4 };
        let until = Until { measure: Measure::Evictions, confidence: Confidence::NINETY_FIVE, rule };
        let plan = Plan { runs: vec![1, 1, 1], replications: Replications::Until(until) };
        // Point 1 is known after two, the others never.
        let next = |seen: &mut [u32; 3], point: u32| {
            seen[point as usize] += 1;
            match (point, seen[point as usize]) {
                (1, _) => Next::Enough,
                (_, 3) => Next::TooWide,
                _ => Next::Runs(1),
            }
        };
        let mut seen = [0; 3];
        let all = units(&plan, Shard::ALL, |point| next(&mut seen, point));
        let expected = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (0, 2), (2, 2), (0, 3), (2, 3)];
        assert_eq!(all.iter().map(|unit| (unit.0, unit.2)).collect::<Vec<_>>(), expected);
        // A shard has whole points.
        let mut seen = [0; 3];
        let second = units(&plan, Shard { number: 2, of: 2 }, |point| next(&mut seen, point));
        assert_eq!(second, [(1, 0, 0), (1, 0, 1)]);
    }
}
