//! Which nodes a Pod needs and prefers: as written -> as meant.

use super::selectors::{of_a_field, of_a_node};
use super::weight;
use super::written::{self, NodeAffinity, NodeSelector, PreferredNodes};
use crate::model::{NodeTerm, Preferred};
use crate::scenario::complaint::Complaints;

/// What is required, and what is preferred.
pub(super) fn node_affinity(
    complaints: &mut Complaints,
    written: &NodeAffinity,
) -> (Option<Vec<NodeTerm>>, Vec<Preferred<NodeTerm>>) {
    let required = written.required.as_ref().map(|written| {
        complaints.at("requiredDuringSchedulingIgnoredDuringExecution", |inner| required(inner, written))
    });
    let key = "preferredDuringSchedulingIgnoredDuringExecution";
    (required, complaints.each(key, &written.preferred, preferred))
}

fn required(complaints: &mut Complaints, written: &NodeSelector) -> Vec<NodeTerm> {
    if written.node_selector_terms.is_empty() {
        let fix = "write at least one term, or remove the requirement";
        complaints.at("nodeSelectorTerms", |inner| inner.tell("no node can be as required", fix));
    }
    complaints.each("nodeSelectorTerms", &written.node_selector_terms, term)
}

fn preferred(complaints: &mut Complaints, written: &PreferredNodes) -> Preferred<NodeTerm> {
    Preferred {
        weight: weight(complaints, written.weight),
        term: complaints.at("preference", |inner| term(inner, &written.preference)),
    }
}

fn term(complaints: &mut Complaints, written: &written::NodeTerm) -> NodeTerm {
    let expressions = complaints.each("matchExpressions", &written.match_expressions, of_a_node);
    let fields = complaints.each("matchFields", &written.match_fields, of_a_field);
    NodeTerm {
        expressions: expressions.into_iter().flatten().collect(),
        fields: fields.into_iter().flatten().collect(),
    }
}
