//! The ledger, told hand-made facts.

mod lives;
mod preemptions;

use super::*;
use crate::engine::record::{
    EndReason, Eviction, EvictionCause, NodeEnd, OomCause, OomKill, PodEnd, Ranked, Refusal, RefusalReason,
};
use crate::engine::{ActingThreshold, NodeSetting, Passes};
use crate::engine::{ControlPlane, SchedulerSetting, UnreachablePhase};
use crate::eviction::{
    Candidate, ContainerStatistics, Count, EvictionOrder, EvictionSettings, KubeletOrder, NodeCondition,
    Observation, PodStatistics, QosOrder, Signal, Starved, Threshold, ThresholdValue, compare, rank,
};
use crate::ground::{Amount, Bytes, MilliCpu, PodId, SimDuration};
use crate::lifecycle::Phase;
use crate::model::{
    ContainerSpec, Controller, Node, Peers, PodSpec, PodTemplate, QosClass, Room, Taint, Workload,
};
use crate::report::columns::{EvictionRow, PodRow, RankingRow, Row, RunRow, Table};
use crate::report::summary::{self, Heading, Width};
use crate::report::table::Wanted;
use crate::report::{RunIdentity, RunStory, json};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A table's bytes, still readable when the writer is gone.
#[derive(Clone, Default)]
struct Page(Rc<RefCell<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Numbered;

impl Names for Numbered {
    fn pod(&self, workload: WorkloadId, replica: Replica) -> String {
        let name = ["cache", "leak", "web"][workload.index()];
        match replica.generation {
            0 => name.to_owned(),
            generation => format!("{name}.{generation}"),
        }
    }
    fn container(&self, _workload: WorkloadId, _container: ContainerIndex) -> &str {
        "app"
    }
}

const CACHE: PodName = pod(0, 0, 0);
const LEAK: PodName = pod(1, 1, 0);
const WEB: PodName = pod(2, 2, 0);
const NEW_WEB: PodName = pod(3, 2, 1);
const NODE: NodeId = NodeId(0);

const fn pod(serial: u64, workload: u32, generation: u32) -> PodName {
    PodName { serial, workload: WorkloadId(workload), replica: Replica { ordinal: 0, generation } }
}

fn ranked(pod: PodName, qos: QosClass, priority: i32, working_set: u64, request: u64) -> Ranked {
    let candidate = Candidate {
        pod: PodId(u32::try_from(pod.serial).expect("few pods")),
        serial: pod.serial,
        qos,
        priority,
        working_set: Some(Bytes::mebi(working_set)),
        memory_request: Bytes::mebi(request).into(),
    };
    let (usage, request) = (candidate.working_set.map(Amount::from), candidate.memory_request);
    Ranked { pod, candidate, critical: false, usage, request, decided_by: None }
}

/// The lesson's three pods under pressure, in the order of `order`.
fn ranking(order: &dyn EvictionOrder) -> [Ranked; 3] {
    // pod     class                 priority  working set  request (Mi)
    #[rustfmt::skip]
    let pods = [
        ranked(CACHE, QosClass::BestEffort, 0,         300,       0),
        ranked(LEAK,  QosClass::Burstable,  0,         550,     100), // over by 450
        ranked(WEB,   QosClass::Burstable,  0,         100,     200), // under
    ];
    let mut candidates = pods.map(|pod| pod.candidate);
    rank(order, &mut candidates);
    let mut ranking = candidates.map(|candidate| pods[candidate.pod.index()]);
    for place in 0..2 {
        let (this, next) = (ranking[place].candidate, ranking[place + 1].candidate);
        ranking[place].decided_by = Some(compare(order.asks(Starved::Memory), &this, &next).by);
    }
    ranking
}

/// What was measured of a pod of one container that uses so much.
fn statistics(ranked: &Ranked) -> PodStatistics {
    let working_set = ranked.candidate.working_set;
    let container = ContainerStatistics { name: "app".into(), working_set, ..ContainerStatistics::default() };
    PodStatistics { working_set, containers: vec![container], ..PodStatistics::default() }
}

fn template(qos: QosClass, request: u64) -> PodTemplate {
    let mut container = ContainerSpec { name: "app".into(), ..ContainerSpec::default() };
    container.requests.memory = (request > 0).then(|| Bytes::mebi(request).into());
    let spec = PodSpec { containers: vec![container], ..PodSpec::default() };
    PodTemplate { qos, ..PodTemplate::new(spec) }
}

fn setting(order: Arc<dyn EvictionOrder + Send + Sync>, restart_scope: RestartScope) -> Setting {
    let room = Room { cpu: MilliCpu(4000), memory: Bytes::gibi(1), pods: 110, ..Room::default() };
    let node = Node::new("node", room);
    let kubelet = Arc::new(EvictionSettings {
        thresholds: vec![THRESHOLD.clone()],
        pressure_transition_period: SimDuration::minutes(5),
        max_pod_grace_period: SimDuration::ZERO,
        monitoring_interval: SimDuration::seconds(10),
    });
    let workload = |name: &str, controller| Workload { name: name.into(), controller };
    Setting {
        horizon: SimTime(1_800_000_000),
        nodes: vec![NodeSetting { node, kubelet }],
        workloads: vec![
            workload("cache", Controller::Nobody),
            workload("leak", Controller::Nobody),
            workload("web", Controller::ReplicaSet),
        ],
        order,
        restart_scope,
        scheduler: SchedulerSetting::default(),
        peers: Peers::default(),
        control_plane: ControlPlane {
            node_monitor_grace_period: SimDuration::seconds(50),
            unreachable_phase: UnreachablePhase::Unknown,
        },
        claims: Vec::new(),
        passes: Passes::ThatMatter,
        acting_threshold: ActingThreshold::First,
        sample_every: None,
    }
}

static THRESHOLD: Threshold = Threshold {
    signal: Signal::MemoryAvailable,
    value: ThresholdValue::Quantity(Count(100 << 20)),
    written: None,
    grace_period: SimDuration::ZERO,
    minimum_reclaim: None,
};

/// What was written, by table.
struct Written {
    pages: BTreeMap<&'static str, Page>,
    stories: Vec<RunStory>,
}

impl Written {
    /// The rows of a table, each cell by its column's name.
    fn rows(&self, table: Table) -> Vec<serde_json::Value> {
        let text = self.pages[table.name].0.borrow();
        match json::rows(&table, text.as_slice()).expect("a table of ours") {
            serde_json::Value::Array(rows) => rows,
            other => panic!("not rows: {other}"),
        }
    }

    fn text(&self, table: &str) -> String {
        String::from_utf8(self.pages[table].0.borrow().clone()).expect("tables are text")
    }
}

/// Tells facts, each at a second of the run.
type Telling = fn(&mut dyn FnMut(u64, Record<'_>), &Setting);

/// Writes one run for each setting, all told by `tell`.
fn written(settings: &[(&str, Setting)], tell: Telling) -> Written {
    let mut pages = BTreeMap::new();
    let wanted = Wanted { rankings: true, timeline: true, events: true, lives: true };
    let open = |table: &Table| Ok(pages.entry(table.name).or_insert_with(Page::default).clone());
    let mut tables = Tables::open(wanted, open).expect("pages open");
    let mut stories = Vec::new();
    for (run, setting) in settings {
        let identity = RunIdentity {
            run: (*run).to_owned(),
            replication: 0,
            scenario: "eviction-order".into(),
            seed: 1,
        };
        let mut ledger = Ledger::new(identity, setting, &Numbered, &mut tables);
        tell(&mut |seconds, record| ledger.record(SimTime(seconds * 1_000_000), record), setting);
        stories.push(ledger.finish());
    }
    tables.finish().expect("pages take all");
    Written { pages, stories }
}

/// The first of the ranking is evicted at 500 s; the web pod at 510 s, and replaced.
fn two_evictions(record: &mut dyn FnMut(u64, Record<'_>), setting: &Setting) {
    let ranking = ranking(&*setting.order);
    let (best_effort, burstable) = (template(QosClass::BestEffort, 0), template(QosClass::Burstable, 100));
    record(0, Record::PodCreated { pod: CACHE, template: &best_effort, replaces: None });
    record(0, Record::PodCreated { pod: LEAK, template: &burstable, replaces: None });
    record(0, Record::PodCreated { pod: WEB, template: &burstable, replaces: None });
    for pod in [CACHE, LEAK, WEB] {
        record(0, Record::PodBound { pod, node: NODE });
        record(1, Record::ContainerStarted { pod, node: NODE, container: ContainerIndex(0), restarts: 0 });
    }
    let condition = NodeCondition::MemoryPressure;
    record(500, Record::ConditionChanged { node: NODE, condition, holds: true });
    let first = if ranking[0].pod == CACHE { &best_effort } else { &burstable };
    record(500, Record::Evicted(eviction(&ranking, 0, (first, &statistics(&ranking[0])))));
    record(502, Record::PodEnded(&ended(ranking[0].pod, EndReason::Evicted, 502)));
    let web = ranking.iter().position(|ranked| ranked.pod == WEB).expect("it is ranked");
    record(510, Record::Evicted(eviction(&ranking, web, (&burstable, &statistics(&ranking[web])))));
    record(512, Record::PodEnded(&ended(WEB, EndReason::Evicted, 512)));
    record(512, Record::PodCreated { pod: NEW_WEB, template: &burstable, replaces: Some(WEB) });
    let Taint { key, value, .. } = Taint::memory_pressure();
    let refusals = [Refusal { reason: RefusalReason::UntoleratedTaint { key, value }, nodes: 1 }];
    record(512, Record::PodUnschedulable { pod: NEW_WEB, refusals: &refusals, preemption: None });
    record(812, Record::ConditionChanged { node: NODE, condition, holds: false });
    record(812, Record::PodBound { pod: NEW_WEB, node: NODE });
    record(1800, Record::NodeEnded(node_end()));
}

fn eviction<'a>(
    ranking: &'a [Ranked],
    victim: usize,
    (template, statistics): (&'a PodTemplate, &'a PodStatistics),
) -> Eviction<'a> {
    Eviction {
        pod: ranking[victim].pod,
        node: NODE,
        template,
        statistics,
        cause: EvictionCause::Threshold {
            threshold: &THRESHOLD,
            seen: Observation::fresh(Bytes::mebi(90), Bytes::gibi(1)),
        },
        grace_period: SimDuration::seconds(1),
        ranking,
        victim,
        lost_bytes: Bytes::mebi(7),
    }
}

fn ended(pod: PodName, reason: EndReason, seconds: u64) -> PodEnd {
    PodEnd {
        pod,
        reason,
        node: Some(NODE),
        created: SimTime::START,
        bound: Some(SimTime::START),
        running: Some(SimTime(1_500_000)),
        ended: Some(SimTime(seconds * 1_000_000)),
        restarts: 2,
        oom_kills: 0,
        working_set: Bytes::mebi(300),
        replaces: None,
        address: None,
        ready: None,
        phase: Phase::Failed,
        lost_bytes: Bytes::ZERO,
        kept_bytes: Bytes::ZERO,
    }
}

fn node_end() -> NodeEnd {
    NodeEnd {
        node: NODE,
        pods_bound: 4,
        evictions: 2,
        oom_kills: 0,
        rejections: 0,
        peak_working_set: Bytes::mebi(934),
        peak_requested_memory: Bytes::mebi(300),
        peak_pods: 3,
        under_pressure: SimDuration::seconds(312),
    }
}

#[test]
fn a_pod_that_has_gone_is_forgotten() {
    let setting = setting(Arc::new(QosOrder), RestartScope::Pod);
    let wanted = Wanted { rankings: true, timeline: true, events: true, lives: true };
    let mut tables = Tables::open(wanted, |_| Ok(Page::default())).expect("pages open");
    let identity = RunIdentity { run: "r".into(), replication: 0, scenario: "s".into(), seed: 1 };
    let mut ledger = Ledger::new(identity, &setting, &Numbered, &mut tables);
    let template = template(QosClass::Burstable, 100);
    for serial in 0..1000 {
        let pod = pod(serial, 2, 0);
        let container = ContainerIndex(0);
        ledger.record(SimTime(serial), Record::PodCreated { pod, template: &template, replaces: None });
        ledger.record(SimTime(serial), Record::PodBound { pod, node: NODE });
        let started = Record::ContainerStarted { pod, node: NODE, container, restarts: 0 };
        ledger.record(SimTime(serial), started);
        assert_eq!(ledger.live.len(), 1, "this one lives, and no other");
        ledger.record(SimTime(serial), Record::PodEnded(&ended(pod, EndReason::Completed, 1)));
    }
    assert!(ledger.live.is_empty() && ledger.sequels == Sequels::default() && ledger.evictions.is_empty());
}

fn lesson() -> Written {
    written(&[("lesson", setting(Arc::new(QosOrder), RestartScope::Pod))], two_evictions)
}

#[test]
fn an_evictions_row_says_who_went_why_and_where_the_replacement_went() {
    let rows = lesson().rows(EvictionRow::TABLE);
    let (cache, web) = (&rows[0], &rows[1]);
    assert_eq!(cache["pod"], "cache");
    assert_eq!(cache["time_s"], 500);
    assert_eq!(cache["threshold"], "hard");
    assert_eq!(cache["line"], 104_857_600);
    assert_eq!(cache["decided_by"], "QosClass", "BestEffort before Burstable");
    assert_eq!(cache["role"], "innocent", "leak is further above its request");
    assert_eq!(cache["replacement"], serde_json::Value::Null, "nobody makes a new bare pod");
    assert_eq!(web["pod"], "web");
    assert_eq!(web["rank"], 3);
    assert_eq!(web["decided_by"], serde_json::Value::Null, "it was the last");
    assert_eq!(web["exceeds_request"], false);
    assert_eq!(web["excess"], -104_857_600);
    assert_eq!(web["replacement"], "web.1");
    assert_eq!(web["replacement_node"], "node");
    assert_eq!(web["replacement_bound_s"], 812);
}

#[test]
fn the_whole_ranking_is_kept_with_what_decided_each_place() {
    let kubelet = setting(Arc::new(KubeletOrder), RestartScope::Container);
    let rows = written(&[("kubelet", kubelet)], two_evictions).rows(RankingRow::TABLE);
    let first: Vec<(&str, bool, Option<&str>)> = rows[..3]
        .iter()
        .map(|row| (row["pod"].as_str().expect("a pod"), row["evicted"] == true, row["decided_by"].as_str()))
        .collect();
    // 450Mi over, 300Mi over, 100Mi under.
    assert_eq!(
        first,
        [("leak", true, Some("Excess")), ("cache", false, Some("ExceedsRequest")), ("web", false, None)]
    );
    assert_eq!(rows.len(), 6);
}

#[test]
fn a_runs_row_counts_what_the_other_tables_hold() {
    let written = lesson();
    let run = &written.rows(RunRow::TABLE)[0];
    assert_eq!(run["rules"], "Lesson");
    assert_eq!(run["pods_created"], 4);
    assert_eq!(run["pods_bound"], 4);
    assert_eq!(run["evictions"], written.rows(EvictionRow::TABLE).len());
    assert_eq!(run["pods_evicted"], written.rows(PodRow::TABLE).len());
    assert_eq!(run["evictions_best_effort"], 1);
    assert_eq!(run["evictions_innocent"], 2);
    assert_eq!(run["first_eviction_s"], 500);
    assert_eq!(run["first_oom_kill_s"], serde_json::Value::Null);
    assert_eq!(run["preemptions"], 0);
    assert_eq!(run["node_pressure_s"], 312);
    assert_eq!(run["lost_emptydir_bytes"], 14_680_064, "7Mi twice");
    assert_eq!(run["restarts"], 4);
}

#[test]
fn events_read_as_in_kubectl() {
    let text = lesson().text("events");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "run,replication,time_s,node,last_seen,type,reason,object,message");
    assert!(lines.contains(
        &"lesson,0,0,node,30m,Normal,Scheduled,pod/cache,Successfully assigned default/cache to node"
    ));
    assert!(lines.contains(
        &"lesson,0,500,node,21m,Warning,Evicted,pod/cache,\"The node was low on resource: memory. Threshold quantity: \
          100Mi, available: 90Mi. Container app was using 300Mi, request is 0, has larger consumption of memory. \""
    ));
    assert!(lines.contains(&"lesson,0,500,node,21m,Normal,Killing,pod/cache,Stopping container app"));
    assert!(lines.contains(
        &"lesson,0,512,,21m,Warning,FailedScheduling,pod/web.1,0/1 nodes are available: 1 node(s) had untolerated \
          taint {node.kubernetes.io/memory-pressure: }."
    ));
    assert!(lines.contains(
        &"lesson,0,812,node,16m,Normal,NodeHasSufficientMemory,node/node,Node node status is now: NodeHasSufficientMemory"
    ));
}

#[test]
fn a_pods_row_has_fractions_of_a_second_and_its_class() {
    let text = lesson().text("pods");
    let row = text.lines().nth(1).expect("a first pod");
    assert!(
        row.starts_with("lesson,0,cache,cache,Pod,BestEffort,0,0,0,,node,0,0,1.5,502,Failed,Evicted,2,0,"),
        "{row}"
    );
}

#[test]
fn an_oom_kill_is_told_with_its_cause() {
    let written = written(&[("lesson", setting(Arc::new(QosOrder), RestartScope::Pod))], |record, _| {
        let template = template(QosClass::Burstable, 100);
        record(0, Record::PodCreated { pod: LEAK, template: &template, replaces: None });
        record(
            60,
            Record::OomKilled(OomKill {
                pod: LEAK,
                node: NODE,
                container: ContainerIndex(0),
                cause: OomCause::ContainerLimit,
                only_a_process: false,
                limit: Bytes::mebi(200),
                container_working_set: Bytes::mebi(200),
                badness: None,
                oom_score_adj: 903,
                compared: &[],
                template: &template,
            }),
        );
    });
    let text = written.text("oom_kills");
    let row = text.lines().nth(1).expect("a kill");
    assert_eq!(
        row,
        "lesson,0,60,node,leak,leak,app,ContainerLimit,Container,209715200,209715200,903,,Burstable,0"
    );
    assert_eq!(written.stories[0].counts.oom_kills_container_limit, 1);
}

#[test]
fn the_summary_says_who_went_first_and_where_two_orders_differ() {
    let both = [
        ("lesson", setting(Arc::new(QosOrder), RestartScope::Pod)),
        ("kubelet", setting(Arc::new(KubeletOrder), RestartScope::Container)),
    ];
    let written = written(&both, two_evictions);
    let heading = Heading {
        scenario: "eviction-order",
        question: Some("Who is evicted first?"),
        seed: 1,
        assumptions: &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"].map(str::to_owned),
        tables: Some("results/eviction-order"),
    };
    let mut out = Vec::new();
    summary::write(&mut out, &heading, &written.stories, Width::Narrow).expect("a Vec takes all");
    let text = String::from_utf8(out).expect("text");
    for line in [
        "Who is evicted first?",
        "lesson (rules Lesson: eviction order QosClass, restart scope Pod)",
        "      before leak: BestEffort goes before Burstable",
        "      before cache: larger excess (450Mi > 300Mi)",
        "      before web: 300Mi over its request, the next is not over",
        "lesson and kubelet first differ at eviction 1:",
        "  lesson evicts cache (node, 8m20s)",
        "  kubelet evicts leak (node, 8m20s)",
        "  and 2 more in manifest.json",
        "Tables: results/eviction-order",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line:?} is missing from:\n{text}");
    }
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?} columns:\n{text}");
}

#[test]
fn a_wide_summary_names_threshold_and_role_and_counts_all_replications() {
    let lesson = || setting(Arc::new(QosOrder), RestartScope::Pod);
    let mut stories = written(&[("lesson", lesson())], two_evictions).stories;
    let mut calm = written(&[("lesson", lesson())], |_, _| {}).stories;
    calm[0].replication = 1;
    stories.append(&mut calm);
    let question = Some("Who goes? It goes on.");
    let heading = Heading { scenario: "s", question, seed: 1, assumptions: &[], tables: None };
    let mut out = Vec::new();
    summary::write(&mut out, &heading, &stories, Width::Wide).expect("a Vec takes all");
    let text = String::from_utf8(out).expect("text");
    let victim = text.lines().find(|line| line.contains("8m20s  node")).expect("the first victim");
    assert!(victim.ends_with("memory.available  90Mi       100Mi hard  innocent"), "{text}");
    assert!(
        text.contains("Over all 2 replications: evictions 0 to 2 (none in 1), OOM kills 0 to 0 (none in 2).")
    );
    assert!(text.starts_with("Who goes?\ns: 1 node"), "only the question is repeated: {text}");
}
