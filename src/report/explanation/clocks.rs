//! Why the loop acts, or does not: the signals and their lines, and the clocks.

use super::{Explanation, instant};
use crate::engine::glimpse::Looks;
use crate::engine::record::OomCause;
use crate::eviction::{NodeCondition, Observation, Signal, Starved, Threshold};
use crate::experiment::inquiry::{Happened, Kill};
use crate::ground::{SimDuration, SimTime};
use crate::report::figures::{Length, Measured, Memory, counted};
use crate::report::wording;

/// A threshold at one look.
pub(super) struct Line<'a> {
    pub threshold: &'a Threshold,
    pub seen: Observation,
    /// Since when it has been met or not resolved, look after look.
    pub since: Option<SimTime>,
}

impl Line<'_> {
    pub fn at(&self) -> i128 {
        self.threshold.value.at(self.seen.capacity).0.into()
    }

    /// How far what is left lies above it; negative when below.
    pub fn distance(&self) -> i128 {
        i128::from(self.seen.available.0) - self.at()
    }
}

impl<'a> Explanation<'a> {
    /// The thresholds whose signal is observed at all, with what is seen of them; memory before all others, as
    /// it is acted on.
    pub(super) fn lines(&self) -> Vec<Line<'_>> {
        let glimpse = &self.finding.glimpse;
        let line = |(index, threshold): (usize, &'a Threshold)| {
            let seen = glimpse.seen.of(threshold.signal)?;
            Some(Line { threshold, seen, since: glimpse.monitor.observed_since(index) })
        };
        let thresholds = self.finding.kubelet.thresholds.iter().enumerate();
        let mut lines: Vec<Line<'_>> = thresholds.filter_map(line).collect();
        lines.sort_by_key(|line| !line.threshold.signal.is_memory());
        lines
    }

    /// Why the loop acts at this instant, or does not, a sentence each.
    pub fn why_now(&self) -> Vec<String> {
        let mut told = Vec::new();
        match &self.finding.happened {
            Happened::OverLimit(over) => {
                told.push(format!("Its status says: {}", over.message.trim()));
                told.push("Whoever exceeds a limit of its own goes, whatever the node has left; nobody is compared.".to_owned());
            }
            Happened::OomKilled(kill) => {
                told.push(kernel_acts(kill));
                told.push("What follows is the node just after the kill.".to_owned());
            }
            Happened::Decided(_) | Happened::Nothing => {}
        }
        let lines = self.lines();
        if lines.is_empty() {
            told.push("This kubelet has no threshold for anything that this node can run short of: it never evicts.".to_owned());
        }
        told.extend(
            lines.iter().filter(|line| !self.goes_without_saying(line)).map(|line| self.line_told(line)),
        );
        told.extend(self.what_comes(&lines));
        told.push(looks_told(&self.finding.glimpse.looks));
        told.extend(self.conditions_told());
        told
    }

    /// Where pods may use all of the node, what is left to them says no more than what is left of it.
    fn goes_without_saying(&self, line: &Line<'_>) -> bool {
        let memory = &self.finding.glimpse.memory;
        line.threshold.signal == Signal::AllocatableMemoryAvailable
            && memory.pods_limit == memory.capacity
            && line.since.is_none()
    }

    /// `memory.available: 99.8Mi left, 0.2Mi below its hard line of 100Mi, at this look for the first time.`
    fn line_told(&self, line: &Line<'_>) -> String {
        let starved = line.threshold.signal.starved();
        let measured = |amount: i128| Measured(amount, starved).to_string();
        let hardness = wording::hardness(Some(line.threshold));
        let (left, at) = (measured(line.seen.available.0.into()), measured(line.at()));
        let distance = measured(line.distance().abs());
        let name = line.threshold.signal.name();
        match line.distance() {
            0 => format!("{name}: {left} left, just its {hardness} line; equal is not below."),
            below if below < 0 => {
                format!(
                    "{name}: {left} left, {distance} below its {hardness} line of {at}{}.",
                    self.since_told(line)
                )
            }
            _ => {
                let unresolved = line.since.map_or(String::new(), |since| self.still_observed(since));
                format!("{name}: {left} left, {distance} above its {hardness} line of {at}{unresolved}.")
            }
        }
    }

    /// Why a line counts that is not crossed.
    fn still_observed(&self, since: SimTime) -> String {
        let since = instant(since);
        match self.finding.glimpse.looks.last {
            Some(last) if last == self.finding.glimpse.at => {
                format!("; not resolved since the look at {since}, before its minimum reclaim is there, too")
            }
            _ => format!("; the last look still found it crossed, as all since the one at {since}"),
        }
    }

    /// How long it has been met, and what of its grace is left.
    fn since_told(&self, line: &Line<'_>) -> String {
        let now = self.finding.glimpse.at;
        let Some(since) = line.since else { return ", and the loop has not looked since it is".to_owned() };
        let met = now.since(since);
        let told = match met {
            SimDuration::ZERO => ", at this look for the first time".to_owned(),
            long => format!(" since the look at {}, for {}", instant(since), Length(long)),
        };
        match line.threshold.grace_period {
            SimDuration::ZERO => told,
            grace if met < grace => {
                format!(
                    "{told}; it must be for {} before anybody goes, {} more",
                    Length(grace),
                    Length(SimDuration(grace.0 - met.0))
                )
            }
            grace => format!("{told}; its grace of {} is over", Length(grace)),
        }
    }

    /// When a line is crossed, if none is.
    fn what_comes(&self, lines: &[Line<'_>]) -> Option<String> {
        let glimpse = &self.finding.glimpse;
        if lines.iter().any(|line| line.distance() < 0) || lines.is_empty() {
            return None;
        }
        let least = Memory(self.finding.totals.least_available.0.into());
        Some(match glimpse.first_met {
            SimTime::NEVER => format!(
                "At the present rate no line is ever crossed. The least that the node has left in the whole run is {least}."
            ),
            met => format!(
                "At the present rate a line is crossed at {}, and seen at the look at {}.",
                instant(met),
                instant(glimpse.first_look_then)
            ),
        })
    }

    fn conditions_told(&self) -> Vec<String> {
        let glimpse = &self.finding.glimpse;
        let period = self.finding.kubelet.pressure_transition_period;
        let told = |condition: NodeCondition| {
            let seen = glimpse.monitor.last_seen(condition)?;
            Some(format!(
                "{} is reported, and until {} after the last look that finds a line crossed: not before {}.",
                condition.name(),
                Length(period),
                instant(seen.after(period))
            ))
        };
        glimpse.conditions.iter().filter_map(told).collect()
    }
}

