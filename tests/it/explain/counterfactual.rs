//! What would have saved a victim is true: the change is made, and the scenario is run again.

use crate::story::read;
use evictsim::engine::glimpse::PodSeen;
use evictsim::experiment::counterfactual::{self, Change, HIGHEST_USER_PRIORITY, Impossible, Outcome, Tried};
use evictsim::experiment::inquiry::{Finding, Happened, Inquiry, Wish};
use evictsim::ground::SimTime;
use evictsim::scenario::Scenario;
use proptest::prelude::*;
use std::cell::Cell;

/// A pod of one container that uses the same all its life.
#[derive(Clone, Debug)]
struct Pod {
    used: u64,
    request: Option<u64>,
    /// Above its request, if any.
    limit_above: Option<u64>,
    has_cpu: bool,
    priority: i32,
}

#[derive(Clone, Debug)]
struct Story {
    pods: Vec<Pod>,
    rules: &'static str,
}

/// Few distinct figures in MiB, and few bytes beside them: ties and near misses are common.
fn any_pod() -> impl Strategy<Value = Pod> {
    let amount = || (1..6_u64, 0..3_u64).prop_map(|(mebi, bytes)| mebi * (20 << 20) + bytes);
    let priority = prop::sample::select(vec![0, 0, 10, 1000]);
    let maybe = |amount| prop::option::weighted(0.6, amount);
    (
        amount(),
        maybe(amount().boxed()),
        maybe(prop::sample::select(vec![0, 1, 100 << 20]).boxed()),
        any::<bool>(),
        priority,
    )
        .prop_map(|(used, request, limit_above, has_cpu, priority)| Pod {
            used,
            request,
            limit_above,
            has_cpu,
            priority,
        })
}

fn any_story() -> impl Strategy<Value = Story> {
    let rules = prop::sample::select(vec!["Lesson", "Kubernetes"]);
    (prop::collection::vec(any_pod(), 2..6), rules).prop_map(|(pods, rules)| Story { pods, rules })
}

impl Pod {
    /// A limit that the pod does not reach, so that no kernel interferes.
    fn limit(&self) -> Option<u64> {
        Some(self.request?.max(self.used) + self.limit_above?)
    }

    fn yaml(&self, name: usize, working_set: &str) -> String {
        let cpu = if self.has_cpu { "cpu: 10m, " } else { "" };
        let of = |amount: Option<u64>| amount.map_or(String::new(), |amount| format!("memory: {amount}"));
        let requests =
            self.request.map_or(String::new(), |_| format!(", requests: {{{cpu}{}}}", of(self.request)));
        let limits =
            self.limit().map_or(String::new(), |_| format!(", limits: {{{cpu}{}}}", of(self.limit())));
        let priority = self.priority;
        format!("  - {{name: p{name}, workingSet: {working_set}, priority: {priority}{requests}{limits}}}\n")
    }
}

impl Story {
    /// The daemons take ever more of a node on which everything fits, whatever is requested.
    fn yaml(&self, less: Option<(usize, SimTime, u64)>) -> String {
        let pods = self.pods.iter().enumerate().map(|(name, pod)| {
            let working_set = match less {
                Some((victim, at, less)) if victim == name => {
                    let (at, left) = (at.0, pod.used - less);
                    format!("{{steps: [{{at: 0s, level: {}}}, {{at: {at}us, level: {left}}}]}}", pod.used)
                }
                _ => pod.used.to_string(),
            };
            pod.yaml(name, &working_set)
        });
        format!(
            "horizon: 20m
nodes:
  - name: node
    capacity: {{cpu: 64, memory: 4Gi}}
    systemDaemons: {{leak: {{from: 3300Mi, perMinute: 77Mi}}}}
    firstPass: 0s
rules: {}
pods:
{}",
            self.rules,
            pods.collect::<String>()
        )
    }
}

/// What happens on the node at an instant.
fn happens(scenario: &Scenario, at: SimTime) -> Option<String> {
    let inquiry = Inquiry::new(scenario, &scenario.runs[0], 0);
    victim_of(scenario, &inquiry.find(&Wish { at: Some(at), ..Wish::default() }))
}

fn victim_of(scenario: &Scenario, finding: &Finding) -> Option<String> {
    let Happened::Decided(decision) = &finding.happened else { return None };
    let pod = decision.ranking[decision.victim?].pod;
    Some(scenario.pod_name(pod.workload, pod.replica))
}

/// The scenario with another manifest for one of its pods.
fn amended(scenario: &Scenario, pod: &PodSeen, change: Change) -> Scenario {
    let mut scenario = scenario.clone();
    let plan = &mut scenario.workloads[pod.name.workload.index()];
    assert_eq!(plan.pod.spec, pod.template.spec, "nothing of a manifest varies here");
    plan.pod.spec = change.applied_to(pod);
    scenario
}

/// The same change, smaller by the smallest step.
fn one_less(change: Change) -> Change {
    use evictsim::ground::Amount;
    match change {
        Change::Request { container, resource, to } => {
            Change::Request { container, resource, to: Amount::whole(to.bytes().0 - 1) }
        }
        Change::Limit { container, to } => Change::Limit { container, to: Amount::whole(to.bytes().0 - 1) },
        Change::Priority { to } => Change::Priority { to: to - 1 },
        Change::Use { less } => Change::Use { less: less - 1 },
        Change::Guaranteed => panic!("there is nothing smaller"),
    }
}

