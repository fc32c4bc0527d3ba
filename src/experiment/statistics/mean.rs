//! The mean of independent values.

use super::laws::student_t;
use super::{Confidence, Interval, Method};

/// The mean of one figure of each run, by Student's t.
///
/// Right as far as the mean of so many values is near a normal variable: from some 30 runs on, and
/// later where most runs have 0 and few have much. Source: A. M. Law, "Simulation Modeling and
/// Analysis", 5th edition, 4.5 and 9.4.1 (replications).
pub fn mean(values: &[f64], confidence: Confidence) -> Interval {
    of_values(values, confidence, Method::StudentT)
}

pub(super) fn of_values(values: &[f64], confidence: Confidence, method: Method) -> Interval {
    let n = values.len() as u64;
    let [first, others @ ..] = values else { return Interval::unknown(n, confidence) };
    if others.is_empty() {
        return Interval::of_one(*first, confidence);
    }
    if others.iter().all(|value| value == first) {
        return Interval::around(*first, 0.0, n, (confidence, Method::AllEqual));
    }
    let moments = Moments::of(values);
    let half_width = student_t(confidence, moments.n - 1.0) * moments.squared_error().sqrt();
    Interval::around(moments.mean, half_width, n, (confidence, method))
}

/// What a sample's intervals need of it.
pub(super) struct Moments {
    pub(super) n: f64,
    pub(super) mean: f64,
    /// The sample's variance: over n - 1. With fewer than two values it is not a number.
    pub(super) variance: f64,
}

impl Moments {
    pub(super) fn of(values: &[f64]) -> Moments {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        // In a second pass, since squares less a square of the mean lose what matters.
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Moments { n, mean, variance: squares / (n - 1.0) }
    }

    /// The square of the mean's standard error.
    pub(super) fn squared_error(&self) -> f64 {
        self.variance / self.n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURE: Confidence = Confidence::NINETY_FIVE;

    #[test]
    fn a_mean_has_students_interval() {
        // given 1, 2, 3, 4, 5: mean 3, variance 2.5, error sqrt(2.5 / 5); t(95 %, 4) = 2.7764
        let interval = mean(&[1.0, 2.0, 3.0, 4.0, 5.0], SURE);
        assert_eq!((interval.estimate, interval.n, interval.method), (Some(3.0), 5, Method::StudentT));
        let half_width = interval.half_width().expect("two bounds");
        assert!((half_width - 2.7764 * 0.5_f64.sqrt()).abs() < 1e-4, "{half_width}");
    }

    #[test]
    fn what_cannot_be_told_is_not_told() {
        let told = |values: &[f64]| {
            let interval = mean(values, SURE);
            (interval.estimate, interval.half_width(), interval.method)
        };
        assert_eq!(told(&[]), (None, None, Method::Unknown));
        assert_eq!(told(&[7.0]), (Some(7.0), None, Method::OneValue));
        assert_eq!(told(&[7.0; 9]), (Some(7.0), Some(0.0), Method::AllEqual));
        assert_eq!(told(&[1.0, f64::NAN]), (None, None, Method::Unknown));
        assert_eq!(told(&[f64::NAN]), (None, None, Method::Unknown));
        assert_eq!(told(&[f64::INFINITY; 2]), (None, None, Method::Unknown));
        assert_eq!(told(&[f64::MAX, f64::MAX / 2.0]), (None, None, Method::Unknown), "no room for the sum");
    }
}
