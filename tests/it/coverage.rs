//! Intervals against the truth: how often they hold it, where it is known.
//!
//! Each figure is asked for 1,000 times, each time with runs of another seed. Then a 95 % interval that is worth its name holds
//! the truth in 950 of them, give or take: a binomial count strays by 21 (three standard deviations), and where values are
//! counts the method itself cannot be exact. Issue: 93 to 97 %. Figures as of today are in docs/statistics.md; they are
//! printed by `cargo test --test it coverage -- --nocapture`.

use crate::story::{read, shipped};
use evictsim::engine::{Passes, Record, Recorder, Totals, run_counted};
use evictsim::experiment::statistics::{
    Confidence, Interval, Next, Until, mean, paired_difference, proportion, quantile, rate,
    unpaired_difference,
};
use evictsim::ground::SimTime;
use evictsim::scenario::Scenario;
use std::num::NonZeroU64;

const SURE: Confidence = Confidence::NINETY_FIVE;
const REPETITIONS: u64 = 1000;

/// The first of each, and the counts.
#[derive(Clone, Copy, Default)]
struct Seen {
    eviction: Option<SimTime>,
    kill: Option<SimTime>,
    totals: Totals,
}

impl Recorder for Seen {
    fn record(&mut self, now: SimTime, record: Record<'_>) {
        let first = match record {
            Record::Evicted(_) => &mut self.eviction,
            Record::OomKilled(_) => &mut self.kill,
            _ => return,
        };
        first.get_or_insert(now);
    }
}

impl Seen {
    /// When the kernel first killed, in seconds.
    fn killed_s(&self) -> f64 {
        self.kill.expect("the story ends with a kill").0 as f64 / 1e6
    }
}

/// Replications of the scenario's only run, or of one of its runs.
fn replications(scenario: &Scenario, run: usize, number: u32) -> impl Iterator<Item = Seen> {
    (0..number).map(move |replication| {
        let setting = scenario.setting(&scenario.runs[run], replication, Passes::ThatMatter);
        let (seen, totals) = run_counted(&setting, scenario.source(replication), Seen::default());
        Seen { totals, ..seen }
    })
}

fn seeded(scenario: &Scenario, seed: u64) -> Scenario {
    Scenario { seed, ..scenario.clone() }
}

/// Asserts that of 1,000 intervals those that hold the truth are about as many as they say.
fn assert_covers(what: &str, truth: f64, interval: impl Fn(u64) -> Interval) {
    let held = (1..=REPETITIONS).filter(|seed| interval(*seed).holds(truth) == Some(true)).count();
    println!("{what}: {held} of {REPETITIONS} intervals hold {truth}");
    assert!((930..=970).contains(&held), "{what}: {held} of {REPETITIONS}");
}

#[test]
fn wilsons_interval_covers_a_share_that_is_known() {
    // The kernel is first in one half of all cases: the file has the arithmetic.
    let scenario = shipped("golden/b2-oom-before-eviction.yaml");
    assert_covers("wilson, n = 80, P(OOM before eviction) = 1/2", 0.5, |seed| {
        let kernel_first = |seen: &Seen| seen.eviction.is_none() && seen.kill.is_some();
        let hits = replications(&seeded(&scenario, seed), 0, 80).filter(kernel_first).count();
        proportion(hits as u64, 80, SURE)
    });
}

/// A leak from somewhere in 0 to 100Mi, at so many Mi a second, to its container's limit of 200Mi: with 1Mi a second
/// it is killed after 100 to 200 seconds, every instant equally likely. Mean and median are 150, the 90th percentile is 190.
fn leak_to_its_limit(mebi_per_second: u32) -> Scenario {
    read(&format!(
        "horizon: 201s
record: {{timeline: None, rankings: false, events: false, lives: false}}
nodes: [{{name: node, capacity: {{cpu: 4, memory: 8Gi}}}}]
workloads:
  - name: leak
    kind: Pod
    replicas: 1
    template:
      spec:
        restartPolicy: Never
        containers: [{{name: app, resources: {{limits: {{memory: 200Mi}}}}}}]
    behavior:
      containers:
        app: {{workingSet: {{leak: {{from: {{uniform: {{min: 0, max: 100Mi}}}}, perSecond: {mebi_per_second}Mi}}}}}}
"
    ))
}

#[test]
fn students_interval_covers_a_mean_that_is_known() {
    let scenario = leak_to_its_limit(1);
    assert_covers("student_t, n = 20, mean time to the limit = 150 s", 150.0, |seed| {
        let times: Vec<f64> =
            replications(&seeded(&scenario, seed), 0, 20).map(|seen| seen.killed_s()).collect();
        mean(&times, SURE)
    });
}

