//! A Pod as its manifest describes it: one or more containers that share an
//! address, volumes and a fate.
//!
//! What: the manifest's facts and what follows from them alone: what the pod
//! asks for as a whole, and whether the kubelet may evict it.
//! Never: what the pod uses, or where it runs.
//! Next: [`crate::model::qos`] for its class, [`crate::eviction::order`] for its turn.

use super::container::{ContainerSpec, Role};
use super::labels::Labels;
use super::placement::Placement;
use super::resources::{Resource, ResourceAmounts};
use super::taint::Toleration;
use super::volume::Volume;
use crate::ground::{Amount, SimDuration};
use std::ops::Add;

/// From this priority on a pod is critical: no kubelet evicts it.
pub const SYSTEM_CRITICAL_PRIORITY: i32 = 2_000_000_000;

/// What the API server gives a pod that does not say how long it may take to stop.
pub const DEFAULT_TERMINATION_GRACE_PERIOD: SimDuration = SimDuration::seconds(30);

/// What scores count of a container that does not say what it requests.
/// Source: kubernetes `pkg/scheduler/util`, non-zero requests (1.34).
const DEFAULT_SCORED: ResourceAmounts = ResourceAmounts {
    cpu: Some(Amount::millis(100)),
    memory: Some(Amount::whole(200 << 20)),
    ephemeral_storage: None,
};

/// The priority class of pods that a node cannot do without.
pub const SYSTEM_NODE_CRITICAL: &str = "system-node-critical";

/// What a manifest says of one Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodSpec {
    /// `metadata.namespace`; empty counts as `default`.
    pub namespace: String,
    pub labels: Labels,
    /// In the order they run; sidecars among them.
    pub init_containers: Vec<ContainerSpec>,
    pub containers: Vec<ContainerSpec>,
    /// Pod-level `spec.resources`, behind a feature gate: off in the kubelet of Kubernetes 1.32, on in the
    /// scheduler of 1.34.
    pub pod_requests: ResourceAmounts,
    pub pod_limits: ResourceAmounts,
    /// What the sandbox itself costs (RuntimeClass overhead).
    pub overhead: ResourceAmounts,
    pub volumes: Vec<Volume>,
    /// Absent counts as 0.
    pub priority: Option<i32>,
    pub priority_class_name: String,
    pub restart_policy: RestartPolicy,
    pub termination_grace_period: Option<SimDuration>,
    pub tolerations: Vec<Toleration>,
    pub placement: Placement,
    /// Read by the kubelet from a file or URL, not from the API.
    pub is_static: bool,
    /// The API's reflection of a static pod.
    pub is_mirror: bool,
    /// As an API server has it, so that all tolerations that one adds are there.
    pub is_from_api: bool,
}

/// What the kubelet does when a container ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RestartPolicy {
    #[default]
    Always,
    OnFailure,
    Never,
}

/// Whether `spec.resources` of the pod itself speaks for its containers: the
/// feature gate `PodLevelResources`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodLevelResources {
    /// The gate is off, as by default in Kubernetes 1.32.
    #[default]
    Ignored,
    /// The gate is on: what the pod says of its CPU or memory replaces the sum.
    Honored,
}

impl PodSpec {
    /// Init containers (sidecars among them) in the order they run, then the regular ones.
    pub fn all_containers(&self) -> impl Iterator<Item = &ContainerSpec> {
        self.init_containers.iter().chain(&self.containers)
    }

    /// The same, with what each is.
    pub fn all_with_roles(&self) -> impl Iterator<Item = (Role, &ContainerSpec)> {
        let role = |one: &ContainerSpec| if one.sidecar { Role::Sidecar } else { Role::Init };
        let init = self.init_containers.iter().map(move |one| (role(one), one));
        init.chain(self.containers.iter().map(|one| (Role::Regular, one)))
    }

    /// The priority that counts: 0 where none is given.
    pub fn priority(&self) -> i32 {
        self.priority.unwrap_or(0)
    }

