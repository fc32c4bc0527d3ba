//! What the kubelet writes into an evicted pod's status, to the letter.
//!
//! What: the sentence about the node, and one for each container that uses more
//! than it asked for. Every sentence ends with a space.
//! Never: who is evicted; a container is blamed that had nothing to do with it, too.
//! Next: [`super::local_storage`] and [`super::admission`], whose messages stand beside their rules.
//!
//! Source: kubernetes `pkg/kubelet/eviction/helpers.go`, `evictionMessage` (1.32).

use super::signal::{Observation, Starved};
use super::statistics::{ContainerStatistics, PodStatistics};
use super::threshold::Threshold;
use crate::ground::{Amount, Bytes, Format, Quantity};
use crate::model::{ContainerSpec, PodSpec, Resource};
use std::fmt;

/// A container that uses more than it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blamed<'a> {
    pub container: &'a str,
    pub used: Bytes,
    pub request: Quantity,
    pub starved: Starved,
}

impl fmt::Display for Blamed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Blamed { container, used, request, starved } = self;
        let used = Quantity::new(Amount::from(*used), Format::BinarySI);
        let starved = starved.name();
        write!(
            f,
            "Container {container} was using {used}, request is {request}, has larger consumption of {starved}. "
        )
    }
}

/// The message of a pod that is evicted for `threshold`.
pub fn evicted<'a>(
    threshold: &Threshold,
    seen: Observation,
    blamed: impl IntoIterator<Item = Blamed<'a>>,
) -> String {
    let starved = threshold.signal.starved().name();
    let line = threshold.printed(seen.capacity);
    let available = seen.available.printed(threshold.signal);
    let mut message = format!(
        "The node was low on resource: {starved}. Threshold quantity: {line}, available: {available}. "
    );
    for container in blamed {
        message.push_str(&container.to_string());
    }
    message
}

/// Whom the message names, in the order of the statistics: init containers, too, but none that the manifest
/// does not know. Nobody can ask for inodes or process ids, so nobody is blamed for them.
pub fn blamed<'a>(
    pod: &'a PodSpec,
    statistics: &'a PodStatistics,
    starved: Starved,
) -> impl Iterator<Item = Blamed<'a>> {
    let known = |name: &str| {
        let mut regular_first = pod.containers.iter().chain(&pod.init_containers);
        regular_first.find(|container| container.name == name)
    };
    statistics
        .containers
        .iter()
        .filter_map(move |figures| over_request(known(&figures.name)?, figures, starved))
}

fn over_request<'a>(
    container: &'a ContainerSpec,
    figures: &ContainerStatistics,
    starved: Starved,
) -> Option<Blamed<'a>> {
    let (resource, used) = match starved {
        Starved::Memory => (Resource::Memory, figures.working_set?),
        Starved::EphemeralStorage => (Resource::EphemeralStorage, written_to_disk(figures)?),
        Starved::Inodes | Starved::Pids => return None,
    };
    let request = container.printed_request(resource);
    let is_over = Amount::from(used) > request.amount();
    is_over.then_some(Blamed { container: &container.name, used, request, starved })
}

/// Nothing is told of a container of which a part is not known.
fn written_to_disk(figures: &ContainerStatistics) -> Option<Bytes> {
    let (rootfs, logs) = (figures.rootfs.used?, figures.logs.used?);
    Some(Bytes(rootfs.0.saturating_add(logs.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::statistics::FsUse;
    use crate::eviction::{Count, Signal, ThresholdValue};
    use crate::ground::SimDuration;
    use crate::model::ResourceAmounts;

    fn threshold(signal: Signal, value: ThresholdValue) -> Threshold {
        Threshold { signal, value, written: None, grace_period: SimDuration::ZERO, minimum_reclaim: None }
    }

    fn container(name: &str, memory: u64) -> ContainerSpec {
        let requests =
            ResourceAmounts { memory: Some(Bytes::mebi(memory).into()), ..ResourceAmounts::default() };
        ContainerSpec { name: name.into(), requests, ..ContainerSpec::default() }
    }

    fn using(name: &str, memory: u64) -> ContainerStatistics {
        let working_set = Some(Bytes::mebi(memory));
        ContainerStatistics { name: name.into(), working_set, ..ContainerStatistics::default() }
    }

    #[test]
    fn the_message_names_the_threshold_and_what_is_left_of_what_it_counts() {
        let told = |signal, value, available, capacity| {
            let seen = Observation::fresh(Count(available), Count(capacity));
            evicted(&threshold(signal, value), seen, [])
        };
        // Texts of recorded kubelet decisions.
        assert_eq!(
            told(Signal::PidAvailable, ThresholdValue::Percentage(0.05), 505, 32_768),
            "The node was low on resource: pids. Threshold quantity: 1638, available: 505. "
        );
        assert_eq!(
            told(Signal::NodefsInodesFree, ThresholdValue::Quantity(Count(50_000)), 31_665, 1_000_000),
            "The node was low on resource: inodes. Threshold quantity: 50000, available: 31665. "
        );
    }

    #[test]
    fn whoever_is_above_its_request_is_blamed_in_the_order_of_the_statistics() {
        let pod = PodSpec {
            init_containers: vec![container("warm-up", 10)],
            containers: vec![container("app", 100), container("log", 20)],
            ..PodSpec::default()
        };
        let figures = [using("log", 20), using("warm-up", 11), using("debug", 500), using("app", 101)];
        let statistics = PodStatistics { containers: figures.to_vec(), ..PodStatistics::default() };
        let told: String = blamed(&pod, &statistics, Starved::Memory).map(|one| one.to_string()).collect();
        // "log" uses just what it asked for, "debug" is an ephemeral container.
        assert_eq!(
            told,
            "Container warm-up was using 11Mi, request is 10Mi, has larger consumption of memory. \
             Container app was using 101Mi, request is 100Mi, has larger consumption of memory. "
        );
        assert_eq!(blamed(&pod, &statistics, Starved::Pids).count(), 0);
    }

    #[test]
    fn a_container_without_a_figure_of_its_logs_is_not_blamed_for_disk_space() {
        let pod = PodSpec { containers: vec![container("app", 0)], ..PodSpec::default() };
        let used = |bytes| FsUse { used: Some(Bytes(bytes)), inodes_used: None };
        let whole = ContainerStatistics { rootfs: used(5), logs: used(6), ..using("app", 0) };
        let half = ContainerStatistics { logs: FsUse::default(), ..whole.clone() };
        let told = |figures| {
            let statistics = PodStatistics { containers: vec![figures], ..PodStatistics::default() };
            blamed(&pod, &statistics, Starved::EphemeralStorage)
                .map(|one| one.to_string())
                .collect::<String>()
        };
        assert_eq!(told(half), "");
        assert_eq!(
            told(whole),
            "Container app was using 11, request is 0, has larger consumption of ephemeral-storage. "
        );
    }

    #[test]
    fn a_thousand_bytes_are_told_as_the_quantity_that_they_are() {
        // Below 1024 a quantity of bytes prints in its decimal normal form (`Quantity.CanonicalizeBytes`).
        let figures = ContainerStatistics { working_set: Some(Bytes(1000)), ..using("app", 0) };
        let statistics = PodStatistics { containers: vec![figures], ..PodStatistics::default() };
        let pod = PodSpec { containers: vec![container("app", 0)], ..PodSpec::default() };
        let told: String = blamed(&pod, &statistics, Starved::Memory).map(|one| one.to_string()).collect();
        assert!(told.starts_with("Container app was using 1k, request is 0,"), "{told}");
    }
}
