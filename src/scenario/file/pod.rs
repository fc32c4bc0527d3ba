//! Pods, as written: the short form, and Kubernetes' pod template with its behavior.

use super::accepted::{NotSimulated, kubernetes_keys};
use super::amounts::AmountsFile;
use super::life::{HealthFile, LifecycleFile, ProbeFile};
use super::node::EffectFile;
use super::usage::UsageFile;
use super::varying::MayVary;
use super::volume::VolumeUseFile;
use crate::scenario::notation::{DurationText, QuantityText};
use crate::scenario::placement::written::{Affinity, Port, SpreadConstraint};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A bare pod of one container, or `count` of a kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodFile {
    /// A DNS label. With `count: n` the pods are called `name-0` to `name-(n-1)`.
    pub name: String,
    /// How many of this kind. Without it, one, called `name`.
    pub count: Option<u32>,
    /// When it is created. Default 0s.
    pub at: Option<DurationText>,
    /// Default `default`.
    pub namespace: Option<String>,
    /// What selectors find it by.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What the scheduler keeps for it.
    pub requests: Option<AmountsFile>,
    /// What it may not exceed. A limit without a request is also the request.
    pub limits: Option<AmountsFile>,
    /// Larger is more important. Default 0.
    pub priority: Option<MayVary<i32, f64>>,
    /// One of `priorityClasses`, `system-node-critical` or `system-cluster-critical`: gives it its priority.
    pub priority_class_name: Option<String>,
    /// Whether others may be preempted for it: PreemptLowerPriority (default) or Never.
    #[serde(default)]
    #[schemars(extend("enum" = ["PreemptLowerPriority", "Never"]))]
    pub preemption_policy: String,
    /// Labels that its node must have.
    #[serde(default)]
    pub node_selector: BTreeMap<String, String>,
    /// Which nodes and which pods draw it, and which keep it away.
    pub affinity: Option<Affinity>,
    /// How evenly it and others are to be spread.
    #[serde(default)]
    pub topology_spread_constraints: Vec<SpreadConstraint>,
    /// Its image: a node that has it is better.
    #[serde(default)]
    pub image: String,
    /// Its ports; those of its node that it takes no other pod there can have.
    #[serde(default)]
    pub ports: Vec<Port>,
    /// The kubelet read it from a file of its own, not from the API: it is never evicted. Default false.
    #[serde(rename = "static", default)]
    pub is_static: bool,
    /// Its memory over time. Default 0.
    pub working_set: Option<UsageFile>,
    /// What it writes into its own root file system, over time. Default 0.
    pub writable_layer: Option<UsageFile>,
    /// What it writes to its log, over time. Default 0.
    pub logs: Option<UsageFile>,
    /// How many inodes its writable layer takes, over time. Default 0.
    pub inodes: Option<UsageFile>,
    /// How many processes it runs, over time. Default 0.
    pub processes: Option<UsageFile>,
    /// From running to its own exit. Without it, it runs until it is stopped.
    pub run_time: Option<MayVary<DurationText>>,
    /// What it exits with after `runTime`; 0 is success. Default 0.
    pub exit_code: Option<MayVary<u8, f64>>,
    /// What the kubelet does when it ends. Default Always.
    pub restart_policy: Option<RestartPolicyFile>,
    /// From SIGTERM to SIGKILL at most, in whole seconds. Default 30.
    pub termination_grace_period_seconds: Option<u32>,
    /// What it puts up with.
    #[serde(default)]
    pub tolerations: Vec<TolerationFile>,
    /// From being created to running. Default 0s.
    pub start_up_time: Option<MayVary<DurationText>>,
    /// From SIGTERM to its own exit. Default 1s.
    pub stop_time: Option<MayVary<DurationText>>,
    /// How long its preStop hook runs before it gets SIGTERM. Default 0s.
    pub pre_stop_time: Option<MayVary<DurationText>>,
    /// Has it started? Until then the others are not asked.
    pub startup_probe: Option<ProbeFile>,
    /// Can it serve? Without it, it is ready as soon as it runs.
    pub readiness_probe: Option<ProbeFile>,
    /// Is it alive? If not, it is restarted.
    pub liveness_probe: Option<ProbeFile>,
    /// When it answers its probes well. Default: always, and at once.
    pub health: Option<HealthFile>,
    /// When it answers its readiness probe well. Default: as `health` says.
    pub readiness: Option<HealthFile>,
    /// From the binding to the start of the container: sandbox and image. Default 0s.
    pub pull_time: Option<MayVary<DurationText>>,
    /// From the end of the last container to that of the Pod: volumes are unmounted. Default 0s.
    pub clean_up_time: Option<MayVary<DurationText>>,
}

/// What the kubelet does when a container ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RestartPolicyFile {
    /// Starts it again, with growing delays.
    Always,
    /// Starts it again if it failed.
    OnFailure,
    /// Leaves it.
    Never,
}

