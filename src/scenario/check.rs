//! A scenario as written -> as meant, or every mistake in it at once.
//!
//! What: the whole way from the bytes of a file to a [`Scenario`]: including,
//! decoding, and what is checked of values that are each legal alone. Each room
//! below checks one part, notes mistakes, and goes on with something harmless,
//! so that one mistake does not hide the others.
//! Never: opening a file (the program hands in how), a draw.
//! Next: `spot`, where things stand; `node`, `besides_memory`, `pod`, `placement`, `life`, `volume`, `usage`, `arrivals`, `scheduler`.

mod arrivals;
mod besides_memory;
mod container;
mod extended;
mod life;
mod measure;
pub mod names;
mod node;
mod node_labels;
mod not_simulated;
mod numbers;
mod outage;
mod pasted;
mod peers;
mod placement;
mod pod;
mod pod_names;
mod priority;
mod ranked;
mod room;
mod rules;
mod scheduler;
pub mod spot;
mod tables;
mod toleration;
mod unobserved;
mod usage;
mod volume;

pub use self::rules::usual_timeline;
use super::decode::decode;
use super::document::Tree;
use super::file::ScenarioFile;
use super::include;
use super::meaning::Scenario;
use super::mistake::Mistake;
use crate::ground::{SimDuration, SimTime};
use crate::scenario::notation::DurationText;
use node::NodesCheck;
use pod::PodsCheck;
use priority::PriorityClasses;
use spot::{Findings, Spot};
pub use tables::Files;

/// The lists that an including file adds to, where other values replace.
const LISTS: [&str; 8] = [
    "nodes",
    "pods",
    "workloads",
    "runs",
    "priorityClasses",
    "namespaces",
    "services",
    "podDisruptionBudgets",
];
/// No study needs more, and a slip of the hand is caught.
pub const MOST_REPLICATIONS: u32 = 1_000_000;
/// A timeline of more rows (some 10 GB) is a slip of the hand, and fills the disk.
const MOST_TIMELINE_ROWS: u128 = 100_000_000;

/// Reads the scenario at `root`; `files` gives the bytes of a file.
///
/// # Errors
/// Every mistake in it and in the files that it includes or names.
pub fn read(root: &str, files: &Files<'_>) -> Result<Scenario, Vec<Mistake>> {
    understood(root, &written(root, files)?, files)
}

/// The scenario at `root` as written, with all that it includes.
///
/// # Errors
/// Every mistake of form in it.
pub fn written(root: &str, files: &Files<'_>) -> Result<Tree, Vec<Mistake>> {
    include::read(root, &LISTS, files)
}

/// What a scenario means that stands in the file `root`, as written or changed since.
///
/// # Errors
/// Every mistake in it and in the files that it names.
pub fn understood(root: &str, tree: &Tree, files: &Files<'_>) -> Result<Scenario, Vec<Mistake>> {
    if let Some(mistake) = pasted::something_else(&Spot::top(tree), tree) {
        return Err(vec![mistake]);
    }
    let mut findings = Findings::default();
    let Some(file) = decode::<ScenarioFile>(tree, &mut findings.mistakes) else {
        return Err(findings.mistakes);
    };
    let scenario = meant(&mut findings, &Spot::top(tree), &file, (root, files));
    if findings.mistakes.is_empty() { Ok(scenario) } else { Err(findings.mistakes) }
}

