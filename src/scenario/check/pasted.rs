//! A Kubernetes manifest or a sweep where a scenario is expected: one mistake instead of many.
//!
//! What: recognizing one, and saying where its template belongs.
//! Never: reading it. Next: [`super::pod`], which reads templates.

use super::spot::Spot;
use crate::scenario::document::{Shape, Tree};
use crate::scenario::mistake::{Mistake, shortened};

/// The mistake, if the file is something else than a scenario.
pub fn something_else(top: &Spot<'_>, tree: &Tree) -> Option<Mistake> {
    sweep(top, tree).or_else(|| manifest(top, tree))
}

/// The mistake, if the file is a sweep: it has a grid, and no nodes.
fn sweep(top: &Spot<'_>, tree: &Tree) -> Option<Mistake> {
    let is_one = tree.get("grid").is_some() && tree.get("nodes").is_none();
    is_one.then(|| top.key("grid").mistake("this is a sweep, not a scenario", "run it with `evictsim sweep`"))
}

/// The mistake, if the file is a manifest: it has a kind of its own, and neither a horizon nor nodes.
fn manifest(top: &Spot<'_>, tree: &Tree) -> Option<Mistake> {
    let text = |key: &str| match &tree.get(key)?.shape {
        Shape::Scalar { text, .. } => Some(text.as_ref()),
        _ => None,
    };
    let kind = text("kind").filter(|kind| *kind != "Scenario")?;
    let has = |key: &str| tree.get(key).is_some();
    let is_one = ["metadata", "spec", "items", "data"].into_iter().any(has);
    if !is_one || has("horizon") || has("nodes") {
        return None;
    }
    let what = format!("this is a Kubernetes manifest (kind: {}), not a scenario", shortened(kind));
    Some(top.key("kind").mistake(what, fix(kind)))
}

fn fix(kind: &str) -> String {
    let taken = match kind {
        "Pod" => "its `spec`",
        "List" => "the `template` of each of its items",
        "CronJob" => "its `spec.jobTemplate.spec.template`",
        _ => "its `spec.template`",
    };
    let template = if kind == "Pod" { "{spec: …}" } else { "…" };
    let controller = if kind == "Job" || kind == "CronJob" { "Job" } else { "ReplicaSet" };
    format!(
        "put {taken} under workloads[].template of a scenario: \
         {{horizon: 1h, nodes: [{{name: node, capacity: {{cpu: 4, memory: 8Gi}}}}], \
         workloads: [{{name: web, kind: {controller}, replicas: 3, template: {template}}}]}}"
    )
}
