//! The committed results of the lessons: the program writes just these bytes.
//!
//! `EVICTSIM_UPDATE=1` rewrites them; the diff is to be looked at.

use crate::cli::{evictsim, text};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The committed figures of tables, the words that draw each of the table beside it, and its title.
const FIGURES: [(&str, &str, &str); 3] = [
    (
        "growth.svg",
        "curve growth.csv --x live_pods --y ns_per_event --by series --log both",
        "What does an event cost among more live pods?",
    ),
    (
        "overcommit-risk.svg",
        "curve overcommit.csv --x ratio --y evictions_per_pod_month --by hard",
        "How many are evicted, by how far limits exceed requests?",
    ),
    (
        "overcommit-kernel-first.svg",
        "heat overcommit.csv --x ratio --y hard --value oom_before_eviction",
        "How likely does the kernel kill before any eviction?",
    ),
];

/// The names of all lessons, in order.
pub fn lessons() -> Vec<String> {
    let entries = fs::read_dir(file("scenarios/lessons")).expect("the lessons are there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text"));
    let mut lessons: Vec<String> =
        names.filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned)).collect();
    lessons.sort();
    lessons
}

/// The files of a directory, by name; nothing if it is not there.
fn files(directory: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(directory) else { return BTreeMap::new() };
    let read = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    };
    entries.map(|entry| read(entry.expect("an entry").path())).collect()
}

/// What `evictsim run scenarios/<room>/<name>.yaml` writes, by file.
///
/// It is typed where such a path leads to the scenario, as it does at the top of
/// this project: so the manifest has the same command, and the same file in it.
pub fn of_scenario(room: &str, name: &str) -> BTreeMap<String, String> {
    let home = tempfile::tempdir().expect("a directory");
    let scenario = format!("scenarios/{room}/{name}.yaml");
    fs::create_dir_all(home.path().join("scenarios").join(room)).expect("room");
    fs::copy(file(&scenario), home.path().join(&scenario)).expect("a copy");
    let output = evictsim(home.path(), &["run", &scenario], "");
    assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
    files(&home.path().join("results").join(name))
}

#[test]
fn every_lesson_gives_its_committed_results_byte_for_byte() {
    let update = std::env::var_os("EVICTSIM_UPDATE").is_some();
    for name in lessons() {
        let (place, fresh) = (file("results").join(&name), of_scenario("lessons", &name));
        if update {
            // Nothing is there yet for a new lesson.
            let _ = fs::remove_dir_all(&place);
            fs::create_dir_all(&place).expect("room");
            fresh.iter().for_each(|(file, text)| fs::write(place.join(file), text).expect("room"));
        }
        let committed = files(&place);
        let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&committed), names(&fresh), "results/{name}");
        for (file, text) in &fresh {
            assert!(
                committed[file] == *text,
                "results/{name}/{file} is out of date: run the tests with EVICTSIM_UPDATE=1, and look at the diff"
            );
        }
    }
}

#[test]
fn the_readmes_output_is_what_its_first_command_prints() {
    let readme = fs::read_to_string(file("README.md")).expect("it is text");
    let lesson = "scenarios/lessons/eviction-order.yaml";
    assert!(readme.contains(&format!("cargo run --release -- run {lesson} ")), "the first command");
    let home = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(home.path().join("scenarios/lessons")).expect("room");
    fs::copy(file(lesson), home.path().join(lesson)).expect("a copy");
    let output = evictsim(home.path(), &["run", lesson], "");
    let shown = readme.split("\n```text\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(text(&output.stdout)));
}

#[test]
fn committed_figures_are_drawn_of_the_tables_beside_them() {
    let place = file("results/figures");
    let readme = fs::read_to_string(file("results/README.md")).expect("it is text");
    for (figure, words, title) in FIGURES {
        let words: Vec<&str> =
            ["figure"].into_iter().chain(words.split(' ')).chain(["--title", title]).collect();
        let drawn = evictsim(&place, &words, "");
        assert_eq!((drawn.status.code(), text(&drawn.stderr)), (Some(0), ""), "{figure}");
        if std::env::var_os("EVICTSIM_UPDATE").is_some() {
            fs::write(place.join(figure), &drawn.stdout).expect("room");
        }
        let committed = fs::read_to_string(place.join(figure)).expect("a figure");
        assert!(
            committed == text(&drawn.stdout),
            "results/figures/{figure} is out of date: run the tests with EVICTSIM_UPDATE=1, and look at it"
        );
        assert!(readme.contains(&format!("](figures/{figure})")), "{figure} is not told of");
    }
}

#[test]
fn git_keeps_the_results_of_the_lessons_and_no_others() {
    let ignored = fs::read_to_string(file(".gitignore")).expect("it is text");
    let mut rules = ["/results/*", "!/results/README.md", "!/results/queries/", "!/results/figures/"]
        .map(str::to_owned)
        .to_vec();
    rules.extend(lessons().iter().map(|name| format!("!/results/{name}/")));
    let of_results: Vec<&str> = ignored.lines().filter(|line| line.contains("results")).collect();
    assert_eq!(of_results, rules);
}
