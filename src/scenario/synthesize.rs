//! Draws what a run is made of: the only place where a scenario meets chance.
//!
//! What: [`Synthesis`] answers the engine's questions (when does the next pod
//! arrive, what is it, how does its memory go on); [`drawn_node`] does the same
//! for a node.
//! Never: an answer that depends on the order of the questions, but for the
//! arrivals, which are asked for in order. Every draw has a name.
//! Next: [`crate::engine::source`], the questions.
//!
//! | what is drawn | at the key |
//! |---|---|
//! | arrivals | `arrivals`, workload |
//! | requests, limits, priority | `pod`, workload, ordinal, `manifest`, … |
//! | a pod's life | `pod`, workload, ordinal, generation, … |
//! | a node's curves and first pass | `node`, node, … |
//!
//! A pod that replaces another is made from the same manifest, so what its
//! manifest says is drawn once a place; its life is its own.

use super::arrivals::{Arriving, Row};
use super::distribution::{Distribution, FromDraw, Varying};
use super::meaning::{ContainerPlan, DrawnAmounts, HealthPlan, NodePlan, PodPlan, Scenario, WorkloadPlan};
use super::usage_model::{OwnAmounts, UsageModel};
use crate::engine::{Choice, CurveOwner, PodDraft, Source};
use crate::ground::{Amount, Bytes, Key, MilliCpu, SimDuration, SimTime, Stream, WorkloadId};
use crate::model::{
    Behavior, ContainerIndex, ContainerLife, ContainerSpec, Health, Node, NodePart, Piece, PodLife, PodSpec,
    PodTemplate, Replica, ResourceAmounts, Usage, Volume,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One replication of a scenario, drawn as it is asked for.
#[derive(Debug)]
pub struct Synthesis<'a> {
    scenario: &'a Scenario,
    root: Key,
    /// One for each workload.
    arriving: Vec<Arriving<'a>>,
    /// For each workload whose pods all have the same manifest, that manifest.
    shared: Vec<Option<Arc<PodTemplate>>>,
    /// And for the others, where only rows of a table differ: one for each kind of row.
    of_rows: BTreeMap<(WorkloadId, RowManifest), Arc<PodTemplate>>,
    /// At how many of these it is worth a look which of them a pod still has.
    crowded_at: usize,
}

/// So few templates of rows are never looked through.
const FEW_TEMPLATES: usize = 1024;

/// What a row of a table says of the manifest; rows that say the same share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RowManifest {
    cpu: [Option<MilliCpu>; 2],
    memory: [Option<Bytes>; 2],
    priority: Option<i32>,
}

impl RowManifest {
    const SILENT: RowManifest = RowManifest { cpu: [None; 2], memory: [None; 2], priority: None };

    fn of(row: &Row) -> RowManifest {
        RowManifest {
            cpu: [row.cpu_request, row.cpu_limit],
            memory: [row.memory_request, row.memory_limit],
            priority: row.priority,
        }
    }
}

impl<'a> Synthesis<'a> {
    /// The source of one replication, counted from 0.
    pub fn new(scenario: &'a Scenario, replication: u32) -> Synthesis<'a> {
        let root = Key::root(scenario.seed, u64::from(replication));
        let arriving = |plan: &'a WorkloadPlan| {
            plan.arrivals.walk(root.name("arrivals").name(&plan.workload.name), scenario.horizon)
        };
        let shared = |plan: &WorkloadPlan| {
            let place = Place { plan: &plan.pod, row: None, manifest: root, life: root };
            (!varies(&plan.pod)).then(|| Arc::new(PodTemplate::new(place.spec())))
        };
        Synthesis {
            scenario,
            root,
            arriving: scenario.workloads.iter().map(arriving).collect(),
            shared: scenario.workloads.iter().map(shared).collect(),
            of_rows: BTreeMap::new(),
            crowded_at: FEW_TEMPLATES,
        }
    }

    /// Forgets the templates that only pods which have gone had, so that a table of rows
    /// that are all different does not leave one for each.
    fn forget_unused_templates(&mut self) {
        if self.of_rows.len() >= self.crowded_at {
            self.of_rows.retain(|_, template| Arc::strong_count(template) > 1);
            self.crowded_at = FEW_TEMPLATES.max(2 * self.of_rows.len());
        }
    }

