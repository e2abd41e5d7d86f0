//! The grammar of the expiry tag. It is strict and total: a value either is an instant, or `never`, or is reported until
//! somebody mends it. Nothing is guessed, because a guess deletes a database.
//!
//! | value | meaning |
//! |---|---|
//! | `2025-03-31T12:00:00Z`, `2025-03-31T14:00:00.5+02:00` | RFC 3339: that instant |
//! | `2025-03-31T12:00:00.123456` | no zone: that time in the configured zone; if clocks change then, the later reading |
//! | `2025-03-31` | the end of that day in the configured zone |
//! | `never` | kept |

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// Farther ahead than this, an expiry is more likely a slip of the pen than a plan.
pub const FARTHEST_YEARS: i32 = 5;

/// What an expiry tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Expired from this instant on: `now >= instant`.
    At(Timestamp),
    /// Kept.
    Never,
}

/// Why a value is not taken at its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// Not in the grammar.
    Malformed,
    /// Only digits: seconds, milliseconds, days? Nobody can tell.
    BareNumber,
    /// Before the cluster existed, so it cannot have been meant for it.
    BeforeCreation,
    /// More than [`FARTHEST_YEARS`] ahead.
    TooFarAhead,
}

/// Reads `value`; a time without an offset is meant in `zone`.
pub fn read(value: &str, zone: &TimeZone) -> Result<Expiry, Suspicion> {
    if value.eq_ignore_ascii_case("never") {
        return Ok(Expiry::Never);
    }
    if !value.is_empty()
        && value.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
        && value.matches('-').count() != 2
    {
        return Err(Suspicion::BareNumber);
    }
    instant(value, zone).map(Expiry::At).ok_or(Suspicion::Malformed)
}

/// Doubts an instant that is well written but cannot be meant.
pub fn doubt(at: Timestamp, created_at: Timestamp, now: Timestamp) -> Option<Suspicion> {
    if at < created_at {
        return Some(Suspicion::BeforeCreation);
    }
    let farthest = now.to_zoned(TimeZone::UTC).checked_add(FARTHEST_YEARS.years());
    if farthest.is_ok_and(|farthest| at > farthest.timestamp()) {
        return Some(Suspicion::TooFarAhead);
    }
    None
}

fn instant(value: &str, zone: &TimeZone) -> Option<Timestamp> {
    let date = date(value.get(..10)?)?;
    let rest = &value[10..];
    if rest.is_empty() {
        let next_day = date.tomorrow().ok()?;
        return zone.to_ambiguous_timestamp(next_day.to_datetime(Time::midnight())).later().ok();
    }
    let clock = rest.strip_prefix(['T', 't'])?;
    let (time, tail) = time(clock)?;
    let local = DateTime::from_parts(date, time);
    match tail {
        "" => zone.to_ambiguous_timestamp(local).later().ok(),
        "Z" | "z" => Offset::UTC.to_timestamp(local).ok(),
        offset => self::offset(offset)?.to_timestamp(local).ok(),
    }
}

/// `YYYY-MM-DD`.
fn date(text: &str) -> Option<Date> {
    let (year, month, day) = (text.get(..4)?, text.get(5..7)?, text.get(8..10)?);
    if text.as_bytes()[4] != b'-' || text.as_bytes()[7] != b'-' {
        return None;
    }
    Date::new(digits(year)?, digits(month)?, digits(day)?).ok()
}

/// `HH:MM:SS` with up to nine digits of fraction, and what follows.
fn time(text: &str) -> Option<(Time, &str)> {
    let (hour, minute, second) = (text.get(..2)?, text.get(3..5)?, text.get(6..8)?);
    if text.as_bytes()[2] != b':' || text.as_bytes()[5] != b':' {
        return None;
    }
    let mut rest = &text[8..];
    let mut nanosecond = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 || length > 9 {
            return None;
        }
        nanosecond = format!("{:0<9}", &fraction[..length]).parse().ok()?;
        rest = &fraction[length..];
    }
    Some((Time::new(digits(hour)?, digits(minute)?, digits(second)?, nanosecond).ok()?, rest))
}

/// `+HH:MM` or `-HH:MM`, up to 23:59 as RFC 3339 has it.
fn offset(text: &str) -> Option<Offset> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if text.len() != 6 || text.as_bytes()[3] != b':' {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits(text.get(1..3)?)?, digits(text.get(4..6)?)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    Offset::UTC.checked_add(SignedDuration::from_secs(i64::from(sign * (hours * 3600 + minutes * 60)))).ok()
}

