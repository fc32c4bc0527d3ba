//! Pods and workloads: as written -> as meant.
//!
//! What: the short form and the pod template become the same plan.
//! Next: [`super::container`], what each container becomes; [`super::volume`].

use super::arrivals::{arrivals, count, refuse_floods};
use super::container::{Asked, ContainerCheck, Doing, amounts};
use super::life::Asking;
use super::names::{self, Names};
use super::not_simulated::NotSimulatedKeys;
use super::numbers::{instant, length_or};
use super::placement::refuse_ports_taken_twice;
use super::pod_names;
use super::priority::PriorityClasses;
use super::ranked::Said;
use super::spot::{Findings, Spot};
use super::tables::Files;
use super::toleration::tolerations;
use super::volume::{Claims, Write, volume_contents, volumes, writes, written};
use crate::ground::{SimDuration, SimTime};
use crate::model::pod::DEFAULT_TERMINATION_GRACE_PERIOD;
use crate::model::{ContainerSpec, Controller, PodSpec, ResourceAmounts, RestartPolicy, Role, Workload};
use crate::scenario::arrivals::Arrivals;
use crate::scenario::distribution::Varying;
use crate::scenario::file::amounts::AmountsFile;
use crate::scenario::file::pod::{BehaviorFile, ContainerFile, PodFile, RestartPolicyFile, SpecFile};
use crate::scenario::file::varying::MayVary;
use crate::scenario::file::{ControllerKind, WorkloadFile};
use crate::scenario::meaning::{ContainerPlan, DrawnAmounts, PodPlan, WorkloadPlan};
use crate::scenario::nearest::nearest;
use crate::scenario::notation::DurationText;
use crate::scenario::placement::Written;

/// Kubernetes' default of `backoffLimit`.
const BACKOFF_LIMIT: u32 = 6;

/// Reads the scenario's pods and workloads.
pub struct PodsCheck<'c, 'f> {
    findings: &'c mut Findings,
    files: &'c Files<'f>,
    horizon: SimTime,
    classes: &'c PriorityClasses,
    not_simulated: NotSimulatedKeys,
    claims: Claims,
}

