//! Maps of one key that say what they are: `{uniform: {...}}`, `{poisson: {...}}`.
//!
//! What: reading such a map into an enum whose variants may come from several
//! families (a usage may be a distribution), with the place of every mistake kept.
//! Never: what the variants are.

use serde::de::{Error, MapAccess};

/// An enum that can be read once its tag is known.
pub trait FromTag<'de>: Sized {
    /// All tags, in the order in which they are told.
    const TAGS: &'static [&'static str];

    /// Reads the value of `tag` from the map, or nothing if the tag is not of this family.
    ///
    /// # Errors
    /// What the value's own reading says.
    fn from_tag<A: MapAccess<'de>>(tag: &str, map: &mut A) -> Result<Option<Self>, A::Error>;
}

/// Reads a map that must have exactly one key, a tag of `T`.
pub fn one_key<'de, T: FromTag<'de>, A: MapAccess<'de>>(mut map: A) -> Result<T, A::Error> {
    let Some(tag) = map.next_key::<String>()? else {
        return Err(A::Error::custom(format!("the map is empty, where one of {} is expected", T::TAGS.join(", "))));
    };
    let Some(value) = T::from_tag(&tag, &mut map)? else {
        return Err(A::Error::unknown_variant(&tag, T::TAGS));
    };
    match map.next_key::<String>()? {
        None => Ok(value),
        Some(second) => {
            Err(A::Error::custom(format!("`{tag}` and `{second}` together, where one of them is expected")))
        }
    }
}
