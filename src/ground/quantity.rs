//! Exact amounts that remember how Kubernetes prints them.
//!
//! What: [`Quantity`], its printed form, and how the forms of two combine when
//! they are added.
//! Never: how a text is read; that is floor 4's.
//! Next: [`super::units`], amounts without a form.
//!
//! Source: kubernetes apimachinery `resource.Quantity` (1.32), held to its answers by the
//! conformance families `quantity` and `manager`.

use super::units::{Amount, Bytes};
use std::fmt;

/// The finest step of a quantity is 10^-9; everything finer is rounded away from zero.
const NANO_DIGITS: i64 = 9;
const NANOS_PER_UNIT: i128 = 1_000_000_000;
const NANOS_PER_MILLI: i128 = 1_000_000;

/// The family of suffixes that a quantity is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `n u m k M G T P E`, or no suffix.
    DecimalSI,
    /// `Ki Mi Gi Ti Pi Ei`.
    BinarySI,
    /// `e3`, `E-6`.
    DecimalExponent,
}

/// An exact amount, with the way in which Kubernetes prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    amount: Amount,
    format: Format,
    canonical: String,
}

impl Quantity {
    /// An amount that was computed, not read: it prints in the normal form of its family.
    pub fn new(amount: Amount, format: Format) -> Quantity {
        let magnitude = match format {
            Format::BinarySI => binary_normal_form(amount.0.saturating_abs()),
            Format::DecimalSI | Format::DecimalExponent => {
                Decimal::from_nanos(amount.0.saturating_abs()).normal_form(format)
            }
        };
        let sign = if amount < Amount::ZERO { "-" } else { "" };
        Quantity::printed_as(amount, format, format!("{sign}{magnitude}"))
    }

    /// An amount that was read, and prints as `canonical`.
    pub(crate) fn printed_as(amount: Amount, format: Format, canonical: String) -> Quantity {
        Quantity { amount, format, canonical }
    }

    /// Both together. A sum has a text of its own, in the family of the first amount that is not zero.
    #[must_use]
    pub fn plus(&self, other: &Quantity) -> Quantity {
        let family = if self.amount == Amount::ZERO { other.format } else { self.format };
        Quantity::new(self.amount + other.amount, family)
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        self.amount.0.signum() as i32
    }

    /// In whole units, rounded away from zero; held at the ends of `i64`.
    pub fn value(&self) -> i64 {
        self.in_steps_of(NANOS_PER_UNIT)
    }

    /// In thousandths, rounded away from zero; held at the ends of `i64`.
    pub fn milli_value(&self) -> i64 {
        self.in_steps_of(NANOS_PER_MILLI)
    }

    /// As Kubernetes prints it.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Exactly, in billionths of a unit; held at the ends of `i128`.
    pub fn amount(&self) -> Amount {
        self.amount
    }

    fn in_steps_of(&self, nanos: i128) -> i64 {
        let towards_zero = self.amount.0 / nanos;
        let rest = self.amount.0 % nanos;
        let steps = if rest == 0 { towards_zero } else { towards_zero + self.amount.0.signum() };
        i64::try_from(steps).unwrap_or(if steps < 0 { i64::MIN } else { i64::MAX })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.canonical)
    }
}

/// A magnitude: digits without leading or trailing zeros, times ten to the exponent.
pub(crate) struct Decimal {
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    pub(crate) fn new(whole: &str, fraction: &str, exponent: i64) -> Decimal {
        let digits = whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0').collect();
        Decimal { digits, exponent: exponent - fraction.len() as i64 }.trimmed()
    }

    fn from_nanos(nanos: i128) -> Decimal {
        Decimal { digits: nanos.to_string().into_bytes(), exponent: -NANO_DIGITS }.trimmed()
    }

    fn trimmed(mut self) -> Decimal {
        let zeros = self.digits.iter().rev().take_while(|digit| **digit == b'0').count();
        self.digits.truncate(self.digits.len() - zeros);
        self.exponent += zeros as i64;
        self
    }

    /// Anything finer than a billionth becomes a whole billionth more.
    pub(crate) fn rounded_up_to_nanos(mut self) -> Decimal {
        let surplus = -NANO_DIGITS - self.exponent;
        if surplus <= 0 || self.digits.is_empty() {
            return self;
        }
        // The last digit is not zero, so what is cut off is not nothing.
        let kept = self.digits.len().saturating_sub(usize::try_from(surplus).unwrap_or(usize::MAX));
        self.digits.truncate(kept);
        self.exponent = -NANO_DIGITS;
        self.increment();
        self.trimmed()
    }

