//! A container as its manifest describes it.

use super::resources::ResourceAmounts;

/// What a manifest says of one container, regular or init.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerSpec {
    pub name: String,
    pub requests: ResourceAmounts,
    pub limits: ResourceAmounts,
    /// An init container with `restartPolicy: Always`: started in its turn, then
    /// running beside the regular containers. Always false for regular ones.
    pub sidecar: bool,
}
