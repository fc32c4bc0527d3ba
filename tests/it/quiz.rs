//! `evictsim quiz`: its solutions, worked out a second time from the printed worksheet alone.
//!
//! Another way on purpose: figures are read from the Markdown, and pods sorted by tuples, as the rules are
//! told in words; nothing of the program's own rules is called.

use crate::cli::{evictsim, text};
use evictsim::experiment::quiz::{Question, TURN, questions};
use evictsim::report::quiz::write_worksheet;
use evictsim::scenario::meaning::OrderName;
use std::cmp::Reverse;
use std::collections::BTreeMap;

fn worksheet(seed: u64, order: Option<OrderName>) -> String {
    let drawn: Vec<Question> = questions(seed, order).take(TURN.len()).collect();
    let mut out = Vec::new();
    write_worksheet(&mut out, &drawn, seed).expect("a vector takes everything");
    String::from_utf8(out).expect("a worksheet is text")
}

/// The text below each heading of a kind, up to the next.
fn sections<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let below = text.split(heading).skip(1);
    below
        .map(|rest| rest.split("\n## ").next().and_then(|text| text.split("\n<div").next()).expect("a text"))
        .collect()
}

/// A row of a question's table, by the names of its columns.
type Row<'t> = BTreeMap<&'t str, &'t str>;

fn rows(section: &str) -> Vec<Row<'_>> {
    let lines: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches(['|', ' ']).split('|').map(str::trim).collect())
        .collect();
    lines[1..].iter().map(|line| lines[0].iter().copied().zip(line.iter().copied()).collect()).collect()
}

/// Whole Mi; nothing written is nothing asked for.
fn mebi(cell: &str) -> i64 {
    match cell {
        "-" => 0,
        cell => cell.strip_suffix("Mi").and_then(|number| number.parse().ok()).expect("whole Mi"),
    }
}

