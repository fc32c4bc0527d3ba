//! Preemptions, told as hand-made facts.

use super::*;
use crate::engine::record::Preemption;
use crate::lifecycle::{PodCondition, Truth};
use crate::report::columns::{LifeRow, PreemptionRow};

/// Two pods go for the third, the second of them against its budget; it is made anew.
fn two_victims(record: &mut dyn FnMut(u64, Record<'_>), _setting: &Setting) {
    let (small, large) = (template(QosClass::Burstable, 100), template(QosClass::Burstable, 900));
    let large = PodTemplate { priority: 1000, ..large };
    for (pod, template) in [(CACHE, &small), (WEB, &small), (LEAK, &large)] {
        record(0, Record::PodCreated { pod, template, replaces: None });
    }
    for pod in [CACHE, WEB] {
        record(0, Record::PodBound { pod, node: NODE });
        record(1, Record::ContainerStarted { pod, node: NODE, container: ContainerIndex(0), restarts: 0 });
    }
    for (pod, place) in [(CACHE, 0), (WEB, 1)] {
        record(60, Record::Preempted(preemption(pod, place, (&small, &large))));
        let condition = PodCondition::DisruptionTarget;
        record(60, Record::PodConditionTurned { pod, condition, status: Truth::True });
    }
    record(60, Record::PodCreated { pod: NEW_WEB, template: &small, replaces: Some(WEB) });
    record(61, Record::PodEnded(&ended(CACHE, EndReason::Preempted, 61)));
    record(62, Record::PodBound { pod: LEAK, node: NODE });
    record(70, Record::PodBound { pod: NEW_WEB, node: NODE });
    record(90, Record::Preempted(preemption(NEW_WEB, 0, (&small, &large))));
}

fn preemption<'a>(
    pod: PodName,
    place: u32,
    (template, preemptor_template): (&'a PodTemplate, &'a PodTemplate),
) -> Preemption<'a> {
    Preemption {
        pod,
        node: NODE,
        template,
        preemptor: LEAK,
        preemptor_template,
        place,
        victims: if pod == NEW_WEB { 1 } else { 2 },
        budget_violations: 1,
        working_set: Bytes::mebi(40),
        grace_period: SimDuration::seconds(30),
        is_heard: pod != WEB,
    }
}

fn told() -> Written {
    written(&[("lesson", setting(Arc::new(QosOrder), RestartScope::Pod))], two_victims)
}

#[test]
fn a_preemptions_row_says_who_went_for_whom_and_where_both_sides_went() {
    let rows = told().rows(PreemptionRow::TABLE);
    let column = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(column("pod"), ["cache", "web", "web.1"]);
    assert_eq!(column("preemption"), [1, 1, 2], "victims of one preemption share its number");
    assert_eq!(column("place"), [1, 2, 1]);
    assert_eq!(column("victims"), [2, 2, 1]);
    assert_eq!(column("memory_request_bytes"), [104_857_600; 3]);
    assert_eq!(column("preemptor_priority"), [1000; 3]);
    assert_eq!(column("preemptor_bound_s"), [62; 3]);
    let web = &rows[1];
    assert_eq!(web["replacement"], "web.1");
    assert_eq!(web["replacement_bound_s"], 70);
    assert_eq!(rows[0]["replacement"], serde_json::Value::Null, "nobody makes a new bare pod");
}

#[test]
fn a_runs_row_counts_who_is_preempted_and_who_of_them_is_over() {
    let run = &told().rows(RunRow::TABLE)[0];
    assert_eq!((&run["preemptions"], &run["pods_preempted"]), (&3.into(), &1.into()));
    assert_eq!(run["evictions"], 0, "four causes, four words");
}

#[test]
fn events_and_conditions_name_the_scheduler() {
    let told = told();
    let events = told.text("events");
    let has = |line: &str| events.lines().any(|printed| printed == line);
    assert!(has("lesson,0,60,node,29m,Normal,Preempted,pod/cache,Preempted by pod leak on node node"));
    assert!(has("lesson,0,60,node,29m,Normal,Killing,pod/cache,Stopping container app"));
    assert!(!events.contains("Killing,pod/web,"), "a kubelet that does not hear of it stops nobody");
    let lives = told.rows(LifeRow::TABLE);
    let reasons = lives.iter().filter(|row| row["what"] == "DisruptionTarget").map(|row| &row["reason"]);
    assert_eq!(reasons.collect::<Vec<_>>(), ["PreemptionByScheduler"; 2]);
}

#[test]
fn the_summary_says_who_had_to_go_for_whom() {
    let heading = Heading { scenario: "s", question: None, seed: 1, assumptions: &[], tables: None };
    let summary = |width| {
        let mut out = Vec::new();
        summary::write(&mut out, &heading, &told().stories, width).expect("a Vec takes all");
        String::from_utf8(out).expect("text")
    };
    let narrow = summary(Width::Narrow);
    for line in [
        "  4 pods made: 3 preempted",
        "  no node ever reported MemoryPressure; 3 preempted pods, 0 OOM kills, 2 restarts",
        "    TIME   NODE  POD    CLASS      PRIORITY  REQUESTS      FOR   ITS PRIORITY",
        "    1m     node  cache  Burstable  0         0 CPU, 100Mi  leak  1000",
        "      although a disruption budget would have spared 1 of these 2",
        "                 web    Burstable  0         0 CPU, 100Mi",
        "    1m30s  node  web.1  Burstable  0         0 CPU, 100Mi  leak  1000",
        "      although a disruption budget would have spared it",
    ] {
        assert!(narrow.lines().any(|printed| printed == line), "{line:?} is missing from:\n{narrow}");
    }
    let wide = summary(Width::Wide);
    assert!(wide.contains("REQUESTS      WORKING SET  GRACE  FOR   ITS PRIORITY"), "{wide}");
    assert!(wide.contains("0 CPU, 100Mi  40Mi         30s    leak  1000"), "{wide}");
}
