//! A `KubeSchedulerConfiguration` enables the plugins, and gives them the weights, that kube-scheduler has from it.

use super::{recorded, say};
use evictsim::scenario::complaint::Complaints;
use evictsim::scenario::scheduler_configuration::profile;
use evictsim::scenario::scheduler_configuration::written::SchedulerProfile;
use evictsim::scheduling::{Plugin, Profile};
use serde_json::{Map, Value, json};

#[test]
fn a_profile_has_the_filters_and_weights_that_kube_scheduler_makes_of_it() {
    let Some(text) = recorded("schedule_profiles.json") else {
        say("conformance schedule_profiles: skipped, no recordings (set EVICTSIM_CONFORMANCE)");
        return;
    };
    let profiles: Vec<Value> = serde_json::from_str(&text).expect("a list of profiles");
    for recorded in &profiles {
        let ours = read(&recorded["config"]);
        assert_eq!(told(&ours), expected(recorded), "{}", recorded["name"]);
        let preempts = recorded["postFilterOrder"].as_array().expect("a list");
        assert_eq!(ours.preempts, preempts.contains(&json!("DefaultPreemption")), "{}", recorded["name"]);
    }
    say(&format!("conformance schedule_profiles: {}", profiles.len()));
}

pub(super) fn read(config: &Value) -> Profile {
    let written: SchedulerProfile = serde_json::from_value(config.clone()).expect("a profile");
    let mut complaints = Complaints::default();
    let profile = profile(&mut complaints, &written, Profile::default());
    assert!(complaints.found.is_empty(), "{:?}", complaints.found);
    profile
}

fn told(profile: &Profile) -> (Vec<&'static str>, Map<String, Value>) {
    let filters = Plugin::ALL.iter().zip(profile.filters).filter(|(_, speaks)| *speaks);
    let weights = Plugin::ALL.iter().zip(profile.weights).filter(|(_, weight)| *weight > 0);
    let mut weights: Vec<_> =
        weights.map(|(plugin, weight)| (plugin.name().to_owned(), weight.into())).collect();
    weights.sort_by(|one: &(String, Value), other| one.0.cmp(&other.0));
    (filters.map(|(plugin, _)| plugin.name()).collect(), weights.into_iter().collect())
}

/// As recorded, but for the plugins that evictsim does not have.
fn expected(recorded: &Value) -> (Vec<&str>, Map<String, Value>) {
    let is_ours = |name: &str| Plugin::ALL.iter().any(|plugin| plugin.name() == name);
    let order = recorded["filterOrder"].as_array().expect("a list").iter().filter_map(Value::as_str);
    let weights = recorded["scoreWeights"].as_object().expect("a map");
    let ours = weights.iter().filter(|(name, _)| is_ours(name));
    (
        order.filter(|name| is_ours(name)).collect(),
        ours.map(|(name, weight)| (name.clone(), weight.clone())).collect(),
    )
}
