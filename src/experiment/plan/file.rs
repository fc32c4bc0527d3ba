//! A plan as it is written: one struct for each map of the file.
//!
//! What: the keys, their shapes and their descriptions, from which the JSON schema is made. What a plan has in common with a
//! sweep is written and read alike.
//! Never: what the keys of a scenario are; whether values make sense together.
//! Next: [`super::check`]; the keys are told at length in `docs/plan-format.md`.

use crate::experiment::measures::Measure;
use crate::experiment::sweep::file::{BaseFile, ValueFile, ValuesFile};
use crate::scenario::decode::{At, TextOr};
use crate::scenario::file::ApiVersion;
use schemars::JsonSchema;
use std::collections::BTreeMap;

/// A plan of evictsim: which setting of a scenario keeps a risk below a bound?
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "evictsim plan")]
pub struct PlanFile {
    /// Optional: `evictsim.io/v1`.
    pub api_version: Option<ApiVersion>,
    /// Optional: `Plan`.
    pub kind: Option<PlanKind>,
    /// A DNS label. Default: the file's name without its ending.
    pub name: Option<String>,
    /// The path of the scenario that is changed, relative to this file; or that scenario itself.
    pub scenario: BaseFile,
    /// Which of the scenario's runs, if it has several.
    pub run: Option<At<String>>,
    /// What is changed: a name, and the place in the scenario, or several that take the same value.
    #[serde(default)]
    pub parameters: BTreeMap<String, TextOr<String, Vec<String>>>,
    /// The smallest value that keeps the risk below the bound; from small to large, the risk falls. Parameters with their values, which move together.
    pub smallest: Option<BTreeMap<String, ValuesFile>>,
    /// The largest value that keeps it; from small to large, the risk rises.
    pub largest: Option<BTreeMap<String, ValuesFile>>,
    /// One of several settings that have no order.
    pub choose: Option<BTreeMap<String, ValuesFile>>,
    /// Which of those that keep the bound one would rather have. Default: the one with the lowest risk.
    pub prefer: Option<PreferFile>,
    /// The risk, its bound, and how sure one wants to be.
    pub keep: KeepFile,
    /// What may be otherwise than the scenario assumes: each is tried alone at the answer.
    #[serde(default)]
    pub what_if: Vec<WhatIfFile>,
}

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, JsonSchema)]
pub enum PlanKind {
    /// The only one.
    Plan,
}

/// What one would rather have.
#[derive(Clone, Copy, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PreferFile {
    /// The setting with the least of a measure.
    Lowest(Measure),
    /// The setting with the most of it.
    Highest(Measure),
}

/// The bound.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeepFile {
    /// A measure of `docs/sweep-format.md`: the risk.
    pub measure: Measure,
    /// The bound, in the measure's unit.
    pub below: At<f64>,
    /// How sure. Default 0.95.
    pub confidence: Option<At<f64>>,
    /// How many replications before a setting is judged. Default 30.
    pub at_least: Option<At<u32>>,
    /// How many replications are added at a time while it is not decided. Default 30.
    pub batch: Option<At<u32>>,
    /// No more replications; what is not decided then counts as not keeping the bound. Default 300.
    pub at_most: Option<At<u32>>,
}

/// Something that may be otherwise.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WhatIfFile {
    /// What is otherwise, in words.
    pub name: String,
    /// Places in the scenario, with the values that they take.
    pub change: BTreeMap<String, ValueFile>,
}

/// The JSON schema of a plan file, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(PlanFile).to_value()
}
