//! Whether a container that ended runs again.
//!
//! What: one container's end and the policy of its Pod -> whether it comes back, and,
//! where a lesson says so, whether the whole Pod comes back with it.
//! Never: when ([`super::backoff`]), or what else the kubelet does then ([`super::actions`]).
//! Source: kubernetes `ShouldContainerBeRestarted`, `isInitContainerFailed` (1.32);
//! sidecars always restart.

use crate::model::{RestartPolicy, Role};

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// What Linux leaves of a process's status: eight bits.
    pub code: u8,
    /// By the kernel's OOM killer; usually, but not always, with code 137.
    pub oom_killed: bool,
}

/// What a crash restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartScope {
    /// The lesson: all the Pod's containers (fidelity F-2).
    Pod,
    /// The kubelet: the one container.
    Container,
}

/// What starts again when a container has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restarts {
    Nothing,
    Itself,
    /// All containers but the init containers, which have done their work.
    WholePod,
}

impl Exit {
    pub const SUCCESS: Exit = Exit::of(0);
    /// By SIGTERM, without a handler of its own.
    pub const TERMINATED: Exit = Exit::of(143);
    /// By SIGKILL.
    pub const KILLED: Exit = Exit::of(137);
    pub const OOM_KILLED: Exit = Exit { code: 137, oom_killed: true };

    /// By itself, with a code.
    pub const fn of(code: u8) -> Exit {
        Exit { code, oom_killed: false }
    }

    pub fn is_success(self) -> bool {
        self.code == 0
    }

    /// Whether an init container that ended so has not done its work. One out of which the
    /// kernel killed a process has not, whatever it said in the end; of any other container
    /// the code is believed.
    pub fn fails_init(self) -> bool {
        self.oom_killed || !self.is_success()
    }
}

/// Whether the kubelet starts it again.
pub fn runs_again(role: Role, policy: RestartPolicy, exit: Exit) -> bool {
    match (role, policy) {
        (Role::Sidecar, _) => true,
        (Role::Init, RestartPolicy::Always | RestartPolicy::OnFailure) => exit.fails_init(),
        (Role::Regular, RestartPolicy::Always) => true,
        (Role::Regular, RestartPolicy::OnFailure) => !exit.is_success(),
        (Role::Init | Role::Regular, RestartPolicy::Never) => false,
    }
}

/// What a container that ended by itself, or by the kernel, takes with it into its restart.
///
/// The lesson's restart of the whole Pod is for crashes of a Pod that restarts its containers:
/// under Never a sidecar comes back alone. While a Pod is being initialized there is no
/// whole to restart, and whoever asks says `RestartScope::Container`.
pub fn crash_restarts(scope: RestartScope, role: Role, policy: RestartPolicy, exit: Exit) -> Restarts {
    if !runs_again(role, policy, exit) {
        return Restarts::Nothing;
    }
    let is_crash = role != Role::Init && !exit.is_success() && policy != RestartPolicy::Never;
    match scope {
        RestartScope::Pod if is_crash => Restarts::WholePod,
        RestartScope::Pod | RestartScope::Container => Restarts::Itself,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RestartPolicy::{Always, Never, OnFailure};

    #[test]
    fn success_is_run_again_only_by_always_and_a_sidecar_whatever_the_policy() {
        let (success, failure) = (Exit::SUCCESS, Exit::of(1));
        assert!(runs_again(Role::Regular, Always, success));
        assert!(!runs_again(Role::Regular, OnFailure, success));
        assert!(runs_again(Role::Regular, OnFailure, Exit::OOM_KILLED));
        assert!(!runs_again(Role::Regular, Never, failure));
        assert!(!runs_again(Role::Init, Always, success)); // It has done its work.
        assert!(!runs_again(Role::Init, Never, failure));
        assert!(runs_again(Role::Sidecar, Never, success));
    }

    #[test]
    fn an_oom_kill_that_leaves_the_code_0_fails_an_init_container_and_no_other() {
        let lost_a_process = Exit { code: 0, oom_killed: true };
        assert!(runs_again(Role::Init, OnFailure, lost_a_process));
        assert!(!runs_again(Role::Regular, OnFailure, lost_a_process));
    }

    #[test]
    fn the_lessons_crash_restarts_the_whole_pod_and_the_kubelets_the_one_container() {
        use Restarts::{Itself, Nothing, WholePod};
        let crash = Exit::of(1);
        #[rustfmt::skip]
        let table = [
            // role          policy     exit            the lesson  the kubelet
            (Role::Regular,  Always,    crash,          WholePod,   Itself),
            (Role::Regular,  Always,    Exit::SUCCESS,  Itself,     Itself),  // No crash.
            (Role::Regular,  OnFailure, crash,          WholePod,   Itself),
            (Role::Regular,  OnFailure, Exit::SUCCESS,  Nothing,    Nothing),
            (Role::Regular,  Never,     crash,          Nothing,    Nothing),
            (Role::Sidecar,  Always,    crash,          WholePod,   Itself),
            (Role::Sidecar,  Never,     crash,          Itself,     Itself),  // The others do not come back.
            (Role::Init,     Always,    crash,          Itself,     Itself),  // Nothing else runs yet.
        ];
        for (role, policy, exit, lesson, kubelet) in table {
            let given = format!("{role:?}, {policy:?}, {exit:?}");
            assert_eq!(crash_restarts(RestartScope::Pod, role, policy, exit), lesson, "{given}");
            assert_eq!(crash_restarts(RestartScope::Container, role, policy, exit), kubelet, "{given}");
        }
    }
}
