//! A sweep as written -> as meant, or every mistake in it.
//!
//! What: the whole way from the bytes of a file to a [`Sweep`] of which every point is sound. A value of the grid keeps its place
//! in the sweep's file when it is put into the scenario, so a mistake in it is told there.
//! Never: opening a file (the program hands in how), a run. Next: [`super::grid`].

use super::condition::{Condition, Test};
use super::file::{SweepFile, UntilFile};
use super::grid::{self, MOST_POINTS, Parameter, Point};
use super::path::Path;
use super::{Base, Replications, Sweep, Until, range};
use crate::experiment::measures::Measure;
use crate::experiment::statistics::{self, Confidence};
use crate::scenario::check::spot::{Findings, Spot};
use crate::scenario::check::{self as scenarios, Files, MOST_REPLICATIONS};
use crate::scenario::decode::{At, decode};
use crate::scenario::document::{self, Entry, Shape, Tree};
use crate::scenario::include::{beside, unreadable};
use crate::scenario::mistake::{MISTAKES_LIMIT, Mistake, Place};
use crate::scenario::nearest::nearest;
use std::collections::BTreeSet;
use std::num::NonZeroU64;

const DEFAULT_AT_LEAST: u32 = 10;
const DEFAULT_AT_MOST: u32 = 1000;
const DEFAULT_BATCH: u32 = 10;

/// Reads the sweep at `root`; `files` gives the bytes of a file.
///
/// # Errors
/// Every mistake in it; or if there is none, in its scenario; or else at any of its points.
pub fn read(root: &str, files: &Files<'_>) -> Result<Sweep, Vec<Mistake>> {
    let bytes = files(root).map_err(|error| vec![unreadable(root, &error)])?;
    let tree = document::read(root, &bytes)?;
    let top = Spot::top(&tree);
    if let Some(mistake) = something_else(&top, &tree) {
        return Err(vec![mistake]);
    }
    let mut findings = Findings::default();
    let Some(file) = decode::<SweepFile>(&tree, &mut findings.mistakes) else {
        return Err(findings.mistakes);
    };
    let grid = Grid::read(&mut findings, &top);
    let name = scenarios::named(&mut findings, &top, ("sweep", file.name.as_deref()), root);
    let replications = replications(&mut findings, &top, &file);
    sound(findings)?;
    let base = base(root, &top, files)?;
    let record = file.record.iter().copied().collect();
    let (mut sweep, scenarios_own) = over((name, scenarios::question(&bytes)), base, grid, files)?;
    (sweep.record, sweep.replications) = (record, replications.unwrap_or(Replications::Fixed(scenarios_own)));
    Ok(sweep)
}

/// A scenario at all points of a grid, with how many replications it asks for itself.
///
/// # Errors
/// Every mistake at any point.
pub(in crate::experiment) fn over(
    (name, question): (String, Option<String>),
    base: Base,
    grid: Grid,
    files: &Files<'_>,
) -> Result<(Sweep, u32), Vec<Mistake>> {
    refuse_paths_given_twice(&base, &grid.parameters)?;
    let mut sweep = Sweep {
        name,
        question,
        seed: None,
        base,
        parameters: grid.parameters,
        points: Vec::new(),
        replications: Replications::Fixed(1),
        record: BTreeSet::new(),
        assumptions: Vec::new(),
    };
    let scenarios_own = check_points(&mut sweep, grid.points, files)?;
    Ok((sweep, scenarios_own))
}

/// Whether the bytes of a file are a sweep, rather than a scenario: it has a grid, and no nodes.
pub fn is_one(bytes: &[u8]) -> bool {
    document::read("", bytes).is_ok_and(|tree| tree.get("grid").is_some() && tree.get("nodes").is_none())
}

/// Goes on only without a mistake.
///
/// # Errors
/// All that were found.
pub(in crate::experiment) fn sound(findings: Findings) -> Result<(), Vec<Mistake>> {
    if findings.mistakes.is_empty() { Ok(()) } else { Err(findings.mistakes) }
}

