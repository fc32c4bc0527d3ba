//! Decisions as the recordings tell them; what is told per node there as per node here.

use super::cluster::{Cluster, text};
use evictsim::ground::NodeId;
use evictsim::scheduling::preemption::NoHelp;
use evictsim::scheduling::{
    Attempt, Candidate, Code, Cycle, Ineligible, NodeRefusal, Preemption, Scores, Search,
};
use serde_json::{Map, Value, json};

/// An attempt, with each score of each plugin.
pub fn attempt(cluster: &Cluster, cycle: &Cycle<'_, Cluster>, attempt: &Attempt) -> Value {
    let names = |nodes: &[NodeId]| nodes.iter().map(|node| cluster.node_name(*node)).collect::<Vec<_>>();
    let search = &attempt.search;
    let mut told = Map::new();
    if search.is_contradiction {
        told.insert("preFilter".to_owned(), refusal(cluster, cycle, NodeId(0), NodeRefusal::NamesConflict));
        return told.into();
    }
    told.insert("rejected".to_owned(), refused(cluster, cycle, search));
    told.insert("feasible".to_owned(), json!(names(&search.feasible)));
    told.insert("best".to_owned(), json!(names(&attempt.best)));
    if search.feasible.len() > 1 {
        let scores = Scores::of(cycle, &search.feasible);
        let plugins: Vec<_> = scores.plugins.iter().map(|one| one.plugin.name()).collect();
        told.insert("scorePlugins".to_owned(), json!(plugins));
        told.insert("scores".to_owned(), node_scores(cluster, &search.feasible, &scores));
    }
    told.into()
}

fn node_scores(cluster: &Cluster, nodes: &[NodeId], scores: &Scores) -> Value {
    let of_node = |(place, node): (usize, &NodeId)| {
        let weighted: Vec<i64> = scores.plugins.iter().map(|plugin| plugin.weighted[place]).collect();
        json!({"node": cluster.node_name(*node), "s": weighted, "total": scores.totals[place]})
    };
    nodes.iter().enumerate().map(of_node).collect()
}

fn refused(cluster: &Cluster, cycle: &Cycle<'_, Cluster>, search: &Search) -> Value {
    let of_node = |(node, cause): &(NodeId, NodeRefusal)| {
        (cluster.node_name(*node).to_owned(), refusal(cluster, cycle, *node, *cause))
    };
    search.refused.iter().map(of_node).collect::<Map<_, _>>().into()
}

fn refusal(cluster: &Cluster, cycle: &Cycle<'_, Cluster>, node: NodeId, cause: NodeRefusal) -> Value {
    let reasons = cause.reasons(&cluster.columns, node, &cycle.ask.pod);
    let mut reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    reasons.sort();
    let code = match cause.code() {
        Code::Unschedulable => "Unschedulable",
        Code::UnschedulableAndUnresolvable => "UnschedulableAndUnresolvable",
    };
    json!({"plugin": cause.plugin().name(), "code": code, "reasons": reasons})
}

/// What was recorded of an attempt; what is left out there is empty here.
pub fn expected(expect: &Value) -> Value {
    let mut told = Map::new();
    if let Some(refusal) = expect.get("preFilter") {
        told.insert("preFilter".to_owned(), refusal.clone());
        return told.into();
    }
    told.insert("rejected".to_owned(), by_node(&expect["rejected"]));
    for key in ["feasible", "best"] {
        told.insert(key.to_owned(), listed(&expect[key]));
    }
    for key in ["scorePlugins", "scores"] {
        expect.get(key).map(|scores| told.insert(key.to_owned(), scores.clone()));
    }
    told.into()
}

fn by_node(groups: &Value) -> Value {
    let mut told = Map::new();
    for group in groups.as_array().into_iter().flatten() {
        let said = json!({"plugin": group["plugin"], "code": group["code"], "reasons": group["reasons"]});
        for node in group["nodes"].as_array().expect("nodes") {
            told.insert(text(node), said.clone());
        }
    }
    told.into()
}

fn listed(list: &Value) -> Value {
    if list.is_null() { json!([]) } else { list.clone() }
}

/// A dry run of preemption.
pub fn preemption(
    cluster: &Cluster,
    cycle: &Cycle<'_, Cluster>,
    search: &Search,
    preemption: Result<Preemption, Ineligible>,
) -> Value {
    let name = |node: NodeId| cluster.node_name(node);
    let mut preemption = match preemption {
        Err(reason) => return json!({"eligible": false, "reason": reason.to_string()}),
        Ok(preemption) => preemption,
    };
    let mut potential: Vec<NodeId> = search.resolvable().collect();
    potential.sort_unstable();
    preemption.candidates.sort_by_key(|candidate| candidate.node);
    let victims = |candidate: &Candidate| {
        candidate.victims.iter().map(|victim| cluster.pod_name(victim.pod)).collect::<Vec<_>>()
    };
    let candidates = preemption
        .candidates
        .iter()
        .map(|one| json!({"node": name(one.node), "victims": victims(one), "pdbViolations": one.violations}));
    let failed = preemption
        .failed
        .iter()
        .map(|(node, why)| (name(*node).to_owned(), no_help(cluster, cycle, *node, *why)));
    let best = preemption.best();
    json!({
        "eligible": true,
        "potentialNodes": potential.iter().map(|node| name(*node)).collect::<Vec<_>>(),
        "candidates": candidates.collect::<Vec<_>>(),
        "failed": failed.collect::<Map<_, _>>(),
        "best": best.iter().map(|one| name(one.node)).collect::<Vec<_>>(),
        "victims": best.first().map(|one| victims(one)).unwrap_or_default(),
    })
}

fn no_help(cluster: &Cluster, cycle: &Cycle<'_, Cluster>, node: NodeId, why: NoHelp) -> Value {
    match why {
        NoHelp::Refused(cause) => refusal(cluster, cycle, node, cause),
        NoHelp::NoVictims => json!({
            "plugin": "", "code": "UnschedulableAndUnresolvable", "reasons": [why.to_string()],
        }),
    }
}

/// What was recorded of it.
pub fn expected_preemption(expect: &Value) -> Value {
    let recorded = &expect["preempt"];
    if recorded["eligible"] == false {
        return json!({"eligible": false, "reason": recorded["reason"]});
    }
    json!({
        "eligible": true,
        "potentialNodes": listed(&recorded["potentialNodes"]),
        "candidates": listed(&recorded["candidates"]),
        "failed": by_node(&recorded["failed"]),
        "best": listed(&recorded["best"]),
        "victims": listed(&recorded["victims"]),
    })
}
