//! The queue by example, and against a plain one that takes kube-scheduler's source at its word.

use super::*;
use crate::ground::{Bytes, MilliCpu};
use crate::model::{
    ContainerSpec, Node, PodAffinity, PodSpec, PodTerm, ResourceAmounts, Room, Selector, Taint,
};
use crate::scheduling::Plugin;
use proptest::prelude::*;
use std::sync::LazyLock;

const FIT: PluginSet = PluginSet::of(&[Plugin::NodeResourcesFit]);
const TAINTS: PluginSet = PluginSet::of(&[Plugin::TaintToleration]);

fn asking(mebi: u64, priority: i32) -> PodSpec {
    let memory = (mebi > 0).then(|| Bytes::mebi(mebi).into());
    let requests = ResourceAmounts { memory, ..ResourceAmounts::default() };
    let containers = vec![ContainerSpec { requests, ..ContainerSpec::default() }];
    PodSpec { containers, priority: Some(priority), ..PodSpec::default() }
}

fn template(mebi: u64, priority: i32) -> Arc<PodTemplate> {
    Arc::new(PodTemplate::new(asking(mebi, priority)))
}

fn seconds(seconds: u64) -> SimTime {
    SimTime::START.after(SimDuration::seconds(seconds))
}

fn pop(queue: &mut Queue) -> Option<u32> {
    queue.pop().map(|popped| popped.pod.0)
}

fn place(queue: &Queue, pod: u32) -> Option<Place> {
    queue.standing(PodId(pod)).map(|standing| standing.place)
}

/// Pods 0 and on, all alike, tried and refused, one a millisecond.
fn refused(pods: u32, refused_by: PluginSet) -> Queue {
    let (mut queue, template) = (Queue::default(), template(100, 0));
    for pod in 0..pods {
        let now = SimTime(u64::from(pod) * 1_000);
        queue.add(PodId(pod), &template, now);
        queue.pop();
        queue.fail(PodId(pod), refused_by, now);
    }
    queue
}

#[test]
fn high_priority_goes_first_then_whoever_has_waited_longest() {
    let mut queue = Queue::default();
    for (pod, priority) in [(1, 0), (2, 0), (3, 10), (4, -10)] {
        queue.add(PodId(pod), &template(100, priority), SimTime::START);
    }
    assert_eq!([pop(&mut queue), pop(&mut queue)], [Some(3), Some(1)]);
    queue.error(PodId(1), SimTime::START);
    assert_eq!([pop(&mut queue), pop(&mut queue), pop(&mut queue)], [Some(2), Some(4), None]);
    queue.flush(queue.next_flush());
    assert_eq!(queue.pop(), Some(Popped { pod: PodId(1), attempts: 2 }));
}

#[test]
fn a_refused_pod_sleeps_until_something_of_use_happens_and_then_is_tried_before_its_backoff_is_over() {
    let mut queue = refused(1, TAINTS);
    let gone = template(50, 0);
    let gone = ClusterEvent::AssignedPodDeleted { pod: &gone };
    assert_eq!(queue.happened(&gone, SimTime(5_000)), 0, "room is of no use against a taint");
    assert!(!queue.is_active());

    let mut queue = refused(2, FIT);
    assert_eq!(queue.happened(&gone, SimTime(5_000)), 2);
    assert_eq!(place(&queue, 0), Some(Place::Backoff));
    assert!(queue.is_active(), "nobody else is there to be tried");
    assert_eq!(pop(&mut queue), Some(0));
    queue.add(PodId(9), &template(100, 0), SimTime(6_000));
    assert_eq!([pop(&mut queue), pop(&mut queue)], [Some(9), Some(1)], "the active one first");
}

#[test]
fn what_happens_while_a_pod_is_tried_counts_when_it_comes_back() {
    let (mut queue, template) = (Queue::default(), template(100, 0));
    for (pod, refused_by, expected) in [(0, FIT, Place::Backoff), (1, TAINTS, Place::Pool)] {
        queue.add(PodId(pod), &template, SimTime::START);
        queue.pop();
        queue.happened(&ClusterEvent::AssignedPodDeleted { pod: &template }, SimTime::START);
        queue.fail(PodId(pod), refused_by, SimTime::START);
        assert_eq!(place(&queue, pod), Some(expected));
        queue.delete(PodId(pod));
    }
}

#[test]
fn whoever_comes_in_a_deleted_pods_row_begins_anew() {
    let mut queue = refused(1, FIT);
    queue.delete(PodId(0));
    assert_eq!((queue.len(), queue.next_flush()), (0, SimTime::NEVER));
    queue.add(PodId(0), &template(100, 0), seconds(3));
    let standing = queue.standing(PodId(0)).expect("it was added");
    let expected = Standing { place: Place::Active, since: seconds(3), attempts: 0, backs_off_until: None };
    assert_eq!(standing, expected);
    queue.pop();
    queue.done(PodId(0));
    assert_eq!((queue.standing(PodId(0)), queue.in_flight()), (None, 0));
}

