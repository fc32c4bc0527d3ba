//! The QoS classes of pods, with what keeps them from another class: what `evictsim qos` prints.
//!
//! What: for each pod its class, which container and which figure spoiled Guaranteed, and what to
//! write or remove to change it.
//! Never: the rule, which is [`crate::model::qos`]'s; a sentence here is made of what it found.
//! Next: [`crate::cli::qos`].

use super::figures::aligned;
use crate::model::qos::{Bound, Obstacle, Qualification, Said, Speaker};
use crate::model::{PodLevelResources, PodSpec, QosClass, Role};
use crate::scenario::kubernetes::manifests::Manifest;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes a table of all pods, and below each what there is to say of its class.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, pods: &[Manifest]) -> io::Result<()> {
    let header = ["POD", "KIND", "CLASS"].map(str::to_owned).to_vec();
    let cells =
        pods.iter().map(|pod| vec![name(pod), pod.kind.clone(), honored(pod).class().name().to_owned()]);
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(cells).collect();
    let mut lines = aligned(&lines).into_iter();
    lines.next().map_or(Ok(()), |header| writeln!(out, "{header}"))?;
    for (line, pod) in lines.zip(pods) {
        writeln!(out, "{line}")?;
        sentences(pod).iter().try_for_each(|sentence| writeln!(out, "  {sentence}"))?;
    }
    Ok(())
}

/// All pods, for programs.
pub fn json(pods: &[Manifest]) -> Value {
    pods.iter().map(pod_json).collect()
}

fn pod_json(pod: &Manifest) -> Value {
    let found = honored(pod);
    let obstacles: Vec<Value> = found.obstacles().map(|obstacle| obstacle_json(&obstacle)).collect();
    json!({
        "kind": pod.kind,
        "namespace": pod.namespace,
        "name": pod.name,
        "qos_class": found.class().name(),
        "not_guaranteed": obstacles,
        "to_be_guaranteed": to_be_guaranteed(&found),
        "to_be_best_effort": to_be_best_effort(pod),
    })
}

fn obstacle_json(obstacle: &Obstacle<'_>) -> Value {
    let said = obstacle.said();
    let (container, role) = match said.by {
        Speaker::Pod => (Value::Null, "Pod"),
        Speaker::Container(role, name) => (name.into(), role.name()),
    };
    let amount = |bound| said.of(bound).map(|amount| said.resource.printed(amount).to_string());
    json!({
        "container": container,
        "role": role,
        "resource": said.resource.name(),
        "reason": match obstacle {
            Obstacle::NoLimit(said) if said.limit.is_some() => "ZeroLimit",
            Obstacle::NoLimit(_) => "NoLimit",
            Obstacle::Unequal(_) => "Unequal",
        },
        "request": amount(Bound::Request),
        "limit": amount(Bound::Limit),
    })
}

/// `shop/web`; templates often have no name.
fn name(pod: &Manifest) -> String {
    let name = if pod.name.is_empty() { "(no name)" } else { &pod.name };
    format!("{}/{name}", pod.namespace)
}

/// Why a pod whose containers alone decide is of its class, without a full stop.
pub fn reason(spec: &PodSpec) -> String {
    let found = Qualification::of(spec, PodLevelResources::Ignored);
    match found.class() {
        QosClass::Guaranteed => guaranteed(&found),
        QosClass::Burstable => {
            found.obstacles().map(|obstacle| spoiled(&obstacle)).collect::<Vec<_>>().join(", and ")
        }
        QosClass::BestEffort => NOTHING_SAID.to_owned(),
    }
}

const NOTHING_SAID: &str = "nobody in it requests or limits any cpu or memory";

/// As Kubernetes has it since pod-level resources are on by default.
fn honored(pod: &Manifest) -> Qualification<'_> {
    Qualification::of(&pod.spec, PodLevelResources::Honored)
}

/// What there is to say, line by line; what belongs to a line is indented below it.
fn sentences(pod: &Manifest) -> Vec<String> {
    let found = honored(pod);
    let mut told = Vec::new();
    told.extend(whose_figures_count(pod, &found));
    match found.class() {
        QosClass::Guaranteed => told.push(guaranteed(&found)),
        QosClass::Burstable => {
            let obstacles = found.obstacles().map(|obstacle| spoiled(&obstacle));
            told.extend(below("not Guaranteed, since", obstacles));
        }
        QosClass::BestEffort => {
            told.push(NOTHING_SAID.to_owned());
            told.extend(zeros(&found));
        }
    }
    told.extend(below("to be Guaranteed, write", to_be_guaranteed(&found).into_iter()));
    if found.class() == QosClass::Burstable {
        told.extend(below("to be BestEffort, remove", to_be_best_effort(pod).into_iter()));
    }
    told
}

/// Lines under a heading, if there are any.
fn below(heading: &str, lines: impl Iterator<Item = String>) -> Vec<String> {
    let lines: Vec<String> = lines.map(|line| format!("  {line}")).collect();
    let heading = (!lines.is_empty()).then(|| heading.to_owned());
    heading.into_iter().chain(lines).collect()
}

