//! Figures of tables: a curve with its intervals, and a map of two parameters.
//!
//! What: SVG from the rows of any tidy table, such as the points of a sweep. Text stays text; lines are told apart by
//! color, by dashes and by the shape of their marks, and cells by their lightness, so that grey paper and color-blind
//! readers lose nothing. The same bytes on every machine.
//! Never: a run, a figure that the table does not have.
//! Next: [`reading`], what is taken from a table; [`curve`] and [`heat`].

pub mod curve;
pub mod heat;
pub mod reading;
pub mod scale;
mod style;

use super::figures::wrapped;
use super::svg::{Px, text};
use std::io::{self, Write};

pub use reading::{Asked, Spots, Trouble};
pub use scale::Spacing;

/// What a figure says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'a> {
    pub title: &'a str,
    /// The names of what is shown: along, up, and what tells lines apart.
    pub x: &'a str,
    pub y: &'a str,
    pub by: Option<&'a str>,
}

/// Letters of a line of the title, of a line below it.
const TITLE: usize = 68;
const ABOUT: usize = 104;
const MARGIN: i64 = 24;

/// The lines above a figure: its title, and what is shown.
struct Heading {
    title: Vec<String>,
    about: Vec<String>,
}

impl Heading {
    fn of(caption: &Caption<'_>, about: &str) -> Heading {
        let about = if about.is_empty() { Vec::new() } else { wrapped(about, ABOUT) };
        Heading { title: wrapped(caption.title, TITLE), about }
    }

    /// In pixels.
    fn height(&self) -> i64 {
        20 + 24 * self.title.len() as i64 + 17 * self.about.len() as i64
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut baseline = 14;
        for (class, step, lines) in [("title", 24, &self.title), ("about", 17, &self.about)] {
            for line in lines {
                baseline += step;
                text(out, class, (Px::whole(MARGIN), Px::whole(baseline)), line.trim_start())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
