//! What a node has besides memory: file systems and process ids, as written -> as meant.
//!
//! What: how large they are, what of them is no pod's, and what a kubelet could delete.
//! Never: which thresholds watch them; [`super::unobserved`] tells of those that cannot be met.

use super::measure::{Measure, measured, positive};
use super::spot::{Findings, Spot};
use super::tables::Files;
use super::usage::{Owner, UsageCheck};
use crate::eviction::Signal;
use crate::ground::Bytes;
use crate::model::{Filesystem, Node, NodePart};
use crate::scenario::file::node::{FilesystemFile, NodeFile, ProcessIdsFile};
use crate::scenario::file::usage::UsageFile;
use crate::scenario::usage_model::{LevelModel, UsageModel};

/// A kernel of 64 bits has no more. Source: Linux `PID_MAX_LIMIT`.
const MOST_PROCESS_IDS: Bytes = Bytes(4 * 1024 * 1024);

/// What a node has besides memory.
#[derive(Debug, Default)]
pub struct BesidesMemory {
    pub node_fs: Option<Filesystem>,
    pub image_fs: Option<Filesystem>,
    pub process_ids: Option<u64>,
    /// What of it is no pod's.
    pub others: Vec<(NodePart, UsageModel)>,
}

/// A file system as a scenario names it.
#[derive(Clone, Copy)]
struct Named {
    key: &'static str,
    space: NodePart,
    inodes: NodePart,
}

const NODEFS: Named = Named { key: "nodefs", space: NodePart::NodeFs, inodes: NodePart::NodeFsInodes };
const IMAGEFS: Named = Named { key: "imagefs", space: NodePart::ImageFs, inodes: NodePart::ImageFsInodes };

/// Reads what one node has besides memory.
pub struct BesidesMemoryCheck<'c, 'f> {
    findings: &'c mut Findings,
    files: &'c Files<'f>,
    /// The node's name.
    name: &'c str,
    others: Vec<(NodePart, UsageModel)>,
}

impl<'c, 'f> BesidesMemoryCheck<'c, 'f> {
    pub fn new(findings: &'c mut Findings, files: &'c Files<'f>, name: &'c str) -> Self {
        BesidesMemoryCheck { findings, files, name, others: Vec::new() }
    }

    pub fn read(mut self, spot: &Spot<'_>, node: &NodeFile) -> BesidesMemory {
        let storage = spot.keys(&["capacity", "ephemeral-storage"]);
        let written = node.capacity.ephemeral_storage.as_ref();
        let storage = written.map(|text| positive(self.findings, &storage, text, Measure::Disk));
        let node_fs = match &node.nodefs {
            Some(file) => Some(self.filesystem(NODEFS, (spot, file), storage)),
            None => storage.map(|capacity| Filesystem { capacity, ..Filesystem::default() }),
        };
        let image_fs = node.imagefs.as_ref().map(|file| self.filesystem(IMAGEFS, (spot, file), None));
        if image_fs.is_some() && node_fs.is_some_and(|fs| fs.unused_images > Bytes::ZERO) {
            let what = format!("the images of node {} lie on imagefs, not on nodefs", self.name);
            let spot = spot.keys(&["nodefs", "unusedImages"]);
            self.findings.mistake(&spot, what, "write `unusedImages` in `imagefs`");
        }
        let process_ids = node.pids.as_ref().map(|file| self.process_ids(&spot.key("pids"), file));
        BesidesMemory { node_fs, image_fs, process_ids, others: self.others }
    }

