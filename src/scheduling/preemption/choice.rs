//! Which node costs least: five criteria, each only among those that are still equal.
//!
//! Source: kubernetes `pickOneNodeForPreemption` (1.34).

use super::{Candidate, Victim};
use crate::ground::SimTime;
use std::cmp::Reverse;

/// Added to each priority, so that two victims of negative priority are more than one of them.
const OFFSET: i64 = 1 << 31;

/// Those that cost least, in the order of their nodes' ids.
pub fn cheapest(candidates: &[Candidate]) -> Vec<&Candidate> {
    let least = candidates.iter().map(cost).min();
    let mut cheapest: Vec<&Candidate> =
        candidates.iter().filter(|candidate| Some(cost(candidate)) == least).collect();
    cheapest.sort_by_key(|candidate| candidate.node);
    cheapest
}

/// The less, the better: violated budgets, the highest priority among the victims, the sum of
/// their priorities, how many they are; and then, the later the most important of them started.
fn cost(candidate: &Candidate) -> (usize, i32, i64, usize, Reverse<SimTime>) {
    let victims = &candidate.victims;
    let highest = victims.iter().map(|victim| victim.priority).max().unwrap_or(i32::MIN);
    let sum = victims.iter().map(|victim| i64::from(victim.priority) + OFFSET).sum();
    let important = victims.iter().filter(|victim| victim.priority == highest);
    let started = important.map(|victim: &Victim| victim.started).min().unwrap_or(SimTime::START);
    (candidate.violations, highest, sum, victims.len(), Reverse(started))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{NodeId, PodId, SimDuration};

    fn candidate(node: u32, violations: usize, victims: &[(i32, u64)]) -> Candidate {
        let victim = |(priority, seconds): &(i32, u64)| Victim {
            pod: PodId(0),
            priority: *priority,
            started: SimTime::START.after(SimDuration::seconds(*seconds)),
            is_terminating: false,
        };
        Candidate { node: NodeId(node), victims: victims.iter().map(victim).collect(), violations }
    }

    #[test]
    fn each_criterion_counts_only_among_equals() {
        // Each is worse than the one before by one criterion more.
        let in_order = [
            candidate(6, 0, &[(5, 90), (5, 95)]),
            candidate(5, 0, &[(5, 80), (5, 95)]), // its first started earlier
            candidate(4, 0, &[(5, 90), (5, 90), (-1 << 31, 0)]), // one more, that adds nothing to the sum
            candidate(3, 0, &[(5, 90), (5, 90), (0, 90)]), // a larger sum
            candidate(2, 0, &[(6, 99)]),          // a higher priority
            candidate(1, 1, &[(0, 99)]),          // a violated budget
        ];
        for place in 0..in_order.len() {
            assert_eq!(cheapest(&in_order[place..])[0].node, in_order[place].node);
        }
    }
}
