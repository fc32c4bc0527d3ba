//! Which setting is run next.
//!
//! What: [`next`], a function of the runs made so far and of nothing else: so neither threads nor an order of work can change
//! the answer. Where settings have an order, bisection: the first that keeps the bound, from the one with the most
//! risk on. Whatever is not shown to keep it, counts as not keeping it. In a choice, successive halving: all are run equally often on the
//! same draws, the worse half goes, the others get another batch; the last one is run until it is decided, and if it
//! breaks the bound, the best of those that went before.
//! Never: how a run is made. Source of the halving: Z. Karnin, T. Koren, O. Somekh, "Almost optimal
//! exploration in multi-armed bandits", ICML 2013.
//! Next: [`super::bound`], which decides about one setting.

use super::bound::{Bound, Verdict};
use super::{Preference, Question};
use crate::experiment::measures::Figures;
use std::ops::Range;

/// What a search needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// These replications of each of these settings.
    Runs { points: Vec<usize>, replications: Range<u32> },
    /// Nothing more: this is the answer, if there is one.
    Found(Option<usize>),
}

/// What is next, by all runs of each setting so far.
pub fn next(question: Question, bound: &Bound, samples: &[Vec<Figures>]) -> Next {
    match question {
        Question::Smallest | Question::Largest => {
            bisection(&question.from_most_risk(samples.len()), bound, samples)
        }
        Question::Choice(preference) => halving(preference, bound, samples),
    }
}

/// `order` goes from the most risk to the least.
fn bisection(order: &[usize], bound: &Bound, samples: &[Vec<Figures>]) -> Next {
    // Before `low` none keeps the bound; from `high` on all do, as far as they were asked.
    let (mut low, mut high) = (0, order.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let point = order[middle];
        match bound.verdict(&samples[point]) {
            Verdict::Open => return more_of(point, bound, samples),
            Verdict::Keeps => high = middle,
            Verdict::Breaks | Verdict::Undecided => low = middle + 1,
        }
    }
    Next::Found(order.get(low).copied())
}

fn more_of(point: usize, bound: &Bound, samples: &[Vec<Figures>]) -> Next {
    Next::Runs { points: vec![point], replications: bound.more(samples[point].len()) }
}

fn halving(preference: Preference, bound: &Bound, samples: &[Vec<Figures>]) -> Next {
    let mut left: Vec<usize> = (0..samples.len()).collect();
    // Whoever went, the best first.
    let mut gone = Vec::new();
    let mut round = bound.more(0);
    while left.len() > 1 {
        let number = round.end as usize;
        let short: Vec<usize> = left.iter().copied().filter(|point| samples[*point].len() < number).collect();
        if !short.is_empty() {
            return Next::Runs { points: short, replications: round };
        }
        left.retain(|point| bound.verdict(&samples[*point][..number]) != Verdict::Breaks);
        left.sort_by(|a, b| {
            let rank = |point: usize| rank(preference, bound, &samples[point][..number]);
            let (a_rank, b_rank) = (rank(*a), rank(*b));
            a_rank.0.cmp(&b_rank.0).then(a_rank.1.total_cmp(&b_rank.1)).then(a.cmp(b))
        });
        let worse = left.split_off(left.len().div_ceil(2));
        gone.splice(0..0, worse);
        // Where no more runs may be made, the others are halved by those that there are.
        round = Some(bound.more(number)).filter(|more| !more.is_empty()).unwrap_or(round);
    }
    for point in left.into_iter().chain(gone) {
        match bound.verdict(&samples[point]) {
            Verdict::Open => return more_of(point, bound, samples),
            Verdict::Keeps => return Next::Found(Some(point)),
            Verdict::Breaks | Verdict::Undecided => {}
        }
    }
    Next::Found(None)
}

