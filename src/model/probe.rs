//! Probes as a manifest describes them, and the health that they find.
//!
//! What: what a kubelet asks a container, how often, and how many answers it takes;
//! and, from the other side, when the container answers well.
//! Never: an answer, or what follows from it: [`crate::lifecycle::probe`] counts them.

use crate::ground::{Bytes, SimDuration};

/// What a kubelet asks one container; absent where the manifest has no such probe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probes {
    /// Has it started? Until then the others are not asked.
    pub startup: Option<ProbeSpec>,
    /// Can it serve?
    pub readiness: Option<ProbeSpec>,
    /// Is it alive? If not, it is restarted.
    pub liveness: Option<ProbeSpec>,
}

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeKind {
    Startup,
    Readiness,
    Liveness,
}

/// How a probe asks, with Kubernetes' defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeSpec {
    /// From the start of the container to the first question.
    pub initial_delay: SimDuration,
    /// From one question to the next; more than nothing.
    pub period: SimDuration,
    /// How long it waits for an answer.
    pub timeout: SimDuration,
    /// How many good answers in a row make a success.
    pub success_threshold: u32,
    /// How many bad ones in a row make a failure.
    pub failure_threshold: u32,
    /// The grace of the kill that a failure leads to; absent: the Pod's own.
    pub termination_grace_period: Option<SimDuration>,
}

impl Default for ProbeSpec {
    /// Source: Kubernetes API reference, `Probe`.
    fn default() -> ProbeSpec {
        ProbeSpec {
            initial_delay: SimDuration::ZERO,
            period: SimDuration::seconds(10),
            timeout: SimDuration::seconds(1),
            success_threshold: 1,
            failure_threshold: 3,
            termination_grace_period: None,
        }
    }
}

impl Probes {
    pub fn of(&self, kind: ProbeKind) -> Option<&ProbeSpec> {
        match kind {
            ProbeKind::Startup => self.startup.as_ref(),
            ProbeKind::Readiness => self.readiness.as_ref(),
            ProbeKind::Liveness => self.liveness.as_ref(),
        }
    }
}

impl ProbeKind {
    pub const ALL: [ProbeKind; 3] = [ProbeKind::Startup, ProbeKind::Readiness, ProbeKind::Liveness];
}

/// When a container answers well, counted from when it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Not before: it warms up.
    pub after: SimDuration,
    /// Not from then on: it hangs. Absent: it never does.
    pub until: Option<SimDuration>,
    /// Only while its working set is at most this.
    pub memory_at_most: Option<Bytes>,
    /// From being asked to answering: more than the timeout is no answer.
    pub answer_time: SimDuration,
}
