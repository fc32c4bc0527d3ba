//! Evictions and OOM kills.
//!
//! What: the rows of `evictions`, `rankings` and `oom_kills`, and their events.
//! Never: why one pod goes before another: the order is asked.
//! Next: [`crate::report::story`], where the first of them are kept in full.

use super::{Ledger, Names};
use crate::engine::record::{Eviction, EvictionCause, OomKill, PodName, Ranked};
use crate::eviction::{Criterion, Observation, Starved, Threshold, message};
use crate::ground::{Bytes, NodeId, SimDuration, SimTime};
use crate::report::columns::{EvictionRow, OomKillRow, RankingRow};
use crate::report::lifeline::Mark;
use crate::report::story::{EvictionStory, OomStory, Place, TOLD_IN_FULL};
use crate::report::wording::{self, Happening};
use std::io::Write;

/// An eviction whose row is not written yet.
pub(super) struct PendingEviction {
    pub(super) time: SimTime,
    pub(super) node: NodeId,
    pub(super) pod: PodName,
    /// Absent if the pod went for a limit of its own.
    pub(super) threshold: Option<(Threshold, Observation)>,
    pub(super) ranked: Ranked,
    pub(super) rank: u64,
    pub(super) candidates: u64,
    pub(super) innocent: Option<bool>,
    pub(super) grace_period: SimDuration,
    pub(super) lost: Bytes,
}

