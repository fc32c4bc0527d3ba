//! One container: what it asks for and what it does, as written -> as meant.

use super::extended;
use super::life::{Answering, Asking, LifeCheck};
use super::measure::Measure;
use super::numbers::{Range, amount, distribution, length_or, varying_length};
use super::placement::host_ports;
use super::spot::{Findings, Spot};
use super::tables::Files;
use super::usage::{Owner, UsageCheck};
use super::volume::Write;
use crate::ground::{Amount, SimDuration};
use crate::model::{ContainerSpec, Probes, Resource, ResourceAmounts, Role, Usage};
use crate::scenario::decode::TextOr;
use crate::scenario::distribution::Varying;
use crate::scenario::file::amounts::AmountsFile;
use crate::scenario::file::life::HealthFile;
use crate::scenario::file::pod::{ContainerBehaviorFile, PodFile};
use crate::scenario::file::usage::UsageFile;
use crate::scenario::file::varying::MayVary;
use crate::scenario::meaning::{ContainerPlan, DrawnAmounts, HealthPlan};
use crate::scenario::notation::{DurationText, QuantityText};
use crate::scenario::placement::written::Port;
use crate::scenario::usage_model::UsageModel;

/// From SIGTERM to the exit, where nothing is said.
const STOP_TIME: SimDuration = SimDuration::seconds(1);
const RESOURCES: [Resource; 3] = [Resource::Cpu, Resource::Memory, Resource::EphemeralStorage];

/// What a manifest says of one container, with its places.
pub struct Asked<'a, 't> {
    pub requests: (Spot<'t>, Option<&'a AmountsFile>),
    pub limits: (Spot<'t>, Option<&'a AmountsFile>),
    pub image: &'a str,
    /// Its `ports`; they stand where its probes stand.
    pub ports: &'a [Port],
    pub asking: Asking<'a, 't>,
}

/// What a container does, from the short form or from a workload's behavior.
#[derive(Clone, Copy, Default)]
pub struct Doing<'a> {
    working_set: Option<&'a UsageFile>,
    writable_layer: Option<&'a UsageFile>,
    logs: Option<&'a UsageFile>,
    inodes: Option<&'a UsageFile>,
    processes: Option<&'a UsageFile>,
    run_time: Option<&'a MayVary<DurationText>>,
    exit_code: Option<&'a MayVary<u8, f64>>,
    start_up_time: Option<&'a MayVary<DurationText>>,
    stop_time: Option<&'a MayVary<DurationText>>,
    pre_stop_time: Option<&'a MayVary<DurationText>>,
    health: Option<&'a HealthFile>,
    readiness: Option<&'a HealthFile>,
}

impl<'a> Doing<'a> {
    pub fn of_pod(pod: &'a PodFile) -> Doing<'a> {
        Doing {
            working_set: pod.working_set.as_ref(),
            writable_layer: pod.writable_layer.as_ref(),
            logs: pod.logs.as_ref(),
            inodes: pod.inodes.as_ref(),
            processes: pod.processes.as_ref(),
            run_time: pod.run_time.as_ref(),
            exit_code: pod.exit_code.as_ref(),
            start_up_time: pod.start_up_time.as_ref(),
            stop_time: pod.stop_time.as_ref(),
            pre_stop_time: pod.pre_stop_time.as_ref(),
            health: pod.health.as_ref(),
            readiness: pod.readiness.as_ref(),
        }
    }

    pub fn of_container(container: &'a ContainerBehaviorFile) -> Doing<'a> {
        Doing {
            working_set: container.working_set.as_ref(),
            writable_layer: container.writable_layer.as_ref(),
            logs: container.logs.as_ref(),
            inodes: container.inodes.as_ref(),
            processes: container.processes.as_ref(),
            run_time: container.run_time.as_ref(),
            exit_code: container.exit_code.as_ref(),
            start_up_time: container.start_up_time.as_ref(),
            stop_time: container.stop_time.as_ref(),
            pre_stop_time: container.pre_stop_time.as_ref(),
            health: container.health.as_ref(),
            readiness: container.readiness.as_ref(),
        }
    }

    /// What is written of all that is not memory: what, its key, what it counts.
    fn others(&self) -> impl Iterator<Item = (Usage, &'static str, Measure, &'a UsageFile)> + use<'a> {
        let all = [
            (Usage::WritableLayer, "writableLayer", Measure::Disk, self.writable_layer),
            (Usage::Logs, "logs", Measure::Disk, self.logs),
            (Usage::Inodes, "inodes", Measure::Inodes, self.inodes),
            (Usage::Processes, "processes", Measure::Processes, self.processes),
        ];
        all.into_iter().filter_map(|(usage, key, measure, file)| Some((usage, key, measure, file?)))
    }
}

/// Amounts, of which some vary.
#[derive(Clone, Debug, Default)]
pub struct Amounts {
    pub fixed: ResourceAmounts,
    pub drawn: DrawnAmounts,
}

impl Amounts {
    fn has_memory(&self) -> bool {
        self.fixed.memory.is_some_and(Amount::is_positive) || self.drawn.memory.is_some()
    }
}

/// Reads one container.
pub struct ContainerCheck<'c, 'f, 'v> {
    pub findings: &'c mut Findings,
    pub files: &'c Files<'f>,
    /// Which container, in words.
    pub words: &'c str,
    pub role: Role,
    /// A table of arrivals may give it its amounts.
    pub has_rows: bool,
    /// What it writes into its pod's volumes.
    pub writes: &'v [Write<'v>],
}

