//! A node's pods as candidates for eviction, whatever the signal.
//!
//! What: for each signal the facts that count, and then one call to rank.
//! Never: the name of an order; any of them ranks any candidates.
//! Next: [`super::disk`] and [`super::pids`], for what is particular to them.
//!
//! A run under memory pressure makes its [`Candidate`]s itself, from rows instead of
//! statistics, and calls [`super::rank`].

use super::disk::{DiskCandidate, DiskResource, Filesystem, FilesystemLayout, disk_usage};
use super::pids::PidCandidate;
use super::{Candidate, Compared, Contender, Criterion, EvictionOrder, rank};
use crate::eviction::signal::Signal;
use crate::eviction::statistics::PodStatistics;
use crate::ground::{Amount, PodId};
use crate::model::PodTemplate;

/// A pod on a starved node, and what the statistics say of it.
#[derive(Clone, Copy, Debug)]
pub struct KnownPod<'a> {
    pub pod: PodId,
    /// What ties go by: the smaller goes first. The order of creation, or that of a list.
    pub serial: u64,
    pub template: &'a PodTemplate,
    /// Absent if the statistics do not know the pod.
    pub statistics: Option<&'a PodStatistics>,
}

/// All candidates of one node, under one signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidates {
    Memory(Vec<Candidate>),
    Disk(Vec<DiskCandidate>),
    Pids(Vec<PidCandidate>),
}

impl Candidates {
    /// What counts of each pod under `signal`, in the order given.
    pub fn under<'a>(
        signal: Signal,
        layout: FilesystemLayout,
        pods: impl IntoIterator<Item = KnownPod<'a>>,
    ) -> Candidates {
        let pods = pods.into_iter();
        match Shortage::told_by(signal) {
            Shortage::Memory => Candidates::Memory(pods.map(|pod| pod.for_memory()).collect()),
            Shortage::Pids => Candidates::Pids(pods.map(|pod| pod.for_pids()).collect()),
            Shortage::Disk(filesystem, resource) => {
                let on_disk = |pod: KnownPod<'_>| pod.for_disk((filesystem, layout), resource);
                Candidates::Disk(pods.map(on_disk).collect())
            }
        }
    }

    /// Sorts into eviction order.
    pub fn rank<O: EvictionOrder + ?Sized>(&mut self, order: &O) {
        match self {
            Candidates::Memory(pods) => rank(order, pods),
            Candidates::Disk(pods) => rank(order, pods),
            Candidates::Pids(pods) => rank(order, pods),
        }
    }

    /// Who they are, as they stand: after [`Candidates::rank`], in eviction order.
    pub fn pods(&self) -> Vec<PodId> {
        fn ids<C: Contender>(pods: &[C]) -> Vec<PodId> {
            pods.iter().map(Contender::pod).collect()
        }
        match self {
            Candidates::Memory(pods) => ids(pods),
            Candidates::Disk(pods) => ids(pods),
            Candidates::Pids(pods) => ids(pods),
        }
    }

    /// What the candidate at `place` uses of what is short, if it is known, and what it requested of that:
    /// bytes, inodes or processes, of which the last two cannot be requested.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn figures(&self, place: usize) -> (Option<Amount>, Amount) {
        match self {
            Candidates::Memory(pods) => {
                (pods[place].working_set.map(Amount::from), pods[place].memory_request)
            }
            Candidates::Disk(pods) => (pods[place].usage, pods[place].storage_request),
            Candidates::Pids(pods) => (pods[place].processes.map(Amount::whole), Amount::ZERO),
        }
    }

    /// What put the candidate at `place` before the next one; absent for the last.
    pub fn deciding<O: EvictionOrder + ?Sized>(&self, order: &O, place: usize) -> Option<Criterion> {
        Some(self.compared(order, place, place.checked_add(1)?)?.by)
    }

    /// How those at two places compare; absent if either place is.
    pub fn compared<O: EvictionOrder + ?Sized>(&self, order: &O, a: usize, b: usize) -> Option<Compared> {
        fn between<C: Contender, O>(pods: &[C], order: &O, a: usize, b: usize) -> Option<Compared>
        where
            O: EvictionOrder + ?Sized,
        {
            Some(pods.get(a)?.compared(order, pods.get(b)?))
        }
        match self {
            Candidates::Memory(pods) => between(pods, order, a, b),
            Candidates::Disk(pods) => between(pods, order, a, b),
            Candidates::Pids(pods) => between(pods, order, a, b),
        }
    }
}

impl KnownPod<'_> {
    fn for_memory(self) -> Candidate {
        Candidate {
            pod: self.pod,
            serial: self.serial,
            qos: self.template.qos,
            priority: self.template.priority,
            working_set: self.statistics.map(|known| known.working_set.unwrap_or_default()),
            memory_request: self.template.eviction_request,
        }
    }

    fn for_disk(self, place: (Filesystem, FilesystemLayout), resource: DiskResource) -> DiskCandidate {
        DiskCandidate {
            pod: self.pod,
            serial: self.serial,
            qos: self.template.qos,
            priority: self.template.priority,
            resource,
            usage: self.statistics.map(|known| disk_usage(&self.template.spec, known, place, resource)),
            storage_request: self.template.eviction_storage_request,
        }
    }

    fn for_pids(self) -> PidCandidate {
        PidCandidate {
            pod: self.pod,
            serial: self.serial,
            qos: self.template.qos,
            priority: self.template.priority,
            processes: self.statistics.map(|known| known.processes.unwrap_or_default()),
        }
    }
}

