//! The laws behind the intervals: what a textbook has as tables at its end.
//!
//! What: Student's t, and the binomial law, both from the incomplete Beta function, on `libm` alone.
//! Never: a sample. (The normal law is with those that scenarios draw from.)

pub use crate::scenario::distribution::quantile::normal_quantile;

use super::Confidence;

/// How many standard errors lie on each side of a mean: the value that a Student variable's size
/// exceeds with the probability [`Confidence::missed`]. `degrees` of freedom are at least 1.
///
/// Source: Abramowitz and Stegun, 26.7.1: P(|T| > t) = I_x(degrees / 2, 1 / 2) with x = degrees / (degrees + t^2).
pub fn student_t(confidence: Confidence, degrees: f64) -> f64 {
    let missed = confidence.missed();
    let law = Beta::new(degrees / 2.0, 0.5);
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || high <= middle {
            return (degrees * (1.0 - middle) / middle).sqrt();
        }
        if law.share_below(middle) < missed { low = middle } else { high = middle }
    }
}

/// The standard errors on each side where the error itself is known: a normal variable's size.
pub fn normal(confidence: Confidence) -> f64 {
    normal_quantile(1.0 - confidence.missed() / 2.0)
}

/// The probability of at most `hits` in `tries`, each of them a hit with probability `chance`, above 0 and below 1.
///
/// Source: Abramowitz and Stegun, 26.5.24.
pub fn binomial_share(hits: u64, tries: u64, chance: f64) -> f64 {
    if hits >= tries {
        return 1.0;
    }
    Beta::new((tries - hits) as f64, hits as f64 + 1.0).share_below(1.0 - chance)
}

/// A Beta law; both parameters are above 0.
struct Beta {
    a: f64,
    b: f64,
    /// The logarithm of the Beta function.
    size: f64,
}

const ENOUGH_TERMS: u32 = 100_000;
const NEGLIGIBLE: f64 = 1e-16;

impl Beta {
    fn new(a: f64, b: f64) -> Beta {
        Beta { a, b, size: libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b) }
    }

    /// The probability of at most `x`, from 0 to 1: the regularized incomplete Beta function.
    ///
    /// Source: NIST Digital Library of Mathematical Functions, 8.17.4 and 8.17.22.
    fn share_below(&self, x: f64) -> f64 {
        if x <= 0.0 || 1.0 <= x {
            return if x <= 0.0 { 0.0 } else { 1.0 };
        }
        let front = libm::exp(self.a * libm::log(x) + self.b * libm::log1p(-x) - self.size);
        // The fraction is short on this side of the middle, and long on the other.
        if x < (self.a + 1.0) / (self.a + self.b + 2.0) {
            front / (self.a * continued_fraction(self.a, self.b, x))
        } else {
            1.0 - front / (self.b * continued_fraction(self.b, self.a, 1.0 - x))
        }
    }
}

/// 1 + d1/(1 + d2/(1 + …)), evaluated from the front by Lentz's method.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut fraction, mut c, mut d) = (1.0, 1.0, 0.0);
    for term in 1..ENOUGH_TERMS {
        let m = f64::from(term / 2);
        let numerator = if term.is_multiple_of(2) {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        d = 1.0 / away_from_zero(1.0 + numerator * d);
        c = away_from_zero(1.0 + numerator / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() < NEGLIGIBLE {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

    fn confidence(share: f64) -> Confidence {
        Confidence::new(share).expect("a confidence")
    }

    #[test]
    fn students_t_is_that_of_the_printed_tables() {
        // Percentage points of Student's t, two-sided, as tables print them.
        #[rustfmt::skip]
        let table = [
            // confidence, degrees, t
            (0.95,            1.0, 12.7062),
            (0.95,            2.0,  4.3027),
            (0.95,           29.0,  2.0452),
            (0.95,          120.0,  1.9799),
            (0.99,           10.0,  3.1693),
            (0.999,           4.0,  8.6103),
        ];
        for (share, degrees, t) in table {
            let found = student_t(confidence(share), degrees);
            assert!((found - t).abs() < 5e-5, "{share} {degrees}: {found}");
        }
    }

    #[test]
    fn students_t_with_one_or_two_degrees_is_that_of_its_closed_form() {
        for share in [0.6, 0.9, 0.95, 0.999_999] {
            let one = libm::tan(std::f64::consts::PI * share / 2.0);
            let two = share * (2.0 / (1.0 - share * share)).sqrt();
            for (degrees, exact) in [(1.0, one), (2.0, two)] {
                let found = student_t(confidence(share), degrees);
                assert!((found / exact - 1.0).abs() < 1e-9, "{share} {degrees}: {found} {exact}");
            }
        }
    }

    #[test]
    fn students_t_turns_an_independent_distribution_function_around() {
        for degrees in [1.0, 2.0, 3.5, 9.0, 49.0, 999.0, 1e6] {
            let law = StudentsT::new(0.0, 1.0, degrees).unwrap();
            for share in [0.6, 0.8, 0.9, 0.95, 0.99, 0.999] {
                let back = law.cdf(student_t(confidence(share), degrees));
                assert!((2.0 * back - 1.0 - share).abs() < 1e-9, "{degrees} {share}: {back}");
            }
        }
        let many = student_t(Confidence::NINETY_FIVE, 1e9);
        assert!((many - normal(Confidence::NINETY_FIVE)).abs() < 1e-6, "in the end it is the normal law");
    }

    #[test]
    fn binomial_shares_are_those_of_an_independent_program() {
        for (tries, chance) in [(1, 0.5), (20, 0.95), (50, 0.3), (1000, 0.01)] {
            let law = Binomial::new(chance, tries).unwrap();
            for hits in 0..=tries {
                let (found, expected) = (binomial_share(hits, tries, chance), law.cdf(hits));
                assert!((found - expected).abs() < 1e-11, "{hits} of {tries}: {found} {expected}");
            }
        }
        // By hand: at most 1 head of 3 coins, 4 of 8 cases.
        assert!((binomial_share(1, 3, 0.5) - 0.5).abs() < 1e-15);
    }
}