impl ContainerCheck<'_, '_, '_> {
    /// The container as its manifest and its behavior describe it.
    pub fn container(
        &mut self,
        name: &str,
        asked: &Asked<'_, '_>,
        (spot, doing): (&Spot<'_>, &Doing<'_>),
    ) -> (ContainerSpec, ContainerPlan) {
        let requests = amounts(self.findings, &asked.requests.0, asked.requests.1);
        let limits = amounts(self.findings, &asked.limits.0, asked.limits.1);
        self.refuse_limits_below(asked, &requests, &limits);
        let owner = Owner {
            words: self.words.to_owned(),
            // A limit alone is also the request: the API server fills it in, and so does the synthesis.
            has_request: requests.has_memory() || limits.has_memory() || self.has_rows,
            has_limit: limits.has_memory() || self.has_rows,
            measure: Measure::Memory,
        };
        let (probes, pre_stop_time) = self.life(&asked.asking, (spot, doing));
        let plan = ContainerPlan {
            drawn_requests: requests.drawn,
            drawn_limits: limits.drawn,
            working_set: self.working_set(&spot.key("workingSet"), doing, &owner),
            others: self.others(spot, doing, &owner),
            run_time: self.run_time(&spot.key("runTime"), doing),
            exit_code: self.exit_code(&spot.key("exitCode"), doing),
            start_up_time: length_or(
                self.findings,
                &spot.key("startUpTime"),
                doing.start_up_time,
                SimDuration::ZERO,
            ),
            stop_time: length_or(self.findings, &spot.key("stopTime"), doing.stop_time, STOP_TIME),
            pre_stop_time,
            health: self.health(&spot.key("health"), doing.health, &owner),
            readiness: doing
                .readiness
                .map(|health| self.health(&spot.key("readiness"), Some(health), &owner)),
        };
        self.tell_of_defaults(doing);
        let spec = ContainerSpec {
            name: name.to_owned(),
            image: asked.image.to_owned(),
            requests: requests.fixed,
            limits: limits.fixed,
            extended_requests: extended::requests(self.findings, asked),
            host_ports: host_ports(self.findings, &asked.asking.spot, asked.ports),
            sidecar: self.role == Role::Sidecar,
            probes,
            written: None,
        };
        (spec, plan)
    }

    /// What it is asked, and how long its preStop hook runs.
    fn life(
        &mut self,
        asking: &Asking<'_, '_>,
        (spot, doing): (&Spot<'_>, &Doing<'_>),
    ) -> (Probes, Varying<SimDuration>) {
        let Doing { health, readiness, pre_stop_time, .. } = *doing;
        let answering = Answering { spot, health, readiness, pre_stop_time };
        let mut life = LifeCheck { findings: &mut *self.findings, words: self.words, role: self.role };
        let probes = life.probes(asking);
        let pre_stop_time = life.pre_stop_time(asking, &answering);
        life.tell_who_asks(&probes, &answering);
        (probes, pre_stop_time)
    }

    fn tell_of_defaults(&mut self, doing: &Doing<'_>) {
        if doing.stop_time.is_none() {
            self.findings.assume("where no stopTime is given, a container exits 1s after SIGTERM");
        }
        if doing.start_up_time.is_none() {
            self.findings.assume("where no startUpTime is given, a container runs as soon as it is started");
        }
    }

    /// As the API server checks it; what is drawn is not compared.
    fn refuse_limits_below(&mut self, asked: &Asked<'_, '_>, requests: &Amounts, limits: &Amounts) {
        for resource in RESOURCES {
            let (Some(request), Some(limit)) = (requests.fixed.of(resource), limits.fixed.of(resource))
            else {
                continue;
            };
            if limit < request {
                let texts = (written(asked.requests.1, resource), written(asked.limits.1, resource));
                let (Some(request), Some(limit)) = texts else { continue };
                let name = resource.name();
                let what = format!("{}: {name} limit {limit} is below its request {request}", self.words);
                let fix = format!("raise the limit to {request}, or lower the request");
                self.findings.mistake(&asked.limits.0.key(name), what, fix);
            }
        }
    }

    fn working_set(&mut self, spot: &Spot<'_>, doing: &Doing<'_>, owner: &Owner) -> UsageModel {
        if doing.working_set.is_none() && self.role != Role::Init {
            self.findings.assume(format!("{} says nothing of its workingSet: it uses no memory", self.words));
        }
        let mut check = UsageCheck { findings: &mut *self.findings, files: self.files, owner };
        check.usage(spot, doing.working_set)
    }

    fn health(&mut self, spot: &Spot<'_>, health: Option<&HealthFile>, owner: &Owner) -> HealthPlan {
        UsageCheck { findings: &mut *self.findings, files: self.files, owner }.health(spot, health)
    }

    fn others(&mut self, spot: &Spot<'_>, doing: &Doing<'_>, own: &Owner) -> Vec<(Usage, UsageModel)> {
        let mut read = Vec::new();
        for (usage, key, measure, file) in doing.others() {
            let owner = Owner { words: self.words.to_owned(), has_request: false, has_limit: false, measure };
            let mut check = UsageCheck { findings: &mut *self.findings, files: self.files, owner: &owner };
            read.push((usage, check.usage(&spot.key(key), Some(file))));
        }
        for write in self.writes {
            // What lies in memory may be a share of it.
            let owner = Owner { measure: write.measure, ..own.clone() };
            let mut check = UsageCheck { findings: &mut *self.findings, files: self.files, owner: &owner };
            read.push((Usage::Volume(write.volume), check.usage(&write.spot, Some(write.usage))));
        }
        read
    }

    fn run_time(&mut self, spot: &Spot<'_>, doing: &Doing<'_>) -> Option<Varying<SimDuration>> {
        match doing.run_time {
            Some(run_time) => Some(varying_length(self.findings, spot, run_time)),
            // An init container that never ended would keep its pod from ever starting.
            None => (self.role == Role::Init).then_some(Varying::Fixed(SimDuration::ZERO)),
        }
    }

    fn exit_code(&mut self, spot: &Spot<'_>, doing: &Doing<'_>) -> Varying<u8> {
        match doing.exit_code {
            None => Varying::Fixed(0),
            Some(TextOr::Text(code)) => Varying::Fixed(*code),
            Some(TextOr::Full(law)) => {
                Varying::Drawn(distribution(self.findings, spot, law, Range::EXIT_CODE))
            }
        }
    }
}

