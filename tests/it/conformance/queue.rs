//! Who waits, who backs off, and who is tried next.

use super::family;
use super::pods::{compare, template};
use super::scheduling::cluster::object;
use evictsim::ground::{PodId, SimTime};
use evictsim::model::{Node, PodTemplate, QosClass};
use evictsim::scheduling::queue::{ClusterEvent, NodeFacts, Place, Queue, Standing};
use evictsim::scheduling::{Plugin, PluginSet};
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn pods_wait_back_off_and_are_woken_as_in_kube_schedulers_queue() {
    family("queue", |case| {
        let mut replay = Replay::default();
        for (number, op) in case["ops"].as_array().expect("a list of operations").iter().enumerate() {
            let after = replay.perform(op).and_then(|()| compare(&replay.state(), &op["state"]));
            after.map_err(|difference| format!("op {number} ({}): {difference}", op["op"]))?;
        }
        Ok(())
    });
}

/// A queue, and what the recordings call the pods in it.
#[derive(Default)]
struct Replay {
    queue: Queue,
    /// By row; rows are not used again here.
    pods: Vec<(String, i32)>,
}

impl Replay {
    fn perform(&mut self, op: &Value) -> Result<(), String> {
        let now = SimTime(op["atMs"].as_u64().expect("every operation has its instant") * 1_000);
        match op["op"].as_str().expect("every operation has a name") {
            "add" => self.add(&op["pod"], now)?,
            "pop" => self.pop(&op["popped"])?,
            "fail" => self.queue.fail(self.pod(op), plugins(&op["plugins"])?, now),
            "error" => self.queue.error(self.pod(op), now),
            "bound" => self.queue.done(self.pod(op)),
            "flushBackoff" => self.queue.flush_backoff(now),
            "flushUnschedulable" => self.queue.flush_unschedulable(now),
            "podDeleted" => {
                let pod = bare(&op["pod"])?;
                self.queue.happened(&ClusterEvent::AssignedPodDeleted { pod: &pod }, now);
            }
            "nodeAdded" => {
                let node = node(&op["node"])?;
                self.queue.happened(&ClusterEvent::NodeAdded { node: NodeFacts::of(&node) }, now);
            }
            "nodeUpdated" => self.update_node(op, now)?,
            other => return Err(format!("an operation that is not known here: {other}")),
        }
        Ok(())
    }

    fn add(&mut self, pod: &Value, now: SimTime) -> Result<(), String> {
        let template = bare(pod)?;
        let id = PodId(self.pods.len() as u32);
        self.pods.push((name(pod), template.priority));
        self.queue.add(id, &Arc::new(template), now);
        Ok(())
    }

    fn pop(&mut self, recorded: &Value) -> Result<(), String> {
        let popped = self.queue.pop().map(|popped| self.pods[popped.pod.index()].0.as_str());
        compare(&json!(popped), recorded)
    }

    fn update_node(&mut self, op: &Value, now: SimTime) -> Result<(), String> {
        let (old, new) = (node(&op["oldNode"])?, node(&op["node"])?);
        let events: Vec<ClusterEvent<'_>> =
            ClusterEvent::of_change(NodeFacts::of(&old), NodeFacts::of(&new)).collect();
        events.iter().for_each(|event| _ = self.queue.happened(event, now));
        let recorded = op.get("events").cloned().unwrap_or_else(|| json!([]));
        compare(&events.iter().map(label).collect(), &recorded)
    }

    /// The one of that name that is in the queue.
    fn pod(&self, op: &Value) -> PodId {
        let is_named = |pod: &PodId| op["name"] == self.pods[pod.index()].0;
        let mut here = self.queue.standings().map(|(pod, _)| pod);
        here.find(is_named).expect("the pod is in the queue")
    }

    fn state(&self) -> Value {
        let mut all: Vec<(PodId, Standing)> = self.queue.standings().collect();
        let priority = |pod: PodId| -i64::from(self.pods[pod.index()].1);
        all.sort_by_key(|(pod, standing)| (backoff(standing), priority(*pod), standing.since));
        let at = |places: &'static [Place]| all.iter().filter(|(_, one)| places.contains(&one.place));
        let told = |places| at(places).map(|(pod, one)| self.told(*pod, one)).collect::<Vec<_>>();
        let mut in_flight: Vec<&str> =
            at(&[Place::InFlight]).map(|(pod, _)| self.pods[pod.index()].0.as_str()).collect();
        in_flight.sort_unstable();
        json!({
            "active": told(&[Place::Active]),
            "backoff": told(&[Place::Backoff, Place::ErrorBackoff]),
            "unschedulable": told(&[Place::Pool]),
            "inFlight": in_flight,
        })
    }

    fn told(&self, pod: PodId, standing: &Standing) -> Value {
        let (name, priority) = &self.pods[pod.index()];
        let mut told = json!({
            "name": name,
            "priority": priority,
            "timestampMs": standing.since.0 / 1_000,
            "attempts": standing.attempts,
        });
        if let Some(until) = backoff(standing) {
            told["backoffUntilMs"] = (until.0 / 1_000).into();
        }
        if standing.place == Place::ErrorBackoff {
            told["errorBackoff"] = true.into();
        }
        told
    }
}

/// Until when it backs off, if it does.
fn backoff(standing: &Standing) -> Option<SimTime> {
    let backs_off = matches!(standing.place, Place::Backoff | Place::ErrorBackoff);
    standing.backs_off_until.filter(|_| backs_off)
}

fn label(event: &ClusterEvent<'_>) -> Value {
    let label = match event {
        ClusterEvent::AssignedPodDeleted { .. } | ClusterEvent::NominatedPodDeleted { .. } => {
            "AssignedPodDelete"
        }
        ClusterEvent::AssignedPodAdded { .. } => "AssignedPodAdd",
        ClusterEvent::NodeAdded { .. } => "NodeAdd",
        ClusterEvent::NodeAllocatableChanged { .. } => "NodeUpdateNodeAllocatable",
        ClusterEvent::NodeLabelsChanged { .. } => "NodeUpdateNodeLabel",
        ClusterEvent::NodeTaintsChanged { .. } => "NodeUpdateNodeTaint",
    };
    label.into()
}

/// The recorded scheduler had no API server beside it, which would have given the pod the
/// toleration of memory pressure that goes with its class.
fn bare(pod: &Value) -> Result<PodTemplate, String> {
    Ok(PodTemplate { qos: QosClass::BestEffort, ..template(pod)? })
}

fn plugins(names: &Value) -> Result<PluginSet, String> {
    let named = |name: &Value| Plugin::ALL.into_iter().find(|plugin| *name == plugin.name());
    let all: Option<PluginSet> = names.as_array().expect("a list of plugins").iter().map(named).collect();
    all.ok_or_else(|| format!("a plugin that is not known here, of {names}"))
}

fn node(node: &Value) -> Result<Node, String> {
    object(node)?.node().map_err(|mistakes| format!("{mistakes:?}"))
}

fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().expect("everything has its name").to_owned()
}
