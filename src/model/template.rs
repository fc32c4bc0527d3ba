//! A pod template: a manifest together with what follows from it alone.
//!
//! What follows is worked out once a template, not once a pod or an event.

use super::container::{ContainerSpec, Role};
use super::pod::{PodLevelResources, PodSpec};
use super::qos::QosClass;
use super::resources::Resource;
use super::volume::{Medium, Volume};
use crate::ground::{Amount, Bytes, MilliCpu};

/// A manifest and its consequences, shared by all pods made from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodTemplate {
    pub spec: PodSpec,
    /// One for each container: init containers first, then regular ones.
    pub parts: Box<[Part]>,
    /// The memory limit of its containers together, where something else can bring them to it.
    pub reachable_memory_limit: Option<Bytes>,
    pub qos: QosClass,
    pub priority: i32,
    /// Whether anything limits what it may write to its node's disk or into its volumes.
    pub limits_storage: bool,
    /// Never evicted by the kubelet: static, mirror or system-critical.
    pub critical: bool,
    /// What the scheduler counts.
    pub cpu_request: MilliCpu,
    pub memory_request: Bytes,
    /// What the scheduler's scores count: with defaults for containers that ask for nothing.
    pub scored_cpu: MilliCpu,
    pub scored_memory: Bytes,
    /// The sum of limits that are set, as `kubectl describe node` adds them.
    pub memory_limit: Option<Bytes>,
    /// What the eviction ranking subtracts: an older formula than the scheduler's, and not rounded.
    pub eviction_request: Amount,
    /// The same of ephemeral storage, for rankings by disk.
    pub eviction_storage_request: Amount,
}

/// Which container of a Pod: init containers first, then regular ones, in the manifest's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerIndex(pub u16);

/// What a run asks of a container again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub role: Role,
    /// See [`ContainerSpec::enforced_memory_limit`].
    pub memory_limit: Option<Bytes>,
}

impl Part {
    fn of((role, container): (Role, &ContainerSpec)) -> Part {
        Part { role, memory_limit: container.enforced_memory_limit() }
    }
}

impl PodTemplate {
    /// Works out what follows from a manifest. Pod-level resources do not count:
    /// their feature gate is off in the Kubernetes that is simulated (1.32).
    pub fn new(spec: PodSpec) -> PodTemplate {
        let requests = spec.effective_requests(PodLevelResources::Ignored);
        let scored = spec.scored_requests();
        let limits = spec.effective_limits(PodLevelResources::Ignored);
        let limits_storage = spec.all_containers().any(|one| one.limits.ephemeral_storage.is_some())
            || spec.volumes.iter().any(|volume| volume.written_size_limit.is_some());
        PodTemplate {
            parts: spec.all_with_roles().map(Part::of).collect(),
            reachable_memory_limit: limits
                .memory
                .map(Amount::bytes)
                .filter(|_| spec.can_fill_its_memory_limit()),
            qos: QosClass::of(&spec),
            priority: spec.priority(),
            limits_storage,
            critical: spec.is_critical(),
            cpu_request: requests.cpu.unwrap_or_default().milli_cpu(),
            memory_request: requests.memory.unwrap_or_default().bytes(),
            scored_cpu: scored.cpu.unwrap_or_default().milli_cpu(),
            scored_memory: scored.memory.unwrap_or_default().bytes(),
            memory_limit: limits.memory.map(Amount::bytes),
            eviction_request: spec.eviction_request(Resource::Memory),
            eviction_storage_request: spec.eviction_request(Resource::EphemeralStorage),
            spec,
        }
    }

    /// Whether the API server gives the pod a toleration of memory pressure: every
    /// pod but a BestEffort one has it. Source: Kubernetes documentation, "Taint
    /// nodes by condition".
    pub fn tolerates_memory_pressure_by_class(&self) -> bool {
        self.qos != QosClass::BestEffort
    }

    /// How many init containers come before the first regular one.
    pub fn init_count(&self) -> usize {
        self.spec.init_containers.len()
    }

    pub fn container(&self, index: ContainerIndex) -> &ContainerSpec {
        let index = usize::from(index.0);
        let inits = &self.spec.init_containers;
        inits.get(index).unwrap_or_else(|| &self.spec.containers[index - inits.len()])
    }
}

impl PodSpec {
    /// Whether something else than its containers can bring them to the limit of them all: what
    /// memory-backed volumes hold stays when its writer is gone. Otherwise no container
    /// can be hit by it that is not hit by its own.
    ///
    /// There is such a limit only if every container has one. Source: kubernetes `ResourceConfigForPod` (1.32).
    fn can_fill_its_memory_limit(&self) -> bool {
        let is_in_memory = |volume: &Volume| volume.kind.medium() == Some(Medium::Memory);
        let mut containers = self.all_containers();
        self.volumes.iter().any(is_in_memory) && containers.all(|one| one.enforced_memory_limit().is_some())
    }
}
