//! How much two settings differ in a figure.
//!
//! What: paired, where run r of both drew the same lives, and unpaired, where the two have nothing
//! in common. What both have in common by chance is not in the difference of a pair: that is
//! what common random numbers are for.

use super::laws::{normal, student_t};
use super::mean::{Moments, of_values};
use super::rate::Totals;
use super::{Confidence, Interval, Method};

/// The mean of second less first over pairs, by Student's t on the differences.
///
/// Source: Law, "Simulation Modeling and Analysis", 10.2.1 (the paired-t interval) and 11.2 (common random numbers).
pub fn paired_difference(pairs: &[(f64, f64)], confidence: Confidence) -> Interval {
    let differences: Vec<f64> = pairs.iter().map(|(first, second)| second - first).collect();
    of_values(&differences, confidence, Method::PairedT)
}

/// What a run had: how many events, and in how much time or among how many.
pub type EventsAndExposure = (f64, f64);

/// The second rate less the first, of runs that draw the same: (events, exposure) of each run in both.
///
/// Each rate is a total over a total ([`super::rate`]); the interval is Student's for the difference of what is
/// left of both runs of a pair. Source: Cochran, "Sampling Techniques", chapter 6.
pub fn paired_rates(pairs: &[(EventsAndExposure, EventsAndExposure)], confidence: Confidence) -> Interval {
    let n = pairs.len() as u64;
    let (first, second): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    let (Some(a), Some(b)) = (Totals::of(&first), Totals::of(&second)) else {
        return Interval::unknown(n, confidence);
    };
    // What is left adds up to nothing, on both sides: each pair's difference lies around the rates' own.
    let difference = b.rate() - a.rate();
    let around: Vec<f64> =
        pairs.iter().map(|(first, second)| difference + b.left(*second) - a.left(*first)).collect();
    of_values(&around, confidence, Method::PairedRatioT)
}

/// In how many of the same tries something happened on each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    pub tries: u64,
    /// In the first alone.
    pub only_first: u64,
    /// In the second alone.
    pub only_second: u64,
}

/// The second share less the first, of the same tries.
///
/// Tries in which both did the same say nothing of the difference, except that they are many. One try is added to each
/// side, so that the interval has a width even where no try told the two apart.
/// Source: D. G. Bonett, R. M. Price, "Adjusted Wald confidence interval for a difference of binomial
/// proportions based on paired data", Journal of Educational and Behavioral Statistics 37 (2012).
pub fn paired_proportions(outcomes: Outcomes, confidence: Confidence) -> Interval {
    let Outcomes { tries, only_first, only_second } = outcomes;
    if tries == 0 || tries < only_first.saturating_add(only_second) {
        return Interval::unknown(tries, confidence);
    }
    let n = tries as f64;
    let adjusted = |only: u64| (only as f64 + 1.0) / (n + 2.0);
    let (first, second) = (adjusted(only_first), adjusted(only_second));
    let middle = second - first;
    let error = ((first + second - middle * middle) / (n + 2.0)).sqrt();
    let half_width = normal(confidence) * error;
    let bounds = ((middle - half_width).max(-1.0), (middle + half_width).min(1.0));
    let difference = (only_second as f64 - only_first as f64) / n;
    Interval::between(difference, bounds, tries, (confidence, Method::BonettPrice))
}

