//! Rules and runs, and what is recorded: as written -> as meant.

use super::names::{self, Names};
use super::spot::{Findings, Spot};
use crate::engine::{ActingThreshold, RestartScope, UnreachablePhase};
use crate::ground::SimDuration;
use crate::scenario::duration;
use crate::scenario::file::{
    ActingThresholdFile, OrderFile, RecordFile, RestartScopeFile, RulesName, RunFile, ScenarioFile,
};
use crate::scenario::meaning::{OrderName, Recording, RunRules};

/// How many samples a timeline has, where its interval is not given.
const SAMPLES: u64 = 240;

/// Who goes first, and what a crash restarts.
type Switches = (OrderName, RestartScope);

/// The runs of a scenario, at least one.
pub fn runs(findings: &mut Findings, spot: &Spot<'_>, file: &ScenarioFile) -> Vec<RunRules> {
    let lesson = set(RulesName::Lesson);
    let base = switched(lesson, file.rules, file.eviction_order, file.restart_scope);
    if file.runs.is_empty() {
        let (order, restart_scope) = base;
        return vec![RunRules {
            name: rules_name(base).to_owned(),
            order,
            restart_scope,
            unreachable_phase: UnreachablePhase::Unknown,
        }];
    }
    let mut taken = Names::of("run");
    let mut runs = Vec::new();
    for (index, run) in file.runs.iter().enumerate() {
        let spot = spot.key("runs").index(index);
        let RunFile { name, rules, eviction_order, restart_scope } = run;
        let switches = switched(base, *rules, *eviction_order, *restart_scope);
        let name = name.clone().unwrap_or_else(|| rules_name(switches).to_owned());
        names::must_be_a_label(findings, &spot.key("name"), "run", &name);
        taken.take(findings, &spot.key("name"), &name);
        runs.push(RunRules {
            name,
            order: switches.0,
            restart_scope: switches.1,
            unreachable_phase: UnreachablePhase::Unknown,
        });
    }
    runs
}

fn set(rules: RulesName) -> Switches {
    match rules {
        RulesName::Lesson => (OrderName::QosClass, RestartScope::Pod),
        RulesName::Kubernetes => (OrderName::Kubelet, RestartScope::Container),
    }
}

/// Which threshold is acted on where the kubelet takes any of several.
pub fn acting_threshold(written: Option<ActingThresholdFile>) -> ActingThreshold {
    match written {
        None | Some(ActingThresholdFile::First) => ActingThreshold::First,
        Some(ActingThresholdFile::Drawn) => ActingThreshold::Drawn,
    }
}

fn switched(
    base: Switches,
    rules: Option<RulesName>,
    order: Option<OrderFile>,
    restart_scope: Option<RestartScopeFile>,
) -> Switches {
    let (base_order, base_scope) = rules.map_or(base, set);
    let order = match order {
        None => base_order,
        Some(OrderFile::QosClass) => OrderName::QosClass,
        Some(OrderFile::Kubelet) => OrderName::Kubelet,
    };
    let restart_scope = match restart_scope {
        None => base_scope,
        Some(RestartScopeFile::Pod) => RestartScope::Pod,
        Some(RestartScopeFile::Container) => RestartScope::Container,
    };
    (order, restart_scope)
}

fn rules_name(switches: Switches) -> &'static str {
    match switches {
        (OrderName::QosClass, RestartScope::Pod) => "lesson",
        (OrderName::Kubelet, RestartScope::Container) => "kubernetes",
        (OrderName::Kubelet, RestartScope::Pod) => "kubelet-order",
        (OrderName::QosClass, RestartScope::Container) => "qos-order",
    }
}

/// What a run keeps.
pub fn recording(
    findings: &mut Findings,
    spot: &Spot<'_>,
    record: &RecordFile,
    horizon: SimDuration,
) -> Recording {
    let timeline_every = match record.timeline.as_deref() {
        None => Some(SimDuration::seconds(horizon.0.div_ceil(SAMPLES * 1_000_000).max(1))),
        Some("None") => None,
        Some(text) => sample_interval(findings, &spot.key("timeline"), text),
    };
    Recording {
        timeline_every,
        rankings: record.rankings.unwrap_or(true),
        events: record.events.unwrap_or(true),
        lives: true,
    }
}

fn sample_interval(findings: &mut Findings, spot: &Spot<'_>, text: &str) -> Option<SimDuration> {
    match duration::parse(text) {
        Ok(SimDuration::ZERO) => {
            findings.mistake(
                spot,
                "a timeline with a sample each 0s never ends",
                "write for example 10s, or None",
            );
            None
        }
        Ok(interval) => Some(interval),
        Err(mistake) => {
            findings.mistake(
                spot,
                mistake.to_string(),
                format!("{}, or None for no timeline", mistake.fix()),
            );
            None
        }
    }
}
