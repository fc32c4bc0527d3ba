//! Which nodes have which images.

use crate::ground::{Bytes, NodeId};
use crate::model::node::NodeImage;
use std::collections::BTreeMap;

/// The images of a cluster's nodes, by each of their names.
#[derive(Clone, Debug, Default)]
pub struct Images(BTreeMap<String, Image>);

/// An image, by one of its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// As the first node that has it says.
    pub size: Bytes,
    /// In the order of their ids, each once.
    pub holders: Vec<NodeId>,
}

impl Images {
    pub(super) fn add(&mut self, node: NodeId, images: &[NodeImage]) {
        for image in images {
            for name in &image.names {
                let known = self.0.entry(name.clone()).or_insert(Image { size: image.size, holders: vec![] });
                if known.holders.last() != Some(&node) {
                    known.holders.push(node);
                }
            }
        }
    }

    /// The image of that name, exactly as nodes spell it; absent: no node has it.
    pub fn named(&self, name: &str) -> Option<&Image> {
        self.0.get(name)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
