//! What a kubelet deletes before it evicts anybody.
//!
//! What: which of a node's own leftovers go for which signal. Images and dead
//! containers take disk space; nothing of the node's own helps memory or process ids.
//! Never: the deletion, or what it freed: the statistics are read again for that
//! ([`super::threshold::EvictionSettings::is_any_unresolved`]).
//!
//! Source: kubernetes `buildSignalToNodeReclaimFuncs` (1.32).

use super::order::FilesystemLayout;
use super::signal::{Signal, Starved};

/// What is deleted. If it is anything, the kubelet reads its statistics again before it goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeReclaim {
    pub dead_containers: bool,
    pub unused_images: bool,
}

impl NodeReclaim {
    const NOTHING: NodeReclaim = NodeReclaim { dead_containers: false, unused_images: false };
    const DEAD_CONTAINERS: NodeReclaim = NodeReclaim { dead_containers: true, ..NodeReclaim::NOTHING };
    const UNUSED_IMAGES: NodeReclaim = NodeReclaim { unused_images: true, ..NodeReclaim::NOTHING };
    const BOTH: NodeReclaim = NodeReclaim { dead_containers: true, unused_images: true };

    /// What goes when `signal` is low.
    pub fn of(signal: Signal, layout: FilesystemLayout) -> NodeReclaim {
        use FilesystemLayout::{DedicatedImages, Single, SplitImages};
        if matches!(signal.starved(), Starved::Memory | Starved::Pids) {
            return NodeReclaim::NOTHING;
        }
        let is_node_fs = matches!(signal, Signal::NodefsAvailable | Signal::NodefsInodesFree);
        let is_image_fs = matches!(signal, Signal::ImagefsAvailable | Signal::ImagefsInodesFree);
        match layout {
            Single => NodeReclaim::BOTH,
            DedicatedImages if is_node_fs => NodeReclaim::NOTHING,
            DedicatedImages => NodeReclaim::BOTH,
            SplitImages if is_image_fs => NodeReclaim::UNUSED_IMAGES,
            SplitImages => NodeReclaim::DEAD_CONTAINERS,
        }
    }

    pub fn is_nothing(self) -> bool {
        self == NodeReclaim::NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_is_what_lies_on_the_file_system_that_is_short() {
        use FilesystemLayout::{DedicatedImages, Single, SplitImages};
        const NOTHING: NodeReclaim = NodeReclaim::NOTHING;
        const BOTH: NodeReclaim = NodeReclaim::BOTH;
        // signal                          single   dedicated  split
        #[rustfmt::skip]
        let table = [
            (Signal::NodefsAvailable,      BOTH,    NOTHING,   NodeReclaim::DEAD_CONTAINERS),
            (Signal::ImagefsInodesFree,    BOTH,    BOTH,      NodeReclaim::UNUSED_IMAGES),
            (Signal::ContainerfsAvailable, BOTH,    BOTH,      NodeReclaim::DEAD_CONTAINERS),
            (Signal::MemoryAvailable,      NOTHING, NOTHING,   NOTHING),
            (Signal::PidAvailable,         NOTHING, NOTHING,   NOTHING),
        ];
        for (signal, single, dedicated, split) in table {
            let of = [Single, DedicatedImages, SplitImages].map(|layout| NodeReclaim::of(signal, layout));
            assert_eq!(of, [single, dedicated, split], "{}", signal.name());
        }
    }
}
