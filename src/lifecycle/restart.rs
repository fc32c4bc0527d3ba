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
pub enum Exit {
    /// By itself, with a code.
    Code(u8),
    /// By the kernel's OOM killer: exit code 137.
    OomKilled,
}

impl Exit {
    pub fn is_success(self) -> bool {
        self == Exit::Code(0)
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
        let (success, failure) = (Exit::Code(0), Exit::Code(1));
        assert!(runs_again(Role::Regular, Always, success));
        assert!(!runs_again(Role::Regular, OnFailure, success));
        assert!(runs_again(Role::Regular, OnFailure, Exit::OomKilled));
        assert!(!runs_again(Role::Regular, Never, failure));
        assert!(!runs_again(Role::Init, Always, success)); // It has done its work.
        assert!(!runs_again(Role::Init, Never, failure));
        assert!(runs_again(Role::Sidecar, Never, success));
    }
}
