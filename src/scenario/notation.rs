//! Fields written in a notation: amounts of bytes and CPU, quantities, lengths of time.
//!
//! What: small types that a scenario's structs use for their fields; each is
//! read from a text or a plain number, says what is wrong and how to mend it,
//! and describes itself in the JSON schema.
//! Never: a bound that depends on another field; the scenario's check has those.
//! Next: [`super::quantity`] and [`super::duration`], the notations themselves.

use super::decode::Refusal;
use super::duration;
use super::quantity::Quantity;
use crate::ground::{Bytes, MilliCpu, SimDuration};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Any quantity, kept exactly: `512Mi`, `1500m`, `2e9`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityText(pub Quantity);

/// An amount of bytes, zero or more, rounded up to whole ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteText(pub Bytes);

/// An amount of CPU, zero or more, rounded up to thousandths of a core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CpuText(pub MilliCpu);

/// A length of time: `1m30s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DurationText(pub SimDuration);

/// What the four have in common.
trait Notation: Sized {
    const NAME: &'static str;
    const DESCRIPTION: &'static str;
    const PATTERN: &'static str;
    /// What the schema says of numbers without quotes and unit.
    const NUMBERS: &'static [(&'static str, u64)];

    fn read(text: &str) -> Result<Self, Refusal>;
}

const QUANTITY_PATTERN: &str = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$";
const AMOUNT_PATTERN: &str = r"^\+?([0-9]+\.?[0-9]*|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$";

impl Notation for QuantityText {
    const NAME: &'static str = "Quantity";
    const DESCRIPTION: &'static str = "A Kubernetes quantity, such as 512Mi, 1.5Gi, 250m or 2e9.";
    const PATTERN: &'static str = QUANTITY_PATTERN;
    const NUMBERS: &'static [(&'static str, u64)] = &[];

    fn read(text: &str) -> Result<QuantityText, Refusal> {
        let quantity = Quantity::parse(text);
        quantity.map(QuantityText).map_err(|mistake| Refusal::new(mistake.to_string(), mistake.fix()))
    }
}

impl Notation for ByteText {
    const NAME: &'static str = "ByteQuantity";
    const DESCRIPTION: &'static str = "An amount of bytes as a Kubernetes quantity, such as 512Mi or 1.5Gi.";
    const PATTERN: &'static str = AMOUNT_PATTERN;
    const NUMBERS: &'static [(&'static str, u64)] = &[("minimum", 0)];

    fn read(text: &str) -> Result<ByteText, Refusal> {
        let quantity = QuantityText::read(text)?.0;
        let whole = amount_below_the_cap(&quantity, quantity.value())?;
        Ok(ByteText(Bytes(whole)))
    }
}

impl Notation for CpuText {
    const NAME: &'static str = "CpuQuantity";
    const DESCRIPTION: &'static str = "An amount of CPU as a Kubernetes quantity, in cores: 250m, 0.5 or 2.";
    const PATTERN: &'static str = AMOUNT_PATTERN;
    const NUMBERS: &'static [(&'static str, u64)] = &[("minimum", 0)];

    fn read(text: &str) -> Result<CpuText, Refusal> {
        let quantity = QuantityText::read(text)?.0;
        let thousandths = amount_below_the_cap(&quantity, quantity.milli_value())?;
        Ok(CpuText(MilliCpu(thousandths)))
    }
}

impl Notation for DurationText {
    const NAME: &'static str = "Duration";
    const DESCRIPTION: &'static str =
        "A length of time with units ns, us, ms, s, m, h or d: 90s, 1m30s, 1.5h.";
    const PATTERN: &'static str = r"^\+?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h|d))+)$";
    const NUMBERS: &'static [(&'static str, u64)] = &[("minimum", 0), ("maximum", 0)];

    fn read(text: &str) -> Result<DurationText, Refusal> {
        let length = duration::parse(text);
        length.map(DurationText).map_err(|mistake| Refusal::new(mistake.to_string(), mistake.fix()))
    }
}

fn amount_below_the_cap(quantity: &Quantity, steps: i64) -> Result<u64, Refusal> {
    if steps == i64::MAX {
        return Err(Refusal::new(format!("`{quantity}` is too large"), "write a smaller amount"));
    }
    u64::try_from(steps)
        .map_err(|_| Refusal::new(format!("`{quantity}` is negative"), "write an amount of zero or more"))
}

