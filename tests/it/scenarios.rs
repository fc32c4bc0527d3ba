//! Scenarios as they are meant: what a text comes to, and what it takes for granted.

use evictsim::engine::{Passes, RestartScope, Source, UnreachablePhase};
use evictsim::ground::{Bytes, ClaimId, MilliCpu, SimDuration, SimTime, WorkloadId};
use evictsim::model::{
    ContainerIndex, Controller, Filesystem, Health, NodePart, Outage, ProbeKind, ProbeSpec, Probes, Replica,
    Usage,
};
use evictsim::scenario::distribution::{Distribution, Law, Varying};
use evictsim::scenario::meaning::{OrderName, RunRules};
use evictsim::scenario::mistake::listed;
use evictsim::scenario::usage_model::{LevelModel, UsageModel};
use evictsim::scenario::{self, Scenario};
use std::io::{Error, ErrorKind};

/// Reads `s/a-story.yaml` of a few files kept in memory.
fn read(files: &[(&str, &str)]) -> Scenario {
    let open = |path: &str| {
        let found = files.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| Error::from(ErrorKind::NotFound))
    };
    scenario::read("s/a-story.yaml", &open).unwrap_or_else(|mistakes| panic!("{}", listed(&mistakes)))
}

fn read_text(text: &str) -> Scenario {
    read(&[("s/a-story.yaml", text)])
}

/// A workload of 3 pods with an init container, a sidecar, two volumes and much that is not simulated.
const WEB: &str = "
# yaml-language-server: $schema=../scenario.schema.json
horizon: 30m
rules: Kubernetes
kubelet:
  evictionHard: {memory.available: 500Mi, nodefs.available: 10%}
  kubeReserved: {cpu: 100m, memory: 1Gi}
  cgroupDriver: systemd
nodes:
  - {name: small, count: 2, capacity: {cpu: 4, memory: 8Gi}}
  - {name: large, capacity: {cpu: 8, memory: 32Gi, pods: 20}, kubelet: {kubeReserved: {memory: 2Gi}}, firstPass: 3s}
workloads:
  - name: web
    kind: ReplicaSet
    replicas: 3
    at: 5s
    template:
      metadata: {labels: {app: web}}
      spec:
        priorityClassName: system-cluster-critical
        runtimeClassName: kata
        initContainers: [{name: setup, image: busybox}, {name: proxy, restartPolicy: Always}]
        containers:
          - name: app
            image: web:1
            command: [serve]
            resources: {limits: {memory: 512Mi}}
            readinessProbe: {httpGet: {path: /, port: 80}}
        volumes: [{name: scratch, emptyDir: {medium: Memory, sizeLimit: 2Gi}}, {name: settings, secret: {secretName: s}}]
    behavior:
      pullTime: 2s
      containers:
        app: {workingSet: {ofLimit: 0.5}, startUpTime: {uniform: {min: 1s, max: 5s}}, stopTime: 2s}
        proxy: {workingSet: 10Mi}
      volumes: {scratch: 1Gi}
";

#[test]
fn each_node_has_its_own_kubelet_over_the_scenarios() {
    let scenario = read_text(WEB.trim_start());
    let nodes: Vec<_> = scenario.nodes.iter().map(|plan| &plan.node).collect();
    assert_eq!(
        nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(),
        ["small-0", "small-1", "large"]
    );
    // 8Gi - 1Gi reserved - 500Mi threshold; the threshold is not taken off the pods' own cgroup.
    assert_eq!(nodes[0].allocatable.memory, Bytes(Bytes::gibi(7).0 - Bytes::mebi(500).0));
    assert_eq!(nodes[0].pods_memory_limit, Bytes::gibi(7));
    assert_eq!(nodes[0].allocatable.cpu, MilliCpu(3900));
    assert_eq!((nodes[0].allocatable.pods, nodes[2].allocatable.pods), (110, 20));
    // The node's kubeReserved replaces the scenario's whole map; its evictionHard stays.
    assert_eq!(nodes[2].allocatable.cpu, MilliCpu(8000));
    assert_eq!(nodes[2].allocatable.memory, Bytes(Bytes::gibi(30).0 - Bytes::mebi(500).0));
}