/// Requests, limits or overhead, bounded.
pub fn amounts(findings: &mut Findings, spot: &Spot<'_>, asked: Option<&AmountsFile>) -> Amounts {
    let mut amounts = Amounts::default();
    let Some(asked) = asked else { return amounts };
    let mut read = |resource: Resource, number: &Option<MayVary<QuantityText>>| {
        let spot = spot.key(resource.name());
        let range = if resource == Resource::Cpu { Range::CORES } else { Range::BYTES };
        match number {
            None => (None, None),
            Some(TextOr::Text(text)) => (Some(amount(findings, &spot, text, resource)), None),
            Some(TextOr::Full(law)) => (None, Some(distribution(findings, &spot, law, range))),
        }
    };
    (amounts.fixed.cpu, amounts.drawn.cpu) = read(Resource::Cpu, &asked.cpu);
    (amounts.fixed.memory, amounts.drawn.memory) = read(Resource::Memory, &asked.memory);
    (amounts.fixed.ephemeral_storage, amounts.drawn.ephemeral_storage) =
        read(Resource::EphemeralStorage, &asked.ephemeral_storage);
    amounts
}

/// An amount as it is written, if it does not vary.
fn written(asked: Option<&AmountsFile>, resource: Resource) -> Option<&str> {
    let asked = asked?;
    let number = match resource {
        Resource::Cpu => &asked.cpu,
        Resource::Memory => &asked.memory,
        Resource::EphemeralStorage => &asked.ephemeral_storage,
    };
    match number {
        Some(TextOr::Text(text)) => Some(text.0.canonical()),
        _ => None,
    }
}
