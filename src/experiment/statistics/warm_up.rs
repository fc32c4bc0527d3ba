//! What of a series is the beginning, and not the system.
//!
//! What: MSER-5, which finds the cut after which the mean is known best. The other rule, a fixed length,
//! needs no code: whoever states it knows their system.
//! Never: a run. The series comes in equal steps of time.

/// So many values are averaged first.
const BATCH: usize = 5;

/// How many values at the beginning of a series are warm-up; None if the series is too short to tell:
/// the best cut would leave less than half of it, or there are fewer than two whole batches.
///
/// For each cut, the squared standard error of the mean of what is left; the cut with the least, the first of equals.
/// It looks for the cut among the first half only: near the end few values seem sure by chance.
/// Source: K. P. White, "An effective truncation heuristic for bias reduction in simulation output",
/// Simulation 69 (1997); batches of five by K. P. White, M. J. Cobb, S. C. Spratt, Winter Simulation Conference 2000.
pub fn mser5(series: &[f64]) -> Option<usize> {
    let batches: Vec<f64> =
        series.chunks_exact(BATCH).map(|batch| batch.iter().sum::<f64>() / BATCH as f64).collect();
    if batches.len() < 2 || !batches.iter().all(|value| value.is_finite()) {
        return None;
    }
    let errors = squared_errors(&batches);
    let (cut, _) = errors.iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (cut <= batches.len() / 2).then_some(cut * BATCH)
}

/// For each cut that leaves two values or more, the sum of squared deviations over the square of their number.
/// From the end, in one pass (Welford).
fn squared_errors(values: &[f64]) -> Vec<f64> {
    let (mut n, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let from_the_end = values.iter().rev().map(|value| {
        n += 1.0;
        let off = value - mean;
        mean += off / n;
        squares += off * (value - mean);
        squares / (n * n)
    });
    let mut errors: Vec<f64> = from_the_end.skip(1).collect();
    errors.reverse();
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Swings around 10 for ever, and starts from 0 for so long.
    fn filling(warm_up: usize, length: usize) -> Vec<f64> {
        let swing = |place: usize| [9.0, 10.0, 11.0, 10.5, 9.5, 10.0, 9.8][place % 7];
        (0..length)
            .map(|place| if place < warm_up { place as f64 * 10.0 / warm_up as f64 } else { swing(place) })
            .collect()
    }

    #[test]
    fn the_climb_is_cut_off_and_the_plain_is_kept() {
        assert_eq!(mser5(&filling(40, 400)), Some(40));
        assert_eq!(mser5(&[7.0; 100]), Some(0), "nothing to cut: the first of equals");
    }

    #[test]
    fn each_cut_has_the_error_of_what_it_leaves() {
        // given 5, 1, 3: all have mean 3, squares 8 over 9; the last two mean 2, squares 2 over 4
        assert_eq!(squared_errors(&[5.0, 1.0, 3.0]), [8.0 / 9.0, 0.5]);
    }

    #[test]
    fn a_series_that_still_climbs_is_too_short_to_tell() {
        let climbing: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(mser5(&climbing), None);
        assert_eq!(mser5(&[1.0; 9]), None, "fewer than two batches");
        assert_eq!(mser5(&[f64::NAN; 20]), None);
    }
}
