//! `evictsim step`: keys go in, screens come out.

use crate::cli::evictsim;
use crate::story::{read, shipped};
use evictsim::cli::step::state::{Guess, Key, State};
use evictsim::cli::step::view::{self, Look};
use evictsim::experiment::inquiry::Inquiry;
use evictsim::report::chart::Signs;
use evictsim::scenario::Scenario;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

const PLAIN: Look = Look { signs: Signs::Unicode, color: false };
const COLORED: Look = Look { color: true, ..PLAIN };
const ASCII: Look = Look { signs: Signs::Ascii, color: false };
const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (200, 60);

fn begun<'s>(scenario: &'s Scenario, run: usize) -> State<'s> {
    let rules = &scenario.runs[run];
    State::new(Inquiry::new(scenario, rules, 0), &rules.name)
}

fn press(state: &mut State<'_>, keys: &str) {
    keys.chars().for_each(|key| state.press(if key == '\n' { Key::Enter } else { Key::Char(key) }));
}

fn screen(state: &State<'_>, look: Look, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a screen in memory");
    terminal.draw(|frame| view::draw(state, look, frame)).expect("a screen in memory");
    terminal.backend().buffer().clone()
}

/// Its lines, without blanks at their ends.
fn text(screen: &Buffer) -> String {
    let width = usize::from(screen.area.width);
    let lines =
        screen.content.chunks(width).map(|cells| cells.iter().map(|cell| cell.symbol()).collect::<String>());
    lines.map(|line| format!("{}\n", line.trim_end())).collect()
}

fn shown(state: &State<'_>) -> String {
    text(&screen(state, PLAIN, SMALL))
}

#[track_caller]
fn assert_shows(state: &State<'_>, words: &str) {
    let shown = shown(state);
    assert!(shown.contains(words), "{words:?} is not on\n{shown}");
}

#[test]
fn the_first_eviction_at_80x24() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let mut state = begun(&scenario, 0);
    insta::assert_snapshot!("step-begin-80x24", shown(&state));
    press(&mut state, " ");
    insta::assert_snapshot!("step-pressure-80x24", shown(&state));
    press(&mut state, " ");
    insta::assert_snapshot!("step-eviction-80x24", shown(&state));
    insta::assert_snapshot!("step-eviction-80x24-ascii", text(&screen(&state, ASCII, SMALL)));
    press(&mut state, "?");
    insta::assert_snapshot!("step-help-80x24", shown(&state));
}

#[test]
fn the_first_eviction_at_200x60() {
    let scenario = shipped("lessons/l19-best-effort.yaml");
    let mut state = begun(&scenario, 0);
    press(&mut state, "  ");
    insta::assert_snapshot!("step-eviction-200x60", text(&screen(&state, PLAIN, LARGE)));
}

#[test]
fn colors_add_nothing_that_letters_do_not_say() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let mut state = begun(&scenario, 0);
    press(&mut state, "  ");
    for size in [SMALL, LARGE] {
        let (plain, colored) = (screen(&state, PLAIN, size), screen(&state, COLORED, size));
        assert_eq!(text(&plain), text(&colored));
        let is_bare = |buffer: &Buffer| {
            buffer.content.iter().all(|cell| {
                cell.bg == Color::Reset && cell.fg == Color::Reset && cell.modifier == Modifier::empty()
            })
        };
        assert!(is_bare(&plain) && !is_bare(&colored));
        // In the bar, below two lines of heading and a border, each class has a ground of its own;
        // what stands after the bar has some of its letters, too.
        let bar = &colored.content[usize::from(size.0) * 3..usize::from(size.0) * 4];
        let ground = |letter: &str| bar.iter().find(|cell| cell.symbol() == letter).map(|cell| cell.bg);
        let grounds = ["s", "G", "B", "E"].map(|letter| ground(letter).expect("all are on the node"));
        for (number, ground) in grounds.iter().enumerate() {
            assert!(*ground != Color::Reset && !grounds[..number].contains(ground), "{grounds:?}");
        }
    }
}

#[test]
fn ascii_is_ascii() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let mut state = begun(&scenario, 0);
    for key in [" ", " ", "g", "?"] {
        press(&mut state, key);
        for size in [SMALL, LARGE] {
            assert!(text(&screen(&state, ASCII, size)).is_ascii());
        }
    }
}

#[test]
fn a_step_back_shows_what_was_shown_before() {
    let scenario = shipped("lessons/soft-and-hard.yaml");
    let mut state = begun(&scenario, 0);
    let mut seen = Vec::new();
    while state.next_step().is_some() {
        press(&mut state, " ");
        seen.push(shown(&state));
    }
    assert!(seen.len() > 3, "there is something to walk through");
    press(&mut state, " ");
    assert_shows(&state, "That was the last decision.");
    for earlier in seen.iter().rev().skip(1) {
        press(&mut state, "b");
        assert_eq!(&shown(&state), earlier);
    }
    press(&mut state, "b");
    assert_shows(&state, "There is none before.");
}

#[test]
fn a_guess_hides_the_order_and_is_judged_by_the_comparison_that_was_made() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let mut state = begun(&scenario, 0);
    press(&mut state, "g  ");
    insta::assert_snapshot!("step-guess-80x24", shown(&state));
    // By age the pods are guaranteed, burstable, best-effort.
    press(&mut state, "\n");
    assert!(matches!(state.guess, Guess::Judged { right: false, .. }), "{:?}", state.guess);
    insta::assert_snapshot!("step-guessed-80x24", shown(&state));
    state.press(Key::Home);
    press(&mut state, " jj\n");
    assert!(matches!(state.guess, Guess::Judged { right: true, .. }), "{:?}", state.guess);
    assert_shows(&state, "Right: it goes before burstable: BestEffort goes before Burstable.");
}

