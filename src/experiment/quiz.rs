//! Small clusters to be asked about: who goes first, who is above its request, which class is it?
//!
//! What: the seed draws the questions, and within one nothing is left to chance: whole Mi, one node, no two pods
//! that compare as equal. Solutions are asked of the decisions themselves.
//! Never: a sentence ([`crate::report::quiz`]), or an answer.
//! Next: [`crate::eviction::order`], [`crate::oom::victim`], [`crate::model::qos`], which know.

use crate::engine::record::{PodName, Ranked};
use crate::eviction::order::{Contender, rank};
use crate::eviction::{Candidate, Criterion, EvictionOrder};
use crate::ground::{Amount, Bytes, Key, PodId, Stream, WorkloadId};
use crate::model::{ContainerSpec, PodSpec, QosClass, Replica, Resource, ResourceAmounts};
use crate::oom::score::oom_score_adj;
use crate::oom::victim::{Prey, badness, kill_order};
use crate::scenario::meaning::OrderName;
use std::iter;

/// The memory of each node: with 1000Mi a thousandth is a Mi.
pub const NODE: Bytes = Bytes::mebi(1000);
/// The most that the pods of a node use together, in Mi; the rest is the system's.
const MOST_USED: u64 = 880;
const NAMES: [&str; 6] = ["api", "batch", "cache", "db", "log", "web"];
const FEWEST_PODS: u64 = 3;
/// Amounts are multiples of this, in Mi.
const STEP: u64 = 10;

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Which class is each pod, by its requests and limits?
    Classes,
    /// In which order does an eviction order take them? The other one would not agree.
    Order,
    /// The same, where the class tells nothing.
    EqualClasses,
    /// The same, where the priority decides somewhere.
    Priority,
    /// Who is above its request?
    AboveRequest,
    /// In which order does the kernel kill them? The kubelet would not agree.
    Kernel,
}

/// The questions go round in this turn; the order is the one that is asked about, where the user does not say.
pub const TURN: [(Topic, OrderName); 7] = [
    (Topic::Classes, OrderName::Kubelet),
    (Topic::Order, OrderName::QosClass),
    (Topic::Order, OrderName::Kubelet),
    (Topic::EqualClasses, OrderName::Kubelet),
    (Topic::Priority, OrderName::Kubelet),
    (Topic::AboveRequest, OrderName::Kubelet),
    (Topic::Kernel, OrderName::Kubelet),
];

/// A pod that is asked about: one container, named `app`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub name: &'static str,
    /// As it is written.
    pub spec: PodSpec,
    pub working_set: Bytes,
}

/// A cluster, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub topic: Topic,
    /// The order that is asked about, if one is.
    pub order: OrderName,
    pub pods: Vec<Subject>,
}

/// What the solution, or an answer, says. Places are those of [`Question::pods`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Solution {
    /// One for each pod.
    Classes(Vec<QosClass>),
    /// Those above their requests, in the order of the pods.
    Above(Vec<usize>),
    /// Who goes first, second, and so on.
    Order(Vec<usize>),
}

/// The questions that a seed draws, all of an order that is given, without end. The first few do not depend on how many follow.
pub fn questions(seed: u64, order: Option<OrderName>) -> impl Iterator<Item = Question> {
    TURN.into_iter().cycle().zip(0..).map(move |((topic, usual), number)| {
        let stream = Key::root(seed, 0).name("quiz").number(number).stream();
        drawn(topic, order.unwrap_or(usual), stream)
    })
}

/// The first cluster that is worth the question.
fn drawn(topic: Topic, order: OrderName, mut stream: Stream) -> Question {
    let any = iter::repeat_with(|| Question { topic, order, pods: pods(topic, &mut stream) });
    any.into_iter().find(Question::is_telling).expect("an endless draw comes by one at last")
}

