use super::*;
use crate::engine::{ActingThreshold, SchedulerSetting};
use crate::eviction::EvictionSettings;
use crate::ground::{NodeId, SimDuration};
use crate::model::{Controller, Peers, QosClass, Room, VolumeKind, Workload};
use crate::scenario::arrivals::{Arrivals, Window};
use crate::scenario::distribution::Law;
use crate::scenario::meaning::{HealthPlan, Recording, RunRules, Switches};
use crate::scenario::usage_model::{LevelModel, RandomWalk, UsageModel};

fn second(n: u64) -> Varying<SimDuration> {
    Varying::Fixed(SimDuration::seconds(n))
}

fn uniform_mebi(min: u64, max: u64) -> Distribution {
    Distribution::of(Law::Uniform { min: Bytes::mebi(min).0 as f64, max: Bytes::mebi(max).0 as f64 })
}

fn memory(mebi: u64) -> ResourceAmounts {
    ResourceAmounts { memory: Some(Amount::from(Bytes::mebi(mebi))), ..ResourceAmounts::default() }
}

fn container_plan() -> ContainerPlan {
    ContainerPlan {
        drawn_requests: DrawnAmounts::default(),
        drawn_limits: DrawnAmounts::default(),
        working_set: UsageModel::Constant(LevelModel::OfRequest(Varying::Fixed(0.5))),
        others: Vec::new(),
        run_time: Some(Varying::Drawn(Distribution::of(Law::Exponential { mean: 60e6 }))),
        exit_code: Varying::Fixed(0),
        start_up_time: second(0),
        stop_time: second(1),
        pre_stop_time: second(0),
        health: HealthPlan::ALWAYS_WELL,
        readiness: None,
    }
}

fn workload(name: &str) -> WorkloadPlan {
    let container = ContainerSpec { name: "app".into(), requests: memory(100), ..ContainerSpec::default() };
    let spec = PodSpec { containers: vec![container], ..PodSpec::default() };
    let pod = PodPlan {
        spec,
        drawn_priority: None,
        pull_time: Varying::Drawn(Distribution::of(Law::Exponential { mean: 2e6 })),
        clean_up_time: second(0),
        init_containers: Vec::new(),
        containers: vec![container_plan()],
        volume_contents: Vec::new(),
    };
    let workload = Workload { name: name.into(), controller: Controller::ReplicaSet };
    let arrivals = Arrivals::Poisson { mean_gap: SimDuration::minutes(1), window: Window::ALWAYS };
    WorkloadPlan { workload, arrivals, pod, single: false }
}

fn node() -> NodePlan {
    let room = Room { memory: Bytes::gibi(8), ..Room::default() };
    let node = Node::new("n1", room);
    let kubelet = EvictionSettings {
        thresholds: Vec::new(),
        pressure_transition_period: SimDuration::minutes(5),
        max_pod_grace_period: SimDuration::ZERO,
        monitoring_interval: SimDuration::seconds(10),
    };
    NodePlan {
        node,
        kubelet: Arc::new(kubelet),
        system_daemons: UsageModel::Constant(LevelModel::Drawn(uniform_mebi(100, 900))),
        page_cache: UsageModel::Constant(LevelModel::OfRequest(Varying::Fixed(0.25))),
        others: Vec::new(),
        first_pass: Varying::Drawn(Distribution::of(Law::Uniform { min: 0.0, max: 10e6 })),
    }
}

fn scenario(workloads: Vec<WorkloadPlan>) -> Scenario {
    let rules = RunRules { name: "lesson".into(), switches: Switches::LESSON };
    Scenario {
        name: "test".into(),
        question: None,
        horizon: SimTime::START.after(SimDuration::hours(1)),
        warm_up: SimTime::START,
        seed: 1,
        replications: 2,
        runs: vec![rules],
        nodes: vec![node()],
        workloads,
        scheduler: SchedulerSetting::default(),
        peers: Peers::default(),
        node_monitor_grace_period: SimDuration::seconds(50),
        claims: Vec::new(),
        acting_threshold: ActingThreshold::First,
        recording: Recording { timeline_every: None, rankings: false, events: false, lives: false },
        assumptions: Vec::new(),
    }
}

fn replica(ordinal: u32, generation: u32) -> Replica {
    Replica { ordinal, generation }
}

const FIRST: WorkloadId = WorkloadId(0);
const SECOND: WorkloadId = WorkloadId(1);

