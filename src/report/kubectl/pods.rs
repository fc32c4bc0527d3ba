//! Pods as `kubectl get pod -o yaml` shows them at the end of a run.
//!
//! What: each Pod of the first replication, from the tables `pods`, `lives` and `events`, and from its manifest.
//! Never: a state of its own: what the API shows last is the last row that speaks of it.
//! Next: [`crate::report::ledger`], which writes these tables.

use crate::model::{ContainerSpec, PodSpec, QosClass, Resource, RestartPolicy};
use crate::scenario::Scenario;
use crate::scenario::meaning::WorkloadPlan;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// The tables of a run, as CSV.
pub struct Tables<R> {
    pub pods: R,
    pub lives: R,
    pub events: R,
}

/// Writes the Pods of replication 0, by name, each as a document; those of each run after its name. Instants are
/// counted from the beginning of 1970. A Pod that has been deleted is written as it was before, and said to be gone.
///
/// # Errors
/// Those of `out`, and text that is no such table.
pub fn pods<R: Read>(out: &mut impl Write, scenario: &Scenario, tables: Tables<R>) -> io::Result<()> {
    let mut lives = Lives::read(tables.lives, tables.events)?;
    let mut pods: Vec<PodLine> = first_replication(tables.pods)?;
    for rules in &scenario.runs {
        let mut of_run: Vec<PodLine> = pods.extract_if(.., |pod| pod.run == rules.name).collect();
        of_run.sort_by(|a, b| a.pod.cmp(&b.pod));
        for pod in of_run {
            let life = lives.0.remove(&(pod.run.clone(), pod.pod.clone())).unwrap_or_default();
            let plan = scenario.workloads.iter().find(|plan| plan.workload.name == pod.workload);
            writeln!(out, "---\n# {}", heading(&pod))?;
            let shown = serde_saphyr::to_string(&document(&pod, &life, plan)).map_err(io::Error::other)?;
            write!(out, "{shown}")?;
        }
    }
    Ok(())
}

/// The rows of the first replication.
fn first_replication<L: DeserializeOwned>(csv: impl Read) -> io::Result<Vec<L>> {
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers()?.clone();
    let replication = header.iter().position(|column| column == "replication");
    let is_first = |row: &csv::StringRecord| replication.and_then(|place| row.get(place)) == Some("0");
    let rows = reader.records().filter(|row| row.as_ref().map_or(true, is_first));
    Ok(rows.map(|row| row?.deserialize(Some(&header))).collect::<Result<_, csv::Error>>()?)
}

/// A row of `pods`.
#[derive(Deserialize)]
struct PodLine {
    run: String,
    pod: String,
    workload: String,
    qos_class: String,
    priority: i32,
    node: Option<String>,
    created_s: f64,
    bound_s: Option<f64>,
    ended_s: Option<f64>,
    end: String,
    address: Option<String>,
}

/// A row of `lives`.
#[derive(Deserialize)]
struct LifeLine {
    run: String,
    time_s: f64,
    pod: String,
    container: Option<String>,
    what: String,
    value: String,
    reason: Option<String>,
    exit_code: Option<i32>,
}

/// A row of `events`.
#[derive(Deserialize)]
struct EventLine {
    run: String,
    object: String,
    reason: String,
    message: String,
}

/// By run and pod.
struct Lives(BTreeMap<(String, String), Life>);

/// What the API shows last of a Pod.
#[derive(Default)]
struct Life {
    phase: String,
    reason: Option<String>,
    /// In the order in which they came up, by type.
    conditions: Vec<(String, Condition)>,
    containers: BTreeMap<String, ContainerLife>,
    /// Of the last event that tells why it waits, and why it went.
    unschedulable: Option<String>,
    evicted: Option<String>,
}

struct Condition {
    status: String,
    reason: Option<String>,
    since: f64,
}

#[derive(Default)]
struct ContainerLife {
    state: Value,
    last_state: Value,
    started_at: f64,
    starts: u32,
    ready: bool,
}

impl Lives {
    fn read(lives: impl Read, events: impl Read) -> io::Result<Lives> {
        let mut all: BTreeMap<(String, String), Life> = BTreeMap::new();
        for line in first_replication::<LifeLine>(lives)? {
            all.entry((line.run.clone(), line.pod.clone())).or_default().turn(line);
        }
        for line in first_replication::<EventLine>(events)? {
            let Some(pod) = line.object.strip_prefix("pod/") else { continue };
            let Some(life) = all.get_mut(&(line.run, pod.to_owned())) else { continue };
            match line.reason.as_str() {
                "FailedScheduling" => life.unschedulable = Some(line.message),
                "Evicted" => life.evicted = Some(line.message),
                _ => {}
            }
        }
        Ok(Lives(all))
    }
}