    fn filesystem(
        &mut self,
        named: Named,
        (node, file): (&Spot<'_>, &FilesystemFile),
        otherwise: Option<Bytes>,
    ) -> Filesystem {
        let spot = node.key(named.key);
        let capacity = match (&file.capacity, otherwise) {
            (Some(text), _) => positive(self.findings, &spot.key("capacity"), text, Measure::Disk),
            (None, Some(capacity)) => capacity,
            (None, None) => {
                let what = format!("node {} does not say how large its {} is", self.name, named.key);
                self.findings.mistake(&spot, what, "add `capacity`, such as `capacity: 100Gi`");
                Bytes::ZERO
            }
        };
        let (images, text) = (spot.key("unusedImages"), file.unused_images.as_ref());
        let images_size = text.map(|text| measured(self.findings, &images, text, Measure::Disk));
        let unused_images = images_size.unwrap_or_default();
        self.refuse_above(&images, (Measure::Disk, unused_images), capacity);
        match &file.used {
            Some(used) => {
                let spot = spot.key("used");
                let fixed = self.usage(named.space, (&spot, used), (Measure::Disk, capacity));
                self.refuse_images_above(&images, unused_images, fixed);
            }
            None if unused_images > Bytes::ZERO => self.others.push((named.space, constant(unused_images))),
            None => {}
        }
        let inodes = self.inodes(named, &spot, file);
        Filesystem { capacity, inodes, unused_images }
    }

    fn inodes(&mut self, named: Named, spot: &Spot<'_>, file: &FilesystemFile) -> Option<u64> {
        let count = |text| positive(self.findings, &spot.key("inodes"), text, Measure::Inodes);
        let inodes = file.inodes.as_ref().map(count);
        if let Some(used) = &file.used_inodes {
            let spot = spot.key("usedInodes");
            if inodes.is_none() {
                let what = format!("used inodes of a {} that does not say how many it has", named.key);
                self.findings.mistake(&spot, what, "add `inodes`, such as `inodes: 6M`");
            }
            let whole = inodes.unwrap_or_default();
            self.usage(named.inodes, (&spot, used), (Measure::Inodes, whole));
        }
        inodes.map(|inodes| inodes.0)
    }

    fn process_ids(&mut self, spot: &Spot<'_>, file: &ProcessIdsFile) -> u64 {
        let limit = positive(self.findings, &spot.key("limit"), &file.limit, Measure::Processes);
        if MOST_PROCESS_IDS < limit {
            let most = MOST_PROCESS_IDS.0;
            let what = format!("{} process ids are more than Linux has, {most}", limit.0);
            self.findings.mistake(&spot.key("limit"), what, format!("write at most {most}"));
        }
        if let Some(used) = &file.used {
            self.usage(NodePart::Processes, (&spot.key("used"), used), (Measure::Processes, limit));
        }
        limit.0
    }

    /// Reads what of a part is no pod's; returns it if it never changes.
    fn usage(
        &mut self,
        part: NodePart,
        (spot, file): (&Spot<'_>, &UsageFile),
        (measure, whole): (Measure, Bytes),
    ) -> Option<Bytes> {
        let words = format!("node {}", self.name);
        let owner = Owner { words, has_request: false, has_limit: false, measure };
        let mut check = UsageCheck { findings: &mut *self.findings, files: self.files, owner: &owner };
        let model = check.usage(spot, Some(file));
        let fixed = match &model {
            UsageModel::Constant(LevelModel::Fixed(level)) => Some(*level),
            _ => None,
        };
        self.refuse_above(spot, (measure, fixed.unwrap_or_default()), whole);
        self.others.push((part, model));
        fixed
    }

    /// A whole of nothing has been refused already.
    fn refuse_above(&mut self, spot: &Spot<'_>, (measure, part): (Measure, Bytes), whole: Bytes) {
        if Bytes::ZERO < whole && whole < part {
            let (part, of) = (measure.worded(measure.amount_of(part)), measure.amount_of(whole));
            let what = format!("{part}, where there are only {of}");
            self.findings.mistake(spot, what, "write no more than there is");
        }
    }

    fn refuse_images_above(&mut self, spot: &Spot<'_>, images: Bytes, used: Option<Bytes>) {
        if let Some(used) = used
            && used < images
        {
            let what = format!("unused images of {images} are counted in `used`, which is only {used}");
            self.findings.mistake(spot, what, format!("write at least {images} as `used`"));
        }
    }
}

/// All that there is of what a signal observes: nothing where a node does not say it, or of memory.
/// Where images have no file system of their own, all signals of disks observe the one that there is.
pub fn whole(node: &Node, signal: Signal) -> Option<Bytes> {
    let of_images = node.image_fs.or(node.node_fs);
    match signal {
        Signal::MemoryAvailable | Signal::AllocatableMemoryAvailable => None,
        Signal::NodefsAvailable => Some(node.node_fs?.capacity),
        Signal::NodefsInodesFree => node.node_fs?.inodes.map(Bytes),
        Signal::ImagefsAvailable | Signal::ContainerfsAvailable => Some(of_images?.capacity),
        Signal::ImagefsInodesFree | Signal::ContainerfsInodesFree => of_images?.inodes.map(Bytes),
        Signal::PidAvailable => node.process_ids.map(Bytes),
    }
}

fn constant(level: Bytes) -> UsageModel {
    UsageModel::Constant(LevelModel::Fixed(level))
}