    fn place(&self, workload: WorkloadId, replica: Replica) -> Place<'a> {
        let scenario: &'a Scenario = self.scenario;
        let plan = &scenario.workloads[workload.index()];
        let name = &plan.workload.name;
        let key = self.root.name("pod").name(name).number(u64::from(replica.ordinal));
        Place {
            plan: &plan.pod,
            row: plan.arrivals.row(replica.ordinal),
            manifest: key.name("manifest"),
            life: key.number(u64::from(replica.generation)),
        }
    }
}

impl Source for Synthesis<'_> {
    fn next_arrival(&mut self, workload: WorkloadId) -> Option<SimTime> {
        self.arriving[workload.index()].next()
    }

    fn draft(&mut self, workload: WorkloadId, replica: Replica) -> PodDraft {
        self.forget_unused_templates();
        let place = self.place(workload, replica);
        let said = place.row.map_or(RowManifest::SILENT, RowManifest::of);
        let made = || Arc::new(PodTemplate::new(place.spec()));
        let template = match &self.shared[workload.index()] {
            None => made(),
            Some(template) if said == RowManifest::SILENT => Arc::clone(template),
            Some(_) => Arc::clone(self.of_rows.entry((workload, said)).or_insert_with(made)),
        };
        PodDraft { template, life: place.life() }
    }

    fn choose(&mut self, choice: Choice, among: usize) -> usize {
        let key = match choice {
            Choice::ActingThreshold { node, choice } => {
                let node = node_key(&self.scenario.nodes[node.index()], self.root);
                node.name("acting threshold").number(u64::from(choice))
            }
            Choice::BestNode { workload, replica, attempt } => {
                self.place(workload, replica).life.name("best node").number(u64::from(attempt))
            }
            Choice::Candidate { workload, replica, attempt } => {
                self.place(workload, replica).life.name("candidate").number(u64::from(attempt))
            }
            Choice::FirstCandidate { workload, replica, attempt } => {
                self.place(workload, replica).life.name("first candidate").number(u64::from(attempt))
            }
        };
        key.stream().below(among as u64) as usize
    }

    fn more_usage(&mut self, owner: CurveOwner, draw: u32) -> Arc<[Piece]> {
        match owner {
            CurveOwner::Container { workload, replica, container, usage } => {
                self.place(workload, replica).more_usage((container, usage), draw)
            }
            CurveOwner::Node { node, part } => {
                let plan = &self.scenario.nodes[node.index()];
                let key = node_key(plan, self.root).name(part_name(part));
                plan.part(part).more(key, whole(plan), draw)
            }
        }
    }
}

/// The name that a node's curve is drawn at.
fn part_name(part: NodePart) -> &'static str {
    match part {
        NodePart::SystemDaemons => "system daemons",
        NodePart::PageCache => "page cache",
        NodePart::NodeFs => "nodefs",
        NodePart::NodeFsInodes => "nodefs inodes",
        NodePart::ImageFs => "imagefs",
        NodePart::ImageFsInodes => "imagefs inodes",
        NodePart::Processes => "processes",
    }
}

/// The node of one replication: its curves and its first pass drawn.
pub fn drawn_node(plan: &NodePlan, root: Key) -> Node {
    let key = node_key(plan, root);
    let drawn = |part: NodePart, model: &UsageModel| model.draw(key.name(part_name(part)), whole(plan));
    Node {
        system_daemons: drawn(NodePart::SystemDaemons, &plan.system_daemons),
        page_cache: drawn(NodePart::PageCache, &plan.page_cache),
        others: plan.others.iter().map(|(part, model)| (*part, drawn(*part, model))).collect(),
        first_pass: plan.first_pass.draw_from(|| key.name("first pass").stream()),
        ..plan.node.clone()
    }
}

fn node_key(plan: &NodePlan, root: Key) -> Key {
    root.name("node").name(&plan.node.name)
}

/// What belongs to a node and is a share of something is a share of its capacity.
fn whole(plan: &NodePlan) -> OwnAmounts {
    OwnAmounts { request: plan.node.capacity.memory, limit: None }
}

/// Whether pods of one plan have different manifests, rows of a table aside.
impl WorkloadPlan {
    /// Whether its pods may ask for other amounts than its template says: these are drawn, or a table's row has them.
    pub fn pods_differ(&self) -> bool {
        varies(&self.pod) || self.arrivals.row(0).is_some()
    }
}

fn varies(plan: &PodPlan) -> bool {
    let drawn = |container: &ContainerPlan| {
        container.drawn_requests != DrawnAmounts::default()
            || container.drawn_limits != DrawnAmounts::default()
    };
    plan.drawn_priority.is_some() || plan.init_containers.iter().chain(&plan.containers).any(drawn)
}

