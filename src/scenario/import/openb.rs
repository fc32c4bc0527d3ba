//! The public trace "openb" (Alibaba, cluster-trace-gpu-v2023): 8,152 pods with
//! requests, classes and times, and 1,523 nodes. No usage, no limits.
//!
//! Its classes are not Kubernetes' QoS classes, its pods are a sample, a tenth of
//! them never ran, most ask for GPUs: each of these is decided here once, and told
//! in the scenario with the number of pods it concerns.
//!
//! What: [`import`] reads both lists and writes the scenario.
//! Next: `trace` reads, `nodes` chooses the nodes, `text` writes.
//!
//! Source of the trace: Weng et al., "Beware of Fragmentation", USENIX ATC 2023.

mod nodes;
mod text;
mod trace;

use super::{ImportMistake, Imported};
use crate::ground::{Bytes, MilliCpu};
use nodes::{Demand, kept};
use std::collections::BTreeMap;
use trace::{TraceNode, TracePod};

/// What is decided by whoever imports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    pub scale: Scale,
    pub best_effort: BestEffortAs,
    pub latency_sensitive: LatencySensitiveAs,
}

/// How many of the listed nodes are kept. Never all: the listed pods are a sample that
/// asks for less than a hundredth of them at its peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// The fewest whose memory and CPU the pods' requests fill to 80 % at their peak.
    Auto,
    /// This share of them, above 0 and below 1.
    Share(f64),
}

/// How to read class BE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BestEffortAs {
    /// The row's request counts: by Kubernetes' rules Burstable.
    Requested,
    /// Its requests are resources of another scheduler, which Kubernetes does not count: BestEffort.
    Scheduled,
}

/// How to read class LS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencySensitiveAs {
    /// A memory limit above the request, none of CPU.
    Burstable,
    /// Limits as large as the requests.
    Guaranteed,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            scale: Scale::Auto,
            best_effort: BestEffortAs::Scheduled,
            latency_sensitive: LatencySensitiveAs::Burstable,
        }
    }
}

/// How many of what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of the list, by their class in the trace.
    pub listed: BTreeMap<Class, u64>,
    /// Pods of the scenario, by their class in the trace.
    pub replayed: BTreeMap<Class, u64>,
    /// Listed, but never given a node; left out.
    pub never_scheduled: u64,
    /// Still there when the trace ends: their run time is unknown.
    pub right_censored: u64,
    /// Ask for GPUs, which are not simulated.
    pub with_gpu: u64,
    /// Ended in phase Failed.
    pub failed: u64,
    /// Ask for no memory, or for no CPU.
    pub asking_for_nothing: u64,
    /// Ask for more than any kept node has.
    pub too_large: u64,
    pub listed_nodes: u64,
    pub kept_nodes: u64,
}

/// A class of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    LatencySensitive,
    BestEffort,
    Burstable,
    Guaranteed,
}

impl Class {
    pub const ALL: [Class; 4] =
        [Class::LatencySensitive, Class::BestEffort, Class::Burstable, Class::Guaranteed];

    /// As the trace spells it.
    pub fn name(self) -> &'static str {
        match self {
            Class::LatencySensitive => "LS",
            Class::BestEffort => "BE",
            Class::Burstable => "Burstable",
            Class::Guaranteed => "Guaranteed",
        }
    }
}

/// The scenario of a trace.
///
/// # Errors
/// At the first mistake in either list, and if nothing is left to replay.
pub fn import(
    pods_csv: &[u8],
    nodes_csv: &[u8],
    options: &Options,
) -> Result<Imported<Counts>, ImportMistake> {
    let listed = trace::read_pods(pods_csv).map_err(ImportMistake::Pods)?;
    let listed_nodes = trace::read_nodes(nodes_csv).map_err(ImportMistake::Nodes)?;
    let replayed: Vec<&TracePod> = listed.iter().filter(|pod| pod.scheduled.is_some()).collect();
    if replayed.is_empty() || listed_nodes.is_empty() {
        let what = "there is nothing to replay: no pod was ever scheduled, or there is no node".into();
        return Err(ImportMistake::Wish { what, fix: "give both lists of the trace, whole".into() });
    }
    let demand = Demand::peak(&replayed);
    let kept = kept(&listed_nodes, demand, options.scale)?;
    let counts = counts(&listed, &replayed, &listed_nodes, &kept);
    let assumptions = text::assumptions(&counts, options, demand.of(&kept));
    let yaml = text::scenario(&replayed, &kept, options, &assumptions);
    Ok(Imported { yaml, assumptions, counts })
}

fn counts(
    listed: &[TracePod],
    replayed: &[&TracePod],
    listed_nodes: &[TraceNode],
    kept: &[&TraceNode],
) -> Counts {
    let how_many =
        |is_so: &dyn Fn(&TracePod) -> bool| replayed.iter().filter(|pod| is_so(pod)).count() as u64;
    let mut counts = Counts {
        never_scheduled: (listed.len() - replayed.len()) as u64,
        right_censored: how_many(&|pod| pod.run_time.is_none()),
        with_gpu: how_many(&|pod| pod.gpus > 0),
        failed: how_many(&|pod| pod.failed),
        asking_for_nothing: how_many(&|pod| pod.memory == Bytes::ZERO || pod.cpu == MilliCpu(0)),
        too_large: how_many(&|pod| !kept.iter().any(|node| node.could_hold(pod))),
        listed_nodes: listed_nodes.len() as u64,
        kept_nodes: kept.len() as u64,
        ..Counts::default()
    };
    listed.iter().for_each(|pod| *counts.listed.entry(pod.class).or_default() += 1);
    replayed.iter().for_each(|pod| *counts.replayed.entry(pod.class).or_default() += 1);
    counts
}

#[cfg(test)]
mod tests;
