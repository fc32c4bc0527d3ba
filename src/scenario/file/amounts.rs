//! Amounts by the names of resources, as written.
//!
//! What: the resources that have keys of their own, and any extended one, whose name has a `/`:
//! `nvidia.com/gpu`. Read by hand, since derived structs know their keys.
//! Never: how large an amount may be.

use super::varying::MayVary;
use crate::scenario::decode::ANY_VENDORS_KEY;
use crate::scenario::notation::QuantityText;
use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// Extended resources by their names.
pub type ExtendedFile = BTreeMap<String, QuantityText>;

/// Requests or limits.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = { "/": { "$ref": "#/$defs/Quantity" } }))]
pub struct AmountsFile {
    /// Cores.
    pub cpu: Option<MayVary<QuantityText>>,
    /// Bytes.
    pub memory: Option<MayVary<QuantityText>>,
    /// Bytes of local disk: kept by the scheduler where nodes say how much they have, compared when the kubelet ranks
    /// pods on a full disk, and enforced as a limit.
    #[schemars(rename = "ephemeral-storage")]
    pub ephemeral_storage: Option<MayVary<QuantityText>>,
    /// Whole numbers of anything else.
    #[schemars(skip)]
    pub extended: ExtendedFile,
}

/// What a node has.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = { "/": { "$ref": "#/$defs/Quantity" } }))]
pub struct CapacityFile {
    /// Cores.
    pub cpu: QuantityText,
    /// Bytes.
    pub memory: QuantityText,
    /// The most pods. Default: the kubelet's `maxPods`.
    pub pods: Option<u32>,
    /// Bytes: how large nodefs is, where that does not say so itself.
    #[schemars(rename = "ephemeral-storage")]
    pub ephemeral_storage: Option<QuantityText>,
    /// Whole numbers of anything else.
    #[schemars(skip)]
    pub extended: ExtendedFile,
}

const AMOUNTS: &[&str] = &["cpu", "memory", "ephemeral-storage", ANY_VENDORS_KEY];
const CAPACITY: &[&str] = &["cpu", "memory", "pods", "ephemeral-storage", ANY_VENDORS_KEY];

impl<'de> Deserialize<'de> for AmountsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AmountsFile, D::Error> {
        deserializer.deserialize_struct("AmountsFile", AMOUNTS, AmountsVisitor)
    }
}

struct AmountsVisitor;

impl<'de> Visitor<'de> for AmountsVisitor {
    type Value = AmountsFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of amounts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AmountsFile, A::Error> {
        let mut amounts = AmountsFile::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "cpu" => amounts.cpu = map.next_value()?,
                "memory" => amounts.memory = map.next_value()?,
                "ephemeral-storage" => amounts.ephemeral_storage = map.next_value()?,
                _ => {
                    amounts.extended.insert(key, map.next_value()?);
                }
            }
        }
        Ok(amounts)
    }
}

impl<'de> Deserialize<'de> for CapacityFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CapacityFile, D::Error> {
        deserializer.deserialize_struct("CapacityFile", CAPACITY, CapacityVisitor)
    }
}

struct CapacityVisitor;

impl<'de> Visitor<'de> for CapacityVisitor {
    type Value = CapacityFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of amounts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CapacityFile, A::Error> {
        let (mut cpu, mut memory, mut pods, mut ephemeral_storage) = (None, None, None, None);
        let mut extended = ExtendedFile::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "cpu" => cpu = Some(map.next_value()?),
                "memory" => memory = Some(map.next_value()?),
                "pods" => pods = map.next_value()?,
                "ephemeral-storage" => ephemeral_storage = map.next_value()?,
                _ => {
                    extended.insert(key, map.next_value()?);
                }
            }
        }
        let cpu = cpu.ok_or_else(|| A::Error::missing_field("cpu"))?;
        let memory = memory.ok_or_else(|| A::Error::missing_field("memory"))?;
        Ok(CapacityFile { cpu, memory, pods, ephemeral_storage, extended })
    }
}
