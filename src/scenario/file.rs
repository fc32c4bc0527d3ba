//! A scenario as it is written: one struct for each map of the file.
//!
//! What: the keys, their shapes and their descriptions, from which the JSON
//! schema is made. Never: whether the values make sense together, or what is
//! left out: that is [`super::check`]'s.
//! Next: [`usage`], [`arrivals`], [`pod`], [`node`], [`kubelet`], [`scheduler`], [`peers`]; the keys are
//! told at length in `docs/scenario-format.md`.

pub(crate) mod accepted;
pub mod amounts;
pub mod arrivals;
pub mod kubelet;
pub mod life;
pub mod node;
pub mod peers;
pub mod pod;
pub mod priority;
pub mod scheduler;
pub mod usage;
pub mod varying;
pub mod volume;

use crate::scenario::decode::Refusal;
use crate::scenario::notation::DurationText;
use arrivals::ArrivalsFile;
use kubelet::KubeletFile;
use node::NodeFile;
use peers::{BudgetFile, NamespaceFile, PodGroupFile};
use pod::{BehaviorFile, PodFile, TemplateFile};
use priority::PriorityClassFile;
use scheduler::SchedulerFile;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// A scenario of evictsim: a cluster, its pods, and the rules to tell their story under.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "evictsim scenario")]
pub struct ScenarioFile {
    /// Optional: `evictsim.io/v1`.
    pub api_version: Option<ApiVersion>,
    /// Optional: `Scenario`.
    pub kind: Option<Kind>,
    /// A DNS label; results are kept under it. Default: the file's name without its ending.
    pub name: Option<String>,
    /// Other scenario files, beside this one: their lists are put before this file's, their other values are defaults.
    pub include: Option<IncludeFile>,
    /// When the run ends.
    pub horizon: DurationText,
    /// What sweeps and comparisons leave out of a run's beginning. Default 0s.
    pub warm_up: Option<DurationText>,
    /// Where all chance comes from. Default 1.
    pub seed: Option<u64>,
    /// How many independent runs of each set of rules. Default 1.
    pub replications: Option<u32>,
    /// Sets the switches below. Default Lesson.
    pub rules: Option<RulesName>,
    /// Who is evicted first. Default: as `rules` says.
    pub eviction_order: Option<OrderFile>,
    /// What a crash restarts. Default: as `rules` says.
    pub restart_scope: Option<RestartScopeFile>,
    /// What the API shows of the pods of a node that cannot be reached. Default: as `rules` says.
    pub unreachable_phase: Option<UnreachablePhaseFile>,
    /// Which threshold is acted on where the kubelet takes any of several. Default First.
    pub acting_threshold: Option<ActingThresholdFile>,
    /// The same story, the same draws, under several rules. Default: one run under the rules above.
    #[serde(default)]
    pub runs: Vec<RunFile>,
    /// What is written down.
    #[serde(default)]
    pub record: RecordFile,
    /// What watches the nodes.
    #[serde(default)]
    pub control_plane: ControlPlaneFile,
    /// The kubelet's settings on all nodes, in KubeletConfiguration's own keys.
    pub kubelet: Option<KubeletFile>,
    /// How the scheduler chooses nodes, and how long it takes.
    pub scheduler: Option<SchedulerFile>,
    /// What `priorityClassName` may name, besides the two classes that always are.
    #[serde(default)]
    pub priority_classes: Vec<PriorityClassFile>,
    /// What namespaces are labeled with.
    #[serde(default)]
    pub namespaces: Vec<NamespaceFile>,
    /// What the scheduler spreads over nodes and zones by default: the pods of a Service.
    #[serde(default)]
    pub services: Vec<PodGroupFile>,
    /// How many pods at a time the scheduler should leave alone when it preempts.
    #[serde(default)]
    pub pod_disruption_budgets: Vec<BudgetFile>,
    /// At least one.
    #[serde(default)]
    pub nodes: Vec<NodeFile>,
    /// Bare pods of one container: the short form of `workloads`.
    #[serde(default)]
    pub pods: Vec<PodFile>,
    /// Controllers, and streams of pods.
    #[serde(default)]
    pub workloads: Vec<WorkloadFile>,
}

/// The version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The only one.
    #[serde(rename = "evictsim.io/v1")]
    V1,
}

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Kind {
    /// The only one.
    Scenario,
}

/// One file, or several. Resolved before the scenario is read.
pub type IncludeFile = crate::scenario::decode::TextOr<String, Vec<String>>;

/// A set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RulesName {
    /// As the lesson teaches: eviction by QoS class, a crash restarts the whole Pod, a lost node's Pods are Unknown.
    Lesson,
    /// As Kubernetes does it.
    Kubernetes,
}

