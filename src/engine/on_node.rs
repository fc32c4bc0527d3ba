//! A node's memory: what is no pod's, and what the kernel does when all is taken.
//!
//! Source: Linux `mm/oom_kill.c` and its memory cgroups. Whom the kernel takes is decided in [`crate::oom`].

use super::calendar::Ticket;
use super::event::Event;
use super::node_row::Planned;
use super::record::{Hunted, OomCause, OomKill, Record, Recorder};
use super::simulation::Simulation;
use super::source::{CurveOwner, Source};
use crate::ground::{Bytes, NodeId, PodId, SimTime};
use crate::lifecycle::restart::Exit;
use crate::model::{ContainerIndex, NodePart};
use crate::oom::victim::{Prey, kill_order};
use std::sync::Arc;

/// In which order the kernel kills.
struct Hunt {
    order: Vec<(usize, i64)>,
    compared: Vec<Hunted>,
}

/// Why the kernel kills a container.
#[derive(Clone, Copy)]
struct Kill<'a> {
    cause: OomCause,
    /// The memory that ran out.
    limit: Bytes,
    badness: Option<i64>,
    compared: &'a [Hunted],
}

/// What is no pod's.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn begin_node(&mut self, node: NodeId) {
        for part in self.nodes[node.index()].parts() {
            self.plan_node_turn(node, part);
        }
        self.tell_node_memory(node);
        self.plan_what_follows(node);
    }

    fn plan_node_turn(&mut self, node: NodeId, part: NodePart) {
        let until = self.nodes[node.index()].part(part).until;
        self.calendar.plan(until, Event::NodeUsageTurns { node, part }, 0);
    }

    pub(super) fn on_node_usage_turns(&mut self, node: NodeId, part: NodePart) {
        self.memory_changes(node);
        let row = &mut self.nodes[node.index()];
        let owner = CurveOwner::Node { node, part };
        let source = &mut self.source;
        row.turn_part(part, self.now, |draw| source.more_usage(owner, draw));
        self.node_changed(node);
        self.tell_node_memory(node);
        self.plan_node_turn(node, part);
    }

    fn tell_node_memory(&mut self, node: NodeId) {
        if self.recorder.sees_memory(node) {
            let memory = self.nodes[node.index()].own_memory();
            self.tell(Record::NodeMemoryTurned { node, memory });
        }
    }
}

