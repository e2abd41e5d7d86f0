//! Moments as people read them: in the configured zone, with UTC beside it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Language;

/// How a moment is written.
#[derive(Debug, Clone, Copy)]
pub struct Clock<'a> {
    /// `NIGHTSHIFT_TIME_ZONE`.
    pub zone: &'a TimeZone,
    /// `NIGHTSHIFT_LANGUAGE`.
    pub language: Language,
}

const DAYS: [[&str; 7]; 2] =
    [["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"]];
const MONTHS: [[&str; 12]; 2] = [
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
];

impl Clock<'_> {
    /// `Sun 22 Nov 2026, 03:00 CET (02:00 UTC)`; in UTC only once.
    pub fn show(self, at: Timestamp) -> String {
        let utc = at.to_zoned(TimeZone::UTC);
        let here = at.to_zoned(self.zone.clone());
        let day = |zoned: &jiff::Zoned| {
            let row = self.language.pick(0, 1);
            let weekday = usize::try_from(zoned.weekday().to_monday_zero_offset()).unwrap_or(0);
            let month = usize::try_from(zoned.month() - 1).unwrap_or(0);
            format!("{} {} {} {}", DAYS[row][weekday], zoned.day(), MONTHS[row][month], zoned.year())
        };
        let time = |zoned: &jiff::Zoned| zoned.strftime("%H:%M").to_string();
        if here.offset() == utc.offset() {
            return format!("{}, {} UTC", day(&utc), time(&utc));
        }
        let other_day = if here.date() == utc.date() { String::new() } else { format!("{}, ", day(&utc)) };
        format!("{}, {} {} ({other_day}{} UTC)", day(&here), time(&here), here.strftime("%Z"), time(&utc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_in_the_configured_zone_with_utc_beside_it() {
        let show = |at: &str, zone: &str, language| {
            Clock { zone: &TimeZone::get(zone).unwrap(), language }.show(at.parse().unwrap())
        };
        assert_eq!(
            show("2026-11-22T02:00:00Z", "Europe/Madrid", Language::English),
            "Sun 22 Nov 2026, 03:00 CET (02:00 UTC)"
        );
        assert_eq!(
            show("2026-08-22T22:30:00Z", "Europe/Madrid", Language::Spanish),
            "dom 23 ago 2026, 00:30 CEST (sáb 22 ago 2026, 22:30 UTC)"
        );
        assert_eq!(show("2026-11-22T02:00:00Z", "UTC", Language::English), "Sun 22 Nov 2026, 02:00 UTC");
    }
}