/// Where one pod stands, and the keys of all that is drawn for it.
struct Place<'a> {
    plan: &'a PodPlan,
    row: Option<&'a Row>,
    manifest: Key,
    life: Key,
}

/// A container's plan beside its manifest, and the row that overrides both.
#[derive(Clone, Copy)]
struct Part<'a> {
    plan: &'a ContainerPlan,
    spec: &'a ContainerSpec,
    /// Its pod's.
    volumes: &'a [Volume],
    row: Option<&'a Row>,
}

impl<'a> Place<'a> {
    fn init_parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let pairs = self.plan.init_containers.iter().zip(&self.plan.spec.init_containers);
        let volumes = &self.plan.spec.volumes;
        pairs.map(|(plan, spec)| Part { plan, spec, volumes, row: None })
    }

    /// The regular containers; a row speaks of the first.
    fn parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let rows = [self.row].into_iter().chain(std::iter::repeat(None));
        let pairs = self.plan.containers.iter().zip(&self.plan.spec.containers);
        let volumes = &self.plan.spec.volumes;
        pairs.zip(rows).map(|((plan, spec), row)| Part { plan, spec, volumes, row })
    }

    /// The manifest, with all that varies drawn.
    fn spec(&self) -> PodSpec {
        let containers = |parts: &mut dyn Iterator<Item = Part<'a>>| -> Vec<ContainerSpec> {
            parts.map(|part| part.drawn_spec(self.manifest)).collect()
        };
        let drawn = |priority: &Distribution| {
            i32::from_draw(priority.draw(&mut self.manifest.name("priority").stream()))
        };
        let priority = self.plan.drawn_priority.as_ref().map(drawn);
        PodSpec {
            init_containers: containers(&mut self.init_parts()),
            containers: containers(&mut self.parts()),
            priority: self.row.and_then(|row| row.priority).or(priority).or(self.plan.spec.priority),
            ..self.plan.spec.clone()
        }
    }

    fn life(&self) -> PodLife {
        let life = |part: Part<'_>| part.life(self.manifest, self.life);
        let volumes = self.plan.volume_contents.iter().zip(0..);
        let content = |(content, number): (&Varying<Bytes>, u64)| {
            content.draw_from(|| self.life.name("volume").number(number).stream())
        };
        PodLife {
            pull_time: self.plan.pull_time.draw_from(|| self.life.name("pull time").stream()),
            clean_up_time: self.plan.clean_up_time.draw_from(|| self.life.name("clean-up time").stream()),
            containers: self.init_parts().chain(self.parts()).map(life).collect(),
            volume_contents: volumes.map(content).collect(),
        }
    }

    fn more_usage(&self, (container, usage): (ContainerIndex, Usage), draw: u32) -> Arc<[Piece]> {
        let mut parts = self.init_parts().chain(self.parts());
        let part =
            parts.nth(usize::from(container.0)).expect("the engine names containers that it was given");
        part.plan.usage(usage).more(part.usage_key(self.life, usage), part.own_amounts(self.manifest), draw)
    }
}

