//! Lengths of time as Kubernetes writes them: `1m30s`, `1.5h`, `500ms`, `0`.
//!
//! What: text -> [`SimDuration`], exact to the microsecond, plus `d` for the days
//! of a horizon. Never: instants, calendars, time zones.
//! Next: `notation`, where the scenario's fields are made of these.

use super::mistake::shortened;
use crate::ground::SimDuration;
use std::fmt;

const NANOS_PER_MICRO: u128 = 1_000;
/// Units, with their length in nanoseconds. `µ` has two spellings in Unicode.
const UNITS: [(&str, u128); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];
/// No unit divides a fraction of more digits than this (a day is 2^17 · 3^3 · 5^14 ns, so 17 at most).
const FRACTION_DIGITS: usize = 17;

/// Why a text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DurationMistake {
    Empty,
    WhiteSpace,
    NotANumber { text: String },
    Negative { text: String },
    NoUnit { number: String },
    UnknownUnit { number: String, unit: String },
    FinerThanMicroseconds { text: String },
    TooLong { text: String },
}

impl fmt::Display for DurationMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DurationMistake::Empty => f.write_str("a length of time is missing: the text is empty"),
            DurationMistake::WhiteSpace => f.write_str("white space in a length of time"),
            DurationMistake::NotANumber { text } => write!(f, "`{text}` is not a length of time"),
            DurationMistake::Negative { text } => write!(f, "`{text}` is negative"),
            DurationMistake::NoUnit { number } => write!(f, "`{number}` has no unit"),
            DurationMistake::UnknownUnit { unit, .. } => write!(f, "unknown unit of time `{unit}`"),
            DurationMistake::FinerThanMicroseconds { text } => {
                write!(f, "`{text}` is finer than a microsecond")
            }
            DurationMistake::TooLong { text } => write!(f, "`{text}` is longer than 584000 years"),
        }
    }
}

impl DurationMistake {
    /// How to mend it.
    pub fn fix(&self) -> String {
        match self {
            DurationMistake::Empty | DurationMistake::NotANumber { .. } => {
                "write numbers with units, such as 90s, 1m30s or 1.5h".to_string()
            }
            DurationMistake::WhiteSpace => "write it without a space: 1m30s".to_string(),
            DurationMistake::Negative { .. } => "write a length of zero or more".to_string(),
            DurationMistake::NoUnit { number } => format!("write {number}s if you mean seconds"),
            DurationMistake::UnknownUnit { number, unit } => match likely_unit(unit) {
                Some(likely) => format!("write {number}{likely}"),
                None => "use ns, us, ms, s, m, h or d".to_string(),
            },
            DurationMistake::FinerThanMicroseconds { .. } => {
                "round it to whole microseconds (us)".to_string()
            }
            DurationMistake::TooLong { .. } => "write a shorter length".to_string(),
        }
    }
}

impl std::error::Error for DurationMistake {}

/// Reads a length of time.
///
/// # Errors
/// What cannot be read, is negative, has no unit (other than `0`), is finer than a
/// microsecond, or does not fit.
pub fn parse(text: &str) -> Result<SimDuration, DurationMistake> {
    if text.is_empty() {
        return Err(DurationMistake::Empty);
    }
    if text.contains(char::is_whitespace) {
        return Err(DurationMistake::WhiteSpace);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let nanos = sum_of_parts(unsigned, text)?;
    if nanos > 0 && text.starts_with('-') {
        return Err(DurationMistake::Negative { text: shortened(text) });
    }
    if nanos % NANOS_PER_MICRO != 0 {
        return Err(DurationMistake::FinerThanMicroseconds { text: shortened(text) });
    }
    match u64::try_from(nanos / NANOS_PER_MICRO) {
        // The largest number itself means for ever.
        Ok(micros) if micros < u64::MAX => Ok(SimDuration(micros)),
        _ => Err(DurationMistake::TooLong { text: shortened(text) }),
    }
}

fn sum_of_parts(unsigned: &str, text: &str) -> Result<u128, DurationMistake> {
    if unsigned == "0" {
        return Ok(0);
    }
    if unsigned.is_empty() {
        return Err(DurationMistake::NotANumber { text: shortened(text) });
    }
    let mut rest = unsigned;
    let mut nanos = 0u128;
    while !rest.is_empty() {
        let (part, after) = Part::split(rest, text)?;
        nanos = nanos
            .checked_add(part.nanos(text)?)
            .ok_or_else(|| DurationMistake::TooLong { text: shortened(text) })?;
        rest = after;
    }
    Ok(nanos)
}

/// One number with its unit: `1.5h`.
struct Part<'a> {
    whole: &'a str,
    fraction: &'a str,
    unit: u128,
}

