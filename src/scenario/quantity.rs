//! Kubernetes quantities, read exactly: `512Mi`, `1500m`, `2e9`, `0.1`.
//!
//! What: text -> [`Quantity`], with the rounding, the caps and the printed form
//! of Kubernetes' own parser, digit by digit, never through a float.
//! Never: what the amount is an amount of, or where the text stood.
//! Next: `notation`, where the scenario's fields are made of these.
//!
//! Source: the rules were recorded from Kubernetes v1.32's `resource.Quantity`
//! and are held to its answers by the conformance family `quantity`.

use super::mistake::shortened;
use crate::ground::Amount;
use crate::ground::quantity::{Decimal, binary_normal_form};
use std::fmt;

pub use crate::ground::quantity::{Format, Quantity};

/// Exponents beyond this are refused: nobody means them, and an exact reader
/// would have to write out that many digits.
const EXPONENT_LIMIT: i64 = 1_000;
/// The finest step of a quantity is 10^-9; everything finer is rounded away from zero.
const NANO_DIGITS: i64 = 9;
const NANOS_PER_UNIT: i128 = 1_000_000_000;
/// Quantities with a binary suffix stop here; decimal ones do not.
const BINARY_CAP: i128 = i64::MAX as i128 * NANOS_PER_UNIT;

impl Quantity {
    /// Reads a quantity as Kubernetes does.
    ///
    /// # Errors
    /// Where Kubernetes refuses the text, and for exponents beyond ±1000.
    pub fn parse(text: &str) -> Result<Quantity, QuantityMistake> {
        let number = Number::parse(text)?;
        match number.suffix {
            Suffix::Binary { power } => number.binary(text, power),
            Suffix::Decimal { exponent, format } => number.decimal(text, exponent, format),
        }
    }
}

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuantityMistake {
    Empty,
    WhiteSpace,
    NotANumber { text: String },
    NoDigits { suffix: String },
    UnknownSuffix { number: String, suffix: String },
    ExponentAndSuffix { number: String, exponent: String, suffix: String },
    ExponentWithoutDigits { number: String },
    ExponentTooLarge { exponent: String },
}

impl fmt::Display for QuantityMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QuantityMistake::Empty => f.write_str("a quantity is missing: the text is empty"),
            QuantityMistake::WhiteSpace => f.write_str("white space in a quantity"),
            QuantityMistake::NotANumber { text } => write!(f, "`{text}` is not a quantity"),
            QuantityMistake::NoDigits { suffix } => write!(f, "no digits before `{suffix}`"),
            QuantityMistake::UnknownSuffix { suffix, .. } => match likely_suffixes(suffix).as_slice() {
                [] => write!(f, "unknown suffix `{suffix}`"),
                [only] => write!(f, "unknown suffix `{suffix}` (did you mean `{only}`?)"),
                [one, other, ..] => {
                    write!(f, "unknown suffix `{suffix}` (did you mean `{one}` or `{other}`?)")
                }
            },
            QuantityMistake::ExponentAndSuffix { exponent, suffix, .. } => {
                write!(f, "exponent `{exponent}` and suffix `{suffix}` together")
            }
            QuantityMistake::ExponentWithoutDigits { .. } => f.write_str("an exponent without digits"),
            QuantityMistake::ExponentTooLarge { exponent } => {
                write!(f, "exponent `{}` is beyond {EXPONENT_LIMIT}", shortened(exponent))
            }
        }
    }
}

impl QuantityMistake {
    /// How to mend it.
    pub fn fix(&self) -> String {
        match self {
            QuantityMistake::Empty
            | QuantityMistake::NotANumber { .. }
            | QuantityMistake::NoDigits { .. } => {
                "write a number and a suffix, such as 512Mi, 1.5Gi or 250m".to_string()
            }
            QuantityMistake::WhiteSpace => {
                "write the number and its suffix without a space: 512Mi".to_string()
            }
            QuantityMistake::UnknownSuffix { number, suffix } => match likely_suffixes(suffix).first() {
                Some(likely) => format!("write {number}{likely}"),
                None => "use one of n u m k M G T P E or Ki Mi Gi Ti Pi Ei, or no suffix".to_string(),
            },
            QuantityMistake::ExponentAndSuffix { number, exponent, suffix } => {
                format!("write {number}{exponent} or {number}{suffix}, not both")
            }
            QuantityMistake::ExponentWithoutDigits { number } => {
                format!("write the exponent, as in {number}e3, or {number}E for 10^18")
            }
            QuantityMistake::ExponentTooLarge { .. } => "write a smaller exponent".to_string(),
        }
    }
}

