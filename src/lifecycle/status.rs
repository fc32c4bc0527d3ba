//! What the API shows of a Pod's containers, and the conditions of the Pod.
//!
//! What: a container's state with its reason, and a Pod's conditions: their names, and
//! when they hold.
//! Never: how a container came there: the engine moves it, [`super::actions`] says where to.
//! Source: kubernetes `GeneratePodInitializedCondition`, `GenerateContainersReadyCondition`,
//! and the prober's `UpdatePodStatus` (1.32).

use super::phase::{ContainerView, Phase, Reported};
use super::probe::ProbeResult;
use super::restart::Exit;
use crate::model::Role;

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
    pub const ALL: [PodCondition; 5] = [
        PodCondition::PodScheduled,
        PodCondition::Initialized,
        PodCondition::ContainersReady,
        PodCondition::Ready,
        PodCondition::DisruptionTarget,
    ];

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

/// Whether a container can serve: it runs, has started, and its readiness probe, if it has
/// one, says so. `readiness` is what that probe has come to; absent without such a probe.
///
/// An init container that is no sidecar is ready once it has succeeded.
pub fn is_ready(container: ContainerView, readiness: Option<ProbeResult>) -> bool {
    match (container.role, container.state) {
        (Role::Init, Reported::Terminated(exit)) => exit.is_success(),
        (Role::Init, _) => false,
        (Role::Sidecar | Role::Regular, Reported::Running) => {
            container.started && readiness.is_none_or(|result| result == ProbeResult::Success)
        }
        (Role::Sidecar | Role::Regular, _) => false,
    }
}

/// The condition Initialized: all init containers have succeeded, and all sidecars have started.
///
/// A Pod of which a regular container runs or has ended was initialized, whatever its
/// sidecars do now; one that has succeeded was, too.
pub fn initialized(phase: Phase, containers: impl Iterator<Item = ContainerView>) -> Truth {
    let (mut all_are_known, mut all_are_complete, mut regular_has_begun) = (true, true, false);
    for container in containers {
        match container.role {
            Role::Init | Role::Sidecar => {
                all_are_known &= container.state != Reported::NoStatus;
                all_are_complete &= is_complete(container);
            }
            Role::Regular => {
                regular_has_begun |= matches!(container.state, Reported::Running | Reported::Terminated(_));
            }
        }
    }
    let has_succeeded = phase == Phase::Succeeded && all_are_known;
    Truth::of(has_succeeded || regular_has_begun || all_are_complete)
}

/// Whether an init container does not hold up those after it.
fn is_complete(container: ContainerView) -> bool {
    match container.role {
        Role::Sidecar => container.started,
        Role::Init | Role::Regular => is_ready(container, None),
    }
}

/// The condition ContainersReady: all sidecars and regular containers are ready, of a Pod that
/// is not over. The condition Ready is the same, since no readiness gates are modeled.
/// `containers`: what each is, and whether it is ready ([`is_ready`]).
pub fn containers_ready(phase: Phase, mut containers: impl Iterator<Item = (Role, bool)>) -> Truth {
    let all_are_ready = containers.all(|(role, is_ready)| role == Role::Init || is_ready);
    Truth::of(!phase.is_terminal() && all_are_ready)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(role: Role, state: Reported) -> ContainerView {
        ContainerView { role, state, last: None, started: state == Reported::Running }
    }

    const DONE: Reported = Reported::Terminated(Exit::SUCCESS);

    #[test]
    fn a_pod_is_initialized_when_its_init_containers_are_done_and_its_sidecars_started() {
        let starting = ContainerView { started: false, ..view(Role::Sidecar, Reported::Running) };
        let web = view(Role::Regular, Reported::Waiting);
        #[rustfmt::skip]
        let table = [
            // init container                      sidecar                                  initialized
            (view(Role::Init, DONE),               view(Role::Sidecar, Reported::Running),  Truth::True),
            (view(Role::Init, DONE),               starting,                                Truth::False),
            (view(Role::Init, Reported::Running),  view(Role::Sidecar, Reported::Running),  Truth::False),
            (view(Role::Init, Reported::Terminated(Exit::of(1))), view(Role::Sidecar, Reported::Running), Truth::False),
            (view(Role::Init, Reported::NoStatus), view(Role::Sidecar, Reported::Running),  Truth::False),
        ];
        for (init, sidecar, expected) in table {
            let containers = [init, sidecar, web];
            assert_eq!(initialized(Phase::Pending, containers.into_iter()), expected, "{containers:?}");
        }
    }

    #[test]
    fn a_pod_that_has_begun_stays_initialized_while_a_sidecar_restarts() {
        let restarting = view(Role::Sidecar, Reported::Waiting);
        let with = |state| [restarting, view(Role::Regular, state)].into_iter();
        assert_eq!(initialized(Phase::Running, with(Reported::Running)), Truth::True);
        assert_eq!(initialized(Phase::Failed, with(Reported::Terminated(Exit::of(1)))), Truth::True);
        assert_eq!(initialized(Phase::Pending, with(Reported::Waiting)), Truth::False);
    }

    #[test]
    fn containers_are_ready_all_together_and_never_after_the_end() {
        let ready = |phase, all: &[(Role, bool)]| containers_ready(phase, all.iter().copied());
        let sidecar_and_web = [(Role::Init, false), (Role::Sidecar, true), (Role::Regular, true)];
        assert_eq!(ready(Phase::Running, &sidecar_and_web), Truth::True, "an init container is not asked");
        assert_eq!(ready(Phase::Failed, &sidecar_and_web), Truth::False);
        assert_eq!(ready(Phase::Running, &[(Role::Sidecar, false), (Role::Regular, true)]), Truth::False);
        assert_eq!(ready(Phase::Running, &[(Role::Regular, true), (Role::Regular, false)]), Truth::False);
    }

    #[test]
    fn a_container_is_ready_when_it_has_started_and_its_probe_says_so() {
        let web = view(Role::Regular, Reported::Running);
        assert!(is_ready(web, None));
        assert!(is_ready(web, Some(ProbeResult::Success)));
        assert!(!is_ready(web, Some(ProbeResult::Failure)));
        assert!(!is_ready(ContainerView { started: false, ..web }, None), "its startup probe comes first");
        assert!(!is_ready(view(Role::Regular, DONE), None));
        assert!(is_ready(view(Role::Init, DONE), None));
    }
}