/// The mistake, if the file is a plan, or a scenario: it has nodes, and neither a grid nor a scenario.
fn something_else(top: &Spot<'_>, tree: &Tree) -> Option<Mistake> {
    let has = |key: &str| tree.get(key).is_some();
    let (what, fix) = match () {
        () if has("grid") => return None,
        () if has("keep") => ("this is a plan, not a sweep", "run it with `evictsim plan`"),
        () if (has("nodes") || has("horizon")) && !has("scenario") => (
            "this is a scenario, not a sweep",
            "run it with `evictsim run`, or name it in a sweep: `scenario: FILE` with a `grid`",
        ),
        () => return None,
    };
    Some(Mistake::new(what, fix).at(top.place().clone()))
}

/// The scenario that is changed: the one that is named, or the one that is written here.
pub(in crate::experiment) fn base(
    root: &str,
    top: &Spot<'_>,
    files: &Files<'_>,
) -> Result<Base, Vec<Mistake>> {
    let spot = top.key("scenario");
    match spot.tree().map(|tree| (tree, &tree.shape)) {
        Some((_, Shape::Scalar { text, .. })) => {
            let path = beside(root, text);
            if let Err(error) = files(&path) {
                return Err(vec![unreadable(&path, &error).at(spot.place().clone()).on(spot.path())]);
            }
            let tree = scenarios::written(&path, files)?;
            Ok(Base { root: path, tree })
        }
        Some((tree, Shape::Map(_))) if tree.get("include").is_none() => {
            Ok(Base { root: root.to_owned(), tree: tree.clone() })
        }
        Some((_, Shape::Map(_))) => Err(vec![spot.key("include").mistake(
            "a scenario that is written here includes no other",
            "write it into a file of its own, and name that: `scenario: FILE`",
        )]),
        _ => Err(vec![
            spot.mistake("a scenario is expected", "name its file: `scenario: FILE`, or write it here"),
        ]),
    }
}

/// What `parameters`, `grid`, `skip` and `only` come to.
#[derive(Clone)]
pub(in crate::experiment) struct Grid {
    pub(in crate::experiment) parameters: Vec<Parameter>,
    pub(in crate::experiment) points: Vec<Vec<usize>>,
}

impl Grid {
    fn read(findings: &mut Findings, top: &Spot<'_>) -> Grid {
        let mut parameters = Vec::new();
        let mut lengths = Vec::new();
        for (axis, spot) in children(&top.key("grid")).enumerate() {
            lengths.push(read_axis(findings, top, (axis, &spot), &mut parameters));
        }
        tell_of_parameters_without_values(findings, &top.key("parameters"), (&parameters, "grid"));
        let skip = conditions(findings, &top.key("skip"), &parameters);
        let only = conditions(findings, &top.key("only"), &parameters);
        let grid = top.key("grid");
        let size = lengths.iter().try_fold(1_usize, |size, length| size.checked_mul(*length));
        if size.is_none_or(|size| size > MOST_POINTS) {
            let what = format!("the grid has more than {MOST_POINTS} points");
            findings.mistake(&grid, what, "write fewer values, or several sweeps");
            return Grid { parameters, points: Vec::new() };
        }
        if !findings.mistakes.is_empty() {
            // Parameters that should move together may have different numbers of values.
            return Grid { parameters, points: Vec::new() };
        }
        let points = grid::combinations_that_meet(&lengths, &parameters, (&skip, &only));
        if points.is_empty() {
            findings.mistake(&grid, "the grid has no points", no_points(size));
        }
        Grid { parameters, points }
    }

    /// One entry alone: a point for each of its values.
    pub(in crate::experiment) fn of_one_axis(
        findings: &mut Findings,
        top: &Spot<'_>,
        spot: &Spot<'_>,
    ) -> Grid {
        let mut parameters = Vec::new();
        let length = read_axis(findings, top, (0, spot), &mut parameters);
        tell_of_parameters_without_values(findings, &top.key("parameters"), (&parameters, spot.path()));
        Grid { parameters, points: (0..length).map(|value| vec![value]).collect() }
    }
}

