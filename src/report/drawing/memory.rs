//! The memory of nodes as a figure: pods upon each other, over their lives.
//!
//! What: for each node its layers, the lines of capacity, thresholds and allocatable, what happened
//! and to whom; below, on the same axis, the lives as [`super::write`] draws them.
//! Never: what a layer holds: [`crate::report::strata`] knows. Next: [`super::style`].

use super::style;
use super::{Caption, LABEL, LEFT, Legend, MARGIN, PANEL_GAP, PLOT, Panel, TICKS, begin, panel_height, x_of};
use crate::eviction::Threshold;
use crate::ground::{Bytes, SimTime};
use crate::report::axis;
use crate::report::chart::shortened;
use crate::report::figures::{Length, Memory};
use crate::report::lifeline::{Lives, Mark, PodLine};
use crate::report::story::RunStory;
use crate::report::strata::{Band, Edge, Strata};
use crate::report::svg::{Px, text};
use std::fmt::Write as _;
use std::io::{self, Write};

/// How high all of a node's memory is.
const HEIGHT: i64 = 190;
/// Above it: the node's name, the ticks, the marks.
const ABOVE: i64 = 58;
const BELOW: i64 = 18;
const NODE_PANEL: i64 = ABOVE + HEIGHT + BELOW;
const RUN_LABEL: i64 = 22;
const LEGEND_ROW: i64 = 24;
/// No two labels beside the axis are nearer.
const LABEL_GAP: i64 = 130;
/// At most so many round amounts beside the axis.
const AMOUNTS: u64 = 5;
/// How wide a letter is at most, in tenths of a pixel, and how high a line of text.
const LETTER: i64 = 78;
const LINE: i64 = 115;

/// Writes the figure of all runs whose memory was seen.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, caption: Caption<'_>, stories: &[RunStory]) -> io::Result<()> {
    let panels = super::panels(stories);
    let legend = Legend::of(&panels);
    let heights = panels.iter().map(|(story, lives)| run_height(story, lives));
    let height = LEGEND_ROW + legend.height() + heights.sum::<i64>();
    let mut top = begin(out, caption, "memory of nodes and lives of Pods", height)?;
    style::write_style_of_bands(out)?;
    style::write_bands_legend(out, (Px::whole(MARGIN), top))?;
    legend.write(out, top.plus(LEGEND_ROW))?;
    top = top.plus(LEGEND_ROW + legend.height());
    for (story, lives) in panels {
        text(out, "run", (Px::whole(MARGIN), top.plus(14)), &shortened(&story.run, LABEL))?;
        let mut below = top.plus(RUN_LABEL);
        for strata in &story.strata {
            NodePanel { out, strata, lives, top: below }.write()?;
            below = below.plus(NODE_PANEL);
        }
        Panel { out, lives, top: below }.write("lives")?;
        top = top.plus(run_height(story, lives));
    }
    writeln!(out, "</svg>")
}

/// What one run takes.
fn run_height(story: &RunStory, lives: &Lives) -> i64 {
    RUN_LABEL + NODE_PANEL * story.strata.len() as i64 + panel_height(lives) + PANEL_GAP
}

/// One node.
struct NodePanel<'p, W: Write> {
    out: &'p mut W,
    strata: &'p Strata,
    lives: &'p Lives,
    top: Px,
}

/// A corner of a band: where its instant lies, its lower edge, and its upper one.
#[derive(Clone, Copy)]
struct Corner {
    x: Px,
    below: Px,
    above: Px,
}

