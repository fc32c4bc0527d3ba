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
#[derive(Clone, Debug, Default)]
pub struct FitScore(Vec<Share>);

#[derive(Clone, Copy, Debug)]
struct Share {
    resource: Counted,
    request: u64,
    weight: i64,
}

impl FitScore {
    pub fn of(profile: &Profile, pod: &PodTemplate, nodes: &NodeColumns) -> FitScore {
        let weighed = profile.fit.resources.iter().filter_map(|one| {
            let (resource, request) = Counted::of(&one.resource, Requests::WithDefaults, pod, nodes)?;
            Some(Share { resource, request, weight: one.weight })
        });
        FitScore(weighed.collect())
    }

    /// The weighted mean over the resources that the node has.
    #[inline]
    pub fn at(&self, kind: &FitKind, nodes: &NodeColumns, node: NodeId) -> i64 {
        let sums = nodes.sums(node);
        let (mut sum, mut weights) = (0, 0);
        for share in &self.0 {
            let allocatable = share.resource.allocatable(nodes, node);
            let used = share.resource.taken(Requests::WithDefaults, sums).saturating_add(share.request);
            if let Some(score) = score(kind, used, allocatable) {
                sum += score * share.weight;
                weights += share.weight;
            }
        }
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