#[test]
fn a_template_and_its_behavior_become_one_plan() {
    let scenario = read_text(WEB.trim_start());
    let plan = &scenario.workloads[0];
    assert_eq!(plan.workload.controller, Controller::ReplicaSet);
    let spec = &plan.pod.spec;
    assert_eq!(spec.priority, Some(2_000_000_000));
    let drawn = scenario.source(0).draft(WorkloadId(0), Replica { ordinal: 0, generation: 0 });
    assert_eq!(drawn.template.memory_request, Bytes::mebi(512), "a limit alone is also the request");
    assert_eq!(
        spec.init_containers.iter().map(|container| container.sidecar).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(plan.pod.init_containers[0].run_time, Some(Varying::Fixed(SimDuration::ZERO)));
    assert_eq!(plan.pod.init_containers[1].run_time, None, "a sidecar runs until it is stopped");
    let half_of_its_limit = UsageModel::Constant(LevelModel::OfLimit(Varying::Fixed(0.5)));
    assert_eq!(plan.pod.containers[0].working_set, half_of_its_limit);
    assert_eq!(plan.pod.volume_contents, [Varying::Fixed(Bytes::gibi(1)), Varying::Fixed(Bytes::ZERO)]);
}

/// A node with two file systems, one whose nodefs is its ephemeral storage, and a pod that uses all there is.
const DISKS: &str = "
horizon: 30m
kubelet: {evictionHard: {nodefs.available: 10%, imagefs.inodesFree: 5%, pid.available: 1k}}
nodes:
  - name: split
    capacity: {cpu: 4, memory: 8Gi, ephemeral-storage: 20Gi}
    nodefs: {capacity: 100Gi, inodes: 6M, used: {from: 8Gi, to: 9Gi, over: 1h}, usedInodes: 200k}
    imagefs: {capacity: 50Gi, used: 12Gi, unusedImages: 5Gi}
    pids: {limit: 32768, used: 300}
  - {name: single, capacity: {cpu: 4, memory: 8Gi, ephemeral-storage: 20Gi}, nodefs: {unusedImages: 2Gi}}
  - {name: plain, capacity: {cpu: 4, memory: 8Gi, ephemeral-storage: 20Gi}}
pods:
  - name: scratch
    workingSet: 10Mi
    limits: {ephemeral-storage: 4Gi}
    writableLayer: {ramp: {from: 0, to: 2Gi, over: 10m}}
    logs: {leak: {from: 0, perHour: 1Gi}}
    inodes: {uniform: {min: 10k, max: 20k}}
    processes: 2k
workloads:
  - name: web
    replicas: 1
    template: {spec: {containers: [{name: app}], volumes: [{name: tmp, emptyDir: {sizeLimit: 1500M}}]}}
    behavior: {containers: {app: {workingSet: 1Mi, processes: 40}}, volumes: {tmp: 1Gi}}
";

fn level(bytes: Bytes) -> LevelModel {
    LevelModel::Fixed(bytes)
}

fn constant(bytes: Bytes) -> UsageModel {
    UsageModel::Constant(level(bytes))
}

#[test]
fn a_node_says_how_large_its_disks_are_and_what_of_them_is_no_pods() {
    let scenario = read_text(DISKS);
    let [split, single, plain] = &scenario.nodes[..] else { panic!("three nodes") };
    let fs = |capacity, inodes, unused_images| Filesystem { capacity, inodes, unused_images };
    // Its own capacity goes before the node's ephemeral storage.
    assert_eq!(split.node.node_fs, Some(fs(Bytes::gibi(100), Some(6_000_000), Bytes::ZERO)));
    assert_eq!(split.node.image_fs, Some(fs(Bytes::gibi(50), None, Bytes::gibi(5))));
    assert_eq!(split.node.process_ids, Some(32_768));
    let ramp = UsageModel::Ramp {
        from: level(Bytes::gibi(8)),
        to: level(Bytes::gibi(9)),
        over: Varying::Fixed(SimDuration::hours(1)),
        delay: Varying::Fixed(SimDuration::ZERO),
    };
    let others = [
        (NodePart::NodeFs, ramp),
        (NodePart::NodeFsInodes, constant(Bytes(200_000))),
        (NodePart::ImageFs, constant(Bytes::gibi(12))),
        (NodePart::Processes, constant(Bytes(300))),
    ];
    assert_eq!(split.others, others);
    assert_eq!(single.node.node_fs, Some(fs(Bytes::gibi(20), None, Bytes::gibi(2))));
    assert_eq!(single.others, [(NodePart::NodeFs, constant(Bytes::gibi(2)))], "images take room");
    assert_eq!(plain.node.node_fs, Some(fs(Bytes::gibi(20), None, Bytes::ZERO)));
    assert_eq!((plain.node.image_fs, plain.node.process_ids, plain.others.len()), (None, None, 0));
}

#[test]
fn a_container_says_what_it_writes_and_how_many_processes_it_runs() {
    let scenario = read_text(DISKS);
    let scratch = &scenario.workloads[0].pod;
    let used = scratch.containers[0].others.iter().map(|(usage, _)| *usage).collect::<Vec<_>>();
    assert_eq!(used, [Usage::WritableLayer, Usage::Logs, Usage::Inodes, Usage::Processes]);
    let inodes = Distribution::of(Law::Uniform { min: 10_000.0, max: 20_000.0 });
    let inodes = UsageModel::Constant(LevelModel::Drawn(inodes));
    assert_eq!(*scratch.containers[0].usage(Usage::Inodes), inodes);
    assert_eq!(*scratch.containers[0].usage(Usage::Processes), constant(Bytes(2000)));
    let growth = UsageModel::Leak { from: level(Bytes::ZERO), per_hour: level(Bytes::gibi(1)) };
    assert_eq!(*scratch.containers[0].usage(Usage::Logs), growth);
    let limit = scratch.spec.containers[0].limits.ephemeral_storage;
    assert_eq!(limit.map(|limit| limit.bytes()), Some(Bytes::gibi(4)));
    let web = &scenario.workloads[1].pod;
    assert_eq!(web.containers[0].others, [(Usage::Processes, constant(Bytes(40)))]);
    let size_limit = web.spec.volumes[0].written_size_limit.as_ref().expect("it is written");
    assert_eq!(size_limit.canonical(), "1500M", "as a message prints it");
}

#[test]
fn thresholds_that_nothing_is_observed_of_are_told_if_somebody_meant_them() {
    let told = |kubelet: &str, node: &str| {
        let scenario = read_text(&format!(
            "horizon: 1h
kubelet: {kubelet}
nodes:
  - {{name: a, capacity: {{cpu: 4, memory: 8Gi}}, {node} firstPass: 0s}}
  - {{name: b, count: 2, capacity: {{cpu: 4, memory: 8Gi}}, {node} firstPass: 0s}}
pods: [{{name: web, workingSet: 1Mi, startUpTime: 0s, stopTime: 1s, pullTime: 0s}}]
"
        ));
        scenario.assumptions.join("; ")
    };
    // The kubelet's defaults have nodefs and imagefs in them, and nobody wrote that.
    assert_eq!(told("{}", ""), "");
    let unknown = "nodes a, b do not say how large nodefs is: disk signals are never met";
    assert_eq!(told("{evictionHard: {imagefs.available: 10%}}", ""), unknown);
    assert_eq!(told("{evictionHard: {imagefs.available: 0%}}", ""), "", "switched off");
    let only_images = "imagefs: {capacity: 9Gi},";
    let unknown = "nodes a, b do not say how large nodefs is: nodefs signals are never met";
    assert_eq!(told("{evictionHard: {imagefs.available: 1%, nodefs.available: 1%}}", only_images), unknown);
    // Whoever speaks of a disk means the defaults, too. The only file system stands for all.
    let inodes = "nodes a, b do not say how many inodes nodefs has: signals of its inodes are never met";
    assert_eq!(told("{}", "nodefs: {capacity: 9Gi},"), inodes);
    assert_eq!(told("{}", "nodefs: {capacity: 9Gi, inodes: 1M},"), "");
    let pids = "nodes a, b do not say how many process ids there are (pids): pid.available is never met";
    assert_eq!(told("{evictionHard: {pid.available: 10%}}", ""), pids);
    assert_eq!(told("{evictionHard: {pid.available: 10%}}", "pids: {limit: 32k},"), "");
}

#[test]
fn what_pods_use_where_nobody_counts_it_is_told() {
    let told = |node: &str, pod: &str| {
        let scenario = read_text(&format!(
            "horizon: 1h
nodes: [{{name: a, capacity: {{cpu: 4, memory: 8Gi}}, {node} firstPass: 0s}}]
pods: [{{name: web, workingSet: 1Mi, {pod} startUpTime: 0s, stopTime: 1s, pullTime: 0s}}]
"
        ));
        scenario.assumptions.join("; ")
    };
    let full = "node a does not say how large nodefs is: whatever pods write there, it does not run full";
    assert_eq!(told("", "logs: 1Gi,"), full);
    assert_eq!(told("nodefs: {capacity: 9Gi, inodes: 1M},", "logs: 1Gi,"), "");
    let pids =
        "node a does not say how many process ids there are (pids): whatever pods run there, it has enough";
    assert_eq!(told("", "processes: 40,"), pids);
    assert_eq!(told("pids: {limit: 32k},", "processes: 40,"), "");
}

#[test]
fn what_is_taken_for_granted_is_told_once() {
    let scenario = read_text(WEB.trim_start());
    insta::assert_snapshot!(scenario.assumptions.join("\n"), @r#"
settings of the kubelet that are accepted and change nothing: cgroupDriver
when a kubelet's eviction loop looks first is unknown: drawn for each node, evenly over one monitoring interval (firstPass)
nodes small, large do not say how large nodefs is: disk signals are never met
where no stopTime is given, a container exits 1s after SIGTERM
where no startUpTime is given, a container runs as soon as it is started
where no health is given, a container answers its probes well, and at once
runtimeClassName of web is not simulated yet
accepted in pod templates, and without effect here: command
"#);
}

#[test]
fn what_kubernetes_accepts_and_hardly_anybody_means_is_told() {
    let scenario = read_text(
        "horizon: 1h
kubelet: {evictionMaxPodGracePeriod: -1}
nodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}, firstPass: 0s}]
pods: [{name: web, requests: {memory: 100m}, priority: 2000000000, static: true, startUpTime: 0s, stopTime: 1s, pullTime: 0s}]
workloads:
  - name: db
    replicas: 1
    template: {spec: {priorityClassName: high, containers: [{name: app}]}}
    behavior: {pullTime: 0s, containers: {app: {workingSet: 1Mi, startUpTime: 0s, stopTime: 1s}}}
",
    );
    insta::assert_snapshot!(scenario.assumptions.join("\n"), @r#"
a negative evictionMaxPodGracePeriod stops pods at once, as the kubelet does today
100m of memory (s/a-story.yaml:4:39) is no whole number of bytes and is rounded up; did you mean 100Mi?
pod web says nothing of its workingSet: it uses no memory
pod web has priority 2000000000: from 2000000000 on, a pod is never evicted
pod web is static: never evicted; but the scheduler gives it its node, as any other's
the value of the priority class high is not known here: workload db has priority 0 (write `priority`)
"#);
}

