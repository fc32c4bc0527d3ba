//! A node with many pods, seen by its eviction loop.

use evictsim::eviction::{
    Candidate, EvictionSettings, Observation, Observations, Signal, Threshold, ThresholdValue,
};
use evictsim::ground::{Bytes, Key, PodId, SimDuration};
use evictsim::model::QosClass;

/// Two thresholds, one with a grace.
pub fn settings() -> EvictionSettings {
    let threshold = |mebi, grace| Threshold {
        signal: Signal::MemoryAvailable,
        value: ThresholdValue::Quantity(Bytes::mebi(mebi).into()),
        written: None,
        grace_period: SimDuration::seconds(grace),
        minimum_reclaim: None,
    };
    EvictionSettings {
        thresholds: vec![threshold(100, 0), threshold(500, 90)],
        pressure_transition_period: SimDuration::minutes(5),
        max_pod_grace_period: SimDuration::ZERO,
        monitoring_interval: SimDuration::seconds(10),
    }
}

/// A node of 32 GiB that has so much left.
pub fn seen(available: Bytes) -> Observations {
    Observations::default().with(Signal::MemoryAvailable, Observation::fresh(available, Bytes::gibi(32)))
}

/// Pods of all classes, in no order.
pub fn candidates(pods: u32) -> Vec<Candidate> {
    let mut stream = Key::root(1, 0).name("candidates").stream();
    let mut below = |bound: u64| stream.below(bound);
    let candidate = |pod: u32| {
        let request = Bytes::mebi(below(512));
        Candidate {
            pod: PodId(pod),
            serial: u64::from(pod),
            qos: QosClass::ALL[below(3) as usize],
            priority: below(3) as i32 * 100,
            working_set: Some(Bytes::mebi(below(600))),
            memory_request: request.into(),
        }
    };
    (0..pods).map(candidate).collect()
}
