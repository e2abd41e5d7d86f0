//! The one place that reads the day somebody types: a moment, a day, how long from now, or a word such as `tomorrow` or
//! `friday 18:00`. English and Spanish words are read whatever the language of the shell; what is read is said as the instant it
//! means before anything is done. What could mean two things is refused.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use nightshift::config::Environment;
use nightshift::domains::clusters::expiry::{self, Expiry};
use nightshift::notify::Language;
use nightshift::text::printable;

use crate::desk::Desk;
use crate::output;
use crate::told::Told;
use crate::words::Text;

/// Where and when it is read.
#[derive(Debug, Clone)]
pub(crate) struct Here {
    /// What a time without a zone is meant in.
    pub zone: TimeZone,
    /// The moment.
    pub now: Timestamp,
}

/// Which way from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toward {
    /// `7d` is in seven days, and a day counts to its end.
    Ahead,
    /// `7d` is seven days ago, and a day alone is no moment.
    Back,
}

/// Hours in each unit that can be typed. A month is no number of hours, and `m` could be minutes or months.
const UNITS: [(&[&str], i64); 3] = [
    (&["h", "hour", "hours", "hora", "horas"], 1),
    (&["d", "day", "days", "día", "días", "dia", "dias"], 24),
    (&["w", "week", "weeks", "semana", "semanas"], 24 * 7),
];
/// Days from today.
const DAYS: [(&[&str], i64); 3] =
    [(&["yesterday", "ayer"], -1), (&["today", "hoy"], 0), (&["tomorrow", "mañana", "manana"], 1)];
const WEEKDAYS: [(&[&str], Weekday); 7] = [
    (&["monday", "lunes"], Weekday::Monday),
    (&["tuesday", "martes"], Weekday::Tuesday),
    (&["wednesday", "miércoles", "miercoles"], Weekday::Wednesday),
    (&["thursday", "jueves"], Weekday::Thursday),
    (&["friday", "viernes"], Weekday::Friday),
    (&["saturday", "sábado", "sabado"], Weekday::Saturday),
    (&["sunday", "domingo"], Weekday::Sunday),
];
/// What stands before a length of time that lies ahead, and what before or behind one that lies back.
const AHEAD: [&str; 3] = ["in", "en", "dentro de"];
const AGO: [&str; 2] = ["hace ", " ago"];

impl Here {
    /// By the shell alone, where no policy is at hand.
    pub(crate) fn of_shell(environment: &Environment, now: Timestamp) -> Self {
        let zone = environment.get("NIGHTSHIFT_TIME_ZONE").and_then(|name| TimeZone::get(name).ok());
        let now = environment.get("NIGHTSHIFT_NOW").and_then(|text| text.parse().ok()).unwrap_or(now);
        Self { zone: zone.unwrap_or(TimeZone::UTC), now }
    }

    /// The instant that `text` means.
    pub(crate) fn read(&self, text: &str, toward: Toward) -> Option<Timestamp> {
        let text = text.trim();
        match expiry::read(text, &self.zone) {
            Ok(Expiry::At(_)) if toward == Toward::Back && text.len() == "2026-11-21".len() => return None,
            Ok(Expiry::At(at)) => return Some(at),
            Ok(Expiry::Never) => return None,
            Err(_) => {}
        }
        let text = text.to_lowercase();
        self.length(&text, toward).or_else(|| self.day(&text, toward))
    }

    /// `7d`, `in 7 days`, `7 days ago`.
    fn length(&self, text: &str, toward: Toward) -> Option<Timestamp> {
        let text = match toward {
            Toward::Ahead => AHEAD.iter().find_map(|word| text.strip_prefix(word)?.strip_prefix(' ')).unwrap_or(text),
            Toward::Back => {
                let before = text.strip_prefix(AGO[0]);
                before.or_else(|| text.strip_suffix(AGO[1])).unwrap_or(text)
            }
        };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let hours = of(&UNITS, unit.trim())?;
        let number: i64 = number.parse().ok().filter(|_| digits <= 4)?;
        let long = SignedDuration::from_hours(number * hours);
        match toward {
            Toward::Ahead => self.now.checked_add(long).ok(),
            Toward::Back => self.now.checked_sub(long).ok(),
        }
    }

    /// `tomorrow`, `friday 18:00`, `2026-12-05 18:00`, `18:00`.
    fn day(&self, text: &str, toward: Toward) -> Option<Timestamp> {
        let words: Vec<_> = text.split_whitespace().collect();
        let (day, time) = match words.as_slice() {
            [one] => match clock(one) {
                Some(time) => return self.next(toward, |day| self.at(day, Some(time)), 1),
                None => (*one, None),
            },
            [day, time] => (*day, Some(clock(time)?)),
            _ => return None,
        };
        if toward == Toward::Back && time.is_none() {
            return None;
        }
        if let Some(days) = of(&DAYS, day) {
            return self.at(self.today().checked_add(jiff::Span::new().days(days)).ok()?, time);
        }
        if let Some(weekday) = of(&WEEKDAYS, day) {
            return self.next(toward, |day| self.at(day, time).filter(|_| day.weekday() == weekday), 7);
        }
        let date: Date = day.parse().ok().filter(|_| day.len() == "2026-11-21".len())?;
        self.at(date, time)
    }

