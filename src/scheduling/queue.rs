//! The pods that wait for a node, and which of them is tried next.
//!
//! What: kube-scheduler's queue. A pod is *active* (to be tried, by priority, then by who has waited
//! longest), *backing off* after it was refused and something happened that may help,
//! *pooled* while nothing has, or *in flight* while it is being tried. What happens meanwhile
//! is not lost on a pod in flight: the queue notes whose refusal it might make good, and
//! asks when the pod comes back.
//! Never: whether a pod fits anywhere, or what the plugins mean; [`hints`] are all it asks.
//! Never a ticker either: [`Queue::next_flush`] is the next tick that would move anybody.
//! Next: [`event`], what can happen.
//! Source: kubernetes `pkg/scheduler/backend/queue/scheduling_queue.go` (1.34, with queueing hints and
//! popping from the backoff queue, both on by default). Scheduling gates are left out, and so is the wait
//! until preemption has told all victims to go: here that takes no time.
//!
//! Cost: adding, popping and being done with a pod takes a few comparisons (a heap) and no allocation once the
//! columns are as long as they get; a refusal one search among the templates that were refused by the same
//! plugins; an event one question for each template whose refusal it may make good, then a heap a pod
//! woken. Rows are indexed by [`PodId`], which are used again; all of a pod is forgotten when it is done or deleted.
//! Figures: `benches/queue.rs`.

mod backoff;
pub mod event;
mod hints;
mod line;
mod pool;

pub use backoff::Backoff;
pub use event::{ClusterEvent, NodeFacts};

use super::profile::PluginSet;
use crate::ground::{PodId, SimDuration, SimTime};
use crate::model::PodTemplate;
use line::{Line, Turn};
use pool::{Pool, Slot};
use std::sync::Arc;

/// Who has been in the pool for longer is tried again, whatever happened.
const LONGEST_IN_POOL: SimDuration = SimDuration::minutes(5);
/// How often that is looked at.
const LEFTOVERS_INTERVAL: SimDuration = SimDuration::seconds(30);

/// The pods that wait for a node.
///
/// Instants never go back from one call to the next.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    backoff: Backoff,
    rows: Rows,
    active: Line<()>,
    /// By when they end.
    backoffs: Line<SimTime>,
    /// The same of pods that nobody refused: trying them failed. They are not tried early.
    error_backoffs: Line<SimTime>,
    pool: Pool,
    /// Who is in the pool, by when that is too long.
    leftovers: Line<SimTime>,
    in_flight: Vec<PodId>,
    /// How many turns were given.
    turns: u64,
    /// For pods on their way out of the pool; kept for its room.
    woken: Vec<Turn>,
}

/// A pod to be tried now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Popped {
    pub pod: PodId,
    /// How often it has been tried, this time included.
    pub attempts: u32,
}

/// Where a pod stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// To be tried in its turn.
    Active,
    /// To be tried when that is over, or when nobody is active.
    Backoff,
    /// As [`Place::Backoff`], after an error: it is not tried before that is over.
    ErrorBackoff,
    /// Refused, and nothing that may help has happened since.
    Pool,
    /// Being tried.
    InFlight,
}

/// What the queue shows of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub place: Place,
    /// When it was added, or came back from its last try.
    pub since: SimTime,
    /// How often it has been tried.
    pub attempts: u32,
    /// The last second in which it backs off; absent if it never failed.
    pub backs_off_until: Option<SimTime>,
}

#[derive(Clone, Debug)]
struct Row {
    template: Arc<PodTemplate>,
    place: Place,
    turn: Turn,
    since: SimTime,
    attempts: u32,
    /// How often plugins refused it.
    refusals: u32,
    /// How often trying it failed since.
    errors: u32,
    /// Who did, the last time.
    refused_by: PluginSet,
    /// In flight: whose refusal has something to hope for, by what happened since.
    hopes: PluginSet,
    /// In the pool: where.
    slot: Slot,
}