/// A class as its three sentences have it: nothing at all; all there and equal; the rest. The API server copies
/// a limit to a request that is not there.
fn class(row: &Row<'_>) -> &'static str {
    let pairs = [("cpu request", "cpu limit"), ("memory request", "memory limit")].map(|(request, limit)| {
        let (request, limit) = (row[request], row[limit]);
        (if request == "-" { limit } else { request }, limit)
    });
    if pairs == [("-", "-"); 2] {
        "BestEffort"
    } else if pairs.iter().all(|(request, limit)| *limit != "-" && request == limit) {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

fn excess(row: &Row<'_>) -> i64 {
    mebi(row["working set"]) - mebi(row["request"])
}

/// Over its request first, then the lower priority, then the larger excess.
fn by_the_kubelet(row: &Row<'_>) -> (bool, i64, Reverse<i64>) {
    let priority = row["priority"].parse().expect("a number");
    (excess(row) <= 0, priority, Reverse(excess(row)))
}

/// The class before all of that.
fn by_the_lesson(row: &Row<'_>) -> (usize, (bool, i64, Reverse<i64>)) {
    let classes = ["BestEffort", "Burstable", "Guaranteed"];
    let class = classes.iter().position(|class| *class == row["class"]).expect("a class");
    (class, by_the_kubelet(row))
}

/// The most thousandths of the node first: those in use, and those that the class adds.
fn by_the_kernel(row: &Row<'_>) -> Reverse<i64> {
    let added = match row["class"] {
        "BestEffort" => 1000,
        "Guaranteed" => -997,
        _ => (1000 - mebi(row["request"])).clamp(3, 999),
    };
    // The node has 1000Mi: a Mi is a thousandth.
    Reverse(mebi(row["working set"]) + added)
}

fn names(mut rows: Vec<Row<'_>>, sort: impl Fn(&mut Vec<Row<'_>>)) -> String {
    sort(&mut rows);
    rows.iter().map(|row| row["pod"]).collect::<Vec<_>>().join(", ")
}

/// What kind of question it is, and its solution.
fn solved(section: &str) -> (&'static str, String) {
    let rows = rows(section);
    if section.contains("Which QoS class") {
        return ("classes", rows.iter().map(class).collect::<Vec<_>>().join(", "));
    }
    if section.contains("above their request") {
        let above = |rows: &mut Vec<Row<'_>>| rows.retain(|row| excess(row) > 0);
        return ("above", names(rows, above));
    }
    if section.contains("the kernel kill") {
        return ("kernel", names(rows, |rows| rows.sort_by_key(by_the_kernel)));
    }
    if section.contains("lesson's order") {
        return ("lesson", names(rows, |rows| rows.sort_by_key(by_the_lesson)));
    }
    assert!(section.contains("the kubelet's order"), "{section}");
    ("kubelet", names(rows, |rows| rows.sort_by_key(by_the_kubelet)))
}

/// Checks each solution of a worksheet; says which kinds there were.
#[track_caller]
fn check(worksheet: &str) -> Vec<&'static str> {
    let (asked, solutions) = (sections(worksheet, "\n## Question "), sections(worksheet, "\n## Solution "));
    assert_eq!((asked.len(), solutions.len()), (TURN.len(), TURN.len()));
    let kinds = asked.iter().zip(solutions).map(|(question, solution)| {
        let (kind, expected) = solved(question);
        let printed = solution.split("**").nth(1).expect("a solution in bold");
        assert_eq!(printed, expected, "{question}");
        kind
    });
    kinds.collect()
}

#[test]
fn the_solutions_of_seed_7_are_those_of_a_second_computation() {
    let kinds = check(&worksheet(7, None));
    assert_eq!(kinds, ["classes", "lesson", "kubelet", "kubelet", "kubelet", "above", "kernel"]);
}

#[test]
fn so_are_those_of_other_seeds_and_of_either_order() {
    for seed in 0..100 {
        for order in [None, Some(OrderName::QosClass), Some(OrderName::Kubelet)] {
            check(&worksheet(seed, order));
        }
    }
}

#[test]
fn each_neighboring_pair_has_its_reason() {
    let worksheet = worksheet(7, None);
    for solution in sections(&worksheet, "\n## Solution ") {
        let names: Vec<&str> = solution.split("**").nth(1).expect("a solution in bold").split(", ").collect();
        let reasons: Vec<&str> = solution.lines().filter_map(|line| line.strip_prefix("- ")).collect();
        if !reasons.iter().any(|reason| reason.contains(" goes before ")) {
            continue; // Classes, and who is above: a reason for each pod.
        }
        assert_eq!(reasons.len(), names.len() - 1);
        for (pair, reason) in names.windows(2).zip(reasons) {
            let pair = format!("{} goes before {}: ", pair[0], pair[1]);
            assert!(reason.starts_with(&pair), "{pair:?} is not the beginning of {reason:?}");
        }
    }
}

#[test]
fn the_first_questions_do_not_depend_on_how_many_follow_but_on_the_seed() {
    let drawn = |seed, count| questions(seed, None).take(count).collect::<Vec<_>>();
    assert_eq!(drawn(7, 3), drawn(7, 9)[..3]);
    assert_ne!(drawn(7, 3), drawn(8, 3));
}

#[test]
fn on_a_pipe_it_asks_reads_a_line_for_each_answer_and_says_what_is_right() {
    let home = tempfile::tempdir().expect("a directory");
    let words = ["quiz", "--seed", "7", "--questions", "2"];
    let solutions: Vec<String> = sections(&worksheet(7, None), "\n## Question ")[..2]
        .iter()
        .map(|question| solved(question).1)
        .collect();
    let output = evictsim(home.path(), &words, &solutions.join("\n"));
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).ends_with("2 of 2 right\n"), "{}", text(&output.stdout));
    assert!(output.stderr.is_empty(), "no prompt where nobody sits");
}

#[test]
fn for_programs_it_says_the_same_as_on_paper() {
    let home = tempfile::tempdir().expect("a directory");
    let output = evictsim(home.path(), &["quiz", "--seed", "7", "-o", "json"], "");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let worksheet = worksheet(7, None);
    for (told, question) in
        told["questions"].as_array().expect("a list").iter().zip(sections(&worksheet, "\n## Question "))
    {
        let names: Vec<&str> =
            told["solution"].as_array().expect("a list").iter().filter_map(|name| name.as_str()).collect();
        assert_eq!(names.join(", "), solved(question).1);
    }
}