#[test]
fn order_statistics_cover_quantiles_that_are_known() {
    let scenario = leak_to_its_limit(1);
    let times = |seed, n| -> Vec<f64> {
        replications(&seeded(&scenario, seed), 0, n).map(|seen| seen.killed_s()).collect()
    };
    // A rank is a whole number, so that the method promises more than 95 %, by what the binomial law leaves
    // over: 95.05 % for ranks 38 and 57 of 94, 95.42 % for ranks 72 and 83 of 86.
    assert_covers("order_statistics, n = 94, median = 150 s", 150.0, |seed| {
        quantile(&times(seed, 94), 0.5, SURE)
    });
    assert_covers("order_statistics, n = 86, 90th percentile = 190 s", 190.0, |seed| {
        quantile(&times(seed, 86), 0.9, SURE)
    });
}

#[test]
fn the_paired_interval_covers_a_difference_that_is_known() {
    // Twice as fast: half the time. The mean difference is -75 s, and no two runs differ by the same.
    let (slow, fast) = (leak_to_its_limit(1), leak_to_its_limit(2));
    assert_covers("paired_t, n = 20, mean difference = -75 s", -75.0, |seed| {
        let times = |scenario: &Scenario| -> Vec<f64> {
            replications(&seeded(scenario, seed), 0, 20).map(|seen| seen.killed_s()).collect()
        };
        let pairs: Vec<(f64, f64)> = times(&slow).into_iter().zip(times(&fast)).collect();
        paired_difference(&pairs, SURE)
    });
}

#[test]
fn the_ratio_estimator_covers_a_rate_that_is_known() {
    // Pods come as they like, some ten a run; each second one wants more than its limit, and is killed when it starts.
    let scenario = read(
        "horizon: 200s
record: {timeline: None, rankings: false, events: false, lives: false}
nodes: [{name: node, capacity: {cpu: 400, memory: 80Gi}}]
workloads:
  - name: task
    kind: Pod
    arrivals: {poisson: {every: 20s}}
    template:
      spec:
        restartPolicy: Never
        containers: [{name: app, resources: {limits: {memory: 100Mi}}}]
    behavior: {containers: {app: {workingSet: {uniform: {min: 0, max: 200Mi}}}}}
",
    );
    assert_covers("ratio_t, n = 30, OOM kills per pod = 1/2", 0.5, |seed| {
        let runs: Vec<(f64, f64)> = replications(&seeded(&scenario, seed), 0, 30)
            .map(|seen| (seen.totals.oom_kills as f64, seen.totals.pods as f64))
            .collect();
        rate(&runs, SURE)
    });
}

/// The interval at which a rule stops, of the mean time to the limit.
fn stopped(until: &Until, scenario: &Scenario) -> Interval {
    let mut runs = replications(scenario, 0, u32::MAX).map(|seen| seen.killed_s());
    let mut times = Vec::new();
    loop {
        let interval = mean(&times, SURE);
        match until.next(times.len() as u64, &interval) {
            Next::Runs(more) => times.extend(runs.by_ref().take(more as usize)),
            Next::Enough => return interval,
            Next::TooWide => panic!("200 runs are far more than it takes"),
        }
    }
}

#[test]
fn stopping_when_it_is_narrow_costs_little_coverage_in_batches_and_much_after_each_run() {
    let scenario = leak_to_its_limit(1);
    // A half-width of 10 s takes about 34 runs: the deviation of an even 100 s is 28.9 s.
    let batch = NonZeroU64::new(10).expect("not zero");
    let patient = Until { half_width: 10.0, batch, at_least: 20, at_most: 200 };
    assert_covers("student_t, until half-width <= 10 s, batches of 10, at least 20", 150.0, |seed| {
        stopped(&patient, &seeded(&scenario, seed))
    });
    let hasty = Until { batch: NonZeroU64::MIN, at_least: 2, ..patient };
    let held = (1..=REPETITIONS)
        .filter(|seed| stopped(&hasty, &seeded(&scenario, *seed)).holds(150.0) == Some(true))
        .count();
    println!("the same, looking after each run from the second on: {held}");
    assert!(held < 930, "{held}");
}

#[test]
fn pairs_of_the_same_draws_are_three_times_as_sharp_as_runs_that_share_nothing() {
    let scenario = shipped("studies/two-orders.yaml");
    let evictions = |run| -> Vec<f64> {
        replications(&scenario, run, 60).map(|seen| seen.totals.evictions as f64).collect()
    };
    let (lesson, kubelet) = (evictions(0), evictions(1));
    let pairs: Vec<(f64, f64)> = lesson.iter().copied().zip(kubelet.iter().copied()).collect();
    let paired = paired_difference(&pairs, SURE);
    let unpaired = unpaired_difference(&lesson, &kubelet, SURE);
    let width = |interval: &Interval| interval.half_width().expect("two bounds");
    println!("lesson {:?}\nkubelet {:?}", mean(&lesson, SURE), mean(&kubelet, SURE));
    println!("paired {paired:?}\nunpaired {unpaired:?}\n{:.2} times", width(&unpaired) / width(&paired));
    assert!(width(&unpaired) > 3.0 * width(&paired), "{unpaired:?} {paired:?}");
    assert_eq!(paired.holds(0.0), Some(false), "the pairs can tell the orders apart");
    assert_eq!(unpaired.holds(0.0), Some(true), "as many runs without pairs cannot");
}