#[test]
fn leftovers_are_tried_again_at_the_first_half_minute_after_five_minutes() {
    let mut queue = refused(1, FIT);
    assert_eq!(queue.next_flush(), seconds(330), "at 300 s it is five minutes exactly, which is not more");
    queue.flush(seconds(300));
    assert_eq!(place(&queue, 0), Some(Place::Pool));
    queue.flush(seconds(330));
    assert_eq!(place(&queue, 0), Some(Place::Active));
}

#[test]
fn a_promise_that_is_gone_wakes_only_those_that_it_kept_out() {
    let mut queue = Queue::default();
    for (pod, priority) in [(0, 5), (1, 9)] {
        queue.add(PodId(pod), &template(100, priority), SimTime::START);
        queue.pop();
        queue.fail(PodId(pod), FIT, SimTime::START);
    }
    let nominated = template(1, 5);
    assert_eq!(queue.happened(&ClusterEvent::NominatedPodDeleted { pod: &nominated }, seconds(1)), 1);
    assert_eq!([place(&queue, 0), place(&queue, 1)], [Some(Place::Backoff), Some(Place::Pool)]);
}

// The plain queue: one list, every event kept, every tick run.

struct Fixtures {
    templates: Vec<Arc<PodTemplate>>,
    nodes: Vec<Node>,
}

static FIXTURES: LazyLock<Fixtures> = LazyLock::new(|| {
    let away = PodTerm { selector: Some(Selector::default()), ..PodTerm::default() };
    let mut shy = asking(10, 0);
    shy.placement.anti_affinity = PodAffinity { required: vec![away], preferred: Vec::new() };
    let room = |gibi| Room {
        cpu: MilliCpu(1_000),
        memory: Bytes::gibi(gibi),
        ephemeral_storage: Bytes::ZERO,
        pods: 10,
    };
    let (small, large) = (Node::new("small", room(1)), Node::new("large", room(8)));
    let tainted = Node { taints: vec![Taint::memory_pressure()], ..small.clone() };
    let cordoned = Node { unschedulable: true, ..large.clone() };
    Fixtures {
        templates: vec![
            template(0, 0),
            template(100, 0),
            template(100, 0),
            template(4_000, 0),
            template(100, 5),
            Arc::new(PodTemplate::new(shy)),
        ],
        nodes: vec![small, large, tainted, cordoned],
    }
});

fn events() -> Vec<ClusterEvent<'static>> {
    let (pods, nodes) = (&FIXTURES.templates, &FIXTURES.nodes);
    let gone = pods.iter().map(|pod| ClusterEvent::AssignedPodDeleted { pod });
    let come = pods.iter().map(|pod| ClusterEvent::AssignedPodAdded { pod });
    let broken = pods.iter().map(|pod| ClusterEvent::NominatedPodDeleted { pod });
    let added = nodes.iter().map(|node| ClusterEvent::NodeAdded { node: NodeFacts::of(node) });
    let changed = nodes.iter().flat_map(|old| {
        nodes.iter().flat_map(|new| ClusterEvent::of_change(NodeFacts::of(old), NodeFacts::of(new)))
    });
    gone.chain(come).chain(broken).chain(added).chain(changed).collect()
}

#[derive(Clone, Copy)]
enum Seen {
    Event(ClusterEvent<'static>),
    LeftoversMoved,
}

struct PlainPod {
    id: PodId,
    template: &'static PodTemplate,
    place: Place,
    since: SimTime,
    came: u64,
    attempts: u32,
    refusals: u32,
    errors: u32,
    refused_by: PluginSet,
    seen: Vec<Seen>,
}

#[derive(Default)]
struct Plain {
    pods: Vec<PlainPod>,
    comings: u64,
}

impl PlainPod {
    fn backs_off_until(&self) -> SimTime {
        let failures = if self.errors > 0 { self.errors } else { self.refusals };
        let length = (1..failures).fold(1, |length, _| 2 * length).min(10);
        SimTime((self.since.0 / 1_000_000 + length) * 1_000_000)
    }

    fn in_turn(&self) -> (i64, u64) {
        (-i64::from(self.template.priority), self.came)
    }

    fn is_helped_by(&self, seen: &Seen) -> bool {
        match seen {
            Seen::Event(event) => !event.useful(self.template, self.refused_by).is_empty(),
            Seen::LeftoversMoved => true,
        }
    }

    fn try_again(&mut self, now: SimTime) {
        let is_backing_off = now.0 / 1_000_000 * 1_000_000 <= self.backs_off_until().0;
        self.place = if is_backing_off { Place::Backoff } else { Place::Active };
    }

