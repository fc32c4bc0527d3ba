//! How plugins count: their arguments.
//!
//! Source: kubernetes `pkg/scheduler/apis/config/v1/defaults.go`, `validation/validation_pluginargs.go` (1.34).

use super::plugins::{PREEMPTION, is_known};
use super::written::{PluginArguments, PluginConfig, ResourceWeight, ScoringStrategy, UtilizationShapePoint};
use crate::model::SpreadConstraint;
use crate::scenario::complaint::Complaints;
use crate::scenario::placement;
use crate::scheduling::{FitKind, FitStrategy, Plugin, Profile, ResourceName, ShapePoint, Weighted};

/// The kinds of strategy, before their shapes are known.
const STRATEGIES: [(&str, Strategy); 3] = [
    ("LeastAllocated", Strategy::Least),
    ("MostAllocated", Strategy::Most),
    ("RequestedToCapacityRatio", Strategy::Ratio),
];
const DEFAULTING_TYPES: [(&str, bool); 2] = [("System", true), ("List", false)];
const HIGHEST_SCORE: i32 = 10;

#[derive(Clone, Copy)]
enum Strategy {
    Least,
    Most,
    Ratio,
}

/// Sets a profile to what the arguments of all its plugins say.
pub(super) fn all(complaints: &mut Complaints, written: &[PluginConfig], profile: Profile) -> Profile {
    let mut profile = profile;
    let mut seen: Vec<&str> = Vec::new();
    complaints.each("pluginConfig", written, |inner, config| {
        if !is_known(inner, &config.name) {
            return;
        }
        if seen.contains(&config.name.as_str()) {
            let what = format!("{} is configured twice", config.name);
            inner.at("name", |name| name.tell(what, "put its arguments together"));
        }
        seen.push(&config.name);
        inner.at("args", |args| set(args, config, &mut profile));
    });
    profile
}

fn set(complaints: &mut Complaints, config: &PluginConfig, profile: &mut Profile) {
    let args = &config.args;
    refuse_what_is_not_its_own(complaints, config);
    match Plugin::ALL.into_iter().find(|plugin| plugin.name() == config.name) {
        Some(Plugin::NodeResourcesFit) => set_fit(complaints, args, profile),
        Some(Plugin::NodeResourcesBalancedAllocation) => set_balanced(complaints, args, profile),
        Some(Plugin::PodTopologySpread) => set_spread(complaints, args, profile),
        Some(Plugin::InterPodAffinity) => set_affinity(complaints, args, profile),
        Some(
            Plugin::NodeUnschedulable
            | Plugin::NodeName
            | Plugin::TaintToleration
            | Plugin::NodeAffinity
            | Plugin::NodePorts
            | Plugin::ImageLocality,
        ) => {}
        None if config.name == PREEMPTION => set_preemption(complaints, args, profile),
        None => {}
    }
}

/// Which arguments a plugin has.
fn own(plugin: &str) -> &'static [&'static str] {
    match plugin {
        "NodeResourcesFit" => &["scoringStrategy", "ignoredResources", "ignoredResourceGroups"],
        "NodeResourcesBalancedAllocation" => &["resources"],
        "PodTopologySpread" => &["defaultConstraints", "defaultingType"],
        "InterPodAffinity" => &["hardPodAffinityWeight", "ignorePreferredTermsOfExistingPods"],
        "NodeAffinity" => &["addedAffinity"],
        "VolumeBinding" => &["bindTimeoutSeconds", "shape"],
        PREEMPTION => &["minCandidateNodesPercentage", "minCandidateNodesAbsolute"],
        _ => &[],
    }
}

fn refuse_what_is_not_its_own(complaints: &mut Complaints, PluginConfig { name, args }: &PluginConfig) {
    let simulated = [
        ("scoringStrategy", args.scoring_strategy.is_some()),
        ("resources", !args.resources.is_empty()),
        ("defaultConstraints", !args.default_constraints.is_empty()),
        ("defaultingType", !args.defaulting_type.is_empty()),
        ("hardPodAffinityWeight", args.hard_pod_affinity_weight.is_some()),
        ("ignorePreferredTermsOfExistingPods", args.ignore_preferred_terms_of_existing_pods.is_some()),
        ("minCandidateNodesPercentage", args.min_candidate_nodes_percentage.is_some()),
        ("minCandidateNodesAbsolute", args.min_candidate_nodes_absolute.is_some()),
    ];
    let written = simulated.iter().filter(|(_, is_written)| *is_written).map(|(key, _)| *key);
    for key in written.chain(args.not_simulated()) {
        if !own(name).contains(&key) {
            complaints.at(key, |inner| inner.tell(format!("{name} has no {key}"), "remove it"));
        } else if name != "VolumeBinding" && args.not_simulated().contains(&key) {
            let what = format!("{key} is not simulated, and it decides");
            complaints.at(key, |inner| inner.tell(what, "remove it"));
        }
    }
}

fn set_fit(complaints: &mut Complaints, args: &PluginArguments, profile: &mut Profile) {
    if let Some(strategy) = &args.scoring_strategy {
        profile.fit = complaints.at("scoringStrategy", |inner| fit(inner, strategy, &profile.fit));
    }
}

