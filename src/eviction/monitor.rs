//! One look of the kubelet's eviction loop at one node's thresholds.
//!
//! What: which thresholds are met, whose grace has run out, which conditions the
//! node reports, and which threshold is to be acted on. It remembers what the
//! kubelet remembers between passes, and nothing else.
//! Never: when the next pass is, who the victim is, or the kill: the engine asks
//! [`super::order`] and acts.
//! Next: [`super::pass`], all that one pass decides.
//! Source: kubernetes `pkg/kubelet/eviction/eviction_manager.go`, `synchronize` (1.32).
//!
//! Cost: a look is O(thresholds), and allocates nothing.

use super::condition::{NodeCondition, NodeConditions};
use super::signal::{Observation, Observations};
use super::threshold::{EvictionSettings, Threshold};
use crate::ground::SimTime;

/// What a kubelet remembers from pass to pass.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C)] // What is asked most comes first.
pub struct Monitor {
    /// See [`Monitor::is_idle`], which is asked whenever memory changes.
    is_idle: bool,
    /// Of each threshold, in the order of the settings.
    watches: Vec<Watch>,
    /// How many thresholds take part; fewer than all in the first pass alone.
    taking_part: usize,
    /// When each condition was last seen, while the condition outlives it.
    last_seen: [Option<SimTime>; NodeCondition::ALL.len()],
}

/// What is remembered of one threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Watch {
    /// Since when it has been met or unresolved, pass after pass.
    first_observed: Option<SimTime>,
    /// Whether its grace had run out in the last pass.
    grace_is_over: bool,
    /// Whether, besides, the statistics of that pass were newer than those before.
    is_due: bool,
    /// When those statistics were taken, if they said.
    last_sampled: Option<SimTime>,
}

/// What a pass found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassVerdict {
    /// What the node reports from now on.
    pub conditions: NodeConditions,
    /// The threshold to act on, by its place in the settings: somebody has to go.
    pub acting: Option<usize>,
}

impl Monitor {
    /// A kubelet that has just started.
    pub fn new(settings: &EvictionSettings) -> Monitor {
        Monitor::that_overlooks(settings, settings.thresholds.len())
    }

    /// A kubelet that has just started and whose first pass knows only so many of the
    /// thresholds: see [`super::container_fs::with_container_fs`].
    pub fn that_overlooks(settings: &EvictionSettings, known_at_first: usize) -> Monitor {
        let count = settings.thresholds.len();
        let taking_part = known_at_first.min(count);
        Monitor {
            watches: vec![Watch::default(); count],
            taking_part,
            last_seen: [None; NodeCondition::ALL.len()],
            is_idle: taking_part == count,
        }
    }

    /// Whether a pass with no threshold met would leave everything as it is.
    /// (That is: if its statistics do not say when they were taken.)
    pub fn is_idle(&self) -> bool {
        self.is_idle
    }

    fn remembers_nothing(&self) -> bool {
        let forgotten = |watch: &Watch| watch.first_observed.is_none() && watch.last_sampled.is_none();
        self.last_seen == [None; NodeCondition::ALL.len()] && self.watches.iter().all(forgotten)
    }

    /// Looks once.
    pub fn pass(&mut self, settings: &EvictionSettings, seen: &Observations, now: SimTime) -> PassVerdict {
        for (index, threshold) in settings.thresholds.iter().enumerate() {
            let seen = seen.of(threshold.signal);
            let is_observed =
                index < self.taking_part && seen.is_some_and(|seen| self.is_observed(settings, index, seen));
            self.watches[index].look(threshold, is_observed, seen, now);
            // No grace is needed for the condition: a soft threshold sets it at first sight.
            if is_observed {
                self.last_seen[threshold.signal.condition() as usize] = Some(now);
            }
        }
        self.taking_part = self.watches.len();
        let conditions = self.reported(settings, now);
        self.is_idle = self.remembers_nothing();
        PassVerdict { conditions, acting: self.acceptable(settings).next() }
    }

