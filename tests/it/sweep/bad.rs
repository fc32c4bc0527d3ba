//! Bad sweeps: one clear error, exit code 2, and nothing is run.

use super::{SWEEP, files, home, sweep, swept};
use crate::cli::{evictsim, text};
use std::fs;
use std::path::Path;

/// What the program says of a sweep.
fn told(written: &str) -> String {
    let home = home(written);
    let output = sweep(home.path(), &[]);
    assert_eq!(output.status.code(), Some(2), "{written}");
    assert_eq!(text(&output.stdout), "", "{written}");
    assert!(!home.path().join("results").exists(), "nothing is run: {written}");
    text(&output.stderr).to_owned()
}

/// The sweep with something in it replaced.
fn but(from: &str, to: &str) -> String {
    assert!(SWEEP.contains(from), "{from}");
    SWEEP.replace(from, to)
}

#[test]
fn a_mistake_is_told_at_its_place_in_the_sweep() {
    let cases = [
        (
            "an empty grid",
            "scenario: base.yaml\ngrid: []\n".to_owned() + "parameters: {pods: 'workloads[0].replicas'}\n",
            "error: the parameter `pods` has no values\n  at fit.yaml:3:14 (parameters.pods)\n  \
             fix: give it some in `grid`, or leave it out\n",
        ),
        (
            "no values",
            but("[3, 4, 5]", "[]"),
            "error: the grid has no points\n  at fit.yaml:8:3 (grid)\n  \
             fix: write at least one value for each parameter\n",
        ),
        (
            "an unknown path",
            but("replicas", "replcas"),
            "error: unknown key `replcas`; did you mean `replicas`?\n  \
             at fit.yaml:5:9 (workloads[0].replcas)\n  fix: write `replicas`\n",
        ),
        (
            "an entry that is not there",
            but("name=web", "name=wbe"),
            "error: no entry of `workloads` says `name: wbe`\n  at fit.yaml:5:9 (parameters.pods)\n  \
             fix: write `[name=web]`\n",
        ),
        (
            "a path that is none",
            but("workloads[name=web].replicas", "workloads[."),
            "error: `workloads[.` is no path\n  at fit.yaml:5:9 (parameters.pods)\n  \
             fix: write it as in `workloads[name=web].replicas` or `kubelet.evictionHard[\"memory.available\"]`\n",
        ),
        (
            "a wrong type at one point",
            but("[3, 4, 5]", "[3, many, 5]"),
            "error: expected a whole number, found \"many\", at pods=many, hard=100Mi and one more point\n  \
             at fit.yaml:8:15 (workloads[0].replicas)\n",
        ),
        (
            "a wrong unit at one point",
            but("300Mi", "300MB"),
            "(kubelet.evictionHard[\"memory.available\"])\n",
        ),
        (
            "values that are not possible together",
            but("300Mi", "3Gi"),
            ", at pods=3, hard=3Gi and 2 more points\n  at ",
        ),
        ("a key nobody knows", but("replications", "repetitions"), "error: unknown key `repetitions`"),
        (
            "both a number and a rule",
            but("replications: 10", "replications: 10\nuntil: {measure: evictions, halfWidth: 1}"),
            "error: there are both `replications` and `until`\n  at fit.yaml:3:15 (replications)\n  fix: write one of them\n",
        ),
        (
            "a measure nobody knows",
            but("replications: 10", "until: {measure: evictoins, halfWidth: 1}"),
            "did you mean `evictions`?\n  at fit.yaml:3:18 (until.measure)\n",
        ),
        (
            "a width of nothing",
            but("replications: 10", "until: {measure: evictions, halfWidth: 0}"),
            "error: no interval is so narrow\n  at fit.yaml:3:40 (until.halfWidth)\n",
        ),
        (
            "a confidence of more than all",
            but("replications: 10", "until: {measure: evictions, halfWidth: 1, confidence: 95}"),
            "error: a confidence lies between 0.5 and 1\n  at fit.yaml:3:55 (until.confidence)\n",
        ),
        ("no replications", but("10", "0"), "error: 0 replications\n  at fit.yaml:3:15 (replications)\n"),
        (
            "parameters that cannot move together",
            but("[3, 4, 5]", "[3, 4, 5]\n    hard: [1Gi]").replace("  - hard: [100Mi, 300Mi]\n", ""),
            "error: `pods` has 3 values, and `hard` has 1\n  at fit.yaml:9:11 (grid[0].hard)\n",
        ),
        (
            "a parameter twice",
            but("  - hard: [100Mi", "  - pods: [3]\n  - hard: [100Mi"),
            "error: the parameter `pods` is in the grid twice\n",
        ),
        (
            "values of a parameter nobody has",
            but("  - hard: [", "  - hrad: ["),
            "error: there is no parameter `hrad`\n  at fit.yaml:9:5 (grid[1].hrad)\n  fix: write `hard`\n",
        ),
        (
            "a column that is taken",
            but("  pods:", "  seed:").replace("- pods", "- seed"),
            "error: tables have a column `seed` of their own\n  at fit.yaml:5:9 (parameters.seed)\n",
        ),
        (
            "a column of a measure",
            but("  pods:", "  evictions_mean:").replace("- pods", "- evictions_mean"),
            "error: tables have a column `evictions_mean` of their own\n",
        ),
        (
            "two parameters of one place",
            but("  hard: kubelet.evictionHard[\"memory.available\"]", "  hard: workloads[name=web].replicas"),
            "error: `workloads[name=web].replicas` is changed twice\n  at fit.yaml:6:9\n",
        ),
        (
            "one place written in two ways",
            but("kubelet.evictionHard[\"memory.available\"]", "workloads[0]"),
            "error: `workloads[0]` is changed twice, by `workloads[name=web].replicas`, too\n  at fit.yaml:6:9\n",
        ),
        (
            "a condition that nothing meets",
            format!("{SWEEP}skip: [{{pods: 7}}]\n"),
            "error: no value of `pods` is 7\n  at fit.yaml:10:15 (skip[0].pods)\n",
        ),
        (
            "conditions that leave nothing",
            format!("{SWEEP}skip: [{{pods: '>= 3'}}]\n"),
            "error: the grid has no points\n  at fit.yaml:8:3 (grid)\n  \
             fix: `skip` and `only` leave none: ask for less there\n",
        ),
        (
            "a range that leads nowhere",
            but("[3, 4, 5]", "{from: 5, to: 3, step: 1}"),
            "error: no step leads from 5 to 3\n  at fit.yaml:8:11 (grid[0].pods)\n",
        ),
        (
            "too many points",
            but("[3, 4, 5]", "{from: 1, to: 9000, step: 1}")
                .replace("[100Mi, 300Mi]", "{from: 1Mi, to: 300Mi, step: 1Mi}"),
            "error: the grid has more than 100000 points\n  at fit.yaml:8:3 (grid)\n",
        ),
        (
            "replications as a parameter",
            but("workloads[name=web].replicas", "replications"),
            "error: `replications` cannot be changed\n  at fit.yaml:5:9 (parameters.pods)\n",
        ),
        (
            "no scenario there",
            but("base.yaml", "bsae.yaml"),
            "error: cannot read `bsae.yaml`: there is no such file\n  at fit.yaml:2:11 (scenario)\n  fix: check the path\n",
        ),
        (
            "a table nobody has",
            format!("{SWEEP}record: [evictoins]\n"),
            "did you mean `evictions`?\n  at fit.yaml:10:10 (record[0])\n",
        ),
        (
            "a scenario instead",
            super::SCENARIO.to_owned(),
            "error: this is a scenario, not a sweep\n  at fit.yaml:2:1\n",
        ),
    ];
    for (name, written, expected) in cases {
        let told = told(&written);
        assert!(told.contains(expected), "{name}:\n{told}\nlacks:\n{expected}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_each_once() {
    let told = told(&but("[3, 4, 5]", "[3, many, -1]").replace("300Mi", "300MB"));
    assert!(told.ends_with("3 mistakes\n"), "{told}");
}

#[test]
fn a_scenario_that_is_wrong_everywhere_is_told_without_a_point() {
    let home = home(SWEEP);
    fs::write(home.path().join("base.yaml"), super::SCENARIO.replace("horizon", "horizno")).expect("room");
    let output = sweep(home.path(), &[]);
    let told = text(&output.stderr);
    assert!(told.contains("  at base.yaml:2:1 (horizno)\n") && !told.contains("pods="), "{told}");
}

#[test]
fn a_sweep_that_is_run_and_a_scenario_that_is_swept_are_told_apart() {
    let home = home(SWEEP);
    let output = evictsim(home.path(), &["run", "fit.yaml"], "");
    let told = text(&output.stderr);
    assert!(told.starts_with("error: this is a sweep, not a scenario\n"), "{told}");
    assert!(told.contains("evictsim sweep"), "{told}");
    fs::write(home.path().join("plan.yaml"), "scenario: base.yaml\nkeep: {}\nsmallest: {}\n").expect("room");
    let output = evictsim(home.path(), &["sweep", "plan.yaml"], "");
    let told = text(&output.stderr);
    assert_eq!(
        told,
        "error: this is a plan, not a sweep\n  at plan.yaml:1:1\n  fix: run it with `evictsim plan`\n"
    );
}

#[test]
fn a_bar_that_cannot_be_read_is_told_before_anything_is_run() {
    let home = home(SWEEP);
    for (bar, expected) in [
        ("evictoins > 1", "did you mean `evictions`?"),
        ("evictions.worst > 1", ".mean, .lower or .upper"),
        ("evictions", "a comparison is expected"),
        ("evictions > a", "`a` is not a number"),
    ] {
        let output = sweep(home.path(), &["--fail-if", bar]);
        assert_eq!(output.status.code(), Some(2), "{bar}");
        assert!(text(&output.stderr).contains(expected), "{bar}: {}", text(&output.stderr));
    }
    assert!(!home.path().join("results").exists(), "nothing is run");
}

#[test]
fn conditions_on_parameters_of_different_lengths_are_a_mistake_and_no_panic() {
    let grid = "grid:\n  - pods: [3, 4, 5]\n    hard: [100Mi, 300Mi]\nskip: [{hard: 300Mi}]\n";
    let told = told(&format!("{}{grid}", SWEEP.split("grid:").next().expect("what stands before it")));
    assert!(told.starts_with("error: `pods` has 3 values, and `hard` has 2\n"), "{told}");
    assert_eq!(told.matches("error: ").count(), 1, "{told}");
}

#[test]
fn a_bar_that_nobody_would_look_at_is_refused() {
    let home = home(SWEEP);
    for (words, fix) in
        [(&["--shard", "1/2"][..], "evictsim merge"), (&["--dry-run"], "leave one of them out")]
    {
        let output = sweep(home.path(), &[words, &["--fail-if", "evictions >= 0"]].concat());
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(text(&output.stderr).contains(fix), "{}", text(&output.stderr));
    }
    assert!(!home.path().join("results").exists(), "nothing is run");
}

/// Refused, with everything as it was; and replaced where that is asked for.
fn refused(home: &Path, words: &[&str], expected: &str) {
    let place = home.join("results/fit");
    let before = files(&place);
    let output = sweep(home, words);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(expected), "{told}\nlacks: {expected}");
    assert_eq!(files(&place), before, "nothing has changed");
}

#[test]
fn results_of_another_sweep_version_or_run_are_refused_untouched() {
    let home = home(SWEEP);
    swept(home.path(), &["-q"]);
    refused(home.path(), &["--seed", "7"], "results/fit holds the results of another sweep: ");
    refused(
        home.path(),
        &["--replications", "11"],
        "its replications are others\n  fix: choose another place with --out",
    );
    let manifest = home.path().join("results/fit/manifest.json");
    let ours = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, ours.replace("\"0.1.0\"", "\"0.0.9\"")).expect("room");
    refused(home.path(), &[], "the results of a sweep by evictsim 0.0.9, and this is ");
    fs::write(&manifest, "{\"kind\": \"evictsim results\"}").expect("room");
    refused(home.path(), &[], "the results of a run, not of a sweep\n");
    swept(home.path(), &["-q", "--replace"]);
    assert_eq!(fs::read_to_string(&manifest).expect("a manifest"), ours);
    fs::write(&manifest, "{\"kind\": \"something else\"}").expect("room");
    refused(home.path(), &["--replace"], "results/fit is not empty, and not a directory of results");
    assert!(!home.path().join("results/.fit.part").exists(), "nothing was run");
    let run = evictsim(home.path(), &["run", "base.yaml", "--out", "results/fit"], "");
    assert_eq!(run.status.code(), Some(2), "it is somebody else's");
    fs::write(&manifest, ours).expect("room");
    let run = evictsim(home.path(), &["run", "base.yaml", "--out", "results/fit"], "");
    assert_eq!(run.status.code(), Some(2), "a run does not replace what may have taken hours");
    let told = text(&run.stderr);
    assert!(told.contains("results/fit holds the results of a sweep\n  fix: choose another place"), "{told}");
}

