//! Disruption budgets, as preemption heeds them: those it would violate are asked last to go.
//!
//! Source: kubernetes `filterPodsWithPDBViolation` (1.34).

use crate::model::{DisruptionBudget, PodTemplate};
use crate::scheduling::facts::BoundPod;

/// What is left of the budgets while possible victims are gone through.
pub struct Budgets<'a>(Vec<(&'a DisruptionBudget, i64)>);

impl<'a> Budgets<'a> {
    pub fn new(budgets: &'a [DisruptionBudget]) -> Budgets<'a> {
        Budgets(budgets.iter().map(|budget| (budget, budget.disruptions_allowed)).collect())
    }

    /// Whether the going of a pod is more than some budget allows, after those that were asked about
    /// before. It counts in every budget that it is under, also in one that is used up.
    pub fn are_violated_by(&mut self, pod: &BoundPod<'_>) -> bool {
        let concerned = self
            .0
            .iter_mut()
            .filter(|(budget, _)| covers(budget, pod.template) && !budget.disrupted_pods.contains(&pod.pod));
        let violated = concerned.map(|(_, allowed)| {
            *allowed -= 1;
            *allowed < 0
        });
        violated.fold(false, |any, one| any | one)
    }
}

/// A budget without a selector, or with one that asks for nothing, is nobody's; a pod without labels is under none.
fn covers(budget: &DisruptionBudget, pod: &PodTemplate) -> bool {
    let labels = &pod.spec.labels;
    let selects = budget.selector.as_ref().is_some_and(|one| !one.0.is_empty() && one.matches(labels));
    !labels.is_empty() && budget.namespace == pod.namespace() && selects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{PodId, SimTime};
    use crate::model::{Labels, PodSpec, Selector};

    #[test]
    fn a_budget_of_one_bears_one_pod_and_those_that_are_counted_already() {
        let labels = Labels::from([("app".to_owned(), "web".to_owned())]);
        let template = PodTemplate::new(PodSpec { labels: labels.clone(), ..PodSpec::default() });
        let budget = DisruptionBudget {
            namespace: "default".to_owned(),
            selector: Some(Selector::labels(&labels)),
            disruptions_allowed: 1,
            disrupted_pods: [PodId(7)].into(),
            ..DisruptionBudget::default()
        };
        let budgets = [budget];
        let mut budgets = Budgets::new(&budgets);
        let violated = [7, 1, 2, 7].map(|pod| {
            let (pod, started) = (PodId(pod), SimTime::START);
            let template = &template;
            let bound = BoundPod {
                pod,
                serial: 0,
                template,
                started,
                is_terminating: false,
                is_being_preempted: false,
            };
            budgets.are_violated_by(&bound)
        });
        assert_eq!(violated, [false, false, true, false]);
    }
}
