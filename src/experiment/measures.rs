//! The measures: what a run is asked for, each with its name, its unit and its definition.
//!
//! What: one closed list. Tables, stopping rules, bars, statistics and plans all name measures of
//! this list, and of no other.
//! Never: how many runs are made, or how sure one may be: that is statistics.
//! Next: [`super::tally`], which counts; `docs/sweep-format.md`, which tells the list to users.

use super::statistics::{self, Confidence, Interval};
use super::tally::Tally;
use crate::model::QosClass;

/// How the figure of many runs is made of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number: its mean.
    Number,
    /// 1 if it is so, 0 if not: the proportion of runs in which it is.
    Claim,
    /// So many of one measure for each of another: the total of the one over the total of the other, since
    /// the mean of ratios would give a run with few pods the weight of one with many.
    Ratio { of: Measure, to: Measure },
}

/// Makes the enum and all that is told of its variants from one list.
macro_rules! measures {
    ($($variant:ident, $name:literal, $kind:expr, $unit:literal, $meaning:literal, $of:expr;)*) => {
        /// Something that a run is asked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Measure {
            $(#[doc = concat!("`", $name, "`: ", $meaning, ".")] $variant,)*
        }

        impl Measure {
            /// All, in the order in which tables have them.
            pub const ALL: [Measure; Measure::NAMES.len()] = [$(Measure::$variant,)*];

            /// Their names, in the same order.
            pub const NAMES: [&str; [$($name),*].len()] = [$($name,)*];

            /// As columns, files and the command line spell it.
            pub fn name(self) -> &'static str {
                Measure::NAMES[self as usize]
            }

            pub fn kind(self) -> Kind {
                match self { $(Measure::$variant => $kind,)* }
            }

            /// What is counted.
            pub fn unit(self) -> &'static str {
                match self { $(Measure::$variant => $unit,)* }
            }

            pub fn meaning(self) -> &'static str {
                match self { $(Measure::$variant => $meaning,)* }
            }

            /// What it was in a run; nothing, if the run cannot say.
            pub fn of(self, tally: &Tally) -> Option<f64> {
                let of: fn(&Tally) -> Option<f64> = match self { $(Measure::$variant => $of,)* };
                of(tally)
            }
        }
    };
}

measures! {
    PodsCreated, "pods_created", Kind::Number, "pods",
        "pods made, replacements among them", |run| count(run.pods_created);
    PodMonths, "pod_months", Kind::Number, "pod-months",
        "the time that pods had a node, added up, in months of 30 days", |run| Some(pod_months(run));
    Evictions, "evictions", Kind::Number, "pods",
        "pods that a kubelet told to stop (evict)", |run| count(run.all_evictions());
    EvictionsBestEffort, "evictions_best_effort", Kind::Number, "pods",
        "evictions of BestEffort pods", |run| count(run.evictions[QosClass::BestEffort as usize]);
    EvictionsBurstable, "evictions_burstable", Kind::Number, "pods",
        "evictions of Burstable pods", |run| count(run.evictions[QosClass::Burstable as usize]);
    EvictionsGuaranteed, "evictions_guaranteed", Kind::Number, "pods",
        "evictions of Guaranteed pods", |run| count(run.evictions[QosClass::Guaranteed as usize]);
    EvictionsProtected, "evictions_protected", Kind::Number, "pods",
        "evictions of pods that are Guaranteed, or whose priority is above 0", |run| count(run.evictions_protected);
    EvictionsInnocent, "evictions_innocent", Kind::Number, "pods",
        "evictions of a pod that used no more than it requested, or while another on its node was further above its request",
        |run| count(run.evictions_innocent);
    OomKills, "oom_kills", Kind::Number, "containers",
        "containers that the kernel killed (OOM-kill)", |run| count(oom_kills(run));
    OomKillsNode, "oom_kills_node", Kind::Number, "containers",
        "OOM kills since the memory of all pods of a node, or of the node, was full; the others met a limit of their own",
        |run| count(run.oom_kills_node);
    Preemptions, "preemptions", Kind::Number, "pods",
        "pods that the scheduler deleted for a more important one (preempt)", |run| count(run.preemptions);
    PodsUnscheduled, "pods_unscheduled", Kind::Number, "pods",
        "pods without a node at the horizon", |run| count(run.pods_unscheduled);
    PressureShare, "pressure_share", Kind::Number, "share",
        "the share of all nodes' time that was under MemoryPressure", |run| share(run.under_pressure, run.node_time());
    EvictionsPerPodMonth, "evictions_per_pod_month",
        Kind::Ratio { of: Measure::Evictions, to: Measure::PodMonths }, "per pod-month",
        "evictions for each pod-month; unknown if no pod had a node", |run| per_pod_month(run, run.all_evictions());
    OomKillsPerPodMonth, "oom_kills_per_pod_month",
        Kind::Ratio { of: Measure::OomKills, to: Measure::PodMonths }, "per pod-month",
        "OOM kills for each pod-month; unknown if no pod had a node", |run| per_pod_month(run, oom_kills(run));
    AnyEviction, "any_eviction", Kind::Claim, "0 or 1",
        "whether anybody was evicted", |run| claim(run.all_evictions() > 0);
    AnyEvictionProtected, "any_eviction_protected", Kind::Claim, "0 or 1",
        "whether anybody was evicted who is Guaranteed, or whose priority is above 0",
        |run| claim(run.evictions_protected > 0);
    AnyOomKillNode, "any_oom_kill_node", Kind::Claim, "0 or 1",
        "whether the kernel killed since the memory of all pods of a node, or of the node, was full",
        |run| claim(run.oom_kills_node > 0);
    OomBeforeEviction, "oom_before_eviction", Kind::Claim, "0 or 1",
        "whether the kernel did so on any node before that node's kubelet had evicted anybody",
        |run| claim(run.nodes_killed_first() > 0);
    RequestsToAllocatable, "requests_to_allocatable", Kind::Number, "share",
        "overcommit, one of three: the memory requested by pods on a node over all allocatable memory, mean over time",
        |run| share(run.requested, run.allocatable());
    LimitsToAllocatable, "limits_to_allocatable", Kind::Number, "share",
        "overcommit, two of three: their memory limits, of those that have one, over all allocatable memory, mean over time",
        |run| share(run.limited, run.allocatable());
    UseToCapacity, "use_to_capacity", Kind::Number, "share",
        "overcommit, three of three: the working sets of all nodes over their capacity, mean over the looks of the timeline; unknown without one",
        |run| share(run.sampled_working_set, run.sampled_capacity);
    PeakUseToCapacity, "peak_use_to_capacity", Kind::Number, "share",
        "the largest working set of the node that was fullest, over its capacity",
        |run| run.fullest().and_then(|(peak, capacity)| share(peak.0.into(), capacity.0.into()));
    UnlimitedShare, "unlimited_share", Kind::Number, "share",
        "the share of pods' time on a node that is of pods with a container without a memory limit, which limits_to_allocatable cannot count",
        |run| share(run.unlimited_time, run.pod_time);
}