    fn standing(&self) -> (PodId, Standing) {
        let has_failed = self.errors + self.refusals > 0;
        let backs_off_until = has_failed.then(|| self.backs_off_until());
        let (place, since, attempts) = (self.place, self.since, self.attempts);
        (self.id, Standing { place, since, attempts, backs_off_until })
    }
}

impl Plain {
    fn of(&mut self, id: PodId) -> &mut PlainPod {
        self.pods.iter_mut().find(|pod| pod.id == id).expect("it is here")
    }

    fn add(&mut self, id: PodId, template: &'static PodTemplate, now: SimTime) {
        self.comings += 1;
        self.pods.push(PlainPod {
            id,
            template,
            place: Place::Active,
            since: now,
            came: self.comings,
            attempts: 0,
            refusals: 0,
            errors: 0,
            refused_by: PluginSet::NONE,
            seen: Vec::new(),
        });
    }

    fn pop(&mut self) -> Option<Popped> {
        let at = |place| move |pod: &&mut PlainPod| pod.place == place;
        let mut next = self.pods.iter_mut().filter(at(Place::Active)).min_by_key(|pod| pod.in_turn());
        if next.is_none() {
            let backing_off = self.pods.iter_mut().filter(at(Place::Backoff));
            next = backing_off.min_by_key(|pod| (pod.backs_off_until(), pod.in_turn()));
        }
        let pod = next?;
        pod.place = Place::InFlight;
        pod.attempts += 1;
        pod.seen.clear();
        Some(Popped { pod: pod.id, attempts: pod.attempts })
    }

    fn come_back(&mut self, id: PodId, now: SimTime) -> &mut PlainPod {
        self.comings += 1;
        let comings = self.comings;
        let pod = self.of(id);
        (pod.since, pod.came) = (now, comings);
        pod
    }

    fn fail(&mut self, id: PodId, refused_by: PluginSet, now: SimTime) {
        let pod = self.come_back(id, now);
        pod.refusals += 1;
        pod.errors = 0;
        pod.refused_by = refused_by;
        pod.place = Place::Pool;
        if pod.seen.iter().any(|seen| pod.is_helped_by(seen)) {
            pod.try_again(now);
        }
    }

    fn error(&mut self, id: PodId, now: SimTime) {
        let pod = self.come_back(id, now);
        pod.errors += 1;
        pod.place = Place::ErrorBackoff;
    }

    fn happened(&mut self, event: ClusterEvent<'static>, now: SimTime) {
        for pod in &mut self.pods {
            let seen = Seen::Event(event);
            if pod.place == Place::InFlight {
                pod.seen.push(seen);
            } else if pod.place == Place::Pool && event.reaches(pod.template) && pod.is_helped_by(&seen) {
                pod.try_again(now);
            }
        }
    }

    fn tick(&mut self, second: u64) {
        let now = seconds(second);
        for pod in &mut self.pods {
            let backs_off = matches!(pod.place, Place::Backoff | Place::ErrorBackoff);
            if backs_off && pod.backs_off_until() < now {
                pod.place = Place::Active;
            }
        }
        if second.is_multiple_of(30) {
            self.flush_leftovers(now);
        }
    }

    fn flush_leftovers(&mut self, now: SimTime) {
        let is_over =
            |pod: &&mut PlainPod| pod.place == Place::Pool && now.since(pod.since) > SimDuration::minutes(5);
        let moved = self.pods.iter_mut().filter(is_over).map(|pod| pod.try_again(now)).count();
        if moved > 0 {
            let in_flight = self.pods.iter_mut().filter(|pod| pod.place == Place::InFlight);
            in_flight.for_each(|pod| pod.seen.push(Seen::LeftoversMoved));
        }
    }