    /// Whether the kubelet never evicts this pod: it is ranked, then passed over.
    pub fn is_critical(&self) -> bool {
        self.is_static || self.is_mirror || self.priority() >= SYSTEM_CRITICAL_PRIORITY
    }

    /// Whether the kernel is told to spare this pod: critical, and of the class
    /// `system-node-critical`. The class alone is not enough.
    pub fn is_node_critical(&self) -> bool {
        self.is_critical() && self.priority_class_name == SYSTEM_NODE_CRITICAL
    }

    /// The manifest as an API server keeps it: a limit without a request is the request, too, a zero as well.
    /// Of the pod as a whole, what its containers request comes before that.
    ///
    /// Source: kubernetes `SetDefaults_Pod`, and `defaultPodRequests` for pod-level resources (1.34).
    #[must_use]
    pub fn with_defaulted_requests(mut self) -> PodSpec {
        for container in self.init_containers.iter_mut().chain(&mut self.containers) {
            container.requests = container.requests.or(container.limits);
        }
        if self.pod_limits != ResourceAmounts::default() {
            let of_containers = self.containers_at_their_most(|container| container.requests);
            self.pod_requests = self.pod_requests.or(of_containers).or(self.pod_limits);
        }
        self
    }

    /// What the scheduler reserves for this pod.
    ///
    /// Source: kubernetes component-helpers, `PodRequests`.
    pub fn effective_requests(&self, pod_level: PodLevelResources) -> ResourceAmounts {
        let containers = self.containers_at_their_most(|container| container.requests);
        pod_level.replace(containers, self.pod_requests).plus(self.overhead)
    }

    /// What the scheduler's scores count: as [`PodSpec::effective_requests`], but a
    /// container that says nothing of a resource counts as 100m of CPU, 200Mi of
    /// memory. An explicit zero stays zero. Source: kube-scheduler, non-zero requests.
    pub fn scored_requests(&self) -> ResourceAmounts {
        let containers = self.containers_at_their_most(|one| one.requests.or(DEFAULT_SCORED));
        containers.plus(self.overhead)
    }

    /// What this pod may use at most, where every container says so.
    ///
    /// Overhead raises a limit but makes none: a zero limit stays zero.
    /// Source: kubernetes component-helpers, `PodLimits`.
    pub fn effective_limits(&self, pod_level: PodLevelResources) -> ResourceAmounts {
        let containers = self.containers_at_their_most(|container| container.limits);
        let limits = pod_level.replace(containers, self.pod_limits);
        ResourceAmounts::each(|resource| {
            limits.of(resource).map(|limit| self.with_overhead_unless_zero(resource, limit))
        })
    }

    /// The request that the kubelet's eviction ranking holds a pod's use against.
    ///
    /// Not the scheduler's: a sidecar is compared like any init container, alone,
    /// never added; pod-level resources do not exist for it; overhead counts only
    /// on top of something. Source: kubernetes `GetResourceRequestQuantity`.
    pub fn eviction_request(&self, resource: Resource) -> Amount {
        let request = |container: &ContainerSpec| container.requests.of(resource).unwrap_or(Amount::ZERO);
        let regular = self.containers.iter().map(request).fold(Amount::ZERO, |sum, own| sum + own);
        let largest = self.init_containers.iter().map(request).fold(regular, Amount::max);
        self.with_overhead_unless_zero(resource, largest)
    }

    /// What a pod that is bound adds to the sums that scores count: as [`PodSpec::scored_requests`],
    /// but where the pod itself requests something, that counts, and a container gets its
    /// default only of what nobody in the pod speaks of.
    ///
    /// Source: kubernetes `pkg/scheduler/framework`, `getNonMissingContainerRequests` (1.34).
    pub fn bound_scored_requests(&self) -> ResourceAmounts {
        if self.pod_requests.cpu.or(self.pod_requests.memory).is_none() {
            return self.scored_requests();
        }
        let named = self.effective_requests(PodLevelResources::Honored);
        let default = ResourceAmounts {
            cpu: DEFAULT_SCORED.cpu.filter(|_| named.cpu.is_none()),
            memory: DEFAULT_SCORED.memory.filter(|_| named.memory.is_none()),
            ephemeral_storage: None,
        };
        let containers = self.containers_at_their_most(|one| one.requests.or(default));
        PodLevelResources::Honored.replace(containers, self.pod_requests).plus(self.overhead)
    }