/// Rows are used again, the last that was left first: it is still at hand.
#[derive(Clone, Debug, Default)]
struct Rows {
    /// Where the row of each pod is.
    places: Vec<Option<u32>>,
    rows: Vec<Option<Row>>,
    free: Vec<u32>,
}

impl Queue {
    /// An empty one, whose pods back off for so long.
    pub fn new(backoff: Backoff) -> Queue {
        Queue { backoff, ..Queue::default() }
    }

    /// Takes in a pod that was not in the queue.
    pub fn add(&mut self, pod: PodId, template: &Arc<PodTemplate>, now: SimTime) {
        let turn = self.next_turn(template.priority, pod);
        self.rows.insert(pod, Row::new(Arc::clone(template), turn, now));
        self.active.join((), turn);
    }

    /// The next pod to try: the first that is active; if none is, the first that backs off, however
    /// long it should. It is in flight until it is [`done`](Queue::done), [fails](Queue::fail) or is deleted.
    pub fn pop(&mut self) -> Option<Popped> {
        if !self.is_active() {
            return None;
        }
        let Queue { rows, active, backoffs, .. } = self;
        let first = active.pop(|turn| rows.is_at(turn, Place::Active));
        let turn = first.or_else(|| backoffs.pop(|turn| rows.is_at(turn, Place::Backoff)))?;
        let pod = turn.pod();
        let row = rows.of(pod);
        row.place = Place::InFlight;
        row.attempts += 1;
        row.hopes = PluginSet::NONE;
        self.in_flight.push(pod);
        Some(Popped { pod, attempts: row.attempts })
    }

    /// A pod in flight has its node: it leaves the queue.
    pub fn done(&mut self, pod: PodId) {
        self.land(pod);
        self.rows.remove(pod);
    }

    /// A pod in flight was refused: it is pooled, unless something that may help happened meanwhile.
    /// If nobody refused it, trying it was an [error](Queue::error).
    pub fn fail(&mut self, pod: PodId, refused_by: PluginSet, now: SimTime) {
        if refused_by.is_empty() {
            return self.error(pod, now);
        }
        let row = self.come_back(pod, now);
        row.refusals += 1;
        row.errors = 0;
        row.refused_by = refused_by;
        if (row.hopes & refused_by).is_empty() {
            self.pool(pod);
        } else {
            self.try_again(pod, now);
        }
    }

    /// Trying a pod in flight went wrong, by nobody's refusal, or nothing that happens now may help it: time has to pass.
    pub fn error(&mut self, pod: PodId, now: SimTime) {
        let row = self.come_back(pod, now);
        row.errors += 1;
        row.place = Place::ErrorBackoff;
        let turn = row.turn;
        self.error_backoffs.join(self.rows.of(pod).backs_off_until(self.backoff), turn);
    }

    /// Forgets a pod, wherever it stands; does nothing if it is not here.
    pub fn delete(&mut self, pod: PodId) {
        let Some(place) = self.rows.get(pod).map(|row| row.place) else { return };
        match place {
            Place::Pool => self.leave_pool(pod),
            Place::InFlight => self.land(pod),
            Place::Active | Place::Backoff | Place::ErrorBackoff => {}
        }
        self.rows.remove(pod);
        let rows = &self.rows;
        let is_here = |turn| rows.is_at(turn, place);
        match place {
            Place::Active => self.active.left(1, is_here),
            Place::Backoff => self.backoffs.left(1, is_here),
            Place::ErrorBackoff => self.error_backoffs.left(1, is_here),
            Place::Pool => self.leftovers.left(1, is_here),
            Place::InFlight => {}
        }
    }

    /// Something happened: pods for whom it may be of use leave the pool, to be tried again,
    /// or to back off if they still should. The answer is how many.
    pub fn happened(&mut self, event: &ClusterEvent<'_>, now: SimTime) -> usize {
        if self.in_flight.is_empty() && self.leftovers.is_empty() {
            return 0; // Nobody has been refused.
        }
        for pod in &self.in_flight {
            let row = self.rows.of(*pod);
            row.hopes |= event.useful(&row.template, PluginSet::ALL);
        }
        let mut woken = std::mem::take(&mut self.woken);
        self.pool.wake(event, &mut woken);
        woken.sort(); // Lines are joined at little cost by those who come in turn.
        woken.iter().for_each(|turn| self.try_again(turn.pod(), now));
        let count = woken.len();
        self.leftovers.left(count, |turn| self.rows.is_at(turn, Place::Pool));
        woken.clear();
        self.woken = woken;
        count
    }

