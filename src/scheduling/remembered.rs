//! What was worked out of a pod's template, kept for the other pods of that template.
//!
//! Valid as long as the templates live that were asked about: inside one decision.

use crate::model::PodTemplate;
use std::collections::BTreeMap;

/// An answer for each template that was asked about.
#[derive(Clone, Debug)]
pub struct Remembered<T> {
    /// By where the template lies. Nothing walks over it, so the order means nothing.
    answers: BTreeMap<*const PodTemplate, T>,
}

impl<T> Remembered<T> {
    /// The answer for a template, worked out when it is asked for first.
    pub fn of(&mut self, template: &PodTemplate, work_out: impl FnOnce(&PodTemplate) -> T) -> &T {
        self.answers.entry(std::ptr::from_ref(template)).or_insert_with(|| work_out(template))
    }
}

impl<T> Default for Remembered<T> {
    fn default() -> Remembered<T> {
        Remembered { answers: BTreeMap::new() }
    }
}
