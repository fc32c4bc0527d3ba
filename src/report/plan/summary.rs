//! A plan's answer for a person.
//!
//! What: the answer in a sentence, the settings that were run, what else matters at the answer, what would change it, and what is
//! taken for granted.
//! Never: a figure of its own. Next: [`super::json()`], the same for a program.

use super::Told;
use crate::experiment::measures::Measure;
use crate::experiment::plan::packing::Packing;
use crate::experiment::plan::{Moves, Question, Tried, Verdict, WhatIfFound};
use crate::experiment::statistics::{Interval, Method};
use crate::report::figures::{Length, Memory, Rounded, aligned, counted, wrapped};
use crate::report::story::Overcommit;
use crate::report::summary::{COLUMNS, overcommit, write_assumptions};
use std::io::{self, Write};

/// Writes it.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    if let Some(question) = &told.plan.settings.question {
        sentence(out, "", question)?;
    }
    let (name, horizon, seed) = (&told.plan.settings.name, Length::until(told.horizon), told.seed());
    let heading = format!("{name}: {} {}; runs of {horizon}, seed {seed}", told.asked(), told.bound());
    sentence(out, "", &heading)?;
    writeln!(out)?;
    write_answer(out, told)?;
    write_settings(out, told)?;
    write_course(out, told)?;
    if let Some(answer) = told.found.answer.and_then(|point| told.found.of(point)) {
        write_at_answer(out, told, answer)?;
    }
    write_what_ifs(out, told)?;
    write_assumptions(out, &told.plan.settings.assumptions)
}

/// A sentence in lines, indented.
fn sentence(out: &mut impl Write, indent: &str, text: &str) -> io::Result<()> {
    wrapped(text, COLUMNS - indent.len()).iter().try_for_each(|line| writeln!(out, "{indent}{line}"))
}

fn write_answer(out: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    let (found, measure) = (told.found, told.plan.bound.measure.name());
    let Some(answer) = found.answer.and_then(|point| found.of(point)) else {
        return sentence(out, "", &format!("No answer: {}.", told.without_answer()));
    };
    let (risk, runs) = (estimate(&told.risk(answer)), counted(answer.figures.len() as u64, "run"));
    let text = format!("Answer: {}. {measure} there: {risk}, of {runs}.", told.label(answer.point));
    sentence(out, "", &text)?;
    match beside(told, answer) {
        Some(text) => sentence(out, "", &text),
        None => Ok(()),
    }
}

/// Why the setting beside the answer is not the answer; nothing, if settings have no order.
fn beside(told: &Told<'_>, answer: &Tried) -> Option<String> {
    let (end, short) = match told.plan.question {
        Question::Smallest => {
            ("It is the first of the range: whether less would do was not asked.", "too little")
        }
        Question::Largest => {
            ("It is the last of the range: whether more would do was not asked.", "too much")
        }
        Question::Choice(_) => return None,
    };
    let Some(neighbor) = told.plan.riskier_neighbor(answer.point) else { return Some(end.to_owned()) };
    let tried = told.found.of(neighbor)?;
    let (label, risk) = (told.label(neighbor), estimate(&told.risk(tried)));
    let runs = counted(tried.figures.len() as u64, "run");
    Some(match tried.verdict {
        Verdict::Breaks => format!("{label} is {short}: {risk}, of {runs}."),
        Verdict::Open | Verdict::Undecided | Verdict::Keeps => {
            format!("Whether {label} would do is undecided after {runs}: {risk}.")
        }
    })
}

fn write_settings(out: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    let parameters = told.plan.settings.parameters.iter().map(|parameter| parameter.name.to_uppercase());
    let measure = told.plan.bound.measure.name().to_uppercase();
    let heading = parameters.chain([measure, "RUNS".to_owned(), "THE BOUND".to_owned()]);
    let lines = told.found.tried.iter().map(|tried| line(told, tried));
    writeln!(out)?;
    for line in aligned(&std::iter::once(heading.collect()).chain(lines).collect::<Vec<_>>()) {
        writeln!(out, "  {line}")?;
    }
    sentence(
        out,
        "  ",
        &format!(
            "In brackets: where the truth lies, {} sure, however often a setting was looked at.",
            told.plan.bound.confidence
        ),
    )
}

fn line(told: &Told<'_>, tried: &Tried) -> Vec<String> {
    let settings = &told.plan.settings;
    let point = &settings.points[tried.point];
    let values = settings.parameters.iter().map(|parameter| settings.text(parameter, point));
    let marks = [
        (told.found.answer == Some(tried.point)).then_some("answer"),
        told.found.knee.filter(|knee| knee.point == tried.point).map(|_| "knee"),
    ];
    let marks: Vec<&str> = [verdict(tried.verdict)].into_iter().chain(marks.into_iter().flatten()).collect();
    values.chain([estimate(&told.risk(tried)), tried.figures.len().to_string(), marks.join(", ")]).collect()
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Keeps => "kept",
        Verdict::Breaks => "broken",
        Verdict::Undecided => "undecided",
        Verdict::Open => "left before it was decided",
    }
}

