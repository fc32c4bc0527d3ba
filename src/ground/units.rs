//! Amounts of resources. Integers only; a unit is a type, never a comment.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

/// An amount of memory or storage, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

impl Bytes {
    pub const ZERO: Bytes = Bytes(0);

    pub const fn mebi(n: u64) -> Bytes {
        Bytes(n << 20)
    }

    pub const fn gibi(n: u64) -> Bytes {
        Bytes(n << 30)
    }

    /// How far `self` lies above `floor`, in bytes; negative when below it.
    ///
    /// Signed on purpose: the kubelet orders pods *under* their request, too.
    pub fn above(self, floor: Bytes) -> i128 {
        i128::from(self.0) - i128::from(floor.0)
    }

    /// `self - other`, or zero where `other` is larger.
    pub fn saturating_sub(self, other: Bytes) -> Bytes {
        Bytes(self.0.saturating_sub(other.0))
    }
}

impl Add for Bytes {
    type Output = Bytes;
    /// # Panics
    /// Past 16 EiB: a bug of ours, since the scenario's check bounds every amount.
    fn add(self, other: Bytes) -> Bytes {
        Bytes(self.0.checked_add(other.0).expect("the scenario's check bounds amounts"))
    }
}

impl AddAssign for Bytes {
    fn add_assign(&mut self, other: Bytes) {
        *self = *self + other;
    }
}

impl Sub for Bytes {
    type Output = Bytes;
    /// # Panics
    /// Below zero: use [`Bytes::saturating_sub`] or [`Bytes::above`] where that can happen.
    fn sub(self, other: Bytes) -> Bytes {
        Bytes(self.0.checked_sub(other.0).expect("an amount of bytes fell below zero"))
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Bytes>>(amounts: I) -> Bytes {
        amounts.fold(Bytes::ZERO, Add::add)
    }
}

/// Prints as Kubernetes does: divided by 1024 while that is exact (`512Mi`).
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SUFFIXES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        let mut number = self.0;
        let mut power = 0;
        while number >= 1024 && number.is_multiple_of(1024) {
            number /= 1024;
            power += 1;
        }
        write!(f, "{number}{}", SUFFIXES[power])
    }
}

/// An amount of CPU, in thousandths of a core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MilliCpu(pub u64);

impl Add for MilliCpu {
    type Output = MilliCpu;
    /// # Panics
    /// On overflow: a bug of ours, since the scenario's check bounds every amount.
    fn add(self, other: MilliCpu) -> MilliCpu {
        MilliCpu(self.0.checked_add(other.0).expect("the scenario's check bounds amounts"))
    }
}

impl fmt::Display for MilliCpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) { write!(f, "{}", self.0 / 1000) } else { write!(f, "{}m", self.0) }
    }
}

/// A share, in millionths: 1 000 000 is the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PerMillion(pub u32);

impl PerMillion {
    pub const WHOLE: PerMillion = PerMillion(1_000_000);

    /// This share of `amount`, rounded down.
    pub fn of(self, amount: Bytes) -> Bytes {
        let part = u128::from(amount.0) * u128::from(self.0) / 1_000_000;
        Bytes(u64::try_from(part).expect("a share of at most the whole fits where the whole did"))
    }
}

/// An exact amount of any resource, in billionths of its unit: the finest that
/// a Kubernetes quantity can say.
///
/// Sums of requests are exact and are rounded once, at the end, as Kubernetes
/// rounds them: up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i128);

impl Amount {
    pub const ZERO: Amount = Amount(0);
    const NANOS_PER_UNIT: i128 = 1_000_000_000;
    const NANOS_PER_MILLI: i128 = 1_000_000;

    pub const fn whole(units: u64) -> Amount {
        Amount(units as i128 * Amount::NANOS_PER_UNIT)
    }

    pub const fn millis(millis: u64) -> Amount {
        Amount(millis as i128 * Amount::NANOS_PER_MILLI)
    }

    /// In whole bytes, rounded up; a negative amount is none at all.
    pub fn bytes(self) -> Bytes {
        Bytes(self.rounded_up(Amount::NANOS_PER_UNIT))
    }

    /// In thousandths of a core, rounded up; a negative amount is none at all.
    pub fn milli_cpu(self) -> MilliCpu {
        MilliCpu(self.rounded_up(Amount::NANOS_PER_MILLI))
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    fn rounded_up(self, nanos_per_unit: i128) -> u64 {
        let units = self.0.max(0).div_euclid(nanos_per_unit);
        let rest = self.0.max(0).rem_euclid(nanos_per_unit);
        u64::try_from(units + i128::from(rest > 0)).unwrap_or(u64::MAX)
    }
}

impl Sub for Amount {
    type Output = Amount;
    /// Negative where `other` is larger: an amount, unlike bytes, may be.
    fn sub(self, other: Amount) -> Amount {
        Amount(self.0.saturating_sub(other.0))
    }
}

impl From<Bytes> for Amount {
    fn from(bytes: Bytes) -> Amount {
        Amount::whole(bytes.0)
    }
}

impl Add for Amount {
    type Output = Amount;
    fn add(self, other: Amount) -> Amount {
        Amount(self.0.saturating_add(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_print_as_kubernetes_prints_them() {
        // Texts of the message "available: …" in recorded kubelet decisions.
        assert_eq!(Bytes::mebi(10_472).to_string(), "10472Mi");
        assert_eq!(Bytes(16_106_128_000).to_string(), "16106128000");
        assert_eq!(Bytes(100).to_string(), "100");
        assert_eq!(Bytes::gibi(1).to_string(), "1Gi");
        assert_eq!(Bytes::ZERO.to_string(), "0");
    }

    #[test]
    fn amounts_round_up_once_after_summing() {
        let third_of_a_byte = Amount(333_333_333);
        assert_eq!(third_of_a_byte.bytes(), Bytes(1));
        assert_eq!((third_of_a_byte + third_of_a_byte + third_of_a_byte).bytes(), Bytes(1));
        assert_eq!(Amount(1_500_000).milli_cpu(), MilliCpu(2)); // 1500u of a core
        assert_eq!(Amount(-1).bytes(), Bytes(0));
    }

    #[test]
    fn a_share_rounds_down() {
        assert_eq!(PerMillion(500_000).of(Bytes(3)), Bytes(1));
        assert_eq!(PerMillion::WHOLE.of(Bytes(u64::MAX)), Bytes(u64::MAX));
    }
}
