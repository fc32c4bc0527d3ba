//! A curve: what a measure does while a parameter changes, one line for each value of a second one.
//!
//! What: marks, lines and whiskers (from bound to bound of the interval), a grid, a legend. Lines stand a little apart, so that
//! whiskers do not cover each other. What is unknown leaves a gap; what has no logarithm stands open on the axis.
//! Never: a smooth line through what nobody measured. Next: [`super::style`].

use super::reading::{Spot, Spots, Trouble};
use super::scale::{Labels, Spacing, Values, told};
use super::style::{self, MOST_PENS, Pen, pen};
use super::{Caption, Heading, MARGIN};
use crate::report::figures::Rounded;
use crate::report::svg::{Px, text};
use std::io::{self, Write};

const PLOT: (i64, i64) = (600, 340);
const LEFT: i64 = 84;
/// Below the plot: ticks and the name of the axis.
const BELOW: i64 = 62;
/// The legend at the right.
const LEGEND: i64 = 190;
const LEGEND_ROW: i64 = 22;
/// Letters of a legend's line.
const LEGEND_LETTERS: usize = 20;
/// How far two lines stand apart, in tenths of a pixel.
const APART: i64 = 40;
/// How wide a letter of a tick is, at most.
const LETTER: i64 = 8;

/// How the axes are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axes {
    pub x: Spacing,
    pub y: Spacing,
}

/// Writes the figure.
///
/// # Errors
/// What keeps the spots from being one, and those of `out`.
pub fn write(
    out: &mut impl Write,
    caption: &Caption<'_>,
    spots: &Spots,
    axes: Axes,
) -> Result<io::Result<()>, Trouble> {
    Ok(Curve::of(caption, spots, axes)?.write(out, caption))
}

struct Curve<'a> {
    x: Labels,
    y: Values,
    lines: Vec<Line<'a>>,
    heading: Heading,
    top: i64,
}

struct Line<'a> {
    label: String,
    pen: Pen,
    /// How far it stands beside its places.
    aside: i64,
    /// In the order of the axis.
    spots: Vec<(usize, &'a Spot)>,
}

