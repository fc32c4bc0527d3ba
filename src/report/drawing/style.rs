//! What states and marks look like in a figure.
//!
//! What: colors of the Okabe-Ito palette, of different lightness, with a pattern where
//! lightness alone would not tell; lines instead of bars for what is over.
//! Never: where something is. Next: [`super::Panel`].

use super::{Escaped, Px};
use crate::model::QosClass;
use crate::report::lifeline::{Mark, State};
use std::io::{self, Write};

/// No bar is narrower, however short its state.
pub(super) const NARROW: Px = Px::whole(2);
/// How wide a mark is.
pub(super) const MARK: Px = Px::whole(13);

/// Whose bar it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Height {
    Pod,
    Container,
}

impl Height {
    pub(super) fn of_bar(self) -> Px {
        match self {
            Height::Pod => Px::whole(14),
            Height::Container => Px::whole(9),
        }
    }
}

const STYLE: &str = r##"<style>
text{font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",Arial,sans-serif;font-size:12px;fill:#1a1a1a}
.title{font-size:18px;font-weight:600}
.about,.tick{fill:#555}
.tick{font-size:11px;text-anchor:middle}
.run{font-size:15px;font-weight:600}
.node{font-weight:600}
.container{font-size:11px;fill:#444}
.sign{font-size:10px;font-weight:700;text-anchor:middle;fill:#fff}
.sign.open{fill:#1a1a1a}
.grid{stroke:#e2e2e2;stroke-width:1}
.axis{stroke:#777;stroke-width:1}
</style>"##;

const PATTERNS: &str = r##"<defs>
<pattern id="initializing" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#cfe8f7"/><path d="M0 6L6 0" stroke="#56b4e9" stroke-width="2"/></pattern>
<pattern id="back-off" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fff"/><path d="M1 0V6" stroke="#d55e00" stroke-width="1.6"/></pattern>
<pattern id="terminating" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fff"/><path d="M0 0L6 6" stroke="#333" stroke-width="2"/></pattern>
<pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#f3dbe7"/><circle cx="3" cy="3" r="1.6" fill="#a3487a"/></pattern>
<pattern id="pressure" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#fbe3d6"/><path d="M0 2.5H5" stroke="#d55e00" stroke-width="1"/></pattern>
</defs>"##;

/// Everything before the first line of text.
pub(super) fn write_head(out: &mut impl Write, (width, height): (i64, i64), title: &str) -> io::Result<()> {
    let box_and_size = format!(r#"viewBox="0 0 {width} {height}" width="{width}" height="{height}""#);
    writeln!(out, r#"<svg xmlns="http://www.w3.org/2000/svg" {box_and_size} role="img">"#)?;
    writeln!(out, "<title>{}</title>", Escaped(title))?;
    writeln!(out, "{STYLE}\n{PATTERNS}")?;
    writeln!(out, r##"<rect width="{width}" height="{height}" fill="#fff"/>"##)
}

const STYLE_OF_BANDS: &str = r##"<style>
.amount{font-size:11px;text-anchor:end}
.before{text-anchor:end}
.on-dark{fill:#fff}
.line,.lead,.instant{fill:none;stroke:#1a1a1a;stroke-width:1.4}
.lead,.instant{stroke-width:.7}
.instant{stroke-dasharray:1 2}
.hard{stroke:#b03a00;stroke-width:2;stroke-dasharray:9 3}
.soft{stroke:#b03a00;stroke-width:2;stroke-dasharray:2 3}
.allocatable{stroke:#1a1a1a;stroke-dasharray:9 3 2 3}
</style>
<defs>
<pattern id="system" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#dcdcdc"/><path d="M0 6L6 0" stroke="#8f8f8f" stroke-width="1"/></pattern>
</defs>"##;

/// What a figure of memory needs besides.
pub(super) fn write_style_of_bands(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{STYLE_OF_BANDS}")
}

/// What is no pod's, and the classes, as a legend tells them: from below.
const BANDS: [Option<QosClass>; 4] =
    [None, Some(QosClass::Guaranteed), Some(QosClass::Burstable), Some(QosClass::BestEffort)];

/// Dark, middle and light of a color that no state has, so that grey tells them apart, too.
fn band_fill(class: Option<QosClass>) -> &'static str {
    match class {
        None => "url(#system)",
        Some(QosClass::Guaranteed) => "#00573f",
        Some(QosClass::Burstable) => "#63b899",
        Some(QosClass::BestEffort) => "#e2f4eb",
    }
}

/// The class of a text that stands in a band.
pub(super) fn band_text(class: Option<QosClass>) -> &'static str {
    if class == Some(QosClass::Guaranteed) { "on-dark" } else { "pod" }
}

/// What fills some outlines; `tip` is shown to who points at it.
pub(super) fn write_band(
    out: &mut impl Write,
    class: Option<QosClass>,
    outlines: &str,
    tip: &str,
) -> io::Result<()> {
    let (fill, tip) = (band_fill(class), Escaped(tip));
    writeln!(
        out,
        r##"<path d="{outlines}" fill="{fill}" stroke="#1a1a1a" stroke-width="0.6"><title>{tip}</title></path>"##
    )
}

/// One row: what each filling means.
pub(super) fn write_bands_legend(out: &mut impl Write, (mut x, y): (Px, Px)) -> io::Result<()> {
    for class in BANDS {
        let words = class.map_or("memory of no pod", QosClass::name);
        let outline = format!("M{x} {y}h26v14h-26Z");
        write_band(out, class, &outline, words)?;
        super::text(out, "legend", (x.plus(33), y.plus(11)), words)?;
        x = x.plus(190);
    }
    Ok(())
}

/// How a state is drawn: a filled bar, or a line through the middle.
enum Look {
    Bar { fill: &'static str, stroke: &'static str },
    Line { stroke: &'static str, dashes: &'static str },
}

fn look(state: State) -> Look {
    let bar = |fill, stroke| Look::Bar { fill, stroke };
    match state {
        State::Absent => bar("none", "none"),
        State::Pending => bar("#ececec", "#b5b5b5"),
        State::Initializing => bar("url(#initializing)", "#56b4e9"),
        State::Ready => bar("#0072b2", "#0072b2"),
        State::NotReady => bar("#f0b93a", "#c98a00"),
        State::BackOff => bar("url(#back-off)", "#d55e00"),
        State::Terminating => bar("url(#terminating)", "#333"),
        State::Unknown => bar("url(#unknown)", "#a3487a"),
        State::UnderPressure => bar("url(#pressure)", "#d55e00"),
        State::Succeeded => Look::Line { stroke: "#009e73", dashes: "" },
        State::Failed => Look::Line { stroke: "#d55e00", dashes: r#" stroke-dasharray="5 4""# },
    }
}

/// A stretch of a state; `tip` is shown to who points at it.
pub(super) fn write_bar(
    out: &mut impl Write,
    state: State,
    (x, width): (Px, Px),
    (top, height): (Px, Height),
    tip: Option<&str>,
) -> io::Result<()> {
    let height = height.of_bar();
    let tip = tip.map_or(String::new(), |tip| format!("<title>{}</title>", Escaped(tip)));
    match look(state) {
        Look::Bar { fill, stroke } => writeln!(
            out,
            r#"<rect x="{x}" y="{top}" width="{width}" height="{height}" fill="{fill}" stroke="{stroke}" stroke-width="0.6">{tip}</rect>"#
        ),
        Look::Line { stroke, dashes } => {
            let middle = Px(top.0 + height.0 / 2);
            let end = Px(x.0 + width.0);
            writeln!(
                out,
                r#"<path d="M{x} {middle}H{end}" stroke="{stroke}" stroke-width="2.4"{dashes}>{tip}</path>"#
            )
        }
    }
}

/// The letter of a mark, and whether it stands on white.
fn sign(mark: Mark) -> (&'static str, bool) {
    match mark {
        Mark::Restarted => ("r", true),
        Mark::Crashed => ("×", false),
        Mark::KilledByProbe => ("P", false),
        Mark::OomKilled => ("O", false),
        Mark::Rejected => ("R", false),
        Mark::Deleted => ("D", false),
        Mark::Preempted => ("V", false),
        Mark::Evicted => ("E", false),
    }
}

/// A mark around a point.
pub(super) fn write_mark(out: &mut impl Write, mark: Mark, (x, y): (Px, Px), tip: &str) -> io::Result<()> {
    let (letter, open) = sign(mark);
    let (fill, class) = if open { ("#fff", "sign open") } else { ("#1a1a1a", "sign") };
    let tip = if tip.is_empty() { String::new() } else { format!("<title>{}</title>", Escaped(tip)) };
    let baseline = Px(y.0 + 35);
    writeln!(
        out,
        r##"<g>{tip}<circle cx="{x}" cy="{y}" r="6.2" fill="{fill}" stroke="#1a1a1a"/><text class="{class}" x="{x}" y="{baseline}">{letter}</text></g>"##
    )
}
