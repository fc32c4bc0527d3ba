//! `manifest.json` of a sweep, and `part.json` of what is not yet a whole.
//!
//! What: what the results are the results of, and the sweep's identity, by which an unfinished one is gone on with and shards are
//! put together. The same on every machine and with any number of shards: no command, no clock.
//! Never: a result. Next: [`super::tables`].

use crate::experiment::measures::Measure;
use crate::experiment::statistics::{self, Confidence};
use crate::experiment::sweep::{Plan, Replications, Until};
use crate::report::manifest::{SourceFile, TableEntry};
use crate::report::sweep::points::PointNames;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU64;

/// `manifest.json`, its keys in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SweepManifest {
    /// Always [`SweepManifest::KIND`].
    pub kind: String,
    /// The version of the program that wrote the tables.
    pub version: String,
    pub sweep: String,
    pub question: Option<String>,
    /// Of all that the results follow from, whatever its layout: SHA-256.
    pub identity: String,
    /// The sweep's file first, then its scenario's, then those that this one names.
    pub files: Vec<SourceFile>,
    pub parameters: Vec<ParameterEntry>,
    pub replications: ReplicationsEntry,
    /// How sure the intervals of `points` are.
    pub confidence: f64,
    pub points: u64,
    pub assumptions: Vec<String>,
    pub tables: Vec<TableEntry>,
}

impl SweepManifest {
    pub const KIND: &str = "evictsim sweep";

    /// Whether `text` is the manifest of a sweep, of any version.
    pub fn is_ours(text: &str) -> bool {
        let manifest = serde_json::from_str::<serde_json::Value>(text);
        manifest.is_ok_and(|manifest| manifest["kind"] == SweepManifest::KIND)
    }

    /// The manifest in `text`, if it is one of ours; of a sweep of any version that had the same keys.
    pub fn read(text: &str) -> Option<SweepManifest> {
        serde_json::from_str(text)
            .ok()
            .filter(|manifest: &SweepManifest| manifest.kind == SweepManifest::KIND)
    }
}

/// A parameter, and what it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterEntry {
    pub name: String,
    pub paths: Vec<String>,
}

/// How often each point was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReplicationsEntry {
    Fixed(u32),
    #[serde(rename_all = "camelCase")]
    Until {
        measure: String,
        half_width: f64,
        confidence: f64,
        at_least: u64,
        at_most: u64,
        batch: NonZeroU64,
    },
}

impl ReplicationsEntry {
    pub fn of(replications: &Replications) -> ReplicationsEntry {
        match replications {
            Replications::Fixed(number) => ReplicationsEntry::Fixed(*number),
            Replications::Until(Until { measure, confidence, rule }) => ReplicationsEntry::Until {
                measure: measure.name().to_owned(),
                half_width: rule.half_width,
                confidence: confidence.share(),
                at_least: rule.at_least,
                at_most: rule.at_most,
                batch: rule.batch,
            },
        }
    }

    /// What was meant; nothing, if another version wrote it.
    pub fn meant(&self) -> Option<Replications> {
        Some(match self {
            ReplicationsEntry::Fixed(number) => Replications::Fixed(*number),
            ReplicationsEntry::Until { measure, half_width, confidence, at_least, at_most, batch } => {
                Replications::Until(Until {
                    measure: Measure::named(measure)?,
                    confidence: Confidence::new(*confidence)?,
                    rule: statistics::Until {
                        half_width: *half_width,
                        batch: *batch,
                        at_least: *at_least,
                        at_most: *at_most,
                    },
                })
            }
        })
    }
}

/// `part.json`: what runs are kept beside it, of which sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartManifest {
    /// Always [`PartManifest::KIND`].
    pub kind: String,
    /// As in `--shard`; 1/1 is the whole.
    pub shard: String,
    /// Tables of `run` that are kept, too, in their order.
    pub record: Vec<String>,
    pub points: Vec<PointEntry>,
    /// That of the whole; it has no tables yet.
    pub manifest: SweepManifest,
}

/// A point, and what names its runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointEntry {
    /// The values of parameters, in their order.
    pub parameters: Vec<String>,
    pub runs: Vec<String>,
    pub seed: u64,
    /// Of the version and of the scenario there: SHA-256.
    pub fingerprint: String,
}

impl PartManifest {
    pub const KIND: &str = "evictsim sweep part";
    pub const FILE: &str = "part.json";

    /// What the order of runs follows from; nothing, if another version wrote it.
    pub fn plan(&self) -> Option<Plan> {
        let runs = self.points.iter().map(|point| point.runs.len() as u32);
        Some(Plan { runs: runs.collect(), replications: self.manifest.replications.meant()? })
    }

    /// How sure the intervals of points are.
    pub fn confidence(&self) -> Confidence {
        Confidence::new(self.manifest.confidence).unwrap_or(Confidence::NINETY_FIVE)
    }

    pub fn parameter_names(&self) -> Vec<String> {
        self.manifest.parameters.iter().map(|parameter| parameter.name.clone()).collect()
    }

    pub fn point_names(&self) -> Vec<PointNames> {
        let names = |point: &PointEntry| PointNames {
            parameters: point.parameters.clone(),
            runs: point.runs.clone(),
        };
        self.points.iter().map(names).collect()
    }
}
