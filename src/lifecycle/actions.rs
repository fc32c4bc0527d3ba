//! What a kubelet does next with a Pod: which containers it starts, which it kills,
//! whether the whole Pod goes.
//!
//! What: [`PodActions::decide`], one look of the kubelet at what runs. It asks the
//! same of a new Pod, of one with a container that has just ended, and of one whose
//! sandbox is gone: there is no other way into a start.
//! Never: the wait before a start ([`super::backoff`]), or how a kill goes
//! ([`super::termination`]).
//! Source: kubernetes `computePodActions`, `findNextInitContainerToRun`,
//! `computeInitContainerActions` (1.32); the conformance family `restart`.
//!
//! It is asked with every change of a container: O(containers), and it writes into the
//! two lists that its caller keeps.

use super::probe::ProbeResult;
use super::restart::Exit;
use crate::model::{ContainerIndex, PodSpec, ProbeKind, RestartPolicy, Role};

/// What a kubelet finds of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodSeen {
    pub policy: RestartPolicy,
    /// The API has been asked to delete it.
    pub is_deleted: bool,
    pub sandbox: Sandbox,
    /// Of the sandbox that there is; the first is 0.
    pub attempt: u32,
}

/// What the containers of a Pod live in: its network, its namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    Ready,
    /// It is there, and no container can live in it.
    NotReady,
    /// There has never been one.
    Missing,
}

/// What a kubelet finds of one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerSeen {
    pub role: Role,
    pub seen: Seen,
    /// It runs by another manifest than the one that holds.
    pub spec_changed: bool,
    pub has_startup_probe: bool,
    /// Absent: its probe has no result yet, or it has no such probe.
    pub startup: Option<ProbeResult>,
    pub liveness: Option<ProbeResult>,
}

/// What the container runtime says of one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: it has never been, or it is forgotten.
    Missing,
    /// It has been made; its start has failed, or is still to come.
    Created,
    Running,
    Exited(Exit),
    /// That it cannot tell.
    Unknown,
}

/// Why a kubelet kills one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KillReason {
    SpecChanged,
    /// Nobody knows what it does; it is ended before it is started again.
    Unknown,
    Probe(ProbeKind),
}

/// What a kubelet does next with a Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodActions {
    /// All containers that run are killed, and the sandbox with them.
    pub kill_pod: bool,
    /// After that, a new sandbox is made. Where the Pod is killed and no sandbox is
    /// made, its life is over.
    pub create_sandbox: bool,
    /// Of the sandbox that there is, or of the new one.
    pub attempt: u32,
    /// In the order of the manifest.
    pub start: Vec<ContainerIndex>,
    /// In the order of the manifest. One that is in `start`, too, is killed first.
    pub kill: Vec<(ContainerIndex, KillReason)>,
}

/// Whether a new Pod, of which nothing has begun, starts all its containers at once: no init container goes first.
///
/// It is what [`PodActions::decide`] answers for it, and spares most Pods the question.
pub fn starts_all_at_once(pod: &PodSpec) -> bool {
    pod.init_containers.is_empty()
}

impl PodActions {
    /// Decides anew; what was decided before is forgotten.
    ///
    /// `containers` are the init containers, sidecars among them, then the regular
    /// ones, each in the order of the manifest.
    pub fn decide(&mut self, pod: PodSeen, containers: &[ContainerSeen]) {
        (self.kill_pod, self.create_sandbox, self.attempt) = (false, false, pod.attempt);
        self.start.clear();
        self.kill.clear();
        let whole = Whole::of(pod, containers);
        match pod.sandbox {
            Sandbox::Ready => self.keep_up(whole),
            Sandbox::NotReady => self.begin_again(whole, pod.attempt.saturating_add(1)),
            Sandbox::Missing => self.begin_again(whole, 0),
        }
        // Init containers were looked at from the last to the first.
        self.start.sort_unstable();
        self.kill.sort_unstable_by_key(|(container, _)| *container);
    }

    /// Whether there is nothing to do.
    pub fn are_none(&self) -> bool {
        !self.kill_pod && self.start.is_empty() && self.kill.is_empty()
    }

    /// There is no sandbox to live in: a new one, and all from the start, unless the Pod is done.
    fn begin_again(&mut self, pod: Whole<'_>, attempt: u32) {
        (self.kill_pod, self.attempt) = (true, attempt);
        let has_lived = attempt > 0 && pod.all().any(|one| one.seen != Seen::Missing);
        if has_lived && !pod.restarts_failures() {
            return;
        }
        let none_is_left = !pod.regular.iter().any(|one| pod.runs_in_a_new_sandbox(one));
        if none_is_left && (pod.has_sidecar() || pod.next_init() == NextInit::Done) {
            return;
        }
        self.create_sandbox = true;
        if pod.init.is_empty() {
            let left = pod.regular.iter().enumerate().filter(|(_, one)| pod.runs_in_a_new_sandbox(one));
            self.start.extend(left.map(|(index, _)| pod.regular_index(index)));
        } else {
            self.start.push(pod.init_index(0));
        }
    }

