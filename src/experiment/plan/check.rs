//! A plan as written -> as meant, or every mistake in it.
//!
//! What: the whole way from the bytes of a file to a [`Plan`] of which every setting is sound, under every what-if. Parameters,
//! values and the scenario are read as those of a sweep.
//! Never: opening a file (the program hands in how), a run. Next: [`crate::experiment::sweep::check`].

use super::bound::Bound;
use super::file::{KeepFile, PlanFile, PreferFile};
use super::{Plan, Preference, Question, WhatIf};
use crate::experiment::measures::{Kind, Measure};
use crate::experiment::sweep::check::{
    self as sweeps, Grid, children, confidence, entries, number_of_replications, over, path_of, sound,
};
use crate::experiment::sweep::condition::{Comparison, Test};
use crate::experiment::sweep::{Base, Sweep};
use crate::scenario::check::spot::{Findings, Spot};
use crate::scenario::check::{self as scenarios, Files};
use crate::scenario::decode::{At, decode};
use crate::scenario::document::{self, Tree};
use crate::scenario::include::unreadable;
use crate::scenario::mistake::{Mistake, Place};
use std::num::NonZeroU32;

const DEFAULT_AT_LEAST: u32 = 30;
const DEFAULT_AT_MOST: u32 = 300;
const DEFAULT_BATCH: u32 = 30;
/// The keys that ask a question; a plan has one of them.
const QUESTIONS: [&str; 3] = ["smallest", "largest", "choose"];

/// Reads the plan at `root`; `files` gives the bytes of a file.
///
/// # Errors
/// Every mistake in it; or if there is none, in its scenario; or else in any setting of it.
pub fn read(root: &str, files: &Files<'_>) -> Result<Plan, Vec<Mistake>> {
    let bytes = files(root).map_err(|error| vec![unreadable(root, &error)])?;
    let tree = document::read(root, &bytes)?;
    let top = Spot::top(&tree);
    if let Some(mistake) = something_else(&top, &tree) {
        return Err(vec![mistake]);
    }
    let mut findings = Findings::default();
    let Some(file) = decode::<PlanFile>(&tree, &mut findings.mistakes) else {
        return Err(findings.mistakes);
    };
    let name = scenarios::named(&mut findings, &top, ("plan", file.name.as_deref()), root);
    let question = question(&mut findings, &top, file.prefer);
    let grid = settings(&mut findings, &top, question);
    let bound = bound(&mut findings, &top.key("keep"), &file.keep);
    let changes: Vec<Vec<Change<'_>>> =
        children(&top.key("whatIf")).map(|spot| changes(&mut findings, &spot.key("change"))).collect();
    sound(findings)?;
    let base = sweeps::base(root, &top, files)?;
    refuse_what_is_asked(&base, &changes, &grid)?;
    let named = (name, scenarios::question(&bytes));
    let (settings, _) = over(named.clone(), base.clone(), grid.clone(), files)?;
    let run = run(&top, file.run.as_ref(), &settings)?;
    let what_if = |(what_if, changes): (&super::file::WhatIfFile, &Vec<Change<'_>>)| {
        let changed = changed(&base, changes)?;
        let settings = over(named.clone(), changed, grid.clone(), files);
        let (settings, _) = settings.map_err(|mistakes| told_of(mistakes, &what_if.name))?;
        if !is_everywhere(&settings, &run) {
            let what = format!("there is no run `{run}` any more");
            let fix = "name the scenario's `runs`: without a name one is called after its rules";
            return Err(told_of(vec![top.key("whatIf").mistake(what, fix)], &what_if.name));
        }
        Ok(WhatIf { name: what_if.name.clone(), settings })
    };
    let what_ifs =
        file.what_if.iter().zip(&changes).map(what_if).collect::<Result<Vec<_>, Vec<Mistake>>>()?;
    Ok(Plan { settings, question, bound, run, what_ifs })
}

/// Whether the bytes of a file are a plan: it asks one of its questions, and has no nodes.
pub fn is_one(bytes: &[u8]) -> bool {
    let asks = |tree: &Tree| QUESTIONS.iter().any(|key| tree.get(key).is_some());
    document::read("", bytes).is_ok_and(|tree| asks(&tree) && tree.get("nodes").is_none())
}

