//! Lives of pods, told by hand: as rows, as events, as charts.

use super::*;
use crate::ground::ClaimId;
use crate::lifecycle::restart::Exit;
use crate::lifecycle::{ContainerStatus, PodCondition, Truth, WaitingReason};
use crate::model::ProbeKind;
use crate::report::chart::{self, Look, Signs};
use crate::report::drawing::{self, Caption};
use crate::report::lifeline::{MOST_PODS, Mark};

const FAR: NodeId = NodeId(1);
const RUNNING: ContainerStatus = ContainerStatus::Running;
const INITIALIZING: ContainerStatus = ContainerStatus::Waiting(WaitingReason::PodInitializing);
const CREATING: ContainerStatus = ContainerStatus::Waiting(WaitingReason::ContainerCreating);
const BACKING_OFF: ContainerStatus = ContainerStatus::Waiting(WaitingReason::CrashLoopBackOff);

/// One pod's records, by the second.
struct Teller<'t> {
    record: &'t mut dyn FnMut(u64, Record<'_>),
    pod: PodName,
    node: NodeId,
}

impl Teller<'_> {
    fn created(&mut self, seconds: u64, template: &PodTemplate, bound: u64) {
        let (pod, node) = (self.pod, self.node);
        (self.record)(seconds, Record::PodCreated { pod, template, replaces: None });
        self.phase(seconds, Phase::Pending);
        (self.record)(bound, Record::PodBound { pod, node });
        self.condition(bound, PodCondition::PodScheduled, Truth::True);
    }
    fn phase(&mut self, seconds: u64, phase: Phase) {
        (self.record)(seconds, Record::PhaseTurned { pod: self.pod, phase });
    }
    fn condition(&mut self, seconds: u64, condition: PodCondition, status: Truth) {
        (self.record)(seconds, Record::PodConditionTurned { pod: self.pod, condition, status });
    }
    fn ready(&mut self, seconds: u64, ready: bool) {
        self.condition(seconds, PodCondition::ContainersReady, Truth::of(ready));
        self.condition(seconds, PodCondition::Ready, Truth::of(ready));
    }
    fn turned(&mut self, seconds: u64, container: u16, status: ContainerStatus, ready: bool) {
        let (pod, container) = (self.pod, ContainerIndex(container));
        (self.record)(seconds, Record::ContainerTurned { pod, container, status, ready });
    }
    fn exited(&mut self, seconds: u64, container: u16, exit_code: u8) {
        let (pod, node) = (self.pod, self.node);
        let index = ContainerIndex(container);
        (self.record)(seconds, Record::ContainerExited { pod, node, container: index, exit_code });
        let exit = Exit::of(exit_code);
        self.turned(seconds, container, ContainerStatus::Terminated(exit), false);
    }
    fn probe_failed(&mut self, seconds: u64, probe: ProbeKind, timed_out: bool) {
        let (pod, node, container) = (self.pod, self.node, ContainerIndex(2));
        (self.record)(seconds, Record::ProbeFailed { pod, node, container, probe, timed_out });
    }
    fn over(&mut self, seconds: u64, reason: EndReason, phase: Phase) {
        let end = PodEnd { node: Some(self.node), phase, ..ended(self.pod, reason, seconds) };
        (self.record)(seconds, Record::PodEnded(&end));
    }
}

/// With an init container and a sidecar before the app.
fn helped() -> PodTemplate {
    let mut template = template(QosClass::Burstable, 100);
    let named =
        |name: &str, sidecar| ContainerSpec { name: name.into(), sidecar, ..ContainerSpec::default() };
    template.spec.init_containers = vec![named("setup", false), named("proxy", true)];
    template
}

fn two_nodes() -> Setting {
    let mut setting = setting(Arc::new(KubeletOrder), RestartScope::Container);
    let far =
        NodeSetting { node: Node::new("far", setting.nodes[0].node.capacity), ..setting.nodes[0].clone() };
    setting.nodes.push(far);
    setting.horizon = SimTime(480_000_000);
    setting.claims = vec!["shop-db".into()];
    setting
}

fn lives() -> Written {
    written(&[("by-hand", two_nodes())], |record, setting| {
        web(record, setting);
        leak(record);
        job(record);
        cache(record);
    })
}

