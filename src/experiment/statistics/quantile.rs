//! A value that a given share of runs does not exceed.

use super::laws::binomial_share;
use super::{Confidence, Interval, Method};

/// The quantile of `share`, above 0 and below 1, with two of the values as its bounds: no law is assumed.
///
/// The estimate is the smallest value that is not exceeded by at least that share of all; so it is a value that
/// occurred. Where there are too few values for a bound, it is None: the truth may lie beyond all that was seen.
/// (For a median and 95 % that takes 6 values, for the 99th percentile 368 for an upper bound.) Equal
/// values make the interval safer than it says, never less.
/// Source: H. A. David, H. N. Nagaraja, "Order Statistics", 3rd edition, 7.1.
pub fn quantile(values: &[f64], share: f64, confidence: Confidence) -> Interval {
    let n = values.len() as u64;
    let is_share = 0.0 < share && share < 1.0;
    if values.is_empty() || !is_share || !values.iter().all(|value| value.is_finite()) {
        return Interval::unknown(n, confidence);
    }
    let mut in_order = values.to_vec();
    in_order.sort_by(f64::total_cmp);
    // From 1; 0 and n + 1 are not there.
    let ranked = |rank: u64| in_order.get(usize::try_from(rank.checked_sub(1)?).ok()?).copied();
    let below = |limit: f64| ranks_while(n, |hits| binomial_share(hits, n, share) < limit);
    let tail = confidence.missed() / 2.0;
    Interval {
        estimate: ranked((libm::ceil(share * n as f64) as u64).clamp(1, n)),
        lower: ranked(below(tail)),
        upper: ranked(below(1.0 - tail) + 1),
        n,
        confidence,
        method: Method::OrderStatistics,
    }
}

/// How many of 0, 1, … up to `n` come before `holds` turns false, by halving.
fn ranks_while(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, n + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURE: Confidence = Confidence::NINETY_FIVE;

    /// 1 to n, in another order.
    fn shuffled(n: u64) -> Vec<f64> {
        (0..n).map(|place| ((place * 7919) % n + 1) as f64).collect()
    }

    fn told(n: u64, share: f64) -> [Option<f64>; 3] {
        let interval = quantile(&shuffled(n), share, SURE);
        [interval.lower, interval.estimate, interval.upper]
    }

    #[test]
    fn bounds_are_the_ranks_of_the_binomial_law() {
        // Ranks for a median, 95 %, from printed tables of the sign test's critical values:
        // at 10 the 2nd to the 9th, at 20 the 6th to the 15th, at 100 the 40th to the 61st.
        assert_eq!(told(10, 0.5), [2.0, 5.0, 9.0].map(Some));
        assert_eq!(told(20, 0.5), [6.0, 10.0, 15.0].map(Some));
        assert_eq!(told(100, 0.5), [40.0, 50.0, 61.0].map(Some));
    }

    #[test]
    fn a_bound_that_nothing_seen_can_be_is_not_told() {
        // 5 values lie on one side of the median with probability 1/32 > 2.5 %, 6 with 1/64.
        assert_eq!(told(5, 0.5), [None, Some(3.0), None]);
        assert_eq!(told(6, 0.5), [1.0, 3.0, 6.0].map(Some));
        // The largest of n lies below the 99th percentile with probability 0.99^n: below 2.5 % from 368 on.
        assert_eq!(told(367, 0.99)[2], None);
        assert_eq!(told(368, 0.99)[2], Some(368.0));
    }

    #[test]
    fn what_is_no_quantile_is_not_told() {
        for (values, share) in [(&[][..], 0.5), (&[1.0, f64::NAN], 0.5), (&[1.0], 0.0), (&[1.0], f64::NAN)] {
            assert_eq!(quantile(values, share, SURE).method, Method::Unknown);
        }
        assert_eq!(quantile(&[4.0], 0.9, SURE).estimate, Some(4.0));
    }
}
