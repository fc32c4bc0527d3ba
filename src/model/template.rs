//! A pod template: a manifest together with what follows from it alone.
//!
//! What follows is worked out once a template, not once a pod or an event.

use super::pod::PodSpec;
use super::qos::QosClass;
use crate::ground::{Bytes, MilliCpu};

/// A manifest and its consequences, shared by all pods made from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodTemplate {
    pub spec: PodSpec,
    pub qos: QosClass,
    pub priority: i32,
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
    /// What the eviction ranking subtracts: an older formula than the scheduler's.
    pub eviction_request: Bytes,
}

/// Which container of a Pod: init containers first, then regular ones, in the manifest's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerIndex(pub u16);

// STAND-IN, to be replaced by the real one: enough for floor 4 to compile and be tested.
impl PodTemplate {
    pub fn new(spec: PodSpec) -> PodTemplate {
        use super::{pod::PodLevelResources, resources::Resource};
        let requests = spec.effective_requests(PodLevelResources::Ignored);
        let limits = spec.effective_limits(PodLevelResources::Ignored);
        let cpu_request = requests.cpu.unwrap_or_default().milli_cpu();
        let memory_request = requests.memory.unwrap_or_default().bytes();
        PodTemplate {
            qos: QosClass::of(&spec),
            priority: spec.priority(),
            critical: spec.is_critical(),
            cpu_request,
            memory_request,
            scored_cpu: cpu_request,
            scored_memory: memory_request,
            memory_limit: limits.memory.map(|amount| amount.bytes()),
            eviction_request: spec.eviction_request(Resource::Memory).bytes(),
            spec,
        }
    }
}
