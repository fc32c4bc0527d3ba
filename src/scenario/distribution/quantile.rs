//! Two inverse distribution functions that have no closed form.
//!
//! What: the normal law's and the Gamma law's quantiles, on `libm` alone.
//! Never: a draw. One share in, one value out.

use coefficients::*;

/// The value below which a share of a standard normal variable's draws lies.
///
/// `share` lies strictly between 0 and 1. Right to about 1 part in 10^16.
/// Source: M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal
/// Distribution", Applied Statistics 37 (1988), routine PPND16, its coefficients.
pub fn normal_quantile(share: f64) -> f64 {
    let from_middle = share - 0.5;
    if from_middle.abs() <= 0.425 {
        let r = 0.180625 - from_middle * from_middle;
        return from_middle * polynomial(&CENTER_OVER, r) / polynomial(&CENTER_UNDER, r);
    }
    let tail = if from_middle < 0.0 { share } else { 1.0 - share };
    let r = (-libm::log(tail)).sqrt();
    let size = if r <= 5.0 {
        polynomial(&SHOULDER_OVER, r - 1.6) / polynomial(&SHOULDER_UNDER, r - 1.6)
    } else {
        polynomial(&TAIL_OVER, r - 5.0) / polynomial(&TAIL_UNDER, r - 5.0)
    };
    if from_middle < 0.0 { -size } else { size }
}

/// By Horner's rule; the constant first.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// The value below which a share of the draws of a Gamma variable lies that has
/// the given shape and a mean of 1. `share` lies from 0 to 1, `shape` above 0.
///
/// Inverted by halving an interval: slow (some microseconds) and sure.
pub fn gamma_quantile(shape: f64, share: f64) -> f64 {
    const HALVINGS: u32 = 100;
    let (mut low, mut high) = (0.0, shape + 1.0);
    // The tail falls faster than any power: a few doublings reach past any share below 1.
    while gamma_share(shape, high) < share && high < shape * 1e6 {
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if gamma_share(shape, middle) < share { low = middle } else { high = middle }
    }
    0.5 * (low + high) / shape
}

/// The share of the draws of a Gamma variable (scale 1) that are at most `x`:
/// the regularized lower incomplete Gamma function.
/// Source: Abramowitz and Stegun, 6.5.29 (series) and 6.5.31 (continued fraction).
fn gamma_share(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 { front * series(shape, x) } else { 1.0 - front * continued_fraction(shape, x) }
}

const ENOUGH_TERMS: u32 = 400;
const NEGLIGIBLE: f64 = 1e-16;

fn series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0 / shape;
    let mut sum = term;
    for n in 1..ENOUGH_TERMS {
        term *= x / (shape + f64::from(n));
        sum += term;
        if term < sum * NEGLIGIBLE {
            break;
        }
    }
    sum
}

/// Evaluated from the front, by Lentz's method.
fn continued_fraction(shape: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / away_from_zero(b);
    let mut fraction = d;
    for n in 1..ENOUGH_TERMS {
        let n = f64::from(n);
        let a = -n * (n - shape);
        b += 2.0;
        d = 1.0 / away_from_zero(a * d + b);
        c = away_from_zero(b + a / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < NEGLIGIBLE {
            break;
        }
    }
    fraction
}

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "the digits are those of the paper, though a double holds fewer")]
mod coefficients {
    pub const CENTER_OVER: [f64; 8] = [
        3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ];
    pub const CENTER_UNDER: [f64; 8] = [
        1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ];
    pub const SHOULDER_OVER: [f64; 8] = [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ];
    pub const SHOULDER_UNDER: [f64; 8] = [
        1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];
    pub const TAIL_OVER: [f64; 8] = [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];
    pub const TAIL_UNDER: [f64; 8] = [
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, Gamma, Normal};

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        // Abramowitz and Stegun, table 26.5, and Wichura's own three test values.
        let near = |found: f64, expected: f64| (found - expected).abs() < 1e-14 * expected.abs().max(1.0);
        assert!(near(normal_quantile(0.25), -0.674_489_750_196_081_7));
        assert!(near(normal_quantile(0.001), -3.090_232_306_167_813_5));
        assert!(near(normal_quantile(1e-20), -9.262_340_089_798_408));
        assert_eq!(normal_quantile(0.5), 0.0);
    }

    #[test]
    fn the_normal_quantile_turns_the_distribution_function_around() {
        let normal = Normal::standard();
        for thousandth in 1..1000 {
            let share = f64::from(thousandth) / 1000.0;
            let back = normal.cdf(normal_quantile(share));
            assert!((back - share).abs() < 1e-10, "{share}: {back}");
        }
    }

    #[test]
    fn the_gamma_quantile_turns_the_distribution_function_around() {
        for shape in [0.3, 1.0, 2.85, 40.0] {
            let gamma = Gamma::new(shape, shape).unwrap(); // The rate that makes the mean 1.
            for hundredth in 1..100 {
                let share = f64::from(hundredth) / 100.0;
                let back = gamma.cdf(gamma_quantile(shape, share));
                assert!((back - share).abs() < 1e-9, "shape {shape}, {share}: {back}");
            }
        }
    }

    #[test]
    fn gamma_quantiles_are_those_of_a_direct_integration() {
        // Simpson's rule on the density, by a script of its own, halved 45 times.
        let cases = [(0.8499265727877792, 1.587510480), (0.3146877721401633, 0.645983779)];
        for (share, expected) in cases {
            assert!((gamma_quantile(2.85, share) - expected).abs() < 1e-8);
        }
    }
}
