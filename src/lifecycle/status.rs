//! What the API shows of a Pod's containers, and the conditions of the Pod.
//!
//! What: a container's state with its reason, and a Pod's conditions by name.
//! Never: how a container came there: the engine moves it, [`super::restart`] says where to.

use super::restart::Exit;

/// The state of a container, as the API shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerStatus {
    Waiting(WaitingReason),
    Running,
    Terminated(Exit),
}

/// Why a container waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingReason {
    /// Init containers come first.
    PodInitializing,
    /// Its sandbox or its image is on the way, or it is being made.
    ContainerCreating,
    /// It ended, and waits out its back-off.
    CrashLoopBackOff,
}

/// What the API says of a Pod beside its phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodCondition {
    /// It has a node.
    PodScheduled,
    /// Its init containers have done their work, and its sidecars have started.
    Initialized,
    /// All its containers are ready.
    ContainersReady,
    /// It can serve.
    Ready,
    /// It is told to go, and not by its user.
    DisruptionTarget,
}

/// What is said of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    True,
    False,
    /// Nobody hears of its node.
    Unknown,
}

impl ContainerStatus {
    /// As the API spells the state.
    pub fn name(self) -> &'static str {
        match self {
            ContainerStatus::Waiting(_) => "Waiting",
            ContainerStatus::Running => "Running",
            ContainerStatus::Terminated(_) => "Terminated",
        }
    }

    /// As the API spells the reason; a running container has none.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            ContainerStatus::Waiting(WaitingReason::PodInitializing) => Some("PodInitializing"),
            ContainerStatus::Waiting(WaitingReason::ContainerCreating) => Some("ContainerCreating"),
            ContainerStatus::Waiting(WaitingReason::CrashLoopBackOff) => Some("CrashLoopBackOff"),
            ContainerStatus::Running => None,
            ContainerStatus::Terminated(exit) if exit.oom_killed => Some("OOMKilled"),
            ContainerStatus::Terminated(exit) if exit.is_success() => Some("Completed"),
            ContainerStatus::Terminated(_) => Some("Error"),
        }
    }
}

impl PodCondition {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            PodCondition::PodScheduled => "PodScheduled",
            PodCondition::Initialized => "Initialized",
            PodCondition::ContainersReady => "ContainersReady",
            PodCondition::Ready => "Ready",
            PodCondition::DisruptionTarget => "DisruptionTarget",
        }
    }
}

impl Truth {
    pub fn of(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Truth::True => "True",
            Truth::False => "False",
            Truth::Unknown => "Unknown",
        }
    }
}
