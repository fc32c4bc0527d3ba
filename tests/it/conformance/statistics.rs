//! Recorded statistics of nodes and pods, read.

use evictsim::eviction::{
    ContainerStatistics, FilesystemLayout, FsStatistics, FsUse, MemoryStatistics, NodeStatistics,
    PodStatistics, ProcessStatistics, VolumeStatistics,
};
use evictsim::ground::{Bytes, SimTime};
use serde_json::Value;

/// Only recordings about disks say it; to the others it does not matter.
pub fn layout(case: &Value) -> FilesystemLayout {
    let is_said = |key: &str| case[key] == Value::Bool(true);
    match (is_said("dedicatedImageFs"), is_said("splitContainerImageFs")) {
        (false, _) => FilesystemLayout::Single,
        (true, false) => FilesystemLayout::DedicatedImages,
        (true, true) => FilesystemLayout::SplitImages,
    }
}

/// Absent if the recorded provider does not know the pod.
pub fn pod_statistics(pod: &Value) -> Option<PodStatistics> {
    let bytes = |figure: &Value| figure.as_u64().map(Bytes);
    let text = |name: &Value| name.as_str().expect("every part has its name").to_owned();
    let part =
        |part: &Value| FsUse { used: bytes(&part["usedBytes"]), inodes_used: part["inodesUsed"].as_u64() };
    let container = |one: &Value| ContainerStatistics {
        name: text(&one["name"]),
        working_set: bytes(&one["workingSetBytes"]),
        rootfs: part(&one["rootfs"]),
        logs: part(&one["logs"]),
    };
    let volume = |one: &Value| VolumeStatistics { name: text(&one["name"]), held: part(one) };
    let all = |list: &Value| list.as_array().cloned().unwrap_or_default();
    pod.is_object().then(|| PodStatistics {
        working_set: bytes(&pod["workingSetBytes"]),
        processes: pod["processCount"].as_u64(),
        ephemeral_storage: bytes(&pod["ephemeralUsedBytes"]),
        containers: all(&pod["containers"]).iter().map(container).collect(),
        volumes: all(&pod["volumes"]).iter().map(volume).collect(),
    })
}

/// What the recorded provider says of the node; all of it is of one instant.
pub fn node_statistics(node: &Value) -> NodeStatistics {
    let sampled = node.get("statsTimeSeconds").map(instant);
    let bytes = |figure: &Value| figure.as_u64().map(Bytes);
    let memory = |key: &str| {
        node.get(key).map(|memory| MemoryStatistics {
            available: bytes(&memory["availableBytes"]),
            working_set: bytes(&memory["workingSetBytes"]),
            sampled,
        })
    };
    let file_system = |key: &str| {
        node.get(key).map(|fs| FsStatistics {
            available: bytes(&fs["availableBytes"]),
            capacity: bytes(&fs["capacityBytes"]),
            inodes_free: fs["inodesFree"].as_u64(),
            inodes: fs["inodes"].as_u64(),
            sampled,
        })
    };
    NodeStatistics {
        memory: memory("memory"),
        pods_memory: memory("allocatableMemory"),
        node_fs: file_system("nodefs"),
        image_fs: file_system("imagefs"),
        container_fs: file_system("containerfs"),
        processes: node.get("pid").map(|pid| ProcessStatistics {
            limit: pid["maxPID"].as_u64(),
            running: pid["runningProcesses"].as_u64(),
            sampled,
        }),
    }
}

/// Seconds, never finer than a millisecond. Some statistics are a little older than the first
/// pass, which is at zero; here it is an hour later.
pub fn instant(seconds: &Value) -> SimTime {
    let seconds = seconds.as_f64().expect("an instant is a number of seconds") + 3600.0;
    SimTime((seconds * 1e3).round() as u64 * 1000)
}