impl Measure {
    /// The measure of that name.
    pub fn named(name: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.name() == name)
    }
}

/// All measures of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures([Option<f64>; Measure::ALL.len()]);

impl Figures {
    pub fn of(run: &Tally) -> Figures {
        Figures(Measure::ALL.map(|measure| measure.of(run)))
    }

    /// As they were read from a table, in the order of [`Measure::ALL`].
    pub fn told(figures: [Option<f64>; Measure::ALL.len()]) -> Figures {
        Figures(figures)
    }

    /// Nothing, if the run cannot say.
    pub fn get(&self, measure: Measure) -> Option<f64> {
        self.0[measure as usize]
    }
}

impl Measure {
    /// What it comes to over many runs, of those that know it, and how sure that is.
    pub fn interval(self, runs: &[Figures], confidence: Confidence) -> Interval {
        let known = |measure: Measure| runs.iter().filter_map(move |run| run.get(measure));
        match self.kind() {
            Kind::Number => statistics::mean(&known(self).collect::<Vec<f64>>(), confidence),
            Kind::Claim => {
                let (hits, tries) = (known(self).filter(|holds| *holds > 0.0).count(), known(self).count());
                statistics::proportion(hits as u64, tries as u64, confidence)
            }
            Kind::Ratio { of, to } => {
                let pairs = runs.iter().filter_map(|run| Some((run.get(of)?, run.get(to)?)));
                statistics::rate(&pairs.collect::<Vec<_>>(), confidence)
            }
        }
    }
}

fn count(number: u64) -> Option<f64> {
    Some(number as f64)
}

fn claim(holds: bool) -> Option<f64> {
    Some(f64::from(u8::from(holds)))
}

/// Unknown where there is no whole.
fn share(part: u128, whole: u128) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn oom_kills(run: &Tally) -> u64 {
    run.oom_kills_own_limit + run.oom_kills_node
}

/// Microseconds in 30 days.
const MONTH: f64 = 30.0 * 24.0 * 3600.0 * 1e6;

fn pod_months(run: &Tally) -> f64 {
    run.pod_time as f64 / MONTH
}

fn per_pod_month(run: &Tally, number: u64) -> Option<f64> {
    (run.pod_time > 0).then(|| number as f64 / pod_months(run))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_found_by_its_name_and_no_two_have_the_same() {
        for measure in Measure::ALL {
            assert_eq!(Measure::named(measure.name()), Some(measure));
        }
        assert_eq!(Measure::named("evictions "), None);
    }

    #[test]
    fn what_a_run_cannot_say_is_unknown_and_what_did_not_happen_is_zero() {
        let nothing = Tally::default();
        assert_eq!(Measure::Evictions.of(&nothing), Some(0.0));
        assert_eq!(Measure::EvictionsPerPodMonth.of(&nothing), None);
        assert_eq!(Measure::UseToCapacity.of(&nothing), None);
        assert_eq!(Measure::PeakUseToCapacity.of(&nothing), None);
    }

    #[test]
    fn rates_are_for_months_of_thirty_days() {
        // Ten pods for three days each are one pod-month.
        let mut run = Tally::default();
        (run.pod_time, run.evictions) = (10 * 3 * 86_400 * 1_000_000, [1, 2, 0]);
        assert_eq!(Measure::PodMonths.of(&run), Some(1.0));
        assert_eq!(Measure::EvictionsPerPodMonth.of(&run), Some(3.0));
    }
}
