//! Bad plans: one clear error, exit code 2, and nothing is run.

use super::{PLAN, home, plan};
use crate::cli::{evictsim, text};
use std::fs;

/// What the program says of a plan.
fn told(written: &str) -> String {
    let home = home(written);
    let output = plan(home.path(), &[]);
    assert_eq!(output.status.code(), Some(2), "{written}\n{}", text(&output.stdout));
    assert_eq!(text(&output.stdout), "", "{written}");
    text(&output.stderr).to_owned()
}

/// The plan with something in it replaced.
fn but(from: &str, to: &str) -> String {
    assert!(PLAN.contains(from), "{from}");
    PLAN.replace(from, to)
}

#[test]
fn a_mistake_is_told_at_its_place_in_the_plan() {
    let cases = [
        (
            "nothing is asked",
            but("largest: {pods: {from: 1, to: 8, step: 1}}", ""),
            "error: nothing is asked\n  at fit.yaml:2:1\n  \
             fix: write `smallest`, `largest` or `choose`: `smallest: {nodes: {from: 4, to: 20, step: 1}}`\n",
        ),
        (
            "two questions",
            but("keep:", "smallest: {}\nkeep:"),
            "error: there are both `smallest` and `largest`\n  at fit.yaml:4:10 (largest)\n  fix: write one of them\n",
        ),
        (
            "values that do not grow",
            but("{from: 1, to: 8, step: 1}", "[1, 3, 2]"),
            "error: 2 does not come after 3 by its size\n  at fit.yaml:4:24 (largest.pods)\n  \
             fix: write the values of the first parameter from small to large, or ask with `choose`\n",
        ),
        (
            "words in order",
            but("{from: 1, to: 8, step: 1}", "[one, two]"),
            "error: two does not come after one by its size\n  at fit.yaml:4:23 (largest.pods)\n",
        ),
        (
            "an unknown parameter",
            but("largest: {pods:", "largest: {pod:"),
            "error: there is no parameter `pod`\n  at fit.yaml:4:11 (largest.pod)\n  fix: write `pods`\n",
        ),
        (
            "no values",
            but("{from: 1, to: 8, step: 1}", "[]"),
            "error: there are no settings to choose from\n  at fit.yaml:4:10 (largest)\n",
        ),
        (
            "a parameter without values",
            but("parameters: {", "parameters: {hard: 'kubelet.evictionHard', "),
            "error: the parameter `hard` has no values\n  at fit.yaml:3:14 (parameters.hard)\n  \
             fix: give it some in `largest`, or leave it out\n",
        ),
        (
            "a bound for nothing",
            but("measure: evictions", "measure: evictoins"),
            "error: unknown value \"evictoins\"; did you mean `evictions`?\n  at fit.yaml:5:17 (keep.measure)\n",
        ),
        (
            "a bound that nothing keeps",
            but("below: 0.5", "below: 0"),
            "error: a bound is a number above 0\n  at fit.yaml:5:35 (keep.below)\n  fix: write it as 0.1\n",
        ),
        (
            "a proportion in percent",
            but("measure: evictions, below: 0.5", "measure: any_eviction, below: 2"),
            "error: a proportion of runs is bounded between 0 and 1\n  at fit.yaml:5:38 (keep.below)\n  \
             fix: write 2 % as 0.02\n",
        ),
        (
            "a preference without a choice",
            but("keep:", "prefer: {lowest: evictions}\nkeep:"),
            "error: `prefer` is for `choose` alone\n  at fit.yaml:5:9 (prefer)\n  fix: leave it out\n",
        ),
        (
            "no room for runs",
            but("atMost: 200", "atMost: 10"),
            "error: at most 10 replications, and at least 20\n  at fit.yaml:5:72 (keep.atMost)\n",
        ),
        (
            "too sure",
            but("below: 0.5,", "below: 0.5, confidence: 95,"),
            "error: a confidence lies between 0.5 and 1\n  at fit.yaml:5:52 (keep.confidence)\n  fix: write 0.95\n",
        ),
        (
            "an unknown run",
            but("keep:", "run: lesson\nkeep:"),
            "error: the scenario has no run `lesson`\n  at fit.yaml:5:6 (run)\n  fix: there are: kubernetes\n",
        ),
        (
            "a what-if that leads nowhere",
            but("nodes[name=node]", "nodes[name=ndoe]"),
            "error: no entry of `nodes` says `name: ndoe`\n  at fit.yaml:8:14\n  fix: write `[name=node]`\n",
        ),
        (
            "a what-if that is not possible",
            but("{horizon: 41m}", "{horizon: 0s}"),
            ", if it lasts a minute longer\n",
        ),
        (
            "a what-if of what is asked",
            but("{horizon: 41m}", "{'workloads[name=web].replicas': 3}"),
            "error: `workloads[name=web].replicas` is what the plan asks about: each setting has its own value there\n  \
             at fit.yaml:12:14\n  fix: leave it out\n",
        ),
        (
            "the same, written otherwise",
            but("{horizon: 41m}", "{'workloads[0].replicas': 3}"),
            "error: `workloads[0].replicas` is what the plan asks about: each setting has its own value there\n",
        ),
        (
            "a what-if that renames the run",
            but("{horizon: 41m}", "{rules: Lesson}"),
            "error: there is no run `kubernetes` any more, if it lasts a minute longer\n",
        ),
        (
            "a what-if of nothing",
            but("{horizon: 41m}", "{}"),
            "error: nothing is otherwise\n  at fit.yaml:12:13 (whatIf[2].change)\n",
        ),
    ];
    for (case, written, expected) in cases {
        let told = told(&written);
        assert!(told.contains(expected), "{case}:\n{told}");
    }
}

#[test]
fn a_scenario_and_a_sweep_are_told_from_a_plan() {
    let home = home(PLAN);
    fs::write(home.path().join("sweep.yaml"), "scenario: base.yaml\ngrid: [{}]\n").expect("room");
    let told = |file: &str| text(&evictsim(home.path(), &["plan", file], "").stderr).to_owned();
    assert!(told("base.yaml").starts_with("error: this is a scenario, not a plan\n  at base.yaml:2:1\n"));
    assert!(told("sweep.yaml").starts_with("error: this is a sweep, not a plan\n  at sweep.yaml:1:1\n"));
    assert_eq!(
        told("nowhere.yaml"),
        "error: cannot read `nowhere.yaml`: there is no such file\n  fix: check the path\n"
    );
}

#[test]
fn a_scenario_of_several_runs_needs_a_name() {
    let home = home(PLAN);
    let several = super::SCENARIO
        .replace("rules: Kubernetes", "runs: [{name: one, rules: Lesson}, {name: other, rules: Kubernetes}]");
    fs::write(home.path().join("base.yaml"), several).expect("room");
    let output = plan(home.path(), &[]);
    assert_eq!(
        text(&output.stderr),
        "error: the scenario has several runs: one, other\n  at fit.yaml:2:11 (scenario)\n  fix: say which: `run: NAME`\n"
    );
    assert_eq!(output.status.code(), Some(2));
}
