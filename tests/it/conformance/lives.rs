//! What a kubelet says of a Pod, and does next with its containers.

use super::family;
use super::pods::{compare, template};
use super::statistics::instant;
use evictsim::ground::SimDuration;
use evictsim::lifecycle::backoff::{Backoff, BackoffSetting};
use evictsim::lifecycle::phase::phase;
use evictsim::lifecycle::{
    ContainerSeen, ContainerView, Exit, PodActions, PodSeen, ProbeResult, Reported, Sandbox, Seen,
};
use evictsim::model::{ContainerIndex, ContainerSpec, PodSpec, Role};
use serde_json::{Map, Value, json};

#[test]
fn a_pods_phase_is_the_one_that_the_kubelet_finds() {
    family("phase", |case| {
        let spec = template(&case["pod"])?.spec;
        let views = spec.all_with_roles().map(|(role, one)| view(role, named(&case["statuses"], &one.name)));
        let is_terminal = case["podIsTerminal"] == Value::Bool(true);
        let found = phase(spec.restart_policy, spec.is_static, is_terminal, views);
        compare(&json!({"phase": found.name()}), &case["expect"])
    });
}

#[test]
fn a_kubelet_starts_and_kills_next_what_the_recorded_one_does() {
    family("restart", |case| {
        let spec = template(&case["pod"])?.spec;
        let seen = spec.all_with_roles().map(|(role, one)| seen(role, one, &case["runtimeStatuses"]));
        let mut actions = PodActions::default();
        actions.decide(pod_seen(&spec, case), &seen.collect::<Vec<_>>());
        compare(&told(&actions, &spec), &case["expect"])
    });
}

#[test]
fn a_container_that_crashes_is_held_back_as_long_as_by_the_kubelet() {
    family("backoff", |case| {
        let seconds = |key: &str| SimDuration::seconds(case[key].as_u64().expect("a number of seconds"));
        let setting = BackoffSetting {
            initial: seconds("initialSeconds"),
            longest: seconds("maxSeconds"),
            expires_after: seconds("expireSeconds"),
        };
        let mut backoff = Backoff::default();
        for (event, number) in list(&case["events"]).iter().zip(1..) {
            compare(&happened(&mut backoff, &setting, event), &event["expect"])
                .map_err(|difference| format!("event {number}: {difference}"))?;
        }
        Ok(())
    });
}

fn happened(backoff: &mut Backoff, setting: &BackoffSetting, event: &Value) -> Value {
    let now = instant(&event["t"]);
    let in_back_off = match event["op"].as_str() {
        Some("check") => Some(backoff.check(setting, now, instant(&event["finishedAt"]))),
        Some("gc") => {
            backoff.collect(setting, now);
            None
        }
        other => panic!("{other:?} is not known here"),
    };
    // The recorded kubelet says 0 where it remembers nothing. All delays are whole seconds.
    let seconds = backoff.delay().map_or(0, |delay| delay.0 / 1_000_000);
    match in_back_off {
        Some(in_back_off) => json!({"backoffSeconds": seconds, "inBackOff": in_back_off}),
        None => json!({"backoffSeconds": seconds}),
    }
}

fn named<'a>(statuses: &'a Value, name: &str) -> Option<&'a Value> {
    list(statuses).iter().find(|status| status["name"] == name)
}

fn view(role: Role, status: Option<&Value>) -> ContainerView {
    let Some(status) = status else {
        return ContainerView { role, state: Reported::NoStatus, last: None, started: false };
    };
    let state = &status["state"];
    let state = match exit(&state["terminated"]) {
        Some(exit) => Reported::Terminated(exit),
        None if state["running"].is_object() => Reported::Running,
        None if state["waiting"].is_object() => Reported::Waiting,
        None => Reported::NoState,
    };
    let last = exit(&status["lastState"]["terminated"]);
    ContainerView { role, state, last, started: status["started"] == Value::Bool(true) }
}

fn exit(terminated: &Value) -> Option<Exit> {
    let code = terminated.get("exitCode")?.as_i64().and_then(|code| u8::try_from(code).ok());
    let oom_killed = terminated["reason"] == "OOMKilled";
    Some(Exit { code: code.expect("an exit code"), oom_killed })
}

fn pod_seen(spec: &PodSpec, case: &Value) -> PodSeen {
    let attempt = case["sandboxAttempt"].as_u64().and_then(|attempt| u32::try_from(attempt).ok());
    PodSeen {
        policy: spec.restart_policy,
        is_deleted: case["pod"]["metadata"].get("deletionTimestamp").is_some(),
        sandbox: match case["sandbox"].as_str() {
            Some("ready") => Sandbox::Ready,
            Some("notready") => Sandbox::NotReady,
            Some("none") => Sandbox::Missing,
            other => panic!("the sandbox {other:?} is not known here"),
        },
        attempt: attempt.expect("an attempt"),
    }
}

fn seen(role: Role, one: &ContainerSpec, statuses: &Value) -> ContainerSeen {
    let status = named(statuses, &one.name).unwrap_or(&Value::Null);
    let result = |kind: &str| match status[kind].as_str() {
        Some("success") => Some(ProbeResult::Success),
        Some("failure") => Some(ProbeResult::Failure),
        Some("unknown") | None => None,
        other => panic!("the result {other:?} is not known here"),
    };
    let seen = match status["state"].as_str() {
        Some("created") => Seen::Created,
        Some("running") => Seen::Running,
        Some("exited") => Seen::Exited(exit(status).expect("what has exited has a code")),
        Some("unknown") => Seen::Unknown,
        None => Seen::Missing,
        other => panic!("the state {other:?} is not known here"),
    };
    ContainerSeen {
        role,
        seen,
        spec_changed: status["specChanged"] == Value::Bool(true),
        has_startup_probe: one.probes.startup.is_some(),
        startup: result("startup"),
        liveness: result("liveness"),
    }
}

/// As it is recorded.
fn told(actions: &PodActions, spec: &PodSpec) -> Value {
    let name = |index: ContainerIndex| {
        let container = spec.all_containers().nth(usize::from(index.0));
        container.expect("a container of the Pod").name.as_str()
    };
    let is_init = |index: &ContainerIndex| usize::from(index.0) < spec.init_containers.len();
    let (init, regular): (Vec<ContainerIndex>, Vec<ContainerIndex>) =
        actions.start.iter().partition(|one| is_init(one));
    let names = |indices: Vec<ContainerIndex>| indices.into_iter().map(name).collect::<Vec<_>>();
    let kills = actions.kill.iter().map(|(index, reason)| (name(*index).to_owned(), reason.name().into()));
    json!({
        "killPod": actions.kill_pod,
        "createSandbox": actions.create_sandbox,
        "attempt": actions.attempt,
        "initContainersToStart": names(init),
        "containersToStart": names(regular),
        "containersToKill": kills.collect::<Map<String, Value>>(),
    })
}

fn list(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}