/// What was held against real runs, so that a property that holds of nothing is seen.
#[derive(Default)]
struct Held {
    manifests: Cell<u32>,
    uses: Cell<u32>,
    impossible: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

struct Case<'a> {
    story: &'a Story,
    scenario: &'a Scenario,
    victim: String,
    pod: &'a PodSeen,
    at: SimTime,
    held: &'a Held,
}

impl Case<'_> {
    fn name(&self, outcome: &Outcome) -> Option<String> {
        outcome.instead.map(|(instead, _)| self.scenario.pod_name(instead.pod.workload, instead.pod.replica))
    }

    fn check_manifest(&self, outcome: &Outcome) {
        assert_eq!(
            outcome.tried,
            Some(Tried::AsSaid),
            "everything fits here, whatever is requested: {outcome:?}"
        );
        let changed = amended(self.scenario, self.pod, outcome.change);
        assert_eq!(happens(&changed, self.at), self.name(outcome), "{:?}", outcome.change);
        count(&self.held.manifests);
    }

    /// With one step less the victim goes all the same.
    fn check_smallest(&self, outcome: &Outcome) {
        let changed = amended(self.scenario, self.pod, one_less(outcome.change));
        assert_eq!(
            happens(&changed, self.at).as_ref(),
            Some(&self.victim),
            "{:?} is not the smallest",
            outcome.change
        );
    }

    fn check_use(&self, outcome: &Outcome) {
        let Change::Use { less } = outcome.change else { panic!("{outcome:?}") };
        let victim = self.victim[1..].parse().expect("p and a number");
        let with = |less| happens(&read(&self.story.yaml(Some((victim, self.at, less)))), self.at);
        assert_eq!(with(less), self.name(outcome), "{less} less");
        assert_eq!(with(less - 1).as_ref(), Some(&self.victim), "{less} less is not the smallest");
        count(&self.held.uses);
    }

    /// The largest change of all saves nobody.
    fn check_impossible(&self, impossible: &Impossible) {
        if matches!(impossible, Impossible::StillBefore(_)) {
            let most = Change::Priority { to: HIGHEST_USER_PRIORITY };
            assert_eq!(
                happens(&amended(self.scenario, self.pod, most), self.at).as_ref(),
                Some(&self.victim)
            );
            count(&self.held.impossible);
        }
    }
}

/// Whatever is said to save the first victim of a story does.
fn hold(story: &Story, held: &Held) {
    let scenario = read(&story.yaml(None));
    let inquiry = Inquiry::new(&scenario, &scenario.runs[0], 0);
    let finding = inquiry.find(&Wish::default());
    let victim = victim_of(&scenario, &finding).expect("the daemons fill the node");
    let all = counterfactual::of(&inquiry, &finding).expect("somebody was evicted");
    let pods = &finding.glimpse.pods;
    let pod = pods.iter().find(|pod| pod.name == all.victim.pod).expect("it is there");
    let case = Case { story, scenario: &scenario, victim, pod, at: finding.glimpse.at, held };
    if let Ok(outcome) = &all.request {
        case.check_manifest(outcome);
        case.check_smallest(outcome);
    }
    if let Ok(outcome) = &all.limit {
        case.check_manifest(outcome);
    }
    match &all.priority {
        Ok(outcome) => {
            case.check_manifest(outcome);
            case.check_smallest(outcome);
        }
        Err(impossible) => case.check_impossible(impossible),
    }
    case.check_use(all.usage.as_ref().expect("without its use the line is not crossed"));
}

#[test]
fn whoever_is_said_to_be_saved_is_and_the_named_one_goes() {
    let held = Held::default();
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 200, ..ProptestConfig::default() });
    runner
        .run(&any_story(), |story| {
            hold(&story, &held);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    // Of 200 stories with four figures each.
    assert!(held.manifests.get() >= 200, "{} changes of manifests", held.manifests.get());
    assert!(held.uses.get() >= 200, "{} changes of use", held.uses.get());
    assert!(held.impossible.get() >= 20, "{} impossible changes", held.impossible.get());
}

#[test]
fn a_change_that_sends_the_run_on_another_course_is_said_to() {
    // 100Mi + 400Mi + 450Mi = 950Mi > 1024Mi - 100Mi: greedy goes, 350Mi above its request. To stand behind sure, 200Mi
    // below its own, it would have to request 650Mi, and 600Mi + 650Mi do not fit: allocatable are 924Mi.
    let scenario = read(
        "horizon: 5m
nodes: [{name: node, capacity: {cpu: 4, memory: 1Gi}, systemDaemons: 100Mi, firstPass: 10s}]
rules: Kubernetes
pods:
  - {name: sure, workingSet: 400Mi, requests: {memory: 600Mi}}
  - {name: greedy, workingSet: 450Mi, requests: {memory: 100Mi}}
",
    );
    let inquiry = Inquiry::new(&scenario, &scenario.runs[0], 0);
    let finding = inquiry.find(&Wish::default());
    let all = counterfactual::of(&inquiry, &finding).expect("greedy goes");
    let request = all.request.expect("it would do in this ranking");
    assert_eq!(request.tried, Some(Tried::OtherCourse { goes: None, is_there: false }));
}