fn fit(complaints: &mut Complaints, written: &ScoringStrategy, unconfigured: &FitStrategy) -> FitStrategy {
    let strategy = complaints.choice("type", &written.kind, &STRATEGIES).unwrap_or(Strategy::Least);
    let resources = complaints.each("resources", &written.resources, weighted);
    FitStrategy {
        kind: match strategy {
            Strategy::Least => FitKind::LeastAllocated,
            Strategy::Most => FitKind::MostAllocated,
            Strategy::Ratio => FitKind::RequestedToCapacityRatio(shape(complaints, written)),
        },
        resources: if resources.is_empty() { unconfigured.resources.clone() } else { resources },
    }
}

fn shape(complaints: &mut Complaints, written: &ScoringStrategy) -> Vec<ShapePoint> {
    let points: &[UtilizationShapePoint] =
        written.requested_to_capacity_ratio.as_ref().map_or(&[], |ratio| &ratio.shape);
    complaints.at("requestedToCapacityRatio", |inner| {
        if points.is_empty() {
            let fix = "write for example [{utilization: 0, score: 0}, {utilization: 100, score: 10}]";
            inner.at("shape", |shape| shape.tell("a shape without points", fix));
        }
        let mut last = -1;
        inner.each("shape", points, |inner, point| {
            let UtilizationShapePoint { utilization, score } = *point;
            if utilization <= last || 100 < utilization {
                let what = format!("a point at {utilization} percent, after one at {last}");
                let fix = "write points in order of utilization, from 0 to 100";
                inner.at("utilization", |inner| inner.tell(what, fix));
            }
            last = utilization;
            within(inner, ("score", score), (0, HIGHEST_SCORE));
            ShapePoint { utilization: i64::from(utilization), score: i64::from(score) }
        })
    })
}

fn set_balanced(complaints: &mut Complaints, args: &PluginArguments, profile: &mut Profile) {
    let resources = complaints.each("resources", &args.resources, |inner, written| {
        if !(0..=1).contains(&written.weight) {
            let what = format!("a share of weight {}, where all weigh the same", written.weight);
            inner.at("weight", |inner| inner.tell(what, "write 1"));
        }
        resource(&written.name)
    });
    if !resources.is_empty() {
        profile.balanced = resources;
    }
}

fn set_spread(complaints: &mut Complaints, args: &PluginArguments, profile: &mut Profile) {
    let is_system = match args.defaulting_type.as_str() {
        "" => true,
        written => complaints.choice("defaultingType", written, &DEFAULTING_TYPES).unwrap_or(true),
    };
    if is_system && !args.default_constraints.is_empty() {
        let fix = "add `defaultingType: List`";
        complaints.at("defaultConstraints", |inner| {
            inner.tell("defaultConstraints that nobody asks for", fix);
        });
    }
    let listed = complaints.each("defaultConstraints", &args.default_constraints, |inner, written| {
        if written.label_selector.is_some() {
            let what = "a default constraint counts the pods of a pod's own Services";
            inner.at("labelSelector", |inner| inner.tell(what, "remove it"));
        }
        placement::spread_constraint(inner, written)
    });
    profile.default_spread_is_system = is_system;
    profile.default_spread = if is_system { SpreadConstraint::system_defaults() } else { listed };
}

fn set_affinity(complaints: &mut Complaints, args: &PluginArguments, profile: &mut Profile) {
    if let Some(weight) = args.hard_pod_affinity_weight {
        within(complaints, ("hardPodAffinityWeight", weight), (0, 100));
        profile.hard_pod_affinity_weight = i64::from(weight);
    }
    profile.ignore_preferred_terms_of_existing_pods =
        args.ignore_preferred_terms_of_existing_pods.unwrap_or(false);
}

fn set_preemption(complaints: &mut Complaints, args: &PluginArguments, profile: &mut Profile) {
    if let Some(percentage) = args.min_candidate_nodes_percentage {
        within(complaints, ("minCandidateNodesPercentage", percentage), (0, 100));
        profile.min_candidate_nodes_percentage = percentage.unsigned_abs();
    }
    if let Some(absolute) = args.min_candidate_nodes_absolute {
        within(complaints, ("minCandidateNodesAbsolute", absolute), (0, i32::MAX));
        profile.min_candidate_nodes_absolute = absolute.unsigned_abs();
    }
    if profile.min_candidate_nodes_percentage == 0 && profile.min_candidate_nodes_absolute == 0 {
        let what = "no node at all is looked at for victims";
        let fix = "write a positive minCandidateNodesPercentage or minCandidateNodesAbsolute";
        complaints.at("minCandidateNodesAbsolute", |inner| inner.tell(what, fix));
    }
}

fn weighted(complaints: &mut Complaints, written: &ResourceWeight) -> Weighted {
    if !(0..=100).contains(&written.weight) {
        let what = format!("a resource of weight {}", written.weight);
        complaints.at("weight", |inner| inner.tell(what, "write a weight from 1 to 100"));
    }
    Weighted { resource: resource(&written.name), weight: written.weight.max(1) }
}

fn resource(name: &str) -> ResourceName {
    match name {
        "cpu" => ResourceName::Cpu,
        "memory" => ResourceName::Memory,
        "ephemeral-storage" => ResourceName::EphemeralStorage,
        other => ResourceName::Extended(other.to_owned()),
    }
}

fn within(complaints: &mut Complaints, (key, written): (&'static str, i32), (least, most): (i32, i32)) {
    if !(least..=most).contains(&written) {
        let fix = format!("write a number from {least} to {most}");
        complaints.at(key, |inner| inner.tell(format!("{key} is {written}"), fix));
    }
}
