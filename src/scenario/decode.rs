//! [`Tree`] -> structs, with every mistake at once.
//!
//! What: a serde deserializer over a document. Plain `#[derive(Deserialize)]`
//! structs are read; unknown keys are told with the nearest known one. A
//! derived `Deserialize` stops at its first error, so after each one the
//! offending node is noted, a stand-in is put in its place, and the tree is
//! read again, until it passes: that is how all the mistakes come together.
//! Why not serde's own readers: docs/decisions/0007.
//! Never: what a field means.
//! Next: `fault` (what an error carries), `ledger` (what is known to be wrong),
//! [`At`] (a value that knows its place), [`TextOr`] (short and long spellings).
//!
//! What derives must not use: `flatten`, `untagged` and `tag` (they hide keys and
//! places from us; [`TextOr`] does what one wants from them), and `alias` on
//! required fields. An empty value (`key:`) counts as absent in a struct, as in
//! Kubernetes. A visitor for `deserialize_any` is given scalars as text.
//!
//! ```
//! use evictsim::scenario::{decode, document, mistake, notation::ByteText};
//!
//! #[derive(serde::Deserialize)]
//! struct Node {
//!     name: decode::At<String>,
//!     memory: ByteText,
//! }
//!
//! let tree = document::read("node.yaml", b"name: n1\nmemroy: 1Gi\n").expect("it is YAML");
//! let mut mistakes = Vec::new();
//! assert!(decode::decode::<Node>(&tree, &mut mistakes).is_none());
//! assert_eq!(
//!     mistake::listed(&mistakes),
//!     "error: unknown key `memroy`; did you mean `memory`?\n  at node.yaml:2:1 (memroy)\n  fix: write `memory`\n"
//! );
//! ```

mod access;
mod at;
mod fault;
mod ledger;
mod scalar;
mod stand_in;
mod text_or;

pub use access::ANY_VENDORS_KEY;
pub use at::At;
pub use fault::{Fault, Refusal};
pub use text_or::TextOr;

use super::document::{Shape, Tree};
use super::mistake::Mistake;
use access::{Fields, Items, Pairs, Variant};
use fault::Trail;
use ledger::Ledger;
use scalar::Scalar;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Visitor};
use stand_in::StandIn;
use std::marker::PhantomData;

/// Reads a `T` from the tree. Where that fails, the mistakes found (at least
/// one) are added to `mistakes`, and nothing is returned.
pub fn decode<'a, T: Deserialize<'a>>(tree: &'a Tree, mistakes: &mut Vec<Mistake>) -> Option<T> {
    decode_with(Ledger::with_limit(VISITS_LIMIT), tree, mistakes)
}

/// As [`decode`], but keys that a struct does not have are passed over: objects of Kubernetes
/// say much more than anybody here reads.
pub fn decode_known<'a, T: Deserialize<'a>>(tree: &'a Tree, mistakes: &mut Vec<Mistake>) -> Option<T> {
    decode_with(Ledger::with_limit(VISITS_LIMIT).passing_over_unknown_keys(), tree, mistakes)
}

/// Each mistake costs one more reading. A large file with many of them is given up here,
/// after a few seconds: what was found by then keeps its author busy.
const VISITS_LIMIT: u64 = 20_000_000;

fn decode_with<'a, T: Deserialize<'a>>(
    ledger: Ledger,
    tree: &'a Tree,
    mistakes: &mut Vec<Mistake>,
) -> Option<T> {
    let trail = Trail::top(tree);
    loop {
        let reader = Reader { tree, trail: &trail, ledger: &ledger };
        let value = match reader.read(PhantomData::<T>) {
            Ok(value) => Some(value),
            Err(fault) if ledger.note(&fault) => continue,
            Err(_) => None,
        };
        let found = ledger.into_mistakes();
        let is_sound = found.is_empty();
        mistakes.extend(found);
        return value.filter(|_| is_sound);
    }
}

/// Reads one node.
#[derive(Clone, Copy)]
struct Reader<'de, 'r> {
    tree: &'de Tree,
    trail: &'r Trail<'r>,
    ledger: &'r Ledger,
}

