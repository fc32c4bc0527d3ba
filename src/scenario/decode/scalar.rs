//! A scalar's text as a number or a boolean, strictly.
//!
//! What: decimal whole numbers, decimal fractions, `true` and `false`.
//! Never: YAML's other spellings (`yes`, `0x1f`, `1_000`, `.inf`): what two
//! readers may understand differently is refused.

use super::fault::{Fault, quoted};
use crate::scenario::mistake::shortened;
use std::fmt::Display;

#[derive(Clone, Copy)]
pub(super) struct Scalar<'de> {
    pub text: &'de str,
    /// Without quotes.
    pub plain: bool,
}

impl Scalar<'_> {
    pub(super) fn whole<N: std::str::FromStr + Display>(self, least: N, most: N) -> Result<N, Fault> {
        let digits = self.text.strip_prefix(['+', '-']).unwrap_or(self.text);
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_whole {
            let refused = Fault::expected("a whole number", &quoted(self.text));
            return Err(refused.mended("write it in digits alone"));
        }
        if digits.len() > 1 && digits.starts_with('0') {
            let what = format!("expected a whole number, found {} with leading zeros", quoted(self.text));
            return Err(Fault::told(what, "remove the leading zeros"));
        }
        self.refuse_quotes("a whole number")?;
        self.text.parse().map_err(|_| {
            let expected = format!("a whole number from {least} to {most}");
            Fault::expected(&expected, &shortened(self.text))
        })
    }

    pub(super) fn number(self) -> Result<f64, Fault> {
        let Some(number) = number(self.text) else {
            let fault = Fault::expected("a number", &quoted(self.text));
            return Err(fault.mended("write a plain decimal number, such as 0.5"));
        };
        self.refuse_quotes("a number")?;
        Ok(number)
    }

    pub(super) fn boolean(self) -> Result<bool, Fault> {
        match self.text {
            "true" | "false" => {
                self.refuse_quotes("true or false")?;
                Ok(self.text == "true")
            }
            other => {
                let refused = Fault::expected("true or false", &quoted(other));
                Err(match other.to_ascii_lowercase().as_str() {
                    "yes" | "on" | "true" | "y" => refused.mended("write true"),
                    "no" | "off" | "false" | "n" => refused.mended("write false"),
                    _ => refused,
                })
            }
        }
    }

    fn refuse_quotes(self, expected: &str) -> Result<(), Fault> {
        if self.plain {
            return Ok(());
        }
        let what = format!("expected {expected}, found the text {}", quoted(self.text));
        Err(Fault::told(what, "remove the quotes"))
    }
}

/// A decimal number that is not too large; what Rust reads beyond that (`inf`, `nan`) is none.
fn number(text: &str) -> Option<f64> {
    let is_decimal = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E'));
    if is_decimal { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}
