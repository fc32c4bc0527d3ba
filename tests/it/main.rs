//! The integration tests: one program, one file a topic.
#![cfg(feature = "text")]

mod bad_scenarios;
#[cfg(feature = "program")]
mod cli;
mod conformance;
mod lives;
mod pressure;
mod random;
mod scenarios;
mod story;
mod tidy;
