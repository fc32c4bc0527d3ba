//! The calendar: pending events, the earliest first.
//!
//! A monotone radix heap on the event's microsecond. What comes soon is one short sorted list, in
//! the order of the events themselves. What comes later is in buckets, wider ones for what is
//! further away. When nothing is left that comes soon, the earliest buckets are dealt out: a few
//! entries come soon, all of them; many go to narrower buckets. A simulation only ever plans at or after
//! now, which is just what this needs: an entry moves at most once for each digit of its instant,
//! mostly two or three times, so a push and a pop cost O(1) amortized, however many are pending.
//! Never: what an event means. A canceled event is not searched for here; its
//! owner knows its ticket to be stale (docs/decisions/0006), and says so when there
//! are too many ([`super::sweep`]).
//!
//! Cost: benches/calendar.rs, and its figures in benches/README.md. Lost: one bucket a bit (an entry
//! moves nine times), a heap for what comes soon (an event planned for now goes up and down in it),
//! digits of 4 bits.

use super::event::{Code, Event};
use crate::ground::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Tells a planned event from one that was planned before it for the same thing.
pub type Ticket = u32;

/// An event with its instant and its ticket, in the order of these three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub at: SimTime,
    what: (u64, u64),
}

impl Entry {
    #[inline(always)]
    pub fn new(at: SimTime, event: Event, ticket: Ticket) -> Entry {
        Entry { at, what: event.code().beside(ticket) }
    }

    #[inline(always)]
    pub fn event(&self) -> Event {
        self.code().event()
    }

    #[inline(always)]
    pub fn code(&self) -> Code {
        Code::out_of(self.what).0
    }

    #[inline(always)]
    pub fn ticket(&self) -> Ticket {
        Code::out_of(self.what).1
    }
}

/// A calendar with fewer entries is not worth a sweep.
const FEW: usize = 1024;
/// So many entries at most come soon together: about as many as memory can be asked for at once.
const FEW_NEXT: usize = 16;
/// A longer list is not kept sorted: putting something into it would cost more than a heap does.
const MOST_SORTED: usize = 2 * FEW_NEXT;
/// An emptied bucket keeps room for so many: with more than that, all buckets together would touch twice the memory.
const MOST_ROOM: usize = 128;
/// A digit of an instant has as many values as a word has bits.
const DIGIT_BITS: u32 = u64::BITS.ilog2();
const VALUES: usize = 1 << DIGIT_BITS;
const DIGITS: usize = u64::BITS.div_ceil(DIGIT_BITS) as usize;

/// Pending events.
#[derive(Debug)]
pub struct Calendar {
    /// The earliest of all, if it was planned as such: what is planned for now mostly is, and is taken at once.
    next: Option<Entry>,
    /// What is due up to `soon_until`, the next one at the end.
    soon: Vec<Entry>,
    /// What else is due up to then, if it is more than a short list; all of it comes after all of `soon`.
    crowd: BinaryHeap<Reverse<Entry>>,
    soon_until: SimTime,
    later: Buckets,
    /// When the last event was due that was taken.
    now: SimTime,
    pending: usize,
    /// With fewer entries it is never crowded.
    few: usize,
    /// At how many pending ones it is worth a look who is still expected.
    crowded_at: usize,
}

