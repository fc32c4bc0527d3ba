//! What the lessons and studies claim, each read from the tables of a run.
//!
//! Instants are computed here from the amounts that the scenario's comments
//! give; a look of the kubelet comes at most one monitoring interval late.
//! Next: [`l01_to_l10`] and [`l11_to_l20`], the claims of the course in `scenarios/lessons/README.md`.

mod l01_to_l10;
mod l11_to_l20;

use crate::results::{lessons, of_scenario};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Row = BTreeMap<String, String>;

/// The tables of a lesson or study.
struct Story(BTreeMap<String, String>);

impl Story {
    fn of_lesson(name: &str) -> Story {
        Story(of_scenario("lessons", name))
    }

    /// The rows of a table that belong to a run.
    fn rows(&self, table: &str, run: &str) -> Vec<Row> {
        let text = &self.0[&format!("{table}.csv")];
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Result<Vec<Row>, _> = reader.deserialize().collect();
        let mut rows = rows.expect("tables of ours are tables");
        rows.retain(|row| row["run"] == run);
        rows
    }

    /// One pod's row.
    fn pod(&self, run: &str, pod: &str) -> Row {
        let mut rows = self.rows("pods", run);
        rows.retain(|row| row["pod"] == pod);
        assert_eq!(rows.len(), 1, "pods called {pod} in {run}");
        rows.remove(0)
    }

    /// The victims of a run in order, with their instants in seconds.
    fn victims(&self, run: &str) -> Vec<(String, f64)> {
        self.rows("evictions", run).iter().map(|row| (row["pod"].clone(), seconds(row, "time_s"))).collect()
    }

    /// What became of one thing in a pod's life, in order: from when on, the value, its reason. Without a
    /// container it is the pod's own.
    fn life(&self, run: &str, pod: &str, container: &str, what: &str) -> Vec<(f64, String, String)> {
        let mut rows = self.rows("lives", run);
        rows.retain(|row| row["pod"] == pod && row["container"] == container && row["what"] == what);
        rows.iter().map(|row| (seconds(row, "time_s"), row["value"].clone(), row["reason"].clone())).collect()
    }

    /// When something in a pod's life came to a value.
    fn instants(&self, run: &str, [pod, container, what, value]: [&str; 4]) -> Vec<f64> {
        let life = self.life(run, pod, container, what);
        life.iter().filter(|(_, its, _)| its == value).map(|(at, ..)| *at).collect()
    }
}

fn seconds(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} is `{}`", row[column]))
}

/// An amount that grows evenly: the engine rounds it down to whole bytes, and a rate's last digits are lost.
fn assert_about(row: &Row, column: &str, mebibytes: u64) {
    let found: u64 = row[column].parse().unwrap_or_else(|_| panic!("{column} is `{}`", row[column]));
    assert!((mebibytes << 20).abs_diff(found) < 10, "{column} is {found} bytes, not about {mebibytes}Mi");
}

/// Each victim goes at the first look after its instant: later than it, by at most 10 s.
fn assert_victims(found: &[(String, f64)], expected: &[(&str, f64)]) {
    let names: Vec<&str> = found.iter().map(|(pod, _)| pod.as_str()).collect();
    assert_eq!(names, expected.iter().map(|(pod, _)| *pod).collect::<Vec<_>>());
    for ((pod, at), (_, crossing)) in found.iter().zip(expected) {
        assert!((0.0..=10.0).contains(&(at - crossing)), "{pod} at {at} s, {crossing} s expected");
    }
}

const MINUTE: f64 = 60.0;

