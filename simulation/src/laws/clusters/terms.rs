//! What a function was told to do, and what tags and times mean, read once more from the words of the reference.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::aged::Tags;
use crate::laws::variables::Variables;
use crate::rds::Face;

/// The tag with the expiry, where nobody says otherwise.
const EXPIRY: &str = "auto-delete-after";

/// The variables of a run, as far as laws ask for them.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    variables: Variables,
}

/// What may be done about the data of what goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Never,
    Always,
    UnlessClone,
}

impl Terms {
    pub(super) fn of(variables: &[(String, String)]) -> Self {
        Self { variables: Variables::of(variables) }
    }

    pub(super) fn applies(&self, event: &str) -> bool {
        self.variables.get("MODE") == Some("apply") && !event.contains("plan")
    }

    pub(super) fn keep(&self) -> Keep {
        match self.variables.get("FINAL_SNAPSHOT") {
            Some("never") => Keep::Never,
            Some("always") => Keep::Always,
            _ => Keep::UnlessClone,
        }
    }

    pub(super) fn keep_days(&self) -> i64 {
        self.variables.number("SNAPSHOT_KEEP_DAYS", 30)
    }

    pub(super) fn notice(&self) -> SignedDuration {
        SignedDuration::from_hours(self.variables.number("MIN_NOTICE_HOURS", 20))
    }

    pub(super) fn warn(&self) -> SignedDuration {
        SignedDuration::from_hours(self.variables.number("WARN_HOURS", 48))
    }

    pub(super) fn valid(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.variables.number("NOTICE_VALID_DAYS", 14))
    }

    pub(super) fn most(&self) -> usize {
        usize::try_from(self.variables.number("MAX_DELETIONS", 10)).unwrap_or(0)
    }

    pub(super) fn most_percent(&self) -> usize {
        usize::try_from(self.variables.number("MAX_DELETION_PERCENT", 50)).unwrap_or(0)
    }

    pub(super) fn lifts_protection(&self) -> bool {
        self.variables.get("DELETION_PROTECTION") == Some("override")
    }

    pub(super) fn starts(&self) -> bool {
        self.variables.get("STOPPED_CLUSTERS") == Some("start")
    }

    /// Whether `tags` have every mark that makes it one to delete some day.
    pub(super) fn marked(&self, tags: &Tags) -> bool {
        let marks = self.variables.get("REQUIRED_TAGS").unwrap_or("env=dev");
        let has =
            |mark: &str| mark.split_once('=').is_some_and(|(key, value)| tags.get(key).is_some_and(|it| it == value));
        marks.split(',').map(str::trim).all(has)
    }

    /// Whether a pattern protects a cluster, by what it is or by a member.
    pub(super) fn protects_cluster(&self, face: &Face) -> bool {
        let members = face.members.iter().any(|member| self.protects(member, &Tags::new()));
        members || self.protects(&face.id, &face.tags)
    }

    /// Whether a pattern protects what is called `id` or has `tags`; histories know stars at the end only.
    pub(super) fn protects(&self, id: &str, tags: &Tags) -> bool {
        let names = std::iter::once(id.to_owned()).chain(tags.iter().map(|(key, value)| format!("{key}={value}")));
        let names: Vec<_> = names.map(|name| name.to_lowercase()).collect();
        let patterns = self.variables.get("PROTECTED").unwrap_or_default().to_lowercase();
        patterns.split(',').map(str::trim).filter(|pattern| !pattern.is_empty()).any(|pattern| {
            names.iter().any(|name| match pattern.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == pattern,
            })
        })
    }
}

/// Whose it is, by the tag in any case; `None` where nobody or more than one is named.
pub(super) fn owner(tags: &Tags) -> Option<&str> {
    let mut named = tags.iter().filter(|(key, value)| key.eq_ignore_ascii_case("owner") && !value.trim().is_empty());
    let first = named.next().map(|(_, value)| value.trim());
    first.filter(|first| named.all(|(_, other)| other.trim() == *first))
}

/// Where an owner reads mail.
pub(super) fn address(owner: &str) -> String {
    if owner.contains('@') { owner.to_owned() } else { format!("{owner}@example.com") }
}

/// When it is to go, if its tags say so clearly.
pub(super) fn expiry(face: &Face) -> Option<Timestamp> {
    let alike = |key: &&String| key.to_lowercase().replace(['_', ' '], "-") == EXPIRY;
    if face.tags.keys().filter(alike).count() != 1 {
        return None;
    }
    moment(face.tags.get(EXPIRY)?).filter(|at| *at >= face.created)
}

/// A moment as a tag has it. A day means its end.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let day: Date = text.parse().ok()?;
    let next = day.checked_add(1.day()).ok()?;
    Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp()).filter(|_| text.len() == 10)
}

/// A moment as a person reads it in a message.
pub(super) fn read_as(at: Timestamp) -> String {
    at.strftime("%a %-d %b %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_the_reference_says() {
        let at = |text: &str| moment(text).map(|at| at.to_string());
        assert_eq!(at("2026-01-03T14:00:00+02:00").as_deref(), Some("2026-01-03T12:00:00Z"));
        assert_eq!(at("2026-01-03").as_deref(), Some("2026-01-04T00:00:00Z"));
        assert_eq!((at("never"), at("friday"), at("20260103")), (None, None, None));
        assert_eq!(read_as("2026-01-03T12:00:00Z".parse().unwrap()), "Sat 3 Jan 2026, 12:00 UTC");
    }
}
