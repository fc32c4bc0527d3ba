//! What a kubelet asks a container, and what the container answers; as written.
//!
//! What: probes and hooks, as a manifest has them, and the health that probes find.
//! Never: whether the values make sense together. Next: [`super::pod`], whose containers have them.

use super::accepted::{NotSimulated, kubernetes_keys};
use super::usage::LevelFile;
use super::varying::MayVary;
use crate::scenario::notation::DurationText;
use schemars::JsonSchema;
use serde::Deserialize;

/// A probe, as a container has it. What it asks is not simulated: `health` says what it finds.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ProbeFile {
    /// From the start of the container to the first question, in whole seconds. Default 0.
    pub initial_delay_seconds: Option<u32>,
    /// From one question to the next, in whole seconds. Default 10.
    pub period_seconds: Option<u32>,
    /// How long it waits for an answer, in whole seconds. Default 1.
    pub timeout_seconds: Option<u32>,
    /// How many good answers in a row make a success. Default 1, and always 1 but for readiness.
    pub success_threshold: Option<u32>,
    /// How many bad answers in a row make a failure. Default 3.
    pub failure_threshold: Option<u32>,
    /// The grace of the kill that a failure leads to, in whole seconds. Default: the pod's. Not of readiness.
    pub termination_grace_period_seconds: Option<u32>,
    /// Asks by HTTP.
    pub http_get: Option<NotSimulated>,
    /// Asks by a command in the container.
    pub exec: Option<NotSimulated>,
    /// Asks for a connection.
    pub tcp_socket: Option<NotSimulated>,
    /// Asks by gRPC.
    pub grpc: Option<NotSimulated>,
}

kubernetes_keys! {
    /// A container's `lifecycle`.
    pub struct LifecycleFile {
        /// Runs before the container gets SIGTERM, within the pod's grace.
        pub pre_stop: Option<PreStopFile>,
        not simulated {
            post_start = "postStart", stop_signal = "stopSignal",
        }
    }
}

/// What runs before a container is stopped. What it does is not simulated, only how long it takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PreStopFile {
    /// Waits.
    pub sleep: Option<SleepFile>,
    /// Runs a command in the container: `preStopTime` says how long.
    pub exec: Option<NotSimulated>,
    /// Asks by HTTP: `preStopTime` says how long.
    pub http_get: Option<NotSimulated>,
    /// Known to Kubernetes, which does not run it: `preStopTime` says how long.
    pub tcp_socket: Option<NotSimulated>,
}

/// A hook that waits.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SleepFile {
    /// How long, in whole seconds; not longer than the pod's grace.
    pub seconds: u32,
}

/// When a container answers its probes well; all times count from when it runs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct HealthFile {
    /// Not before: it warms up. Default 0s.
    pub after: Option<MayVary<DurationText>>,
    /// Not from then on: it hangs. Without it, it never does.
    pub until: Option<MayVary<DurationText>>,
    /// Only while its working set is at most this.
    pub while_memory_at_most: Option<LevelFile>,
    /// From being asked to answering; longer than the probe's timeout is no answer. Default 0s.
    pub answer_time: Option<MayVary<DurationText>>,
}
