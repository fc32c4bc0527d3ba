//! A `KubeSchedulerConfiguration` -> what the scheduler's profile and queue are set to.
//!
//! What: the one profile that a run has, and the waits of its queue, held to what kube-scheduler
//! accepts and to what is simulated. Never: where the text stood; who has it finds the place.
//! Next: `plugins`, who speaks; `arguments`, how they count; [`crate::scheduling::profile`].
//!
//! Source: kubernetes `pkg/scheduler/apis/config` (`v1`, `validation`) and `framework/runtime` (1.34).

mod arguments;
mod plugins;
pub mod written;

use super::complaint::Complaints;
use crate::ground::SimDuration;
use crate::scheduling::Profile;
use written::{SchedulerConfiguration, SchedulerProfile};

/// The most that weights may add up to. A node's score is kept in 16 bits, and is 100 times that at most.
const MOST_WEIGHT: i64 = 600;

/// How long a pod that fits nowhere waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first time; each further time twice as long.
    pub initial: SimDuration,
    pub longest: SimDuration,
}

/// Reads a configuration; ways begin at its top.
pub fn configuration(complaints: &mut Complaints, written: &SchedulerConfiguration) -> (Profile, Backoff) {
    header(complaints, written);
    let percentage = percentage(complaints, written.percentage_of_nodes_to_score).unwrap_or(100);
    let unconfigured = Profile { percentage_of_nodes_to_score: percentage, ..Profile::default() };
    if let [_, _, ..] = written.profiles[..] {
        let what = format!("{} profiles, and every pod is scheduled by the same one", written.profiles.len());
        complaints.at("profiles", |inner| inner.tell(what, "keep one of them"));
    }
    let profiles = complaints
        .each("profiles", &written.profiles, |inner, written| profile(inner, written, unconfigured.clone()));
    (profiles.into_iter().next().unwrap_or(unconfigured), backoff(complaints, written))
}

/// Reads one profile; what it does not say is as in `unconfigured`. Ways begin at the profile.
pub fn profile(complaints: &mut Complaints, written: &SchedulerProfile, unconfigured: Profile) -> Profile {
    let percentage = percentage(complaints, written.percentage_of_nodes_to_score);
    let speaking =
        complaints.at("plugins", |inner| plugins::speaking(inner, &written.plugins, &unconfigured));
    let total: i64 = speaking.weights.iter().sum();
    let is_each_sound = speaking.weights.iter().all(|weight| *weight <= plugins::MOST_WEIGHT_OF_ONE.into());
    if total > MOST_WEIGHT && is_each_sound {
        let what = format!("the weights of all scores add up to {total}");
        complaints.at("plugins", |inner| inner.tell(what, format!("let them add up to {MOST_WEIGHT}")));
    }
    let set = Profile {
        percentage_of_nodes_to_score: percentage.unwrap_or(unconfigured.percentage_of_nodes_to_score),
        filters: speaking.filters,
        weights: speaking.weights,
        preempts: speaking.preempts,
        ..unconfigured
    };
    arguments::all(complaints, &written.plugin_config, set)
}

/// Says what is wrong with what every object of Kubernetes begins with.
fn header(complaints: &mut Complaints, written: &SchedulerConfiguration) {
    let expected = [
        ("apiVersion", &written.api_version, "kubescheduler.config.k8s.io/v1"),
        ("kind", &written.kind, "KubeSchedulerConfiguration"),
    ];
    for (key, text, only) in expected {
        if !text.is_empty() && text != only {
            complaints.at(key, |inner| inner.unknown(text, &[only]));
        }
    }
    if written.extenders.is_written {
        let what = "extenders are not simulated, and they decide";
        complaints.at("extenders", |inner| inner.tell(what, "remove them"));
    }
}

fn percentage(complaints: &mut Complaints, written: Option<i32>) -> Option<u32> {
    let written = written?;
    let percentage = u32::try_from(written).ok().filter(|percentage| *percentage <= 100);
    if percentage.is_none() {
        let what = format!("{written} percent of the nodes");
        let fix = "write 0 to 100; 0 is kube-scheduler's own choice";
        complaints.at("percentageOfNodesToScore", |inner| inner.tell(what, fix));
    }
    percentage
}

