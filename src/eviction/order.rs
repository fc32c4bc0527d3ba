//! Who is evicted first: hot code, since every pass over a starved node ranks
//! all its pods.
//!
//! What: two orders over the same facts, the lesson's and the kubelet's, the
//! trait for a third, and [`compare`], the one place where two pods are compared, ties are
//! broken, and it is said what decided. Here are the facts that
//! count when memory is short; [`disk`] and [`pids`] have those of the other signals.
//! Never: whether anybody must go, who is exempt (a critical pod is ranked, then
//! passed over), or where the figures come from.
//! Next: [`candidates`], one call for any signal;
//! [`crate::model::PodSpec::eviction_request`], the request that counts here.
//!
//! Cost: [`rank`] sorts n candidates in O(n log n) comparisons of O(1), in place
//! and without allocating; [`first`] looks once at each. Measured on one of two
//! shared cores of an AMD EPYC, 2026-11-23, best of 2000, by either order: ranking
//! 110 random candidates takes about 4 us, 500 about 25 us. Tried and lost:
//! building each pod's whole key and comparing keys, about 5 us for 110; looking up what is asked
//! in each comparison, about 6 us.

pub mod candidates;
pub mod disk;
pub mod pids;

use super::signal::Starved;
use crate::ground::{Amount, Bytes, PodId};
use crate::model::QosClass;
use std::cmp::Ordering;

pub use candidates::{Candidates, KnownPod};
pub use disk::{DiskCandidate, DiskResource, FilesystemLayout};
pub use pids::PidCandidate;

/// A pod on a node whose memory is short, as far as a ranking may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub pod: PodId,
    /// Its number in the order of creation, never used twice: what ties go by.
    pub serial: u64,
    pub qos: QosClass,
    pub priority: i32,
    /// Absent if the statistics do not know the pod. A pod that they know, but
    /// without a figure of its memory, counts as using none of it.
    pub working_set: Option<Bytes>,
    /// Exact: the kubelet compares before it rounds, and half a byte decides.
    pub memory_request: Amount,
}

impl Candidate {
    /// How far its working set lies above its request; negative when below,
    /// absent when the statistics do not know the pod.
    pub fn excess(&self) -> Option<Amount> {
        self.working_set.map(|working_set| Amount::from(working_set) - self.memory_request)
    }

    /// Whether it is known to use more than it requested. Equal is not more.
    pub fn exceeds_request(&self) -> bool {
        self.excess().is_some_and(Amount::is_positive)
    }
}

/// What a ranking knows of a pod, whatever is short.
pub trait Contender {
    fn pod(&self) -> PodId;

    /// What ties go by: the smaller goes first.
    fn serial(&self) -> u64;

    fn qos(&self) -> QosClass;

    fn priority(&self) -> i32;

    /// What is short.
    fn starved(&self) -> Starved;

    /// Whether the statistics know the pod.
    fn is_known(&self) -> bool;

    /// Whether it is known to use more than it requested. Equal is not more.
    fn exceeds_request(&self) -> bool;

    /// How far its use lies above its request; negative when below, absent when the
    /// statistics do not know the pod. Of processes, which nobody can request, how many it has.
    fn excess(&self) -> Option<Amount>;

    /// How the two compare by an order.
    fn compared<O: EvictionOrder + ?Sized>(&self, order: &O, other: &Self) -> Compared
    where
        Self: Sized,
    {
        compare(order.asks(self.starved()), self, other)
    }

    /// Which of the two goes first, if nothing else is asked.
    #[inline(always)]
    fn by(&self, other: &Self, criterion: Criterion) -> Ordering {
        match criterion {
            Criterion::Statistics => self.is_known().cmp(&other.is_known()),
            Criterion::QosClass => self.qos().cmp(&other.qos()),
            Criterion::ExceedsRequest => other.exceeds_request().cmp(&self.exceeds_request()),
            Criterion::Priority => self.priority().cmp(&other.priority()),
            Criterion::Excess => other.excess().cmp(&self.excess()),
            Criterion::Serial => self.serial().cmp(&other.serial()),
        }
    }
}