impl<'c, 'f> PodsCheck<'c, 'f> {
    /// With the scenario's horizon and priority classes.
    pub fn new(
        findings: &'c mut Findings,
        files: &'c Files<'f>,
        (horizon, classes): (SimTime, &'c PriorityClasses),
    ) -> PodsCheck<'c, 'f> {
        PodsCheck {
            findings,
            files,
            horizon,
            classes,
            not_simulated: NotSimulatedKeys::default(),
            claims: Claims::default(),
        }
    }

    /// All of them, the pods of the short form first, and the claims that they name.
    pub fn all(
        mut self,
        top: &Spot<'_>,
        pods: &[PodFile],
        workloads: &[WorkloadFile],
    ) -> (Vec<WorkloadPlan>, Vec<String>) {
        if pods.is_empty() && workloads.is_empty() {
            let fix = "add `pods: [{name: web, workingSet: 300Mi}]`, or `workloads`";
            self.findings.mistake(top, "the scenario has no pods", fix);
        }
        let mut taken = Names::of("workload");
        let mut plans = Vec::new();
        for (index, pod) in pods.iter().enumerate() {
            let spot = top.key("pods").index(index);
            names::must_be_a_label(self.findings, &spot.key("name"), "pod", &pod.name);
            taken.take(self.findings, &spot.key("name"), &pod.name);
            plans.push((spot.key("name"), self.bare(&spot, pod)));
        }
        for (index, workload) in workloads.iter().enumerate() {
            let spot = top.key("workloads").index(index);
            names::must_be_a_label(self.findings, &spot.key("name"), "workload", &workload.name);
            taken.take(self.findings, &spot.key("name"), &workload.name);
            plans.push((spot.key("name"), self.workload(&spot, workload)));
        }
        pod_names::must_differ(self.findings, &plans);
        self.not_simulated.tell(self.findings);
        (plans.into_iter().map(|(_, plan)| plan).collect(), self.claims.names)
    }

    fn bare(&mut self, spot: &Spot<'_>, pod: &PodFile) -> WorkloadPlan {
        let asked = Asked {
            requests: (spot.key("requests"), pod.requests.as_ref()),
            limits: (spot.key("limits"), pod.limits.as_ref()),
            image: &pod.image,
            ports: &pod.ports,
            asking: Asking {
                spot: spot.clone(),
                startup: pod.startup_probe.as_ref(),
                readiness: pod.readiness_probe.as_ref(),
                liveness: pod.liveness_probe.as_ref(),
                lifecycle: None,
                grace_period: grace_period(pod.termination_grace_period_seconds),
            },
        };
        let words = format!("pod {}", pod.name);
        let mut check = ContainerCheck {
            findings: &mut *self.findings,
            files: self.files,
            words: &words,
            role: Role::Regular,
            has_rows: false,
            writes: &[],
        };
        let (container, plan) = check.container(&pod.name, &asked, (spot, &Doing::of_pod(pod)));
        refuse_ports_taken_twice(self.findings, [(spot.clone(), &container)]);
        let said = Said {
            words,
            spot: spot.clone(),
            namespace: (spot.key("namespace"), pod.namespace.as_deref()),
            priority: pod.priority.as_ref(),
            class: pod.priority_class_name.as_deref(),
            placement: Written {
                labels: &pod.labels,
                node_name: "",
                node_selector: &pod.node_selector,
                affinity: pod.affinity.as_ref(),
                topology_spread_constraints: &pod.topology_spread_constraints,
                preemption_policy: &pod.preemption_policy,
            },
        };
        let (ranked, drawn_priority) = said.ranked(self.findings, self.classes);
        if pod.is_static {
            self.findings.assume(format!(
                "pod {} is static: never evicted; but the scheduler gives it its node, as any other's",
                pod.name
            ));
        }
        let spec = PodSpec {
            containers: vec![container],
            is_static: pod.is_static,
            restart_policy: restart_policy(pod.restart_policy),
            termination_grace_period: Some(grace_period(pod.termination_grace_period_seconds)),
            tolerations: tolerations(self.findings, &spot.key("tolerations"), &pod.tolerations),
            ..ranked
        };
        let at = instant(self.findings, &spot.key("at"), pod.at);
        let count = pod.count.map_or(1, |number| count(self.findings, &spot.key("count"), number));
        WorkloadPlan {
            workload: Workload { name: pod.name.clone(), controller: Controller::Nobody },
            arrivals: Arrivals::At { at, count },
            pod: PodPlan {
                spec,
                drawn_priority,
                pull_time: self.pull_time(&spot.key("pullTime"), pod.pull_time.as_ref()),
                clean_up_time: self.clean_up_time(&spot.key("cleanUpTime"), pod.clean_up_time.as_ref()),
                init_containers: Vec::new(),
                containers: vec![plan],
                volume_contents: Vec::new(),
            },
            single: pod.count.is_none(),
        }
    }

    fn workload(&mut self, spot: &Spot<'_>, workload: &WorkloadFile) -> WorkloadPlan {
        let arrivals = self.arrivals(spot, workload);
        let pod = self.pod(spot, workload, matches!(arrivals, Arrivals::Rows(_)));
        let controller = self.controller(spot, workload, pod.spec.restart_policy);
        let workload = Workload { name: workload.name.clone(), controller };
        WorkloadPlan { workload, arrivals, pod, single: false }
    }

    fn arrivals(&mut self, spot: &Spot<'_>, workload: &WorkloadFile) -> Arrivals {
        let at = instant(self.findings, &spot.key("at"), workload.at);
        let nothing = Arrivals::At { at, count: 1 };
        match (workload.replicas, &workload.arrivals) {
            (Some(replicas), None) => {
                Arrivals::At { at, count: count(self.findings, &spot.key("replicas"), replicas) }
            }
            (None, Some(written)) => {
                if workload.at.is_some() {
                    let fix = "remove `at`, and write `from` in `arrivals`";
                    self.findings.mistake(
                        &spot.key("at"),
                        "`at` goes with `replicas`, not with `arrivals`",
                        fix,
                    );
                }
                let spot = spot.key("arrivals");
                let arrivals = arrivals(self.findings, self.files, &spot, written);
                refuse_floods(self.findings, &spot, &arrivals, self.horizon);
                arrivals
            }
            (Some(_), Some(_)) => {
                let what = format!("workload {}: `replicas` and `arrivals` together", workload.name);
                let fix = "keep `replicas` for pods that come at once, or `arrivals` for a stream of them";
                self.findings.mistake(&spot.key("arrivals"), what, fix);
                nothing
            }
            (None, None) => {
                let what = format!(
                    "workload {} says neither how many pods there are nor when they arrive",
                    workload.name
                );
                self.findings.mistake(spot, what, "add `replicas: 1`, or `arrivals`");
                nothing
            }
        }
    }

    fn controller(&mut self, spot: &Spot<'_>, workload: &WorkloadFile, restart: RestartPolicy) -> Controller {
        let kind = workload.kind.unwrap_or(ControllerKind::Pod);
        if let (None, Some(replicas @ 2..)) = (workload.kind, workload.replicas) {
            self.findings.assume(format!(
                "workload {} has {replicas} replicas and no `kind`, so nobody replaces those that are gone \
                 (for a Deployment write `kind: ReplicaSet`)",
                workload.name
            ));
        }
        let policy = spot.keys(&["template", "spec", "restartPolicy"]);
        if kind != ControllerKind::Job && workload.backoff_limit.is_some() {
            let what = "`backoffLimit` is a Job's";
            self.findings.mistake(&spot.key("backoffLimit"), what, "write `kind: Job`, or remove it");
        }
        if kind == ControllerKind::Job && restart == RestartPolicy::Always {
            let what = format!("job {}: a Job's pods cannot have restartPolicy Always", workload.name);
            self.findings.mistake(
                &policy,
                what,
                "add `restartPolicy: Never` (or OnFailure) to template.spec",
            );
        }
        if kind == ControllerKind::ReplicaSet && restart != RestartPolicy::Always {
            let what = format!("replica set {}: its pods must have restartPolicy Always", workload.name);
            self.findings.mistake(&policy, what, "remove restartPolicy, or write `kind: Job`");
        }
        match kind {
            ControllerKind::Pod => Controller::Nobody,
            ControllerKind::ReplicaSet => Controller::ReplicaSet,
            ControllerKind::Job => {
                Controller::Job { backoff_limit: workload.backoff_limit.unwrap_or(BACKOFF_LIMIT) }
            }
        }
    }

    fn pod(&mut self, spot: &Spot<'_>, workload: &WorkloadFile, has_rows: bool) -> PodPlan {
        let (name, behavior) = (workload.name.as_str(), &workload.behavior);
        let manifest = &workload.template.spec;
        let (manifest_spot, behavior_spot) = (spot.keys(&["template", "spec"]), spot.key("behavior"));
        if manifest.containers.is_empty() {
            let what = format!("workload {name}: a pod without containers");
            self.findings.mistake(&manifest_spot, what, "add `containers: [{name: app}]`");
        }
        self.names(&manifest_spot, manifest);
        self.refuse_unknown_behavior(&behavior_spot, behavior, manifest);
        self.not_simulated.note(name, manifest);

        let volumes =
            volumes(self.findings, &mut self.claims, (&manifest_spot.key("volumes"), &manifest.volumes));
        let behavior_of_volumes = behavior_spot.key("volumes");
        let writes = writes(self.findings, (&behavior_of_volumes, behavior), manifest, &volumes);
        let mut containers = TemplateContainers {
            check: self,
            name,
            behavior: (&behavior_spot, behavior),
            grace_period: grace_period(manifest.termination_grace_period_seconds),
            writes: &writes,
            has_rows,
        };
        let (init_specs, init_plans) =
            containers.init(&manifest_spot.key("initContainers"), &manifest.init_containers);
        let (specs, plans) = containers.regular(&manifest_spot.key("containers"), &manifest.containers);
        let container_spot = manifest_spot.key("containers");
        let of_containers = specs.iter().enumerate().map(|(index, spec)| (container_spot.index(index), spec));
        refuse_ports_taken_twice(self.findings, of_containers);
        let (ranked, drawn_priority) = said(spot, workload).ranked(self.findings, self.classes);
        PodPlan {
            spec: PodSpec {
                init_containers: init_specs,
                containers: specs,
                overhead: self.overhead(&manifest_spot.key("overhead"), manifest.overhead.as_ref()),
                volumes: volumes.clone(),
                restart_policy: restart_policy(manifest.restart_policy),
                termination_grace_period: Some(grace_period(manifest.termination_grace_period_seconds)),
                tolerations: tolerations(
                    self.findings,
                    &manifest_spot.key("tolerations"),
                    &manifest.tolerations,
                ),
                ..ranked
            },
            drawn_priority,
            pull_time: self.pull_time(&behavior_spot.key("pullTime"), behavior.pull_time.as_ref()),
            clean_up_time: self
                .clean_up_time(&behavior_spot.key("cleanUpTime"), behavior.clean_up_time.as_ref()),
            init_containers: init_plans,
            containers: plans,
            volume_contents: volume_contents(
                self.findings,
                &behavior_spot.key("volumes"),
                behavior,
                &volumes,
            ),
        }
    }

    /// Names of containers and volumes are labels, each once in its pod.
    fn names(&mut self, spot: &Spot<'_>, manifest: &SpecFile) {
        let mut taken = Names::of("container");
        for (key, containers) in
            [("initContainers", &manifest.init_containers), ("containers", &manifest.containers)]
        {
            for (index, container) in containers.iter().enumerate() {
                let spot = spot.key(key).index(index).key("name");
                names::must_be_a_label(self.findings, &spot, "container", &container.name);
                taken.take(self.findings, &spot, &container.name);
            }
        }
        let mut taken = Names::of("volume");
        for (index, volume) in manifest.volumes.iter().enumerate() {
            let spot = spot.key("volumes").index(index).key("name");
            names::must_be_a_label(self.findings, &spot, "volume", &volume.name);
            taken.take(self.findings, &spot, &volume.name);
        }
    }

    fn refuse_unknown_behavior(&mut self, spot: &Spot<'_>, behavior: &BehaviorFile, manifest: &SpecFile) {
        let all = manifest.init_containers.iter().chain(&manifest.containers);
        let containers: Vec<&str> = all.map(|container| container.name.as_str()).collect();
        for name in behavior.containers.keys() {
            self.must_be_one_of(&spot.keys(&["containers", name]), "container", name, &containers);
        }
        let volumes: Vec<&str> = manifest.volumes.iter().map(|volume| volume.name.as_str()).collect();
        for (name, used) in &behavior.volumes {
            let spot = spot.keys(&["volumes", name]);
            self.must_be_one_of(&spot, "volume", name, &volumes);
            if let Some(written) = written(used) {
                self.must_be_one_of(&spot.key("writtenBy"), "container", &written.written_by, &containers);
            }
        }
    }

    fn must_be_one_of(&mut self, spot: &Spot<'_>, kind: &str, name: &str, known: &[&str]) {
        if known.contains(&name) {
            return;
        }
        let fix = match (nearest(name, known), known) {
            (Some(near), _) => format!("write `{near}`"),
            (None, []) => format!("add the {kind} to the template, or remove its behavior"),
            (None, _) => format!("the template's {kind}s are {}", known.join(", ")),
        };
        self.findings.mistake(spot, format!("the template has no {kind} \"{}\"", name.escape_debug()), fix);
    }

    /// Nothing is told where nothing is said: most volumes are unmounted in no time.
    fn clean_up_time(
        &mut self,
        spot: &Spot<'_>,
        written: Option<&MayVary<DurationText>>,
    ) -> Varying<SimDuration> {
        length_or(self.findings, spot, written, SimDuration::ZERO)
    }

    fn pull_time(
        &mut self,
        spot: &Spot<'_>,
        written: Option<&MayVary<DurationText>>,
    ) -> Varying<SimDuration> {
        if written.is_none() {
            self.findings.assume("where no pullTime is given, images are there already: 0s is taken");
        }
        length_or(self.findings, spot, written, SimDuration::ZERO)
    }

    fn overhead(&mut self, spot: &Spot<'_>, overhead: Option<&AmountsFile>) -> ResourceAmounts {
        let asked = amounts(self.findings, spot, overhead);
        for name in overhead.iter().flat_map(|overhead| overhead.extended.keys()) {
            let what = format!("a sandbox that costs {name}");
            self.findings.mistake(&spot.key(name), what, "write it among the requests of a container");
        }
        if asked.drawn != DrawnAmounts::default() {
            self.findings.mistake(spot, "a pod's overhead cannot vary", "write one quantity");
        }
        asked.fixed
    }
}

/// Reads the containers of one template.
struct TemplateContainers<'p, 'c, 'f, 't> {
    check: &'p mut PodsCheck<'c, 'f>,
    /// The workload's name.
    name: &'p str,
    behavior: (&'p Spot<'t>, &'p BehaviorFile),
    grace_period: SimDuration,
    /// What is written into volumes, by the names of containers.
    writes: &'p [(&'p str, Write<'p>)],
    /// A table of arrivals may give the first container its amounts.
    has_rows: bool,
}

impl TemplateContainers<'_, '_, '_, '_> {
    fn init(
        &mut self,
        spot: &Spot<'_>,
        containers: &[ContainerFile],
    ) -> (Vec<ContainerSpec>, Vec<ContainerPlan>) {
        let mut read = Vec::new();
        for (index, container) in containers.iter().enumerate() {
            let spot = spot.index(index);
            if !matches!(container.restart_policy, None | Some(RestartPolicyFile::Always)) {
                let what =
                    format!("the restartPolicy of init container {} can only be Always", container.name);
                let fix = "write Always for a sidecar, or remove it";
                self.check.findings.mistake(&spot.key("restartPolicy"), what, fix);
            }
            let role = if container.restart_policy.is_some() { Role::Sidecar } else { Role::Init };
            read.push(self.container(&spot, container, role, false));
        }
        read.into_iter().unzip()
    }