/// The kernel's kills.
impl<S: Source, R: Recorder> Simulation<'_, S, R> {
    pub(super) fn on_container_hits_limit(&mut self, pod: PodId, container: ContainerIndex, ticket: Ticket) {
        let Some(row) = self.pods.with_usage(pod, container, ticket) else { return };
        let limit = row.template.parts[usize::from(container.0)]
            .memory_limit
            .expect("what has no limit does not hit it");
        let kill = Kill { cause: OomCause::ContainerLimit, limit, badness: None, compared: &[] };
        self.oom_kill(pod, container, kill);
    }

    pub(super) fn on_pod_hits_limit(&mut self, pod: PodId, ticket: Ticket) {
        let Some(row) = self.pods.get_mut(pod).filter(|row| row.limit_ticket == ticket) else { return };
        let limit = row.template.reachable_memory_limit.expect("what has no limit does not hit it");
        let prey: Vec<(PodId, ContainerIndex, Prey)> = row
            .indices()
            .zip(&row.containers)
            .filter_map(|(index, one)| Some((pod, index, one.prey(self.now)?)))
            .collect();
        let hunt = self.hunt(&prey, limit);
        for (index, badness) in hunt.order {
            if self.pods[pod].working_set(self.now) <= limit {
                break;
            }
            let (_, container, _) = prey[index];
            if self.pods[pod].container(container).walk.is_some() {
                let badness = Some(badness);
                let kill = Kill { cause: OomCause::PodLimit, limit, badness, compared: &hunt.compared };
                self.oom_kill(pod, container, kill);
            }
        }
        self.plan_memory_limit(pod);
    }

    pub(super) fn on_pods_hit_limit(&mut self, node: NodeId, ticket: Ticket) {
        let row = &mut self.nodes[node.index()];
        if row.pods_hit_limit.ticket == ticket {
            row.pods_hit_limit = Planned { at: SimTime::NEVER, ticket };
            let limit = self.setting.nodes[node.index()].node.pods_memory_limit;
            self.kill_until_below(node, OomCause::PodsLimit, limit);
        }
    }

    pub(super) fn on_node_runs_out(&mut self, node: NodeId, ticket: Ticket) {
        let row = &mut self.nodes[node.index()];
        if row.runs_out.ticket == ticket {
            row.runs_out = Planned { at: SimTime::NEVER, ticket };
            let capacity = self.setting.nodes[node.index()].node.capacity.memory;
            self.kill_until_below(node, OomCause::NodeCapacity, capacity);
        }
    }

    /// One container after another, until there is enough for the rest.
    fn kill_until_below(&mut self, node: NodeId, cause: OomCause, limit: Bytes) {
        let prey = if self.held_against(node, cause) > limit { self.prey(node) } else { Vec::new() };
        let hunt = self.hunt(&prey, limit);
        for (index, badness) in hunt.order {
            let (pod, container, _) = prey[index];
            if self.held_against(node, cause) <= limit {
                break;
            }
            // A kill before this one may have stopped its whole Pod.
            if self.pods[pod].container(container).walk.is_some() {
                let kill = Kill { cause, limit, badness: Some(badness), compared: &hunt.compared };
                self.oom_kill(pod, container, kill);
            }
        }
        self.node_changed(node);
    }

    /// In which order the kernel kills, and, if anybody listens, all that it compares.
    fn hunt(&self, prey: &[(PodId, ContainerIndex, Prey)], limit: Bytes) -> Hunt {
        let figures: Vec<Prey> = prey.iter().map(|(_, _, prey)| *prey).collect();
        let order = kill_order(&figures, limit);
        let compared = if R::LISTENS { self.compared(prey, &order) } else { Vec::new() };
        Hunt { order, compared }
    }

    fn compared(&self, prey: &[(PodId, ContainerIndex, Prey)], order: &[(usize, i64)]) -> Vec<Hunted> {
        let hunted = |(index, badness): &(usize, i64)| {
            let (pod, container, prey) = prey[*index];
            Hunted { pod: self.pods[pod].name, container, prey, badness: *badness }
        };
        order.iter().map(hunted).collect()
    }

    /// Whom the kernel would kill, one after the other, if the node's memory ran out now.
    pub(super) fn hunted(&self, node: NodeId) -> Vec<Hunted> {
        let prey = self.prey(node);
        let figures: Vec<Prey> = prey.iter().map(|(_, _, prey)| *prey).collect();
        self.compared(&prey, &kill_order(&figures, self.nodes[node.index()].capacity()))
    }

    fn held_against(&self, node: NodeId, cause: OomCause) -> Bytes {
        let row = &self.nodes[node.index()];
        let line = if cause == OomCause::PodsLimit { row.pods_memory() } else { row.held() };
        line.at(self.now).bytes()
    }

    /// All containers that hold memory, the oldest pod's first.
    fn prey(&self, node: NodeId) -> Vec<(PodId, ContainerIndex, Prey)> {
        let mut prey = Vec::new();
        for pod in &self.nodes[node.index()].pods {
            let row = &self.pods[*pod];
            for (index, one) in row.indices().zip(&row.containers) {
                prey.extend(one.prey(self.now).map(|prey| (*pod, index, prey)));
            }
        }
        prey.sort_by_key(|(pod, _, _)| self.pods[*pod].name.serial);
        prey
    }

    fn oom_kill(&mut self, pod: PodId, container: ContainerIndex, kill: Kill<'_>) {
        let (now, Kill { cause, limit, badness, compared }) = (self.now, kill);
        let row = &mut self.pods[pod];
        if let Some(told) = &mut row.told {
            told.oom_kills += 1;
        }
        self.totals.oom_kills += 1;
        let (name, node, template) = (row.name, row.its_node(), Arc::clone(&row.template));
        // A cgroup never holds more than its limit: the kernel kills instead.
        let spares_the_rest = self.setting.nodes[node.index()].node.single_process_oom_kill;
        let only_a_process = spares_the_rest && row.container(container).outlives_a_process(now);
        let charged = row.charged_to(container).at(now);
        let killed = row.container(container);
        let container_working_set = charged.bytes().min(limit);
        let oom_score_adj = killed.oom_score_adj;
        self.nodes[node.index()].tally.oom_kills += 1;
        self.tell(Record::OomKilled(OomKill {
            pod: name,
            node,
            container,
            cause,
            only_a_process,
            limit,
            container_working_set,
            badness,
            oom_score_adj,
            compared,
            template: &template,
        }));
        if only_a_process {
            self.begin_memory_anew(pod, container);
        } else {
            self.container_ended(pod, container, Exit::OOM_KILLED);
        }
    }
}
