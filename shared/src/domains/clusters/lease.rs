//! How an expiry is written, and how far ahead it may be put: what deleting and extending have in common.

use jiff::tz::TimeZone;

use crate::config::Settings;
use crate::services::tags::OURS;
use crate::text::printable;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// `NIGHTSHIFT_TAG_KEY`: the key of the expiry tag.
    pub tag_key: String,
    /// `NIGHTSHIFT_OWNER_TAG`: the key of the tag that names a cluster's owner.
    pub owner_tag: String,
    /// `NIGHTSHIFT_TIME_ZONE`: what a time without a zone is meant in.
    pub time_zone: TimeZone,
    /// `NIGHTSHIFT_MAX_LEASE_DAYS`: how far ahead an expiry may be put.
    pub max_lease_days: u16,
}

impl Lease {
    /// Reads it.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        Self {
            tag_key: tag_key(settings, "NIGHTSHIFT_TAG_KEY", "auto-delete-after"),
            owner_tag: tag_key(settings, "NIGHTSHIFT_OWNER_TAG", "owner"),
            time_zone: settings.time_zone(),
            max_lease_days: u16::try_from(settings.number("NIGHTSHIFT_MAX_LEASE_DAYS", 90, 1..=3650)).unwrap_or(90),
        }
    }
}

/// The key of a tag, by the variable `name`.
pub fn tag_key(settings: &mut Settings<'_>, name: &'static str, default: &str) -> String {
    let key = settings.text_or(name, default).to_owned();
    if key.chars().count() > 128 || key.starts_with("aws:") {
        settings.fault(
            name,
            format!("'{}' is not a tag key: at most 128 characters, not starting with aws:", printable(&key)),
        );
    } else if key.starts_with(OURS) && name == "NIGHTSHIFT_TAG_KEY" {
        settings.fault(name, format!("'{}' is one of this tool's own tags", printable(&key)));
    }
    key
}
