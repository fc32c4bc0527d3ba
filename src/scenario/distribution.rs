//! Numbers that may vary, and the laws they vary by.

/// A number of the scenario: the same for all, or drawn for each.
#[derive(Clone, Debug, PartialEq)]
pub enum Varying<T> {
    Fixed(T),
    Drawn(Distribution),
}

/// A law, perhaps cut off. In base units: bytes, microseconds, cores, or plain.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    pub law: Law,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

/// A law of chance.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    Uniform { min: f64, max: f64 },
    Exponential { mean: f64 },
    Normal { mean: f64, deviation: f64 },
    /// `sigma` is the standard deviation of the logarithm.
    LogNormal { median: f64, sigma: f64 },
    Weibull { shape: f64, scale: f64 },
    /// A Pareto tail that starts at zero.
    Lomax { shape: f64, scale: f64 },
    /// Values and their weights.
    Choice(Vec<(f64, f64)>),
    /// Weights and the laws they stand for.
    Mixture(Vec<(f64, Distribution)>),
}
