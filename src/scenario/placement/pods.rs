//! Which Pods a Pod wants near or away, and how it is spread with them: as written -> as meant.

use super::selectors::selector_at;
use super::written::{self, PreferredPods};
use super::{topology_key, weight};
use crate::model::{
    InclusionPolicy, LabelOperator, Labels, PodAffinity, PodTerm, Preferred, Requirement, Selector,
    SpreadConstraint, WhenUnsatisfiable,
};
use crate::scenario::complaint::Complaints;

const WHEN_UNSATISFIABLE: [(&str, WhenUnsatisfiable); 2] = [
    ("DoNotSchedule", WhenUnsatisfiable::DoNotSchedule),
    ("ScheduleAnyway", WhenUnsatisfiable::ScheduleAnyway),
];
const POLICIES: [(&str, InclusionPolicy); 2] =
    [("Honor", InclusionPolicy::Honor), ("Ignore", InclusionPolicy::Ignore)];

/// Which Pods are wanted near, or away, by a Pod with these labels.
pub(super) fn pod_affinity(
    complaints: &mut Complaints,
    written: &written::PodAffinity,
    labels: &Labels,
) -> PodAffinity {
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    PodAffinity {
        required: complaints.each(required, &written.required, |inner, one| term(inner, one, labels)),
        preferred: complaints.each(preferred, &written.preferred, |inner, one: &PreferredPods| Preferred {
            weight: weight(inner, one.weight),
            term: inner.at("podAffinityTerm", |inner| term(inner, &one.pod_affinity_term, labels)),
        }),
    }
}

fn term(complaints: &mut Complaints, written: &written::PodTerm, labels: &Labels) -> PodTerm {
    let selector = selector_at(complaints, "labelSelector", written.label_selector.as_ref());
    let keys = [
        ("matchLabelKeys", &written.match_label_keys, LabelOperator::In),
        ("mismatchLabelKeys", &written.mismatch_label_keys, LabelOperator::NotIn),
    ];
    let mut own_values = Vec::new();
    for (key, keys, operator) in keys {
        must_have_a_selector(complaints, (key, keys), selector.is_some());
        own_values.extend(keys.iter().filter_map(|label| own_value(labels, label, operator)));
    }
    PodTerm {
        selector: selector.map(|Selector(asked)| Selector(asked.into_iter().chain(own_values).collect())),
        topology_key: topology_key(complaints, &written.topology_key),
        namespaces: written.namespaces.clone(),
        namespace_selector: selector_at(complaints, "namespaceSelector", written.namespace_selector.as_ref()),
    }
}

/// The API server adds the Pod's own values to the selector when the Pod is created; a key that the Pod
/// does not have is passed over. Source: kubernetes `pkg/registry/core/pod`, `applyMatchLabelKeysAndMismatchLabelKeys`.
fn own_value(labels: &Labels, key: &str, operator: LabelOperator) -> Option<Requirement> {
    let value = labels.get(key)?.clone();
    Some(Requirement { key: key.to_owned(), operator, values: vec![value] })
}

fn must_have_a_selector(
    complaints: &mut Complaints,
    (key, keys): (&'static str, &[String]),
    has_selector: bool,
) {
    if !keys.is_empty() && !has_selector {
        let what = format!("{key} without a labelSelector");
        complaints.at(key, |inner| inner.tell(what, "add `labelSelector`, which may be {}"));
    }
}

/// One constraint on how Pods are spread.
pub fn spread_constraint(
    complaints: &mut Complaints,
    written: &written::SpreadConstraint,
) -> SpreadConstraint {
    let when = complaints.choice("whenUnsatisfiable", &written.when_unsatisfiable, &WHEN_UNSATISFIABLE);
    let selector = selector_at(complaints, "labelSelector", written.label_selector.as_ref());
    must_have_a_selector(complaints, ("matchLabelKeys", &written.match_label_keys), selector.is_some());
    let when_unsatisfiable = when.unwrap_or_default();
    SpreadConstraint {
        max_skew: at_least_one(complaints, "maxSkew", written.max_skew),
        topology_key: topology_key(complaints, &written.topology_key),
        when_unsatisfiable,
        selector,
        match_label_keys: written.match_label_keys.clone(),
        min_domains: min_domains(complaints, written.min_domains, when_unsatisfiable),
        node_affinity_policy: policy(complaints, ("nodeAffinityPolicy", &written.node_affinity_policy))
            .unwrap_or(InclusionPolicy::Honor),
        node_taints_policy: policy(complaints, ("nodeTaintsPolicy", &written.node_taints_policy))
            .unwrap_or(InclusionPolicy::Ignore),
    }
}

fn min_domains(complaints: &mut Complaints, written: Option<i32>, when: WhenUnsatisfiable) -> Option<i64> {
    let written = written?;
    if when == WhenUnsatisfiable::ScheduleAnyway {
        let what = "minDomains of a constraint that refuses nobody";
        let fix = "write `whenUnsatisfiable: DoNotSchedule`, or remove it";
        complaints.at("minDomains", |inner| inner.tell(what, fix));
    }
    Some(at_least_one(complaints, "minDomains", written))
}

fn at_least_one(complaints: &mut Complaints, key: &'static str, written: i32) -> i64 {
    if written < 1 {
        complaints.at(key, |inner| inner.tell(format!("{key} is {written}"), "write 1 or more"));
    }
    i64::from(written)
}

fn policy(complaints: &mut Complaints, (key, written): (&'static str, &str)) -> Option<InclusionPolicy> {
    if written.is_empty() { None } else { complaints.choice(key, written, &POLICIES) }
}