impl Part<'_> {
    /// By name, so that a container draws the same wherever it stands in the list.
    fn key(&self, above: Key) -> Key {
        above.name("container").name(&self.spec.name)
    }

    fn life(&self, manifest: Key, life: Key) -> ContainerLife {
        let (key, own) = (self.key(life), self.own_amounts(manifest));
        let stream = |purpose: &str| -> Stream { key.name(purpose).stream() };
        let run_time = self.plan.run_time.as_ref().map(|length| length.draw_from(|| stream("run time")));
        let drawn = |usage: Usage, model: &UsageModel| model.draw(self.usage_key(life, usage), own);
        let readiness = self.plan.readiness.as_ref();
        let behavior = Behavior {
            others: self.plan.others.iter().map(|(usage, model)| (*usage, drawn(*usage, model))).collect(),
            exit_code: self.plan.exit_code.draw_from(|| stream("exit code")),
            start_up_time: self.plan.start_up_time.draw_from(|| stream("start-up time")),
            stop_time: self.plan.stop_time.draw_from(|| stream("stop time")),
            pre_stop_time: self.plan.pre_stop_time.draw_from(|| stream("pre-stop time")),
            health: drawn_health(&self.plan.health, (key, HEALTH), own),
            readiness: readiness.map(|plan| Box::new(drawn_health(plan, (key, READINESS), own))),
        };
        ContainerLife {
            run_time: self.row.and_then(|row| row.run_time).or(run_time).unwrap_or(SimDuration::FOREVER),
            working_set: drawn(Usage::WorkingSet, &self.plan.working_set),
            behavior: Arc::new(behavior),
        }
    }

    /// The key of a curve: by the names of things, as all keys.
    fn usage_key(&self, life: Key, usage: Usage) -> Key {
        let key = self.key(life);
        match usage {
            Usage::WorkingSet => key.name("working set"),
            Usage::WritableLayer => key.name("writable layer"),
            Usage::Logs => key.name("logs"),
            Usage::Inodes => key.name("inodes"),
            Usage::Processes => key.name("processes"),
            Usage::Volume(number) => key.name("volume").name(&self.volumes[usize::from(number)].name),
        }
    }

    /// What the shares in its usage model refer to.
    fn own_amounts(&self, manifest: Key) -> OwnAmounts {
        let (requests, limits) = self.resources(manifest);
        let scale = self.row.and_then(|row| row.memory_scale);
        let request = requests.memory.unwrap_or_default().bytes();
        OwnAmounts { request: scale.unwrap_or(request), limit: limits.memory.map(Amount::bytes) }
    }

    fn drawn_spec(&self, manifest: Key) -> ContainerSpec {
        let (requests, limits) = self.resources(manifest);
        ContainerSpec { requests, limits, written: None, ..self.spec.clone() }
    }

    /// Requests and limits: the manifest's, unless drawn, unless a row says otherwise.
    fn resources(&self, manifest: Key) -> (ResourceAmounts, ResourceAmounts) {
        let key = self.key(manifest);
        let mut requests = drawn_over(self.spec.requests, &self.plan.drawn_requests, key.name("requests"));
        let mut limits = drawn_over(self.spec.limits, &self.plan.drawn_limits, key.name("limits"));
        if let Some(row) = self.row {
            let cpu = |cell: Option<MilliCpu>| cell.map(|cpu| Amount::millis(cpu.0));
            requests.cpu = cpu(row.cpu_request).or(requests.cpu);
            requests.memory = row.memory_request.map(Amount::from).or(requests.memory);
            limits.cpu = cpu(row.cpu_limit).or(limits.cpu);
            limits.memory = row.memory_limit.map(Amount::from).or(limits.memory);
        }
        // As the API does: a limit alone is also the request. And a limit that was drawn
        // below its request, which the API would refuse, is lifted to it.
        let asked = ResourceAmounts::each(|resource| requests.of(resource).or(limits.of(resource)));
        let lifted = ResourceAmounts::each(|resource| {
            let limit = limits.of(resource)?;
            Some(asked.of(resource).map_or(limit, |request| limit.max(request)))
        });
        (asked, lifted)
    }
}

/// The names that the parts of a health are drawn at: after, until, memory, answer time.
type HealthNames = [&'static str; 4];
const HEALTH: HealthNames = ["health after", "health until", "health memory", "answer time"];
const READINESS: HealthNames =
    ["readiness after", "readiness until", "readiness memory", "readiness answer time"];

fn drawn_health(plan: &HealthPlan, (key, names): (Key, HealthNames), own: OwnAmounts) -> Health {
    let [after, until, memory, answer_time] = names;
    let stream = |name: &str| -> Stream { key.name(name).stream() };
    Health {
        after: plan.after.draw_from(|| stream(after)),
        until: plan.until.as_ref().map(|length| length.draw_from(|| stream(until))),
        memory_at_most: plan.memory_at_most.as_ref().map(|level| level.draw(key.name(memory), own)),
        answer_time: plan.answer_time.draw_from(|| stream(answer_time)),
    }
}

fn drawn_over(fixed: ResourceAmounts, drawn: &DrawnAmounts, key: Key) -> ResourceAmounts {
    let bytes = |law: &Distribution, purpose: &str| law.draw_bytes(&mut key.name(purpose).stream());
    let cpu = drawn.cpu.as_ref().map(|law| law.draw_milli_cpu(&mut key.name("cpu").stream()));
    let memory = drawn.memory.as_ref().map(|law| bytes(law, "memory"));
    let storage = drawn.ephemeral_storage.as_ref().map(|law| bytes(law, "ephemeral storage"));
    ResourceAmounts {
        cpu: cpu.or(fixed.cpu),
        memory: memory.or(fixed.memory),
        ephemeral_storage: storage.or(fixed.ephemeral_storage),
    }
}

#[cfg(test)]
mod tests;
