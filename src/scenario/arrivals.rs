//! When a workload's pods arrive.
//!
//! What: streams of instants, by a law or by a table; [`Arriving`] walks along
//! one. Each workload has a stream of its own, and each gap is one uniform.
//! Never: what arrives (see [`super::synthesize`]).
//! Next: `rows`, which reads tables.
//!
//! Measured on a public trace (openb): gaps are not exponential and not
//! independent; a rate that changes each hour comes closest, which is what
//! [`Arrivals::ModulatedPoisson`] is.

#[cfg(feature = "text")]
pub mod rows;

#[cfg(feature = "text")]
pub use rows::{RowMistake, read_rows};

use super::distribution::quantile::gamma_quantile;
use super::distribution::{Distribution, FromDraw, Law};
use crate::ground::{Bytes, Key, MilliCpu, SimDuration, SimTime, Stream};
use std::sync::Arc;

/// When the pods of one workload arrive.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// All at once.
    At { at: SimTime, count: u32 },
    /// Evenly: the first at `from`.
    Fixed { from: SimTime, every: SimDuration, count: u32 },
    /// Gaps that forget: exponential, of this mean.
    Poisson { mean_gap: SimDuration, window: Window },
    /// A rate that changes each hour.
    ModulatedPoisson { rate: HourlyRate, window: Window },
    /// Gaps by a Weibull law; `scale` is a length.
    Weibull { shape: f64, scale: SimDuration, window: Window },
    /// As a table says, in order of time.
    Rows(Arc<[Row]>),
}

/// Between which instants, and how many at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: SimTime,
    /// The first instant at which nothing arrives any more.
    pub until: Option<SimTime>,
    pub count: Option<u32>,
}

/// A rate that is drawn anew for each hour of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct HourlyRate {
    /// Arrivals an hour, on average.
    pub per_hour: f64,
    /// Factors for the hours of a day; the run starts at hour 0.
    pub hour_of_day: [f64; 24],
    /// Each hour's rate is multiplied by a Gamma variable of this shape and mean 1; absent: by 1.
    pub gamma_shape: Option<f64>,
}

/// One pod of a table: what it says overrides the template's first container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub at: SimTime,
    pub name: Option<String>,
    pub run_time: Option<SimDuration>,
    pub cpu_request: Option<MilliCpu>,
    pub cpu_limit: Option<MilliCpu>,
    pub memory_request: Option<Bytes>,
    pub memory_limit: Option<Bytes>,
    /// What `ofRequest` refers to, where it is not the request that the manifest makes.
    pub memory_scale: Option<Bytes>,
    pub priority: Option<i32>,
}

impl Window {
    pub const ALWAYS: Window = Window { from: SimTime::START, until: None, count: None };

    fn admits(self, at: SimTime, number: u32) -> bool {
        self.until.is_none_or(|until| at < until) && self.count.is_none_or(|count| number < count)
    }
}

/// A walk along one workload's arrivals.
#[derive(Clone, Debug)]
pub struct Arriving<'a> {
    arrivals: &'a Arrivals,
    key: Key,
    stream: Stream,
    horizon: SimTime,
    /// How many have arrived.
    number: u32,
    last: Option<SimTime>,
    /// The hour last asked for, and its rate: the inversion behind it is slow.
    hourly: Option<(u64, f64)>,
}

impl Iterator for Arriving<'_> {
    type Item = SimTime;

    fn next(&mut self) -> Option<SimTime> {
        let at = self.next_instant().filter(|at| *at <= self.horizon)?;
        self.number += 1;
        self.last = Some(at);
        Some(at)
    }
}

impl Arrivals {
    /// All arrivals up to the horizon, in order of time; drawn at `key`.
    pub fn walk(&self, key: Key, horizon: SimTime) -> Arriving<'_> {
        let stream = key.stream();
        Arriving { arrivals: self, key, stream, horizon, number: 0, last: None, hourly: None }
    }

    /// The table's row of an arrival.
    pub fn row(&self, ordinal: u32) -> Option<&Row> {
        match self {
            Arrivals::Rows(rows) => rows.get(ordinal as usize),
            Arrivals::At { .. }
            | Arrivals::Fixed { .. }
            | Arrivals::Poisson { .. }
            | Arrivals::ModulatedPoisson { .. }
            | Arrivals::Weibull { .. } => None,
        }
    }
}

