//! Cells: how one value of a table is spelled.
//!
//! What: integers as they are, times as exact decimal seconds, booleans as
//! `true` and `false`, and nothing at all where a value is unknown.
//! Never: a unit (the column's name has it), a rounded figure, a 0 for an unknown.
//! Next: [`super::columns`], which says what stands in which cell.

use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime};
use crate::model::PodAddress;
use std::fmt::{self, Write};

/// What readers may take a column's cells for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A whole number that is never negative.
    Count,
    /// A whole number.
    Integer,
    /// Seconds, exact to the microsecond.
    Seconds,
    /// A number that was divided.
    Real,
    Claim,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Count | Kind::Integer | Kind::Seconds | Kind::Real => "number",
            Kind::Claim => "true or false",
        }
    }
}

/// A value that has its place in a table.
pub trait Cell {
    const KIND: Kind;
    /// Appends its spelling; nothing, if it is unknown.
    fn spell(&self, cell: &mut String);
}

impl<T: Cell> Cell for Option<T> {
    const KIND: Kind = T::KIND;
    fn spell(&self, cell: &mut String) {
        if let Some(value) = self {
            value.spell(cell);
        }
    }
}

impl Cell for &str {
    const KIND: Kind = Kind::Text;
    fn spell(&self, cell: &mut String) {
        cell.push_str(self);
    }
}

impl Cell for bool {
    const KIND: Kind = Kind::Claim;
    fn spell(&self, cell: &mut String) {
        cell.push_str(if *self { "true" } else { "false" });
    }
}

/// Spells what prints as a plain integer.
macro_rules! integers {
    ($kind:ident: $($integer:ty),*) => {$(
        impl Cell for $integer {
            const KIND: Kind = Kind::$kind;
            fn spell(&self, cell: &mut String) {
                push(cell, self);
            }
        }
    )*};
}
integers!(Count: u32, u64);
integers!(Integer: i32, i64, i128);

/// A share or another figure that was divided: as few digits as tell it from all other floats, and no exponent.
impl Cell for f64 {
    const KIND: Kind = Kind::Real;
    fn spell(&self, cell: &mut String) {
        push(cell, self);
    }
}

impl Cell for Bytes {
    const KIND: Kind = Kind::Count;
    fn spell(&self, cell: &mut String) {
        push(cell, &self.0);
    }
}

impl Cell for MilliCpu {
    const KIND: Kind = Kind::Count;
    fn spell(&self, cell: &mut String) {
        push(cell, &self.0);
    }
}

impl Cell for PodAddress {
    const KIND: Kind = Kind::Text;
    fn spell(&self, cell: &mut String) {
        push(cell, self);
    }
}

impl Cell for SimDuration {
    const KIND: Kind = Kind::Seconds;
    fn spell(&self, cell: &mut String) {
        push(cell, &Seconds(self.0));
    }
}

impl Cell for SimTime {
    const KIND: Kind = Kind::Seconds;
    fn spell(&self, cell: &mut String) {
        push(cell, &Seconds(self.0));
    }
}

fn push(cell: &mut String, value: &impl fmt::Display) {
    write!(cell, "{value}").expect("a String takes whatever is written");
}

/// Microseconds, printed as seconds: exact, without trailing zeros.
struct Seconds(u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if micros == 0 {
            return write!(f, "{seconds}");
        }
        let fraction = format!("{micros:06}");
        write!(f, "{seconds}.{}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(value: impl Cell) -> String {
        let mut cell = String::new();
        value.spell(&mut cell);
        cell
    }

    #[test]
    fn seconds_are_exact_decimals_of_integer_microseconds() {
        assert_eq!(spelled(SimTime(720_500_000)), "720.5");
        assert_eq!(spelled(SimTime(0)), "0");
        assert_eq!(spelled(SimDuration(1)), "0.000001");
        // A double would print 9007199254740.993 here.
        assert_eq!(spelled(SimTime(9_007_199_254_740_992_007)), "9007199254740.992007");
    }

    #[test]
    fn what_is_unknown_is_empty_and_never_zero() {
        assert_eq!(spelled(None::<Bytes>), "");
        assert_eq!(spelled(Some(Bytes::ZERO)), "0");
        assert_eq!(spelled(None::<bool>), "");
    }

    #[test]
    fn shares_are_read_back_as_they_were_without_an_exponent() {
        assert_eq!([1.0, 0.1, 1e-7, 1e21].map(spelled), ["1", "0.1", "0.0000001", "1000000000000000000000"]);
        assert_eq!(spelled(1.0 / 3.0).parse(), Ok(1.0 / 3.0));
    }
}