#[test]
fn replicas_that_nobody_replaces_are_told_unless_that_was_written() {
    let told = |workload: &str| {
        let scenario = read_text(&format!(
            "horizon: 1h
nodes: [{{name: node, capacity: {{cpu: 4, memory: 8Gi}}}}]
workloads:
  - {{name: web, {workload}, template: {{spec: {{containers: [{{name: app}}]}}}}}}
"
        ));
        scenario.assumptions.iter().filter(|sentence| sentence.contains("nobody replaces")).count()
    };
    assert_eq!(told("replicas: 3"), 1);
    assert_eq!(told("kind: Pod, replicas: 3"), 0, "it was meant");
    assert_eq!(told("kind: ReplicaSet, replicas: 3"), 0);
    assert_eq!(told("replicas: 1"), 0);
}

#[test]
fn a_pod_that_no_node_can_ever_hold_is_told_before_all_else() {
    let told = |requests: &str| {
        let scenario = read_text(&format!(
            "horizon: 1h
kubelet: {{evictionHard: {{memory.available: 1Gi}}}}
nodes:
  - {{name: small, capacity: {{cpu: 8, memory: 4Gi}}}}
  - {{name: large, capacity: {{cpu: 4, memory: 9Gi}}}}
pods: [{{name: web, requests: {requests}, workingSet: 1Mi}}]
"
        ));
        scenario.assumptions[0].clone()
    };
    // 9Gi less the threshold of 1Gi is 8Gi.
    let too_much = "web never gets a node: it asks for 9Gi of memory, and no node has more than 8Gi for pods (allocatable)";
    assert_eq!(told("{memory: 9Gi}"), too_much);
    assert!(told("{cpu: 9}").contains("9000m of cpu, and no node has more than 8000m"));
    assert!(told("{cpu: 5, memory: 8Gi}").contains("no node has both"));
    for fitting in ["{memory: 8Gi}", "{cpu: 8, memory: 3Gi}", "{}"] {
        assert!(!told(fitting).contains("never gets a node"), "{fitting}");
    }
}

