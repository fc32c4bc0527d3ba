//! Small Pods, each with what its kubelet does next and why.

use super::*;
use crate::model::ContainerSpec;
use RestartPolicy::{Always, Never, OnFailure};
use Role::{Init, Regular, Sidecar};
use Seen::{Created, Exited, Missing, Running};

const DONE: Seen = Exited(Exit::SUCCESS);
const CRASHED: Seen = Exited(Exit::of(1));

fn one(role: Role, seen: Seen) -> ContainerSeen {
    ContainerSeen { role, seen, spec_changed: false, has_startup_probe: false, startup: None, liveness: None }
}

fn pod(policy: RestartPolicy) -> PodSeen {
    PodSeen { policy, is_deleted: false, sandbox: Sandbox::Ready, attempt: 0 }
}

fn decided(pod: PodSeen, containers: &[ContainerSeen]) -> PodActions {
    // What was decided before must not show through.
    let stale = (ContainerIndex(9), KillReason::Unknown);
    let mut actions = PodActions {
        kill_pod: true,
        create_sandbox: true,
        attempt: 9,
        start: vec![stale.0],
        kill: vec![stale],
    };
    actions.decide(pod, containers);
    actions
}

fn starts(policy: RestartPolicy, containers: &[(Role, Seen)]) -> Vec<u16> {
    let containers: Vec<ContainerSeen> = containers.iter().map(|(role, seen)| one(*role, *seen)).collect();
    let actions = decided(pod(policy), &containers);
    assert!(!actions.kill_pod && actions.kill.is_empty(), "{actions:?}");
    actions.start.iter().map(|container| container.0).collect()
}

#[test]
fn a_new_pod_gets_a_sandbox_and_its_first_init_container_or_all_regular_ones() {
    let new = PodSeen { sandbox: Sandbox::Missing, ..pod(Always) };
    let actions = decided(new, &[one(Init, Missing), one(Init, Missing), one(Regular, Missing)]);
    assert!(actions.kill_pod && actions.create_sandbox);
    assert_eq!((actions.attempt, actions.start), (0, vec![ContainerIndex(0)]));
    let actions = decided(new, &[one(Regular, Missing), one(Regular, Missing)]);
    assert_eq!(actions.start, [ContainerIndex(0), ContainerIndex(1)]);
}

#[test]
fn a_new_pod_without_init_containers_is_spared_the_question_what_starts() {
    let of = |init_containers, containers| PodSpec { init_containers, containers, ..PodSpec::default() };
    let some = |number| vec![ContainerSpec::default(); number];
    for (init, regular) in [(0, 1), (0, 3), (1, 1), (2, 2)] {
        let roles = [vec![Role::Init; init], vec![Role::Regular; regular]].concat();
        let new: Vec<_> = roles.into_iter().map(|role| (role, Seen::Missing)).collect();
        let all: Vec<u16> = (0..(init + regular) as u16).collect();
        for policy in [RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never] {
            let starts_all = starts(policy, &new) == all;
            assert_eq!(
                starts_all_at_once(&of(some(init), some(regular))),
                starts_all,
                "{init} and {regular}"
            );
        }
    }
}

#[test]
fn init_containers_run_one_after_the_other_and_then_all_regular_ones_at_once() {
    let next = |first, second| {
        starts(Never, &[(Init, first), (Init, second), (Regular, Missing), (Regular, Missing)])
    };
    assert_eq!(next(Missing, Missing), [0]);
    assert_eq!(next(Running, Missing), [] as [u16; 0]);
    assert_eq!(next(DONE, Missing), [1]);
    assert_eq!(next(DONE, DONE), [2, 3]);
    assert_eq!(next(Missing, DONE), [2, 3], "the first one's end is forgotten");
}

#[test]
fn a_sidecar_lets_the_next_one_start_and_runs_on_beside_it() {
    let next = |proxy, migrate| starts(Always, &[(Sidecar, proxy), (Init, migrate), (Regular, Missing)]);
    assert_eq!(next(Missing, Missing), [0]);
    assert_eq!(next(Running, Missing), [1]);
    assert_eq!(next(Running, Running), [] as [u16; 0]);
    assert_eq!(next(CRASHED, Running), [0], "it is started again, whatever runs after it");
    assert_eq!(next(Running, DONE), [2]);
    assert_eq!(next(DONE, CRASHED), [0, 1]);
}

#[test]
fn a_sidecar_with_a_startup_probe_holds_back_the_next_one() {
    let with = |startup| {
        let proxy = ContainerSeen { has_startup_probe: true, startup, ..one(Sidecar, Running) };
        decided(pod(Never), &[proxy, one(Regular, Missing)])
    };
    assert!(with(None).are_none());
    assert_eq!(with(Some(ProbeResult::Success)).start, [ContainerIndex(1)]);
    let failed = with(Some(ProbeResult::Failure));
    assert_eq!(failed.start, [ContainerIndex(0)]);
    assert_eq!(failed.kill, [(ContainerIndex(0), KillReason::Probe(ProbeKind::Startup))]);
}