    fn regular(
        &mut self,
        spot: &Spot<'_>,
        containers: &[ContainerFile],
    ) -> (Vec<ContainerSpec>, Vec<ContainerPlan>) {
        let mut read = Vec::new();
        for (index, container) in containers.iter().enumerate() {
            let spot = spot.index(index);
            if container.restart_policy.is_some() {
                let what = format!("container {} has a restartPolicy of its own", container.name);
                let fix = "write it in `spec`, for all containers; only sidecars, among `initContainers`, have their own";
                self.check.findings.mistake(&spot.key("restartPolicy"), what, fix);
            }
            read.push(self.container(&spot, container, Role::Regular, self.has_rows && index == 0));
        }
        read.into_iter().unzip()
    }

    fn container(
        &mut self,
        spot: &Spot<'_>,
        container: &ContainerFile,
        role: Role,
        has_rows: bool,
    ) -> (ContainerSpec, ContainerPlan) {
        let (behavior_spot, behavior) = self.behavior;
        let words = format!("container {} of {}", container.name, self.name);
        let writes = self.writes.iter().filter(|(writer, _)| *writer == container.name);
        let writes: Vec<Write<'_>> = writes.map(|(_, write)| write.clone()).collect();
        let mut check = ContainerCheck {
            findings: &mut *self.check.findings,
            files: self.check.files,
            words: &words,
            role,
            has_rows,
            writes: &writes,
        };
        let resources = spot.key("resources");
        let asked = Asked {
            requests: (resources.key("requests"), container.resources.requests.as_ref()),
            limits: (resources.key("limits"), container.resources.limits.as_ref()),
            image: &container.image,
            ports: &container.ports,
            asking: Asking {
                spot: spot.clone(),
                startup: container.startup_probe.as_ref(),
                readiness: container.readiness_probe.as_ref(),
                liveness: container.liveness_probe.as_ref(),
                lifecycle: Some(&container.lifecycle),
                grace_period: self.grace_period,
            },
        };
        let doing_spot = behavior_spot.keys(&["containers", &container.name]);
        let doing = behavior.containers.get(&container.name).map(Doing::of_container).unwrap_or_default();
        check.container(&container.name, &asked, (&doing_spot, &doing))
    }
}

/// What a workload says of its pods besides their containers.
fn said<'w, 't>(spot: &Spot<'t>, workload: &'w WorkloadFile) -> Said<'w, 't> {
    let (metadata, manifest) = (&workload.template.metadata, &workload.template.spec);
    Said {
        words: format!("workload {}", workload.name),
        spot: spot.keys(&["template", "spec"]),
        namespace: (spot.keys(&["template", "metadata", "namespace"]), metadata.namespace.as_deref()),
        priority: manifest.priority.as_ref(),
        class: manifest.priority_class_name.as_deref(),
        placement: Written {
            labels: &metadata.labels,
            node_name: "",
            node_selector: &manifest.node_selector,
            affinity: manifest.affinity.as_ref(),
            topology_spread_constraints: &manifest.topology_spread_constraints,
            preemption_policy: &manifest.preemption_policy,
        },
    }
}

fn restart_policy(written: Option<RestartPolicyFile>) -> RestartPolicy {
    match written {
        None | Some(RestartPolicyFile::Always) => RestartPolicy::Always,
        Some(RestartPolicyFile::OnFailure) => RestartPolicy::OnFailure,
        Some(RestartPolicyFile::Never) => RestartPolicy::Never,
    }
}

/// The API writes its default into every pod.
fn grace_period(seconds: Option<u32>) -> SimDuration {
    let written = seconds.map(|seconds| SimDuration::seconds(u64::from(seconds)));
    written.unwrap_or(DEFAULT_TERMINATION_GRACE_PERIOD)
}
