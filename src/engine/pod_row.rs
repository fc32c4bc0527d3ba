//! The pods' rows: what the engine knows of each live pod.
//!
//! What: rows by [`PodId`], used again when their pod has gone, and the tickets
//! that tell a planned event from one that was planned for something gone.
//! Never: what happens to a pod; that is `on_pod`.

use super::calendar::Ticket;
use super::probing::Probing;
use super::record::{EndReason, PodEnd, PodName};
use super::shown::Shown;
use super::source::PodDraft;
use super::walk::{OwnWalk, Walk};
use crate::eviction::{
    ContainerStatistics, FilesystemLayout, FsUse, PodStatistics, VolumeStatistics, over_limit,
};
use crate::ground::{Amount, Bytes, Few, Level, Line, NodeId, PodId, Ramp, SimDuration, SimTime};
use crate::lifecycle::ContainerStatus;
use crate::lifecycle::backoff::Backoff;
use crate::lifecycle::restart::Exit;
use crate::model::{
    ContainerIndex, ContainerLife, Medium, Piece, PodAddress, PodLevelResources, PodLife, PodTemplate,
    ProbeKind, Role, Usage, UsageCurve, Volume,
};
use crate::oom::victim::Prey;
use crate::oom::{Processes, oom_score_adj, outlives_a_process};
use std::hint::black_box;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

/// A live pod.
///
/// In this order: what a change of its memory looks at lies together, at the beginning.
#[derive(Debug)]
#[repr(C)]
pub struct PodRow {
    pub template: Arc<PodTemplate>,
    pub node: Option<NodeId>,
    /// Init containers first, then regular ones, as a [`ContainerIndex`] counts.
    pub containers: Few<ContainerRow>,
    pub name: PodName,
    /// That of its own planned event: pulled, or stopped.
    pub ticket: Ticket,
    /// The last that any of its events was planned under.
    last_ticket: Ticket,
    pub stage: Stage,
    /// How many of its containers the kubelet is killing: it does nothing else for the Pod meanwhile.
    pub killing: u16,
    /// That of its memory limit being hit.
    pub limit_ticket: Ticket,
    /// Since when it has its node; never: it has none yet.
    pub bound: SimTime,
    pub pull_time: SimDuration,
    pub clean_up_time: SimDuration,
    /// When whatever stops it takes no more time.
    pub grace_ends: SimTime,
    /// Absent: it has none.
    pub volumes: Option<Box<HeldVolumes>>,
    /// Absent: nobody listens.
    pub told: Option<Box<Told>>,
    /// That of the end of its patience with an unreachable node.
    pub toleration_ticket: Ticket,
    /// What the API was asked to delete it for; its controller has been told.
    pub deletion: Option<EndReason>,
    /// All its containers have run at once.
    pub has_run: bool,
    /// Its kubelet makes it go, since its node is short of something.
    pub is_disrupted: bool,
    /// The control plane knows that none of its containers is left.
    pub end_is_known: bool,
}

/// What is kept of a pod for whoever listens, and decides nothing.
#[derive(Debug)]
pub struct Told {
    pub replaces: Option<PodName>,
    pub created: SimTime,
    /// When all its containers ran for the first time; never: they have not.
    pub running: SimTime,
    /// When nothing of it was left; never: something is.
    pub over: SimTime,
    pub address: Option<PodAddress>,
    pub shown: Shown,
    /// What the API shows of each of its containers, and whether as ready.
    pub shown_containers: Vec<Option<(ContainerStatus, bool)>>,
    pub restarts: u32,
    pub oom_kills: u32,
    /// Its working set when it was told to stop, or before its last container ended.
    pub last_working_set: Bytes,
}

impl Told {
    pub fn new(replaces: Option<PodName>, created: SimTime, containers: usize) -> Told {
        Told {
            replaces,
            created,
            running: SimTime::NEVER,
            over: SimTime::NEVER,
            address: None,
            shown: Shown::default(),
            shown_containers: vec![None; containers],
            restarts: 0,
            oom_kills: 0,
            last_working_set: Bytes::ZERO,
        }
    }
}

