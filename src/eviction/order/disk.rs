//! Who is evicted first when a disk is short of space or of inodes.
//!
//! What: which parts of a pod count for which signal on which filesystems, what
//! they add up to, and the request that they are held against.
//! Never: the order itself: it is that of memory ([`super::KubeletOrder`]) with another usage.
//! Next: [`super::candidates`], which makes candidates for any signal.
//!
//! Source: kubernetes `pkg/kubelet/eviction/helpers.go`, `buildSignalToRankFunc`
//! and `podFsUse` (1.32).

use super::Contender;
use crate::eviction::signal::Starved;
use crate::eviction::statistics::{ContainerStatistics, FsUse, PodStatistics};
use crate::ground::{Amount, PodId};
use crate::model::{PodSpec, QosClass};

/// How a node's filesystems are divided between what pods write and images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilesystemLayout {
    /// One filesystem for everything.
    #[default]
    Single,
    /// Images and containers' writable layers have one of their own (imagefs).
    DedicatedImages,
    /// Images have one of their own; writable layers lie with logs and volumes.
    SplitImages,
}

/// A filesystem, as the signals tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filesystem {
    Node,
    Images,
    Containers,
}

/// What a filesystem is short of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskResource {
    Space,
    Inodes,
}

/// Which parts of a pod are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts {
    rootfs: bool,
    logs: bool,
    local_volumes: bool,
}

impl Parts {
    const ALL: Parts = Parts { rootfs: true, logs: true, local_volumes: true };
    const WRITTEN_BESIDE_ROOTFS: Parts = Parts { rootfs: false, ..Parts::ALL };
    const ROOTFS: Parts = Parts { rootfs: true, logs: false, local_volumes: false };
    const NONE: Parts = Parts { rootfs: false, logs: false, local_volumes: false };

    /// What a pod can have on `filesystem`. With split images nothing of a pod is
    /// measured for imagefs: images belong to nobody.
    fn on(filesystem: Filesystem, layout: FilesystemLayout) -> Parts {
        match (layout, filesystem) {
            (FilesystemLayout::Single, _) => Parts::ALL,
            (FilesystemLayout::DedicatedImages, Filesystem::Node) => Parts::WRITTEN_BESIDE_ROOTFS,
            (FilesystemLayout::DedicatedImages, Filesystem::Images | Filesystem::Containers) => Parts::ROOTFS,
            (FilesystemLayout::SplitImages, Filesystem::Node | Filesystem::Containers) => Parts::ALL,
            (FilesystemLayout::SplitImages, Filesystem::Images) => Parts::NONE,
        }
    }

    fn of_container(self, container: &ContainerStatistics) -> impl Iterator<Item = FsUse> {
        let rootfs = self.rootfs.then_some(container.rootfs);
        rootfs.into_iter().chain(self.logs.then_some(container.logs))
    }
}

/// What a pod uses of a filesystem, exactly: bytes, or a number of inodes. What is
/// not reported counts as nothing.
pub fn disk_usage(
    pod: &PodSpec,
    statistics: &PodStatistics,
    (filesystem, layout): (Filesystem, FilesystemLayout),
    resource: DiskResource,
) -> Amount {
    let parts = Parts::on(filesystem, layout);
    let containers = statistics.containers.iter().flat_map(|container| parts.of_container(container));
    let volumes = local_volumes(pod, statistics).filter(|_| parts.local_volumes);
    containers.chain(volumes).map(|part| resource.of(part)).fold(Amount::ZERO, |sum, part| sum + part)
}

/// The manifest says which volumes lie on the node's disk, the statistics what they
/// hold: of a name the first entry, if there is one.
fn local_volumes(pod: &PodSpec, statistics: &PodStatistics) -> impl Iterator<Item = FsUse> {
    let local = pod.volumes.iter().filter(|volume| volume.kind.counts_as_local_storage());
    local
        .filter_map(|volume| statistics.volumes.iter().find(|known| known.name == volume.name))
        .map(|known| known.held)
}

impl DiskResource {
    fn of(self, part: FsUse) -> Amount {
        match self {
            DiskResource::Space => part.used.unwrap_or_default().into(),
            DiskResource::Inodes => Amount::whole(part.inodes_used.unwrap_or_default()),
        }
    }
}