    /// What the real queue does at the ticks that fall on this instant.
    pub fn flush(&mut self, now: SimTime) {
        self.flush_backoff(now);
        if now.0.is_multiple_of(LEFTOVERS_INTERVAL.0) {
            self.flush_unschedulable(now);
        }
    }

    /// The one-second tick: whoever has backed off long enough is active.
    pub fn flush_backoff(&mut self, now: SimTime) {
        let Queue { rows, active, backoffs, error_backoffs, .. } = self;
        for (line, place) in [(backoffs, Place::Backoff), (error_backoffs, Place::ErrorBackoff)] {
            while line.first().is_some_and(|until| backoff::is_over(until, now)) {
                let Some(turn) = line.pop(|turn| rows.is_at(turn, place)) else { break };
                rows.of(turn.pod()).place = Place::Active;
                active.join((), turn);
            }
        }
    }

    /// The thirty-second tick: whoever has been in the pool for too long leaves it. If anybody does,
    /// that counts as something that may help for whoever is in flight.
    pub fn flush_unschedulable(&mut self, now: SimTime) {
        let mut moved = false;
        while self.leftovers.first().is_some_and(|bearable_until| bearable_until < now) {
            let Queue { rows, leftovers, .. } = self;
            let Some(turn) = leftovers.pop(|turn| rows.is_at(turn, Place::Pool)) else { break };
            self.leave_pool(turn.pod());
            self.try_again(turn.pod(), now);
            moved = true;
        }
        if moved {
            self.in_flight.iter().for_each(|pod| self.rows.of(*pod).hopes = PluginSet::ALL);
        }
    }

    /// The next instant at which [`flush`](Queue::flush) moves anybody, as things stand;
    /// [`SimTime::NEVER`] if nobody waits for one. It lies ahead, if none before it was missed.
    pub fn next_flush(&self) -> SimTime {
        if self.backoffs.is_empty() && self.error_backoffs.is_empty() && self.leftovers.is_empty() {
            return SimTime::NEVER; // Usually nobody was refused.
        }
        let backoffs = [self.backoffs.first(), self.error_backoffs.first()];
        let released = backoffs.into_iter().flatten().map(backoff::release);
        let leftover = self.leftovers.first().map(leftovers_tick_after);
        released.chain(leftover).min().unwrap_or(SimTime::NEVER)
    }

    /// Whether there is a pod to [`pop`](Queue::pop).
    pub fn is_active(&self) -> bool {
        !self.active.is_empty() || !self.backoffs.is_empty()
    }

