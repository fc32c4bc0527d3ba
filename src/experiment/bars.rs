//! Bars: what a sweep's figures must not be, as `--fail-if` says it.
//!
//! What: `evictions_per_pod_month.upper > 0.1`: a measure, which end of its interval, a comparison, a number.
//! Never: how a figure comes about. Next: [`super::measures`], the measures.

use super::measures::Measure;
use super::statistics::Interval;
use super::sweep::condition::Comparison;
use crate::scenario::nearest::nearest;
use std::fmt;
use std::str::FromStr;

/// What must not be so at any point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub measure: Measure,
    side: Side,
    comparison: Comparison,
    /// In the measure's unit.
    number: f64,
}

/// What of an interval is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Mean,
    Lower,
    Upper,
}

impl Side {
    const ALL: [Side; 3] = [Side::Mean, Side::Lower, Side::Upper];

    fn name(self) -> &'static str {
        match self {
            Side::Mean => "mean",
            Side::Lower => "lower",
            Side::Upper => "upper",
        }
    }
}

impl Bar {
    /// What an interval has at the end that is meant; nothing, if that is not known.
    pub fn figure(&self, interval: &Interval) -> Option<f64> {
        match self.side {
            Side::Mean => interval.estimate,
            Side::Lower => interval.lower,
            Side::Upper => interval.upper,
        }
    }

    /// Whether the bar is missed. What is not known does not meet it: nobody could tell that it is so.
    pub fn is_missed(&self, interval: &Interval) -> bool {
        let ordering = self.figure(interval).and_then(|figure| figure.partial_cmp(&self.number));
        ordering.is_none_or(|ordering| self.comparison.holds(ordering))
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (measure, side, sign) = (self.measure.name(), self.side.name(), self.comparison.sign());
        write!(f, "{measure}.{side} {sign} {}", self.number)
    }
}

impl FromStr for Bar {
    type Err = String;

    fn from_str(text: &str) -> Result<Bar, String> {
        let at = text.find(['<', '>']).ok_or_else(|| {
            "a comparison is expected, as in 'evictions_per_pod_month.upper > 0.1'; there are < <= > >="
                .to_owned()
        })?;
        let (figure, rest) = text.split_at(at);
        let (comparison, number) = Comparison::split(rest).ok_or("a comparison is expected: < <= > >=")?;
        let (name, side) = figure.trim().split_once('.').unwrap_or((figure.trim(), Side::Mean.name()));
        Ok(Bar { measure: measure(name)?, side: side_of(side)?, comparison, number: number_of(number)? })
    }
}

fn measure(name: &str) -> Result<Measure, String> {
    Measure::named(name).ok_or_else(|| match nearest(name, &Measure::NAMES) {
        Some(meant) => format!("there is no measure `{name}`; did you mean `{meant}`?"),
        None => format!("there is no measure `{name}`; there are {}", Measure::NAMES.join(", ")),
    })
}

fn side_of(name: &str) -> Result<Side, String> {
    Side::ALL
        .into_iter()
        .find(|side| side.name() == name)
        .ok_or_else(|| format!("an interval has no `{name}`; write .mean, .lower or .upper"))
}

fn number_of(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::statistics::{Confidence, mean};

    #[test]
    fn a_bar_is_read_and_told_alike() {
        let bar: Bar = " evictions.upper>=3 ".parse().expect("it is one");
        assert_eq!(bar.to_string(), "evictions.upper >= 3");
        assert_eq!(
            "oom_kills < 1e-3".parse::<Bar>().expect("it is one").to_string(),
            "oom_kills.mean < 0.001"
        );
    }

    #[test]
    fn what_is_no_bar_says_why() {
        let told = |text: &str| text.parse::<Bar>().expect_err("it is none");
        assert_eq!(told("evictoins > 1"), "there is no measure `evictoins`; did you mean `evictions`?");
        assert_eq!(
            told("evictions.median > 1"),
            "an interval has no `median`; write .mean, .lower or .upper"
        );
        assert_eq!(told("evictions > many"), "`many` is not a number");
        assert_eq!(told("evictions > NaN"), "`NaN` is not a number");
        assert!(told("evictions = 1").starts_with("a comparison is expected"));
    }

    #[test]
    fn a_bar_is_missed_by_what_it_says_and_by_what_nobody_knows() {
        let is_missed = |bar: &str, values: &[f64]| {
            let interval = mean(values, Confidence::NINETY_FIVE);
            bar.parse::<Bar>().expect("it is one").is_missed(&interval)
        };
        // The mean is 2, and its interval goes from below 0 to above 4.
        assert!(is_missed("evictions > 1.9", &[1.0, 3.0]) && !is_missed("evictions > 2", &[1.0, 3.0]));
        assert!(
            is_missed("evictions.upper > 4", &[1.0, 3.0]) && !is_missed("evictions.lower > 0", &[1.0, 3.0])
        );
        assert!(is_missed("evictions.upper > 4", &[1.0]), "one run has no interval");
    }
}