fn pods(topic: Topic, stream: &mut Stream) -> Vec<Subject> {
    let mut names = NAMES.to_vec();
    let count = FEWEST_PODS + stream.below(NAMES.len() as u64 - FEWEST_PODS + 1);
    let class = chosen(stream, &QosClass::ALL);
    let pod = |_| {
        let name = names.remove(stream.below(names.len() as u64) as usize);
        match topic {
            Topic::Classes => Subject { name, spec: any_spec(stream), working_set: Bytes::ZERO },
            Topic::EqualClasses => subject(name, class, stream),
            Topic::Order | Topic::Priority | Topic::AboveRequest | Topic::Kernel => {
                let class = chosen(stream, &QosClass::ALL);
                subject(name, class, stream)
            }
        }
    };
    (0..count).map(pod).collect()
}

/// A pod of a class that uses something; a Guaranteed one no more than its limit.
fn subject(name: &'static str, class: QosClass, stream: &mut Stream) -> Subject {
    let request = mebi(STEP * (5 + stream.below(26)));
    let used = mebi(STEP * (1 + stream.below(30)));
    let (container, used) = match class {
        QosClass::BestEffort => (ContainerSpec::default(), used),
        QosClass::Burstable => (container([None, Some(request)], [None, None]), used),
        QosClass::Guaranteed => {
            let figures = [Some(Amount::millis(500)), Some(request)];
            (container(figures, figures), used.min(request))
        }
    };
    let priority = chosen(stream, &[0, 0, 0, 100, 1000, -10]);
    let spec = PodSpec { priority: Some(priority), ..alone(container) };
    Subject { name, spec, working_set: used.bytes() }
}

/// Of the ways to write requests and limits those that lessons are about.
fn any_spec(stream: &mut Stream) -> PodSpec {
    let cpu = Some(Amount::millis(chosen(stream, &[100, 250, 500])));
    let memory = Some(mebi(STEP * (5 + stream.below(26))));
    let more = memory.map(|request| request + mebi(STEP * (1 + stream.below(10))));
    alone(match stream.below(9) {
        0 => ContainerSpec::default(),
        1 => container([None, memory], [None, None]),
        2 => container([cpu, None], [None, None]),
        3 => container([None, None], [None, memory]),
        4 => container([None, None], [cpu, memory]),
        5 => container([cpu, memory], [cpu, more]),
        6 => container([cpu, memory], [None, memory]),
        7 => container([None, memory], [cpu, memory]),
        _ => container([cpu, memory], [cpu, memory]),
    })
}

/// CPU, then memory: requests, then limits.
fn container(requests: [Option<Amount>; 2], limits: [Option<Amount>; 2]) -> ContainerSpec {
    let amounts = |[cpu, memory]: [Option<Amount>; 2]| ResourceAmounts { cpu, memory, ..Default::default() };
    ContainerSpec {
        name: "app".to_owned(),
        requests: amounts(requests),
        limits: amounts(limits),
        ..ContainerSpec::default()
    }
}

fn alone(container: ContainerSpec) -> PodSpec {
    PodSpec { containers: vec![ContainerSpec { name: "app".to_owned(), ..container }], ..PodSpec::default() }
}

fn mebi(n: u64) -> Amount {
    Bytes::mebi(n).into()
}

fn chosen<T: Copy>(stream: &mut Stream, of: &[T]) -> T {
    of[stream.below(of.len() as u64) as usize]
}

impl Subject {
    /// As the API server keeps it: a limit without a request is the request, too.
    pub fn kept(&self) -> PodSpec {
        self.spec.clone().with_defaulted_requests()
    }

    pub fn class(&self) -> QosClass {
        QosClass::of(&self.kept())
    }

    /// What eviction subtracts from its use.
    pub fn request(&self) -> Bytes {
        self.kept().eviction_request(Resource::Memory).bytes()
    }

    pub fn is_above_request(&self) -> bool {
        self.request() < self.working_set
    }

    /// As the kernel sees its container.
    pub fn prey(&self) -> Prey {
        let spec = self.kept();
        let oom_score_adj = oom_score_adj(&spec, self.class(), &spec.containers[0], NODE);
        Prey { working_set: self.working_set, oom_score_adj }
    }
}

