//! A recorded cluster: its objects as evictsim's facts.

use evictsim::ground::{NodeId, PodId, SimTime};
use evictsim::model::{Node, NodeColumns, Peers, PodTemplate};
use evictsim::scenario::kubernetes::{Condition, Obj};
use evictsim::scheduling::{BoundPod, BoundPods, Facts, Nominated};
use serde_json::Value;
use std::sync::Arc;

pub struct Cluster {
    nodes: Vec<Node>,
    pub columns: NodeColumns,
    pub peers: Peers,
    /// All pods that were ever bound, by their ids; those that are gone have no node.
    pods: Vec<Running>,
    nominated: Vec<(String, NodeId, Arc<PodTemplate>)>,
}

struct Running {
    name: String,
    node: Option<NodeId>,
    template: Arc<PodTemplate>,
    started: SimTime,
    is_terminating: bool,
    is_being_preempted: bool,
}

impl BoundPods for Cluster {
    fn on(&self, node: NodeId) -> impl Iterator<Item = BoundPod<'_>> {
        let there = (0..).zip(&self.pods).filter(move |(_, pod)| pod.node == Some(node));
        there.map(|(id, pod)| BoundPod {
            pod: PodId(id),
            serial: u64::from(id),
            template: &pod.template,
            started: pod.started,
            is_terminating: pod.is_terminating,
            is_being_preempted: pod.is_being_preempted,
        })
    }
}

impl Cluster {
    pub fn of(case: &Value) -> Result<Cluster, String> {
        let nodes: Vec<Node> = objects(case, "nodes").iter().map(node).collect::<Result<_, _>>()?;
        let mut cluster = Cluster {
            columns: NodeColumns::new(&nodes),
            nodes,
            peers: Peers::default(),
            pods: Vec::new(),
            nominated: Vec::new(),
        };
        for pod in objects(case, "pods") {
            cluster.bind(&pod, &pod.spec.node_name.clone())?;
        }
        for pod in objects(case, "nominated") {
            let node = cluster.node(&pod.status.nominated_node_name);
            cluster.nominated.push((name(&pod), node, template(&pod)?));
        }
        cluster.read_peers(case)?;
        Ok(cluster)
    }

    fn read_peers(&mut self, case: &Value) -> Result<(), String> {
        self.peers.namespaces = objects(case, "namespaces").iter().map(Obj::namespace).collect();
        self.peers.services = objects(case, "services").iter().map(Obj::pod_group).collect();
        for budget in objects(case, "pdbs") {
            let of_its_namespace = |name: &str| self.bound(&format!("{}/{name}", budget.metadata.namespace));
            let budget = budget.disruption_budget(of_its_namespace).map_err(|error| format!("{error:?}"))?;
            self.peers.disruption_budgets.push(budget);
        }
        Ok(())
    }

    pub fn bind(&mut self, pod: &Obj, node: &str) -> Result<(), String> {
        let (template, node) = (template(pod)?, self.node(node));
        self.columns.bind(node, &template);
        let by_the_scheduler = |one: &Condition| {
            one.kind == "DisruptionTarget" && one.status == "True" && one.reason == "PreemptionByScheduler"
        };
        let is_terminating = pod.metadata.deletion_timestamp.is_some();
        let started = pod.start_time().map_err(|error| format!("{error:?}"))?;
        self.pods.push(Running {
            name: name(pod),
            node: Some(node),
            template,
            started: started.unwrap_or(SimTime::NEVER),
            is_terminating,
            is_being_preempted: is_terminating && pod.status.conditions.iter().any(by_the_scheduler),
        });
        Ok(())
    }

    pub fn delete(&mut self, name: &str) {
        let id = self.bound(name).expect("who is deleted was there");
        let pod = &mut self.pods[id.index()];
        let node = pod.node.take().expect("it was bound");
        self.columns.release(node, &pod.template);
    }

    /// A node changes: all that is known of it is worked out anew, but for its used ports. These are a set, not counted
    /// by pod, and kube-scheduler keeps them as they are (`NodeInfo.SetNode`).
    pub fn update(&mut self, changed: &Obj) -> Result<(), String> {
        let at = self.node(&changed.metadata.name);
        self.nodes[at.index()] = node(changed)?;
        let before = std::mem::replace(&mut self.columns, NodeColumns::new(&self.nodes));
        for pod in &self.pods {
            pod.node.into_iter().for_each(|node| self.columns.bind(node, &pod.template));
        }
        for (held, before) in self.columns.held.iter_mut().zip(before.held) {
            held.ports = before.ports;
        }
        Ok(())
    }

    /// Those that were nominated, and the pod itself if it was.
    pub fn nominated<'a>(&'a self, pod: &Obj, template: &'a PodTemplate) -> Vec<Nominated<'a>> {
        let others = self.nominated.iter().map(|(name, node, template)| Nominated {
            pod: self.id_of(name),
            node: *node,
            template,
        });
        let promised = &pod.status.nominated_node_name;
        let own = (!promised.is_empty()).then(|| Nominated {
            pod: self.id(pod),
            node: self.node(promised),
            template,
        });
        others.filter(|one| one.pod != self.id(pod)).chain(own).collect()
    }

    pub fn facts<'a>(&'a self, nominated: &'a [Nominated<'a>]) -> Facts<'a, Cluster> {
        Facts { nodes: &self.columns, pods: self, peers: &self.peers, nominated }
    }

    pub fn node(&self, name: &str) -> NodeId {
        let place = self.nodes.iter().position(|node| node.name == name);
        NodeId(place.unwrap_or_else(|| panic!("there is a node {name}")) as u32)
    }

    pub fn node_name(&self, node: NodeId) -> &str {
        &self.nodes[node.index()].name
    }

    pub fn pod_name(&self, pod: PodId) -> &str {
        &self.pods[pod.index()].name
    }

    /// The id of a pod that waits: beyond those that run.
    pub fn id(&self, pod: &Obj) -> PodId {
        self.id_of(&name(pod))
    }

    fn id_of(&self, name: &str) -> PodId {
        let place = self.nominated.iter().position(|(nominated, _, _)| nominated == name);
        PodId(1_000_000 + place.unwrap_or(self.nominated.len()) as u32)
    }

    fn bound(&self, name: &str) -> Option<PodId> {
        let place = self.pods.iter().position(|pod| pod.node.is_some() && pod.name == name)?;
        Some(PodId(place as u32))
    }
}

pub fn template(pod: &Obj) -> Result<Arc<PodTemplate>, String> {
    pod.pod_template().map(Arc::new).map_err(|error| format!("{error:?}"))
}

fn node(node: &Obj) -> Result<Node, String> {
    node.node().map_err(|error| format!("{error:?}"))
}

fn name(pod: &Obj) -> String {
    format!("{}/{}", pod.metadata.namespace, pod.metadata.name)
}

pub fn objects(case: &Value, key: &str) -> Vec<Obj> {
    let listed = case[key].as_array().into_iter().flatten();
    listed.map(|value| object(value).expect("a Kubernetes object")).collect()
}

pub fn object(value: &Value) -> Result<Obj, String> {
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
