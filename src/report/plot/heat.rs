//! A map of two parameters: one cell for each pair, the darker the more.
//!
//! What: each cell with its value and, below it, its interval, as text; a bar that says what the shades are.
//! Never: a shade between cells. Next: [`super::style`].

use super::reading::{Spot, Spots, Trouble};
use super::scale::{Labels, Spacing, Values, told};
use super::style::{self, HATCHED, is_dark, shade};
use super::{Caption, Heading, MARGIN, curve};
use crate::report::figures::Rounded;
use crate::report::svg::{Escaped, Px, text};
use std::io::{self, Write};

const CELL: (i64, i64) = (92, 46);
const LEFT: i64 = 120;
/// Below the cells: ticks, the name of the axis, the bar of shades.
const BELOW: i64 = 108;
const BAR: (i64, i64) = (240, 12);
/// Shades of the bar.
const SHADES: i64 = 24;
/// No more columns, or rows, of cells.
const MOST_CELLS: usize = 40;
/// No figure is narrower: its title would not fit.
const NARROWEST: i64 = 640;

/// Writes the figure; `spacing` is that of the shades.
///
/// # Errors
/// What keeps the spots from being one, and those of `out`.
pub fn write(
    out: &mut impl Write,
    caption: &Caption<'_>,
    (spots, value): (&Spots, &str),
    spacing: Spacing,
) -> Result<io::Result<()>, Trouble> {
    let x = Labels::side_by_side(spots.spots.iter().map(|spot| spot.x.as_str()));
    let y = Labels::side_by_side(spots.spots.iter().map(|spot| spot.by.as_str()));
    for (what, axis) in [("columns", &x), ("rows", &y)] {
        let number = axis.labels.len();
        if number > MOST_CELLS {
            return Err(Trouble::TooMany { what: format!("{what} of cells"), number, most: MOST_CELLS });
        }
    }
    let shades = Values::holding(spots.spots.iter().filter_map(|spot| spot.value), spacing);
    let has_bounds = spots.spots.iter().any(|spot| spot.bounds.is_some());
    let about = if has_bounds { format!("below each: {}", curve::intervals(spots)) } else { String::new() };
    let heading = Heading::of(caption, &about);
    let top = heading.height() + 30;
    Ok(Heat { x, y, shades, top }.write(out, caption, (&heading, value), spots))
}

struct Heat {
    x: Labels,
    /// From the bottom.
    y: Labels,
    shades: Values,
    top: i64,
}

impl Heat {
    fn write(
        &self,
        out: &mut impl Write,
        caption: &Caption<'_>,
        (heading, value): (&Heading, &str),
        spots: &Spots,
    ) -> io::Result<()> {
        let (columns, rows) = (self.x.labels.len() as i64, self.y.labels.len() as i64);
        let bottom = self.top + rows * CELL.1;
        let width = (LEFT + columns * CELL.0 + MARGIN).max(NARROWEST);
        style::write_head(out, (width, bottom + BELOW), caption.title)?;
        heading.write(out)?;
        text(out, "name", (Px::whole(MARGIN), Px::whole(self.top - 12)), caption.y)?;
        for (row, label) in (1..).zip(&self.y.labels) {
            let middle = Px::whole(bottom - row * CELL.1 + CELL.1 / 2 + 4);
            text(out, "tick up", (Px::whole(LEFT - 10), middle), label)?;
        }
        for (column, label) in (0..).zip(&self.x.labels) {
            let middle = Px::whole(LEFT + column * CELL.0 + CELL.0 / 2);
            text(out, "tick", (middle, Px::whole(bottom + 18)), label)?;
        }
        text(out, "name x", (Px::whole(LEFT + columns * CELL.0 / 2), Px::whole(bottom + 40)), caption.x)?;
        for spot in &spots.spots {
            self.write_cell(out, spot, caption)?;
        }
        self.write_bar(out, Px::whole(bottom + 62), value)?;
        writeln!(out, "</svg>")
    }

    fn write_cell(&self, out: &mut impl Write, spot: &Spot, caption: &Caption<'_>) -> io::Result<()> {
        let (Some(column), Some(row)) = (self.x.index(&spot.x), self.y.index(&spot.by)) else {
            return Ok(());
        };
        let below = (self.y.labels.len() - 1 - row) as i64;
        let (left, top) = (LEFT + column as i64 * CELL.0, self.top + below * CELL.1);
        let share = spot.value.map(|value| self.shades.place(value));
        let fill = share.map_or(HATCHED.to_owned(), shade);
        let tip = format!("{} {}, {} {}", caption.x, spot.x, caption.y, spot.by);
        writeln!(
            out,
            r##"<rect x="{left}" y="{top}" width="{}" height="{}" fill="{fill}" stroke="#fff"><title>{}</title></rect>"##,
            CELL.0,
            CELL.1,
            Escaped(&tip)
        )?;
        let light = if share.is_some_and(is_dark) { " light" } else { "" };
        let middle = Px::whole(left + CELL.0 / 2);
        let half_width = spot.bounds.map(|(lower, upper)| (upper - lower) / 2.0);
        let rounded = |value: f64| Rounded { value, half_width }.to_string();
        let value = spot.value.map_or("?".to_owned(), rounded);
        let baseline = if spot.bounds.is_some() { 21 } else { 28 };
        text(out, &format!("value{light}"), (middle, Px::whole(top + baseline)), &value)?;
        match spot.bounds {
            None => Ok(()),
            Some((lower, upper)) => {
                let bounds = format!("{} to {}", rounded(lower), rounded(upper));
                text(out, &format!("bounds{light}"), (middle, Px::whole(top + 36)), &bounds)
            }
        }
    }

    /// What the shades are.
    fn write_bar(&self, out: &mut impl Write, top: Px, value: &str) -> io::Result<()> {
        let step = Px(BAR.0 * 10 / SHADES);
        for place in 0..SHADES {
            let fill = shade((place as f64 + 0.5) / SHADES as f64);
            let x = Px(LEFT * 10 + place * step.0);
            writeln!(out, r#"<rect x="{x}" y="{top}" width="{step}" height="{}" fill="{fill}"/>"#, BAR.1)?;
        }
        writeln!(out, r#"<rect class="axis" x="{LEFT}" y="{top}" width="{}" height="{}"/>"#, BAR.0, BAR.1)?;
        text(out, "name", (Px::whole(LEFT + BAR.0 + 16), top.plus(11)), value)?;
        let mut free = i64::MIN;
        for tick in &self.shades.ticks {
            let x = Px(LEFT * 10 + libm::round(self.shades.place(*tick) * (BAR.0 * 10) as f64) as i64);
            let half = told(*tick).len() as i64 * 40;
            if x.0 - half > free {
                text(out, "tick", (x, top.plus(27)), &told(*tick))?;
                free = x.0 + half;
            }
        }
        Ok(())
    }
}