/// What the volumes of a pod hold.
#[derive(Debug)]
pub struct HeldVolumes {
    /// Each of them, but for what a container that lives writes into it.
    pub contents: Vec<Bytes>,
    /// Whether they hold that: they do from when their pod is pulled.
    pub are_written: bool,
    /// The part of that which lies in memory.
    pub in_memory: Ramp,
    /// The part of that which lies on the node's disk.
    pub on_disk: Ramp,
}

impl HeldVolumes {
    fn new(contents: Vec<Bytes>) -> HeldVolumes {
        HeldVolumes { contents, are_written: false, in_memory: Ramp::NONE, on_disk: Ramp::NONE }
    }
}

/// How far a pod has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for a node.
    Queued,
    /// It has a node, and the API is yet to hear of that.
    Binding,
    /// It has a node, whose kubelet has not heard of it: the node is silent.
    Unheard,
    /// Sandbox and images are on their way.
    Pulling,
    /// Its containers have their turns.
    Alive,
    /// No container starts again; when the last has gone, so has the pod.
    Stopping(EndReason),
    /// Nothing of it is left, but nobody has heard of that: its node is silent.
    Over(EndReason),
}

/// A container of a live pod; its order is [`PodRow`]'s.
#[derive(Debug)]
#[repr(C)]
pub struct ContainerRow {
    /// Its memory, while it has any.
    pub walk: Option<Walk>,
    /// That of its memory's next turn, and of a limit on the way.
    pub usage_ticket: Ticket,
    /// How many times it has been created.
    pub starts: u32,
    /// Absent: nothing of the kind.
    pub extras: Option<Box<Extras>>,
    pub life: ContainerLife,
    /// When it ends, if nothing ends it before; when it ended, once it has.
    pub ends: SimTime,
    /// That of its planned start, or of its being up, or of its exit.
    pub ticket: Ticket,
    /// What its kubelet told the kernel; it depends on the node.
    pub oom_score_adj: i32,
    pub state: ContainerState,
    /// How it ends, if nothing ends it before.
    pub ends_with: Exit,
    pub role: Role,
    /// The probe for which the kubelet is killing it.
    pub killed_by: Option<ProbeKind>,
    /// Whether its last instance ended by such a kill.
    pub was_killed: bool,
}

/// What many containers never have. Apart from their rows, which are the smaller for it.
#[derive(Debug, Default)]
pub struct Extras {
    /// What it uses besides memory, while it lives.
    pub others: Box<[OtherUse]>,
    /// What has been drawn last of its memory, where that is drawn bit by bit.
    pub drawn: Option<UsageCurve>,
    pub probing: Option<Probing>,
    /// Where it is on its way to SIGTERM, if it was told to stop.
    pub shutdown: Option<Shutdown>,
    pub backoff: Backoff,
    /// How the instance before this one ended, and when; this one is its present one, or its next.
    pub end_before: Option<(Exit, SimTime)>,
    /// When the kernel last killed one of its processes, and not all of it.
    pub lost_a_process: Option<SimTime>,
}

/// Something that a container uses besides memory.
#[derive(Debug)]
pub struct OtherUse {
    pub usage: Usage,
    pub walk: OwnWalk,
}

/// What a container is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerState {
    /// Not created, and its start is not planned.
    Unstarted,
    /// To be created at a planned instant; `backs_off`: after a wait.
    Due {
        backs_off: bool,
    },
    /// Created, and starting up; as above.
    Starting {
        backed_off: bool,
    },
    Running,
    /// Its start is not planned, and may never be.
    Ended(Exit),
}

/// On the way to SIGTERM: the preStop hook first, then, in the turn of a sidecar, a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shutdown {
    /// When its hook is done.
    pub from: SimTime,
    /// What of the grace is left then.
    pub left: SimDuration,
    pub step: ShutdownStep,
    /// That of the step's end.
    pub ticket: Ticket,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShutdownStep {
    PreStop,
    WaitsForItsTurn,
    Terminating,
}

