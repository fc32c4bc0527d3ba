//! The summary: what a person reads on the screen after a run.
//!
//! What: the question, the rules, what happened, who was evicted in what order
//! and why each stood before the next, where two runs first differ.
//! Never: a figure that the tables do not have, or a color.
//! Next: [`super::story`], which is told here; [`super::wording`] gives the reasons.

use super::figures::{Cores, Length, Measured, Memory, Percent, aligned, counted, wrapped};
use super::ledger::{restart_scope, unreachable_phase};
use super::story::{EvictionStory, OomStory, Overcommit, Place, PreemptionStory, RunStory, Victim};
use super::wording;
use crate::eviction::Starved;
use std::io::{self, Write};

/// How many places of the first ranking are told.
const PLACES: usize = 10;
/// How many assumptions are told, and one more if it would be the only one left out.
const ASSUMPTIONS: usize = 8;
/// How wide a sentence may become.
pub(super) const COLUMNS: usize = 100;

/// What the summary is about, beside the runs.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    pub scenario: &'a str,
    pub question: Option<&'a str>,
    pub seed: u64,
    pub assumptions: &'a [String],
    /// Where the tables are, as the user would type it; absent if none were written.
    pub tables: Option<&'a str>,
}

/// How much is told of an eviction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    Narrow,
    /// The acting threshold and the victim's role, too.
    Wide,
}

/// Writes the summary of all runs of an invocation.
///
/// # Errors
/// Those of `out`.
pub fn write(
    out: &mut impl Write,
    heading: &Heading<'_>,
    stories: &[RunStory],
    width: Width,
) -> io::Result<()> {
    write_heading(out, heading, stories)?;
    let told: Vec<&RunStory> = first_replication(stories);
    for story in &told {
        write_run(out, story, width)?;
        write_replications(out, story, stories)?;
    }
    write_differences(out, &told)?;
    if told.iter().any(|story| !story.evictions.is_empty()) {
        write_legend(out, width)?;
    }
    write_assumptions(out, heading.assumptions)?;
    match heading.tables {
        Some(tables) => writeln!(out, "\nTables: {tables}"),
        None => Ok(()),
    }
}

fn first_replication(stories: &[RunStory]) -> Vec<&RunStory> {
    let first = stories.iter().map(|story| story.replication).min();
    stories.iter().filter(|story| Some(story.replication) == first).collect()
}

fn write_heading(out: &mut impl Write, heading: &Heading<'_>, stories: &[RunStory]) -> io::Result<()> {
    if let Some(question) = heading.question {
        for line in wrapped(asked(question), COLUMNS) {
            writeln!(out, "{line}")?;
        }
    }
    let Some(story) = stories.first() else { return Ok(()) };
    let nodes = counted(story.nodes, "node");
    let horizon = Length::until(story.horizon);
    writeln!(out, "{}: {nodes}, {horizon} long, seed {}", heading.scenario, heading.seed)
}

/// A comment up to its first question mark; some go on for a page.
pub(crate) fn asked(comment: &str) -> &str {
    comment.find('?').map_or(comment, |mark| &comment[..=mark])
}

fn write_run(out: &mut impl Write, story: &RunStory, width: Width) -> io::Result<()> {
    let (order, scope) = (story.eviction_order, restart_scope(story.restart_scope));
    // The two named sets of rules say it by their names.
    let phase = match story.rules {
        "Own" => format!(", unreachable phase {}", unreachable_phase(story.unreachable_phase)),
        _ => String::new(),
    };
    let (run, rules) = (&story.run, story.rules);
    writeln!(out, "\n{run} (rules {rules}: eviction order {order}, restart scope {scope}{phase})")?;
    for line in happenings(story) {
        writeln!(out, "  {line}")?;
    }
    if !story.evictions.is_empty() {
        write_evictions(out, story, width)?;
    }
    if !story.preemptions.is_empty() {
        write_preemptions(out, story, width)?;
    }
    if !story.oom_kills.is_empty() {
        write_oom_kills(out, story)?;
    }
    Ok(())
}

