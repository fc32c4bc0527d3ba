//! The lives of Pods as a figure: SVG, to be put on a slide or into a paper.
//!
//! What: what [`super::chart`] draws, to the pixel: a panel for each run, a bar for each
//! node, Pod and container, ticks, marks, a legend, and what a bar is when it is pointed at.
//! The same bytes on every machine; colors that are told apart by the color-blind, and with
//! their patterns in grey. Text stays text.
//! Never: a library, a float, a change that [`super::lifeline`] does not have.
//! Next: [`style`], what states and marks look like.

mod memory;
mod style;

pub use self::memory::write as write_memory;

use self::style::Height;
use super::axis;
use super::chart::shortened;
use super::figures::{Length, wrapped};
use super::lifeline::{ContainerLine, Lifeline, Lives, MOST_PODS, Mark, State, Stretch};
use super::story::RunStory;
use super::summary::asked;
use super::svg::{Escaped, Px, text};
use crate::ground::SimTime;
use std::collections::BTreeSet;
use std::io::{self, Write};

const WIDTH: i64 = 1000;
const MARGIN: i64 = 24;
/// Where the time begins and how wide it is.
const LEFT: i64 = 230;
const PLOT: i64 = WIDTH - MARGIN - LEFT;
/// Letters of a label, of a line of the title.
const LABEL: usize = 30;
const TITLE: usize = 88;
/// At most so many steps from tick to tick.
const TICKS: u64 = 12;
const NODE_ROW: i64 = 24;
const POD_ROW: i64 = 22;
const CONTAINER_ROW: i64 = 15;
/// Below a Pod with its containers, and between panels.
const POD_GAP: i64 = 5;
const PANEL_GAP: i64 = 26;
const LEGEND_COLUMNS: usize = 5;
const LEGEND_COLUMN: i64 = 190;
const LEGEND_ROW: i64 = 22;

/// What a figure is about.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'a> {
    pub scenario: &'a str,
    pub question: Option<&'a str>,
    pub seed: u64,
}

/// Writes the figure of all runs that have lives.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, caption: Caption<'_>, stories: &[RunStory]) -> io::Result<()> {
    let panels = panels(stories);
    let legend = Legend::of(&panels);
    let lives: i64 = panels.iter().map(|(_, lives)| panel_height(lives) + PANEL_GAP).sum();
    let mut top = begin(out, caption, "lives of Pods", legend.height() + lives)?;
    legend.write(out, top)?;
    top = top.plus(legend.height());
    for (story, lives) in panels {
        Panel { out, lives, top }.write(&story.run)?;
        top = top.plus(panel_height(lives) + PANEL_GAP);
    }
    writeln!(out, "</svg>")
}

/// The runs that have lives.
fn panels(stories: &[RunStory]) -> Vec<(&RunStory, &Lives)> {
    stories.iter().filter_map(|story| Some((story, story.lives.as_ref()?))).collect()
}

/// Writes what all figures of runs begin with, above so many pixels; says where these begin.
fn begin(out: &mut impl Write, caption: Caption<'_>, what: &str, height: i64) -> io::Result<Px> {
    let title = wrapped(caption.question.map_or(caption.scenario, asked), TITLE);
    let head = 50 + 24 * title.len() as i64;
    style::write_head(out, (WIDTH, head + height), &title.join(" "))?;
    let mut baseline = Px::whole(16);
    for line in &title {
        baseline = baseline.plus(24);
        text(out, "title", (Px::whole(MARGIN), baseline), line.trim_start())?;
    }
    let about = format!("{}: {what}, seed {}, replication 0", caption.scenario, caption.seed);
    text(out, "about", (Px::whole(MARGIN), baseline.plus(20)), &about)?;
    Ok(Px::whole(head))
}

/// What the axis takes above the rows.
const AXIS: i64 = 34;

