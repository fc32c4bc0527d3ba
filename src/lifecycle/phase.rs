//! The phase of a Pod: where it is in its life, in one word.
//!
//! What: how the kubelet finds the phase in what is reported of a Pod's containers
//! ([`phase`]), and which phase may follow which ([`Phase::may_become`]).
//! Never: what moves the containers ([`super::actions`]), or who tells the API.
//! Source: kubernetes `getPhase` (1.32), and the conformance family `phase`;
//! Kubernetes documentation, "Pod phase".

use super::restart::Exit;
use crate::model::{RestartPolicy, Role};

/// What the API shows of a Pod as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Not all of its containers have been started yet.
    Pending,
    /// At least one container runs, or is about to.
    Running,
    /// All containers have ended, with success.
    Succeeded,
    /// All containers have ended, one at least without success; or its kubelet made it end.
    Failed,
    /// Nobody hears of its node.
    Unknown,
}

impl Phase {
    pub const ALL: [Phase; 5] =
        [Phase::Pending, Phase::Running, Phase::Succeeded, Phase::Failed, Phase::Unknown];

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Pending => "Pending",
            Phase::Running => "Running",
            Phase::Succeeded => "Succeeded",
            Phase::Failed => "Failed",
            Phase::Unknown => "Unknown",
        }
    }

    /// Whether a Pod stays in it for good.
    pub fn is_terminal(self) -> bool {
        match self {
            Phase::Succeeded | Phase::Failed => true,
            Phase::Pending | Phase::Running | Phase::Unknown => false,
        }
    }

    /// Whether a Pod in this phase may be in that one next. (No change is no step.)
    ///
    /// | from | to | when |
    /// |---|---|---|
    /// | Pending | Running | its containers have started |
    /// | | Succeeded | they have ended, too, before anybody looked |
    /// | | Failed | an init container failed for good; it was rejected, evicted or deleted |
    /// | | Unknown | its node is not heard of |
    /// | Running | Pending | its containers are back at their beginning: a new sandbox runs the init containers again, or a sidecar starts up anew while every regular container waits |
    /// | | Succeeded, Failed | all has ended; or it was evicted, preempted or deleted |
    /// | | Unknown | its node is not heard of |
    /// | Unknown | any | its node is heard of again, or given up |
    /// | Succeeded, Failed | none | the kubelet never takes a terminal phase back (`generateAPIPodStatus`) |
    pub fn may_become(self, next: Phase) -> bool {
        match self {
            Phase::Pending => {
                matches!(next, Phase::Running | Phase::Succeeded | Phase::Failed | Phase::Unknown)
            }
            Phase::Running => {
                matches!(next, Phase::Pending | Phase::Succeeded | Phase::Failed | Phase::Unknown)
            }
            Phase::Unknown => next != Phase::Unknown,
            Phase::Succeeded | Phase::Failed => false,
        }
    }
}

/// The phase that a Pod is in. It changes by the steps of [`Phase::may_become`] and in no other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentPhase(Phase);

impl Default for CurrentPhase {
    fn default() -> CurrentPhase {
        CurrentPhase::AT_FIRST
    }
}

impl CurrentPhase {
    /// Every Pod begins as Pending.
    pub const AT_FIRST: CurrentPhase = CurrentPhase(Phase::Pending);

    pub fn get(self) -> Phase {
        self.0
    }

    /// Goes on to the next phase. Whether that is another one.
    ///
    /// # Panics
    /// If no Pod may go there from here: a bug of ours, since no input says what phase comes next.
    pub fn turn(&mut self, next: Phase) -> bool {
        if next == self.0 {
            return false;
        }
        assert!(self.0.may_become(next), "a Pod went from {:?} to {next:?}", self.0);
        self.0 = next;
        true
    }
}

/// One container, as far as the phase and the conditions of its Pod depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerView {
    pub role: Role,
    pub state: Reported,
    /// How the instance before the present one ended.
    pub last: Option<Exit>,
    /// It runs, and its startup probe, if it has one, has succeeded.
    pub started: bool,
}

/// The state of a container in its reported status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// There is no status of it.
    NoStatus,
    /// There is one, and it says nothing.
    NoState,
    Waiting,
    Running,
    Terminated(Exit),
}

