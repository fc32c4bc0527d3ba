//! The kubelet's eviction loop: it looks, and tells one pod at a time to go.
//!
//! Source: kubernetes `pkg/kubelet/eviction/eviction_manager.go` (1.32). Which threshold acts, what is
//! deleted first and who goes is decided in [`crate::eviction`].

use super::calendar::Ticket;
use super::node_row::Planned;
use super::pod_row::Stage;
use super::record::{EndReason, Eviction, EvictionCause, Ranked, Record, Recorder};
use super::setting::ActingThreshold;
use super::simulation::Simulation;
use super::source::{Choice, Source};
use crate::eviction::{
    Candidate, Candidates, EvictionSettings, KnownPod, NodeReclaim, Observation, PodStatistics, Signal,
    Threshold, first, over_limit, wait_for_clean_up,
};
use crate::ground::{Amount, Bytes, NodeId, PodId, SimDuration, SimTime};
use crate::lifecycle::termination::{shortest_grace, window};
use std::sync::Arc;

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_monitor_passes(&mut self, node: NodeId, ticket: Ticket) {
        let row = &mut self.nodes[node.index()];
        if row.pass.ticket != ticket {
            return;
        }
        row.pass = Planned { at: SimTime::NEVER, ticket };
        self.totals.passes += 1;
        let kubelet = &self.setting.nodes[node.index()].kubelet;
        let seen = row.observe(self.now);
        let verdict = row.monitor.pass(kubelet, &seen, self.now);
        row.next_look = self.now.after(kubelet.monitoring_interval);
        let row = &mut self.nodes[node.index()];
        row.conditions = verdict.conditions;
        row.tally.pressure(self.now, row.under_memory_pressure());
        self.report_conditions(node, verdict.conditions);
        let acting = self.acting(node, kubelet, verdict.acting).map(|index| &kubelet.thresholds[index]);
        if !self.evicts_those_over_limits(node)
            && let Some(threshold) = acting
            && !self.relieves_by_deletion(node, kubelet, threshold)
        {
            let seen = seen.of(threshold.signal).expect("a threshold is met by what was seen");
            self.evict_one(node, kubelet, threshold, seen);
        }
        self.plan_pass(node);
    }

    /// The threshold to act on: the first that the kubelet might take, or any of them.
    fn acting(&mut self, node: NodeId, kubelet: &EvictionSettings, first: Option<usize>) -> Option<usize> {
        if self.setting.acting_threshold == ActingThreshold::First {
            return first;
        }
        let row = &mut self.nodes[node.index()];
        let acceptable: Vec<usize> = row.monitor.acceptable(kubelet).collect();
        if acceptable.len() < 2 {
            return first;
        }
        let choice = row.choices;
        row.choices += 1;
        Some(acceptable[self.source.choose(Choice::ActingThreshold { node, choice }, acceptable.len())])
    }

    /// Deletes what nobody uses, and says whether that was enough.
    fn relieves_by_deletion(
        &mut self,
        node: NodeId,
        kubelet: &EvictionSettings,
        threshold: &Threshold,
    ) -> bool {
        let row = &mut self.nodes[node.index()];
        let reclaim = NodeReclaim::of(threshold.signal, row.stores.layout());
        if reclaim.is_nothing() {
            return false;
        }
        let freed = row.stores.reclaim(reclaim);
        let is_enough = !kubelet.is_any_unresolved(&row.observe(self.now));
        if freed > Bytes::ZERO {
            self.node_changed(node);
            self.tell(Record::ImagesDeleted { node, freed });
        }
        is_enough
    }

    fn evict_one(
        &mut self,
        node: NodeId,
        kubelet: &EvictionSettings,
        threshold: &Threshold,
        seen: Observation,
    ) {
        // Nobody reads the whole order of a starved node unless somebody listens.
        let is_plain = !R::LISTENS && threshold.signal.is_memory();
        let ranking = if is_plain { Vec::new() } else { self.ranking(node, threshold.signal) };
        let victim = match ranking.iter().find(|ranked| !ranked.critical) {
            None if is_plain => self.first_to_go(node),
            found => found.map(|ranked| ranked.candidate.pod),
        };
        let Some(pod) = victim else {
            self.tell(Record::NobodyToEvict { node, threshold, seen, ranking: &ranking });
            return;
        };
        let row = &self.pods[pod];
        let grace_period =
            kubelet.grace_period_override(threshold, row.template.spec.termination_grace_period);
        self.evict(pod, EvictionCause::Threshold { threshold, seen }, grace_period, &ranking);
    }

    /// All pods that exceed a limit of local storage go at once, before any threshold is acted on;
    /// whether there were any.
    fn evicts_those_over_limits(&mut self, node: NodeId) -> bool {
        if self.nodes[node.index()].limited_pods == 0 {
            return false;
        }
        let layout = self.nodes[node.index()].stores.layout();
        let mut pods = self.pods_with_limits(node);
        pods.sort_unstable_by_key(|pod| self.pods[*pod].name.serial);
        let mut is_anyone = false;
        for pod in pods {
            let row = &self.pods[pod];
            let (template, statistics) = (Arc::clone(&row.template), row.statistics(self.now));
            if let Some(over) = over_limit(&template.spec, &statistics, layout) {
                let grace_period = EvictionSettings::limit_grace_period();
                let own = [self.over_its_limit(pod, &statistics)];
                self.evict(pod, EvictionCause::OverLimit(&over), grace_period, &own);
                is_anyone = true;
            }
        }
        is_anyone
    }

    fn over_its_limit(&self, pod: PodId, statistics: &PodStatistics) -> Ranked {
        let row = &self.pods[pod];
        Ranked {
            pod: row.name,
            candidate: self.candidate(pod),
            critical: false,
            usage: statistics.ephemeral_storage.map(Amount::from),
            request: row.template.eviction_storage_request,
            decided_by: None,
        }
    }

    /// Those that a limit of local storage can cost their lives: not critical, not told to go already.
    fn pods_with_limits(&self, node: NodeId) -> Vec<PodId> {
        let is_at_risk = |pod: &PodId| {
            let row = &self.pods[*pod];
            let is_victim = row.stage == Stage::Stopping(EndReason::Evicted);
            row.template.limits_storage && !row.template.critical && !is_victim
        };
        self.active_pods(node).filter(is_at_risk).collect()
    }

    /// When a pod of the node first exceeds a limit of its own, if nothing changes.
    pub(super) fn first_over_limit(&self, node: NodeId) -> SimTime {
        let row = &self.nodes[node.index()];
        if row.limited_pods == 0 {
            return SimTime::NEVER;
        }
        let first = |pod: PodId| self.pods[pod].first_over_limit(row.stores.layout(), self.now);
        self.pods_with_limits(node).into_iter().map(first).min().unwrap_or(SimTime::NEVER)
    }

    /// Tells the pod to stop, and whoever listens why.
    fn evict(&mut self, pod: PodId, cause: EvictionCause<'_>, grace_period: SimDuration, ranking: &[Ranked]) {
        if R::LISTENS {
            self.tell_eviction(pod, cause, grace_period, ranking);
        }
        // Who exceeds a limit of its own is not disrupted: it brought that on itself.
        self.pods[pod].is_disrupted |= matches!(cause, EvictionCause::Threshold { .. });
        let row = &mut self.nodes[self.pods[pod].its_node().index()];
        row.tally.evictions += 1;
        self.totals.evictions += 1;
        row.awaited_victims += 1;
        if !self.is_silent(pod) {
            self.show_disruption(pod);
        }
        self.stop(pod, grace_period, EndReason::Evicted);
    }

    fn tell_eviction(
        &mut self,
        pod: PodId,
        cause: EvictionCause<'_>,
        grace_period: SimDuration,
        ranking: &[Ranked],
    ) {
        let row = &self.pods[pod];
        let record = Eviction {
            pod: row.name,
            node: row.its_node(),
            template: &row.template.clone(),
            statistics: &row.statistics(self.now),
            cause,
            grace_period: window(shortest_grace(grace_period), SimDuration::ZERO),
            ranking,
            victim: ranking.iter().position(|ranked| ranked.candidate.pod == pod).unwrap_or_default(),
            lost_bytes: row.held_in_empty_dirs(self.now),
        };
        self.recorder.record(self.now, Record::Evicted(record));
    }

    /// All pods of the node in eviction order, with what put each before the next.
    pub(super) fn ranking(&self, node: NodeId, signal: Signal) -> Vec<Ranked> {
        let order = &*self.setting.order;
        let mut candidates = self.candidates_under(node, signal);
        candidates.rank(order);
        let ranked = |(place, id): (usize, PodId)| {
            let (usage, request) = candidates.figures(place);
            Ranked {
                pod: self.pods[id].name,
                candidate: self.candidate(id),
                critical: self.pods[id].template.critical,
                usage,
                request,
                decided_by: candidates.deciding(order, place),
            }
        };
        candidates.pods().into_iter().enumerate().map(ranked).collect()
    }

    fn candidates_under(&self, node: NodeId, signal: Signal) -> Candidates {
        if signal.is_memory() {
            return Candidates::Memory(self.candidates(node).collect());
        }
        let row = &self.nodes[node.index()];
        let active: Vec<PodId> = self.active_pods(node).collect();
        let statistics: Vec<PodStatistics> =
            active.iter().map(|pod| self.pods[*pod].statistics(self.now)).collect();
        let known = active.iter().zip(&statistics).map(|(pod, statistics)| KnownPod {
            pod: *pod,
            serial: self.pods[*pod].name.serial,
            template: &self.pods[*pod].template,
            statistics: Some(statistics),
        });
        Candidates::under(signal, row.stores.layout(), known)
    }

    /// The first under memory pressure that is not critical, without sorting.
    fn first_to_go(&self, node: NodeId) -> Option<PodId> {
        let evictable = self.candidates(node).filter(|one| !self.pods[one.pod].template.critical);
        let evictable: Vec<Candidate> = evictable.collect();
        first(&*self.setting.order, &evictable).map(|first| first.pod)
    }

    fn candidates(&self, node: NodeId) -> impl Iterator<Item = Candidate> {
        self.active_pods(node).map(|pod| self.candidate(pod))
    }

    /// Those that a kubelet takes into account: not what it has not heard of, and not what
    /// only waits for its volumes to be unmounted.
    fn active_pods(&self, node: NodeId) -> impl Iterator<Item = PodId> {
        let pods = self.nodes[node.index()].pods.iter().copied();
        pods.filter(|pod| {
            let row = &self.pods[*pod];
            !matches!(row.stage, Stage::Binding | Stage::Unheard) && !row.is_being_cleaned_up()
        })
    }

    fn candidate(&self, pod: PodId) -> Candidate {
        let row = &self.pods[pod];
        Candidate {
            pod,
            serial: row.name.serial,
            qos: row.template.qos,
            priority: row.template.priority,
            // The statistics are as fresh as the pass (fidelity F-3).
            working_set: Some(row.working_set(self.now)),
            memory_request: row.template.eviction_request,
        }
    }

    /// A victim's last container is gone. After the last victim's the loop waits for their clean-up, and looks again.
    pub(super) fn victim_is_gone(&mut self, node: NodeId, clean_up: SimDuration) {
        let row = &mut self.nodes[node.index()];
        row.cleaned_up = row.cleaned_up.max(self.now.after(wait_for_clean_up(clean_up)));
        row.awaited_victims -= 1;
        if row.awaited_victims == 0 {
            row.next_look = row.cleaned_up;
            self.plan_pass(node);
        }
    }
}
