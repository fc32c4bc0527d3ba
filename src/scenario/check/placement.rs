//! Where a pod may run: as written -> as meant, and complaints become mistakes.
//!
//! Next: [`crate::scenario::placement`], which reads the same in a dump of a cluster.

use super::names::must_be_a_label;
use super::spot::{Findings, Spot};
use crate::model::{ContainerSpec, HostPort, Placement};
use crate::scenario::complaint::Complaints;
use crate::scenario::placement::written::Port;
use crate::scenario::placement::{self, Written};
use std::collections::BTreeSet;

/// What is created in no other one is in this.
const DEFAULT_NAMESPACE: &str = "default";

/// What a pod's manifest says of its place.
pub fn placement(findings: &mut Findings, spot: &Spot<'_>, written: &Written<'_>) -> Placement {
    let mut complaints = Complaints::default();
    let placement = placement::placement(&mut complaints, written);
    findings.retell(spot, complaints);
    placement
}

/// The ports of its node that a container takes; at the container's spot.
pub fn host_ports(findings: &mut Findings, spot: &Spot<'_>, written: &[Port]) -> Vec<HostPort> {
    let mut complaints = Complaints::default();
    let ports = placement::host_ports(&mut complaints, written);
    findings.retell(spot, complaints);
    ports
}

/// Refuses a pod whose containers want one port of their node twice.
pub fn refuse_ports_taken_twice<'s, 't: 's>(
    findings: &mut Findings,
    containers: impl IntoIterator<Item = (Spot<'t>, &'s ContainerSpec)>,
) {
    let mut taken: BTreeSet<&HostPort> = BTreeSet::new();
    for (spot, container) in containers {
        for port in &container.host_ports {
            if !taken.insert(port) {
                let what = format!("host port {} is taken twice in one pod", port.port);
                let fix = "give one of them another port: no node has it twice";
                findings.mistake(&spot.key("ports"), what, fix);
            }
        }
    }
}

/// The namespace that is written, or the one that is meant where none is.
pub fn namespace(findings: &mut Findings, spot: &Spot<'_>, written: Option<&str>) -> String {
    if let Some(name) = written {
        must_be_a_label(findings, spot, "namespace", name);
    }
    written.unwrap_or(DEFAULT_NAMESPACE).to_owned()
}
