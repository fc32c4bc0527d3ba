//! The pods that wait for a node: by priority, then by how long they wait.
//!
//! Two places, as in kube-scheduler: *active*, to be tried, and *waiting*, tried
//! and refused, until something changes that might help. Its back-off is left out:
//! it delays a refused pod only while others wait to be tried, and this scheduler
//! tries all of them at once (fidelity F-7).
//! Source: kubernetes `pkg/scheduler/backend/queue` (1.34).

use crate::ground::PodId;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Highest priority first, then the order of arrival in the queue.
type Turn = (Reverse<i32>, u64);

/// Pods without a node.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    active: BTreeMap<Turn, PodId>,
    waiting: BTreeMap<Turn, PodId>,
    arrivals: u64,
}

/// A pod in its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    pub pod: PodId,
    turn: Turn,
}

impl Queue {
    /// Takes in a pod that has just been made.
    pub fn add(&mut self, pod: PodId, priority: i32) {
        self.active.insert((Reverse(priority), self.arrivals), pod);
        self.arrivals += 1;
    }

    /// Whether anybody is to be tried.
    pub fn is_active(&self) -> bool {
        !self.active.is_empty()
    }

    /// The next pod to try.
    pub fn pop(&mut self) -> Option<Queued> {
        self.active.pop_first().map(|(turn, pod)| Queued { pod, turn })
    }

    /// Puts back a pod that no node could take.
    pub fn refuse(&mut self, queued: Queued) {
        self.waiting.insert(queued.turn, queued.pod);
    }

    /// Something changed that may help: everybody is tried again, in the old order.
    pub fn wake(&mut self) {
        self.active.append(&mut self.waiting);
    }

    /// How many pods wait, tried or not.
    pub fn len(&self) -> usize {
        self.active.len() + self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_priority_goes_first_then_the_longest_wait_and_refusal_does_not_cost_a_turn() {
        let mut queue = Queue::default();
        for (pod, priority) in [(1, 0), (2, 0), (3, 10)] {
            queue.add(PodId(pod), priority);
        }
        assert_eq!(queue.pop().map(|next| next.pod), Some(PodId(3)));
        let refused = queue.pop().expect("two are left");
        assert_eq!(refused.pod, PodId(1));
        queue.refuse(refused);
        queue.wake();
        assert_eq!(queue.pop().map(|next| next.pod), Some(PodId(1)));
        assert_eq!(queue.len(), 1);
    }
}