/// Where the pod speaks for its containers, that it does, and what those would come to.
fn whose_figures_count(pod: &Manifest, found: &Qualification<'_>) -> Option<String> {
    let is_pods_own = found.said().next().is_some_and(|said| said.by == Speaker::Pod);
    let by_containers = QosClass::of(&pod.spec).name();
    is_pods_own.then(|| {
        format!(
            "the resources of the pod itself decide; where PodLevelResources is off (by default before Kubernetes 1.34), \
             its containers would make it {by_containers}"
        )
    })
}

fn guaranteed(found: &Qualification<'_>) -> String {
    let figures: Vec<String> = found
        .stated()
        .filter(|(bound, _)| *bound == Bound::Limit)
        .map(|(_, said)| format!("{} {} {}", words(said.by), said.resource.name(), limit_of(&said)))
        .collect();
    format!("requests are limits: {}", figures.join(", "))
}

fn limit_of(said: &Said<'_>) -> String {
    said.limit.map_or(String::new(), |limit| said.resource.printed(limit).to_string())
}

/// The figure that is missing, or not equal.
fn spoiled(obstacle: &Obstacle<'_>) -> String {
    let said = obstacle.said();
    let (who, resource) = (words(said.by), said.resource.name());
    let amount = |bound| said.counted(bound).map(|amount| said.resource.printed(amount));
    match obstacle {
        Obstacle::NoLimit(said) if said.limit.is_some() => {
            format!("{who} has a {resource} limit of 0, which counts as none")
        }
        Obstacle::NoLimit(_) => format!("{who} has no {resource} limit"),
        Obstacle::Unequal(_) => match (amount(Bound::Request), amount(Bound::Limit)) {
            (Some(request), Some(limit)) => {
                format!("{who} requests {request} of {resource}, and its limit is {limit}")
            }
            (None, Some(limit)) => {
                format!("{who} requests 0 of {resource}, which counts as none, and its limit is {limit}")
            }
            (_, None) => format!("{who} has no {resource} limit"),
        },
    }
}

/// What is written and does not count.
fn zeros(found: &Qualification<'_>) -> Vec<String> {
    let is_zero = |said: &Said<'_>| {
        [Bound::Request, Bound::Limit]
            .iter()
            .any(|bound| said.of(*bound).is_some() && said.counted(*bound).is_none())
    };
    let zero = |said: Said<'_>| format!("{}: {} 0 counts as not set", words(said.by), said.resource.name());
    found.said().filter(is_zero).map(zero).collect()
}

/// What to write so that nothing keeps it from being Guaranteed, a line for each whose figures count. What
/// only its author knows is an ellipsis.
fn to_be_guaranteed(found: &Qualification<'_>) -> Vec<String> {
    by_speaker(found.obstacles().map(|obstacle| (obstacle.said().by, cure(&obstacle.said()))))
}

fn cure(said: &Said<'_>) -> String {
    let resource = said.resource.name();
    let amount = |bound| said.counted(bound).map(|amount| said.resource.printed(amount));
    match (amount(Bound::Request), amount(Bound::Limit)) {
        (Some(request), None) => format!("limits.{resource}: {request}"),
        (None, Some(limit)) => format!("requests.{resource}: {limit}"),
        (Some(request), Some(limit)) => {
            format!("requests.{resource}: {limit} or limits.{resource}: {request}")
        }
        // An explicit zero request stays one, whatever the limit.
        (None, None) if said.request.is_some() => {
            format!("limits.{resource}: … and the same in requests.{resource}")
        }
        (None, None) => format!("limits.{resource}: …"),
    }
}

/// What to remove so that nothing counts: of what is written, since what the API server adds goes with it.
fn to_be_best_effort(pod: &Manifest) -> Vec<String> {
    let written = Qualification::of(&pod.written, PodLevelResources::Honored);
    let figure = |(bound, said): (Bound, Said<'_>)| {
        let list = match bound {
            Bound::Request => "requests",
            Bound::Limit => "limits",
        };
        format!("{list}.{}", said.resource.name())
    };
    by_speaker(written.stated().map(|stated| (stated.1.by, figure(stated))))
}

/// `container app: limits.cpu: 100m; limits.memory: 1Gi`
fn by_speaker<'a>(steps: impl Iterator<Item = (Speaker<'a>, String)>) -> Vec<String> {
    let mut lines: Vec<(Speaker<'a>, Vec<String>)> = Vec::new();
    for (by, step) in steps {
        match lines.last_mut().filter(|(last, _)| *last == by) {
            Some((_, steps)) => steps.push(step),
            None => lines.push((by, vec![step])),
        }
    }
    lines.iter().map(|(by, steps)| format!("{}: {}", words(*by), steps.join("; "))).collect()
}

fn words(by: Speaker<'_>) -> String {
    match by {
        Speaker::Pod => "the pod".to_owned(),
        Speaker::Container(Role::Init, name) => format!("init container {name}"),
        Speaker::Container(Role::Sidecar, name) => format!("sidecar {name}"),
        Speaker::Container(Role::Regular, name) => format!("container {name}"),
    }
}