fn meant(
    findings: &mut Findings,
    top: &Spot<'_>,
    file: &ScenarioFile,
    (root, files): (&str, &Files<'_>),
) -> Scenario {
    let horizon = numbers::positive_length(findings, &top.key("horizon"), file.horizon, "the run");
    let kubelet = file.kubelet.as_ref().map(|kubelet| (kubelet, top.key("kubelet")));
    let nodes = NodesCheck::new(findings, files, (kubelet, SimTime::START.after(horizon)))
        .nodes(&top.key("nodes"), &file.nodes);
    let classes = PriorityClasses::read(findings, &top.key("priorityClasses"), &file.priority_classes);
    let pods = PodsCheck::new(findings, files, (SimTime::START.after(horizon), &classes));
    let (workloads, claims) = pods.all(top, &file.pods, &file.workloads);
    room::tell_of_pods_that_never_fit(findings, &nodes, &workloads);
    unobserved::tell_of_what_fills_nothing(findings, &nodes, &workloads);
    let scenario = Scenario {
        name: name(findings, top, file, root),
        question: files(root).ok().and_then(|bytes| question(&bytes)),
        horizon: SimTime::START.after(horizon),
        warm_up: warm_up(findings, &top.key("warmUp"), file.warm_up, horizon),
        seed: file.seed.unwrap_or(1),
        replications: replications(findings, &top.key("replications"), file.replications),
        runs: rules::runs(findings, top, file),
        scheduler: scheduler::scheduler(findings, &top.key("scheduler"), file.scheduler.as_ref()),
        peers: peers::peers(findings, top, file, &workloads),
        nodes,
        workloads,
        node_monitor_grace_period: outage::node_monitor_grace_period(findings, top, &file.control_plane),
        claims,
        acting_threshold: rules::acting_threshold(file.acting_threshold),
        recording: rules::recording(findings, &top.key("record"), &file.record, horizon),
        assumptions: std::mem::take(&mut findings.assumptions),
    };
    if let Some((what, fix)) = too_long_a_timeline(&scenario) {
        findings.mistake(&top.keys(&["record", "timeline"]), what, fix);
    }
    scenario
}

/// What is wrong with a timeline that would fill a disk, and how to mend it.
pub fn too_long_a_timeline(scenario: &Scenario) -> Option<(String, String)> {
    let rows = scenario.timeline_rows();
    (rows > MOST_TIMELINE_ROWS).then(|| {
        let what = format!(
            "the timeline would have {rows} rows (samples x nodes x runs x replications), more than {MOST_TIMELINE_ROWS}"
        );
        (what, "write a longer `record.timeline`, or `timeline: None`".to_owned())
    })
}

/// The instant at which the warm-up is over.
fn warm_up(
    findings: &mut Findings,
    spot: &Spot<'_>,
    written: Option<DurationText>,
    horizon: SimDuration,
) -> SimTime {
    let warm_up = numbers::optional_length(findings, spot, written);
    if horizon <= warm_up {
        findings.mistake(
            spot,
            format!("the warm-up of {warm_up} leaves nothing of a run of {horizon}"),
            "write a shorter one, or a longer `horizon`",
        );
    } else if SimDuration::ZERO < warm_up {
        findings.assume(format!("sweeps and comparisons leave out the first {warm_up} of each run (warmUp)"));
    }
    SimTime::START.after(warm_up)
}

fn replications(findings: &mut Findings, spot: &Spot<'_>, written: Option<u32>) -> u32 {
    let replications = written.unwrap_or(1);
    if replications == 0 || MOST_REPLICATIONS < replications {
        let what = format!("{replications} replications");
        findings.mistake(spot, what, format!("write a number from 1 to {MOST_REPLICATIONS}"));
    }
    replications
}

/// The scenario's name: as written, or its file's without the ending.
fn name(findings: &mut Findings, top: &Spot<'_>, file: &ScenarioFile, root: &str) -> String {
    named(findings, top, ("scenario", file.name.as_deref()), root)
}

/// What a file of a kind is called: as written, or as the file itself without the ending.
pub fn named(
    findings: &mut Findings,
    top: &Spot<'_>,
    (kind, written): (&str, Option<&str>),
    root: &str,
) -> String {
    if let Some(name) = written {
        names::must_be_a_label(findings, &top.key("name"), kind, name);
        return name.to_owned();
    }
    let last = root.rsplit('/').next().unwrap_or(root);
    let stem = last.split_once('.').map_or(last, |(stem, _)| stem);
    names::nearest_label(stem, kind)
}

/// What a file asks: its first comment, other than the line for the editor.
pub fn question(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let comments = text.lines().map_while(|line| line.trim_start_matches('\u{feff}').strip_prefix('#'));
    let is_for_the_editor = |comment: &&str| comment.trim_start().starts_with("yaml-language-server:");
    let lines: Vec<&str> = comments.skip_while(is_for_the_editor).map(str::trim).collect();
    let question = lines.join(" ").trim().to_owned();
    (!question.is_empty()).then_some(question)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_the_first_comment_after_the_editors_line() {
        let text =
            b"# yaml-language-server: $schema=x.json\n# Who goes first?\n# And why?\nhorizon: 1h # no\n";
        assert_eq!(question(text), Some("Who goes first? And why?".to_owned()));
        assert_eq!(question(b"horizon: 1h\n# Late.\n"), None);
    }
}