fn panel_height(lives: &Lives) -> i64 {
    let pod = |containers: usize| POD_ROW + CONTAINER_ROW * containers as i64 + POD_GAP;
    let pods: i64 = lives.pods.iter().map(|one| pod(one.containers.len())).sum();
    let more = if lives.more_pods > 0 { POD_ROW } else { 0 };
    AXIS + NODE_ROW * lives.by_node().len() as i64 + pods + more
}

/// The states and marks that occur.
struct Legend {
    states: Vec<State>,
    marks: Vec<Mark>,
}

impl Legend {
    fn of(panels: &[(&RunStory, &Lives)]) -> Legend {
        let (mut states, mut marks) = (BTreeSet::new(), BTreeSet::new());
        for (_, lives) in panels {
            let containers = lives.pods.iter().flat_map(|pod| &pod.containers).map(|one| &one.line);
            let pods = lives.pods.iter().map(|pod| &pod.line);
            for line in lives.nodes.iter().map(|node| &node.line).chain(pods).chain(containers) {
                states.extend(line.stretches(lives.horizon).map(|stretch| stretch.state));
                marks.extend(line.marks().iter().map(|(_, mark)| *mark));
            }
        }
        Legend {
            states: State::TOLD.into_iter().filter(|state| states.contains(state)).collect(),
            marks: marks.into_iter().collect(),
        }
    }

    fn height(&self) -> i64 {
        let rows = |entries: usize| entries.div_ceil(LEGEND_COLUMNS) as i64;
        LEGEND_ROW * (rows(self.states.len()) + rows(self.marks.len())) + 14
    }

    fn write(&self, out: &mut impl Write, top: Px) -> io::Result<()> {
        let place = |entry: usize| {
            let (row, column) = ((entry / LEGEND_COLUMNS) as i64, (entry % LEGEND_COLUMNS) as i64);
            (Px::whole(MARGIN + column * LEGEND_COLUMN), top.plus(row * LEGEND_ROW))
        };
        for (entry, state) in self.states.iter().enumerate() {
            let (x, y) = place(entry);
            style::write_bar(out, *state, (x, Px::whole(26)), (y, Height::Pod), None)?;
            text(out, "legend", (x.plus(33), y.plus(11)), state.words())?;
        }
        // Marks begin in a row of their own.
        let before = self.states.len().next_multiple_of(LEGEND_COLUMNS);
        for (entry, mark) in self.marks.iter().enumerate() {
            let (x, y) = place(before + entry);
            style::write_mark(out, *mark, (x.plus(13), y.plus(7)), "")?;
            text(out, "legend", (x.plus(33), y.plus(11)), mark.words())?;
        }
        Ok(())
    }
}

/// One run.
struct Panel<'p, W: Write> {
    out: &'p mut W,
    lives: &'p Lives,
    top: Px,
}

