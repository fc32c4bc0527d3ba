//! What a Kubernetes object says, in the words of the model.
//!
//! What: the facts of an [`Obj`] as [`PodSpec`], taints and amounts, or all that
//! is wrong with them at once.
//! Never: what follows from the facts; that is the model's.
//! Next: [`crate::model::pod`]; `node`, `peers`, `placement`, `probes`, the parts.

mod node;
mod peers;
mod placement;
mod probes;

use super::{Amounts, Container, EmptyDir, Obj, Resources, Spec};
use crate::ground::{Amount, SimDuration};
use crate::model::{
    ContainerSpec, PodSpec, PodTemplate, QosClass, ResourceAmounts, RestartPolicy, TaintEffect, Toleration,
    TolerationOperator, Volume, VolumeKind, WrittenAmounts, WrittenResources,
};
use crate::scenario::mistake::Mistake;
use crate::scenario::quantity::Quantity;
use std::fmt::{Arguments, Display};
use std::sync::Arc;

/// Where the kubelet notes that a pod did not come from the API.
const CONFIG_SOURCE: &str = "kubernetes.io/config.source";
/// The source of all pods that are not static.
const FROM_THE_API: &str = "api";
/// Marks the API's reflection of a static pod.
const CONFIG_MIRROR: &str = "kubernetes.io/config.mirror";

/// Beyond this Kubernetes' own arithmetic wraps around. (An amount with a binary
/// suffix never gets there: it is held at this bound when it is read.)
const LARGEST_AMOUNT: Amount = Amount::whole(i64::MAX.unsigned_abs());

impl Obj {
    /// What this pod's manifest says; of a workload, what the template of its pods says.
    ///
    /// Nothing is defaulted: a limit without a request is just that.
    ///
    /// # Errors
    /// All mistakes of the pod, each with the way to it from the top of the object.
    pub fn pod_spec(&self) -> Result<PodSpec, Vec<Mistake>> {
        let (pod, way) = self.pod();
        let mut reading = Reading::of(self, way);
        let is_pod = pod.kind.is_empty() || pod.kind == "Pod";
        if !is_pod || pod.spec.containers.is_empty() {
            let fix = "give a Pod, or a workload with a pod template, and at least one entry in containers";
            reading.refuse("no containers here", fix, format_args!("spec.containers"));
        }
        let spec = reading.pod(&pod.spec);
        let placement = reading.placement(pod);
        let source = pod.metadata.annotations.get(CONFIG_SOURCE);
        reading.finished(PodSpec {
            namespace: or_default(self.namespace_of(pod)),
            labels: pod.metadata.labels.clone(),
            placement,
            is_static: source.is_some_and(|source| source != FROM_THE_API),
            is_mirror: pod.metadata.annotations.contains_key(CONFIG_MIRROR),
            // Only an API server gives out uids.
            is_from_api: !pod.metadata.uid.is_empty(),
            ..spec
        })
    }

    /// A template names no namespace: its pods live where their workload does.
    fn namespace_of<'o>(&'o self, pod: &'o Obj) -> &'o str {
        let own = &pod.metadata.namespace;
        if own.is_empty() { &self.metadata.namespace } else { own }
    }

    /// This pod with all that follows from its manifest. The class that the API server gave it
    /// is believed, as the kubelet believes it, even if the manifest says otherwise.
    ///
    /// # Errors
    /// All mistakes of the manifest, then a class that does not exist.
    pub fn pod_template(&self) -> Result<PodTemplate, Vec<Mistake>> {
        let template = PodTemplate::new(self.pod_spec()?);
        let qos = self.status_qos_class()?.unwrap_or(template.qos);
        Ok(PodTemplate { qos, ..template })
    }

    /// The class that the API server gave to this pod, if it has.
    ///
    /// # Errors
    /// If there is no such class.
    pub fn status_qos_class(&self) -> Result<Option<QosClass>, Vec<Mistake>> {
        let mut reading = Reading::of(self, String::new());
        let choices = QosClass::ALL.map(|class| (class.name(), class));
        let class = reading.one_of(&self.status.qos_class, &choices, format_args!("status.qosClass"));
        reading.finished(class)
    }
}

const TAINT_EFFECTS: [(&str, TaintEffect); 3] = [
    ("NoSchedule", TaintEffect::NoSchedule),
    ("PreferNoSchedule", TaintEffect::PreferNoSchedule),
    ("NoExecute", TaintEffect::NoExecute),
];
const OPERATORS: [(&str, TolerationOperator); 2] =
    [("Equal", TolerationOperator::Equal), ("Exists", TolerationOperator::Exists)];
