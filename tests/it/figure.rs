//! `evictsim figure`, as a user meets it.

use crate::cli::{evictsim, text};
use std::fs;

const POINTS: &str = "point,ratio,hard,confidence,evictions_mean,evictions_lower,evictions_upper
0,1.5,100Mi,0.95,1,0.5,1.5
1,2,100Mi,0.95,4,3,5
2,1.5,1Gi,0.95,2,1,3
3,2,1Gi,0.95,8,6,10
";

/// A directory as a sweep leaves it, as far as figures look into it.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(home.path().join("results/risk")).expect("room");
    fs::write(home.path().join("results/risk/points.csv"), POINTS).expect("room");
    home
}

const CURVE: [&str; 8] = ["figure", "curve", "--x", "ratio", "--y", "evictions", "--by", "hard"];

#[test]
fn a_sweeps_results_become_a_curve_and_a_map_wherever_the_table_comes_from() {
    let home = home();
    let printed = |words: &[&str], input: &str| {
        let output = evictsim(home.path(), words, input);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{words:?}");
        text(&output.stdout).to_owned()
    };
    let curve = printed(&[&CURVE[..], &["results/risk"]].concat(), "");
    assert!(curve.starts_with("<svg ") && curve.contains("ratio 2, hard 1Gi: 8 (6 to 10)"), "{curve}");
    assert_eq!(curve, printed(&[&CURVE[..], &["results/risk/points.csv"]].concat(), ""));
    assert_eq!(curve, printed(&[&CURVE[..], &["-"]].concat(), POINTS));
    assert_eq!(printed(&[&CURVE[..], &["results/risk", "--out", "risk.svg"]].concat(), ""), "");
    assert_eq!(fs::read_to_string(home.path().join("risk.svg")).expect("a figure"), curve);
    let map = printed(
        &["figure", "heat", "results/risk", "--x", "ratio", "--y", "hard", "--value", "evictions", "--log"],
        "",
    );
    assert!(map.contains(">6 to 10<"), "{map}");
}

#[test]
fn what_gives_no_figure_is_refused_and_nothing_is_written() {
    let home = home();
    for (words, told) in [
        (&["results/nowhere"][..], "results/nowhere"),
        (&["results/risk", "--where", "hard=2Gi"], "no row is left to be shown"),
        (&["results/risk", "--where", "hard"], "write COLUMN=VALUE"),
        (&["results/risk", "--out", "nowhere/risk.svg"], "cannot write the figure to nowhere/risk.svg"),
    ] {
        let output = evictsim(home.path(), &[&CURVE[..], words].concat(), "");
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{words:?}");
        assert!(text(&output.stderr).contains(told), "{words:?}: {}", text(&output.stderr));
    }
    let wrong = evictsim(
        home.path(),
        &["figure", "curve", "results/risk", "--x", "ratoi", "--y", "evictions", "--out", "a.svg"],
        "",
    );
    assert_eq!(
        text(&wrong.stderr),
        "error: results/risk/points.csv: there is no column \"ratoi\"\n  fix: write \"ratio\"\n"
    );
    assert_eq!(fs::read_dir(home.path()).expect("a directory").count(), 1, "nothing is written");
}
