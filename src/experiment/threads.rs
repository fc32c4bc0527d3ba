//! Several pieces of work at once, and what came of them in their order.
//!
//! What: each piece is done by one thread and sees no other; whoever asked for them takes
//! what came of them one by one, in the order of the pieces, whatever the order
//! in which they end. Results are the same bytes with any number of threads for just this reason.
//! Nothing is shared and changed: pieces come from one iterator, outcomes go through a channel.
//! Never: what the work is. Next: [`mod@super::runs`].

use rayon::iter::{ParallelBridge, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;

/// How many pieces a thread may be ahead of the one whose outcome is taken next. What waits
/// for its turn takes room, so it must be bounded; and the more may wait, the less
/// does a long piece among short ones hold the others up.
const MOST_AHEAD_PER_THREAD: usize = 8;

/// A number of threads.
pub struct Threads {
    /// None if there is one thread only: that is the caller's own.
    pool: Option<ThreadPool>,
}

/// The place of a piece of work among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// From 0.
    pub place: u64,
    /// Whether everything before it has been taken when it begins.
    pub has_come: bool,
}

impl Threads {
    /// # Errors
    /// If the system gives none.
    pub fn start(number: NonZeroUsize) -> io::Result<Threads> {
        if number.get() == 1 {
            return Ok(Threads { pool: None });
        }
        let pool = ThreadPoolBuilder::new().num_threads(number.get()).build().map_err(io::Error::other)?;
        Ok(Threads { pool: Some(pool) })
    }

    /// Does `work` with each of `pieces`, and gives what came of it to `take`, in the order of the pieces.
    ///
    /// # Errors
    /// The first of `take`: after it nothing is taken any more, and no work begun.
    pub fn in_turn<P: Send, O: Send, E>(
        &self,
        pieces: impl Iterator<Item = P> + Send,
        work: impl Fn(Turn, P) -> O + Sync,
        mut take: impl FnMut(O) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut pieces = (0..).zip(pieces);
        match &self.pool {
            None => pieces.try_for_each(|(place, piece)| take(work(Turn { place, has_come: true }, piece))),
            Some(pool) => side_by_side(pool, pieces, work, take),
        }
    }
}

fn side_by_side<P: Send, O: Send, E>(
    pool: &ThreadPool,
    pieces: impl Iterator<Item = (u64, P)> + Send,
    work: impl Fn(Turn, P) -> O + Sync,
    mut take: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let work = &work;
    pool.in_place_scope(|scope| {
        let (done, arrivals) = mpsc::channel();
        let (permit, permits) = mpsc::channel();
        let another = || permit.send(()).is_ok();
        let _ = (0..MOST_AHEAD_PER_THREAD * pool.current_num_threads()).all(|_| another());
        // The pieces first: where there are no more, nobody waits for a permit.
        let permitted = pieces.zip(permits).map(|(piece, ())| piece);
        scope.spawn(move |_| {
            // Fails as soon as nobody takes anything any more.
            let _ = permitted.par_bridge().try_for_each_with(done, |done, (place, piece)| {
                let turn = Turn { place, has_come: place == 0 };
                done.send((place, panic::catch_unwind(AssertUnwindSafe(|| work(turn, piece)))))
            });
        });
        for outcome in InTurn::of(arrivals) {
            // A panic comes in its turn, too: lost on its thread, it would be waited for.
            take(outcome.unwrap_or_else(|cause| panic::resume_unwind(cause)))?;
            // Fails at the end, when no more pieces are to be permitted.
            another();
        }
        Ok(())
    })
}

/// What arrives in any order, by its place.
struct InTurn<O> {
    arrivals: mpsc::IntoIter<(u64, O)>,
    early: BTreeMap<u64, O>,
    next: u64,
}

impl<O> InTurn<O> {
    fn of(arrivals: mpsc::Receiver<(u64, O)>) -> InTurn<O> {
        InTurn { arrivals: arrivals.into_iter(), early: BTreeMap::new(), next: 0 }
    }
}

impl<O> Iterator for InTurn<O> {
    type Item = O;

    fn next(&mut self) -> Option<O> {
        loop {
            if let Some(outcome) = self.early.remove(&self.next) {
                self.next += 1;
                return Some(outcome);
            }
            let (place, outcome) = self.arrivals.next()?;
            self.early.insert(place, outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn threads(number: usize) -> Threads {
        Threads::start(NonZeroUsize::new(number).expect("not zero")).expect("the system has some")
    }

    /// Work whose length has nothing to do with its place.
    fn uneven(piece: u64) -> u64 {
        (0..(piece * 7919) % 1000).fold(piece, |sum, n| std::hint::black_box(sum ^ n ^ n))
    }

    #[test]
    fn outcomes_are_taken_in_the_order_of_the_pieces_with_any_number_of_threads() {
        for number in [1, 2, 8] {
            let mut taken = Vec::new();
            let take = |outcome| {
                taken.push(outcome);
                Ok::<_, ()>(())
            };
            threads(number)
                .in_turn(0..500, |turn, piece| (turn.place, uneven(piece)), take)
                .expect("no error");
            assert_eq!(taken, (0..500).map(|n| (n, n)).collect::<Vec<_>>(), "{number} threads");
        }
    }

    #[test]
    fn a_turn_has_come_only_if_all_before_it_are_taken() {
        let came = |number| {
            let mut came = Vec::new();
            let take = |has_come| {
                came.push(has_come);
                Ok::<_, ()>(())
            };
            threads(number).in_turn(0..3, |turn, _| turn.has_come, take).expect("no error");
            came
        };
        assert_eq!(came(1), [true, true, true]);
        assert_eq!(came(2), [true, false, false], "who is made beside others does not know");
    }

    #[test]
    fn what_waits_for_its_turn_is_bounded() {
        // given a first piece that ends when as many have begun as may
        let most = 2 * MOST_AHEAD_PER_THREAD as u64;
        let begun = AtomicU64::new(0);
        let work = |turn: Turn, _| {
            begun.fetch_add(1, Ordering::SeqCst);
            while turn.place == 0 && begun.load(Ordering::SeqCst) < most {
                std::thread::yield_now();
            }
            begun.load(Ordering::SeqCst)
        };
        // when it is taken
        let mut seen = None;
        let take = |outcome| {
            seen.get_or_insert(outcome);
            Ok::<_, ()>(())
        };
        threads(2).in_turn(0..1000, work, take).expect("no error");
        // then no more had begun, and all are done in the end
        assert_eq!((seen, begun.into_inner()), (Some(most), 1000));
    }

    #[test]
    #[should_panic(expected = "a bug of ours")]
    fn a_panic_is_told_and_not_waited_for() {
        let work = |_, piece| assert_ne!(piece, 3, "a bug of ours");
        let _ = threads(2).in_turn(0..1000, work, |()| Ok::<_, ()>(()));
    }

    #[test]
    fn after_an_error_no_work_is_begun() {
        for number in [1, 2, 8] {
            let begun = AtomicU64::new(0);
            let work = |_, piece| {
                begun.fetch_add(1, Ordering::SeqCst);
                piece
            };
            let failed = threads(number)
                .in_turn(0..1_000_000_u64, work, |piece| if piece == 3 { Err("full") } else { Ok(()) });
            assert_eq!(failed, Err("full"));
            let most = 4 + (MOST_AHEAD_PER_THREAD * number) as u64;
            assert!(begun.into_inner() <= most, "{number} threads");
        }
    }
}