impl<N: Names, W: Write> Ledger<'_, N, W> {
    pub(super) fn on_evicted(&mut self, now: SimTime, eviction: &Eviction<'_>) {
        let pending = self.pending(now, eviction);
        self.counts.first_eviction.get_or_insert(now);
        self.counts.evictions[pending.ranked.candidate.qos as usize] += 1;
        let is_soft = pending.threshold.as_ref().is_some_and(|(threshold, _)| !threshold.is_hard());
        self.counts.evictions_soft += u64::from(is_soft);
        self.counts.evictions_innocent += u64::from(pending.innocent == Some(true));
        self.counts.lost_emptydir += eviction.lost_bytes;
        if self.told.len() < TOLD_IN_FULL {
            self.told.push(self.story(&pending, eviction));
        }
        self.sequels.await_replacement(eviction.pod);
        self.evictions.push(pending);
        self.doom(eviction.pod);
        self.in_chart(eviction.pod, |line| line.terminates(now, Mark::Evicted));
        self.write_ranking(now, eviction);
        self.write_eviction_events(now, eviction);
    }

    pub(super) fn pending(&self, now: SimTime, eviction: &Eviction<'_>) -> PendingEviction {
        PendingEviction {
            time: now,
            node: eviction.node,
            pod: eviction.pod,
            threshold: match eviction.cause {
                EvictionCause::Threshold { threshold, seen } => Some((threshold.clone(), seen)),
                EvictionCause::OverLimit(_) => None,
            },
            ranked: eviction.ranking[eviction.victim],
            rank: eviction.victim as u64 + 1,
            candidates: eviction.ranking.len() as u64,
            innocent: eviction.is_innocent(),
            grace_period: eviction.grace_period,
            lost: eviction.lost_bytes,
        }
    }

    pub(super) fn story(&self, pending: &PendingEviction, eviction: &Eviction<'_>) -> EvictionStory {
        let whole = self.told.is_empty();
        let kept = if whole { eviction.ranking.len() } else { eviction.victim + 2 };
        let place = |ranked: &Ranked| Place { pod: self.pod(ranked.pod), ranked: *ranked };
        EvictionStory {
            time: pending.time,
            node: self.node(eviction.node).to_owned(),
            threshold: pending.threshold.clone(),
            starved: eviction.cause.starved(),
            innocent: pending.innocent,
            victim: eviction.victim,
            ranking: eviction.ranking.iter().take(kept).map(place).collect(),
            candidates: pending.candidates,
        }
    }

    /// The row of an eviction, once all is known that will be.
    pub(super) fn write_eviction(&mut self, index: usize) {
        let eviction = &self.evictions[index];
        let (pod, ranked) = (self.pod(eviction.pod), &eviction.ranked);
        let candidate = &ranked.candidate;
        let replacement = self.sequels.replacement(eviction.pod);
        let (new_pod, bound) = (replacement.map(|pod| self.pod(pod)), self.sequels.bound(replacement));
        let threshold = eviction.threshold.as_ref();
        let starved =
            threshold.map_or(Starved::EphemeralStorage, |(threshold, _)| threshold.signal.starved());
        let row = EvictionRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            eviction: index as u64 + 1,
            time_s: eviction.time,
            node: self.node(eviction.node),
            signal: threshold.map(|(threshold, _)| threshold.signal.name()),
            threshold: wording::hardness(threshold.map(|(threshold, _)| threshold)),
            unit: wording::unit(starved),
            line: threshold.map(|(threshold, seen)| threshold.value.at(seen.capacity).0),
            available: threshold.map(|(_, seen)| seen.available.0),
            pod: &pod,
            workload: self.workload(eviction.pod),
            qos_class: candidate.qos.name(),
            priority: candidate.priority,
            rank: eviction.rank,
            candidates: eviction.candidates,
            working_set_bytes: candidate.working_set,
            memory_request_bytes: candidate.memory_request.bytes(),
            usage: ranked.usage.map(|usage| usage.bytes().0),
            request: ranked.request.bytes().0,
            exceeds_request: ranked.exceeds_request(),
            excess: wording::excess(ranked),
            decided_by: ranked.decided_by.map(Criterion::name),
            role: eviction.innocent.map(|innocent| if innocent { "innocent" } else { "culprit" }),
            grace_period_s: eviction.grace_period,
            lost_emptydir_bytes: eviction.lost,
            replacement: new_pod.as_deref(),
            replacement_node: bound.map(|(node, _)| self.node(node)),
            replacement_bound_s: bound.map(|(_, time)| time),
        };
        self.tables.evictions.row(&row);
    }

    pub(super) fn write_ranking(&mut self, now: SimTime, eviction: &Eviction<'_>) {
        if self.tables.rankings.is_none() {
            return;
        }
        for (place, ranked) in eviction.ranking.iter().enumerate() {
            let (pod, candidate) = (self.pod(ranked.pod), &ranked.candidate);
            let row = RankingRow {
                run: &self.identity.run,
                replication: self.identity.replication,
                eviction: self.evictions.len() as u64,
                time_s: now,
                node: self.node(eviction.node),
                rank: place as u64 + 1,
                pod: &pod,
                workload: self.workload(ranked.pod),
                evicted: place == eviction.victim,
                critical: ranked.critical,
                unit: wording::unit(eviction.cause.starved()),
                qos_class: candidate.qos.name(),
                exceeds_request: ranked.exceeds_request(),
                priority: candidate.priority,
                working_set_bytes: candidate.working_set,
                memory_request_bytes: candidate.memory_request.bytes(),
                usage: ranked.usage.map(|usage| usage.bytes().0),
                request: ranked.request.bytes().0,
                excess: wording::excess(ranked),
                decided_by: ranked.decided_by.map(Criterion::name),
            };
            self.tables.rankings.as_mut().expect("asked above").row(&row);
        }
    }

    pub(super) fn write_eviction_events(&mut self, now: SimTime, eviction: &Eviction<'_>) {
        if self.tables.events.is_none() {
            return;
        }
        let (pod, node) = (eviction.pod, eviction.node);
        let message = match eviction.cause {
            EvictionCause::OverLimit(limit) => limit.to_string(),
            EvictionCause::Threshold { threshold, seen } => {
                self.threshold_event(now, node, threshold);
                let starved = threshold.signal.starved();
                let blamed = message::blamed(&eviction.template.spec, eviction.statistics, starved);
                message::evicted(threshold, seen, blamed)
            }
        };
        self.pod_event(now, node, pod, Happening::Evicted, |_| message);
        self.all_told_to_stop(now, node, pod);
    }

    pub(super) fn on_oom_killed(&mut self, now: SimTime, kill: &OomKill<'_>) {
        self.counts.count_oom_kill(now, kill.cause);
        let chart = self.chart.as_mut();
        if let Some(line) = chart.and_then(|chart| chart.container(kill.pod.serial, kill.container)) {
            line.line.mark(now, Mark::OomKilled);
        }
        if !kill.only_a_process {
            self.on_stopped(kill.pod, kill.container);
        }
        let (pod, node) = (self.pod(kill.pod), self.node(kill.node));
        let container = self.names.container(kill.pod.workload, kill.container);
        let row = OomKillRow {
            run: &self.identity.run,
            replication: self.identity.replication,
            time_s: now,
            node,
            pod: &pod,
            workload: self.workload(kill.pod),
            container,
            cause: wording::cause(kill.cause),
            killed: if kill.only_a_process { "Process" } else { "Container" },
            limit_bytes: kill.limit,
            container_working_set_bytes: kill.container_working_set,
            oom_score_adj: kill.oom_score_adj,
            badness: kill.badness,
            qos_class: kill.template.qos.name(),
            priority: kill.template.priority,
        };
        self.tables.oom_kills.row(&row);
        let (happening, message) = wording::oom_killed(kill.cause, container);
        self.event(now, Some(kill.node), &format!("node/{node}"), happening, &message);
        if self.oom_kills.len() < TOLD_IN_FULL {
            let (node, container) = (node.to_owned(), container.to_owned());
            let (limit, working_set) = (kill.limit, kill.container_working_set);
            self.oom_kills.push(OomStory {
                time: now,
                node,
                pod,
                container,
                cause: kill.cause,
                limit,
                working_set,
            });
        }
    }
}