impl Life {
    fn turn(&mut self, line: LifeLine) {
        if let Some(name) = &line.container {
            self.containers.entry(name.clone()).or_default().turn(&line);
            return;
        }
        match line.what.as_str() {
            // How it ended stands in `pods`.
            "End" => {}
            "Phase" => (self.phase, self.reason) = (line.value, line.reason),
            _ => {
                let now = Condition { status: line.value, reason: line.reason, since: line.time_s };
                match self.conditions.iter_mut().find(|(kind, _)| *kind == line.what) {
                    Some((_, condition)) => *condition = now,
                    None => self.conditions.push((line.what, now)),
                }
            }
        }
    }
}

impl ContainerLife {
    fn turn(&mut self, line: &LifeLine) {
        match (line.what.as_str(), line.value.as_str()) {
            ("Ready", value) => self.ready = value == "True",
            ("State", value) => {
                if self.state.get("terminated").is_some() {
                    self.last_state = self.state.take();
                }
                self.state = match value {
                    "Running" => {
                        (self.started_at, self.starts) = (line.time_s, self.starts + 1);
                        json!({ "running": { "startedAt": timestamp(line.time_s) } })
                    }
                    "Terminated" => json!({ "terminated": without_nulls(json!({
                        "exitCode": line.exit_code,
                        "finishedAt": timestamp(line.time_s),
                        "reason": line.reason,
                        "startedAt": (self.starts > 0).then(|| timestamp(self.started_at)),
                    })) }),
                    _ => json!({ "waiting": without_nulls(json!({ "reason": line.reason })) }),
                };
            }
            _ => {}
        }
    }

    fn shown(&self, name: &str) -> Value {
        json!({
            "lastState": if self.last_state.is_null() { json!({}) } else { self.last_state.clone() },
            "name": name,
            "ready": self.ready,
            "restartCount": self.starts.saturating_sub(1),
            "state": self.state,
        })
    }
}

/// What stands above a Pod, as a comment.
fn heading(pod: &PodLine) -> String {
    let PodLine { run, pod: name, end, .. } = pod;
    match pod.ended_s {
        Some(at) if matches!(end.as_str(), "Deleted" | "Preempted") => {
            format!(
                "run {run}, pod {name}: {end}, and gone from the API since {}; as it was last:",
                timestamp(at)
            )
        }
        _ => format!("run {run}, pod {name}: {end}"),
    }
}

/// The keys stand in the order of `kubectl`: that of the alphabet.
fn document(pod: &PodLine, life: &Life, plan: Option<&WorkloadPlan>) -> Value {
    let nothing = PodSpec::default();
    let spec = plan.map_or(&nothing, |plan| &plan.pod.spec);
    // What a pod has for itself alone stands in no table container by container, and what its template says is not it.
    let containers = |specs| containers(specs, plan.is_none_or(|plan| !plan.pods_differ()));
    let namespace = if spec.namespace.is_empty() { "default" } else { &spec.namespace };
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "creationTimestamp": timestamp(pod.created_s),
            "name": pod.pod,
            "namespace": namespace,
        },
        "spec": without_nulls(json!({
            "containers": containers(&spec.containers),
            "initContainers": (!spec.init_containers.is_empty()).then(|| containers(&spec.init_containers)),
            "nodeName": pod.node,
            "priority": pod.priority,
            "restartPolicy": restart_policy(spec.restart_policy),
        })),
        "status": status(pod, life, spec),
    })
}

fn restart_policy(policy: RestartPolicy) -> &'static str {
    match policy {
        RestartPolicy::Always => "Always",
        RestartPolicy::OnFailure => "OnFailure",
        RestartPolicy::Never => "Never",
    }
}

fn containers(specs: &[ContainerSpec], with_resources: bool) -> Value {
    let container = |spec: &ContainerSpec| {
        let limit = |resource| spec.printed_limit(resource).map(|limit| limit.to_string());
        // The API server fills in a request that is not set from the limit.
        let request = |resource| match spec.requests.of(resource) {
            Some(_) => Some(spec.printed_request(resource).to_string()),
            None => limit(resource),
        };
        without_nulls(json!({
            "name": spec.name,
            "resources": with_resources
                .then(|| without_nulls(json!({ "limits": amounts(limit), "requests": amounts(request) }))),
            "restartPolicy": spec.sidecar.then_some("Always"),
        }))
    };
    specs.iter().map(container).collect()
}