/// The phase that a kubelet finds.
///
/// `pod_is_terminal`: it has been told to end, and nothing of it runs any more. The
/// kubelet asks this only of a Pod that is not in a terminal phase already.
pub fn phase(
    policy: RestartPolicy,
    is_static: bool,
    pod_is_terminal: bool,
    containers: impl Iterator<Item = ContainerView>,
) -> Phase {
    let mut tally = Tally::default();
    containers.for_each(|container| tally.count(container));
    tally.phase(policy, pod_is_terminal && !is_static)
}

/// The phase of a Pod that ends of itself: all that decides it has ended. Its sidecars may run
/// still, and are not asked; for its end a static Pod is as any other.
pub fn final_phase(policy: RestartPolicy, containers: impl Iterator<Item = ContainerView>) -> Phase {
    phase(policy, false, true, containers.filter(|container| container.role != Role::Sidecar))
}

/// Containers, counted by what they mean for the phase.
#[derive(Default)]
struct Tally {
    failed_init: u32,
    pending_init: u32,
    pending_sidecars: u32,
    regular_begun: u32,
    unknown: u32,
    waiting: u32,
    running: u32,
    stopped: u32,
    succeeded: u32,
}

impl Tally {
    fn count(&mut self, container: ContainerView) {
        match container.role {
            Role::Init => self.count_init(container),
            Role::Sidecar => self.count_sidecar(container),
            Role::Regular => self.count_regular(container),
        }
    }

    fn count_init(&mut self, container: ContainerView) {
        let ended = match container.state {
            Reported::Terminated(exit) => Some(exit),
            Reported::Waiting => container.last,
            Reported::NoStatus | Reported::NoState | Reported::Running => None,
        };
        match ended {
            None => self.pending_init += 1,
            Some(exit) if !exit.is_success() => self.failed_init += 1,
            Some(_) => {}
        }
    }

    /// One that has ended is not counted: it does not decide what becomes of its Pod.
    fn count_sidecar(&mut self, container: ContainerView) {
        match container.state {
            Reported::NoStatus => self.unknown += 1,
            Reported::NoState => {
                self.pending_sidecars += 1;
                self.unknown += 1;
            }
            Reported::Running => {
                self.pending_sidecars += u32::from(!container.started);
                self.running += 1;
            }
            Reported::Waiting if container.last.is_none() => {
                self.pending_sidecars += 1;
                self.waiting += 1;
            }
            Reported::Waiting | Reported::Terminated(_) => {}
        }
    }

    /// One that waits to run again has stopped, but nobody says any more with what success.
    fn count_regular(&mut self, container: ContainerView) {
        match container.state {
            Reported::NoStatus | Reported::NoState => self.unknown += 1,
            Reported::Running => {
                self.regular_begun += 1;
                self.running += 1;
            }
            Reported::Terminated(exit) => {
                self.regular_begun += 1;
                self.stopped += 1;
                self.succeeded += u32::from(exit.is_success());
            }
            Reported::Waiting if container.last.is_some() => self.stopped += 1,
            Reported::Waiting => self.waiting += 1,
        }
    }

    fn phase(&self, policy: RestartPolicy, has_been_ended: bool) -> Phase {
        let is_initializing = self.pending_init > 0 || (self.pending_sidecars > 0 && self.regular_begun == 0);
        if self.failed_init > 0 && policy == RestartPolicy::Never {
            Phase::Failed
        } else if is_initializing || self.waiting > 0 || self.unknown > 0 {
            Phase::Pending
        } else if self.running > 0 {
            Phase::Running
        } else if self.stopped == 0 {
            Phase::Pending
        } else {
            self.phase_of_what_has_stopped(policy, has_been_ended)
        }
    }