impl Contender for Candidate {
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
        Starved::Memory
    }

    fn is_known(&self) -> bool {
        self.working_set.is_some()
    }

    fn exceeds_request(&self) -> bool {
        Candidate::exceeds_request(self)
    }

    fn excess(&self) -> Option<Amount> {
        Candidate::excess(self)
    }

    fn compared<O: EvictionOrder + ?Sized>(&self, order: &O, other: &Candidate) -> Compared {
        order.compare_by_memory(self, other)
    }
}

/// Decides who on a starved node is evicted first, whatever the node is short of.
///
/// An order is what it asks, and nothing else: so whoever explains a ranking asks the same
/// (docs/decisions/0016), and no three pods can each go before the next.
pub trait EvictionOrder {
    /// As scenarios and results spell it.
    fn name(&self) -> &'static str;

    /// What is asked of two pods, one after the other, until something tells them apart; each criterion at most once.
    fn asks(&self, starved: Starved) -> &'static [Criterion];

    /// [`compare`], when memory is short. Not to be written anew: it stands here so that it is compiled for each order,
    /// with what that order asks. Ranking 110 pods takes 3 us so, and 6 us where the list is looked up each time.
    fn compare_by_memory(&self, a: &Candidate, b: &Candidate) -> Compared {
        compare(self.asks(Starved::Memory), a, b)
    }
}

/// What can put one pod before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criterion {
    /// One is not known to the statistics, and goes first.
    Statistics,
    /// BestEffort before Burstable before Guaranteed.
    QosClass,
    /// Whoever is above its request goes first.
    ExceedsRequest,
    /// The lower goes first.
    Priority,
    /// How far it is above its request; of processes, which nobody can request, how many it has.
    Excess,
    /// Nothing that the order looks at: the older pod goes.
    Serial,
}

impl Criterion {
    /// As results spell it.
    pub fn name(self) -> &'static str {
        match self {
            Criterion::Statistics => "Statistics",
            Criterion::QosClass => "QosClass",
            Criterion::ExceedsRequest => "ExceedsRequest",
            Criterion::Priority => "Priority",
            Criterion::Excess => "Excess",
            Criterion::Serial => "Serial",
        }
    }
}

/// How two pods compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// `Less`: the first of the two goes first. Never `Equal`, but of a pod with itself.
    pub ordering: Ordering,
    /// What told them apart.
    pub by: Criterion,
}

/// Whose turn is before whose, and why: by what `asks` lists, and among equals the older pod,
/// where the kubelet leaves it to chance (fidelity F-8).
#[inline(always)]
pub fn compare<C: Contender>(asks: &[Criterion], a: &C, b: &C) -> Compared {
    // A loop, written out: where the compiler knows what is asked, no list is left of it. There are no more
    // criteria than these, but for the age, which comes last anyway.
    macro_rules! ask {
        ($($place:literal)*) => {$(
            if let Some(criterion) = asks.get($place) {
                let ordering = a.by(b, *criterion);
                if ordering.is_ne() {
                    return Compared { ordering, by: *criterion };
                }
            }
        )*};
    }
    debug_assert!(asks.len() <= 5, "each criterion is asked once");
    ask!(0 1 2 3 4);
    Compared { ordering: a.by(b, Criterion::Serial), by: Criterion::Serial }
}

/// What the lesson asks when memory or disk is short. The kubelet asks the same, but not for the class.
///
/// The kubelet asks for statistics again in each of its comparisons. Asking once,
/// first, is the same: where one pod lacks them the first comparison has decided,
/// and where both do, all but their priority is equal.
///
/// Source: kubernetes `pkg/kubelet/eviction/helpers.go`, `rankMemoryPressure`
/// and `rankDiskPressureFunc` (1.32).
const AGAINST_REQUESTS: [Criterion; 5] = [
    Criterion::QosClass,
    Criterion::Statistics,
    Criterion::ExceedsRequest,
    Criterion::Priority,
    Criterion::Excess,
];

