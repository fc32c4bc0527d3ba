//! Instants and lengths of simulated time: integer microseconds, Kubernetes'
//! own `MicroTime` resolution. Wall-clock time does not exist below the program.

use std::fmt;
use std::ops::Add;

const MICROS_PER_MILLI: u64 = 1_000;
const MICROS_PER_SECOND: u64 = 1_000_000;

/// An instant: microseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(pub u64);

/// A length of simulated time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimDuration(pub u64);

impl SimTime {
    pub const START: SimTime = SimTime(0);
    /// After everything: the instant of what never happens.
    pub const NEVER: SimTime = SimTime(u64::MAX);

    /// This instant, if it comes at all.
    pub fn if_ever(self) -> Option<SimTime> {
        (self != SimTime::NEVER).then_some(self)
    }

    /// The instant that lies `length` later; [`SimTime::NEVER`] where that is past all counting.
    pub fn after(self, length: SimDuration) -> SimTime {
        SimTime(self.0.saturating_add(length.0))
    }

    /// How long after `earlier` this instant is; zero if it is not after it.
    pub fn since(self, earlier: SimTime) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl SimDuration {
    pub const ZERO: SimDuration = SimDuration(0);
    /// Longer than any run.
    pub const FOREVER: SimDuration = SimDuration(u64::MAX);

    pub const fn micros(n: u64) -> SimDuration {
        SimDuration(n)
    }

    pub const fn millis(n: u64) -> SimDuration {
        SimDuration(n * MICROS_PER_MILLI)
    }

    pub const fn seconds(n: u64) -> SimDuration {
        SimDuration(n * MICROS_PER_SECOND)
    }

    pub const fn minutes(n: u64) -> SimDuration {
        SimDuration::seconds(n * 60)
    }

    pub const fn hours(n: u64) -> SimDuration {
        SimDuration::minutes(n * 60)
    }

    /// `n` of this length, one after another.
    pub fn times(self, n: u64) -> SimDuration {
        SimDuration(self.0.saturating_mul(n))
    }
}

impl Add for SimDuration {
    type Output = SimDuration;
    fn add(self, other: SimDuration) -> SimDuration {
        SimDuration(self.0.saturating_add(other.0))
    }
}

/// Prints as people write lengths of time: `1h2m3.5s`.
impl fmt::Display for SimDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == SimDuration::FOREVER {
            return f.write_str("forever");
        }
        let (seconds, micros) = (self.0 / MICROS_PER_SECOND, self.0 % MICROS_PER_SECOND);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        if micros > 0 {
            let fraction = format!("{micros:06}");
            write!(f, "{seconds}.{}s", fraction.trim_end_matches('0'))
        } else if seconds > 0 || self.0 < 60 * MICROS_PER_SECOND {
            write!(f, "{seconds}s")
        } else {
            Ok(())
        }
    }
}

/// Prints as the length since the run began.
impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimDuration(self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_print_as_people_write_them() {
        assert_eq!(SimDuration::ZERO.to_string(), "0s");
        assert_eq!(SimDuration::seconds(90).to_string(), "1m30s");
        assert_eq!(SimDuration::minutes(60).to_string(), "1h");
        assert_eq!(SimDuration::micros(1_500_000).to_string(), "1.5s");
        assert_eq!(SimDuration::micros(3_600_000_001).to_string(), "1h0.000001s");
    }

    #[test]
    fn what_never_happens_stays_never() {
        assert_eq!(SimTime::NEVER.after(SimDuration::seconds(1)), SimTime::NEVER);
        assert_eq!(SimTime(5).since(SimTime(7)), SimDuration::ZERO);
    }
}