/// The mistake, if the file is a scenario or a sweep.
fn something_else(top: &Spot<'_>, tree: &Tree) -> Option<Mistake> {
    let has = |key: &str| tree.get(key).is_some();
    let (what, fix) = match () {
        () if has("keep") => return None,
        () if has("grid") => ("this is a sweep, not a plan", "run it with `evictsim sweep`"),
        () if has("nodes") || has("horizon") => (
            "this is a scenario, not a plan",
            "run it with `evictsim run`, or name it in a plan: `scenario: FILE` with a question and `keep`",
        ),
        () => return None,
    };
    Some(Mistake::new(what, fix).at(top.place().clone()))
}

fn question(findings: &mut Findings, top: &Spot<'_>, prefer: Option<PreferFile>) -> Question {
    let asked: Vec<&str> = QUESTIONS.into_iter().filter(|key| top.key(key).is_written()).collect();
    let prefer_spot = top.key("prefer");
    if prefer.is_some() && asked != ["choose"] {
        findings.mistake(&prefer_spot, "`prefer` is for `choose` alone", "leave it out");
    }
    match asked[..] {
        ["smallest"] => Question::Smallest,
        ["largest"] => Question::Largest,
        ["choose"] => Question::Choice(match prefer {
            None => Preference::Lowest(risk(top)),
            Some(PreferFile::Lowest(measure)) => Preference::Lowest(measure),
            Some(PreferFile::Highest(measure)) => Preference::Highest(measure),
        }),
        [] => {
            let fix =
                "write `smallest`, `largest` or `choose`: `smallest: {nodes: {from: 4, to: 20, step: 1}}`";
            findings.mistake(top, "nothing is asked", fix);
            Question::Smallest
        }
        _ => {
            findings.mistake(
                &top.key(asked[1]),
                format!("there are both `{}` and `{}`", asked[0], asked[1]),
                "write one of them",
            );
            Question::Smallest
        }
    }
}

/// The measure that the bound is of; whoever writes none has been told when the file was decoded.
fn risk(top: &Spot<'_>) -> Measure {
    let written = top.keys(&["keep", "measure"]).tree().map(Tree::flow);
    written.and_then(|name| Measure::named(&name)).unwrap_or(Measure::Evictions)
}

/// The settings, each a point.
fn settings(findings: &mut Findings, top: &Spot<'_>, question: Question) -> Grid {
    let asked = QUESTIONS.into_iter().find(|key| top.key(key).is_written()).unwrap_or(QUESTIONS[0]);
    let spot = top.key(asked);
    let grid = Grid::of_one_axis(findings, top, &spot);
    if spot.is_written() && grid.points.is_empty() {
        findings.mistake(&spot, "there are no settings to choose from", "name a parameter, with its values");
    }
    if !matches!(question, Question::Choice(_)) {
        must_grow(findings, &spot, &grid);
    }
    grid
}

/// Of several parameters that move together, those that are numbers at all must grow, and one must be.
fn must_grow(findings: &mut Findings, spot: &Spot<'_>, grid: &Grid) {
    let Some(first) = grid.parameters.first() else { return };
    for pair in first.values.windows(2) {
        let (one, next) = (pair[0].flow(), pair[1].flow());
        let grows =
            Test::parse(&format!("{} {one}", Comparison::Above.sign())).is_ok_and(|test| test.holds(&next));
        if !grows {
            let what = format!("{next} does not come after {one} by its size");
            let fix = "write the values of the first parameter from small to large, or ask with `choose`";
            let mistake = Mistake::new(what, fix).at(pair[1].place.clone());
            findings.mistakes.push(mistake.on(spot.key(&first.name).path()));
            return;
        }
    }
}

