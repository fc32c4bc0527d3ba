//! Nodes: their conditions, samples and whole runs.
//!
//! What: the rows of `nodes` and `timeline`, and the events about a node.
//! Never: what becomes of a node's pods. Next: [`super::pods`].

use super::{Ledger, Names};
use crate::engine::record::{NodeEnd, NodeSample};
use crate::eviction::{NodeCondition, Threshold};
use crate::ground::{NodeId, SimTime};
use crate::report::columns::{NodeRow, TimelineRow};
use crate::report::wording::{self, Happening};
use std::io::Write;

impl<N: Names, W: Write> Ledger<'_, N, W> {
    pub(super) fn on_condition(
        &mut self,
        now: SimTime,
        node: NodeId,
        (condition, holds): (NodeCondition, bool),
    ) {
        if holds && condition == NodeCondition::MemoryPressure {
            self.counts.first_pressure.get_or_insert(now);
        }
        if let Some(line) = self.chart.as_mut().and_then(|chart| chart.node(node)) {
            line.turn_condition(now, holds);
        }
        let happening = wording::condition_changed(condition, holds);
        let name = self.node(node);
        let message = format!("Node {name} status is now: {}", happening.reason());
        self.event(now, Some(node), &format!("node/{name}"), happening, &message);
    }

    pub(super) fn threshold_event(&mut self, now: SimTime, node: NodeId, threshold: &Threshold) {
        let object = format!("node/{}", self.node(node));
        let message = format!("Attempting to reclaim {}", threshold.signal.starved().name());
        self.event(now, Some(node), &object, Happening::EvictionThresholdMet, &message);
    }

    pub(super) fn on_sample(&mut self, now: SimTime, sample: &NodeSample) {
        let row = TimelineRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            time_s: now,
            node: self.node(sample.node),
            working_set_bytes: sample.working_set,
            pods_working_set_bytes: sample.pods_working_set,
            system_working_set_bytes: sample.system_working_set,
            available_bytes: sample.available,
            requested_memory_bytes: sample.requested_memory,
            pods: sample.pods,
            memory_pressure: sample.under_pressure,
        };
        if let Some(timeline) = &mut self.tables.timeline {
            timeline.row(&row);
        }
    }

    pub(super) fn on_node_ended(&mut self, end: &NodeEnd) {
        self.counts.node_pressure = self.counts.node_pressure + end.under_pressure;
        let node = &self.setting.nodes[end.node.index()].node;
        self.tables.nodes.row(&NodeRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            node: &node.name,
            capacity_cpu_milli: node.capacity.cpu,
            capacity_memory_bytes: node.capacity.memory,
            allocatable_cpu_milli: node.allocatable.cpu,
            allocatable_memory_bytes: node.allocatable.memory,
            allocatable_pods: node.allocatable.pods,
            pods_memory_limit_bytes: node.pods_memory_limit,
            pods_bound: end.pods_bound,
            evictions: end.evictions,
            oom_kills: end.oom_kills,
            rejections: end.rejections,
            peak_working_set_bytes: end.peak_working_set,
            peak_requested_memory_bytes: end.peak_requested_memory,
            peak_pods: end.peak_pods,
            pressure_s: end.under_pressure,
        });
    }
}