impl Arriving<'_> {
    fn next_instant(&mut self) -> Option<SimTime> {
        match self.arrivals {
            Arrivals::At { at, count } => Some(*at).filter(|_| self.number < *count),
            Arrivals::Fixed { from, every, count } => {
                Some(from.after(every.times(u64::from(self.number)))).filter(|_| self.number < *count)
            }
            Arrivals::Poisson { mean_gap, window } => {
                let gap = Law::Exponential { mean: mean_gap.0 as f64 };
                self.after_a_gap(gap, *window)
            }
            Arrivals::Weibull { shape, scale, window } => {
                let gap = Law::Weibull { shape: *shape, scale: scale.0 as f64 };
                self.after_a_gap(gap, *window)
            }
            Arrivals::ModulatedPoisson { rate, window } => self.when_hazard_is_spent(rate, *window),
            Arrivals::Rows(rows) => rows.get(self.number as usize).map(|row| row.at),
        }
    }

    fn after_a_gap(&mut self, law: Law, window: Window) -> Option<SimTime> {
        let gap = SimDuration::from_draw(Distribution::of(law).draw(&mut self.stream));
        let at = self.last.unwrap_or(window.from).after(gap);
        Some(at).filter(|at| window.admits(*at, self.number))
    }

    /// A Poisson process of a changing rate is one of rate 1 on a clock that the
    /// rate drives: one exponential draw is used up hour by hour.
    fn when_hazard_is_spent(&mut self, rate: &HourlyRate, window: Window) -> Option<SimTime> {
        let mut left = Distribution::of(Law::Exponential { mean: 1.0 }).draw(&mut self.stream);
        let mut now = self.last.unwrap_or(window.from);
        while window.admits(now, self.number) && now <= self.horizon {
            let hour = now.0 / HOUR;
            let per_micro = self.rate_in_hour(rate, hour) / HOUR as f64;
            let to_the_hour = SimDuration((hour + 1) * HOUR - now.0);
            let hazard = per_micro * to_the_hour.0 as f64;
            if left < hazard {
                let at = now.after(SimDuration::from_draw(left / per_micro).min(to_the_hour));
                return Some(at).filter(|at| window.admits(*at, self.number));
            }
            left -= hazard;
            now = now.after(to_the_hour);
        }
        None
    }
}

impl Arriving<'_> {
    fn rate_in_hour(&mut self, rate: &HourlyRate, hour: u64) -> f64 {
        match self.hourly {
            Some((known, per_hour)) if known == hour => per_hour,
            _ => {
                let per_hour = rate.in_hour(self.key, hour);
                self.hourly = Some((hour, per_hour));
                per_hour
            }
        }
    }
}

const HOUR: u64 = SimDuration::hours(1).0;

impl HourlyRate {
    /// Arrivals per hour in an hour of the run. The Gamma factor is one uniform,
    /// inverted numerically, at the hour's own name: every arrival sees the same.
    fn in_hour(&self, key: Key, hour: u64) -> f64 {
        let burst = self
            .gamma_shape
            .map_or(1.0, |shape| gamma_quantile(shape, key.name("hour").number(hour).stream().unit()));
        self.per_hour * self.hour_of_day[(hour % 24) as usize] * burst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::root(3, 0).name("arrivals").name("web")
    }

    fn instants(arrivals: &Arrivals) -> Vec<u64> {
        arrivals.walk(key(), SimTime(1 << 55)).map(|at| at.0).collect()
    }

    fn window(count: u32) -> Window {
        Window { count: Some(count), ..Window::ALWAYS }
    }

    #[test]
    fn plain_arrivals_come_when_they_are_told_to() {
        assert_eq!(instants(&Arrivals::At { at: SimTime(7), count: 3 }), [7, 7, 7]);
        let every = SimDuration::micros(5);
        assert_eq!(instants(&Arrivals::Fixed { from: SimTime(2), every, count: 3 }), [2, 7, 12]);
        let rows = [3, 3, 9].map(|at| Row { at: SimTime(at), ..Row::default() });
        assert_eq!(instants(&Arrivals::Rows(Arc::new(rows))), [3, 3, 9]);
    }