impl<W: Write> NodePanel<'_, W> {
    fn write(&mut self) -> io::Result<()> {
        text(self.out, "node", (Px::whole(MARGIN), self.top.plus(14)), &shortened(&self.strata.node, LABEL))?;
        self.write_axis()?;
        let strata = self.strata;
        let bands = strata.bands();
        for band in &bands {
            self.write_band(band)?;
        }
        for band in &bands {
            self.write_name(band)?;
        }
        self.write_lines()?;
        self.write_marks()
    }

    fn bottom(&self) -> Px {
        self.top.plus(ABOVE + HEIGHT)
    }

    fn x(&self, instant: SimTime) -> Px {
        x_of(instant, self.lives.horizon)
    }

    /// What is above all there is lies at the top.
    fn y(&self, level: Bytes) -> Px {
        let capacity = i128::from(self.strata.capacity.0.max(1));
        let tenths = i128::from(level.0).min(capacity) * i128::from(HEIGHT * 10) / capacity;
        Px(self.bottom().0 - i64::try_from(tenths).unwrap_or(HEIGHT * 10))
    }

    fn write_axis(&mut self) -> io::Result<()> {
        let (above, below) = (self.top.plus(22), self.bottom());
        for tick in axis::ticks(self.lives.horizon, TICKS) {
            let x = self.x(tick);
            writeln!(self.out, r#"<path class="grid" d="M{x} {above}V{below}"/>"#)?;
            text(self.out, "tick", (x, self.top.plus(16)), &axis::label(tick))?;
        }
        let (left, right) = (Px::whole(LEFT), Px::whole(LEFT + PLOT));
        writeln!(self.out, r#"<path class="axis" d="M{left} {above}H{right}M{left} {below}H{right}"/>"#)
    }

    fn corners(&self, edges: &[Edge]) -> Vec<Corner> {
        let corner =
            |edge: &Edge| Corner { x: self.x(edge.at), below: self.y(edge.below), above: self.y(edge.above) };
        edges.iter().map(corner).collect()
    }

    /// The band wherever there is something of it, one outline for each time that it is there.
    fn write_band(&mut self, band: &Band<'_>) -> io::Result<()> {
        let is_there = |edge: &Edge| edge.below < edge.above;
        let mut outlines = String::new();
        let mut from = 0;
        while let Some(first) = band.edges[from..].iter().position(is_there).map(|first| from + first) {
            let length = band.edges[first..].iter().position(|edge| !is_there(edge));
            let end = length.map_or(band.edges.len(), |length| first + length + 1);
            outlines += &outline(&self.corners(&band.edges[first.saturating_sub(1)..end]));
            from = end.min(band.edges.len());
        }
        if outlines.is_empty() {
            return Ok(());
        }
        style::write_band(self.out, band.layer.whose.class(), &outlines, &self.tip(band))
    }

    fn tip(&self, band: &Band<'_>) -> String {
        let most = band.edges.iter().map(|edge| edge.above.0 - edge.below.0).max().unwrap_or(0);
        let class = band.layer.whose.class().map_or(String::new(), |class| format!(" ({})", class.name()));
        format!("{}{class}: at most {}", band.layer.name, Memory(most.into()))
    }

    /// The name of a band, where it has most room, if it has enough.
    fn write_name(&mut self, band: &Band<'_>) -> io::Result<()> {
        let corners = self.corners(&band.edges);
        let width = text_width(&band.layer.name) + 80;
        let starts = (LEFT..LEFT + PLOT).step_by(8).map(|x| x * 10);
        let fits = starts.take_while(|x| x + width <= (LEFT + PLOT) * 10);
        let rooms = fits.filter_map(|x| Some((room(&corners, (x, x + width))?, x)));
        // Of equal rooms the first.
        let Some(((height, middle), x)) = rooms.max_by_key(|((height, _), x)| (*height, -x)) else {
            return Ok(());
        };
        if height < LINE {
            return Ok(());
        }
        let class = style::band_text(band.layer.whose.class());
        text(self.out, class, (Px(x + 40), Px(middle + 40)), &band.layer.name)
    }

    /// Capacity, thresholds and allocatable from above, each with where it lies, its name and its look.
    fn lines(&self) -> Vec<(Px, String, &'static str)> {
        let (capacity, allocatable) = (self.strata.capacity, self.strata.allocatable);
        let memory = |bytes: Bytes| Memory(bytes.0.into());
        let threshold = |threshold: &Threshold| {
            let left = threshold.value.in_bytes(capacity);
            let y = self.y(Bytes(capacity.0.saturating_sub(left.0)));
            let (word, look) =
                if threshold.is_hard() { ("hard", "line hard") } else { ("soft", "line soft") };
            (y, format!("{word}: {} left", memory(left)), look)
        };
        let mut lines = vec![(self.y(capacity), format!("capacity {}", memory(capacity)), "line")];
        lines.extend(self.strata.thresholds.iter().map(threshold));
        let look = "line allocatable";
        lines.push((self.y(allocatable), format!("allocatable {}", memory(allocatable)), look));
        lines.sort_by_key(|(y, _, _)| *y);
        lines
    }

    /// Those lines, their names on the left and apart from each other, and round amounts where there is room between.
    fn write_lines(&mut self) -> io::Result<()> {
        let mut taken: Vec<Px> = Vec::new();
        for (y, words, look) in self.lines() {
            let at = taken.last().map_or(y, |last| y.max(Px(last.0 + LABEL_GAP)));
            taken.push(at);
            self.write_line((y, at), &words, look)?;
        }
        for amount in amounts(self.strata.capacity) {
            let y = self.y(amount);
            if taken.iter().all(|other| (other.0 - y.0).abs() >= LABEL_GAP) {
                self.write_label((y, y), &Memory(amount.0.into()).to_string())?;
            }
        }
        Ok(())
    }

    /// A line at `y`, its label beside `at`.
    fn write_line(&mut self, (y, at): (Px, Px), words: &str, look: &str) -> io::Result<()> {
        self.write_label((y, at), words)?;
        let (left, right) = (Px::whole(LEFT), Px::whole(LEFT + PLOT));
        writeln!(self.out, r#"<path class="{look}" d="M{left} {y}H{right}"/>"#)
    }

    /// A label beside `at`, which leads to the axis at `y`.
    fn write_label(&mut self, (y, at): (Px, Px), words: &str) -> io::Result<()> {
        text(self.out, "amount", (Px::whole(LEFT - 12), at.plus(4)), words)?;
        let (from, left) = (Px::whole(LEFT - 10), Px::whole(LEFT));
        writeln!(self.out, r#"<path class="lead" d="M{from} {at}L{left} {y}"/>"#)
    }

    /// What happened to pods here, above their memory; with their names where these touch nothing.
    fn write_marks(&mut self) -> io::Result<()> {
        let (lives, node) = (self.lives, &self.strata.node);
        let here = lives.pods.iter().filter(|pod| pod.node_name() == node);
        let marks = super::apart(here.flat_map(marks_of).collect(), self.lives.horizon);
        let begins = marks.iter().skip(1).map(|(at, _, _)| self.x(*at).0 - style::MARK.0 / 2);
        let begins: Vec<i64> = begins.chain([(LEFT + PLOT + MARGIN) * 10]).collect();
        let mut free = LEFT * 10;
        for ((instant, mark, pod), end) in marks.into_iter().zip(begins) {
            self.write_mark(instant, mark, pod)?;
            free = self.write_pod(instant, pod, (free, end))?;
        }
        Ok(())
    }

    fn write_mark(&mut self, instant: SimTime, mark: Mark, pod: &str) -> io::Result<()> {
        let (x, y, below) = (self.x(instant), self.top.plus(ABOVE - 12), self.bottom());
        let tip = format!("{pod}: {} at {}", mark.words(), Length::until(instant));
        writeln!(self.out, r#"<path class="instant" d="M{x} {}V{below}"/>"#, y.plus(6))?;
        style::write_mark(self.out, mark, (x, y), &tip)
    }

    /// The name beside a mark, after it or else before it, in what is free; says from where on it is free then.
    fn write_pod(&mut self, instant: SimTime, pod: &str, (free, end): (i64, i64)) -> io::Result<i64> {
        let (x, baseline, width) = (self.x(instant), self.top.plus(ABOVE - 8), text_width(pod));
        let (after, before) = (x.plus(9), x.plus(-9));
        if after.0 + width <= end {
            text(self.out, "pod", (after, baseline), pod)?;
            return Ok(after.0 + width);
        }
        if free + width <= before.0 {
            text(self.out, "before", (before, baseline), pod)?;
        }
        Ok(after.0)
    }
}

/// All marks of a pod, those of its containers among them.
fn marks_of(pod: &PodLine) -> impl Iterator<Item = (SimTime, Mark, &str)> {
    let lines = std::iter::once(&pod.line).chain(pod.containers.iter().map(|one| &one.line));
    lines.flat_map(|line| line.marks()).map(|(instant, mark)| (*instant, *mark, pod.name.as_str()))
}

/// How wide a text is at most, in tenths of a pixel.
fn text_width(words: &str) -> i64 {
    words.chars().count() as i64 * LETTER
}

/// There along the upper edge, back along the lower one.
fn outline(corners: &[Corner]) -> String {
    let there = corners.iter().map(|corner| (corner.x, corner.above));
    let back = corners.iter().rev().map(|corner| (corner.x, corner.below));
    // Straight into one text: a crowded node has hundreds of thousands.
    let (mut path, mut last) = (String::new(), None);
    for (x, y) in there.chain(back) {
        if last != Some((x, y)) {
            let step = if last.is_none() { 'M' } else { 'L' };
            let _ = write!(path, "{step}{x} {y}"); // A text takes all.
            last = Some((x, y));
        }
    }
    path + "Z"
}

/// How high a text from one place to another may be within a band, and where its middle is; in tenths of a pixel.
fn room(corners: &[Corner], (from, to): (i64, i64)) -> Option<(i64, i64)> {
    let ends = [at(corners, from)?, at(corners, to)?];
    let first = corners.partition_point(|corner| corner.x.0 < from);
    let last = corners.partition_point(|corner| corner.x.0 <= to);
    let all = || ends.iter().chain(&corners[first..last]);
    let floor = all().map(|corner| corner.below.0).min()?;
    let ceiling = all().map(|corner| corner.above.0).max()?;
    Some((floor - ceiling, (floor + ceiling) / 2))
}

/// Where the band lies between two corners.
fn at(corners: &[Corner], x: i64) -> Option<Corner> {
    let next = corners.partition_point(|corner| corner.x.0 <= x);
    let after = corners.get(next).or(corners.last())?;
    let before = corners.get(next.checked_sub(1)?)?;
    let width = (after.x.0 - before.x.0).max(1);
    let between = |from: Px, to: Px| Px(from.0 + (to.0 - from.0) * (x - before.x.0) / width);
    let (below, above) = (between(before.below, after.below), between(before.above, after.above));
    Some(Corner { x: Px(x), below, above })
}

/// The round amounts up to a capacity, from nothing: at most [`AMOUNTS`] steps.
fn amounts(capacity: Bytes) -> impl Iterator<Item = Bytes> {
    let mut steps = std::iter::successors(Some(1_u64), |step| step.checked_mul(2));
    let step = steps.find(|step| capacity.0 / step <= AMOUNTS).unwrap_or(u64::MAX);
    (0..=capacity.0 / step).map(move |number| Bytes(number * step))
}
