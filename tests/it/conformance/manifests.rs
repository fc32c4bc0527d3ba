//! All objects that the scheduler's recordings are made of can be read.

use super::family;
use evictsim::ground::PodId;
use evictsim::scenario::kubernetes::Obj;
use evictsim::scenario::mistake::Mistake;
use serde_json::Value;

#[test]
fn every_recorded_object_is_read() {
    for name in ["schedule_core", "schedule", "preempt", "queue"] {
        family(name, |case| objects_in(case).into_iter().try_for_each(read));
    }
}

/// Whatever has a kind, however deep.
fn objects_in(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(map) if map.contains_key("kind") => vec![value],
        Value::Object(map) => map.values().flat_map(objects_in).collect(),
        Value::Array(values) => values.iter().flat_map(objects_in).collect(),
        _ => Vec::new(),
    }
}

fn read(value: &Value) -> Result<(), String> {
    let obj: Obj = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    let told = |mistakes: Vec<Mistake>| mistakes.iter().map(|one| format!("{one}\n")).collect::<String>();
    match obj.kind.as_str() {
        "Pod" => obj.pod_spec().and_then(|_| obj.start_time()).map(drop).map_err(told),
        "Node" => obj.node().map(drop).map_err(told),
        "PodDisruptionBudget" => obj.disruption_budget(|_| Some(PodId(0))).map(drop).map_err(told),
        "Service" if obj.pod_group().selector.is_empty() => Err("a Service of nothing".to_owned()),
        "Namespace" if obj.namespace().name.is_empty() => Err("a Namespace without a name".to_owned()),
        "Service" | "Namespace" => Ok(()),
        kind => Err(format!("a {kind}")),
    }
}