#[test]
fn pods_are_called_by_their_workload_their_place_and_their_generation() {
    let scenario = read_text(
        "horizon: 1h
nodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}}]
pods: [{name: cache, workingSet: 1Mi}, {name: many, count: 1, workingSet: 1Mi}]
workloads:
  - name: rows
    arrivals: {inline: {csv: \"at_s,name\\n0,first\\n5,\\n\"}}
    template: {spec: {initContainers: [{name: setup}], containers: [{name: app}]}}
",
    );
    let name = |workload, ordinal, generation| {
        scenario.pod_name(WorkloadId(workload), Replica { ordinal, generation })
    };
    assert_eq!((name(0, 0, 0), name(0, 0, 2)), ("cache".into(), "cache.2".into()));
    assert_eq!((name(1, 0, 0), name(1, 0, 1)), ("many-0".into(), "many-0.1".into()));
    assert_eq!((name(2, 0, 0), name(2, 1, 0)), ("first".into(), "rows-1".into()));
    assert_eq!(scenario.container_name(WorkloadId(2), ContainerIndex(1)), "app");
}

/// A server with all that may be said of its life, a job that shares its claim, and a node that is lost twice.
const LIFE: &str = "
horizon: 1h
controlPlane: {nodeMonitorGracePeriod: 40s}
record: {lives: false}
nodes:
  - {name: a, count: 2, capacity: {cpu: 4, memory: 8Gi}, outages: [{at: 30m}, {at: 10m, for: 8m}]}
  - {name: b, capacity: {cpu: 4, memory: 8Gi}, outages: [{at: 2h}]}
