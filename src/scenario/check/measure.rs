//! What an amount counts: bytes of memory, room on a disk, inodes, processes.
//!
//! What: reading such an amount of one kind or another, and the words for it.
//! Never: requests and limits, which Kubernetes names: those are [`super::numbers`]'.
//! Next: [`super::usage`], which reads amounts over time.

use super::numbers::{self, MOST_BYTES, warn_of_fractions};
use super::spot::{Findings, Spot};
use crate::ground::{Amount, Bytes};
use crate::scenario::notation::QuantityText;
use std::fmt;

/// What an amount counts. Where it counts inodes or processes, a byte stands for one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Memory,
    Disk,
    Inodes,
    Processes,
}

impl Measure {
    /// So much of it, in words.
    pub fn worded(self, amount: impl fmt::Display) -> String {
        match self {
            Measure::Memory => format!("memory of {amount}"),
            Measure::Disk => format!("disk space of {amount}"),
            Measure::Inodes => format!("a count of {amount} inodes"),
            Measure::Processes => format!("a count of {amount} processes"),
        }
    }

    /// So much of it, where it is clear what is counted.
    pub fn amount_of(self, amount: Bytes) -> String {
        if self.is_whole() { amount.0.to_string() } else { amount.to_string() }
    }

    /// What is counted, and an amount of it that may be meant.
    pub fn noun_and_example(self) -> (&'static str, &'static str) {
        match self {
            Measure::Memory => ("an amount of memory", "300Mi"),
            Measure::Disk => ("an amount of disk space", "2Gi"),
            Measure::Inodes => ("a count of inodes", "20k"),
            Measure::Processes => ("a count of processes", "40"),
        }
    }

    fn is_whole(self) -> bool {
        matches!(self, Measure::Inodes | Measure::Processes)
    }
}

/// An amount, bounded. What is refused counts as nothing.
pub fn measured(findings: &mut Findings, spot: &Spot<'_>, text: &QuantityText, measure: Measure) -> Bytes {
    if measure == Measure::Memory {
        return numbers::bytes(findings, spot, text);
    }
    let (amount, written) = (text.0.amount(), text.0.canonical());
    let wrong = if amount.0 < 0 {
        ("is negative", "write zero or more")
    } else if amount > Amount::whole(MOST_BYTES) {
        ("is above 1Ei", "write a smaller amount; check its suffix")
    } else if measure.is_whole() && amount.0 % Amount::whole(1).0 != 0 {
        ("is no whole number", "write a whole number; check its suffix")
    } else {
        warn_of_fractions(findings, spot, text, "disk space");
        return amount.bytes();
    };
    findings.mistake(spot, format!("{} {}", measure.worded(written), wrong.0), wrong.1);
    Bytes::ZERO
}

/// An amount that is not nothing; nothing if it is refused.
pub fn positive(findings: &mut Findings, spot: &Spot<'_>, text: &QuantityText, measure: Measure) -> Bytes {
    if text.0.amount() == Amount::ZERO {
        let (noun, example) = measure.noun_and_example();
        findings.mistake(spot, format!("{noun} that is zero"), format!("write for example {example}"));
        return Bytes::ZERO;
    }
    measured(findings, spot, text, measure)
}
