//! The kubelet's eviction loop: it looks, and tells one pod at a time to go.
//!
//! Source: kubernetes `pkg/kubelet/eviction/eviction_manager.go` (1.32). Which threshold acts and who goes is
//! decided in [`crate::eviction`].

use super::calendar::Ticket;
use super::node_row::Planned;
use super::record::{EndReason, Eviction, Ranked, Record, Recorder};
use super::simulation::Simulation;
use super::source::Source;
use crate::eviction::{Candidate, EvictionSettings, NodeCondition, Observation, Threshold, first, rank};
use crate::ground::{NodeId, PodId, SimDuration, SimTime};

/// From its victim's end to the loop's next look.
const CLEAN_UP_POLL: SimDuration = SimDuration::seconds(1);

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_monitor_passes(&mut self, node: NodeId, ticket: Ticket) {
        let row = &mut self.nodes[node.index()];
        if row.pass.ticket != ticket {
            return;
        }
        row.pass = Planned { at: SimTime::NEVER, ticket };
        let kubelet = &self.setting.nodes[node.index()].kubelet;
        let seen = row.observe(self.now);
        let verdict = row.monitor.pass(kubelet, &seen, self.now);
        row.next_look = self.now.after(kubelet.monitoring_interval);
        self.report_pressure(node, verdict.conditions.contains(NodeCondition::MemoryPressure));
        if let Some(threshold) = verdict.acting.map(|index| &kubelet.thresholds[index]) {
            let seen = seen.of(threshold.signal).expect("a threshold is met by what was seen");
            self.evict_one(node, kubelet, threshold, seen);
        }
        self.plan_pass(node);
    }

    fn report_pressure(&mut self, node: NodeId, under_pressure: bool) {
        let row = &mut self.nodes[node.index()];
        if std::mem::replace(&mut row.under_pressure, under_pressure) == under_pressure {
            return;
        }
        row.tally.pressure(self.now, under_pressure);
        self.columns.taint_for_memory_pressure(node, under_pressure);
        self.tell(Record::MemoryPressure { node, under_pressure });
        if !under_pressure {
            self.queue.wake();
            self.plan_scheduler();
        }
    }

    fn evict_one(
        &mut self,
        node: NodeId,
        kubelet: &EvictionSettings,
        threshold: &Threshold,
        seen: Observation,
    ) {
        // Nobody reads the whole order unless somebody listens.
        let ranking = if R::LISTENS { self.ranking(node) } else { Vec::new() };
        let Some(pod) = self.first_to_go(node) else {
            self.tell(Record::NobodyToEvict { node, threshold, seen, ranking: &ranking });
            return;
        };
        let row = &self.pods[pod];
        let grace_period = kubelet.victim_grace_period(threshold, row.template.spec.termination_grace_period);
        let record = Eviction {
            pod: row.name,
            node,
            threshold,
            seen,
            grace_period,
            ranking: &ranking,
            victim: ranking.iter().position(|ranked| ranked.candidate.pod == pod).unwrap_or_default(),
            lost_bytes: row.held_in(|kind| kind.dies_with_its_pod()),
        };
        self.tell(Record::Evicted(record));
        let row = &mut self.nodes[node.index()];
        row.tally.evictions += 1;
        row.waits_for_victim = true;
        self.stop(pod, grace_period, EndReason::Evicted);
    }

    /// All pods of the node in eviction order.
    fn ranking(&self, node: NodeId) -> Vec<Ranked> {
        let mut candidates: Vec<Candidate> = self.candidates(node).collect();
        rank(&*self.setting.order, &mut candidates);
        let ranked = |candidate: Candidate| {
            let row = &self.pods[candidate.pod];
            Ranked { pod: row.name, candidate, critical: row.template.critical }
        };
        candidates.into_iter().map(ranked).collect()
    }

    /// The first of [`Simulation::ranking`] that is not critical, without sorting.
    fn first_to_go(&self, node: NodeId) -> Option<PodId> {
        let evictable = self.candidates(node).filter(|one| !self.pods[one.pod].template.critical);
        let evictable: Vec<Candidate> = evictable.collect();
        first(&*self.setting.order, &evictable).map(|first| first.pod)
    }

    fn candidates(&self, node: NodeId) -> impl Iterator<Item = Candidate> {
        let pods = self.nodes[node.index()].pods.iter();
        pods.map(|pod| {
            let row = &self.pods[*pod];
            Candidate {
                pod: *pod,
                serial: row.name.serial,
                qos: row.template.qos,
                priority: row.template.priority,
                // The statistics are as fresh as the pass (fidelity F-3).
                working_set: Some(row.working_set(self.now)),
                memory_request: row.template.eviction_request,
            }
        })
    }

    /// A victim is gone: the loop, which waited, finds out at its next poll, and looks at once.
    pub(super) fn victim_is_gone(&mut self, node: NodeId) {
        let row = &mut self.nodes[node.index()];
        row.waits_for_victim = false;
        row.next_look = self.now.after(CLEAN_UP_POLL);
        self.plan_pass(node);
    }
}
