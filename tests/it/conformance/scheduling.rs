//! Which node the real kube-scheduler gives a pod, why the others refuse it, what each plugin
//! scores, and whom it would preempt.

pub mod cluster;
mod told;

use super::{family, pods::compare, profiles, recorded, say};
use cluster::Cluster;
use evictsim::ground::{MilliCpu, PodId};
use evictsim::model::{Node, NodeColumns, Peers, PodSpec, PodTemplate, Room};
use evictsim::scenario::kubernetes::Obj;
use evictsim::scheduling::{Ask, Attempt, Cycle, Facts, Nobody, Profile, SearchFrom, preempt, schedule};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

#[test]
fn the_core_plugins_filter_and_score_as_in_kube_scheduler() {
    schedule_family("schedule_core");
}

#[test]
fn all_plugins_filter_and_score_as_in_kube_scheduler() {
    schedule_family("schedule");
}

fn schedule_family(name: &str) {
    let profiles = recorded_profiles();
    family(name, |case| {
        let mut cluster = Cluster::of(case)?;
        let profile = profile(&profiles, case);
        for (number, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
            play(&mut cluster, profile, step).map_err(|error| format!("step {number}: {error}"))?;
        }
        Ok(())
    });
}

#[test]
fn whom_kube_scheduler_would_preempt_is_whom_evictsim_would() {
    let profiles = recorded_profiles();
    family("preempt", |case| {
        let cluster = Cluster::of(case)?;
        let profile = profile(&profiles, case);
        for (number, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
            let pod = cluster::object(&step["pod"])?;
            preemption(&cluster, profile, &pod, &step["expect"])
                .map_err(|error| format!("step {number}: {error}"))?;
        }
        Ok(())
    });
}

#[test]
fn as_many_nodes_are_found_as_in_kube_scheduler() {
    let room = Room { cpu: MilliCpu(4000), pods: 110, ..Room::default() };
    family("percent_of_nodes", |case| {
        let number = |key: &str| case[key].as_u64().unwrap_or_else(|| panic!("{key} is a number"));
        let nodes: Vec<Node> = (0..number("nodes")).map(|at| Node::new(format!("node-{at}"), room)).collect();
        let nodes = NodeColumns::new(&nodes);
        let percentage_of_nodes_to_score = number("percentageOfNodesToScore") as u32;
        let profile = Profile { percentage_of_nodes_to_score, ..Profile::default() };
        let (pod, peers) = (Arc::new(PodTemplate::new(PodSpec::default())), Peers::default());
        let facts = Facts { nodes: &nodes, pods: &Nobody, peers: &peers, nominated: &[] };
        let ask = Ask::new(&pod, &profile, &nodes, &peers);
        let mut from = SearchFrom::default();
        let recorded = case["feasibleFound"].as_array().expect("a list");
        let found = recorded.iter().map(|_| {
            let attempt = schedule(facts, &ask, PodId(0), from);
            from = attempt.search.next;
            attempt.search.feasible.len()
        });
        compare(&json!(found.collect::<Vec<_>>()), &case["feasibleFound"])
    });
}

/// The recorded profiles by their names.
fn recorded_profiles() -> BTreeMap<String, Profile> {
    let Some(text) = recorded("schedule_profiles.json") else {
        say("conformance scheduling: no recorded profiles");
        return BTreeMap::new();
    };
    let profiles: Vec<Value> = serde_json::from_str(&text).expect("a list of profiles");
    let named = profiles.iter().map(|one| (cluster::text(&one["name"]), profiles::read(&one["config"])));
    named.collect()
}

fn profile<'a>(profiles: &'a BTreeMap<String, Profile>, case: &Value) -> &'a Profile {
    &profiles[case["profile"].as_str().expect("a profile's name")]
}

fn play(cluster: &mut Cluster, profile: &Profile, step: &Value) -> Result<(), String> {
    match step["do"].as_str() {
        Some("schedule") => {
            let pod = cluster::object(&step["pod"])?;
            scheduling(cluster, profile, &pod, &step["expect"])?;
            if let Some(chosen) = step["expect"]["chosen"].as_str() {
                cluster.bind(&pod, chosen)?;
            }
        }
        Some("deletePod") => cluster.delete(step["name"].as_str().expect("a name")),
        Some("updateNode") => cluster.update(&cluster::object(&step["node"])?)?,
        other => return Err(format!("a step that does {other:?}")),
    }
    Ok(())
}

fn scheduling(cluster: &Cluster, profile: &Profile, pod: &Obj, expect: &Value) -> Result<(), String> {
    let template = cluster::template(pod)?;
    let nominated = cluster.nominated(pod, &template);
    let facts = cluster.facts(&nominated);
    let ask = Ask::new(&template, profile, &cluster.columns, &cluster.peers);
    let id = cluster.id(pod);
    let attempt = schedule(facts, &ask, id, SearchFrom::default());
    check_locality(cluster, &ask, id, &attempt, facts)?;
    let cycle = Cycle::prepare(facts, &ask, id);
    compare(&told::attempt(cluster, &cycle, &attempt), &told::expected(expect))
}

/// Where a decision is local, each node's own verdict and score are those of the whole decision.
fn check_locality(
    cluster: &Cluster,
    ask: &Ask<'_>,
    id: PodId,
    attempt: &Attempt,
    facts: Facts<'_, Cluster>,
) -> Result<(), String> {
    if !ask.is_local(&facts, id) {
        return Ok(());
    }
    let nodes = &cluster.columns;
    for node in nodes.ids() {
        let (whole, local) = (attempt.search.refusal(node), ask.local_refusal(nodes, node));
        if whole != local {
            return Err(format!("{node:?} is refused for {whole:?}, locally for {local:?}"));
        }
    }
    let scores = attempt.best.iter().map(|node| ask.local_score(nodes, *node));
    let differs = attempt.score.is_some_and(|total| scores.clone().any(|score| score != total));
    if differs { Err("a local score differs from the total".to_owned()) } else { Ok(()) }
}

fn preemption(cluster: &Cluster, profile: &Profile, pod: &Obj, expect: &Value) -> Result<(), String> {
    scheduling(cluster, profile, pod, expect)?;
    let template = cluster::template(pod)?;
    let nominated = cluster.nominated(pod, &template);
    let facts = cluster.facts(&nominated);
    let ask = Ask::new(&template, profile, &cluster.columns, &cluster.peers);
    let id = cluster.id(pod);
    let search = schedule(facts, &ask, id, SearchFrom::default()).search;
    let cycle = Cycle::prepare(facts, &ask, id);
    let preemption = preempt(&cycle, &search, 0);
    compare(&told::preemption(cluster, &cycle, &search, preemption), &told::expected_preemption(expect))
}
