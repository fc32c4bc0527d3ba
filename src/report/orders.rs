//! Two orders beside each other: what `evictsim compare --orders` prints.
//!
//! What: the first decision that they take otherwise, with the comparison that each made of the two victims, and what
//! came of both runs.
//! Never: a comparison of its own, a figure that was not counted.
//! Next: [`crate::experiment::orders`], which finds it.

use super::figures::{Length, Measured, Memory, aligned, counted, wrapped};
use super::json::seconds;
use super::ledger::restart_scope;
use super::summary::asked;
use super::wording;
use crate::engine::record::{PodName, Ranked};
use crate::experiment::counterfactual;
use crate::experiment::inquiry::Decision;
use crate::experiment::orders::{Course, Difference, Evicted, Orders};
use crate::ground::SimTime;
use crate::scenario::Scenario;
use serde_json::{Value, json};
use std::io::{self, Write};

const COLUMNS: usize = 100;
/// How many are told of those whom the orders evict at other instants.
const NAMES: usize = 20;
/// How many places of both rankings are told.
const PLACES: usize = 20;

/// Writes what there is to tell.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, scenario: &Scenario, orders: &Orders<'_>) -> io::Result<()> {
    if let Some(question) = &scenario.question {
        wrapped(asked(question), COLUMNS).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    let [one, other] = names(orders);
    let scope = restart_scope(orders.inquiries[0].setting.restart_scope);
    let heading = format!(
        "{}: eviction orders {one} and {other} on the same draws, restart scope {scope}, seed {}, replication {}",
        scenario.name, scenario.seed, orders.inquiries[0].replication
    );
    wrapped(&heading, COLUMNS).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    match &orders.difference {
        None => writeln!(out, "\n{}", agreement(&orders.courses[0]))?,
        Some(difference) => write_difference(out, (scenario, orders), difference)?,
    }
    write_consequences(out, scenario, orders)
}

fn names(orders: &Orders<'_>) -> [&'static str; 2] {
    orders.inquiries.each_ref().map(|inquiry| inquiry.setting.order.name())
}

fn agreement(course: &Course) -> String {
    match course.evictions.len() as u64 {
        0 => "Both orders evict nobody.".to_owned(),
        some => {
            format!("Both orders evict the same pods at the same instants: {}.", counted(some, "eviction"))
        }
    }
}