impl Question {
    /// What is right.
    pub fn solution(&self) -> Solution {
        match self.topic {
            Topic::Classes => Solution::Classes(self.pods.iter().map(Subject::class).collect()),
            Topic::AboveRequest => {
                let above = self.pods.iter().enumerate().filter(|(_, pod)| pod.is_above_request());
                Solution::Above(above.map(|(place, _)| place).collect())
            }
            Topic::Kernel => Solution::Order(self.kernel_order()),
            Topic::Order | Topic::EqualClasses | Topic::Priority => {
                Solution::Order(self.order_by(self.order).iter().map(place_of).collect())
            }
        }
    }

    /// The pods as an order ranks them, each with what puts it before the next.
    pub fn order_by(&self, order: OrderName) -> Vec<Ranked> {
        let order = order.order();
        let mut candidates: Vec<Candidate> = self.pods.iter().zip(0..).map(candidate).collect();
        rank(&*order, &mut candidates);
        let nexts = candidates.iter().skip(1).map(Some).chain([None]);
        candidates.iter().zip(nexts).map(|(one, next)| ranked(&*order, one, next)).collect()
    }

    fn kernel_order(&self) -> Vec<usize> {
        let prey: Vec<Prey> = self.pods.iter().map(Subject::prey).collect();
        kill_order(&prey, NODE).into_iter().map(|(place, _)| place).collect()
    }

    /// Whether there is one answer, and something to be learned from it.
    fn is_telling(&self) -> bool {
        let used: Bytes = self.pods.iter().map(|pod| pod.working_set).sum();
        used <= Bytes::mebi(MOST_USED)
            && match self.topic {
                Topic::Classes => has_several(self.pods.iter().map(Subject::class)),
                Topic::AboveRequest => has_several(self.pods.iter().map(Subject::is_above_request)),
                Topic::Order => {
                    self.is_unambiguous()
                        && self.places_by(OrderName::Kubelet) != self.places_by(OrderName::QosClass)
                }
                Topic::EqualClasses => self.is_unambiguous() && self.is_decided_by(Criterion::Excess),
                Topic::Priority => self.is_unambiguous() && self.is_decided_by(Criterion::Priority),
                Topic::Kernel => {
                    has_no_equals(self.pods.iter().map(|pod| badness(pod.prey(), NODE)))
                        && self.kernel_order() != self.places_by(OrderName::Kubelet)
                }
            }
    }

    fn places_by(&self, order: OrderName) -> Vec<usize> {
        self.order_by(order).iter().map(place_of).collect()
    }

    fn is_unambiguous(&self) -> bool {
        !self.is_decided_by(Criterion::Serial)
    }

    fn is_decided_by(&self, criterion: Criterion) -> bool {
        self.order_by(self.order).iter().any(|ranked| ranked.decided_by == Some(criterion))
    }
}

fn has_several<T: PartialEq>(mut all: impl Iterator<Item = T>) -> bool {
    all.next().is_some_and(|first| all.any(|other| other != first))
}

fn has_no_equals<T: Ord>(all: impl Iterator<Item = T>) -> bool {
    let mut sorted: Vec<T> = all.collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|two| two[0] != two[1])
}

fn candidate((pod, number): (&Subject, u32)) -> Candidate {
    Candidate {
        pod: PodId(number),
        serial: number.into(),
        qos: pod.class(),
        priority: pod.spec.priority(),
        working_set: Some(pod.working_set),
        memory_request: pod.request().into(),
    }
}

fn ranked(order: &dyn EvictionOrder, candidate: &Candidate, next: Option<&Candidate>) -> Ranked {
    let place = candidate.pod.0;
    Ranked {
        pod: PodName {
            serial: candidate.serial,
            workload: WorkloadId(place),
            replica: Replica { ordinal: 0, generation: 0 },
        },
        candidate: *candidate,
        critical: false,
        usage: candidate.working_set.map(Amount::from),
        request: candidate.memory_request,
        decided_by: next.map(|next| candidate.compared(order, next).by),
    }
}

/// The place of a ranked pod among the question's.
pub fn place_of(ranked: &Ranked) -> usize {
    ranked.candidate.pod.0 as usize
}