/// What happened, in a few lines.
fn happenings(story: &RunStory) -> Vec<String> {
    let counts = &story.counts;
    let ends = [
        (counts.pods_completed, "completed"),
        (counts.pods_failed, "failed"),
        (counts.all_evictions(), "evicted"),
        (counts.preemptions, "preempted"),
        (counts.pods_rejected, "rejected by a kubelet"),
        (counts.pods_deleted, "deleted"),
        (counts.pods_still_running, "running at the end"),
        (counts.pods_still_pending, "pending at the end"),
    ];
    let ends: Vec<String> =
        ends.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let made = format!("{} made", counted(counts.pods_created, "pod"));
    let mut lines = vec![if ends.is_empty() { made } else { format!("{made}: {}", ends.join(", ")) }];
    let pressure = match counts.first_pressure {
        Some(first) => {
            format!(
                "MemoryPressure first at {}, {} in all",
                Length::until(first),
                Length(counts.node_pressure)
            )
        }
        None => "no node ever reported MemoryPressure".to_owned(),
    };
    let evictions = match counts.all_evictions() {
        0 => String::new(),
        some => format!("{} ({} innocent), ", counted(some, "eviction"), counts.evictions_innocent),
    };
    let preemptions = match counts.preemptions {
        0 => String::new(),
        some => format!("{}, ", counted(some, "preempted pod")),
    };
    let kills = match counts.kills_by_probe {
        0 => counted(counts.oom_kills(), "OOM kill"),
        by_probe => format!("{}, {by_probe} killed by a probe", counted(counts.oom_kills(), "OOM kill")),
    };
    lines.push(format!(
        "{pressure}; {evictions}{preemptions}{kills}, {}",
        counted(counts.restarts, "restart")
    ));
    lines.extend(wrapped(&overcommit(&story.overcommit), COLUMNS - 2));
    if counts.lost_emptydir.0 > 0 {
        lines.push(format!("{} lost with emptyDir volumes", Memory(counts.lost_emptydir.0.into())));
    }
    lines
}

/// The three figures that go by the name of overcommit, so that nobody takes one for another.
pub(super) fn overcommit(figures: &Overcommit) -> String {
    let percent = |share: Option<f64>| share.map_or("?".to_owned(), |share| Percent(share).to_string());
    let unlimited = match figures.unlimited {
        Some(share) if share > 0.0 => format!(" ({} of pods have none)", Percent(share)),
        _ => String::new(),
    };
    format!(
        "Memory: requests {} and limits {}{unlimited} of allocatable; use {} of capacity, at most {} of a node's",
        percent(figures.requests),
        percent(figures.limits),
        percent(figures.used),
        percent(figures.peak),
    )
}

/// The first evictions, and who stood behind the first victim.
fn write_evictions(out: &mut impl Write, story: &RunStory, width: Width) -> io::Result<()> {
    writeln!(out, "  Evicted, in this order (for the first, all who were compared):")?;
    // Memory is what runs short unless something else is said; then what it was is said each time.
    let says_what = story.evictions.iter().any(|eviction| eviction.starved != Starved::Memory);
    let mut cells = vec![header(width, says_what)];
    let mut reasons = vec![None];
    for (number, eviction) in story.evictions.iter().enumerate() {
        let last = if number == 0 { PLACES } else { eviction.victim + 1 };
        let from = if number == 0 { 0 } else { eviction.victim };
        for place in from..last.min(eviction.ranking.len()) {
            let mut row = place_cells(eviction, place, width);
            if says_what {
                let is_victim = place == eviction.victim;
                let what = if is_victim { eviction.starved.name() } else { "" };
                row.insert(BEFORE_USE, what.to_owned());
            }
            cells.push(row);
            reasons.push(reason(eviction, place));
        }
    }
    for (line, reason) in aligned(&cells).iter().zip(reasons) {
        writeln!(out, "    {line}")?;
        if let Some(reason) = reason {
            writeln!(out, "      {reason}")?;
        }
    }
    let untold = story.counts.all_evictions().saturating_sub(story.evictions.len() as u64);
    if untold > 0 {
        writeln!(out, "    and {untold} more in evictions.csv")?;
    }
    Ok(())
}

