//! Sub-byte fixed point: levels of memory that add up exactly, in any order.
//!
//! A level counts 2^-32 bytes in an `i128`, a ramp's slope 2^-32 bytes per
//! microsecond. Sums and differences are exact, so a node's total does not
//! depend on the order in which its pods changed; `floor` happens only when a
//! figure leaves a curve ([`Level::bytes`]). Why: docs/decisions/0002.

use super::time::{SimDuration, SimTime};
use super::units::Bytes;
use std::ops::{Add, AddAssign, Sub, SubAssign};

const FRACTION_BITS: u32 = 32;

/// A level of memory, in 2^-32 bytes. Negative only inside a sum of differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(i128);

impl Level {
    pub const ZERO: Level = Level(0);

    /// In whole bytes, rounded down; below zero it is zero.
    pub fn bytes(self) -> Bytes {
        Bytes(u64::try_from(self.0.max(0) >> FRACTION_BITS).unwrap_or(u64::MAX))
    }
}

impl From<Bytes> for Level {
    fn from(bytes: Bytes) -> Level {
        Level(i128::from(bytes.0) << FRACTION_BITS)
    }
}

impl Add for Level {
    type Output = Level;
    fn add(self, other: Level) -> Level {
        Level(self.0 + other.0)
    }
}

impl Sub for Level {
    type Output = Level;
    fn sub(self, other: Level) -> Level {
        Level(self.0 - other.0)
    }
}

/// A straight piece of a curve: from a level at an instant, with a slope.
///
/// Every live container keeps one, so it takes no more room than it needs: 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed(8))]
pub struct Ramp {
    /// As [`Line`]'s.
    origin: i128,
    /// As [`Line`]'s. Up to 2 GiB a microsecond, which is more than any memory or disk can do.
    slope: i64,
}

impl Ramp {
    /// Nothing at all, for ever.
    pub const NONE: Ramp = Ramp { origin: 0, slope: 0 };

    /// A level that stays.
    pub fn flat(at: Bytes) -> Ramp {
        Ramp { origin: Level::from(at).0, slope: 0 }
    }

    /// From `from` towards `to`, which would be reached after `length`.
    ///
    /// The slope is rounded towards zero, by less than 2^-32 byte per
    /// microsecond; the next piece starts at its own exact level, so that the
    /// rounding never adds up. A piece without length stays at `from`, and none is
    /// steeper than 2 GiB a microsecond.
    #[inline]
    pub fn towards(since: SimTime, from: Bytes, to: Bytes, length: SimDuration) -> Ramp {
        if from == to || length == SimDuration::ZERO {
            return Ramp::flat(from);
        }
        let (from, to) = (Level::from(from), Level::from(to));
        let steepest = i128::from(i64::MAX);
        let slope = ((to - from).0 / i128::from(length.0)).clamp(-steepest, steepest);
        Ramp { origin: from.0 - slope * i128::from(since.0), slope: slope as i64 }
    }

    /// The level at `now`, which must not lie before the piece.
    pub fn at(self, now: SimTime) -> Level {
        Line::from(self).at(now)
    }
}

impl From<Ramp> for Line {
    fn from(ramp: Ramp) -> Line {
        Line { origin: ramp.origin, slope: i128::from(ramp.slope) }
    }
}

/// A sum of ramps, itself exactly linear in time until one of them changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The sum's level at the instant zero, were it always on its present slope.
    origin: i128,
    slope: i128,
}

impl AddAssign<Ramp> for Line {
    fn add_assign(&mut self, ramp: Ramp) {
        *self = *self + Line::from(ramp);
    }
}

impl SubAssign<Ramp> for Line {
    fn sub_assign(&mut self, ramp: Ramp) {
        *self = *self - Line::from(ramp);
    }
}

impl Add for Line {
    type Output = Line;
    fn add(self, other: Line) -> Line {
        Line { origin: self.origin + other.origin, slope: self.slope + other.slope }
    }
}

impl Sub for Line {
    type Output = Line;
    fn sub(self, other: Line) -> Line {
        Line { origin: self.origin - other.origin, slope: self.slope - other.slope }
    }
}

impl Line {
    /// Puts one ramp in the place of another.
    pub fn replace(&mut self, before: Ramp, after: Ramp) {
        *self -= before;
        *self += after;
    }

    /// The level at `now`.
    pub fn at(self, now: SimTime) -> Level {
        Level(self.origin + self.slope * i128::from(now.0))
    }

