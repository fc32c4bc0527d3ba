//! The integration tests: one program, one file a topic.
#![cfg(feature = "text")]

mod bad_scenarios;
#[cfg(feature = "program")]
mod cli;
mod conformance;
mod disk;
mod golden;
#[cfg(feature = "program")]
mod lessons;
mod lives;
mod memory;
mod openb;
mod outages;
mod phases;
mod pressure;
mod probes;
mod random;
mod random_lives;
#[cfg(feature = "program")]
mod refusals;
#[cfg(feature = "program")]
mod results;
mod scenarios;
mod scheduler;
mod story;
mod termination;
mod tidy;
mod volumes;
