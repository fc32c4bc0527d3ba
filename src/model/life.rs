//! What one pod will do: everything about it that its manifest does not say.
//!
//! A life is drawn once, when its pod is made, so the same pod lives the same
//! life under every policy.

use super::probe::Health;
use super::usage::{Usage, UsageCurve};
use crate::ground::{Bytes, Few, SimDuration};
use std::ops::Deref;
use std::sync::Arc;

/// The life ahead of one pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodLife {
    /// From the binding to the start of the first container: sandbox and images.
    pub pull_time: SimDuration,
    /// From the end of its last container to its own: volumes are unmounted, its memory-backed ones freed.
    pub clean_up_time: SimDuration,
    /// One for each of the manifest's containers: init containers first, as a [`ContainerIndex`] counts.
    ///
    /// [`ContainerIndex`]: super::ContainerIndex
    pub containers: Few<ContainerLife>,
    /// What each of the manifest's volumes holds, written when the Pod starts.
    pub volume_contents: Vec<Bytes>,
}

/// The life ahead of one container; each restart lives it again. Its curve comes first, beside what else
/// of a live container's row is read when that turns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct ContainerLife {
    /// Its working set, from its start.
    pub working_set: UsageCurve,
    /// From running to its own exit; for ever: it runs until it is stopped.
    pub run_time: SimDuration,
    /// Apart, so that a live container's row holds it without its size, and those that behave alike share it.
    pub behavior: Arc<Behavior>,
}

/// What a container does while it lives, besides holding memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behavior {
    /// What else it uses, each once; what is not listed it does not use.
    pub others: Vec<(Usage, UsageCurve)>,
    /// What it exits with after its run time; 0 is success.
    pub exit_code: u8,
    /// From being created to running.
    pub start_up_time: SimDuration,
    /// From SIGTERM to its exit, if nothing kills it first.
    pub stop_time: SimDuration,
    /// How long its preStop hook runs before it gets SIGTERM; nothing where it has none.
    pub pre_stop_time: SimDuration,
    /// When it answers its probes well.
    pub health: Health,
    /// When it answers its readiness probe well, where that differs.
    pub readiness: Option<Box<Health>>,
}

impl Deref for ContainerLife {
    type Target = Behavior;
    fn deref(&self) -> &Behavior {
        &self.behavior
    }
}