impl PodRow {
    /// `last_ticket`: what its place has used up already, so that no event planned for an earlier pod
    /// is taken for one of this.
    #[inline(always)]
    fn new(name: PodName, draft: PodDraft, told: Option<Box<Told>>, last_ticket: Ticket) -> PodRow {
        let PodDraft { template, life } = draft;
        let PodLife { pull_time, clean_up_time, containers, volume_contents } = life;
        let volumes = (!volume_contents.is_empty()).then(|| Box::new(HeldVolumes::new(volume_contents)));
        // Each of them written where it stays: a row that is put together first is copied twice.
        let with = |template: Arc<PodTemplate>, containers| PodRow {
            name,
            stage: Stage::Queued,
            node: None,
            containers,
            pull_time,
            clean_up_time,
            volumes,
            ticket: 0,
            last_ticket,
            limit_ticket: 0,
            toleration_ticket: 0,
            killing: 0,
            grace_ends: SimTime::NEVER,
            deletion: None,
            has_run: false,
            is_disrupted: false,
            end_is_known: false,
            bound: SimTime::NEVER,
            told,
            template,
        };
        match containers {
            Few::One(life) => {
                let role = template.parts[0].role;
                with(template, Few::One(ContainerRow::new(role, life)))
            }
            more => {
                let mut parts = template.parts.iter();
                let mut role = || parts.next().expect("a life for each container").role;
                let rows = more.map(|life| ContainerRow::new(role(), life));
                with(template, rows)
            }
        }
    }

    /// Asks memory for what a turn of its memory reads: its first two lines.
    #[inline(always)]
    fn fetch_memory(&self) {
        black_box(self.node);
        if let Some(one) = self.containers.first() {
            black_box(one.extras.is_some());
        }
    }

    pub fn container(&mut self, index: ContainerIndex) -> &mut ContainerRow {
        &mut self.containers[usize::from(index.0)]
    }

    /// Gives it its node, which has so much memory.
    pub fn bind(&mut self, node: NodeId, capacity: Bytes) {
        self.node = Some(node);
        let specs = self.template.spec.all_containers();
        for (container, spec) in self.containers.iter_mut().zip(specs) {
            container.oom_score_adj = oom_score_adj(&self.template.spec, self.template.qos, spec, capacity);
        }
    }

    /// What is kept of it for whoever listens.
    ///
    /// # Panics
    /// If nobody does.
    pub fn told(&self) -> &Told {
        self.told.as_ref().expect("somebody listens")
    }

    /// As [`PodRow::told`].
    pub fn told_mut(&mut self) -> &mut Told {
        self.told.as_mut().expect("somebody listens")
    }

    /// All its containers' places.
    pub fn indices(&self) -> impl Iterator<Item = ContainerIndex> + use<> {
        (0..self.containers.len() as u16).map(ContainerIndex)
    }

    /// # Panics
    /// If it waits for a node: nothing happens to it until then.
    pub fn its_node(&self) -> NodeId {
        self.node.expect("what happens to a pod happens on its node")
    }

    /// Whether it has been told to stop, and may have.
    pub fn is_stopping(&self) -> bool {
        matches!(self.stage, Stage::Stopping(_) | Stage::Over(_))
    }

    /// Whether only its volumes are left of it, or nothing.
    pub fn is_being_cleaned_up(&self) -> bool {
        self.is_stopping() && !self.has_live_containers()
    }

    /// Whether its init containers have done their work, and its regular ones have had a start.
    pub fn is_past_init(&self) -> bool {
        self.regular().iter().any(|one| one.state != ContainerState::Unstarted)
    }

    /// Whether anything of it still has memory of its own.
    pub fn has_live_containers(&self) -> bool {
        self.containers.iter().any(|container| container.walk.is_some())
    }

    /// The regular containers.
    pub fn regular(&self) -> &[ContainerRow] {
        &self.containers[self.template.init_count()..]
    }

    /// Its memory: its containers' and what its memory-backed volumes hold.
    pub fn memory(&self) -> Line {
        let mut memory = Line::from(self.in_memory());
        for container in &self.containers {
            memory = memory + container.memory() + self.written_into(container, Medium::Memory);
        }
        memory
    }

