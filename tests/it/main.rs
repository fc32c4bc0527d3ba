//! The integration tests: one program, one file a topic.
#![cfg(feature = "text")]

mod conformance;
