//! What is told of a sweep: its tables, its manifest, its summary.
//!
//! What: [`tables`], the rows of `runs`, `failures` and `points`; [`points`], what each point comes to, taken from `runs` alone;
//! [`manifest`], what the results are the results of; [`summary`], what is printed.
//! Never: a file, a run. Next: [`tables`].

pub mod manifest;
pub mod points;
pub mod summary;
pub mod tables;
