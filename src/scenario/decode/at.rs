//! A value that knows where it stood, for mistakes that are found later.
//!
//! `At<T>` asks the deserializer for a tuple under a name of its own; our
//! reader answers with the value and its place, and reads the value as if `At`
//! were not there. Never: a deserializer other than [`super::decode`].

use super::Reader;
use super::fault::Fault;
use super::stand_in::StandIn;
use crate::scenario::mistake::{Mistake, Place};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

pub(super) const NAME: &str = "evictsim::At";

/// A value, its place and the way to it (`workloads[2].limits.memory`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub place: Place,
    pub path: String,
}

impl<T> At<T> {
    /// A mistake about this value.
    pub fn mistake(&self, what: impl Into<String>, fix: impl Into<String>) -> Mistake {
        Mistake::new(what, fix).at(self.place.clone()).on(self.path.clone())
    }

    /// The same place, of a value made of this one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), place: self.place, path: self.path }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<At<T>, D::Error> {
        deserializer.deserialize_tuple_struct(NAME, 5, PartsVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

struct PartsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PartsVisitor<T> {
    type Value = At<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<At<T>, A::Error> {
        let value = part(&mut parts)?;
        let file: String = part(&mut parts)?;
        let place = Place { file: file.into(), line: part(&mut parts)?, column: part(&mut parts)? };
        Ok(At { value, place, path: part(&mut parts)? })
    }
}

fn part<'de, P: Deserialize<'de>, A: SeqAccess<'de>>(parts: &mut A) -> Result<P, A::Error> {
    parts.next_element()?.ok_or_else(|| de::Error::custom("this deserializer knows no places"))
}

/// What an [`At`] is made of, in the order of its visitor.
pub(super) struct Parts<'de, 'r> {
    reader: Option<Reader<'de, 'r>>,
    next: u8,
}

impl<'de, 'r> Parts<'de, 'r> {
    pub(super) fn of(reader: Reader<'de, 'r>) -> Parts<'de, 'r> {
        Parts { reader: Some(reader), next: 0 }
    }

    /// The place of a stand-in.
    pub(super) fn nowhere() -> Parts<'de, 'r> {
        Parts { reader: None, next: 0 }
    }
}

impl<'de> SeqAccess<'de> for Parts<'de, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.next += 1;
        let Some(reader) = self.reader else {
            return seed.deserialize(StandIn::default()).map(Some);
        };
        let place = &reader.tree.place;
        match self.next {
            1 => seed.deserialize(reader),
            2 => seed.deserialize(place.file.as_ref().into_deserializer()),
            3 => seed.deserialize(place.line.into_deserializer()),
            4 => seed.deserialize(place.column.into_deserializer()),
            _ => seed.deserialize(reader.trail.to_string().into_deserializer()),
        }
        .map(Some)
    }
}
