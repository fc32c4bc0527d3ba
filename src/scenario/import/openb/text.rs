//! The scenario of a trace, written.

use super::trace::{TraceNode, TracePod};
use super::{BestEffortAs, Class, Counts, LatencySensitiveAs, Options};
use crate::ground::{Bytes, Key, SimTime};
use crate::scenario::distribution::{Distribution, FromDraw, Law};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What was assumed, a sentence or two each.
pub fn assumptions(counts: &Counts, options: &Options, (memory, cpu): (u64, u64)) -> Vec<String> {
    let listed = |class: Class| counts.listed.get(&class).copied().unwrap_or(0);
    let replayed = |class: Class| counts.replayed.get(&class).copied().unwrap_or(0);
    let all: u64 = counts.listed.values().sum();
    vec![
        format!(
            "Nodes: {} of {} are kept, evenly by model and size; the pods' requests fill at most {memory} % of \
             their memory and {cpu} % of their CPU at the trace's own times. The pods are a sample: on all nodes \
             they would be alone.",
            counts.kept_nodes, counts.listed_nodes
        ),
        format!("Requests of nothing: pods that ask for no memory or no CPU ({}) make no such request.", counts.asking_for_nothing),
        format!("Too large: {} pods ask for more than any kept node has, and stay Pending.", counts.too_large),
        latency_sensitive(replayed(Class::LatencySensitive), options.latency_sensitive),
        best_effort(replayed(Class::BestEffort), options.best_effort),
        format!(
            "Burstable and Guaranteed: {} and {} pods, taken by their names (requests without limits; limits as \
             large as requests), priority 0: too few for statistics.",
            replayed(Class::Burstable),
            replayed(Class::Guaranteed)
        ),
        format!(
            "Memory usage: assumption. The trace has none. A plateau of 0.6 (median, log-normal, sigma 0.5) of the \
             request with the shapes of `typical`, measured on other clusters, and below 98 % of a limit where \
             there is one (but for the 2 % that leak).",
        ),
        format!(
            "Never scheduled: {} of {all} pods had no node in the trace ({} of LS, {} of BE); they are left out.",
            counts.never_scheduled,
            listed(Class::LatencySensitive) - replayed(Class::LatencySensitive),
            listed(Class::BestEffort) - replayed(Class::BestEffort)
        ),
        format!(
            "Right-censored: {} pods were there when the trace ended; they run until the horizon.",
            counts.right_censored
        ),
        format!("GPUs: {} pods ask for some; GPUs are not simulated and hold no pod back.", counts.with_gpu),
        "Waits: a pod arrives when it was created, and the simulated scheduler decides when it gets a node; the \
         trace's own waits (median 2 s) are not replayed. Its run time counts from its start."
            .to_owned(),
        format!(
            "Ends: every pod ends with success after its run time, also the {} that ended as Failed: the trace does \
             not say what became of their work.",
            counts.failed
        ),
        "Workloads: Jobs, since run times are finite: an evicted pod is made anew, as often as it takes, and \
         starts from the beginning."
            .to_owned(),
    ]
}

fn latency_sensitive(pods: u64, reading: LatencySensitiveAs) -> String {
    let reading = match reading {
        LatencySensitiveAs::Burstable => {
            "Burstable, with a memory limit of 1.0 to 1.5 times the request (drawn once, here; the trace has no limits)"
        }
        LatencySensitiveAs::Guaranteed => {
            "Guaranteed, with limits as large as the requests (the trace has no limits)"
        }
    };
    format!("LS: {pods} pods, read as {reading}, priority 1000.")
}

fn best_effort(pods: u64, reading: BestEffortAs) -> String {
    let reading = match reading {
        BestEffortAs::Requested => "as requested: Burstable, with the row's requests and no limits",
        BestEffortAs::Scheduled => {
            "as scheduled: BestEffort, without requests (the trace's scheduler counted them as resources that \
             Kubernetes does not know); their memory usage still refers to the row's request"
        }
    };
    format!("BE: {pods} pods, read {reading}; priority -10.")
}

pub fn scenario(
    pods: &[&TracePod],
    nodes: &[&TraceNode],
    options: &Options,
    assumptions: &[String],
) -> String {
    let mut text = String::new();
    let horizon = pods.iter().map(|pod| pod.deleted).max().unwrap_or_default();
    head(&mut text, nodes.len(), assumptions, horizon);
    write_nodes(&mut text, nodes);
    text.push_str("workloads:\n");
    for class in Class::ALL {
        let pods: Vec<&TracePod> = pods.iter().copied().filter(|pod| pod.class == class).collect();
        if !pods.is_empty() {
            write_workload(&mut text, class, &pods, options);
        }
    }
    text
}

/// Writing to a `String` cannot fail.
macro_rules! line {
    ($text:expr, $($format:tt)*) => { let _ = writeln!($text, $($format)*); };
}

fn head(text: &mut String, nodes: usize, assumptions: &[String], horizon: SimTime) {
    line!(text, "# How do the pods of a public trace (openb) fare under memory pressure on {nodes} nodes?");
    // The question is the first block of comments; what follows is not part of it.
    text.push('\n');
    line!(text, "# Imported from cluster-trace-gpu-v2023. Cite: Weng et al., USENIX ATC 2023. Assumed:");
    for assumption in assumptions {
        for (number, part) in wrapped(assumption, 110).into_iter().enumerate() {
            line!(text, "# {} {part}", if number == 0 { "-" } else { " " });
        }
    }
    line!(text, "apiVersion: evictsim.io/v1\nkind: Scenario\nname: openb\nhorizon: {horizon}\nseed: 1");
    line!(text, "rules: Kubernetes");
}

