//! QoS classes: what a pod's requests and limits say about it.
//!
//! What: the class of a manifest, and what stands between it and Guaranteed. Both come from one
//! walk: a pod is Guaranteed if nothing is found that stands in the way.
//! Never: who is evicted. The kubelet does not even read the class when it
//! ranks pods; the lesson's order ([`crate::eviction::QosOrder`]) does, and the
//! kernel follows it through [`crate::oom`].

use super::container::{ContainerSpec, Role};
use super::pod::{PodLevelResources, PodSpec};
use super::resources::{Resource, ResourceAmounts};
use crate::ground::Amount;

/// A pod's quality of service, in the order in which the lesson evicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QosClass {
    BestEffort,
    Burstable,
    Guaranteed,
}

/// The resources that a class is made of.
pub const CLASSIFYING: [Resource; 2] = [Resource::Cpu, Resource::Memory];

impl QosClass {
    pub const ALL: [QosClass; 3] = [QosClass::BestEffort, QosClass::Burstable, QosClass::Guaranteed];

    /// The class that follows from a pod's spec, as the kubelet of Kubernetes 1.32 has it: pod-level resources are off.
    pub fn of(pod: &PodSpec) -> QosClass {
        Qualification::of(pod, PodLevelResources::Ignored).class()
    }

    /// The class that the API calls by this name.
    pub fn named(name: &str) -> Option<QosClass> {
        QosClass::ALL.into_iter().find(|class| class.name() == name)
    }

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            QosClass::BestEffort => "BestEffort",
            QosClass::Burstable => "Burstable",
            QosClass::Guaranteed => "Guaranteed",
        }
    }
}

/// What a pod's requests and limits qualify it for, and why for no more.
///
/// CPU and memory above zero count, over init and regular containers alike.
/// Nothing is defaulted here: the API server turns a limit without a request
/// into both ([`PodSpec::with_defaulted_requests`]), and a spec that never met it says what it says.
/// Source: kubernetes `ComputePodQOS`.
#[derive(Clone, Copy, Debug)]
pub struct Qualification<'a> {
    pod: &'a PodSpec,
    pod_speaks: bool,
    /// What counts of it, over the whole pod.
    requests: ResourceAmounts,
    limits: ResourceAmounts,
}

/// Whose requests and limits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker<'a> {
    /// The pod's own, in place of its containers'.
    Pod,
    Container(Role, &'a str),
}

/// Requests, or limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Request,
    Limit,
}

/// What somebody says of one resource: amounts as written, zeros among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    pub by: Speaker<'a>,
    pub resource: Resource,
    pub request: Option<Amount>,
    pub limit: Option<Amount>,
}