    /// What the scheduler reserves of an extended resource, by its name.
    pub fn extended_request(&self, name: &str) -> Amount {
        let asked = |one: &ContainerSpec| one.extended_requests.get(name).copied().unwrap_or_default();
        self.at_their_most(asked, Amount::add, Amount::max)
    }

    fn containers_at_their_most(&self, asked: impl Fn(&ContainerSpec) -> ResourceAmounts) -> ResourceAmounts {
        self.at_their_most(asked, ResourceAmounts::plus, ResourceAmounts::larger)
    }

    /// Regular containers and sidecars run together; before that each init
    /// container runs beside the sidecars listed before it. The larger counts.
    fn at_their_most<T: Copy + Default>(
        &self,
        asked: impl Fn(&ContainerSpec) -> T,
        plus: fn(T, T) -> T,
        larger: fn(T, T) -> T,
    ) -> T {
        let (mut sidecars, mut while_starting) = (T::default(), T::default());
        for container in &self.init_containers {
            let beside_sidecars = plus(sidecars, asked(container));
            while_starting = larger(while_starting, beside_sidecars);
            if container.sidecar {
                sidecars = beside_sidecars;
            }
        }
        let running = self.containers.iter().map(asked).fold(sidecars, plus);
        larger(running, while_starting)
    }

    fn with_overhead_unless_zero(&self, resource: Resource, amount: Amount) -> Amount {
        match self.overhead.of(resource) {
            Some(overhead) if amount != Amount::ZERO => amount + overhead,
            _ => amount,
        }
    }
}

