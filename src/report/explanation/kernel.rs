//! The OOM killer's order, beside the kubelet's.

use super::{COLUMNS, Explanation};
use crate::engine::record::Hunted;
use crate::experiment::inquiry::Happened;
use crate::ground::Bytes;
use crate::model::{ContainerSpec, PodTemplate, QosClass, Role};
use crate::report::figures::{Memory, aligned, wrapped};
use std::io::{self, Write};

const PLACES: usize = 20;

impl Explanation<'_> {
    pub(super) fn write_kernel(&self, out: &mut impl Write) -> io::Result<()> {
        let hunted = self.finding.hunted();
        if hunted.is_empty() {
            return Ok(());
        }
        let total = self.total();
        writeln!(out, "\n{}", self.kernel_heading())?;
        let sentence = format!(
            "Badness: thousandths of {} in use, and what the kubelet adds (oom_score_adj). No priority counts; of equals \
             the last made goes first.",
            Memory(total.0.into())
        );
        wrapped(&sentence, COLUMNS - 2).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        aligned(&self.kernel_table())
            .iter()
            .take(PLACES + 1)
            .try_for_each(|line| writeln!(out, "  {line}"))?;
        match hunted.len().saturating_sub(PLACES) {
            0 => Ok(()),
            untold => writeln!(out, "  and {untold} more: -o json has them all"),
        }
    }

    /// Whether it takes them, or would.
    pub fn kernel_heading(&self) -> &'static str {
        match self.kernel_compared() {
            true => "Whom the kernel takes first",
            false => "Whom the kernel would take first, were the node's memory used up",
        }
    }

    /// Whether the kernel has compared containers at this instant. For a limit of one's own it does not.
    pub fn kernel_compared(&self) -> bool {
        matches!(&self.finding.happened, Happened::OomKilled(kill) if !kill.compared.is_empty())
    }

    /// A header, and a row for each container, in the kernel's order. The first cell is the rank, the second the pod.
    pub fn kernel_table(&self) -> Vec<Vec<String>> {
        let header =
            ["RANK", "POD", "CONTAINER", "BADNESS", "IN USE", "ADDED", "BECAUSE"].map(str::to_owned).to_vec();
        let hunted = self.finding.hunted().iter().enumerate();
        std::iter::once(header).chain(hunted.map(|(place, one)| self.hunted_cells(place, one))).collect()
    }

    /// The memory that badness is a share of.
    pub(super) fn total(&self) -> Bytes {
        match &self.finding.happened {
            Happened::OomKilled(kill) if !kill.compared.is_empty() => kill.limit,
            _ => self.finding.glimpse.memory.capacity,
        }
    }

    fn hunted_cells(&self, place: usize, one: &Hunted) -> Vec<String> {
        let container = self.inquiry.scenario.container_name(one.pod.workload, one.container);
        vec![
            (place + 1).to_string(),
            self.pod(one.pod),
            container.to_owned(),
            self.badness(one).to_string(),
            Memory(one.prey.working_set.0.into()).to_string(),
            one.prey.oom_score_adj.to_string(),
            self.because(one),
        ]
    }

    /// In thousandths of the memory that would run out.
    pub(super) fn badness(&self, one: &Hunted) -> i128 {
        i128::from(one.badness) * 1000 / i128::from(self.total().0.max(1))
    }

    /// Where its `oom_score_adj` comes from.
    pub(super) fn because(&self, one: &Hunted) -> String {
        let capacity = Memory(self.finding.glimpse.memory.capacity.0.into());
        let pod = self.finding.glimpse.pods.iter().find(|pod| pod.name == one.pod);
        let Some(template) = pod.map(|pod| &pod.template) else { return String::new() };
        if template.spec.is_node_critical() {
            return "critical for the node".to_owned();
        }
        match template.qos {
            QosClass::Guaranteed | QosClass::BestEffort => template.qos.name().to_owned(),
            QosClass::Burstable => {
                let requests =
                    deciding(template, one).map(|container| container.requests.memory.unwrap_or_default());
                let request = Memory(requests.unwrap_or_default().bytes().0.into());
                format!("Burstable, requests {request} of {capacity}")
            }
        }
    }
}

/// The container whose request counts: of a sidecar the smallest that it serves, if that requests more.
fn deciding<'t>(template: &'t PodTemplate, one: &Hunted) -> Option<&'t ContainerSpec> {
    let (role, own) = template.spec.all_with_roles().nth(usize::from(one.container.0))?;
    let request = |container: &&ContainerSpec| container.requests.memory.unwrap_or_default();
    let smallest = template.spec.containers.iter().min_by_key(request);
    match (role, smallest) {
        (Role::Sidecar, Some(smallest)) if request(&smallest) > request(&own) => Some(smallest),
        _ => Some(own),
    }
}