    /// The level that it stays at, if it does.
    pub fn level(self) -> Option<Level> {
        (self.slope == 0).then_some(Level(self.origin))
    }

    /// The highest level between two instants, the later one given last.
    pub fn highest_between(self, from: SimTime, to: SimTime) -> Level {
        self.at(if self.slope > 0 { to } else { from })
    }

    /// The first instant at or after `now` at which whole bytes are strictly
    /// above `bound`, if the line goes on as it is; one exact division.
    pub fn first_above(self, bound: Bytes, now: SimTime) -> Option<SimTime> {
        // Whole bytes are above the bound once the level has reached bound + 1 byte.
        let missing = ((i128::from(bound.0) + 1) << FRACTION_BITS) - self.at(now).0;
        if missing <= 0 {
            return Some(now);
        }
        if self.slope <= 0 {
            return None;
        }
        let micros = (missing + self.slope - 1) / self.slope;
        u64::try_from(micros).ok().map(|micros| now.after(SimDuration(micros)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: SimDuration = SimDuration::seconds(1);

    #[test]
    fn a_line_crosses_at_the_first_microsecond_above() {
        let mut line = Line::default();
        // 1 byte per microsecond from zero: after n microseconds, n bytes.
        line += Ramp::towards(SimTime(0), Bytes(0), Bytes(1_000_000), SECOND);
        assert_eq!(line.first_above(Bytes(99), SimTime(0)), Some(SimTime(100)));
        assert_eq!(line.first_above(Bytes(99), SimTime(500)), Some(SimTime(500)));
        assert_eq!(Line::default().first_above(Bytes(0), SimTime(0)), None);
    }

    #[test]
    fn equal_to_the_bound_is_not_above_it() {
        let mut line = Line::default();
        line += Ramp::flat(Bytes(100));
        assert_eq!(line.first_above(Bytes(100), SimTime(3)), None);
        assert_eq!(line.first_above(Bytes(99), SimTime(3)), Some(SimTime(3)));
    }

    /// 2 GiB is 2^31 bytes, and one microsecond at the steepest slope adds 2^-32 byte less.
    #[test]
    fn a_ramp_is_at_most_two_gibibytes_a_microsecond_steep() {
        let (low, high) = (Bytes(0), Bytes::gibi(4096));
        let micro = SimDuration::micros(1);
        for (from, to, after_one) in [(low, high, (1 << 31) - 1), (high, low, high.0 - (1 << 31))] {
            let ramp = Ramp::towards(SimTime(5), from, to, micro);
            assert_eq!(ramp.at(SimTime(5)).bytes(), from);
            assert_eq!(ramp.at(SimTime(6)).bytes(), Bytes(after_one));
        }
        assert_eq!(size_of::<Ramp>(), 24);
    }

    fn ramps() -> impl Strategy<Value = Vec<Ramp>> {
        let ramp = (0..1u64 << 40, 0..1u64 << 44, 0..1u64 << 44, 1..1u64 << 40).prop_map(
            |(since, from, to, length)| {
                Ramp::towards(SimTime(since), Bytes(from), Bytes(to), SimDuration(length))
            },
        );
        prop::collection::vec(ramp, 1..20)
    }

    proptest! {
        #[test]
        fn a_sum_does_not_depend_on_the_order_of_its_parts(ramps in ramps(), now in 0..1u64 << 41) {
            let mut forwards = Line::default();
            let mut backwards = Line::default();
            ramps.iter().for_each(|ramp| forwards += *ramp);
            ramps.iter().rev().for_each(|ramp| backwards += *ramp);
            prop_assert_eq!(forwards.at(SimTime(now)), backwards.at(SimTime(now)));
            ramps.iter().for_each(|ramp| forwards -= *ramp);
            prop_assert_eq!(forwards, Line::default());
        }

        #[test]
        fn the_crossing_is_the_first_instant_above(ramps in ramps(), bound in 0..1u64 << 46, now in 0..1u64 << 41) {
            let mut line = Line::default();
            ramps.iter().for_each(|ramp| line += *ramp);
            let now = SimTime(now);
            match line.first_above(Bytes(bound), now) {
                None => prop_assert!(line.at(SimTime(1 << 62)).bytes() <= Bytes(bound)),
                Some(crossing) => {
                    prop_assert!(line.at(crossing).bytes() > Bytes(bound));
                    prop_assert!(crossing == now || line.at(SimTime(crossing.0 - 1)).bytes() <= Bytes(bound));
                }
            }
        }
    }
}
