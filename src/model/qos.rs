//! QoS classes: what a pod's requests and limits say about it.
//!
//! Never: who is evicted. The kubelet does not even read the class when it
//! ranks pods; the lesson's order ([`crate::eviction::QosOrder`]) does, and the
//! kernel follows it through [`crate::oom`].

use super::container::ContainerSpec;
use super::pod::PodSpec;
use super::resources::ResourceAmounts;
use crate::ground::Amount;

/// A pod's quality of service, in the order in which the lesson evicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QosClass {
    BestEffort,
    Burstable,
    Guaranteed,
}

impl QosClass {
    pub const ALL: [QosClass; 3] = [QosClass::BestEffort, QosClass::Burstable, QosClass::Guaranteed];

    /// The class that follows from a pod's spec.
    ///
    /// CPU and memory above zero count, over init and regular containers alike.
    /// Nothing is defaulted here: the API server turns a limit without a request
    /// into both, and a spec that never met it says what it says.
    /// Source: kubernetes `ComputePodQOS`, with pod-level resources off.
    pub fn of(pod: &PodSpec) -> QosClass {
        let requests = sum_of_positive(pod, |container| container.requests);
        let limits = sum_of_positive(pod, |container| container.limits);
        let nothing = ResourceAmounts::default();
        if requests == nothing && limits == nothing {
            QosClass::BestEffort
        } else if requests == limits && pod.all_containers().all(is_limited) {
            QosClass::Guaranteed
        } else {
            QosClass::Burstable
        }
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

fn sum_of_positive(pod: &PodSpec, asked: fn(&ContainerSpec) -> ResourceAmounts) -> ResourceAmounts {
    pod.all_containers().map(asked).map(positive).fold(ResourceAmounts::default(), ResourceAmounts::plus)
}

/// What counts for the class: CPU and memory, and a zero as if nothing were said.
fn positive(amounts: ResourceAmounts) -> ResourceAmounts {
    ResourceAmounts {
        cpu: amounts.cpu.filter(|amount| amount.is_positive()),
        memory: amounts.memory.filter(|amount| amount.is_positive()),
        ephemeral_storage: None,
    }
}

fn is_limited(container: &ContainerSpec) -> bool {
    let is_given = |limit: Option<Amount>| limit.is_some_and(Amount::is_positive);
    is_given(container.limits.cpu) && is_given(container.limits.memory)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
