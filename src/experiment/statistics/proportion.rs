//! A share of tries: how often something happens at all.

use super::laws::normal;
use super::{Confidence, Interval, Method};

/// The share of `hits` in `tries`, by Wilson's score interval.
///
/// None, or all, of n is what people take for certain, and is not: then one bound is 0 or 1, and the other
/// is where so clean a row would still have the probability [`Confidence::missed`]. With 95 % that is
/// a little below 3/n (the rule of three). More hits than tries are not a share: nothing is known.
/// Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927);
/// L. D. Brown, T. T. Cai, A. DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16
/// (2001), who advise it; J. A. Hanley, A. Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249 (1983).
pub fn proportion(hits: u64, tries: u64, confidence: Confidence) -> Interval {
    if tries == 0 || tries < hits {
        return Interval::unknown(tries, confidence);
    }
    let n = tries as f64;
    let clean = || libm::pow(confidence.missed(), 1.0 / n);
    let rule_of_three = (confidence, Method::RuleOfThree);
    if hits == 0 {
        return Interval::between(0.0, (0.0, 1.0 - clean()), tries, rule_of_three);
    }
    if hits == tries {
        return Interval::between(1.0, (clean(), 1.0), tries, rule_of_three);
    }
    let share = hits as f64 / n;
    let (lower, upper) = wilson(share, n, normal(confidence));
    Interval::between(share, (lower, upper), tries, (confidence, Method::Wilson))
}

fn wilson(share: f64, n: f64, z: f64) -> (f64, f64) {
    let widened = z * z / n;
    let middle = share + widened / 2.0;
    let half_width = z * (share * (1.0 - share) / n + widened / (4.0 * n)).sqrt();
    ((middle - half_width) / (1.0 + widened), (middle + half_width) / (1.0 + widened))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURE: Confidence = Confidence::NINETY_FIVE;

    fn bounds(hits: u64, tries: u64) -> (f64, f64) {
        let interval = proportion(hits, tries, SURE);
        (interval.lower.expect("a bound"), interval.upper.expect("a bound"))
    }

    #[test]
    fn a_share_has_wilsons_interval() {
        // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        for ((hits, tries), expected) in [((81, 263), (0.2553, 0.3662)), ((15, 148), (0.0624, 0.1605))] {
            let (lower, upper) = bounds(hits, tries);
            let near = |found: f64, expected: f64| (found - expected).abs() < 5e-5;
            assert!(near(lower, expected.0) && near(upper, expected.1), "{hits}/{tries}: {lower} {upper}");
        }
    }

    #[test]
    fn none_of_n_is_below_three_over_n_and_all_of_n_above_the_rest() {
        for n in [1, 3, 10, 50, 1000] {
            let ((lower, upper), three) = (bounds(0, n), 3.0 / n as f64);
            assert_eq!(lower, 0.0);
            // So clean a row is as likely as may be.
            assert!((libm::pow(1.0 - upper, n as f64) - 0.05).abs() < 1e-12, "{n}: {upper}");
            assert!(upper < three, "{n}: {upper}");
            assert_eq!(bounds(n, n).1, 1.0);
            assert!((bounds(n, n).0 - (1.0 - upper)).abs() < 1e-15, "the same, seen from the other side");
        }
        assert_eq!(proportion(0, 50, SURE).method, Method::RuleOfThree);
        assert!(bounds(0, 1000).1 > 2.99 / 1000.0, "near three over n, where there are many");
    }

    #[test]
    fn what_is_no_share_is_not_told() {
        assert_eq!(proportion(0, 0, SURE).method, Method::Unknown);
        assert_eq!(proportion(3, 2, SURE).estimate, None);
    }
}