    fn phase_of_what_has_stopped(&self, policy: RestartPolicy, has_been_ended: bool) -> Phase {
        let all_have_succeeded = self.stopped == self.succeeded;
        match policy {
            _ if has_been_ended && all_have_succeeded => Phase::Succeeded,
            _ if has_been_ended => Phase::Failed,
            RestartPolicy::Always => Phase::Running, // They will run again.
            RestartPolicy::OnFailure | RestartPolicy::Never if all_have_succeeded => Phase::Succeeded,
            RestartPolicy::OnFailure => Phase::Running,
            RestartPolicy::Never => Phase::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Phase::{Failed, Pending, Running, Succeeded, Unknown};
    use RestartPolicy::{Always, Never, OnFailure};

    const NEW: Reported = Reported::Waiting;
    const DONE: Reported = Reported::Terminated(Exit::SUCCESS);
    const CRASHED: Reported = Reported::Terminated(Exit::of(1));

    fn view(role: Role, state: Reported) -> ContainerView {
        ContainerView { role, state, last: None, started: state == Reported::Running }
    }

    fn regular(states: &[Reported]) -> Vec<ContainerView> {
        states.iter().map(|state| view(Role::Regular, *state)).collect()
    }

    fn of(policy: RestartPolicy, containers: &[ContainerView]) -> Phase {
        phase(policy, false, false, containers.iter().copied())
    }

    #[test]
    fn what_has_ended_counts_by_the_policy() {
        #[rustfmt::skip]
        let table = [
            // containers                    Always    OnFailure   Never
            (regular(&[DONE, DONE]),         [Running, Succeeded,  Succeeded]),
            (regular(&[DONE, CRASHED]),      [Running, Running,    Failed]),
            (regular(&[DONE, Reported::Running]), [Running, Running, Running]),
            (regular(&[DONE, NEW]),          [Pending, Pending,    Pending]),
            (regular(&[DONE, Reported::NoStatus]), [Pending, Pending, Pending]),
        ];
        for (containers, phases) in table {
            assert_eq!(
                [Always, OnFailure, Never].map(|policy| of(policy, &containers)),
                phases,
                "{containers:?}"
            );
        }
    }

    #[test]
    fn a_container_that_waits_to_run_again_keeps_its_pod_running() {
        let backs_off = ContainerView { last: Some(Exit::SUCCESS), ..view(Role::Regular, NEW) };
        assert_eq!(of(Always, &[backs_off]), Running);
        assert_eq!(of(Never, &[backs_off]), Failed, "nobody says any more that it succeeded");
    }

    #[test]
    fn init_containers_hold_the_phase_until_they_are_done() {
        let with = |state| [view(Role::Init, state), view(Role::Regular, NEW)];
        assert_eq!(of(Always, &with(Reported::Running)), Pending);
        assert_eq!(of(Always, &with(CRASHED)), Pending, "its regular container waits");
        assert_eq!(of(Never, &with(CRASHED)), Failed);
        let done = [view(Role::Init, DONE), view(Role::Regular, Reported::Running)];
        assert_eq!(of(Always, &done), Running);
    }

    #[test]
    fn a_sidecar_that_starts_up_holds_the_phase_only_while_no_regular_container_has_begun() {
        let starting = ContainerView { started: false, ..view(Role::Sidecar, Reported::Running) };
        let backs_off = ContainerView { last: Some(Exit::of(1)), ..view(Role::Regular, NEW) };
        assert_eq!(of(Always, &[starting, view(Role::Regular, Reported::Running)]), Running);
        assert_eq!(of(Always, &[starting, backs_off]), Pending);
        assert_eq!(of(Always, &[view(Role::Sidecar, Reported::Running), backs_off]), Running);
    }

    #[test]
    fn a_pod_that_was_ended_is_judged_by_its_exits_unless_it_is_static() {
        let ended = |is_static, states| phase(Always, is_static, true, regular(states).into_iter());
        assert_eq!(ended(false, &[DONE, DONE]), Succeeded);
        assert_eq!(ended(false, &[DONE, CRASHED]), Failed);
        assert_eq!(ended(true, &[DONE, CRASHED]), Running, "a static Pod is begun again");
    }

    #[test]
    fn a_terminal_phase_is_for_good_and_any_other_may_become_unknown() {
        for phase in Phase::ALL {
            assert_eq!(phase.is_terminal(), Phase::ALL.iter().all(|next| !phase.may_become(*next)));
            assert_eq!(phase.may_become(Unknown), matches!(phase, Pending | Running));
            assert!(!phase.may_become(phase), "staying is no step");
        }
    }

    #[test]
    fn a_pod_takes_legal_steps_and_says_which_are_changes() {
        let mut current = CurrentPhase::AT_FIRST;
        let steps = [Pending, Running, Running, Unknown, Running, Succeeded, Succeeded];
        let changes = steps.map(|next| current.turn(next));
        assert_eq!(changes, [false, true, false, true, true, true, false]);
        assert_eq!(current.get(), Succeeded);
    }

    #[test]
    #[should_panic(expected = "a Pod went from Failed to Running")]
    fn a_step_that_no_pod_takes_is_not_written() {
        let mut current = CurrentPhase::AT_FIRST;
        current.turn(Failed);
        current.turn(Running);
    }
}
