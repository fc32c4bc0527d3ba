//! Nodes: capacity, what is kept back from pods, and what pods may have.

use super::taint::Taint;
use super::usage::UsageCurve;
use crate::ground::{Bytes, MilliCpu, SimDuration};

/// A node as the scenario describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub name: String,
    /// All there is.
    pub capacity: Room,
    /// What the scheduler may hand out. It never changes by binding.
    pub allocatable: Room,
    /// Capacity less `kubeReserved` and `systemReserved`: the memory limit of the
    /// cgroup of all pods. The hard eviction reserve is *not* taken off here.
    /// Source: kubernetes `pkg/kubelet/cm`, node allocatable enforcement (1.32).
    pub pods_memory_limit: Bytes,
    pub unschedulable: bool,
    pub taints: Vec<Taint>,
    /// The working set of everything that is not a pod.
    pub system_daemons: UsageCurve,
    /// File pages counted as in use (`active_file`): working set for the kubelet,
    /// but given up by the kernel before it kills anything.
    pub page_cache: UsageCurve,
    /// When its eviction loop looks first; it then looks each monitoring interval.
    pub first_pass: SimDuration,
}

/// Amounts of what a node offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub cpu: MilliCpu,
    pub memory: Bytes,
    pub pods: u32,
}
