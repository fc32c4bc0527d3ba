//! NodeResourcesFit: how full a node would be, by requests: the emptier the better, or the fuller, or by a shape.
//!
//! Integers throughout, each share truncated before they are averaged.
//! Source: kubernetes `pkg/scheduler/framework/plugins/noderesources` (1.34).

use super::counted::{Counted, Requests, percent};
use crate::ground::NodeId;
use crate::model::{NodeColumns, PodTemplate};
use crate::scheduling::profile::{FitKind, Profile, ShapePoint};

/// A shape's scores go to 10, a plugin's to 100.
const SHAPE_SCALE: i64 = 10;

/// What of a pod and its profile this score counts.
#[derive(Clone, Debug)]
pub enum FitScore {
    /// Of CPU and memory what is left: what kube-scheduler counts unless a profile says otherwise.
    Usual {
        cpu: Share,
        memory: Share,
    },
    Listed(FitKind, Vec<(Counted, Share)>),
}

/// Of one resource: what the pod asks for, and how much it weighs.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    request: u64,
    weight: i64,
}

/// A weighted mean, as far as it is added up.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: i64,
    weights: i64,
}

impl FitScore {
    pub fn of(profile: &Profile, pod: &PodTemplate, nodes: &NodeColumns) -> FitScore {
        let weighed = profile.fit.resources.iter().filter_map(|one| {
            let (resource, request) = Counted::of(&one.resource, Requests::WithDefaults, pod, nodes)?;
            Some((resource, Share { request, weight: one.weight }))
        });
        let weighed: Vec<(Counted, Share)> = weighed.collect();
        match (&profile.fit.kind, &weighed[..]) {
            (FitKind::LeastAllocated, &[(Counted::Cpu, cpu), (Counted::Memory, memory)]) => {
                FitScore::Usual { cpu, memory }
            }
            (kind, _) => FitScore::Listed(kind.clone(), weighed),
        }
    }

    pub fn is_usual(&self) -> bool {
        matches!(self, FitScore::Usual { .. })
    }

    /// The weighted mean over the resources that the node has.
    #[inline]
    pub fn at(&self, nodes: &NodeColumns, node: NodeId) -> i64 {
        match self {
            FitScore::Usual { cpu, memory } => {
                let (room, bound) = (&nodes.allocatable[node.index()], &nodes.bound[node.index()]);
                let cpu = cpu.score(&FitKind::LeastAllocated, bound.scored_cpu.0, room.cpu.0);
                let memory = memory.score(&FitKind::LeastAllocated, bound.scored_memory.0, room.memory.0);
                Mean::default().with(cpu).with(memory).of(&FitKind::LeastAllocated)
            }
            FitScore::Listed(kind, all) => of_all(kind, all, nodes, node),
        }
    }
}

/// By the list; apart, to keep it out of the way of the usual case.
#[inline(never)]
fn of_all(kind: &FitKind, all: &[(Counted, Share)], nodes: &NodeColumns, node: NodeId) -> i64 {
    let score = |(resource, share): &(Counted, Share)| {
        let taken = resource.taken(Requests::WithDefaults, nodes.sums(node));
        share.score(kind, taken, resource.allocatable(nodes, node))
    };
    all.iter().map(score).fold(Mean::default(), Mean::with).of(kind)
}

impl Share {
    /// What a resource scores, where so much of it is taken already, with its weight; none, if it does not count.
    #[inline]
    fn score(&self, kind: &FitKind, taken: u64, allocatable: u64) -> Mean {
        let score = score(kind, taken.saturating_add(self.request), allocatable);
        let weighed = |score| Mean { sum: score * self.weight, weights: self.weight };
        score.map_or(Mean::default(), weighed)
    }
}

impl Mean {
    #[inline]
    fn with(self, other: Mean) -> Mean {
        Mean { sum: self.sum + other.sum, weights: self.weights + other.weights }
    }

    #[inline]
    fn of(self, kind: &FitKind) -> i64 {
        let Mean { sum, weights } = self;
        match (kind, weights) {
            (_, 0) => 0,
            (FitKind::LeastAllocated | FitKind::MostAllocated, _) => sum / weights,
            (FitKind::RequestedToCapacityRatio(_), _) => (2 * sum + weights) / (2 * weights),
        }
    }
}

