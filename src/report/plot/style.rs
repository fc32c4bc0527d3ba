//! What lines and cells look like.
//!
//! What: colors of the Okabe-Ito palette, dashes and shapes for lines; one ramp of lightness for cells.
//! Never: where something is. Next: [`super::curve`], [`super::heat`].

use crate::report::svg::{Escaped, Px};
use std::io::{self, Write};

const STYLE: &str = r##"<style>
text{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",Arial,sans-serif;font-size:12px;fill:#1a1a1a}
.title{font-size:18px;font-weight:600}
.about,.tick{fill:#555}
.tick,.value,.bounds{text-anchor:middle}
.tick.up{text-anchor:end}
.name{font-size:13px;font-weight:600}
.name.x{text-anchor:middle}
.value{font-size:13px;font-weight:600}
.bounds{font-size:10px}
.light{fill:#fff}
.grid{stroke:#e2e2e2;stroke-width:1}
.axis{stroke:#777;stroke-width:1;fill:none}
</style>"##;

const UNKNOWN: &str = r##"<defs><pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fff"/><path d="M0 6L6 0" stroke="#999" stroke-width="1"/></pattern></defs>"##;

/// Everything before the first line of text.
pub(super) fn write_head(out: &mut impl Write, (width, height): (i64, i64), title: &str) -> io::Result<()> {
    let box_and_size = format!(r#"viewBox="0 0 {width} {height}" width="{width}" height="{height}""#);
    writeln!(out, r#"<svg xmlns="http://www.w3.org/2000/svg" {box_and_size} role="img">"#)?;
    writeln!(out, "<title>{}</title>", Escaped(title))?;
    writeln!(out, "{STYLE}\n{UNKNOWN}")?;
    writeln!(out, r##"<rect width="{width}" height="{height}" fill="#fff"/>"##)
}

/// How a line looks; two lines of one figure differ in more than their color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pen {
    pub(super) color: &'static str,
    dashes: &'static str,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Disc,
    Square,
    Triangle,
    Diamond,
    Drop,
}

const COLORS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#a3487a", "#1a1a1a", "#b8860b"];
const DASHES: [&str; 5] = ["", "8 4", "2 3", "10 3 2 3", "5 2"];
const SHAPES: [Shape; 5] = [Shape::Disc, Shape::Square, Shape::Triangle, Shape::Diamond, Shape::Drop];
/// So many lines differ in color, or in dashes and shape, from all others.
pub(super) const MOST_PENS: usize = 12;

pub(super) fn pen(place: usize) -> Pen {
    Pen {
        color: COLORS[place % COLORS.len()],
        dashes: DASHES[place % DASHES.len()],
        shape: SHAPES[place % SHAPES.len()],
    }
}

impl Pen {
    /// A line through points.
    pub(super) fn write_line(self, out: &mut impl Write, points: &[(Px, Px)]) -> io::Result<()> {
        let [first, others @ ..] = points else { return Ok(()) };
        write!(out, r#"<path fill="none" stroke="{}" stroke-width="2""#, self.color)?;
        if !self.dashes.is_empty() {
            write!(out, r#" stroke-dasharray="{}""#, self.dashes)?;
        }
        write!(out, r#" d="M{} {}"#, first.0, first.1)?;
        for (x, y) in others {
            write!(out, "L{x} {y}")?;
        }
        writeln!(out, r#""/>"#)
    }

    /// From bound to bound, with feet.
    pub(super) fn write_whisker(
        self,
        out: &mut impl Write,
        x: Px,
        (lower, upper): (Px, Px),
    ) -> io::Result<()> {
        let (left, right) = (Px(x.0 - 40), Px(x.0 + 40));
        writeln!(
            out,
            r#"<path fill="none" stroke="{}" stroke-width="1.3" d="M{left} {lower}H{right}M{x} {lower}V{upper}M{left} {upper}H{right}"/>"#,
            self.color
        )
    }

    /// A mark around a point; `tip` is shown to who points at it. An open one stands where the value has no place.
    pub(super) fn write_mark(
        self,
        out: &mut impl Write,
        (x, y): (Px, Px),
        open: bool,
        tip: &str,
    ) -> io::Result<()> {
        let at = |dx: i64, dy: i64| format!("{} {}", Px(x.0 + dx), Px(y.0 + dy));
        let around = |corners: &[(i64, i64)]| {
            let corners: Vec<String> = corners.iter().map(|(dx, dy)| at(*dx, *dy)).collect();
            format!("M{}Z", corners.join("L"))
        };
        let outline = match self.shape {
            Shape::Disc => format!("M{}a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0 -8.4 0Z", at(-42, 0)),
            Shape::Square => around(&[(-38, -38), (38, -38), (38, 38), (-38, 38)]),
            Shape::Triangle => around(&[(0, -48), (46, 36), (-46, 36)]),
            Shape::Diamond => around(&[(0, -52), (46, 0), (0, 52), (-46, 0)]),
            Shape::Drop => around(&[(0, 48), (46, -36), (-46, -36)]),
        };
        let fill = if open { "#fff" } else { self.color };
        let tip = if tip.is_empty() { String::new() } else { format!("<title>{}</title>", Escaped(tip)) };
        writeln!(out, r#"<path fill="{fill}" stroke="{}" d="{outline}">{tip}</path>"#, self.color)
    }
}

/// The color of a share of a map's range: from nearly white to dark blue, ever darker.
pub(super) fn shade(share: f64) -> String {
    const LIGHT: [f64; 3] = [244.0, 249.0, 254.0];
    const DARK: [f64; 3] = [8.0, 48.0, 107.0];
    let mixed = |channel: usize| libm::round(LIGHT[channel] + (DARK[channel] - LIGHT[channel]) * share) as u8;
    format!("#{:02x}{:02x}{:02x}", mixed(0), mixed(1), mixed(2))
}

/// Whether text on that color has to be light.
pub(super) fn is_dark(share: f64) -> bool {
    share > 0.5
}

/// How a cell is filled of which nothing is known.
pub(super) const HATCHED: &str = "url(#unknown)";