fn write_difference(
    out: &mut impl Write,
    (scenario, orders): (&Scenario, &Orders<'_>),
    difference: &Difference,
) -> io::Result<()> {
    writeln!(out, "\n{}", where_they_part(orders, difference))?;
    for sentence in reasons((scenario, orders), difference) {
        wrapped(&sentence, COLUMNS - 2).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    let [Some((_, one)), Some((_, other))] = &difference.decisions else { return Ok(()) };
    writeln!(out)?;
    let [first, second] = names(orders);
    let header = [
        "RANK".to_owned(),
        first.to_uppercase(),
        "EXCESS".to_owned(),
        second.to_uppercase(),
        "EXCESS".to_owned(),
    ];
    let starved = one.threshold.signal.starved();
    let pod = |ranked: &Ranked| {
        let name = scenario.pod_name(ranked.pod.workload, ranked.pod.replica);
        let excess =
            wording::excess(ranked).map_or("?".to_owned(), |excess| Measured(excess, starved).to_string());
        [format!("{name} ({})", ranked.candidate.qos.name()), excess]
    };
    let places = one.ranking.iter().zip(&other.ranking).enumerate().take(PLACES);
    let cells = places.map(|(place, (a, b))| {
        let rank = [(place + 1).to_string()];
        rank.into_iter().chain(pod(a)).chain(pod(b)).collect()
    });
    let lines: Vec<Vec<String>> = std::iter::once(header.to_vec()).chain(cells).collect();
    aligned(&lines).iter().try_for_each(|line| writeln!(out, "  {line}"))
}

fn where_they_part(orders: &Orders<'_>, difference: &Difference) -> String {
    let number = difference.agreed + 1;
    let Some((evicted, decision)) = difference.decisions.iter().flatten().next() else {
        return format!("They first differ at eviction {number}.");
    };
    let (at, threshold) = (Length::until(evicted.at), &decision.threshold);
    let starved = threshold.signal.starved();
    let node = &orders.inquiries[0].setting.nodes[evicted.node.index()].node.name;
    let [seen, line] = [decision.seen.available, threshold.value.at(decision.seen.capacity)]
        .map(|count| Measured(count.0.into(), starved));
    format!(
        "They first differ at eviction {number}, at {at} on {node}: {} was {seen}, its line {line}",
        threshold.signal.name()
    )
}

/// What each of them does there, and why by its own comparison.
fn reasons((scenario, orders): (&Scenario, &Orders<'_>), difference: &Difference) -> Vec<String> {
    let victims =
        difference.decisions.each_ref().map(|decided| decided.as_ref().map(|(evicted, _)| evicted.pod));
    let one = |index: usize| {
        let name = names(orders)[index];
        let Some((evicted, decision)) = &difference.decisions[index] else {
            return format!("{name} evicts nobody more.");
        };
        let told = format!("{name} evicts {}", pod_name(scenario, evicted.pod));
        let rival = victims[1 - index].filter(|rival| *rival != evicted.pod);
        match rival.and_then(|rival| between(orders, index, decision, (evicted, rival))) {
            Some((rival, why)) => format!("{told} before {}: {why}.", pod_name(scenario, rival)),
            None => format!("{told}."),
        }
    };
    vec![one(0), one(1)]
}

/// What this order's comparison of its own victim and the other's says.
fn between(
    orders: &Orders<'_>,
    index: usize,
    decision: &Decision,
    (evicted, rival): (&Evicted, PodName),
) -> Option<(PodName, String)> {
    let of = |pod: PodName| decision.ranking.iter().find(|ranked| ranked.pod == pod);
    let (victim, rival) = (of(evicted.pod)?, of(rival)?);
    let starved = decision.threshold.signal.starved();
    let order = &*orders.inquiries[index].setting.order;
    let (_, by) = counterfactual::compared(order, starved, victim, rival);
    Some((rival.pod, wording::decided(by, (victim, rival), starved)))
}

fn pod_name(scenario: &Scenario, pod: PodName) -> String {
    scenario.pod_name(pod.workload, pod.replica)
}

fn write_consequences(out: &mut impl Write, scenario: &Scenario, orders: &Orders<'_>) -> io::Result<()> {
    let [one, other] = names(orders);
    let header = ["WHAT CAME OF IT".to_owned(), one.to_uppercase(), other.to_uppercase()].to_vec();
    let rows = consequences().map(|(what, figure)| {
        let figures = orders.courses.each_ref().map(figure);
        std::iter::once(what.to_owned()).chain(figures).collect::<Vec<String>>()
    });
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    writeln!(out)?;
    aligned(&lines).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    if orders.difference.is_none() {
        return Ok(());
    }
    write_otherwise_evicted(out, scenario, orders)
}

/// Who lives longer under which order.
fn write_otherwise_evicted(out: &mut impl Write, scenario: &Scenario, orders: &Orders<'_>) -> io::Result<()> {
    let [one, other] = names(orders);
    let header = ["FIRST EVICTED".to_owned(), one.to_uppercase(), other.to_uppercase()].to_vec();
    let otherwise = orders.otherwise_evicted();
    let cells = otherwise.iter().take(NAMES).map(|both| {
        let name = both.iter().flatten().next().map(|(pod, _)| pod_name(scenario, *pod));
        let at = |evicted: &Option<(PodName, SimTime)>| {
            evicted.map_or("never".to_owned(), |(_, at)| Length::until(at).to_string())
        };
        name.into_iter().chain(both.iter().map(at)).collect::<Vec<String>>()
    });
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(cells).collect();
    writeln!(out)?;
    aligned(&lines).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    match otherwise.len().saturating_sub(NAMES) {
        0 => Ok(()),
        untold => writeln!(out, "and {untold} more: -o json has them all"),
    }
}

type Figure = fn(&Course) -> String;

fn consequences() -> [(&'static str, Figure); 7] {
    [
        ("evictions", |course| course.evictions.len().to_string()),
        ("victims not over their request", |course| course.within_their_requests().to_string()),
        ("memory freed by evictions", |course| Memory(course.freed().0.into()).to_string()),
        ("OOM kills", |course| course.oom_kills.to_string()),
        ("pods made", |course| course.pods.to_string()),
        ("pods that completed", |course| course.completed.to_string()),
        ("pods alive at the end", |course| course.alive.to_string()),
    ]
}

/// The same, for programs.
pub fn json(scenario: &Scenario, orders: &Orders<'_>) -> Value {
    let courses: Vec<Value> = (0..2).map(|index| course_json(scenario, orders, index)).collect();
    json!({
        "scenario": scenario.name,
        "seed": scenario.seed,
        "replication": orders.inquiries[0].replication,
        "first_difference": orders.difference.as_ref().map(|difference| difference_json((scenario, orders), difference)),
        "orders": courses,
    })
}

fn difference_json((scenario, orders): (&Scenario, &Orders<'_>), difference: &Difference) -> Value {
    let decided: Vec<Value> = difference
        .decisions
        .iter()
        .zip(reasons((scenario, orders), difference))
        .map(|(decided, sentence)| {
            let names = |decision: &Decision| -> Vec<String> {
                decision.ranking.iter().map(|ranked| pod_name(scenario, ranked.pod)).collect()
            };
            json!({
                "time_s": decided.as_ref().map(|(evicted, _)| seconds(evicted.at)),
                "pod": decided.as_ref().map(|(evicted, _)| pod_name(scenario, evicted.pod)),
                "ranking": decided.as_ref().map(|(_, decision)| names(decision)),
                "sentence": sentence,
            })
        })
        .collect();
    json!({ "eviction": difference.agreed + 1, "decided": decided })
}

fn course_json(scenario: &Scenario, orders: &Orders<'_>, index: usize) -> Value {
    let course = &orders.courses[index];
    let evicted = orders.otherwise_evicted();
    let evicted = evicted.iter().filter_map(|both| both[index]);
    let otherwise: Vec<Value> = evicted
        .map(|(pod, at)| json!({ "pod": pod_name(scenario, pod), "first_evicted_s": seconds(at) }))
        .collect();
    json!({
        "eviction_order": names(orders)[index],
        "evictions": course.evictions.len(),
        "victims_within_their_request": course.within_their_requests(),
        "freed_bytes": course.freed().0,
        "oom_kills": course.oom_kills,
        "pods_created": course.pods,
        "pods_completed": course.completed,
        "pods_alive": course.alive,
        "evicted_otherwise": otherwise,
    })
}
