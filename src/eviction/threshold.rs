//! Eviction thresholds: the lines below which a node's kubelet acts.
//!
//! What: one line, whether it is met and whether it is resolved, and a kubelet's
//! settings. Never: how long a line has been met: [`super::monitor`] remembers that.

use super::signal::{Count, Observation, Observations, Signal};
use crate::ground::{Bytes, Format, SimDuration};
use std::sync::Arc;

/// One line, hard or soft. Source: kubelet `Threshold`.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    pub signal: Signal,
    pub value: ThresholdValue,
    /// How Kubernetes prints the line, where it was written as a quantity.
    pub written: Option<Arc<str>>,
    /// How long it must be met before anyone is evicted; zero makes it hard.
    pub grace_period: SimDuration,
    /// How far above the line the signal must rise before it counts as resolved.
    pub minimum_reclaim: Option<ThresholdValue>,
}

/// Where a line lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ThresholdValue {
    Quantity(Count),
    /// A share of capacity, 1.0 the whole; a 32-bit float, as in the kubelet.
    Percentage(f32),
}

impl ThresholdValue {
    /// Where the line lies. Source: kubernetes `GetThresholdQuantity` (1.32): trunc(float64(capacity) * float64(share)).
    pub fn at(self, capacity: Count) -> Count {
        match self {
            ThresholdValue::Quantity(count) => count,
            ThresholdValue::Percentage(share) => Count((capacity.0 as f64 * f64::from(share)) as i64),
        }
    }

    /// The same for those who count bytes.
    pub fn in_bytes(self, capacity: Bytes) -> Bytes {
        self.at(capacity.into()).bytes()
    }
}

impl Threshold {
    /// Hard means that nothing is waited for: a soft threshold without grace is hard.
    pub fn is_hard(&self) -> bool {
        self.grace_period == SimDuration::ZERO
    }

    /// Strictly below the line. Equal is not met.
    pub fn is_met(&self, seen: Observation) -> bool {
        seen.available < self.value.at(seen.capacity)
    }

    /// Still below the line raised by the minimum reclaim.
    pub fn is_unresolved(&self, seen: Observation) -> bool {
        let raise = self.minimum_reclaim.map_or(Count::ZERO, |value| value.at(seen.capacity));
        seen.available.0 < self.value.at(seen.capacity).0.saturating_add(raise.0)
    }

    /// Whether the kubelet takes the two for one: whatever their minimum reclaims are.
    /// Source: kubernetes `hasThreshold` (1.32).
    pub(super) fn is_twin_of(&self, other: &Threshold) -> bool {
        (self.signal, self.value, self.grace_period) == (other.signal, other.value, other.grace_period)
    }

    /// Whether the kubelet cannot even tell the two apart. It knows quantities and minimum
    /// reclaims by where they are kept, and two of them never are the same; shares it knows by their value.
    /// Source: kubernetes `thresholdsObservedAt` (1.32), a map with thresholds for keys.
    pub(super) fn is_same_as(&self, other: &Threshold) -> bool {
        let is_bare_share = matches!(self.value, ThresholdValue::Percentage(_))
            && self.minimum_reclaim.is_none()
            && other.minimum_reclaim.is_none();
        is_bare_share && self.is_twin_of(other)
    }

    /// Where the line lies, as the kubelet prints it: a quantity as it was written, a
    /// percentage of anything, inodes too, as if it were of bytes.
    pub fn printed(&self, capacity: Count) -> String {
        match &self.written {
            Some(written) => written.to_string(),
            None => self.value.at(capacity).quantity(Format::BinarySI).to_string(),
        }
    }
}

/// What a hard eviction, and one for a local storage limit, asks for.
/// Source: kubernetes `immediateEvictionGracePeriodSeconds` (1.32).
pub(super) const HARD_GRACE: SimDuration = SimDuration::seconds(1);

/// A kubelet's settings, as far as eviction reads them.
#[derive(Clone, Debug, PartialEq)]
pub struct EvictionSettings {
    /// In the order in which, several being met, one is acted on (fidelity F-5).
    pub thresholds: Vec<Threshold>,
    /// How long a condition outlives its last observation.
    pub pressure_transition_period: SimDuration,
    /// The longest grace a soft eviction gives a pod.
    pub max_pod_grace_period: SimDuration,
    /// From one look to the next, when nobody was evicted.
    pub monitoring_interval: SimDuration,
}

