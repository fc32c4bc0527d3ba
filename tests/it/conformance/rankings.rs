//! Whom a kubelet would evict first, under every signal.

use super::family;
use super::pods::{compare, template};
use super::statistics::{layout, pod_statistics};
use evictsim::eviction::{Candidates, Criterion, KnownPod, KubeletOrder, Signal};
use evictsim::ground::PodId;
use serde_json::{Value, json};

#[test]
fn pods_under_memory_pressure_rank_as_in_the_kubelet() {
    family("eviction_rank_memory", ranks_as_recorded);
}

#[test]
fn pods_under_disk_pressure_rank_as_in_the_kubelet() {
    family("eviction_rank_disk", ranks_as_recorded);
}

#[test]
fn pods_under_pid_pressure_rank_as_in_the_kubelet() {
    family("eviction_rank_pids", ranks_as_recorded);
}

fn ranks_as_recorded(case: &Value) -> Result<(), String> {
    let signal = case["signal"].as_str().and_then(Signal::named).ok_or("a signal not known here")?;
    let pods = case["pods"].as_array().expect("a list of pods");
    let templates = pods.iter().map(template).collect::<Result<Vec<_>, _>>()?;
    let known = pods.iter().map(|pod| pod_statistics(&case["stats"][name_of(pod)])).collect::<Vec<_>>();
    let known_pods = templates.iter().zip(&known).zip(0..).map(|((template, known), number)| KnownPod {
        pod: PodId(number),
        serial: u64::from(number),
        template,
        statistics: known.as_ref(),
    });
    let mut candidates = Candidates::under(signal, layout(case), known_pods);
    candidates.rank(&KubeletOrder);
    compare(&json!(groups_of_equals(&candidates, pods)), &case["expect"]["groups"])
}

/// The names of pods that go one before the other, and of those between which only
/// their age decides together, sorted, as they are recorded.
fn groups_of_equals<'a>(ranked: &Candidates, pods: &'a [Value]) -> Vec<Vec<&'a str>> {
    let mut groups: Vec<Vec<&str>> = Vec::new();
    let mut equals_the_last = false;
    for (place, pod) in ranked.pods().into_iter().enumerate() {
        let name = name_of(&pods[pod.index()]);
        match groups.last_mut() {
            Some(group) if equals_the_last => group.push(name),
            _ => groups.push(vec![name]),
        }
        equals_the_last = ranked.deciding(&KubeletOrder, place) == Some(Criterion::Serial);
    }
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups
}

fn name_of(pod: &Value) -> &str {
    pod["metadata"]["name"].as_str().expect("every pod has its name")
}