    fn standings(&self) -> Vec<(PodId, Standing)> {
        let mut standings: Vec<_> = self.pods.iter().map(PlainPod::standing).collect();
        standings.sort_by_key(|(pod, _)| *pod);
        standings
    }
}

#[derive(Clone, Debug)]
enum Op {
    Wait { millis: u64 },
    Add { template: prop::sample::Index },
    Pop,
    Fail { pod: prop::sample::Index, refused_by: PluginSet },
    Error { pod: prop::sample::Index },
    Done { pod: prop::sample::Index },
    Delete { pod: prop::sample::Index },
    Happens { event: prop::sample::Index },
}

fn any_op() -> impl Strategy<Value = Op> {
    let pod = any::<prop::sample::Index>;
    let millis = prop_oneof![0..20_u64, 0..3_000_u64, Just(1_000), Just(60_000), 0..200_000_u64];
    let plugins = prop::sample::subsequence(&Plugin::ALL[..8], 1..3);
    let refused_by = prop_oneof![Just(FIT), plugins.prop_map(PluginSet::from_iter)];
    prop_oneof![
        4 => millis.prop_map(|millis| Op::Wait { millis }),
        3 => pod().prop_map(|template| Op::Add { template }),
        6 => Just(Op::Pop),
        4 => (pod(), refused_by).prop_map(|(pod, refused_by)| Op::Fail { pod, refused_by }),
        1 => pod().prop_map(|pod| Op::Error { pod }),
        1 => pod().prop_map(|pod| Op::Done { pod }),
        1 => pod().prop_map(|pod| Op::Delete { pod }),
        3 => pod().prop_map(|event| Op::Happens { event }),
    ]
}

/// Both queues, and what happens to both.
struct Both {
    now: SimTime,
    queue: Queue,
    plain: Plain,
    events: Vec<ClusterEvent<'static>>,
}

impl Both {
    fn perform(&mut self, op: &Op) {
        let now = self.now;
        match op {
            Op::Wait { millis } => self.wait(SimDuration::millis(*millis)),
            Op::Add { template } => self.add(template.get(&FIXTURES.templates)),
            Op::Pop => assert_eq!(self.queue.pop(), self.plain.pop()),
            Op::Fail { pod, refused_by } => {
                if let Some(pod) = self.one_in_flight(pod) {
                    self.queue.fail(pod, *refused_by, now);
                    self.plain.fail(pod, *refused_by, now);
                }
            }
            Op::Error { pod } => {
                if let Some(pod) = self.one_in_flight(pod) {
                    self.queue.error(pod, now);
                    self.plain.error(pod, now);
                }
            }
            Op::Done { pod } => {
                if let Some(pod) = self.one_in_flight(pod) {
                    self.queue.done(pod);
                    self.plain.pods.retain(|other| other.id != pod);
                }
            }
            Op::Delete { pod } => {
                let pod = PodId(pod.index(40) as u32);
                self.queue.delete(pod);
                self.plain.pods.retain(|other| other.id != pod);
            }
            Op::Happens { event } => {
                let event = *event.get(&self.events);
                self.queue.happened(&event, now);
                self.plain.happened(event, now);
            }
        }
    }

    /// The plain one ticks each second; the other is told of the ticks that it asked for.
    fn wait(&mut self, length: SimDuration) {
        let before = self.now;
        self.now = before.after(length);
        let second = |instant: SimTime| instant.0 / 1_000_000;
        (second(before) + 1..=second(self.now)).for_each(|second| self.plain.tick(second));
        while self.queue.next_flush() <= self.now {
            let tick = self.queue.next_flush();
            assert!(tick > before, "a tick lies ahead");
            let standings = |queue: &Queue| queue.standings().collect::<Vec<_>>();
            let unmoved = standings(&self.queue);
            self.queue.flush(tick);
            assert_ne!(standings(&self.queue), unmoved, "a tick moves somebody");
        }
    }

    /// In the first row that is free.
    fn add(&mut self, template: &'static Arc<PodTemplate>) {
        let free = (0..).map(PodId).find(|pod| self.queue.standing(*pod).is_none());
        let pod = free.expect("rows do not end");
        self.queue.add(pod, template, self.now);
        self.plain.add(pod, template, self.now);
    }

    fn one_in_flight(&self, which: &prop::sample::Index) -> Option<PodId> {
        let flying = |pod: &&PlainPod| pod.place == Place::InFlight;
        let in_flight: Vec<PodId> = self.plain.pods.iter().filter(flying).map(|pod| pod.id).collect();
        (!in_flight.is_empty()).then(|| *which.get(&in_flight))
    }

    fn assert_equal(&self) {
        let standings: Vec<_> = self.queue.standings().collect();
        assert_eq!(standings, self.plain.standings());
        let waits = |(_, standing): &&(PodId, Standing)| standing.place != Place::InFlight;
        assert_eq!(self.queue.len(), standings.iter().filter(waits).count());
        assert_eq!(self.queue.len() + self.queue.in_flight(), standings.len(), "each is in one place");
        let can_be_tried = |(_, one): &(PodId, Standing)| matches!(one.place, Place::Active | Place::Backoff);
        assert_eq!(self.queue.is_active(), standings.iter().any(can_be_tried));
    }
}

proptest! {
    /// Who stands where, who is popped, and that no tick that was not asked for would have moved anybody.
    #[test]
    fn the_queue_does_what_a_plain_one_does_that_keeps_every_event_and_runs_every_tick(
        ops in prop::collection::vec(any_op(), 0..120),
    ) {
        let (queue, plain) = (Queue::default(), Plain::default());
        let mut both = Both { now: SimTime(123_000), queue, plain, events: events() };
        for op in &ops {
            both.perform(op);
            both.assert_equal();
        }
    }
}