fn backoff(complaints: &mut Complaints, written: &SchedulerConfiguration) -> Backoff {
    let initial = wait(complaints, ("podInitialBackoffSeconds", written.pod_initial_backoff_seconds), 1);
    let longest = wait(complaints, ("podMaxBackoffSeconds", written.pod_max_backoff_seconds), 10);
    if longest < initial {
        let what = format!("the longest wait, {longest}, is shorter than the first, {initial}");
        let fix = "write a podMaxBackoffSeconds that is at least podInitialBackoffSeconds";
        complaints.at("podMaxBackoffSeconds", |inner| inner.tell(what, fix));
    }
    Backoff { initial, longest }
}

fn wait(
    complaints: &mut Complaints,
    (key, written): (&'static str, Option<i64>),
    default: u64,
) -> SimDuration {
    const LONGEST_SECONDS: u64 = 1_000_000;
    let Some(written) = written else { return SimDuration::seconds(default) };
    match u64::try_from(written).ok().filter(|seconds| (1..=LONGEST_SECONDS).contains(seconds)) {
        Some(seconds) => SimDuration::seconds(seconds),
        None => {
            let fix = format!("write a number of seconds from 1 to {LONGEST_SECONDS}");
            complaints.at(key, |inner| inner.tell(format!("a wait of {written} seconds"), fix));
            SimDuration::seconds(default)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduling::{FitKind, Plugin, ResourceName};

    fn read(yaml: &str) -> ((Profile, Backoff), Vec<String>) {
        let written: SchedulerConfiguration = serde_saphyr::from_str(yaml).expect("a configuration");
        let mut complaints = Complaints::default();
        let read = configuration(&mut complaints, &written);
        (read, complaints.found.iter().map(|one| format!("{}: {}", one.way, one.what)).collect())
    }

    fn sound(yaml: &str) -> Profile {
        let ((profile, _), complaints) = read(yaml);
        assert_eq!(complaints, Vec::<String>::new(), "{yaml}");
        profile
    }

    fn weight(profile: &Profile, plugin: Plugin) -> i64 {
        profile.weights[plugin as usize]
    }

    #[test]
    fn where_nothing_is_configured_everything_is_as_by_default() {
        for nothing in
            ["{}", "{profiles: [{schedulerName: default-scheduler}]}", "{profiles: [{plugins: {score: {}}}]}"]
        {
            assert_eq!(sound(nothing), Profile::default(), "{nothing}");
        }
        let backoff = read("{podInitialBackoffSeconds: 2, podMaxBackoffSeconds: 60}").0.1;
        assert_eq!(backoff, Backoff { initial: SimDuration::seconds(2), longest: SimDuration::minutes(1) });
    }

    #[test]
    fn a_point_of_its_own_goes_before_multi_point() {
        let profile = sound(
            "{profiles: [{plugins: {multiPoint: {disabled: [{name: TaintToleration}, {name: DefaultPreemption}]}, \
             score: {disabled: [{name: '*'}], enabled: [{name: TaintToleration, weight: 7}, {name: ImageLocality}]}, \
             filter: {disabled: [{name: NodePorts}]}}}]}",
        );
        assert_eq!(weight(&profile, Plugin::TaintToleration), 7);
        assert_eq!(weight(&profile, Plugin::ImageLocality), 1);
        assert_eq!(profile.weights.iter().sum::<i64>(), 8, "nobody else scores");
        assert!(!profile.filters[Plugin::TaintToleration as usize], "it is off at the other points");
        assert!(!profile.filters[Plugin::NodePorts as usize]);
        assert!(profile.filters[Plugin::NodeResourcesFit as usize]);
        assert!(!profile.preempts);
    }

    #[test]
    fn a_weight_that_is_not_written_is_one_whatever_it_is_by_default() {
        let profile = sound("{profiles: [{plugins: {multiPoint: {enabled: [{name: TaintToleration}]}}}]}");
        assert_eq!(weight(&profile, Plugin::TaintToleration), 1);
        assert_eq!(weight(&profile, Plugin::NodeAffinity), 2);
    }

    #[test]
    fn plugins_count_as_their_arguments_say() {
        let profile = sound("
percentageOfNodesToScore: 0
profiles:
- percentageOfNodesToScore: 30
  pluginConfig:
  - {name: NodeResourcesFit, args: {scoringStrategy: {type: RequestedToCapacityRatio,
      resources: [{name: nvidia.com/gpu, weight: 3}, {name: cpu}],
      requestedToCapacityRatio: {shape: [{utilization: 0, score: 10}, {utilization: 100, score: 0}]}}}}
  - {name: NodeResourcesBalancedAllocation, args: {resources: [{name: memory, weight: 1}]}}
  - {name: PodTopologySpread, args: {defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]}}
  - {name: InterPodAffinity, args: {hardPodAffinityWeight: 0, ignorePreferredTermsOfExistingPods: true}}
  - {name: DefaultPreemption, args: {minCandidateNodesPercentage: 100, minCandidateNodesAbsolute: 1}}
");
        assert_eq!(profile.percentage_of_nodes_to_score, 30);
        let FitKind::RequestedToCapacityRatio(shape) = &profile.fit.kind else { panic!("a shape") };
        assert_eq!((shape.len(), shape[0].score, shape[1].utilization), (2, 10, 100));
        let resources: Vec<_> = profile.fit.resources.iter().map(|one| (&one.resource, one.weight)).collect();
        let gpu = ResourceName::Extended("nvidia.com/gpu".into());
        assert_eq!(resources, [(&gpu, 3), (&ResourceName::Cpu, 1)]);
        assert_eq!(profile.balanced, [ResourceName::Memory]);
        assert!(!profile.default_spread_is_system && profile.default_spread.len() == 1);
        assert_eq!(profile.hard_pod_affinity_weight, 0);
        assert!(profile.ignore_preferred_terms_of_existing_pods);
        assert_eq!((profile.min_candidate_nodes_percentage, profile.min_candidate_nodes_absolute), (100, 1));
    }

    #[test]
    fn what_kube_scheduler_refuses_is_refused() {
        let cases = [
            ("{percentageOfNodesToScore: 101}", "percentageOfNodesToScore: 101 percent of the nodes"),
            ("{podInitialBackoffSeconds: 0}", "podInitialBackoffSeconds: a wait of 0 seconds"),
            (
                "{podMaxBackoffSeconds: 2, podInitialBackoffSeconds: 3}",
                "podMaxBackoffSeconds: the longest wait, 2s, is shorter than the first, 3s",
            ),
            ("{profiles: [{}, {}]}", "profiles: 2 profiles, and every pod is scheduled by the same one"),
            (
                "{profiles: [{plugins: {score: {enabled: [{name: NodeResourceFit}]}}}]}",
                "profiles[0].plugins.score.enabled[0].name: \"NodeResourceFit\" is not known here; did you mean `NodeResourcesFit`?",
            ),
            (
                "{profiles: [{plugins: {score: {enabled: [{name: ImageLocality, weight: -1}]}}}]}",
                "profiles[0].plugins.score.enabled[0].weight: a score of weight -1",
            ),
            (
                "{profiles: [{plugins: {score: {enabled: [{name: NodePorts}]}}}]}",
                "profiles[0].plugins.score.enabled[0].name: NodePorts does not score nodes",
            ),
            (
                "{profiles: [{plugins: {filter: {enabled: [{name: NodePorts}, {name: NodePorts}]}}}]}",
                "profiles[0].plugins.filter.enabled[1].name: NodePorts is enabled twice",
            ),
            (
                "{profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {hardPodAffinityWeight: 1}}]}]}",
                "profiles[0].pluginConfig[0].args.hardPodAffinityWeight: NodeResourcesFit has no hardPodAffinityWeight",
            ),
            (
                "{profiles: [{pluginConfig: [{name: NodeAffinity, args: {addedAffinity: {}}}]}]}",
                "profiles[0].pluginConfig[0].args.addedAffinity: addedAffinity is not simulated, and it decides",
            ),
            (
                "{profiles: [{pluginConfig: [{name: NodePorts}, {name: NodePorts}]}]}",
                "profiles[0].pluginConfig[1].name: NodePorts is configured twice",
            ),
            (
                "{profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: LeastAllocated, resources: [{name: cpu, weight: 101}]}}}]}]}",
                "profiles[0].pluginConfig[0].args.scoringStrategy.resources[0].weight: a resource of weight 101",
            ),
            (
                "{profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: RequestedToCapacityRatio}}}]}]}",
                "profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape: a shape without points",
            ),
            (
                "{profiles: [{pluginConfig: [{name: PodTopologySpread, args: {defaultConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]}}]}]}",
                "profiles[0].pluginConfig[0].args.defaultConstraints: defaultConstraints that nobody asks for",
            ),
        ];
        for (yaml, complaint) in cases {
            assert_eq!(read(yaml).1, [complaint], "{yaml}");
        }
    }
}
