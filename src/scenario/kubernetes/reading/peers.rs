//! What a cluster has besides nodes and pods, as far as the scheduler looks at it.
//!
//! Next: [`crate::model::peers`].

use super::{Reading, or_default};
use crate::ground::{PodId, SimTime};
use crate::model::{DisruptionBudget, Namespace, PodGroup};
use crate::scenario::complaint::Complaints;
use crate::scenario::kubernetes::{Obj, instant};
use crate::scenario::mistake::Mistake;
use crate::scenario::placement;

impl Obj {
    /// The pods that this Service stands for.
    pub fn pod_group(&self) -> PodGroup {
        let selector = self.spec.selector.as_ref().map(|selecting| selecting.labels.clone());
        PodGroup { namespace: or_default(&self.metadata.namespace), selector: selector.unwrap_or_default() }
    }

    /// This Namespace.
    pub fn namespace(&self) -> Namespace {
        Namespace { name: self.metadata.name.clone(), labels: self.metadata.labels.clone() }
    }

    /// This PodDisruptionBudget; `id_of` knows the pods of its namespace by their names.
    ///
    /// # Errors
    /// All mistakes of its selector, each with the way to it.
    pub fn disruption_budget(
        &self,
        id_of: impl Fn(&str) -> Option<PodId>,
    ) -> Result<DisruptionBudget, Vec<Mistake>> {
        let mut reading = Reading::of(self, String::new());
        let mut complaints = Complaints::default();
        let written = self.spec.selector.as_ref();
        let selector = written.map(|written| placement::label_selector(&mut complaints, &written.selector));
        reading.retell(complaints, "spec.selector");
        reading.finished(DisruptionBudget {
            name: self.metadata.name.clone(),
            namespace: or_default(&self.metadata.namespace),
            selector,
            disruptions_allowed: self.status.disruptions_allowed,
            disrupted_pods: self.status.disrupted_pods.keys().filter_map(|name| id_of(name)).collect(),
        })
    }

    /// When this pod's kubelet first heard of it, counted from 1970 on, if it has.
    ///
    /// # Errors
    /// If the text is no instant.
    pub fn start_time(&self) -> Result<Option<SimTime>, Vec<Mistake>> {
        let mut reading = Reading::of(self, String::new());
        let Some(text) = &self.status.start_time else { return Ok(None) };
        let start = instant::parse(text);
        if start.is_none() {
            let fix = "write for example 2026-01-05T10:00:00Z";
            reading.refuse(format_args!("{text:?} is no instant"), fix, format_args!("status.startTime"));
        }
        reading.finished(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LabelOperator, Requirement, Selector};

    fn obj(yaml: &str) -> Obj {
        serde_saphyr::from_str(yaml).expect("a Kubernetes object")
    }

    #[test]
    fn a_service_stands_for_pods_with_its_labels() {
        let web =
            obj("{kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}}}");
        assert_eq!(web.pod_group().selector, [("app".to_owned(), "web".to_owned())].into());
        assert_eq!(web.pod_group().namespace, "shop");
        let external = obj("{kind: Service, metadata: {name: web}, spec: {selector: null}}").pod_group();
        assert_eq!((external.namespace.as_str(), external.selector.len()), ("default", 0));
    }

    #[test]
    fn a_namespace_has_labels() {
        let shop = obj("{kind: Namespace, metadata: {name: shop, labels: {team: a}}}").namespace();
        assert_eq!((shop.name.as_str(), shop.labels["team"].as_str()), ("shop", "a"));
    }

    #[test]
    fn a_budget_knows_those_of_its_disrupted_pods_that_are_there() {
        let budget = obj("
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {maxUnavailable: 50%, selector: {matchLabels: {app: web}, matchExpressions: [{key: canary, operator: DoesNotExist}]}}
status: {disruptionsAllowed: 2, disruptedPods: {web-0: \"2026-01-05T10:00:00Z\", gone: null}}
");
        let budget = budget.disruption_budget(|name| (name == "web-0").then_some(PodId(7))).expect("good");
        let no_canary =
            Requirement { key: "canary".into(), operator: LabelOperator::DoesNotExist, values: vec![] };
        assert_eq!(budget.selector, Some(Selector(vec![Requirement::equals("app", "web"), no_canary])));
        assert_eq!((budget.disruptions_allowed, budget.disrupted_pods), (2, [PodId(7)].into()));
    }

    #[test]
    fn a_budget_without_a_selector_is_not_one_that_selects_all() {
        let selector = |spec: &str| {
            let budget = obj(&format!("{{kind: PodDisruptionBudget, spec: {spec}}}"));
            budget.disruption_budget(|_| None).expect("good").selector
        };
        assert_eq!(selector("{}"), None);
        assert_eq!(selector("{selector: {}}"), Some(Selector::default()));
    }

    #[test]
    fn two_pods_can_be_told_apart_by_when_they_started() {
        let start = |status: &str| obj(&format!("{{kind: Pod, status: {status}}}")).start_time();
        let early = start("{startTime: \"2026-01-05T10:00:00Z\"}").expect("an instant");
        let late = start("{startTime: \"2026-01-05T10:00:01Z\"}").expect("an instant");
        assert!(early < late);
        assert_eq!(start("{}"), Ok(None));
        assert!(start("{startTime: soon}").is_err());
    }
}
