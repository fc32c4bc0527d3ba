//! The integration tests: one program, one file a topic.
#![cfg(feature = "text")]

mod bad_scenarios;
mod conformance;
mod scenarios;
mod tidy;
