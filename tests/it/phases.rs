//! Random lives of Pods keep to the table of phases: a small kubelet, with the library's
//! rules, in a world where anything that can go wrong does.
//!
//! `PROPTEST_CASES` asks for more of them.

use evictsim::lifecycle::phase::phase;
use evictsim::lifecycle::{
    ContainerSeen, ContainerView, CurrentPhase, Exit, Phase, PodActions, PodSeen, ProbeResult, Reported,
    Sandbox, Seen,
};
use evictsim::model::{RestartPolicy, Role};
use proptest::prelude::*;

/// What happens to a Pod from one look of its kubelet to the next.
#[derive(Clone, Copy, Debug)]
enum Happening {
    /// This one of its running containers ends.
    Exits(usize, Exit),
    /// A probe of this one comes to a result.
    Probed(usize, ProbeResult),
    /// The runtime loses sight of this one.
    Forgotten(usize),
    SandboxDies,
    /// Its user deletes it.
    Deleted,
    /// It is evicted, or its deletion comes to an end: all is killed.
    Ended,
    Nothing,
}

/// One container in this world.
#[derive(Clone, Copy, Debug)]
struct Container {
    role: Role,
    has_startup_probe: bool,
    seen: Seen,
    last: Option<Exit>,
    startup: Option<ProbeResult>,
    liveness: Option<ProbeResult>,
    /// It is to start again, and has to wait.
    backs_off: bool,
}

impl Container {
    fn starts(&mut self) {
        self.remember();
        self.seen = Seen::Running;
        (self.startup, self.liveness) = (None, None);
    }

    fn ends(&mut self, exit: Exit) {
        if self.seen == Seen::Running {
            self.seen = Seen::Exited(exit);
        }
    }

    /// A new instance, or none: what there was becomes the last state.
    fn remember(&mut self) {
        if let Seen::Exited(exit) = self.seen {
            self.last = Some(exit);
        }
    }

    fn seen(&self) -> ContainerSeen {
        ContainerSeen {
            role: self.role,
            seen: self.seen,
            spec_changed: false,
            has_startup_probe: self.has_startup_probe,
            startup: self.startup,
            liveness: self.liveness,
        }
    }

    fn view(&self) -> ContainerView {
        let (state, last) = match self.seen {
            Seen::Missing | Seen::Created => (Reported::Waiting, self.last),
            Seen::Running => (Reported::Running, self.last),
            Seen::Exited(exit) if self.backs_off => (Reported::Waiting, Some(exit)),
            Seen::Exited(exit) => (Reported::Terminated(exit), self.last),
            Seen::Unknown => (Reported::NoState, self.last),
        };
        let is_up = !self.has_startup_probe || self.startup == Some(ProbeResult::Success);
        ContainerView { role: self.role, state, last, started: state == Reported::Running && is_up }
    }
}

/// A Pod with its kubelet.
struct Life {
    pod: PodSeen,
    containers: Vec<Container>,
    current: CurrentPhase,
    is_over: bool,
    path: Vec<Phase>,
}

impl Life {
    fn new(policy: RestartPolicy, containers: Vec<Container>) -> Life {
        let pod = PodSeen { policy, is_deleted: false, sandbox: Sandbox::Missing, attempt: 0 };
        Life { pod, containers, current: CurrentPhase::AT_FIRST, is_over: false, path: vec![Phase::Pending] }
    }

    fn happens(&mut self, happening: Happening) {
        let count = self.containers.len();
        match happening {
            Happening::Exits(which, exit) => self.containers[which % count].ends(exit),
            Happening::Probed(which, result) => {
                let one = &mut self.containers[which % count];
                (one.startup, one.liveness) = (Some(result), Some(result));
            }
            Happening::Forgotten(which) => {
                let one = &mut self.containers[which % count];
                if one.seen == Seen::Running {
                    one.seen = Seen::Unknown;
                }
            }
            Happening::SandboxDies if self.pod.sandbox == Sandbox::Ready => {
                self.all_end(Exit::KILLED);
                self.pod.sandbox = Sandbox::NotReady;
            }
            Happening::Deleted => self.pod.is_deleted = true,
            Happening::Ended => {
                self.all_end(Exit::TERMINATED);
                self.containers.iter_mut().for_each(|one| one.backs_off = false);
                self.is_over = true;
            }
            Happening::SandboxDies | Happening::Nothing => {}
        }
    }

    /// One look of the kubelet. `held_back`: it starts nothing that has ended before, this time.
    fn look(&mut self, held_back: bool) {
        if !self.is_over {
            self.act(held_back);
        }
        let views = self.containers.iter().map(Container::view);
        let found = phase(self.pod.policy, false, self.is_over, views);
        if self.current.turn(found) {
            self.path.push(found);
        }
        if found.is_terminal() {
            self.happens(Happening::Ended);
        }
    }

    fn act(&mut self, held_back: bool) {
        let mut actions = PodActions::default();
        let seen: Vec<ContainerSeen> = self.containers.iter().map(Container::seen).collect();
        actions.decide(self.pod, &seen);
        if actions.kill_pod {
            self.all_end(Exit::TERMINATED);
        }
        for (container, _) in &actions.kill {
            let one = &mut self.containers[usize::from(container.0)];
            one.seen = Seen::Exited(Exit::TERMINATED);
        }
        if actions.create_sandbox {
            (self.pod.sandbox, self.pod.attempt) = (Sandbox::Ready, actions.attempt);
            self.forget_the_former_sandbox();
        }
        for container in &actions.start {
            let one = &mut self.containers[usize::from(container.0)];
            one.backs_off = held_back && matches!(one.seen, Seen::Exited(_));
            if !one.backs_off {
                one.starts();
            }
        }
    }

