//! Figures for people: short, with their unit, rounded where nobody would miss it.
//!
//! What: memory as a person reads it, and tables as kubectl aligns them.
//! Never: a figure in a file of results, where everything is exact ([`super::cell`]).
//! Next: [`super::summary`].

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