const RESTART_POLICIES: [(&str, RestartPolicy); 3] = [
    ("Always", RestartPolicy::Always),
    ("OnFailure", RestartPolicy::OnFailure),
    ("Never", RestartPolicy::Never),
];

const MICROS_PER_SECOND: u64 = 1_000_000;

/// Reads one object to its end and keeps what was wrong on the way.
/// (Ways are passed as format arguments: they become text only in a mistake.)
struct Reading<'a> {
    object: &'a Obj,
    way: String,
    mistakes: Vec<Mistake>,
}

impl<'a> Reading<'a> {
    fn of(object: &'a Obj, way: String) -> Reading<'a> {
        Reading { object, way, mistakes: Vec::new() }
    }

    fn finished<T>(self, value: T) -> Result<T, Vec<Mistake>> {
        if self.mistakes.is_empty() { Ok(value) } else { Err(self.mistakes) }
    }

    fn refuse(&mut self, what: impl Display, fix: impl Into<String>, at: Arguments<'_>) {
        let kind = match self.object.kind.as_str() {
            "" => "object".to_owned(),
            kind => kind.to_lowercase(),
        };
        let name = &self.object.metadata.name;
        let mistake = Mistake::new(format!("{kind} {name:?}: {what}"), fix);
        self.mistakes.push(mistake.on(format!("{}{at}", self.way)));
    }

    fn pod(&mut self, spec: &Spec) -> PodSpec {
        let (pod_requests, pod_limits) = self.resources(&spec.resources, format_args!("spec.resources"));
        let restart_policy =
            self.one_of(&spec.restart_policy, &RESTART_POLICIES, format_args!("spec.restartPolicy"));
        PodSpec {
            init_containers: self.init_containers(spec),
            containers: self.containers(spec),
            pod_requests,
            pod_limits,
            overhead: self.amounts(&spec.overhead, format_args!("spec.overhead")),
            volumes: self.volumes(spec),
            priority: spec.priority,
            priority_class_name: spec.priority_class_name.clone(),
            restart_policy: restart_policy.unwrap_or_default(),
            termination_grace_period: self.termination_grace_period(spec),
            tolerations: self.tolerations(spec),
            ..PodSpec::default()
        }
    }

    fn init_containers(&mut self, spec: &Spec) -> Vec<ContainerSpec> {
        let mut read = Vec::with_capacity(spec.init_containers.len());
        for (index, container) in spec.init_containers.iter().enumerate() {
            let sidecar = container.restart_policy == "Always";
            let at = format_args!("spec.initContainers[{index}]");
            read.push(ContainerSpec { sidecar, ..self.container(container, at) });
        }
        read
    }

    fn containers(&mut self, spec: &Spec) -> Vec<ContainerSpec> {
        let containers = spec.containers.iter().enumerate();
        containers.map(|(index, one)| self.container(one, format_args!("spec.containers[{index}]"))).collect()
    }

    fn container(&mut self, container: &Container, at: Arguments<'_>) -> ContainerSpec {
        let (requests, limits) = self.resources(&container.resources, format_args!("{at}.resources"));
        let written = Some(Arc::new(WrittenResources {
            requests: written(&container.resources.requests),
            limits: written(&container.resources.limits),
        }));
        ContainerSpec {
            name: container.name.clone(),
            image: container.image.clone(),
            requests,
            limits,
            extended_requests: self.extended_requests(&container.resources, format_args!("{at}.resources")),
            host_ports: self.host_ports(container, at),
            sidecar: false,
            probes: self.probes(container, at),
            written,
        }
    }

    fn resources(&mut self, resources: &Resources, at: Arguments<'_>) -> (ResourceAmounts, ResourceAmounts) {
        let requests = self.amounts(&resources.requests, format_args!("{at}.requests"));
        let limits = self.amounts(&resources.limits, format_args!("{at}.limits"));
        (requests, limits)
    }

    fn amounts(&mut self, written: &Amounts, at: Arguments<'_>) -> ResourceAmounts {
        let mut amount_of = |resource: &str| {
            written.get(resource).map(|text| self.amount(&text.0, format_args!("{at}.{resource}")))
        };
        ResourceAmounts {
            cpu: amount_of("cpu"),
            memory: amount_of("memory"),
            ephemeral_storage: amount_of("ephemeral-storage"),
        }
    }

    /// Zero stands in for what cannot be read; nobody sees it, since the object is refused.
    fn amount(&mut self, text: &str, at: Arguments<'_>) -> Amount {
        let amount = match Quantity::parse(text) {
            Ok(quantity) => quantity.amount(),
            Err(mistake) => {
                self.refuse(&mistake, mistake.fix(), at);
                return Amount::ZERO;
            }
        };
        if amount < Amount::ZERO {
            self.refuse(format_args!("{text} is below zero"), "write an amount of zero or more", at);
        } else if amount > LARGEST_AMOUNT {
            let what = format_args!("{text} is more than Kubernetes can count");
            self.refuse(what, "write at most 9223372036854775807", at);
        }
        amount
    }

    fn volumes(&mut self, spec: &Spec) -> Vec<Volume> {
        let mut volumes = Vec::with_capacity(spec.volumes.len());
        for (index, volume) in spec.volumes.iter().enumerate() {
            let kind = if let Some(empty_dir) = &volume.empty_dir {
                self.empty_dir(empty_dir, format_args!("spec.volumes[{index}].emptyDir"))
            } else if volume.persistent_volume_claim.is_some() {
                VolumeKind::PersistentVolumeClaim
            } else if volume.host_path.is_some() {
                VolumeKind::HostPath
            } else if volume.config_map.is_some() {
                VolumeKind::ConfigMap
            } else if volume.git_repo.is_some() {
                VolumeKind::GitRepo
            } else {
                VolumeKind::Other
            };
            let size_limit = volume.empty_dir.as_ref().and_then(|empty_dir| empty_dir.size_limit.as_ref());
            let written_size_limit = size_limit.and_then(|text| Quantity::parse(&text.0).ok());
            volumes.push(Volume { name: volume.name.clone(), kind, claim: None, written_size_limit });
        }
        volumes
    }

    fn empty_dir(&mut self, empty_dir: &EmptyDir, at: Arguments<'_>) -> VolumeKind {
        let written = empty_dir.size_limit.as_ref();
        let size_limit = written.map(|text| self.amount(&text.0, format_args!("{at}.sizeLimit")).bytes());
        match empty_dir.medium.as_str() {
            "Memory" => VolumeKind::MemoryEmptyDir { size_limit },
            "" => VolumeKind::EmptyDir { size_limit },
            // Huge pages are not on the node's disk; the kubelet holds them to their limit, and that is all.
            _ => VolumeKind::Other,
        }
    }

    fn termination_grace_period(&mut self, spec: &Spec) -> Option<SimDuration> {
        let written = spec.termination_grace_period_seconds?;
        self.grace_period(written, format_args!("spec.terminationGracePeriodSeconds"))
    }

    fn grace_period(&mut self, written: i64, at: Arguments<'_>) -> Option<SimDuration> {
        let Ok(seconds) = u64::try_from(written) else {
            let what = format_args!("{written} is no grace period");
            self.refuse(what, "write a number of seconds from 0 on", at);
            return None;
        };
        // Some write the largest number there is, and mean forever.
        Some(seconds.checked_mul(MICROS_PER_SECOND).map_or(SimDuration::FOREVER, SimDuration::micros))
    }

    fn tolerations(&mut self, spec: &Spec) -> Vec<Toleration> {
        let mut tolerations = Vec::with_capacity(spec.tolerations.len());
        for (index, toleration) in spec.tolerations.iter().enumerate() {
            let at = format_args!("spec.tolerations[{index}].operator");
            let operator = self.one_of(&toleration.operator, &OPERATORS, at);
            let at = format_args!("spec.tolerations[{index}].effect");
            let effect = self.one_of(&toleration.effect, &TAINT_EFFECTS, at);
            tolerations.push(Toleration {
                key: toleration.key.clone(),
                operator: operator.unwrap_or_default(),
                value: toleration.value.clone(),
                effect,
                // Negative: not at all.
                seconds: toleration.toleration_seconds.map(|seconds| u64::try_from(seconds).unwrap_or(0)),
            });
        }
        tolerations
    }

    /// The choice of this name; none where nothing was written.
    fn one_of<T: Copy>(&mut self, written: &str, choices: &[(&str, T)], at: Arguments<'_>) -> Option<T> {
        if written.is_empty() { None } else { self.required(written, choices, at) }
    }

    fn required<T: Copy>(&mut self, written: &str, choices: &[(&str, T)], at: Arguments<'_>) -> Option<T> {
        let found = choices.iter().find(|(name, _)| *name == written);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let what = format_args!("{written:?} is not known here");
            self.refuse(what, format!("write one of {}", names.join(", ")), at);
        }
        found.map(|(_, choice)| *choice)
    }
}

