//! No two pods of a run have one name.
//!
//! What: workloads have names of their own, but a workload `web` has pods
//! `web-0`, `web-1`, …, and a pod of the short form, or a row of a table of
//! arrivals, may be called just that. Results would tell two pods as one.
//! Never: what a pod is called ([`crate::scenario::Scenario::pod_name`] says).
//! Replacements need no check: `web-1.1` has a dot, and nothing that is written may.

use super::spot::{Findings, Spot};
use crate::scenario::arrivals::{Arrivals, Window};
use crate::scenario::meaning::WorkloadPlan;
use std::collections::BTreeMap;

/// Refuses every pod that is called as another one; a spot is where a workload's name stands.
pub fn must_differ(findings: &mut Findings, plans: &[(Spot<'_>, WorkloadPlan)]) {
    let numbered: BTreeMap<&str, usize> = plans
        .iter()
        .enumerate()
        .filter(|(_, (_, plan))| !plan.single)
        .map(|(number, (_, plan))| (plan.workload.name.as_str(), number))
        .collect();
    let mut called: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, (spot, plan)) in plans.iter().enumerate() {
        for name in names_given(plan) {
            // Two single pods are two workloads of one name, which is told of already.
            let is_news = |other: &usize| *other != number && !(plan.single && plans[*other].1.single);
            let other = called.insert(name, number).filter(is_news);
            let other = other.or_else(|| owner_of_number(name, &numbered, plans));
            if let Some(other) = other {
                refuse(findings, spot, name, (plan, &plans[other]));
            }
        }
    }
}

/// The names of a workload's pods that somebody wrote down.
fn names_given(plan: &WorkloadPlan) -> Vec<&str> {
    match &plan.arrivals {
        Arrivals::Rows(rows) => rows.iter().filter_map(|row| row.name.as_deref()).collect(),
        _ if plan.single => vec![&plan.workload.name],
        _ => Vec::new(),
    }
}

/// The workload that calls a pod so by its number.
fn owner_of_number(
    name: &str,
    numbered: &BTreeMap<&str, usize>,
    plans: &[(Spot<'_>, WorkloadPlan)],
) -> Option<usize> {
    let (workload, digits) = name.rsplit_once('-')?;
    let owner = *numbered.get(workload)?;
    let ordinal: u32 = digits.parse().ok()?;
    // `web-07` and `web-+7` are nobody's seventh pod.
    let is_canonical = ordinal.to_string() == digits;
    (is_canonical && has_unnamed(&plans[owner].1.arrivals, ordinal)).then_some(owner)
}

/// Whether there may be a pod of that number without a name of its own.
fn has_unnamed(arrivals: &Arrivals, ordinal: u32) -> bool {
    match arrivals {
        Arrivals::At { count, .. } | Arrivals::Fixed { count, .. } => ordinal < *count,
        Arrivals::Poisson { window, .. }
        | Arrivals::ModulatedPoisson { window, .. }
        | Arrivals::Weibull { window, .. } => may_have(*window, ordinal),
        Arrivals::Rows(rows) => rows.get(ordinal as usize).is_some_and(|row| row.name.is_none()),
    }
}

fn may_have(window: Window, ordinal: u32) -> bool {
    window.count.is_none_or(|count| ordinal < count)
}

fn refuse(
    findings: &mut Findings,
    spot: &Spot<'_>,
    name: &str,
    (plan, (first, other)): (&WorkloadPlan, &(Spot<'_>, WorkloadPlan)),
) {
    let (this, other) = (&plan.workload.name, &other.workload.name);
    let what = if plan.single {
        format!("a pod of workload {other} is called \"{name}\", too; {other} is at {}", first.place())
    } else {
        format!(
            "workload {this} has a row for a pod \"{name}\", as {other} calls one of its own, at {}",
            first.place()
        )
    };
    findings.mistake(spot, what, "give one of them another name");
}
