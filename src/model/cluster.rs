//! The nodes in columns: what the scheduler may hand out, and what it has.
//!
//! What: labels, taints, allocatable, images, and the sums of what bound pods request.
//! Never: what pods really use: the scheduler does not look at it; a verdict on any of it.
//! Invariant: `allocatable` never changes by binding.
//! Next: [`sums`], what pods add to a node; [`topology`], which nodes are near each other.
//!
//! Cost: binding a pod without host ports and extended resources adds up integers of one row.

pub mod images;
pub mod sums;
pub mod topology;

pub use images::{Image, Images};
pub use sums::{Bound, ExtendedId, Held, NodeSums};
pub use topology::{Topologies, Topology, TopologyId};

use super::labels::Labels;
use super::node::{Node, Room};
use super::taint::Taint;
use super::template::PodTemplate;
use crate::ground::NodeId;

/// What the scheduler knows of the nodes, one entry a node in each column.
#[derive(Clone, Debug, Default)]
pub struct NodeColumns {
    pub names: Vec<String>,
    pub labels: Vec<Labels>,
    pub allocatable: Vec<Room>,
    pub bound: Vec<Bound>,
    /// What few pods take; with `bound` all that its pods take of a node.
    pub held: Vec<Held>,
    pub taints: Vec<Vec<Taint>>,
    pub unschedulable: Vec<bool>,
    /// How many bound pods say anything of pods that they want near, or away.
    pub affine_pods: Vec<u32>,
    pub images: Images,
    pub topologies: Topologies,
    all_affine_pods: u32,
    /// How many taints on any node are mere wishes.
    wishes: u32,
    /// Extended resources, in the order of their ids.
    extended_names: Vec<String>,
    /// Of each node by their ids; what is not listed is nothing.
    extended: Vec<Vec<u64>>,
    /// The nodes in the scheduler's own order.
    walk: Vec<NodeId>,
}

impl NodeColumns {
    pub fn new<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> NodeColumns {
        let mut columns = NodeColumns::default();
        for node in nodes {
            columns.push(node);
        }
        columns.topologies = Topologies::of(&columns.labels);
        columns.walk = topology::walk(&columns.labels);
        columns
    }

    fn push(&mut self, node: &Node) {
        self.images.add(NodeId(self.names.len() as u32), &node.images);
        self.names.push(node.name.clone());
        self.labels.push(node.labels.clone());
        self.allocatable.push(node.allocatable);
        self.bound.push(Bound::default());
        self.held.push(Held::default());
        self.taints.push(node.taints.clone());
        self.wishes += node.taints.iter().filter(|taint| !taint.keeps_off()).count() as u32;
        self.unschedulable.push(node.unschedulable);
        self.affine_pods.push(0);
        let mut extended = Vec::new();
        for (name, pieces) in &node.extended {
            *self.extended_id_or_new(name).slot(&mut extended) = *pieces;
        }
        self.extended.push(extended);
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.bound.len() as u32).map(NodeId)
    }

    /// The nodes in the order in which the scheduler walks them: zones take turns.
    pub fn walk(&self) -> &[NodeId] {
        &self.walk
    }

    pub fn bind(&mut self, node: NodeId, pod: &PodTemplate) {
        self.bound[node.index()].add(pod);
        if pod.is_special() {
            self.hold(node, pod);
        }
    }

    pub fn release(&mut self, node: NodeId, pod: &PodTemplate) {
        self.bound[node.index()].take_off(pod);
        if pod.is_special() {
            self.let_go(node, pod);
        }
    }

    fn hold(&mut self, node: NodeId, pod: &PodTemplate) {
        for (name, pieces) in &pod.extended_requests {
            let id = self.extended_id_or_new(name);
            self.held[node.index()].add_extended(id, *pieces);
        }
        self.held[node.index()].ports.extend(pod.host_ports.iter().cloned());
        self.affine_pods[node.index()] += u32::from(pod.has_affinity);
        self.all_affine_pods += u32::from(pod.has_affinity);
    }

    fn let_go(&mut self, node: NodeId, pod: &PodTemplate) {
        self.held[node.index()].take_off(pod, &self.extended_names);
        self.affine_pods[node.index()] -= u32::from(pod.has_affinity);
        self.all_affine_pods -= u32::from(pod.has_affinity);
    }

    /// What pods take of a node.
    #[inline]
    pub fn sums(&self, node: NodeId) -> NodeSums<'_> {
        NodeSums { bound: &self.bound[node.index()], held: &self.held[node.index()] }
    }

    /// Adds or takes off a taint.
    pub fn taint(&mut self, node: NodeId, taint: Taint, is_there: bool) {
        let taints = &mut self.taints[node.index()];
        let before = wishes(taints);
        taints.retain(|other| *other != taint);
        if is_there {
            taints.push(taint);
        }
        self.wishes = self.wishes - before + wishes(taints);
    }

    /// Whether any node has a taint that is a mere wish.
    pub fn has_wishes(&self) -> bool {
        self.wishes > 0
    }

    /// Whether any bound pod says anything of pods that it wants near, or away.
    pub fn has_affine_pods(&self) -> bool {
        self.all_affine_pods > 0
    }

    /// The id of an extended resource; absent: no node offers it, and no bound pod asks for it.
    pub fn extended_id(&self, name: &str) -> Option<ExtendedId> {
        sums::extended_id(&self.extended_names, name)
    }

    /// What a node offers of an extended resource.
    pub fn extended_allocatable(&self, node: NodeId, id: ExtendedId) -> u64 {
        id.of(&self.extended[node.index()])
    }

    /// The names of extended resources, in the order of their ids.
    pub fn extended_names(&self) -> &[String] {
        &self.extended_names
    }

    fn extended_id_or_new(&mut self, name: &str) -> ExtendedId {
        self.extended_id(name).unwrap_or_else(|| {
            self.extended_names.push(name.to_owned());
            ExtendedId(self.extended_names.len() - 1)
        })
    }
}