    #[test]
    fn drawn_arrivals_are_stable_across_versions() {
        // Computed by a script of its own from the definitions of FNV-1a, ChaCha8 and the inverse laws.
        let poisson = Arrivals::Poisson { mean_gap: SimDuration::seconds(300), window: window(3) };
        assert_eq!(instants(&poisson), [142_344_865, 150_459_533, 981_285_879]);
        let scale = SimDuration::millis(256_500);
        let weibull = Arrivals::Weibull { shape: 0.646, scale, window: window(3) };
        assert_eq!(instants(&weibull), [80_887_384, 81_846_949, 1_323_213_591]);
    }

    #[test]
    fn nothing_arrives_outside_its_window() {
        let until = SimTime::START.after(SimDuration::hours(10));
        let from = SimTime::START.after(SimDuration::hours(2));
        let window = Window { from, until: Some(until), count: None };
        let rate = HourlyRate { per_hour: 60.0, hour_of_day: [1.0; 24], gamma_shape: Some(2.85) };
        let all = [
            Arrivals::Poisson { mean_gap: SimDuration::minutes(1), window },
            Arrivals::Weibull { shape: 0.7, scale: SimDuration::minutes(1), window },
            Arrivals::ModulatedPoisson { rate, window },
        ];
        for arrivals in all {
            let instants = instants(&arrivals);
            assert!(instants.len() > 100, "{arrivals:?}");
            assert!(instants.iter().all(|at| (from.0..until.0).contains(at)), "{arrivals:?}");
            assert!(instants.is_sorted(), "{arrivals:?}");
        }
    }

    #[test]
    fn a_rate_of_nothing_ends_at_the_horizon() {
        let rate = HourlyRate { per_hour: 1.0, hour_of_day: [0.0; 24], gamma_shape: Some(2.85) };
        let arrivals = Arrivals::ModulatedPoisson { rate, window: Window::ALWAYS };
        assert_eq!(arrivals.walk(key(), SimTime(1000 * HOUR)).next(), None);
        let early = Arrivals::Fixed { from: SimTime(1), every: SimDuration::micros(2), count: 9 };
        let all: Vec<u64> = early.walk(key(), SimTime(5)).map(|at| at.0).collect();
        assert_eq!(all, [1, 3, 5]);
    }

    /// Arrivals in each hour of `days` days.
    fn hourly_counts(rate: HourlyRate, days: u64) -> Vec<f64> {
        let until = Some(SimTime(days * 24 * HOUR));
        let arrivals = Arrivals::ModulatedPoisson { rate, window: Window { until, ..Window::ALWAYS } };
        let mut counts = vec![0.0; days as usize * 24];
        instants(&arrivals).into_iter().for_each(|at| counts[(at / HOUR) as usize] += 1.0);
        counts
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn a_modulated_rate_follows_the_hour_of_the_day() {
        let mut hour_of_day = [1.0; 24];
        (hour_of_day[3], hour_of_day[15]) = (0.0, 3.0);
        let counts = hourly_counts(HourlyRate { per_hour: 10.0, hour_of_day, gamma_shape: None }, 400);
        let of_hour = |hour: usize| -> Vec<f64> { counts.iter().skip(hour).step_by(24).copied().collect() };
        assert_eq!(mean(&of_hour(3)), 0.0);
        // 400 Poisson hours: a standard error of 0.16 around 10, of 0.27 around 30.
        assert!((mean(&of_hour(7)) - 10.0).abs() < 0.64);
        assert!((mean(&of_hour(15)) - 30.0).abs() < 1.1);
    }

    #[test]
    fn a_gamma_factor_makes_hours_unequal_by_as_much_as_it_should() {
        let hour_of_day = [1.0; 24];
        let counts = hourly_counts(HourlyRate { per_hour: 10.0, hour_of_day, gamma_shape: Some(2.85) }, 400);
        // A Poisson count of mean 10 G has variance 10 + 100 / 2.85 = 45.1: an index of dispersion
        // of 4.5, as measured (4.6 after the hour of the day). 9,600 hours: within 5 %.
        let center = mean(&counts);
        let squares: Vec<f64> = counts.iter().map(|count| (count - center) * (count - center)).collect();
        let dispersion = mean(&squares) / center;
        assert!((center - 10.0).abs() < 4.0 * (45.1f64 / 9_600.0).sqrt(), "{center}");
        assert!((dispersion / 4.51 - 1.0).abs() < 0.08, "{dispersion}");
    }
}
