//! Rules and runs, and what is recorded: as written -> as meant.

use super::names::{self, Names};
use super::spot::{Findings, Spot};
use crate::engine::{ActingThreshold, RestartScope, UnreachablePhase};
use crate::ground::SimDuration;
use crate::scenario::duration;
use crate::scenario::file::{
    ActingThresholdFile, OrderFile, RecordFile, RestartScopeFile, RulesName, ScenarioFile,
    UnreachablePhaseFile,
};
use crate::scenario::meaning::{OrderName, Recording, RunRules, Switches};

/// How many samples a timeline has, where its interval is not given.
const SAMPLES: u64 = 240;

/// The runs of a scenario, at least one.
pub fn runs(findings: &mut Findings, spot: &Spot<'_>, file: &ScenarioFile) -> Vec<RunRules> {
    let own = Written {
        order: file.eviction_order,
        restart_scope: file.restart_scope,
        unreachable_phase: file.unreachable_phase,
    };
    let base = switched(Switches::LESSON, file.rules, own);
    if file.runs.is_empty() {
        return vec![RunRules { name: rules_name(base).to_owned(), switches: base }];
    }
    let mut taken = Names::of("run");
    let mut runs = Vec::new();
    for (index, run) in file.runs.iter().enumerate() {
        let spot = spot.key("runs").index(index);
        let own = Written {
            order: run.eviction_order,
            restart_scope: run.restart_scope,
            unreachable_phase: run.unreachable_phase,
        };
        let switches = switched(base, run.rules, own);
        let name = run.name.clone().unwrap_or_else(|| rules_name(switches).to_owned());
        names::must_be_a_label(findings, &spot.key("name"), "run", &name);
        taken.take(findings, &spot.key("name"), &name);
        runs.push(RunRules { name, switches });
    }
    runs
}

fn set(rules: RulesName) -> Switches {
    match rules {
        RulesName::Lesson => Switches::LESSON,
        RulesName::Kubernetes => Switches::KUBERNETES,
    }
}

/// Which threshold is acted on where the kubelet takes any of several.
pub fn acting_threshold(written: Option<ActingThresholdFile>) -> ActingThreshold {
    match written {
        None | Some(ActingThresholdFile::First) => ActingThreshold::First,
        Some(ActingThresholdFile::Drawn) => ActingThreshold::Drawn,
    }
}

/// The switches that are set alone.
#[derive(Clone, Copy)]
struct Written {
    order: Option<OrderFile>,
    restart_scope: Option<RestartScopeFile>,
    unreachable_phase: Option<UnreachablePhaseFile>,
}

fn switched(base: Switches, rules: Option<RulesName>, own: Written) -> Switches {
    let base = rules.map_or(base, set);
    let order = match own.order {
        None => base.order,
        Some(OrderFile::QosClass) => OrderName::QosClass,
        Some(OrderFile::Kubelet) => OrderName::Kubelet,
    };
    let restart_scope = match own.restart_scope {
        None => base.restart_scope,
        Some(RestartScopeFile::Pod) => RestartScope::Pod,
        Some(RestartScopeFile::Container) => RestartScope::Container,
    };
    let unreachable_phase = match own.unreachable_phase {
        None => base.unreachable_phase,
        Some(UnreachablePhaseFile::Unknown) => UnreachablePhase::Unknown,
        Some(UnreachablePhaseFile::AsLastSeen) => UnreachablePhase::AsLastSeen,
    };
    Switches { order, restart_scope, unreachable_phase }
}

/// A run that has no name is called as its rules if it keeps all of them, and else after what
/// matters most of what it changes: the order before the phase of Pods that nobody can reach.
fn rules_name(switches: Switches) -> &'static str {
    match (switches.order, switches.restart_scope, switches.unreachable_phase) {
        (OrderName::QosClass, RestartScope::Pod, UnreachablePhase::Unknown) => "lesson",
        (OrderName::QosClass, RestartScope::Pod, UnreachablePhase::AsLastSeen) => "as-last-seen",
        (OrderName::Kubelet, RestartScope::Container, UnreachablePhase::AsLastSeen) => "kubernetes",
        (OrderName::Kubelet, RestartScope::Container, UnreachablePhase::Unknown) => "unknown-phase",
        (OrderName::Kubelet, RestartScope::Pod, _) => "kubelet-order",
        (OrderName::QosClass, RestartScope::Container, _) => "qos-order",
    }
}

/// How far the looks of a timeline are apart where nobody says otherwise: whole seconds.
pub fn usual_timeline(horizon: SimDuration) -> SimDuration {
    SimDuration::seconds(horizon.0.div_ceil(SAMPLES * 1_000_000).max(1))
}

/// What a run keeps.
pub fn recording(
    findings: &mut Findings,
    spot: &Spot<'_>,
    record: &RecordFile,
    horizon: SimDuration,
) -> Recording {
    let timeline_every = match record.timeline.as_deref() {
        None => Some(usual_timeline(horizon)),
        Some("None") => None,
        Some(text) => sample_interval(findings, &spot.key("timeline"), text),
    };
    Recording {
        timeline_every,
        rankings: record.rankings.unwrap_or(true),
        events: record.events.unwrap_or(true),
        lives: record.lives.unwrap_or(true),
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
