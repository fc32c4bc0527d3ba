//! Limits of local storage: who is over one goes, whether the node is short or not.
//!
//! What: a volume's `sizeLimit`, the limit of a pod's ephemeral storage as a
//! whole, and that of each of its containers, in this order; the first that is
//! exceeded counts.
//! Never: thresholds. All offenders go in one pass, and then the pass is over
//! ([`super::pass`]).
//!
//! Source: kubernetes `localStorageEviction` (1.32).

use super::order::FilesystemLayout;
use super::statistics::{ContainerStatistics, FsUse, PodStatistics};
use crate::ground::{Amount, Format, Quantity};
use crate::model::{ContainerSpec, PodSpec, Resource};
use std::fmt;

/// A limit that a pod exceeds. Prints as the message in the pod's status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverLimit<'a> {
    EmptyDir { volume: &'a str, limit: &'a Quantity },
    Pod { limit: Quantity },
    Container { name: &'a str, limit: Quantity },
}

impl fmt::Display for OverLimit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OverLimit::EmptyDir { volume, limit } => {
                write!(f, "Usage of EmptyDir volume \"{volume}\" exceeds the limit \"{limit}\". ")
            }
            OverLimit::Pod { limit } => {
                write!(f, "Pod ephemeral local storage usage exceeds the total limit of containers {limit}. ")
            }
            OverLimit::Container { name, limit } => {
                write!(f, "Container {name} exceeded its local ephemeral storage limit \"{limit}\". ")
            }
        }
    }
}

/// The first limit that the pod exceeds. Equal is not more.
pub fn over_limit<'a>(
    pod: &'a PodSpec,
    statistics: &'a PodStatistics,
    layout: FilesystemLayout,
) -> Option<OverLimit<'a>> {
    over_size_limit(pod, statistics)
        .or_else(|| over_pod_limit(pod, statistics))
        .or_else(|| over_container_limit(pod, statistics, layout))
}

/// Volumes in memory, too. A limit of zero is none.
fn over_size_limit<'a>(pod: &'a PodSpec, statistics: &PodStatistics) -> Option<OverLimit<'a>> {
    pod.volumes.iter().find_map(|volume| {
        let limit = volume.written_size_limit.as_ref().filter(|limit| limit.amount().is_positive())?;
        // Of a name that comes twice the kubelet keeps the last.
        let held = statistics.volumes.iter().rfind(|known| known.name == volume.name)?.held.used?;
        (Amount::from(held) > limit.amount()).then_some(OverLimit::EmptyDir { volume: &volume.name, limit })
    })
}

/// The pod's figure as it is reported, never a sum of its parts.
fn over_pod_limit<'a>(pod: &PodSpec, statistics: &PodStatistics) -> Option<OverLimit<'a>> {
    let limit = storage_limit(pod)?;
    let used = statistics.ephemeral_storage?;
    (Amount::from(used) > limit.amount()).then_some(OverLimit::Pod { limit })
}

/// Regular containers alone, in the order of the statistics. A limit of zero is none.
fn over_container_limit<'a>(
    pod: &'a PodSpec,
    statistics: &PodStatistics,
    layout: FilesystemLayout,
) -> Option<OverLimit<'a>> {
    statistics.containers.iter().find_map(|figures| {
        let container = pod.containers.iter().rfind(|container| {
            container.name == figures.name && positive_storage_limit(container).is_some()
        })?;
        let limit = positive_storage_limit(container)?;
        (written_by(figures, layout) > limit.amount())
            .then_some(OverLimit::Container { name: &container.name, limit })
    })
}

fn positive_storage_limit(container: &ContainerSpec) -> Option<Quantity> {
    container.printed_limit(Resource::EphemeralStorage).filter(|limit| limit.amount().is_positive())
}

/// Logs and, where images have no file system of their own, what the container wrote. What is not
/// reported counts as nothing.
fn written_by(figures: &ContainerStatistics, layout: FilesystemLayout) -> Amount {
    let used = |part: FsUse| Amount::from(part.used.unwrap_or_default());
    match layout {
        FilesystemLayout::Single => used(figures.logs) + used(figures.rootfs),
        FilesystemLayout::DedicatedImages | FilesystemLayout::SplitImages => used(figures.logs),
    }
}

/// [`PodSpec::effective_limits`] of ephemeral storage, printed as the kubelet prints it: in the
/// family of what was summed first, or unchanged if there was nothing to sum.
/// Absent if no container sets a limit; one of zero is a limit.
fn storage_limit(pod: &PodSpec) -> Option<Quantity> {
    let own = |container: &ContainerSpec| container.printed_limit(Resource::EphemeralStorage);
    let mut running = pod.containers.iter().map(own).fold(None, sum);
    let mut sidecars = None;
    let mut starting = None;
    for container in &pod.init_containers {
        let beside = if container.sidecar {
            running = sum(running, own(container));
            sidecars = sum(sidecars, own(container));
            sidecars.clone()
        } else {
            sum(own(container), sidecars.clone())
        };
        starting = larger(starting, beside);
    }
    let limit = larger(running, starting)?;
    let overhead = pod.overhead.ephemeral_storage.filter(|_| limit.amount() != Amount::ZERO);
    Some(match overhead {
        Some(overhead) => limit.plus(&Quantity::new(overhead, Format::BinarySI)),
        None => limit,
    })
}

