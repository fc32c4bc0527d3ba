//! The scheduler at work: in whole runs, told instant by instant, and beside a scan of all nodes.
//!
//! Every expected instant is worked out in the comment beside it.

mod chronicle;
mod clusters;
mod index;
mod preemption;
mod ties;
mod timing;
