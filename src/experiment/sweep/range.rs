//! Ranges: `{from: 100Mi, to: 500Mi, step: 100Mi}` instead of a list.
//!
//! What: numbers of one unit, exact to a billionth, from the first to the last.
//! Never: what the unit means. Next: [`super::check`], which reads them.

use crate::scenario::decode::Refusal;
use crate::scenario::mistake::shortened;

/// No range has more values.
const MOST: i128 = 10_000;
const DIGITS: usize = 9;
const SCALE: i128 = 1_000_000_000;

/// A decimal number and the letters behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Measured<'t> {
    /// In billionths.
    number: i128,
    unit: &'t str,
}

/// All values of a range, as they would be written.
///
/// # Errors
/// What is wrong with it.
pub fn values(from: &str, to: &str, step: &str) -> Result<Vec<String>, Refusal> {
    let (first, last, step) = (measured(from)?, measured(to)?, measured(step)?);
    if first.unit != last.unit || first.unit != step.unit {
        let what = format!("`from`, `to` and `step` have different units: {from}, {to}, {}", step.unit);
        return Err(Refusal::new(what, "write all three in one unit, or a list of values"));
    }
    if step.number <= 0 || last.number < first.number {
        let what = format!("no step leads from {from} to {to}");
        return Err(Refusal::new(what, "write a `step` above 0, and the smaller number in `from`"));
    }
    let steps = (last.number - first.number) / step.number;
    if steps >= MOST {
        let what = format!("the range has {} values, more than {MOST}", steps + 1);
        return Err(Refusal::new(what, "write a larger `step`"));
    }
    Ok((0..=steps).map(|n| written(first.number + n * step.number, first.unit)).collect())
}

fn measured(text: &str) -> Result<Measured<'_>, Refusal> {
    let refusal = || {
        let what = format!("`{}` is not a decimal number with a unit", shortened(text));
        Refusal::new(what, "write as in {from: 100Mi, to: 500Mi, step: 100Mi}, or a list of values")
    };
    let end = text.find(|c: char| c.is_alphabetic() || c == '%').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (sign, digits) = number.strip_prefix('-').map_or((1, number), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_decimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_short = whole.len() <= 18 && fraction.len() <= DIGITS;
    // 1h30m is two numbers, and no step of one unit.
    let is_compound = unit.bytes().any(|byte| byte.is_ascii_digit());
    if whole.is_empty() || is_compound || !is_short || !is_decimal(whole) || !is_decimal(fraction) {
        return Err(refusal());
    }
    let billionths = format!("{whole}{fraction:0<DIGITS$}").parse::<i128>().map_err(|_| refusal())?;
    Ok(Measured { number: sign * billionths, unit })
}

fn written(number: i128, unit: &str) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let (whole, fraction) = (number.abs() / SCALE, number.abs() % SCALE);
    if fraction == 0 {
        return format!("{sign}{whole}{unit}");
    }
    let fraction = format!("{fraction:0>DIGITS$}");
    format!("{sign}{whole}.{}{unit}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_both_ends_and_exact_values_between() {
        assert_eq!(values("100Mi", "300Mi", "100Mi").expect("sound"), ["100Mi", "200Mi", "300Mi"]);
        // A double would come to 0.30000000000000004.
        assert_eq!(values("0.1", "0.4", "0.1").expect("sound"), ["0.1", "0.2", "0.3", "0.4"]);
        assert_eq!(values("-1", "1", "0.75").expect("sound"), ["-1", "-0.25", "0.5"], "no step leads to 1");
        assert_eq!(values("5s", "5s", "1s").expect("sound"), ["5s"]);
        assert_eq!(values("5%", "15%", "5%").expect("sound"), ["5%", "10%", "15%"]);
    }

    #[test]
    fn a_range_that_leads_nowhere_is_refused() {
        let told = |from, to, step| values(from, to, step).expect_err("it is wrong").what;
        assert_eq!(told("1", "2", "0"), "no step leads from 1 to 2");
        assert_eq!(told("2", "1", "1"), "no step leads from 2 to 1");
        assert_eq!(told("1Mi", "1Gi", "1Mi"), "`from`, `to` and `step` have different units: 1Mi, 1Gi, Mi");
        assert_eq!(told("1", "1000000", "1"), "the range has 1000000 values, more than 10000");
        assert!(values("1h30m", "3h30m", "1h30m").is_err(), "an hour and a half is no number of `h30m`");
        for text in ["", "Mi", "1e3", "1.2.3", "--1", "1 Mi", "0x10", "1.0000000001"] {
            assert!(values(text, "1", "1").is_err(), "{text}");
        }
    }
}
