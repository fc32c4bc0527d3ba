//! NodeAffinity: what a pod asks of a node's labels and name.
//!
//! What: which nodes are as asked, worked out once a template, since labels do not change.
//! Never: pods. Next: [`crate::scheduling::score::node_affinity`], what it would rather have.

use crate::ground::NodeId;
use crate::model::{LabelOperator, Labels, NodeColumns, NodeTerm, PodTemplate, Requirement};
use std::collections::BTreeSet;

/// The one field of nodes that can be asked for.
const NAME: &str = "metadata.name";

/// The nodes that are as a pod asks; absent: it asks for nothing.
pub fn allowed(nodes: &NodeColumns, pod: &PodTemplate) -> Option<Vec<bool>> {
    let placement = &pod.spec.placement;
    if placement.node_selector.is_empty() && placement.required_nodes.is_none() {
        return None;
    }
    let of_node = |node: NodeId| (nodes.names[node.index()].as_str(), &nodes.labels[node.index()]);
    Some(nodes.ids().map(of_node).map(|(name, labels)| is_allowed(pod, name, labels)).collect())
}

/// Whether a node of that name, with these labels, is as a pod asks.
pub fn is_allowed(pod: &PodTemplate, name: &str, labels: &Labels) -> bool {
    let (selector, required) = (&pod.spec.placement.node_selector, &pod.spec.placement.required_nodes);
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
        && required.as_ref().is_none_or(|terms| terms.iter().any(|term| matches(term, name, labels)))
}

/// Whether a node is all that a term asks for; one that asks for nothing matches none.
pub fn matches(term: &NodeTerm, name: &str, labels: &Labels) -> bool {
    let field = |asked: &Requirement| asked.matches_value((asked.key == NAME).then_some(name));
    let asks_for_something = !term.expressions.is_empty() || !term.fields.is_empty();
    asks_for_something
        && term.expressions.iter().all(|asked| asked.matches(labels))
        && term.fields.iter().all(field)
}

/// The nodes that a pod names, where it names any in each of its terms: no others are looked at.
///
/// Inside a term all lists of names must agree; any term will do. If nothing is left, the pod
/// contradicts itself, and is refused without a look.
/// Source: kubernetes, NodeAffinity's `PreFilter` (1.34).
pub fn named(nodes: &NodeColumns, pod: &PodTemplate) -> Option<Named> {
    let terms = pod.spec.placement.required_nodes.as_ref().filter(|terms| !terms.is_empty())?;
    let names: Vec<BTreeSet<&str>> = terms.iter().map(names).collect::<Option<_>>()?;
    let names: BTreeSet<&str> = names.into_iter().flatten().collect();
    if names.is_empty() {
        return Some(Named::Conflict);
    }
    Some(Named::Nodes(nodes.ids().map(|node| names.contains(nodes.names[node.index()].as_str())).collect()))
}

/// What a pod that names nodes comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Whether each node is named.
    Nodes(Vec<bool>),
    /// There can be no such node.
    Conflict,
}

fn names(term: &NodeTerm) -> Option<BTreeSet<&str>> {
    let lists = term.fields.iter().filter(|asked| asked.key == NAME && asked.operator == LabelOperator::In);
    let lists = lists.map(|asked| asked.values.iter().map(String::as_str).collect::<BTreeSet<_>>());
    lists.reduce(|ours, theirs| ours.intersection(&theirs).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Node, Placement, PodSpec, Room};

    fn nodes() -> NodeColumns {
        NodeColumns::new(&["a", "b", "c"].map(|name| Node::new(name, Room::default())))
    }

    fn is_one_of(names: &[&str]) -> Requirement {
        let values = names.iter().map(ToString::to_string).collect();
        Requirement { key: NAME.to_owned(), operator: LabelOperator::In, values }
    }

    fn pod(terms: &[&[&[&str]]]) -> PodTemplate {
        let term = |lists: &&[&[&str]]| NodeTerm {
            fields: lists.iter().map(|names| is_one_of(names)).collect(),
            ..NodeTerm::default()
        };
        let required_nodes = Some(terms.iter().map(term).collect());
        let placement = Placement { required_nodes, ..Placement::default() };
        PodTemplate::new(PodSpec { placement, ..PodSpec::default() })
    }

    #[test]
    fn names_agree_inside_a_term_and_add_up_over_terms() {
        let named = |terms: &[&[&[&str]]]| named(&nodes(), &pod(terms));
        assert_eq!(named(&[&[&["a"]], &[&["c"]]]), Some(Named::Nodes(vec![true, false, true])));
        assert_eq!(named(&[&[&["a", "b"], &["b", "c"]]]), Some(Named::Nodes(vec![false, true, false])));
        assert_eq!(named(&[&[&["a"], &["b"]]]), Some(Named::Conflict));
        assert_eq!(named(&[&[&["a"]], &[]]), None, "a term without names: any node is looked at");
    }

    #[test]
    fn a_list_without_terms_and_a_term_without_demands_let_no_node_pass() {
        assert_eq!(allowed(&nodes(), &pod(&[])), Some(vec![false; 3]));
        assert_eq!(allowed(&nodes(), &pod(&[&[]])), Some(vec![false; 3]));
        assert_eq!(allowed(&nodes(), &pod(&[&[&["b"]]])), Some(vec![false, true, false]));
        assert_eq!(allowed(&nodes(), &PodTemplate::new(PodSpec::default())), None);
    }
}