impl<'de> Reader<'de, '_> {
    /// Reads a whole value; an error that is not yet placed is about this node.
    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        self.ledger.count_visit();
        seed.deserialize(self).map_err(|fault| self.placed(fault))
    }

    /// One visit of this node, or of a stand-in if the node is known to be wrong.
    fn visit<V: Visitor<'de>>(
        self,
        visitor: V,
        stand_in: impl FnOnce(StandIn, V) -> Result<V::Value, Fault>,
        real: impl FnOnce(Self, V) -> Result<V::Value, Fault>,
    ) -> Result<V::Value, Fault> {
        let outcome =
            if self.is_wrong() { stand_in(StandIn::default(), visitor) } else { real(self, visitor) };
        outcome.map_err(|fault| self.placed(fault))
    }

    fn is_wrong(self) -> bool {
        self.ledger.is_wrong(self.tree)
    }

    fn placed(self, fault: Fault) -> Fault {
        if self.is_wrong() {
            // Not even a stand-in is accepted: what holds this node becomes wrong, too, silently.
            return fault.silenced();
        }
        // An error beside a stand-in may be about the stand-in.
        let fault = if self.ledger.is_tainted(self.tree) { fault.silenced_unless_missing() } else { fault };
        fault.placed(self.tree, self.trail)
    }

    fn scalar(self, expected: &str) -> Result<Scalar<'de>, Fault> {
        match &self.tree.shape {
            Shape::Scalar { text, plain } => Ok(Scalar { text, plain: *plain }),
            other => Err(Fault::expected(expected, &described(other))),
        }
    }

    /// The list here; nothing is an empty one.
    fn items(self, expected: &str) -> Result<&'de [Tree], Fault> {
        match &self.tree.shape {
            Shape::List(items) => Ok(items),
            Shape::Null => Ok(&[]),
            scalar @ Shape::Scalar { text, .. } => Err(Fault::expected(expected, &described(scalar))
                .mended(&format!("write it as a list: [{text}]"))),
            map @ Shape::Map(_) => {
                Err(Fault::expected(expected, &described(map)).mended("begin each of its items with `- `"))
            }
        }
    }

    /// The map here; nothing is an empty one.
    fn entries(self, expected: &str) -> Result<&'de [super::document::Entry], Fault> {
        match &self.tree.shape {
            Shape::Map(entries) => Ok(entries),
            Shape::Null => Ok(&[]),
            other => Err(Fault::expected(expected, &described(other))),
        }
    }
}

/// What is found, in words: `"three"`, a list, a map, nothing.
fn described(shape: &Shape) -> String {
    match shape {
        Shape::Null => "nothing".to_string(),
        Shape::Scalar { text, .. } => fault::quoted(text),
        Shape::List(_) => "a list".to_string(),
        Shape::Map(_) => "a map".to_string(),
    }
}

/// The methods for whole numbers are all of one make.
macro_rules! whole_numbers {
    ($($method:ident $visit:ident $number:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.visit(visitor, |stand_in, visitor| stand_in.$method(visitor), |reader, visitor| {
                let scalar = reader.scalar("a whole number")?;
                visitor.$visit(scalar.whole(<$number>::MIN, <$number>::MAX)?)
            })
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Fault;

    whole_numbers! {
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_i128 visit_i128 i128, deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.tree.shape {
            Shape::Null => self.deserialize_unit(visitor),
            Shape::Scalar { .. } => self.deserialize_str(visitor),
            Shape::List(_) => self.deserialize_seq(visitor),
            Shape::Map(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(
            visitor,
            |stand_in, visitor| stand_in.deserialize_bool(visitor),
            |reader, visitor| visitor.visit_bool(reader.scalar("true or false")?.boolean()?),
        )
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(
            visitor,
            |stand_in, visitor| stand_in.deserialize_f64(visitor),
            |reader, visitor| visitor.visit_f64(reader.scalar("a number")?.number()?),
        )
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(
            visitor,
            |stand_in, visitor| stand_in.deserialize_str(visitor),
            |reader, visitor| visitor.visit_borrowed_str(reader.scalar("a text")?.text),
        )
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.is_wrong() || self.tree.shape == Shape::Null {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(
            visitor,
            |stand_in, visitor| stand_in.deserialize_unit(visitor),
            |reader, visitor| match &reader.tree.shape {
                Shape::Null => visitor.visit_unit(),
                other => Err(Fault::expected("nothing", &described(other))),
            },
        )
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(
            visitor,
            |stand_in, visitor| stand_in.deserialize_seq(visitor),
            |reader, visitor| visitor.visit_seq(Items::of_a_list(reader, reader.items("a list")?)),
        )
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.visit(
            visitor,
            |stand_in, visitor| stand_in.deserialize_tuple(len, visitor),
            |reader, visitor| {
                let expected = format!("a list of {len}");
                let items = reader.items(&expected)?;
                if items.len() != len {
                    return Err(Fault::expected(&expected, &format!("a list of {}", items.len())));
                }
                visitor.visit_seq(Items::of_a_tuple(reader, items))
            },
        )
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == at::NAME {
            visitor.visit_seq(at::Parts::of(self))
        } else {
            self.deserialize_tuple(len, visitor)
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit(
            visitor,
            |stand_in, visitor| stand_in.deserialize_map(visitor),
            |reader, visitor| visitor.visit_map(Pairs::of(reader, reader.entries("a map")?)),
        )
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let stand_in = |stand_in: StandIn, visitor: V| stand_in.deserialize_struct(name, fields, visitor);
        self.visit(visitor, stand_in, |reader, visitor| {
            let entries = reader.entries(&format!("a map with the keys {}", fault::choice(fields)))?;
            visitor.visit_map(Fields::of(reader, entries, fields))
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == text_or::NAME {
            return visitor.visit_enum(text_or::Spelling::of(self, variants));
        }
        let stand_in = |stand_in: StandIn, visitor: V| stand_in.deserialize_enum(name, variants, visitor);
        self.visit(visitor, stand_in, |reader, visitor| visitor.visit_enum(Variant::of(reader, variants)?))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

#[cfg(test)]
mod tests;
