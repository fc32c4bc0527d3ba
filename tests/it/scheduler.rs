//! The scheduler at work: in whole runs, told instant by instant.
//!
//! Every expected instant is worked out in the comment beside it.

mod chronicle;
mod timing;
