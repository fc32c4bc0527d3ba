//! How a Pod is stopped: its preStop hooks, whose turn it is, SIGTERM, SIGKILL.
//!
//! What: how the grace of one container is used up. First its preStop hook runs, then a
//! sidecar waits for its turn, then it has the rest from SIGTERM to SIGKILL.
//! Never: when it exits by itself, or what a kill leaves behind: the engine does that.
//! Source: kubernetes `killContainer`, `executePreStopHook`, `terminationOrdering` (1.32).

use super::restart::Exit;
use crate::ground::SimDuration;
use crate::model::{ContainerIndex, Role};

/// What every container has from SIGTERM to SIGKILL, however short the grace.
pub const SHORTEST_SHUTDOWN: SimDuration = SimDuration::seconds(2);

/// The shortest grace that a Pod is stopped with: none at all counts as one second.
/// Source: kubernetes `calculateEffectiveGracePeriod` (1.32).
pub fn shortest_grace(asked: SimDuration) -> SimDuration {
    asked.max(SimDuration::seconds(1))
}

const SECOND: u64 = SimDuration::seconds(1).0;

/// How long a preStop hook runs, and what of the grace it leaves.
///
/// A hook has the whole grace, and is left alone when that is over. Without any grace
/// it does not run.
pub fn after_pre_stop(grace: SimDuration, pre_stop: SimDuration) -> (SimDuration, SimDuration) {
    let ran = pre_stop.min(grace);
    (ran, left_of(grace, ran))
}

/// Whether a container may not be told yet to stop, as long as grace is left.
///
/// Only sidecars wait: for all regular containers, and for the next sidecar in the manifest,
/// which waits for the one after it. So they stop from the last to the first; where
/// the next one is gone already, nobody waits for those behind it.
/// `containers`: all of the Pod, in the order of their indices, and which of them are live.
pub fn waits_for_its_turn(index: ContainerIndex, containers: impl Iterator<Item = (Role, bool)>) -> bool {
    let mut is_sidecar = false;
    let mut next_sidecar = None;
    let mut regular_is_live = false;
    for (position, (role, is_live)) in containers.enumerate() {
        match role {
            Role::Sidecar if position == usize::from(index.0) => is_sidecar = true,
            Role::Sidecar if is_sidecar && next_sidecar.is_none() => next_sidecar = Some(is_live),
            Role::Regular => regular_is_live |= is_live,
            Role::Sidecar | Role::Init => {}
        }
    }
    is_sidecar && (regular_is_live || next_sidecar == Some(true))
}

/// From SIGTERM to SIGKILL: what is left of the grace after the wait for its turn.
pub fn window(left: SimDuration, waited: SimDuration) -> SimDuration {
    left_of(left, waited).max(SHORTEST_SHUTDOWN)
}

/// How long after SIGTERM a container is gone that needs `stop_time` to stop, and how it ends:
/// by SIGTERM, or, where it needs more than its window, by SIGKILL.
pub fn shut_down(stop_time: SimDuration, window: SimDuration) -> (SimDuration, Exit) {
    if stop_time <= window { (stop_time, Exit::TERMINATED) } else { (window, Exit::KILLED) }
}

/// The kubelet counts what was used of a grace in whole seconds.
fn left_of(grace: SimDuration, used: SimDuration) -> SimDuration {
    SimDuration(grace.0.saturating_sub(used.0 - used.0 % SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: SimDuration = SimDuration::ZERO;

    fn millis(n: u64) -> SimDuration {
        SimDuration::millis(n)
    }

    #[test]
    fn a_hook_uses_up_the_grace_in_whole_seconds() {
        #[rustfmt::skip]
        let table = [
            // grace (ms)  hook (ms)  it runs  it leaves
            (30_000,       4_000,     4_000,   26_000),
            (30_000,       4_999,     4_999,   26_000), // Counted as 4 s.
            (30_000,       0,         0,       30_000),
            (30_000,      60_000,    30_000,   0),      // Left alone when the grace is over.
            (0,            4_000,     0,       0),      // No grace, no hook.
        ];
        for (grace, hook, ran, left) in table {
            assert_eq!(after_pre_stop(millis(grace), millis(hook)), (millis(ran), millis(left)), "{hook}");
        }
    }

    #[test]
    fn who_needs_more_than_its_window_is_killed_at_its_end() {
        let window = millis(2_000);
        assert_eq!(shut_down(millis(500), window), (millis(500), Exit::TERMINATED));
        assert_eq!(shut_down(window, window), (window, Exit::TERMINATED));
        assert_eq!(shut_down(millis(2_001), window), (window, Exit::KILLED));
    }

    #[test]
    fn every_container_has_two_seconds_to_shut_down() {
        assert_eq!(window(millis(30_000), NONE), millis(30_000));
        assert_eq!(window(millis(30_000), millis(7_900)), millis(23_000), "7.9 s count as 7");
        assert_eq!(window(millis(30_000), millis(29_000)), SHORTEST_SHUTDOWN);
        assert_eq!(window(millis(30_000), millis(30_000)), SHORTEST_SHUTDOWN);
        assert_eq!(window(NONE, NONE), SHORTEST_SHUTDOWN);
    }

    #[test]
    fn sidecars_stop_after_the_regular_containers_and_the_last_goes_first() {
        let waiting = |live: [bool; 5]| {
            let roles = [Role::Init, Role::Sidecar, Role::Sidecar, Role::Sidecar, Role::Regular];
            let of = |index| waits_for_its_turn(ContainerIndex(index), roles.into_iter().zip(live));
            [0, 1, 2, 3, 4].map(of)
        };
        let (yes, no) = (true, false);
        assert_eq!(waiting([no, yes, yes, yes, yes]), [no, yes, yes, yes, no]);
        assert_eq!(waiting([no, yes, yes, yes, no]), [no, yes, yes, no, no]);
        assert_eq!(waiting([no, yes, yes, no, no]), [no, yes, no, no, no]);
        assert_eq!(waiting([no, yes, no, no, no]), [no; 5]);
        assert!(!waiting([no, yes, no, yes, no])[1], "only the next one is waited for");
        assert_eq!(waiting([yes, no, no, no, no]), [no; 5], "for an init container nobody waits");
    }
}
