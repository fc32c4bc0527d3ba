//! What a pod puts up with: as written -> as meant.
//!
//! Next: [`crate::model::taint`], what tolerates what.

use super::node::effect;
use super::spot::{Findings, Spot};
use crate::model::{Toleration, TolerationOperator};
use crate::scenario::file::pod::{OperatorFile, TolerationFile};

/// The tolerations of one pod, as Kubernetes checks them.
pub fn tolerations(
    findings: &mut Findings,
    spot: &Spot<'_>,
    tolerations: &[TolerationFile],
) -> Vec<Toleration> {
    let mut read = Vec::new();
    for (index, toleration) in tolerations.iter().enumerate() {
        let spot = spot.index(index);
        let operator = match toleration.operator {
            None | Some(OperatorFile::Equal) => TolerationOperator::Equal,
            Some(OperatorFile::Exists) => TolerationOperator::Exists,
        };
        if operator == TolerationOperator::Exists && !toleration.value.is_empty() {
            let what = "a toleration with the operator Exists compares no value";
            findings.mistake(&spot.key("value"), what, "remove `value`, or write `operator: Equal`");
        }
        if operator == TolerationOperator::Equal && toleration.key.is_empty() {
            let what = "a toleration without a key must have the operator Exists";
            findings.mistake(&spot, what, "add `key`, or write `operator: Exists`");
        }
        if toleration.toleration_seconds.is_some() {
            findings.assume("tolerationSeconds is accepted; taints drive no pods away in this version");
        }
        read.push(Toleration {
            key: toleration.key.clone(),
            operator,
            value: toleration.value.clone(),
            effect: toleration.effect.map(effect),
            seconds: None,
        });
    }
    read
}
