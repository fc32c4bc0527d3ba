//! Floor 4: text becomes checked values, and checked values become pods.
//!
//! What: the [`meaning`] of a scenario; the [`distribution`]s, [`usage_model`]s
//! and [`arrivals`] that it may name; [`synthesize`], which draws a run's pods
//! from them; and `import`, which writes scenarios from public traces.
//! Never: the flow of time (the engine asks, this floor answers), a rule of
//! Kubernetes, a result.
//! Next: [`crate::engine`], which asks for what is drawn here.

pub mod arrivals;
#[cfg(feature = "text")]
pub mod cells;
pub mod distribution;
#[cfg(feature = "text")]
pub mod import;
pub mod meaning;
#[cfg(test)]
mod public_data;
pub mod synthesize;
pub mod usage_model;
