//! The bound that a risk must keep, and when enough is known to say whether it does.
//!
//! What: a setting keeps the bound when the upper end of its interval lies below it, breaks it when the lower end lies above, and
//! is run more often in between, batch by batch, up to a most; what is open then stays undecided.
//! Whoever looks several times gets several chances to be misled. So the looks share what the confidence lets be
//! missed: all intervals of a setting hold the truth at once, as sure as the plan says (docs/decisions/0017).
//! Never: which setting is looked at. Next: [`super::search`].

use crate::experiment::measures::{Figures, Measure};
use crate::experiment::statistics::stopping::may_be_luck;
use crate::experiment::statistics::{Confidence, Interval};
use std::num::NonZeroU32;
use std::ops::Range;

/// How much of a measure is too much, and how often it may be looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    pub measure: Measure,
    /// In the measure's unit.
    pub below: f64,
    /// Of all looks at a setting together.
    pub confidence: Confidence,
    /// Replications before the first look.
    pub at_least: u32,
    /// Replications between two looks.
    pub batch: NonZeroU32,
    /// No more than these; not less than `at_least`.
    pub at_most: u32,
}

/// What is known of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// More runs may tell.
    Open,
    Keeps,
    Breaks,
    /// As many runs were made as may be, and the bound lies within the interval.
    Undecided,
}

impl Bound {
    /// How often a setting is looked at, at most.
    pub fn looks(&self) -> u32 {
        1 + (self.at_most - self.at_least).div_ceil(self.batch.get())
    }

    /// How sure the interval of one look must be for all of them to be as sure as the plan says: Bonferroni's inequality.
    pub fn of_one_look(&self) -> Confidence {
        let missed = self.confidence.missed() / f64::from(self.looks());
        // A confidence above a half stays one.
        Confidence::new(1.0 - missed).unwrap_or(self.confidence)
    }

    /// What a measure comes to, as sure as one look must be.
    pub fn interval(&self, measure: Measure, runs: &[Figures]) -> Interval {
        measure.interval(runs, self.of_one_look())
    }

    /// What all runs of a setting say.
    pub fn verdict(&self, runs: &[Figures]) -> Verdict {
        let interval = self.interval(self.measure, runs);
        let is_luck = may_be_luck(runs.len() as u64, &interval);
        let is_done = self.more(runs.len()).is_empty();
        match (interval.lower, interval.upper) {
            _ if runs.len() < self.at_least as usize || is_luck && !is_done => Verdict::Open,
            (_, Some(upper)) if upper < self.below => Verdict::Keeps,
            (Some(lower), _) if self.below < lower => Verdict::Breaks,
            _ if is_done => Verdict::Undecided,
            _ => Verdict::Open,
        }
    }

    /// The replications to make before the next look, after so many.
    pub fn more(&self, made: usize) -> Range<u32> {
        let made = u32::try_from(made).unwrap_or(u32::MAX);
        let next = if made < self.at_least { self.at_least } else { made.saturating_add(self.batch.get()) };
        made..next.min(self.at_most).max(made)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::experiment::tally::Tally;
    use crate::ground::Key;

    /// Evictions below 10 in a run, looked at after 10, 20 and 30 runs.
    pub const BOUND: Bound = Bound {
        measure: Measure::Evictions,
        below: 10.0,
        confidence: Confidence::NINETY_FIVE,
        at_least: 10,
        batch: NonZeroU32::new(10).unwrap(),
        at_most: 30,
    };

    /// A run with so many evictions.
    pub fn run(evictions: u64) -> Figures {
        let mut tally = Tally::default();
        tally.evictions = [evictions, 0, 0];
        Figures::of(&tally)
    }

    fn verdict(number: usize, evictions: [u64; 2]) -> Verdict {
        let runs: Vec<Figures> = (0..number).map(|place| run(evictions[place % 2])).collect();
        BOUND.verdict(&runs)
    }

    #[test]
    fn looks_share_what_may_be_missed() {
        assert_eq!(BOUND.looks(), 3);
        let missed = BOUND.of_one_look().missed();
        assert!((missed - 0.05 / 3.0).abs() < 1e-12, "{missed}");
        assert_eq!(Bound { at_most: 10, ..BOUND }.of_one_look(), Confidence::NINETY_FIVE, "one look");
        assert_eq!(Bound { at_most: 31, ..BOUND }.looks(), 4, "the last batch is smaller");
    }

    #[test]
    fn a_setting_is_looked_at_after_fixed_numbers_of_runs() {
        let bound = Bound { at_most: 25, ..BOUND };
        let asked = [0, 10, 20, 25].map(|made| bound.more(made));
        assert_eq!(asked, [0..10, 10..20, 20..25, 25..25]);
    }

    #[test]
    fn the_whole_interval_must_lie_on_one_side_of_the_bound() {
        assert_eq!(verdict(9, [0, 1]), Verdict::Open, "no look before 10");
        assert_eq!(verdict(10, [0, 1]), Verdict::Keeps);
        assert_eq!(verdict(10, [20, 21]), Verdict::Breaks);
        // The mean is 10.5, its interval holds 10.
        assert_eq!(
            [10, 20, 30].map(|n| verdict(n, [5, 16])),
            [Verdict::Open, Verdict::Open, Verdict::Undecided]
        );
    }

    #[test]
    fn runs_that_are_all_alike_are_asked_longer() {
        assert_eq!([10, 20, 30].map(|n| verdict(n, [0, 0])), [Verdict::Open, Verdict::Open, Verdict::Keeps]);
    }

    /// Of 1000 settings in whose runs somebody is evicted in 3 of 10, how many are taken for one with less.
    fn taken_for_less(bound: &Bound, one_look: Confidence) -> usize {
        let is_taken = |seed: &u64| {
            let runs: Vec<Figures> = (0..u64::from(bound.at_most))
                .map(|replication| run(u64::from(Key::root(*seed, replication).stream().unit() < 0.3)))
                .collect();
            let looks = std::iter::successors(Some(bound.more(0).end), |made| {
                let more = bound.more(*made as usize);
                (!more.is_empty()).then_some(more.end)
            });
            let intervals = looks.map(|made| bound.measure.interval(&runs[..made as usize], one_look));
            let decided = intervals.filter_map(|one| {
                let (lower, upper) = (one.lower?, one.upper?);
                (upper < bound.below || bound.below < lower).then_some(upper < bound.below)
            });
            decided.take(1).any(|is_below| is_below)
        };
        (1..=1000).filter(is_taken).count()
    }

    #[test]
    fn looking_ten_times_misleads_no_more_often_than_the_plan_says() {
        // A risk at the bound is the hardest to tell from one below it.
        let thirty = NonZeroU32::new(30).unwrap();
        let bound = Bound {
            measure: Measure::AnyEviction,
            below: 0.3,
            at_least: 30,
            batch: thirty,
            at_most: 300,
            ..BOUND
        };
        // Half of 5 % lies on either side: 25 of 1000, give or take 15 (three standard deviations).
        let shared = taken_for_less(&bound, bound.of_one_look());
        assert!(shared <= 40, "{shared}");
        let each = taken_for_less(&bound, Confidence::NINETY_FIVE);
        println!("taken for one below the bound: {shared} of 1000, and {each} if each look were 95 % sure");
        assert!(each > 40, "ten looks that are 95 % sure each are not that together: {each}");
    }
}