/// Who is evicted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum OrderFile {
    /// BestEffort, then Burstable, then Guaranteed; inside a class as the kubelet.
    QosClass,
    /// Over its request first, then low priority, then the largest excess.
    Kubelet,
}

/// What a crash restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RestartScopeFile {
    /// All containers of the Pod.
    Pod,
    /// The one container.
    Container,
}

/// What the API shows of the pods of a node that cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum UnreachablePhaseFile {
    /// The phase Unknown, as Kubernetes did before 1.5.
    Unknown,
    /// The last phase that was heard of.
    AsLastSeen,
}

/// What watches the nodes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ControlPlaneFile {
    /// How long a node may be silent before its condition Ready is Unknown. Default 50s, as of Kubernetes 1.32.
    pub node_monitor_grace_period: Option<DurationText>,
}

/// Which threshold is acted on where the kubelet takes any of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum ActingThresholdFile {
    /// The first: hard before soft, each by the name of its signal.
    First,
    /// Any, by chance.
    Drawn,
}

/// One set of rules to run the story under; what it leaves out is as the scenario says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunFile {
    /// A DNS label. Default: made from the rules.
    pub name: Option<String>,
    /// Sets the switches below.
    pub rules: Option<RulesName>,
    /// Who is evicted first.
    pub eviction_order: Option<OrderFile>,
    /// What a crash restarts.
    pub restart_scope: Option<RestartScopeFile>,
    /// What the API shows of the pods of a node that cannot be reached.
    pub unreachable_phase: Option<UnreachablePhaseFile>,
}

/// What is written down.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RecordFile {
    /// How often every node is looked at, or `None`. Default: horizon / 240, rounded up to whole seconds.
    pub timeline: Option<String>,
    /// Whether each eviction keeps the whole ranking. Default true.
    pub rankings: Option<bool>,
    /// Whether events are kept, as `kubectl get events` words them. Default true.
    pub events: Option<bool>,
    /// Whether the lives of pods are kept: their phases, conditions and containers over time. Default true.
    pub lives: Option<bool>,
}

/// A controller's pods, or a stream of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkloadFile {
    /// A DNS label; the pods are called `name-0`, `name-1`, …
    pub name: String,
    /// Who looks after the pods when they end. Default Pod: nobody.
    pub kind: Option<ControllerKind>,
    /// How many pods, all created at `at`. Either this or `arrivals`.
    pub replicas: Option<u32>,
    /// When the replicas are created. Default 0s.
    pub at: Option<DurationText>,
    /// When pods arrive, one by one. Either this or `replicas`.
    pub arrivals: Option<ArrivalsFile>,
    /// How many times a Job replaces each of its pods after a failure. Default 6.
    pub backoff_limit: Option<u32>,
    /// The pods' manifest, exactly as in a Deployment.
    pub template: TemplateFile,
    /// What the manifest does not say.
    #[serde(default)]
    pub behavior: BehaviorFile,
}

/// Who looks after pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
pub enum ControllerKind {
    /// Nobody: a bare Pod that is gone is gone.
    Pod,
    /// Every pod that ends is replaced.
    ReplicaSet,
    /// A failed or evicted pod is replaced, at most `backoffLimit` times.
    Job,
}

const CONTROLLER_KINDS: &[&str] = &["Pod", "ReplicaSet", "Job"];

/// By hand, because the other kinds of Kubernetes are what one writes first.
impl<'de> Deserialize<'de> for ControllerKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ControllerKind, D::Error> {
        let word = String::deserialize(deserializer)?;
        let fix = match word.as_str() {
            "Pod" => return Ok(ControllerKind::Pod),
            "ReplicaSet" => return Ok(ControllerKind::ReplicaSet),
            "Job" => return Ok(ControllerKind::Job),
            "Deployment" => "write `kind: ReplicaSet`: between rollouts, a Deployment is one",
            "StatefulSet" => "write `kind: ReplicaSet`: gone pods are replaced too, though under other names",
            "ReplicationController" => "write `kind: ReplicaSet`",
            "DaemonSet" => {
                "count its memory in each node's `systemDaemons`: one pod for each node is not simulated"
            }
            "CronJob" => "write `kind: Job` with `arrivals: {fixed: {every: 1h, count: 24}}`",
            unknown => return Err(D::Error::unknown_variant(unknown, CONTROLLER_KINDS)),
        };
        Err(D::Error::custom(Refusal::new(
            format!("there is no `kind: {word}` here, only Pod, ReplicaSet and Job"),
            fix,
        )))
    }
}

/// The JSON schema of a scenario file, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(ScenarioFile).to_value()
}
