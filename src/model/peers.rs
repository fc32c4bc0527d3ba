//! Objects beside Pods and Nodes that the scheduler looks at: facts, as the API has them.
//!
//! Source: the Kubernetes API, `core/v1` and `policy/v1` (1.34).

use super::labels::{Labels, Selector};
use crate::ground::PodId;
use std::collections::BTreeSet;

/// What a cluster has besides its nodes and pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    pub namespaces: Vec<Namespace>,
    pub services: Vec<PodGroup>,
    pub disruption_budgets: Vec<DisruptionBudget>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    pub name: String,
    pub labels: Labels,
}

/// The pods that a Service stands for, by their labels; where no label is asked for, none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodGroup {
    pub namespace: String,
    pub selector: Labels,
}

/// A PodDisruptionBudget, as its controller last wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisruptionBudget {
    pub name: String,
    pub namespace: String,
    /// Absent or empty: of nobody.
    pub selector: Option<Selector>,
    /// How many of its pods may go.
    pub disruptions_allowed: i64,
    /// Those of its pods whose going is counted already.
    pub disrupted_pods: BTreeSet<PodId>,
}