/// What comes later than some instant, by the highest digit in which it differs from that.
#[derive(Debug)]
struct Buckets {
    /// One for each value of each digit, the lowest digit first.
    all: Vec<Vec<Entry>>,
    /// Of each digit, the values whose buckets are not empty, a bit each.
    filled: [u64; DIGITS],
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar {
            next: None,
            soon: Vec::new(),
            crowd: BinaryHeap::new(),
            soon_until: SimTime::START,
            later: Buckets::default(),
            now: SimTime::START,
            pending: 0,
            few: FEW,
            crowded_at: FEW,
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
    #[inline(always)]
    pub fn plan(&mut self, at: SimTime, event: Event, ticket: Ticket) {
        self.plan_coded(at, event.code().beside(ticket));
    }

    fn plan_coded(&mut self, at: SimTime, what: (u64, u64)) {
        assert!(at >= self.now, "an event was planned in the past");
        if at == SimTime::NEVER {
            return;
        }
        self.pending += 1;
        let entry = Entry { at, what };
        if !self.is_earliest(&entry) {
            self.put(entry);
        } else if let Some(overtaken) = self.next.replace(entry) {
            self.put(overtaken);
        }
    }

    fn is_earliest(&self, entry: &Entry) -> bool {
        match self.next.as_ref().or(self.soon.last()) {
            Some(other) => entry < other,
            None => entry.at <= self.soon_until,
        }
    }

    /// When the next event is due.
    pub fn next_instant(&mut self) -> Option<SimTime> {
        self.next.or_else(|| self.next_dealt_out(|_| ()).copied()).map(|next| next.at)
    }

    /// Takes the next event; the calendar's clock moves to its instant.
    pub fn pop(&mut self) -> Option<Entry> {
        self.pop_until(SimTime::NEVER, |_| ())
    }

    /// Takes the next event, if it is due at `last` or before. `come_soon` is shown the next few
    /// together, each of them once: what they will touch can be fetched meanwhile.
    pub fn pop_until(&mut self, last: SimTime, come_soon: impl Fn(&[Entry])) -> Option<Entry> {
        let next = match self.next {
            Some(next) => next,
            None => *self.next_dealt_out(come_soon)?,
        };
        if next.at > last {
            return None;
        }
        self.now = next.at;
        self.pending -= 1;
        if self.next.take().is_none() {
            self.soon.pop();
            self.look_among_crowd();
        }
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
        self.next = self.next.filter(&is_expected);
        self.soon.retain(&is_expected);
        self.crowd.retain(|Reverse(entry)| is_expected(entry));
        self.look_among_crowd();
        self.later.retain(&is_expected);
        self.pending =
            usize::from(self.next.is_some()) + self.soon.len() + self.crowd.len() + self.later.len();
        self.crowded_at = self.few.max(2 * self.pending);
    }

    fn next_dealt_out(&mut self, come_soon: impl Fn(&[Entry])) -> Option<&Entry> {
        if self.soon.is_empty() {
            self.deal_out(come_soon);
        }
        self.soon.last()
    }

    /// The next one is in `soon`, if anything comes soon.
    fn look_among_crowd(&mut self) {
        if self.soon.is_empty() && !self.crowd.is_empty() {
            self.soon.extend(self.crowd.pop().map(|Reverse(next)| next));
        }
    }

    fn put(&mut self, entry: Entry) {
        if entry.at > self.soon_until {
            self.later.put(entry, self.soon_until);
        } else if self.soon.len() < MOST_SORTED && self.soon.last().is_none_or(|next| entry < *next) {
            self.soon.push(entry);
        } else {
            self.put_among_soon(entry);
        }
    }

    fn put_among_soon(&mut self, entry: Entry) {
        if self.crowd.peek().is_some_and(|Reverse(other)| *other < entry) {
            return self.crowd.push(Reverse(entry));
        }
        let before = self.soon.iter().rposition(|other| entry < *other);
        self.soon.insert(before.map_or(0, |before| before + 1), entry);
        if self.soon.len() > MOST_SORTED {
            self.crowd.push(Reverse(self.soon.remove(0)));
        }
    }

    /// Empties the earliest buckets. So long as they hold a few entries, all of them come soon; of many
    /// in one bucket, the earliest.
    ///
    /// Whatever instant of the last of these buckets `soon_until` becomes: all the others' place stays right,
    /// since what comes after it differs from all of them in the same digit. Buckets of one digit
    /// only: what comes soon would reach too far with a wider one, and be a crowd before long.
    fn deal_out(&mut self, come_soon: impl Fn(&[Entry])) {
        let Some(digit) = self.later.lowest_digit() else { return };
        while let Some(few) = self.later.first_of(digit, FEW_NEXT - self.soon.len()) {
            self.soon.append(few);
        }
        if self.soon.is_empty() {
            return self.deal_out_many(digit);
        }
        come_soon(&self.soon);
        // The buckets came in their order, so this is nearly done.
        self.soon.reverse();
        self.soon.sort_by(|one, other| other.cmp(one));
        self.soon_until = self.soon[0].at;
    }

    fn deal_out_many(&mut self, digit: usize) {
        let Some(bucket) = self.later.first_of(digit, usize::MAX) else { return };
        let mut many = std::mem::take(bucket);
        self.soon_until = many.iter().map(|entry| entry.at).min().expect("many are not none");
        many.drain(..).for_each(|entry| self.put(entry));
        if many.capacity() <= MOST_ROOM {
            self.later.give_room(digit, self.soon_until, many);
        }
    }
}

impl Default for Buckets {
    fn default() -> Buckets {
        Buckets { all: vec![Vec::new(); DIGITS * VALUES], filled: [0; DIGITS] }
    }
}

/// The value of one of an instant's digits.
fn value(at: SimTime, digit: usize) -> usize {
    (at.0 >> (digit as u32 * DIGIT_BITS)) as usize % VALUES
}

impl Buckets {
    fn put(&mut self, entry: Entry, later_than: SimTime) {
        let digit = (entry.at.0 ^ later_than.0).ilog2() / DIGIT_BITS;
        let digit = digit as usize;
        let value = value(entry.at, digit);
        self.filled[digit] |= 1 << value;
        self.all[digit * VALUES + value].push(entry);
    }

