//! An axis of time: where its round ticks are, and what stands beside them.
//!
//! What: the smallest round step that is not too many, for any length of a run.
//! Never: a column or a pixel. Next: [`super::chart`] and [`super::drawing`] place them.

use super::figures::Length;
use crate::ground::{SimDuration, SimTime};

/// Round lengths between a second and a day; below and above they go by 1, 2, 5.
const SECONDS: [u64; 18] = [
    1, 2, 5, 10, 15, 30, // seconds
    60, 120, 300, 600, 900, 1800, // minutes
    3600, 7200, 10_800, 21_600, 43_200, 86_400, // hours, a day
];
const MICROS: u64 = 1_000_000;

/// The round instants of a run, its begin first: at most `most` steps.
pub fn ticks(horizon: SimTime, most: u64) -> impl Iterator<Item = SimTime> {
    let step = step(horizon, most.max(1));
    (0..=horizon.0 / step.0).map(move |tick| SimTime(tick * step.0))
}

/// What stands beside a tick.
pub fn label(tick: SimTime) -> String {
    if tick == SimTime::START { "0".to_owned() } else { Length::until(tick).to_string() }
}

fn step(horizon: SimTime, most: u64) -> SimDuration {
    let by_decades = |unit: u64| (0..).map_while(move |power| unit.checked_mul(10_u64.checked_pow(power)?));
    let by_1_2_5 =
        move |unit| by_decades(unit).flat_map(|decade| [1, 2, 5].map(|n| decade.saturating_mul(n)));
    let short = by_1_2_5(1).take_while(|micros| *micros < MICROS);
    let long = by_1_2_5(86_400 * MICROS).skip(1);
    let round = short.chain(SECONDS.map(|seconds| seconds * MICROS)).chain(long);
    let fits = |micros: &u64| horizon.0 / micros <= most;
    SimDuration(round.into_iter().find(fits).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_not_too_many_for_any_length_of_a_run() {
        let labels = |micros: u64, most| {
            let labels: Vec<String> = ticks(SimTime(micros), most).map(label).collect();
            labels.join(" ")
        };
        assert_eq!(labels(480 * MICROS, 8), "0 1m 2m 3m 4m 5m 6m 7m 8m");
        assert_eq!(labels(35 * 60 * MICROS, 8), "0 5m 10m 15m 20m 25m 30m 35m");
        assert_eq!(labels(50 * MICROS, 4), "0 15s 30s 45s");
        assert_eq!(labels(4_500, 3), "0 0.002s 0.004s");
        assert_eq!(labels(30 * 24 * 3600 * MICROS, 4), "0 10d 20d 30d");
        assert_eq!(labels(0, 4), "0", "a run of no length has a beginning");
    }
}
