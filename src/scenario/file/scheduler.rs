//! The scheduler, as written.

use crate::scenario::notation::DurationText;
use crate::scenario::scheduler_configuration::written::SchedulerConfiguration;
use schemars::JsonSchema;
use serde::Deserialize;

/// How the scheduler chooses nodes, and how long it takes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SchedulerFile {
    /// What kube-scheduler is configured with. Default: nothing, but that it looks at all nodes.
    pub configuration: SchedulerConfiguration,
    /// Which of several best nodes is taken. Default First.
    pub ties: Option<TiesFile>,
    /// How many pods it schedules in a second. Default: it takes no time.
    pub throughput: Option<f64>,
    /// From the choice of a node to its kubelet hearing of it. Default 0s.
    pub binding_latency: Option<DurationText>,
}

/// Which of several best nodes is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum TiesFile {
    /// The first in the order of the scenario.
    First,
    /// Any, by chance.
    Drawn,
}
