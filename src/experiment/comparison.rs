//! Two settings on the same draws: what makes a difference, measure by measure.
//!
//! What: pairs of runs, run r of both; the intervals of each side and of the difference, by the method that the
//! measure's kind asks for.
//! Never: how the runs are made; which of two settings is the better one.
//! Next: [`super::measures`], what is compared; [`super::statistics`], how.

use super::measures::{Figures, Kind, Measure};
use super::statistics::{
    Confidence, Interval, Outcomes, paired_difference, paired_proportions, paired_rates,
};

/// One measure in two settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    pub measure: Measure,
    pub first: Interval,
    pub second: Interval,
    /// Second less first, by pairs.
    pub difference: Interval,
    /// Whether it is the same, or unknown, on both sides of each pair.
    pub alike: bool,
}

/// All measures of two settings, in their order: run r of the first beside run r of the second.
pub fn contrasts(first: &[Figures], second: &[Figures], confidence: Confidence) -> Vec<Contrast> {
    Measure::ALL
        .into_iter()
        .map(|measure| Contrast {
            measure,
            first: measure.interval(first, confidence),
            second: measure.interval(second, confidence),
            difference: difference(measure, first, second, confidence),
            alike: first.iter().zip(second).all(|(a, b)| a.get(measure) == b.get(measure)),
        })
        .collect()
}

/// How much a measure is more in the second setting than in the first, by pairs; what has no pair does not count.
pub fn difference(
    measure: Measure,
    first: &[Figures],
    second: &[Figures],
    confidence: Confidence,
) -> Interval {
    match measure.kind() {
        Kind::Number => paired_difference(&pairs(measure, first, second), confidence),
        Kind::Claim => paired_proportions(outcomes(&pairs(measure, first, second)), confidence),
        Kind::Ratio { of, to } => {
            let of = pairs(of, first, second);
            let to = pairs(to, first, second);
            let both: Vec<_> = of.into_iter().zip(to).map(|(of, to)| ((of.0, to.0), (of.1, to.1))).collect();
            paired_rates(&both, confidence)
        }
    }
}

/// Of the pairs that know it on both sides.
fn pairs(measure: Measure, first: &[Figures], second: &[Figures]) -> Vec<(f64, f64)> {
    let pair = |(a, b): (&Figures, &Figures)| Some((a.get(measure)?, b.get(measure)?));
    first.iter().zip(second).filter_map(pair).collect()
}

fn outcomes(pairs: &[(f64, f64)]) -> Outcomes {
    let number = |sought: (bool, bool)| {
        pairs.iter().filter(|(first, second)| (*first > 0.0, *second > 0.0) == sought).count() as u64
    };
    Outcomes {
        tries: pairs.len() as u64,
        only_first: number((true, false)),
        only_second: number((false, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::statistics::Method;
    use super::super::tally::Tally;
    use super::*;

    /// Runs of a pod each, for a month, with so many evictions.
    fn runs(evictions: &[u64]) -> Vec<Figures> {
        let run = |evictions: &u64| {
            let mut tally = Tally::default();
            tally.evictions = [*evictions, 0, 0];
            tally.pod_time = 30 * 24 * 3600 * 1_000_000;
            Figures::of(&tally)
        };
        evictions.iter().map(run).collect()
    }

    fn found(measure: Measure) -> Contrast {
        let contrasts = contrasts(&runs(&[10, 0, 20, 0]), &runs(&[9, 0, 18, 1]), Confidence::NINETY_FIVE);
        contrasts[measure as usize]
    }

    #[test]
    fn each_kind_of_measure_is_compared_by_its_own_method() {
        let evictions = found(Measure::Evictions);
        assert_eq!(evictions.difference.estimate, Some(-0.5), "-1, 0, -2, 1");
        assert_eq!((evictions.difference.method, evictions.alike), (Method::PairedT, false));
        let any = found(Measure::AnyEviction);
        assert_eq!((any.first.estimate, any.second.estimate), (Some(0.5), Some(0.75)));
        assert_eq!((any.difference.estimate, any.difference.method), (Some(0.25), Method::BonettPrice));
        let rate = found(Measure::EvictionsPerPodMonth);
        assert_eq!((rate.first.estimate, rate.second.estimate), (Some(7.5), Some(7.0)));
        assert_eq!((rate.difference.estimate, rate.difference.method), (Some(-0.5), Method::PairedRatioT));
    }

    #[test]
    fn what_is_the_same_in_each_pair_is_told_from_what_is_the_same_on_average() {
        assert!(found(Measure::Preemptions).alike);
        let swapped = contrasts(&runs(&[1, 2]), &runs(&[2, 1]), Confidence::NINETY_FIVE);
        let evictions = swapped[Measure::Evictions as usize];
        assert_eq!((evictions.difference.estimate, evictions.alike), (Some(0.0), false));
    }

    #[test]
    fn what_no_run_knows_is_unknown() {
        let share = found(Measure::UseToCapacity);
        assert_eq!((share.first.estimate, share.difference.estimate, share.alike), (None, None, true));
    }
}
