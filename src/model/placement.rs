//! Where a Pod may run, and where it would rather: what its manifest says of that.
//!
//! What: affinities, spreading, host ports, and whether it may preempt. Never: whether a node is as asked;
//! that is [`crate::scheduling::filter`]. Its tolerations and requests stand with the rest of its manifest.
//! Source: the Kubernetes API, `core/v1` (1.34).

use super::labels::{Labels, Requirement, Selector};

/// All that a manifest says of where its Pod may run.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placement {
    /// `spec.nodeName`: the only node that will do; empty: any.
    pub node_name: String,
    pub node_selector: Labels,
    /// Any of these will do; absent: every node. A list without terms lets no node pass.
    pub required_nodes: Option<Vec<NodeTerm>>,
    pub preferred_nodes: Vec<Preferred<NodeTerm>>,
    pub affinity: PodAffinity,
    pub anti_affinity: PodAffinity,
    pub spread: Vec<SpreadConstraint>,
    pub preemption_policy: PreemptionPolicy,
}

/// What is asked of a node: all of it. A term that asks for nothing matches no node.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeTerm {
    /// Of its labels.
    pub expressions: Vec<Requirement>,
    /// Of its fields, which is its name: `metadata.name`.
    pub fields: Vec<Requirement>,
}

/// A wish, and how much it weighs: 1 to 100.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preferred<T> {
    pub weight: i64,
    pub term: T,
}

/// Which pods are wanted near, or away.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodAffinity {
    pub required: Vec<PodTerm>,
    pub preferred: Vec<Preferred<PodTerm>>,
}

/// Some pods, and what being near them means.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodTerm {
    /// Absent: no pod at all.
    pub selector: Option<Selector>,
    /// Nodes with the same value of this label are near each other.
    pub topology_key: String,
    /// Where the pods are looked for, beside those of `namespace_selector`; where neither says
    /// anything, in the Pod's own namespace.
    pub namespaces: Vec<String>,
    /// Absent: no further namespaces; one that asks for nothing: all.
    pub namespace_selector: Option<Selector>,
}

/// How evenly pods are to be spread.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpreadConstraint {
    pub max_skew: i64,
    pub topology_key: String,
    pub when_unsatisfiable: WhenUnsatisfiable,
    /// Absent: no pod is counted.
    pub selector: Option<Selector>,
    /// The Pod's own values of these labels are asked for, too.
    pub match_label_keys: Vec<String>,
    pub min_domains: Option<i64>,
    pub node_affinity_policy: InclusionPolicy,
    pub node_taints_policy: InclusionPolicy,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhenUnsatisfiable {
    #[default]
    DoNotSchedule,
    ScheduleAnyway,
}

/// Whether nodes that would refuse the Pod anyhow are left out of the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InclusionPolicy {
    Honor,
    Ignore,
}

/// Whether a Pod may have others preempted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreemptionPolicy {
    #[default]
    PreemptLowerPriority,
    Never,
}

/// A port of its node that a container takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPort {
    /// `0.0.0.0`: every address of the node.
    pub ip: String,
    pub protocol: Protocol,
    pub port: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
    Sctp,
}

impl PodAffinity {
    pub fn is_empty(&self) -> bool {
        self.required.is_empty() && self.preferred.is_empty()
    }
}

impl HostPort {
    /// All addresses of a node, as one.
    pub const EVERY_ADDRESS: &str = "0.0.0.0";

    /// The same, with its address spelled out.
    pub fn with_an_address(&self) -> HostPort {
        let ip = if self.ip.is_empty() { HostPort::EVERY_ADDRESS } else { &self.ip };
        HostPort { ip: ip.to_owned(), ..self.clone() }
    }

    /// Whether a node cannot give both: the same port, on addresses that overlap.
    pub fn conflicts_with(&self, other: &HostPort) -> bool {
        let is_of_all = |ip: &str| ip == HostPort::EVERY_ADDRESS;
        self.port == other.port
            && self.protocol == other.protocol
            && (self.ip == other.ip || is_of_all(&self.ip) || is_of_all(&other.ip))
    }
}

impl SpreadConstraint {
    /// What kube-scheduler gives pods that ask for no spreading and that something selects: over
    /// nodes, then over zones. The selector is that of whatever selects them.
    pub fn system_defaults() -> Vec<SpreadConstraint> {
        let over = |topology_key: &str, max_skew: i64| SpreadConstraint {
            max_skew,
            topology_key: topology_key.to_owned(),
            when_unsatisfiable: WhenUnsatisfiable::ScheduleAnyway,
            selector: None,
            match_label_keys: Vec::new(),
            min_domains: None,
            node_affinity_policy: InclusionPolicy::Honor,
            node_taints_policy: InclusionPolicy::Ignore,
        };
        vec![over("kubernetes.io/hostname", 3), over("topology.kubernetes.io/zone", 5)]
    }
}
