//! The integration tests: one program, one file a topic.
#![cfg(feature = "text")]

mod bad_scenarios;
#[cfg(feature = "program")]
mod cli;
mod conformance;
#[cfg(feature = "program")]
mod refusals;
mod scenarios;
mod tidy;
