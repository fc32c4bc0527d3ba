//! Floor 5: many runs of one scenario.
//!
//! And questions about one of them: [`inquiry`] finds a decision, [`counterfactual`] what would have changed it, [`orders`]
//! where two orders part, [`steps`] all decisions in their order. [`quiz`] draws small clusters to be asked about.
//!
//! What: [`runs()`], in the order in which they are told; `Threads` (feature `threads`),
//! which makes several at once and hands over what came of them in that order.
//! Never: a file, a table, a clock; anything that one run could learn from another
//! (docs/decisions/0012).
//! Next: [`crate::engine::run`], one of them.

pub mod counterfactual;
pub mod inquiry;
pub mod orders;
pub mod quiz;
pub mod runs;
pub mod steps;
#[cfg(feature = "threads")]
pub mod threads;

pub use runs::{Run, number_of_runs, runs};
#[cfg(feature = "threads")]
pub use threads::{Threads, Turn};