    pub fn working_set(&self, now: SimTime) -> Bytes {
        self.memory().at(now).bytes()
    }

    /// What counts against a container's memory limit.
    pub fn charged_to(&self, container: ContainerIndex) -> Line {
        let one = &self.containers[usize::from(container.0)];
        if one.others().is_empty() {
            return one.memory(); // As most do.
        }
        one.memory() + self.written_into(one, Medium::Memory)
    }

    /// What one of its containers has added to volumes of that medium since it started.
    pub fn written_into(&self, container: &ContainerRow, medium: Medium) -> Line {
        let mut written = Line::default();
        for other in container.others() {
            if let Usage::Volume(volume) = other.usage
                && self.medium(volume) == Some(medium)
            {
                written += other.walk.ramp;
            }
        }
        written
    }

    /// What its volume of that number lies on, if that is its node's.
    pub fn medium(&self, volume: u16) -> Option<Medium> {
        self.template.spec.volumes[usize::from(volume)].kind.medium()
    }

    /// # Panics
    /// If it has none: who asks has seen one in its manifest.
    pub fn its_volumes(&mut self) -> &mut HeldVolumes {
        self.volumes.as_mut().expect("a volume of the manifest")
    }

    /// What each of its volumes holds, but for what living containers have written.
    pub fn volume_contents(&self) -> &[Bytes] {
        self.volumes.as_ref().map_or(&[], |volumes| &volumes.contents)
    }

    pub fn volumes_are_written(&self) -> bool {
        self.volumes.as_ref().is_some_and(|volumes| volumes.are_written)
    }

    /// The part of it that lies in memory.
    pub fn in_memory(&self) -> Ramp {
        self.volumes.as_ref().map_or(Ramp::NONE, |volumes| volumes.in_memory)
    }

    /// The part of it that lies on the node's disk.
    pub fn on_disk(&self) -> Ramp {
        self.volumes.as_ref().map_or(Ramp::NONE, |volumes| volumes.on_disk)
    }

    /// What its volumes of that medium hold, but for what living containers have written.
    pub fn kept_on(&self, medium: Medium) -> Bytes {
        let kept =
            self.volume_contents().iter().zip(0..).filter(|(_, volume)| self.medium(*volume) == Some(medium));
        kept.fold(Bytes::ZERO, |sum, (kept, _)| sum + *kept)
    }

    /// Its volumes with what they hold; none before it has written them.
    fn volumes(&self, now: SimTime) -> impl Iterator<Item = (&Volume, Bytes)> {
        let are_written = self.volumes_are_written();
        let all = self.template.spec.volumes.iter().zip(0..).filter(move |_| are_written);
        all.map(move |(volume, number)| (volume, self.volume(number).at(now).bytes()))
    }

    /// What its volume of that number holds.
    fn volume(&self, number: u16) -> Line {
        let mut held = Line::from(Ramp::flat(self.volume_contents()[usize::from(number)]));
        let others = self.containers.iter().flat_map(ContainerRow::others);
        others.filter(|other| other.usage == Usage::Volume(number)).for_each(|other| held += other.walk.ramp);
        held
    }

    /// What its emptyDir volumes hold, which goes with it.
    pub fn held_in_empty_dirs(&self, now: SimTime) -> Bytes {
        self.held_on(Medium::Memory, now) + self.held_on(Medium::Disk, now)
    }

    fn held_on(&self, medium: Medium, now: SimTime) -> Bytes {
        let there = self.volumes(now).filter(|(volume, _)| volume.kind.medium() == Some(medium));
        there.fold(Bytes::ZERO, |sum, (_, held)| sum + held)
    }

