//! One process of a container, or all of it: `singleProcessOOMKill`.
//!
//! What: whether a container goes on when its largest process is killed.
//! Never: the memory of single processes, which no scenario gives: what a container
//! has added since its start is taken for its largest process's (fidelity F-13).

use crate::ground::{Level, SimDuration};

/// A container that loses another process sooner than this dies as a whole: what
/// fills memory so fast would be killed without end.
const RECOVERY: SimDuration = SimDuration::seconds(1);

/// A container whose kubelet asks for single kills, as the kernel finds it.
#[derive(Clone, Copy, Debug)]
pub struct Processes {
    pub running: u64,
    pub memory: Level,
    /// What is left when the largest process has gone.
    pub memory_without_it: Level,
    /// Absent: none was killed before.
    pub since_the_last_loss: Option<SimDuration>,
}

/// Whether the rest of the container goes on.
pub fn outlives_a_process(container: Processes) -> bool {
    let is_recovered = container.since_the_last_loss.is_none_or(|since| since >= RECOVERY);
    container.running > 1 && is_recovered && container.memory_without_it < container.memory
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Bytes;

    #[test]
    fn a_container_goes_on_if_it_has_other_processes_and_the_kill_gives_memory_back_and_not_too_often() {
        let grown = Processes {
            running: 2,
            memory: Bytes::mebi(200).into(),
            memory_without_it: Bytes::mebi(40).into(),
            since_the_last_loss: None,
        };
        assert!(outlives_a_process(grown));
        assert!(!outlives_a_process(Processes { running: 1, ..grown }));
        assert!(!outlives_a_process(Processes { memory: grown.memory_without_it, ..grown }));
        let after = |millis| Some(SimDuration::millis(millis));
        assert!(!outlives_a_process(Processes { since_the_last_loss: after(999), ..grown }));
        assert!(outlives_a_process(Processes { since_the_last_loss: after(1000), ..grown }));
    }
}
