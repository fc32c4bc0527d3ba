//! Who a pod is, how important, and where it may run: the same in the short form and in a template.
//!
//! Next: [`super::priority`] and [`super::placement`], the two halves.

use super::placement::{namespace, placement};
use super::priority::{PriorityClasses, WrittenPriority};
use super::spot::{Findings, Spot};
use crate::model::{Placement, PodSpec};
use crate::scenario::distribution::Distribution;
use crate::scenario::file::varying::MayVary;
use crate::scenario::placement::Written;

/// What is written of a pod besides its containers.
pub struct Said<'w, 't> {
    /// Which pod, in words.
    pub words: String,
    pub spot: Spot<'t>,
    pub namespace: (Spot<'t>, Option<&'w str>),
    pub priority: Option<&'w MayVary<i32, f64>>,
    /// Its priority class.
    pub class: Option<&'w str>,
    pub placement: Written<'w>,
}

impl Said<'_, '_> {
    /// A manifest of that, with no containers yet; and what its priority is drawn from, if it varies.
    pub fn ranked(
        self,
        findings: &mut Findings,
        classes: &PriorityClasses,
    ) -> (PodSpec, Option<Distribution>) {
        let written = WrittenPriority { number: self.priority, class: self.class };
        let priority = classes.of_pod(findings, (&self.spot, &self.words), written);
        let placement = placement(findings, &self.spot, &self.placement);
        let spec = PodSpec {
            namespace: namespace(findings, &self.namespace.0, self.namespace.1),
            labels: self.placement.labels.clone(),
            placement: match self.placement.preemption_policy {
                "" => Placement { preemption_policy: priority.preemption_policy, ..placement },
                _ => placement,
            },
            priority: priority.fixed,
            priority_class_name: priority.class,
            ..PodSpec::default()
        };
        (spec, priority.drawn)
    }
}
