//! Conditions of `skip` and `only`: which points of the grid are meant.
//!
//! What: a value that a parameter has, or a comparison (`< 4`, `>= 100Mi`). Amounts and lengths of time are
//! compared by their size, whatever their units; anything else by its text.
//! Never: what a parameter means. Next: [`super::grid`], which asks.

use crate::ground::quantity::Quantity;
use crate::scenario::decode::Refusal;
use crate::scenario::document::Tree;
use crate::scenario::duration;
use crate::scenario::mistake::shortened;
use std::cmp::Ordering;

/// What must hold of several parameters at once.
#[derive(Clone, Debug)]
pub struct Condition {
    /// A parameter's number, and tests of which one must hold.
    pub tests: Vec<(usize, Vec<Test>)>,
}

/// What must hold of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    Is(String),
    /// With an amount or a length of time, as written.
    Compares(Comparison, String),
}

/// How a number lies to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Below,
    AtMost,
    AtLeast,
    Above,
}

impl Comparison {
    /// The sign at the beginning of a text, and what comes after it.
    pub fn split(text: &str) -> Option<(Comparison, &str)> {
        // The longer ones first.
        let signs = [
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Below),
            (">", Comparison::Above),
        ];
        signs.into_iter().find_map(|(sign, comparison)| Some((comparison, text.strip_prefix(sign)?.trim())))
    }

    /// Whether two that are ordered so meet it.
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Below => ordering.is_lt(),
            Comparison::AtMost => ordering.is_le(),
            Comparison::AtLeast => ordering.is_ge(),
            Comparison::Above => ordering.is_gt(),
        }
    }

    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Below => "<",
            Comparison::AtMost => "<=",
            Comparison::AtLeast => ">=",
            Comparison::Above => ">",
        }
    }
}

impl Condition {
    /// Whether all of it holds of what `value` gives for each parameter's number.
    pub fn holds<'v>(&self, value: impl Fn(usize) -> &'v Tree) -> bool {
        self.tests.iter().all(|(parameter, tests)| {
            let value = value(*parameter).flow();
            tests.iter().any(|test| test.holds(&value))
        })
    }
}

impl Test {
    /// # Errors
    /// A comparison with something that is no number.
    pub fn parse(text: &str) -> Result<Test, Refusal> {
        let Some((comparison, rest)) = Comparison::split(text) else { return Ok(Test::Is(text.to_owned())) };
        if by_size(rest, rest).is_none() {
            let what = format!("`{}` is no amount and no length of time", shortened(rest));
            return Err(Refusal::new(what, "write as in `>= 100Mi`, or a value itself"));
        }
        Ok(Test::Compares(comparison, rest.to_owned()))
    }

    /// Whether it holds of a value as written.
    pub fn holds(&self, value: &str) -> bool {
        match self {
            Test::Is(text) => text == value || by_size(text, value) == Some(Ordering::Equal),
            Test::Compares(comparison, bound) => {
                by_size(value, bound).is_some_and(|ordering| comparison.holds(ordering))
            }
        }
    }
}

/// How two texts lie to each other, as amounts or else as lengths of time: `5m` may be both, beside `90s` it is five minutes.
fn by_size(a: &str, b: &str) -> Option<Ordering> {
    match (Quantity::parse(a), Quantity::parse(b)) {
        (Ok(a), Ok(b)) => Some(a.amount().cmp(&b.amount())),
        _ => Some(duration::parse(a).ok()?.cmp(&duration::parse(b).ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(test: &str, value: &str) -> bool {
        Test::parse(test).expect("it can be read").holds(value)
    }

    #[test]
    fn values_are_compared_by_their_size() {
        assert!(holds("1Gi", "1024Mi") && holds("0.5", "500m") && holds("90s", "1m30s"));
        assert!(holds(">= 1Gi", "1024Mi") && !holds("> 1Gi", "1024Mi"));
        assert!(
            holds("<2Gi", "1Gi")
                && holds("<= 1m30s", "90s")
                && holds("> 90s", "5m")
                && !holds("< 90s", "1m30s")
        );
        assert!(holds("Kubernetes", "Kubernetes") && !holds("Kubernetes", "Lesson"));
        assert!(!holds(">= 4", "Lesson"), "what is no number lies nowhere");
    }

    #[test]
    fn a_comparison_with_no_number_is_refused() {
        let what = Test::parse(">= many").expect_err("it is no number").what;
        assert_eq!(what, "`many` is no amount and no length of time");
    }
}