    fn keep_up(&mut self, pod: Whole<'_>) {
        let is_initialized =
            if pod.has_sidecar() { self.keep_init_up(pod) } else { self.start_next_init(pod) };
        if is_initialized {
            self.keep_regular_up(pod);
        }
    }

    /// Without sidecars, one init container runs after the other. Whether they are done with.
    fn start_next_init(&mut self, pod: Whole<'_>) -> bool {
        match pod.next_init() {
            NextInit::Done => return true,
            NextInit::Wait => {}
            NextInit::Start(index) => self.start.push(pod.init_index(index)),
            NextInit::Again(_) if !pod.restarts_failures() => self.kill_pod = true,
            NextInit::Again(index) => {
                if pod.init[index].seen == Seen::Unknown {
                    self.kill.push((pod.init_index(index), KillReason::Unknown));
                }
                self.start.push(pod.init_index(index));
            }
        }
        false
    }

    /// With sidecars, they run on beside all that comes after them.
    ///
    /// From the last to the first, since those that have done their work may be forgotten
    /// already: what comes after something that runs, or ran, has had its turn.
    /// Whether the regular containers may run.
    fn keep_init_up(&mut self, pod: Whole<'_>) -> bool {
        let mut is_initialized = pod.has_regular_begun();
        let mut later_had_its_turn = is_initialized;
        for (index, one) in pod.init.iter().enumerate().rev() {
            let is_sidecar = one.role == Role::Sidecar;
            if one.seen == Seen::Missing {
                if later_had_its_turn && is_sidecar {
                    self.start.push(pod.init_index(index));
                }
                continue;
            }
            if later_had_its_turn && !is_sidecar {
                continue;
            }
            let next = if is_sidecar { self.keep_sidecar(pod, index) } else { self.keep_init(pod, index) };
            match next {
                Turn::Nobodys => {}
                Turn::OfTheNext if index + 1 == pod.init.len() => is_initialized = true,
                Turn::OfTheNext if later_had_its_turn => {}
                Turn::OfTheNext => self.start.push(pod.init_index(index + 1)),
                Turn::OfThePodToGo => {
                    self.kill_pod = true;
                    self.start.clear();
                    return false;
                }
            }
            later_had_its_turn = true;
        }
        if !later_had_its_turn {
            self.start.push(pod.init_index(0));
        }
        is_initialized
    }

    fn keep_sidecar(&mut self, pod: Whole<'_>, index: usize) -> Turn {
        let (one, at) = (&pod.init[index], pod.init_index(index));
        match one.seen {
            Seen::Missing | Seen::Created | Seen::Exited(_) => {
                self.start.push(at);
                Turn::Nobodys
            }
            Seen::Unknown => {
                self.restart(at, KillReason::Unknown);
                Turn::Nobodys
            }
            Seen::Running if one.is_starting_up() => {
                if one.startup == Some(ProbeResult::Failure) {
                    self.restart(at, KillReason::Probe(ProbeKind::Startup));
                }
                Turn::Nobodys
            }
            Seen::Running => {
                if one.spec_changed {
                    self.restart(at, KillReason::SpecChanged);
                } else if one.liveness == Some(ProbeResult::Failure) {
                    self.restart(at, KillReason::Probe(ProbeKind::Liveness));
                }
                Turn::OfTheNext // Even if it is restarted just now.
            }
        }
    }

    fn keep_init(&mut self, pod: Whole<'_>, index: usize) -> Turn {
        let (one, at) = (&pod.init[index], pod.init_index(index));
        match one.seen {
            Seen::Running => Turn::Nobodys,
            Seen::Exited(exit) if !exit.fails_init() => Turn::OfTheNext,
            Seen::Exited(_) | Seen::Unknown if !pod.restarts_failures() => Turn::OfThePodToGo,
            Seen::Missing | Seen::Created | Seen::Exited(_) => {
                self.start.push(at);
                Turn::Nobodys
            }
            Seen::Unknown => {
                self.restart(at, KillReason::Unknown);
                Turn::Nobodys
            }
        }
    }

    fn keep_regular_up(&mut self, pod: Whole<'_>) {
        let init_starts = self.start.len();
        let mut any_is_kept = false;
        for (index, one) in pod.regular.iter().enumerate() {
            let at = pod.regular_index(index);
            if one.seen != Seen::Running {
                self.start_if_due(pod, one, at);
            } else if let Some(reason) = one.reason_to_kill() {
                self.kill.push((at, reason));
                // A new manifest is obeyed under any policy.
                if reason == KillReason::SpecChanged || pod.restarts_failures() {
                    self.start.push(at);
                }
            } else {
                any_is_kept = true;
            }
        }
        if !any_is_kept && self.start.len() == init_starts {
            self.kill_pod = true;
            self.start.clear(); // A sidecar does not keep its Pod alive.
        }
    }

    fn start_if_due(&mut self, pod: Whole<'_>, one: &ContainerSeen, at: ContainerIndex) {
        if !pod.runs_regular_again(one.seen) {
            return;
        }
        if one.seen == Seen::Unknown {
            self.kill.push((at, KillReason::Unknown));
        }
        self.start.push(at);
    }