    /// All that its kubelet measures of it.
    pub fn statistics(&self, now: SimTime) -> PodStatistics {
        let names = self.template.spec.all_containers();
        let live = names.zip(&self.containers).filter(|(_, container)| container.walk.is_some());
        let containers: Vec<_> =
            live.map(|(spec, container)| container.statistics(spec.name.clone(), now)).collect();
        let volumes = self.volumes(now).map(|(volume, held)| VolumeStatistics {
            name: volume.name.clone(),
            held: FsUse { used: Some(held), inodes_used: None },
        });
        let volumes = volumes.collect();
        let written = containers.iter().flat_map(|one| [one.rootfs.used, one.logs.used]);
        let in_volumes = self.held_on(Medium::Disk, now);
        let ephemeral = written.flatten().fold(in_volumes, |sum, written| sum + written);
        let processes = self.containers.iter().map(|one| one.used(Usage::Processes, now).unwrap_or(0)).sum();
        PodStatistics {
            working_set: Some(self.working_set(now)),
            processes: Some(processes),
            ephemeral_storage: Some(ephemeral),
            containers,
            volumes,
        }
    }

    /// When it first exceeds a limit of its own, if nothing changes: never later than it does.
    pub fn first_over_limit(&self, layout: FilesystemLayout, now: SimTime) -> SimTime {
        let crossing = |line: Line, limit: Amount| {
            // A limit may have a fraction of a byte: a look too early does no harm.
            let line = line.first_above(Bytes(limit.bytes().0.saturating_sub(1)), now);
            line.unwrap_or(SimTime::NEVER)
        };
        if over_limit(&self.template.spec, &self.statistics(now), layout).is_some() {
            return now;
        }
        let specs = self.template.spec.all_containers();
        let mut all = Line::from(self.on_disk());
        let mut first = SimTime::NEVER;
        for (spec, container) in specs.zip(&self.containers) {
            all = all
                + container.written(FilesystemLayout::Single)
                + self.written_into(container, Medium::Disk);
            if let Some(limit) = spec.limits.ephemeral_storage {
                first = first.min(crossing(container.written(layout), limit));
            }
        }
        for (volume, number) in self.template.spec.volumes.iter().zip(0..) {
            if let Some(limit) =
                volume.written_size_limit.as_ref().filter(|limit| limit.amount().is_positive())
            {
                first = first.min(crossing(self.volume(number), limit.amount()));
            }
        }
        let limits = self.template.spec.effective_limits(PodLevelResources::Ignored);
        limits.ephemeral_storage.map_or(first, |limit| first.min(crossing(all, limit)))
    }

    /// Its story, as it ended or as the horizon found it. `kept_bytes`: what the volumes of its claims
    /// hold, which others may write, too.
    pub fn end(&self, reason: EndReason, ended: Option<SimTime>, kept_bytes: Bytes, now: SimTime) -> PodEnd {
        let told = self.told();
        PodEnd {
            pod: self.name,
            reason,
            node: self.node,
            created: told.created,
            bound: self.bound.if_ever(),
            running: told.running.if_ever(),
            ended,
            restarts: told.restarts,
            oom_kills: told.oom_kills,
            working_set: if self.is_stopping() { told.last_working_set } else { self.working_set(now) },
            replaces: told.replaces,
            address: told.address,
            ready: told.shown.first_ready(),
            phase: told.shown.phase(),
            lost_bytes: ended.map_or(Bytes::ZERO, |_| self.held_in_empty_dirs(now)),
            kept_bytes,
        }
    }
}

impl ContainerRow {
    #[inline(always)]
    fn new(role: Role, life: ContainerLife) -> ContainerRow {
        ContainerRow {
            role,
            life,
            oom_score_adj: 0,
            state: ContainerState::Unstarted,
            walk: None,
            extras: None,
            usage_ticket: 0,
            ticket: 0,
            ends: SimTime::NEVER,
            ends_with: Exit::SUCCESS,
            killed_by: None,
            was_killed: false,
            starts: 0,
        }
    }

    /// Its memory begins, or begins anew.
    pub fn begin_memory(&mut self, now: SimTime) -> Walk {
        if let Some(extras) = &mut self.extras {
            extras.drawn = None;
        }
        *self.walk.insert(Walk::begin(&self.life.working_set, now))
    }

