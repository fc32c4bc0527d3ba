//! The floors: imports point down, and the lower floors touch nothing outside.

use super::{assert_none, code, files_below};

/// From the ground up; rooms on one floor do not see each other.
const FLOORS: [&[&str]; 8] = [
    &["ground"],
    &["model"],
    &["eviction", "oom", "lifecycle", "scheduling", "workloads"],
    &["engine"],
    &["scenario"],
    &["experiment"],
    &["report"],
    &["cli"],
];

/// Floors 0 to 3 open no file, read no clock, own no thread, print nothing.
const OUTSIDE_WORLD: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "print!",
    "println!",
];
const PURE_FLOORS: usize = 4;

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// `src/eviction/order.rs` and `src/eviction.rs` are both of the room `eviction`.
fn room(path: &str) -> &str {
    let below = path.strip_prefix("src/").expect("sources lie in src");
    below.split('/').next().expect("a split has a first part").trim_end_matches(".rs")
}

/// The rooms' source files: all but the two roots, which name the rooms.
fn sources() -> Vec<String> {
    let mut sources = files_below("src", "rs");
    sources.retain(|path| path != "src/lib.rs" && path != "src/main.rs");
    assert!(sources.len() > 50, "only {} source files were found", sources.len());
    sources
}

/// What a line names after each `crate::`; `{` where it names several at once.
fn seen(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if rest.starts_with('{') { "{" } else { &rest[..end] }
    })
}

/// Down, or inside one's own room. A room without a floor may see, and be seen by, nobody.
fn may_see(room: &str, other: &str) -> bool {
    room == other || floor(other).zip(floor(room)).is_some_and(|(lower, upper)| lower < upper)
}

#[test]
fn imports_point_down_the_floors_and_so_cannot_form_a_circle() {
    let mut wrong = Vec::new();
    for path in sources() {
        for (number, line) in code(&path) {
            for other in seen(&line).filter(|other| !may_see(room(&path), other)) {
                wrong.push(format!("{path}:{number}: {} sees {other}", room(&path)));
            }
        }
    }
    assert_none("a room sees only the floors below its own (ARCHITECTURE.md)", &wrong);
}

#[test]
fn no_room_reaches_its_neighbors_through_super() {
    let mut wrong = Vec::new();
    for path in sources() {
        // So many steps up lead from this file to the house's root.
        let to_the_root = "super::".repeat(path.matches('/').count());
        // Tests at the end of a file are one step further down.
        let before_tests = code(&path).into_iter().take_while(|(_, line)| !line.contains("#[cfg(test)]"));
        let reaching = before_tests.filter(|(_, line)| line.contains(&to_the_root));
        wrong.extend(reaching.map(|(number, line)| format!("{path}:{number}: {line}")));
    }
    assert_none("say `crate::`, so that the test above sees it", &wrong);
}

#[test]
fn the_floors_below_the_scenario_touch_nothing_outside() {
    let mut wrong = Vec::new();
    for path in sources() {
        if floor(room(&path)).is_none_or(|floor| floor >= PURE_FLOORS) {
            continue;
        }
        for (number, line) in code(&path) {
            let touched = OUTSIDE_WORLD.iter().filter(|outside| line.contains(**outside));
            wrong.extend(touched.map(|outside| format!("{path}:{number}: {outside}")));
        }
    }
    assert_none("floors 0 to 3 are pure", &wrong);
}

#[test]
fn only_the_streams_see_the_generator() {
    let mut wrong = sources();
    wrong.retain(|path| path != "src/ground/rng.rs");
    wrong.retain(|path| {
        code(path).iter().any(|(_, line)| line.contains("rand::") || line.contains("rand_chacha"))
    });
    assert_none("chance comes from ground::Stream (docs/decisions/0005)", &wrong);
}

#[test]
fn the_rule_about_floors_can_be_broken() {
    let line = "use crate::report::Ledger; // and crate::ground::Bytes, crate::{model, oom}";
    assert_eq!(seen(line).collect::<Vec<_>>(), ["report", "ground", "{"]);
    assert!(may_see("engine", "eviction") && may_see("engine", "engine"));
    assert!(!may_see("eviction", "engine"), "up");
    assert!(!may_see("scheduling", "eviction"), "sideways");
    assert!(!may_see("engine", "{") && !may_see("attic", "ground"), "unknown");
}
