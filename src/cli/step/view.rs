//! A state on a screen.
//!
//! What: nodes as bars, the pods of one in their order, the decision, the next one. On a wide screen all
//! decisions beside them, on a high one also why the loop acts. Letters carry the class, so nothing is lost
//! without color.
//! Never: a change of the state, or a sentence about a comparison.
//! Next: [`super::state`]; [`crate::report::explanation`], whose words these are.

use super::state::{Guess, Mode, State};
use crate::engine::glimpse::NodeSeen;
use crate::eviction::{NodeCondition, Signal};
use crate::experiment::steps::Step;
use crate::ground::{Bytes, NodeId};
use crate::report::chart::Signs;
use crate::report::figures::{Length, Memory, aligned, wrapped};
use crate::report::steps;
use crate::report::summary;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// How a screen is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub signs: Signs,
    pub color: bool,
}

/// From this width on all decisions are listed, on the right.
const WIDE: u16 = 130;
/// How wide their list is.
const LIST: u16 = 56;
/// From this height on it is said why the loop acts.
const HIGH: u16 = 40;
/// The least room that makes sense.
const LEAST: (u16, u16) = (60, 16);
/// The question; which run, and when.
const HEAD: u16 = 2;
/// Above and below what is in a block.
const BORDERS: u16 = 2;
/// Lines below the pods: the decision, the next one, what is said to a key, the keys.
const FOOT: u16 = 5;

const ASCII_BORDER: border::Set = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

const KEYS: &str = "space next  b back  : time  / filter  g guess  o other order  ? help  q quit";

const HELP: [&str; 17] = [
    "space, n, right   the next decision",
    "b, p, left        the one before",
    "Home, End         the beginning, the last decision",
    ":                 jump to an instant: 90s, 12m, 1h30m",
    "up, down          another node",
    "/                 only nodes and pods with this in their names",
    "PageUp, PageDown  more pods",
    "o                 the kernel's order for the kubelet's, and back",
    "g                 guess: the order is hidden until you pick a pod",
    "                  with up and down, and Enter",
    "q, Esc, Ctrl-C    quit",
    "",
    "A bar is a node's memory: E BestEffort, B Burstable, G Guaranteed,",
    "s what is no pod's, . free. From a line (H hard, S soft) to the right",
    "is what must be left. MEM, DISK, PID: the node reports that pressure.",
    "",
    "Any key goes back.",
];

/// What stands in a bar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    System,
    Guaranteed,
    Burstable,
    BestEffort,
    Free,
    Hard,
    Soft,
}

impl Part {
    fn sign(self, signs: Signs) -> char {
        match self {
            Part::System => 's',
            Part::Guaranteed => 'G',
            Part::Burstable => 'B',
            Part::BestEffort => 'E',
            Part::Free if signs == Signs::Unicode => '·',
            Part::Free => '.',
            Part::Hard => 'H',
            Part::Soft => 'S',
        }
    }

    /// A palette that the color-blind can tell apart (Okabe and Ito), dark letters on light grounds.
    fn style(self) -> Style {
        let on = |red, green, blue| Style::new().fg(Color::Black).bg(Color::Rgb(red, green, blue));
        match self {
            Part::System => on(153, 153, 153),
            Part::Guaranteed => on(86, 180, 233),
            Part::Burstable => on(240, 228, 66),
            Part::BestEffort => on(230, 159, 0),
            Part::Free => Style::new(),
            Part::Hard | Part::Soft => Style::new().fg(Color::Rgb(213, 94, 0)).add_modifier(Modifier::BOLD),
        }
    }
}

