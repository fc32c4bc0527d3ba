//! What the kubelet and the scheduler make of one pod.

use super::family;
use evictsim::eviction::{NodeCondition, NodeConditions, Rejection, admit};
use evictsim::ground::{Amount, Bytes};
use evictsim::model::{PodLevelResources, PodSpec, PodTemplate, QosClass, Resource, ResourceAmounts};
use evictsim::oom::oom_score_adj;
use evictsim::scenario::kubernetes::Obj;
use serde_json::{Map, Value, json};

#[test]
fn classes_oom_scores_and_critical_pods_are_those_of_the_kubelet() {
    family("qos", |case| {
        let pod = pod_spec(&case["pod"])?;
        let capacity = Bytes(case["nodeMemoryCapacityBytes"].as_u64().expect("a capacity in bytes"));
        let qos = QosClass::of(&pod);
        let adjustments: Map<String, Value> = pod
            .all_containers()
            .map(|container| (container.name.clone(), oom_score_adj(&pod, qos, container, capacity).into()))
            .collect();
        let ours = json!({
            "qosClass": qos.name(),
            "oomScoreAdj": adjustments,
            "critical": pod.is_critical(),
            "nodeCritical": pod.is_node_critical(),
            "static": pod.is_static,
            "mirror": pod.is_mirror,
        });
        compare(&ours, &case["expect"])
    });
}

#[test]
fn what_a_pod_requests_is_what_the_scheduler_and_the_eviction_ranking_count() {
    family("requests", |case| {
        let pod = pod_spec(&case["pod"])?;
        let ours = json!({
            "requests": amounts(pod.effective_requests(PodLevelResources::Honored)),
            "limits": amounts(pod.effective_limits(PodLevelResources::Honored)),
            "requestsNoPodLevel": amounts(pod.effective_requests(PodLevelResources::Ignored)),
            "limitsNoPodLevel": amounts(pod.effective_limits(PodLevelResources::Ignored)),
            "evictionRankRequest": {
                "memoryBytes": pod.eviction_request(Resource::Memory).bytes().0,
                "ephemeralStorageBytes": pod.eviction_request(Resource::EphemeralStorage).bytes().0,
            },
        });
        compare(&ours, &case["expect"])
    });
}

#[test]
fn a_kubelet_under_pressure_admits_whom_the_recorded_one_does() {
    family("admission", |case| {
        let pod = template(&case["pod"])?;
        let reported = case["nodeConditions"].as_array().expect("a list of conditions");
        let condition = |name: &Value| name.as_str().and_then(NodeCondition::named);
        let conditions: Option<NodeConditions> = reported.iter().map(condition).collect();
        let verdict = admit(&pod, conditions.ok_or("a condition that is not known here")?);
        compare(&admission(verdict, &case["expect"]), &case["expect"])
    });
}

/// As recorded: with the message only where the kubelet's is always the same.
fn admission(verdict: Result<(), Rejection>, recorded: &Value) -> Value {
    match verdict {
        Ok(()) => json!({"admit": true}),
        Err(rejection) if recorded.get("message").is_some() => {
            json!({"admit": false, "reason": Rejection::REASON, "message": rejection.to_string()})
        }
        Err(_) => json!({"admit": false, "reason": Rejection::REASON}),
    }
}

fn pod_spec(pod: &Value) -> Result<PodSpec, String> {
    Ok(template(pod)?.spec)
}

pub(super) fn template(pod: &Value) -> Result<PodTemplate, String> {
    let obj: Obj = serde_json::from_value(pod.clone()).map_err(|error| error.to_string())?;
    obj.pod_template().map_err(|mistakes| mistakes.iter().map(|one| format!("{one}\n")).collect())
}

/// As recorded: rounded up once, and without a key where nothing was said.
fn amounts(amounts: ResourceAmounts) -> Value {
    let bytes = |amount: Amount| Value::from(amount.bytes().0);
    let keys = [
        ("cpuMilli", amounts.cpu.map(|cpu| Value::from(cpu.milli_cpu().0))),
        ("memoryBytes", amounts.memory.map(bytes)),
        ("ephemeralStorageBytes", amounts.ephemeral_storage.map(bytes)),
    ];
    keys.into_iter().filter_map(|(key, amount)| Some((key.to_owned(), amount?))).collect()
}

pub(super) fn compare(ours: &Value, recorded: &Value) -> Result<(), String> {
    if ours == recorded { Ok(()) } else { Err(format!("ours {ours}, recorded {recorded}")) }
}
