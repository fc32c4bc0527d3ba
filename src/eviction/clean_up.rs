//! How long the eviction loop waits for its victim's clean-up.
//!
//! What: it asks once a second whether the pod is cleaned up (its volumes
//! unmounted, its cgroup removed), and looks again as soon as it is, or when it has asked often enough.
//! Never: how long a clean-up takes. Source: kubernetes `waitForPodsCleanup` (1.32).

use crate::ground::SimDuration;

const POLL: SimDuration = SimDuration::seconds(1);
const MOST_POLLS: u64 = 30;

/// From the end of a victim's last container to the loop's next look.
pub fn wait_for_clean_up(clean_up: SimDuration) -> SimDuration {
    POLL.times(clean_up.0.div_ceil(POLL.0).clamp(1, MOST_POLLS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_finds_out_at_its_next_poll_and_gives_up_after_thirty() {
        let waits =
            [0, 1, 1_000, 1_001, 29_500, 90_000].map(|millis| wait_for_clean_up(SimDuration::millis(millis)));
        assert_eq!(waits, [1, 1, 1, 2, 30, 30].map(SimDuration::seconds));
    }
}
