//! What is asked of labels: as written -> as meant.

use super::written::{Expression, LabelSelector};
use crate::model::{LabelOperator, Requirement, Selector};
use crate::scenario::complaint::Complaints;

const OPERATORS: [(&str, LabelOperator); 4] = [
    ("In", LabelOperator::In),
    ("NotIn", LabelOperator::NotIn),
    ("Exists", LabelOperator::Exists),
    ("DoesNotExist", LabelOperator::DoesNotExist),
];
const OPERATORS_OF_NODES: [(&str, LabelOperator); 6] = [
    ("In", LabelOperator::In),
    ("NotIn", LabelOperator::NotIn),
    ("Exists", LabelOperator::Exists),
    ("DoesNotExist", LabelOperator::DoesNotExist),
    ("Gt", LabelOperator::Gt),
    ("Lt", LabelOperator::Lt),
];
/// The only field of a node that may be asked about.
const NAME: &str = "metadata.name";

/// A selector by labels.
pub fn label_selector(complaints: &mut Complaints, written: &LabelSelector) -> Selector {
    let Selector(mut asked) = Selector::labels(&written.match_labels);
    let expression = |inner: &mut Complaints, written: &Expression| requirement(inner, written, &OPERATORS);
    let read = complaints.each("matchExpressions", &written.match_expressions, expression);
    asked.extend(read.into_iter().flatten());
    Selector(asked)
}

/// The selector under a key, if there is one.
pub(super) fn selector_at(
    complaints: &mut Complaints,
    key: &'static str,
    written: Option<&LabelSelector>,
) -> Option<Selector> {
    written.map(|written| complaints.at(key, |inner| label_selector(inner, written)))
}

/// What is asked of a node's label.
pub(super) fn of_a_node(complaints: &mut Complaints, written: &Expression) -> Option<Requirement> {
    requirement(complaints, written, &OPERATORS_OF_NODES)
}

/// What is asked of a node's field.
pub(super) fn of_a_field(complaints: &mut Complaints, written: &Expression) -> Option<Requirement> {
    if written.key != NAME {
        let what = format!("a node has no field {:?} to be asked for", written.key);
        complaints.at("key", |inner| inner.tell(what, format!("write `{NAME}`, or ask for a label")));
    }
    let read = requirement(complaints, written, &OPERATORS[..2])?;
    if read.values.len() != 1 {
        let what = format!("{} names for one node", read.values.len());
        complaints.at("values", |inner| inner.tell(what, "write one, and further terms for further names"));
    }
    Some(read)
}

fn requirement(
    complaints: &mut Complaints,
    written: &Expression,
    operators: &[(&'static str, LabelOperator)],
) -> Option<Requirement> {
    if written.key.is_empty() {
        complaints.at("key", |inner| inner.tell("no label is named", "write the label"));
    }
    let operator = complaints.choice("operator", &written.operator, operators)?;
    complaints.at("values", |inner| check_count(inner, operator, written.values.len()));
    Some(Requirement { key: written.key.clone(), operator, values: written.values.clone() })
}

fn check_count(complaints: &mut Complaints, operator: LabelOperator, values: usize) {
    match operator {
        LabelOperator::In | LabelOperator::NotIn if values == 0 => {
            complaints.tell("a list without values", "write at least one, or use Exists or DoesNotExist");
        }
        LabelOperator::Exists | LabelOperator::DoesNotExist if values > 0 => {
            complaints.tell("values that nothing is compared with", "remove them, or use In or NotIn");
        }
        LabelOperator::Gt | LabelOperator::Lt if values != 1 => {
            complaints.tell(format!("{values} bounds for one number"), "write one");
        }
        LabelOperator::In
        | LabelOperator::NotIn
        | LabelOperator::Exists
        | LabelOperator::DoesNotExist
        | LabelOperator::Gt
        | LabelOperator::Lt => {}
    }
}
