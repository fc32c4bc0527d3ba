//! What would have saved the victim, and who would have gone instead.

use super::clocks::short_of;
use super::{Explanation, section};
use crate::eviction::Starved;
use crate::experiment::counterfactual::{
    Change, Counterfactual, HIGHEST_USER_PRIORITY, Impossible, Outcome, StillBefore, Tried, new_class,
};
use crate::ground::Amount;
use crate::model::{ContainerSpec, Resource};
use crate::report::figures::{Measured, Memory, counted};
use crate::report::wording;
use std::io::{self, Write};

impl Explanation<'_> {
    pub(super) fn write_saving(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(told) = &self.counterfactual else { return Ok(()) };
        let heading = format!("What would have saved {}", self.pod(told.victim.pod));
        let manifest = [("Request", &told.request), ("Limit", &told.limit), ("Priority", &told.priority)];
        let is_alone =
            |(_, outcome): &(&str, &Result<Outcome, Impossible>)| matches!(outcome, Err(Impossible::Alone));
        let sentence = |(figure, outcome): (&str, &Result<Outcome, Impossible>)| {
            format!("{figure}: {}.", self.told(told, outcome))
        };
        let mut sentences: Vec<String> = match manifest.iter().all(is_alone) {
            true => vec!["Request, limit, priority: none, since nobody else here may be evicted.".to_owned()],
            false => manifest.into_iter().map(sentence).collect(),
        };
        sentences.push(sentence(("Use", &told.usage)));
        if let Some(outcome) = &told.usage_if_still_short {
            let short = short_of(self.starved());
            sentences.push(format!("Were {short} short all the same: {}.", self.saved(told, outcome)));
        }
        section(out, &heading, &sentences)
    }

    fn starved(&self) -> Starved {
        self.finding.signal().starved()
    }

    /// What can be said of one figure.
    pub(super) fn told(&self, all: &Counterfactual, outcome: &Result<Outcome, Impossible>) -> String {
        match outcome {
            Ok(outcome) => self.saved(all, outcome),
            Err(impossible) => self.impossible(impossible),
        }
    }

    pub(super) fn saved(&self, all: &Counterfactual, outcome: &Outcome) -> String {
        let change = self.change(all, outcome);
        let Some((instead, by)) = &outcome.instead else {
            return format!("{change}: then the loop acts on nothing at this look, and nobody goes");
        };
        let who = self.pod(instead.pod);
        let why = wording::decided(*by, (instead, &outcome.victim), self.starved());
        let class = new_class(&all.victim, outcome)
            .map_or(String::new(), |class| format!(" (it is {} then)", class.name()));
        let tried = outcome.tried.map_or(String::new(), |tried| self.tried(all, tried));
        format!("{change}{class}: {who} goes instead: {why}{tried}")
    }

    fn change(&self, all: &Counterfactual, outcome: &Outcome) -> String {
        match outcome.change {
            Change::Request { container, resource, to } => {
                let (whose, spec) = self.container(all, container);
                let before = amount(resource, spec.requests.of(resource));
                let limit = spec.limits.of(resource).filter(|limit| *limit < to);
                let with_limit = limit.map_or(String::new(), |limit| {
                    format!(" (and the limit, from {})", amount(resource, Some(limit)))
                });
                format!(
                    "{whose}{} request {} in place of {before}{with_limit}",
                    resource.name(),
                    amount(resource, Some(to))
                )
            }
            Change::Limit { container, to } => {
                let (whose, spec) = self.container(all, container);
                let before = amount(Resource::Memory, spec.limits.memory);
                let request = if spec.requests.memory.is_none() { ", which is its request, too" } else { "" };
                format!(
                    "{whose}memory limit {} in place of {before}{request}",
                    amount(Resource::Memory, Some(to))
                )
            }
            Change::Guaranteed => {
                "requests that are limits, of cpu and memory, in every container".to_owned()
            }
            Change::Priority { to } => format!("{to} in place of {}", all.victim.candidate.priority),
            Change::Use { less } => format!("{} less at this look", self.exactly(less)),
        }
    }

    /// Whose figure it is, where there are several containers.
    fn container(&self, all: &Counterfactual, index: usize) -> (String, ContainerSpec) {
        let pod = self.finding.glimpse.pods.iter().find(|pod| pod.name == all.victim.pod);
        let spec = pod.map(|pod| &pod.template.spec);
        let container = spec.and_then(|spec| spec.all_containers().nth(index)).cloned().unwrap_or_default();
        let is_one_of_many = spec.is_some_and(|spec| spec.all_containers().count() > 1);
        (if is_one_of_many { format!("container {}: ", container.name) } else { String::new() }, container)
    }

    fn exactly(&self, number: u64) -> String {
        match self.starved() {
            Starved::Memory | Starved::EphemeralStorage => bytes(number),
            Starved::Inodes | Starved::Pids => Measured(number.into(), self.starved()).to_string(),
        }
    }

    fn tried(&self, all: &Counterfactual, tried: Tried) -> String {
        let victim = self.pod(all.victim.pod);
        match tried {
            Tried::AsSaid => ". The run made again with it: so it is".to_owned(),
            Tried::OtherCourse { is_there: false, .. } => {
                format!(
                    ". But the run made again with it takes another course: {victim} is not on this node then"
                )
            }
            Tried::OtherCourse { goes: Some(goes), .. } => format!(
                ". But the run made again with it takes another course: {} goes at this look",
                self.pod(goes)
            ),
            Tried::OtherCourse { goes: None, .. } => {
                ". But the run made again with it takes another course: nobody goes at this look".to_owned()
            }
        }
    }

    fn impossible(&self, impossible: &Impossible) -> String {
        match impossible {
            Impossible::StillBefore(still) => {
                let StillBefore { victim, next, by } = &**still;
                let why = wording::decided(*by, (victim, next), self.starved());
                let most = if victim.candidate.priority >= HIGHEST_USER_PRIORITY {
                    "none up to 1000000000"
                } else {
                    "none"
                };
                format!("{most}: it stays before {}: {why}", self.pod(next.pod))
            }
            Impossible::Alone => "none: nobody else here may be evicted".to_owned(),
            Impossible::NotRequested => "none: process ids cannot be requested".to_owned(),
            Impossible::LimitIsNotRead => {
                "none: the order asks for nothing that a limit would change".to_owned()
            }
        }
    }
}

