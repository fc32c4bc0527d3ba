//! Whether a container that ended runs again.
//! Source: kubernetes `ShouldContainerBeRestarted` (1.32); sidecars always restart.

use crate::model::RestartPolicy;

/// What kind of container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Init,
    Sidecar,
    Regular,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    pub code: i32,
    /// By the kernel's OOM killer; usually, but not always, with code 137.
    pub oom_killed: bool,
}

impl Exit {
    pub const SUCCESS: Exit = Exit::of(0);
    /// By SIGTERM, without a handler of its own.
    pub const TERMINATED: Exit = Exit::of(143);
    /// By SIGKILL.
    pub const KILLED: Exit = Exit::of(137);
    pub const OOM_KILLED: Exit = Exit { code: 137, oom_killed: true };

    /// By itself, with a code.
    pub const fn of(code: i32) -> Exit {
        Exit { code, oom_killed: false }
    }

    pub fn is_success(self) -> bool {
        self.code == 0
    }
}

/// Whether the kubelet starts it again.
pub fn runs_again(role: Role, policy: RestartPolicy, exit: Exit) -> bool {
    match (role, policy) {
        (Role::Sidecar, _) => true,
        (Role::Init, RestartPolicy::Always | RestartPolicy::OnFailure) => !exit.is_success(),
        (Role::Regular, RestartPolicy::Always) => true,
        (Role::Regular, RestartPolicy::OnFailure) => !exit.is_success(),
        (Role::Init | Role::Regular, RestartPolicy::Never) => false,
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
}