/// Reads a notation from whatever a deserializer gives: our own gives the text as written.
struct NotationVisitor<N>(PhantomData<N>);

impl<N: Notation> Visitor<'_> for NotationVisitor<N> {
    type Value = N;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(N::DESCRIPTION)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<N, E> {
        N::read(text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<N, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<N, E> {
        self.visit_str(&number.to_string())
    }
}

fn schema_of<N: Notation>() -> Schema {
    let mut schema =
        json_schema!({ "description": N::DESCRIPTION, "type": ["string", "number"], "pattern": N::PATTERN });
    for (keyword, bound) in N::NUMBERS {
        schema.insert((*keyword).to_string(), (*bound).into());
    }
    schema
}

/// Serde and schemars ask for their traits type by type.
macro_rules! notations {
    ($($name:ident)*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                deserializer.deserialize_str(NotationVisitor(PhantomData))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                <$name as Notation>::NAME.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                schema_of::<$name>()
            }
        }

        impl std::str::FromStr for $name {
            type Err = Refusal;

            fn from_str(text: &str) -> Result<$name, Refusal> {
                <$name as Notation>::read(text)
            }
        }
    )*};
}

notations! { QuantityText ByteText CpuText DurationText }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::decode::decode;
    use crate::scenario::document;
    use crate::scenario::mistake::Mistake;

    #[derive(Debug, PartialEq, serde::Deserialize, JsonSchema)]
    struct Limits {
        memory: ByteText,
        cpu: CpuText,
        grace: DurationText,
        exact: QuantityText,
    }

    fn limits(text: &str) -> Result<Limits, Vec<Mistake>> {
        let tree = document::read("a.yaml", text.as_bytes())?;
        let mut mistakes = Vec::new();
        decode(&tree, &mut mistakes).ok_or(mistakes)
    }

    #[test]
    fn fields_are_read_in_their_notation_and_numbers_by_their_text() {
        let limits = limits("{memory: 2e9, cpu: 0.10, grace: 1m30s, exact: '1500u'}").expect("all is well");
        assert_eq!(limits.memory, ByteText(Bytes(2_000_000_000)));
        assert_eq!(limits.cpu, CpuText(MilliCpu(100)));
        assert_eq!(limits.grace, DurationText(SimDuration::seconds(90)));
        assert_eq!(limits.exact.0.canonical(), "1500u");
    }

    #[test]
    fn every_field_says_what_is_wrong_and_how_to_mend_it() {
        let mistakes =
            limits("{memory: 128MB, cpu: -1, grace: 90, exact: 1e3Mi}").expect_err("four mistakes");
        let told: Vec<(&str, &str)> =
            mistakes.iter().map(|mistake| (mistake.what.as_str(), mistake.fix.as_str())).collect();
        assert_eq!(
            told,
            [
                ("unknown suffix `MB` (did you mean `M` or `Mi`?)", "write 128M"),
                ("`-1` is negative", "write an amount of zero or more"),
                ("`90` has no unit", "write 90s if you mean seconds"),
                ("exponent `e3` and suffix `Mi` together", "write 1e3 or 1Mi, not both"),
            ]
        );
    }

    #[test]
    fn an_amount_beyond_what_can_be_counted_is_refused() {
        assert_eq!(
            "16Ei".parse::<ByteText>().expect_err("too large").what,
            "`9223372036854775807` is too large"
        );
        assert_eq!("1e18".parse::<CpuText>().expect_err("too large").what, "`1e18` is too large");
        assert_eq!("7Ei".parse(), Ok(ByteText(Bytes(7 << 60))));
    }

    #[test]
    fn the_schema_says_what_may_be_written() {
        let schema = serde_json::to_value(schemars::schema_for!(Limits)).expect("a schema is JSON");
        let quantity = &schema["$defs"]["ByteQuantity"];
        assert_eq!(quantity["type"], serde_json::json!(["string", "number"]));
        assert_eq!(quantity["pattern"], AMOUNT_PATTERN);
        assert_eq!(quantity["minimum"], 0);
        // Of numbers only 0 is a length of time.
        assert_eq!(schema["$defs"]["Duration"]["maximum"], 0);
    }
}
