//! When enough runs have been made.
//!
//! What: runs are made in batches of a fixed size; after each, the interval is looked at, and
//! it is enough when its half-width is small enough. To look and to stop when one likes what one sees has a
//! price: the final interval holds the truth a little less often than it says, since a sample that happens to vary
//! little stops early. Batches and a least number of runs keep that small; `docs/statistics.md` has it measured.
//! Never: a run. Source: Law, "Simulation Modeling and Analysis", 9.4.1 (sequential procedures).

use super::{Interval, Method};
use std::num::NonZeroU64;

/// Until when runs are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Until {
    /// Small enough, in the unit of the measure.
    pub half_width: f64,
    /// So many runs are made before the interval is looked at again.
    pub batch: NonZeroU64,
    /// No fewer runs, however narrow the interval is.
    pub at_least: u64,
    /// No more runs, however wide it is.
    pub at_most: u64,
}

/// What to do after so many runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// So many runs more.
    Runs(u64),
    /// The interval is narrow enough.
    Enough,
    /// As many runs have been made as may be, and the interval is still too wide, or has none.
    TooWide,
}

/// So many runs that are all alike say that a run that differs has a probability below a tenth (the rule of three).
const ALIKE_ENOUGH: u64 = 30;

/// Whether all runs are alike, and too few to say anything of one that differs: the first batch of a rare event looks like
/// this. That none has an event is no exception, however long they were: events come in storms.
pub fn may_be_luck(runs: u64, interval: &Interval) -> bool {
    matches!(interval.method, Method::AllEqual | Method::NoEvent) && runs < ALIKE_ENOUGH
}

impl Until {
    /// What to do when `runs` have been made, and this is their interval.
    pub fn next(&self, runs: u64, interval: &Interval) -> Next {
        let is_narrow = interval.half_width().is_some_and(|half_width| half_width <= self.half_width);
        let is_luck = may_be_luck(runs, interval) && runs < self.at_most;
        let batch = self.batch.get().min(self.at_most.saturating_sub(runs));
        match () {
            () if is_narrow && self.at_least <= runs && !is_luck => Next::Enough,
            () if batch == 0 => Next::TooWide,
            () => Next::Runs(batch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Confidence, mean, rate};
    use super::*;

    const UNTIL: Until =
        Until { half_width: 0.5, batch: NonZeroU64::new(10).unwrap(), at_least: 20, at_most: 45 };

    fn after(runs: u64, values: &[f64]) -> Next {
        UNTIL.next(runs, &mean(values, Confidence::NINETY_FIVE))
    }

    #[test]
    fn runs_go_on_batch_by_batch_until_the_interval_is_narrow() {
        let (narrow, wide) = ([1.0, 1.1, 0.9, 1.0], [1.0, 100.0]);
        assert_eq!(after(10, &narrow), Next::Runs(10), "however narrow, no fewer than 20");
        assert_eq!(after(20, &narrow), Next::Enough);
        assert_eq!(after(20, &wide), Next::Runs(10));
        assert_eq!(after(40, &wide), Next::Runs(5), "no more than 45");
        assert_eq!(after(45, &wide), Next::TooWide);
        assert_eq!(after(45, &narrow), Next::Enough);
        assert_eq!(after(20, &[]), Next::Runs(10), "what is not known is not narrow");
    }

    #[test]
    fn runs_that_are_all_alike_are_asked_longer() {
        assert_eq!(after(20, &[0.0; 20]), Next::Runs(10));
        assert_eq!(after(30, &[0.0; 30]), Next::Enough);
        // Ten pod-months without an event in each run: an upper bound of 3 / 200, and no storm seen yet.
        let quiet = |runs: usize| rate(&vec![(0.0, 10.0); runs], Confidence::NINETY_FIVE);
        assert_eq!(UNTIL.next(20, &quiet(20)), Next::Runs(10));
        assert_eq!(UNTIL.next(30, &quiet(30)), Next::Enough);
    }
}
