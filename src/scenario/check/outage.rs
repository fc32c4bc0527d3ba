//! When a node cannot be reached: as written -> as meant.
//!
//! What: outages in the order of time, apart from each other.
//! Never: what the control plane makes of them: that is the engine's.

use super::numbers::{instant, positive_length};
use super::spot::{Findings, Spot};
use crate::ground::{SimDuration, SimTime};
use crate::model::Outage;
use crate::scenario::file::ControlPlaneFile;
use crate::scenario::file::node::OutageFile;

/// The kube-controller-manager's default as of 1.32; it was 40s before.
const NODE_MONITOR_GRACE_PERIOD: SimDuration = SimDuration::seconds(50);

/// How long a node may be silent before it counts as lost.
pub fn node_monitor_grace_period(
    findings: &mut Findings,
    top: &Spot<'_>,
    file: &ControlPlaneFile,
) -> SimDuration {
    let spot = top.keys(&["controlPlane", "nodeMonitorGracePeriod"]);
    file.node_monitor_grace_period.map_or(NODE_MONITOR_GRACE_PERIOD, |text| {
        positive_length(findings, &spot, text, "the grace period of silent nodes")
    })
}

/// The outages of one node, or of nodes of one kind.
pub fn outages(
    findings: &mut Findings,
    (spot, name): (&Spot<'_>, &str),
    horizon: SimTime,
    written: &[OutageFile],
) -> Vec<Outage> {
    let mut read = Vec::new();
    for (index, file) in written.iter().enumerate() {
        let spot = spot.index(index);
        let from = instant(findings, &spot.key("at"), Some(file.at));
        let until = file.length.map_or(SimTime::NEVER, |length| {
            from.after(positive_length(findings, &spot.key("for"), length, "the outage"))
        });
        if horizon < from {
            let at = from.since(SimTime::START);
            findings.assume(format!(
                "the outage of node {name} at {at} lies beyond the horizon, and never happens"
            ));
        }
        read.push((Outage { from, until }, spot.key("at")));
    }
    read.sort_by_key(|(outage, _)| outage.from);
    for pair in read.windows(2) {
        let [(before, _), (outage, spot)] = pair else { continue };
        if outage.from <= before.until {
            let what = format!(
                "the outage of node {name} at {} begins no later than the one at {} ends",
                outage.from.since(SimTime::START),
                before.from.since(SimTime::START)
            );
            findings.mistake(spot, what, "write them as one, or an earlier end (`for`) of the first");
        }
    }
    read.into_iter().map(|(outage, _)| outage).collect()
}