/// What comes first is better: whether it seems to break the bound, then what one would rather have.
fn rank(preference: Preference, bound: &Bound, runs: &[Figures]) -> (bool, f64) {
    let estimate = |measure| bound.interval(measure, runs).estimate;
    let seems_to_break = estimate(bound.measure).is_none_or(|risk| bound.below <= risk);
    let cost = match preference {
        Preference::Lowest(measure) => estimate(measure),
        Preference::Highest(measure) => estimate(measure).map(|value| -value),
    };
    (seems_to_break, cost.unwrap_or(f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::super::bound::tests::{BOUND, run};
    use super::*;
    use crate::experiment::measures::Measure;

    /// Follows a search over settings whose runs have these evictions, one more in every other run: the answer,
    /// and how often each was run.
    fn followed(question: Question, evictions: &[u64]) -> (Option<usize>, Vec<usize>) {
        let mut samples = vec![Vec::new(); evictions.len()];
        loop {
            match next(question, &BOUND, &samples) {
                Next::Found(answer) => return (answer, samples.iter().map(Vec::len).collect()),
                Next::Runs { points, replications } => {
                    assert!(!replications.is_empty(), "no search goes on without runs");
                    for point in points {
                        assert_eq!(samples[point].len(), replications.start as usize, "in order, none twice");
                        let runs = replications.clone().map(|n| run(evictions[point] + u64::from(n % 2)));
                        samples[point].extend(runs);
                    }
                }
            }
        }
    }

    #[test]
    fn bisection_finds_the_first_that_keeps_the_bound_of_any_number() {
        // Below 10 are all from `first` on.
        for number in 1..=9 {
            for first in 0..=number {
                let evictions: Vec<u64> = (0..number).map(|n| if n < first { 30 } else { 3 }).collect();
                let (answer, runs) = followed(Question::Smallest, &evictions);
                assert_eq!(answer, (first < number).then_some(first), "{first} of {number}");
                let asked = runs.iter().filter(|runs| **runs > 0).count();
                assert!(asked <= 4, "{asked} of {number}: 2^4 are more than 9");
                let reversed: Vec<u64> = evictions.iter().rev().copied().collect();
                let (answer, _) = followed(Question::Largest, &reversed);
                assert_eq!(answer, (first < number).then(|| number - 1 - first));
            }
        }
    }

    #[test]
    fn the_answer_and_its_riskier_neighbor_were_both_run() {
        let (answer, runs) = followed(Question::Smallest, &[30, 30, 30, 3, 3, 3, 3]);
        assert_eq!(answer, Some(3));
        assert!(runs[2] >= 10 && runs[3] >= 10, "{runs:?}");
    }

    #[test]
    fn what_stays_undecided_counts_as_not_keeping_the_bound() {
        // 9.5 on average and far apart would take more than 30 runs; 10 and 9 in turn, too.
        let (answer, runs) = followed(Question::Smallest, &[30, 9, 3]);
        let interval =
            BOUND.interval(Measure::Evictions, &(0..30).map(|n| run(9 + n % 2)).collect::<Vec<_>>());
        assert_eq!(interval.upper.map(|upper| upper < 10.0), Some(true), "9.5 is told from 10 by 30 runs");
        assert_eq!((answer, runs[1]), (Some(1), 10));
        let (answer, runs) = followed(Question::Smallest, &[30, 10, 3]);
        assert_eq!((answer, runs[1]), (Some(2), 10), "and 10.5 from 10");
    }

    #[test]
    fn halving_runs_all_equally_often_and_leaves_the_best() {
        let (answer, runs) =
            followed(Question::Choice(Preference::Lowest(Measure::Evictions)), &[7, 5, 3, 8]);
        assert_eq!((answer, runs), (Some(2), vec![10, 20, 20, 10]));
    }

    #[test]
    fn the_dearest_that_keeps_the_bound_is_not_the_one_of_least_risk() {
        // 40 and 12 break it; of 7 and 3 the highest is asked for.
        let highest = Question::Choice(Preference::Highest(Measure::Evictions));
        assert_eq!(followed(highest, &[40, 3, 12, 7]).0, Some(3));
        assert_eq!(followed(highest, &[40, 30, 12]).0, None, "none keeps it");
    }
}