/// What stands between a pod and the class Guaranteed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle<'a> {
    /// There is no limit above zero.
    NoLimit(Said<'a>),
    /// The request is not the limit, and neither are their sums over the pod.
    Unequal(Said<'a>),
}

impl<'a> Qualification<'a> {
    pub fn of(pod: &'a PodSpec, pod_level: PodLevelResources) -> Qualification<'a> {
        let says_anything = |amounts: ResourceAmounts| amounts.cpu.or(amounts.memory).is_some();
        let pod_speaks = pod_level == PodLevelResources::Honored
            && (says_anything(pod.pod_requests) || says_anything(pod.pod_limits));
        let nothing = ResourceAmounts::default();
        let mut all = Qualification { pod, pod_speaks, requests: nothing, limits: nothing };
        let sums = all.speakers().fold((nothing, nothing), |(requests, limits), (_, own)| {
            (requests.plus(positive(own[0])), limits.plus(positive(own[1])))
        });
        (all.requests, all.limits) = sums;
        all
    }

    /// The class that follows.
    pub fn class(&self) -> QosClass {
        let nothing = ResourceAmounts::default();
        if self.requests == nothing && self.limits == nothing {
            QosClass::BestEffort
        } else if self.obstacles().next().is_none() {
            QosClass::Guaranteed
        } else {
            QosClass::Burstable
        }
    }

    /// What keeps it from being Guaranteed: container by container, CPU before memory.
    pub fn obstacles(&self) -> impl Iterator<Item = Obstacle<'a>> {
        self.said().filter_map(|said| {
            let limit = said.counted(Bound::Limit);
            if limit.is_none() {
                return Some(Obstacle::NoLimit(said));
            }
            let sums_differ = self.requests.of(said.resource) != self.limits.of(said.resource);
            (sums_differ && said.counted(Bound::Request) != limit).then_some(Obstacle::Unequal(said))
        })
    }

    /// Whatever counts and keeps it from being BestEffort.
    pub fn stated(&self) -> impl Iterator<Item = (Bound, Said<'a>)> {
        let both = |said| [Bound::Request, Bound::Limit].map(|bound| (bound, said));
        self.said().flat_map(both).filter(|(bound, said)| said.counted(*bound).is_some())
    }

    /// What each speaker says of each resource that counts.
    pub fn said(&self) -> impl Iterator<Item = Said<'a>> + use<'a> {
        let of_each = |(by, own): (Speaker<'a>, [ResourceAmounts; 2])| {
            CLASSIFYING.map(|resource| Said {
                by,
                resource,
                request: own[0].of(resource),
                limit: own[1].of(resource),
            })
        };
        self.speakers().flat_map(of_each)
    }

    /// Whoever speaks, with requests and limits.
    fn speakers(&self) -> impl Iterator<Item = (Speaker<'a>, [ResourceAmounts; 2])> + use<'a> {
        let (pod, pod_speaks) = (self.pod, self.pod_speaks);
        let own = pod_speaks.then_some((Speaker::Pod, [pod.pod_requests, pod.pod_limits]));
        let container = |(role, one): (Role, &'a ContainerSpec)| {
            (Speaker::Container(role, &one.name), [one.requests, one.limits])
        };
        own.into_iter().chain(pod.all_with_roles().filter(move |_| !pod_speaks).map(container))
    }
}

impl Said<'_> {
    /// As written.
    pub fn of(&self, bound: Bound) -> Option<Amount> {
        match bound {
            Bound::Request => self.request,
            Bound::Limit => self.limit,
        }
    }

    /// What of it counts: a zero is as if nothing were said.
    pub fn counted(&self, bound: Bound) -> Option<Amount> {
        self.of(bound).filter(|amount| amount.is_positive())
    }
}

impl<'a> Obstacle<'a> {
    /// Who is in the way, and by which figures.
    pub fn said(&self) -> Said<'a> {
        match self {
            Obstacle::NoLimit(said) | Obstacle::Unequal(said) => *said,
        }
    }
}

