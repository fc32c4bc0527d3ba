//! The lives of Pods as a chart of characters, for a terminal.
//!
//! What: an axis of time for each run, a line for each node, Pod and container, a legend
//! of the signs that were used. Signs differ without color; a short state is never lost.
//! Never: a row for every change; those are in `lives.csv`. Nor a terminal: the caller
//! says how wide it is. Next: [`super::lifeline`], what is shown; [`super::drawing`], the same as a figure.

use super::axis;
use super::lifeline::{ContainerLine, Lifeline, Lives, MOST_PODS, Mark, PodLine, State, Stretch};
use super::story::RunStory;
use crate::ground::SimTime;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// How a chart is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// In columns, labels included.
    pub width: usize,
    pub signs: Signs,
    pub color: bool,
}

/// Which characters it is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    Unicode,
    Ascii,
}

/// Narrower than this nothing can be seen.
const NARROWEST: usize = 60;
/// Between labels and chart.
const GAP: usize = 2;
/// The least columns from tick to tick.
const TICK: usize = 7;
/// A panel with more lines has its axis below it, too.
const AXIS_TWICE: usize = 24;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    State(State),
    Mark(Mark),
}

const NOTHING: Sign = Sign::State(State::Absent);

impl Sign {
    fn glyph(self, signs: Signs) -> char {
        let (unicode, ascii) = match self {
            Sign::State(State::Absent) => (' ', ' '),
            Sign::State(State::Pending) => ('·', '.'),
            Sign::State(State::Initializing) => ('▂', ':'),
            Sign::State(State::NotReady) => ('▄', '-'),
            Sign::State(State::Ready) => ('▆', '#'),
            Sign::State(State::BackOff) => ('~', '~'),
            Sign::State(State::Terminating) => ('╱', '/'),
            Sign::State(State::Succeeded) => ('─', '_'),
            Sign::State(State::Failed) => ('╌', 'x'),
            Sign::State(State::Unknown) => ('?', '?'),
            Sign::State(State::UnderPressure) => ('░', '^'),
            Sign::Mark(Mark::Restarted) => ('↻', 'r'),
            Sign::Mark(Mark::Crashed) => ('✗', '!'),
            Sign::Mark(Mark::KilledByProbe) => ('P', 'P'),
            Sign::Mark(Mark::OomKilled) => ('O', 'O'),
            Sign::Mark(Mark::Rejected) => ('R', 'R'),
            Sign::Mark(Mark::Deleted) => ('D', 'D'),
            Sign::Mark(Mark::Preempted) => ('V', 'V'),
            Sign::Mark(Mark::Evicted) => ('E', 'E'),
        };
        if signs == Signs::Unicode { unicode } else { ascii }
    }

    fn words(self) -> &'static str {
        match self {
            Sign::State(state) => state.words(),
            Sign::Mark(mark) => mark.words(),
        }
    }

    /// Its color, as terminals number them; it says nothing that the glyph does not.
    fn color(self) -> &'static str {
        match self {
            Sign::State(State::Absent) => "",
            Sign::State(State::Pending | State::Succeeded) => "90",
            Sign::State(State::Initializing) => "36",
            Sign::State(State::Ready) => "32",
            Sign::State(State::NotReady | State::BackOff) => "33",
            Sign::State(State::Failed | State::Terminating | State::UnderPressure) => "31",
            Sign::State(State::Unknown) => "35",
            Sign::Mark(Mark::Restarted) => "1;33",
            Sign::Mark(_) => "1;31",
        }
    }

    fn told() -> impl Iterator<Item = Sign> {
        State::TOLD.into_iter().map(Sign::State).chain(Mark::ALL.into_iter().map(Sign::Mark))
    }
}

/// Writes the chart of all runs that have one.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, stories: &[RunStory], look: Look) -> io::Result<()> {
    let charted = || stories.iter().filter_map(|story| Some((story, story.lives.as_ref()?)));
    let width = look.width.max(NARROWEST);
    let widest = charted().flat_map(|(story, lives)| labels(story, lives)).map(|label| label.chars().count());
    let gutter = widest.max().unwrap_or(0).min(width / 3) + GAP;
    // The axis is one longer than the chart: its last tick is the end of the last column.
    let mut chart = Chart { out, look, gutter, columns: width - gutter - 1, used: BTreeSet::new() };
    for (story, lives) in charted() {
        writeln!(chart.out)?;
        chart.write_panel(&story.run, lives)?;
    }
    chart.write_legend()
}

/// All that is to stand at the left of a panel.
fn labels<'a>(story: &'a RunStory, lives: &'a Lives) -> impl Iterator<Item = String> + 'a {
    let pod_and_containers = |pod: &'a PodLine| {
        let containers = pod.containers.iter().map(container_label);
        std::iter::once(pod_label(&pod.name)).chain(containers)
    };
    let nodes = lives.by_node().into_iter().map(|(_, pods)| pods[0].node_name().to_owned());
    std::iter::once(story.run.clone()).chain(nodes).chain(lives.pods.iter().flat_map(pod_and_containers))
}

