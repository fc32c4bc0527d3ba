//! The address of a Pod: one for all its containers.
//!
//! What: an IPv4 address out of `10.0.0.0/8`, of which each node has a part of its own.
//! Never: who has it; the engine gives it out when a Pod's sandbox is made, and takes it
//! back when that is gone.

use std::fmt;

/// An address, by its place in `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodAddress(pub u32);

impl fmt::Display for PodAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, second, third, fourth] = self.0.to_be_bytes();
        write!(out, "10.{second}.{third}.{fourth}")
    }
}