impl<'a> Part<'a> {
    fn split(rest: &'a str, text: &str) -> Result<(Part<'a>, &'a str), DurationMistake> {
        let (whole, after) = leading(rest, |c| c.is_ascii_digit());
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after_point) => leading(after_point, |c| c.is_ascii_digit()),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(DurationMistake::NotANumber { text: shortened(text) });
        }
        let number = &rest[..rest.len() - after.len()];
        let (name, after) = leading(after, |c| !c.is_ascii_digit() && c != '.');
        if name.is_empty() {
            return Err(DurationMistake::NoUnit { number: shortened(number) });
        }
        match UNITS.iter().find(|(unit, _)| *unit == name) {
            Some((_, unit)) => Ok((Part { whole, fraction, unit: *unit }, after)),
            None => Err(DurationMistake::UnknownUnit { number: shortened(number), unit: shortened(name) }),
        }
    }

    fn nanos(&self, text: &str) -> Result<u128, DurationMistake> {
        let whole = match self.whole.trim_start_matches('0') {
            "" => Some(0),
            digits => digits.parse::<u128>().ok().and_then(|whole| whole.checked_mul(self.unit)),
        };
        let whole = whole.ok_or_else(|| DurationMistake::TooLong { text: shortened(text) })?;
        let fraction = self.fraction.trim_end_matches('0');
        let finer = || DurationMistake::FinerThanMicroseconds { text: shortened(text) };
        if fraction.is_empty() {
            return Ok(whole);
        }
        if fraction.len() > FRACTION_DIGITS {
            return Err(finer());
        }
        let digits: u128 = fraction.parse().map_err(|_| finer())?;
        // At most 17 digits times a unit below 10^14: far below u128.
        let (product, scale) = (digits * self.unit, 10u128.pow(fraction.len() as u32));
        if product % scale != 0 {
            return Err(finer());
        }
        whole.checked_add(product / scale).ok_or_else(|| DurationMistake::TooLong { text: shortened(text) })
    }
}

fn leading(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !wanted(c)).unwrap_or(text.len()))
}

/// What people mean by a unit that does not exist.
fn likely_unit(unit: &str) -> Option<&'static str> {
    match unit.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Some("s"),
        "min" | "mins" | "minute" | "minutes" => Some("m"),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some("h"),
        "d" | "day" | "days" => Some("d"),
        "ms" | "msec" | "millis" | "milliseconds" => Some("ms"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_exact_to_the_microsecond() {
        // text            microseconds
        #[rustfmt::skip]
        let table = [
            ("0",          0),
            ("-0s",        0),
            ("1m30s",      90_000_000),
            ("1.5h",       5_400_000_000),
            ("500ms",      500_000),
            ("100us",      100),
            ("100µs",      100),
            ("1500000ns",  1_500),
            ("500ns500ns", 1),
            (".5s",        500_000),
            ("1.s",        1_000_000),
            ("7d",         604_800_000_000),
            ("0.1s",       100_000),
        ];
        for (text, micros) in table {
            assert_eq!(parse(text), Ok(SimDuration(micros)), "{text}");
        }
    }

    #[test]
    fn a_mistake_says_why_and_how_to_mend_it() {
        let table = [
            (
                "",
                "a length of time is missing: the text is empty",
                "write numbers with units, such as 90s, 1m30s or 1.5h",
            ),
            ("90", "`90` has no unit", "write 90s if you mean seconds"),
            ("1m30", "`30` has no unit", "write 30s if you mean seconds"),
            ("-5s", "`-5s` is negative", "write a length of zero or more"),
            ("5min", "unknown unit of time `min`", "write 5m"),
            ("5x", "unknown unit of time `x`", "use ns, us, ms, s, m, h or d"),
            ("1.5ns", "`1.5ns` is finer than a microsecond", "round it to whole microseconds (us)"),
            ("1500ns", "`1500ns` is finer than a microsecond", "round it to whole microseconds (us)"),
            ("1 m", "white space in a length of time", "write it without a space: 1m30s"),
            (
                "soon",
                "`soon` is not a length of time",
                "write numbers with units, such as 90s, 1m30s or 1.5h",
            ),
            ("1000000000d", "`1000000000d` is longer than 584000 years", "write a shorter length"),
        ];
        for (text, what, fix) in table {
            let mistake = parse(text).expect_err(text);
            assert_eq!((mistake.to_string().as_str(), mistake.fix().as_str()), (what, fix), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[-+]?([0-9.]{0,30}(ns|us|ms|s|m|h|d)){0,4}|.{0,20}") {
            let _ = parse(&text);
        }

        #[test]
        fn a_printed_length_reads_as_itself(micros in 0..u64::MAX) {
            prop_assert_eq!(parse(&SimDuration(micros).to_string()), Ok(SimDuration(micros)));
        }
    }
}
