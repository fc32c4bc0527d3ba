//! The calendar: pending events, the earliest first.
//!
//! A monotone radix heap on the event's microsecond. A simulation only ever
//! plans at or after now, which is just what a radix heap needs: an entry moves
//! at most once for each of 64 bits, so a push and a pop cost O(1) amortised,
//! however many are pending. What is due at one instant comes out in the order
//! of the events themselves.
//! Never: what an event means. A canceled event is not searched for here; its
//! owner knows its ticket to be stale (docs/decisions/0006), and says so when there
//! are too many ([`super::sweep`]).

use super::event::Event;
use crate::ground::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Tells a planned event from one that was planned before it for the same thing.
pub type Ticket = u32;

/// An event with its instant and its ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub at: SimTime,
    pub event: Event,
    pub ticket: Ticket,
}

/// One bucket a bit in which an entry's instant differs from now, and one for now.
const BUCKETS: usize = 65;
/// A calendar with fewer entries is not worth a sweep.
const FEW: usize = 1024;
/// So many events at most are near at once: about as many as memory can be asked for together.
const FEW_NEXT: usize = 8;

/// Pending events.
#[derive(Debug)]
pub struct Calendar {
    /// Bucket b > 0 holds instants whose highest bit that differs from `now` is b - 1.
    buckets: [Vec<Entry>; BUCKETS],
    /// The first of what is due now: most instants have but one event at a time.
    first: Option<Entry>,
    /// What else is due now, smallest event first; nothing, if there is no first.
    due: BinaryHeap<Reverse<Entry>>,
    now: SimTime,
    pending: usize,
    /// With fewer entries it is never crowded.
    few: usize,
    /// At how many pending ones it is worth a look who is still expected.
    crowded_at: usize,
    /// Emptied buckets keep their room through this spare.
    spare: Vec<Entry>,
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar {
            buckets: std::array::from_fn(|_| Vec::new()),
            first: None,
            due: BinaryHeap::new(),
            now: SimTime::START,
            pending: 0,
            few: FEW,
            crowded_at: FEW,
            spare: Vec::new(),
        }
    }
}

impl Calendar {
    /// One that is swept however few entries it has. For tests: it must make no difference.
    pub fn swept_often() -> Calendar {
        Calendar { few: 0, crowded_at: 0, ..Calendar::default() }
    }

    /// Plans an event. What never happens is not kept.
    ///
    /// # Panics
    /// If `at` is in the past: time does not go back.
    pub fn plan(&mut self, at: SimTime, event: Event, ticket: Ticket) {
        assert!(at >= self.now, "an event was planned in the past");
        if at == SimTime::NEVER {
            return;
        }
        let entry = Entry { at, event, ticket };
        self.pending += 1;
        match self.bucket(at) {
            0 => self.make_due(entry),
            bucket => self.buckets[bucket].push(entry),
        }
    }

    fn make_due(&mut self, entry: Entry) {
        match &mut self.first {
            None => self.first = Some(entry),
            Some(first) if entry < *first => {
                let later = std::mem::replace(first, entry);
                self.due.push(Reverse(later));
            }
            Some(_) => self.due.push(Reverse(entry)),
        }
    }

    /// When the next event is due.
    pub fn next_instant(&mut self) -> Option<SimTime> {
        if self.first.is_none() {
            self.advance(|_| ());
        }
        self.first.map(|next| next.at)
    }

    /// Takes the next event; the calendar's clock moves to its instant.
    pub fn pop(&mut self) -> Option<Entry> {
        self.pop_until(SimTime::NEVER, |_| ())
    }

    /// Takes the next event, if it is due at `last` or before. `comes_near` is shown events that are
    /// among the next few: what they will touch can be fetched meanwhile.
    pub fn pop_until(&mut self, last: SimTime, comes_near: impl Fn(&Entry)) -> Option<Entry> {
        if self.first.is_none() {
            self.advance(comes_near);
        }
        let next = self.first.filter(|next| next.at <= last)?;
        self.first = self.due.pop().map(|Reverse(next)| next);
        self.pending -= 1;
        Some(next)
    }

    /// How many events are pending, stale ones among them.
    pub fn pending(&self) -> usize {
        self.pending
    }

