//! What `org-inventory` keeps and where, from its environment variables.

use std::time::Duration;

use crate::config::Settings;
use crate::domains::organization::Snapshot;
use crate::services::organizations::{How, Share};

/// Where snapshots are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `NIGHTSHIFT_SNAPSHOT_BUCKET`.
    pub bucket: String,
    /// `NIGHTSHIFT_SNAPSHOT_PREFIX`: what the keys begin with.
    pub prefix: String,
}

/// The checked policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Where snapshots are kept; `None` for a person who only wants the table.
    pub place: Option<Place>,
    /// `NIGHTSHIFT_ACCOUNTS_TABLE`: the table of the accounts, where there is one.
    pub table: Option<String>,
    /// `NIGHTSHIFT_MAX_DELETIONS`: items that a run may remove from it.
    pub max_deletions: usize,
    /// `NIGHTSHIFT_RATE_PERCENT`: the part of AWS's published rates that is used.
    pub share: Share,
    /// `NIGHTSHIFT_EFFECTIVE_POLICIES`.
    pub effective: Option<How>,
    /// `NIGHTSHIFT_WHOLE_READING_DAYS`: so old may what was carried over be.
    pub whole_after: Duration,
    /// A snapshot that a person has, to be taken in the place of a reading.
    pub given: Option<Box<Snapshot>>,
}

impl Policy {
    /// Reads it.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        const BUCKET: &str = "NIGHTSHIFT_SNAPSHOT_BUCKET";
        let bucket = settings.text(BUCKET).map(str::to_owned);
        if bucket.is_none() {
            settings.fault(BUCKET, "it is not set: name the bucket that keeps the snapshots, with versioning on");
        }
        let prefix = settings.parsed("NIGHTSHIFT_SNAPSHOT_PREFIX", prefix);
        if prefix.is_none() {
            settings.defaults_to("NIGHTSHIFT_SNAPSHOT_PREFIX", PREFIX);
        }
        let prefix = prefix.unwrap_or_else(|| PREFIX.to_owned());
        let percent = settings.number("NIGHTSHIFT_RATE_PERCENT", 50, 1..=100);
        let ways = [("shared", Some(How::Shared)), ("exact", Some(How::Exact)), ("none", None)];
        let days = settings.number("NIGHTSHIFT_WHOLE_READING_DAYS", 7, 1..=90);
        Self {
            place: bucket.map(|bucket| Place { bucket, prefix }),
            table: settings.text("NIGHTSHIFT_ACCOUNTS_TABLE").map(str::to_owned),
            max_deletions: settings.number("NIGHTSHIFT_MAX_DELETIONS", 10, 0..=10_000),
            share: u8::try_from(percent).ok().and_then(Share::of).unwrap_or(Share::NEIGHBOUR),
            effective: settings.choice("NIGHTSHIFT_EFFECTIVE_POLICIES", Some(How::Shared), &ways),
            whole_after: Duration::from_hours(24 * u64::try_from(days).unwrap_or(7)),
            given: None,
        }
    }
}

const PREFIX: &str = "organization/";

/// What a key can begin with: no folder above, none twice.
fn prefix(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let is_path = !text.starts_with('/') && !text.contains("//") && !text.contains("..");
    if is_path && text.ends_with('/') && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "'{}' is no prefix: letters, digits and -_. between slashes, with one at the end",
            crate::text::printable(text)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn read(pairs: &[(&str, &str)]) -> Result<Policy, String> {
        let environment: Environment = pairs.iter().copied().collect();
        let mut settings = Settings::of(&environment);
        let policy = Policy::read(&mut settings);
        settings.finish().map(|()| policy).map_err(|faults| faults.to_string())
    }

    #[test]
    fn it_keeps_what_it_reads_somewhere_and_is_a_neighbour() {
        assert!(read(&[]).unwrap_err().contains("NIGHTSHIFT_SNAPSHOT_BUCKET: it is not set"));
        let policy = read(&[("NIGHTSHIFT_SNAPSHOT_BUCKET", "b")]).unwrap();
        assert_eq!(policy.place.map(|place| place.prefix).as_deref(), Some("organization/"));
        assert_eq!((policy.share, policy.effective, policy.table), (Share::NEIGHBOUR, Some(How::Shared), None));
        assert_eq!(policy.whole_after, Duration::from_hours(7 * 24));
    }

    #[test]
    fn what_makes_no_sense_is_a_fault() {
        for (name, value) in [
            ("NIGHTSHIFT_SNAPSHOT_PREFIX", "/a/"),
            ("NIGHTSHIFT_SNAPSHOT_PREFIX", "a"),
            ("NIGHTSHIFT_SNAPSHOT_PREFIX", "a/../"),
            ("NIGHTSHIFT_RATE_PERCENT", "0"),
            ("NIGHTSHIFT_RATE_PERCENT", "101"),
            ("NIGHTSHIFT_EFFECTIVE_POLICIES", "some"),
            ("NIGHTSHIFT_WHOLE_READING_DAYS", "0"),
        ] {
            let said = read(&[("NIGHTSHIFT_SNAPSHOT_BUCKET", "b"), (name, value)]).unwrap_err();
            assert!(said.contains(name), "{said}");
        }
    }
}