workloads:
  - name: web
    replicas: 1
    template:
      spec:
        terminationGracePeriodSeconds: 20
        tolerations:
          - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 60}
          - {operator: Exists, tolerationSeconds: -5}
        initContainers: [{name: setup}, {name: proxy, restartPolicy: Always, startupProbe: {exec: {command: [x]}}}]
        containers:
          - name: app
            resources: {limits: {memory: 1Gi}}
            startupProbe: {httpGet: {port: 80}, periodSeconds: 5, failureThreshold: 12, timeoutSeconds: 0}
            readinessProbe: {grpc: {port: 1}, initialDelaySeconds: 3, successThreshold: 2}
            livenessProbe: {tcpSocket: {port: 80}, timeoutSeconds: 2, terminationGracePeriodSeconds: 4}
            lifecycle: {postStart: {exec: {}}, preStop: {sleep: {seconds: 20}}}
          - {name: log, lifecycle: {preStop: {httpGet: {port: 1}}}}
        volumes:
          - {name: files, persistentVolumeClaim: {claimName: my.files, readOnly: false}}
          - {name: cache, emptyDir: {medium: Memory}}
          - {name: tmp}
    behavior:
      containers:
        app:
          health: {after: 40s, until: {exponential: {mean: 6h}}, whileMemoryAtMost: {ofLimit: 0.5}}
          readiness: {answerTime: 200ms}
        log: {health: {until: 0s}, readiness: {}}
      volumes:
        files: {writtenBy: app, usage: {from: 0, to: 2Gi, over: 1h}}
        cache: {writtenBy: setup, usage: 64Mi}
        tmp: {writtenBy: app, usage: 1Gi}
  - name: batch
    replicas: 1
    template:
      spec:
        containers: [{name: app}]
        volumes:
          - {name: own, persistentVolumeClaim: {claimName: own}}
          - {name: shared, persistentVolumeClaim: {claimName: my.files}}
    behavior: {volumes: {shared: 1Gi}}
