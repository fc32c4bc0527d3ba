//! Which plugins speak, and how much their scores weigh.
//!
//! What a point says of a plugin goes before what `multiPoint` says of it, and that before the
//! default. A plugin that is enabled without a weight weighs 1, whatever it weighs by default.
//! Source: kubernetes `mergePluginSet`, `expandMultiPointPlugins`, `getScoreWeights` (1.34).

use super::written::{EnabledPlugin, PluginSet, Plugins};
use crate::scenario::complaint::Complaints;
use crate::scheduling::{Plugin, Profile};

/// The plugin that preempts.
pub(super) const PREEMPTION: &str = "DefaultPreemption";
/// Kubernetes' own plugins that nothing here depends on: there are no volumes to bind, no gates, no claims on devices.
const WITHOUT_EFFECT: [&str; 9] = [
    "DefaultBinder",
    "DynamicResources",
    "NodeVolumeLimits",
    "PrioritySort",
    "SchedulingGates",
    "VolumeBinding",
    "VolumeRestrictions",
    "VolumeZone",
    PREEMPTION,
];
/// A score must not drown the others, and must not be more than is kept of it.
pub(super) const MOST_WEIGHT_OF_ONE: i32 = 100;
const ALL: &str = "*";

/// Who speaks, as a [`Profile`] has it.
pub(super) struct Speaking {
    pub filters: [bool; Plugin::ALL.len()],
    pub weights: [i64; Plugin::ALL.len()],
    pub preempts: bool,
}

/// Says which plugins speak, after what is written.
pub(super) fn speaking(complaints: &mut Complaints, written: &Plugins, unconfigured: &Profile) -> Speaking {
    for (point, set) in points(written) {
        complaints.at(point, |inner| check(inner, set));
    }
    let scores = unconfigured.weights.map(|weight| weight > 0);
    complaints
        .at("filter", |inner| refuse_the_mute(inner, &written.filter, (&unconfigured.filters, "filter")));
    complaints.at("score", |inner| refuse_the_mute(inner, &written.score, (&scores, "score")));
    let weight_at = |point: &PluginSet, plugin: &str, default: i64| {
        set_by(point, plugin, set_by(&written.multi_point, plugin, Some(default)))
    };
    let each = |point, plugin: Plugin| weight_at(point, plugin.name(), unconfigured.weights[plugin as usize]);
    Speaking {
        filters: Plugin::ALL
            .map(|plugin| unconfigured.filters[plugin as usize] && each(&written.filter, plugin).is_some()),
        weights: Plugin::ALL
            .map(|plugin| each(&written.score, plugin).filter(|_| scores[plugin as usize]).unwrap_or(0)),
        preempts: weight_at(&written.post_filter, PREEMPTION, 1).is_some(),
    }
}

/// What a plugin weighs where this set has its say; none: it does not speak.
fn set_by(set: &PluginSet, plugin: &str, otherwise: Option<i64>) -> Option<i64> {
    if let Some(enabled) = set.enabled.iter().find(|enabled| enabled.name == plugin) {
        return Some(i64::from(enabled.weight.max(1)));
    }
    let is_disabled = set.disabled.iter().any(|disabled| disabled.name == plugin || disabled.name == ALL);
    otherwise.filter(|_| !is_disabled)
}

fn points(written: &Plugins) -> [(&'static str, &PluginSet); 13] {
    [
        ("multiPoint", &written.multi_point),
        ("preEnqueue", &written.pre_enqueue),
        ("queueSort", &written.queue_sort),
        ("preFilter", &written.pre_filter),
        ("filter", &written.filter),
        ("postFilter", &written.post_filter),
        ("preScore", &written.pre_score),
        ("score", &written.score),
        ("reserve", &written.reserve),
        ("permit", &written.permit),
        ("preBind", &written.pre_bind),
        ("bind", &written.bind),
        ("postBind", &written.post_bind),
    ]
}

fn check(complaints: &mut Complaints, set: &PluginSet) {
    let mut seen: Vec<&str> = Vec::new();
    complaints.each("enabled", &set.enabled, |inner, plugin| {
        is_known(inner, &plugin.name);
        if seen.contains(&plugin.name.as_str()) {
            let what = format!("{} is enabled twice", plugin.name);
            inner.at("name", |name| name.tell(what, "remove one of the entries"));
        }
        seen.push(&plugin.name);
        check_weight(inner, plugin);
    });
    complaints
        .each("disabled", &set.disabled, |inner, plugin| plugin.name == ALL || is_known(inner, &plugin.name));
}

fn check_weight(complaints: &mut Complaints, plugin: &EnabledPlugin) {
    if !(0..=MOST_WEIGHT_OF_ONE).contains(&plugin.weight) {
        let fix = format!("write a weight from 1 to {MOST_WEIGHT_OF_ONE}");
        complaints.at("weight", |inner| inner.tell(format!("a score of weight {}", plugin.weight), fix));
    }
}

/// Whether there is a plugin of that name; otherwise that is told.
pub(super) fn is_known(complaints: &mut Complaints, name: &str) -> bool {
    let known: Vec<&str> = Plugin::ALL.iter().map(|plugin| plugin.name()).chain(WITHOUT_EFFECT).collect();
    let is_known = known.contains(&name);
    if !is_known {
        complaints.at("name", |inner| inner.unknown(name, &known));
    }
    is_known
}

/// Refuses plugins at a point where they have nothing to say.
fn refuse_the_mute(complaints: &mut Complaints, set: &PluginSet, (speaks, point): (&[bool], &str)) {
    complaints.each("enabled", &set.enabled, |inner, enabled| {
        let plugin = Plugin::ALL.iter().find(|plugin| plugin.name() == enabled.name);
        if plugin.is_some_and(|plugin| !speaks[*plugin as usize]) {
            let what = format!("{} does not {point} nodes", enabled.name);
            inner.at("name", |name| name.tell(what, "remove it"));
        }
    });
}