    /// Met now; or, its grace being over in the last pass, not resolved since. What the kubelet
    /// holds for one threshold counts once: here the first.
    fn is_observed(&self, settings: &EvictionSettings, index: usize, seen: Observation) -> bool {
        let threshold = &settings.thresholds[index];
        let is_observed =
            threshold.is_met(seen) || (self.watches[index].grace_is_over && threshold.is_unresolved(seen));
        is_observed && !self.is_counted_already(settings, index, threshold.is_met(seen))
    }

    /// Thresholds that are met are told apart better than those that are only not resolved yet.
    fn is_counted_already(&self, settings: &EvictionSettings, index: usize, is_met: bool) -> bool {
        let threshold = &settings.thresholds[index];
        let counts_for_both = |(earlier, watch): (&Threshold, &Watch)| {
            watch.first_observed.is_some()
                && if is_met { earlier.is_same_as(threshold) } else { earlier.is_twin_of(threshold) }
        };
        settings.thresholds[..index].iter().zip(&self.watches).any(counts_for_both)
    }

    /// A condition outlives its last observation by less than the transition period;
    /// with a period of zero it is never reported, not even while it is met.
    fn reported(&mut self, settings: &EvictionSettings, now: SimTime) -> NodeConditions {
        let mut reported = NodeConditions::NONE;
        for condition in NodeCondition::ALL {
            let last_seen = &mut self.last_seen[condition as usize];
            *last_seen = last_seen.filter(|at| now.since(*at) < settings.pressure_transition_period);
            if last_seen.is_some() {
                reported = reported.with(condition);
            }
        }
        reported
    }

    /// The thresholds that the kubelet may act on after its last pass, by their places in the settings: memory
    /// signals before all others, and among several any. [`PassVerdict::acting`] is the first (fidelity F-5).
    pub fn acceptable<'a>(&'a self, settings: &'a EvictionSettings) -> impl Iterator<Item = usize> + 'a {
        let is_memory = |index: &usize| settings.thresholds[*index].signal.is_memory();
        let memory_is_due = self.those(|watch| watch.is_due).any(|index| is_memory(&index));
        self.those(|watch| watch.is_due).filter(move |index| !memory_is_due || is_memory(index))
    }

    /// The thresholds that the last pass found met or not resolved yet, by their places in the settings.
    pub fn observed(&self) -> impl Iterator<Item = usize> {
        self.those(|watch| watch.first_observed.is_some())
    }

    /// Since when the threshold of that place has been met or unresolved, pass after pass.
    pub fn observed_since(&self, index: usize) -> Option<SimTime> {
        self.watches.get(index)?.first_observed
    }

    /// When what brings a condition about was last seen; absent once the condition is reported no more.
    pub fn last_seen(&self, condition: NodeCondition) -> Option<SimTime> {
        self.last_seen[condition as usize]
    }

    /// Those of them whose grace has run out.
    pub fn met(&self) -> impl Iterator<Item = usize> {
        self.those(|watch| watch.grace_is_over)
    }

    fn those(&self, wanted: fn(&Watch) -> bool) -> impl Iterator<Item = usize> {
        let watches = self.watches.iter().enumerate();
        watches.filter(move |(_, watch)| wanted(watch)).map(|(index, _)| index)
    }
}

impl Watch {
    fn look(&mut self, threshold: &Threshold, is_observed: bool, seen: Option<Observation>, now: SimTime) {
        let sampled = seen.and_then(|seen| seen.sampled);
        let is_newer = sampled.is_none() || sampled > self.last_sampled;
        self.first_observed = is_observed.then(|| self.first_observed.unwrap_or(now));
        self.grace_is_over =
            self.first_observed.is_some_and(|since| now.since(since) >= threshold.grace_period);
        self.is_due = self.grace_is_over && is_newer;
        self.last_sampled = sampled;
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
        let seen = Observation::fresh(Bytes::mebi(mebi), Bytes::gibi(4));
        Observations::default().with(Signal::MemoryAvailable, seen)
    }

