//! A sweep as it is written: one struct for each map of the file.
//!
//! What: the keys, their shapes and their descriptions, from which the JSON schema is made.
//! Never: what the keys of a scenario are; whether values make sense together.
//! Next: [`super::check`]; the keys are told at length in `docs/sweep-format.md`.

use crate::experiment::measures::Measure;
use crate::scenario::decode::{At, TextOr};
use crate::scenario::file::ApiVersion;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A sweep of evictsim: a scenario, what is changed in it, and how often each change is run.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "evictsim sweep")]
pub struct SweepFile {
    /// Optional: `evictsim.io/v1`.
    pub api_version: Option<ApiVersion>,
    /// Optional: `Sweep`.
    pub kind: Option<SweepKind>,
    /// A DNS label; results are kept under it. Default: the file's name without its ending.
    pub name: Option<String>,
    /// The path of the scenario that is changed, relative to this file; or that scenario itself.
    pub scenario: BaseFile,
    /// What is changed: a name, which will be a column, and the place in the scenario, or several that take the same value.
    #[serde(default)]
    pub parameters: BTreeMap<String, TextOr<String, Vec<String>>>,
    /// Which values parameters take. Every entry is combined with every other; parameters of one entry move together.
    pub grid: Vec<BTreeMap<String, ValuesFile>>,
    /// Leave out the points for which all of an entry holds.
    #[serde(default)]
    pub skip: Vec<BTreeMap<String, TestsFile>>,
    /// Keep only the points for which all of an entry holds, of any entry.
    #[serde(default)]
    pub only: Vec<BTreeMap<String, TestsFile>>,
    /// How many independent runs of each point. Either this or `until`. Default: as the scenario says.
    pub replications: Option<At<u32>>,
    /// Run each point until a measure is known well enough.
    pub until: Option<UntilFile>,
    /// Which tables of `run` are kept beside `points`, `runs` and `failures`. Default none.
    #[serde(default)]
    pub record: Vec<KeptTable>,
}

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, JsonSchema)]
pub enum SweepKind {
    /// The only one.
    Sweep,
}

/// When a point has been run often enough.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UntilFile {
    /// A measure of `docs/sweep-format.md`.
    pub measure: Measure,
    /// How large half of its confidence interval may be, in the measure's unit.
    pub half_width: At<f64>,
    /// How sure the interval is. Default 0.95.
    pub confidence: Option<At<f64>>,
    /// No fewer replications. Default 10.
    pub at_least: Option<At<u32>>,
    /// No more replications. Default 1000.
    pub at_most: Option<At<u32>>,
    /// How many replications are added at a time. Default 10.
    pub batch: Option<At<u32>>,
}

/// A table of `run` that a sweep keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptTable {
    Evictions,
    Rankings,
    Preemptions,
    OomKills,
    Pods,
    Nodes,
    Timeline,
    Events,
    Lives,
}

impl KeptTable {
    /// As its file is called.
    pub fn name(self) -> &'static str {
        match self {
            KeptTable::Evictions => "evictions",
            KeptTable::Rankings => "rankings",
            KeptTable::Preemptions => "preemptions",
            KeptTable::OomKills => "oom_kills",
            KeptTable::Pods => "pods",
            KeptTable::Nodes => "nodes",
            KeptTable::Timeline => "timeline",
            KeptTable::Events => "events",
            KeptTable::Lives => "lives",
        }
    }
}

/// Read from the document itself, since its values are put into the scenario as they are written.
macro_rules! as_written {
    ($name:ident, $schema_name:literal, $meaning:literal, $schema:expr) => {
        #[doc = $meaning]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                IgnoredAny::deserialize(deserializer).map(|_| $name)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $schema_name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

as_written!(
    BaseFile,
    "Base",
    "The path of a scenario, or a scenario.",
    json_schema!({ "description": "The path of a scenario, or a scenario.", "type": ["string", "object"] })
);
as_written!(
    ValuesFile,
    "Values",
    "A list of values, or a range of numbers.",
    json_schema!({
        "anyOf": [
            { "description": "The values, one after another.", "type": "array" },
            {
                "description": "Numbers of one unit, from one to another.",
                "type": "object",
                "properties": {
                    "from": { "description": "The first.", "type": ["number", "string"] },
                    "to": { "description": "The last, if the steps lead there.", "type": ["number", "string"] },
                    "step": { "description": "From one to the next.", "type": ["number", "string"] }
                },
                "required": ["from", "to", "step"],
                "additionalProperties": false
            }
        ]
    })
);
as_written!(
    TestsFile,
    "Tests",
    "A value that the parameter has, a comparison such as `>= 4`, or a list of which one must hold.",
    json_schema!({
        "description": "A value that the parameter has, a comparison such as `>= 4`, or a list of which one must hold."
    })
);
as_written!(
    ValueFile,
    "Value",
    "A value, as the scenario writes it.",
    json_schema!({ "description": "A value, as the scenario writes it." })
);

/// By its name.
impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Measure, D::Error> {
        let name = String::deserialize(deserializer)?;
        Measure::named(&name).ok_or_else(|| D::Error::unknown_variant(&name, &Measure::NAMES))
    }
}

impl JsonSchema for Measure {
    fn schema_name() -> Cow<'static, str> {
        "Measure".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let name =
            |measure: &Measure| json_schema!({ "const": measure.name(), "description": measure.meaning() });
        json_schema!({ "oneOf": Measure::ALL.iter().map(name).collect::<Vec<Schema>>() })
    }
}

/// The JSON schema of a sweep file, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(SweepFile).to_value()
}
