//! The trace's two lists, read.

use super::Class;
use crate::ground::{Bytes, MilliCpu, SimDuration, SimTime};
use crate::scenario::arrivals::rows::check_name;
use crate::scenario::cells::{CellMistake, Record, Table};

/// A row of the list of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracePod {
    pub name: String,
    pub class: Class,
    pub cpu: MilliCpu,
    pub memory: Bytes,
    pub gpus: u64,
    pub created: SimTime,
    /// Absent: it never got a node.
    pub scheduled: Option<SimTime>,
    pub deleted: SimTime,
    /// From its node to its end; absent if it had no node, or had not ended when the trace did.
    pub run_time: Option<SimDuration>,
    pub failed: bool,
}

/// A row of the list of nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceNode {
    /// Of its GPUs; empty where it has none.
    pub model: String,
    pub memory: Bytes,
    pub cpu: MilliCpu,
}

impl TraceNode {
    /// Whether the pod's requests are at most all there is.
    pub fn could_hold(&self, pod: &TracePod) -> bool {
        pod.cpu <= self.cpu && pod.memory <= self.memory
    }
}

pub fn read_nodes(text: &[u8]) -> Result<Vec<TraceNode>, CellMistake> {
    let table = Table::read(text, &["cpu_milli", "memory_mib", "model"])?;
    let read = |record: Record<'_>| {
        let model = record.text("model").unwrap_or_default();
        if !model.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let what = format!("`{model}` cannot be part of a node's name");
            return Err(record.mistake("model", what, "write letters and digits only".into()));
        }
        let (cpu, memory) = (cpu(&record)?, memory(&record)?);
        if cpu == MilliCpu(0) || memory == Bytes::ZERO {
            let what = "a node without memory or CPU".to_owned();
            return Err(record.mistake("memory_mib", what, "write what the node has".into()));
        }
        Ok(TraceNode { model: model.to_owned(), memory, cpu })
    };
    table.records().map(read).collect()
}

pub fn read_pods(text: &[u8]) -> Result<Vec<TracePod>, CellMistake> {
    const REQUIRED: [&str; 9] = [
        "name",
        "cpu_milli",
        "memory_mib",
        "num_gpu",
        "qos",
        "pod_phase",
        "creation_time",
        "deletion_time",
        "scheduled_time",
    ];
    let table = Table::read(text, &REQUIRED)?;
    let pods: Result<Vec<TracePod>, _> = table.records().map(|record| read_pod(&record)).collect();
    let mut pods = pods?;
    let end = pods.iter().map(|pod| pod.deleted).max().unwrap_or_default();
    // A pod that is there at the end carries the end as its deletion, and runs on.
    let runs_on = |pod: &TracePod| pod.deleted == end && !pod.failed;
    pods.iter_mut().filter(|pod| runs_on(pod)).for_each(|pod| pod.run_time = None);
    Ok(pods)
}

fn read_pod(record: &Record<'_>) -> Result<TracePod, CellMistake> {
    let name = record.required("name", record.text("name"))?;
    check_name(record, Some(name))?;
    let instant = |column: &str| Ok(record.seconds(column)?.map(|since| SimTime::START.after(since)));
    let created = record.required("creation_time", instant("creation_time")?)?;
    let deleted = record.required("deletion_time", instant("deletion_time")?)?;
    let scheduled = instant("scheduled_time")?;
    let in_order = created <= scheduled.unwrap_or(created) && scheduled.unwrap_or(created) <= deleted;
    if !in_order {
        let what = format!("`{name}` was not created, then scheduled, then deleted");
        return Err(record.mistake("creation_time", what, "put its three times in order".into()));
    }
    Ok(TracePod {
        name: name.to_owned(),
        class: class(record)?,
        cpu: cpu(record)?,
        memory: memory(record)?,
        gpus: record.whole("num_gpu")?.unwrap_or(0),
        created,
        scheduled,
        deleted,
        run_time: scheduled.map(|scheduled| deleted.since(scheduled)),
        failed: record.text("pod_phase") == Some("Failed"),
    })
}

fn class(record: &Record<'_>) -> Result<Class, CellMistake> {
    let name = record.required("qos", record.text("qos"))?;
    let named = Class::ALL.into_iter().find(|class| class.name() == name);
    let fix = || "the trace's classes are LS, BE, Burstable and Guaranteed".to_owned();
    named.ok_or_else(|| record.mistake("qos", format!("unknown class `{name}`"), fix()))
}

fn cpu(record: &Record<'_>) -> Result<MilliCpu, CellMistake> {
    const MOST_MILLIS: u64 = 1_000_000_000;
    bounded(record, "cpu_milli", MOST_MILLIS).map(MilliCpu)
}

fn memory(record: &Record<'_>) -> Result<Bytes, CellMistake> {
    const MOST_MEBI: u64 = 1 << 30; // 1 PiB.
    bounded(record, "memory_mib", MOST_MEBI).map(Bytes::mebi)
}

fn bounded(record: &Record<'_>, column: &str, most: u64) -> Result<u64, CellMistake> {
    let amount = record.required(column, record.whole::<u64>(column)?)?;
    if amount <= most {
        return Ok(amount);
    }
    let what = format!("`{amount}` is more than any node has");
    Err(record.mistake(column, what, format!("write at most {most}")))
}
