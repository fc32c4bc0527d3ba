//! How much two settings differ in a figure.
//!
//! What: paired, where run r of both drew the same lives, and unpaired, where the two have nothing
//! in common. What both have in common by chance is not in the difference of a pair: that is
//! what common random numbers are for.

use super::laws::student_t;
use super::mean::{Moments, of_values};
use super::{Confidence, Interval, Method};

/// The mean of second less first over pairs, by Student's t on the differences.
///
/// Source: Law, "Simulation Modeling and Analysis", 10.2.1 (the paired-t interval) and 11.2 (common random numbers).
pub fn paired_difference(pairs: &[(f64, f64)], confidence: Confidence) -> Interval {
    let differences: Vec<f64> = pairs.iter().map(|(first, second)| second - first).collect();
    of_values(&differences, confidence, Method::PairedT)
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
