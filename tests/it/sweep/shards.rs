//! Shards: parts of a sweep, made apart and put together.

use super::{RECORDING, SWEEP, UNTIL, assert_same, files, home, sweep, swept, undisturbed};
use crate::cli::{evictsim, text};
use std::fs;
use std::path::Path;

fn shards(home: &Path, of: u32) {
    for number in 1..=of {
        swept(home, &["-q", "--shard", &format!("{number}/{of}")]);
    }
}

fn merge(home: &Path, shards: &[&str]) -> std::process::Output {
    evictsim(home, &[&["merge", "-q"], shards].concat(), "")
}

const FOUR: [&str; 4] = [
    "results/fit.shard-3-of-4",
    "results/fit.shard-1-of-4",
    "results/fit.shard-4-of-4",
    "results/fit.shard-2-of-4",
];

#[test]
fn four_shards_merged_are_the_same_bytes_as_one_sweep() {
    for written in [format!("{SWEEP}{RECORDING}"), UNTIL.to_owned()] {
        let home = home(&written);
        shards(home.path(), 4);
        let output = merge(home.path(), &FOUR);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_same(&files(&home.path().join("results/fit")), &undisturbed(&written), "after merging");
    }
}

#[test]
fn shards_that_make_no_whole_are_refused_and_nothing_is_written() {
    let home = home(SWEEP);
    shards(home.path(), 4);
    // Another sweep, another version, and a shard whose last run is missing.
    fs::write(home.path().join("fit.yaml"), SWEEP.replace("300Mi", "301Mi")).expect("room");
    swept(home.path(), &["-q", "--shard", "4/4", "--out", "other"]);
    swept(home.path(), &["-q", "--shard", "1/2", "--out", "half"]);
    let change = |file: &str, from: &str, to: &str| {
        let path = home.path().join(file);
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).expect("room");
    };
    let copy = |from: &str, to: &str| {
        fs::create_dir(home.path().join(to)).expect("room");
        for (name, bytes) in files(&home.path().join(from)) {
            fs::write(home.path().join(to).join(name), bytes).expect("room");
        }
    };
    copy(FOUR[3], "older");
    change("older/part.json", "\"version\": \"0.1.0\"", "\"version\": \"0.0.9\"");
    copy(FOUR[3], "short");
    let journal = fs::read_to_string(home.path().join("short/journal.csv")).expect("a journal");
    let end = journal.trim_end().rfind('\n').expect("several lines") + 1;
    fs::write(home.path().join("short/journal.csv"), &journal[..end]).expect("room");
    let cases: [(&[&str], &str); 8] = [
        (&FOUR[..3], "error: there is no shard 2/4\n  fix: name all 4 of them\n"),
        (&[FOUR[0], FOUR[0]], "are both shard 3/4\n"),
        (&[FOUR[0], FOUR[1], FOUR[3], "other"], "other is of another sweep than results/fit.shard-3-of-4: "),
        (&["other", "half"], "half is shard 1/2, and others are of 4\n"),
        (&[FOUR[0], FOUR[1], FOUR[2], "older"], "older was begun by evictsim 0.0.9, and this is "),
        (&[FOUR[0], FOUR[1], FOUR[2], "short"], "it is not finished: 1 run to go\n"),
        (&["base.yaml"], "error: base.yaml is no shard of a sweep\n  fix: name directories that "),
        (&["results"], "error: results is no shard of a sweep\n  fix: name directories that "),
    ];
    for (named, expected) in cases {
        let output = merge(home.path(), named);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{named:?}");
        assert!(told.contains(expected), "{named:?}: {told}");
        assert!(!home.path().join("results/fit").exists(), "{named:?}");
    }
    let figure = ["figure", "curve", FOUR[0], "--x", "memory", "--y", "evictions"];
    let output = evictsim(home.path(), &figure, "");
    let told = text(&output.stderr);
    assert!(told.contains("is a shard of a sweep\n  fix: put all shards together first"), "{told}");
}

#[test]
fn a_shard_says_how_it_goes_on() {
    let home = home(SWEEP);
    let told = swept(home.path(), &["--shard", "1/4"]);
    assert!(told.contains("evictsim merge "), "{told}");
    let output = sweep(home.path(), &["--shard", "5/4"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("as in 1/4 to 4/4"), "{}", text(&output.stderr));
}
