//! What a run holds does not grow with the Pods that have gone: two hundred thousand of them
//! take the room of twenty thousand.
//!
//! Counted, not weighed: rows, planned events and replacements, at their most. What a process
//! weighs stands in `benches/README.md`.

use crate::story::read;
use evictsim::engine::audit::{Held, run_measured};
use evictsim::engine::{Passes, Silence};

/// Everything that plans an event far ahead and is gone before it: `step` grows for 12 h, would be well
/// as long, and lives a minute; `leak` would run for 12 h, and is OOM-killed after half a minute. Half of
/// the steps fail, and are made once more after 10 s. Since they grow, the instants at which their
/// node would be full move each time that anything changes there.
fn held(pods: u32) -> Held {
    let half = pods / 2;
    let text = format!(
        "horizon: 30h
nodes: [{{name: n, count: 3, capacity: {{cpu: 16, memory: 64Gi}}, firstPass: 0s}}]
workloads:
  - name: step
    kind: Job
    backoffLimit: 1
    arrivals: {{fixed: {{every: 1s, count: {half}}}}}
    template:
      spec:
        restartPolicy: Never
        initContainers: [{{name: fetch}}]
        containers: [{{name: app, livenessProbe: {{periodSeconds: 10}}}}]
    behavior:
      containers:
        fetch: {{runTime: 1s}}
        app:
          runTime: 59s
          exitCode: {{choice: [{{value: 0}}, {{value: 1}}]}}
          health: {{until: 12h}}
          workingSet: {{from: 10Mi, to: 20Mi, over: 12h}}
  - name: leak
    arrivals: {{fixed: {{every: 1s, count: {half}}}}}
    template:
      spec:
        restartPolicy: Never
        containers: [{{name: app, resources: {{limits: {{memory: 64Mi}}}}}}]
    behavior:
      containers:
        app: {{runTime: 12h, workingSet: {{leak: {{from: 4Mi, perSecond: 2Mi}}}}}}
"
    );
    let scenario = read(&text);
    let setting = scenario.setting(&scenario.runs[0], 0, Passes::ThatMatter);
    let (Silence, held) = run_measured(&setting, scenario.source(0), Silence);
    held
}

#[test]
fn ten_times_as_many_pods_take_no_more_room() {
    let (few, many) = (held(20_000), held(200_000));
    // One a second that lives for a minute, half of them again, and one a second for half a minute.
    assert!((100..160).contains(&few.live_pods), "{few:?}");
    let in_room_of = |many: usize, few: usize| many * 10 <= few * 11;
    assert!(in_room_of(many.pod_rows, few.pod_rows), "{few:?} {many:?}");
    assert!(in_room_of(many.planned, few.planned), "{few:?} {many:?}");
    assert!(in_room_of(many.replacements, few.replacements), "{few:?} {many:?}");
}
