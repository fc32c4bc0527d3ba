//! A Pod's volumes, as far as eviction can see them.

use crate::ground::{Bytes, ClaimId, Quantity};

/// One volume, shared by all containers of its Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    pub name: String,
    pub kind: VolumeKind,
    /// Which of the scenario's claims, of a PersistentVolumeClaim.
    pub claim: Option<ClaimId>,
    /// An emptyDir's `sizeLimit`, exactly, and as Kubernetes prints it.
    pub written_size_limit: Option<Quantity>,
}

/// Where a volume's bytes live, and so what becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VolumeKind {
    /// On the node's disk; dies with its Pod.
    EmptyDir {
        size_limit: Option<Bytes>,
    },
    /// In memory: counts as the Pod's memory; dies with its Pod, not with a container.
    MemoryEmptyDir {
        size_limit: Option<Bytes>,
    },
    /// A PersistentVolumeClaim: survives its Pod.
    PersistentVolumeClaim,
    HostPath,
    ConfigMap,
    GitRepo,
    /// Secret, projected, downward API and the rest: nothing the kubelet measures.
    Other,
}

/// What an emptyDir lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    Memory,
    Disk,
}

impl VolumeKind {
    /// What of its node it lies on, if it does: an emptyDir, gone when its Pod is.
    pub fn medium(self) -> Option<Medium> {
        match self {
            VolumeKind::MemoryEmptyDir { .. } => Some(Medium::Memory),
            VolumeKind::EmptyDir { .. } => Some(Medium::Disk),
            VolumeKind::PersistentVolumeClaim
            | VolumeKind::HostPath
            | VolumeKind::ConfigMap
            | VolumeKind::GitRepo
            | VolumeKind::Other => None,
        }
    }

    /// Whether the kubelet counts what it holds as its Pod's use of the node's disk:
    /// not what lies in memory or elsewhere, and of what is only mounted into a Pod
    /// just the kinds that it once decided for.
    /// Source: kubernetes `localVolumeNames` and `IsLocalEphemeralVolume` (1.32).
    pub fn counts_as_local_storage(self) -> bool {
        match self {
            VolumeKind::EmptyDir { .. }
            | VolumeKind::HostPath
            | VolumeKind::ConfigMap
            | VolumeKind::GitRepo => true,
            VolumeKind::MemoryEmptyDir { .. } | VolumeKind::PersistentVolumeClaim | VolumeKind::Other => {
                false
            }
        }
    }
}
