//! One decision, explained: what `evictsim explain` prints.
//!
//! What: why somebody had to go, who and before whom, whom the kernel would have taken, and what would have
//! changed it. Each sentence about two pods is worded from the comparison that the run recorded.
//! Never: a comparison of its own, or a figure that was not found.
//! Next: [`crate::experiment::inquiry`], which finds; `clocks`, `places`, `kernel`, `saving`, the parts.

mod clocks;
mod json;
mod kernel;
mod places;
mod saving;

pub use json::json;

use super::figures::{Length, counted, wrapped};
use super::ledger::rules;
use super::summary::asked;
use super::wording;
use crate::engine::record::PodName;
use crate::experiment::counterfactual::{self, Counterfactual};
use crate::experiment::inquiry::{Finding, Happened, Inquiry, Moment};
use crate::ground::SimTime;
use std::io::{self, Write};

/// How wide a sentence may become.
const COLUMNS: usize = 100;

/// A finding, with all that its explanation needs.
pub struct Explanation<'a> {
    pub inquiry: &'a Inquiry<'a>,
    /// The name of the run's rules.
    pub run: &'a str,
    pub finding: &'a Finding,
    /// Absent: nobody was evicted at that instant.
    pub counterfactual: Option<Counterfactual>,
    /// Two places of the ranking: why the one and not the other?
    pub pair: Option<(usize, usize)>,
}

impl<'a> Explanation<'a> {
    pub fn of(inquiry: &'a Inquiry<'a>, run: &'a str, finding: &'a Finding) -> Explanation<'a> {
        let counterfactual = counterfactual::of(inquiry, finding);
        Explanation { inquiry, run, finding, counterfactual, pair: None }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_heading(out)?;
        let is_nothing = matches!(self.finding.happened, Happened::Nothing);
        section(out, if is_nothing { "Why nobody goes" } else { "Why now" }, &self.why_now())?;
        self.write_places(out)?;
        self.write_pair(out)?;
        self.write_kernel(out)?;
        self.write_saving(out)
    }

    fn write_heading(&self, out: &mut impl Write) -> io::Result<()> {
        let scenario = self.inquiry.scenario;
        if let Some(question) = &scenario.question {
            wrapped(asked(question), COLUMNS).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        let setting = &self.inquiry.setting;
        let replication = match self.inquiry.replication {
            0 => String::new(),
            number => format!(", replication {number}"),
        };
        let identity = format!(
            "{}: run {} (rules {}: eviction order {}), seed {}{replication}",
            scenario.name,
            self.run,
            rules(setting),
            setting.order.name(),
            scenario.seed,
        );
        wrapped(&identity, COLUMNS).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        let others = scenario.runs.iter().map(|run| run.name.as_str()).filter(|name| *name != self.run);
        let others: Vec<&str> = others.collect();
        if !others.is_empty() {
            writeln!(out, "Other runs of it: {} (--run NAME)", others.join(", "))?;
        }
        writeln!(out)?;
        self.headline().iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    /// What happened there and then.
    fn headline(&self) -> Vec<String> {
        let at = Length::until(self.finding.glimpse.at);
        let node = self.node();
        let (what, totals) = (self.what_happened(), &self.finding.totals);
        let whole = match (totals.evictions, totals.oom_kills) {
            (0, 0) => "Nobody is evicted or OOM-killed in this run.".to_owned(),
            (evictions, kills) => {
                format!(
                    "In the whole run: {}, {}.",
                    counted(evictions, "eviction"),
                    counted(kills, "OOM kill")
                )
            }
        };
        let when = match self.finding.moment {
            Moment::Asked | Moment::OfTheFirst => format!("At {at} on {node}: {what}."),
            Moment::End => format!("At the end, {at}, on {node}: {what}."),
            Moment::LastPod => format!("Just before the last pod of {node} was gone, at {at}: {what}."),
        };
        let told = format!("{when} {whole}");
        wrapped(&told, COLUMNS)
    }

    fn what_happened(&self) -> String {
        match &self.finding.happened {
            Happened::Decided(decision) => match decision.victim {
                Some(victim) => format!(
                    "{} is evicted, with {} to stop",
                    self.pod(decision.ranking[victim].pod),
                    Length(decision.grace_period)
                ),
                None => "a line is crossed, and there is nobody who may be evicted".to_owned(),
            },
            Happened::OverLimit(over) => {
                format!("{} is evicted for a limit of its own", self.pod(over.pod))
            }
            Happened::OomKilled(kill) => format!(
                "the kernel kills container {} of {}",
                self.inquiry.scenario.container_name(kill.pod.workload, kill.container),
                self.pod(kill.pod)
            ),
            Happened::Nothing => "nobody is evicted".to_owned(),
        }
    }

    fn pod(&self, pod: PodName) -> String {
        self.inquiry.scenario.pod_name(pod.workload, pod.replica)
    }

    fn node(&self) -> &str {
        &self.inquiry.setting.nodes[self.finding.glimpse.node.index()].node.name
    }

    fn write_pair(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(told) = self.pair.map(|pair| self.pair_told(pair)) else { return Ok(()) };
        let (heading, sentence) = told;
        section(out, &heading, &[sentence])
    }

    /// Whether the one goes before the other, by what, and that in words.
    fn pair_told(&self, (one, other): (usize, usize)) -> (String, String) {
        let ranking = self.finding.ranking();
        let (a, b) = (&ranking[one], &ranking[other]);
        let starved = self.finding.signal().starved();
        let (goes_first, by) = counterfactual::compared(&*self.inquiry.setting.order, starved, a, b);
        let (first, next) = if goes_first { (a, b) } else { (b, a) };
        let why = wording::decided(by, (first, next), starved);
        let [pod, not] = [a, b].map(|ranked| self.pod(ranked.pod));
        let heading = format!("Why {pod} and not {not}");
        let first = self.pod(first.pod);
        let sentence = match goes_first {
            true => format!("{first} goes before {not}: {why}."),
            false => format!("It is the other way round: {first} goes before {pod}: {why}."),
        };
        (heading, sentence)
    }

    /// How the pods at two places of the ranking compare, in a sentence.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn between(&self, places: (usize, usize)) -> String {
        self.pair_told(places).1
    }
}

/// A heading and what is said below it, if anything is.
fn section(out: &mut impl Write, heading: &str, sentences: &[String]) -> io::Result<()> {
    if sentences.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}")?;
    for sentence in sentences {
        for line in wrapped(sentence, COLUMNS - 2) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// An instant, as a person reads it.
fn instant(at: SimTime) -> String {
    Length::until(at).to_string()
}
