//! Where a Pod may run: as its manifest writes it -> the model's [`Placement`].
//!
//! What: one reading for scenarios and for dumps of a cluster, held to what the API server accepts.
//! Never: where the manifest stood, or whether a node is as asked.
//! Next: `written`, the keys; `selectors`, `nodes`, `pods` and `ports`, the parts.
//!
//! Source: kubernetes `pkg/apis/core/validation` and the defaults of `core/v1` (1.34).

mod nodes;
mod pods;
mod ports;
mod selectors;
pub mod written;

pub use pods::spread_constraint;
pub use ports::host_ports;
pub use selectors::label_selector;

use super::complaint::Complaints;
use crate::model::{Labels, Placement, PodAffinity, PreemptionPolicy};
use written::{Affinity, SpreadConstraint};

const PREEMPTION_POLICIES: [(&str, PreemptionPolicy); 2] =
    [("PreemptLowerPriority", PreemptionPolicy::PreemptLowerPriority), ("Never", PreemptionPolicy::Never)];

/// What of a Pod's `spec` says where it may run.
#[derive(Clone, Copy, Debug)]
pub struct Written<'w> {
    /// The Pod's own labels.
    pub labels: &'w Labels,
    pub node_name: &'w str,
    pub node_selector: &'w Labels,
    pub affinity: Option<&'w Affinity>,
    pub topology_spread_constraints: &'w [SpreadConstraint],
    /// Empty: as by default.
    pub preemption_policy: &'w str,
}

/// Reads it; ways begin at the Pod's `spec`.
pub fn placement(complaints: &mut Complaints, written: &Written<'_>) -> Placement {
    let spread = &written.topology_spread_constraints;
    let unaffected = Placement {
        node_name: written.node_name.to_owned(),
        node_selector: written.node_selector.clone(),
        spread: complaints.each("topologySpreadConstraints", spread, pods::spread_constraint),
        preemption_policy: preemption_policy(complaints, written.preemption_policy),
        ..Placement::default()
    };
    let Some(affinity) = written.affinity else { return unaffected };
    complaints.at("affinity", |inner| affected(inner, affinity, (written.labels, unaffected)))
}

fn affected(
    complaints: &mut Complaints,
    written: &Affinity,
    (labels, unaffected): (&Labels, Placement),
) -> Placement {
    let mut pods = |key, written| -> PodAffinity {
        complaints.at(key, |inner| pods::pod_affinity(inner, written, labels))
    };
    let affinity = pods("podAffinity", &written.pod_affinity);
    let anti_affinity = pods("podAntiAffinity", &written.pod_anti_affinity);
    let (required_nodes, preferred_nodes) =
        complaints.at("nodeAffinity", |inner| nodes::node_affinity(inner, &written.node_affinity));
    Placement { required_nodes, preferred_nodes, affinity, anti_affinity, ..unaffected }
}

/// Whether others may be preempted, as under the key `preemptionPolicy`; empty: as by default.
pub fn preemption_policy(complaints: &mut Complaints, written: &str) -> PreemptionPolicy {
    if written.is_empty() {
        return PreemptionPolicy::default();
    }
    complaints.choice("preemptionPolicy", written, &PREEMPTION_POLICIES).unwrap_or_default()
}

/// What a wish weighs, held to what the API server accepts.
fn weight(complaints: &mut Complaints, written: i32) -> i64 {
    if !(1..=100).contains(&written) {
        let fix = "write a weight from 1 to 100";
        complaints.at("weight", |inner| inner.tell(format!("a wish of weight {written}"), fix));
    }
    i64::from(written)
}

fn topology_key(complaints: &mut Complaints, written: &str) -> String {
    if written.is_empty() {
        let fix = "write a label of nodes, such as topology.kubernetes.io/zone";
        complaints
            .at("topologyKey", |inner| inner.tell("no label says which nodes are near each other", fix));
    }
    written.to_owned()
}