    fn threshold(mebi: u64, grace_seconds: u64) -> Threshold {
        Threshold {
            signal: Signal::MemoryAvailable,
            value: ThresholdValue::Quantity(Bytes::mebi(mebi).into()),
            written: None,
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
            .map(|verdict| (!verdict.conditions.is_empty(), verdict.acting.is_some()))
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
        reclaiming.minimum_reclaim = Some(ThresholdValue::Quantity(Bytes::mebi(50).into()));
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

    /// Whether a pass over statistics taken at these seconds acts, 10 s apart.
    fn acts_on_samples(taken: &[Option<u64>]) -> Vec<bool> {
        let settings = settings(vec![threshold(100, 0)]);
        let mut monitor = Monitor::new(&settings);
        let look = |(taken, n): (&Option<u64>, u64)| {
            let sampled = taken.map(at);
            let seen = Observation { sampled, ..Observation::fresh(Bytes::mebi(50), Bytes::gibi(4)) };
            let seen = Observations::default().with(Signal::MemoryAvailable, seen);
            monitor.pass(&settings, &seen, at(10 * n)).acting.is_some()
        };
        taken.iter().zip(0..).map(look).collect()
    }

    #[test]
    fn statistics_no_newer_than_in_the_last_pass_evict_nobody() {
        assert_eq!(acts_on_samples(&[Some(1), Some(1), Some(11), Some(5)]), [true, false, true, false]);
        // Statistics that do not say when they were taken are always new, and so is what follows them.
        assert_eq!(acts_on_samples(&[Some(20), None, Some(3)]), [true, true, true]);
    }

    #[test]
    fn memory_is_acted_on_first_and_among_the_others_any_is_acceptable() {
        let on = |signal| Threshold { signal, ..threshold(100, 0) };
        let settings = settings(vec![
            on(Signal::NodefsAvailable),
            on(Signal::PidAvailable),
            on(Signal::MemoryAvailable),
            on(Signal::AllocatableMemoryAvailable),
        ]);
        let low = Observation::fresh(Bytes::mebi(50), Bytes::gibi(4));
        let disk = Observations::default().with(Signal::NodefsAvailable, low).with(Signal::PidAvailable, low);
        let all = disk.with(Signal::MemoryAvailable, low).with(Signal::AllocatableMemoryAvailable, low);
        let mut monitor = Monitor::new(&settings);
        assert_eq!(monitor.pass(&settings, &disk, at(0)).acting, Some(0));
        assert_eq!(monitor.acceptable(&settings).collect::<Vec<_>>(), [0, 1]);
        let verdict = monitor.pass(&settings, &all, at(10));
        assert_eq!(monitor.acceptable(&settings).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(verdict.conditions, NodeCondition::ALL.into_iter().collect());
    }

    #[test]
    fn of_two_thresholds_that_the_kubelet_takes_for_one_a_single_one_stays_unresolved() {
        let mut reclaiming = threshold(100, 0);
        reclaiming.minimum_reclaim = Some(ThresholdValue::Quantity(Bytes::mebi(50).into()));
        let settings = settings(vec![reclaiming.clone(), reclaiming]);
        let mut monitor = Monitor::new(&settings);
        monitor.pass(&settings, &available(99), at(0));
        assert_eq!(monitor.observed().count(), 2, "both are met");
        monitor.pass(&settings, &available(120), at(10));
        assert_eq!(monitor.observed().collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn two_equal_shares_are_one_threshold_and_two_equal_quantities_are_two() {
        let observed = |value| {
            let settings = settings(vec![Threshold { value, ..threshold(0, 0) }; 2]);
            let mut monitor = Monitor::new(&settings);
            monitor.pass(&settings, &available(99), at(0));
            monitor.observed().count()
        };
        assert_eq!(observed(ThresholdValue::Percentage(0.5)), 1);
        assert_eq!(observed(ThresholdValue::Quantity(Bytes::mebi(100).into())), 2);
    }

    #[test]
    fn a_threshold_that_the_first_pass_overlooks_takes_part_from_the_second_on() {
        let settings = settings(vec![threshold(10, 0), threshold(100, 0)]);
        let mut monitor = Monitor::that_overlooks(&settings, 1);
        assert!(!monitor.is_idle());
        assert_eq!(monitor.pass(&settings, &available(50), at(0)).acting, None);
        assert_eq!(monitor.pass(&settings, &available(50), at(10)).acting, Some(1));
    }
}
