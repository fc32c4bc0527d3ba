//! Crash-loop back-off: the first restart is at once, the following ones wait
//! 10 s, 20 s, … up to 300 s, until the container has run well for a while.
//!
//! What: one container's back-off, asked as the kubelet asks it ([`Backoff::check`]),
//! and, for who would not ask again and again, when the answer will be yes
//! ([`Backoff::restart`], [`Backoff::restart_after_kill`]).
//! Never: whether it runs again at all ([`super::restart`]).
//! Source: kubernetes `doBackOff`, client-go `Backoff` (1.32); the conformance family `backoff`.

use crate::ground::{SimDuration, SimTime};

/// How a kubelet is set to back off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackoffSetting {
    /// The wait before the second restart.
    pub initial: SimDuration,
    /// It is doubled up to this.
    pub longest: SimDuration,
    /// A container that ends later than this after its last restart starts afresh.
    pub expires_after: SimDuration,
}

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

impl BackoffSetting {
    /// As every kubelet has it.
    pub const KUBELET: BackoffSetting = BackoffSetting {
        initial: SimDuration::seconds(10),
        longest: SimDuration::seconds(300),
        expires_after: SimDuration::seconds(600),
    };
}

impl Backoff {
    /// Whether a container that ended at `finished` has to wait still. If not, it starts `now`,
    /// and the next wait is the longer for it.
    pub fn check(&mut self, setting: &BackoffSetting, now: SimTime, finished: SimTime) -> bool {
        let alive = self.entry.filter(|entry| finished.since(entry.advanced) <= setting.expires_after);
        let delay = match alive {
            Some(entry) if now.since(finished) < entry.delay => return true,
            Some(entry) => entry.delay.times(2).min(setting.longest),
            None => setting.initial,
        };
        self.entry = Some(Entry { delay, advanced: now });
        false
    }

    /// Forgets a back-off that has not grown for long, as the kubelet does from time to time.
    pub fn collect(&mut self, setting: &BackoffSetting, now: SimTime) {
        self.entry = self.entry.filter(|entry| now.since(entry.advanced) <= setting.expires_after);
    }

    /// The next wait, if there is any.
    pub fn delay(&self) -> Option<SimDuration> {
        self.entry.map(|entry| entry.delay)
    }

    /// When a container that ended at `finished`, and that the kubelet looks at `now`, starts
    /// again; the start advances the back-off.
    ///
    /// As if the kubelet looked again at the very end of the wait, and collected nothing during it.
    /// (If it did, a container that ran for minutes and then waits would start earlier.)
    pub fn restart(&mut self, now: SimTime, finished: SimTime) -> SimTime {
        if !self.check(&BackoffSetting::KUBELET, now, finished) {
            return now;
        }
        let start = self.delay().map_or(finished, |delay| finished.after(delay));
        self.check(&BackoffSetting::KUBELET, start, finished);
        start
    }

    /// When a container starts again that the kubelet itself has killed `now`, because of its
    /// probe or its manifest.
    ///
    /// It is to be started in the same look of the kubelet, which saw it running still. So
    /// its back-off goes by the end of the instance before it, `finished_before`; if there
    /// is none, it starts without any back-off, and none is noted. If that instance's wait
    /// is not over, the start fails, and the next look sees an ordinary exit.
    /// (From memory: the recordings do not hold a kill.)
    pub fn restart_after_kill(&mut self, now: SimTime, finished_before: Option<SimTime>) -> SimTime {
        let Some(finished) = finished_before else { return now };
        if self.check(&BackoffSetting::KUBELET, now, finished) { self.restart(now, now) } else { now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SimTime {
        SimTime::START.after(SimDuration::seconds(seconds))
    }

    /// The waits, in seconds, of a container that runs for `run` seconds each time.
    fn waits(run: u64, count: usize) -> Vec<u64> {
        let mut backoff = Backoff::default();
        let mut finished = at(run);
        let wait = || {
            let start = backoff.restart(finished, finished);
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

    #[test]
    fn the_wait_is_over_at_its_very_end_and_not_before() {
        let kubelet = &BackoffSetting::KUBELET;
        let mut backoff = Backoff::default();
        assert!(!backoff.check(kubelet, at(0), at(0)), "the first time");
        assert!(backoff.check(kubelet, SimTime(at(15).0 - 1), at(5)), "a microsecond is left");
        assert_eq!(backoff.delay(), Some(SimDuration::seconds(10)), "a refusal changes nothing");
        assert!(!backoff.check(kubelet, at(15), at(5)));
        assert_eq!(backoff.delay(), Some(SimDuration::seconds(20)));
    }

    #[test]
    fn who_is_looked_at_late_has_waited_meanwhile_and_the_next_wait_counts_from_the_look() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.restart(at(30), at(15)), at(30)); // The next wait is 10 s.
        assert_eq!(backoff.restart(at(49), at(45)), at(55), "4 s are over");
        assert_eq!(backoff.restart(at(90), at(60)), at(90), "all 20 s are");
        // 595 s after that look, and 605 s after that wait was over: not forgotten yet.
        assert_eq!(backoff.restart(at(685), at(685)), at(725));
    }

    #[test]
    fn what_is_collected_is_forgotten() {
        let kubelet = &BackoffSetting::KUBELET;
        let mut backoff = Backoff::default();
        assert!(!backoff.check(kubelet, at(0), at(0)));
        backoff.collect(kubelet, at(600));
        assert_eq!(backoff.delay(), Some(SimDuration::seconds(10)));
        backoff.collect(kubelet, at(601));
        assert_eq!(backoff.delay(), None);
    }

    #[test]
    fn the_kubelets_first_kill_costs_no_wait_and_leaves_no_trace() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.restart_after_kill(at(100), None), at(100));
        assert_eq!(backoff, Backoff::default());
    }

    #[test]
    fn a_kill_waits_if_the_end_before_it_is_not_long_ago() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.restart(at(0), at(0)), at(0)); // The next wait is 10 s, then 20 s.
        assert_eq!(backoff.restart(at(1), at(1)), at(11));
        // Killed at 16 s, and its instance before ended at 1 s: 15 s ago, of 20 s.
        assert_eq!(backoff.restart_after_kill(at(16), Some(at(1))), at(36));
        // Killed at 100 s, and its instance before ended at 16 s: 84 s ago, of 40 s.
        assert_eq!(backoff.restart_after_kill(at(100), Some(at(16))), at(100));
        assert_eq!(backoff.delay(), Some(SimDuration::seconds(80)));
    }
}
