//! Instants as Kubernetes writes them: RFC 3339, `2026-01-05T10:00:00Z`.
//!
//! What: text -> microseconds since 1970, enough to tell which of two came first.
//! Never: a clock; nobody here asks what time it is.

use crate::ground::SimTime;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// The instant, counted from 1970 on; none where the text is no instant, or an earlier one.
pub fn parse(text: &str) -> Option<SimTime> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let zone = rest.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone);
    let seconds = days(date)? * SECONDS_PER_DAY - offset(zone)?;
    let micros = seconds * MICROS_PER_SECOND + time_of_day(time)?;
    u64::try_from(micros).ok().map(SimTime)
}

/// Days from 1970 to a date of the Gregorian calendar, which repeats after 400 years.
/// A year is counted from March on, so that a leap day is its last.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-');
    let year = whole(parts.next()?, 0, 9_999)?;
    let month = whole(parts.next()?, 1, 12)?;
    let day = whole(parts.next()?, 1, 31)?;
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // The months from March on have 31, 30, 31, 30, 31 days, and again.
    let days_of_months = (153 * month + 2) / 5;
    const MARCH_OF_YEAR_0_TO_1970: i64 = 719_468;
    Some(365 * year + leap_days + days_of_months + day - 1 - MARCH_OF_YEAR_0_TO_1970)
}

/// Microseconds since midnight: `10:00:00`, `10:00:00.25`.
fn time_of_day(time: &str) -> Option<i64> {
    let (whole_seconds, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = whole_seconds.splitn(3, ':');
    let hours = whole(parts.next()?, 0, 23)?;
    let minutes = whole(parts.next()?, 0, 59)?;
    // A leap second is the first of the next minute.
    let seconds = whole(parts.next()?, 0, 60)?;
    let micros = whole(format!("{fraction:0<6}").get(..6)?, 0, MICROS_PER_SECOND)?;
    Some(((hours * 60 + minutes) * 60 + seconds) * MICROS_PER_SECOND + micros)
}

/// Seconds that a zone is ahead: `Z`, `+02:00`.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let ahead = (whole(hours, 0, 23)? * 60 + whole(minutes, 0, 59)?) * 60;
    Some(if zone.starts_with('-') { -ahead } else { ahead })
}

fn whole(digits: &str, least: i64, most: i64) -> Option<i64> {
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_whole && (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_to_the_microsecond_in_any_zone() {
        // From `date -d … +%s`.
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600_000_000),
            ("2026-01-05T10:00:00Z", 1_767_607_200_000_000),
            ("2026-01-05T12:30:00.25+02:30", 1_767_607_200_250_000),
            ("2026-01-05T09:00:00.123456789-01:00", 1_767_607_200_123_456),
        ];
        for (text, micros) in cases {
            assert_eq!(parse(text), Some(SimTime(micros)), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for text in [
            "",
            "yesterday",
            "2026-01-05",
            "2026-13-05T10:00:00Z",
            "2026-01-05T10:00Z",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2026-01-05T10:00:00.12345éZ"), None);
    }
}
