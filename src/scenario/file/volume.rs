//! What becomes of a template's volumes, as written.
//!
//! What: [`VolumeUseFile`], what one volume holds, or who writes it.
//! Never: the volumes themselves: those are the manifest's ([`super::pod`]).

use super::usage::UsageFile;
use super::varying::LawFile;
use crate::scenario::decode::{Refusal, TextOr};
use crate::scenario::notation::QuantityText;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::fmt;

/// What a volume holds from its Pod's start, which may vary; or who writes it.
pub type VolumeUseFile = TextOr<QuantityText, VolumeStoryFile>;

/// What becomes of a volume, where it is not simply one quantity.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum VolumeStoryFile {
    /// A container writes it.
    Written(Box<WrittenVolumeFile>),
    /// What it holds is drawn.
    Held(LawFile<QuantityText>),
    /// An empty map, which the check refuses.
    #[schemars(skip)]
    Empty,
}

/// `{writtenBy: app, usage: {from: 0, to: 2Gi, over: 1h}}`
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenVolumeFile {
    /// The container that writes it, while it runs.
    pub written_by: String,
    /// What it writes, over time, beside what is there already.
    pub usage: UsageFile,
}

const WRITTEN_KEYS: &[&str] = &["writtenBy", "usage"];
/// What the map may begin with.
const KEYS: &[&str] = &[
    "writtenBy",
    "usage",
    "uniform",
    "exponential",
    "normal",
    "logNormal",
    "weibull",
    "lomax",
    "choice",
    "mixture",
];

/// By hand, as of [`super::usage::CurveFile`]: one map is told from the other by its first key.
impl<'de> Deserialize<'de> for VolumeStoryFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<VolumeStoryFile, D::Error> {
        deserializer.deserialize_map(Story)
    }
}

struct Story;

impl<'de> Visitor<'de> for Story {
    type Value = VolumeStoryFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quantity, or who writes it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<VolumeStoryFile, A::Error> {
        let Some(first) = map.next_key::<String>()? else {
            return Ok(VolumeStoryFile::Empty);
        };
        if WRITTEN_KEYS.contains(&first.as_str()) {
            return written(first, map);
        }
        let held = VolumeStoryFile::Held(law(&first, &mut map)?);
        match map.next_key::<String>()? {
            None => Ok(held),
            Some(second) => Err(A::Error::custom(Refusal::new(
                format!("`{first}` and `{second}` together, where one distribution is expected"),
                "keep one of the two",
            ))),
        }
    }
}

fn law<'de, A: MapAccess<'de>>(name: &str, map: &mut A) -> Result<LawFile<QuantityText>, A::Error> {
    Ok(match name {
        "uniform" => LawFile::Uniform(map.next_value()?),
        "exponential" => LawFile::Exponential(map.next_value()?),
        "normal" => LawFile::Normal(map.next_value()?),
        "logNormal" => LawFile::LogNormal(map.next_value()?),
        "weibull" => LawFile::Weibull(map.next_value()?),
        "lomax" => LawFile::Lomax(map.next_value()?),
        "choice" => LawFile::Choice(map.next_value()?),
        "mixture" => LawFile::Mixture(map.next_value()?),
        unknown => return Err(A::Error::unknown_variant(unknown, KEYS)),
    })
}

/// The rest of `{writtenBy: app, usage: 1Gi}`, whose first key has been read.
fn written<'de, A: MapAccess<'de>>(first: String, mut map: A) -> Result<VolumeStoryFile, A::Error> {
    let (mut written_by, mut usage) = (None, None);
    let mut next = Some(first);
    while let Some(key) = next {
        match key.as_str() {
            "writtenBy" => written_by = Some(map.next_value()?),
            "usage" => usage = Some(map.next_value()?),
            _ => return Err(A::Error::unknown_field(&key, WRITTEN_KEYS)),
        }
        next = map.next_key()?;
    }
    // Not serde's own "missing field": this map is given no stand-in for one.
    let missing = |key: &str, example: &str| {
        let what = format!("a volume that is written has `writtenBy` and `usage`; `{key}` is missing");
        A::Error::custom(Refusal::new(what, format!("add `{key}`, such as `{key}: {example}`")))
    };
    Ok(VolumeStoryFile::Written(Box::new(WrittenVolumeFile {
        written_by: written_by.ok_or_else(|| missing("writtenBy", "app"))?,
        usage: usage.ok_or_else(|| missing("usage", "{from: 0, to: 2Gi, over: 1h}"))?,
    })))
}
