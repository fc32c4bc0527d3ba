//! What a cluster has besides nodes and pods, as written.

use crate::model::PodShare;
use crate::scenario::decode::Refusal;
use crate::scenario::placement::written::LabelSelector;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A namespace.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamespaceFile {
    /// A DNS label.
    pub name: String,
    /// What a `namespaceSelector` finds it by, besides kubernetes.io/metadata.name.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// A Service, as far as the scheduler looks at it.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodGroupFile {
    /// Nothing follows from it.
    #[serde(default)]
    pub name: String,
    /// Default `default`.
    pub namespace: Option<String>,
    /// Labels with their values: the pods that it stands for.
    pub selector: BTreeMap<String, String>,
}

/// A PodDisruptionBudget.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetFile {
    /// A DNS label.
    pub name: String,
    /// Default `default`.
    pub namespace: Option<String>,
    /// Which pods; empty: none.
    pub selector: LabelSelector,
    /// How many must be there, as a number or a percentage of those that are wanted. Either this or `maxUnavailable`.
    pub min_available: Option<PodShareText>,
    /// How many may be missing, likewise. Either this or `minAvailable`.
    pub max_unavailable: Option<PodShareText>,
}

/// `2` or `50%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodShareText(pub PodShare);

impl<'de> Deserialize<'de> for PodShareText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PodShareText, D::Error> {
        let text = String::deserialize(deserializer)?;
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.parse().ok().filter(|percent| *percent <= 100).map(PodShare::Percent),
            None => text.parse().ok().map(PodShare::Count),
        };
        share.map(PodShareText).ok_or_else(|| {
            let what = format!("{text:?} is neither a number of pods nor a percentage");
            D::Error::custom(Refusal::new(what, "write for example 1, or 50%"))
        })
    }
}

impl JsonSchema for PodShareText {
    fn schema_name() -> Cow<'static, str> {
        "PodShare".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number of pods, or a percentage of them: 2 or 50%.",
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^[0-9]+%?$" },
            ],
        })
    }
}