/// The columns that are always there before the one of what is used.
const BEFORE_USE: usize = 7;

fn header(width: Width, says_what: bool) -> Vec<String> {
    let first = ["TIME", "NODE", "RANK", "POD", "CLASS", "OVER", "PRIORITY"];
    assert_eq!(first.len(), BEFORE_USE, "what is short stands between these and its use");
    let used = if says_what { &["SHORT OF", "USE"][..] } else { &["WORKING SET"] };
    let wide = if width == Width::Wide { &["SIGNAL", "AVAILABLE", "THRESHOLD", "ROLE"][..] } else { &[] };
    let all = first.iter().chain(used).chain(&["REQUEST", "EXCESS"]).chain(wide);
    all.map(|&word| word.to_owned()).collect()
}

/// A place of a ranking; time and node stand beside the victim alone.
fn place_cells(eviction: &EvictionStory, place: usize, width: Width) -> Vec<String> {
    let Place { pod, ranked } = &eviction.ranking[place];
    let starved = eviction.starved;
    let is_victim = place == eviction.victim;
    let beside_victim = |text: String| if is_victim { text } else { String::new() };
    let measured =
        |amount: Option<i128>| amount.map_or("?".to_owned(), |amount| Measured(amount, starved).to_string());
    let over = if ranked.exceeds_request() { "yes" } else { "no" };
    let mut cells = vec![
        beside_victim(Length::until(eviction.time).to_string()),
        beside_victim(eviction.node.clone()),
        format!("{}/{}", place + 1, eviction.candidates),
        if ranked.critical { format!("{pod} (critical)") } else { pod.clone() },
        ranked.candidate.qos.name().to_owned(),
        over.to_owned(),
        ranked.candidate.priority.to_string(),
        measured(ranked.usage.map(|usage| usage.bytes().0.into())),
        measured(Some(ranked.request.bytes().0.into())),
        measured(wording::excess(ranked)),
    ];
    if width == Width::Wide && is_victim {
        let threshold = eviction.threshold.as_ref();
        let hardness = wording::hardness(threshold.map(|(threshold, _)| threshold));
        let role = eviction.innocent.map_or("?", |innocent| if innocent { "innocent" } else { "culprit" });
        cells.push(threshold.map_or("", |(threshold, _)| threshold.signal.name()).to_owned());
        cells.push(threshold.map_or(String::new(), |(_, seen)| measured(Some(seen.available.0.into()))));
        cells.push(threshold.map_or(hardness.to_owned(), |(threshold, seen)| {
            format!("{} {hardness}", Measured(threshold.value.at(seen.capacity).0.into(), starved))
        }));
        cells.push(role.to_owned());
    }
    cells
}

/// Why the pod at `place` stands before the next.
fn reason(eviction: &EvictionStory, place: usize) -> Option<String> {
    let (earlier, later) = (&eviction.ranking[place], eviction.ranking.get(place + 1)?);
    let why = wording::goes_before(&earlier.ranked, &later.ranked, eviction.starved)?;
    Some(format!("before {}: {why}", later.pod))
}