fn pod_label(pod: &str) -> String {
    format!("  {pod}")
}

fn container_label(container: &ContainerLine) -> String {
    format!("    {}", container.label())
}

struct Chart<'o, W: Write> {
    out: &'o mut W,
    look: Look,
    gutter: usize,
    columns: usize,
    used: BTreeSet<Sign>,
}

impl<W: Write> Chart<'_, W> {
    fn write_panel(&mut self, run: &str, lives: &Lives) -> io::Result<()> {
        let (labels, rule) = self.axis(lives.horizon);
        self.write_line(run, &labels)?;
        self.write_line("", &rule)?;
        for (number, (node, pods)) in lives.by_node().into_iter().enumerate() {
            if number > 0 {
                writeln!(self.out)?;
            }
            let line = node.and_then(|node| lives.nodes.get(node.index())).map(|node| &node.line);
            self.write_lifeline(pods[0].node_name(), line, lives.horizon)?;
            for pod in &pods {
                self.write_lifeline(&pod_label(&pod.name), Some(&pod.line), lives.horizon)?;
                for container in &pod.containers {
                    let label = container_label(container);
                    self.write_lifeline(&label, Some(&container.line), lives.horizon)?;
                }
            }
        }
        let lines: usize = lives.pods.iter().map(|pod| 1 + pod.containers.len()).sum();
        if lines > AXIS_TWICE {
            self.write_line("", &rule)?;
            self.write_line("", &labels)?;
        }
        match lives.more_pods {
            0 if lives.pods.is_empty() => self.write_line("  no pod was made", ""),
            0 => Ok(()),
            more => writeln!(self.out, "  the first {MOST_PODS} pods; and {more} more: see lives.csv"),
        }
    }

    /// The labels of an axis, and the axis.
    fn axis(&self, horizon: SimTime) -> (String, String) {
        let [line, start, tick, end] = match self.look.signs {
            Signs::Unicode => ['─', '├', '┼', '┤'],
            Signs::Ascii => ['-', '+', '+', '+'],
        };
        let mut rule = vec![line; self.columns + 1];
        let mut labels = vec![' '; self.columns + 1];
        let mut free = 0;
        for instant in axis::ticks(horizon, (self.columns / TICK) as u64) {
            let at = place(instant, horizon, self.columns).min(self.columns);
            rule[at] = if at == 0 { start } else { tick };
            let label: Vec<char> = axis::label(instant).chars().collect();
            let first =
                at.saturating_sub(label.len() / 2).min((self.columns + 1).saturating_sub(label.len()));
            if free <= first {
                labels[first..first + label.len()].copy_from_slice(&label);
                free = first + label.len() + 1;
            }
        }
        if rule[self.columns] == tick {
            rule[self.columns] = end;
        }
        (labels.into_iter().collect(), rule.into_iter().collect())
    }

    fn write_lifeline(&mut self, label: &str, line: Option<&Lifeline>, horizon: SimTime) -> io::Result<()> {
        let mut signs = line.map_or(Vec::new(), |line| signs(line, horizon, self.columns));
        while signs.last() == Some(&NOTHING) {
            signs.pop();
        }
        let mut drawn = String::new();
        for same in signs.chunk_by(|one, other| one.color() == other.color()) {
            let glyphs = same.iter().map(|sign| sign.glyph(self.look.signs));
            let color = same[0].color();
            if self.look.color && !color.is_empty() {
                drawn.push_str(&format!("\x1b[{color}m{}\x1b[0m", glyphs.collect::<String>()));
            } else {
                drawn.extend(glyphs);
            }
        }
        self.used.extend(signs);
        self.write_line(label, &drawn)
    }

    fn write_line(&mut self, label: &str, drawn: &str) -> io::Result<()> {
        let label = shortened(label, self.gutter - GAP);
        let line = format!("{label:<gutter$}{drawn}", gutter = self.gutter);
        writeln!(self.out, "{}", line.trim_end())
    }

    /// The signs that were used, and no others.
    fn write_legend(&mut self) -> io::Result<()> {
        let used = Sign::told().filter(|sign| self.used.contains(sign));
        let entries: Vec<String> =
            used.map(|sign| format!("{} {}", sign.glyph(self.look.signs), sign.words())).collect();
        let column = entries.iter().map(|entry| entry.chars().count()).max().unwrap_or(0) + 3;
        let in_a_line = (self.look.width.max(NARROWEST) / column).max(1);
        if !entries.is_empty() {
            writeln!(self.out)?;
        }
        for line in entries.chunks(in_a_line) {
            let line: String = line.iter().map(|entry| format!("{entry:<column$}")).collect();
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The column of an instant; the end of the run lies behind the last.
fn place(instant: SimTime, horizon: SimTime, columns: usize) -> usize {
    let place = u128::from(instant.0) * columns as u128 / u128::from(horizon.0.max(1));
    usize::try_from(place).unwrap_or(columns)
}

/// A name that is too long, without its middle: what tells names apart is at their ends.
pub(super) fn shortened(name: &str, most: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= most {
        return name.to_owned();
    }
    let kept = most.saturating_sub(1);
    let (head, tail) = (kept.div_ceil(2), kept / 2);
    letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
}

/// One sign for each column: a mark, or the state that fills most of it; a state too short
/// to fill most of any column has one all the same, unless a more important one needs it.
fn signs(line: &Lifeline, horizon: SimTime, columns: usize) -> Vec<Sign> {
    let stretches: Vec<Stretch> = line.stretches(horizon).collect();
    let mut owners = by_majority(&stretches, horizon, columns);
    let mut owned = vec![0_usize; stretches.len()];
    owners.iter().flatten().for_each(|owner| owned[*owner] += 1);
    for (number, stretch) in stretches.iter().enumerate() {
        let column = place(stretch.from, horizon, columns).min(columns - 1);
        let yields = |owner: &usize| owned[*owner] > 1 || stretches[*owner].state < stretch.state;
        if owned[number] == 0 && owners[column].as_ref().is_none_or(yields) {
            if let Some(owner) = owners[column].replace(number) {
                owned[owner] -= 1;
            }
            owned[number] = 1;
        }
    }
    let state =
        |owner: &Option<usize>| Sign::State(owner.map_or(State::Absent, |owner| stretches[owner].state));
    let mut signs: Vec<Sign> = owners.iter().map(state).collect();
    for (instant, mark) in line.marks() {
        let column = place(*instant, horizon, columns).min(columns - 1);
        signs[column] = signs[column].max(Sign::Mark(*mark));
    }
    signs
}

/// For each column the stretch that fills most of it, if any touches it.
fn by_majority(stretches: &[Stretch], horizon: SimTime, columns: usize) -> Vec<Option<usize>> {
    let mut most = vec![(0, None); columns];
    // The first instant of a column.
    let begin = |column: usize| (u128::from(horizon.0) * column as u128).div_ceil(columns as u128);
    for (number, stretch) in stretches.iter().enumerate() {
        let (from, until) = (u128::from(stretch.from.0), u128::from(stretch.until.0));
        let first = place(stretch.from, horizon, columns);
        for (column, most) in most.iter_mut().enumerate().skip(first) {
            if until <= begin(column) {
                break;
            }
            let share = until.min(begin(column + 1)).saturating_sub(from.max(begin(column)));
            if most.0 < share {
                *most = (share, Some(number));
            }
        }
    }
    most.into_iter().map(|(_, number)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_differs_from_every_other_without_color() {
        for signs in [Signs::Unicode, Signs::Ascii] {
            let glyphs: BTreeSet<char> = Sign::told().map(|sign| sign.glyph(signs)).collect();
            assert_eq!(glyphs.len(), Sign::told().count(), "{signs:?}");
            assert!(!glyphs.contains(&' '), "what is told is seen");
        }
    }

    /// A line over 100 s in ten columns of 10 s.
    fn in_ten_columns(turns: &[(u64, State)], marks: &[(u64, Mark)]) -> String {
        let at = |seconds: u64| SimTime(seconds * 1_000_000);
        let mut line = Lifeline::new(at(100));
        turns.iter().for_each(|(seconds, state)| line.turn(at(*seconds), *state));
        marks.iter().for_each(|(seconds, mark)| line.mark(at(*seconds), *mark));
        signs(&line, at(100), 10).into_iter().map(|sign| sign.glyph(Signs::Ascii)).collect()
    }

    #[test]
    fn a_column_shows_what_fills_most_of_it_and_a_short_state_is_never_lost() {
        use State::{Absent, BackOff, NotReady, Pending, Ready};
        let drawn = in_ten_columns(&[(0, Pending), (14, Ready), (66, NotReady)], &[]);
        assert_eq!(drawn, ".######---", "from 10 s and until 70 s it is ready for 6 s of 10");
        let drawn = in_ten_columns(&[(0, Ready), (52, NotReady), (53, Ready)], &[]);
        assert_eq!(drawn, "#####-####", "one second");
        let drawn = in_ten_columns(&[(0, Ready), (52, BackOff), (53, NotReady), (55, Ready)], &[]);
        assert_eq!(drawn, "#####~####", "of two in one column, the more important one");
        let drawn = in_ten_columns(&[(20, Ready), (22, Absent), (100, Pending)], &[]);
        assert_eq!(drawn, "  #      .", "nothing is less than something; the very end is seen");
    }

    #[test]
    fn marks_stand_before_states_and_the_more_important_before_others() {
        let marks = [(30, Mark::Crashed), (31, Mark::Restarted), (100, Mark::Evicted), (99, Mark::Crashed)];
        assert_eq!(in_ten_columns(&[(0, State::Ready)], &marks), "###!#####E");
    }

    #[test]
    fn a_long_name_keeps_both_its_ends() {
        assert_eq!(shortened("database-replica-17.2", 12), "databa…-17.2");
        assert_eq!(shortened("web", 3), "web");
    }
}
