//! What nodes are labeled with, and which images they have: as written -> as meant.

use super::measure::{Measure, measured};
use super::spot::{Findings, Spot};
use crate::model::{Labels, NodeImage};
use crate::scenario::file::node::{ImageFile, NodeFile};

const ZONE: &str = "topology.kubernetes.io/zone";
const HOSTNAME: &str = "kubernetes.io/hostname";
/// What a kubelet says of the machine that it runs on.
/// Source: kubernetes `pkg/kubelet/kubelet_node_status.go`, `initialNode` (1.34).
const MACHINE: [(&str, &str); 2] = [("kubernetes.io/os", "linux"), ("kubernetes.io/arch", "amd64")];

/// The labels of the nodes of one entry.
pub struct NodeLabels<'a> {
    written: &'a Labels,
    zones: &'a [String],
}

impl<'a> NodeLabels<'a> {
    pub fn read(findings: &mut Findings, spot: &Spot<'_>, node: &'a NodeFile) -> NodeLabels<'a> {
        let (at, zones) = (spot.key("zones"), node.zones.as_slice());
        if !zones.is_empty() && node.count.is_none() {
            let fix = format!("write `labels: {{{ZONE}: {}}}`, or add `count`", zones[0]);
            findings.mistake(&at, format!("zones for node {} alone", node.name), fix);
        }
        if !zones.is_empty() && node.labels.contains_key(ZONE) {
            let what = format!("the nodes {} have a label {ZONE} and zones", node.name);
            findings.mistake(&at, what, "keep one of them");
        }
        NodeLabels { written: &node.labels, zones }
    }

    /// Those of the node of that number and name; what is written goes before what its kubelet says.
    pub fn of(&self, number: usize, name: &str) -> Labels {
        let by_kubelet = MACHINE.into_iter().chain([(HOSTNAME, name)]);
        let zone = number.checked_rem(self.zones.len()).map(|turn| (ZONE, self.zones[turn].as_str()));
        let own = self.written.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let labels = by_kubelet.chain(zone).chain(own);
        labels.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }
}

/// The images of a node.
pub fn images(findings: &mut Findings, spot: &Spot<'_>, written: &[ImageFile]) -> Vec<NodeImage> {
    let mut read = Vec::new();
    for (index, image) in written.iter().enumerate() {
        let spot = spot.index(index);
        if image.names.is_empty() {
            findings.mistake(&spot.key("names"), "an image without a name", "write at least one");
        }
        let size = measured(findings, &spot.key("sizeBytes"), &image.size_bytes, Measure::Disk);
        read.push(NodeImage { names: image.names.clone(), size });
    }
    read
}
