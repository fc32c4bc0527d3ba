//! A run, told in lines: who got which node when, who was refused, who had to go.

use crate::story;
use evictsim::engine::audit::run_audited;
use evictsim::engine::record::PodName;
use evictsim::engine::{Passes, Record, Recorder, Setting};
use evictsim::ground::{NodeId, SimTime};
use evictsim::scenario::Scenario;

/// A scenario, and one way to run it.
pub struct Story {
    scenario: Scenario,
    setting: Setting,
}

impl Story {
    /// Nodes and workloads, each a map of YAML, and how the scheduler works, for ten minutes.
    pub fn of(scheduler: &str, nodes: &[&str], workloads: &[String]) -> Story {
        Story::with(&format!("scheduler: {{{scheduler}}}"), nodes, workloads)
    }

    /// The same with any other line of a scenario.
    pub fn with(line: &str, nodes: &[&str], workloads: &[String]) -> Story {
        let (nodes, workloads) = (nodes.join("\n  - "), workloads.join("\n  - "));
        let scenario = story::read(&format!(
            "horizon: 10m\nrules: Kubernetes\n{line}\n\
             nodes:\n  - {nodes}\nworkloads:\n  - {workloads}\n"
        ));
        let setting = scenario.setting(&scenario.runs[0], 0, Passes::ThatMatter);
        Story { scenario, setting }
    }

    /// All that was told, each line `seconds pod what`.
    pub fn told(&self) -> Vec<String> {
        self.told_in(0)
    }

    /// The same in one of its replications.
    pub fn told_in(&self, replication: u32) -> Vec<String> {
        let chronicle = Chronicle { story: self, lines: Vec::new() };
        run_audited(&self.setting, self.scenario.source(replication), chronicle).lines
    }

    /// Those lines that speak of binding.
    pub fn bindings(&self) -> Vec<String> {
        self.told().into_iter().filter(|line| line.contains(" bound ")).collect()
    }
}

struct Chronicle<'a> {
    story: &'a Story,
    lines: Vec<String>,
}

impl Recorder for Chronicle<'_> {
    fn record(&mut self, now: SimTime, record: Record<'_>) {
        let node_name = |node: NodeId| &self.story.setting.nodes[node.index()].node.name;
        let pod_name = |pod: PodName| self.story.scenario.pod_name(pod.workload, pod.replica);
        let (pod, what) = match record {
            Record::PodCreated { pod, replaces: Some(gone), .. } => {
                (pod, format!("replaces {}", pod_name(gone)))
            }
            Record::PodUnschedulable { pod, .. } => (pod, "refused".to_owned()),
            Record::PodBound { pod, node } => (pod, format!("bound {}", node_name(node))),
            Record::PodRejected { pod, .. } => (pod, "rejected".to_owned()),
            Record::Evicted(eviction) => (eviction.pod, "evicted".to_owned()),
            Record::Preempted(preemption) => {
                (preemption.pod, format!("preempted for {}", pod_name(preemption.preemptor)))
            }
            Record::PodEnded(end) if end.ended.is_some() => (end.pod, format!("ended {:?}", end.reason)),
            _ => return,
        };
        self.lines.push(format!("{} {} {what}", seconds(now), pod_name(pod)));
    }
}

/// `12`, `12.5`.
fn seconds(instant: SimTime) -> String {
    let (whole, micros) = (instant.0 / 1_000_000, instant.0 % 1_000_000);
    let text = format!("{whole}.{micros:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