impl std::error::Error for QuantityMistake {}

/// What people mean by a suffix that does not exist, likeliest first.
fn likely_suffixes(suffix: &str) -> Vec<&'static str> {
    let lower = suffix.to_ascii_lowercase();
    let letters = lower.strip_suffix("bytes").or_else(|| lower.strip_suffix('b')).unwrap_or(&lower);
    match letters {
        "k" => vec!["k", "Ki"],
        "m" => vec!["M", "Mi"],
        "g" => vec!["G", "Gi"],
        "t" => vec!["T", "Ti"],
        "p" => vec!["P", "Pi"],
        "µ" | "μ" => vec!["u"],
        "ki" => vec!["Ki"],
        "mi" => vec!["Mi"],
        "gi" => vec!["Gi"],
        "ti" => vec!["Ti"],
        "pi" => vec!["Pi"],
        "ei" => vec!["Ei"],
        _ => Vec::new(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suffix {
    Decimal {
        exponent: i64,
        format: Format,
    },
    /// `Ki` is power 1, `Ei` is power 6.
    Binary {
        power: u32,
    },
}

/// The parts of a quantity's text: `-012.50Mi`.
struct Number<'a> {
    negative: bool,
    /// Without leading zeros; empty for zero.
    whole: &'a str,
    /// As written, trailing zeros included.
    fraction: &'a str,
    suffix: Suffix,
    has_digits: bool,
}

impl<'a> Number<'a> {
    fn parse(text: &'a str) -> Result<Number<'a>, QuantityMistake> {
        if text.is_empty() {
            return Err(QuantityMistake::Empty);
        }
        if text.contains(char::is_whitespace) {
            return Err(QuantityMistake::WhiteSpace);
        }
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, rest) = leading_digits(unsigned);
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(after_point) => leading_digits(after_point),
            None => ("", rest),
        };
        let number = &text[..text.len() - suffix.len()];
        Ok(Number {
            negative: text.starts_with('-'),
            whole: whole.trim_start_matches('0'),
            fraction,
            suffix: read_suffix(text, number, suffix)?,
            has_digits: !whole.is_empty() || !fraction.is_empty(),
        })
    }

    fn decimal(self, text: &str, exponent: i64, format: Format) -> Result<Quantity, QuantityMistake> {
        // Without any digit Kubernetes reads zero, but only where its short path takes the text.
        if !self.has_digits && exponent < -NANO_DIGITS {
            return Err(self.no_digits(text));
        }
        let decimal = Decimal::new(self.whole, self.fraction, exponent).rounded_up_to_nanos();
        let nanos = decimal.nanos();
        let canonical = if self.is_kept_decimal(exponent) {
            text.to_string()
        } else {
            self.signed(decimal.normal_form(format))
        };
        Ok(Quantity::printed_as(Amount(if self.negative { -nanos } else { nanos }), format, canonical))
    }

    fn binary(self, text: &str, power: u32) -> Result<Quantity, QuantityMistake> {
        if !self.has_digits && !self.is_short_binary(power) {
            return Err(self.no_digits(text));
        }
        let nanos = self.binary_nanos(power).min(BINARY_CAP);
        let canonical = if self.is_kept_binary(power) {
            text.to_string()
        } else {
            self.signed(binary_normal_form(nanos))
        };
        // Kubernetes shows parts of a byte in decimal.
        let is_part_of_one = 0 < nanos && nanos < NANOS_PER_UNIT;
        let format = if is_part_of_one { Format::DecimalSI } else { Format::BinarySI };
        Ok(Quantity::printed_as(Amount(if self.negative { -nanos } else { nanos }), format, canonical))
    }

    fn no_digits(&self, text: &str) -> QuantityMistake {
        QuantityMistake::NoDigits { suffix: text.trim_start_matches(['+', '-', '.']).to_string() }
    }

    fn signed(&self, magnitude: String) -> String {
        if self.negative && magnitude != "0" { format!("-{magnitude}") } else { magnitude }
    }

    /// Whether the text survives parsing unchanged (leading zeros, `+` and all).
    fn is_kept_decimal(&self, exponent: i64) -> bool {
        let digits = self.whole.len() + self.fraction.len();
        let ends_in_000 = self.digits_end_in_000();
        let scale = exponent - self.fraction.len() as i64;
        !self.whole.is_empty() && digits <= 18 && !ends_in_000 && scale % 3 == 0 && scale >= -NANO_DIGITS
    }

    fn digits_end_in_000(&self) -> bool {
        let backwards = self.fraction.bytes().rev().chain(self.whole.bytes().rev());
        backwards.take_while(|digit| *digit == b'0').count() >= 3
    }

    /// The same, for a binary suffix.
    fn is_kept_binary(&self, power: u32) -> bool {
        if self.whole.is_empty() || !self.fraction.is_empty() || !self.is_short_binary(power) {
            return false;
        }
        self.whole.parse::<u64>().is_ok_and(|number| !number.is_multiple_of(8))
    }

    fn is_short_binary(&self, power: u32) -> bool {
        self.whole.len().max(1) + 3 * power as usize <= 14
    }

    /// The magnitude times 1024^power, in nanos, rounded up; held at the cap's double.
    fn binary_nanos(&self, power: u32) -> i128 {
        let unit = 1i128 << (10 * power);
        let Ok(whole) = self.whole_or_zero().parse::<i64>() else { return 2 * BINARY_CAP };
        let Some(bytes) = i128::from(whole).checked_mul(unit).filter(|bytes| *bytes <= i128::from(i64::MAX))
        else {
            return 2 * BINARY_CAP;
        };
        bytes * NANOS_PER_UNIT + fraction_times(self.fraction, unit * NANOS_PER_UNIT)
    }

    fn whole_or_zero(&self) -> &str {
        if self.whole.is_empty() { "0" } else { self.whole }
    }
}

