//! The scheduler: as written -> as meant.
//!
//! Next: [`crate::scenario::scheduler_configuration`], what it is configured with.

use super::numbers::length;
use super::spot::{Findings, Spot};
use crate::engine::{SchedulerSetting, Ties};
use crate::ground::SimDuration;
use crate::scenario::complaint::Complaints;
use crate::scenario::file::scheduler::{SchedulerFile, TiesFile};
use crate::scenario::scheduler_configuration::configuration;

/// Pods per second: faster is at once, slower than one in a quarter of an hour is a slip of the hand.
const THROUGHPUTS: std::ops::RangeInclusive<f64> = 0.001..=1_000_000.0;
const MICROS_PER_SECOND: f64 = 1e6;

/// How the scheduler works; nothing is told where nothing is written.
pub fn scheduler(
    findings: &mut Findings,
    spot: &Spot<'_>,
    written: Option<&SchedulerFile>,
) -> SchedulerSetting {
    let Some(written) = written else { return SchedulerSetting::default() };
    let mut complaints = Complaints::default();
    let (profile, backoff) = configuration(&mut complaints, &written.configuration);
    findings.retell(&spot.key("configuration"), complaints);
    tell_what_changes_nothing(findings, written);
    let latency = written.binding_latency.unwrap_or_default();
    SchedulerSetting {
        profile,
        ties: match written.ties {
            None | Some(TiesFile::First) => Ties::First,
            Some(TiesFile::Drawn) => Ties::Drawn,
        },
        cycle_time: cycle_time(findings, &spot.key("throughput"), written.throughput),
        binding_latency: length(findings, &spot.key("bindingLatency"), latency),
        initial_backoff: backoff.initial,
        longest_backoff: backoff.longest,
    }
}

fn cycle_time(findings: &mut Findings, spot: &Spot<'_>, throughput: Option<f64>) -> SimDuration {
    let Some(throughput) = throughput else {
        findings.assume("the scheduler takes no time (scheduler.throughput)");
        return SimDuration::ZERO;
    };
    if !THROUGHPUTS.contains(&throughput) {
        let what = format!("a scheduler of {throughput} pods per second");
        let fix = "write a number from 0.001 to 1000000, or none: then it takes no time";
        findings.mistake(spot, what, fix);
        return SimDuration::ZERO;
    }
    SimDuration::micros((MICROS_PER_SECOND / throughput).round() as u64)
}

fn tell_what_changes_nothing(findings: &mut Findings, written: &SchedulerFile) {
    let keys = written.configuration.not_simulated();
    if !keys.is_empty() {
        let keys = keys.join(", ");
        findings.assume(format!("settings of the scheduler that are accepted and change nothing: {keys}"));
    }
}