    fn lowest_digit(&self) -> Option<usize> {
        self.filled.iter().position(|filled| *filled != 0)
    }

    /// The first bucket of a digit, for whoever empties it; nothing, if it holds more than so many.
    fn first_of(&mut self, digit: usize, most: usize) -> Option<&mut Vec<Entry>> {
        let value = (self.filled[digit] != 0).then(|| self.filled[digit].trailing_zeros())?;
        let bucket = &mut self.all[digit * VALUES + value as usize];
        if bucket.len() > most {
            return None;
        }
        self.filled[digit] ^= 1 << value;
        Some(bucket)
    }

    /// Gives the bucket of an instant its room back, while it is empty.
    fn give_room(&mut self, digit: usize, at: SimTime, room: Vec<Entry>) {
        self.all[digit * VALUES + value(at, digit)] = room;
    }

    fn retain(&mut self, is_expected: impl Fn(&Entry) -> bool) {
        for (place, bucket) in self.all.iter_mut().enumerate() {
            bucket.retain(&is_expected);
            self.filled[place / VALUES] &= !(u64::from(bucket.is_empty()) << (place % VALUES));
        }
    }

    fn len(&self) -> usize {
        self.all.iter().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{NodeId, SimDuration, WorkloadId};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

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
            std::iter::from_fn(|| calendar.pop()).map(|entry| (entry.at.0, entry.event())).collect();
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

    /// An instant or a length, of any size; or one of a few, so that many meet.
    fn micros() -> impl Strategy<Value = u64> {
        let of_any_size = (any::<u64>(), 1..64u32).prop_map(|(bits, less)| bits >> less);
        prop_oneof![of_any_size, 0..3u64]
    }

    /// Plans an arrival in a calendar, and in a plain sorted list of what is to come.
    fn plan(calendar: &mut Calendar, plain: &mut BTreeSet<Entry>, at: SimTime, ticket: Ticket) {
        let event = arrival(ticket % 4);
        calendar.plan(at, event, ticket);
        if at < SimTime::NEVER {
            plain.insert(Entry::new(at, event, ticket));
        }
    }

    proptest! {
        /// Against a plain sorted list, with pushes between the pops as a simulation makes them.
        #[test]
        fn events_come_out_sorted(
            first in prop::collection::vec(micros(), 1..120),
            later in prop::collection::vec(micros(), 0..120),
        ) {
            let (mut calendar, mut plain) = (Calendar::default(), BTreeSet::new());
            let mut tickets = 0..;
            for at in first {
                plan(&mut calendar, &mut plain, SimTime(at), tickets.next().expect("no end"));
            }
            let mut delays = later.into_iter().map(SimDuration);
            while let Some(entry) = calendar.pop() {
                prop_assert_eq!(Some(entry), plain.pop_first());
                for delay in delays.by_ref().take(2) {
                    plan(&mut calendar, &mut plain, entry.at.after(delay), tickets.next().expect("no end"));
                }
                if entry.ticket() % 16 == 0 {
                    calendar.sweep(|entry| entry.ticket() % 3 > 0);
                    plain.retain(|entry| entry.ticket() % 3 > 0);
                }
                prop_assert_eq!(calendar.pending(), plain.len());
            }
            prop_assert!(plain.is_empty());
        }
    }
}
