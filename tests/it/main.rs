//! The integration tests: one program, one file a topic.
#![cfg(feature = "text")]

mod bad_scenarios;
mod bad_scheduling;
#[cfg(feature = "program")]
mod bench;
mod cli;
#[cfg(feature = "program")]
mod compare;
mod conformance;
mod coverage;
mod disk;
mod explain;
#[cfg(feature = "program")]
mod figure;
mod golden;
#[cfg(feature = "program")]
mod lessons;
mod lives;
mod memory;
mod openb;
mod outages;
#[cfg(feature = "parquet")]
mod parquet;
mod phases;
mod placements;
#[cfg(feature = "program")]
mod plan;
mod pressure;
mod probes;
mod qos;
#[cfg(feature = "program")]
mod quiz;
mod random;
mod random_lives;
#[cfg(feature = "program")]
mod refusals;
#[cfg(feature = "program")]
mod results;
mod scenarios;
mod scheduler;
mod scheduling_studies;
#[cfg(feature = "tui")]
mod step;
mod story;
#[cfg(feature = "program")]
mod sweep;
mod termination;
#[cfg(feature = "program")]
mod threads;
mod tidy;
mod volumes;
