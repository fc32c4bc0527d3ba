//! The pods that wait for a node: by priority, then by how long they wait.
//!
//! What: pods that ask for the same and tolerate the same stand together, since
//! what refuses one refuses all of them: a refused class *sleeps* until something
//! changes that might help, and costs nothing meanwhile, however long it is.
//! Never: a node. Its back-off is left out, too: kube-scheduler's delays a refused
//! pod only while others wait to be tried, and this one tries all at once (fidelity F-7).
//! Source: kubernetes `pkg/scheduler/backend/queue` (1.34).
//!
//! Next: [`crate::scheduling::queue`], which takes its place.
//!
//! Cost: a pick looks at the first of each waking class; waking looks at each class.

use crate::ground::{Bytes, MilliCpu, PodId};
use crate::model::{PodTemplate, Toleration};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Highest priority first, then the order of arrival in the queue.
type Turn = (Reverse<i32>, u64);

/// All that a filter may look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Demand {
    cpu: MilliCpu,
    memory: Bytes,
    tolerates_memory_pressure_by_class: bool,
    tolerations: Vec<Toleration>,
}

/// Those of one demand.
#[derive(Clone, Debug, Default)]
struct Class {
    pods: BTreeMap<Turn, PodId>,
    /// Refused, and nothing that might help has happened since.
    sleeps: bool,
}

/// Pods without a node.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    classes: BTreeMap<Demand, Class>,
    /// Those that came since the last round.
    newcomers: BTreeMap<Turn, PodId>,
    arrivals: u64,
}

/// A pod in its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    pub pod: PodId,
    turn: Turn,
    demand: Demand,
}

impl Waiting {
    /// Takes in a pod that has just been made.
    pub fn add(&mut self, pod: PodId, template: &PodTemplate) {
        let turn = (Reverse(template.priority), self.arrivals);
        self.arrivals += 1;
        self.classes.entry(Demand::of(template)).or_default().pods.insert(turn, pod);
        self.newcomers.insert(turn, pod);
    }

    /// Whether a round of the scheduler has anything to do.
    pub fn is_active(&self) -> bool {
        !self.newcomers.is_empty() || self.classes.values().any(|class| !class.sleeps)
    }

    /// The next pod to try. It stays in the queue until it is taken.
    pub fn next(&self) -> Option<Queued> {
        let waking = self.classes.iter().filter(|(_, class)| !class.sleeps);
        let firsts = waking.filter_map(|(demand, class)| Some((class.pods.first_key_value()?, demand)));
        let ((turn, pod), demand) = firsts.min_by_key(|((turn, _), _)| *turn)?;
        Some(Queued { pod: *pod, turn: *turn, demand: demand.clone() })
    }

    /// Takes out a pod that has its node.
    pub fn take(&mut self, queued: &Queued) {
        self.newcomers.remove(&queued.turn);
        if let Some(class) = self.classes.get_mut(&queued.demand) {
            class.pods.remove(&queued.turn);
            if class.pods.is_empty() {
                self.classes.remove(&queued.demand);
            }
        }
    }

    /// No node could take the pod: its class sleeps, and every class that asks for more.
    /// The answer is whether it is the pod's first refusal.
    pub fn refuse(&mut self, queued: &Queued) -> bool {
        let harder = self.classes.iter_mut().filter(|(demand, _)| queued.demand.is_no_harder_than(demand));
        harder.for_each(|(_, class)| class.sleeps = true);
        self.newcomers.remove(&queued.turn).is_some()
    }

    /// Ends a round: those that came since the last one and sleep untried, in their turn.
    pub fn newcomers_left(&mut self) -> Vec<PodId> {
        std::mem::take(&mut self.newcomers).into_values().collect()
    }

    /// Something changed that may help: everybody is tried again, in the old order.
    pub fn wake(&mut self) {
        self.classes.values_mut().for_each(|class| class.sleeps = false);
    }

    /// How many pods wait.
    pub fn len(&self) -> usize {
        self.classes.values().map(|class| class.pods.len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }
}

impl Demand {
    fn of(pod: &PodTemplate) -> Demand {
        Demand {
            cpu: pod.cpu_request,
            memory: pod.memory_request,
            tolerates_memory_pressure_by_class: pod.tolerates_memory_pressure_by_class(),
            tolerations: pod.spec.tolerations.clone(),
        }
    }

    /// Whether every node that passes for `other` passes for this, too.
    fn is_no_harder_than(&self, other: &Demand) -> bool {
        self.cpu <= other.cpu
            && self.memory <= other.memory
            && self.tolerates_memory_pressure_by_class == other.tolerates_memory_pressure_by_class
            && self.tolerations == other.tolerations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContainerSpec, PodSpec, ResourceAmounts};

    fn template(mebi: u64, priority: i32) -> PodTemplate {
        let requests =
            ResourceAmounts { memory: Some(Bytes::mebi(mebi).into()), ..ResourceAmounts::default() };
        let containers = vec![ContainerSpec { requests, ..ContainerSpec::default() }];
        PodTemplate::new(PodSpec { containers, priority: Some(priority), ..PodSpec::default() })
    }

    fn next(queue: &Waiting) -> Option<u32> {
        queue.next().map(|next| next.pod.0)
    }

    #[test]
    fn high_priority_goes_first_then_the_longest_wait_and_refusal_does_not_cost_a_turn() {
        let mut queue = Waiting::default();
        for (pod, priority) in [(1, 0), (2, 0), (3, 10)] {
            queue.add(PodId(pod), &template(100, priority));
        }
        let first = queue.next().expect("three wait");
        assert_eq!(first.pod, PodId(3));
        queue.take(&first);
        let refused = queue.next().expect("two are left");
        assert_eq!(refused.pod, PodId(1));
        assert!(queue.refuse(&refused), "its first refusal");
        assert_eq!(next(&queue), None, "2 asks for the same, and sleeps, too");
        assert_eq!(queue.newcomers_left(), [PodId(2)]);
        assert!(!queue.is_active());
        queue.wake();
        assert_eq!(next(&queue), Some(1));
        assert!(!queue.refuse(&refused), "not its first");
        assert_eq!(queue.len(), 2);
    }

    #[test]
    fn what_asks_for_less_than_a_refused_pod_is_still_tried() {
        let mut queue = Waiting::default();
        for (pod, mebi) in [(1, 200), (2, 300), (3, 100)] {
            queue.add(PodId(pod), &template(mebi, 0));
        }
        let refused = queue.next().expect("three wait");
        queue.refuse(&refused);
        assert_eq!(next(&queue), Some(3), "2 asks for more than 1, which was refused");
    }
}
