//! A value with a short and a long spelling: `workingSet: 300Mi`, or
//! `workingSet: {from: 100Mi, to: 700Mi, over: 10m}`.
//!
//! Like [`super::At`] it is asked for under a name of its own, so that the long
//! spelling is read in place: its unknown keys and its places are not lost, as
//! they would be in serde's `untagged`.

use super::Reader;
use super::fault::Fault;
use crate::scenario::document::Shape;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

pub(super) const NAME: &str = "evictsim::TextOr";
/// In the order of the shapes: a scalar, a list or a map.
const SPELLINGS: &[&str] = &["Text", "Full"];

/// Either a scalar, read as a `Short`, or a list or map, read as a `Full`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextOr<Short, Full> {
    Text(Short),
    Full(Full),
}

impl<'de, Short: Deserialize<'de>, Full: Deserialize<'de>> Deserialize<'de> for TextOr<Short, Full> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum(NAME, SPELLINGS, SpellingVisitor(PhantomData))
    }
}

impl<Short: JsonSchema, Full: JsonSchema> JsonSchema for TextOr<Short, Full> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Or{}", Short::schema_name(), Full::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (short, full) = (generator.subschema_for::<Short>(), generator.subschema_for::<Full>());
        json_schema!({ "anyOf": [short, full] })
    }
}

struct SpellingVisitor<Short, Full>(PhantomData<(Short, Full)>);

impl<'de, Short: Deserialize<'de>, Full: Deserialize<'de>> Visitor<'de> for SpellingVisitor<Short, Full> {
    type Value = TextOr<Short, Full>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a list or map")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, spelling: A) -> Result<Self::Value, A::Error> {
        let (name, contents) = spelling.variant::<String>()?;
        if name == SPELLINGS[0] {
            contents.newtype_variant().map(TextOr::Text)
        } else {
            contents.newtype_variant().map(TextOr::Full)
        }
    }
}

/// The spelling that a node has, seen as a variant that contains the node itself.
pub(super) struct Spelling<'de, 'r> {
    reader: Reader<'de, 'r>,
    name: &'static str,
}

impl<'de, 'r> Spelling<'de, 'r> {
    pub(super) fn of(reader: Reader<'de, 'r>, spellings: &'static [&'static str]) -> Spelling<'de, 'r> {
        let is_scalar = matches!(reader.tree.shape, Shape::Scalar { .. } | Shape::Null);
        Spelling { reader, name: if is_scalar { spellings[0] } else { spellings[1] } }
    }
}

impl<'de> EnumAccess<'de> for Spelling<'de, '_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        Ok((seed.deserialize(BorrowedStrDeserializer::new(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Spelling<'de, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.reader.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.reader.deserialize_struct("", fields, visitor)
    }
}