    /// Its memory goes on to the next piece of its curve: how it went, and how it goes from now on.
    /// `draw` gives the pieces of the draw of that number.
    ///
    /// # Panics
    /// If it has none.
    #[inline]
    pub fn turn_memory(&mut self, now: SimTime, draw: impl FnOnce(u32) -> Arc<[Piece]>) -> (Ramp, Ramp) {
        let walk = self.walk.as_mut().expect(WITH_MEMORY);
        let before = walk.ramp;
        let at_first = &mut self.life.working_set;
        let curve = if at_first.is_drawn() {
            self.extras.get_or_insert_default().drawn.get_or_insert_with(|| at_first.clone())
        } else {
            at_first
        };
        walk.turn(curve, now, draw);
        (before, walk.ramp)
    }

    /// Asks memory for the next piece of its memory, where that lies apart.
    #[inline(always)]
    fn fetch_piece(&self) {
        let drawn = self.extras.as_ref().and_then(|extras| extras.drawn.as_ref());
        self.walk.as_ref().inspect(|walk| walk.fetch(drawn.unwrap_or(&self.life.working_set)));
    }

    /// What it uses besides memory, while it lives.
    pub fn others(&self) -> &[OtherUse] {
        self.extras.as_ref().map_or(&[], |extras| &extras.others)
    }

    pub fn probing(&self) -> Option<&Probing> {
        self.extras.as_ref()?.probing.as_ref()
    }

    pub fn probing_mut(&mut self) -> Option<&mut Probing> {
        self.extras.as_mut()?.probing.as_mut()
    }

    pub fn shutdown(&self) -> Option<&Shutdown> {
        self.extras.as_ref()?.shutdown.as_ref()
    }

    pub fn shutdown_mut(&mut self) -> Option<&mut Shutdown> {
        self.extras.as_mut()?.shutdown.as_mut()
    }

    /// Its extras, from now on kept.
    pub fn its_extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }

    /// How its last instance ended, and when: the present one, if that has.
    pub fn last_end(&self) -> Option<(Exit, SimTime)> {
        match self.state {
            ContainerState::Ended(exit) => Some((exit, self.ends)),
            _ => self.extras.as_ref()?.end_before,
        }
    }

    /// What its processes hold; nothing, when it is gone.
    pub fn memory(&self) -> Line {
        self.walk.as_ref().map_or(Line::default(), |walk| Line::from(walk.ramp))
    }

    pub fn level(&self, now: SimTime) -> Level {
        self.memory().at(now)
    }

    /// What the kernel sees in it; nothing, if it holds no memory.
    pub fn prey(&self, now: SimTime) -> Option<Prey> {
        let level = self.level(now);
        // Less than a byte is something: the sum of many such is what ran out.
        (level > Level::ZERO).then(|| Prey { working_set: level.bytes(), oom_score_adj: self.oom_score_adj })
    }

    /// What it wrote to its node's disk, as its own limit counts it.
    fn written(&self, layout: FilesystemLayout) -> Line {
        let counts = |usage| match usage {
            Usage::Logs => true,
            Usage::WritableLayer => layout == FilesystemLayout::Single,
            Usage::WorkingSet | Usage::Inodes | Usage::Processes | Usage::Volume(_) => false,
        };
        let counted = self.others().iter().filter(|other| counts(other.usage));
        counted.fold(Line::default(), |sum, other| sum + Line::from(other.walk.ramp))
    }

    /// Whether it goes on when its largest process is killed.
    pub fn outlives_a_process(&self, now: SimTime) -> bool {
        outlives_a_process(Processes {
            running: self.used(Usage::Processes, now).unwrap_or(1),
            memory: self.level(now),
            memory_without_it: Walk::begin(&self.life.working_set, now).ramp.at(now),
            since_the_last_loss: self
                .extras
                .as_ref()
                .and_then(|extras| extras.lost_a_process)
                .map(|lost| now.since(lost)),
        })
    }

    /// How much, or how many, it uses in one way; absent if nobody says.
    fn used(&self, usage: Usage, now: SimTime) -> Option<u64> {
        let found = self.others().iter().find(|other| other.usage == usage)?;
        Some(found.walk.ramp.at(now).bytes().0)
    }

    fn statistics(&self, name: String, now: SimTime) -> ContainerStatistics {
        let bytes = |usage| Some(self.used(usage, now).map_or(Bytes::ZERO, Bytes));
        ContainerStatistics {
            name,
            working_set: Some(self.level(now).bytes()),
            rootfs: FsUse {
                used: bytes(Usage::WritableLayer),
                inodes_used: Some(self.used(Usage::Inodes, now).unwrap_or(0)),
            },
            logs: FsUse { used: bytes(Usage::Logs), inodes_used: None },
        }
    }
}