impl<W: Write> Panel<'_, W> {
    fn write(&mut self, run: &str) -> io::Result<()> {
        text(self.out, "run", (Px::whole(MARGIN), self.top.plus(14)), &shortened(run, LABEL))?;
        self.write_axis()?;
        let mut top = self.top.plus(AXIS);
        for (node, pods) in self.lives.by_node() {
            let line = node.and_then(|node| self.lives.nodes.get(node.index())).map(|node| &node.line);
            let name = pods[0].node_name();
            self.write_label("node", (MARGIN, top.plus(15)), name)?;
            if let Some(line) = line {
                self.write_line(line, (top.plus(4), Height::Pod), name)?;
            }
            top = top.plus(NODE_ROW);
            for pod in pods {
                self.write_label("pod", (MARGIN + 12, top.plus(14)), &pod.name)?;
                self.write_line(&pod.line, (top.plus(3), Height::Pod), &pod.name)?;
                top = top.plus(POD_ROW);
                for container in &pod.containers {
                    self.write_container(container, top, &pod.name)?;
                    top = top.plus(CONTAINER_ROW);
                }
                top = top.plus(POD_GAP);
            }
        }
        if self.lives.more_pods > 0 {
            let more =
                format!("the first {MOST_PODS} pods; and {} more: see lives.csv", self.lives.more_pods);
            text(self.out, "about", (Px::whole(MARGIN), top.plus(14)), &more)?;
        }
        Ok(())
    }

    fn write_axis(&mut self) -> io::Result<()> {
        let (above, below) = (self.top.plus(22), self.top.plus(panel_height(self.lives)));
        for tick in axis::ticks(self.lives.horizon, TICKS) {
            let x = self.x(tick);
            writeln!(self.out, r#"<path class="grid" d="M{x} {above}V{below}"/>"#)?;
            text(self.out, "tick", (x, self.top.plus(16)), &axis::label(tick))?;
        }
        let (left, right) = (Px::whole(LEFT), Px::whole(LEFT + PLOT));
        writeln!(self.out, r#"<path class="axis" d="M{left} {above}H{right}"/>"#)
    }

    fn write_container(&mut self, container: &ContainerLine, top: Px, pod: &str) -> io::Result<()> {
        let label = container.label();
        self.write_label("container", (MARGIN + 26, top.plus(10)), &label)?;
        self.write_line(&container.line, (top.plus(2), Height::Container), &format!("{pod}, {label}"))
    }

    fn write_label(&mut self, class: &str, (x, y): (i64, Px), name: &str) -> io::Result<()> {
        text(self.out, class, (Px::whole(x), y), &shortened(name, LABEL - (x - MARGIN) as usize / 6))
    }

    /// Bars, the narrow ones over the others, and marks.
    fn write_line(&mut self, line: &Lifeline, (top, height): (Px, Height), name: &str) -> io::Result<()> {
        let narrow = |stretch: &Stretch| self.x(stretch.until).0 - self.x(stretch.from).0 < style::NARROW.0;
        let (over, under): (Vec<Stretch>, Vec<Stretch>) =
            line.stretches(self.lives.horizon).partition(narrow);
        for stretch in under.into_iter().chain(over) {
            let (x, end) = (self.x(stretch.from), self.x(stretch.until));
            let width = Px((end.0 - x.0).max(style::NARROW.0));
            let (from, until) = (Length::until(stretch.from), Length::until(stretch.until));
            let tip = format!("{name}: {}, {from} to {until}", stretch.state.words());
            style::write_bar(self.out, stretch.state, (x, width), (top, height), Some(&tip))?;
        }
        let middle = Px(top.0 + height.of_bar().0 / 2);
        let marks = line.marks().iter().map(|(instant, mark)| (*instant, *mark, name)).collect();
        for (instant, mark, name) in apart(marks, self.lives.horizon) {
            let tip = format!("{name}: {} at {}", mark.words(), Length::until(instant));
            style::write_mark(self.out, mark, (self.x(instant), middle), &tip)?;
        }
        Ok(())
    }

    fn x(&self, instant: SimTime) -> Px {
        x_of(instant, self.lives.horizon)
    }
}

/// Where marks would cover each other, the most important; each with whose it is.
fn apart(mut marks: Vec<(SimTime, Mark, &str)>, horizon: SimTime) -> Vec<(SimTime, Mark, &str)> {
    marks.sort_by_key(|(instant, mark, _)| (std::cmp::Reverse(*mark), *instant));
    let mut kept: Vec<(SimTime, Mark, &str)> = Vec::new();
    for one in marks {
        let x = x_of(one.0, horizon).0;
        if kept.iter().all(|(other, _, _)| (x_of(*other, horizon).0 - x).abs() >= style::MARK.0) {
            kept.push(one);
        }
    }
    kept.sort_by_key(|(instant, _, _)| *instant);
    kept
}

fn x_of(instant: SimTime, horizon: SimTime) -> Px {
    let tenths = i128::from(instant.0) * i128::from(PLOT * 10) / i128::from(horizon.0.max(1));
    Px(LEFT * 10 + i64::try_from(tenths).unwrap_or(PLOT * 10).min(PLOT * 10))
}