fn no_points(size: Option<usize>) -> &'static str {
    match size {
        Some(0) => "write at least one value for each parameter",
        _ => "`skip` and `only` leave none: ask for less there",
    }
}

/// The entries of a list.
pub(in crate::experiment) fn children<'t>(spot: &Spot<'t>) -> impl Iterator<Item = Spot<'t>> + use<'t> {
    let number = match spot.tree().map(|tree| &tree.shape) {
        Some(Shape::List(children)) => children.len(),
        _ => 0,
    };
    let spot = spot.clone();
    (0..number).map(move |index| spot.index(index))
}

/// The keys of a map, in the order of the file.
pub(in crate::experiment) fn entries<'t>(spot: &Spot<'t>) -> &'t [Entry] {
    match spot.tree().map(|tree| &tree.shape) {
        Some(Shape::Map(entries)) => entries,
        _ => &[],
    }
}

/// Reads the parameters of one entry of the grid: how many values they have.
fn read_axis(
    findings: &mut Findings,
    top: &Spot<'_>,
    (axis, spot): (usize, &Spot<'_>),
    parameters: &mut Vec<Parameter>,
) -> usize {
    let mut length: Option<(usize, String)> = None;
    for entry in entries(spot) {
        let at = spot.key(&entry.key);
        let values = values(findings, &at);
        match &length {
            Some((other, name)) if *other != values.len() => {
                let what = format!("`{name}` has {other} values, and `{}` has {}", entry.key, values.len());
                findings.mistake(
                    &at,
                    what,
                    "parameters of one entry move together: give each as many values",
                );
            }
            Some(_) => {}
            None => length = Some((values.len(), entry.key.clone())),
        }
        if parameters.iter().any(|parameter| parameter.name == entry.key) {
            let what = format!("the parameter `{}` is in the grid twice", entry.key);
            findings.mistake(&at, what, "give all its values in one place");
        }
        let paths = paths(findings, top, &at, entry);
        parameters.push(Parameter { name: entry.key.clone(), paths, axis, values });
    }
    length.map_or(0, |(length, _)| length)
}

fn values(findings: &mut Findings, spot: &Spot<'_>) -> Vec<Tree> {
    match spot.tree().map(|tree| &tree.shape) {
        Some(Shape::List(values)) => values.clone(),
        Some(Shape::Map(_)) => values_of_range(findings, spot),
        _ => {
            let fix = "write a list, or a range: {from: 1, to: 5, step: 1}";
            findings.mistake(spot, "a list of values is expected", fix);
            Vec::new()
        }
    }
}

fn values_of_range(findings: &mut Findings, spot: &Spot<'_>) -> Vec<Tree> {
    let keys = ["from", "to", "step"];
    for entry in entries(spot).iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
        let what = format!("a range has no `{}`", entry.key);
        findings.mistakes.push(
            Mistake::new(what, "write {from: …, to: …, step: …}")
                .at(entry.key_place.clone())
                .on(spot.key(&entry.key).path()),
        );
    }
    let text = |key: &str| match spot.tree()?.get(key).map(|value| &value.shape) {
        Some(Shape::Scalar { text, .. }) => Some(text.as_str()),
        _ => None,
    };
    let (Some(from), Some(to), Some(step)) = (text("from"), text("to"), text("step")) else {
        findings.mistake(
            spot,
            "a range has a `from`, a `to` and a `step`",
            "write {from: 1, to: 5, step: 1}",
        );
        return Vec::new();
    };
    match range::values(from, to, step) {
        Ok(values) => {
            let value =
                |text| Tree { place: spot.place().clone(), shape: Shape::Scalar { text, plain: true } };
            values.into_iter().map(value).collect()
        }
        Err(refusal) => {
            findings.mistake(spot, refusal.what, refusal.fix);
            Vec::new()
        }
    }
}

