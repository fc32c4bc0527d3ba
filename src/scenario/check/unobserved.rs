//! Thresholds that are never met because nobody says how large something is: told, once for all nodes.
//!
//! What: the sentences about them, and about what pods use where nothing watches it.
//! Never: a mistake: a real kubelet's configuration names disks that a story may not be about.
//! Next: [`super::besides_memory`], where nodes say it.

use super::besides_memory::whole;
use super::not_simulated::some_of;
use super::spot::Findings;
use crate::eviction::Signal;
use crate::model::{Node, Usage};
use crate::scenario::meaning::{NodePlan, PodPlan, WorkloadPlan};
use std::collections::BTreeMap;

/// What a node does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unsaid {
    AnyFilesystem,
    NodeFs,
    NodeFsInodes,
    ImageFsInodes,
    ProcessIds,
}

impl Unsaid {
    /// What it is, and what follows.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Unsaid::AnyFilesystem => ("how large nodefs is", "disk signals are never met"),
            Unsaid::NodeFs => ("how large nodefs is", "nodefs signals are never met"),
            Unsaid::NodeFsInodes => ("how many inodes nodefs has", "signals of its inodes are never met"),
            Unsaid::ImageFsInodes => ("how many inodes imagefs has", "signals of its inodes are never met"),
            Unsaid::ProcessIds => ("how many process ids there are (pids)", "pid.available is never met"),
        }
    }
}

/// What has thresholds and cannot be observed, each with the nodes that do not say enough.
#[derive(Debug, Default)]
pub struct Unobserved {
    nodes: BTreeMap<Unsaid, Vec<String>>,
}

impl Unobserved {
    /// Notes the signals that have thresholds on a node, or on nodes of one name.
    pub fn note(&mut self, node: &Node, signals: impl Iterator<Item = Signal>) {
        for unsaid in signals.filter_map(|signal| unsaid(node, signal)) {
            let names = self.nodes.entry(unsaid).or_default();
            if names.last() != Some(&node.name) {
                names.push(node.name.clone());
            }
        }
    }

    /// Tells them.
    pub fn tell(&self, findings: &mut Findings) {
        for (unsaid, nodes) in &self.nodes {
            let (what, outcome) = unsaid.words();
            findings.assume(format!("{} not say {what}: {outcome}", who_does(nodes)));
        }
    }
}

/// What would have to be known to observe a signal.
fn unsaid(node: &Node, signal: Signal) -> Option<Unsaid> {
    if signal.is_memory() || whole(node, signal).is_some() {
        return None;
    }
    Some(match signal {
        Signal::PidAvailable => Unsaid::ProcessIds,
        _ if node.node_fs.is_none() && node.image_fs.is_none() => Unsaid::AnyFilesystem,
        Signal::NodefsAvailable | Signal::NodefsInodesFree if node.node_fs.is_none() => Unsaid::NodeFs,
        Signal::NodefsAvailable | Signal::NodefsInodesFree => Unsaid::NodeFsInodes,
        _ if node.image_fs.is_none() => Unsaid::NodeFsInodes,
        _ => Unsaid::ImageFsInodes,
    })
}

/// Says where pods use what nobody watches.
pub fn tell_of_what_fills_nothing(findings: &mut Findings, nodes: &[NodePlan], workloads: &[WorkloadPlan]) {
    let pods = workloads.iter().map(|plan| &plan.pod);
    let used: Vec<Unwatched> = pods.flat_map(unwatched).collect();
    let mut tell = |used_is: Unwatched, is_said: fn(&Node) -> bool, what: &str| {
        let names = nodes.iter().map(|plan| &plan.node).filter(|node| !is_said(node)).map(|node| &node.name);
        let names: Vec<String> = names.cloned().collect();
        if !names.is_empty() && used.contains(&used_is) {
            findings.assume(format!("{} not say {what}", who_does(&names)));
        }
    };
    tell(
        Unwatched::Disk,
        |node| node.node_fs.is_some() || node.image_fs.is_some(),
        "how large nodefs is: whatever pods write there, it does not run full",
    );
    tell(
        Unwatched::ProcessIds,
        |node| node.process_ids.is_some(),
        "how many process ids there are (pids): whatever pods run there, it has enough",
    );
}

/// What of a node a pod uses besides memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unwatched {
    Disk,
    ProcessIds,
}

fn unwatched(pod: &PodPlan) -> Vec<Unwatched> {
    let containers = pod.init_containers.iter().chain(&pod.containers);
    let used = containers.flat_map(|plan| plan.others.iter().map(|(usage, _)| *usage));
    let watched = used.filter_map(|usage| match usage {
        Usage::WritableLayer | Usage::Logs | Usage::Inodes => Some(Unwatched::Disk),
        Usage::Volume(number) => {
            let kind = pod.spec.volumes.get(usize::from(number))?.kind;
            kind.counts_as_local_storage().then_some(Unwatched::Disk)
        }
        Usage::Processes => Some(Unwatched::ProcessIds),
        Usage::WorkingSet => None,
    });
    watched.collect()
}

fn who_does(nodes: &[String]) -> String {
    let many = if nodes.len() == 1 { ("node", "does") } else { ("nodes", "do") };
    format!("{} {} {}", many.0, some_of(nodes), many.1)
}
