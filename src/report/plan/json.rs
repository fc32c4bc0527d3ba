//! A plan's answer for a program.
//!
//! Never: what the summary does not rest on. What is unknown is null.
//! Next: [`super::summary`], the same for a person.

use super::Told;
use crate::experiment::measures::Measure;
use crate::experiment::plan::packing::Packing;
use crate::experiment::plan::{Moves, Preference, Question, Tried, Verdict, WhatIfFound};
use crate::report::comparison::interval;
use serde_json::{Map, Value, json};

/// The whole answer.
pub fn json(told: &Told<'_>) -> Value {
    let (plan, found) = (told.plan, told.found);
    let settings = &plan.settings;
    let knee = found.knee.map(
        |knee| json!({ "at": parameters(told, knee.point), "before": knee.before, "after": knee.after }),
    );
    let breach = |breach: &crate::experiment::plan::curve::Breach| json!({ "riskier": parameters(told, breach.riskier), "safer": parameters(told, breach.safer) });
    json!({
        "kind": "evictsim plan",
        "version": env!("CARGO_PKG_VERSION"),
        "plan": settings.name,
        "question": settings.question,
        "run": plan.run,
        "seed": told.seed(),
        "horizonSeconds": told.horizon.0 as f64 / 1e6,
        "asked": asked(told),
        "answer": found.answer.map(|point| parameters(told, point)),
        "settings": found.tried.iter().map(|tried| setting(told, tried)).collect::<Vec<_>>(),
        "knee": knee,
        "breaches": found.breaches.iter().map(breach).collect::<Vec<_>>(),
        "packing": told.packing.map(packing),
        "whatIf": found.what_ifs.iter().map(|found| what_if(told, found)).collect::<Vec<_>>(),
        "assumptions": settings.assumptions,
    })
}

fn asked(told: &Told<'_>) -> Value {
    let bound = &told.plan.bound;
    let (question, prefer) = match told.plan.question {
        Question::Smallest => ("smallest", None),
        Question::Largest => ("largest", None),
        Question::Choice(Preference::Lowest(measure)) => {
            ("choose", Some(json!({ "lowest": measure.name() })))
        }
        Question::Choice(Preference::Highest(measure)) => {
            ("choose", Some(json!({ "highest": measure.name() })))
        }
    };
    json!({
        "question": question,
        "prefer": prefer,
        "measure": bound.measure.name(),
        "unit": bound.measure.unit(),
        "below": bound.below,
        "confidence": bound.confidence.share(),
        "looks": bound.looks(),
        "confidenceOfOneLook": bound.of_one_look().share(),
        "atLeast": bound.at_least,
        "batch": bound.batch,
        "atMost": bound.at_most,
        "settings": told.plan.settings.points.len(),
    })
}

fn parameters(told: &Told<'_>, point: usize) -> Value {
    let settings = &told.plan.settings;
    let point = &settings.points[point];
    let value = |parameter: &crate::experiment::sweep::Parameter| {
        (parameter.name.clone(), Value::from(settings.text(parameter, point)))
    };
    Value::Object(settings.parameters.iter().map(value).collect())
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Keeps => "keeps",
        Verdict::Breaks => "breaks",
        Verdict::Undecided => "undecided",
        Verdict::Open => "open",
    }
}

/// A setting that was run, with all measures.
fn setting(told: &Told<'_>, tried: &Tried) -> Value {
    let measure = |measure: Measure| (measure.name().to_owned(), interval(&told.interval(measure, tried)));
    json!({
        "parameters": parameters(told, tried.point),
        "verdict": verdict(tried.verdict),
        "replications": tried.figures.len(),
        "measures": Measure::ALL.map(measure).into_iter().collect::<Map<String, Value>>(),
    })
}

fn packing(packing: &Packing) -> Value {
    json!({
        "pods": packing.pods,
        "unplaced": packing.unplaced,
        "freeBytes": packing.free.0,
        "morePods": packing.more,
        "largestPodRequestBytes": packing.largest_pod.0,
        "largestNodeAllocatableBytes": packing.largest_node.0,
        "unplacedWithoutLargestNode": packing.unplaced_without_largest,
    })
}

fn what_if(told: &Told<'_>, found: &WhatIfFound) -> Value {
    let moves = match found.moves {
        Moves::Away => "away",
        Moves::MaybeAway => "maybeAway",
        Moves::Closer => "closer",
        Moves::Nowhere => "nowhere",
    };
    let tried = |tried: &Tried| {
        json!({
            "parameters": parameters(told, tried.point),
            "verdict": verdict(tried.verdict),
            "risk": interval(&told.risk(tried)),
        })
    };
    json!({
        "name": told.plan.what_ifs[found.what_if].name,
        "moves": moves,
        "difference": interval(&found.difference),
        "atAnswer": tried(&found.answer),
        "atNeighbor": found.neighbor.as_ref().map(tried),
    })
}