/// All live pods.
#[derive(Debug, Default)]
pub struct Pods {
    /// In shelves of as many, so that no row ever moves: a list that grows in one piece is copied again
    /// and again, and for a while takes its room twice.
    shelves: Vec<Box<Shelf>>,
    /// The place of each pod among its node's pods. Apart from the rows, since who is moved up
    /// when another goes is not looked at otherwise.
    places: Vec<u32>,
    /// Rows to be used again, with the last ticket of each.
    free: Vec<(PodId, Ticket)>,
}

/// Room for some rows.
type Shelf = [Slot; SHELF];

const SHELF: usize = 256;

/// Who asks has planned something for it while there was some.
pub const WITH_MEMORY: &str = "what is planned for memory is so while there is any";

const ONLY_LIVE_PODS: &str = "the engine asks for live pods only";

/// Room for a row: four cache lines, where they begin.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Slot(Option<PodRow>);

impl Pods {
    /// Makes a pod's row where it stays.
    pub fn make(&mut self, name: PodName, draft: PodDraft, told: Option<Box<Told>>) -> PodId {
        let (pod, last_ticket) = self.free.pop().unwrap_or_else(|| self.new_slot());
        self.slot_mut(pod).0.get_or_insert_with(|| PodRow::new(name, draft, told, last_ticket));
        pod
    }

    fn new_slot(&mut self) -> (PodId, Ticket) {
        let pod = PodId(self.places.len() as u32);
        if pod.index().is_multiple_of(SHELF) {
            let slots: Box<[Slot]> = (0..SHELF).map(|_| Slot::default()).collect();
            self.shelves.push(slots.try_into().expect("as many as a shelf has"));
        }
        self.places.push(0);
        (pod, 0)
    }

    #[inline]
    fn slot(&self, pod: PodId) -> &Slot {
        &self.shelves[pod.index() / SHELF][pod.index() % SHELF]
    }

    #[inline]
    fn slot_mut(&mut self, pod: PodId) -> &mut Slot {
        &mut self.shelves[pod.index() / SHELF][pod.index() % SHELF]
    }

    /// Takes a pod out; its row is free.
    pub fn remove(&mut self, pod: PodId) {
        let slot = &mut self.slot_mut(pod).0;
        let last_ticket = slot.as_ref().expect("a pod ends once").last_ticket;
        *slot = None;
        self.free.push((pod, last_ticket));
    }

    /// The pod, unless it has gone.
    pub fn get(&self, pod: PodId) -> Option<&PodRow> {
        self.slot(pod).0.as_ref()
    }

    /// The pod, unless it has gone.
    pub fn get_mut(&mut self, pod: PodId) -> Option<&mut PodRow> {
        self.slot_mut(pod).0.as_mut()
    }

    /// A ticket that none of the row's events has had.
    pub fn new_ticket(&mut self, pod: PodId) -> Ticket {
        self.with_new_ticket(pod).0
    }

    /// The same, with the pod's row.
    pub fn with_new_ticket(&mut self, pod: PodId) -> (Ticket, &mut PodRow) {
        let row = &mut self[pod];
        row.last_ticket = row.last_ticket.wrapping_add(1);
        (row.last_ticket, row)
    }

    /// Asks memory for a row that will be needed soon, each line of it.
    #[inline(always)]
    pub fn fetch(&self, pod: PodId) {
        if let Some(row) = self.get(pod) {
            row.fetch_memory();
            black_box((row.name.serial, row.bound, self.place(pod)));
        }
    }