/// Where the parameter of an entry goes.
fn paths(findings: &mut Findings, top: &Spot<'_>, at: &Spot<'_>, entry: &Entry) -> Vec<(Path, Place)> {
    let name = entry.key.as_str();
    let spot = top.key("parameters").key(name);
    if !spot.is_written() {
        let known: Vec<&str> =
            entries(&top.key("parameters")).iter().map(|entry| entry.key.as_str()).collect();
        let fix = match nearest(name, &known) {
            Some(meant) => format!("write `{meant}`"),
            None => format!("say what it changes, under `parameters`: `{name}: workloads[0].replicas`"),
        };
        let mistake = Mistake::new(format!("there is no parameter `{name}`"), fix);
        findings.mistakes.push(mistake.at(entry.key_place.clone()).on(at.path()));
        return Vec::new();
    }
    must_be_a_column(findings, &spot, name);
    let written: Vec<Spot<'_>> = match spot.tree().map(|tree| &tree.shape) {
        Some(Shape::List(_)) => children(&spot).collect(),
        _ => vec![spot],
    };
    written.iter().filter_map(|spot| path(findings, spot)).collect()
}

fn path(findings: &mut Findings, spot: &Spot<'_>) -> Option<(Path, Place)> {
    // Whoever writes anything else has been told when the file was decoded.
    let Some(Shape::Scalar { text, .. }) = spot.tree().map(|tree| &tree.shape) else { return None };
    path_of(findings, spot, text)
}

/// The path that a text at a place is.
pub(in crate::experiment) fn path_of(
    findings: &mut Findings,
    spot: &Spot<'_>,
    text: &str,
) -> Option<(Path, Place)> {
    match Path::parse(text) {
        Ok(path) if path.first_key().is_some_and(|key| matches!(key, "include" | "replications")) => {
            let fix = "a file is included before anything is changed; how often a point is run, a sweep's own \
                       `replications` or `until` says, or a plan's `keep`";
            findings.mistake(spot, format!("`{path}` cannot be changed"), fix);
            None
        }
        Ok(path) => Some((path, spot.place().clone())),
        Err(refusal) => {
            findings.mistake(spot, refusal.what, refusal.fix);
            None
        }
    }
}

/// Columns that every table of a sweep has, and what would be taken for one.
fn must_be_a_column(findings: &mut Findings, spot: &Spot<'_>, name: &str) {
    let is_snake = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_snake {
        let what = format!("`{name}` is no name for a column");
        findings.mistake(spot, what, "write small letters, digits and `_`, as in `hard_threshold`");
    } else if super::COLUMNS.contains(&name) || is_of_a_measure(name) {
        findings.mistake(spot, format!("tables have a column `{name}` of their own"), "choose another name");
    }
}

/// `evictions`, or `evictions_mean`.
fn is_of_a_measure(name: &str) -> bool {
    let ends = std::iter::once("").chain(super::OF_MEASURES);
    ends.filter_map(|end| name.strip_suffix(end)).any(|name| Measure::named(name).is_some())
}

