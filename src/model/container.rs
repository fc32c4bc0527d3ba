//! A container as its manifest describes it.

use super::placement::HostPort;
use super::probe::Probes;
use super::resources::{Resource, ResourceAmounts, WrittenAmounts};
use crate::ground::{Amount, Bytes, Format, Quantity};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a container is in its Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Runs once, before the others, in its turn.
    Init,
    /// An init container that stays: started in its turn, stopped after the regular ones.
    Sidecar,
    Regular,
}

impl Role {
    /// As results spell it.
    pub fn name(self) -> &'static str {
        match self {
            Role::Init => "Init",
            Role::Sidecar => "Sidecar",
            Role::Regular => "Regular",
        }
    }
}

/// What a manifest says of one container, regular or init.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerSpec {
    pub name: String,
    pub image: String,
    pub requests: ResourceAmounts,
    pub limits: ResourceAmounts,
    /// Requests of extended resources, by their names: `nvidia.com/gpu`.
    pub extended_requests: BTreeMap<String, Amount>,
    /// The ports of its node that it takes.
    pub host_ports: Vec<HostPort>,
    /// An init container with `restartPolicy: Always`: started in its turn, then
    /// running beside the regular containers. Always false for regular ones.
    pub sidecar: bool,
    /// What its kubelet asks it while it runs.
    pub probes: Probes,
    /// How its requests and limits print, where they were written as Kubernetes writes them.
    pub written: Option<Arc<WrittenResources>>,
}

/// Requests and limits as they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenResources {
    pub requests: WrittenAmounts,
    pub limits: WrittenAmounts,
}

impl ContainerSpec {
    /// The limit that the kernel holds it to. One of zero is none: the container runtime
    /// takes it for "not set".
    pub fn enforced_memory_limit(&self) -> Option<Bytes> {
        self.limits.memory.map(Amount::bytes).filter(|limit| *limit > Bytes::ZERO)
    }

    /// Its request as the kubelet prints it; zero if it has none.
    pub fn printed_request(&self, resource: Resource) -> Quantity {
        let written = self.written.as_ref().and_then(|written| written.requests.of(resource));
        let amount = || Quantity::new(self.requests.of(resource).unwrap_or_default(), Format::BinarySI);
        written.cloned().unwrap_or_else(amount)
    }

    /// Its limit as the kubelet prints it, if it has one.
    pub fn printed_limit(&self, resource: Resource) -> Option<Quantity> {
        let written = self.written.as_ref().and_then(|written| written.limits.of(resource));
        let amount = |limit: Amount| Quantity::new(limit, Format::BinarySI);
        written.cloned().or_else(|| self.limits.of(resource).map(amount))
    }
}
