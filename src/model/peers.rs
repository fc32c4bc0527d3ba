//! Objects beside Pods and Nodes that the scheduler looks at: facts, as the API has them.
//!
//! Source: the Kubernetes API, `core/v1` and `policy/v1` (1.34).

use super::labels::{Labels, Selector};
use crate::ground::PodId;
use std::collections::BTreeSet;

/// What a cluster has besides its nodes and pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    pub namespaces: Vec<Namespace>,
    pub services: Vec<PodGroup>,
    pub disruption_budgets: Vec<DisruptionBudget>,
    /// Budgets whose controller is still to count.
    pub budget_rules: Vec<BudgetRule>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    pub name: String,
    pub labels: Labels,
}

/// The pods that a Service stands for, by their labels; where no label is asked for, none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodGroup {
    pub namespace: String,
    pub selector: Labels,
}

/// A PodDisruptionBudget, as its controller last wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisruptionBudget {
    pub name: String,
    pub namespace: String,
    /// Absent or empty: of nobody.
    pub selector: Option<Selector>,
    /// How many of its pods may go.
    pub disruptions_allowed: i64,
    /// Those of its pods whose going is counted already.
    pub disrupted_pods: BTreeSet<PodId>,
}

/// A PodDisruptionBudget as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetRule {
    pub name: String,
    pub namespace: String,
    /// Absent or empty: of nobody.
    pub selector: Option<Selector>,
    pub bound: BudgetBound,
}

/// What a budget holds on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetBound {
    MinAvailable(PodShare),
    MaxUnavailable(PodShare),
}

/// So many pods, or so many percent of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodShare {
    Count(u32),
    /// 0 to 100.
    Percent(u32),
}

/// What a budget's controller counts of the pods that it selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetCounts {
    /// All of them.
    pub selected: u32,
    /// How many replicas their controllers want; pods without a controller are not among them.
    pub wanted: u32,
    /// Those that are ready, and not about to go.
    pub healthy: u32,
}

impl PodShare {
    /// Of how many; rounded up.
    fn of(self, all: u32) -> u32 {
        match self {
            PodShare::Count(count) => count,
            PodShare::Percent(percent) => {
                let share = (u64::from(all) * u64::from(percent)).div_ceil(100);
                u32::try_from(share).unwrap_or(u32::MAX)
            }
        }
    }
}

impl BudgetBound {
    /// How many pods may go.
    ///
    /// Source: kubernetes `pkg/controller/disruption`, `getExpectedPodCount`, `updatePdbStatus` (1.34).
    pub fn disruptions_allowed(self, counts: BudgetCounts) -> i64 {
        let (expected, desired) = match self {
            BudgetBound::MinAvailable(PodShare::Count(count)) => (counts.selected, count),
            BudgetBound::MinAvailable(share) => (counts.wanted, share.of(counts.wanted)),
            BudgetBound::MaxUnavailable(share) => {
                (counts.wanted, counts.wanted.saturating_sub(share.of(counts.wanted)))
            }
        };
        if expected == 0 { 0 } else { i64::from(counts.healthy.saturating_sub(desired)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_allows_what_is_healthy_above_what_it_holds_on_to() {
        use BudgetBound::{MaxUnavailable, MinAvailable};
        use PodShare::{Count, Percent};
        #[rustfmt::skip]
        let cases = [
            //                          selected, wanted, healthy   allowed
            (MinAvailable(Count(2)),    (3, 3, 3),                  1),
            (MinAvailable(Count(2)),    (3, 0, 3),                  1), // Pods without a controller.
            (MinAvailable(Count(5)),    (3, 3, 3),                  0),
            (MinAvailable(Percent(50)), (3, 3, 3),                  1), // 1.5 are 2.
            (MaxUnavailable(Count(1)),  (3, 3, 3),                  1),
            (MaxUnavailable(Count(1)),  (3, 3, 2),                  0),
            (MaxUnavailable(Count(1)),  (3, 0, 3),                  0), // Of nobody knows how many.
            (MaxUnavailable(Percent(34)), (3, 3, 3),                2), // 1.02 are 2.
            (MaxUnavailable(Count(9)),  (3, 3, 2),                  2),
        ];
        for (bound, (selected, wanted, healthy), allowed) in cases {
            let counts = BudgetCounts { selected, wanted, healthy };
            assert_eq!(bound.disruptions_allowed(counts), allowed, "{bound:?} {counts:?}");
        }
    }
}