#[test]
fn the_lessons_order_is_best_effort_then_burstable_then_guaranteed() {
    let lesson = Story::of_lesson("eviction-order");
    let victims = lesson.victims("lesson");
    // 200Mi of room at 20Mi a minute; each victim gives 200Mi back.
    let minutes = [("best-effort", 10.0), ("burstable", 20.0), ("guaranteed", 30.0)];
    assert_victims(&victims, &minutes.map(|(pod, at)| (pod, at * MINUTE)));
    // At 10m exactly 100Mi are available, which is not less than 100Mi: the look after sees it.
    assert_eq!(victims[0].1, 10.0 * MINUTE + 10.0);
    let evictions = lesson.rows("evictions", "lesson");
    let classes: Vec<&str> = evictions.iter().map(|row| row["qos_class"].as_str()).collect();
    assert_eq!(classes, ["BestEffort", "Burstable", "Guaranteed"]);
    assert!(evictions[..2].iter().all(|row| row["decided_by"] == "QosClass"));
    assert!(lesson.rows("oom_kills", "lesson").is_empty());
    for pod in ["best-effort", "burstable", "guaranteed"] {
        let row = lesson.pod("lesson", pod);
        assert_eq!((row["phase"].as_str(), row["end"].as_str()), ("Failed", "Evicted"), "{pod}");
    }
}

