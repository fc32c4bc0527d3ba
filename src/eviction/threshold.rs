//! Eviction thresholds: the lines below which a node's kubelet acts.

use super::signal::{Observation, Signal};
use crate::ground::{Bytes, SimDuration};

/// One line, hard or soft. Source: kubelet `Threshold`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    pub signal: Signal,
    pub value: ThresholdValue,
    /// How long it must be met before anyone is evicted; zero makes it hard.
    pub grace_period: SimDuration,
    /// How far above the line the signal must rise before it counts as resolved.
    pub minimum_reclaim: Option<ThresholdValue>,
}

/// Where a line lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ThresholdValue {
    Quantity(Bytes),
    /// A share of capacity, 1.0 the whole; a 32-bit float, as in the kubelet.
    Percentage(f32),
}

impl ThresholdValue {
    /// The line in bytes. Source: kubernetes `GetThresholdQuantity` (1.32): trunc(float64(capacity) * float64(share)).
    pub fn at(self, capacity: Bytes) -> Bytes {
        match self {
            ThresholdValue::Quantity(bytes) => bytes,
            ThresholdValue::Percentage(share) => Bytes((capacity.0 as f64 * f64::from(share)) as u64),
        }
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
        let raise = self.minimum_reclaim.map_or(Bytes::ZERO, |value| value.at(seen.capacity));
        i128::from(seen.available.0) < i128::from(self.value.at(seen.capacity).0) + i128::from(raise.0)
    }
}

/// The shortest time between SIGTERM and SIGKILL, whatever grace is asked for.
/// Source: kubernetes `minimumGracePeriodInSeconds` (1.32).
const SHORTEST_GRACE: SimDuration = SimDuration::seconds(2);

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
    /// What a victim of `threshold` is given between SIGTERM and SIGKILL; `own` is what
    /// its manifest asks for. A hard eviction asks for one second, a soft one for the smaller
    /// of the pod's and the kubelet's; neither takes less than two.
    pub fn victim_grace_period(&self, threshold: &Threshold, own: Option<SimDuration>) -> SimDuration {
        if threshold.is_hard() {
            return SHORTEST_GRACE;
        }
        let longest = self.max_pod_grace_period;
        longest.min(own.unwrap_or(longest)).max(SHORTEST_GRACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(available: u64, capacity: u64) -> Observation {
        Observation { available: Bytes(available), capacity: Bytes(capacity) }
    }

    fn hard(value: ThresholdValue) -> Threshold {
        let signal = Signal::MemoryAvailable;
        Threshold { signal, value, grace_period: SimDuration::ZERO, minimum_reclaim: None }
    }

    #[test]
    fn available_equal_to_the_line_is_not_met() {
        let threshold = hard(ThresholdValue::Quantity(Bytes(100)));
        assert!(!threshold.is_met(seen(100, 1000)));
        assert!(threshold.is_met(seen(99, 1000)));
    }

    #[test]
    fn a_percentage_goes_through_32_bit_floats_as_in_the_kubelet() {
        // A recorded decision: "99.99%" of 16 GB stands as 0.9998999834060669.
        let share = "99.99".parse::<f32>().expect("a number") / 100.0;
        assert_eq!(ThresholdValue::Percentage(share).at(Bytes(16_000_000_000)), Bytes(15_998_399_734));
    }

    #[test]
    fn a_minimum_reclaim_keeps_a_threshold_unresolved_above_its_line() {
        let mut threshold = hard(ThresholdValue::Quantity(Bytes(100)));
        threshold.minimum_reclaim = Some(ThresholdValue::Quantity(Bytes(50)));
        assert!(threshold.is_unresolved(seen(149, 1000)));
        assert!(!threshold.is_unresolved(seen(150, 1000)));
        assert!(!threshold.is_met(seen(149, 1000)));
    }
}