/// Draws all of it.
pub fn draw(state: &State<'_>, look: Look, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let wanted = format!("This needs {} columns and {} lines. q quits.", LEAST.0, LEAST.1);
        return frame.render_widget(Paragraph::new(wanted), area);
    }
    let view = View { state, look };
    let (left, list) = match area.width >= WIDE {
        true => (
            Rect { width: area.width - LIST, ..area },
            Some(Rect { x: area.width - LIST, width: LIST, ..area }),
        ),
        false => (area, None),
    };
    view.draw_left(frame, left);
    if let Some(list) = list {
        view.draw_list(frame, list);
    }
    if state.mode == Mode::Help {
        view.draw_help(frame, area);
    }
}

struct View<'v, 'a> {
    state: &'v State<'a>,
    look: Look,
}

impl View<'_, '_> {
    fn draw_left(&self, frame: &mut Frame<'_>, area: Rect) {
        let count = u16::try_from(self.state.listed_nodes().len()).unwrap_or(u16::MAX);
        let bars = count.clamp(1, area.height / 4) + BORDERS;
        let why = if area.height >= HIGH { self.why(area.width) } else { Vec::new() };
        let reasons = if why.is_empty() { 0 } else { (why.len() as u16 + BORDERS).min(area.height / 3) };
        let pods = area.height.saturating_sub(HEAD + bars + reasons + FOOT);
        let mut top = area.y;
        let mut next = |height: u16| {
            let part = Rect { y: top, height, ..area };
            top += height;
            part
        };
        self.draw_head(frame, next(HEAD));
        self.draw_nodes(frame, next(bars));
        self.draw_pods(frame, next(pods));
        let reasons = next(reasons);
        if !why.is_empty() {
            frame.render_widget(Paragraph::new(why).block(self.block(" Why ".to_owned())), reasons);
        }
        self.draw_foot(frame, next(FOOT));
    }

