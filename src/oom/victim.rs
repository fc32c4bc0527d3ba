//! Whom the kernel kills when a node, or the cgroup of all pods, is out of memory.
//!
//! Source: Linux `mm/oom_kill.c`, `oom_badness`: badness is memory used plus `oom_score_adj`
//! thousandths of all there is; the largest is killed. Containers stand for
//! processes: with `memory.oom.group` the whole container dies.

use crate::ground::Bytes;
use std::cmp::Reverse;

/// A running container, as far as the kernel sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prey {
    pub working_set: Bytes,
    pub oom_score_adj: i32,
}

/// Its badness, in bytes: `total` is the memory that ran out.
pub fn badness(prey: Prey, total: Bytes) -> i64 {
    let adjustment = i128::from(prey.oom_score_adj) * i128::from(total.0) / 1000;
    let badness = i128::from(prey.working_set.0) + adjustment;
    i64::try_from(badness).unwrap_or(if badness < 0 { i64::MIN } else { i64::MAX })
}

/// The order in which they are killed, while memory is short: the largest badness first, and among equals
/// the last listed. Each by its place, with its badness.
///
/// Source: `oom_evaluate_task`: a task no less bad than the one chosen so far takes its place.
pub fn kill_order(prey: &[Prey], total: Bytes) -> Vec<(usize, i64)> {
    let mut order: Vec<(usize, i64)> = prey.iter().map(|one| badness(*one, total)).enumerate().collect();
    order.sort_unstable_by_key(|(place, badness)| Reverse((*badness, *place)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_dies_although_it_is_important_and_small() {
        // User case B6 (kubernetes/kubernetes#131169): a node of 64Gi; scores 1031 and 1015.
        let database = Prey { working_set: Bytes::gibi(4), oom_score_adj: 969 };
        let application = Prey { working_set: Bytes::gibi(9), oom_score_adj: 875 };
        let node = Bytes::gibi(64);
        let thousandths = |prey| badness(prey, node) * 1000 / node.0 as i64;
        assert_eq!((thousandths(database), thousandths(application)), (1031, 1015));
        let order: Vec<usize> =
            kill_order(&[application, database], node).iter().map(|(place, _)| *place).collect();
        assert_eq!(order, [1, 0]);
    }

    #[test]
    fn among_equals_the_last_listed_dies_first() {
        let one = Prey { working_set: Bytes::gibi(4), oom_score_adj: 969 };
        let smaller = Prey { working_set: Bytes::gibi(3), ..one };
        let order = kill_order(&[smaller, one, one], Bytes::gibi(64));
        assert_eq!(order.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [2, 1, 0]);
    }
}
