//! When a workload's pods arrive.

use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime};
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