    fn block(&self, title: String) -> Block<'static> {
        let block = Block::bordered().title(title);
        match self.look.signs {
            Signs::Unicode => block,
            Signs::Ascii => block.border_set(ASCII_BORDER),
        }
    }

    fn style(&self, style: Style) -> Style {
        if self.look.color { style } else { Style::new() }
    }

    fn bold(&self) -> Style {
        self.style(Style::new().add_modifier(Modifier::BOLD))
    }

    fn draw_head(&self, frame: &mut Frame<'_>, area: Rect) {
        let state = self.state;
        let scenario = state.inquiry.scenario;
        let question = scenario.question.as_deref().map_or(scenario.name.as_str(), summary::asked);
        let total = state.steps.steps.len() as u64 + state.steps.untold;
        let place = match state.place {
            Some(place) => format!("decision {} of {total}", place + 1),
            None => format!("{total} decisions"),
        };
        let identity = format!(
            "{}, run {} (order {}), {} of {}, {place}",
            scenario.name,
            state.run,
            state.inquiry.setting.order.name(),
            Length::until(state.at),
            Length::until(state.inquiry.setting.horizon),
        );
        let lines = vec![Line::styled(question.to_owned(), self.bold()), Line::raw(identity)];
        frame.render_widget(Paragraph::new(lines), area);
    }

    fn draw_nodes(&self, frame: &mut Frame<'_>, area: Rect) {
        let block = self.block(" Nodes ".to_owned()).title_bottom(self.legend());
        let inner = block.inner(area);
        let nodes = self.state.listed_nodes();
        let chosen = nodes.iter().position(|node| *node == self.state.node).unwrap_or_default();
        let from = first_shown(chosen, nodes.len(), inner.height.into());
        let name = |node: &NodeId| self.state.inquiry.setting.nodes[node.index()].node.name.chars().count();
        let names = nodes.iter().map(name).max().unwrap_or_default().min(usize::from(inner.width) / 4);
        let lines: Vec<Line<'_>> = nodes
            .iter()
            .skip(from)
            .take(inner.height.into())
            .map(|node| self.bar(*node, names, inner.width))
            .collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn legend(&self) -> Line<'static> {
        let parts = [
            (Part::System, "system"),
            (Part::Guaranteed, "Guaranteed"),
            (Part::Burstable, "Burstable"),
            (Part::BestEffort, "BestEffort"),
            (Part::Hard, "hard line"),
            (Part::Soft, "soft line"),
        ];
        let mut spans = vec![Span::raw(" ")];
        for (part, name) in parts {
            spans.push(Span::styled(part.sign(self.look.signs).to_string(), self.style(part.style())));
            spans.push(Span::raw(format!(" {name}  ")));
        }
        Line::from(spans)
    }

    /// `> n1  ssssGGGBBBBEEEE·····H··  99.8Mi left of 1Gi   MEM`
    fn bar(&self, node: NodeId, names: usize, width: u16) -> Line<'static> {
        let seen = &self.state.finding.glimpse.nodes[node.index()];
        let setting = &self.state.inquiry.setting.nodes[node.index()];
        let is_chosen = node == self.state.node;
        let mark = if is_chosen { '>' } else { ' ' };
        let name: String = setting.node.name.chars().take(names).collect();
        let left = seen.memory.capacity.saturating_sub(seen.memory.used);
        let conditions: Vec<&str> = seen.conditions.iter().map(abbreviated).collect();
        let figures = format!(
            "  {:>8} left of {:<5} {:<4}",
            Memory(left.0.into()).to_string(),
            Memory(seen.memory.capacity.0.into()).to_string(),
            conditions.join(",")
        );
        let taken = 2 + names + 2 + figures.chars().count();
        let room = usize::from(width).saturating_sub(taken);
        let style = if is_chosen { self.bold() } else { Style::new() };
        let mut spans = vec![Span::styled(format!("{mark} {name:<names$}  "), style)];
        for part in self.parts(node, seen, room) {
            spans.push(Span::styled(part.sign(self.look.signs).to_string(), self.style(part.style())));
        }
        spans.push(Span::raw(figures));
        Line::from(spans)
    }

    /// What stands in each column of a bar.
    fn parts(&self, node: NodeId, seen: &NodeSeen, room: usize) -> Vec<Part> {
        let memory = &seen.memory;
        let column = |amount: Bytes| {
            let capacity = u128::from(memory.capacity.0.max(1));
            ((u128::from(amount.0) * room as u128 + capacity / 2) / capacity).min(room as u128) as usize
        };
        let [best_effort, burstable, guaranteed] = seen.by_class;
        let pods = best_effort + burstable + guaranteed;
        let system = memory.used.saturating_sub(pods);
        let mut parts = vec![Part::Free; room];
        let mut sum = Bytes::ZERO;
        let stacked = [
            (Part::System, system),
            (Part::Guaranteed, guaranteed),
            (Part::Burstable, burstable),
            (Part::BestEffort, best_effort),
        ];
        for (part, amount) in stacked {
            let from = column(sum);
            sum += amount;
            parts[from..column(sum)].fill(part);
        }
        for threshold in &self.state.inquiry.setting.nodes[node.index()].kubelet.thresholds {
            if threshold.signal == Signal::MemoryAvailable {
                let line = memory.capacity.saturating_sub(threshold.value.in_bytes(memory.capacity));
                let place = column(line).min(room.saturating_sub(1));
                if let Some(part) = parts.get_mut(place) {
                    *part = if threshold.is_hard() { Part::Hard } else { Part::Soft };
                }
            }
        }
        parts
    }

    fn draw_pods(&self, frame: &mut Frame<'_>, area: Rect) {
        let name = &self.state.inquiry.setting.nodes[self.state.node.index()].node.name;
        let explanation = self.state.explanation();
        let heading = match (self.state.is_asked(), self.state.shows_kernel()) {
            (true, _) => "Who goes first?".to_owned(),
            (false, true) => explanation.kernel_heading().to_owned(),
            (false, false) => explanation.places_heading(),
        };
        let title = format!(" {name}: {heading} ");
        let block = self.block(title);
        let inner = block.inner(area);
        let (head, rows) = self.rows(inner.width.into());
        let room = usize::from(inner.height).saturating_sub(head.len());
        let from = self.scrolled(&rows, room);
        let more = rows.len().saturating_sub(from + room);
        let block = match more {
            0 => block,
            more => block.title_bottom(format!(" {more} more lines: PageDown ")),
        };
        let lines: Vec<Line<'_>> =
            head.into_iter().chain(rows.into_iter().map(|row| row.line).skip(from).take(room)).collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    /// How many rows are passed over, so that the cursor is seen.
    fn scrolled(&self, rows: &[Row], room: usize) -> usize {
        match rows.iter().position(|row| row.has_cursor) {
            Some(cursor) => first_shown(cursor, rows.len(), room),
            None => self.state.scrolled.min(rows.len().saturating_sub(room)),
        }
    }

    /// What is asked and the columns' names; then the pods, and why each stands before the next.
    fn rows(&self, width: usize) -> (Vec<Line<'static>>, Vec<Row>) {
        if self.state.shows_kernel() {
            return self.kernel_rows();
        }
        let explanation = self.state.explanation();
        let mut table = explanation.table();
        let listed = self.state.listed();
        if table.len() == 1 {
            return (vec![Line::raw("There is no pod here that could go.")], Vec::new());
        }
        if self.state.is_asked() {
            table.iter_mut().skip(1).for_each(|cells| cells[0] = "?".to_owned());
        }
        let lines = aligned(&table);
        let sentence = wrapped(&explanation.asked(), width.saturating_sub(2));
        let mut head: Vec<Line<'_>> = sentence.into_iter().map(Line::raw).collect();
        head.push(Line::styled(format!("  {}", lines[0]), self.bold()));
        let mut rows = Vec::new();
        for (number, place) in listed.iter().enumerate() {
            rows.push(self.row(number, &lines[place + 1], explanation.is_victim(*place)));
            let is_neighbor = listed.get(number + 1) == Some(&(place + 1));
            if let Some(why) =
                explanation.before_next(*place).filter(|_| is_neighbor && !self.state.is_asked())
            {
                rows.push(Row { line: Line::raw(format!("      {why}")), has_cursor: false });
            }
        }
        (head, rows)
    }

    /// A pod, with a mark if it is picked, or goes.
    fn row(&self, number: usize, cells: &str, is_victim: bool) -> Row {
        let (mark, has_cursor) = match self.state.guess {
            Guess::Asked { cursor } if cursor == number => ('>', true),
            Guess::Asked { .. } => (' ', false),
            _ if is_victim => ('*', false),
            _ => (' ', false),
        };
        let style = if mark == ' ' { Style::new() } else { self.bold() };
        Row { line: Line::styled(format!("{mark} {cells}"), style), has_cursor }
    }

    fn kernel_rows(&self) -> (Vec<Line<'static>>, Vec<Row>) {
        let lines = aligned(&self.state.explanation().kernel_table());
        let mut lines = lines.into_iter().map(|line| format!("  {line}"));
        let head = lines.next().map(|header| Line::styled(header, self.bold()));
        (
            head.into_iter().collect(),
            lines.map(|line| Row { line: Line::raw(line), has_cursor: false }).collect(),
        )
    }

    /// Why the loop acts, or does not.
    fn why(&self, width: u16) -> Vec<Line<'static>> {
        let sentences = self.state.explanation().why_now();
        let lines = sentences.iter().flat_map(|sentence| wrapped(sentence, usize::from(width) - 4));
        lines.map(Line::raw).collect()
    }

    fn draw_foot(&self, frame: &mut Frame<'_>, area: Rect) {
        let state = self.state;
        let now = match state.step() {
            Some(step) => format!("Now   {}", self.told(step, state.is_asked())),
            None => format!("Now   {}: no decision", Length::until(state.at)),
        };
        let next = match state.next_step() {
            Some(step) => format!("Next  {}", self.told(step, state.guess != Guess::Off)),
            None => "Next  nothing more is decided".to_owned(),
        };
        let mut lines = vec![Line::raw(now), Line::raw(next)];
        let answer = wrapped(&self.answer(), usize::from(area.width));
        lines.extend(
            (0..2).map(|line| Line::styled(answer.get(line).cloned().unwrap_or_default(), self.bold())),
        );
        lines.push(Line::styled(KEYS, self.style(Style::new().add_modifier(Modifier::DIM))));
        frame.render_widget(Paragraph::new(lines), area);
    }

    /// `10m10s  node  best-effort is evicted`
    fn told(&self, step: &Step, is_hidden: bool) -> String {
        let node = &self.state.inquiry.setting.nodes[step.node.index()].node.name;
        let what = match is_hidden {
            true => steps::veiled(step, self.state.inquiry.scenario),
            false => steps::told(step, self.state.inquiry.scenario),
        };
        format!("{}  {node}  {what}", Length::until(step.at))
    }

    /// What is said to the last key, or is being typed.
    fn answer(&self) -> String {
        match (&self.state.mode, &self.state.guess, &self.state.notice) {
            (Mode::Jumping(text), ..) => format!("Jump to: {text}_"),
            (Mode::Filtering(text), ..) => format!("Only names with: {text}_"),
            (_, _, Some(notice)) => notice.clone(),
            (_, Guess::Asked { .. }, _) => "Who goes first? Pick with up and down, then Enter.".to_owned(),
            (_, Guess::Judged { told, .. }, _) => told.clone(),
            _ if !self.state.filter.is_empty() => {
                format!("Only names with {:?}: / and Enter shows all.", self.state.filter)
            }
            _ => String::new(),
        }
    }

    fn draw_list(&self, frame: &mut Frame<'_>, area: Rect) {
        let block = self.block(" Decisions ".to_owned());
        let room = usize::from(block.inner(area).height);
        let state = self.state;
        let all = &state.steps.steps;
        let chosen = state.place.or_else(|| state.steps.last_until(state.at)).unwrap_or_default();
        let from = first_shown(chosen, all.len(), room);
        let is_hidden = |place: usize| match state.guess {
            Guess::Off => false,
            Guess::Asked { .. } => place >= chosen,
            Guess::On | Guess::Judged { .. } => place > chosen,
        };
        let line = |(place, step)| {
            let is_now = state.place == Some(place);
            let text = format!("{} {}", if is_now { '>' } else { ' ' }, self.told(step, is_hidden(place)));
            Line::styled(text, if is_now { self.bold() } else { Style::new() })
        };
        let lines: Vec<Line<'_>> = all.iter().enumerate().skip(from).take(room).map(line).collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn draw_help(&self, frame: &mut Frame<'_>, area: Rect) {
        let (width, height) = (72.min(area.width), (HELP.len() as u16 + 2).min(area.height));
        let place = Rect { x: (area.width - width) / 2, y: (area.height - height) / 2, width, height };
        let lines: Vec<Line<'_>> = HELP.iter().map(|line| Line::raw(format!(" {line}"))).collect();
        frame.render_widget(Clear, place);
        frame.render_widget(Paragraph::new(lines).block(self.block(" Keys ".to_owned())), place);
    }
}

/// A condition in the room that a bar leaves.
fn abbreviated(condition: NodeCondition) -> &'static str {
    match condition {
        NodeCondition::MemoryPressure => "MEM",
        NodeCondition::DiskPressure => "DISK",
        NodeCondition::PidPressure => "PID",
    }
}

/// A line of the pods' table.
struct Row {
    line: Line<'static>,
    has_cursor: bool,
}

/// The first of `count` lines that is shown in `room`, so that the chosen one is among them.
fn first_shown(chosen: usize, count: usize, room: usize) -> usize {
    (chosen + 1).saturating_sub(room.div_ceil(2).max(1)).min(count.saturating_sub(room))
}
