//! A Node, as a cluster has it: what it offers, and what it holds against pods.
//!
//! What is not in a Node's status is not there: a Node without `ephemeral-storage` has no room for it.
//! Never: its kubelet's settings, which no Node tells.

use super::{Reading, TAINT_EFFECTS};
use crate::ground::{Amount, Bytes};
use crate::model::{Node, NodeImage, ResourceAmounts, Room, Taint};
use crate::scenario::kubernetes::{Amounts, Image, Obj};
use crate::scenario::mistake::Mistake;
use std::fmt::Arguments;

impl Obj {
    /// This node, with all that the scheduler looks at.
    ///
    /// # Errors
    /// All mistakes of the node, each with the way to it.
    pub fn node(&self) -> Result<Node, Vec<Mistake>> {
        let mut reading = Reading::of(self, String::new());
        let status = &self.status;
        let capacity = reading.room(&status.capacity, format_args!("status.capacity"));
        // As the API server writes it into a Node that does not say what it leaves to pods.
        let is_all = status.allocatable.is_empty();
        let offered = if is_all { &status.capacity } else { &status.allocatable };
        let at = if is_all { "status.capacity" } else { "status.allocatable" };
        let extended = reading.extended(offered, format_args!("{at}"));
        let node = Node {
            labels: self.metadata.labels.clone(),
            allocatable: if is_all { capacity } else { reading.room(offered, format_args!("{at}")) },
            extended: extended.into_iter().map(|(name, amount)| (name, amount.bytes().0)).collect(),
            images: status.images.iter().map(image).collect(),
            unschedulable: self.spec.unschedulable,
            taints: reading.taints(),
            ..Node::new(self.metadata.name.clone(), capacity)
        };
        reading.finished(node)
    }

    /// The taints of this node.
    ///
    /// # Errors
    /// All taints with an effect that does not exist.
    pub fn taints(&self) -> Result<Vec<Taint>, Vec<Mistake>> {
        let mut reading = Reading::of(self, String::new());
        let taints = reading.taints();
        reading.finished(taints)
    }

    /// What this node has in total.
    ///
    /// # Errors
    /// All amounts that are none.
    pub fn capacity(&self) -> Result<ResourceAmounts, Vec<Mistake>> {
        let mut reading = Reading::of(self, String::new());
        let capacity = reading.amounts(&self.status.capacity, format_args!("status.capacity"));
        reading.finished(capacity)
    }

    /// What this node leaves to pods.
    ///
    /// # Errors
    /// All amounts that are none.
    pub fn allocatable(&self) -> Result<ResourceAmounts, Vec<Mistake>> {
        let mut reading = Reading::of(self, String::new());
        let allocatable = reading.amounts(&self.status.allocatable, format_args!("status.allocatable"));
        reading.finished(allocatable)
    }
}

impl Reading<'_> {
    fn room(&mut self, written: &Amounts, at: Arguments<'_>) -> Room {
        let amounts = self.amounts(written, at);
        let pods = written.get("pods").map(|text| self.amount(&text.0, format_args!("{at}.pods")));
        let bytes = |amount: Option<Amount>| amount.unwrap_or_default().bytes();
        Room {
            cpu: amounts.cpu.unwrap_or_default().milli_cpu(),
            memory: bytes(amounts.memory),
            ephemeral_storage: bytes(amounts.ephemeral_storage),
            pods: u32::try_from(bytes(pods).0).unwrap_or(u32::MAX),
        }
    }

    fn taints(&mut self) -> Vec<Taint> {
        let mut taints = Vec::with_capacity(self.object.spec.taints.len());
        for (index, taint) in self.object.spec.taints.iter().enumerate() {
            let at = format_args!("spec.taints[{index}].effect");
            if let Some(effect) = self.required(&taint.effect, &TAINT_EFFECTS, at) {
                taints.push(Taint { key: taint.key.clone(), value: taint.value.clone(), effect });
            }
        }
        taints
    }
}

fn image(written: &Image) -> NodeImage {
    let size = Bytes(u64::try_from(written.size_bytes).unwrap_or(0));
    NodeImage { names: written.names.clone(), size }
}

#[cfg(test)]
mod tests {
    use crate::ground::{Bytes, MilliCpu};
    use crate::model::{NodeImage, Room};
    use crate::scenario::kubernetes::Obj;

    fn obj(yaml: &str) -> Obj {
        serde_saphyr::from_str(yaml).expect("a Kubernetes object")
    }

    #[test]
    fn a_node_is_read_with_all_that_the_scheduler_looks_at() {
        let node = obj("
kind: Node
metadata: {name: n1, labels: {zone: a}}
spec: {unschedulable: true, taints: [{key: k, effect: NoExecute}]}
status:
  capacity: {cpu: 4, memory: 8Gi, pods: 110, ephemeral-storage: 10Gi}
  allocatable: {cpu: 3500m, memory: 7Gi, pods: 100, nvidia.com/gpu: 2, hugepages-1Gi: 0}
  images: [{names: [web:1, web@sha256:0], sizeBytes: 1000}, {names: null}]
")
        .node()
        .expect("a good node");
        assert_eq!((node.name.as_str(), node.labels["zone"].as_str(), node.unschedulable), ("n1", "a", true));
        let none = Bytes::ZERO; // It is not in `allocatable`.
        let left = Room { cpu: MilliCpu(3500), memory: Bytes::gibi(7), ephemeral_storage: none, pods: 100 };
        assert_eq!(node.allocatable, left);
        assert_eq!(node.capacity.ephemeral_storage, Bytes::gibi(10));
        assert_eq!(node.extended, [("nvidia.com/gpu".to_owned(), 2)].into());
        let web = NodeImage { names: vec!["web:1".into(), "web@sha256:0".into()], size: Bytes(1000) };
        assert_eq!(node.images, [web, NodeImage::default()]);
        assert_eq!(node.taints.len(), 1);
    }

    #[test]
    fn a_node_that_does_not_say_what_it_leaves_to_pods_leaves_all() {
        let node = obj("{kind: Node, metadata: {name: n1}, status: {capacity: {cpu: 4, a.b/c: 1}}}").node();
        let node = node.expect("a good node");
        assert_eq!((node.allocatable.cpu, node.extended["a.b/c"]), (MilliCpu(4000), 1));
    }
}
