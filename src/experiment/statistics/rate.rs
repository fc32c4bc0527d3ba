//! A total over a total: events per pod-month.

use super::laws::student_t;
use super::{Confidence, Interval, Method};

/// All events over all the exposure, from a pair (events, exposure) of each run; neither is negative.
///
/// Not the mean of the runs' own rates: that would let a run with few pods weigh as much as one with many. The interval is
/// that of the ratio estimator: Student's t for what is left of each run's events when the common rate has taken its
/// share. Where all runs have the same exposure, which is usual here, it is exactly that of the mean of rates; the
/// jackknife differs from it only in terms of 1/n^2, and is not used since what it does cannot be seen on paper as easily.
/// Its bias is of the order of 1/n, small beside its width.
///
/// Without any event the upper bound is where none in all the time would still have the probability
/// [`Confidence::missed`], if events came one by one (with 95 % near 3 over the exposure). Where they come in storms, no event
/// tells of storms: there the share of runs with any is the figure to look at.
/// Source: W. G. Cochran, "Sampling Techniques", 3rd edition, 6.3 to 6.5.
pub fn rate(runs: &[(f64, f64)], confidence: Confidence) -> Interval {
    let n = runs.len() as u64;
    let Some(totals) = Totals::of(runs) else { return Interval::unknown(n, confidence) };
    let rate = totals.rate();
    if totals.events == 0.0 {
        let upper = -libm::log(confidence.missed()) / totals.exposure;
        return Interval::between(0.0, (0.0, upper), n, (confidence, Method::NoEvent));
    }
    if n == 1 {
        return Interval::of_one(rate, confidence);
    }
    // Asked of the runs themselves: what is left of each is rounded.
    let (events, exposure) = runs[0];
    if runs.iter().all(|run| run.0 * exposure == events * run.1) {
        return Interval::around(rate, 0.0, n, (confidence, Method::AllEqual));
    }
    let left: f64 = runs.iter().map(|run| totals.left(*run)).map(|left| left * left).sum();
    let degrees = n as f64 - 1.0;
    let error = (left / degrees / n as f64).sqrt();
    Interval::around(rate, student_t(confidence, degrees) * error, n, (confidence, Method::RatioT))
        .not_below(0.0)
}

/// What many runs come to together.
pub(super) struct Totals {
    events: f64,
    exposure: f64,
    runs: f64,
}

impl Totals {
    /// None if there is no rate.
    pub(super) fn of(runs: &[(f64, f64)]) -> Option<Totals> {
        let (events, exposure) = runs.iter().fold((0.0, 0.0), |(e, x), run| (e + run.0, x + run.1));
        let is_negative = |run: &(f64, f64)| run.0 < 0.0 || run.1 < 0.0;
        let totals = Totals { events, exposure, runs: runs.len() as f64 };
        (totals.rate().is_finite() && !runs.iter().any(is_negative)).then_some(totals)
    }

    pub(super) fn rate(&self) -> f64 {
        self.events / self.exposure
    }

    /// What is left of a run's events when the common rate has taken its share, for each unit of the mean exposure.
    pub(super) fn left(&self, (events, exposure): (f64, f64)) -> f64 {
        (events - self.rate() * exposure) / (self.exposure / self.runs)
    }
}

#[cfg(test)]
mod tests {
    use super::super::mean;
    use super::*;

    const SURE: Confidence = Confidence::NINETY_FIVE;

    #[test]
    fn with_equal_exposures_it_is_the_mean_of_the_rates() {
        let events = [30.0, 20.0, 25.0, 40.0];
        let per_month =
            |exposure: f64| -> Vec<(f64, f64)> { events.iter().map(|e| (*e, exposure)).collect() };
        let (rate, mean) = (rate(&per_month(4.0), SURE), mean(&events.map(|events| events / 4.0), SURE));
        for (found, expected) in
            [(rate.estimate, mean.estimate), (rate.lower, mean.lower), (rate.upper, mean.upper)]
        {
            assert!((found.unwrap() - expected.unwrap()).abs() < 1e-12);
        }
        assert_eq!(rate.method, Method::RatioT);
    }

    #[test]
    fn a_long_run_weighs_as_much_as_it_is_long() {
        // given 1 event in 1 month, 0 in 1 month, and 8 in 10: 9 events in 12 months
        let interval = rate(&[(1.0, 1.0), (0.0, 1.0), (8.0, 10.0)], SURE);
        assert_eq!(interval.estimate, Some(0.75));
        // then what is left is 0.25, -0.75, 0.5: squares 0.875, error sqrt(0.875 / 2 * 3) / 12; t(95 %, 2) = 4.3027
        let upper = 0.75 + 4.3027 * (0.875_f64 / 2.0 * 3.0).sqrt() / 12.0;
        assert!((interval.upper.unwrap() - upper).abs() < 1e-4);
    }

    #[test]
    fn no_event_in_all_the_time_is_below_three_over_that_time() {
        let interval = rate(&[(0.0, 10.0); 5], SURE);
        assert_eq!(
            (interval.estimate, interval.lower, interval.method),
            (Some(0.0), Some(0.0), Method::NoEvent)
        );
        // exp(-50 x) = 0.05
        assert!((libm::exp(-50.0 * interval.upper.unwrap()) - 0.05).abs() < 1e-12);
    }

    #[test]
    fn runs_that_are_all_alike_are_so_whatever_rounding_leaves() {
        // 10 / 490 is no double, and 10 / 490 * 49 is not quite 1.
        for exposure in [49.0, 0.1, 2.666_666_666_666_666_5] {
            let interval = rate(&[(1.0, exposure); 10], SURE);
            assert_eq!((interval.method, interval.half_width()), (Method::AllEqual, Some(0.0)), "{exposure}");
        }
        let twice_as_long = rate(&[(1.0, 3.0), (2.0, 6.0)], SURE);
        assert_eq!(twice_as_long.method, Method::AllEqual);
    }

    #[test]
    fn what_cannot_be_told_is_not_told() {
        let told = |runs: &[(f64, f64)]| (rate(runs, SURE).estimate, rate(runs, SURE).method);
        assert_eq!(told(&[]), (None, Method::Unknown));
        assert_eq!(
            told(&[(0.0, 0.0), (0.0, 0.0)]),
            (None, Method::Unknown),
            "nobody was there to be evicted"
        );
        assert_eq!(told(&[(1.0, 0.0)]), (None, Method::Unknown));
        assert_eq!(told(&[(1.0, f64::NAN)]), (None, Method::Unknown));
        assert_eq!(told(&[(1.0, 2.0)]), (Some(0.5), Method::OneValue));
        assert_eq!(told(&[(1.0, 2.0); 3]), (Some(0.5), Method::AllEqual));
        let few = rate(&[(1.0, 1.0), (0.0, 1.0)], SURE);
        assert_eq!(few.lower, Some(0.0), "a rate is not negative");
    }
}