impl EvictionSettings {
    /// What the kubelet asks for between a victim's SIGTERM and SIGKILL; `own` is what its
    /// manifest asks for: one second if `threshold` is hard, else the smaller of the pod's and the kubelet's.
    pub fn grace_period_override(&self, threshold: &Threshold, own: Option<SimDuration>) -> SimDuration {
        if threshold.is_hard() {
            return HARD_GRACE;
        }
        let longest = self.max_pod_grace_period;
        longest.min(own.unwrap_or(longest))
    }

    /// The same for a pod that exceeds a limit of local storage.
    pub fn limit_grace_period() -> SimDuration {
        HARD_GRACE
    }

    /// Whether any threshold at all, its grace aside, is short of its line and minimum
    /// reclaim: what the kubelet asks after it has deleted what nobody uses.
    pub fn is_any_unresolved(&self, seen: &Observations) -> bool {
        let is_unresolved = |threshold: &Threshold| {
            seen.of(threshold.signal).is_some_and(|seen| threshold.is_unresolved(seen))
        };
        self.thresholds.iter().any(is_unresolved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(available: u64, capacity: u64) -> Observation {
        Observation::fresh(available, capacity)
    }

    fn hard(value: ThresholdValue) -> Threshold {
        let signal = Signal::MemoryAvailable;
        Threshold { signal, value, written: None, grace_period: SimDuration::ZERO, minimum_reclaim: None }
    }

    #[test]
    fn available_equal_to_the_line_is_not_met() {
        let threshold = hard(ThresholdValue::Quantity(Count(100)));
        assert!(!threshold.is_met(seen(100, 1000)));
        assert!(threshold.is_met(seen(99, 1000)));
    }

    #[test]
    fn a_percentage_goes_through_32_bit_floats_as_in_the_kubelet() {
        // A recorded decision: "99.99%" of 16 GB stands as 0.9998999834060669.
        let share = "99.99".parse::<f32>().expect("a number") / 100.0;
        assert_eq!(ThresholdValue::Percentage(share).at(Count(16_000_000_000)), Count(15_998_399_734));
    }

    #[test]
    fn a_minimum_reclaim_keeps_a_threshold_unresolved_above_its_line() {
        let mut threshold = hard(ThresholdValue::Quantity(Count(100)));
        threshold.minimum_reclaim = Some(ThresholdValue::Quantity(Count(50)));
        assert!(threshold.is_unresolved(seen(149, 1000)));
        assert!(!threshold.is_unresolved(seen(150, 1000)));
        assert!(!threshold.is_met(seen(149, 1000)));
    }

    #[test]
    fn a_soft_grace_is_the_smaller_of_the_kubelets_and_the_pods_and_a_hard_one_is_a_second() {
        let settings = EvictionSettings {
            thresholds: Vec::new(),
            pressure_transition_period: SimDuration::minutes(5),
            max_pod_grace_period: SimDuration::seconds(30),
            monitoring_interval: SimDuration::seconds(10),
        };
        let hard = hard(ThresholdValue::Quantity(Count(100)));
        let soft = Threshold { grace_period: SimDuration::seconds(90), ..hard.clone() };
        let asked = |threshold, own: Option<u64>| {
            settings.grace_period_override(threshold, own.map(SimDuration::seconds))
        };
        assert_eq!(asked(&hard, Some(60)), SimDuration::seconds(1));
        assert_eq!(asked(&soft, Some(60)), SimDuration::seconds(30));
        assert_eq!(asked(&soft, Some(0)), SimDuration::ZERO);
        assert_eq!(asked(&soft, None), SimDuration::seconds(30));
    }

    #[test]
    fn a_line_prints_as_it_was_written_and_a_share_in_binary_units() {
        let written =
            Threshold { written: Some("500M".into()), ..hard(ThresholdValue::Quantity(Count(500_000_000))) };
        assert_eq!(written.printed(Count(1)), "500M");
        let share = hard(ThresholdValue::Percentage(0.5));
        assert_eq!(share.printed(Count(4 << 20)), "2Mi");
        assert_eq!(share.printed(Count(100_000)), "50000");
    }
}
