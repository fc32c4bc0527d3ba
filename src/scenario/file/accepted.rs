//! Keys that Kubernetes knows and that are not simulated: accepted, noticed, and told.
//!
//! What: [`NotSimulated`], a value of any shape that is only noticed, and the
//! macro that makes a struct of such keys beside the simulated ones.
//! Never: what the keys mean. Next: `scenario/check.rs`, which makes one
//! sentence of each kind of key.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

/// A key that Kubernetes knows and that is not simulated; its value may be anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotSimulated {
    /// Whether the key was there.
    pub is_written: bool,
}

impl<'de> Deserialize<'de> for NotSimulated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NotSimulated, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| NotSimulated { is_written: true })
    }
}

impl JsonSchema for NotSimulated {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NotSimulated".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "Known to Kubernetes, accepted, and not simulated." })
    }
}

/// A struct of a Kubernetes object: the keys that are simulated, and after
/// `not simulated` those that are only accepted. All of them are optional.
macro_rules! kubernetes_keys {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$key_about:meta])* pub $key:ident: $value:ty,)*
            not simulated { $($accepted:ident = $spelling:literal,)* }
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$key_about])* pub $key: $value,)*
            $(#[serde(rename = $spelling)] pub $accepted: $crate::scenario::file::accepted::NotSimulated,)*
        }

        impl $name {
            /// The keys that were written and are not simulated, as they are spelled.
            pub fn not_simulated(&self) -> Vec<&'static str> {
                let keys = [$(($spelling, self.$accepted.is_written)),*];
                keys.into_iter().filter(|(_, is_written)| *is_written).map(|(key, _)| key).collect()
            }
        }
    };
}
pub(crate) use kubernetes_keys;