#[test]
fn an_unfinished_sweep_of_another_kind_is_refused_untouched() {
    let home = home(SWEEP);
    swept(home.path(), &["-q", "--shard", "1/2"]);
    let place = home.path().join("results/fit.shard-1-of-2");
    let before = files(&place);
    for (words, expected) in [
        (&["--shard", "1/2", "--seed", "7"][..], "results/fit.shard-1-of-2 holds runs of another sweep: "),
        (&["--shard", "2/2", "--out", "results/fit.shard-1-of-2"], "shard 1/2, not 2/2\n"),
    ] {
        let output = sweep(home.path(), words);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
        assert_eq!(files(&place), before, "nothing has changed");
    }
}

#[test]
fn a_place_that_cannot_be_written_gives_one_error() {
    let home = home(SWEEP);
    fs::write(home.path().join("results"), "a file").expect("room");
    let output = sweep(home.path(), &[]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with("error: ") && told.lines().count() == 2, "{told}");
    assert!(told.contains("\n  fix: choose another place: a file is where a directory should be"), "{told}");
    assert_eq!(fs::read_to_string(home.path().join("results")).expect("a file"), "a file");
}

/// Whoever may do anything may also write into a directory that is read-only; then there is nothing to test.
#[cfg(unix)]
#[test]
fn a_read_only_directory_gives_one_error() {
    use std::os::unix::fs::PermissionsExt;
    let home = home(SWEEP);
    let locked = home.path().join("locked");
    fs::create_dir(&locked).expect("room");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("it is ours");
    if fs::write(locked.join("probe"), "").is_ok() {
        println!("skipped: this user may write anywhere");
        return;
    }
    let output = sweep(home.path(), &["--out", "locked/fit"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.starts_with("error: cannot write to locked/.fit.part: "), "{told}");
}
