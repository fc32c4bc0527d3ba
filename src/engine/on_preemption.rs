//! Preemption: what the scheduler does for a pod that fits nowhere.
//!
//! What: less important pods are deleted, and the pod is nominated for their node; it is tried
//! again when they have gone, and others of its importance leave that room alone meanwhile.
//! Never: who goes: [`crate::scheduling::preemption`] decides. Pressure and use of memory have no say in it.
//! Source: kubernetes `pkg/scheduler/framework/preemption` (1.34).

use super::on_outage::Contact;
use super::on_scheduler::{Nomination, PodsOnNodes, WaitsFor, nominated};
use super::pod_row::{PodRow, Pods};
use super::record::{EndReason, Preemption, Record, Recorder};
use super::setting::Setting;
use super::simulation::Simulation;
use super::source::{Choice, Source};
use crate::ground::{NodeId, PodId};
use crate::model::peers::{BudgetCounts, BudgetRule};
use crate::model::{Controller, DisruptionBudget, Peers, PreemptionPolicy};
use crate::scheduling::preemption::outranked;
use crate::scheduling::queue::Popped;
use crate::scheduling::{Candidate, ClusterEvent, Cycle, Facts, Ineligible, SearchFrom, preempt, search};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    /// Has others preempted for a pod that fits nowhere, if that helps.
    pub(super) fn make_room(&mut self, popped: Popped) -> WaitsFor {
        let pod = popped.pod;
        let priority = self.pods[pod].template.priority;
        let policy = self.pods[pod].template.spec.placement.preemption_policy;
        let may_help = self.setting.scheduler.profile.preempts
            && policy == PreemptionPolicy::PreemptLowerPriority
            && self.scheduling.has_lower_priority_than(priority);
        match if may_help { self.cheapest(popped) } else { Ok(None) } {
            Ok(Some(candidate)) => {
                let tells_somebody = candidate.victims.iter().any(|victim| !victim.is_terminating);
                if tells_somebody && self.has_just_preempted(pod) {
                    return WaitsFor::Time;
                }
                self.nominate(pod, candidate.node, tells_somebody);
                self.preempt(pod, &candidate);
            }
            Ok(None) => self.forget_nomination(pod),
            Err(Ineligible::Policy | Ineligible::VictimsAreTerminating) => {}
        }
        WaitsFor::Events
    }

    /// Whether it had others preempted at this very instant. If they went at once, and those who replaced
    /// them took their place at once, this would go on for ever in no time: a promise keeps others off by what the
    /// promised pod requests, but pods without affinities are not held against its affinities.
    /// In kube-scheduler, which has that gap, too, each round takes time (fidelity F-32).
    fn has_just_preempted(&self, pod: PodId) -> bool {
        self.scheduling.nominations.iter().any(|one| one.pod == pod && one.preempted == Some(self.now))
    }

    /// The node where preemption costs least, with its victims.
    fn cheapest(&mut self, popped: Popped) -> Result<Option<Candidate>, Ineligible> {
        let (pod, row) = (popped.pod, &self.pods[popped.pod]);
        let place = self.scheduling.index.place_of(&row.template, &self.columns);
        let on_nodes = PodsOnNodes { nodes: &self.nodes, pods: &self.pods, now: self.now };
        let nominated = nominated(&self.scheduling.nominations, &self.pods);
        let peers = peers_with_budgets(self.setting, &self.pods);
        let facts = Facts { nodes: &self.columns, pods: &on_nodes, peers: &peers, nominated: &nominated };
        let cycle = Cycle::prepare(facts, self.scheduling.index.ask(place), pod);
        let search = search(&cycle, SearchFrom::default());
        let (workload, replica, attempt) = (row.name.workload, row.name.replica, popped.attempts);
        let (ties, source) = (self.setting.scheduler.ties, &mut self.source);
        let first = Choice::FirstCandidate { workload, replica, attempt };
        let offset = ties.choose(source, first, search.resolvable().count());
        let preemption = preempt(&cycle, &search, offset)?;
        let best = preemption.best();
        let one = Choice::Candidate { workload, replica, attempt };
        Ok((!best.is_empty()).then(|| best[ties.choose(source, one, best.len())].clone()))
    }

    fn preempt(&mut self, preemptor: PodId, candidate: &Candidate) {
        let told = || candidate.victims.iter().filter(|victim| !victim.is_terminating);
        let count = told().count() as u32;
        for (victim, place) in told().zip(0..) {
            self.totals.preemptions += 1;
            self.tell_preemption(preemptor, victim.pod, ((place, count), candidate));
            self.delete(victim.pod, EndReason::Preempted);
        }
    }

    fn tell_preemption(
        &mut self,
        preemptor: PodId,
        victim: PodId,
        ((place, victims), candidate): ((u32, u32), &Candidate),
    ) {
        if !R::LISTENS {
            return;
        }
        let (row, preemptor) = (&self.pods[victim], &self.pods[preemptor]);
        let (template, preemptor_template) = (Arc::clone(&row.template), Arc::clone(&preemptor.template));
        let record = Preemption {
            pod: row.name,
            node: candidate.node,
            template: &template,
            preemptor: preemptor.name,
            preemptor_template: &preemptor_template,
            place,
            victims,
            budget_violations: candidate.violations as u32,
            working_set: row.working_set(self.now),
            grace_period: row.own_grace_period(),
            is_heard: self.nodes[candidate.node.index()].contact == Contact::Heard,
        };
        self.recorder.record(self.now, Record::Preempted(record));
    }

    /// The room on a node is promised to a pod; less important ones have no promise there any more.
    /// A promise that is renewed is no news to anybody.
    fn nominate(&mut self, pod: PodId, node: NodeId, preempts: bool) {
        let preempted = preempts.then_some(self.now);
        let nominations = &mut self.scheduling.nominations;
        match nominations.iter_mut().find(|one| one.pod == pod && one.node == node) {
            Some(same) => same.preempted = preempted.or(same.preempted),
            None => {
                self.forget_nomination(pod);
                self.scheduling.nominations.push(Nomination { pod, node, preempted });
            }
        }
        let priority = self.pods[pod].template.priority;
        let promised = nominated(&self.scheduling.nominations, &self.pods);
        let losers: Vec<PodId> = outranked(&promised, node, priority).collect();
        losers.into_iter().for_each(|loser| self.forget_nomination(loser));
    }

    /// A pod needs its promise no more, or loses it: what was kept for it is free to others.
    pub(super) fn forget_nomination(&mut self, pod: PodId) {
        let nominations = &mut self.scheduling.nominations;
        let before = nominations.len();
        nominations.retain(|one| one.pod != pod);
        if nominations.len() < before {
            let event = ClusterEvent::NominatedPodDeleted { pod: &self.pods[pod].template };
            self.scheduling.queue.happened(&event, self.now);
        }
    }
}

