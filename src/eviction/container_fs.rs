//! The thresholds of containerfs, which nobody but the kubelet sets.
//!
//! What: on its first pass a kubelet learns how its file systems are laid out, and
//! gives containerfs the thresholds of the file system that containers write to.
//! Never: what is observed of any of them.
//! Next: [`super::monitor`], whose first pass does not know all of them.
//!
//! Source: kubernetes `UpdateContainerFsThresholds` (1.32).

use super::order::FilesystemLayout;
use super::signal::Signal;
use super::threshold::Threshold;

/// A kubelet's thresholds from its second pass on.
#[derive(Clone, Debug, PartialEq)]
pub struct WithContainerFs {
    pub thresholds: Vec<Threshold>,
    /// So many of them, from the front, take part in the first pass, too.
    pub known_at_first: usize,
}

/// The configured thresholds with those of containerfs.
///
/// A configured containerfs threshold gives way to a copy in its place, at once; what is not configured
/// is added behind, and the first pass has already gone without it. Where nothing is there to
/// copy, nothing is left: the kubelet's own placeholder is never met.
pub fn with_container_fs(configured: &[Threshold], layout: FilesystemLayout) -> WithContainerFs {
    let mut in_place: Vec<Option<Threshold>> = configured.iter().cloned().map(Some).collect();
    let mut added = Vec::new();
    for (container_fs, source) in sources(layout) {
        for hard in [true, false] {
            let last_of =
                |signal| configured.iter().rposition(|one| one.signal == signal && one.is_hard() == hard);
            let copy = last_of(source).map(|at| Threshold { signal: container_fs, ..configured[at].clone() });
            match last_of(container_fs) {
                Some(place) => in_place[place] = copy,
                None => added.extend(copy),
            }
        }
    }
    let mut thresholds: Vec<Threshold> = in_place.into_iter().flatten().collect();
    let known_at_first = thresholds.len();
    thresholds.extend(added);
    WithContainerFs { thresholds, known_at_first }
}

/// The signals of containerfs, each with the one that it follows.
fn sources(layout: FilesystemLayout) -> [(Signal, Signal); 2] {
    let (space, inodes) = match layout {
        FilesystemLayout::Single | FilesystemLayout::SplitImages => {
            (Signal::NodefsAvailable, Signal::NodefsInodesFree)
        }
        FilesystemLayout::DedicatedImages => (Signal::ImagefsAvailable, Signal::ImagefsInodesFree),
    };
    [(Signal::ContainerfsAvailable, space), (Signal::ContainerfsInodesFree, inodes)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::{Count, ThresholdValue};
    use crate::ground::SimDuration;

    fn threshold(signal: Signal, line: i64, grace_seconds: u64) -> Threshold {
        Threshold {
            signal,
            value: ThresholdValue::Quantity(Count(line)),
            written: None,
            grace_period: SimDuration::seconds(grace_seconds),
            minimum_reclaim: Some(ThresholdValue::Quantity(Count(line + 1))),
        }
    }

    #[test]
    fn containerfs_follows_the_file_system_that_containers_write_to() {
        let configured = [
            threshold(Signal::NodefsAvailable, 1, 0),
            threshold(Signal::NodefsAvailable, 2, 30),
            threshold(Signal::ImagefsAvailable, 3, 0),
            threshold(Signal::NodefsInodesFree, 4, 0),
        ];
        let added = |layout| {
            let with = with_container_fs(&configured, layout);
            assert_eq!(with.known_at_first, 4, "the first pass has the configured ones alone");
            with.thresholds[4..].to_vec()
        };
        let as_nodefs = vec![
            threshold(Signal::ContainerfsAvailable, 1, 0),
            threshold(Signal::ContainerfsAvailable, 2, 30),
            threshold(Signal::ContainerfsInodesFree, 4, 0),
        ];
        assert_eq!(added(FilesystemLayout::Single), as_nodefs);
        assert_eq!(added(FilesystemLayout::SplitImages), as_nodefs);
        let as_imagefs = vec![threshold(Signal::ContainerfsAvailable, 3, 0)];
        assert_eq!(added(FilesystemLayout::DedicatedImages), as_imagefs);
    }

    #[test]
    fn a_configured_containerfs_threshold_gives_way_in_its_place_or_altogether() {
        let own = threshold(Signal::ContainerfsAvailable, 9, 0);
        let pids = threshold(Signal::PidAvailable, 5, 0);
        let configured = [own, pids.clone(), threshold(Signal::ImagefsAvailable, 3, 0)];
        let dedicated = with_container_fs(&configured, FilesystemLayout::DedicatedImages);
        assert_eq!(dedicated.thresholds[0], threshold(Signal::ContainerfsAvailable, 3, 0));
        assert_eq!(dedicated.known_at_first, 3);
        let single = with_container_fs(&configured, FilesystemLayout::Single); // Nodefs has none.
        assert_eq!(single.thresholds, [pids, configured[2].clone()]);
    }
}