fn bound(findings: &mut Findings, spot: &Spot<'_>, written: &KeepFile) -> Bound {
    let number = |findings: &mut Findings, written: &Option<At<u32>>, default: u32| {
        written.as_ref().map_or(default, |number| number_of_replications(findings, number))
    };
    let at_least = number(findings, &written.at_least, DEFAULT_AT_LEAST);
    let batch = number(findings, &written.batch, DEFAULT_BATCH);
    let at_most = number(findings, &written.at_most, DEFAULT_AT_MOST.max(at_least));
    if at_most < at_least {
        let what = format!("at most {at_most} replications, and at least {at_least}");
        findings.mistake(&spot.key("atMost"), what, "write a larger `atMost`, or a smaller `atLeast`");
    }
    if at_least < 2 {
        findings.mistake(
            &spot.key("atLeast"),
            "one replication has no interval",
            "write 2 or more, better 30",
        );
    }
    // What no result can keep, or none can break, is no question.
    let most = if written.measure.kind() == Kind::Claim { 1.0 } else { f64::INFINITY };
    if !(written.below.value > 0.0 && written.below.value < most) {
        let (what, fix) = match written.measure.kind() {
            Kind::Claim => ("a proportion of runs is bounded between 0 and 1", "write 2 % as 0.02"),
            Kind::Number | Kind::Ratio { .. } => ("a bound is a number above 0", "write it as 0.1"),
        };
        findings.mistakes.push(written.below.mistake(what, fix));
    }
    Bound {
        measure: written.measure,
        below: written.below.value,
        confidence: confidence(findings, spot, written.confidence.as_ref()),
        at_least,
        batch: NonZeroU32::new(batch).unwrap_or(NonZeroU32::MIN),
        at_most: at_most.max(at_least),
    }
}

/// A path, and what is put there.
struct Change<'t> {
    path: crate::experiment::sweep::path::Path,
    place: Place,
    value: &'t Tree,
}

fn changes<'t>(findings: &mut Findings, spot: &Spot<'t>) -> Vec<Change<'t>> {
    if entries(spot).is_empty() {
        findings.mistake(
            spot,
            "nothing is otherwise",
            "name a place in the scenario, and its value: `horizon: 2d`",
        );
    }
    let change = |entry: &'t document::Entry| {
        let (path, _) = path_of(findings, &spot.key(&entry.key), &entry.key)?;
        Some(Change { path, place: entry.key_place.clone(), value: &entry.value })
    };
    entries(spot).iter().filter_map(change).collect()
}

/// A setting would put its own value in place of that of a what-if.
fn refuse_what_is_asked(base: &Base, changes: &[Vec<Change<'_>>], grid: &Grid) -> Result<(), Vec<Mistake>> {
    let asked = || grid.parameters.iter().flat_map(|parameter| &parameter.paths);
    let is_asked = |change: &&Change<'_>| asked().any(|(path, _)| change.path.is_within(path, &base.tree));
    let told = |change: &Change<'_>| {
        let what =
            format!("`{}` is what the plan asks about: each setting has its own value there", change.path);
        Mistake::new(what, "leave it out").at(change.place.clone())
    };
    let mistakes: Vec<Mistake> = changes.iter().flatten().filter(is_asked).map(told).collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

fn changed(base: &Base, changes: &[Change<'_>]) -> Result<Base, Vec<Mistake>> {
    let (mut base, mut mistakes) = (base.clone(), Vec::new());
    for Change { path, place, value } in changes {
        if let Err(refusal) = base.change(path, (place, (*value).clone())) {
            mistakes.push(Mistake::new(refusal.what, refusal.fix).at(place.clone()));
        }
    }
    if mistakes.is_empty() { Ok(base) } else { Err(mistakes) }
}

fn is_everywhere(settings: &Sweep, run: &String) -> bool {
    settings.points.iter().all(|point| point.runs.contains(run))
}

/// Which run: the one that is named, or the only one.
fn run(top: &Spot<'_>, written: Option<&At<String>>, settings: &Sweep) -> Result<String, Vec<Mistake>> {
    let known: Vec<&String> = settings.points.iter().take(1).flat_map(|point| &point.runs).collect();
    let runs = || known.iter().map(|run| run.as_str()).collect::<Vec<_>>().join(", ");
    match (written, &known[..]) {
        (Some(run), _) => {
            match known.iter().find(|known| **known == &run.value).filter(|run| is_everywhere(settings, run))
            {
                Some(run) => Ok((*run).clone()),
                None => Err(vec![run.mistake(
                    format!("the scenario has no run `{}`", run.value),
                    format!("there are: {}", runs()),
                )]),
            }
        }
        (None, [only]) if is_everywhere(settings, only) => Ok((*only).clone()),
        (None, _) => {
            let what = format!("the scenario has several runs: {}", runs());
            Err(vec![top.key("scenario").mistake(what, "say which: `run: NAME`")])
        }
    }
}

/// Mistakes that a what-if makes.
fn told_of(mistakes: Vec<Mistake>, what_if: &str) -> Vec<Mistake> {
    let told = |mistake: Mistake| Mistake { what: format!("{}, if {what_if}", mistake.what), ..mistake };
    mistakes.into_iter().map(told).collect()
}