/// What the kubelet asks of that. Worked out by the compiler, or the comparison is twice as slow.
const fn but_the_class(asked: &'static [Criterion]) -> &'static [Criterion] {
    asked.split_at(1).1
}

/// The lesson's order, which the kubelet does not follow (fidelity F-1): QoS class
/// first; inside a class as the kubelet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QosOrder;

impl EvictionOrder for QosOrder {
    fn name(&self) -> &'static str {
        "QosClass"
    }

    fn asks(&self, starved: Starved) -> &'static [Criterion] {
        match starved {
            Starved::Memory | Starved::EphemeralStorage | Starved::Inodes => &AGAINST_REQUESTS,
            Starved::Pids => &pids::AMONG_PROCESSES,
        }
    }
}

/// The kubelet's order. By memory and disk: pods without statistics, then those over
/// their request, then low priority, then the largest excess. By process ids: see [`pids`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KubeletOrder;

impl EvictionOrder for KubeletOrder {
    fn name(&self) -> &'static str {
        "Kubelet"
    }

    fn asks(&self, starved: Starved) -> &'static [Criterion] {
        match starved {
            Starved::Memory | Starved::EphemeralStorage | Starved::Inodes => {
                const { but_the_class(&AGAINST_REQUESTS) }
            }
            Starved::Pids => const { but_the_class(&pids::AMONG_PROCESSES) },
        }
    }
}

/// Sorts into eviction order.
pub fn rank<C: Contender, O: EvictionOrder + ?Sized>(order: &O, candidates: &mut [C]) {
    candidates.sort_unstable_by(|a, b| a.compared(order, b).ordering);
}

