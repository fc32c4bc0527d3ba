//! Who is evicted first when a node is short of process ids.
//!
//! What: one more rule of the kubelet's: lower priority, then pods without
//! statistics, then more processes. Nobody can request processes, so there is no
//! request to be over, and what memory and disk ask first is not asked at all.
//! Never: how many process ids are left.
//! Next: [`super::candidates`], which makes candidates for any signal.
//!
//! Source: kubernetes `pkg/kubelet/eviction/helpers.go`, `rankPIDPressure` (1.32).

use super::{Contender, Criterion};
use crate::eviction::signal::Starved;
use crate::ground::{Amount, PodId};
use crate::model::QosClass;

/// What the lesson asks when process ids are short. The kubelet asks the same, but not for the class.
pub(super) const AMONG_PROCESSES: [Criterion; 4] =
    [Criterion::QosClass, Criterion::Priority, Criterion::Statistics, Criterion::Excess];

/// A pod on a node short of process ids, as far as a ranking may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PidCandidate {
    pub pod: PodId,
    /// Its number in the order of creation, never used twice: what ties go by.
    pub serial: u64,
    pub qos: QosClass,
    pub priority: i32,
    /// Absent if the statistics do not know the pod. A pod that they know, but
    /// without a number of processes, counts as running none.
    pub processes: Option<u64>,
}

impl Contender for PidCandidate {
    fn pod(&self) -> PodId {
        self.pod
    }

    fn serial(&self) -> u64 {
        self.serial
    }

    fn qos(&self) -> QosClass {
        self.qos
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn starved(&self) -> Starved {
        Starved::Pids
    }

    fn is_known(&self) -> bool {
        self.processes.is_some()
    }

    /// Nobody can request processes: whoever has one exceeds the request. No order asks.
    fn exceeds_request(&self) -> bool {
        self.processes.is_some_and(|processes| processes > 0)
    }

    fn excess(&self) -> Option<Amount> {
        self.processes.map(Amount::whole)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ORDERS, assert_total_preorder};
    use super::super::{KubeletOrder, QosOrder, rank};
    use super::*;
    use QosClass::{BestEffort, Guaranteed};
    use proptest::prelude::*;

    fn candidate(pod: u32, qos: QosClass, priority: i32, processes: Option<u64>) -> PidCandidate {
        PidCandidate { pod: PodId(pod), serial: u64::from(pod), qos, priority, processes }
    }

    #[test]
    fn priority_comes_before_missing_statistics_and_these_before_the_number_of_processes() {
        // given       pod  class       priority  processes
        #[rustfmt::skip]
        let mut pods = [
            candidate(   1, BestEffort,       10, Some(9000)),
            candidate(   2, BestEffort,       10, None),
            candidate(   3, Guaranteed,       -5, Some(1)),
            candidate(   4, Guaranteed,       10, Some(9001)),
        ];
        rank(&KubeletOrder, &mut pods);
        assert_eq!(pods.map(|pod| pod.pod.0), [3, 2, 4, 1]);
        rank(&QosOrder, &mut pods);
        assert_eq!(pods.map(|pod| pod.pod.0), [2, 1, 3, 4]);
    }

    /// Few distinct values, so that ties in every key are common.
    fn any_candidate() -> impl Strategy<Value = PidCandidate> {
        let qos = prop::sample::select(QosClass::ALL.to_vec());
        let processes = prop::option::weighted(0.8, 0..3_u64);
        (qos, -1..2_i32, processes)
            .prop_map(|(qos, priority, processes)| candidate(0, qos, priority, processes))
    }

    proptest! {
        #[test]
        fn every_order_is_a_total_preorder_of_process_owners(three in prop::array::uniform3(any_candidate())) {
            for order in ORDERS {
                assert_total_preorder(order, &three);
            }
        }
    }
}