#[test]
fn the_kubelets_order_is_by_use_above_request_whatever_the_class() {
    let lesson = Story::of_lesson("kubelet-order");
    // The n-th victim goes when 200Mi and all that was given back before are used up, at 20Mi a minute.
    let minutes = |victims: [(&'static str, f64); 4]| {
        let mut room = 200.0;
        victims.map(|(pod, given_back)| {
            let at = room / 20.0 * MINUTE;
            room += given_back;
            (pod, at)
        })
    };
    let by_class = [("small", 50.0), ("greedy", 300.0), ("careful", 100.0), ("database", 200.0)];
    assert_victims(&lesson.victims("lesson"), &minutes(by_class));
    let by_excess = [("greedy", 300.0), ("small", 50.0), ("database", 200.0), ("careful", 100.0)];
    assert_victims(&lesson.victims("kubelet"), &minutes(by_excess));
    let deciders: Vec<String> =
        lesson.rows("evictions", "kubelet").iter().map(|row| row["decided_by"].clone()).collect();
    // Nobody was left to be compared with the last.
    assert_eq!(deciders, ["Excess", "ExceedsRequest", "Excess", ""]);
}

#[test]
fn a_soft_threshold_gives_time_unless_the_hard_one_is_passed_first() {
    let lesson = Story::of_lesson("soft-and-hard");
    let evictions = lesson.rows("evictions", "lesson");
    let told: Vec<_> = evictions
        .iter()
        .map(|row| (row["pod"].as_str(), row["threshold"].as_str(), seconds(row, "time_s")))
        .collect();
    // Hard: 924Mi at 3m, the next look. Soft: 824Mi at 20m, seen 10 s later, and 1m30s of grace.
    assert_eq!(told, [("fast-leak", "hard", 190.0), ("slow-leak", "soft", 1300.0)]);
    // Its own 20 s, of the 30 s that evictionMaxPodGracePeriod allows.
    assert_eq!(seconds(&lesson.pod("lesson", "slow-leak"), "ended_s"), 1320.0);
    // 20 s are more than the 2 s that a hard eviction leaves between SIGTERM and SIGKILL.
    assert_eq!(seconds(&lesson.pod("lesson", "fast-leak"), "ended_s"), 192.0);
}

#[test]
fn a_leak_that_fills_the_node_between_two_looks_is_killed_by_the_kernel() {
    let lesson = Story::of_lesson("oom-before-eviction");
    let kills = lesson.rows("oom_kills", "lesson");
    assert_eq!(kills.len(), 1);
    let kill = ["pod", "cause"].map(|column| kills[0][column].as_str());
    assert_eq!(kill, ["fast-leak", "NodeCapacity"]);
    // 1024Mi - 224Mi - 100Mi = 700Mi at 20Mi a second; full is not yet too full.
    assert!((0.0..0.001).contains(&(seconds(&kills[0], "time_s") - 35.0)), "{}", kills[0]["time_s"]);
    let killed = lesson.pod("lesson", "fast-leak");
    assert_eq!((killed["end"].as_str(), killed["oom_kills"].as_str()), ("Failed", "1"));
    // 924Mi at 2m: not below the line yet when the kubelet looks, so at its next look.
    assert_eq!(lesson.victims("lesson"), [("slow-leak".to_owned(), 130.0)]);
}

#[test]
fn in_a_storm_the_lessons_order_evicts_more_pods_and_most_of_them_are_innocent() {
    let storm = Story(of_scenario("studies", "storm"));
    let counts = |run: &str| {
        let evictions = storm.rows("evictions", run);
        let innocent = evictions.iter().filter(|row| row["role"] == "innocent").count();
        let of_class = |class: &str| evictions.iter().filter(|row| row["qos_class"] == class).count();
        (evictions.len(), innocent, of_class("BestEffort"))
    };
    let (lesson, kubelet) = (counts("lesson"), counts("kubelet"));
    // The claims are of direction and of size, not of one seed's figures.
    assert!(lesson.0 > 100 && kubelet.0 > 30, "{lesson:?} {kubelet:?}");
    assert!(lesson.0 > 2 * kubelet.0, "{lesson:?} {kubelet:?}");
    assert!(2 * lesson.1 > lesson.0 && 2 * kubelet.1 < kubelet.0, "{lesson:?} {kubelet:?}");
    assert!(10 * lesson.2 > 9 * lesson.0 && 10 * kubelet.2 < 8 * kubelet.0, "{lesson:?} {kubelet:?}");
    // Controllers replace what was evicted.
    let replaced =
        storm.rows("evictions", "lesson").iter().filter(|row| !row["replacement"].is_empty()).count();
    assert_eq!(replaced, lesson.0);
}

/// A claim of the course: its number, and the scenario that its command runs.
type Claim = (usize, String);

fn claims(page: &str) -> Vec<Claim> {
    let sections = page.split("\n### L").skip(1);
    let claim = |section: &str| {
        let number = section.split(' ').next().and_then(|number| number.parse().ok());
        let command = section.lines().find_map(|line| line.strip_prefix("`evictsim run "));
        let scenario = command.and_then(|command| command.split([' ', '`']).next());
        let whole = [" sees** ", "\n**Kubernetes** "].iter().all(|part| section.contains(part));
        number.zip(scenario.map(str::to_owned)).filter(|_| whole)
    };
    sections.map(|section| claim(section).unwrap_or_else(|| panic!("### L{section}"))).collect()
}

#[test]
fn every_claim_of_the_course_has_its_scenario_and_every_scenario_of_a_claim_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |path: &Path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let claims = claims(&read(&root.join("scenarios/lessons/README.md")));
    let numbers: Vec<usize> = claims.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>(), "the lesson has twenty claims");
    for (number, scenario) in &claims {
        assert!(root.join(scenario).is_file(), "L{number}: {scenario}");
    }

    let tests = std::fs::read_dir(root.join("tests/it/lessons")).expect("the lessons have tests");
    let tests: String = tests.map(|entry| read(&entry.expect("an entry").path())).collect();
    let mut missing = BTreeSet::new();
    for name in lessons() {
        let Some(number) = claim_of(&name) else { continue };
        if !claims.contains(&(number, format!("scenarios/lessons/{name}.yaml"))) {
            missing.insert(format!("{name}: not under L{number} in the course"));
        }
        if !tests.contains(&format!("#[test]\nfn l{number:02}_")) {
            missing.insert(format!("{name}: no test whose name begins with l{number:02}_"));
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// The claim that a scenario is named after: 2 of `l02-one-address`.
fn claim_of(scenario: &str) -> Option<usize> {
    let (number, _) = scenario.strip_prefix('l')?.split_once('-')?;
    number.parse().ok()
}

#[test]
fn a_claim_is_read_from_its_heading_and_its_command() {
    let page = "# Course\n\n### L7 A sidecar\n`evictsim run s/l07-a.yaml --timeline`\n\
                **One sees** it.\n**Kubernetes** too.\n";
    assert_eq!(claims(page), [(7, "s/l07-a.yaml".to_owned())]);
    assert_eq!((claim_of("l02-one-address"), claim_of("kubelet-order")), (Some(2), None));
}