/// A pod on a node whose disk is short, as far as a ranking may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskCandidate {
    pub pod: PodId,
    /// Its number in the order of creation, never used twice: what ties go by.
    pub serial: u64,
    pub qos: QosClass,
    pub priority: i32,
    pub resource: DiskResource,
    /// What is measured of it ([`disk_usage`]), in bytes or inodes. Absent if the statistics do
    /// not know the pod.
    pub usage: Option<Amount>,
    /// Of ephemeral storage, in bytes, whichever the resource.
    pub storage_request: Amount,
}

impl Contender for DiskCandidate {
    fn pod(&self) -> PodId {
        self.pod
    }

    fn serial(&self) -> u64 {
        self.serial
    }

    fn qos(&self) -> QosClass {
        self.qos
    }

    fn starved(&self) -> Starved {
        match self.resource {
            DiskResource::Space => Starved::EphemeralStorage,
            DiskResource::Inodes => Starved::Inodes,
        }
    }

    fn is_known(&self) -> bool {
        self.usage.is_some()
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    /// Nobody can request inodes: whoever has one exceeds the request.
    fn exceeds_request(&self) -> bool {
        let request = match self.resource {
            DiskResource::Space => self.storage_request,
            DiskResource::Inodes => Amount::ZERO,
        };
        self.usage.is_some_and(|usage| usage > request)
    }

    /// Even from a number of inodes the kubelet takes the bytes of storage that the pod requested.
    fn excess(&self) -> Option<Amount> {
        self.usage.map(|usage| usage - self.storage_request)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ORDERS, assert_total_preorder};
    use super::super::{KubeletOrder, QosOrder, rank};
    use super::*;
    use crate::eviction::statistics::VolumeStatistics;
    use crate::ground::Bytes;
    use crate::model::{Volume, VolumeKind};
    use QosClass::{BestEffort, Burstable, Guaranteed};
    use proptest::prelude::*;

    fn part(used: u64) -> FsUse {
        FsUse { used: Some(Bytes(used)), inodes_used: Some(used * 10) }
    }

    /// Each part has its own decimal place, so a sum tells what was added.
    fn pod_with_all_parts() -> (PodSpec, PodStatistics) {
        let kinds = [
            ("scratch", VolumeKind::EmptyDir { size_limit: None }),
            ("host", VolumeKind::HostPath),
            ("settings", VolumeKind::ConfigMap),
            ("sources", VolumeKind::GitRepo),
            ("shm", VolumeKind::MemoryEmptyDir { size_limit: None }),
            ("claim", VolumeKind::PersistentVolumeClaim),
            ("keys", VolumeKind::Other),
        ];
        let volume = |(name, kind): (&str, VolumeKind)| Volume {
            name: name.into(),
            kind,
            claim: None,
            written_size_limit: None,
        };
        let held = |((name, _), used): ((&str, VolumeKind), u64)| VolumeStatistics {
            name: name.into(),
            held: part(used),
        };
        let app = ContainerStatistics {
            name: "app".into(),
            rootfs: part(1),
            logs: part(10),
            ..ContainerStatistics::default()
        };
        let silent = ContainerStatistics { name: "silent".into(), ..ContainerStatistics::default() };
        let statistics = PodStatistics {
            containers: vec![app, silent],
            volumes: kinds.into_iter().zip([100, 100, 100, 100, 1000, 1000, 1000]).map(held).collect(),
            ..PodStatistics::default()
        };
        (PodSpec { volumes: kinds.into_iter().map(volume).collect(), ..PodSpec::default() }, statistics)
    }

    #[test]
    fn each_filesystem_counts_what_a_pod_can_have_on_it() {
        use Filesystem::{Containers, Images, Node};
        let (pod, statistics) = pod_with_all_parts();
        let used = |layout| {
            [Node, Images, Containers].map(|filesystem| {
                disk_usage(&pod, &statistics, (filesystem, layout), DiskResource::Space).bytes().0
            })
        };
        // Root filesystem 1, logs 10, four local volumes 400; other volumes never.
        assert_eq!(used(FilesystemLayout::Single), [411, 411, 411]);
        assert_eq!(used(FilesystemLayout::DedicatedImages), [410, 1, 1]);
        assert_eq!(used(FilesystemLayout::SplitImages), [411, 0, 411]);
    }

    #[test]
    fn inodes_are_counted_part_by_part_as_bytes_are() {
        let (pod, statistics) = pod_with_all_parts();
        let whole = (Filesystem::Node, FilesystemLayout::Single);
        assert_eq!(disk_usage(&pod, &statistics, whole, DiskResource::Inodes), Amount::whole(4110));
    }

    #[test]
    fn a_sum_beyond_64_bits_stays_exact() {
        let full = ContainerStatistics {
            rootfs: part(1),
            logs: FsUse { used: Some(Bytes(u64::MAX)), inodes_used: None },
            ..ContainerStatistics::default()
        };
        let statistics = PodStatistics { containers: vec![full], ..PodStatistics::default() };
        let whole = (Filesystem::Node, FilesystemLayout::Single);
        let sum = disk_usage(&PodSpec::default(), &statistics, whole, DiskResource::Space);
        assert_eq!(sum, Amount::whole(u64::MAX) + Amount::whole(1));
    }

    /// Whole bytes or inodes; the pod's number is its serial, too.
    fn candidate(
        pod: u32,
        (qos, priority): (QosClass, i32),
        resource: DiskResource,
        (usage, request): (u64, u64),
    ) -> DiskCandidate {
        DiskCandidate {
            pod: PodId(pod),
            serial: u64::from(pod),
            qos,
            priority,
            resource,
            usage: Some(Amount::whole(usage)),
            storage_request: Amount::whole(request),
        }
    }

    #[test]
    fn under_a_shortage_of_space_the_request_is_that_of_storage() {
        use DiskResource::Space;
        // given          pod  class, priority       used, requested
        #[rustfmt::skip]
        let mut pods = [
            candidate(      1, (Guaranteed, 0),   Space, (300, 300)), // equal is not over
            candidate(      2, (BestEffort, 5),   Space, (900,   0)), // over, but important
            candidate(      3, (Burstable,  0),   Space, (200, 100)), // over by 100
            candidate(      4, (Guaranteed, 0),   Space, (150,   0)), // over by 150
        ];
        rank(&KubeletOrder, &mut pods);
        assert_eq!(pods.map(|pod| pod.pod.0), [4, 3, 2, 1]);
        rank(&QosOrder, &mut pods);
        assert_eq!(pods.map(|pod| pod.pod.0), [2, 3, 4, 1]);
    }

    #[test]
    fn any_inode_is_over_the_request_yet_requested_bytes_are_taken_off_in_the_end() {
        use DiskResource::Inodes;
        // given          pod  class, priority        inodes, bytes requested
        #[rustfmt::skip]
        let mut pods = [
            candidate(      1, (Burstable, 0),    Inodes, (  0,   0)), // has none: the only one not over
            candidate(      2, (Burstable, 0),    Inodes, (900, 899)), // 1 left
            candidate(      3, (Burstable, 0),    Inodes, (  5, 100)), // -95 left, still over
            candidate(      4, (Burstable, 0),    Inodes, (  2,   0)), // 2 left
        ];
        rank(&KubeletOrder, &mut pods);
        assert_eq!(pods.map(|pod| pod.pod.0), [4, 2, 3, 1]);
    }

    #[test]
    fn a_pod_that_the_statistics_do_not_know_goes_before_all_others() {
        use DiskResource::Space;
        let unknown = DiskCandidate { usage: None, ..candidate(1, (Guaranteed, 9), Space, (0, 100)) };
        let mut pods = [candidate(2, (BestEffort, -9), Space, (900, 0)), unknown];
        rank(&KubeletOrder, &mut pods);
        assert_eq!(pods.map(|pod| pod.pod.0), [1, 2]);
    }

    /// Few distinct values, so that ties in every key are common.
    fn any_candidate(resource: DiskResource) -> impl Strategy<Value = DiskCandidate> {
        let qos = prop::sample::select(QosClass::ALL.to_vec());
        let usage = prop::option::weighted(0.8, 0..4_u64);
        (qos, -1..2_i32, usage, 0..4_u64).prop_map(move |(qos, priority, usage, request)| DiskCandidate {
            usage: usage.map(Amount::whole),
            ..candidate(0, (qos, priority), resource, (0, request))
        })
    }

    fn any_three() -> impl Strategy<Value = [DiskCandidate; 3]> {
        prop::sample::select(vec![DiskResource::Space, DiskResource::Inodes])
            .prop_flat_map(|resource| prop::array::uniform3(any_candidate(resource)))
    }

    proptest! {
        #[test]
        fn every_order_is_a_total_preorder_of_disk_users(three in any_three()) {
            for order in ORDERS {
                assert_total_preorder(order, &three);
            }
        }
    }
}
