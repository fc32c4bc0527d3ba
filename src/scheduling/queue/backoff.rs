//! How long a pod that was refused stands back for others.
//!
//! What: twice as long each time, up to a bound, and only in whole seconds. Never: who waits.
//! Source: kubernetes `pkg/scheduler/backend/queue/backoff_queue.go` (1.34).

use crate::ground::{SimDuration, SimTime};

/// The real queue looks each whole second, and orders by whole seconds.
const WINDOW: SimDuration = SimDuration::seconds(1);

/// How long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first time.
    pub initial: SimDuration,
    /// At most.
    pub longest: SimDuration,
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff { initial: SimDuration::seconds(1), longest: SimDuration::seconds(10) }
    }
}

impl Backoff {
    /// The whole second in which it ends for a pod that failed for the `count`-th time.
    /// In that second it still holds.
    pub fn until(&self, failed: SimTime, count: u32) -> SimTime {
        window(failed.after(self.length(count)))
    }

    /// Of nobody who never failed.
    fn length(&self, count: u32) -> SimDuration {
        let doublings = count.saturating_sub(1).min(63);
        self.initial.times(1 << doublings).min(self.longest)
    }
}

/// Whether a backoff until that whole second is over.
pub(super) fn is_over(until: SimTime, now: SimTime) -> bool {
    until < window(now)
}

/// When that is first noticed.
pub(super) fn release(until: SimTime) -> SimTime {
    until.after(WINDOW)
}

/// The whole second that an instant lies in.
fn window(instant: SimTime) -> SimTime {
    SimTime(instant.0 - instant.0 % WINDOW.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backoff_doubles_up_to_its_bound_and_is_cut_to_whole_seconds() {
        let failed = SimTime(200_000);
        let until = |count| Backoff::default().until(failed, count).0 / 1_000_000;
        assert_eq!([1, 2, 3, 4, 5, 6, 500].map(until), [1, 2, 4, 8, 10, 10, 10]);
    }

    #[test]
    fn a_second_that_begins_at_x_2_ends_at_x_plus_2() {
        // The example of kube-scheduler's own order: a failure at x.2 is cut to x + 1, and noticed after it.
        let until = Backoff::default().until(SimTime(5_200_000), 1);
        assert_eq!(until, SimTime(6_000_000));
        assert!(!is_over(until, SimTime(6_999_999)));
        assert!(is_over(until, release(until)));
        assert_eq!(release(until), SimTime(7_000_000));
    }
}