/// Of what is set; nothing, if nothing is.
fn amounts(amount: impl Fn(Resource) -> Option<String>) -> Option<Value> {
    let all = [Resource::Cpu, Resource::EphemeralStorage, Resource::Memory];
    let set = all.into_iter().filter_map(|one| Some((one.name().to_owned(), Value::String(amount(one)?))));
    let set: Map<String, Value> = set.collect();
    (!set.is_empty()).then_some(Value::Object(set))
}

fn status(pod: &PodLine, life: &Life, spec: &PodSpec) -> Value {
    let condition = |(kind, condition): &(String, Condition)| {
        let waits = kind == "PodScheduled" && condition.status == "False";
        without_nulls(json!({
            "lastTransitionTime": timestamp(condition.since),
            "message": life.unschedulable.as_ref().filter(|_| waits),
            "reason": condition.reason,
            "status": condition.status,
            "type": kind,
        }))
    };
    let statuses = |specs: &[ContainerSpec]| {
        let shown = |spec: &ContainerSpec| Some(life.containers.get(&spec.name)?.shown(&spec.name));
        let all: Vec<Value> = specs.iter().filter_map(shown).collect();
        (!all.is_empty()).then_some(all)
    };
    // Source: kubelet, rejectPod and evictPod.
    let message =
        life.evicted.as_ref().filter(|_| life.reason.is_some()).map(|message| match pod.end.as_str() {
            "Rejected" => format!("Pod was rejected: {message}"),
            _ => message.clone(),
        });
    without_nulls(json!({
        "conditions": life.conditions.iter().map(condition).collect::<Vec<Value>>(),
        "containerStatuses": statuses(&spec.containers),
        "initContainerStatuses": statuses(&spec.init_containers),
        "message": message,
        "phase": life.phase,
        "podIP": pod.address,
        "qosClass": QosClass::named(&pod.qos_class).map(QosClass::name),
        "reason": life.reason,
        "startTime": pod.bound_s.map(timestamp),
    }))
}

/// What is not set is not written.
fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(keys) = &mut value {
        keys.retain(|_, value| !value.is_null());
    }
    value
}

/// Seconds since the beginning of 1970, as the API writes instants: whole seconds of UTC.
fn timestamp(seconds: f64) -> String {
    const DAY: u64 = 86_400;
    let seconds = seconds as u64;
    let (mut days, second) = (seconds / DAY, seconds % DAY);
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year}-{month:02}-{:02}T{hour:02}:{minute:02}:{:02}Z", days + 1, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_those_of_the_calendar() {
        // From `date -u -d @SECONDS`.
        for (seconds, expected) in [
            (0.0, "1970-01-01T00:00:00Z"),
            (62.000001, "1970-01-01T00:01:02Z"),
            (951_782_400.0, "2000-02-29T00:00:00Z"),
            (978_307_199.0, "2000-12-31T23:59:59Z"),
            (4_107_542_400.0, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(timestamp(seconds), expected);
        }
    }

    #[test]
    fn a_container_that_came_back_shows_its_last_end_and_how_often_it_was_started_again() {
        let mut life = ContainerLife::default();
        let state = |time_s, value: &str, reason: Option<&str>, exit_code| LifeLine {
            run: "a".into(),
            time_s,
            pod: "web".into(),
            container: Some("app".into()),
            what: "State".into(),
            value: value.into(),
            reason: reason.map(str::to_owned),
            exit_code,
        };
        life.turn(&state(0.0, "Waiting", Some("ContainerCreating"), None));
        life.turn(&state(1.0, "Running", None, None));
        life.turn(&state(60.0, "Terminated", Some("OOMKilled"), Some(137)));
        life.turn(&state(60.0, "Waiting", Some("CrashLoopBackOff"), None));
        assert_eq!(
            life.shown("app"),
            json!({
                "lastState": { "terminated": {
                    "exitCode": 137,
                    "finishedAt": "1970-01-01T00:01:00Z",
                    "reason": "OOMKilled",
                    "startedAt": "1970-01-01T00:00:01Z",
                } },
                "name": "app",
                "ready": false,
                "restartCount": 0,
                "state": { "waiting": { "reason": "CrashLoopBackOff" } },
            })
        );
        life.turn(&state(70.0, "Running", None, None));
        assert_eq!(life.shown("app")["restartCount"], 1);
    }
}