    fn restart(&mut self, at: ContainerIndex, reason: KillReason) {
        self.kill.push((at, reason));
        self.start.push(at);
    }
}

/// Who has the next turn after an init container has been looked at.
enum Turn {
    /// This one is busy, or has been seen to.
    Nobodys,
    OfTheNext,
    /// It has failed for good, and all with it.
    OfThePodToGo,
}

/// Where a Pod without sidecars is in its initialization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextInit {
    Done,
    /// One is running.
    Wait,
    Start(usize),
    /// This one has failed.
    Again(usize),
}

/// A Pod with its containers.
#[derive(Clone, Copy)]
struct Whole<'a> {
    pod: PodSeen,
    init: &'a [ContainerSeen],
    regular: &'a [ContainerSeen],
}

impl<'a> Whole<'a> {
    fn of(pod: PodSeen, containers: &'a [ContainerSeen]) -> Whole<'a> {
        let first_regular = containers.iter().position(|one| one.role == Role::Regular);
        let (init, regular) = containers.split_at(first_regular.unwrap_or(containers.len()));
        Whole { pod, init, regular }
    }

    fn all(self) -> impl Iterator<Item = &'a ContainerSeen> {
        self.init.iter().chain(self.regular)
    }

    fn init_index(self, index: usize) -> ContainerIndex {
        ContainerIndex(u16::try_from(index).expect("a Pod has fewer than 65 536 containers"))
    }

    fn regular_index(self, index: usize) -> ContainerIndex {
        self.init_index(self.init.len() + index)
    }

    fn has_sidecar(self) -> bool {
        self.init.iter().any(|one| one.role == Role::Sidecar)
    }

    fn restarts_failures(self) -> bool {
        self.pod.policy != RestartPolicy::Never
    }

    /// With sidecars, one that has been made is enough; one that has ended is not: it may be
    /// from before the node went down.
    fn has_regular_begun(self) -> bool {
        self.regular.iter().any(|one| matches!(one.seen, Seen::Created | Seen::Running))
    }

    /// Under OnFailure, those that have succeeded have done their work. Under Never this is
    /// asked only where there was no sandbox, or no container in it: all of them begin.
    fn runs_in_a_new_sandbox(self, one: &ContainerSeen) -> bool {
        let has_succeeded = matches!(one.seen, Seen::Exited(exit) if exit.is_success());
        self.pod.policy != RestartPolicy::OnFailure || !has_succeeded
    }

    /// Of a regular container that does not run.
    fn runs_regular_again(self, seen: Seen) -> bool {
        if self.pod.is_deleted {
            return false;
        }
        match seen {
            Seen::Missing | Seen::Created | Seen::Unknown => true,
            Seen::Running => false,
            Seen::Exited(exit) => super::restart::runs_again(Role::Regular, self.pod.policy, exit),
        }
    }

    /// Without sidecars: which init container is next.
    fn next_init(self) -> NextInit {
        let is_running = |one: &ContainerSeen| one.seen == Seen::Running;
        if self.init.is_empty() || self.regular.iter().any(is_running) {
            return NextInit::Done;
        }
        if let Some(failed) = self.init.iter().rposition(ContainerSeen::has_failed_as_init) {
            return NextInit::Again(failed);
        }
        // None has failed: the last that runs or has run says how far it has come.
        let latest = self.init.iter().rposition(|one| matches!(one.seen, Seen::Running | Seen::Exited(_)));
        match latest {
            None => NextInit::Start(0),
            Some(index) if is_running(&self.init[index]) => NextInit::Wait,
            Some(index) if index + 1 == self.init.len() => NextInit::Done,
            Some(index) => NextInit::Start(index + 1),
        }
    }
}

impl ContainerSeen {
    fn has_failed_as_init(&self) -> bool {
        match self.seen {
            Seen::Exited(exit) => exit.fails_init(),
            Seen::Unknown => true,
            Seen::Missing | Seen::Created | Seen::Running => false,
        }
    }

    fn is_starting_up(&self) -> bool {
        self.has_startup_probe && self.startup != Some(ProbeResult::Success)
    }

    /// Of a regular container that runs; a failed liveness probe is told before a failed startup probe.
    fn reason_to_kill(&self) -> Option<KillReason> {
        let failed = Some(ProbeResult::Failure);
        if self.spec_changed {
            Some(KillReason::SpecChanged)
        } else if self.liveness == failed {
            Some(KillReason::Probe(ProbeKind::Liveness))
        } else if self.startup == failed {
            Some(KillReason::Probe(ProbeKind::Startup))
        } else {
            None
        }
    }
}

impl KillReason {
    /// As the kubelet names it; a changed manifest has no name.
    pub fn name(self) -> &'static str {
        match self {
            KillReason::SpecChanged => "",
            KillReason::Unknown => "Unknown",
            KillReason::Probe(ProbeKind::Startup) => "StartupProbe",
            KillReason::Probe(ProbeKind::Readiness) => "ReadinessProbe", // Which never kills.
            KillReason::Probe(ProbeKind::Liveness) => "LivenessProbe",
        }
    }
}

#[cfg(test)]
mod tests;