/// The namespace that is meant where none is named.
fn or_default(namespace: &str) -> String {
    if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() }
}

/// As they print; what is no quantity has been refused already.
fn written(amounts: &Amounts) -> WrittenAmounts {
    let quantity = |resource| amounts.get(resource).and_then(|text| Quantity::parse(&text.0).ok());
    WrittenAmounts { memory: quantity("memory"), ephemeral_storage: quantity("ephemeral-storage") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Bytes;
    use crate::model::Taint;

    fn obj(yaml: &str) -> Obj {
        serde_saphyr::from_str(yaml).expect("a Kubernetes object")
    }

    #[test]
    fn a_pod_is_read_with_all_that_eviction_looks_at() {
        let pod = obj("
apiVersion: v1
kind: Pod
metadata: {name: web, annotations: {kubernetes.io/config.source: file, kubernetes.io/config.mirror: 0f3a}}
spec:
  initContainers:
  - {name: migrate, resources: {requests: {memory: 768Mi}}}
  - {name: proxy, restartPolicy: Always, resources: {requests: {cpu: 50m}}}
  containers:
  - {name: web, image: web, resources: {requests: {cpu: 0.25, memory: 1073741824, nvidia.com/gpu: 1}, limits: {memory: 1Gi}}}
  volumes:
  - {name: cache, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
  - {name: scratch, emptyDir: {}}
  - {name: huge, emptyDir: {medium: HugePages-2Mi, sizeLimit: 1Gi}}
  - {name: keys, secret: {secretName: keys}}
  - {name: data, persistentVolumeClaim: {claimName: data}}
  overhead: {memory: 10Mi}
  priority: -10
  terminationGracePeriodSeconds: 30
  tolerations: [{operator: Exists}, {key: a, value: b, effect: NoSchedule}]
")
        .pod_spec()
        .expect("a good pod");

        assert_eq!(pod.init_containers.iter().map(|one| one.sidecar).collect::<Vec<_>>(), [false, true]);
        assert_eq!(pod.init_containers[0].requests.memory, Some(Bytes::mebi(768).into()));
        assert_eq!(pod.containers[0].requests.cpu, Some(Amount::millis(250)));
        assert_eq!(pod.containers[0].requests.memory, Some(Bytes::gibi(1).into()));
        assert_eq!(pod.containers[0].limits.memory, Some(Bytes::gibi(1).into()));
        assert_eq!(pod.containers[0].limits.cpu, None, "a limit is never made of a request");
        assert_eq!(
            pod.volumes.iter().map(|volume| volume.kind).collect::<Vec<_>>(),
            [
                VolumeKind::MemoryEmptyDir { size_limit: Some(Bytes::mebi(64)) },
                VolumeKind::EmptyDir { size_limit: None },
                VolumeKind::Other,
                VolumeKind::Other,
                VolumeKind::PersistentVolumeClaim,
            ]
        );
        let limit = pod.volumes[2].written_size_limit.as_ref().map(ToString::to_string);
        assert_eq!(limit.as_deref(), Some("1Gi"), "it holds on any medium");
        assert_eq!(pod.overhead.memory, Some(Bytes::mebi(10).into()));
        assert_eq!(pod.priority(), -10);
        assert_eq!(pod.termination_grace_period, Some(SimDuration::seconds(30)));
        assert!(pod.tolerations[0].tolerates(&Taint::memory_pressure()));
        assert!(!pod.tolerations[1].tolerates(&Taint::memory_pressure()));
        assert!(pod.is_static && pod.is_mirror);
    }

    #[test]
    fn a_pod_from_the_api_is_not_static_and_one_from_anywhere_else_is() {
        let from = |source: &str| {
            let yaml = format!(
                "{{kind: Pod, metadata: {{annotations: {{{CONFIG_SOURCE}: {source}}}}}, spec: {{containers: [{{}}]}}}}"
            );
            obj(&yaml).pod_spec().expect("a good pod").is_static
        };
        assert_eq!(["api", "file", "http", "\"\""].map(from), [false, true, true, true]);
    }

    #[test]
    fn a_workload_speaks_of_the_pods_it_makes() {
        let deployment = obj("
kind: CronJob
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, resources: {limits: {cpu: lots}}}]}}}}}
");
        let mistakes = deployment.pod_spec().expect_err("lots is no amount");
        assert_eq!(
            mistakes.iter().map(|mistake| mistake.path.as_str()).collect::<Vec<_>>(),
            ["spec.jobTemplate.spec.template.spec.containers[0].resources.limits.cpu"]
        );
    }

    #[test]
    fn all_mistakes_of_a_pod_are_told_at_once_and_where() {
        let pod = obj("
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Sometimes
  terminationGracePeriodSeconds: -1
  containers:
  - {name: a, resources: {requests: {memory: 128MB}, limits: {memory: -1}}}
  - {name: b, resources: {requests: {cpu: 1e19}}}
  tolerations: [{operator: Exist}]
");
        let mistakes = pod.pod_spec().expect_err("six mistakes");
        let told: Vec<(&str, &str)> =
            mistakes.iter().map(|mistake| (mistake.path.as_str(), mistake.what.as_str())).collect();
        assert_eq!(
            told,
            [
                ("spec.restartPolicy", "pod \"web\": \"Sometimes\" is not known here"),
                (
                    "spec.containers[0].resources.requests.memory",
                    "pod \"web\": unknown suffix `MB` (did you mean `M` or `Mi`?)"
                ),
                ("spec.containers[0].resources.limits.memory", "pod \"web\": -1 is below zero"),
                (
                    "spec.containers[1].resources.requests.cpu",
                    "pod \"web\": 1e19 is more than Kubernetes can count"
                ),
                ("spec.terminationGracePeriodSeconds", "pod \"web\": -1 is no grace period"),
                ("spec.tolerations[0].operator", "pod \"web\": \"Exist\" is not known here"),
            ]
        );
    }

    #[test]
    fn an_amount_with_a_binary_suffix_is_held_at_what_kubernetes_can_count() {
        let pod = obj("{kind: Pod, spec: {containers: [{resources: {requests: {memory: 100Ei}}}]}}");
        let spec = pod.pod_spec().expect("held, not refused");
        assert_eq!(spec.containers[0].requests.memory, Some(Amount::whole(9_223_372_036_854_775_807)));
    }

    #[test]
    fn what_is_no_pod_is_refused_as_one() {
        let node = obj("{kind: Node, metadata: {name: n1}, status: {capacity: {memory: 8Gi}}}");
        assert!(node.pod_spec().is_err());
        assert!(obj("{kind: Pod, spec: {containers: null}}").pod_spec().is_err());
    }

    #[test]
    fn a_node_is_read_from_a_list_as_kubectl_prints_it() {
        let json = r#"{"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-a", "creationTimestamp": null},
             "spec": {"podCIDR": "10.244.1.0/24", "unschedulable": true, "taints": [
                {"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"}]},
             "status": {"capacity": {"cpu": "2", "memory": "8024472Ki", "pods": "110"},
                        "allocatable": {"cpu": "1930m", "memory": "7114136Ki"},
                        "conditions": [{"type": "MemoryPressure", "status": "True"}]}}]}"#;
        let list: Obj = serde_json::from_str(json).expect("a list");
        let nodes = list.listed();
        assert_eq!(nodes.len(), 1);
        assert_eq!(nodes[0].taints(), Ok(vec![Taint::memory_pressure()]));
        assert_eq!(nodes[0].capacity().expect("good").memory, Some(Amount::whole(8_024_472 << 10)));
        assert_eq!(nodes[0].allocatable().expect("good").cpu, Some(Amount::millis(1930)));
        assert!(nodes[0].spec.unschedulable);
        assert_eq!(nodes[0].status.conditions[0].kind, "MemoryPressure");
    }

    #[test]
    fn a_grace_period_past_all_counting_is_forever() {
        let yaml = "{spec: {containers: [{}], terminationGracePeriodSeconds: 9223372036854775807}}";
        assert_eq!(obj(yaml).pod_spec().expect("valid").termination_grace_period, Some(SimDuration::FOREVER));
    }

    #[test]
    fn the_class_in_a_pods_status_is_believed_before_its_manifest() {
        let class_of = |status: &str| {
            let yaml = format!("{{kind: Pod, spec: {{containers: [{{}}]}}, status: {status}}}");
            obj(&yaml).pod_template().expect("a good pod").qos
        };
        assert_eq!(class_of("{}"), QosClass::BestEffort);
        assert_eq!(class_of("{qosClass: Guaranteed}"), QosClass::Guaranteed);
    }

    #[test]
    fn a_taint_needs_an_effect_and_a_class_its_name() {
        assert!(obj("{kind: Node, spec: {taints: [{key: a}]}}").taints().is_err());
        let class_of = |class: &str| obj(&format!("{{status: {{qosClass: {class}}}}}")).status_qos_class();
        assert_eq!(class_of("Burstable"), Ok(Some(QosClass::Burstable)));
        assert_eq!(class_of("null"), Ok(None));
        assert!(class_of("Gold").is_err());
    }
}