/// A toleration, as a Pod has it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TolerationFile {
    /// The taint's key; empty: any.
    pub key: String,
    /// How the value is compared. Default Equal.
    pub operator: Option<OperatorFile>,
    /// The taint's value, for Equal.
    pub value: String,
    /// The taint's effect; none: any.
    pub effect: Option<EffectFile>,
    /// Of the effect NoExecute: how long it is put up with. Default: for ever.
    pub toleration_seconds: Option<i64>,
}

/// How a toleration compares values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum OperatorFile {
    /// The value must be the taint's.
    Equal,
    /// Any value will do.
    Exists,
}

/// A pod template, exactly as in a Deployment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateFile {
    /// Labels and the like.
    #[serde(default)]
    pub metadata: MetadataFile,
    /// The pod's manifest.
    pub spec: SpecFile,
}

kubernetes_keys! {
    /// A pod template's `metadata`.
    pub struct MetadataFile {
        /// What selectors find the pods by.
        pub labels: BTreeMap<String, String>,
        /// Default `default`.
        pub namespace: Option<String>,
        not simulated {
            annotations = "annotations", creation_timestamp = "creationTimestamp",
            deletion_grace_period_seconds = "deletionGracePeriodSeconds", deletion_timestamp = "deletionTimestamp",
            finalizers = "finalizers", generate_name = "generateName", generation = "generation",
            managed_fields = "managedFields", name = "name", owner_references = "ownerReferences",
            resource_version = "resourceVersion", self_link = "selfLink", uid = "uid",
        }
    }
}

kubernetes_keys! {
    /// A Pod's `spec`.
    pub struct SpecFile {
        /// At least one.
        pub containers: Vec<ContainerFile>,
        /// Run one after another before the containers; with `restartPolicy: Always` a sidecar.
        pub init_containers: Vec<ContainerFile>,
        /// What the containers share.
        pub volumes: Vec<VolumeFile>,
        /// Larger is more important; 2000000000 and more is never evicted. Default 0.
        pub priority: Option<MayVary<i32, f64>>,
        /// One of `priorityClasses`, `system-node-critical` or `system-cluster-critical`: gives it its priority.
        pub priority_class_name: Option<String>,
        /// Whether others may be preempted for it: PreemptLowerPriority (default) or Never.
        #[schemars(extend("enum" = ["PreemptLowerPriority", "Never"]))]
        pub preemption_policy: String,
        /// Labels that its node must have.
        pub node_selector: BTreeMap<String, String>,
        /// Which nodes and which pods draw it, and which keep it away.
        pub affinity: Option<Affinity>,
        /// How evenly it and others are to be spread.
        pub topology_spread_constraints: Vec<SpreadConstraint>,
        /// What the kubelet does when a container ends. Default Always.
        pub restart_policy: Option<RestartPolicyFile>,
        /// From SIGTERM to SIGKILL at most, in whole seconds. Default 30.
        pub termination_grace_period_seconds: Option<u32>,
        /// What the pod puts up with.
        pub tolerations: Vec<TolerationFile>,
        /// What the sandbox itself costs.
        pub overhead: Option<AmountsFile>,
        not simulated {
            active_deadline_seconds = "activeDeadlineSeconds",
            automount_service_account_token = "automountServiceAccountToken", dns_config = "dnsConfig",
            dns_policy = "dnsPolicy", enable_service_links = "enableServiceLinks",
            ephemeral_containers = "ephemeralContainers", host_aliases = "hostAliases",
            host_ipc = "hostIPC", host_network = "hostNetwork", host_pid = "hostPID",
            host_users = "hostUsers", hostname = "hostname", image_pull_secrets = "imagePullSecrets",
            node_name = "nodeName", os = "os", readiness_gates = "readinessGates",
            resource_claims = "resourceClaims", resources = "resources",
            runtime_class_name = "runtimeClassName", scheduler_name = "schedulerName",
            scheduling_gates = "schedulingGates", security_context = "securityContext",
            service_account = "serviceAccount", service_account_name = "serviceAccountName",
            set_hostname_as_fqdn = "setHostnameAsFQDN", share_process_namespace = "shareProcessNamespace",
            subdomain = "subdomain",
        }
    }
}

kubernetes_keys! {
    /// One container, regular or init.
    pub struct ContainerFile {
        /// A DNS label, unique in its pod.
        pub name: String,
        /// Its image: a node that has it is better.
        pub image: String,
        /// Its ports; those of its node that it takes no other pod there can have.
        pub ports: Vec<Port>,
        /// What it asks for.
        pub resources: ResourcesFile,
        /// `Always`, on an init container: a sidecar.
        pub restart_policy: Option<RestartPolicyFile>,
        /// Has it started? Until then the others are not asked.
        pub startup_probe: Option<ProbeFile>,
        /// Can it serve? Without it, it is ready as soon as it runs.
        pub readiness_probe: Option<ProbeFile>,
        /// Is it alive? If not, it is restarted.
        pub liveness_probe: Option<ProbeFile>,
        /// What runs when it starts and before it stops.
        pub lifecycle: LifecycleFile,
        not simulated {
            args = "args", command = "command", env = "env", env_from = "envFrom",
            image_pull_policy = "imagePullPolicy",
            resize_policy = "resizePolicy", security_context = "securityContext", stdin = "stdin", stdin_once = "stdinOnce",
            termination_message_path = "terminationMessagePath",
            termination_message_policy = "terminationMessagePolicy", tty = "tty",
            volume_devices = "volumeDevices", volume_mounts = "volumeMounts", working_dir = "workingDir",
        }
    }
}

