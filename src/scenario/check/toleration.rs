//! What a pod puts up with: as written -> as meant.
//!
//! Next: [`crate::model::taint`], what tolerates what.

use super::node::effect;
use super::spot::{Findings, Spot};
use crate::model::{Toleration, TolerationOperator};
use crate::scenario::file::node::EffectFile;
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
        let may_drive_off = matches!(toleration.effect, None | Some(EffectFile::NoExecute));
        if toleration.toleration_seconds.is_some() && !may_drive_off {
            let what = "tolerationSeconds of a taint that drives nobody off";
            let fix = "write `effect: NoExecute`, or remove it";
            findings.mistake(&spot.key("tolerationSeconds"), what, fix);
        }
        read.push(Toleration {
            key: toleration.key.clone(),
            operator,
            value: toleration.value.clone(),
            effect: toleration.effect.map(effect),
            // Negative: not at all. Source: Kubernetes API reference, `Toleration`.
            seconds: toleration.toleration_seconds.map(|seconds| u64::try_from(seconds).unwrap_or(0)),
        });
    }
    read
}