/// Words in lines of at most `width` characters, where words allow.
fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split_whitespace() {
        let last = lines.last_mut().expect("there is always a last line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.len() + 1 + word.len() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn write_nodes(text: &mut String, nodes: &[&TraceNode]) {
    let mut counts: BTreeMap<&TraceNode, u64> = BTreeMap::new();
    nodes.iter().for_each(|node| *counts.entry(*node).or_default() += 1);
    text.push_str("nodes:\n");
    for (node, count) in counts {
        let model = if node.model.is_empty() { "plain".to_owned() } else { node.model.to_lowercase() };
        let (cpu, memory) = (node.cpu, node.memory);
        let name = format!("{model}-{}m-{}mi", cpu.0, memory.0 / Bytes::mebi(1).0);
        line!(
            text,
            "  - {{name: {name}, count: {count}, capacity: {{cpu: {cpu}, memory: {memory}, pods: 110}}}}"
        );
    }
}

fn write_workload(text: &mut String, class: Class, pods: &[&TracePod], options: &Options) {
    let priority = match class {
        Class::LatencySensitive => 1000,
        Class::BestEffort => -10,
        Class::Burstable | Class::Guaranteed => 0,
    };
    line!(text, "  - name: {}\n    kind: Job\n    backoffLimit: 1000000", class.name().to_lowercase());
    line!(text, "    template:\n      spec:\n        restartPolicy: Never\n        priority: {priority}");
    line!(text, "        containers: [{{name: main}}]");
    line!(text, "    behavior:\n      containers:\n        main:");
    line!(text, "          workingSet:");
    line!(
        text,
        "            typical: {{plateau: {{ofRequest: {{logNormal: {{median: 0.6, sigma: 0.5}}}}}}}}"
    );
    line!(text, "    arrivals:\n      inline:\n        csv: |");
    line!(text, "          {}", columns());
    for pod in pods {
        line!(text, "          {}", row(pod, options));
    }
}

fn columns() -> &'static str {
    "at_s,name,run_time_s,cpu_request_milli,cpu_limit_milli,memory_request_bytes,memory_limit_bytes,memory_scale_bytes"
}

/// What a pod's manifest says of resources, by how its class is read.
#[derive(Default)]
struct Amounts {
    cpu_request: Option<u64>,
    cpu_limit: Option<u64>,
    memory_request: Option<u64>,
    memory_limit: Option<u64>,
    memory_scale: Option<u64>,
}

fn row(pod: &TracePod, options: &Options) -> String {
    // To Kubernetes nothing is no request and no limit; an empty cell says so.
    let cell = |amount: Option<u64>| {
        amount.filter(|amount| *amount > 0).map(|amount| amount.to_string()).unwrap_or_default()
    };
    let amounts = amounts(pod, options);
    let cells = [
        seconds(pod.created.0),
        pod.name.clone(),
        pod.run_time.map(|length| seconds(length.0)).unwrap_or_default(),
        cell(amounts.cpu_request),
        cell(amounts.cpu_limit),
        cell(amounts.memory_request),
        cell(amounts.memory_limit),
        cell(amounts.memory_scale),
    ];
    cells.join(",")
}

fn amounts(pod: &TracePod, options: &Options) -> Amounts {
    let requested =
        Amounts { cpu_request: Some(pod.cpu.0), memory_request: Some(pod.memory.0), ..Amounts::default() };
    let guaranteed = Amounts { cpu_limit: Some(pod.cpu.0), memory_limit: Some(pod.memory.0), ..requested };
    match (pod.class, options.latency_sensitive, options.best_effort) {
        (Class::LatencySensitive, LatencySensitiveAs::Burstable, _) => {
            Amounts { memory_limit: Some(drawn_limit(pod).0), ..requested }
        }
        (Class::LatencySensitive, LatencySensitiveAs::Guaranteed, _) | (Class::Guaranteed, ..) => guaranteed,
        (Class::BestEffort, _, BestEffortAs::Scheduled) => {
            Amounts { memory_scale: Some(pod.memory.0), ..Amounts::default() }
        }
        (Class::BestEffort, _, BestEffortAs::Requested) | (Class::Burstable, ..) => requested,
    }
}

/// 1.0 to 1.5 times the request, by the pod's name alone.
fn drawn_limit(pod: &TracePod) -> Bytes {
    let factor = Distribution::of(Law::Uniform { min: 1.0, max: 1.5 });
    let mut stream = Key::root(0, 0).name("openb limit").name(&pod.name).stream();
    Bytes::from_draw(pod.memory.0 as f64 * factor.draw(&mut stream)).max(pod.memory)
}

/// Microseconds as seconds, exactly.
fn seconds(micros: u64) -> String {
    let (whole, fraction) = (micros / 1_000_000, micros % 1_000_000);
    if fraction == 0 {
        return whole.to_string();
    }
    format!("{whole}.{fraction:06}").trim_end_matches('0').to_owned()
}