kubernetes_keys! {
    /// A container's `resources`.
    pub struct ResourcesFile {
        /// What the scheduler keeps for it.
        pub requests: Option<AmountsFile>,
        /// What it may not exceed. A limit without a request is also the request.
        pub limits: Option<AmountsFile>,
        not simulated {
            claims = "claims",
        }
    }
}

kubernetes_keys! {
    /// One volume. Without a kind it is an emptyDir, as in Kubernetes.
    pub struct VolumeFile {
        /// A DNS label, unique in its pod.
        pub name: String,
        /// Lives as long as its Pod.
        pub empty_dir: Option<EmptyDirFile>,
        /// Survives its Pod.
        pub persistent_volume_claim: Option<ClaimFile>,
        /// A directory of the node.
        pub host_path: Option<NotSimulated>,
        /// Files from the API.
        pub config_map: Option<NotSimulated>,
        /// Files from a repository.
        pub git_repo: Option<NotSimulated>,
        not simulated {
            aws_elastic_block_store = "awsElasticBlockStore", azure_disk = "azureDisk",
            azure_file = "azureFile", cephfs = "cephfs", cinder = "cinder", csi = "csi",
            downward_api = "downwardAPI", ephemeral = "ephemeral", fc = "fc", flex_volume = "flexVolume",
            flocker = "flocker", gce_persistent_disk = "gcePersistentDisk", glusterfs = "glusterfs",
            image = "image", iscsi = "iscsi", nfs = "nfs", photon_persistent_disk = "photonPersistentDisk",
            portworx_volume = "portworxVolume", projected = "projected", quobyte = "quobyte", rbd = "rbd",
            scale_io = "scaleIO", secret = "secret", storageos = "storageos",
            vsphere_volume = "vsphereVolume",
        }
    }
}

/// A volume of a PersistentVolumeClaim.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimFile {
    /// The claim: all pods that name it share what it holds.
    pub claim_name: String,
    /// Nobody writes it through this volume. Default false.
    #[serde(default)]
    pub read_only: bool,
}

/// An emptyDir.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EmptyDirFile {
    /// `Memory`: its bytes count as the Pod's memory. Default: the node's disk.
    pub medium: Option<MediumFile>,
    /// What it may hold.
    pub size_limit: Option<QuantityText>,
}

/// Where an emptyDir lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum MediumFile {
    /// In memory.
    Memory,
    /// On the node's disk.
    #[serde(rename = "")]
    Default,
}

/// What a manifest does not say of its pods.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BehaviorFile {
    /// From the binding to the start of the first container: sandbox and images. Default 0s.
    pub pull_time: Option<MayVary<DurationText>>,
    /// From the end of the last container to that of the Pod: volumes are unmounted. Default 0s.
    pub clean_up_time: Option<MayVary<DurationText>>,
    /// By the names of the template's containers, init containers too.
    pub containers: BTreeMap<String, ContainerBehaviorFile>,
    /// What each volume holds, or who writes it, by the names of the template's volumes.
    pub volumes: BTreeMap<String, VolumeUseFile>,
}

/// What one container does.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ContainerBehaviorFile {
    /// Its memory over time. Default 0.
    pub working_set: Option<UsageFile>,
    /// What it writes into its own root file system, over time. Default 0.
    pub writable_layer: Option<UsageFile>,
    /// What it writes to its log, over time. Default 0.
    pub logs: Option<UsageFile>,
    /// How many inodes its writable layer takes, over time. Default 0.
    pub inodes: Option<UsageFile>,
    /// How many processes it runs, over time. Default 0.
    pub processes: Option<UsageFile>,
    /// From running to its own exit. Without it a container runs until it is stopped, an init container ends at once.
    pub run_time: Option<MayVary<DurationText>>,
    /// What it exits with after `runTime`; 0 is success. Default 0.
    pub exit_code: Option<MayVary<u8, f64>>,
    /// From being created to running. Default 0s.
    pub start_up_time: Option<MayVary<DurationText>>,
    /// From SIGTERM to its own exit. Default 1s.
    pub stop_time: Option<MayVary<DurationText>>,
    /// How long its preStop hook runs before it gets SIGTERM. Default 0s.
    pub pre_stop_time: Option<MayVary<DurationText>>,
    /// When it answers its probes well. Default: always, and at once.
    pub health: Option<HealthFile>,
    /// When it answers its readiness probe well. Default: as `health` says.
    pub readiness: Option<HealthFile>,
}