#[test]
fn a_pod_draws_the_same_life_whatever_was_asked_before() {
    let alone = scenario(vec![workload("web")]);
    let beside = scenario(vec![workload("batch"), workload("web")]);
    let (mut alone, mut beside) = (Synthesis::new(&alone, 0), Synthesis::new(&beside, 0));
    let _ = (beside.draft(SECOND, replica(7, 0)), beside.next_arrival(FIRST));
    assert_eq!(alone.draft(FIRST, replica(3, 1)).life, beside.draft(SECOND, replica(3, 1)).life);
    assert_eq!(alone.next_arrival(FIRST), beside.next_arrival(SECOND));
}

#[test]
fn places_generations_workloads_and_replications_draw_apart() {
    let scenario = scenario(vec![workload("web"), workload("batch")]);
    let mut first = Synthesis::new(&scenario, 0);
    let life = first.draft(FIRST, replica(0, 0)).life;
    let others = [
        first.draft(FIRST, replica(1, 0)).life,
        first.draft(FIRST, replica(0, 1)).life,
        first.draft(SECOND, replica(0, 0)).life,
        Synthesis::new(&scenario, 1).draft(FIRST, replica(0, 0)).life,
    ];
    assert!(others.iter().all(|other| other.pull_time != life.pull_time));
    assert!(others.iter().all(|other| other.containers[0].run_time != life.containers[0].run_time));
}

#[test]
fn nothing_arrives_after_the_horizon() {
    let scenario = scenario(vec![workload("web")]);
    let mut source = Synthesis::new(&scenario, 0);
    let arrivals: Vec<SimTime> = std::iter::from_fn(|| source.next_arrival(FIRST)).collect();
    assert!(arrivals.is_sorted() && arrivals.iter().all(|at| *at <= scenario.horizon));
    assert!((30..=95).contains(&arrivals.len()), "{}", arrivals.len()); // 60, give or take 4 deviations of 7.7.
}

#[test]
fn equal_manifests_are_shared_and_drawn_ones_belong_to_the_place() {
    let mut varying = workload("varying");
    varying.pod.containers[0].drawn_requests.memory = Some(uniform_mebi(100, 200));
    let scenario = scenario(vec![workload("same"), varying]);
    let mut source = Synthesis::new(&scenario, 0);
    let mut template =
        |workload, ordinal, generation| source.draft(workload, replica(ordinal, generation)).template;
    assert!(Arc::ptr_eq(&template(FIRST, 0, 0), &template(FIRST, 5, 1)));
    let (first, other) = (template(SECOND, 0, 0), template(SECOND, 1, 0));
    assert_ne!(first.memory_request, other.memory_request);
    // A pod that replaces another is made from the same manifest.
    assert_eq!(first, template(SECOND, 0, 1));
    assert!((Bytes::mebi(100)..=Bytes::mebi(200)).contains(&first.memory_request));
    let life = source.draft(SECOND, replica(0, 0)).life;
    assert_eq!(life.containers[0].working_set.peak().0, first.memory_request.0.div_ceil(2));
}

#[test]
fn a_limit_is_the_request_where_none_is_made_and_never_below_one() {
    let mut limited = workload("limited");
    limited.pod.spec.containers[0].requests = ResourceAmounts::default();
    limited.pod.containers[0].drawn_limits.memory = Some(uniform_mebi(100, 200));
    let mut lifted = workload("lifted");
    lifted.pod.spec.containers[0].limits = memory(150);
    lifted.pod.containers[0].drawn_requests.memory = Some(uniform_mebi(100, 200));
    let scenario = scenario(vec![limited, lifted]);
    let mut source = Synthesis::new(&scenario, 0);
    let mut lifted_ones = 0;
    for ordinal in 0..50 {
        let spec = source.draft(FIRST, replica(ordinal, 0)).template.spec.clone();
        assert_eq!(spec.containers[0].requests.memory, spec.containers[0].limits.memory);
        let spec = source.draft(SECOND, replica(ordinal, 0)).template.spec.clone();
        let limit = spec.containers[0].limits.memory.unwrap_or_default().bytes();
        let request = spec.containers[0].requests.memory.unwrap_or_default().bytes();
        assert_eq!(limit, request.max(Bytes::mebi(150)));
        lifted_ones += u32::from(limit > Bytes::mebi(150));
    }
    assert!((10..=40).contains(&lifted_ones), "{lifted_ones}"); // Half of 50.
}

