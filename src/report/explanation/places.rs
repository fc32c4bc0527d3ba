//! The ranked table: what the order in force compared, and what decided each pair.

use super::clocks::short_of;
use super::{COLUMNS, Explanation};
use crate::eviction::{Criterion, Starved};
use crate::experiment::inquiry::Happened;
use crate::report::figures::{Measured, aligned, wrapped};
use crate::report::wording;
use std::io::{self, Write};

/// How many places are told, and as many more if the rest is few.
const PLACES: usize = 20;

impl Explanation<'_> {
    /// What the order asks, one after the other, under the signal that is told.
    pub(super) fn asks(&self) -> &'static [Criterion] {
        self.inquiry.setting.order.asks(self.finding.signal().starved())
    }

    pub(super) fn write_places(&self, out: &mut impl Write) -> io::Result<()> {
        if matches!(self.finding.happened, Happened::OverLimit(_)) {
            return Ok(());
        }
        let ranking = self.finding.ranking();
        writeln!(out, "\n{}", self.places_heading())?;
        if ranking.is_empty() {
            return writeln!(out, "  There is no pod here that could go.");
        }
        wrapped(&self.asked(), COLUMNS - 2).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        let mut lines = aligned(&self.table()).into_iter();
        lines.next().map_or(Ok(()), |header| writeln!(out, "  {header}"))?;
        for (place, line) in lines.enumerate().take(PLACES) {
            writeln!(out, "  {line}")?;
            if let Some(why) = self.before_next(place) {
                writeln!(out, "    {why}")?;
            }
        }
        match ranking.len().saturating_sub(PLACES) {
            0 => Ok(()),
            untold => writeln!(out, "  and {untold} more: -o json has them all"),
        }
    }

    /// Whether they go, or would.
    pub fn places_heading(&self) -> String {
        match &self.finding.happened {
            Happened::Decided(_) => "Who goes first".to_owned(),
            _ => format!("Who would go first, were {} short", short_of(self.finding.signal().starved())),
        }
    }

    /// What the order in force asks, in a sentence.
    pub fn asked(&self) -> String {
        let starved = self.finding.signal().starved();
        let asked: Vec<&str> = self.asks().iter().map(|criterion| asked_for(*criterion, starved)).collect();
        let order = self.inquiry.setting.order.name();
        format!("The order {order} asks, until something tells two pods apart: {}.", asked.join(", "))
    }

    /// A header, and a row for each pod of the ranking, in its order. The first cell is the rank, the second the pod.
    pub fn table(&self) -> Vec<Vec<String>> {
        let header = self.header(self.finding.signal().starved());
        let rows = (0..self.finding.ranking().len()).map(|place| self.cells(place));
        std::iter::once(header).chain(rows).collect()
    }

    /// Why the pod at a place stands before the next one, if there is one.
    pub fn before_next(&self, place: usize) -> Option<String> {
        let ranking = self.finding.ranking();
        let (earlier, later) = (ranking.get(place)?, ranking.get(place + 1)?);
        let why = wording::goes_before(earlier, later, self.finding.signal().starved())?;
        Some(format!("before {}: {why}", self.pod(later.pod)))
    }

    fn header(&self, starved: Starved) -> Vec<String> {
        let mut header = vec!["RANK".to_owned(), "POD".to_owned()];
        header.extend(columns(self.asks()).map(|(column, is_asked)| {
            let name = match column {
                Column::Class => "CLASS",
                Column::Over => "OVER",
                Column::Priority => "PRIORITY",
                Column::Excess if starved == Starved::Pids => "PROCESSES",
                Column::Excess => "EXCESS",
            };
            if is_asked { name.to_owned() } else { format!("({name})") }
        }));
        header.extend(match starved {
            Starved::Memory => vec!["WORKING SET".to_owned(), "REQUEST".to_owned()],
            Starved::EphemeralStorage | Starved::Inodes => vec!["USE".to_owned(), "REQUEST".to_owned()],
            Starved::Pids => vec![],
        });
        header
    }

    fn cells(&self, place: usize) -> Vec<String> {
        let starved = self.finding.signal().starved();
        let ranked = &self.finding.ranking()[place];
        let measured = |amount: Option<i128>| {
            amount.map_or("?".to_owned(), |amount| Measured(amount, starved).to_string())
        };
        let mut cells = vec![format!("{}", place + 1), self.marked(place)];
        cells.extend(columns(self.asks()).map(|(column, is_asked)| {
            let cell = match column {
                Column::Class => ranked.candidate.qos.name().to_owned(),
                Column::Over => (if ranked.exceeds_request() { "yes" } else { "no" }).to_owned(),
                Column::Priority => ranked.candidate.priority.to_string(),
                Column::Excess => measured(wording::excess(ranked)),
            };
            if is_asked { cell } else { format!("({cell})") }
        }));
        if starved != Starved::Pids {
            cells.push(measured(ranked.usage.map(|usage| usage.bytes().0.into())));
            cells.push(measured(Some(ranked.request.bytes().0.into())));
        }
        cells
    }

    /// Its name, and what keeps it from being evicted.
    fn marked(&self, place: usize) -> String {
        let ranked = &self.finding.ranking()[place];
        let pod = self.pod(ranked.pod);
        let seen = self.finding.glimpse.pods.iter().find(|seen| seen.name == ranked.pod);
        match seen {
            _ if ranked.critical => format!("{pod} (critical)"),
            Some(seen) if seen.is_stopping && !self.is_victim(place) => format!("{pod} (stopping)"),
            _ => pod,
        }
    }

    /// Whether the pod at a place of the ranking is evicted at this look.
    pub fn is_victim(&self, place: usize) -> bool {
        matches!(&self.finding.happened, Happened::Decided(decision) if decision.victim == Some(place))
    }
}

/// What is shown of a pod besides its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Class,
    Over,
    Priority,
    Excess,
}

/// First what is asked, in its turn, then the rest; each with whether it is asked.
fn columns(asks: &'static [Criterion]) -> impl Iterator<Item = (Column, bool)> {
    let asked = asks.iter().filter_map(|criterion| column(*criterion));
    let all = [Column::Over, Column::Priority, Column::Excess, Column::Class];
    let is_asked = |column: Column| asks.iter().any(|criterion| self::column(*criterion) == Some(column));
    let rest = all.into_iter().filter(move |column| !is_asked(*column));
    asked.map(|column| (column, true)).chain(rest.map(|column| (column, false)))
}

fn column(criterion: Criterion) -> Option<Column> {
    match criterion {
        Criterion::QosClass => Some(Column::Class),
        Criterion::ExceedsRequest => Some(Column::Over),
        Criterion::Priority => Some(Column::Priority),
        Criterion::Excess => Some(Column::Excess),
        Criterion::Statistics | Criterion::Serial => None,
    }
}

/// What a criterion asks for, in words.
fn asked_for(criterion: Criterion, starved: Starved) -> &'static str {
    match criterion {
        Criterion::Statistics => "whether its use is known",
        Criterion::QosClass => "QoS class",
        Criterion::ExceedsRequest => "whether it is over its request",
        Criterion::Priority => "priority",
        Criterion::Excess if starved == Starved::Pids => "processes",
        Criterion::Excess => "use less request",
        Criterion::Serial => "age",
    }
}
