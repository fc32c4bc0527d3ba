//! One sentence for each kind of key that is accepted and not simulated.
//!
//! What: collecting such keys over all pods, with whose they are.
//! Never: which keys these are; [`crate::scenario::file::pod`] lists them.

use super::spot::Findings;
use crate::scenario::file::pod::SpecFile;
use std::collections::BTreeMap;

/// Keys that could change nothing here, whatever they say: they share one sentence.
const HARMLESS: &[&str] = &[
    "args",
    "command",
    "env",
    "envFrom",
    "imagePullPolicy",
    "imagePullSecrets",
    "stdin",
    "stdinOnce",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "volumeMounts",
    "workingDir",
];
/// So many owners are named.
const NAMED: usize = 3;

/// The keys seen so far, each with those who have it.
#[derive(Debug, Default)]
pub struct NotSimulatedKeys {
    owners: BTreeMap<&'static str, Vec<String>>,
}

impl NotSimulatedKeys {
    /// Notes what a workload's manifest says and is not simulated.
    pub fn note(&mut self, workload: &str, manifest: &SpecFile) {
        for key in manifest.not_simulated() {
            self.add(key, workload.to_owned());
        }
        for container in manifest.init_containers.iter().chain(&manifest.containers) {
            let inner = [container.resources.not_simulated(), container.lifecycle.not_simulated()];
            for key in container.not_simulated().into_iter().chain(inner.into_iter().flatten()) {
                self.add(key, format!("{workload}/{}", container.name));
            }
        }
    }

    fn add(&mut self, key: &'static str, owner: String) {
        self.owners.entry(key).or_default().push(owner);
    }

    /// Tells them.
    pub fn tell(&self, findings: &mut Findings) {
        let (harmless, telling): (Vec<_>, Vec<_>) =
            self.owners.iter().partition(|(key, _)| HARMLESS.contains(key));
        for (key, owners) in telling {
            findings.assume(format!("{key} of {} is not simulated yet", some_of(owners)));
        }
        if !harmless.is_empty() {
            let keys: Vec<&str> = harmless.iter().map(|(key, _)| **key).collect();
            findings
                .assume(format!("accepted in pod templates, and without effect here: {}", keys.join(", ")));
        }
    }
}

/// The first few.
pub fn some_of(owners: &[String]) -> String {
    let named = owners.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match owners.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