    fn all_end(&mut self, exit: Exit) {
        self.containers.iter_mut().for_each(|one| one.ends(exit));
    }

    fn forget_the_former_sandbox(&mut self) {
        for one in &mut self.containers {
            one.remember();
            // Init containers are removed with all that is known of them.
            one.last = one.last.filter(|_| one.role != Role::Init);
            one.seen = Seen::Missing;
        }
    }
}

fn exit() -> impl Strategy<Value = Exit> {
    prop_oneof![Just(Exit::SUCCESS), Just(Exit::of(1)), Just(Exit::OOM_KILLED)]
}

fn happening() -> impl Strategy<Value = Happening> {
    let result = prop_oneof![3 => Just(ProbeResult::Success), 1 => Just(ProbeResult::Failure)];
    prop_oneof![
        8 => (0..8usize, exit()).prop_map(|(which, exit)| Happening::Exits(which, exit)),
        6 => (0..8usize, result).prop_map(|(which, result)| Happening::Probed(which, result)),
        6 => Just(Happening::Nothing),
        1 => (0..8usize).prop_map(Happening::Forgotten),
        1 => Just(Happening::SandboxDies),
        1 => Just(Happening::Deleted),
        1 => Just(Happening::Ended),
    ]
}

fn containers() -> impl Strategy<Value = Vec<Container>> {
    let of = |role: BoxedStrategy<Role>, count| {
        let one = (role, any::<bool>()).prop_map(|(role, has_startup_probe)| Container {
            role,
            // Init containers have no probes.
            has_startup_probe: has_startup_probe && role != Role::Init,
            seen: Seen::Missing,
            last: None,
            startup: None,
            liveness: None,
            backs_off: false,
        });
        prop::collection::vec(one, count)
    };
    let init = of(prop_oneof![Just(Role::Init), Just(Role::Sidecar)].boxed(), 0..4);
    let regular = of(Just(Role::Regular).boxed(), 1..4);
    (init, regular).prop_map(|(init, regular)| [init, regular].concat())
}

fn policy() -> impl Strategy<Value = RestartPolicy> {
    use RestartPolicy::{Always, Never, OnFailure};
    prop_oneof![Just(Always), Just(OnFailure), Just(Never)]
}

fn lived(policy: RestartPolicy, containers: Vec<Container>, story: &[(Happening, bool)]) -> Life {
    let mut life = Life::new(policy, containers);
    for (happening, held_back) in story {
        life.look(*held_back);
        life.happens(*happening);
    }
    life.look(false);
    life
}

proptest! {
    #[test]
    fn the_phases_of_a_life_keep_to_the_table(
        policy in policy(),
        containers in containers(),
        story in prop::collection::vec((happening(), any::<bool>()), 1..60),
    ) {
        // An illegal step panics in `CurrentPhase::turn`.
        let life = lived(policy, containers, &story);
        prop_assert!(life.path.windows(2).all(|step| step[0].may_become(step[1])), "{:?}", life.path);
    }

    #[test]
    fn a_life_that_was_ended_is_over(
        policy in policy(),
        containers in containers(),
        story in prop::collection::vec((happening(), any::<bool>()), 1..60),
    ) {
        let mut life = lived(policy, containers, &story);
        life.happens(Happening::Ended);
        life.look(false);
        let all_are_regular_and_begun = life.containers.iter().all(|one| {
            one.role == Role::Regular && matches!(one.seen, Seen::Exited(_))
        });
        prop_assert!(life.current.get().is_terminal() || !all_are_regular_and_begun, "{:?}", life.path);
    }
}

fn container(role: Role) -> Container {
    Container {
        role,
        has_startup_probe: false,
        seen: Seen::Missing,
        last: None,
        startup: None,
        liveness: None,
        backs_off: false,
    }
}

#[test]
fn this_world_takes_every_step_that_a_kubelet_can() {
    let exits = |which, exit| (Happening::Exits(which, exit), false);
    let nothing = (Happening::Nothing, false);
    let job = || vec![container(Role::Init), container(Role::Regular)];
    let path = |policy, story: &[(Happening, bool)]| lived(policy, job(), story).path;
    use Phase::{Failed, Pending, Running, Succeeded};
    // The sandbox is made with the first look, and the init container with it.
    let done = [exits(0, Exit::SUCCESS), exits(1, Exit::SUCCESS)];
    assert_eq!(path(RestartPolicy::Never, &done), [Pending, Running, Succeeded]);
    assert_eq!(path(RestartPolicy::Never, &[exits(0, Exit::of(1)), nothing]), [Pending, Failed]);
    let crashed = [exits(0, Exit::SUCCESS), exits(1, Exit::of(1))];
    assert_eq!(path(RestartPolicy::Never, &crashed), [Pending, Running, Failed]);
    let back_at_the_beginning = [exits(0, Exit::SUCCESS), nothing, (Happening::SandboxDies, false)];
    assert_eq!(path(RestartPolicy::Always, &back_at_the_beginning), [Pending, Running, Pending]);
}