/// The one that [`rank`] would put in front; for those who need no more.
pub fn first<'a, C: Contender, O: EvictionOrder + ?Sized>(
    order: &O,
    candidates: impl IntoIterator<Item = &'a C>,
) -> Option<&'a C> {
    candidates.into_iter().min_by(|a, b| a.compared(order, b).ordering)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use QosClass::{BestEffort, Burstable, Guaranteed};
    use proptest::prelude::*;

    /// Amounts in MiB; the pod's number is its serial, too.
    fn candidate(pod: u32, qos: QosClass, priority: i32, working_set: u64, request: u64) -> Candidate {
        Candidate {
            pod: PodId(pod),
            serial: u64::from(pod),
            qos,
            priority,
            working_set: Some(Bytes::mebi(working_set)),
            memory_request: Bytes::mebi(request).into(),
        }
    }

    fn ranked<const N: usize>(order: &dyn EvictionOrder, mut pods: [Candidate; N]) -> [u32; N] {
        rank(order, &mut pods);
        pods.map(|pod| pod.pod.0)
    }

    #[test]
    fn kubelet_order_asks_over_request_then_priority_then_excess() {
        // given       pod  class       priority  working set  request (Mi)
        #[rustfmt::skip]
        let pods = [
            candidate(   1, Burstable,      1000,         300,     100), // over, important
            candidate(   2, Burstable,         0,         300,     400), // under
            candidate(   3, Burstable,         0,         200,     100), // over by 100
            candidate(   4, BestEffort,        0,         150,       0), // over by 150
        ];
        assert_eq!(ranked(&KubeletOrder, pods), [4, 3, 1, 2]);
    }

    #[test]
    fn a_burstable_pod_far_over_its_request_goes_before_a_best_effort_one() {
        // User cases A1 (kubernetes/kubernetes#78561) and A3 (k8spatterns/examples#12).
        //                pod  class       priority  working set  request (Mi)
        #[rustfmt::skip]
        let a1 = [
            candidate(      1, BestEffort,        0,         500,       0), // over by 500
            candidate(      2, Burstable,         0,        3072,    1024), // over by 2048
        ];
        #[rustfmt::skip]
        let a3 = [
            candidate(      1, BestEffort,        0,          50,       0),
            candidate(      2, Burstable,         0,        1024,     100),
        ];
        assert_eq!(ranked(&KubeletOrder, a1), [2, 1]);
        assert_eq!(ranked(&KubeletOrder, a3), [2, 1]);
        assert_eq!(ranked(&QosOrder, a1), [1, 2]);
    }

    #[test]
    fn among_pods_under_their_requests_the_nearest_goes_first_even_if_guaranteed() {
        // User case A2 (kubernetes/kubernetes#78561), 1.9Gi rounded to MiB: -102 and -512.
        //                pod  class       priority  working set  request (Mi)
        #[rustfmt::skip]
        let pods = [
            candidate(      1, Burstable,         0,        1536,    2048),
            candidate(      2, Guaranteed,        0,        1946,    2048),
        ];
        assert_eq!(ranked(&KubeletOrder, pods), [2, 1]);
        assert_eq!(ranked(&QosOrder, pods), [1, 2]);
    }

    #[test]
    fn with_equal_use_the_smaller_request_goes_first_and_both_orders_agree() {
        // User case A4 (kubernetes/kubernetes#105270).
        //                pod  class       priority  working set  request (Mi)
        #[rustfmt::skip]
        let pods = [
            candidate(      1, Guaranteed,        0,         300,     300), // equal is not over
            candidate(      2, Burstable,         0,         300,     100),
            candidate(      3, BestEffort,        0,         300,       0),
        ];
        assert_eq!(ranked(&KubeletOrder, pods), [3, 2, 1]);
        assert_eq!(ranked(&QosOrder, pods), [3, 2, 1]);
    }

    #[test]
    fn priority_comes_before_the_size_of_the_excess() {
        // User cases A5 (kubernetes/kubernetes#101167) and A9 (the culprit is evicted second).
        //                pod  class       priority  working set  request (Mi)
        #[rustfmt::skip]
        let a5 = [
            candidate(      1, Burstable,      1000,        9216,    1024), // over by 8Gi
            candidate(      2, Burstable,         0,         110,     100), // over by 10Mi
        ];
        #[rustfmt::skip]
        let a9 = [
            candidate(      1, Burstable,         0,        6144,    1024), // the culprit
            candidate(      2, BestEffort,      -10,          80,       0), // the victim
        ];
        assert_eq!(ranked(&KubeletOrder, a5), [2, 1]);
        assert_eq!(ranked(&KubeletOrder, a9), [2, 1]);
    }

    #[test]
    fn an_important_pod_over_its_request_goes_before_an_unimportant_one_below() {
        // User case A6 (kubernetes/kubernetes#53542).
        //                pod  class       priority  working set  request (Mi)
        #[rustfmt::skip]
        let pods = [
            candidate(      1, Burstable,         0,          90,     100),
            candidate(      2, Burstable,   1000000,         101,     100),
        ];
        assert_eq!(ranked(&KubeletOrder, pods), [2, 1]);
    }

    #[test]
    fn pods_without_statistics_go_first_by_priority_whatever_they_requested() {
        let unknown = |pod, priority, request| Candidate {
            working_set: None,
            ..candidate(pod, Burstable, priority, 0, request)
        };
        let pods = [
            candidate(1, BestEffort, -5, 500, 0),
            unknown(2, 7, 900),
            unknown(3, 0, 100),
            unknown(4, 0, 900), // as 3: nothing else is compared, so creation decides
        ];
        assert_eq!(ranked(&KubeletOrder, pods), [3, 4, 2, 1]);
        assert_eq!(ranked(&QosOrder, pods), [1, 3, 4, 2]);
    }

    #[test]
    fn half_a_byte_decides() {
        // Requests of 500m and 1 byte are equal once rounded up; the kubelet compares before.
        let requesting = |pod, nanobytes| Candidate {
            working_set: Some(Bytes(1)),
            memory_request: Amount(nanobytes),
            ..candidate(pod, Burstable, 0, 0, 0)
        };
        let pods = [requesting(1, 1_000_000_000), requesting(2, 500_000_000)];
        assert!(!pods[0].exceeds_request());
        assert!(pods[1].exceeds_request());
        assert_eq!(ranked(&KubeletOrder, pods), [2, 1]);
    }

    pub(super) const ORDERS: [&dyn EvictionOrder; 2] = [&QosOrder, &KubeletOrder];

    /// What an order must be, and that it says `Serial` exactly where nothing that it asks tells two apart.
    pub(super) fn assert_total_preorder<C: Contender>(order: &dyn EvictionOrder, [a, b, c]: &[C; 3]) {
        let asks = order.asks(a.starved());
        let goes_no_later = |x, y| compare(asks, x, y).ordering != Ordering::Greater;
        let (forth, back) = (compare(asks, a, b), compare(asks, b, a));
        assert_eq!((forth.ordering, forth.by), (back.ordering.reverse(), back.by));
        assert!(!(goes_no_later(a, b) && goes_no_later(b, c)) || goes_no_later(a, c));
        let is_told_apart = asks.iter().any(|criterion| a.by(b, *criterion).is_ne());
        assert_eq!(forth.by == Criterion::Serial, !is_told_apart);
    }

    /// Few distinct values, so that ties in every key are common.
    fn any_candidate() -> impl Strategy<Value = Candidate> {
        let working_set = prop::option::weighted(0.8, 0..4_u64);
        let qos = prop::sample::select(QosClass::ALL.to_vec());
        (qos, -1..2_i32, working_set, 0..4_u64).prop_map(|(qos, priority, working_set, request)| Candidate {
            working_set: working_set.map(Bytes::mebi),
            ..candidate(0, qos, priority, 0, request)
        })
    }

    fn any_pods() -> impl Strategy<Value = Vec<Candidate>> {
        prop::collection::vec(any_candidate(), 0..40).prop_map(|mut pods| {
            for (pod, number) in pods.iter_mut().zip(0..) {
                pod.pod = PodId(number);
                pod.serial = u64::from(number);
            }
            pods
        })
    }

    proptest! {
        #[test]
        fn ranking_ignores_input_order(
            (pods, shuffled) in any_pods().prop_flat_map(|pods| (Just(pods.clone()), Just(pods).prop_shuffle())),
        ) {
            for order in ORDERS {
                let (mut one, mut other) = (pods.clone(), shuffled.clone());
                rank(order, &mut one);
                rank(order, &mut other);
                prop_assert_eq!(first(order, &shuffled), one.first());
                prop_assert_eq!(one, other, "order {}", order.name());
            }
        }

        #[test]
        fn every_order_is_a_total_preorder_and_leaves_exactly_equals_to_their_age(a in any_candidate(), b in any_candidate(), c in any_candidate()) {
            for order in ORDERS {
                assert_total_preorder(order, &[a, b, c]);
            }
        }

        /// The kubelet's comparisons one after another, each asking for statistics anew.
        #[test]
        fn asking_for_statistics_once_is_the_same_as_asking_each_time(a in any_candidate(), b in any_candidate()) {
            let each_time = |measure: fn(&Candidate, &Candidate) -> Ordering| {
                match (a.working_set, b.working_set) {
                    (Some(_), Some(_)) => measure(&a, &b),
                    (a, b) => b.is_none().cmp(&a.is_none()),
                }
            };
            let over_first = each_time(|a, b| b.exceeds_request().cmp(&a.exceeds_request()));
            let largest_first = each_time(|a, b| b.excess().cmp(&a.excess()));
            let expected = over_first.then(a.priority.cmp(&b.priority)).then(largest_first);
            let asks = KubeletOrder.asks(Starved::Memory);
            prop_assert_eq!(compare(asks, &a, &b).ordering, expected.then(a.serial.cmp(&b.serial)));
        }
    }
}
