//! What a node has besides memory: file systems, their inodes, process ids.
//!
//! What: for each of them whose size somebody gave, the sum of what uses it, and
//! when it falls below a threshold. Never: memory, which the kernel watches, too;
//! that is [`super::node_row`].

use super::walk::OwnWalk;
use crate::eviction::{
    Count, EvictionSettings, FilesystemLayout, NodeReclaim, Observation, Observations, Signal,
};
use crate::ground::{Bytes, Line, Ramp, SimTime};
use crate::model::{Filesystem, Node, NodePart, Usage, UsageCurve};

/// All of a node's. Empty where nobody said how large anything is, which costs nothing.
#[derive(Debug, Default)]
pub struct Stores {
    all: Vec<Store>,
    layout: FilesystemLayout,
}

/// One of them. Inodes and process ids are counted where bytes are: one stands for one.
#[derive(Debug)]
struct Store {
    part: NodePart,
    capacity: Bytes,
    highest_threshold: Bytes,
    pods: Line,
    /// What is no pod's.
    others: OwnWalk,
    /// The part of it that can still be deleted.
    unused_images: Bytes,
    /// What has been deleted.
    deleted: Bytes,
}

impl Stores {
    pub fn new(node: &Node, kubelet: &EvictionSettings) -> Stores {
        let layout = match node.image_fs {
            Some(_) => FilesystemLayout::DedicatedImages,
            None => FilesystemLayout::Single,
        };
        let space = |fs: Option<Filesystem>| fs.map(|fs| (fs.capacity, fs.unused_images));
        let inodes = |fs: Option<Filesystem>| Some((Bytes(fs?.inodes?), Bytes::ZERO));
        let sizes = [
            (NodePart::NodeFs, space(node.node_fs)),
            (NodePart::NodeFsInodes, inodes(node.node_fs)),
            (NodePart::ImageFs, space(node.image_fs)),
            (NodePart::ImageFsInodes, inodes(node.image_fs)),
            (NodePart::Processes, node.process_ids.map(|limit| (Bytes(limit), Bytes::ZERO))),
        ];
        let known = sizes.into_iter().filter_map(|(part, size)| Some((part, size?)));
        let all = known.map(|(part, (capacity, unused_images))| {
            let observing =
                kubelet.thresholds.iter().filter(|one| store_of(one.signal, layout) == Some(part));
            let lines = observing.map(|one| one.value.at(capacity.into()).bytes());
            let curve = node.others.iter().find(|(other, _)| *other == part).map(|(_, curve)| curve.clone());
            let curve = curve.unwrap_or_else(|| UsageCurve::constant(Bytes::ZERO));
            Store {
                part,
                capacity,
                highest_threshold: lines.max().unwrap_or_default(),
                pods: Line::default(),
                others: OwnWalk::begin(&curve, SimTime::START),
                unused_images,
                deleted: Bytes::ZERO,
            }
        });
        Stores { all: all.collect(), layout }
    }

    /// Whether nobody said how large anything is.
    pub fn are_none(&self) -> bool {
        self.all.is_empty()
    }

    pub fn layout(&self) -> FilesystemLayout {
        self.layout
    }

    /// Those parts that have a curve to walk.
    pub fn parts(&self) -> Vec<NodePart> {
        self.all.iter().map(|store| store.part).collect()
    }

    fn store(&self, part: NodePart) -> Option<&Store> {
        self.all.iter().find(|store| store.part == part)
    }

    fn store_mut(&mut self, part: NodePart) -> Option<&mut Store> {
        self.all.iter_mut().find(|store| store.part == part)
    }

    pub fn walk(&self, part: NodePart) -> Option<&OwnWalk> {
        self.store(part).map(|store| &store.others)
    }

    pub fn walk_mut(&mut self, part: NodePart) -> Option<&mut OwnWalk> {
        self.store_mut(part).map(|store| &mut store.others)
    }

    /// Changes the sum of what containers use in one way; nothing, where nobody knows its size.
    pub fn change(&mut self, usage: Usage, change: impl FnOnce(&mut Line)) {
        let part = self.part_of(usage);
        if let Some(store) = part.and_then(|part| self.store_mut(part)) {
            change(&mut store.pods);
        }
    }

