//! What is read in place of a node that is known to be wrong, so that the rest
//! of the document can be searched for mistakes.
//!
//! The value that it makes is thrown away: a document with a wrong node is never
//! accepted. Its errors are never told. Never: anything of the node itself.

use super::fault::Fault;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor};

/// A value of whatever type is asked for: zero, false, "0", empty, absent.
#[derive(Clone, Copy, Default)]
pub(super) struct StandIn {
    /// How many stand-ins this one is inside of.
    depth: u8,
}

/// Beyond this depth a type probably contains itself without an end (an enum whose first variant holds
/// the enum); it is given up, and what holds it becomes wrong instead.
const DEPTH_LIMIT: u8 = 8;

impl StandIn {
    fn inner(self) -> Result<StandIn, Fault> {
        if self.depth < DEPTH_LIMIT {
            Ok(StandIn { depth: self.depth + 1 })
        } else {
            Err(Fault::expected("a value", "a stand-in"))
        }
    }
}

impl IntoDeserializer<'_, Fault> for StandIn {
    type Deserializer = StandIn;
    fn into_deserializer(self) -> StandIn {
        self
    }
}

/// The methods that need no more than one value.
macro_rules! single_values {
    ($($method:ident => $visit:ident($value:expr)),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit($value)
        }
    )*};
}

impl<'de> Deserializer<'de> for StandIn {
    type Error = Fault;

    single_values! {
        deserialize_bool => visit_bool(false),
        deserialize_i8 => visit_i8(0),
        deserialize_i16 => visit_i16(0),
        deserialize_i32 => visit_i32(0),
        deserialize_i64 => visit_i64(0),
        deserialize_i128 => visit_i128(0),
        deserialize_u8 => visit_u8(0),
        deserialize_u16 => visit_u16(0),
        deserialize_u32 => visit_u32(0),
        deserialize_u64 => visit_u64(0),
        deserialize_u128 => visit_u128(0),
        deserialize_f32 => visit_f32(0.0),
        deserialize_f64 => visit_f64(0.0),
        // A text that is also a quantity, a length of time and a number.
        deserialize_any => visit_borrowed_str("0"),
        deserialize_char => visit_borrowed_str("0"),
        deserialize_str => visit_borrowed_str("0"),
        deserialize_string => visit_borrowed_str("0"),
        deserialize_bytes => visit_borrowed_str("0"),
        deserialize_byte_buf => visit_borrowed_str("0"),
        deserialize_identifier => visit_borrowed_str("0"),
        deserialize_seq => visit_seq(SeqDeserializer::new(std::iter::empty::<StandIn>())),
        deserialize_map => visit_map(MapDeserializer::new(std::iter::empty::<(StandIn, StandIn)>())),
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(SeqDeserializer::new(std::iter::repeat_n(self.inner()?, len)))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == super::at::NAME {
            visitor.visit_seq(super::at::Parts::nowhere())
        } else {
            self.deserialize_tuple(len, visitor)
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let inner = self.inner()?;
        visitor.visit_map(MapDeserializer::new(fields.iter().map(|field| (*field, inner))))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(FirstVariant { variants, contents: self.inner()? })
    }
}

struct FirstVariant {
    variants: &'static [&'static str],
    contents: StandIn,
}

impl<'de> EnumAccess<'de> for FirstVariant {
    type Error = Fault;
    type Variant = StandIn;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, StandIn), Fault> {
        let first = self.variants.first().copied().unwrap_or("0");
        Ok((seed.deserialize(IntoDeserializer::<Fault>::into_deserializer(first))?, self.contents))
    }
}

impl<'de> VariantAccess<'de> for StandIn {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}