/// What one sets, another would set again.
fn refuse_paths_given_twice(base: &Base, parameters: &[Parameter]) -> Result<(), Vec<Mistake>> {
    let all: Vec<&(Path, Place)> = parameters.iter().flat_map(|parameter| &parameter.paths).collect();
    let twice = all.iter().enumerate().filter_map(|(number, (path, place))| {
        let is_shared = |other: &Path| path.is_within(other, &base.tree) || other.is_within(path, &base.tree);
        let (other, _) = all[..number].iter().find(|(other, _)| is_shared(other))?;
        let what = match other == path {
            true => format!("`{path}` is changed twice"),
            false => format!("`{path}` is changed twice, by `{other}`, too"),
        };
        Some(Mistake::new(what, "leave one of them out").at(place.clone()))
    });
    let mistakes: Vec<Mistake> = twice.collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

/// `used` are those that have values, in the part of the file that is called so.
fn tell_of_parameters_without_values(
    findings: &mut Findings,
    spot: &Spot<'_>,
    (used, part): (&[Parameter], &str),
) {
    for entry in entries(spot) {
        if !used.iter().any(|parameter| parameter.name == entry.key) {
            let what = format!("the parameter `{}` has no values", entry.key);
            let mistake = Mistake::new(what, format!("give it some in `{part}`, or leave it out"));
            findings.mistakes.push(mistake.at(entry.key_place.clone()).on(spot.key(&entry.key).path()));
        }
    }
}

fn conditions(findings: &mut Findings, spot: &Spot<'_>, parameters: &[Parameter]) -> Vec<Condition> {
    let read = |spot: Spot<'_>| {
        let tests = entries(&spot).iter().filter_map(|entry| {
            let at = spot.key(&entry.key);
            let known = parameters.iter().position(|parameter| parameter.name == entry.key);
            let Some(parameter) = known else {
                let names: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
                let fix = match nearest(&entry.key, &names) {
                    Some(meant) => format!("write `{meant}`"),
                    None => format!("name a parameter: {}", names.join(", ")),
                };
                let mistake = Mistake::new(format!("there is no parameter `{}`", entry.key), fix);
                findings.mistakes.push(mistake.at(entry.key_place.clone()).on(at.path()));
                return None;
            };
            Some((parameter, tests(findings, &at, &parameters[parameter])))
        });
        Condition { tests: tests.collect() }
    };
    children(spot).map(read).collect()
}

/// What a parameter is asked; a test that none of its values meets is a slip of the hand.
fn tests(findings: &mut Findings, spot: &Spot<'_>, parameter: &Parameter) -> Vec<Test> {
    let written: Vec<Spot<'_>> = match spot.tree().map(|tree| &tree.shape) {
        Some(Shape::List(_)) => children(spot).collect(),
        _ => vec![spot.clone()],
    };
    let read = |spot: &Spot<'_>| {
        let text = spot.tree().map(Tree::flow).unwrap_or_default();
        match Test::parse(&text) {
            Ok(test) => {
                if !parameter.values.iter().any(|value| test.holds(&value.flow())) {
                    let what = format!("no value of `{}` is {text}", parameter.name);
                    findings.mistake(spot, what, "name one that it has in `grid`, or compare: `>= 4`");
                }
                Some(test)
            }
            Err(refusal) => {
                findings.mistake(spot, refusal.what, refusal.fix);
                None
            }
        }
    };
    written.iter().filter_map(read).collect()
}

/// How often points are run; nothing, if the scenario says.
fn replications(findings: &mut Findings, top: &Spot<'_>, file: &SweepFile) -> Option<Replications> {
    match (&file.replications, &file.until) {
        (None, None) => None,
        (Some(number), None) => Some(Replications::Fixed(number_of_replications(findings, number))),
        (None, Some(until)) => Some(Replications::Until(read_until(findings, &top.key("until"), until))),
        (Some(number), Some(_)) => {
            let fix = "write one of them";
            findings.mistakes.push(number.mistake("there are both `replications` and `until`", fix));
            None
        }
    }
}

/// A number of replications, told if there can be no such one.
pub(in crate::experiment) fn number_of_replications(findings: &mut Findings, written: &At<u32>) -> u32 {
    if written.value == 0 || MOST_REPLICATIONS < written.value {
        let what = format!("{} replications", written.value);
        findings
            .mistakes
            .push(written.mistake(what, format!("write a number from 1 to {MOST_REPLICATIONS}")));
    }
    written.value
}