    /// Asks memory for that part of a row which a turn of its memory reads.
    #[inline(always)]
    pub fn fetch_memory(&self, pod: PodId) {
        if let Some(row) = self.get(pod) {
            row.fetch_memory();
        }
    }

    #[inline(always)]
    pub fn node_of(&self, pod: PodId) -> Option<NodeId> {
        self.get(pod)?.node
    }

    /// Asks memory for the next piece of a curve, where that lies apart from its row, and says where its pod is.
    #[inline(always)]
    pub fn fetch_piece(&self, pod: PodId, container: ContainerIndex) -> Option<NodeId> {
        let row = self.get(pod)?;
        row.containers.get(usize::from(container.0))?.fetch_piece();
        row.node
    }

    /// Where a bound pod stands among its node's pods.
    pub fn place(&self, pod: PodId) -> usize {
        self.places[pod.index()] as usize
    }

    pub fn set_place(&mut self, pod: PodId, place: usize) {
        self.places[pod.index()] = place as u32;
    }

    /// How many rows there are, in use or free.
    pub fn rows(&self) -> usize {
        self.places.len()
    }

    /// How many pods are alive.
    pub fn alive(&self) -> usize {
        self.rows() - self.free.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (PodId, &PodRow)> {
        let slots = self.shelves.iter().flat_map(|shelf| shelf.iter()).zip(0..);
        slots.filter_map(|(slot, id)| slot.0.as_ref().map(|row| (PodId(id), row)))
    }
}

impl Index<PodId> for Pods {
    type Output = PodRow;
    #[inline(always)]
    fn index(&self, pod: PodId) -> &PodRow {
        self.get(pod).expect(ONLY_LIVE_PODS)
    }
}

impl IndexMut<PodId> for Pods {
    #[inline(always)]
    fn index_mut(&mut self, pod: PodId) -> &mut PodRow {
        self.get_mut(pod).expect(ONLY_LIVE_PODS)
    }
}

/// Whose planned events are these? Stale ones have no answer.
impl Pods {
    pub fn expected(&mut self, pod: PodId, ticket: Ticket) -> Option<&mut PodRow> {
        self.get_mut(pod).filter(|row| row.ticket == ticket)
    }

    /// The pod whose container starts, is up, or exits.
    pub fn with_container(
        &mut self,
        pod: PodId,
        container: ContainerIndex,
        ticket: Ticket,
    ) -> Option<&mut PodRow> {
        let row = self.get_mut(pod)?;
        let one = row.containers.get(usize::from(container.0))?;
        (one.ticket == ticket).then_some(row)
    }

    /// The pod whose container's memory turns, or hits its limit.
    pub fn with_usage(
        &mut self,
        pod: PodId,
        container: ContainerIndex,
        ticket: Ticket,
    ) -> Option<&mut PodRow> {
        let row = self.get_mut(pod)?;
        let one = row.containers.get(usize::from(container.0))?;
        (one.walk.is_some() && one.usage_ticket == ticket).then_some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a live pod takes. A field that makes it larger is paid for by every pod, so what few pods
    /// need is better boxed.
    #[test]
    fn a_row_is_four_cache_lines() {
        use std::mem::offset_of;
        let (line, one) = (64, offset_of!(PodRow, containers));
        let last_of_a_turn = one + offset_of!(ContainerRow, life) + offset_of!(ContainerLife, run_time);
        assert!(last_of_a_turn <= 2 * line, "a turn reads all up to its curve: {last_of_a_turn} bytes");
        assert!(
            (line..2 * line).contains(&(one + offset_of!(ContainerRow, extras))),
            "one line is fetched twice"
        );
        let [third, fourth] = [offset_of!(PodRow, name), offset_of!(PodRow, bound)].map(|place| place / line);
        assert_eq!([third, fourth], [2, 3], "these stand for their lines where a row is fetched");
        assert_eq!(
            size_of::<Slot>(),
            256,
            "with its first container, and a curve of one piece or two levels"
        );
        assert!(size_of::<ContainerRow>() <= 144, "{}", size_of::<ContainerRow>());
    }
}