/// What there is, with the disruption budgets as their controller would have written them now.
fn peers_with_budgets<'a>(setting: &'a Setting, pods: &Pods) -> Cow<'a, Peers> {
    let peers = &setting.peers;
    if peers.budget_rules.is_empty() {
        return Cow::Borrowed(peers);
    }
    let disruption_budgets = peers.budget_rules.iter().map(|rule| budget(rule, setting, pods)).collect();
    Cow::Owned(Peers { disruption_budgets, ..peers.clone() })
}

fn budget(rule: &BudgetRule, setting: &Setting, pods: &Pods) -> DisruptionBudget {
    let mut counts = BudgetCounts::default();
    for (_, row) in pods.iter().filter(|(_, row)| selects(rule, row)) {
        let controller = setting.workloads[row.name.workload.index()].controller;
        let stays = row.deletion.is_none();
        counts.selected += 1;
        counts.wanted += u32::from(stays && controller != Controller::Nobody);
        counts.healthy += u32::from(stays && row.is_ready());
    }
    DisruptionBudget {
        name: rule.name.clone(),
        namespace: rule.namespace.clone(),
        selector: rule.selector.clone(),
        disruptions_allowed: rule.bound.disruptions_allowed(counts),
        // Whoever was told to go is not healthy any more, and is counted so.
        disrupted_pods: BTreeSet::new(),
    }
}

fn selects(rule: &BudgetRule, row: &PodRow) -> bool {
    let selector = rule.selector.as_ref().filter(|selector| !selector.0.is_empty());
    row.template.namespace() == rule.namespace
        && selector.is_some_and(|selector| selector.matches(&row.template.spec.labels))
}
