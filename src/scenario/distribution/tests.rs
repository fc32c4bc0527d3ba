//! Samplers against an independent implementation of their laws (statrs), and
//! against values computed apart from this code.

use super::*;
use crate::ground::Key;
use statrs::distribution::{ContinuousCDF, Exp, LogNormal, Normal, Pareto, Uniform, Weibull};

const DRAWS: usize = 20_000;
/// The Kolmogorov-Smirnov distance that 20,000 draws of the right law exceed
/// once in a thousand seeds: 1.95 / sqrt(20,000).
const KS_BOUND: f64 = 1.95 / 141.4;

fn drawn(distribution: &Distribution) -> Vec<f64> {
    let mut stream = Key::root(5, 0).name("test").stream();
    let mut values: Vec<f64> = (0..DRAWS).map(|_| distribution.draw(&mut stream)).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The largest distance between the share of draws up to a value and what it should be.
fn ks_distance(sorted: &[f64], share_up_to: impl Fn(f64) -> f64) -> f64 {
    let n = sorted.len() as f64;
    let distances = sorted.iter().enumerate().map(|(rank, value)| {
        let share = share_up_to(*value);
        (share - rank as f64 / n).abs().max(((rank + 1) as f64 / n - share).abs())
    });
    distances.fold(0.0, f64::max)
}

fn assert_close(law: Law, share_up_to: impl Fn(f64) -> f64) {
    let free = Distribution::of(law);
    let distance = ks_distance(&drawn(&free), &share_up_to);
    assert!(distance < KS_BOUND, "{free:?}: {distance}");
    // Cut off at its own 20 % and 90 %: the conditioned law, not a heap at the bounds.
    let (low, high) = (free.at(0.2), free.at(0.9));
    let cut = Distribution { at_least: Some(low), at_most: Some(high), ..free };
    let values = drawn(&cut);
    assert!(values.iter().all(|value| low <= *value && *value <= high), "{cut:?}");
    let (below, up_to) = (share_up_to(low), share_up_to(high));
    let distance = ks_distance(&values, |value| (share_up_to(value) - below) / (up_to - below));
    assert!(distance < KS_BOUND, "{cut:?}: {distance}");
}

#[test]
fn draws_follow_their_laws_cut_off_or_not() {
    let uniform = Uniform::new(2.0, 5.0).unwrap();
    assert_close(Law::Uniform { min: 2.0, max: 5.0 }, |x| uniform.cdf(x));
    let exponential = Exp::new(1.0 / 600.0).unwrap();
    assert_close(Law::Exponential { mean: 600.0 }, |x| exponential.cdf(x));
    let normal = Normal::new(100.0, 25.0).unwrap();
    assert_close(Law::Normal { mean: 100.0, deviation: 25.0 }, |x| normal.cdf(x));
    let log_normal = LogNormal::new(libm::log(600.0), 0.5).unwrap();
    assert_close(Law::LogNormal { median: 600.0, sigma: 0.5 }, |x| log_normal.cdf(x));
    let weibull = Weibull::new(0.646, 256.5).unwrap();
    assert_close(Law::Weibull { shape: 0.646, scale: 256.5 }, |x| weibull.cdf(x));
    // A Lomax variable is a Pareto variable less its smallest value.
    let pareto = Pareto::new(839.0, 0.97).unwrap();
    assert_close(Law::Lomax { shape: 0.97, scale: 839.0 }, |x| pareto.cdf(x + 839.0));
}

#[test]
fn a_mixture_follows_the_weighted_sum_of_its_laws_cut_off_or_not() {
    let (first, second) = (LogNormal::new(5.15, 0.25).unwrap(), LogNormal::new(6.55, 2.10).unwrap());
    let part = |mu: f64, sigma| Distribution::of(Law::LogNormal { median: libm::exp(mu), sigma });
    let mixture = Law::Mixture(vec![(0.294, part(5.15, 0.25)), (0.706, part(6.55, 2.10))]);
    // A mixture has no closed quantile: its bounds are two instants of the run times it describes.
    let share = |x: f64| 0.294 * first.cdf(x) + 0.706 * second.cdf(x);
    let free = Distribution::of(mixture);
    let distance = ks_distance(&drawn(&free), share);
    assert!(distance < KS_BOUND, "{distance}");
    let cut = Distribution { at_least: Some(100.0), at_most: Some(3_000.0), ..free };
    let inside = |x: f64| (share(x) - share(100.0)) / (share(3_000.0) - share(100.0));
    let distance = ks_distance(&drawn(&cut), inside);
    assert!(distance < KS_BOUND, "{distance}");
}

#[test]
fn moments_are_those_of_the_laws() {
    // Given the mean m and standard deviation s of the law, the mean of 20,000
    // draws lies within 4 s / sqrt(20,000) of m but for one seed in 16,000.
    #[rustfmt::skip] let laws = [ // law                                          mean            deviation
        (Law::Uniform { min: 2.0, max: 5.0 },                                     3.5,            0.866_025),
        (Law::Exponential { mean: 600.0 },                                        600.0,          600.0),
        (Law::Normal { mean: 100.0, deviation: 25.0 },                            100.0,          25.0),
        (Law::LogNormal { median: 600.0, sigma: 0.5 },                            679.889_07,     362.34),  // 600 e^(1/8), mean sqrt(e^(1/4) - 1)
        (Law::Weibull { shape: 2.0, scale: 10.0 },                                8.862_269,      4.632_5), // 10 Γ(3/2), 10 sqrt(1 - π/4)
        (Law::Lomax { shape: 5.0, scale: 8.0 },                                   2.0,            2.581_99),
        (Law::Choice(vec![(10.0, 3.0), (20.0, 1.0)]),                             12.5,           4.330_13),
    ];
    for (law, mean, deviation) in laws {
        let values = drawn(&Distribution::of(law.clone()));
        let found = values.iter().sum::<f64>() / DRAWS as f64;
        assert!((found - mean).abs() < 4.0 * deviation / 141.4, "{law:?}: {found}");
    }
}

