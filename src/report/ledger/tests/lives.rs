//! Lives of pods, told by hand: as rows, as events, as charts.

use super::*;
use crate::ground::ClaimId;
use crate::lifecycle::restart::Exit;
use crate::lifecycle::{ContainerStatus, PodCondition, Truth, WaitingReason};
use crate::model::ProbeKind;
use crate::report::chart::{self, Look, Signs};
use crate::report::columns::LifeRow;

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
        let exit = Exit::of(exit_code.into());
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
    let named = |name: &str, sidecar| ContainerSpec { name: name.into(), sidecar, ..ContainerSpec::default() };
    template.spec.init_containers = vec![named("setup", false), named("proxy", true)];
    template
}

fn two_nodes() -> Setting {
    let mut setting = setting(Arc::new(KubeletOrder), RestartScope::Container);
    let far = NodeSetting { node: Node::new("far", setting.nodes[0].node.capacity), ..setting.nodes[0].clone() };
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
    for (from, until, wait) in [(8, 30, 0), (30, 55, 10), (65, 90, 20), (110, 135, 40), (175, 200, 80), (280, 305, 160)] {
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

#[test]
fn look() {
    let stories = lives().stories;
    println!("{}", drawn(&stories, 80, Signs::Unicode));
    println!("{}", drawn(&stories, 150, Signs::Unicode));
    println!("{}", drawn(&stories, 80, Signs::Ascii));
    println!("{}", lives().text("lives"));
}

#[test]
fn look_at_svg() {
    let stories = lives().stories;
    let caption = crate::report::drawing::Caption { scenario: "by-hand", question: Some("What becomes of these pods? A & B"), seed: 1 };
    let mut out = Vec::new();
    crate::report::drawing::write(&mut out, caption, &stories).expect("a Vec takes all");
    std::fs::write("/tmp/lives.svg", out).unwrap();
}