fn read_until(findings: &mut Findings, spot: &Spot<'_>, written: &UntilFile) -> Until {
    let number = |findings: &mut Findings, written: &Option<At<u32>>, default: u32| {
        u64::from(written.as_ref().map_or(default, |number| number_of_replications(findings, number)))
    };
    let rule = statistics::Until {
        half_width: written.half_width.value,
        batch: NonZeroU64::new(number(findings, &written.batch, DEFAULT_BATCH)).unwrap_or(NonZeroU64::MIN),
        at_least: number(findings, &written.at_least, DEFAULT_AT_LEAST),
        at_most: number(findings, &written.at_most, DEFAULT_AT_MOST),
    };
    if !(rule.half_width > 0.0 && rule.half_width.is_finite()) {
        findings
            .mistakes
            .push(written.half_width.mistake("no interval is so narrow", "write a number above 0"));
    }
    if rule.at_most < rule.at_least {
        let what = format!("at most {} replications, and at least {}", rule.at_most, rule.at_least);
        findings.mistake(&spot.key("atMost"), what, "write a larger `atMost`, or a smaller `atLeast`");
    }
    let confidence = confidence(findings, spot, written.confidence.as_ref());
    Until { measure: written.measure, confidence, rule }
}

/// The confidence that a map asks for.
pub(in crate::experiment) fn confidence(
    findings: &mut Findings,
    spot: &Spot<'_>,
    written: Option<&At<f64>>,
) -> Confidence {
    let share = written.map(|confidence| confidence.value);
    share.map_or(Some(Confidence::NINETY_FIVE), Confidence::new).unwrap_or_else(|| {
        findings.mistake(&spot.key("confidence"), "a confidence lies between 0.5 and 1", "write 0.95");
        Confidence::NINETY_FIVE
    })
}

/// Checks the scenario at every point, and keeps what is needed to name its runs: how many replications it has itself,
/// which no parameter can change.
fn check_points(sweep: &mut Sweep, points: Vec<Vec<usize>>, files: &Files<'_>) -> Result<u32, Vec<Mistake>> {
    let number = points.len();
    let mut told = PointMistakes::default();
    let mut assumed = BTreeSet::new();
    let mut replications = 1;
    for at in points {
        let mut point = Point { at, runs: Vec::new(), seed: 0 };
        match sweep.scenario(&point, files) {
            Ok(scenario) => {
                point.runs = scenario.runs.iter().map(|run| run.name.clone()).collect();
                point.seed = scenario.seed;
                replications = scenario.replications;
                let new =
                    scenario.assumptions.into_iter().filter(|sentence| assumed.insert(sentence.clone()));
                sweep.assumptions.extend(new);
            }
            Err(mistakes) => told.add(mistakes, || sweep.label(&point)),
        }
        sweep.points.push(point);
        if told.found.len() >= MISTAKES_LIMIT {
            break;
        }
    }
    told.into_mistakes(number).map(|()| replications)
}

/// Mistakes at points: each once, with the first point that has it.
#[derive(Default)]
struct PointMistakes {
    found: Vec<PointMistake>,
}

struct PointMistake {
    mistake: Mistake,
    /// The first point that has it.
    point: String,
    points: usize,
}

impl PointMistakes {
    fn add(&mut self, mistakes: Vec<Mistake>, label: impl Fn() -> String) {
        for mistake in mistakes {
            match self.found.iter_mut().find(|known| known.mistake == mistake) {
                Some(known) => known.points += 1,
                None => self.found.push(PointMistake { mistake, point: label(), points: 1 }),
            }
        }
    }

    /// What all points have is the scenario's own, and needs no point beside it.
    fn into_mistakes(self, number: usize) -> Result<(), Vec<Mistake>> {
        let told = |PointMistake { mistake, point, points }: PointMistake| {
            if points == number {
                return mistake;
            }
            let others = match points - 1 {
                0 => String::new(),
                1 => " and one more point".to_owned(),
                more => format!(" and {more} more points"),
            };
            Mistake { what: format!("{}, at {point}{others}", mistake.what), ..mistake }
        };
        let mistakes: Vec<Mistake> = self.found.into_iter().map(told).collect();
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }
}