/// Init, sidecar, readiness, a probe's kill, an eviction.
fn web(record: &mut dyn FnMut(u64, Record<'_>), setting: &Setting) {
    let template = helped();
    let mut web = Teller { record, pod: WEB, node: NODE };
    web.created(0, &template, 2);
    for container in 0..3 {
        web.turned(2, container, INITIALIZING, false);
    }
    web.turned(2, 0, CREATING, false);
    (web.record)(2, Record::VolumeAttached { pod: WEB, node: NODE, claim: ClaimId(0), held: Bytes::ZERO });
    web.turned(10, 0, RUNNING, false);
    web.exited(35, 0, 0);
    web.turned(37, 1, RUNNING, true);
    web.condition(37, PodCondition::Initialized, Truth::True);
    web.turned(37, 2, CREATING, false);
    web.turned(47, 2, RUNNING, false);
    web.phase(47, Phase::Running);
    web.turned(75, 2, RUNNING, true);
    web.ready(75, true);
    web.probe_failed(200, ProbeKind::Readiness, true);
    web.turned(200, 2, RUNNING, false);
    web.ready(200, false);
    web.turned(230, 2, RUNNING, true);
    web.ready(230, true);
    web.probe_failed(300, ProbeKind::Liveness, false);
    let (container, probe) = (ContainerIndex(2), ProbeKind::Liveness);
    (web.record)(300, Record::ContainerKilled { pod: WEB, node: NODE, container, probe });
    web.ready(302, false);
    web.turned(302, 2, ContainerStatus::Terminated(Exit::KILLED), false);
    web.turned(303, 2, RUNNING, false);
    web.turned(320, 2, RUNNING, true);
    web.ready(320, true);
    let condition = NodeCondition::MemoryPressure;
    (web.record)(390, Record::ConditionChanged { node: NODE, condition, holds: true });
    let ranking = ranking(&*setting.order);
    let place = ranking.iter().position(|ranked| ranked.pod == WEB).expect("it is ranked");
    let template = helped();
    (web.record)(410, Record::Evicted(eviction(&ranking, place, (&template, &statistics(&ranking[place])))));
    web.condition(410, PodCondition::DisruptionTarget, Truth::True);
    web.ready(425, false);
    web.turned(425, 1, ContainerStatus::Terminated(Exit::TERMINATED), false);
    web.turned(425, 2, ContainerStatus::Terminated(Exit::TERMINATED), false);
    web.phase(425, Phase::Failed);
    web.over(425, EndReason::Evicted, Phase::Failed);
}

/// It crashes at once, and again, and is OOM-killed once.
fn leak(record: &mut dyn FnMut(u64, Record<'_>)) {
    let template = template(QosClass::Burstable, 100);
    let mut leak = Teller { record, pod: pod(5, 1, 0), node: NODE };
    leak.created(5, &template, 5);
    leak.turned(5, 0, CREATING, false);
    leak.phase(8, Phase::Running);
    // From, until, and how long it then waits.
    for (from, until, wait) in
        [(8, 30, 0), (30, 55, 10), (65, 90, 20), (110, 135, 40), (175, 200, 80), (280, 305, 160)]
    {
        leak.turned(from, 0, RUNNING, true);
        leak.ready(from, true);
        if from == 110 {
            let (pod, node, container) = (leak.pod, NODE, ContainerIndex(0));
            let kill = oom_kill(pod, node, container, &template);
            (leak.record)(until, Record::OomKilled(kill));
            leak.turned(until, 0, ContainerStatus::Terminated(Exit::OOM_KILLED), false);
        } else {
            leak.exited(until, 0, 1);
        }
        leak.ready(until, false);
        if wait > 0 {
            leak.turned(until, 0, BACKING_OFF, false);
        }
    }
}

fn oom_kill(pod: PodName, node: NodeId, container: ContainerIndex, template: &PodTemplate) -> OomKill<'_> {
    OomKill {
        pod,
        node,
        container,
        cause: OomCause::ContainerLimit,
        only_a_process: false,
        limit: Bytes::mebi(200),
        container_working_set: Bytes::mebi(200),
        badness: None,
        oom_score_adj: 903,
        compared: &[],
        template,
    }
}

/// It does its work in a second, which is less than a column.
fn job(record: &mut dyn FnMut(u64, Record<'_>)) {
    let template = template(QosClass::Burstable, 100);
    let mut job = Teller { record, pod: pod(6, 0, 1), node: FAR };
    job.created(100, &template, 100);
    job.turned(100, 0, CREATING, false);
    job.phase(120, Phase::Running);
    job.turned(120, 0, RUNNING, true);
    job.ready(120, true);
    job.exited(121, 0, 0);
    job.phase(121, Phase::Succeeded);
    job.ready(121, false);
    job.over(121, EndReason::Completed, Phase::Succeeded);
}

/// Its node cannot be reached, and it is deleted.
fn cache(record: &mut dyn FnMut(u64, Record<'_>)) {
    let template = template(QosClass::BestEffort, 0);
    let mut cache = Teller { record, pod: pod(7, 0, 0), node: FAR };
    cache.created(10, &template, 10);
    cache.turned(10, 0, CREATING, false);
    cache.turned(20, 0, RUNNING, true);
    cache.phase(20, Phase::Running);
    cache.ready(20, true);
    (cache.record)(150, Record::NodeReadyTurned { node: FAR, status: Truth::Unknown });
    cache.condition(150, PodCondition::Ready, Truth::Unknown);
    cache.phase(150, Phase::Unknown);
    let deleted = Record::PodDeleted { pod: cache.pod, node: FAR };
    (cache.record)(350, deleted);
    cache.condition(350, PodCondition::DisruptionTarget, Truth::True);
    (cache.record)(420, Record::NodeReadyTurned { node: FAR, status: Truth::True });
    cache.turned(440, 0, ContainerStatus::Terminated(Exit::TERMINATED), false);
    cache.over(440, EndReason::Deleted, Phase::Failed);
}

fn drawn(stories: &[RunStory], width: usize, signs: Signs) -> String {
    let mut out = Vec::new();
    chart::write(&mut out, stories, Look { width, signs, color: false }).expect("a Vec takes all");
    String::from_utf8(out).expect("text")
}

fn caption(question: &str) -> Caption<'_> {
    Caption { scenario: "by-hand", question: Some(question), seed: 1 }
}

fn figure(stories: &[RunStory], question: &str) -> String {
    let mut out = Vec::new();
    drawing::write(&mut out, caption(question), stories).expect("a Vec takes all");
    String::from_utf8(out).expect("text")
}

/// The rows of one pod: instant, container's role, what, value, reason, exit code.
fn changes(written: &Written, pod: &str) -> Vec<String> {
    let text = written.text("lives");
    let rows = text.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
    let told = |cells: Vec<&str>| format!("{} {}", cells[2], cells[6..].join(" ").trim());
    rows.filter(|cells| cells[3] == pod).map(told).collect()
}

#[test]
fn a_pods_life_is_told_change_by_change_with_reasons_and_codes() {
    let written = lives();
    assert_eq!(
        changes(&written, "cache.1"),
        [
            "100 Phase Pending",
            "100 PodScheduled True",
            "100 Regular State Waiting ContainerCreating",
            "120 Phase Running",
            "120 Regular State Running",
            "120 Regular Ready True",
            "120 ContainersReady True",
            "120 Ready True",
            "121 Regular State Terminated Completed 0",
            "121 Regular Ready False",
            "121 Phase Succeeded",
            "121 ContainersReady False PodCompleted",
            "121 Ready False PodCompleted",
            "121 End Completed",
        ]
    );
    let web = changes(&written, "web");
    for line in [
        "2 Init State Waiting PodInitializing",
        "300 Regular Killed Liveness",
        "302 Regular State Terminated Error 137",
        "410 DisruptionTarget True TerminationByKubelet",
        "425 Phase Failed Evicted",
        "425 End Evicted",
    ] {
        assert!(web.iter().any(|told| told.trim() == line), "{line} is missing from {web:#?}");
    }
    let cache = changes(&written, "cache");
    assert!(cache.contains(&"350 DisruptionTarget True DeletionByTaintManager".to_owned()), "{cache:#?}");
}

#[test]
fn what_did_not_change_is_no_row() {
    let written = written(&[("still", two_nodes())], |record, _| {
        let template = template(QosClass::Burstable, 100);
        let mut leak = Teller { record, pod: LEAK, node: NODE };
        leak.created(0, &template, 0);
        leak.turned(1, 0, RUNNING, false);
        leak.turned(2, 0, RUNNING, false);
        leak.turned(3, 0, RUNNING, true);
        leak.turned(4, 0, RUNNING, true);
    });
    assert_eq!(changes(&written, "leak")[2..], ["1 Regular State Running", "3 Regular Ready True"]);
}

#[test]
fn probes_claims_and_lost_nodes_have_the_events_that_kubernetes_has() {
    let text = lives().text("events");
    for line in [
        "2,node,7m58s,Normal,SuccessfulAttachVolume,pod/web,\"AttachVolume.Attach succeeded for volume \"\"shop-db\"\"\"",
        "200,node,4m40s,Warning,Unhealthy,pod/web,Readiness probe failed: no answer in time",
        "300,node,3m,Warning,Unhealthy,pod/web,Liveness probe failed: the answer was bad",
        "300,node,3m,Normal,Killing,pod/web,\"Container app failed liveness probe, will be restarted\"",
        "150,far,5m30s,Normal,NodeNotReady,node/far,Node far status is now: NodeNotReady",
        "350,far,2m10s,Normal,TaintManagerEviction,pod/cache,Marking for deletion Pod default/cache",
        "420,far,60s,Normal,NodeReady,node/far,Node far status is now: NodeReady",
    ] {
        assert!(
            text.lines().any(|told| told == format!("by-hand,0,{line}")),
            "{line} is missing from:\n{text}"
        );
    }
}

#[test]
fn deletions_and_probes_are_counted() {
    let run = &lives().rows(RunRow::TABLE)[0];
    let of = |column: &str| run[column].clone();
    assert_eq!((of("deletions"), of("pods_deleted")), (1.into(), 1.into()));
    assert_eq!((of("probe_failures"), of("kills_by_probe")), (2.into(), 1.into()));
    assert_eq!(of("unreachable_phase"), "Unknown");
}

#[test]
fn the_chart_shows_each_life_in_eighty_columns() {
    // 58 columns of 8.3 s. Looked at line by line: web is evicted (E) at 410 s, its app's liveness
    // probe fails at 300 s; leak crashes at 30, 55, 90, 200 and 305 s, and is OOM-killed at 135 s;
    // the job's second is seen; far is silent from 150 s to 420 s.
    let expected = "
by-hand              0     1m     2m     3m      4m     5m     6m     7m      8m
                     ├──────┼──────┼──────┼───────┼──────┼──────┼──────┼───────┤
node                                                                ░░░░░░░░░░░
  web                ·▂▂▂··▄▄▄▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▄▄▄▄▆▆▆▆▆▆▆▆▄▄▄▆▆▆▆▆▆▆▆▆▆E╱╌╌╌╌╌╌╌
    setup (init)     ·▂▂▂────────────────────────────────────────────────
    proxy (sidecar)  ····▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆
    app              ······▄▄▄▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▄▄▄▄▆▆▆▆▆▆▆▆P▄▄▆▆▆▆▆▆▆▆▆▆▆▆▆
  leak               ·▆▆▆▆▆▆▄▆▆▆▄▄▆▆▆▄▄▄▄▄▆▆▆▄▄▄▄▄▄▄▄▄▄▆▆▆▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
    app              ·▆▆✗▆▆✗↻▆▆✗~~↻▆▆O~~~~↻▆▆✗~~~~~~~~↻▆▆✗~~~~~~~~~~~~~~~~~~~~~

far                                    ?????????????????????????????????
  cache.1                        ··▆───────────────────────────────────────────
    app                          ··▆
  cache               ·▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆????????????????????????D╱╱╱╱╱╱╱╱╱╱╱
    app               ·▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆

· pending, waiting       ▂ initializing           ▄ running, not ready
▆ running, ready         ~ back-off               ╱ terminating
? unknown                ─ succeeded              ╌ failed
░ node under pressure    ↻ restarted              ✗ ended with an error
P killed: probe failed   O OOM-killed             D deleted
E evicted
";
    let drawn = drawn(&lives().stories, 80, Signs::Unicode);
    assert_eq!(drawn, expected, "\n{drawn}");
}

#[test]
fn a_container_that_was_told_to_end_has_not_crashed() {
    let written = written(&[("killed", two_nodes())], |record, setting| {
        let template = template(QosClass::Burstable, 100);
        let mut web = Teller { record, pod: WEB, node: NODE };
        web.created(0, &template, 0);
        web.turned(10, 0, RUNNING, true);
        let (container, probe) = (ContainerIndex(0), ProbeKind::Liveness);
        (web.record)(100, Record::ContainerKilled { pod: WEB, node: NODE, container, probe });
        web.exited(130, 0, 143);
        web.turned(131, 0, RUNNING, true);
        web.exited(200, 0, 1);
        web.turned(201, 0, RUNNING, true);
        let ranking = ranking(&*setting.order);
        let place = ranking.iter().position(|ranked| ranked.pod == WEB).expect("it is ranked");
        let statistics = statistics(&ranking[place]);
        (web.record)(300, Record::Evicted(eviction(&ranking, place, (&template, &statistics))));
        web.exited(310, 0, 143);
    });
    let chart = written.stories[0].lives.as_ref().expect("it was wanted");
    let marks: Vec<(u64, Mark)> =
        chart.pods[0].containers[0].line.marks().iter().map(|(at, mark)| (at.0 / 1_000_000, *mark)).collect();
    use Mark::{Crashed, KilledByProbe, Restarted};
    assert_eq!(marks, [(100, KilledByProbe), (131, Restarted), (200, Crashed), (201, Restarted)]);
    assert_eq!(chart.pods[0].line.marks().last(), Some(&(SimTime(300_000_000), Mark::Evicted)));
}

#[test]
fn a_chart_keeps_to_its_width_and_to_ascii_if_it_must() {
    let stories = lives().stories;
    for width in [60, 80, 200] {
        let drawn = drawn(&stories, width, Signs::Ascii);
        assert!(drawn.is_ascii(), "{drawn}");
        let widest = drawn.lines().map(str::len).max();
        assert!(
            widest <= Some(width) && widest >= Some(width - 4),
            "{widest:?} of {width} columns:\n{drawn}"
        );
    }
}

#[test]
fn color_adds_nothing_to_a_chart_but_color() {
    let stories = lives().stories;
    let mut colored = Vec::new();
    let look = Look { width: 80, signs: Signs::Unicode, color: true };
    chart::write(&mut colored, &stories, look).expect("a Vec takes all");
    let colored = String::from_utf8(colored).expect("text");
    let mut plain = String::new();
    for (number, part) in colored.split("\x1b[").enumerate() {
        plain.push_str(if number == 0 { part } else { part.split_once('m').expect("an end").1 });
    }
    assert!(plain.len() < colored.len());
    assert_eq!(plain, drawn(&stories, 80, Signs::Unicode));
}

#[test]
fn the_figure_is_the_same_bytes_again_and_names_what_it_shows() {
    let (once, again) = (figure(&lives().stories, "Who goes?"), figure(&lives().stories, "Who goes?"));
    assert!(once == again);
    for part in [
        "<title>Who goes?</title>",
        ">setup (init)</text>",
        "<title>web: terminating, 6m50s to 7m5s</title>",
        "<title>leak, app: OOM-killed at 2m15s</title>",
        "<title>far: unknown, 2m30s to 7m</title>",
        // One second of 480 is 1.5 of 746 pixels, and is drawn with 2.
        r##"width="2" height="9" fill="#0072b2""##,
    ] {
        assert!(once.contains(part), "{part} is missing from:\n{once}");
    }
    for tag in ["svg", "g", "text", "title", "defs", "style", "pattern"] {
        let opened = once.matches(&format!("<{tag}>")).count() + once.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, once.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn a_question_cannot_break_the_figure() {
    let figure = figure(&lives().stories, "Is 1 < 2 & \"so\"?");
    assert!(figure.contains("<title>Is 1 &lt; 2 &amp; &quot;so&quot;?</title>"), "{figure}");
}

#[test]
fn a_ledger_does_not_grow_with_the_pods_that_have_gone() {
    let setting = two_nodes();
    let wanted = Wanted { rankings: true, timeline: true, events: true, lives: true };
    let mut tables = Tables::open(wanted, |_| Ok(std::io::sink())).expect("a sink opens");
    let identity = RunIdentity { run: "long".into(), replication: 0, scenario: "long".into(), seed: 1 };
    let mut ledger = Ledger::new(identity, &setting, &Numbered, &mut tables);
    let template = template(QosClass::Burstable, 100);
    for serial in 0..1000 {
        let mut record = |at, fact: Record<'_>| ledger.record(SimTime(at * 1_000_000), fact);
        let pod = PodName { serial, ..WEB };
        let mut teller = Teller { record: &mut record, pod, node: NODE };
        teller.created(1, &template, 1);
        teller.turned(1, 0, RUNNING, true);
        teller.exited(2, 0, 0);
        teller.over(2, EndReason::Completed, Phase::Succeeded);
    }
    assert!(ledger.live.is_empty() && ledger.sequels == Sequels::default() && ledger.evictions.is_empty());
    let chart = ledger.finish().lives.expect("it was wanted");
    assert_eq!((chart.pods.len(), chart.more_pods), (MOST_PODS, 960));
}