/// What counts for the class: CPU and memory, and a zero as if nothing were said.
fn positive(amounts: ResourceAmounts) -> ResourceAmounts {
    ResourceAmounts {
        cpu: amounts.cpu.filter(|amount| amount.is_positive()),
        memory: amounts.memory.filter(|amount| amount.is_positive()),
        ephemeral_storage: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn amounts(cpu_millis: u64, memory: u64) -> ResourceAmounts {
        ResourceAmounts {
            cpu: Some(Amount::millis(cpu_millis)),
            memory: Some(Amount::whole(memory)),
            ephemeral_storage: None,
        }
    }

    fn container(requests: ResourceAmounts, limits: ResourceAmounts) -> ContainerSpec {
        ContainerSpec { requests, limits, ..ContainerSpec::default() }
    }

    fn class_of(containers: Vec<ContainerSpec>) -> QosClass {
        QosClass::of(&PodSpec { containers, ..PodSpec::default() })
    }

    #[test]
    fn one_container_without_resources_spoils_guaranteed() {
        // User case T3: the teacher's question "which container spoiled it?".
        let guaranteed = container(amounts(100, 64), amounts(100, 64));
        assert_eq!(class_of(vec![guaranteed.clone()]), QosClass::Guaranteed);
        let silent = ContainerSpec::default();
        assert_eq!(class_of(vec![guaranteed.clone(), silent.clone()]), QosClass::Burstable);
        let pod =
            PodSpec { init_containers: vec![silent], containers: vec![guaranteed], ..PodSpec::default() };
        assert_eq!(QosClass::of(&pod), QosClass::Burstable);
    }

    #[test]
    fn limits_without_requests_are_burstable_until_the_api_server_defaults_them() {
        let limits_only = container(ResourceAmounts::default(), amounts(100, 64));
        assert_eq!(class_of(vec![limits_only]), QosClass::Burstable);
    }

    #[test]
    fn sums_over_the_pod_are_compared_not_containers() {
        let less = container(amounts(50, 32), amounts(100, 64));
        let more = container(amounts(150, 96), amounts(100, 64));
        assert_eq!(class_of(vec![less.clone()]), QosClass::Burstable);
        assert_eq!(class_of(vec![less, more]), QosClass::Guaranteed);
    }

    #[test]
    fn zeros_and_storage_are_as_good_as_nothing() {
        let storage = ResourceAmounts { ephemeral_storage: Some(Amount::whole(1)), ..amounts(0, 0) };
        assert_eq!(class_of(vec![container(storage, storage)]), QosClass::BestEffort);
        assert_eq!(class_of(vec![]), QosClass::BestEffort);
    }

    /// Few distinct figures, zeros and gaps among them.
    fn any_amounts() -> impl Strategy<Value = ResourceAmounts> {
        let amount = || prop::option::weighted(0.8, (0..3_u64).prop_map(Amount::whole));
        (amount(), amount(), amount()).prop_map(|(cpu, memory, ephemeral_storage)| ResourceAmounts {
            cpu,
            memory,
            ephemeral_storage,
        })
    }

    fn any_pod() -> impl Strategy<Value = PodSpec> {
        let one =
            || (any_amounts(), any_amounts()).prop_map(|(requests, limits)| container(requests, limits));
        let some = |range| prop::collection::vec(one(), range);
        (some(0..2), some(1..3)).prop_map(|(init_containers, containers)| PodSpec {
            init_containers,
            containers,
            ..PodSpec::default()
        })
    }

    /// `ComputePodQOS`, as it is written there: maps by name, sums, and a flag.
    fn as_computed_by_kubernetes(pod: &PodSpec) -> QosClass {
        let (mut requests, mut limits) = ([None; 2], [None; 2]);
        let mut is_guaranteed = true;
        for one in pod.all_containers() {
            let mut found = 0;
            for (index, resource) in CLASSIFYING.into_iter().enumerate() {
                let add = |sums: &mut [Option<Amount>; 2], amount: Option<Amount>| match amount {
                    Some(amount) if amount.is_positive() => {
                        sums[index] = Some(sums[index].unwrap_or_default() + amount);
                        1
                    }
                    _ => 0,
                };
                add(&mut requests, one.requests.of(resource));
                found += add(&mut limits, one.limits.of(resource));
            }
            is_guaranteed &= found == 2;
        }
        if requests == [None; 2] && limits == [None; 2] {
            return QosClass::BestEffort;
        }
        if is_guaranteed && requests == limits { QosClass::Guaranteed } else { QosClass::Burstable }
    }

    /// The pod with a limit, and the same request, wherever somebody is in the way.
    fn cured(pod: &PodSpec) -> PodSpec {
        let mut cured = pod.clone();
        for one in cured.init_containers.iter_mut().chain(&mut cured.containers) {
            for limit in [&mut one.limits.cpu, &mut one.limits.memory] {
                *limit = limit.filter(|amount| amount.is_positive()).or(Some(Amount::whole(5)));
            }
            one.requests = one.limits;
        }
        cured
    }

    proptest! {
        #[test]
        fn the_class_is_that_of_kubernetes_and_follows_from_what_is_in_the_way(pod in any_pod()) {
            let found = Qualification::of(&pod, PodLevelResources::Ignored);
            prop_assert_eq!(found.class(), as_computed_by_kubernetes(&pod));
            prop_assert_eq!(found.class() == QosClass::BestEffort, found.stated().next().is_none());
            let cured = cured(&pod);
            prop_assert_eq!(Qualification::of(&cured, PodLevelResources::Ignored).obstacles().next(), None);
        }

        #[test]
        fn a_limit_without_a_request_is_the_request_too(pod in any_pod()) {
            let defaulted = pod.clone().with_defaulted_requests();
            for (before, after) in pod.all_containers().zip(defaulted.all_containers()) {
                for resource in CLASSIFYING {
                    let expected = before.requests.of(resource).or(before.limits.of(resource));
                    prop_assert_eq!(after.requests.of(resource), expected);
                }
            }
        }
    }
}