/// Of one resource; absent: it does not count.
#[inline]
fn score(kind: &FitKind, used: u64, allocatable: u64) -> Option<i64> {
    if allocatable == 0 {
        return None;
    }
    match kind {
        FitKind::LeastAllocated => Some(percent(allocatable.saturating_sub(used), allocatable)),
        FitKind::MostAllocated => Some(percent(used.min(allocatable), allocatable)),
        FitKind::RequestedToCapacityRatio(shape) => {
            let score = on_shape(shape, percent(used.min(allocatable), allocatable));
            (score > 0).then_some(score)
        }
    }
}

/// The height of the line through the points, flat before the first and after the last.
fn on_shape(shape: &[ShapePoint], utilization: i64) -> i64 {
    let Some(place) = shape.iter().position(|point| utilization <= point.utilization) else {
        return shape.last().map_or(0, |last| last.score * SHAPE_SCALE);
    };
    let right = shape[place];
    let Some(left) = place.checked_sub(1).map(|before| shape[before]) else {
        return right.score * SHAPE_SCALE;
    };
    let (rise, run) = ((right.score - left.score) * SHAPE_SCALE, right.utilization - left.utilization);
    left.score * SHAPE_SCALE + rise * (utilization - left.utilization) / run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Bytes, MilliCpu};
    use crate::model::{Bound, Node, Room};
    use proptest::prelude::*;

    /// Now and then as much as there is.
    fn amount() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), Just(1 << 40), 1..1_000_000u64, any::<u64>()]
    }

    fn share() -> impl Strategy<Value = Share> {
        (amount(), 1..=100i64).prop_map(|(request, weight)| Share { request, weight })
    }

    proptest! {
        #[test]
        fn the_usual_case_scores_as_the_list_does(
            [cpu, memory] in [share(), share()],
            [bound_cpu, bound_memory, room_cpu, room_memory] in [amount(), amount(), amount(), amount()],
        ) {
            let room = Room { cpu: MilliCpu(room_cpu), memory: Bytes(room_memory), ..Room::default() };
            let mut nodes = NodeColumns::new(&[Node::new("node", room)]);
            let (scored_cpu, scored_memory) = (MilliCpu(bound_cpu), Bytes(bound_memory));
            nodes.bound[0] = Bound { scored_cpu, scored_memory, ..Bound::default() };
            let list = vec![(Counted::Cpu, cpu), (Counted::Memory, memory)];
            let listed = FitScore::Listed(FitKind::LeastAllocated, list);
            let usual = FitScore::Usual { cpu, memory };
            prop_assert_eq!(usual.at(&nodes, NodeId(0)), listed.at(&nodes, NodeId(0)));
        }
    }

    #[test]
    fn a_falling_shape_is_truncated_toward_zero() {
        let shape = [(0, 10), (45, 3), (80, 7), (100, 0)];
        let shape = shape.map(|(utilization, score)| ShapePoint { utilization, score });
        // 100 - 70 * 10 / 45 = 100 - 15.5..; 30 + 40 * 20 / 35 = 30 + 22.8..; 70 - 70 * 10 / 20.
        let cases = [(0, 100), (10, 85), (45, 30), (65, 52), (80, 70), (90, 35), (100, 0), (200, 0)];
        for (utilization, expected) in cases {
            assert_eq!(on_shape(&shape, utilization), expected, "at {utilization} %");
        }
    }

    #[test]
    fn more_than_all_is_worth_nothing_to_the_one_and_all_to_the_other() {
        assert_eq!(score(&FitKind::LeastAllocated, 11, 10), Some(0));
        assert_eq!(score(&FitKind::MostAllocated, 11, 10), Some(100));
        assert_eq!(score(&FitKind::LeastAllocated, 1, 0), None);
        // More than 2^64 / 100 bytes.
        assert_eq!(score(&FitKind::LeastAllocated, 1 << 61, 1 << 62), Some(50));
    }
}
