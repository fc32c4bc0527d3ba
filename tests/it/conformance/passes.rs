//! Whole passes of the kubelet's eviction loop, one after the other.

use super::pods::{compare, template};
use super::statistics::{instant, layout, node_statistics, pod_statistics};
use super::{family, texts};
use evictsim::eviction::{
    Decision, Evicting, EvictionSettings, KnownPod, KubeletOrder, KubeletPass, Monitor, NodeReclaim,
    PodStatistics, Threshold, ThresholdValue, Victim, with_container_fs,
};
use evictsim::ground::{PodId, SimDuration};
use evictsim::model::PodTemplate;
use evictsim::scenario::kubelet::{ThresholdTexts, thresholds};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[test]
fn every_pass_finds_reports_and_evicts_what_the_kubelet_does() {
    family("manager", |case| {
        let mut kubelet = Kubelet::of(case)?;
        for (step, number) in list(&case["steps"]).iter().zip(1..) {
            kubelet.pass(step).map_err(|difference| format!("step {number}: {difference}"))?;
        }
        Ok(())
    });
}

/// A recorded kubelet, played again.
struct Kubelet<'a> {
    case: &'a Value,
    settings: EvictionSettings,
    monitor: Monitor,
    templates: BTreeMap<&'a str, PodTemplate>,
}

