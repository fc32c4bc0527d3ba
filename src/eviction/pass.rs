//! One whole pass of the kubelet's eviction loop, in its order.
//!
//! What: pods over their local storage limits go first; else the threshold to act
//! on is chosen, what nobody uses is deleted, and if that was not enough one pod goes.
//! Never: the deletion or the kill. Where the outside has to do something in between
//! (delete, read statistics again), the answer says so and is asked once more.
//! Next: [`super::monitor`], what is met; [`super::order`], who goes first;
//! [`super::message`], what it is told.
//!
//! Source: kubernetes `pkg/kubelet/eviction/eviction_manager.go`, `synchronize` (1.32).

use super::condition::NodeConditions;
use super::local_storage::over_limit;
use super::message;
use super::monitor::Monitor;
use super::node_reclaim::NodeReclaim;
use super::order::{Candidates, EvictionOrder, FilesystemLayout, KnownPod};
use super::signal::{Observation, Observations};
use super::threshold::{EvictionSettings, HARD_GRACE, Threshold};
use crate::ground::{PodId, SimDuration, SimTime};

/// What one pass reads.
#[derive(Clone, Copy, Debug)]
pub struct KubeletPass<'a> {
    pub settings: &'a EvictionSettings,
    pub layout: FilesystemLayout,
    /// `localStorageCapacityIsolation`: whether limits of local storage are enforced.
    pub polices_local_storage: bool,
    pub seen: &'a Observations,
    /// The node's active pods, in the order in which several go at once.
    pub pods: &'a [KnownPod<'a>],
}

/// What a pass came to.
#[derive(Clone, Debug)]
pub struct Looked<'a> {
    /// What the node reports from now on.
    pub conditions: NodeConditions,
    pub decision: Decision<'a>,
}

/// What a pass wants.
#[derive(Clone, Debug)]
pub enum Decision<'a> {
    Nothing,
    /// All of these go, and the pass is over.
    EvictOverLimits(Vec<Victim>),
    /// A threshold is acted on.
    Relieve(Evicting<'a>),
}

/// A pod that has to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victim {
    pub pod: PodId,
    /// What is asked for between SIGTERM and SIGKILL; the container runtime is given two seconds at least.
    pub grace_period_override: SimDuration,
    pub message: String,
    /// Whether the pod's status tells of a disruption: not if it went for its own limits.
    pub is_disruption: bool,
}

impl Victim {
    /// The phase, the reason and, of a disruption, the condition and its reason in the pod's status.
    pub const PHASE: &'static str = "Failed";
    pub const REASON: &'static str = "Evicted";
    pub const DISRUPTION: &'static str = "DisruptionTarget";
    pub const DISRUPTION_REASON: &'static str = "TerminationByKubelet";
}

/// Who goes for a threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// All pods, in eviction order.
    pub ranking: Vec<PodId>,
    /// Critical pods that would have gone before the victim: ranked, and passed over.
    pub passed_over: Vec<PodId>,
    /// Nobody, if all are critical or there are none.
    pub victim: Option<Victim>,
}

impl<'a> KubeletPass<'a> {
    /// Looks once. `monitor` remembers; whether anybody goes does not change what it remembers.
    pub fn look(self, monitor: &mut Monitor, now: SimTime) -> Looked<'a> {
        let found = monitor.pass(self.settings, self.seen, now);
        let over_limits = if self.polices_local_storage { self.over_limits() } else { Vec::new() };
        let decision = if !over_limits.is_empty() {
            Decision::EvictOverLimits(over_limits)
        } else if let Some(evicting) = found.acting.and_then(|index| self.acting_on(index)) {
            Decision::Relieve(evicting)
        } else {
            Decision::Nothing
        };
        Looked { conditions: found.conditions, decision }
    }

    /// Acts on the threshold at `index` of the settings: the one that [`Decision::Relieve`] names, or any
    /// other that the kubelet might take ([`Monitor::acceptable`]). Absent if nothing is observed of its signal.
    pub fn acting_on(self, index: usize) -> Option<Evicting<'a>> {
        let threshold = self.settings.thresholds.get(index)?;
        let seen = self.seen.of(threshold.signal)?;
        Some(Evicting { pass: self, threshold, seen })
    }

    /// A critical pod may be over its limits for as long as it likes.
    fn over_limits(&self) -> Vec<Victim> {
        let evictable = self.pods.iter().filter(|pod| !pod.template.critical);
        let victim = |pod: &KnownPod<'_>| {
            let limit = over_limit(&pod.template.spec, pod.statistics?, self.layout)?;
            Some(Victim {
                pod: pod.pod,
                grace_period_override: HARD_GRACE,
                message: limit.to_string(),
                is_disruption: false,
            })
        };
        evictable.filter_map(victim).collect()
    }
}

