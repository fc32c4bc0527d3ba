//! How the parts of a node are handed to serde: the items of a list, the pairs
//! of a free map, the fields of a struct, the variant of an enum.
//!
//! Never: a scalar's meaning. Next: [`super::Reader`], which reads each part.

use super::fault::{Fault, Trail, choice};
use super::stand_in::StandIn;
use super::{Reader, described};
use crate::scenario::document::{Entry, Shape, Tree};
use crate::scenario::mistake::Place;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

/// The items of a list.
pub(super) struct Items<'de, 'r> {
    parent: Reader<'de, 'r>,
    rest: std::iter::Enumerate<std::slice::Iter<'de, Tree>>,
    /// A list does without its wrong items; a tuple needs something in their place.
    keeps_wrong: bool,
}

impl<'de, 'r> Items<'de, 'r> {
    pub(super) fn of_a_list(parent: Reader<'de, 'r>, items: &'de [Tree]) -> Items<'de, 'r> {
        Items { parent, rest: items.iter().enumerate(), keeps_wrong: false }
    }

    pub(super) fn of_a_tuple(parent: Reader<'de, 'r>, items: &'de [Tree]) -> Items<'de, 'r> {
        Items { keeps_wrong: true, ..Items::of_a_list(parent, items) }
    }
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let ledger = self.parent.ledger;
        let keeps_wrong = self.keeps_wrong;
        let Some((index, tree)) = self.rest.find(|(_, tree)| keeps_wrong || !ledger.is_wrong(tree)) else {
            return Ok(None);
        };
        let trail = Trail::index(self.parent.trail, index, tree);
        Reader { tree, trail: &trail, ledger }.read(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The pairs of a map with free keys. Pairs with something wrong are left out.
pub(super) struct Pairs<'de, 'r> {
    parent: Reader<'de, 'r>,
    rest: std::slice::Iter<'de, Entry>,
    value: Option<&'de Entry>,
}

impl<'de, 'r> Pairs<'de, 'r> {
    pub(super) fn of(parent: Reader<'de, 'r>, entries: &'de [Entry]) -> Pairs<'de, 'r> {
        Pairs { parent, rest: entries.iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Pairs<'de, '_> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let ledger = self.parent.ledger;
        self.value = self.rest.find(|entry| !ledger.is_wrong(&entry.value));
        let Some(entry) = self.value else { return Ok(None) };
        let key = seed.deserialize(BorrowedStrDeserializer::new(&entry.key));
        let trail = Trail::key(self.parent.trail, &entry.key, &entry.value);
        key.map(Some).map_err(|fault: Fault| fault.placed_at(entry.key_place.clone(), &trail))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        read_value(self.parent, self.value.take(), seed)
    }
}

/// A key of a struct that stands for any with a `/` in it, as the names of vendors' resources have.
pub const ANY_VENDORS_KEY: &str = "vendor.example/device";

/// The fields of a struct: unknown keys are told and left out, empty ones left
/// out, those known to be missing stood in for.
pub(super) struct Fields<'de, 'r> {
    parent: Reader<'de, 'r>,
    known: &'static [&'static str],
    rest: std::slice::Iter<'de, Entry>,
    holes: std::vec::IntoIter<&'static str>,
    value: Option<&'de Entry>,
}

impl<'de, 'r> Fields<'de, 'r> {
    pub(super) fn of(
        parent: Reader<'de, 'r>,
        entries: &'de [Entry],
        known: &'static [&'static str],
    ) -> Fields<'de, 'r> {
        let holes = parent.ledger.holes(parent.tree).into_iter();
        Fields { parent, known, rest: entries.iter(), holes, value: None }
    }

    fn next_entry(&mut self) -> Option<&'de Entry> {
        for entry in self.rest.by_ref() {
            if !is_known(&entry.key, self.known) {
                let trail = Trail::key(self.parent.trail, &entry.key, &entry.value);
                self.parent.ledger.note_unknown_key(self.parent.tree, entry, self.known, trail.to_string());
            } else if entry.value.shape != Shape::Null {
                return Some(entry);
            }
        }
        None
    }
}

impl<'de> MapAccess<'de> for Fields<'de, '_> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.value = self.next_entry();
        let key = self.value.map(|entry| entry.key.as_str()).or_else(|| self.holes.next());
        key.map(|key| seed.deserialize(BorrowedStrDeserializer::new(key))).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        read_value(self.parent, self.value.take(), seed)
    }
}

fn is_known(key: &str, known: &[&str]) -> bool {
    known.contains(&key) || key.contains('/') && known.contains(&ANY_VENDORS_KEY)
}

/// Reads an entry's value, or a stand-in for it.
fn read_value<'de, S: DeserializeSeed<'de>>(
    parent: Reader<'de, '_>,
    entry: Option<&'de Entry>,
    seed: S,
) -> Result<S::Value, Fault> {
    match entry {
        Some(Entry { key, value, .. }) => {
            let trail = Trail::key(parent.trail, key, value);
            Reader { tree: value, trail: &trail, ledger: parent.ledger }.read(seed)
        }
        None => seed.deserialize(StandIn::default()).map_err(Fault::silenced),
    }
}

/// A variant of an enum: a word alone, or the only key of a map.
pub(super) struct Variant<'de, 'r> {
    parent: Reader<'de, 'r>,
    name: &'de str,
    contents: Option<&'de Entry>,
}

impl<'de, 'r> Variant<'de, 'r> {
    pub(super) fn of(
        parent: Reader<'de, 'r>,
        variants: &'static [&'static str],
    ) -> Result<Variant<'de, 'r>, Fault> {
        let known = |name: &str, place: &Place| match variants.contains(&name) {
            true => Ok(()),
            false => Err(Fault::unknown_variant(name, variants).placed_at(place.clone(), parent.trail)),
        };
        match &parent.tree.shape {
            Shape::Scalar { text, .. } => {
                known(text, &parent.tree.place)?;
                Ok(Variant { parent, name: text, contents: None })
            }
            Shape::Map(entries) if entries.len() == 1 => {
                known(&entries[0].key, &entries[0].key_place)?;
                Ok(Variant { parent, name: &entries[0].key, contents: Some(&entries[0]) })
            }
            Shape::Map(entries) => Err(Fault::told(
                format!("expected one of {}, found a map of {} keys", choice(variants), entries.len()),
                "keep one of the keys",
            )),
            other => Err(Fault::expected(&format!("one of {}", choice(variants)), &described(other))),
        }
    }

    fn contents(&self) -> Result<&'de Entry, Fault> {
        self.contents.ok_or_else(|| {
            let name = self.name;
            Fault::told(format!("`{name}` needs a value"), format!("write `{name}: …`"))
        })
    }

    /// Reads what stands after the variant's name.
    fn read_contents<T>(&self, read: impl FnOnce(Reader<'de, '_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let entry = self.contents()?;
        let trail = Trail::key(self.parent.trail, &entry.key, &entry.value);
        let reader = Reader { tree: &entry.value, trail: &trail, ledger: self.parent.ledger };
        read(reader).map_err(|fault| reader.placed(fault))
    }
}

impl<'de> EnumAccess<'de> for Variant<'de, '_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        Ok((seed.deserialize(BorrowedStrDeserializer::new(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.contents.map(|entry| &entry.value.shape) {
            None | Some(Shape::Null) => Ok(()),
            Some(_) => {
                let name = self.name;
                Err(Fault::told(format!("`{name}` takes no value"), format!("write `{name}` alone")))
            }
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        self.read_contents(|reader| reader.read(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.read_contents(|reader| reader.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.read_contents(|reader| reader.deserialize_struct("", fields, visitor))
    }
}