#[test]
fn values_are_stable_across_versions() {
    // Computed by a script of its own from the definitions of FNV-1a, ChaCha8 and the
    // laws' inverse functions (Python's `math` and `statistics.NormalDist`), not by this code.
    // If this fails, every published result has changed: never update it quietly.
    let key = Key::root(11, 2).name("law");
    let draws = |law: Law, at_most: Option<f64>| {
        let distribution = Distribution { at_most, ..Distribution::of(law) };
        let mut stream = key.stream();
        let mut next = || SimDuration::from_draw(distribution.draw(&mut stream)).0;
        [next(), next(), next()]
    };
    const MIB: f64 = 1_048_576.0;
    let exponential = |mean| Distribution::of(Law::Exponential { mean });
    let uniform = |min, max| Distribution::of(Law::Uniform { min, max });
    let lomax = Law::Lomax { shape: 0.97, scale: 839e6 };
    #[rustfmt::skip] let cases = [
        (uniform(10e6, 20e6).law,                                          None,             [18_499_266, 13_146_878, 18_980_196]),
        (exponential(600e6).law,                                           None,             [1_137_978_354, 226_728_442, 1_369_784_655]),
        (Law::Normal { mean: 1e6, deviation: 250e3 },                      None,             [1_259_030, 879_349, 1_317_587]),
        (Law::LogNormal { median: 600.0 * MIB, sigma: 0.5 },               None,             [1_056_188_516, 494_259_027, 1_187_418_026]),
        (Law::Weibull { shape: 0.646, scale: 256.5e6 },                    None,             [690_877_780, 56_864_047, 920_539_757]),
        (lomax.clone(),                                                    None,             [5_089_342_692, 399_651_389, 7_989_960_724]),
        (lomax,                                                            Some(2_592_000e6), [5_075_122_723, 399_409_969, 7_957_075_760]),
        (Law::Choice(vec![(1024.0 * MIB, 3.0), (2048.0 * MIB, 1.0)]),      None,             [1 << 31, 1 << 30, 1 << 31]),
        (Law::Mixture(vec![(0.3, uniform(0.0, 1e6)), (0.7, exponential(5e6))]), None,        [7_699_778, 106_029, 9_631_497]),
    ];
    for (law, at_most, expected) in cases {
        assert_eq!(draws(law.clone(), at_most), expected, "{law:?}");
    }
}

#[test]
fn one_draw_takes_one_uniform() {
    let part = || Distribution::of(Law::Exponential { mean: 1.0 });
    let laws = [Law::Mixture(vec![(1.0, part()), (1.0, part())]), Law::Normal { mean: 0.0, deviation: 1.0 }];
    for law in laws {
        let (mut stream, mut aside) = (Key::root(1, 1).stream(), Key::root(1, 1).stream());
        Distribution::of(law).draw(&mut stream);
        aside.next_bits();
        assert_eq!(stream.next_bits(), aside.next_bits());
    }
}

#[test]
fn what_is_drawn_is_whole_and_in_range() {
    assert_eq!(Bytes::from_draw(2.5), Bytes(3));
    assert_eq!(Bytes::from_draw(-7.0), Bytes(0));
    assert_eq!(Bytes::from_draw(f64::INFINITY), MOST_BYTES);
    assert_eq!(Bytes::from_draw(f64::NAN), Bytes(0));
    assert_eq!(SimDuration::from_draw(1e300), LONGEST);
    assert_eq!(u8::from_draw(300.0), 255);
    assert_eq!(i32::from_draw(-10.4), -10);
}

#[test]
fn bounds_without_any_mass_hold_all_the_same() {
    let far_out =
        Distribution { law: Law::Uniform { min: 0.0, max: 1.0 }, at_least: Some(7.0), at_most: Some(9.0) };
    assert_eq!(far_out.at(0.3), 7.0);
    let constant = Distribution::of(Law::LogNormal { median: 4.0, sigma: 0.0 });
    assert_eq!(constant.at(0.99), 4.0);
}