/// The knee, and whether the curve goes the way that the search assumed.
fn write_course(out: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    if let Some(knee) = told.found.knee {
        let figure = |value| Rounded { value, half_width: None };
        let text = format!(
            "The curve bends at {}: up to it, each step takes {} away, from there on {}.",
            told.label(knee.point),
            figure(knee.before),
            figure(knee.after)
        );
        sentence(out, "  ", &text)?;
    }
    let way = match told.plan.question {
        Question::Choice(_) => return Ok(()),
        Question::Smallest => "falls",
        Question::Largest => "rises",
    };
    if told.found.breaches.is_empty() {
        let text = format!(
            "The search assumes that the risk {way} with the value; nothing that was run speaks against it."
        );
        return sentence(out, "  ", &text);
    }
    told.found.breaches.iter().try_for_each(|breach| {
        let text = format!(
            "The search assumes that the risk {way} with the value, and it does not: {} has more than {}. Do not \
             trust the answer: ask with `choose`, or sweep.",
            told.label(breach.safer),
            told.label(breach.riskier)
        );
        sentence(out, "  ", &text)
    })
}

fn write_at_answer(out: &mut impl Write, told: &Told<'_>, answer: &Tried) -> io::Result<()> {
    writeln!(out, "\nAt {}:", told.label(answer.point))?;
    let mean = |measure| told.interval(measure, answer).estimate;
    let three = Overcommit {
        requests: mean(Measure::RequestsToAllocatable),
        limits: mean(Measure::LimitsToAllocatable),
        unlimited: mean(Measure::UnlimitedShare),
        used: mean(Measure::UseToCapacity),
        peak: mean(Measure::PeakUseToCapacity),
    };
    sentence(out, "  ", &overcommit(&three))?;
    if let Some(waiting) = mean(Measure::PodsUnscheduled).filter(|pods| *pods > 0.0) {
        let pods = Rounded { value: waiting, half_width: None };
        sentence(out, "  ", &format!("Pods that have no node at the end: {pods} of a run, on average"))?;
    }
    match told.packing {
        Some(packing) => packed(packing).iter().try_for_each(|text| sentence(out, "  ", text)),
        None => Ok(()),
    }
}

/// Headroom, and the loss of the largest node.
fn packed(packing: &Packing) -> [String; 3] {
    let memory = |bytes: crate::ground::Bytes| Memory(bytes.0.into());
    let headroom = match packing.unplaced {
        0 => format!(
            "Headroom: {} of memory that nobody requests, room for {} of {}",
            memory(packing.free),
            counted(packing.more, "more pod"),
            memory(packing.largest_pod)
        ),
        unplaced => format!("Headroom: none; {} of {} find no room", unplaced, counted(packing.pods, "pod")),
    };
    let without = match packing.unplaced_without_largest {
        0 => format!("all {} still fit", counted(packing.pods, "pod")),
        unplaced => format!("{unplaced} of {} find no room", counted(packing.pods, "pod")),
    };
    [
        headroom,
        format!("Without the largest node ({} allocatable): {without}", memory(packing.largest_node)),
        "Both by packing requests, the largest first, whatever pods use or want beside them; what finds no room so \
         might find some otherwise"
            .to_owned(),
    ]
}

fn write_what_ifs(out: &mut impl Write, told: &Told<'_>) -> io::Result<()> {
    let what_ifs = &told.found.what_ifs;
    if what_ifs.is_empty() {
        return Ok(());
    }
    let bound = &told.plan.bound;
    writeln!(out, "\nWhat if? Each alone, the largest first; the risk moves by, {} sure:", bound.confidence)?;
    what_ifs.iter().try_for_each(|found| {
        sentence(out, "  ", &told.plan.what_ifs[found.what_if].name)?;
        sentence(out, "    ", &format!("{}; {}", estimate(&found.difference), consequence(told, found)))
    })
}

fn consequence(told: &Told<'_>, found: &WhatIfFound) -> String {
    let answer = told.label(found.answer.point);
    match (found.moves, &found.neighbor) {
        (Moves::Away, _) => {
            format!("another answer: {answer} breaks the bound, {}", estimate(&told.risk(&found.answer)))
        }
        (Moves::MaybeAway, _) => {
            format!("perhaps another answer: {answer} is undecided, {}", estimate(&told.risk(&found.answer)))
        }
        (Moves::Closer, Some(neighbor)) => {
            let (label, risk) = (told.label(neighbor.point), estimate(&told.risk(neighbor)));
            format!("another answer: {label} keeps the bound, too, {risk}")
        }
        // Which is preferred was found by running all settings as it is.
        (Moves::Closer | Moves::Nowhere, _) if matches!(told.plan.question, Question::Choice(_)) => {
            format!("{answer} keeps the bound; whether another would be preferred was not asked")
        }
        (Moves::Closer | Moves::Nowhere, _) => "the same answer".to_owned(),
    }
}

/// An estimate with its interval.
fn estimate(interval: &Interval) -> String {
    let Some(value) = interval.estimate else { return "?".to_owned() };
    if interval.method == Method::AllEqual {
        // Its interval has no width, and that would say too much.
        return format!("{value} in every run");
    }
    let half_width = interval.half_width();
    let told = |value| Rounded { value, half_width };
    match (interval.lower, interval.upper) {
        (Some(lower), Some(upper)) => format!("{} [{}, {}]", told(value), told(lower), told(upper)),
        _ => told(value).to_string(),
    }
}