impl PodLevelResources {
    /// Only CPU and memory can be given for a pod as a whole (in Kubernetes 1.32).
    fn replace(self, containers: ResourceAmounts, pod: ResourceAmounts) -> ResourceAmounts {
        match self {
            PodLevelResources::Ignored => containers,
            PodLevelResources::Honored => ResourceAmounts {
                cpu: pod.cpu.or(containers.cpu),
                memory: pod.memory.or(containers.memory),
                ephemeral_storage: containers.ephemeral_storage,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Bytes;

    fn requesting(mebi: u64) -> ContainerSpec {
        ContainerSpec { requests: memory(mebi), ..ContainerSpec::default() }
    }

    fn sidecar(mebi: u64) -> ContainerSpec {
        ContainerSpec { sidecar: true, ..requesting(mebi) }
    }

    fn memory(mebi: u64) -> ResourceAmounts {
        ResourceAmounts { memory: Some(mebi_amount(mebi)), ..ResourceAmounts::default() }
    }

    fn mebi_amount(mebi: u64) -> Amount {
        Bytes::mebi(mebi).into()
    }

    #[test]
    fn init_containers_count_by_their_maximum_and_sidecars_are_added() {
        let mut pod = PodSpec {
            // Starting: 500; then 100; then 300 beside the sidecar's 100.
            init_containers: vec![requesting(500), sidecar(100), requesting(300)],
            containers: vec![requesting(200), requesting(50)],
            ..PodSpec::default()
        };
        // Running: 200 + 50 + 100 = 350, less than the first init container alone.
        assert_eq!(pod.effective_requests(PodLevelResources::Ignored), memory(500));
        pod.init_containers[0] = requesting(400);
        pod.init_containers[2] = requesting(350); // 450 with the sidecar before it
        assert_eq!(pod.effective_requests(PodLevelResources::Ignored), memory(450));
    }

    #[test]
    fn the_eviction_ranking_neither_adds_sidecars_nor_makes_a_request_of_overhead() {
        let mut pod = PodSpec {
            init_containers: vec![sidecar(100), sidecar(60)],
            containers: vec![requesting(50)],
            overhead: memory(10),
            ..PodSpec::default()
        };
        assert_eq!(pod.eviction_request(Resource::Memory), mebi_amount(100 + 10));
        assert_eq!(pod.effective_requests(PodLevelResources::Ignored), memory(50 + 100 + 60 + 10));

        pod.init_containers.clear();
        pod.containers = vec![requesting(0)];
        assert_eq!(pod.eviction_request(Resource::Memory), Amount::ZERO);
        assert_eq!(pod.effective_requests(PodLevelResources::Ignored), memory(10));
    }

    #[test]
    fn overhead_raises_a_limit_but_makes_none() {
        let limited = ContainerSpec { limits: memory(64), ..ContainerSpec::default() };
        let overhead = ResourceAmounts { cpu: Some(Amount::millis(250)), ..memory(10) };
        let pod = PodSpec { containers: vec![limited], overhead, ..PodSpec::default() };
        assert_eq!(pod.effective_limits(PodLevelResources::Ignored), memory(74));
    }

    #[test]
    fn pod_level_memory_replaces_the_sum_only_where_the_gate_is_on() {
        let pod_requests = ResourceAmounts { ephemeral_storage: Some(mebi_amount(7)), ..memory(128) };
        let pod = PodSpec {
            containers: vec![requesting(200)],
            pod_requests,
            overhead: memory(10),
            ..PodSpec::default()
        };
        assert_eq!(pod.effective_requests(PodLevelResources::Ignored), memory(210));
        assert_eq!(pod.effective_requests(PodLevelResources::Honored), memory(138));
        assert_eq!(pod.eviction_request(Resource::Memory), mebi_amount(210));
    }

    #[test]
    fn a_bound_pod_with_requests_of_its_own_gets_a_default_only_of_what_nobody_names() {
        let pod_requests = memory(128);
        let containers = vec![ContainerSpec::default(), ContainerSpec::default()];
        let mut pod = PodSpec { containers, pod_requests, ..PodSpec::default() };
        let cpu = |millis| ResourceAmounts { cpu: Some(Amount::millis(millis)), ..memory(128) };
        assert_eq!(pod.bound_scored_requests(), cpu(200), "two containers, 100m each");
        pod.overhead.cpu = Some(Amount::millis(5));
        assert_eq!(pod.bound_scored_requests(), cpu(5), "the overhead names it");
        assert_eq!(
            pod.scored_requests().memory,
            Some(mebi_amount(400)),
            "who comes: by its containers alone"
        );
    }

    #[test]
    fn extended_resources_add_up_as_the_others_do() {
        let gpus = |count| ContainerSpec {
            extended_requests: [("gpu".to_owned(), Amount::whole(count))].into(),
            ..ContainerSpec::default()
        };
        let init_containers = vec![gpus(3), ContainerSpec { sidecar: true, ..gpus(1) }];
        let pod = PodSpec { init_containers, containers: vec![gpus(1), gpus(2)], ..PodSpec::default() };
        assert_eq!(pod.extended_request("gpu"), Amount::whole(4));
        assert_eq!(pod.extended_request("fpga"), Amount::ZERO);
    }

    #[test]
    fn a_static_pod_of_priority_zero_is_critical_but_not_node_critical() {
        // User case A8 (kubernetes/kubernetes#126542).
        let pod = PodSpec { is_static: true, priority: Some(0), ..PodSpec::default() };
        assert!(pod.is_critical());
        assert!(!pod.is_node_critical());
    }

    #[test]
    fn the_class_system_node_critical_needs_its_priority_too() {
        let mut pod = PodSpec { priority_class_name: SYSTEM_NODE_CRITICAL.into(), ..PodSpec::default() };
        assert!(!pod.is_critical() && !pod.is_node_critical());
        pod.priority = Some(SYSTEM_CRITICAL_PRIORITY - 1);
        assert!(!pod.is_critical());
        pod.priority = Some(SYSTEM_CRITICAL_PRIORITY);
        assert!(pod.is_critical() && pod.is_node_critical());
    }
}