/// Who had to go for whom.
fn write_preemptions(out: &mut impl Write, story: &RunStory, width: Width) -> io::Result<()> {
    writeln!(out, "  Preempted, the least important that make room for a pod that fits nowhere:")?;
    let first = ["TIME", "NODE", "POD", "CLASS", "PRIORITY", "REQUESTS"];
    let wide = if width == Width::Wide { &["WORKING SET", "GRACE"][..] } else { &[] };
    let header = first.iter().chain(wide).chain(&["FOR", "ITS PRIORITY"]).map(|&word| word.to_owned());
    let cells = story.preemptions.iter().map(|victim| preempted_cells(victim, width));
    let lines: Vec<Vec<String>> = std::iter::once(header.collect()).chain(cells).collect();
    let mut lines = aligned(&lines).into_iter();
    lines.next().map_or(Ok(()), |header| writeln!(out, "    {header}"))?;
    for (line, victim) in lines.zip(&story.preemptions) {
        writeln!(out, "    {line}")?;
        if let Some(reservation) = reservation(victim) {
            writeln!(out, "      {reservation}")?;
        }
    }
    match story.counts.preemptions - story.preemptions.len() as u64 {
        0 => Ok(()),
        untold => writeln!(out, "    and {untold} more in preemptions.csv"),
    }
}

/// One victim; instant, node and pod for which it goes stand beside the first of them.
fn preempted_cells(victim: &PreemptionStory, width: Width) -> Vec<String> {
    let beside_first = |text: String| if victim.place == 0 { text } else { String::new() };
    let mut cells = vec![
        beside_first(Length::until(victim.time).to_string()),
        beside_first(victim.node.clone()),
        victim.pod.clone(),
        victim.qos.name().to_owned(),
        victim.priority.to_string(),
        format!("{}, {}", Cores(victim.cpu_request), Memory(victim.memory_request.0.into())),
    ];
    if width == Width::Wide {
        cells.push(Memory(victim.working_set.0.into()).to_string());
        cells.push(Length(victim.grace_period).to_string());
    }
    cells.push(beside_first(victim.preemptor.clone()));
    cells.push(beside_first(victim.preemptor_priority.to_string()));
    cells
}

/// What speaks against it, told once a preemption.
fn reservation(victim: &PreemptionStory) -> Option<String> {
    let (spared, all) = (victim.budget_violations, victim.victims);
    (victim.place == 0 && spared > 0).then(|| match all {
        1 => "although a disruption budget would have spared it".to_owned(),
        _ => format!("although a disruption budget would have spared {spared} of these {all}"),
    })
}

fn write_oom_kills(out: &mut impl Write, story: &RunStory) -> io::Result<()> {
    writeln!(out, "  OOM-killed by the kernel:")?;
    let header = ["TIME", "NODE", "POD", "CONTAINER", "WORKING SET", "BECAUSE"].map(str::to_owned).to_vec();
    let cells = |kill: &OomStory| {
        let working_set = Memory(kill.working_set.0.into()).to_string();
        let because = format!("{} {}", wording::cause(kill.cause), Memory(kill.limit.0.into()));
        vec![
            Length::until(kill.time).to_string(),
            kill.node.clone(),
            kill.pod.clone(),
            kill.container.clone(),
            working_set,
            because,
        ]
    };
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(story.oom_kills.iter().map(cells)).collect();
    for line in aligned(&lines) {
        writeln!(out, "    {line}")?;
    }
    match story.counts.oom_kills() - story.oom_kills.len() as u64 {
        0 => Ok(()),
        untold => writeln!(out, "    and {untold} more in oom_kills.csv"),
    }
}

/// What the other replications of the same run came to.
fn write_replications(out: &mut impl Write, story: &RunStory, stories: &[RunStory]) -> io::Result<()> {
    let same_run: Vec<&RunStory> = stories.iter().filter(|other| other.run == story.run).collect();
    if same_run.len() < 2 {
        return Ok(());
    }
    let range = |count: fn(&RunStory) -> u64| {
        let least = same_run.iter().map(|story| count(story)).min().unwrap_or(0);
        let most = same_run.iter().map(|story| count(story)).max().unwrap_or(0);
        let none_in = same_run.iter().filter(|story| count(story) == 0).count();
        format!("{least} to {most} (none in {none_in})")
    };
    let evictions = range(|story| story.counts.all_evictions());
    let oom_kills = range(|story| story.counts.oom_kills());
    let preemptions = match same_run.iter().any(|story| story.counts.preemptions > 0) {
        true => format!("preempted pods {}, ", range(|story| story.counts.preemptions)),
        false => String::new(),
    };
    let replications = same_run.len();
    let all = format!("Over all {replications} replications");
    writeln!(out, "  {all}: evictions {evictions}, {preemptions}OOM kills {oom_kills}.")?;
    writeln!(out, "  The first of them is told above.")
}