    /// Whether it has twice as many entries as the last sweep left.
    pub fn is_crowded(&self) -> bool {
        self.pending >= self.crowded_at
    }

    /// Keeps only what is still expected.
    pub fn sweep(&mut self, is_expected: impl Fn(&Entry) -> bool) {
        self.buckets.iter_mut().for_each(|bucket| bucket.retain(&is_expected));
        self.due.retain(|entry| is_expected(&entry.0));
        if self.first.is_some_and(|first| !is_expected(&first)) {
            self.first = self.due.pop().map(|Reverse(next)| next);
        }
        self.pending = usize::from(self.first.is_some())
            + self.due.len()
            + self.buckets.iter().map(Vec::len).sum::<usize>();
        self.crowded_at = self.few.max(2 * self.pending);
    }

    /// Moves the clock to the earliest pending instant, and makes what is due then due.
    fn advance(&mut self, comes_near: impl Fn(&Entry)) {
        let Some(first) = self.buckets.iter().position(|bucket| !bucket.is_empty()) else { return };
        let mut moving = std::mem::replace(&mut self.buckets[first], std::mem::take(&mut self.spare));
        self.now = moving.iter().map(|entry| entry.at).min().expect("the bucket is not empty");
        if moving.len() <= FEW_NEXT {
            moving.iter().for_each(comes_near);
        }
        for entry in moving.drain(..) {
            match self.bucket(entry.at) {
                0 => self.make_due(entry),
                bucket => self.buckets[bucket].push(entry),
            }
        }
        self.spare = moving;
    }

    fn bucket(&self, at: SimTime) -> usize {
        (u64::BITS - (at.0 ^ self.now.0).leading_zeros()) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{NodeId, WorkloadId};
    use proptest::prelude::*;

    fn arrival(workload: u32) -> Event {
        Event::PodArrives { workload: WorkloadId(workload) }
    }

    #[test]
    fn what_is_due_at_one_instant_goes_by_the_order_of_events() {
        let mut calendar = Calendar::default();
        calendar.plan(SimTime(5), Event::SchedulerRuns, 0);
        calendar.plan(SimTime(5), arrival(2), 0);
        calendar.plan(SimTime(5), arrival(1), 0);
        calendar.plan(SimTime(5), Event::MonitorPasses { node: NodeId(0) }, 0);
        calendar.plan(SimTime(3), Event::SchedulerRuns, 0);
        let order: Vec<_> =
            std::iter::from_fn(|| calendar.pop()).map(|entry| (entry.at.0, entry.event)).collect();
        let monitor = Event::MonitorPasses { node: NodeId(0) };
        let expected = [
            (3, Event::SchedulerRuns),
            (5, monitor),
            (5, arrival(1)),
            (5, arrival(2)),
            (5, Event::SchedulerRuns),
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn what_never_happens_is_not_kept() {
        let mut calendar = Calendar::default();
        calendar.plan(SimTime::NEVER, Event::SchedulerRuns, 0);
        assert_eq!(calendar.next_instant(), None);
    }

    proptest! {
        /// Against a plain sorted list, with pushes between the pops as a simulation makes them.
        #[test]
        fn events_come_out_sorted(
            first in prop::collection::vec((0..1u64 << 40, 0..4u32), 1..60),
            later in prop::collection::vec((0..1u64 << 20, 0..4u32), 0..60),
        ) {
            let mut calendar = Calendar::default();
            let mut plain = std::collections::BTreeSet::new();
            let mut ticket = 0;
            let mut plan = |calendar: &mut Calendar, plain: &mut std::collections::BTreeSet<Entry>, at, workload| {
                ticket += 1;
                calendar.plan(at, arrival(workload), ticket);
                plain.insert(Entry { at, event: arrival(workload), ticket });
            };
            for (at, workload) in first {
                plan(&mut calendar, &mut plain, SimTime(at), workload);
            }
            let mut later = later.into_iter();
            while let Some(entry) = calendar.pop() {
                prop_assert_eq!(Some(entry), plain.pop_first());
                if let Some((delay, workload)) = later.next() {
                    plan(&mut calendar, &mut plain, SimTime(entry.at.0 + delay), workload);
                }
            }
            prop_assert!(plain.is_empty());
        }
    }
}
