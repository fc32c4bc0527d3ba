//! Pods that ask for more than any node hands out, or for labels that none has: legal, and told before all else.
//!
//! What: requests against the allocatable of empty nodes, node selectors against their labels.
//! Never: taints, cordons, other pods: a pod that waits for those may get its turn.
//! Next: [`crate::scheduling::filter`], which refuses such pods.

use super::spot::Findings;
use crate::ground::{Bytes, MilliCpu};
use crate::model::{Labels, PodTemplate};
use crate::scenario::arrivals::Arrivals;
use crate::scenario::meaning::{NodePlan, WorkloadPlan};
use std::collections::BTreeSet;

/// What an empty node hands out.
type Room = (MilliCpu, Bytes);

/// Says of each workload that fits no node what it asks for, before all other sentences.
pub fn tell_of_pods_that_never_fit(findings: &mut Findings, nodes: &[NodePlan], workloads: &[WorkloadPlan]) {
    // Many nodes are of few kinds.
    let rooms: BTreeSet<Room> =
        nodes.iter().map(|plan| (plan.node.allocatable.cpu, plan.node.allocatable.memory)).collect();
    if rooms.is_empty() {
        return;
    }
    let sentences = workloads.iter().flat_map(|plan| [never_fits(plan, &rooms), is_nowhere(plan, nodes)]);
    let sentences: Vec<String> = sentences.flatten().collect();
    findings.assume_first(sentences);
}

/// A selector pasted from another cluster is the usual reason why a pod waits for ever.
fn is_nowhere(plan: &WorkloadPlan, nodes: &[NodePlan]) -> Option<String> {
    let selector = &plan.pod.spec.placement.node_selector;
    let has_all = |labels: &Labels| selector.iter().all(|(key, value)| labels.get(key) == Some(value));
    if nodes.iter().any(|plan| has_all(&plan.node.labels)) {
        return None;
    }
    let asked: Vec<String> = selector.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let (name, asked) = (&plan.workload.name, asked.join(", "));
    Some(format!("{name} never gets a node: no node has the labels of its nodeSelector ({asked})"))
}

fn never_fits(plan: &WorkloadPlan, rooms: &BTreeSet<Room>) -> Option<String> {
    // Rows of a table may ask for something else; amounts that vary count as nothing here.
    if matches!(plan.arrivals, Arrivals::Rows(_)) {
        return None;
    }
    let template = PodTemplate::new(plan.pod.spec.clone());
    let (cpu, memory) = (template.cpu_request, template.memory_request);
    if rooms.iter().any(|room| cpu <= room.0 && memory <= room.1) {
        return None;
    }
    let name = &plan.workload.name;
    let most_cpu = rooms.iter().map(|room| room.0).max()?;
    let most_memory = rooms.iter().map(|room| room.1).max()?;
    let why = if most_memory < memory {
        format!("{memory} of memory, and no node has more than {most_memory} for pods")
    } else if most_cpu < cpu {
        format!("{}m of cpu, and no node has more than {}m for pods", cpu.0, most_cpu.0)
    } else {
        format!("{}m of cpu and {memory} of memory, and no node has both for pods", cpu.0)
    };
    Some(format!("{name} never gets a node: it asks for {why} (allocatable)"))
}