    /// The nearest of the days from today on that make a moment to come, or that passed: so many of them, and today's.
    fn next(&self, toward: Toward, moment: impl Fn(Date) -> Option<Timestamp>, days: i64) -> Option<Timestamp> {
        let sign = if toward == Toward::Ahead { 1 } else { -1 };
        (0..=days).find_map(|away| {
            let day = self.today().checked_add(jiff::Span::new().days(sign * away)).ok()?;
            moment(day).filter(|at| if toward == Toward::Ahead { *at > self.now } else { *at < self.now })
        })
    }

    fn today(&self) -> Date {
        self.zoned(self.now).date()
    }

    fn zoned(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// That time of `day`, or its end; the later reading where clocks change then.
    fn at(&self, day: Date, time: Option<Time>) -> Option<Timestamp> {
        let local = match time {
            Some(time) => day.to_datetime(time),
            None => day.tomorrow().ok()?.to_datetime(Time::midnight()),
        };
        self.zone.to_ambiguous_timestamp(local).later().ok()
    }

    /// `at` as a person reads it: in the zone, which is named.
    pub(crate) fn shown(&self, at: Timestamp, language: Language) -> String {
        let zoned = self.zoned(at);
        let zone = self.zone.iana_name().unwrap_or("UTC");
        let day = weekday(zoned.weekday(), language);
        format!("{day} {} {zone}", zoned.strftime("%Y-%m-%d %H:%M"))
    }

    /// The instant that `typed` means, once it was said; `flag` is where it was typed.
    pub(crate) fn resolve(&self, flag: &str, typed: &str, toward: Toward, desk: &Desk) -> anyhow::Result<Timestamp> {
        let Some(at) = self.read(typed, toward) else {
            let typed = &printable(typed);
            return Err(Told::error(desk.words(Text::NoDay { flag, typed }), desk.words(Text::HowToWriteADay)));
        };
        // An instant that was typed as one has nothing to say.
        if typed.trim().parse::<Timestamp>().is_err() {
            let (at, shown) = (&at.to_string(), &self.shown(at, desk.language()));
            output::complain(&desk.words(Text::Means { typed: &printable(typed), shown, at }));
        }
        Ok(at)
    }
}

fn of<T: Copy>(table: &[(&[&str], T)], word: &str) -> Option<T> {
    table.iter().find(|(words, _)| words.contains(&word)).map(|(_, value)| *value)
}

/// `18:00`.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number =
        |text: &str| text.parse::<i8>().ok().filter(|_| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()));
    (minute.len() == 2).then(|| Time::new(number(hour)?, number(minute)?, 0, 0).ok()).flatten()
}

