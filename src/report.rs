//! Floor 6: what happened becomes tables, a manifest, a summary and a figure.
//!
//! What: [`columns`], the one list of every table's columns; the [`ledger`] that
//! listens to a run and writes its rows; [`manifest`], [`summary`] and [`json`]; a [`comparison`] of settings; the lives of
//! Pods as a [`chart`] and a [`drawing`]; and a [`plot`] of any table.
//! Never: a file (every writer takes `impl Write`), the flow of time, a decision;
//! nor a figure of its own: whatever is printed was recorded, or is counted from records.
//! Next: [`crate::cli`], which opens the files.

pub mod axis;
pub mod cell;
pub mod chart;
pub mod columns;
pub mod comparison;
pub mod counts;
pub mod drawing;
pub mod explanation;
pub mod figures;
pub mod json;
pub mod kubectl;
pub mod ledger;
pub mod lifeline;
pub mod manifest;
pub mod orders;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod plan;
pub mod plot;
pub mod qos;
pub mod quiz;
pub mod steps;
pub mod story;
pub mod strata;
pub mod summary;
mod svg;
pub mod sweep;
pub mod table;
pub mod wording;

pub use ledger::{Ledger, Names, RunIdentity};
pub use manifest::Manifest;
pub use story::RunStory;
pub use table::{Tables, Wanted, Written};
