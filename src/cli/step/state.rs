//! Where one stands in a run, and what a key does.
//!
//! What: the decision or the instant that is looked at, the node, the guess, the filter. A key leads from
//! one state to the next; the run is made again up to the instant that it leads to, so that a step back is as
//! good as a step forward, and one instant is all that is kept.
//! Never: a terminal, a color, a clock.
//! Next: [`super::view`], which draws it.

use crate::engine::record::{PodName, Ranked};
use crate::experiment::inquiry::{Finding, Happened, Inquiry};
use crate::experiment::steps::{Step, Steps};
use crate::ground::{NodeId, SimTime};
use crate::report::explanation::Explanation;
use crate::report::steps;
use crate::scenario::duration;

/// A key that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Enter,
    Escape,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// Ctrl-C.
    Interrupt,
}

/// What the keys are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    Walking,
    Help,
    /// An instant is being typed.
    Jumping(String),
    /// A part of a name is being typed.
    Filtering(String),
}

/// Whether the order is shown before one has said who goes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guess {
    /// Always shown.
    Off,
    /// Hidden, wherever there is somebody to guess.
    On,
    /// Hidden now: the cursor stands on this one of the pods, by age.
    Asked { cursor: usize },
    /// Said, and judged.
    Judged { right: bool, told: String },
}

/// One state of the view.
pub struct State<'a> {
    pub inquiry: Inquiry<'a>,
    /// The name of the run's rules.
    pub run: &'a str,
    pub steps: Steps,
    pub at: SimTime,
    /// The decision that is looked at; absent at an instant without one.
    pub place: Option<usize>,
    pub node: NodeId,
    /// The node at that instant.
    pub finding: Finding,
    pub mode: Mode,
    pub guess: Guess,
    /// Whether the other order is shown than the one that decided: the kernel's in place of the kubelet's, or the other way round.
    pub other_order: bool,
    /// A part of the names that are shown; empty: all are.
    pub filter: String,
    /// How many of the pods' lines are above those that are shown.
    pub scrolled: usize,
    /// What there is to say to the last key.
    pub notice: Option<String>,
    pub is_over: bool,
}

/// How many lines a page is.
const PAGE: usize = 10;