impl<'a> Kubelet<'a> {
    fn of(case: &'a Value) -> Result<Kubelet<'a>, String> {
        let config = &case["config"];
        let seconds = |key: &str| SimDuration::seconds(config[key].as_u64().expect("a number of seconds"));
        let with = with_container_fs(&configured(config)?, layout(config));
        let settings = EvictionSettings {
            thresholds: with.thresholds,
            pressure_transition_period: seconds("evictionPressureTransitionPeriodSeconds"),
            max_pod_grace_period: seconds("evictionMaxPodGracePeriodSeconds"),
            monitoring_interval: SimDuration::seconds(10),
        };
        let templates = list(&case["pods"]).iter().map(|pod| Ok((name_of(pod), template(pod)?)));
        Ok(Kubelet {
            case,
            monitor: Monitor::that_overlooks(&settings, with.known_at_first),
            settings,
            templates: templates.collect::<Result<_, String>>()?,
        })
    }

    fn pass(&mut self, step: &Value) -> Result<(), String> {
        let active: Vec<&str> = list(&step["active"]).iter().filter_map(Value::as_str).collect();
        let statistics: Vec<Option<PodStatistics>> =
            active.iter().map(|name| pod_statistics(&step["podStats"][name])).collect();
        let pods: Vec<KnownPod<'_>> = active
            .iter()
            .zip(&statistics)
            .zip(0..)
            .map(|((name, known), number)| KnownPod {
                pod: PodId(number),
                serial: u64::from(number),
                template: &self.templates[name],
                statistics: known.as_ref(),
            })
            .collect();
        let pass = KubeletPass {
            settings: &self.settings,
            layout: layout(&self.case["config"]),
            polices_local_storage: self.case["config"]["localStorageCapacityIsolation"] == true,
            seen: &node_statistics(&step["node"]).observations(),
            pods: &pods,
        };
        let looked = pass.look(&mut self.monitor, instant(&step["t"]));
        let conditions: Vec<&str> = looked.conditions.iter().map(|condition| condition.name()).collect();
        let expect = &step["expect"];
        compare(&json!(conditions), &expect["nodeConditions"])?;
        self.compare_thresholds(self.monitor.observed(), &expect["thresholdsObserved"])?;
        self.compare_thresholds(self.monitor.met(), &expect["thresholdsMet"])?;
        let (chosen, acceptable) = match looked.decision {
            Decision::Nothing => (outcome(NodeReclaim::default(), &[], &active), Vec::new()),
            Decision::EvictOverLimits(all) => (outcome(NodeReclaim::default(), &all, &active), Vec::new()),
            Decision::Relieve(evicting) => {
                let any = |index| pass.acting_on(index).expect("what is acceptable was observed");
                let acceptable = self.monitor.acceptable(&self.settings).map(any);
                let ours = acceptable.map(|one| relieve(one, step, &active)).collect();
                (relieve(evicting, step, &active), ours)
            }
        };
        compare_outcomes(&chosen, &acceptable, list(&expect["outcomes"]))
    }

    /// As multisets: their order is not the kubelet's.
    fn compare_thresholds(&self, ours: impl Iterator<Item = usize>, recorded: &Value) -> Result<(), String> {
        let mut ours: Vec<String> = ours.map(|index| told(&self.settings.thresholds[index])).collect();
        let mut recorded: Vec<String> = list(recorded)
            .iter()
            .map(|one| {
                let text = |key: &str| one[key].as_str().expect("a threshold has its texts");
                format!("{} {} {}", text("signal"), one["gracePeriodSeconds"], text("value"))
            })
            .collect();
        ours.sort_unstable();
        recorded.sort_unstable();
        compare(&json!(ours), &json!(recorded))
    }
}

fn configured(config: &Value) -> Result<Vec<Threshold>, String> {
    let [hard, soft, soft_grace_period, minimum_reclaim] =
        ["evictionHard", "evictionSoft", "evictionSoftGracePeriod", "evictionMinimumReclaim"]
            .map(|map| texts(&config[map]));
    let texts = ThresholdTexts {
        hard: &hard,
        soft: &soft,
        soft_grace_period: &soft_grace_period,
        minimum_reclaim: &minimum_reclaim,
        pods_are_enforced: list(&config["enforceNodeAllocatable"]).iter().any(|name| name == "pods"),
    };
    thresholds(texts).map_err(|refusals| format!("refused: {refusals:?}"))
}

/// A threshold as it is recorded; how it prints in full is compared with the message.
fn told(threshold: &Threshold) -> String {
    let value = match threshold.value {
        ThresholdValue::Percentage(_) => "pct".to_owned(),
        ThresholdValue::Quantity(count) => threshold.printed(count),
    };
    format!("{} {} {value}", threshold.signal.name(), threshold.grace_period.0 / 1_000_000)
}

/// Acts on one threshold to the end, with the recorded second reading of the statistics.
fn relieve(evicting: Evicting<'_>, step: &Value, active: &[&str]) -> Value {
    let reclaim = evicting.reclaim();
    let again = step.get("nodeAfterReclaim").unwrap_or(&step["node"]);
    let is_relieved =
        !reclaim.is_nothing() && !evicting.is_still_needed(&node_statistics(again).observations());
    let victim = if is_relieved { None } else { evicting.choose(&KubeletOrder).victim };
    outcome(reclaim, victim.as_slice(), active)
}

/// As it is recorded.
fn outcome(reclaim: NodeReclaim, victims: &[Victim], active: &[&str]) -> Value {
    let condition = json!({
        "type": Victim::DISRUPTION, "status": "True", "reason": Victim::DISRUPTION_REASON,
    });
    let kill = |victim: &Victim| {
        json!({
            "pod": active[victim.pod.index()],
            "gracePeriodOverrideSeconds": victim.grace_period_override.0 / 1_000_000,
            "phase": Victim::PHASE,
            "reason": Victim::REASON,
            "message": victim.message,
            "conditions": if victim.is_disruption { vec![condition.clone()] } else { Vec::new() },
        })
    };
    let mut outcome = Map::new();
    outcome.insert("kills".into(), victims.iter().map(kill).collect());
    for (collector, runs) in [("imageGC", reclaim.unused_images), ("containerGC", reclaim.dead_containers)] {
        if runs {
            outcome.insert(collector.into(), 1.into());
        }
    }
    outcome.into()
}

/// What we come to must be what the kubelet was seen to come to; and what we hold for acceptable
/// must be all that it was seen to come to, and no more.
fn compare_outcomes(chosen: &Value, acceptable: &[Value], recorded: &[Value]) -> Result<(), String> {
    let acceptable = if acceptable.is_empty() { std::slice::from_ref(chosen) } else { acceptable };
    let is_recorded = |ours: &Value| recorded.iter().any(|recorded| is_as_good(ours, recorded));
    let is_ours = |recorded: &Value| acceptable.iter().any(|ours| is_as_good(ours, recorded));
    let all_agree = is_recorded(chosen) && acceptable.iter().all(is_recorded) && recorded.iter().all(is_ours);
    if all_agree { Ok(()) } else { Err(format!("ours {acceptable:?}, recorded {recorded:?}")) }
}

/// The same; or, where the recording says that others were tied with its victim, one of these in its place.
fn is_as_good(ours: &Value, recorded: &Value) -> bool {
    let mut untied = recorded.clone();
    let tied = untied.as_object_mut().and_then(|outcome| outcome.remove("tiedWith"));
    let is_tied = |pod: &Value| list(tied.as_ref().unwrap_or(&Value::Null)).contains(pod);
    if *ours == untied {
        return true;
    }
    let nameless = |outcome: &Value| {
        let mut outcome = outcome.clone();
        let kill = &mut outcome["kills"][0];
        kill["pod"] = Value::Null;
        // What it says of containers is about one pod alone.
        let of_the_node = kill["message"].as_str().and_then(|message| message.split("Container ").next());
        kill["message"] = of_the_node.map(str::to_owned).into();
        outcome
    };
    let [kill] = list(&ours["kills"]) else { return false };
    is_tied(&kill["pod"]) && nameless(ours) == nameless(&untied)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn name_of(pod: &Value) -> &str {
    pod["metadata"]["name"].as_str().expect("every pod has its name")
}