/// `0.fraction` times `factor`, rounded up, by long multiplication from the last digit on.
///
/// `factor` is below 2^90, so a carry is, too, and nine of it and one more fit.
fn fraction_times(fraction: &str, factor: i128) -> i128 {
    let mut carry = 0i128;
    let mut leaves_rest = false;
    for digit in fraction.bytes().rev() {
        let product = i128::from(digit - b'0') * factor + carry;
        leaves_rest |= product % 10 != 0;
        carry = product / 10;
    }
    carry + i128::from(leaves_rest)
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn read_suffix(text: &str, number: &str, suffix: &str) -> Result<Suffix, QuantityMistake> {
    let decimal = |exponent| Ok(Suffix::Decimal { exponent, format: Format::DecimalSI });
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => Ok(Suffix::Binary { power: 1 }),
        "Mi" => Ok(Suffix::Binary { power: 2 }),
        "Gi" => Ok(Suffix::Binary { power: 3 }),
        "Ti" => Ok(Suffix::Binary { power: 4 }),
        "Pi" => Ok(Suffix::Binary { power: 5 }),
        "Ei" => Ok(Suffix::Binary { power: 6 }),
        _ => read_exponent(text, number, suffix),
    }
}

/// Reads `e3`, `E-06`; every other text is a mistake, and this says which.
fn read_exponent(text: &str, number: &str, suffix: &str) -> Result<Suffix, QuantityMistake> {
    let is_word = suffix.chars().all(char::is_alphabetic);
    let Some(after_e) = suffix.strip_prefix(['e', 'E']) else {
        let has_number = number.bytes().any(|byte| byte.is_ascii_digit());
        return Err(match is_word && has_number {
            true => QuantityMistake::UnknownSuffix { number: number.into(), suffix: shortened(suffix) },
            false => QuantityMistake::NotANumber { text: shortened(text) },
        });
    };
    let unsigned = after_e.strip_prefix(['+', '-']).unwrap_or(after_e);
    let (digits, rest) = leading_digits(unsigned);
    if digits.is_empty() {
        return Err(match rest.is_empty() {
            true => QuantityMistake::ExponentWithoutDigits { number: number.into() },
            false if is_word => {
                QuantityMistake::UnknownSuffix { number: number.into(), suffix: shortened(suffix) }
            }
            false => QuantityMistake::NotANumber { text: shortened(text) },
        });
    }
    if !rest.is_empty() {
        return Err(match rest.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            true => QuantityMistake::ExponentAndSuffix {
                number: number.into(),
                exponent: shortened(&suffix[..suffix.len() - rest.len()]),
                suffix: shortened(rest),
            },
            false => QuantityMistake::NotANumber { text: shortened(text) },
        });
    }
    match digits.parse::<i64>() {
        Ok(exponent) if exponent <= EXPONENT_LIMIT => Ok(Suffix::Decimal {
            exponent: if after_e.starts_with('-') { -exponent } else { exponent },
            format: Format::DecimalExponent,
        }),
        _ => Err(QuantityMistake::ExponentTooLarge { exponent: after_e.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"))
    }

    #[test]
    fn a_quantity_is_exact_and_rounds_away_from_zero() {
        // text                     value                 milli value
        #[rustfmt::skip]
        let table = [
            ("512Mi",               536_870_912,          536_870_912_000),
            ("0.1",                 1,                    100),
            ("1n",                  1,                    1),
            ("1e-100",              1,                    1),
            ("1500u",               1,                    2),
            ("-1500m",              -2,                   -1500),
            ("9223372036854775807", i64::MAX,             i64::MAX),
            ("9.3Ei",               i64::MAX,             i64::MAX),
            ("1e3",                 1000,                 1_000_000),
            ("1E",                  1_000_000_000_000_000_000, i64::MAX),
            (".",                   0,                    0),
            ("Mi",                  0,                    0),
        ];
        for (text, value, milli_value) in table {
            assert_eq!(quantity(text).value(), value, "{text}");
            assert_eq!(quantity(text).milli_value(), milli_value, "{text}");
        }
        assert_eq!(quantity("1500u").amount(), Amount(1_500_000));
        assert_eq!(quantity("1e1000").amount(), Amount(i128::MAX));
    }

    #[test]
    fn a_quantity_prints_as_kubernetes_prints_it() {
        // From the rule of the normal form: integer mantissa, largest suffix; short texts are kept.
        let table =
            [("1.5", "1500m"), ("9E+5", "900e3"), ("1e19", "10e18"), ("007", "007"), ("1024Ki", "1Mi")];
        for (text, canonical) in table {
            assert_eq!(quantity(text).canonical(), canonical);
        }
    }

    #[test]
    fn a_mistake_says_why_and_how_to_mend_it() {
        let table = [
            (
                "",
                "a quantity is missing: the text is empty",
                "write a number and a suffix, such as 512Mi, 1.5Gi or 250m",
            ),
            ("128MB", "unknown suffix `MB` (did you mean `M` or `Mi`?)", "write 128M"),
            ("128mi", "unknown suffix `mi` (did you mean `Mi`?)", "write 128Mi"),
            ("1K", "unknown suffix `K` (did you mean `k` or `Ki`?)", "write 1k"),
            ("5µ", "unknown suffix `µ` (did you mean `u`?)", "write 5u"),
            ("5x", "unknown suffix `x`", "use one of n u m k M G T P E or Ki Mi Gi Ti Pi Ei, or no suffix"),
            ("1e3Mi", "exponent `e3` and suffix `Mi` together", "write 1e3 or 1Mi, not both"),
            ("1e", "an exponent without digits", "write the exponent, as in 1e3, or 1E for 10^18"),
            ("1e2147483648", "exponent `2147483648` is beyond 1000", "write a smaller exponent"),
            ("1 Gi", "white space in a quantity", "write the number and its suffix without a space: 512Mi"),
            (".Ei", "no digits before `Ei`", "write a number and a suffix, such as 512Mi, 1.5Gi or 250m"),
            ("lots", "`lots` is not a quantity", "write a number and a suffix, such as 512Mi, 1.5Gi or 250m"),
        ];
        for (text, what, fix) in table {
            let mistake = Quantity::parse(text).expect_err(text);
            assert_eq!((mistake.to_string().as_str(), mistake.fix().as_str()), (what, fix), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[-+]?[0-9.]{0,40}[a-zA-Zµ0-9+-]{0,6}|.{0,20}") {
            let _ = Quantity::parse(&text);
        }

        #[test]
        fn the_printed_form_reads_as_the_same_amount(text in "[-+]?[0-9]{0,12}\\.?[0-9]{0,12}(n|u|m|k|M|Ki|Mi|Gi|e-3|E5)?") {
            if let Ok(quantity) = Quantity::parse(&text) {
                let again = Quantity::parse(quantity.canonical()).expect("what we print we can read");
                prop_assert_eq!(again.amount(), quantity.amount());
                prop_assert_eq!(again.canonical(), quantity.canonical());
            }
        }
    }
}