#[test]
fn a_row_overrides_the_first_container() {
    let mut plan = workload("rows");
    let sidecar = ContainerSpec { name: "log".into(), requests: memory(30), ..ContainerSpec::default() };
    plan.pod.spec.containers.push(sidecar);
    plan.pod.containers.push(container_plan());
    let full = Row {
        at: SimTime(5),
        run_time: Some(SimDuration::seconds(77)),
        memory_request: Some(Bytes::mebi(64)),
        memory_limit: Some(Bytes::mebi(96)),
        cpu_request: Some(MilliCpu(250)),
        priority: Some(-10),
        ..Row::default()
    };
    let scaled = Row { at: SimTime(6), memory_scale: Some(Bytes::mebi(1000)), ..Row::default() };
    let like_the_first = Row { run_time: None, ..full.clone() };
    plan.arrivals = Arrivals::Rows(Arc::new([full, scaled, like_the_first]));
    let scenario = scenario(vec![plan]);
    let mut source = Synthesis::new(&scenario, 0);
    assert_eq!(source.next_arrival(FIRST), Some(SimTime(5)));
    let PodDraft { template, life } = source.draft(FIRST, replica(0, 0));
    assert_eq!(
        (template.memory_request, template.cpu_request, template.priority),
        (Bytes::mebi(94), MilliCpu(250), -10)
    );
    assert_eq!(template.spec.containers[0].limits.memory, Some(Amount::from(Bytes::mebi(96))));
    assert_eq!(life.containers[0].run_time, SimDuration::seconds(77));
    assert_eq!(life.containers[0].working_set.peak(), Bytes::mebi(32));
    assert_ne!(life.containers[1].run_time, SimDuration::seconds(77));
    // A row that says the same of the manifest shares it.
    assert!(Arc::ptr_eq(&template, &source.draft(FIRST, replica(2, 0)).template));
    // The second row leaves the manifest alone, and says what its memory is a share of.
    let PodDraft { template, life } = source.draft(FIRST, replica(1, 0));
    assert_eq!(template.memory_request, Bytes::mebi(130));
    assert_eq!(life.containers[0].working_set.peak(), Bytes::mebi(500));
    assert_eq!(template.qos, QosClass::Burstable);
}

#[test]
fn the_manifest_of_a_row_is_forgotten_with_the_last_pod_that_has_it() {
    let mut plan = workload("traced");
    let row = |n: u64| Row { at: SimTime(n), memory_request: Some(Bytes(n + 1)), ..Row::default() };
    let rows = 10 * FEW_TEMPLATES as u64;
    plan.arrivals = Arrivals::Rows((0..rows).map(row).collect());
    let scenario = scenario(vec![plan]);
    let mut source = Synthesis::new(&scenario, 0);
    let first = source.draft(FIRST, replica(0, 0)).template;
    // All rows differ, and all pods but the first go at once.
    for ordinal in 1..rows as u32 {
        source.draft(FIRST, replica(ordinal, 0));
        assert!(source.of_rows.len() <= FEW_TEMPLATES + 1, "{} are kept", source.of_rows.len());
    }
    assert!(Arc::ptr_eq(&first, &source.draft(FIRST, replica(0, 1)).template), "its pod is still there");
}

#[test]
fn a_curve_goes_on_as_its_container_began() {
    let mut plan = workload("walk");
    let walk = RandomWalk {
        start: LevelModel::OfRequest(Varying::Fixed(0.5)),
        step: LevelModel::Fixed(Bytes::mebi(1)),
        every: SimDuration::seconds(10),
        min: LevelModel::Fixed(Bytes::ZERO),
        max: LevelModel::OfRequest(Varying::Fixed(1.0)),
    };
    plan.pod.containers[0].working_set = UsageModel::RandomWalk(Box::new(walk));
    plan.pod.containers[0].drawn_requests.memory = Some(uniform_mebi(100, 200));
    let scenario = scenario(vec![plan]);
    let mut source = Synthesis::new(&scenario, 0);
    let curve = source.draft(FIRST, replica(4, 2)).life.containers[0].working_set.clone();
    let owner = CurveOwner::Container {
        workload: FIRST,
        replica: replica(4, 2),
        container: ContainerIndex(0),
        usage: Usage::WorkingSet,
    };
    // Draw 0 came with the curve: asked for again it is the same, whatever was drawn in between.
    let third = source.more_usage(owner, 3);
    assert_eq!(curve.redrawn(source.more_usage(owner, 0)), curve);
    let second = source.more_usage(owner, 2);
    assert!(second[63].to.0.abs_diff(third[0].from.0) <= 1);
}

