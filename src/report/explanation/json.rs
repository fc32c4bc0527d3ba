//! The same, for programs. Lengths of time in seconds, amounts in bytes, inodes or processes.

use super::Explanation;
use super::clocks::Line;
use crate::engine::record::{Hunted, Ranked};
use crate::experiment::counterfactual::{Change, Counterfactual, Impossible, Outcome, Tried};
use crate::experiment::inquiry::Happened;
use crate::report::json::{length, seconds};
use crate::report::ledger::rules;
use crate::report::wording;
use serde_json::{Value, json};

/// All that is told.
pub fn json(told: &Explanation<'_>) -> Value {
    let glimpse = &told.finding.glimpse;
    let looks = &glimpse.looks;
    let scenario = told.inquiry.scenario;
    json!({
        "scenario": scenario.name,
        "run": told.run,
        "rules": rules(&told.inquiry.setting),
        "eviction_order": told.inquiry.setting.order.name(),
        "seed": scenario.seed,
        "replication": told.inquiry.replication,
        "node": told.node(),
        "time_s": seconds(glimpse.at),
        "happened": told.happened_json(),
        "evictions_of_run": told.finding.totals.evictions,
        "oom_kills_of_run": told.finding.totals.oom_kills,
        "thresholds": told.lines().iter().map(|line| told.line_json(line)).collect::<Vec<_>>(),
        "loop": {
            "interval_s": length(looks.interval),
            "last_look_s": looks.last.map(seconds),
            "next_look_s": looks.next.map(seconds),
            "awaited_victims": looks.awaited_victims,
        },
        "conditions": glimpse.conditions.iter().map(|condition| condition.name()).collect::<Vec<_>>(),
        "asks": told.asks().iter().map(|criterion| criterion.name()).collect::<Vec<_>>(),
        "ranking": (0..told.finding.ranking().len()).map(|place| told.place_json(place)).collect::<Vec<_>>(),
        "pair": told.pair.map(|pair| told.pair_told(pair).1),
        "kernel": told.finding.hunted().iter().map(|one| told.hunted_json(one)).collect::<Vec<_>>(),
        "saves": told.counterfactual.as_ref().map(|all| told.saving_json(all)),
    })
}

impl Explanation<'_> {
    fn happened_json(&self) -> Value {
        match &self.finding.happened {
            Happened::Decided(decision) => json!({
                "what": if decision.victim.is_some() { "Evicted" } else { "NobodyToEvict" },
                "pod": decision.victim.map(|victim| self.pod(decision.ranking[victim].pod)),
                "signal": decision.threshold.signal.name(),
                "threshold": wording::hardness(Some(&decision.threshold)),
                "line": decision.threshold.value.at(decision.seen.capacity).0,
                "available": decision.seen.available.0,
                "grace_period_s": length(decision.grace_period),
            }),
            Happened::OverLimit(over) => {
                json!({ "what": "OverLimit", "pod": self.pod(over.pod), "message": over.message })
            }
            Happened::OomKilled(kill) => json!({
                "what": "OomKilled",
                "pod": self.pod(kill.pod),
                "container": self.inquiry.scenario.container_name(kill.pod.workload, kill.container),
                "cause": wording::cause(kill.cause),
                "limit_bytes": kill.limit.0,
            }),
            Happened::Nothing => Value::Null,
        }
    }

    fn line_json(&self, line: &Line<'_>) -> Value {
        json!({
            "signal": line.threshold.signal.name(),
            "threshold": wording::hardness(Some(line.threshold)),
            "unit": wording::unit(line.threshold.signal.starved()),
            "line": line.at(),
            "available": line.seen.available.0,
            "observed_since_s": line.since.map(seconds),
            "grace_period_s": length(line.threshold.grace_period),
        })
    }

    fn place_json(&self, place: usize) -> Value {
        let ranked = &self.finding.ranking()[place];
        let mut row = self.ranked_json(ranked);
        row["rank"] = json!(place + 1);
        row["decided_by"] = json!(ranked.decided_by.map(|criterion| criterion.name()));
        row["sentence"] = json!(self.before_next(place));
        row
    }

    fn ranked_json(&self, ranked: &Ranked) -> Value {
        json!({
            "pod": self.pod(ranked.pod),
            "qos_class": ranked.candidate.qos.name(),
            "exceeds_request": ranked.exceeds_request(),
            "priority": ranked.candidate.priority,
            "usage": ranked.usage.map(|usage| usage.bytes().0),
            "request": ranked.request.bytes().0,
            "excess": wording::excess(ranked),
            "critical": ranked.critical,
        })
    }

    fn hunted_json(&self, one: &Hunted) -> Value {
        json!({
            "pod": self.pod(one.pod),
            "container": self.inquiry.scenario.container_name(one.pod.workload, one.container),
            "badness_thousandths": self.badness(one),
            "working_set_bytes": one.prey.working_set.0,
            "oom_score_adj": one.prey.oom_score_adj,
            "because": self.because(one),
        })
    }

    fn saving_json(&self, all: &Counterfactual) -> Value {
        let still_short = all.usage_if_still_short.as_ref();
        json!({
            "pod": self.pod(all.victim.pod),
            "request": self.outcome_json(all, &all.request),
            "limit": self.outcome_json(all, &all.limit),
            "priority": self.outcome_json(all, &all.priority),
            "use": self.outcome_json(all, &all.usage),
            "use_if_still_short": still_short.map(|outcome| self.saved_json(all, outcome)),
        })
    }

    fn outcome_json(&self, all: &Counterfactual, outcome: &Result<Outcome, Impossible>) -> Value {
        match outcome {
            Ok(outcome) => self.saved_json(all, outcome),
            Err(_) => json!({ "possible": false, "sentence": self.told(all, outcome) }),
        }
    }

    fn saved_json(&self, all: &Counterfactual, outcome: &Outcome) -> Value {
        let to = match outcome.change {
            Change::Request { to, .. } | Change::Limit { to, .. } => json!(to.bytes().0),
            Change::Guaranteed => json!("Guaranteed"),
            Change::Priority { to } => json!(to),
            Change::Use { less } => json!(-i128::from(less)),
        };
        json!({
            "possible": true,
            "to": to,
            "instead": outcome.instead.as_ref().map(|(instead, _)| self.pod(instead.pod)),
            "holds_when_run_again": outcome.tried.map(|tried| tried == Tried::AsSaid),
            "sentence": self.saved(all, outcome),
        })
    }
}