    /// The sum of what containers use in one way, if somebody knows its size.
    pub fn pods(&self, usage: Usage) -> Option<(NodePart, Line)> {
        let store = self.store(self.part_of(usage)?)?;
        Some((store.part, store.pods))
    }

    /// Where it is taken from.
    pub fn part_of(&self, usage: Usage) -> Option<NodePart> {
        let is_dedicated = self.layout == FilesystemLayout::DedicatedImages;
        match usage {
            Usage::WorkingSet | Usage::Volume(_) => None,
            Usage::WritableLayer if is_dedicated => Some(NodePart::ImageFs),
            Usage::WritableLayer | Usage::Logs => Some(NodePart::NodeFs),
            Usage::Inodes if is_dedicated => Some(NodePart::ImageFsInodes),
            Usage::Inodes => Some(NodePart::NodeFsInodes),
            Usage::Processes => Some(NodePart::Processes),
        }
    }

    /// What the signals say, beside those of memory. A signal of the only file system
    /// speaks of that one, whatever its name.
    pub fn observe(&self, seen: Observations, now: SimTime) -> Observations {
        let all = Signal::ALL
            .into_iter()
            .filter_map(|signal| Some((signal, self.store(store_of(signal, self.layout)?)?)));
        all.fold(seen, |seen, (signal, store)| {
            let used = store.total().at(now).bytes().min(store.capacity);
            seen.with(signal, Observation::fresh(store.capacity - used, Count::from(store.capacity)))
        })
    }

    /// When the first threshold is met, if nothing changes.
    pub fn first_met(&self, now: SimTime) -> SimTime {
        let first = |store: &Store| first_below(store.total(), store.capacity, store.highest_threshold, now);
        self.all.iter().map(first).min().unwrap_or(SimTime::NEVER)
    }

    /// Deletes what nobody uses; how much that was.
    pub fn reclaim(&mut self, reclaim: NodeReclaim) -> Bytes {
        if !reclaim.unused_images {
            return Bytes::ZERO;
        }
        // Images lie on the file system of images, which may be the only one.
        let part = store_of(Signal::ImagefsAvailable, self.layout);
        let Some(store) = part.and_then(|part| self.store_mut(part)) else { return Bytes::ZERO };
        let freed = std::mem::take(&mut store.unused_images);
        store.deleted += freed;
        freed
    }
}

impl Store {
    fn total(&self) -> Line {
        let mut total = self.pods;
        total += self.others.ramp;
        total -= Ramp::flat(self.deleted);
        total
    }
}

/// What a signal observes.
fn store_of(signal: Signal, layout: FilesystemLayout) -> Option<NodePart> {
    let is_dedicated = layout == FilesystemLayout::DedicatedImages;
    match signal {
        Signal::MemoryAvailable | Signal::AllocatableMemoryAvailable => None,
        Signal::ImagefsAvailable | Signal::ContainerfsAvailable if is_dedicated => Some(NodePart::ImageFs),
        Signal::NodefsAvailable | Signal::ImagefsAvailable | Signal::ContainerfsAvailable => {
            Some(NodePart::NodeFs)
        }
        Signal::ImagefsInodesFree | Signal::ContainerfsInodesFree if is_dedicated => {
            Some(NodePart::ImageFsInodes)
        }
        Signal::NodefsInodesFree | Signal::ImagefsInodesFree | Signal::ContainerfsInodesFree => {
            Some(NodePart::NodeFsInodes)
        }
        Signal::PidAvailable => Some(NodePart::Processes),
    }
}

/// When `capacity` less `line` is first below `threshold`. What is available is never below nothing.
pub fn first_below(line: Line, capacity: Bytes, threshold: Bytes, now: SimTime) -> SimTime {
    if threshold == Bytes::ZERO {
        return SimTime::NEVER;
    }
    if threshold > capacity {
        return now;
    }
    line.first_above(capacity - threshold, now).unwrap_or(SimTime::NEVER)
}
