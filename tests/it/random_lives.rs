//! What holds for the table `lives` of any scenario: each Pod goes its way step by step, and what is said of it fits.

use crate::random;
use crate::story::{self, Cells, Texts};
use evictsim::engine::Passes;
use evictsim::lifecycle::Phase;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What is said last of one pod of one run.
#[derive(Default)]
struct Seen {
    phase: Option<Phase>,
    ready: String,
    containers: BTreeMap<String, Container>,
    last_instant: f64,
    end: Option<(f64, String)>,
    /// Nobody may have heard of what its kubelet did.
    may_be_silent: bool,
}

/// The state of a container that runs; there is no reason for that.
const RUNNING: &str = "Running ";

/// `state` is the state and its reason.
#[derive(Default)]
struct Container {
    role: String,
    state: String,
    ready: bool,
}

fn phase(name: &str) -> Phase {
    Phase::ALL.into_iter().find(|phase| phase.name() == name).expect("a phase's name")
}

impl Seen {
    fn take(&mut self, row: &Cells) -> Result<(), TestCaseError> {
        let instant: f64 = row["time_s"].parse().expect("an instant");
        if row["what"] == "End" {
            prop_assert!(self.end.is_none(), "one end: {row:?}");
            self.end = Some((instant, row["value"].clone()));
            return Ok(());
        }
        prop_assert!(self.last_instant <= instant, "a life goes forward: {row:?}");
        self.last_instant = instant;
        match (row["container"].as_str(), row["what"].as_str()) {
            ("", "Phase") => self.turn_phase(row),
            ("", "Ready") => {
                self.ready = row["value"].clone();
                Ok(())
            }
            ("", _) => Ok(()),
            (name, "State") => self.turn_container(name, row),
            (name, "Ready") => {
                let one = self.containers.get_mut(name).expect("its state is told first");
                one.ready = row["value"] == "True";
                Ok(())
            }
            (name, "Killed") => {
                let runs = self.containers[name].state == RUNNING;
                prop_assert!(runs || self.may_be_silent, "what is killed runs: {row:?}");
                Ok(())
            }
            _ => panic!("nothing else is told of a container: {row:?}"),
        }
    }

    fn turn_phase(&mut self, row: &Cells) -> Result<(), TestCaseError> {
        let next = phase(&row["value"]);
        match self.phase {
            None => prop_assert_eq!(next, Phase::Pending, "every life begins so"),
            Some(before) => prop_assert!(before.may_become(next), "{:?} to {:?}: {:?}", before, next, row),
        }
        self.phase = Some(next);
        Ok(())
    }

    /// Whatever may be missed while a node is silent, nothing waits for its first start twice.
    fn turn_container(&mut self, name: &str, row: &Cells) -> Result<(), TestCaseError> {
        let one = self.containers.entry(name.to_owned()).or_default();
        let next = format!("{} {}", row["value"], row["reason"]);
        let begins = ["Waiting PodInitializing", "Waiting ContainerCreating"].contains(&next.as_str());
        prop_assert!(!begins || one.state.is_empty(), "{name} begins once: {row:?}");
        prop_assert!(one.state != next || row["value"] == "Terminated", "a change is one: {row:?}");
        let is_terminal = self.phase.is_some_and(Phase::is_terminal);
        prop_assert!(!is_terminal || row["value"] == "Terminated", "nothing begins after the end: {row:?}");
        prop_assert_eq!(row["exit_code"].is_empty(), row["value"] != "Terminated", "{:?}", row);
        (one.state, one.role) = (next, row["role"].clone());
        Ok(())
    }

    /// What must hold when all that happens at one instant has been told.
    fn fits(&self, pod: &str) -> Result<(), TestCaseError> {
        let all_are_ready = self
            .containers
            .values()
            .filter(|one| one.role != "Init")
            .all(|one| one.ready && one.state == RUNNING);
        if self.ready == "True" {
            prop_assert!(all_are_ready && !self.containers.is_empty(), "{pod} is ready, and all of it is");
            prop_assert!(!self.phase.is_some_and(Phase::is_terminal), "{pod} is over, and not ready");
        }
        Ok(())
    }
}

fn by_pod(tables: &Texts) -> BTreeMap<(String, String), Vec<Cells>> {
    let mut pods: BTreeMap<(String, String), Vec<Cells>> = BTreeMap::new();
    for row in story::rows(&tables["lives"]) {
        pods.entry((row["run"].clone(), row["pod"].clone())).or_default().push(row);
    }
    pods
}

proptest! {
    #![proptest_config(random::cases())]

    #[test]
    fn every_life_keeps_to_the_table_and_ends_as_it_says(text in random::scenario()) {
        let tables = story::audited_tables(&story::read(&text), Passes::ThatMatter);
        let lives = by_pod(&tables);
        for pod in story::rows(&tables["pods"]) {
            let name = (pod["run"].clone(), pod["pod"].clone());
            let mut seen = Seen { may_be_silent: text.contains("outages"), ..Seen::default() };
            for same_instant in lives[&name].chunk_by(|one, other| one["time_s"] == other["time_s"]) {
                same_instant.iter().try_for_each(|row| seen.take(row))?;
                seen.fits(&pod["pod"])?;
            }
            prop_assert_eq!(seen.phase.map(Phase::name), Some(pod["phase"].as_str()), "{:?}", pod);
            prop_assert_eq!(seen.end.is_some(), !pod["ended_s"].is_empty());
            if let Some((instant, how)) = &seen.end {
                prop_assert_eq!(Some(*instant), pod["ended_s"].parse().ok());
                prop_assert_eq!(how, &pod["end"]);
                prop_assert!(seen.phase.is_some_and(Phase::is_terminal), "{:?}", pod);
            }
        }
    }

    #[test]
    fn names_are_not_used_again_and_addresses_not_while_they_are_in_use(text in random::scenario()) {
        let tables = story::tables(&story::read(&text), Passes::ThatMatter);
        let mut names = std::collections::BTreeSet::new();
        let mut users: BTreeMap<(String, String), Vec<(f64, f64)>> = BTreeMap::new();
        for pod in story::rows(&tables["pods"]) {
            prop_assert!(names.insert((pod["run"].clone(), pod["pod"].clone())), "{:?}", pod);
            if !pod["address"].is_empty() {
                let instant = |column: &str| pod[column].parse::<f64>();
                let lived = (instant("bound_s").expect("it has a node"), instant("ended_s").unwrap_or(f64::INFINITY));
                users.entry((pod["run"].clone(), pod["address"].clone())).or_default().push(lived);
            }
        }
        for (address, mut lives) in users {
            lives.sort_by(|one, other| one.partial_cmp(other).expect("instants"));
            prop_assert!(lives.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}: {:?}\n{}", address, lives, text);
        }
    }
}