fn looks_told(looks: &Looks) -> String {
    let last =
        looks.last.map_or("it has not looked yet".to_owned(), |last| format!("last at {}", instant(last)));
    let next = match looks.next {
        Some(next) => format!("next at {}", instant(next)),
        None => format!(
            "next when {} gone and cleaned up",
            match looks.awaited_victims {
                1 => "its victim is".to_owned(),
                many => format!("its {} are", counted(many.into(), "victim")),
            }
        ),
    };
    format!("The loop looks every {}: {last}, {next}.", Length(looks.interval))
}

fn kernel_acts(kill: &Kill) -> String {
    let limit = Memory(kill.limit.0.into());
    let own = Memory(kill.working_set.0.into());
    match kill.cause {
        OomCause::ContainerLimit => format!(
            "The container has come to its own limit of {limit}. The kernel kills it for that, whatever the node has left; nobody is compared."
        ),
        OomCause::PodLimit => {
            format!("Its containers have come to the limit of their Pod, {limit}; this one uses {own}.")
        }
        OomCause::PodsLimit => format!(
            "All pods together have come to what they may use here, {limit}; this container uses {own}."
        ),
        OomCause::NodeCapacity => format!(
            "The node's memory is used up, all {limit} of it, before its kubelet has evicted anybody for it."
        ),
    }
}

/// What a node is short of, in a word.
pub(super) fn short_of(starved: Starved) -> &'static str {
    match starved {
        Starved::Memory => "memory",
        Starved::EphemeralStorage => "disk",
        Starved::Inodes => "inodes",
        Starved::Pids => "process ids",
    }
}
