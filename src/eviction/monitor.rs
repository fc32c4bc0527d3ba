//! One pass of the kubelet's eviction loop over one node's thresholds.
//!
//! What: which thresholds are met, whose grace has run out, whether the node is
//! under pressure, and which threshold is to be acted on. It remembers what the
//! kubelet remembers between passes, and nothing else.
//! Never: when the next pass is, who the victim is, or the kill: the engine asks
//! [`super::order`] and acts.
//! Source: kubernetes `pkg/kubelet/eviction/eviction_manager.go`, `synchronize` (1.32).

use super::signal::Observations;
use super::threshold::EvictionSettings;
use crate::ground::SimTime;

/// What a kubelet remembers from pass to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitor {
    /// A threshold's clock: since when it has been met or unresolved, pass after pass.
    first_observed: Vec<Option<SimTime>>,
    /// Whose grace had run out in the last pass.
    grace_is_over: Vec<bool>,
    /// When memory pressure was last seen, while the condition outlives it.
    pressure_last_seen: Option<SimTime>,
}

/// What a pass found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassVerdict {
    /// Whether the node reports MemoryPressure from now on.
    pub under_pressure: bool,
    /// The threshold to act on, by its place in the settings: somebody has to go.
    pub acting: Option<usize>,
}

impl Monitor {
    /// A kubelet that has just started.
    pub fn new(settings: &EvictionSettings) -> Monitor {
        let count = settings.thresholds.len();
        Monitor {
            first_observed: vec![None; count],
            grace_is_over: vec![false; count],
            pressure_last_seen: None,
        }
    }

    /// Whether a pass with no threshold met would leave everything as it is.
    pub fn is_idle(&self) -> bool {
        self.pressure_last_seen.is_none() && self.first_observed.iter().all(Option::is_none)
    }

    /// Looks once.
    pub fn pass(&mut self, settings: &EvictionSettings, seen: &Observations, now: SimTime) -> PassVerdict {
        let mut memory_pressure = false;
        for (index, threshold) in settings.thresholds.iter().enumerate() {
            let observed = seen.of(threshold.signal).is_some_and(|seen| {
                threshold.is_met(seen) || (self.grace_is_over[index] && threshold.is_unresolved(seen))
            });
            let clock = &mut self.first_observed[index];
            *clock = observed.then(|| clock.unwrap_or(now));
            // No grace is needed for the condition: a soft threshold sets it at first sight.
            memory_pressure |= observed && threshold.signal.is_memory();
            self.grace_is_over[index] = clock.is_some_and(|since| now.since(since) >= threshold.grace_period);
        }
        PassVerdict {
            under_pressure: self.reports_pressure(memory_pressure, settings, now),
            acting: self.acting(settings),
        }
    }

    /// A condition outlives its last observation by less than the transition period;
    /// with a period of zero it is never reported, not even while it is met.
    fn reports_pressure(&mut self, seen_now: bool, settings: &EvictionSettings, now: SimTime) -> bool {
        if seen_now {
            self.pressure_last_seen = Some(now);
        }
        let reported = self
            .pressure_last_seen
            .is_some_and(|last_seen| now.since(last_seen) < settings.pressure_transition_period);
        if !reported {
            self.pressure_last_seen = None;
        }
        reported
    }

    /// Memory signals before all others; among them the first of the settings,
    /// where the kubelet takes any (fidelity F-5).
    fn acting(&self, settings: &EvictionSettings) -> Option<usize> {
        let due = || (0..settings.thresholds.len()).filter(|index| self.grace_is_over[*index]);
        due().find(|index| settings.thresholds[*index].signal.is_memory()).or_else(|| due().next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::{Observation, Signal, Threshold, ThresholdValue};
    use crate::ground::{Bytes, SimDuration};

    fn at(seconds: u64) -> SimTime {
        SimTime::START.after(SimDuration::seconds(seconds))
    }

    fn available(mebi: u64) -> Observations {
        let seen = Observation { available: Bytes::mebi(mebi), capacity: Bytes::gibi(4) };
        Observations::default().with(Signal::MemoryAvailable, seen)
    }

    fn threshold(mebi: u64, grace_seconds: u64) -> Threshold {
        Threshold {
            signal: Signal::MemoryAvailable,
            value: ThresholdValue::Quantity(Bytes::mebi(mebi)),
            grace_period: SimDuration::seconds(grace_seconds),
            minimum_reclaim: None,
        }
    }

    fn settings(thresholds: Vec<Threshold>) -> EvictionSettings {
        EvictionSettings {
            thresholds,
            pressure_transition_period: SimDuration::minutes(5),
            max_pod_grace_period: SimDuration::ZERO,
            monitoring_interval: SimDuration::seconds(10),
        }
    }

    /// Whether each pass, 10 s apart, reports pressure and acts.
    fn passes(settings: &EvictionSettings, available_mebi: &[u64]) -> Vec<(bool, bool)> {
        let mut monitor = Monitor::new(settings);
        let seen = available_mebi.iter().zip(0..);
        seen.map(|(mebi, n)| monitor.pass(settings, &available(*mebi), at(10 * n)))
            .map(|verdict| (verdict.under_pressure, verdict.acting.is_some()))
            .collect()
    }

    #[test]
    fn a_hard_threshold_acts_at_once_and_only_below_its_line() {
        let found = passes(&settings(vec![threshold(100, 0)]), &[101, 100, 99]);
        assert_eq!(found, [(false, false), (false, false), (true, true)]);
    }

    #[test]
    fn a_soft_threshold_acts_when_its_grace_is_over_and_one_pass_above_restarts_it() {
        let settings = settings(vec![threshold(500, 20)]);
        // below  below  below(20 s: acts)
        assert_eq!(passes(&settings, &[400, 400, 400]), [(true, false), (true, false), (true, true)]);
        // User case D4 in small: it swings, so nobody is evicted, and the condition stays.
        assert!(passes(&settings, &[400, 400, 600, 400, 400, 600]).iter().all(|pass| *pass == (true, false)));
    }

    #[test]
    fn the_condition_clears_exactly_when_the_transition_period_is_over() {
        let mut short = settings(vec![threshold(100, 0)]);
        short.pressure_transition_period = SimDuration::seconds(20);
        let found = passes(&short, &[50, 200, 200, 200]);
        assert_eq!(found.iter().map(|pass| pass.0).collect::<Vec<_>>(), [true, true, false, false]);
        short.pressure_transition_period = SimDuration::ZERO;
        assert_eq!(passes(&short, &[50]), [(false, true)]);
    }

    #[test]
    fn a_minimum_reclaim_keeps_evicting_until_it_is_reached() {
        let mut reclaiming = threshold(100, 0);
        reclaiming.minimum_reclaim = Some(ThresholdValue::Quantity(Bytes::mebi(50)));
        let found = passes(&settings(vec![reclaiming]), &[99, 149, 150]);
        assert_eq!(found.iter().map(|pass| pass.1).collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn it_is_idle_only_when_nothing_is_remembered() {
        let settings = settings(vec![threshold(100, 0)]);
        let mut monitor = Monitor::new(&settings);
        assert!(monitor.is_idle());
        monitor.pass(&settings, &available(50), at(0));
        monitor.pass(&settings, &available(200), at(10));
        assert!(!monitor.is_idle()); // The condition is still reported.
        monitor.pass(&settings, &available(200), at(300));
        assert!(monitor.is_idle());
    }
}
