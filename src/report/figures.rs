//! Figures for people: short, with their unit, rounded where nobody would miss it.
//!
//! What: memory and lengths of time as a person reads them, and tables as kubectl aligns them.
//! Never: a figure in a file of results, where everything is exact ([`super::cell`]).
//! Next: [`super::summary`].

use crate::eviction::Starved;
use crate::ground::{MilliCpu, SimDuration, SimTime};
use std::fmt;

/// Bytes for reading, signed: exact if that is short (`512Mi`), otherwise to a tenth of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory(pub i128);

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SUFFIXES: [&str; 5] = ["", "Ki", "Mi", "Gi", "Ti"];
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let mut power = SUFFIXES.len() - 1;
        // 2000Mi says more than 2Gi does; so a unit is used from four of it, or when it is exact.
        while power > 0 && size < 4 << (10 * power) && !(size > 0 && size.is_multiple_of(1 << (10 * power))) {
            power -= 1;
        }
        let unit = 1_u128 << (10 * power);
        let tenths = (size * 10 + unit / 2) / unit;
        match tenths % 10 {
            0 => write!(f, "{sign}{}{}", tenths / 10, SUFFIXES[power]),
            tenth => write!(f, "{sign}{}.{tenth}{}", tenths / 10, SUFFIXES[power]),
        }
    }
}

/// CPU for reading: an amount as manifests write it, whole cores or thousandths of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cores(pub MilliCpu);

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.0 {
            whole if whole.is_multiple_of(1000) => write!(f, "{} CPU", whole / 1000),
            milli => write!(f, "{milli}m CPU"),
        }
    }
}

/// A share for reading, in whole percent; a little more than nothing is not nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percent(pub f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.0 * 100.0;
        if 0.0 < percent && percent < 0.5 { f.write_str("<1 %") } else { write!(f, "{percent:.0} %") }
    }
}

/// A number as exactly as it is known: to two digits of its interval's half-width, and to no more than four of its own
/// where it is known better; to three where nobody knows how well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounded {
    pub value: f64,
    /// The half-width; None if it is not known.
    pub half_width: Option<f64>,
}

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = self.value.abs();
        let size = self.half_width.map_or(own / 10.0, |half_width| half_width.max(own / 100.0));
        // How many digits after the point make two of the size.
        let decimals = if size > 0.0 { 1 - libm::floor(libm::log10(size)) as i64 } else { 0 };
        let decimals = usize::try_from(decimals.clamp(0, 9)).unwrap_or(0);
        let text = format!("{:.decimals$}", self.value);
        let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        // A negative number that was rounded to nothing.
        f.write_str(if short == "-0" { "0" } else { short })
    }
}

/// So much of what is short, for reading: bytes as [`Memory`], inodes and processes as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured(pub i128, pub Starved);

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Starved::Memory | Starved::EphemeralStorage => Memory(self.0).fmt(f),
            Starved::Inodes | Starved::Pids => self.0.fmt(f),
        }
    }
}

/// A length of time for reading: no finer than a person would look, in days where there are many hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(pub SimDuration);

impl Length {
    /// An instant, as the length since the run began.
    pub fn until(instant: SimTime) -> Length {
        Length(instant.since(SimTime::START))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: SimDuration = SimDuration::hours(24);
        let Length(length) = *self;
        if length == SimDuration::FOREVER {
            return length.fmt(f);
        }
        let grain = match length {
            short if short < SimDuration::seconds(1) => SimDuration::micros(1),
            short if short < SimDuration::minutes(1) => SimDuration::millis(1),
            long if long < DAY.times(2) => SimDuration::millis(100),
            _ => SimDuration::seconds(1),
        };
        let rounded = (length.0 + grain.0 / 2) / grain.0 * grain.0;
        if rounded < DAY.times(2).0 {
            return SimDuration(rounded).fmt(f);
        }
        write!(f, "{}d", rounded / DAY.0)?;
        match rounded % DAY.0 {
            0 => Ok(()),
            rest => SimDuration(rest).fmt(f),
        }
    }
}

/// Lines of cells in columns as kubectl prints them: two spaces between, no rules.
pub fn aligned(lines: &[Vec<String>]) -> Vec<String> {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width_of = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width_of).collect();
    let aligned = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  "));
        cells.collect::<String>().trim_end().to_owned()
    };
    lines.iter().map(aligned).collect()
}

/// A sentence in lines of at most `width` characters, the later ones indented;
/// a word that is longer has a line of its own.
pub fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `1 pod`, `2 pods`.
pub fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_exact_where_that_is_short() {
        let mebi = |n: i128| n << 20;
        assert_eq!(Memory(mebi(450)).to_string(), "450Mi");
        assert_eq!(Memory(mebi(-100)).to_string(), "-100Mi");
        assert_eq!(Memory(mebi(1024)).to_string(), "1Gi");
        assert_eq!(Memory(mebi(1500)).to_string(), "1500Mi");
        assert_eq!(Memory(0).to_string(), "0");
        assert_eq!(Memory(3).to_string(), "3");
        assert_eq!(Memory(mebi(450) + 300_000).to_string(), "450.3Mi");
        assert_eq!(Memory(mebi(6000) + 1).to_string(), "5.9Gi");
    }

    #[test]
    fn lengths_are_rounded_and_long_ones_told_in_days() {
        let micros = |n| Length(SimDuration::micros(n)).to_string();
        assert_eq!(micros(999), "0.000999s", "what is short is exact");
        assert_eq!(micros(8_960_171), "8.96s");
        assert_eq!(micros(45 * 60_000_000 + 58_960_171), "45m59s");
        assert_eq!(micros(45 * 60_000_000 + 58_910_171), "45m58.9s");
        let hours = |n| Length(SimDuration::hours(n)).to_string();
        assert_eq!([hours(47), hours(48), hours(50), hours(876_000)], ["47h", "2d", "2d2h", "36500d"]);
        assert_eq!(Length(SimDuration::FOREVER).to_string(), "forever");
        assert_eq!(Length::until(SimTime(1_500_000)).to_string(), "1.5s");
    }

    #[test]
    fn estimates_are_no_finer_than_they_are_known() {
        let told = |value, half_width| Rounded { value, half_width }.to_string();
        assert_eq!(told(220.349, Some(44.8)), "220");
        assert_eq!(told(220.349, Some(4.48)), "220.3");
        assert_eq!(told(0.123_456, Some(0.004)), "0.1235");
        assert_eq!(told(2_148.659_85, Some(1e-10)), "2149", "whatever the last digits of a float say");
        assert_eq!(told(7.0, Some(0.0)), "7");
        assert_eq!(told(-0.001, Some(10.0)), "0");
        assert_eq!([told(123.456, None), told(0.123_456, None)], ["123", "0.123"]);
    }

    #[test]
    fn shares_are_whole_percent_and_a_little_is_not_nothing() {
        assert_eq!(
            [0.0, 0.001, 0.634, 1.58].map(|share| Percent(share).to_string()),
            ["0 %", "<1 %", "63 %", "158 %"]
        );
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let line = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let lines = aligned(&[line(["POD", "NODE"]), line(["web-12", "n"])]);
        assert_eq!(lines, ["POD     NODE", "web-12  n"]);
    }

    #[test]
    fn sentences_wrap_between_words() {
        assert_eq!(wrapped("a pod is gone", 8), ["a pod is", "  gone"]);
        assert_eq!(wrapped("incomprehensibilities happen", 8), ["incomprehensibilities", "  happen"]);
    }
}