#[test]
fn nothing_on_a_hidden_screen_tells_who_goes() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let mut state = begun(&scenario, 0);
    press(&mut state, "g  ");
    for size in [SMALL, LARGE] {
        let shown = text(&screen(&state, PLAIN, size));
        assert!(!shown.contains("is evicted") || shown.contains("somebody is evicted"), "{shown}");
        assert!(!shown.contains("best-effort is") && !shown.contains("goes before"), "{shown}");
        let names_another = ["guaranteed", "burstable", "best-effort"].map(|pod| format!("before {pod}"));
        assert!(names_another.iter().all(|words| !shown.contains(words)), "{shown}");
    }
}

#[test]
fn one_jumps_to_an_instant_and_hears_of_one_that_is_none() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let mut state = begun(&scenario, 0);
    press(&mut state, ":20m2s\n");
    assert_shows(&state, "Now   20m2s  node  burstable is evicted");
    press(&mut state, ":15m\n");
    assert_shows(&state, "Now   15m: no decision");
    press(&mut state, "b");
    assert_shows(&state, "Now   10m10s  node  best-effort is evicted");
    press(&mut state, ":15\n");
    assert_shows(&state, "write 15s if you mean seconds");
    press(&mut state, ":9h\n");
    assert_shows(&state, "The run ends before 9h, at 35m.");
}

/// Two nodes, and pods that stay where they are.
const TWO_NODES: &str = "
horizon: 20m
nodes:
  - {name: east, capacity: {cpu: 4, memory: 1Gi}}
  - {name: west, capacity: {cpu: 4, memory: 1Gi}}
pods:
  - {name: cache, workingSet: 300Mi, requests: {memory: 600Mi}}
  - {name: leak, requests: {memory: 600Mi}, workingSet: {from: 100Mi, to: 1000Mi, over: 10m}}
  - {name: log, workingSet: 10Mi, requests: {memory: 10Mi}}
";

#[test]
fn names_filter_nodes_and_pods_and_a_name_that_nobody_has_filters_nothing() {
    let scenario = read(TWO_NODES);
    let mut state = begun(&scenario, 0);
    press(&mut state, " ");
    assert_eq!(state.listed_nodes().len(), 2);
    press(&mut state, "/east\n");
    assert_eq!(state.listed_nodes().len(), 1);
    press(&mut state, "/\n");
    assert_eq!(state.listed_nodes().len(), 2);
    press(&mut state, "/nobody\n");
    assert_shows(&state, "No node, and no pod here");
    assert_eq!(state.listed_nodes().len(), 2);
}

#[test]
fn up_and_down_look_at_another_node_at_the_same_instant() {
    let scenario = read(TWO_NODES);
    let mut state = begun(&scenario, 0);
    press(&mut state, ":5m\n");
    let before = (state.node, state.at);
    state.press(Key::Down);
    state.press(Key::Up);
    state.press(Key::Up);
    assert_eq!(state.node.0, 0);
    state.press(Key::Down);
    assert_eq!((state.node.0, state.at), (1, before.1));
}

#[test]
fn the_kernels_order_is_shown_where_it_decided_and_elsewhere_if_asked_for() {
    let scenario = shipped("lessons/oom-before-eviction.yaml");
    let mut state = begun(&scenario, 0);
    press(&mut state, ":1s\n");
    assert!(!state.shows_kernel());
    press(&mut state, "o");
    assert_shows(&state, "Whom the kernel would take first");
    while !state.explanation().kernel_compared() {
        assert!(state.next_step().is_some(), "nobody is OOM-killed on this node");
        press(&mut state, " ");
    }
    assert_shows(&state, "Whom the kernel takes first");
    press(&mut state, "o");
    assert_shows(&state, "Who would go first, were memory short");
}

#[test]
fn each_of_the_three_ways_out_ends_it() {
    let scenario = shipped("lessons/eviction-order.yaml");
    for key in [Key::Char('q'), Key::Escape, Key::Interrupt] {
        let mut state = begun(&scenario, 0);
        state.press(key);
        assert!(state.is_over, "{key:?}");
    }
    let mut typing = begun(&scenario, 0);
    press(&mut typing, ":q");
    assert!(!typing.is_over, "a letter of an instant is no key");
    typing.press(Key::Escape);
    assert!(!typing.is_over, "Esc forgets the instant first");
    press(&mut typing, ":");
    typing.press(Key::Interrupt);
    assert!(typing.is_over);
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    let scenario = shipped("lessons/eviction-order.yaml");
    let state = begun(&scenario, 0);
    for size in [(59, 24), (80, 15), (1, 1)] {
        let shown = text(&screen(&state, PLAIN, size));
        assert!(shown.contains("This needs 60") || size.0 < 20, "{shown}");
    }
}

#[test]
fn without_a_terminal_it_says_so_and_what_to_do_instead() {
    let home = tempfile::tempdir().expect("a directory");
    let output = evictsim(home.path(), &["step", "eviction-order.yaml"], " q");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = crate::cli::text(&output.stderr);
    assert!(said.starts_with("error: evictsim step needs a terminal"), "{said}");
    assert!(said.contains("fix: run it on a terminal, or print one decision: evictsim explain"), "{said}");
}