fn sum(a: Option<Quantity>, b: Option<Quantity>) -> Option<Quantity> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.plus(&b)),
        (a, b) => a.or(b),
    }
}

/// The second only if it is really more.
fn larger(a: Option<Quantity>, b: Option<Quantity>) -> Option<Quantity> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.amount() > a.amount() { b } else { a }),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::statistics::VolumeStatistics;
    use crate::ground::Bytes;
    use crate::model::{PodLevelResources, ResourceAmounts, Volume, VolumeKind};
    use proptest::prelude::*;

    fn storage(bytes: u64) -> ResourceAmounts {
        ResourceAmounts { ephemeral_storage: Some(Amount::whole(bytes)), ..ResourceAmounts::default() }
    }

    fn limited(name: &str, bytes: u64) -> ContainerSpec {
        ContainerSpec { name: name.into(), limits: storage(bytes), ..ContainerSpec::default() }
    }

    fn wrote(name: &str, rootfs: u64, logs: u64) -> ContainerStatistics {
        let part = |bytes| FsUse { used: Some(Bytes(bytes)), inodes_used: None };
        ContainerStatistics {
            name: name.into(),
            rootfs: part(rootfs),
            logs: part(logs),
            ..ContainerStatistics::default()
        }
    }

    fn told(pod: &PodSpec, statistics: &PodStatistics, layout: FilesystemLayout) -> Option<String> {
        over_limit(pod, statistics, layout).map(|limit| limit.to_string())
    }

    #[test]
    fn the_limits_are_asked_for_volumes_first_then_for_the_pod_then_for_its_containers() {
        let size_limit = Quantity::new(Amount::whole(1 << 20), Format::BinarySI);
        let shm = Volume {
            name: "shm".into(),
            kind: VolumeKind::MemoryEmptyDir { size_limit: Some(Bytes::mebi(1)) },
            claim: None,
            written_size_limit: Some(size_limit),
        };
        let pod = PodSpec {
            containers: vec![limited("app", 100), limited("log", 50)],
            volumes: vec![shm],
            ..PodSpec::default()
        };
        let mut statistics = PodStatistics {
            ephemeral_storage: Some(Bytes(151)),
            containers: vec![wrote("log", 0, 50), wrote("app", 60, 41)],
            volumes: vec![VolumeStatistics {
                name: "shm".into(),
                held: FsUse { used: Some(Bytes(1_048_577)), inodes_used: None },
            }],
            ..PodStatistics::default()
        };
        let volume = "Usage of EmptyDir volume \"shm\" exceeds the limit \"1Mi\". ";
        assert_eq!(told(&pod, &statistics, FilesystemLayout::Single).as_deref(), Some(volume));
        statistics.volumes[0].held.used = Some(Bytes::mebi(1));
        let whole = "Pod ephemeral local storage usage exceeds the total limit of containers 150. ";
        assert_eq!(told(&pod, &statistics, FilesystemLayout::Single).as_deref(), Some(whole));
        statistics.ephemeral_storage = Some(Bytes(150));
        let container = "Container app exceeded its local ephemeral storage limit \"100\". ";
        assert_eq!(told(&pod, &statistics, FilesystemLayout::Single).as_deref(), Some(container));
        assert_eq!(told(&pod, &statistics, FilesystemLayout::DedicatedImages), None, "41 of logs");
    }

    #[test]
    fn a_limit_of_zero_is_enforced_for_the_pod_and_for_nothing_else() {
        let pod = PodSpec { containers: vec![limited("app", 0)], ..PodSpec::default() };
        let mut statistics =
            PodStatistics { containers: vec![wrote("app", 9, 9)], ..PodStatistics::default() };
        assert_eq!(told(&pod, &statistics, FilesystemLayout::Single), None);
        statistics.ephemeral_storage = Some(Bytes(1));
        let whole = "Pod ephemeral local storage usage exceeds the total limit of containers 0. ";
        assert_eq!(told(&pod, &statistics, FilesystemLayout::Single).as_deref(), Some(whole));
    }

    fn any_container() -> impl Strategy<Value = ContainerSpec> {
        (prop::option::of(0..4_u64), any::<bool>()).prop_map(|(limit, sidecar)| ContainerSpec {
            limits: limit.map(storage).unwrap_or_default(),
            sidecar,
            ..ContainerSpec::default()
        })
    }

    proptest! {
        #[test]
        fn the_printed_limit_is_the_schedulers_sum(
            init_containers in prop::collection::vec(any_container(), 0..4),
            containers in prop::collection::vec(any_container(), 1..4),
            overhead in prop::option::of(1..3_u64),
        ) {
            let overhead = overhead.map(storage).unwrap_or_default();
            let pod = PodSpec { init_containers, containers, overhead, ..PodSpec::default() };
            let sum = pod.effective_limits(PodLevelResources::Ignored).ephemeral_storage;
            prop_assert_eq!(storage_limit(&pod).map(|limit| limit.amount()), sum);
        }
    }
}