fn weekday(day: Weekday, language: Language) -> &'static str {
    let names =
        WEEKDAYS.iter().find(|(_, weekday)| *weekday == day).map_or(["", ""], |(names, _)| [names[0], names[1]]);
    language.pick(names[0], names[1])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A Friday, at eleven in the morning in Madrid.
    const NOW: &str = "2026-11-27T10:00:00Z";

    fn here(zone: &str, now: &str) -> Here {
        Here { zone: TimeZone::get(zone).unwrap(), now: now.parse().unwrap() }
    }

    fn read(text: &str, toward: Toward) -> Option<String> {
        here("Europe/Madrid", NOW).read(text, toward).map(|at| at.to_string())
    }

    #[test]
    fn what_is_typed_is_the_instant_it_says() {
        for (text, at) in [
            ("2026-12-05T12:00:00Z", "2026-12-05T12:00:00Z"),
            ("2026-12-05", "2026-12-05T23:00:00Z"),
            ("2026-12-05 18:30", "2026-12-05T17:30:00Z"),
            ("36h", "2026-11-28T22:00:00Z"),
            ("7d", "2026-12-04T10:00:00Z"),
            ("2w", "2026-12-11T10:00:00Z"),
            ("in 7 days", "2026-12-04T10:00:00Z"),
            ("In 1 week", "2026-12-04T10:00:00Z"),
            ("3 hours", "2026-11-27T13:00:00Z"),
            ("en 7 días", "2026-12-04T10:00:00Z"),
            ("dentro de 2 semanas", "2026-12-11T10:00:00Z"),
            ("today", "2026-11-27T23:00:00Z"),
            ("hoy 12:00", "2026-11-27T11:00:00Z"),
            ("tomorrow", "2026-11-28T23:00:00Z"),
            ("mañana 9:05", "2026-11-28T08:05:00Z"),
            // Today's eighteen o'clock is to come, and its ten o'clock has passed.
            ("friday 18:00", "2026-11-27T17:00:00Z"),
            ("viernes 10:00", "2026-12-04T09:00:00Z"),
            ("friday 11:00", "2026-12-04T10:00:00Z"),
            ("friday", "2026-11-27T23:00:00Z"),
            ("Saturday", "2026-11-28T23:00:00Z"),
            ("miércoles 00:00", "2026-12-01T23:00:00Z"),
            ("jueves", "2026-12-03T23:00:00Z"),
            ("18:00", "2026-11-27T17:00:00Z"),
            ("10:59", "2026-11-28T09:59:00Z"),
            ("  7d ", "2026-12-04T10:00:00Z"),
        ] {
            assert_eq!(read(text, Toward::Ahead).as_deref(), Some(at), "{text}");
        }
        for (text, at) in [
            ("7d", "2026-11-20T10:00:00Z"),
            ("2 hours ago", "2026-11-27T08:00:00Z"),
            ("hace 2 horas", "2026-11-27T08:00:00Z"),
            ("yesterday 18:00", "2026-11-26T17:00:00Z"),
            ("friday 18:00", "2026-11-20T17:00:00Z"),
            ("friday 10:00", "2026-11-27T09:00:00Z"),
            ("ayer 9:00", "2026-11-26T08:00:00Z"),
            ("2026-11-20 09:00", "2026-11-20T08:00:00Z"),
        ] {
            assert_eq!(read(text, Toward::Back).as_deref(), Some(at), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_nothing() {
        for text in [
            "",
            "never",
            "soon",
            "7",
            "7m",
            "1 month",
            "next friday",
            "friday at 18:00",
            "25:00",
            "18:0",
            "18:60",
            "-7d",
            "7.5d",
            "12345d",
            "in",
            "in tomorrow",
            "fri",
            "05/12/2026",
            "2026-2-30",
            "2026-11-31 10:00",
            "d",
            "+7d",
            "7 d d",
            "mañana mañana",
            "99:99",
            "2026-12-05 18",
        ] {
            assert_eq!(read(text, Toward::Ahead), None, "{text}");
        }
        for text in ["yesterday", "friday", "2026-11-20", "in 7 days"] {
            assert_eq!(read(text, Toward::Back), None, "{text}: a copy is of a moment");
        }
    }

    #[test]
    fn the_days_are_those_of_the_zone() {
        // It is Saturday in Tokyo by then, and Friday in New York.
        for (zone, today, friday) in [
            ("Asia/Tokyo", "2026-11-28T15:00:00Z", "2026-12-04T15:00:00Z"),
            ("America/New_York", "2026-11-28T05:00:00Z", "2026-11-28T05:00:00Z"),
        ] {
            let here = here(zone, "2026-11-27T20:00:00Z");
            let read = |text: &str| here.read(text, Toward::Ahead).unwrap().to_string();
            assert_eq!((read("today"), read("friday")), (today.to_owned(), friday.to_owned()), "{zone}");
        }
        // The night the clocks go back has its half past two twice: the later one.
        let back = here("Europe/Madrid", "2026-10-24T10:00:00Z");
        assert_eq!(back.read("tomorrow 02:30", Toward::Ahead).unwrap().to_string(), "2026-10-25T01:30:00Z");
    }

    #[test]
    fn it_is_shown_in_its_zone_which_is_named() {
        let here = here("Europe/Madrid", NOW);
        let at = "2026-12-04T17:00:00Z".parse().unwrap();
        assert_eq!(here.shown(at, Language::English), "friday 2026-12-04 18:00 Europe/Madrid");
        assert_eq!(here.shown(at, Language::Spanish), "viernes 2026-12-04 18:00 Europe/Madrid");
    }

    proptest! {
        #[test]
        fn what_is_typed_means_nothing_without_a_number_or_a_word_and_the_same_in_capitals(
            text in prop_oneof!["\\PC{0,24}", "(in |en |hace )?[0-9]{0,5} ?(h|hours|d|días|weeks|m|monday|hoy|ayer)?( ago| 18:00| 25:00)?"],
        ) {
            let here = here("Europe/Madrid", NOW);
            let words = DAYS.iter().flat_map(|(words, _)| *words).chain(WEEKDAYS.iter().flat_map(|(words, _)| *words));
            let says = text.contains(|c: char| c.is_ascii_digit()) || words.clone().any(|word| text.to_lowercase().contains(word));
            for toward in [Toward::Ahead, Toward::Back] {
                let read = here.read(&text, toward);
                prop_assert!(read.is_none() || says, "{text}");
                prop_assert_eq!(here.read(&format!(" {} ", text.to_ascii_uppercase()), toward), read, "{}", text);
            }
        }

        #[test]
        fn words_never_mean_what_lies_the_other_way(
            word in "(monday|martes|friday|sunday|in 3 days|5h|18:00|2 weeks)",
            time in prop::option::of("(00:00|11:00|23:59)"),
            hours in 0_i64..9000,
        ) {
            let now = NOW.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours);
            let here = Here { zone: TimeZone::get("Europe/Madrid").unwrap(), now };
            let text = format!("{word} {}", time.unwrap_or_default());
            if let Some(at) = here.read(&text, Toward::Ahead) { prop_assert!(at > now, "{text}") }
            if let Some(at) = here.read(&text, Toward::Back) { prop_assert!(at < now, "{text}") }
        }
    }
}