#[test]
fn each_part_of_a_health_and_each_volume_draws_at_a_name_of_its_own() {
    let law = || Distribution::of(Law::Exponential { mean: 60e6 });
    let drawn = || Varying::Drawn(law());
    let health = || HealthPlan {
        after: drawn(),
        until: Some(drawn()),
        memory_at_most: Some(LevelModel::Drawn(uniform_mebi(100, 900))),
        answer_time: drawn(),
    };
    let mut plan = workload("web");
    let app = &mut plan.pod.containers[0];
    (app.pre_stop_time, app.health, app.readiness) = (drawn(), health(), Some(health()));
    let written = UsageModel::Constant(LevelModel::Drawn(uniform_mebi(100, 900)));
    app.others = vec![(Usage::Volume(1), written.clone()), (Usage::Volume(0), written)];
    for name in ["files", "cache"] {
        let kind = VolumeKind::EmptyDir { size_limit: None };
        let volume = Volume { name: name.into(), kind, claim: None, written_size_limit: None };
        plan.pod.spec.volumes.push(volume);
    }
    let scenario = scenario(vec![plan]);
    let life = Synthesis::new(&scenario, 0).draft(FIRST, replica(3, 1)).life.containers[0].clone();
    let app = Key::root(1, 0).name("pod").name("web").number(3).number(1).name("container").name("app");
    let length = |name: &str| SimDuration::from_draw(law().draw(&mut app.name(name).stream()));
    let bytes = |key: Key| uniform_mebi(100, 900).draw_bytes(&mut key.stream()).bytes();
    assert_eq!(life.pre_stop_time, length("pre-stop time"));
    let health = Health {
        after: length("health after"),
        until: Some(length("health until")),
        memory_at_most: Some(bytes(app.name("health memory"))),
        answer_time: length("answer time"),
    };
    assert_eq!(life.health, health);
    let readiness = Health {
        after: length("readiness after"),
        until: Some(length("readiness until")),
        memory_at_most: Some(bytes(app.name("readiness memory"))),
        answer_time: length("readiness answer time"),
    };
    assert_eq!(life.readiness.as_deref(), Some(&readiness));
    let written = |volume: &str| bytes(app.name("volume").name(volume).name("level"));
    let peaks: Vec<Bytes> = life.others.iter().map(|(_, curve)| curve.peak()).collect();
    assert_eq!(peaks, [written("cache"), written("files")], "by the names of volumes, in any order");
}

#[test]
fn a_node_draws_its_own_curves_and_first_pass() {
    let scenario = scenario(Vec::new());
    let drawn = |replication| drawn_node(&scenario.nodes[0], Key::root(scenario.seed, replication));
    let (first, again, other) = (drawn(0), drawn(0), drawn(1));
    assert_eq!(first, again);
    assert_ne!(first.first_pass, other.first_pass);
    assert_ne!(first.system_daemons.peak(), other.system_daemons.peak());
    assert!(first.first_pass < SimDuration::seconds(10));
    assert_eq!(first.page_cache.peak(), Bytes::gibi(2));
    let owner = CurveOwner::Node { node: NodeId(0), part: NodePart::SystemDaemons };
    let pieces = Synthesis::new(&scenario, 0).more_usage(owner, 1);
    assert_eq!(pieces[0].from, first.system_daemons.peak());
}

#[test]
fn draws_hang_at_the_names_that_the_table_says() {
    // Computed by a script of its own from the table in the module's doc and the definitions
    // of FNV-1a, ChaCha8 and the inverse laws. If this fails, every published result has changed.
    let mut varying = workload("varying");
    varying.pod.containers[0].drawn_requests.memory = Some(uniform_mebi(100, 200));
    let scenario = scenario(vec![workload("web"), varying]);
    let mut source = Synthesis::new(&scenario, 0);
    let life = source.draft(FIRST, replica(3, 1)).life;
    assert_eq!(life.pull_time, SimDuration::micros(426_864));
    assert_eq!(life.containers[0].run_time, SimDuration::micros(112_692_833));
    let template = source.draft(SECOND, replica(0, 0)).template;
    assert_eq!(template.memory_request, Bytes(119_733_485));
    let node = drawn_node(&scenario.nodes[0], Key::root(1, 0));
    assert_eq!(node.first_pass, SimDuration::micros(8_955_736));
    assert_eq!(node.system_daemons.peak(), Bytes(394_586_941));
}
