//! How sure one is of a figure that chance had a hand in.
//!
//! What: an [`Interval`] around a mean, a share, a quantile, a rate or a difference of two, each
//! by a method with a name; what of a series is warm-up; when enough runs have been made.
//! Floats are at home here, and only `libm` computes with them, so that an interval has the same
//! bits on every machine (docs/decisions/0014).
//! Never: a run, a name of a measure, a sentence. Values come in the order of replications.
//! Next: [`mean`], the simplest; [`laws`], the tables at the end of a textbook.

mod difference;
pub mod laws;
mod mean;
mod proportion;
mod quantile;
mod rate;
pub mod stopping;
pub mod warm_up;

pub use difference::{Outcomes, paired_difference, paired_proportions, paired_rates, unpaired_difference};
pub use mean::mean;
pub use proportion::proportion;
pub use quantile::quantile;
pub use rate::rate;
pub use stopping::{Next, Until};

use std::fmt;

/// How often an interval has to hold the truth: a share of all intervals that are made like it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    pub const NINETY_FIVE: Confidence = Confidence(0.95);

    /// None if `share` is not between a half and 1, both excluded.
    pub fn new(share: f64) -> Option<Confidence> {
        (0.5 < share && share < 1.0).then_some(Confidence(share))
    }

    pub const fn share(self) -> f64 {
        self.0
    }

    /// The share of intervals that may miss the truth.
    pub fn missed(self) -> f64 {
        1.0 - self.0
    }
}

impl fmt::Display for Confidence {
    /// In percent, without the noise of a float's last digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thousandths = libm::round(self.0 * 1e5) / 1e3;
        write!(f, "{thousandths} %")
    }
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// There were no values, or not all of them were numbers: nothing is known.
    Unknown,
    /// One value: an estimate, and no way to tell how far it is off.
    OneValue,
    /// All values are the same. The interval has no width, and that is all that it says: that another
    /// run would give another value has, by the rule of three, a probability below 3/n.
    AllEqual,
    /// Student's t for the mean of independent values.
    StudentT,
    /// Student's t for the mean of differences within pairs.
    PairedT,
    /// Welch's t for the difference of two means of samples that have nothing to do with each other.
    WelchT,
    /// Wilson's score interval for a share.
    Wilson,
    /// None, or all, of n: one bound is 0 or 1, the other is near 3/n.
    RuleOfThree,
    /// Two of the values in their order: no law is assumed.
    OrderStatistics,
    /// The ratio estimator: a total over a total, with Student's t for what is left of each run.
    RatioT,
    /// Bonett and Price's interval for the difference of two shares of the same tries.
    BonettPrice,
    /// The ratio estimator for the difference of two rates, on what is left of each pair of runs.
    PairedRatioT,
    /// No event in all the time: the upper bound is near 3 over that time, if events come one by one.
    NoEvent,
}

impl Method {
    /// As it stands in a table.
    pub const fn name(self) -> &'static str {
        match self {
            Method::Unknown => "unknown",
            Method::OneValue => "one_value",
            Method::AllEqual => "all_equal",
            Method::StudentT => "student_t",
            Method::PairedT => "paired_t",
            Method::WelchT => "welch_t",
            Method::Wilson => "wilson",
            Method::RuleOfThree => "rule_of_three",
            Method::OrderStatistics => "order_statistics",
            Method::RatioT => "ratio_t",
            Method::BonettPrice => "bonett_price",
            Method::PairedRatioT => "paired_ratio_t",
            Method::NoEvent => "no_event",
        }
    }
}

/// An estimate, and between which bounds the truth lies with a stated confidence.
/// All in the unit of the values. What cannot be told is None, never 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub estimate: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// How many values, pairs, runs or tries it is made of.
    pub n: u64,
    pub confidence: Confidence,
    pub method: Method,
}

impl Interval {
    /// Half of the way from bound to bound.
    pub fn half_width(&self) -> Option<f64> {
        Some((self.upper? - self.lower?) / 2.0)
    }

    /// Whether a value lies in it; None if a bound is missing.
    pub fn holds(&self, value: f64) -> Option<bool> {
        Some((self.lower?..=self.upper?).contains(&value))
    }

    /// For what cannot be below `floor`, such as a count: a bound that is, says nothing more than the floor.
    pub fn not_below(self, floor: f64) -> Interval {
        Interval { lower: self.lower.map(|lower| lower.max(floor)), ..self }
    }

    fn unknown(n: u64, confidence: Confidence) -> Interval {
        Interval { estimate: None, lower: None, upper: None, n, confidence, method: Method::Unknown }
    }

    fn between(estimate: f64, (lower, upper): (f64, f64), n: u64, by: (Confidence, Method)) -> Interval {
        let (confidence, method) = by;
        // Sums of numbers that are too large to be added end in an infinity or none at all.
        if ![estimate, lower, upper].iter().all(|bound| bound.is_finite()) {
            return Interval::unknown(n, confidence);
        }
        let [estimate, lower, upper] = [estimate, lower, upper].map(Some);
        Interval { estimate, lower, upper, n, confidence, method }
    }

    /// An estimate and as much on both sides of it.
    fn around(estimate: f64, half_width: f64, n: u64, by: (Confidence, Method)) -> Interval {
        Interval::between(estimate, (estimate - half_width, estimate + half_width), n, by)
    }

    fn of_one(estimate: f64, confidence: Confidence) -> Interval {
        let known = Interval::around(estimate, 0.0, 1, (confidence, Method::OneValue));
        Interval { lower: None, upper: None, ..known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_lies_between_a_half_and_one() {
        assert_eq!(Confidence::new(0.95), Some(Confidence::NINETY_FIVE));
        assert_eq!([0.5, 1.0, f64::NAN, -1.0].map(Confidence::new), [None; 4]);
        assert_eq!(Confidence(0.95).to_string(), "95 %");
        assert_eq!(Confidence(0.999).to_string(), "99.9 %");
    }

    #[test]
    fn a_bound_that_is_missing_makes_no_width_and_holds_nothing() {
        let one = Interval::of_one(3.0, Confidence::NINETY_FIVE);
        assert_eq!((one.estimate, one.half_width(), one.holds(3.0)), (Some(3.0), None, None));
        let two = Interval::around(3.0, 1.0, 2, (Confidence::NINETY_FIVE, Method::StudentT));
        assert_eq!((two.half_width(), two.holds(2.0), two.holds(4.1)), (Some(1.0), Some(true), Some(false)));
        assert_eq!(two.not_below(2.5).lower, Some(2.5));
    }
}
