//! Nodes that are alike: what was found at one of them holds for all.
//!
//! What: the last verdicts on nodes of which nothing counted but what they have and what is bound to them. A
//! cluster has few kinds of nodes, and pods of few templates fill them in few ways.
//! Never: whether nothing else counts: [`Ask::reads`](super::Ask::reads) says so.

use super::Verdict;
use crate::model::{Bound, Room};

/// Verdicts that are kept, each in the only place where it may stand: 24 KB.
const KEPT: usize = 256;

/// The verdicts.
#[derive(Clone, Debug, Default)]
pub struct Alike {
    /// Empty before the first.
    kept: Vec<Option<Known>>,
}

/// A verdict, and all that it came from.
#[derive(Clone, Copy, Debug)]
struct Known {
    asker: u64,
    room: Room,
    bound: Bound,
    verdict: Verdict,
}

impl Alike {
    /// The verdict of an asker, of which each has a number of its own, on a node that has `room` and where
    /// `bound` is taken; `work_out` finds it where it is not known.
    #[inline]
    pub fn verdict(
        &mut self,
        asker: u64,
        (room, bound): (&Room, &Bound),
        work_out: impl FnOnce() -> Verdict,
    ) -> Verdict {
        if self.kept.is_empty() {
            self.kept = vec![None; KEPT];
        }
        let slot = &mut self.kept[place(asker, room, bound)];
        match slot {
            Some(known) if known.asker == asker && known.bound == *bound && known.room == *room => {
                known.verdict
            }
            _ => {
                let verdict = work_out();
                *slot = Some(Known { asker, room: *room, bound: *bound, verdict });
                verdict
            }
        }
    }
}

/// Where a verdict stands. Equal pods make sums in equal steps, and multiples of the golden ratio fall far from
/// each other. Source: Knuth, "The art of computer programming", volume 3, 6.4.
#[inline]
fn place(asker: u64, room: &Room, bound: &Bound) -> usize {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let steps = bound.cpu.0.wrapping_add(bound.memory.0).wrapping_add(u64::from(bound.pods));
    let steps = steps.wrapping_add(room.memory.0).wrapping_add(asker);
    (steps.wrapping_mul(GOLDEN) >> (u64::BITS - KEPT.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Bytes, MilliCpu};

    fn bound(pods: u32) -> Bound {
        let (cpu, memory) = (MilliCpu(2_000 * u64::from(pods)), Bytes::gibi(8 * u64::from(pods)));
        Bound { cpu, memory, pods, ..Bound::default() }
    }

    #[test]
    fn a_verdict_is_worked_out_once_for_nodes_that_are_alike() {
        let mut alike = Alike::default();
        let (small, large) = (Room { pods: 8, ..Room::default() }, Room { pods: 9, ..Room::default() });
        let mut asked = Vec::new();
        for (asker, room, pods) in
            [(0, small, 1), (0, small, 2), (0, small, 1), (1, small, 1), (0, large, 1), (0, large, 1)]
        {
            let verdict = Ok(asker as u16 * 100 + room.pods as u16 * 10 + pods as u16);
            let found = alike.verdict(asker, (&room, &bound(pods)), || {
                asked.push((asker, room.pods, pods));
                verdict
            });
            assert_eq!(found, verdict);
        }
        // The third is the first again, and the last the one before it.
        assert_eq!(asked, [(0, 8, 1), (0, 8, 2), (1, 8, 1), (0, 9, 1)]);
    }

    #[test]
    fn nodes_that_fill_up_with_equal_pods_do_not_stand_in_each_others_places() {
        let mut places: Vec<usize> = (0..110).map(|pods| place(3, &Room::default(), &bound(pods))).collect();
        places.sort_unstable();
        places.dedup();
        assert!(places.len() > 100, "{} places for 110 sums", places.len());
    }
}