    /// How many pods wait. Those in flight do not.
    pub fn len(&self) -> usize {
        self.active.len() + self.backoffs.len() + self.error_backoffs.len() + self.leftovers.len()
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many pods are being tried.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Where a pod stands, if it is here.
    pub fn standing(&self, pod: PodId) -> Option<Standing> {
        self.rows.get(pod).map(|row| row.standing(self.backoff))
    }

    /// All pods here, in flight or waiting, by their row.
    pub fn standings(&self) -> impl Iterator<Item = (PodId, Standing)> {
        let ids = (0..self.rows.places.len() as u32).map(PodId);
        ids.filter_map(|pod| Some((pod, self.standing(pod)?)))
    }

    fn next_turn(&mut self, priority: i32, pod: PodId) -> Turn {
        self.turns += 1;
        Turn::new(priority, self.turns, pod)
    }

    /// A pod is in flight no more.
    fn land(&mut self, pod: PodId) {
        let place = self.in_flight.iter().position(|flying| *flying == pod);
        self.in_flight.swap_remove(place.expect("only pods in flight have been tried"));
    }

    /// A try has ended: the pod takes its place behind its equals.
    fn come_back(&mut self, pod: PodId, now: SimTime) -> &mut Row {
        self.land(pod);
        let priority = self.rows.of(pod).template.priority;
        let turn = self.next_turn(priority, pod);
        let row = self.rows.of(pod);
        row.turn = turn;
        row.since = now;
        row
    }

    fn pool(&mut self, pod: PodId) {
        let row = self.rows.of(pod);
        row.place = Place::Pool;
        row.slot = self.pool.join(row.refused_by, &row.template, row.turn);
        self.leftovers.join(row.since.after(LONGEST_IN_POOL), row.turn);
    }

    /// Takes a pod out of its class; its entry among the leftovers is the caller's.
    fn leave_pool(&mut self, pod: PodId) {
        let row = self.rows.of(pod);
        let slot = row.slot;
        if let Some(moved) = self.pool.leave(row.refused_by, &row.template, slot) {
            self.rows.of(moved.pod()).slot = slot;
        }
    }

    /// A refused pod may have better luck now: it is active, if it need not back off any more.
    fn try_again(&mut self, pod: PodId, now: SimTime) {
        let row = self.rows.of(pod);
        let until = row.backs_off_until(self.backoff);
        if backoff::is_over(until, now) {
            row.place = Place::Active;
            self.active.join((), row.turn);
        } else {
            row.place = Place::Backoff;
            self.backoffs.join(until, row.turn);
        }
    }
}

/// The first tick for leftovers after an instant.
fn leftovers_tick_after(instant: SimTime) -> SimTime {
    let since_the_last = SimDuration(instant.0 % LEFTOVERS_INTERVAL.0);
    instant.after(SimDuration(LEFTOVERS_INTERVAL.0 - since_the_last.0))
}

impl Row {
    fn new(template: Arc<PodTemplate>, turn: Turn, now: SimTime) -> Row {
        Row {
            template,
            place: Place::Active,
            turn,
            since: now,
            attempts: 0,
            refusals: 0,
            errors: 0,
            refused_by: PluginSet::NONE,
            hopes: PluginSet::NONE,
            slot: 0,
        }
    }

    /// Errors that came one after another count for themselves.
    fn failures(&self) -> u32 {
        if self.errors > 0 { self.errors } else { self.refusals }
    }

    fn backs_off_until(&self, backoff: Backoff) -> SimTime {
        backoff.until(self.since, self.failures())
    }

    fn standing(&self, backoff: Backoff) -> Standing {
        let backs_off_until = (self.failures() > 0).then(|| self.backs_off_until(backoff));
        Standing { place: self.place, since: self.since, attempts: self.attempts, backs_off_until }
    }
}

impl Rows {
    fn get(&self, pod: PodId) -> Option<&Row> {
        let place = self.places.get(pod.index()).copied().flatten()?;
        self.rows[place as usize].as_ref()
    }

    /// # Panics
    /// If it is not here: the caller knows that it is.
    fn of(&mut self, pod: PodId) -> &mut Row {
        let place = self.places[pod.index()].expect("a pod that the queue is asked about is in it");
        self.rows[place as usize].as_mut().expect("a place that is taken has a row")
    }

    fn insert(&mut self, pod: PodId, row: Row) {
        if self.places.len() <= pod.index() {
            self.places.resize(pod.index() + 1, None);
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.rows.push(None);
            self.rows.len() as u32 - 1
        });
        self.rows[place as usize] = Some(row);
        let before = self.places[pod.index()].replace(place);
        debug_assert!(before.is_none(), "a pod is added once");
    }

    fn remove(&mut self, pod: PodId) {
        if let Some(place) = self.places[pod.index()].take() {
            self.rows[place as usize] = None;
            self.free.push(place);
        }
    }

    /// Whether whoever had that turn still has it, and stands there.
    fn is_at(&self, turn: Turn, place: Place) -> bool {
        self.get(turn.pod()).is_some_and(|row| row.turn == turn && row.place == place)
    }
}

#[cfg(test)]
mod tests;