/// Digits and nothing else: no sign, no space.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(value: &str, zone: &str) -> Result<String, Suspicion> {
        match read(value, &TimeZone::get(zone).unwrap())? {
            Expiry::At(at) => Ok(at.to_string()),
            Expiry::Never => Ok("never".to_owned()),
        }
    }

    #[test]
    fn every_form_of_the_grammar_is_the_instant_it_says() {
        for (value, zone, instant) in [
            ("2025-03-31T12:00:00Z", "UTC", "2025-03-31T12:00:00Z"),
            ("2025-03-31t12:00:00z", "UTC", "2025-03-31T12:00:00Z"),
            ("2025-03-31T12:00:00+02:00", "UTC", "2025-03-31T10:00:00Z"),
            ("2025-03-31T12:00:00-05:30", "Asia/Tokyo", "2025-03-31T17:30:00Z"),
            ("2025-03-31T12:00:00.5Z", "UTC", "2025-03-31T12:00:00.5Z"),
            ("2025-03-31T12:00:00.123456789+00:00", "UTC", "2025-03-31T12:00:00.123456789Z"),
            ("2025-03-31T12:00:00.123456", "UTC", "2025-03-31T12:00:00.123456Z"),
            ("2025-03-31T12:00:00.123456", "Europe/Madrid", "2025-03-31T10:00:00.123456Z"),
            ("2025-03-31T12:00:00", "America/New_York", "2025-03-31T16:00:00Z"),
            // Clocks go back: 02:30 happens twice, the later one counts.
            ("2025-10-26T02:30:00", "Europe/Madrid", "2025-10-26T01:30:00Z"),
            // Clocks go forward: 02:30 does not happen, the later reading counts.
            ("2025-03-30T02:30:00", "Europe/Madrid", "2025-03-30T01:30:00Z"),
            ("2025-03-31", "UTC", "2025-04-01T00:00:00Z"),
            ("2025-03-31", "Europe/Madrid", "2025-03-31T22:00:00Z"),
            ("2024-02-29", "UTC", "2024-03-01T00:00:00Z"),
            ("never", "UTC", "never"),
            ("Never", "UTC", "never"),
        ] {
            assert_eq!(at(value, zone).as_deref(), Ok(instant), "{value} in {zone}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for value in [
            "",
            " ",
            "soon",
            "2025",
            "2025-3-31",
            "2025-13-01",
            "2025-02-29",
            "2025-03-31 12:00:00",
            "2025-03-31T12:00",
            "2025-03-31T12:00Z",
            "2025-03-31T24:00:00Z",
            "2025-03-31T12:60:00Z",
            "2025-03-31T23:59:60Z",
            "2025-03-31T12:00:00.Z",
            "2025-03-31T12:00:00.1234567890Z",
            "2025-03-31T12:00:00+0200",
            "2025-03-31T12:00:00+02",
            "2025-03-31T12:00:00+24:00",
            "2025-03-31T12:00:00 Z",
            " 2025-03-31",
            "2025-03-31 ",
            "2025-03-31Z",
            "2025/03/31",
            "2025/03-31",
            "2025-03/31",
            "2025-03-31T12.00:00Z",
            "2025-03-31T12:00.00Z",
            "31-03-2025",
            "+2025-03-31",
            "2025-03-31T12:00:00Z[UTC]",
            "2025-03-31T12:00:00Europe/Madrid",
            "20250331T120000Z",
            "2025-W14-1",
            "+7d",
            "7d",
            "nevr",
            "２０２５-03-31",
            "2025-03-31T+1:00:00Z",
        ] {
            let refused = at(value, "UTC");
            assert!(
                matches!(refused, Err(Suspicion::Malformed | Suspicion::BareNumber)),
                "{value:?} became {refused:?}"
            );
        }
        for value in ["1743422400", "1743422400000", "0", "45", "1743422400.5", "20250331"] {
            assert_eq!(at(value, "UTC"), Err(Suspicion::BareNumber), "{value}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_doubted() {
        let stamp = |text: &str| text.parse::<Timestamp>().unwrap();
        let (created, now) = (stamp("2025-01-01T00:00:00Z"), stamp("2025-06-01T00:00:00Z"));
        assert_eq!(doubt(stamp("2024-12-31T23:59:59Z"), created, now), Some(Suspicion::BeforeCreation));
        assert_eq!(doubt(created, created, now), None);
        assert_eq!(doubt(stamp("2030-06-01T00:00:00Z"), created, now), None);
        assert_eq!(doubt(stamp("2030-06-01T00:00:01Z"), created, now), Some(Suspicion::TooFarAhead));
    }

    /// What another reader, that takes more than this one, makes of `value`.
    fn by_another(value: &str) -> Option<Timestamp> {
        let day = || value.parse::<Date>().ok()?.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok();
        let local = || value.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
        let instant = value.parse::<Timestamp>().ok();
        instant.or_else(|| if value.len() == 10 { day() } else { local() }.map(|zoned| zoned.timestamp()))
    }

    /// Well written, but for the one place that is written over.
    fn slip() -> impl Strategy<Value = String> {
        let whole = prop::sample::select(vec![
            "2025-03-31",
            "2025-03-31T12:00:00",
            "2025-03-31T12:00:00.5Z",
            "2025-03-31T12:00:00+02:00",
        ]);
        (whole, any::<prop::sample::Index>(), "[0-9TtZz:+./ -]").prop_map(|(whole, place, by)| {
            let place = place.index(whole.len());
            format!("{}{by}{}", &whole[..place], &whole[place + 1..])
        })
    }

    proptest! {
        #[test]
        fn no_text_is_another_instant_than_it_says(value in prop_oneof![".{0,40}", "[0-9TtZz:+. -]{0,32}", slip()]) {
            match read(&value, &TimeZone::UTC) {
                Ok(Expiry::At(at)) => prop_assert_eq!(Some(at), by_another(&value), "{}", value),
                Ok(Expiry::Never) => prop_assert_eq!(value.to_lowercase(), "never"),
                Err(_) => {}
            }
        }

        #[test]
        fn a_printed_instant_is_read_back(seconds in 0_i64..4_000_000_000, nanos in 0_i32..1_000_000_000) {
            let instant = Timestamp::new(seconds, nanos).unwrap();
            prop_assert_eq!(read(&instant.to_string(), &TimeZone::get("Asia/Tokyo").unwrap()), Ok(Expiry::At(instant)));
        }
    }
}
