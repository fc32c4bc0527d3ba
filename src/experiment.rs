//! Floor 5: many runs of one scenario.
//!
//! What: [`runs()`], in the order in which they are told; `Threads` (feature `threads`),
//! which makes several at once and hands over what came of them in that order; [`statistics`],
//! how sure one is of a figure that many runs gave. And questions about one run: [`inquiry`] finds a decision,
//! [`counterfactual`] what would have changed it, [`orders`] where two orders part, [`steps`] all decisions in their
//! order. [`quiz`] draws small clusters to be asked about.
//! Never: a file, a table, a clock; anything that one run could learn from another
//! (docs/decisions/0012).
//! Next: [`crate::engine::run`], one of them.

#[cfg(feature = "text")]
pub mod bars;
pub mod comparison;
pub mod counterfactual;
pub mod inquiry;
pub mod measures;
pub mod orders;
#[cfg(feature = "text")]
pub mod plan;
pub mod quiz;
pub mod runs;
pub mod statistics;
pub mod steps;
#[cfg(feature = "text")]
pub mod sweep;
pub mod tally;
#[cfg(feature = "threads")]
pub mod threads;

pub use runs::{Run, number_of_runs, runs};
#[cfg(feature = "threads")]
pub use threads::{Threads, Turn};
