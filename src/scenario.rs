//! Floor 4: text becomes checked values, and checked values become pods.
//!
//! What: the notations of a scenario (quantities, lengths of time), the document
//! with the places of everything in it, the decoding that finds every mistake at
//! once, the file as written ([`mod@file`]) and as meant ([`meaning`]), with the
//! [`distribution`]s, [`usage_model`]s and [`arrivals`] that it may name; then
//! [`synthesize`], which draws a run's pods from them, and `import`, which writes
//! scenarios from public traces.
//! Never: the flow of time (the engine asks, this floor answers), a rule of
//! Kubernetes beyond what its texts mean, a result; nor the opening of a file:
//! the program hands in the bytes.
//! Next: [`check::read`], the way from a text to a [`Scenario`]; then
//! [`crate::engine`], which asks for what is drawn here.

pub mod arrivals;
#[cfg(feature = "text")]
pub mod cells;
#[cfg(feature = "text")]
pub mod check;
#[cfg(feature = "text")]
pub mod complaint;
#[cfg(feature = "text")]
pub mod decode;
pub mod distribution;
#[cfg(feature = "text")]
pub mod document;
pub mod duration;
#[cfg(feature = "text")]
pub mod file;
#[cfg(feature = "text")]
pub mod import;
#[cfg(feature = "text")]
pub mod include;
pub mod kubelet;
#[cfg(feature = "text")]
pub mod kubernetes;
pub mod meaning;
pub mod mistake;
pub mod nearest;
#[cfg(feature = "text")]
pub mod notation;
#[cfg(feature = "text")]
pub mod placement;
#[cfg(test)]
mod public_traces;
pub mod quantity;
#[cfg(feature = "text")]
pub mod reference;
#[cfg(feature = "text")]
pub mod scheduler_configuration;
pub mod synthesize;
pub mod usage_model;

#[cfg(feature = "text")]
pub use check::read;
#[cfg(feature = "text")]
pub use file::schema;
pub use meaning::Scenario;