/// What a signal says is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortage {
    Memory,
    Disk(Filesystem, DiskResource),
    Pids,
}

impl Shortage {
    fn told_by(signal: Signal) -> Shortage {
        use DiskResource::{Inodes, Space};
        use Filesystem::{Containers, Images, Node};
        match signal {
            Signal::MemoryAvailable | Signal::AllocatableMemoryAvailable => Shortage::Memory,
            Signal::NodefsAvailable => Shortage::Disk(Node, Space),
            Signal::NodefsInodesFree => Shortage::Disk(Node, Inodes),
            Signal::ImagefsAvailable => Shortage::Disk(Images, Space),
            Signal::ImagefsInodesFree => Shortage::Disk(Images, Inodes),
            Signal::ContainerfsAvailable => Shortage::Disk(Containers, Space),
            Signal::ContainerfsInodesFree => Shortage::Disk(Containers, Inodes),
            Signal::PidAvailable => Shortage::Pids,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::statistics::{ContainerStatistics, FsUse};
    use crate::eviction::{KubeletOrder, QosOrder};
    use crate::ground::{Amount, Bytes};
    use crate::model::{ContainerSpec, PodSpec, QosClass, ResourceAmounts};

    fn requesting(memory: u64, storage: u64) -> PodTemplate {
        let requests = ResourceAmounts {
            cpu: None,
            memory: Some(Amount::whole(memory)),
            ephemeral_storage: Some(Amount::whole(storage)),
        };
        let container = ContainerSpec { requests, ..ContainerSpec::default() };
        PodTemplate::new(PodSpec { containers: vec![container], ..PodSpec::default() })
    }

    fn using(memory: u64, (disk, inodes): (u64, u64), processes: u64) -> PodStatistics {
        let rootfs = FsUse { used: Some(Bytes(disk)), inodes_used: Some(inodes) };
        PodStatistics {
            working_set: Some(Bytes(memory)),
            processes: Some(processes),
            containers: vec![ContainerStatistics { rootfs, ..ContainerStatistics::default() }],
            ..PodStatistics::default()
        }
    }

    /// Three pods of one priority. By all that is requested:
    ///
    /// ```text
    /// pod  class       memory      disk        inodes  processes
    ///   0  Burstable   over by 50  under by 5      10         30
    ///   1  Burstable   over by 10  over by 50      20         10
    ///   2  BestEffort  over by 20  over by 20      30         20
    /// ```
    fn first_to_go(signal: Signal, order: &dyn EvictionOrder) -> (PodId, Option<Criterion>) {
        let templates = [requesting(100, 10), requesting(100, 10), requesting(0, 0)];
        let statistics = [using(150, (5, 10), 30), using(110, (60, 20), 10), using(20, (20, 30), 20)];
        let pods = (0..3).map(|number: u32| KnownPod {
            pod: PodId(number),
            serial: u64::from(number),
            template: &templates[number as usize],
            statistics: Some(&statistics[number as usize]),
        });
        let mut candidates = Candidates::under(signal, FilesystemLayout::Single, pods);
        candidates.rank(order);
        assert_eq!(candidates.deciding(order, 2), None, "nobody comes after the last");
        (candidates.pods()[0], candidates.deciding(order, 0))
    }

    #[test]
    fn each_signal_asks_for_what_is_short() {
        let first = |signal| first_to_go(signal, &KubeletOrder);
        let by_excess = |pod| (PodId(pod), Some(Criterion::Excess));
        assert_eq!(first(Signal::MemoryAvailable), by_excess(0));
        assert_eq!(first(Signal::AllocatableMemoryAvailable), by_excess(0));
        assert_eq!(first(Signal::NodefsAvailable), by_excess(1));
        assert_eq!(first(Signal::ImagefsInodesFree), by_excess(2)); // 30, 20 - 10, 10 - 10
        assert_eq!(first(Signal::PidAvailable), by_excess(0));
    }

    #[test]
    fn the_lessons_order_asks_for_the_class_first_whatever_is_short() {
        for signal in Signal::ALL {
            let expected = (PodId(2), Some(Criterion::QosClass));
            assert_eq!(first_to_go(signal, &QosOrder), expected, "{}", signal.name());
        }
    }

    #[test]
    fn a_pod_that_is_known_without_a_figure_uses_nothing() {
        let (template, silent) = (requesting(0, 0), PodStatistics::default());
        assert_eq!(template.qos, QosClass::BestEffort);
        let known = |statistics| KnownPod { pod: PodId(0), serial: 0, template: &template, statistics };
        let used = |statistics| {
            let pod = known(statistics);
            let disk = pod.for_disk((Filesystem::Node, FilesystemLayout::Single), DiskResource::Space);
            (pod.for_memory().working_set, disk.usage, pod.for_pids().processes)
        };
        assert_eq!(used(Some(&silent)), (Some(Bytes::ZERO), Some(Amount::ZERO), Some(0)));
        assert_eq!(used(None), (None, None, None));
    }
}
