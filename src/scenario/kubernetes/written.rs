//! An amount as it was written: its digits, never a float's.
//!
//! Never: whether the text is a quantity at all: that is
//! [`Quantity::parse`](crate::scenario::quantity::Quantity::parse), which
//! [`super::reading`] asks, so that all mistakes of an object are told at once.

use serde::de::{self, Deserialize, Deserializer, Visitor};
use std::fmt;

/// The text of a quantity, from a string or from a bare number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuantityText(pub String);

/// Any decimal of so many significant digits comes back out of an `f64` as it went in.
const EXACT_FLOAT_DIGITS: usize = 15;

impl<'de> Deserialize<'de> for QuantityText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<QuantityText, D::Error> {
        deserializer.deserialize_any(QuantityVisitor)
    }
}

struct QuantityVisitor;

impl Visitor<'_> for QuantityVisitor {
    type Value = QuantityText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quantity, such as 512Mi, \"250m\" or 1073741824")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<QuantityText, E> {
        Ok(QuantityText(text.to_owned()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<QuantityText, E> {
        Ok(QuantityText(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<QuantityText, E> {
        Ok(QuantityText(number.to_string()))
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<QuantityText, E> {
        Ok(QuantityText(number.to_string()))
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<QuantityText, E> {
        Ok(QuantityText(number.to_string()))
    }

    /// A number with a point or an exponent has already been through a float.
    /// Its shortest form is what was written, unless more digits were written
    /// than a float keeps; then nobody can say any more what they were.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<QuantityText, E> {
        let text = format!("{number:e}");
        let mantissa = text.split('e').next().unwrap_or_default();
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
        if number.is_finite() && digits <= EXACT_FLOAT_DIGITS {
            Ok(QuantityText(text))
        } else {
            Err(E::custom(format!(
                "the number {text} has too many digits to be read exactly: put it in quotes"
            )))
        }
    }

    /// As the API server reads `null` in the place of an amount.
    fn visit_unit<E: de::Error>(self) -> Result<QuantityText, E> {
        Ok(QuantityText("0".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Amount;
    use crate::scenario::quantity::Quantity;

    fn amount(text: &QuantityText) -> Amount {
        Quantity::parse(&text.0).expect("a quantity").amount()
    }

    #[test]
    fn a_bare_number_is_as_exact_as_a_text() {
        #[rustfmt::skip]
        let table = [
            // written                  in billionths
            ("\"0.1\"",                 100_000_000),
            ("0.1",                     100_000_000),
            ("\"1e3\"",                 1_000_000_000_000),
            ("1e3",                     1_000_000_000_000),
            ("2e9",                     2_000_000_000_000_000_000),
            ("9007199254740993",        9_007_199_254_740_993_000_000_000), // 2^53 + 1: no float
            ("18446744073709551615",    18_446_744_073_709_551_615_000_000_000),
            ("null",                    0),
        ];
        for (written, nanos) in table {
            let json: QuantityText = serde_json::from_str(written).expect(written);
            let yaml: QuantityText = serde_saphyr::from_str(written).expect(written);
            assert_eq!((amount(&json), amount(&yaml)), (Amount(nanos), Amount(nanos)), "{written}");
        }
        let plain: QuantityText = serde_saphyr::from_str("512Mi").expect("a plain scalar");
        assert_eq!(amount(&plain), Amount::whole(512 << 20));
    }

    #[test]
    fn a_number_that_a_float_has_changed_is_refused() {
        for written in ["0.12345678901234567", "12345678901234567890123.0"] {
            let mistake = serde_json::from_str::<QuantityText>(written).expect_err(written);
            assert!(mistake.to_string().contains("put it in quotes"), "{mistake}");
        }
    }
}
