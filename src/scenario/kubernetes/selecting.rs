//! `spec.selector`, which every kind spells in its own way.
//!
//! What: a Service's labels stand there plainly, all others' under `matchLabels` and
//! `matchExpressions`. Never: which of the two a kind means; who wants one knows.

use crate::scenario::placement::written::LabelSelector;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// A selector of any kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selecting {
    /// What stands there plainly.
    pub labels: BTreeMap<String, String>,
    pub selector: LabelSelector,
}

impl<'de> Deserialize<'de> for Selecting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Selecting, D::Error> {
        deserializer.deserialize_map(SelectingVisitor)
    }
}

struct SelectingVisitor;

impl<'de> Visitor<'de> for SelectingVisitor {
    type Value = Selecting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a selector by labels")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Selecting, A::Error> {
        let mut selecting = Selecting::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "matchLabels" => selecting.selector.match_labels = value(&mut map)?,
                "matchExpressions" => selecting.selector.match_expressions = value(&mut map)?,
                _ => {
                    selecting.labels.insert(key, value(&mut map)?);
                }
            }
        }
        Ok(selecting)
    }
}

/// Null is nothing, as everywhere in Kubernetes.
fn value<'de, A: MapAccess<'de>, T: Default + Deserialize<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value::<Option<T>>().map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_read_in_both_spellings() {
        let read = |yaml| serde_saphyr::from_str::<Selecting>(yaml).expect("a selector");
        let web = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
        assert_eq!(read("{app: web}"), Selecting { labels: web.clone(), ..Selecting::default() });
        assert_eq!(read("{matchLabels: {app: web}, matchExpressions: null}").selector.match_labels, web);
        assert_eq!(read("{}"), Selecting::default());
    }
}