/// Where each later run first evicts otherwise than the first run.
fn write_differences(out: &mut impl Write, stories: &[&RunStory]) -> io::Result<()> {
    let Some((first, others)) = stories.split_first() else { return Ok(()) };
    if !others.is_empty() {
        writeln!(out)?;
    }
    for other in others {
        writeln!(out, "{}", difference(first, other))?;
    }
    Ok(())
}

fn difference(one: &RunStory, other: &RunStory) -> String {
    let (a, b) = (&one.run, &other.run);
    let same_pod =
        |(one, other): &(&Victim, &Victim)| (one.workload, one.replica) == (other.workload, other.replica);
    let agreed = one.victims.iter().zip(&other.victims).take_while(same_pod).count();
    let told = |victim: Option<&Victim>| match victim {
        Some(Victim { pod, node, time, .. }) => format!("evicts {pod} ({node}, {})", Length::until(*time)),
        None => "evicts nobody more".to_owned(),
    };
    let (next, other_next) = (one.victims.get(agreed), other.victims.get(agreed));
    match (next, other_next) {
        (None, None) if agreed == 0 => format!("{a} and {b} both evict nobody."),
        (None, None) => format!("{a} and {b} evict the same pods in the same order."),
        _ => format!(
            "{a} and {b} first differ at eviction {}:\n  {a} {}\n  {b} {}",
            agreed + 1,
            told(next),
            told(other_next)
        ),
    }
}

/// The words of the tables of evictions.
fn write_legend(out: &mut impl Write, width: Width) -> io::Result<()> {
    let wide = match width {
        Width::Narrow => "",
        Width::Wide => " Culprit: any other. AVAILABLE was below THRESHOLD when the kubelet looked.",
    };
    let words = "OVER: above its request. Innocent: not OVER, or another more so.";
    let sentence = format!("{words}{wide} See docs/results-format.md");
    writeln!(out)?;
    wrapped(&sentence, COLUMNS).iter().try_for_each(|line| writeln!(out, "{line}"))
}

pub(super) fn write_assumptions(out: &mut impl Write, assumptions: &[String]) -> io::Result<()> {
    if assumptions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nAssumed:")?;
    // A line that says "and 1 more" takes the room of that one.
    let told = if assumptions.len() == ASSUMPTIONS + 1 { ASSUMPTIONS + 1 } else { ASSUMPTIONS };
    for assumption in assumptions.iter().take(told) {
        for line in wrapped(assumption, COLUMNS - 4) {
            writeln!(out, "  {line}")?;
        }
    }
    match assumptions.len().saturating_sub(told) {
        0 => Ok(()),
        untold => writeln!(out, "  and {untold} more in manifest.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_spent_to_hide_a_single_assumption() {
        let told = |count: usize| {
            let assumptions: Vec<String> = (1..=count).map(|number| format!("sentence {number}")).collect();
            let mut out = Vec::new();
            write_assumptions(&mut out, &assumptions).expect("a vector takes everything");
            String::from_utf8(out).expect("sentences are text")
        };
        assert_eq!(told(0), "");
        assert!(told(9).ends_with("sentence 9\n"), "{}", told(9));
        assert!(told(10).ends_with("sentence 8\n  and 2 more in manifest.json\n"), "{}", told(10));
    }
}