#[test]
fn a_pod_whose_regular_containers_are_done_goes_with_its_sidecars() {
    let beside = |policy, seen| {
        decided(pod(policy), &[one(Sidecar, CRASHED), one(Sidecar, Running), one(Regular, seen)])
    };
    let over = beside(OnFailure, DONE);
    assert!(over.kill_pod && !over.create_sandbox);
    assert!(over.start.is_empty(), "a sidecar does not keep its Pod alive");
    assert!(beside(Never, CRASHED).kill_pod);
    assert_eq!(beside(OnFailure, CRASHED).start, [ContainerIndex(0), ContainerIndex(2)]);
}

#[test]
fn without_a_running_sidecar_a_kubelet_cannot_tell_that_its_pod_is_done() {
    // An exit may be from before the node went down, so the sidecar has its turn first.
    let alone = decided(pod(Never), &[one(Sidecar, CRASHED), one(Regular, DONE)]);
    assert_eq!((alone.kill_pod, alone.start), (false, vec![ContainerIndex(0)]));
}

#[test]
fn a_container_that_ended_is_started_by_the_policy() {
    let with_running = |policy, seen| starts(policy, &[(Regular, Running), (Regular, seen)]);
    let nothing: [u16; 0] = [];
    assert_eq!([Always, OnFailure].map(|policy| with_running(policy, CRASHED)), [[1], [1]]);
    assert_eq!(with_running(Never, CRASHED), nothing);
    assert_eq!(with_running(Always, DONE), [1]);
    assert_eq!(with_running(OnFailure, DONE), nothing);
    assert_eq!(with_running(Never, Created), [1], "it has never run");
}

#[test]
fn a_failed_init_container_is_started_again_or_ends_its_pod() {
    let failed = |policy, exit| decided(pod(policy), &[one(Init, Exited(exit)), one(Regular, Missing)]);
    assert_eq!(failed(OnFailure, Exit::of(1)).start, [ContainerIndex(0)]);
    assert!(failed(Never, Exit::of(1)).kill_pod);
    assert!(failed(Never, Exit { code: 0, oom_killed: true }).kill_pod, "its work is not done");
    assert_eq!(failed(Never, Exit::SUCCESS).start, [ContainerIndex(1)]);
}

#[test]
fn a_probe_kills_and_the_policy_starts_again() {
    let failure = Some(ProbeResult::Failure);
    let hung = ContainerSeen { liveness: failure, startup: failure, ..one(Regular, Running) };
    let other = one(Regular, Running);
    let actions = decided(pod(OnFailure), &[hung, other]);
    assert_eq!(actions.kill, [(ContainerIndex(0), KillReason::Probe(ProbeKind::Liveness))]);
    assert_eq!(actions.start, [ContainerIndex(0)]);
    assert!(decided(pod(Never), &[hung, other]).start.is_empty());
    assert!(decided(pod(Never), &[hung]).kill_pod, "nothing is left of it");
    let changed = ContainerSeen { spec_changed: true, ..hung };
    let actions = decided(pod(Never), &[changed]);
    assert_eq!(actions.kill, [(ContainerIndex(0), KillReason::SpecChanged)]);
    assert_eq!(actions.start, [ContainerIndex(0)], "a new manifest is obeyed under any policy");
}

#[test]
fn a_deleted_pod_starts_no_regular_container() {
    let deleted = PodSeen { is_deleted: true, ..pod(Always) };
    assert!(decided(deleted, &[one(Regular, Running), one(Regular, CRASHED)]).are_none());
    assert!(decided(deleted, &[one(Regular, CRASHED)]).kill_pod);
}

#[test]
fn a_lost_sandbox_begins_the_pod_again_unless_it_is_done() {
    let lost = |policy| PodSeen { sandbox: Sandbox::NotReady, attempt: 2, ..pod(policy) };
    let init_and_web = [one(Init, DONE), one(Regular, CRASHED)];
    let actions = decided(lost(Always), &init_and_web);
    assert!(actions.kill_pod && actions.create_sandbox);
    assert_eq!((actions.attempt, actions.start), (3, vec![ContainerIndex(0)]));
    assert!(!decided(lost(Never), &init_and_web).create_sandbox);
    let done = decided(lost(OnFailure), &[one(Init, DONE), one(Regular, DONE)]);
    assert!(done.kill_pod && !done.create_sandbox);
    let half_done = decided(lost(OnFailure), &[one(Regular, DONE), one(Regular, CRASHED)]);
    assert_eq!(half_done.start, [ContainerIndex(1)]);
}

#[test]
fn what_the_runtime_cannot_tell_of_is_killed_before_it_is_started() {
    let actions = decided(pod(Never), &[one(Regular, Running), one(Regular, Seen::Unknown)]);
    assert_eq!(actions.start, [ContainerIndex(1)]);
    assert_eq!(actions.kill, [(ContainerIndex(1), KillReason::Unknown)]);
    let init = decided(pod(OnFailure), &[one(Init, Seen::Unknown), one(Regular, Missing)]);
    assert_eq!(
        (init.start, init.kill),
        (vec![ContainerIndex(0)], vec![(ContainerIndex(0), KillReason::Unknown)])
    );
}
