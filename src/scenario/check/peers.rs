//! What a cluster has besides nodes and pods: as written -> as meant.

use super::names::{Names, must_be_a_label};
use super::placement::namespace;
use super::spot::{Findings, Spot};
use crate::model::{BudgetBound, BudgetRule, Namespace, Peers, PodGroup, PodShare};
use crate::scenario::complaint::Complaints;
use crate::scenario::file::ScenarioFile;
use crate::scenario::file::peers::{BudgetFile, NamespaceFile, PodGroupFile};
use crate::scenario::meaning::WorkloadPlan;
use crate::scenario::placement::label_selector;
use std::collections::BTreeSet;

/// What the API server labels every namespace with.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Everything that is no node and no pod.
pub fn peers(
    findings: &mut Findings,
    top: &Spot<'_>,
    file: &ScenarioFile,
    workloads: &[WorkloadPlan],
) -> Peers {
    let mut namespaces = namespaces(findings, &top.key("namespaces"), &file.namespaces);
    add_those_of_pods(&mut namespaces, workloads);
    Peers {
        namespaces,
        services: pod_groups(findings, &top.key("services"), &file.services),
        disruption_budgets: Vec::new(),
        budget_rules: budgets(findings, &top.key("podDisruptionBudgets"), &file.pod_disruption_budgets),
    }
}

fn namespaces(findings: &mut Findings, spot: &Spot<'_>, written: &[NamespaceFile]) -> Vec<Namespace> {
    let mut taken = Names::of("namespace");
    let mut read = Vec::new();
    for (index, written) in written.iter().enumerate() {
        let spot = spot.index(index).key("name");
        must_be_a_label(findings, &spot, "namespace", &written.name);
        taken.take(findings, &spot, &written.name);
        let mut labels = written.labels.clone();
        labels.insert(NAME_LABEL.to_owned(), written.name.clone());
        read.push(Namespace { name: written.name.clone(), labels });
    }
    read
}

/// A namespace that only a pod names has no other labels than the API server's own.
fn add_those_of_pods(namespaces: &mut Vec<Namespace>, workloads: &[WorkloadPlan]) {
    let named: BTreeSet<&str> = workloads.iter().map(|plan| plan.pod.spec.namespace.as_str()).collect();
    for name in named {
        if !namespaces.iter().any(|namespace| namespace.name == name) {
            let labels = [(NAME_LABEL.to_owned(), name.to_owned())].into();
            namespaces.push(Namespace { name: name.to_owned(), labels });
        }
    }
}

fn pod_groups(findings: &mut Findings, spot: &Spot<'_>, written: &[PodGroupFile]) -> Vec<PodGroup> {
    let mut read = Vec::new();
    for (index, written) in written.iter().enumerate() {
        let spot = spot.index(index);
        if written.selector.is_empty() {
            let fix = "write the labels of its pods, such as {app: web}";
            findings.mistake(&spot.key("selector"), "a Service that stands for no pod", fix);
        }
        let namespace = namespace(findings, &spot.key("namespace"), written.namespace.as_deref());
        read.push(PodGroup { namespace, selector: written.selector.clone() });
    }
    read
}

fn budgets(findings: &mut Findings, spot: &Spot<'_>, written: &[BudgetFile]) -> Vec<BudgetRule> {
    let mut read = Vec::new();
    for (index, written) in written.iter().enumerate() {
        let spot = spot.index(index);
        must_be_a_label(findings, &spot.key("name"), "disruption budget", &written.name);
        let mut complaints = Complaints::default();
        let selector = label_selector(&mut complaints, &written.selector);
        findings.retell(&spot.key("selector"), complaints);
        if selector.0.is_empty() {
            let name = &written.name;
            findings
                .assume(format!("disruption budget {name} selects by nothing: preemption passes it over"));
        }
        read.push(BudgetRule {
            name: written.name.clone(),
            namespace: namespace(findings, &spot.key("namespace"), written.namespace.as_deref()),
            selector: Some(selector),
            bound: bound(findings, &spot, written),
        });
    }
    read
}

fn bound(findings: &mut Findings, spot: &Spot<'_>, written: &BudgetFile) -> BudgetBound {
    match (written.min_available, written.max_unavailable) {
        (Some(least), None) => BudgetBound::MinAvailable(least.0),
        (None, Some(most)) => BudgetBound::MaxUnavailable(most.0),
        (Some(least), Some(_)) => {
            let what =
                format!("disruption budget {}: minAvailable and maxUnavailable together", written.name);
            findings.mistake(&spot.key("maxUnavailable"), what, "keep one of them");
            BudgetBound::MinAvailable(least.0)
        }
        (None, None) => {
            let what = format!("disruption budget {} holds on to nothing", written.name);
            findings.mistake(spot, what, "add `maxUnavailable: 1`, or `minAvailable`");
            BudgetBound::MinAvailable(PodShare::Count(0))
        }
    }
}
