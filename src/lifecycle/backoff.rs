//! Crash-loop back-off: the first restart is at once, the following ones wait
//! 10 s, 20 s, … up to 300 s, until the container has run well for a while.
//! Source: kubernetes `pkg/kubelet/kuberuntime`, `doBackOff` (1.32).

use crate::ground::{SimDuration, SimTime};

const INITIAL: SimDuration = SimDuration::seconds(10);
const LONGEST: SimDuration = SimDuration::seconds(300);
/// A container that ends this long after its last restart starts afresh.
const EXPIRES_AFTER: SimDuration = SimDuration::seconds(600);

/// One container's back-off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    entry: Option<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    delay: SimDuration,
    advanced: SimTime,
}

impl Backoff {
    /// When a container that ended at `finished` starts again; the start advances the back-off.
    pub fn restart(&mut self, finished: SimTime) -> SimTime {
        let alive = self.entry.filter(|entry| finished.since(entry.advanced) <= EXPIRES_AFTER);
        let (start, delay) = match alive {
            None => (finished, INITIAL),
            Some(entry) => (finished.after(entry.delay), entry.delay.times(2).min(LONGEST)),
        };
        self.entry = Some(Entry { delay, advanced: start });
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits, in seconds, of a container that runs for `run` seconds each time.
    fn waits(run: u64, count: usize) -> Vec<u64> {
        let mut backoff = Backoff::default();
        let mut finished = SimTime::START.after(SimDuration::seconds(run));
        let wait = || {
            let start = backoff.restart(finished);
            let wait = start.since(finished);
            finished = start.after(SimDuration::seconds(run));
            wait.0 / 1_000_000
        };
        std::iter::repeat_with(wait).take(count).collect()
    }

    #[test]
    fn the_first_restart_is_at_once_then_the_wait_doubles_up_to_five_minutes() {
        assert_eq!(waits(1, 8), [0, 10, 20, 40, 80, 160, 300, 300]);
    }

    #[test]
    fn ten_good_minutes_make_all_forgotten() {
        assert_eq!(waits(600, 3), [0, 10, 20]); // Exactly ten minutes are not yet enough.
        assert_eq!(waits(601, 3), [0, 0, 0]);
    }
}
