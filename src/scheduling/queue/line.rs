//! A line of pods, in order, that can be left from anywhere.
//!
//! What: entries that grow stale when their pod leaves, and are dropped when they come
//! to the front or are too many. Never: why a pod leaves; its owner knows who is still there.
//! Invariant: the first entry is never stale, so that looking costs nothing.
//!
//! Cost: joining behind all others, as most do, and leaving from there O(1); of the others O(log n); amortized.

use crate::ground::PodId;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Below so many stale entries they are not worth a sweep.
const SLACK: usize = 64;

/// A pod in its turn: the highest priority first, then whoever has waited longest.
///
/// One number, so that comparing costs one comparison: the priority, turned round; the
/// number that the queue gave it when it came or came back; the pod. The
/// number is never given again, so two turns of one row are never equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn(u128);

impl Turn {
    pub fn new(priority: i32, number: u64, pod: PodId) -> Turn {
        let below_the_highest = (i64::from(i32::MAX) - i64::from(priority)).unsigned_abs();
        Turn(u128::from(below_the_highest) << 96 | u128::from(number) << 32 | u128::from(pod.0))
    }

    pub fn pod(self) -> PodId {
        PodId(self.0 as u32) // The lowest bits are the pod's.
    }
}

/// Pods by a key, then in turn.
#[derive(Clone, Debug)]
pub(super) struct Line<K> {
    /// In order: whoever came behind all of these.
    run: VecDeque<(K, Turn)>,
    /// Whoever did not.
    heap: BinaryHeap<Reverse<(K, Turn)>>,
    /// Entries that are not stale.
    live: usize,
}

impl<K: Ord> Default for Line<K> {
    fn default() -> Line<K> {
        Line { run: VecDeque::new(), heap: BinaryHeap::new(), live: 0 }
    }
}

impl<K: Ord + Copy> Line<K> {
    pub fn join(&mut self, key: K, turn: Turn) {
        let entry = (key, turn);
        if self.run.back().is_none_or(|last| *last <= entry) {
            self.run.push_back(entry);
        } else {
            self.heap.push(Reverse(entry));
        }
        self.live += 1;
    }

    /// The key of whoever is first.
    pub fn first(&self) -> Option<K> {
        self.first_entry().map(|(key, _)| key)
    }

    fn first_entry(&self) -> Option<(K, Turn)> {
        match (self.run.front(), self.heap.peek()) {
            (Some(of_run), Some(Reverse(of_heap))) => Some(*of_run.min(of_heap)),
            (of_run, of_heap) => of_run.or(of_heap.map(|Reverse(entry)| entry)).copied(),
        }
    }

    fn pop_entry(&mut self) -> Option<(K, Turn)> {
        match (self.run.front(), self.heap.peek()) {
            (Some(of_run), Some(Reverse(of_heap))) if of_heap < of_run => {}
            (Some(_), _) => return self.run.pop_front(),
            (None, _) => {}
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    fn entries(&self) -> usize {
        self.run.len() + self.heap.len()
    }

    pub fn len(&self) -> usize {
        self.live
    }

    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Takes out whoever is first. `is_here` tells of all others whether they are still here.
    pub fn pop(&mut self, is_here: impl Fn(Turn) -> bool) -> Option<Turn> {
        let (_, turn) = self.pop_entry()?;
        self.left(1, is_here);
        Some(turn)
    }

    /// So many have left, at the front or elsewhere, of whom `is_here` knows.
    pub fn left(&mut self, count: usize, is_here: impl Fn(Turn) -> bool) {
        self.live -= count;
        let stale = self.entries() - self.live;
        if stale == 0 {
            return;
        }
        if stale > self.live + SLACK {
            self.run.retain(|(_, turn)| is_here(*turn));
            self.heap.retain(|Reverse((_, turn))| is_here(*turn));
        }
        while self.first_entry().is_some_and(|(_, turn)| !is_here(turn)) {
            self.pop_entry();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(priority: i32, number: u64) -> Turn {
        Turn::new(priority, number, PodId(number as u32))
    }

    #[test]
    fn the_highest_priority_is_first_then_the_lowest_number() {
        let in_order =
            [turn(i32::MAX, 9), turn(1, 8), turn(0, 2), turn(0, 3), turn(-1, 1), turn(i32::MIN, 0)];
        assert!(in_order.is_sorted());
        assert_eq!(in_order[0].pod(), PodId(9));
    }

    #[test]
    fn whoever_leaves_from_the_middle_is_never_met_again() {
        let mut line = Line::default();
        (0..1_000).for_each(|number| line.join((), turn(0, number)));
        let mut is_here = [true; 1_000];
        for leaves in (0..1_000).rev().filter(|number| number % 10 != 5) {
            is_here[leaves] = false;
            line.left(1, |turn| is_here[turn.pod().index()]);
        }
        assert_eq!(line.len(), 100);
        assert!(line.entries() <= 100 + 100 + SLACK, "stale entries do not pile up");
        let order: Vec<u32> = std::iter::from_fn(|| line.pop(|turn| is_here[turn.pod().index()]))
            .map(|turn| turn.pod().0)
            .collect();
        assert_eq!(order, (0..100).map(|tenth| 10 * tenth + 5).collect::<Vec<_>>());
    }

    #[test]
    fn whoever_does_not_come_behind_all_others_goes_in_order_all_the_same() {
        let mut line = Line::default();
        for key in [3, 1, 5, 4, 5, 2, 9, 0] {
            line.join(key, turn(0, 10 + key));
        }
        let order: Vec<u32> = std::iter::from_fn(|| line.pop(|_| true)).map(|turn| turn.pod().0).collect();
        assert_eq!(order, [10, 11, 12, 13, 14, 15, 15, 19]);
    }
}