fn wishes(taints: &[Taint]) -> u32 {
    taints.iter().filter(|taint| !taint.keeps_off()).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Amount, Bytes, MilliCpu};
    use crate::model::{ContainerSpec, HostPort, PodSpec, Protocol, TaintEffect};

    fn node(gpus: u64) -> Node {
        let room = Room { cpu: MilliCpu(4000), memory: Bytes::gibi(8), pods: 110, ..Room::default() };
        let mut node = Node::new("node", room);
        node.extended.insert("nvidia.com/gpu".to_owned(), gpus);
        node
    }

    fn pod(resource: &str, port: u16) -> PodTemplate {
        let container = ContainerSpec {
            extended_requests: [(resource.to_owned(), Amount::whole(1))].into(),
            host_ports: vec![HostPort { ip: String::new(), protocol: Protocol::Tcp, port }],
            ..ContainerSpec::default()
        };
        PodTemplate::new(PodSpec { containers: vec![container], ..PodSpec::default() })
    }

    #[test]
    fn what_is_released_is_gone_even_of_a_resource_that_no_node_offers() {
        let mut columns = NodeColumns::new(&[node(2), node(0)]);
        let unknown = pod("example.com/fpga", 0);
        let known = pod("nvidia.com/gpu", 0);
        columns.bind(NodeId(0), &unknown);
        columns.bind(NodeId(0), &known);
        let gpu = columns.extended_id("nvidia.com/gpu").expect("a node offers it");
        assert_eq!(columns.sums(NodeId(0)).held.extended(gpu), 1);
        assert_eq!(columns.extended_allocatable(NodeId(0), gpu), 2);
        columns.release(NodeId(0), &known);
        columns.release(NodeId(0), &unknown);
        assert_eq!(columns.sums(NodeId(0)).held.extended(gpu), 0);
        assert_eq!(*columns.sums(NodeId(0)).bound, Bound::default());
    }

    #[test]
    fn a_port_that_two_pods_hold_is_free_when_one_lets_it_go() {
        // As in kube-scheduler, which keeps a set.
        let mut columns = NodeColumns::new(&[node(2)]);
        columns.bind(NodeId(0), &pod("nvidia.com/gpu", 80));
        columns.bind(NodeId(0), &pod("nvidia.com/gpu", 80));
        assert_eq!(columns.held[0].ports.len(), 1);
        columns.release(NodeId(0), &pod("nvidia.com/gpu", 80));
        assert!(columns.held[0].ports.is_empty());
    }

    #[test]
    fn a_wish_is_counted_while_it_is_there() {
        let mut columns = NodeColumns::new(&[node(2)]);
        let wish = Taint { effect: TaintEffect::PreferNoSchedule, ..Taint::memory_pressure() };
        for is_there in [true, true, false, false] {
            columns.taint(NodeId(0), wish.clone(), is_there);
            assert_eq!(columns.has_wishes(), is_there);
        }
    }
}