pods:
  - {name: single, workingSet: 1Mi, readinessProbe: {periodSeconds: 1}, health: {after: 1s}, readiness: {after: 2s}, preStopTime: 3s}
";

#[test]
fn probes_have_kubernetes_defaults_where_nothing_or_zero_is_written() {
    let scenario = read_text(LIFE);
    let spec = &scenario.workloads[1].pod.spec;
    let default = ProbeSpec::default();
    let app = Probes {
        startup: Some(ProbeSpec { period: SimDuration::seconds(5), failure_threshold: 12, ..default }),
        readiness: Some(ProbeSpec {
            initial_delay: SimDuration::seconds(3),
            success_threshold: 2,
            ..default
        }),
        liveness: Some(ProbeSpec {
            timeout: SimDuration::seconds(2),
            termination_grace_period: Some(SimDuration::seconds(4)),
            ..default
        }),
    };
    assert_eq!(spec.containers[0].probes, app);
    assert_eq!(spec.containers[1].probes, Probes::default());
    assert_eq!(spec.init_containers[1].probes, Probes { startup: Some(default), ..Probes::default() });
    let single = &scenario.workloads[0].pod.spec.containers[0].probes;
    assert_eq!(single.of(ProbeKind::Readiness).map(|probe| probe.period), Some(SimDuration::seconds(1)));
}

#[test]
fn health_hooks_and_written_volumes_are_drawn_with_a_containers_life() {
    let scenario = read_text(LIFE);
    let life = |workload, ordinal| {
        let replica = Replica { ordinal, generation: 0 };
        scenario.source(0).draft(WorkloadId(workload), replica).life
    };
    // Its two init containers come first.
    let app = &life(1, 0).containers[2];
    assert_eq!(app.pre_stop_time, SimDuration::seconds(20), "as its hook sleeps");
    assert_eq!(app.health.after, SimDuration::seconds(40));
    assert_eq!(app.health.memory_at_most, Some(Bytes::mebi(512)));
    assert_ne!(app.health.until, life(1, 1).containers[2].health.until, "each pod draws its own");
    let readiness = Health { answer_time: SimDuration::millis(200), ..Health::default() };
    assert_eq!(app.readiness.as_deref(), Some(&readiness), "it takes the place of all of its health");
    let never = Health { until: Some(SimDuration::ZERO), ..Health::default() };
    assert_eq!(
        (life(1, 0).containers[3].health, life(1, 0).containers[3].pre_stop_time),
        (never, SimDuration::ZERO)
    );
    let written: Vec<_> = app.others.iter().map(|(usage, curve)| (*usage, curve.peak())).collect();
    assert_eq!(written, [(Usage::Volume(0), Bytes::gibi(2)), (Usage::Volume(2), Bytes::gibi(1))]);
    let setup = &life(1, 0).containers[0];
    assert_eq!(setup.others.iter().map(|(usage, _)| *usage).collect::<Vec<_>>(), [Usage::Volume(1)]);
    assert_eq!(life(1, 0).volume_contents, [Bytes::ZERO; 3], "nothing is there before");
    assert_eq!(life(2, 0).volume_contents, [Bytes::ZERO, Bytes::gibi(1)]);
    assert_eq!(life(0, 0).containers[0].pre_stop_time, SimDuration::seconds(3), "a hook that nobody wrote");
}

