//! How important pods are: by a number, or by the class that they name.
//!
//! Source: kubernetes `plugin/pkg/admission/priority`, `pkg/apis/scheduling/validation` (1.34).

use super::names::Names;
use super::numbers::{Range, distribution};
use super::spot::{Findings, Spot};
use crate::model::PreemptionPolicy;
use crate::scenario::complaint::Complaints;
use crate::scenario::decode::TextOr;
use crate::scenario::distribution::Distribution;
use crate::scenario::file::priority::PriorityClassFile;
use crate::scenario::file::varying::MayVary;
use crate::scenario::nearest::nearest;
use crate::scenario::placement;
use std::collections::BTreeMap;

/// Pods of this priority and above are never evicted. Source: kubernetes `SystemCriticalPriority`.
const NEVER_EVICTED: i32 = 2_000_000_000;
/// What users may give away. Source: kubernetes `HighestUserDefinablePriority`.
const HIGHEST_OF_USERS: i32 = 1_000_000_000;
/// Names that begin like this are Kubernetes' own.
const RESERVED: &str = "system-";
const SYSTEM_CLASSES: [(&str, i32); 2] =
    [("system-node-critical", NEVER_EVICTED + 1000), ("system-cluster-critical", NEVER_EVICTED)];

#[derive(Clone, Copy, Debug)]
struct Class {
    value: i32,
    preemption_policy: PreemptionPolicy,
}

/// The classes that a scenario has.
#[derive(Debug)]
pub struct PriorityClasses {
    by_name: BTreeMap<String, Class>,
    /// Of pods that name none.
    default: Option<String>,
    /// Whether a class that is not among them is a mistake.
    are_all: bool,
}

/// What a pod says of its priority.
#[derive(Clone, Copy)]
pub struct WrittenPriority<'w> {
    pub number: Option<&'w MayVary<i32, f64>>,
    pub class: Option<&'w str>,
}

/// How important a pod is.
#[derive(Debug, Default)]
pub struct Priority {
    pub fixed: Option<i32>,
    pub drawn: Option<Distribution>,
    pub class: String,
    /// That of its class; what the pod itself says goes before it.
    pub preemption_policy: PreemptionPolicy,
}

impl PriorityClasses {
    /// Those of a scenario, and the two that always are.
    pub fn read(findings: &mut Findings, spot: &Spot<'_>, written: &[PriorityClassFile]) -> PriorityClasses {
        let system = SYSTEM_CLASSES.map(|(name, value)| {
            (name.to_owned(), Class { value, preemption_policy: PreemptionPolicy::PreemptLowerPriority })
        });
        let mut classes =
            PriorityClasses { by_name: system.into(), default: None, are_all: !written.is_empty() };
        let mut taken = Names::of("priority class");
        for (index, written) in written.iter().enumerate() {
            let spot = spot.index(index);
            taken.take(findings, &spot.key("name"), &written.name);
            classes.add(findings, &spot, written);
        }
        classes
    }

    fn add(&mut self, findings: &mut Findings, spot: &Spot<'_>, written: &PriorityClassFile) {
        let PriorityClassFile { name, value, .. } = written;
        if name.starts_with(RESERVED) {
            let what = format!("the priority class {name} is one of Kubernetes' own by its name");
            findings.mistake(&spot.key("name"), what, format!("write a name without `{RESERVED}`"));
        }
        if HIGHEST_OF_USERS < *value {
            let fix = format!("write {HIGHEST_OF_USERS} or less");
            findings.mistake(&spot.key("value"), format!("priority class {name} is of {value}"), fix);
        }
        let mut complaints = Complaints::default();
        let preemption_policy = placement::preemption_policy(&mut complaints, &written.preemption_policy);
        findings.retell(spot, complaints);
        self.by_name.insert(name.clone(), Class { value: *value, preemption_policy });
        if written.global_default && self.default.replace(name.clone()).is_some() {
            let what = "two priority classes are those of all pods that name none";
            findings.mistake(&spot.key("globalDefault"), what, "keep one `globalDefault`");
        }
    }

    /// The priority of a pod, in words and at its spot.
    pub fn of_pod(
        &self,
        findings: &mut Findings,
        pod: (&Spot<'_>, &str),
        written: WrittenPriority<'_>,
    ) -> Priority {
        let default = self.default.as_deref().filter(|_| written.number.is_none());
        let name = written.class.filter(|class| !class.is_empty()).or(default);
        let class = name.and_then(|name| self.class(findings, pod, (name, written.number.is_some())));
        let (fixed, drawn) = numbered(findings, pod, written.number);
        let is_own = name.is_some_and(|name| !name.starts_with(RESERVED));
        if let Some(class) =
            class.filter(|class| is_own && written.number.is_some() && fixed != Some(class.value))
        {
            let what =
                format!("{} is of a priority class of {}, and has a priority of its own", pod.1, class.value);
            findings.mistake(&pod.0.key("priority"), what, "keep one of `priority` and `priorityClassName`");
        }
        let by_class = class.filter(|_| written.number.is_none()).map(|class| class.value);
        Priority {
            fixed: fixed.or(by_class),
            drawn,
            class: name.unwrap_or_default().to_owned(),
            preemption_policy: class.map(|class| class.preemption_policy).unwrap_or_default(),
        }
    }

    /// The class of that name, if there is one; whether it is needed depends on whether the pod has a number.
    fn class(
        &self,
        findings: &mut Findings,
        (spot, words): (&Spot<'_>, &str),
        (name, has_number): (&str, bool),
    ) -> Option<Class> {
        let class = self.by_name.get(name).copied();
        if class.is_none() && self.are_all {
            let known: Vec<&str> = self.by_name.keys().map(String::as_str).collect();
            let fix = match nearest(name, &known) {
                Some(near) => format!("write `{near}`"),
                None => format!("the priority classes are {}", known.join(", ")),
            };
            let what = format!("there is no priority class \"{}\"", name.escape_debug());
            findings.mistake(&spot.key("priorityClassName"), what, fix);
        } else if class.is_none() && !has_number {
            findings.assume(format!(
                "the value of the priority class {name} is not known here: {words} has priority 0 (write `priority`)"
            ));
        }
        class
    }
}

/// The priority that is written as a number: fixed, or drawn.
fn numbered(
    findings: &mut Findings,
    (spot, words): (&Spot<'_>, &str),
    written: Option<&MayVary<i32, f64>>,
) -> (Option<i32>, Option<Distribution>) {
    match written {
        None => (None, None),
        Some(TextOr::Full(law)) => {
            (None, Some(distribution(findings, &spot.key("priority"), law, Range::PRIORITY)))
        }
        Some(TextOr::Text(priority)) => {
            if *priority >= NEVER_EVICTED {
                let sentence = format!(
                    "{words} has priority {priority}: from {NEVER_EVICTED} on, a pod is never evicted"
                );
                findings.assume(sentence);
            }
            (Some(*priority), None)
        }
    }
}
