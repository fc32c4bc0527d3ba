//! What all figures are made of: places in a picture, and text in it.
//!
//! What: places as whole tenths of a pixel, so that a figure has the same bytes everywhere; text as XML wants it.
//! Never: what a figure shows. Next: [`super::drawing`], [`super::plot`].

use std::fmt;
use std::io::{self, Write};

/// Tenths of a pixel, so that every place is a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Px(pub(super) i64);

impl Px {
    pub(super) const fn whole(pixels: i64) -> Px {
        Px(pixels * 10)
    }

    pub(super) fn plus(self, pixels: i64) -> Px {
        Px(self.0 + pixels * 10)
    }
}

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        match (self.0.unsigned_abs() / 10, self.0.unsigned_abs() % 10) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (whole, tenth) => write!(f, "{sign}{whole}.{tenth}"),
        }
    }
}

/// A text as XML wants it.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            // XML has no place for them, not even escaped.
            control if control.is_control() => f.write_str("\u{fffd}"),
            other => write!(f, "{other}"),
        })
    }
}

pub(super) fn text(out: &mut impl Write, class: &str, (x, y): (Px, Px), words: &str) -> io::Result<()> {
    writeln!(out, r#"<text class="{class}" x="{x}" y="{y}">{}</text>"#, Escaped(words))
}