#[test]
fn claims_outages_and_tolerations_arrive_as_they_are_written() {
    let scenario = read_text(LIFE);
    assert_eq!(scenario.claims, ["my.files", "own"], "each once, in the order of the scenario");
    let claims = |workload: usize| {
        let volumes = scenario.workloads[workload].pod.spec.volumes.iter();
        volumes.map(|volume| volume.claim).collect::<Vec<_>>()
    };
    assert_eq!(claims(1), [Some(ClaimId(0)), None, None]);
    assert_eq!(claims(2), [Some(ClaimId(1)), Some(ClaimId(0))]);
    let minute = |n| SimTime::START.after(SimDuration::minutes(n));
    let of_a =
        [Outage { from: minute(10), until: minute(18) }, Outage { from: minute(30), until: SimTime::NEVER }];
    let outages: Vec<&[Outage]> = scenario.nodes.iter().map(|plan| &plan.node.outages[..]).collect();
    assert_eq!(outages[..2], [&of_a, &of_a], "in the order of time, on each of the kind");
    let setting = scenario.setting(&scenario.runs[0], 0, Passes::ThatMatter);
    assert_eq!(setting.nodes[0].node.outages, of_a, "drawing a node keeps them");
    assert_eq!(setting.control_plane.node_monitor_grace_period, SimDuration::seconds(40));
    let tolerations = &scenario.workloads[1].pod.spec.tolerations;
    assert_eq!(
        tolerations.iter().map(|toleration| toleration.seconds).collect::<Vec<_>>(),
        [Some(60), Some(0)]
    );
    assert!(!scenario.recording.lives);
}

#[test]
fn what_nobody_asks_for_and_what_is_not_said_of_a_life_is_told() {
    let told = read_text(LIFE).assumptions.join("\n");
    let about =
        ["nobody asks", "probes well", "preStop", "counts as not written", "postStart", "beyond", "nodefs"];
    let told: Vec<&str> = told.lines().filter(|line| about.iter().any(|word| line.contains(word))).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    the outage of node b at 2h lies beyond the horizon, and never happens
    nobody asks for the health of pod single: its one probe asks for its `readiness`
    where no health is given, a container answers its probes well, and at once
    timeoutSeconds: 0 (s/a-story.yaml:21:105) counts as not written, as in Kubernetes
    where no preStopTime is given, a preStop hook that does not sleep takes no time
    nobody asks for the readiness of container log of web: without a readinessProbe it is ready as soon as it runs
    nobody asks for the health of container log of web: without probes it is ready as soon as it runs, and never restarted for being unwell
    postStart of web/app is not simulated yet
    nodes a-0, a-1, b do not say how large nodefs is: whatever pods write there, it does not run full
    ");
}

#[test]
fn the_lesson_is_the_default_and_each_switch_can_be_set_alone() {
    let with = |rules: &str| {
        let nodes = "nodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}}]\n";
        let scenario =
            read_text(&format!("horizon: 1h\n{nodes}pods: [{{name: web, workingSet: 1Mi}}]\n{rules}\n"));
        let run = |run: &RunRules| (run.name.clone(), run.switches.order, run.switches.restart_scope);
        scenario.runs.iter().map(run).collect::<Vec<_>>()
    };
    use OrderName::{Kubelet, QosClass};
    use RestartScope::{Container, Pod};
    assert_eq!(with(""), [("lesson".into(), QosClass, Pod)]);
    assert_eq!(with("rules: Kubernetes"), [("kubernetes".into(), Kubelet, Container)]);
    assert_eq!(with("evictionOrder: Kubelet"), [("kubelet-order".into(), Kubelet, Pod)]);
    assert_eq!(
        with(
            "restartScope: Container\nruns: [{name: a}, {name: b, evictionOrder: Kubelet}, {name: c, rules: Lesson}]"
        ),
        [("a".into(), QosClass, Container), ("b".into(), Kubelet, Container), ("c".into(), QosClass, Pod)]
    );
}

#[test]
fn a_run_is_called_as_its_rules_only_if_it_keeps_all_of_them() {
    let named = |rules: &str| {
        let nodes = "nodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}}]\n";
        let text = format!("horizon: 1h\n{nodes}pods: [{{name: web, workingSet: 1Mi}}]\n{rules}\n");
        let run = read_text(&text).runs[0].clone();
        (run.name, run.switches.unreachable_phase)
    };
    use UnreachablePhase::{AsLastSeen, Unknown};
    let cases = [
        ("", "lesson", Unknown),
        ("rules: Kubernetes", "kubernetes", AsLastSeen),
        ("unreachablePhase: AsLastSeen", "as-last-seen", AsLastSeen),
        ("rules: Kubernetes\nruns: [{unreachablePhase: Unknown}]", "unknown-phase", Unknown),
        // The order matters more, and the name does not speak of the phase.
        ("rules: Kubernetes\nrestartScope: Pod", "kubelet-order", AsLastSeen),
        ("evictionOrder: Kubelet", "kubelet-order", Unknown),
        ("rules: Kubernetes\nevictionOrder: QosClass", "qos-order", AsLastSeen),
        ("unreachablePhase: AsLastSeen\nruns: [{rules: Lesson}]", "lesson", Unknown),
    ];
    for (rules, name, phase) in cases {
        assert_eq!(named(rules), (name.to_owned(), phase), "{rules}");
    }
}