/// A threshold that is acted on, step by step: [`Evicting::reclaim`], and if that is anything,
/// [`Evicting::is_still_needed`]; then [`Evicting::choose`].
#[derive(Clone, Copy, Debug)]
pub struct Evicting<'a> {
    pass: KubeletPass<'a>,
    threshold: &'a Threshold,
    seen: Observation,
}

impl<'a> Evicting<'a> {
    pub fn threshold(&self) -> &'a Threshold {
        self.threshold
    }

    /// What was observed of its signal.
    pub fn seen(&self) -> Observation {
        self.seen
    }

    /// What is deleted before anybody is evicted.
    pub fn reclaim(&self) -> NodeReclaim {
        NodeReclaim::of(self.threshold.signal, self.pass.layout)
    }

    /// Whether somebody has to go all the same. `again` is read after the deletion, and serves this question
    /// alone: ranking and message go by what was read before it.
    pub fn is_still_needed(&self, again: &Observations) -> bool {
        self.pass.settings.is_any_unresolved(again)
    }

    /// At most one pod.
    pub fn choose<O: EvictionOrder + ?Sized>(&self, order: &O) -> Choice {
        let signal = self.threshold.signal;
        let mut candidates = Candidates::under(signal, self.pass.layout, self.pass.pods.iter().copied());
        candidates.rank(order);
        let ranking = candidates.pods();
        let ranked = |id: &PodId| self.pass.pods.iter().find(|pod| pod.pod == *id);
        let is_critical = |id: &&PodId| ranked(id).is_some_and(|pod| pod.template.critical);
        let passed_over: Vec<PodId> = ranking.iter().take_while(is_critical).copied().collect();
        let victim = ranking.get(passed_over.len()).and_then(ranked).map(|pod| self.victim(pod));
        Choice { ranking, passed_over, victim }
    }

    fn victim(&self, pod: &KnownPod<'_>) -> Victim {
        let spec = &pod.template.spec;
        let starved = self.threshold.signal.starved();
        let blamed = pod.statistics.into_iter().flat_map(|known| message::blamed(spec, known, starved));
        Victim {
            pod: pod.pod,
            grace_period_override: self
                .pass
                .settings
                .grace_period_override(self.threshold, spec.termination_grace_period),
            message: message::evicted(self.threshold, self.seen, blamed),
            is_disruption: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::{Count, KubeletOrder, PodStatistics, Signal, ThresholdValue};
    use crate::ground::{Amount, Bytes};
    use crate::model::{ContainerSpec, PodSpec, PodTemplate, ResourceAmounts};

    const MEMORY_SOFT: usize = 1;
    const DISK: usize = 2;

    /// Memory: 100 hard, 500 soft at once with a grace of 20 s; disk: 100 hard, and 50 more to reclaim.
    fn settings() -> EvictionSettings {
        let threshold = |signal, line, grace_seconds| Threshold {
            signal,
            value: ThresholdValue::Quantity(Count(line)),
            written: None,
            grace_period: SimDuration::seconds(grace_seconds),
            minimum_reclaim: None,
        };
        let disk = threshold(Signal::NodefsAvailable, 100, 0);
        let reclaimed = Threshold { minimum_reclaim: Some(ThresholdValue::Quantity(Count(50))), ..disk };
        EvictionSettings {
            thresholds: vec![
                threshold(Signal::MemoryAvailable, 100, 0),
                threshold(Signal::MemoryAvailable, 500, 20),
                reclaimed,
            ],
            pressure_transition_period: SimDuration::minutes(5),
            max_pod_grace_period: SimDuration::seconds(30),
            monitoring_interval: SimDuration::seconds(10),
        }
    }

    fn available(memory: i64, disk: i64) -> Observations {
        let of = |available| Observation::fresh(Count(available), Count(1000));
        Observations::default()
            .with(Signal::MemoryAvailable, of(memory))
            .with(Signal::NodefsAvailable, of(disk))
    }

    fn pod(is_static: bool, storage_limit: u64) -> PodTemplate {
        let limits =
            ResourceAmounts { ephemeral_storage: Some(Amount::whole(storage_limit)), ..Default::default() };
        let container = ContainerSpec { name: "app".into(), limits, ..ContainerSpec::default() };
        PodTemplate::new(PodSpec { containers: vec![container], is_static, ..PodSpec::default() })
    }

    fn using(memory: u64, disk: u64) -> PodStatistics {
        PodStatistics {
            working_set: Some(Bytes(memory)),
            ephemeral_storage: Some(Bytes(disk)),
            ..PodStatistics::default()
        }
    }

    /// One pass of a fresh kubelet over a static pod, which uses the most, and two others.
    fn first_look<T>(
        seen: Observations,
        disk_use: [u64; 3],
        then: impl FnOnce(Decision<'_>, KubeletPass<'_>) -> T,
    ) -> T {
        let templates = [pod(true, 10), pod(false, 10), pod(false, 10)];
        let [a, b, c] = disk_use;
        let statistics = [using(300, a), using(100, b), using(200, c)];
        let pods = [0, 1, 2_u32].map(|number| KnownPod {
            pod: PodId(number),
            serial: u64::from(number),
            template: &templates[number as usize],
            statistics: Some(&statistics[number as usize]),
        });
        let settings = settings();
        let pass = KubeletPass {
            settings: &settings,
            layout: FilesystemLayout::Single,
            polices_local_storage: true,
            seen: &seen,
            pods: &pods,
        };
        then(pass.look(&mut Monitor::new(&settings), SimTime::START).decision, pass)
    }

    #[test]
    fn pods_over_their_limits_go_together_instead_of_the_one_that_pressure_would_take() {
        first_look(available(50, 1000), [11, 11, 11], |decision, _| {
            let Decision::EvictOverLimits(victims) = decision else { panic!("{decision:?}") };
            // The static pod is over its limit as well.
            assert_eq!(victims.iter().map(|victim| victim.pod).collect::<Vec<_>>(), [PodId(1), PodId(2)]);
            let second = SimDuration::seconds(1);
            assert!(victims.iter().all(|one| !one.is_disruption && one.grace_period_override == second));
        });
    }

    #[test]
    fn a_critical_pod_over_its_limit_does_not_keep_pressure_from_being_relieved() {
        first_look(available(50, 1000), [11, 10, 10], |decision, _| {
            let Decision::Relieve(evicting) = decision else { panic!("{decision:?}") };
            assert!(evicting.reclaim().is_nothing(), "nothing of the node's own helps memory");
            let choice = evicting.choose(&KubeletOrder);
            assert_eq!(choice.ranking, [PodId(0), PodId(2), PodId(1)]);
            assert_eq!(choice.passed_over, [PodId(0)]);
            let victim = choice.victim.expect("two of three can be evicted");
            assert_eq!((victim.pod, victim.is_disruption), (PodId(2), true));
            assert_eq!(
                victim.message,
                "The node was low on resource: memory. Threshold quantity: 100, available: 50. "
            );
        });
    }

    #[test]
    fn what_is_deleted_must_bring_every_threshold_above_its_minimum_reclaim() {
        first_look(available(1000, 99), [0; 3], |decision, pass| {
            let Decision::Relieve(evicting) = decision else { panic!("{decision:?}") };
            assert_eq!(evicting.threshold(), &pass.settings.thresholds[DISK]);
            assert!(!evicting.reclaim().is_nothing());
            assert!(evicting.is_still_needed(&available(1000, 149)));
            assert!(!evicting.is_still_needed(&available(1000, 150)));
            assert!(evicting.is_still_needed(&available(499, 150)), "its grace is not asked for");
        });
    }

    #[test]
    fn a_threshold_without_an_observation_cannot_be_acted_on() {
        first_look(available(1000, 1000), [0; 3], |decision, pass| {
            assert!(matches!(decision, Decision::Nothing));
            assert!(pass.acting_on(MEMORY_SOFT).is_some());
            assert!(pass.acting_on(3).is_none(), "there are three thresholds");
            let blind = KubeletPass { seen: &Observations::default(), ..pass };
            assert!(blind.acting_on(MEMORY_SOFT).is_none());
        });
    }
}
