//! Sweeps that something happens to: killed at any moment, cut at any byte, out of room.

use super::{RECORDING, SWEEP, UNTIL, assert_same, files, home, sweep, swept, undisturbed};
use crate::cli::text;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// How many runs the journal of a sweep says are done.
fn done(part: &Path) -> usize {
    let journal = fs::read(part.join("journal.csv")).unwrap_or_default();
    journal.iter().filter(|byte| **byte == b'\n').count()
}

fn begin(home: &Path, words: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_evictsim"))
        .args(["sweep", "fit.yaml", "-q"])
        .args(words)
        .current_dir(home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

/// Lets it go on until so many runs are done, and kills it: whether it was still at work.
fn kill_after(mut child: Child, part: &Path, runs: usize) -> bool {
    while child.try_wait().expect("a child").is_none() {
        if done(part) >= runs {
            // SIGKILL: nobody can do anything about it.
            child.kill().expect("it can be killed");
            return child.wait().expect("a child").code().is_none();
        }
        std::thread::yield_now();
    }
    false
}

/// The same numbers each time: which moments are tried is no secret.
fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    }
}

#[test]
fn a_sweep_killed_at_ten_moments_comes_to_the_same_bytes() {
    for written in [format!("{SWEEP}{RECORDING}").replace("10", "40").replace("40m", "10m"), UNTIL.to_owned()]
    {
        let home = home(&written);
        let part = home.path().join("results/.fit.part");
        let expected = undisturbed(&written);
        let all = expected["runs.csv"].iter().filter(|byte| **byte == b'\n').count() - 1;
        let mut number = numbers(7);
        let mut moments: Vec<usize> = (0..10).map(|_| number(all)).collect();
        moments.sort_unstable();
        let killed = moments.iter().filter(|runs| kill_after(begin(home.path(), &[]), &part, **runs)).count();
        println!("killed {killed} times, after {moments:?} of {all} runs");
        assert!(killed > 0, "it was killed at least once");
        let before = done(&part);
        let output = sweep(home.path(), &[]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let told = text(&output.stderr);
        assert!(
            before == 0 || told.contains("going on after ") || told.contains("already"),
            "{before}: {told}"
        );
        assert_same(&files(&home.path().join("results/fit")), &expected, "after ten kills");
        assert!(!part.exists(), "nothing is left");
    }
}

#[test]
fn a_part_cut_at_any_byte_is_gone_on_with_to_the_same_bytes() {
    let home = home(&format!("{SWEEP}{RECORDING}"));
    let shard = ["-q", "--shard", "1/3"];
    swept(home.path(), &shard);
    let place = home.path().join("results/fit.shard-1-of-3");
    let expected = files(&place);
    let mut number = numbers(11);
    let tables: Vec<&String> = expected.keys().filter(|name| name.ends_with(".csv")).collect();
    assert_eq!(tables.len(), 6, "{tables:?}");
    for _ in 0..4 {
        for name in &tables {
            // A machine that lost its power may have kept more of one file than of another, and nothing of a third.
            let whole = &expected[*name];
            let header = whole.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            let length = if *name == "journal.csv" {
                number(whole.len())
            } else {
                header + number(whole.len() - header + 1)
            };
            fs::write(place.join(name), &whole[..length]).expect("room");
            swept(home.path(), &shard);
            assert_same(&files(&place), &expected, &format!("after {name} was cut to {length} bytes"));
        }
    }
    // Bytes that are there, and are not what was written.
    let mut runs = expected["runs.csv"].clone();
    let middle = runs.len() / 2;
    runs[middle] ^= 1;
    fs::write(place.join("runs.csv"), &runs).expect("room");
    swept(home.path(), &shard);
    assert_same(&files(&place), &expected, "after a bit was turned");
}

#[test]
fn a_sweep_killed_before_it_had_begun_or_after_it_was_put_in_place_leaves_nothing() {
    let home = home(SWEEP);
    // A shard that has its lock and no more.
    let shard = home.path().join("results/fit.shard-1-of-2");
    fs::create_dir_all(&shard).expect("room");
    fs::write(shard.join("evictsim.lock"), "").expect("room");
    swept(home.path(), &["-q", "--shard", "1/2"]);
    // A sweep whose results are there, with the rows that they were put together from.
    swept(home.path(), &["-q"]);
    let part = home.path().join("results/.fit.part");
    fs::create_dir(&part).expect("room");
    fs::write(part.join("runs.csv"), "").expect("room");
    swept(home.path(), &["-q"]);
    assert!(!part.exists());
}

/// So many runs that it is still at work when one of them is done.
fn long() -> String {
    SWEEP.replace("replications: 10", "replications: 100")
}

#[test]
fn a_sweep_that_replaces_another_is_gone_on_with_as_well() {
    let home = home(&long());
    let part = home.path().join("results/.fit.part");
    let expected = undisturbed(&long());
    swept(home.path(), &["-q", "--replications", "2"]);
    assert!(kill_after(begin(home.path(), &["--replace"]), &part, 1), "it was at work");
    let output = sweep(home.path(), &["--replace"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("going on after "), "{}", text(&output.stderr));
    assert_same(&files(&home.path().join("results/fit")), &expected, "in place of another sweep");
    // What another one has begun makes room.
    assert!(kill_after(begin(home.path(), &["--replace", "--seed", "7"]), &part, 1), "it was at work");
    let output = sweep(home.path(), &["--replace"]);
    assert!(!text(&output.stderr).contains("going on after "), "{}", text(&output.stderr));
    assert_same(&files(&home.path().join("results/fit")), &expected, "in place of another that was begun");
}

#[test]
fn what_another_sweep_has_begun_is_not_taken_away() {
    let home = home(&long());
    let part = home.path().join("results/.fit.part");
    let few = ["-q", "--replications", "2"];
    swept(home.path(), &few);
    assert!(kill_after(begin(home.path(), &["--replace"]), &part, 1), "it was at work");
    let begun = files(&part);
    // The first one, which is done, says so again.
    swept(home.path(), &few);
    assert_eq!(files(&part), begun);
}

#[test]
fn two_sweeps_in_one_directory_are_one_too_many() {
    let home = home(SWEEP);
    let part = home.path().join("results/.fit.part");
    fs::create_dir_all(&part).expect("room");
    let lock = File::create(part.join("evictsim.lock")).expect("room");
    lock.try_lock().expect("nobody has it");
    let output = sweep(home.path(), &[]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.starts_with("error: another sweep is at work in results/.fit.part\n  fix: "), "{told}");
    drop(lock);
    swept(home.path(), &["-q"]);
    assert!(!part.exists(), "nothing is left");
}

/// A full disk cannot be had in a test; a file that must not grow fails in the same places.
#[cfg(unix)]
#[test]
fn a_sweep_that_cannot_write_gives_one_error_and_is_gone_on_with() {
    let written = format!("{SWEEP}{RECORDING}");
    let expected = undisturbed(&written);
    for blocks in [1, 40, 100] {
        let home = home(&written);
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" sweep fit.yaml -q");
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_evictsim")])
            .current_dir(home.path())
            .output()
            .expect("a shell");
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{blocks} blocks: {told}");
        assert!(told.starts_with("error: cannot write "), "{told}");
        assert!(told.ends_with("\n  fix: make room there, and give the same command again\n"), "{told}");
        assert_eq!((told.lines().count(), text(&output.stdout)), (2, ""), "{told}");
        assert!(!home.path().join("results/fit").exists(), "nothing half-written with {blocks} blocks");
        swept(home.path(), &["-q"]);
        assert_same(
            &files(&home.path().join("results/fit")),
            &expected,
            &format!("after {blocks} blocks were too few"),
        );
    }
}