#[test]
fn an_included_file_gives_defaults_and_its_own_lists() {
    let scenario = read(&[
        (
            "s/a-story.yaml",
            "# Why?\ninclude: base/cluster.yaml\nhorizon: 2h\npods: [{name: b, workingSet: 1Mi}]\n",
        ),
        (
            "s/base/cluster.yaml",
            "horizon: 1h\nseed: 7\nnodes: [{name: node, capacity: {cpu: 4, memory: 8Gi}}]\n\
             pods: [{name: a, workingSet: {trace: {file: use.csv}}}]\n",
        ),
        // Beside the file that names it, not beside the root.
        ("s/base/use.csv", "t_s,working_set_bytes\n0,100\n60,200\n"),
    ]);
    assert_eq!((scenario.name.as_str(), scenario.question.as_deref()), ("a-story", Some("Why?")));
    assert_eq!((scenario.horizon, scenario.seed), (SimTime::START.after(SimDuration::hours(2)), 7));
    let names: Vec<&str> = scenario.workloads.iter().map(|plan| plan.workload.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn a_setting_has_its_nodes_drawn_by_name_and_replication() {
    let scenario = read_text(WEB.trim_start());
    let first_passes = |replication| {
        let setting = scenario.setting(&scenario.runs[0], replication, Passes::ThatMatter);
        setting.nodes.iter().map(|node| node.node.first_pass).collect::<Vec<_>>()
    };
    assert_eq!(first_passes(0), first_passes(0));
    assert_ne!(first_passes(0)[..2], first_passes(1)[..2]);
    assert!(first_passes(0).iter().all(|pass| *pass < SimDuration::seconds(10)));
    assert_eq!(first_passes(1)[2], SimDuration::seconds(3), "as written");
    // 30m / 240 = 7.5s, rounded up to whole seconds.
    assert_eq!(scenario.recording.timeline_every, Some(SimDuration::seconds(8)));
}

#[test]
fn an_imported_trace_is_a_sound_scenario() {
    use evictsim::scenario::import::openb::{Options, import};
    let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
p-ls,4000,8192,1,1000,,LS,Succeeded,10,110,12
p-be,2000,4096,0,0,,BE,Running,20,70,30
p-guar,1000,1024,0,0,,Guaranteed,Running,26,200,26
";
    let nodes = "sn,cpu_milli,memory_mib,gpu,model\na,32000,262144,0,\nb,96000,393216,2,T4\n";
    let imported = import(pods.as_bytes(), nodes.as_bytes(), &Options::default()).expect("a sound trace");
    let scenario = read_text(&imported.yaml);
    assert_eq!(scenario.workloads.len(), 3, "one for each class that has a pod");
    assert!(scenario.question.is_some(), "it asks something");
}

#[test]
fn a_hundred_thousand_nodes_and_many_pods_are_read_in_a_few_seconds() {
    let mut text = String::from(
        "horizon: 1h\nnodes: [{name: node, count: 100000, capacity: {cpu: 4, memory: 8Gi}}]\npods:\n",
    );
    for number in 0..20_000 {
        text.push_str(&format!("  - {{name: pod-{number}, requests: {{memory: 100Mi}}}}\n"));
    }
    #[expect(clippy::disallowed_methods, reason = "a bound on effort, far from what is normal")]
    let began = std::time::Instant::now();
    let scenario = read_text(&text);
    assert_eq!((scenario.nodes.len(), scenario.workloads.len()), (100_000, 20_000));
    assert!(began.elapsed().as_secs() < 20, "took {:?}", began.elapsed());
}