impl<'a> Curve<'a> {
    fn of(caption: &Caption<'_>, spots: &'a Spots, axes: Axes) -> Result<Curve<'a>, Trouble> {
        let x = Labels::by_size(spots.spots.iter().map(|spot| spot.x.as_str()), axes.x);
        must_have_logarithms(caption, &spots.spots, axes)?;
        let by = Labels::side_by_side(spots.spots.iter().map(|spot| spot.by.as_str()));
        let number = by.labels.len();
        if number > MOST_PENS {
            return Err(Trouble::TooMany { what: "lines".to_owned(), number, most: MOST_PENS });
        }
        let lines = by.labels.iter().enumerate().map(|(place, label)| {
            let own = spots.spots.iter().filter(|spot| spot.by == *label);
            let mut own: Vec<(usize, &Spot)> =
                own.filter_map(|spot| Some((x.index(&spot.x)?, spot))).collect();
            own.sort_by_key(|(place, _)| *place);
            let aside = (2 * place as i64 - (number as i64 - 1)) * APART / 2;
            Line { label: label.clone(), pen: pen(place), aside, spots: own }
        });
        let lines: Vec<Line<'a>> = lines.collect();
        let known = spots.spots.iter().flat_map(|spot| {
            let bounds = spot.bounds.into_iter().flat_map(|(lower, upper)| [lower, upper]);
            spot.value.into_iter().chain(bounds)
        });
        let y = Values::holding(known, axes.y);
        let heading = Heading::of(caption, &about(spots));
        let top = heading.height() + 32;
        Ok(Curve { x, y, lines, heading, top })
    }

    fn write(&self, out: &mut impl Write, caption: &Caption<'_>) -> io::Result<()> {
        let right = if caption.by.is_some() { LEGEND } else { MARGIN + 16 };
        let size = (LEFT + PLOT.0 + right, self.top + PLOT.1 + BELOW);
        style::write_head(out, size, caption.title)?;
        self.heading.write(out)?;
        self.write_axes(out, caption)?;
        for line in &self.lines {
            self.write_line(out, line, caption)?;
        }
        if let Some(by) = caption.by {
            self.write_legend(out, by)?;
        }
        writeln!(out, "</svg>")
    }

    fn write_axes(&self, out: &mut impl Write, caption: &Caption<'_>) -> io::Result<()> {
        let (left, right) = (Px::whole(LEFT), Px::whole(LEFT + PLOT.0));
        let (top, bottom) = (Px::whole(self.top), Px::whole(self.top + PLOT.1));
        for tick in &self.y.ticks {
            let y = self.up(*tick);
            writeln!(out, r#"<path class="grid" d="M{left} {y}H{right}"/>"#)?;
            text(out, "tick up", (Px(left.0 - 80), Px(y.0 + 40)), &told(*tick))?;
        }
        let mut free = i64::MIN;
        for (label, place) in self.x.labels.iter().zip(&self.x.places) {
            let x = along(*place, 0);
            writeln!(out, r#"<path class="axis" d="M{x} {bottom}v5"/>"#)?;
            // Where labels would run into each other, some are left out.
            let half = label.chars().count() as i64 * LETTER * 10 / 2;
            if x.0 - half > free {
                text(out, "tick", (x, bottom.plus(19)), &readable(label))?;
                free = x.0 + half;
            }
        }
        writeln!(out, r#"<path class="axis" d="M{left} {top}V{bottom}H{right}"/>"#)?;
        text(out, "name", (Px::whole(MARGIN), Px::whole(self.top - 10)), caption.y)?;
        text(out, "name x", (Px::whole(LEFT + PLOT.0 / 2), bottom.plus(44)), caption.x)
    }

    fn write_line(&self, out: &mut impl Write, line: &Line<'_>, caption: &Caption<'_>) -> io::Result<()> {
        let at = |place: usize| along(self.x.places[place], line.aside);
        let known = |(place, spot): &(usize, &Spot)| Some((at(*place), self.up(spot.value?)));
        // What is unknown parts a line in two.
        for stretch in line.spots.split(|(_, spot)| spot.value.is_none()) {
            line.pen.write_line(out, &stretch.iter().filter_map(known).collect::<Vec<_>>())?;
        }
        for (place, spot) in &line.spots {
            let Some(value) = spot.value else { continue };
            if let Some((lower, upper)) = spot.bounds {
                line.pen.write_whisker(out, at(*place), (self.up(lower), self.up(upper)))?;
            }
            let tip = tip(caption, spot, value);
            line.pen.write_mark(out, (at(*place), self.up(value)), !self.y.has(value), &tip)?;
        }
        Ok(())
    }

    fn write_legend(&self, out: &mut impl Write, by: &str) -> io::Result<()> {
        let left = LEFT + PLOT.0 + 24;
        text(out, "name", (Px::whole(left), Px::whole(self.top + 4)), &shortened(by))?;
        // As the lines end: the uppermost first.
        let last = |line: &Line<'_>| line.spots.iter().rev().find_map(|(_, spot)| spot.value);
        let mut lines: Vec<&Line<'_>> = self.lines.iter().collect();
        lines.sort_by(|a, b| {
            last(b).unwrap_or(f64::NEG_INFINITY).total_cmp(&last(a).unwrap_or(f64::NEG_INFINITY))
        });
        for (row, line) in (1..).zip(lines) {
            let y = Px::whole(self.top + row * LEGEND_ROW);
            line.pen.write_line(out, &[(Px::whole(left), y), (Px::whole(left + 34), y)])?;
            line.pen.write_mark(out, (Px::whole(left + 17), y), false, "")?;
            text(out, "legend", (Px::whole(left + 44), y.plus(4)), &shortened(&line.label))?;
        }
        Ok(())
    }

    fn up(&self, value: f64) -> Px {
        Px((self.top + PLOT.1) * 10 - libm::round(self.y.place(value) * (PLOT.1 * 10) as f64) as i64)
    }
}

/// A little inside of the plot, so that lines that stand aside are inside, too.
fn along(place: f64, aside: i64) -> Px {
    const INSIDE: i64 = 30;
    let length = (PLOT.0 - 2 * INSIDE) * 10;
    Px((LEFT + INSIDE) * 10 + libm::round(place * length as f64) as i64 + aside)
}

fn shortened(label: &str) -> String {
    crate::report::chart::shortened(label, LEGEND_LETTERS)
}

fn must_have_logarithms(caption: &Caption<'_>, spots: &[Spot], axes: Axes) -> Result<(), Trouble> {
    let has_one = |spot: &&Spot| spot.x.trim_end_matches('%').parse::<f64>().is_ok_and(|value| value <= 0.0);
    match spots.iter().find(has_one) {
        Some(spot) if axes.x == Spacing::Logarithmic => {
            Err(Trouble::NoLogarithm { column: caption.x.to_owned(), cell: spot.x.clone() })
        }
        _ => Ok(()),
    }
}

/// Large numbers with their thousands apart; anything else as the table has it.
fn readable(label: &str) -> String {
    let is_large = label.len() > 4 && label.bytes().all(|letter| letter.is_ascii_digit());
    label.parse().ok().filter(|_| is_large).map_or_else(|| label.to_owned(), told)
}

/// What whiskers are.
fn about(spots: &Spots) -> String {
    match spots.spots.iter().any(|spot| spot.bounds.is_some()) {
        true => format!("whiskers: {}", intervals(spots)),
        false => String::new(),
    }
}

/// What the intervals of a table are, as far as it says so.
pub(super) fn intervals(spots: &Spots) -> String {
    let percent = |share: f64| format!("{} % ", libm::round(share * 1e5) / 1e3);
    let confidence = spots.confidence.map_or(String::new(), percent);
    let replications = match spots.replications {
        None => String::new(),
        Some((fewest, most)) if fewest == most => format!(" of {most} replications"),
        Some((fewest, most)) => format!(" of {fewest} to {most} replications"),
    };
    format!("{confidence}intervals{replications}")
}

fn tip(caption: &Caption<'_>, spot: &Spot, value: f64) -> String {
    let by = caption.by.map_or(String::new(), |by| format!(", {by} {}", spot.by));
    format!("{} {}{by}: {}", caption.x, spot.x, value_and_bounds(spot, value))
}

fn value_and_bounds(spot: &Spot, value: f64) -> String {
    let half_width = spot.bounds.map(|(lower, upper)| (upper - lower) / 2.0);
    let rounded = |value| Rounded { value, half_width };
    match spot.bounds {
        None => rounded(value).to_string(),
        Some((lower, upper)) => format!("{} ({} to {})", rounded(value), rounded(lower), rounded(upper)),
    }
}
