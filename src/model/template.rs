//! A pod template: a manifest together with what follows from it alone.
//!
//! What follows is worked out once a template, not once a pod or an event.

use super::container::{ContainerSpec, Role};
use super::placement::HostPort;
use super::pod::{PodLevelResources, PodSpec};
use super::qos::QosClass;
use super::resources::Resource;
use super::taint::Taint;
use super::volume::{Medium, Volume};
use crate::ground::{Amount, Bytes, MilliCpu};
use std::collections::BTreeSet;

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
    pub storage_request: Bytes,
    /// Of extended resources, by their names; those of which it asks for any.
    pub extended_requests: Vec<(String, u64)>,
    /// The ports of its node that it takes, each once.
    pub host_ports: Vec<HostPort>,
    /// What the scheduler's scores count of it while it waits: with defaults for containers that ask for nothing.
    pub scored_cpu: MilliCpu,
    pub scored_memory: Bytes,
    /// What they count of it once it is bound: there, unlike before, its pod-level requests count.
    pub bound_scored_cpu: MilliCpu,
    pub bound_scored_memory: Bytes,
    /// Whether it says anything of pods that it wants near, or away.
    pub has_affinity: bool,
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
    pub has_startup_probe: bool,
}

impl Part {
    fn of((role, container): (Role, &ContainerSpec)) -> Part {
        Part {
            role,
            memory_limit: container.enforced_memory_limit(),
            has_startup_probe: container.probes.startup.is_some(),
        }
    }
}

impl PodTemplate {
    /// Works out what follows from a manifest. Pod-level resources count for the scheduler, not for
    /// the kubelet: their feature gate is on in the scheduler that is simulated (1.34), off in the kubelet (1.32).
    pub fn new(spec: PodSpec) -> PodTemplate {
        let requests = spec.effective_requests(PodLevelResources::Honored);
        let scored = spec.scored_requests();
        let bound_scored = spec.bound_scored_requests();
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
            storage_request: requests.ephemeral_storage.unwrap_or_default().bytes(),
            extended_requests: extended_requests(&spec),
            host_ports: host_ports(&spec),
            scored_cpu: scored.cpu.unwrap_or_default().milli_cpu(),
            scored_memory: scored.memory.unwrap_or_default().bytes(),
            bound_scored_cpu: bound_scored.cpu.unwrap_or_default().milli_cpu(),
            bound_scored_memory: bound_scored.memory.unwrap_or_default().bytes(),
            has_affinity: has_affinity(&spec),
            memory_limit: limits.memory.map(Amount::bytes),
            eviction_request: spec.eviction_request(Resource::Memory),
            eviction_storage_request: spec.eviction_request(Resource::EphemeralStorage),
            spec,
        }
    }

    /// Whether it puts up with a taint: by what its manifest says, or by what the API server adds.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        self.spec.tolerations.iter().any(|toleration| toleration.tolerates(taint))
            || (taint.is_memory_pressure() && self.tolerates_memory_pressure_by_class())
    }

    /// Whether it takes more of a node than every pod does: ports or extended resources, or
    /// a say in what else comes near.
    pub fn is_special(&self) -> bool {
        self.has_affinity || !self.host_ports.is_empty() || !self.extended_requests.is_empty()
    }

    /// The namespace that counts where its manifest names none.
    pub fn namespace(&self) -> &str {
        if self.spec.namespace.is_empty() { "default" } else { &self.spec.namespace }
    }

    /// Whether the API server will give the pod a toleration of memory pressure: every
    /// pod but a BestEffort one gets it, unless it has been there. Source: Kubernetes documentation, "Taint
    /// nodes by condition".
    pub fn tolerates_memory_pressure_by_class(&self) -> bool {
        self.qos != QosClass::BestEffort && !self.spec.is_from_api
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

/// Source: kubernetes, `resourcehelper.PodRequests`: whole pieces, rounded up once.
fn extended_requests(spec: &PodSpec) -> Vec<(String, u64)> {
    let names: BTreeSet<&String> =
        spec.all_containers().flat_map(|one| one.extended_requests.keys()).collect();
    let requests = names.into_iter().map(|name| (name.clone(), spec.extended_request(name).bytes().0));
    requests.filter(|(_, pieces)| *pieces > 0).collect()
}

/// Those of regular containers and sidecars; an init container has come and gone.
fn host_ports(spec: &PodSpec) -> Vec<HostPort> {
    let sidecars = spec.init_containers.iter().filter(|one| one.sidecar);
    let ports = spec.containers.iter().chain(sidecars).flat_map(|one| &one.host_ports);
    let ports: BTreeSet<HostPort> =
        ports.filter(|port| port.port > 0).map(HostPort::with_an_address).collect();
    ports.into_iter().collect()
}

fn has_affinity(spec: &PodSpec) -> bool {
    !spec.placement.affinity.is_empty() || !spec.placement.anti_affinity.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ResourceAmounts, TaintEffect};

    #[test]
    fn the_class_stands_for_a_toleration_until_the_pod_has_been_to_the_api_server() {
        let requests = ResourceAmounts { cpu: Some(Amount::millis(100)), ..ResourceAmounts::default() };
        let container = ContainerSpec { requests, ..ContainerSpec::default() };
        let tolerates = |containers: Vec<ContainerSpec>, is_from_api| {
            let spec = PodSpec { containers, is_from_api, ..PodSpec::default() };
            PodTemplate::new(spec).tolerates(&Taint::memory_pressure())
        };
        assert!(tolerates(vec![container.clone()], false));
        assert!(!tolerates(vec![container], true), "what it tolerates it says");
        assert!(!tolerates(vec![ContainerSpec::default()], false), "BestEffort");
    }

    #[test]
    fn memory_pressure_is_all_that_a_class_tolerates() {
        let template = PodTemplate { qos: QosClass::Guaranteed, ..PodTemplate::new(PodSpec::default()) };
        assert!(!template.tolerates(&Taint::disk_pressure()));
        assert!(!template.tolerates(&Taint::unreachable(TaintEffect::NoSchedule)));
    }
}
