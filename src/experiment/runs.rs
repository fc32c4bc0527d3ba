//! The runs of a scenario.
//!
//! What: every run of every replication, in the order in which all results tell them; and the measures of one.
//! Never: how many are made at once. Next: `threads`, which makes them.

use super::measures::Figures;
use super::tally::Tally;
use crate::engine::{self, Passes};
use crate::scenario::Scenario;
use crate::scenario::meaning::RunRules;

/// One run of one replication.
#[derive(Clone, Copy, Debug)]
pub struct Run<'s> {
    pub rules: &'s RunRules,
    /// From 0.
    pub replication: u32,
}

impl Run<'_> {
    /// Makes it, for its measures alone.
    pub fn figures(self, scenario: &Scenario) -> Figures {
        let setting = scenario.setting(self.rules, self.replication, Passes::ThatMatter);
        let tally = Tally::new(&setting).after(scenario.warm_up);
        Figures::of(&engine::run(&setting, scenario.source(self.replication), tally))
    }
}

/// All runs of a scenario: those by the first rules, replication by replication, then those by the next.
pub fn runs(scenario: &Scenario) -> impl Iterator<Item = Run<'_>> {
    let replications = 0..scenario.replications;
    scenario
        .runs
        .iter()
        .flat_map(move |rules| replications.clone().map(move |replication| Run { rules, replication }))
}

/// How many there are.
pub fn number_of_runs(scenario: &Scenario) -> u64 {
    scenario.runs.len() as u64 * u64::from(scenario.replications)
}