impl<'a> State<'a> {
    /// Makes the run, and stands at its beginning.
    pub fn new(inquiry: Inquiry<'a>, run: &'a str) -> State<'a> {
        let steps = Steps::of(&inquiry);
        let (at, node) = (SimTime::START, steps.steps.first().map_or(NodeId(0), |step| step.node));
        let finding = inquiry.look_at(at, node, steps.totals(node));
        let notice = steps.steps.is_empty().then(|| "Nothing is decided in this run.".to_owned());
        State {
            inquiry,
            run,
            steps,
            at,
            place: None,
            node,
            finding,
            mode: Mode::Walking,
            guess: Guess::Off,
            other_order: false,
            filter: String::new(),
            scrolled: 0,
            notice,
            is_over: false,
        }
    }

    /// The decision that is looked at.
    pub fn step(&self) -> Option<&Step> {
        self.place.map(|place| &self.steps.steps[place])
    }

    /// The one after it.
    pub fn next_step(&self) -> Option<&Step> {
        self.next_place().map(|place| &self.steps.steps[place])
    }

    /// The decision in words, with what was compared; what would have saved the victim is not asked.
    pub fn explanation(&self) -> Explanation<'_> {
        Explanation {
            inquiry: &self.inquiry,
            run: self.run,
            finding: &self.finding,
            counterfactual: None,
            pair: None,
        }
    }

    /// The places of the ranking as they are listed: in its order, or by age while it is to be guessed.
    pub fn listed(&self) -> Vec<usize> {
        let ranking = self.finding.ranking();
        let mut places: Vec<usize> = (0..ranking.len()).collect();
        if self.is_asked() {
            places.sort_by_key(|place| ranking[*place].pod.serial);
            return places;
        }
        let is_shown = |ranked: &Ranked| self.is_shown(&self.pod_name(ranked.pod));
        let matching: Vec<usize> =
            places.iter().copied().filter(|place| is_shown(&ranking[*place])).collect();
        // A filter for nodes matches no pod.
        if matching.is_empty() { places } else { matching }
    }

    /// The nodes as they are listed.
    pub fn listed_nodes(&self) -> Vec<NodeId> {
        let nodes = &self.inquiry.setting.nodes;
        let all = (0..nodes.len() as u32).map(NodeId);
        let matching: Vec<NodeId> =
            all.clone().filter(|node| self.is_shown(&nodes[node.index()].node.name)).collect();
        if matching.is_empty() { all.collect() } else { matching }
    }

    /// Whether the order is hidden, and to be guessed.
    pub fn is_asked(&self) -> bool {
        matches!(self.guess, Guess::Asked { .. })
    }

    /// Whether the kernel compared, or its order was asked for.
    pub fn shows_kernel(&self) -> bool {
        let is_other = self.other_order != self.explanation().kernel_compared();
        is_other && !self.is_asked() && !self.finding.hunted().is_empty()
    }

    fn pod_name(&self, pod: PodName) -> String {
        self.inquiry.scenario.pod_name(pod.workload, pod.replica)
    }

    fn is_shown(&self, name: &str) -> bool {
        name.contains(&self.filter)
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key) {
        if key == Key::Interrupt {
            self.is_over = true;
            return;
        }
        self.notice = None;
        match self.mode.clone() {
            Mode::Help => self.mode = Mode::Walking,
            Mode::Walking => self.walk(key),
            Mode::Jumping(text) => self.type_on(key, text, Mode::Jumping, State::jump),
            Mode::Filtering(text) => self.type_on(key, text, Mode::Filtering, State::set_filter),
        }
    }

    fn walk(&mut self, key: Key) {
        match key {
            Key::Char(' ' | 'n') | Key::Right => self.go(self.next_place(), "That was the last decision."),
            Key::Char('b' | 'p') | Key::Left => self.go(self.previous_place(), "There is none before."),
            Key::Home => self.stand_at(SimTime::START, None),
            Key::End => self.go(self.steps.steps.len().checked_sub(1), "Nothing is decided in this run."),
            Key::Up | Key::Char('k') => self.move_cursor(false),
            Key::Down | Key::Char('j') => self.move_cursor(true),
            Key::PageUp => self.scrolled = self.scrolled.saturating_sub(PAGE),
            Key::PageDown => self.scrolled += PAGE,
            Key::Enter => self.judge(),
            Key::Char('g') => self.toggle_guess(),
            Key::Char('o') => self.other_order = !self.other_order,
            Key::Char(':') => self.mode = Mode::Jumping(String::new()),
            Key::Char('/') => self.mode = Mode::Filtering(String::new()),
            Key::Char('?' | 'h') => self.mode = Mode::Help,
            Key::Char('q') | Key::Escape => self.is_over = true,
            Key::Char(_) | Key::Backspace | Key::Interrupt => {
                self.notice = Some("? lists the keys.".to_owned())
            }
        }
    }

    /// One more key of a text; Enter uses it, Esc forgets it.
    fn type_on(&mut self, key: Key, mut text: String, mode: fn(String) -> Mode, done: fn(&mut Self, String)) {
        match key {
            Key::Enter => {
                self.mode = Mode::Walking;
                return done(self, text);
            }
            Key::Escape => {
                self.mode = Mode::Walking;
                return;
            }
            Key::Backspace => drop(text.pop()),
            Key::Char(letter) => text.push(letter),
            _ => {}
        }
        self.mode = mode(text);
    }

    fn next_place(&self) -> Option<usize> {
        match self.place {
            Some(place) => Some(place + 1).filter(|next| *next < self.steps.steps.len()),
            None => self.steps.first_after(self.at),
        }
    }

    fn previous_place(&self) -> Option<usize> {
        match self.place {
            Some(place) => place.checked_sub(1),
            None => self.steps.last_until(self.at),
        }
    }

    fn go(&mut self, place: Option<usize>, otherwise: &str) {
        match place {
            Some(place) => {
                let step = self.steps.steps[place];
                self.place = Some(place);
                self.look(step.at, step.node);
            }
            None => self.notice = Some(otherwise.to_owned()),
        }
    }

    fn stand_at(&mut self, at: SimTime, place: Option<usize>) {
        self.place = place;
        self.look(at, self.node);
    }

    fn choose(&mut self, node: NodeId) {
        self.look(self.at, node);
    }

    /// Looks at a node at an instant. What is decided in one look is guessed once, though it may be several steps.
    fn look(&mut self, at: SimTime, node: NodeId) {
        if (at, node) == (self.at, self.node) {
            return;
        }
        (self.at, self.node, self.scrolled, self.other_order) = (at, node, 0, false);
        self.finding = self.inquiry.look_at(at, node, self.steps.totals(node));
        if self.guess != Guess::Off {
            self.guess = self.to_be_guessed();
        }
    }

    /// Whether somebody is evicted here and now, and it could have been another.
    fn to_be_guessed(&self) -> Guess {
        match &self.finding.happened {
            Happened::Decided(decision) if decision.victim.is_some() && decision.ranking.len() > 1 => {
                Guess::Asked { cursor: 0 }
            }
            _ => Guess::On,
        }
    }

    fn jump(&mut self, text: String) {
        let horizon = self.inquiry.setting.horizon;
        match duration::parse(&text) {
            Err(mistake) => self.notice = Some(format!("{mistake}: {}", mistake.fix())),
            Ok(length) if SimTime(length.0) > horizon => {
                let end = horizon.since(SimTime::START);
                self.notice = Some(format!("The run ends before {text}, at {end}."));
            }
            Ok(length) => {
                let at = SimTime(length.0);
                let decided = |place: &usize| self.steps.steps[*place].at == at;
                self.stand_at(at, self.steps.last_until(at).filter(decided));
            }
        }
    }

    fn set_filter(&mut self, text: String) {
        (self.filter, self.scrolled) = (text, 0);
        let listed = self.listed_nodes();
        if !listed.contains(&self.node) {
            self.choose(listed[0]);
        }
        let is_known = self.filter.is_empty()
            || listed.iter().any(|node| self.is_shown(&self.inquiry.setting.nodes[node.index()].node.name))
            || self.finding.ranking().iter().any(|ranked| self.is_shown(&self.pod_name(ranked.pod)));
        if !is_known {
            self.notice =
                Some(format!("No node, and no pod here, has {:?} in its name: all are shown.", self.filter));
            self.filter.clear();
        }
    }

    /// To the next pod while one guesses, else to the next node.
    fn move_cursor(&mut self, down: bool) {
        let moved = |from: usize, count: usize| {
            if down { (from + 1).min(count.saturating_sub(1)) } else { from.saturating_sub(1) }
        };
        if let Guess::Asked { cursor } = self.guess {
            self.guess = Guess::Asked { cursor: moved(cursor, self.finding.ranking().len()) };
            return;
        }
        let nodes = self.listed_nodes();
        let from = nodes.iter().position(|node| *node == self.node).unwrap_or_default();
        let to = nodes[moved(from, nodes.len())];
        if to != self.node {
            self.choose(to);
        }
    }

    fn toggle_guess(&mut self) {
        self.guess = match self.guess {
            Guess::Off => self.to_be_guessed(),
            Guess::On | Guess::Asked { .. } | Guess::Judged { .. } => Guess::Off,
        };
        self.notice = match self.guess {
            Guess::Off => Some("The order is always shown.".to_owned()),
            Guess::On => Some("From now on the order is hidden until you say who goes first.".to_owned()),
            Guess::Asked { .. } | Guess::Judged { .. } => None,
        };
    }

    /// Says whether the pod at the cursor is the one that goes.
    fn judge(&mut self) {
        let Guess::Asked { cursor } = self.guess else { return };
        let guess = self.listed()[cursor];
        let judged = steps::judged(&self.explanation(), guess);
        self.guess = judged.map_or(Guess::On, |(right, told)| Guess::Judged { right, told });
    }
}