fn amount(resource: Resource, amount: Option<Amount>) -> String {
    match (resource, amount) {
        (_, None) => "none".to_owned(),
        (Resource::Cpu, Some(amount)) => resource.printed(amount).to_string(),
        (Resource::Memory | Resource::EphemeralStorage, Some(amount)) => bytes(amount.bytes().0),
    }
}

/// So many bytes, to the last one: `100Mi`, `104857601 (1 byte over 100Mi)`.
fn bytes(number: u64) -> String {
    const SUFFIXES: [(u32, &str); 4] = [(40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")];
    let whole = SUFFIXES.iter().find(|(power, _)| number >= 1 << power && number.is_multiple_of(1 << power));
    if let Some((power, suffix)) = whole {
        return format!("{}{suffix}", number >> power);
    }
    let readable = Memory(number.into()).to_string();
    match readable == number.to_string() {
        true if number == 1 => "1 byte".to_owned(),
        true => format!("{number} bytes"),
        false => format!("{number} ({})", near(number)),
    }
}

/// A number of bytes as a few more or less than so many mebibytes, or about so much.
fn near(number: u64) -> String {
    const MEBI: u64 = 1 << 20;
    const A_FEW: u64 = 9;
    let mebibytes = number.saturating_add(MEBI / 2) / MEBI;
    match (mebibytes, number.abs_diff(mebibytes * MEBI)) {
        (1.., few) if few <= A_FEW => {
            let side = if number > mebibytes * MEBI { "over" } else { "under" };
            format!("{} {side} {mebibytes}Mi", counted(few, "byte"))
        }
        _ => format!("about {}", Memory(number.into())),
    }
}