/// The second mean less the first, of samples that share nothing, by Welch's t.
/// `n` counts the values of both. With fewer than two on a side there are no bounds.
///
/// Source: B. L. Welch, "The generalization of 'Student's' problem when several different population
/// variances are involved", Biometrika 34 (1947).
pub fn unpaired_difference(first: &[f64], second: &[f64], confidence: Confidence) -> Interval {
    let n = (first.len() + second.len()) as u64;
    if first.is_empty() || second.is_empty() {
        return Interval::unknown(n, confidence);
    }
    let (a, b) = (Moments::of(first), Moments::of(second));
    let difference = b.mean - a.mean;
    if first.len() == 1 || second.len() == 1 {
        return Interval { n, ..Interval::of_one(difference, confidence) };
    }
    let (error_a, error_b) = (a.squared_error(), b.squared_error());
    let error = error_a + error_b;
    if error == 0.0 {
        return Interval::around(difference, 0.0, n, (confidence, Method::AllEqual));
    }
    let degrees = error * error / (error_a * error_a / (a.n - 1.0) + error_b * error_b / (b.n - 1.0));
    if !degrees.is_finite() {
        return Interval::unknown(n, confidence);
    }
    Interval::around(
        difference,
        student_t(confidence, degrees) * error.sqrt(),
        n,
        (confidence, Method::WelchT),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURE: Confidence = Confidence::NINETY_FIVE;

    #[test]
    fn what_a_pair_has_in_common_is_not_in_its_difference() {
        // given runs that vary by hundreds, and a second setting that adds 1 to 3 to each
        let first = [100.0, 300.0, 200.0, 500.0, 400.0];
        let added = [1.0, 2.0, 3.0, 2.0, 2.0];
        let second: Vec<f64> = first.iter().zip(added).map(|(value, more)| value + more).collect();
        let pairs: Vec<(f64, f64)> = first.iter().copied().zip(second.iter().copied()).collect();
        // when both intervals are made
        let paired = paired_difference(&pairs, SURE);
        let unpaired = unpaired_difference(&first, &second, SURE);
        // then: mean 2, squared deviations 1, 0, 1, 0, 0, so that the error is sqrt(0.5 / 5), t(95 %, 4) = 2.7764
        assert_eq!((paired.estimate, paired.n, paired.method), (Some(2.0), 5, Method::PairedT));
        assert!((paired.half_width().unwrap() - 2.7764 * 0.1_f64.sqrt()).abs() < 1e-4);
        assert!((unpaired.estimate.unwrap() - 2.0).abs() < 1e-12);
        assert!(unpaired.half_width().unwrap() > 100.0 * paired.half_width().unwrap());
    }

    #[test]
    fn welchs_interval_is_that_of_a_worked_example() {
        // given variances of 1 (n = 3) and 4 (n = 3): error sqrt(5 / 3), degrees (5/3)^2 / ((1/9 + 16/9) / 2) = 50 / 17
        let interval = unpaired_difference(&[1.0, 2.0, 3.0], &[8.0, 10.0, 12.0], SURE);
        assert_eq!((interval.estimate, interval.n, interval.method), (Some(8.0), 6, Method::WelchT));
        let expected = student_t(SURE, 50.0 / 17.0) * (5.0_f64 / 3.0).sqrt();
        assert!((interval.half_width().unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn rates_of_pairs_with_equal_exposures_differ_as_their_runs_do() {
        let pairs = [((30.0, 10.0), (28.0, 10.0)), ((50.0, 10.0), (47.0, 10.0)), ((10.0, 10.0), (9.0, 10.0))];
        let rates: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (a.0 / a.1, b.0 / b.1)).collect();
        let (found, expected) = (paired_rates(&pairs, SURE), paired_difference(&rates, SURE));
        for (found, expected) in [(found.lower, expected.lower), (found.upper, expected.upper)] {
            assert!((found.unwrap() - expected.unwrap()).abs() < 1e-12);
        }
        assert_eq!(found.method, Method::PairedRatioT);
        // 30 events in 30, and 6 in 6: the same rate, though each pair has two.
        let unequal = paired_rates(&[((10.0, 10.0), (1.0, 2.0)), ((20.0, 20.0), (5.0, 4.0))], SURE);
        assert!((unequal.estimate.unwrap() - (6.0 / 6.0 - 30.0 / 30.0)).abs() < 1e-12);
        assert_eq!(paired_rates(&[((1.0, 1.0), (0.0, 0.0))], SURE).method, Method::Unknown);
    }

    #[test]
    fn shares_of_the_same_tries_have_bonett_and_prices_interval() {
        // given 2 and 12 of 50 tries told apart: shares 3/52 and 13/52, middle 10/52
        let found = paired_proportions(Outcomes { tries: 50, only_first: 2, only_second: 12 }, SURE);
        assert_eq!((found.estimate, found.method), (Some(0.2), Method::BonettPrice));
        let middle: f64 = 10.0 / 52.0;
        let half_width = 1.959_964 * ((16.0 / 52.0 - middle * middle) / 52.0).sqrt();
        assert!((found.lower.unwrap() - (middle - half_width)).abs() < 1e-6);
        assert!((found.upper.unwrap() - (middle + half_width)).abs() < 1e-6);
        // No try told the two apart: no difference, and how large it may be all the same.
        let alike = paired_proportions(Outcomes { tries: 50, ..Outcomes::default() }, SURE);
        assert_eq!(alike.estimate, Some(0.0));
        assert!(alike.half_width().unwrap() > 0.05);
        let wrong = Outcomes { tries: 1, only_first: 1, only_second: 1 };
        assert_eq!(paired_proportions(wrong, SURE).method, Method::Unknown);
    }

    #[test]
    fn what_cannot_be_told_is_not_told() {
        let told = |first: &[f64], second: &[f64]| {
            let interval = unpaired_difference(first, second, SURE);
            (interval.estimate, interval.half_width(), interval.method)
        };
        assert_eq!(told(&[], &[1.0]), (None, None, Method::Unknown));
        assert_eq!(told(&[1.0], &[3.0, 4.0]), (Some(2.5), None, Method::OneValue));
        assert_eq!(told(&[1.0; 3], &[3.0; 3]), (Some(2.0), Some(0.0), Method::AllEqual));
        assert_eq!(told(&[f64::NAN, 1.0], &[3.0; 3]), (None, None, Method::Unknown));
        assert_eq!(told(&[1e-200, 2e-200], &[1.0; 3]).2, Method::AllEqual, "too small to be squared");
        assert_eq!(paired_difference(&[], SURE).method, Method::Unknown);
    }
}
