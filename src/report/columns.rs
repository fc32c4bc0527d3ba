//! The one list of every table's columns: name (with its unit), meaning, source.
//!
//! What: each table as a row type whose fields *are* its columns, in order, so
//! that a header, a cell and its documentation cannot come apart.
//! Never: where a row is written, or when. New columns only at the end.
//! Next: [`super::ledger`] fills the rows; `docs/results-format.md` tells them to
//! users, and a test holds it to this list.

use super::cell::{Cell, Kind};
use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime};
use crate::model::PodAddress;

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// In snake case; a number's unit ends it (`_s`, `_bytes`, `_milli`), a count has none.
    pub name: &'static str,
    pub kind: Kind,
    pub meaning: &'static str,
    /// Which fact of a run it is taken from.
    pub source: &'static str,
}

/// A table: one row, one fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its file is `<name>.csv`.
    pub name: &'static str,
    pub one_row_is: &'static str,
    pub columns: &'static [Column],
}

/// A row of a known table.
pub trait Row {
    const TABLE: Table;
    /// Calls back with each cell, in the order of the table's columns.
    fn each_cell(&self, visit: impl FnMut(&dyn Fn(&mut String)));
}

/// Makes a row type, its table and its columns from one list.
macro_rules! table {
    ($row:ident<$life:lifetime>, $name:literal, $one_row_is:literal,
     $($column:ident: $kind:ty, $meaning:literal, $source:literal;)*) => {
        #[doc = concat!("A row of `", $name, "`: ", $one_row_is, ".")]
        #[derive(Clone, Copy, Debug)]
        pub struct $row<$life> {
            $(#[doc = $meaning] pub $column: $kind,)*
        }

        impl<$life> Row for $row<$life> {
            const TABLE: Table = Table {
                name: $name,
                one_row_is: $one_row_is,
                columns: &[$(Column {
                    name: plain(stringify!($column)),
                    kind: <$kind as Cell>::KIND,
                    meaning: $meaning,
                    source: $source,
                },)*],
            };

            fn each_cell(&self, mut visit: impl FnMut(&dyn Fn(&mut String))) {
                $(visit(&|cell| self.$column.spell(cell));)*
            }
        }
    };
}

/// A field's name without the mark that Rust wants before its own words (`r#type`).
const fn plain(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// All tables, in the order in which they are told.
pub const TABLES: [Table; 10] = [
    RunRow::TABLE,
    EvictionRow::TABLE,
    RankingRow::TABLE,
    PreemptionRow::TABLE,
    OomKillRow::TABLE,
    PodRow::TABLE,
    NodeRow::TABLE,
    TimelineRow::TABLE,
    EventRow::TABLE,
    LifeRow::TABLE,
];

table! { RunRow<'a>, "runs", "one run of one replication: its rules and what came of them",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which of the scenario's replications, from 0", "scenario, replications";
    scenario: &'a str, "the scenario's name", "scenario, name";
    rules: &'a str, "Lesson, Kubernetes, or Own for any other mixture", "eviction order, restart scope, unreachable phase";
    eviction_order: &'a str, "who is evicted first: QosClass (the lesson) or Kubelet", "scenario, evictionOrder";
    restart_scope: &'a str, "what a crash restarts: Pod (the lesson) or Container (the kubelet)", "scenario, restartScope";
    seed: u64, "the seed of all draws", "scenario, seed";
    horizon_s: SimTime, "the last instant that happens", "scenario, horizon";
    nodes: u64, "how many nodes there are", "scenario, nodes";
    pods_created: u64, "pods made, replacements among them", "record PodCreated";
    pods_bound: u64, "pods that the scheduler gave a node", "record PodBound";
    pods_completed: u64, "pods whose containers all ended with success", "record PodEnded";
    pods_failed: u64, "pods that ended by themselves, not all containers with success", "record PodEnded";
    pods_evicted: u64, "evicted pods that are over; one still stopping at the horizon counts in evictions alone", "record PodEnded";
    pods_rejected: u64, "pods that a kubelet refused at the door", "record PodEnded";
    pods_still_running: u64, "pods on a node at the horizon, past their init containers", "record PodEnded";
    pods_still_pending: u64, "other pods alive at the horizon", "record PodEnded";
    evictions: u64, "pods that a kubelet told to stop (evict)", "record Evicted";
    evictions_best_effort: u64, "evictions of BestEffort pods", "record Evicted";
    evictions_burstable: u64, "evictions of Burstable pods", "record Evicted";
    evictions_guaranteed: u64, "evictions of Guaranteed pods", "record Evicted";
    evictions_soft: u64, "evictions for a soft threshold; the others were for a hard one", "record Evicted";
    evictions_innocent: u64, "evictions of a pod that used no more than it requested, or while another on its node was further above its request", "record Evicted, its ranking";
    passes_without_victim: u64, "passes that acted on a threshold and found nobody to evict", "record NobodyToEvict";
    oom_kills: u64, "containers that the kernel killed (OOM-kill)", "record OomKilled";
    oom_kills_container_limit: u64, "OOM kills at a container's own memory limit", "record OomKilled";
    oom_kills_pods_limit: u64, "OOM kills at the limit of all pods of a node together", "record OomKilled";
    oom_kills_node_capacity: u64, "OOM kills because a node had no memory left", "record OomKilled";
    preemptions: u64, "pods that the scheduler deleted for a more important one (preempt)", "record Preempted";
    deletions: u64, "pods told to stop through the API (delete): by the control plane, since their node could not be reached", "record PodDeleted";
    restarts: u64, "container restarts of pods told of in this run", "record PodEnded";
    node_pressure_s: SimDuration, "time under MemoryPressure, added over all nodes", "record NodeEnded";
    first_pressure_s: Option<SimTime>, "when a node first reported MemoryPressure", "record MemoryPressure";
    first_eviction_s: Option<SimTime>, "when a pod was first evicted", "record Evicted";
    first_oom_kill_s: Option<SimTime>, "when the kernel first killed a container", "record OomKilled";
    lost_emptydir_bytes: Bytes, "what the evicted pods' emptyDir volumes held", "record Evicted";
    pods_deleted: u64, "deleted pods that are over; one still stopping at the horizon counts in deletions alone", "record PodEnded";
    unreachable_phase: &'a str, "what the API shows of pods on a node that cannot be reached: Unknown (the lesson) or AsLastSeen", "scenario, unreachablePhase";
    probe_failures: u64, "how often a probe found a container wanting", "record ProbeFailed";
    kills_by_probe: u64, "containers that their kubelet stopped because a probe had failed", "record ContainerKilled";
    oom_kills_pod_limit: u64, "OOM kills at the limit of all containers and memory-backed volumes of one pod together", "record OomKilled";
    pods_preempted: u64, "preempted pods that are over; one still stopping at the horizon counts in preemptions alone", "record PodEnded";
    requests_to_allocatable: Option<f64>, "overcommit, one of three: the memory requested by pods on a node over all allocatable memory, mean over time", "measure of that name";
    limits_to_allocatable: Option<f64>, "overcommit, two of three: their memory limits, as far as containers have one, over all allocatable memory, mean over time", "measure of that name";
    unlimited_share: Option<f64>, "the share of pods' time on a node that is of pods with a container without a memory limit, which limits_to_allocatable cannot count", "measure of that name";
    use_to_capacity: Option<f64>, "overcommit, three of three: the working sets of all nodes over their capacity, mean over the looks of the timeline; empty without one", "measure of that name";
    peak_use_to_capacity: Option<f64>, "the largest working set of the node that was fullest, over its capacity", "measure of that name";
}

table! { EvictionRow<'a>, "evictions", "one pod told to stop by its kubelet, with what decided it",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    eviction: u64, "its number in the run, from 1, in order of time", "record Evicted";
    time_s: SimTime, "when the victim was told to stop", "record Evicted";
    node: &'a str, "where", "record Evicted";
    signal: Option<&'a str>, "the signal of the threshold that was acted on; empty if it was a limit", "record Evicted, threshold";
    threshold: &'a str, "hard or soft; or limit: the pod exceeded a limit of its own on local storage", "record Evicted, cause";
    unit: &'a str, "what the signal counts, and usage, request and excess with it: bytes, inodes or processes", "record Evicted, threshold";
    line: Option<i64>, "where the threshold lies, in that unit; a percentage is of the capacity seen", "record Evicted, threshold";
    available: Option<i64>, "what the signal said at the start of the pass, in that unit", "record Evicted, observation";
    pod: &'a str, "the victim", "record Evicted";
    workload: &'a str, "the workload it belongs to", "record Evicted";
    qos_class: &'a str, "BestEffort, Burstable or Guaranteed", "candidate";
    priority: i32, "the Pod's priority", "candidate";
    rank: u64, "its place in the order, from 1; more than 1 if critical pods were passed over", "record Evicted, ranking";
    candidates: u64, "how many pods were ranked", "record Evicted, ranking";
    working_set_bytes: Option<Bytes>, "its working set when it was ranked; empty if the statistics did not know it", "candidate";
    memory_request_bytes: Bytes, "its memory request as the ranking counts it, rounded up", "candidate";
    usage: Option<u64>, "what it used of what was short, in that unit; empty if the statistics did not know it", "record Evicted, ranking";
    request: u64, "what it had requested of that, rounded up; processes cannot be requested, and inodes are held against the storage request", "record Evicted, ranking";
    exceeds_request: bool, "whether usage is above request", "record Evicted, ranking";
    excess: Option<i128>, "usage less request, in what was short; negative when below", "record Evicted, ranking";
    decided_by: Option<&'a str>, "what put it before the next candidate: Statistics, QosClass, ExceedsRequest, Priority, Excess or Serial (age); empty if it was the last", "eviction order";
    role: Option<&'a str>, "innocent if it used no more than it requested, or another candidate was further above its request, else culprit; empty if its working set is unknown", "record Evicted, ranking";
    grace_period_s: SimDuration, "what the kill allows between SIGTERM and SIGKILL", "record Evicted";
    lost_emptydir_bytes: Bytes, "what its emptyDir volumes held", "record Evicted";
    replacement: Option<&'a str>, "the pod made in its place; empty if there is none", "record PodCreated, replaces";
    replacement_node: Option<&'a str>, "where the replacement was bound", "record PodBound";
    replacement_bound_s: Option<SimTime>, "when the replacement was bound", "record PodBound";
}

table! { RankingRow<'a>, "rankings", "one candidate of one eviction: the whole table that was compared",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    eviction: u64, "the eviction's number in the run, as in evictions", "record Evicted";
    time_s: SimTime, "when the victim was told to stop", "record Evicted";
    node: &'a str, "where", "record Evicted";
    rank: u64, "the candidate's place in the order, from 1", "record Evicted, ranking";
    pod: &'a str, "the candidate", "record Evicted, ranking";
    workload: &'a str, "the workload it belongs to", "record Evicted, ranking";
    evicted: bool, "whether it is the victim", "record Evicted";
    critical: bool, "ranked, but never evicted", "record Evicted, ranking";
    unit: &'a str, "what usage, request and excess count: bytes, inodes or processes", "record Evicted, threshold";
    qos_class: &'a str, "BestEffort, Burstable or Guaranteed", "candidate";
    exceeds_request: bool, "whether usage is above request", "record Evicted, ranking";
    priority: i32, "the Pod's priority", "candidate";
    working_set_bytes: Option<Bytes>, "its working set; empty if the statistics did not know it", "candidate";
    memory_request_bytes: Bytes, "its memory request as the ranking counts it, rounded up", "candidate";
    usage: Option<u64>, "what it used of what was short, in that unit; empty if the statistics did not know it", "record Evicted, ranking";
    request: u64, "what it had requested of that, rounded up; processes cannot be requested, and inodes are held against the storage request", "record Evicted, ranking";
    excess: Option<i128>, "usage less request, in what was short; negative when below", "record Evicted, ranking";
    decided_by: Option<&'a str>, "what put it before the next rank; empty for the last", "eviction order";
}

table! { PreemptionRow<'a>, "preemptions", "one pod that the scheduler deleted to make room for a more important one",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    preemption: u64, "the preemption's number in the run, from 1, in order of time; its victims share it", "record Preempted";
    time_s: SimTime, "when the victim was deleted", "record Preempted";
    node: &'a str, "where", "record Preempted";
    pod: &'a str, "the victim", "record Preempted";
    workload: &'a str, "the workload it belongs to", "record Preempted";
    qos_class: &'a str, "BestEffort, Burstable or Guaranteed; the scheduler does not read it", "pod template";
    priority: i32, "the Pod's priority, lower than its preemptor's", "pod template";
    cpu_request_milli: MilliCpu, "its CPU request as the scheduler counts it, in thousandths of a core", "pod template";
    memory_request_bytes: Bytes, "its memory request as the scheduler counts it", "pod template";
    working_set_bytes: Bytes, "its working set at that instant, which the scheduler does not read", "record Preempted";
    grace_period_s: SimDuration, "what it may take between SIGTERM and SIGKILL: the Pod's own period", "record Preempted";
    place: u64, "its place among those told to go for this preemption, from 1: the most important first", "record Preempted";
    victims: u64, "how many were told to go for this preemption; who was on its way already was not told", "record Preempted";
    budget_violations: u64, "how many of these a disruption budget would have spared", "record Preempted";
    preemptor: &'a str, "the pod for which they go", "record Preempted";
    preemptor_priority: i32, "that pod's priority", "pod template";
    preemptor_node: Option<&'a str>, "where that pod was bound in the end, which may be elsewhere; empty if nowhere", "record PodBound";
    preemptor_bound_s: Option<SimTime>, "when that pod was bound", "record PodBound";
    replacement: Option<&'a str>, "the pod made in the victim's place; empty if there is none", "record PodCreated, replaces";
    replacement_node: Option<&'a str>, "where the replacement was bound", "record PodBound";
    replacement_bound_s: Option<SimTime>, "when the replacement was bound", "record PodBound";
}

table! { OomKillRow<'a>, "oom_kills", "one container killed by the kernel",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    time_s: SimTime, "when", "record OomKilled";
    node: &'a str, "where", "record OomKilled";
    pod: &'a str, "the container's Pod", "record OomKilled";
    workload: &'a str, "the workload it belongs to", "record OomKilled";
    container: &'a str, "the container", "record OomKilled";
    cause: &'a str, "whose memory ran out: ContainerLimit, PodLimit (of the one pod), PodsLimit (of all of a node) or NodeCapacity", "record OomKilled";
    killed: &'a str, "what died: Container, or Process where the kubelet asks for it (singleProcessOOMKill)", "record OomKilled";
    limit_bytes: Bytes, "the memory that ran out", "record OomKilled";
    container_working_set_bytes: Bytes, "what the container used", "record OomKilled";
    oom_score_adj: i32, "what the kubelet told the kernel about the container", "record OomKilled";
    badness: Option<i64>, "the kernel's figure, the largest is killed; empty at a container's own limit, where nobody is compared", "record OomKilled";
    qos_class: &'a str, "BestEffort, Burstable or Guaranteed", "pod template";
    priority: i32, "the Pod's priority, which the kernel does not read", "pod template";
}

table! { PodRow<'a>, "pods", "one pod, told when it is over or at the horizon",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    pod: &'a str, "the pod", "record PodEnded";
    workload: &'a str, "the workload it belongs to", "record PodEnded";
    kind: &'a str, "who looks after it: ReplicaSet, Job, or Pod for nobody", "scenario, workloads";
    qos_class: Option<&'a str>, "BestEffort, Burstable or Guaranteed", "pod template";
    priority: Option<i32>, "the Pod's priority", "pod template";
    cpu_request_milli: Option<MilliCpu>, "its CPU request as the scheduler counts it, in thousandths of a core", "pod template";
    memory_request_bytes: Option<Bytes>, "its memory request as the scheduler counts it", "pod template";
    memory_limit_bytes: Option<Bytes>, "the sum of its memory limits; empty if none is set", "pod template";
    node: Option<&'a str>, "the node it was bound to; empty if it never was", "record PodEnded";
    created_s: SimTime, "when it was made", "record PodEnded";
    bound_s: Option<SimTime>, "when it was bound", "record PodEnded";
    running_s: Option<SimTime>, "when all its regular containers first ran", "record PodEnded";
    ended_s: Option<SimTime>, "when it was over; empty if it was alive at the horizon", "record PodEnded";
    phase: &'a str, "its last phase, as the API spells it", "record PodEnded";
    end: &'a str, "how it ended: Completed, Failed, Evicted, Rejected, Deleted, Preempted, StillRunning or StillPending", "record PodEnded";
    restarts: u32, "how often its containers were restarted", "record PodEnded";
    oom_kills: u32, "how often the kernel killed one of its containers", "record PodEnded";
    working_set_bytes: Bytes, "its working set when it was told to stop, or ended, or the run did", "record PodEnded";
    replaces: Option<&'a str>, "the pod in whose place it was made", "record PodEnded";
    address: Option<PodAddress>, "the address that its containers shared; empty if it never had one", "record PodEnded";
    ready_s: Option<SimTime>, "when it was first Ready", "record PodEnded";
    lost_emptydir_bytes: Bytes, "what its emptyDir volumes held, gone with it", "record PodEnded";
    kept_volume_bytes: Bytes, "what its PersistentVolumes hold, whatever became of it", "record PodEnded";
}

table! { NodeRow<'a>, "nodes", "one node's whole run",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    node: &'a str, "the node", "scenario, nodes";
    capacity_cpu_milli: MilliCpu, "all its CPU, in thousandths of a core", "scenario, nodes";
    capacity_memory_bytes: Bytes, "all its memory", "scenario, nodes";
    allocatable_cpu_milli: MilliCpu, "what the scheduler may hand out", "scenario, nodes and kubelet";
    allocatable_memory_bytes: Bytes, "what the scheduler may hand out", "scenario, nodes and kubelet";
    allocatable_pods: u32, "how many pods the scheduler may put there", "scenario, nodes and kubelet";
    pods_memory_limit_bytes: Bytes, "the memory limit of all pods together", "scenario, nodes and kubelet";
    pods_bound: u64, "pods bound to it", "record NodeEnded";
    evictions: u64, "pods its kubelet evicted", "record NodeEnded";
    oom_kills: u64, "containers its kernel killed", "record NodeEnded";
    rejections: u64, "pods its kubelet refused", "record NodeEnded";
    peak_working_set_bytes: Bytes, "the largest working set of the whole node", "record NodeEnded";
    peak_requested_memory_bytes: Bytes, "the largest sum of its pods' memory requests", "record NodeEnded";
    peak_pods: u32, "the most pods at a time", "record NodeEnded";
    pressure_s: SimDuration, "how long it reported MemoryPressure", "record NodeEnded";
}

table! { TimelineRow<'a>, "timeline", "one look at one node, at a sampling instant",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    time_s: SimTime, "when", "record NodeSample";
    node: &'a str, "the node", "record NodeSample";
    working_set_bytes: Bytes, "the working set of the whole node", "record NodeSample";
    pods_working_set_bytes: Bytes, "the part of its pods", "record NodeSample";
    system_working_set_bytes: Bytes, "the part of everything that is not a pod", "record NodeSample";
    available_bytes: Bytes, "the signal memory.available: capacity less working set", "record NodeSample";
    requested_memory_bytes: Bytes, "the sum of its pods' memory requests", "record NodeSample";
    pods: u32, "how many pods it has", "record NodeSample";
    memory_pressure: bool, "whether it reports MemoryPressure", "record NodeSample";
}

table! { EventRow<'a>, "events", "one event, as kubectl get events words it",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    time_s: SimTime, "when it happened", "the record's instant";
    node: Option<&'a str>, "where; empty for the scheduler's failures", "the record";
    last_seen: &'a str, "its age at the horizon, as kubectl prints ages", "the record's instant";
    r#type: &'a str, "Normal or Warning", "Kubernetes";
    reason: &'a str, "as Kubernetes spells it", "the record's kind";
    object: &'a str, "its kind and name, such as pod/web-1 or node/n1", "the record";
    message: &'a str, "what Kubernetes would say, as far as the run knows it", "the record";
}

table! { LifeRow<'a>, "lives", "one change in the life of a Pod, or of one of its containers",
    run: &'a str, "the run's name", "scenario, runs";
    replication: u32, "which replication, from 0", "scenario, replications";
    time_s: SimTime, "from when on it is so", "the record's instant";
    pod: &'a str, "the pod", "the record";
    node: Option<&'a str>, "the node it is bound to; empty as long as it has none", "record PodBound";
    container: Option<&'a str>, "the container; empty if it is the Pod's own", "the record";
    role: Option<&'a str>, "what the container is in its Pod: Init, Sidecar or Regular", "pod template";
    what: &'a str, "of a Pod: Phase, a condition's name, or End; of a container: State, Ready, or Killed (by the probe that value names)", "the record's kind";
    value: &'a str, "what that is from now on, as the API spells it; of End, how it ended, as in pods", "the record";
    reason: Option<&'a str>, "why, as the API spells it; empty where it says nothing or the run does not know", "the record, and Kubernetes";
    exit_code: Option<i32>, "with which code the container ended, where value is Terminated", "record ContainerTurned";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_starts_with_its_run_and_names_no_column_twice() {
        for table in TABLES {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(names[..2], ["run", "replication"], "table {}", table.name);
            let mut distinct = names.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), names.len(), "table {}", table.name);
        }
    }

    #[test]
    fn the_documentation_has_a_line_for_every_column() {
        let documentation = include_str!("../../docs/results-format.md");
        for table in TABLES {
            let section = format!("## `{}`", table.name);
            let rest = documentation.split(&section).nth(1).unwrap_or_else(|| panic!("no section {section}"));
            let rest = rest.split("\n## ").next().expect("a split has a first part");
            for column in table.columns {
                let line = format!(
                    "| `{}` | {} | {} | {} |",
                    column.name,
                    column.kind.name(),
                    column.meaning,
                    column.source
                );
                assert!(rest.contains(&line), "docs/results-format.md, {section}, lacks: {line}");
            }
        }
    }
}
