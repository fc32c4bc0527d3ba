//! The engine as its own auditor: what must hold after every event.
//!
//! What: sums kept up to date against sums worked out anew, and states that
//! exclude each other (slow), and how much a run holds at most. For tests.
//! Never: a correction. What does not hold is a bug of ours, and stops the run.

use super::calendar::Calendar;
use super::on_workload::WorkloadRow;
use super::pod_row::{ContainerRow, ContainerState, PodRow, Stage};
use super::record::{EndReason, Recorder};
use super::setting::Setting;
use super::simulation::Simulation;
use super::source::Source;
use crate::eviction::NodeCondition;
use crate::ground::{Line, NodeId, PodId};
use crate::model::{Medium, NodeColumns, NodePart, Role, Usage};
use std::cell::Cell;

/// Runs as [`super::run`] does, and checks the engine after each event. Stale events are swept
/// out far more often, which changes nothing.
///
/// # Panics
/// As [`super::run`], and if anything about the engine's state does not hold.
pub fn run_audited<S: Source, R: Recorder>(setting: &Setting, source: S, recorder: R) -> R {
    let mut simulation = Simulation::new(setting, source, recorder);
    simulation.calendar = Calendar::swept_often();
    simulation.run(Simulation::audit).0
}

/// The most that a run held at once: what its memory is made of, but for the pods' curves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub live_pods: usize,
    /// Those of live pods, and those that wait for the next.
    pub pod_rows: usize,
    /// Events that are planned, stale ones among them.
    pub planned: usize,
    /// Pods that are gone, and are to be replaced.
    pub replacements: usize,
}

/// Runs as [`super::run`] does, and says how much the run held at most.
///
/// # Panics
/// As [`super::run`].
pub fn run_measured<S: Source, R: Recorder>(setting: &Setting, source: S, recorder: R) -> (R, Held) {
    let most = Cell::new(Held::default());
    let (recorder, _) =
        Simulation::new(setting, source, recorder).run(|one| most.set(most.get().max(one.held())));
    (recorder, most.get())
}

impl Held {
    fn max(self, other: Held) -> Held {
        Held {
            live_pods: self.live_pods.max(other.live_pods),
            pod_rows: self.pod_rows.max(other.pod_rows),
            planned: self.planned.max(other.planned),
            replacements: self.replacements.max(other.replacements),
        }
    }
}

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    fn held(&self) -> Held {
        Held {
            live_pods: self.pods.alive(),
            pod_rows: self.pods.rows(),
            planned: self.calendar.pending(),
            replacements: self.workloads.iter().map(WorkloadRow::waiting).sum(),
        }
    }

    fn audit(&self) {
        for (pod, row) in self.pods.iter() {
            self.audit_pod(pod, row);
        }
        for node in self.columns.ids() {
            self.audit_node(node);
        }
        self.audit_bindings();
        let flush = self.scheduling.queue.next_flush();
        assert!(self.scheduling.flushes_at() <= flush, "no flush is missed");
        let queued = self.pods.iter().filter(|(_, row)| row.stage == Stage::Queued).count();
        assert_eq!(
            queued,
            self.scheduling.queue.len() + self.scheduling.queue.in_flight(),
            "who waits for a node is in the queue, and nobody else"
        );
    }

    fn audit_pod(&self, pod: PodId, row: &PodRow) {
        assert_eq!(row.node.is_none(), row.stage == Stage::Queued, "{row:?} waits or has a node");
        if let Some(node) = row.node {
            let listed = self.nodes[node.index()].pods.get(self.pods.place(pod));
            assert_eq!(listed, Some(&pod), "a bound pod stands in its node's list");
        }
        for one in &row.containers {
            let is_live = matches!(one.state, ContainerState::Starting { .. } | ContainerState::Running);
            assert_eq!(is_live, one.walk.is_some(), "what lives has memory, what does not has none: {one:?}");
            if row.is_past_init() && one.role == Role::Init {
                assert!(matches!(one.state, ContainerState::Ended(exit) if exit.is_success()), "{one:?}");
            }
        }
    }

    fn audit_node(&self, node: NodeId) {
        let row = &self.nodes[node.index()];
        let mut sum = Line::default();
        for pod in &row.pods {
            let pod = &self.pods[*pod];
            assert_eq!(pod.node, Some(node), "a pod stands in the list of its own node only");
            sum += pod.in_memory();
            let live = pod.containers.iter().filter_map(|one| one.walk.as_ref());
            live.for_each(|walk| sum += walk.ramp);
            pod.containers.iter().for_each(|one| sum = sum + pod.written_into(one, Medium::Memory));
        }
        assert_eq!(row.pods_memory(), sum, "the sum of the pods' memory is exact");
        for part in [NodePart::SystemDaemons, NodePart::PageCache] {
            sum += row.part(part).ramp;
        }
        let used = sum.at(self.now).bytes().min(row.capacity());
        assert_eq!(row.working_set(self.now), used, "what is no pod's is part of the working set");
        let awaited = row
            .pods
            .iter()
            .map(|pod| &self.pods[*pod])
            .filter(|pod| pod.stage == Stage::Stopping(EndReason::Evicted) && !pod.is_being_cleaned_up());
        assert_eq!(awaited.count(), row.awaited_victims as usize, "victims are awaited until they are gone");
        let is_full = row.first_full(self.now) == self.now || row.first_full_of_pods(self.now) == self.now;
        let kernel_looks = row.runs_out.at == self.now || row.pods_hit_limit.at == self.now;
        assert!(
            !is_full || kernel_looks,
            "where memory has run out and a kill would help, the kernel is about to look"
        );
        for condition in NodeCondition::ALL {
            let is_tainted = self.columns.taints[node.index()].contains(&condition.taint());
            assert_eq!(
                is_tainted,
                row.heard_conditions.contains(condition),
                "a taint is there while its condition is"
            );
        }
        self.audit_stores(node);
    }

    fn audit_stores(&self, node: NodeId) {
        let row = &self.nodes[node.index()];
        for usage in [Usage::WritableLayer, Usage::Logs, Usage::Inodes, Usage::Processes] {
            let Some((part, kept)) = row.stores.pods(usage) else { continue };
            let mut sum = Line::default();
            for pod in &row.pods {
                let pod = &self.pods[*pod];
                let others = pod.containers.iter().flat_map(ContainerRow::others);
                let there = others.filter(|other| row.stores.part_of(other.usage) == Some(part));
                there.for_each(|other| sum += other.walk.ramp);
                if part == NodePart::NodeFs {
                    sum += pod.on_disk();
                    pod.containers.iter().for_each(|one| sum = sum + pod.written_into(one, Medium::Disk));
                }
            }
            assert_eq!(kept, sum, "the sum of what pods use of {part:?} is exact");
        }
    }

    fn audit_bindings(&self) {
        let mut bound = NodeColumns::new(self.setting.nodes.iter().map(|node| &node.node));
        for (_, row) in self.pods.iter() {
            row.node.into_iter().for_each(|node| bound.bind(node, &row.template));
        }
        assert_eq!(bound.bound, self.columns.bound, "what nodes have bound is the sum of their pods");
        assert_eq!(bound.allocatable, self.columns.allocatable, "allocatable never changes by binding");
    }
}