    fn increment(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        self.digits.insert(0, b'1');
    }

    /// Held at the end of `i128`. The exponent is not below -9.
    pub(crate) fn nanos(&self) -> i128 {
        if self.digits.is_empty() {
            return 0;
        }
        let zeros = usize::try_from(self.exponent + NANO_DIGITS).unwrap_or(0);
        let all = self.digits.iter().copied().chain(std::iter::repeat_n(b'0', zeros));
        all.map(|digit| i128::from(digit - b'0'))
            .try_fold(0i128, |sum, digit| sum.checked_mul(10)?.checked_add(digit))
            .unwrap_or(i128::MAX)
    }

    /// An integer with the largest suffix whose exponent is a multiple of three. Beyond `E` Kubernetes has no suffix
    /// and prints none, so that 10^21 reads as 1 (`CanonicalizeBytes`, 1.32).
    pub(crate) fn normal_form(&self, format: Format) -> String {
        if self.digits.is_empty() {
            return "0".to_string();
        }
        let thousands = self.exponent.div_euclid(3);
        let zeros = usize::try_from(self.exponent - 3 * thousands).unwrap_or(0);
        let mut text: String = self.digits.iter().map(|digit| char::from(*digit)).collect();
        text.extend(std::iter::repeat_n('0', zeros));
        match (format, thousands) {
            (_, 0) => {}
            (Format::DecimalExponent, _) => text.push_str(&format!("e{}", 3 * thousands)),
            (_, -3) => text.push('n'),
            (_, -2) => text.push('u'),
            (_, -1) => text.push('m'),
            (_, 1) => text.push('k'),
            (_, 2) => text.push('M'),
            (_, 3) => text.push('G'),
            (_, 4) => text.push('T'),
            (_, 5) => text.push('P'),
            (_, 6) => text.push('E'),
            _ => {}
        }
        text
    }
}

/// Divided by 1024 while that is exact; below 1024 and between integers, decimal.
pub(crate) fn binary_normal_form(nanos: i128) -> String {
    if nanos < 1024 * NANOS_PER_UNIT || nanos % NANOS_PER_UNIT != 0 {
        return Decimal::from_nanos(nanos).rounded_up_to_nanos().normal_form(Format::DecimalSI);
    }
    let units = u64::try_from(nanos / NANOS_PER_UNIT).unwrap_or(u64::MAX);
    Bytes(units).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_prints_in_the_family_of_its_first_amount_that_is_not_zero() {
        use Format::{BinarySI, DecimalExponent, DecimalSI};
        let quantity = |amount, format| Quantity::new(Amount::whole(amount), format);
        let sum = |a: &Quantity, b: &Quantity| a.plus(b).to_string();
        let (nothing, decimal) = (quantity(0, DecimalSI), quantity(1_000_000_000, DecimalExponent));
        let binary = quantity(1 << 20, BinarySI);
        assert_eq!(sum(&nothing, &decimal), "1e9");
        assert_eq!(sum(&binary, &quantity(1 << 20, DecimalSI)), "2Mi");
        assert_eq!(sum(&quantity(1000, DecimalSI), &binary), "1049576"); // 1000 and 1048576
        assert_eq!(sum(&nothing, &nothing), "0");
    }

    #[test]
    fn a_text_that_was_kept_is_lost_in_a_sum() {
        let kept = Quantity::printed_as(Amount::whole(7), Format::DecimalSI, "007".into());
        let nothing = Quantity::new(Amount::ZERO, Format::BinarySI);
        assert_eq!(kept.to_string(), "007");
        assert_eq!(kept.plus(&nothing).to_string(), "7");
    }

    #[test]
    fn what_no_suffix_is_large_enough_for_prints_without_one() {
        let printed = |format| Quantity::new(Amount(10_i128.pow(21 + 9)), format).to_string();
        assert_eq!(
            (printed(Format::DecimalSI), printed(Format::DecimalExponent)),
            ("1".into(), "1e21".into())
        );
    }

    #[test]
    fn amounts_below_zero_print_with_their_sign() {
        assert_eq!(Quantity::new(Amount(-5 * NANOS_PER_UNIT), Format::DecimalSI).to_string(), "-5");
        assert_eq!(Quantity::new(Amount(-2048 * NANOS_PER_UNIT), Format::BinarySI).to_string(), "-2Ki");
    }
}
