//! What an owner can type, as it works under the policy in force: within the longest lease, for the owner the cluster
//! names, with the tags this deployment reads.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::Setting;
use crate::notify::shell_word;

/// How much longer the commands in a message would keep something.
const EXTENSION: SignedDuration = SignedDuration::from_hours(14 * 24);
/// What `nightshift clusters extend` takes where it is given no policy.
const DEFAULT_LEASE_DAYS: u16 = 90;
const DEFAULT_TAG_KEY: &str = "auto-delete-after";
const DEFAULT_OWNER_TAG: &str = "owner";

/// A cluster whose date may be moved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Movable<'a> {
    pub(super) id: &'a str,
    pub(super) region: &'a str,
    pub(super) arn: &'a str,
    pub(super) owner: Option<&'a str>,
    /// When it expires, if that can be read.
    pub(super) expires_at: Option<Timestamp>,
}

/// The date to move it to: two weeks more, if the longest lease allows that; the most it allows; `None` if it allows no
/// more at all.
pub(super) fn until(expires_at: Option<Timestamp>, setting: Setting<'_>) -> Option<String> {
    let Setting { now, clock, lease_days, .. } = setting;
    let after = expires_at.map_or(now, |at| at.max(now));
    let most = later(now, SignedDuration::from_hours(24 * i64::from(lease_days)));
    let end_of = |day: jiff::civil::Date| {
        let next = day.tomorrow().ok()?.to_zoned(clock.zone.clone()).ok()?;
        Some(next.timestamp())
    };
    let day_of = |at: Timestamp| at.to_zoned(clock.zone.clone()).date();
    let fits = |day: &jiff::civil::Date| end_of(*day).is_some_and(|end| end > after && end <= most);
    // A day, which the expiry tag takes as its end.
    let wished = [Some(day_of(later(after, EXTENSION))), day_of(most).checked_sub(1.day()).ok()];
    let day = wished.into_iter().flatten().find(fits).map(|day| day.to_string());
    day.or_else(|| (most > after).then(|| Timestamp::from_second(most.as_second()).unwrap_or(most).to_string()))
}

/// The command of ours, where one works: it moves no date of what nobody owns.
pub(super) fn extend(it: Movable<'_>, until: &str, setting: Setting<'_>) -> Option<String> {
    let Setting { tag_key, owner_tag, now, function, home, .. } = setting;
    let owner = it.owner?;
    let in_default_lease = later(now, SignedDuration::from_hours(24 * i64::from(DEFAULT_LEASE_DAYS)));
    let far = until.parse::<jiff::civil::Date>().ok().and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let beyond = far.is_some_and(|day| later(day.timestamp(), SignedDuration::from_hours(48)) > in_default_lease);
    let mut command = format!(
        "nightshift clusters extend {} --until {until} --region {} --owner {}",
        shell_word(it.id),
        it.region,
        shell_word(owner)
    );
    if owner_tag != DEFAULT_OWNER_TAG || beyond {
        // What it reads then is this function's own policy, in the Region where that is.
        let (function, home) = (function?, home?);
        command = format!("AWS_REGION={home} {command} --function {}", shell_word(function));
    } else if tag_key != DEFAULT_TAG_KEY {
        let _ = write!(command, " --tag-key {}", shell_word(tag_key));
    }
    Some(command)
}

/// The same with the AWS CLI alone.
pub(super) fn set_expiry(it: Movable<'_>, until: &str, setting: Setting<'_>) -> String {
    add_tag(it.region, it.arn, setting.tag_key, until)
}

/// For a command that needs to know the expiry tag.
pub(super) fn key_option(tag_key: &str) -> String {
    if tag_key == DEFAULT_TAG_KEY { String::new() } else { format!(" --tag-key {}", shell_word(tag_key)) }
}

/// The AWS CLI's shorthand breaks at `=` in a key; its JSON does not.
pub(super) fn add_tag(region: &str, arn: &str, key: &str, value: &str) -> String {
    let tag = if key.contains(['=', ' ']) {
        serde_json::json!([{ "Key": key, "Value": value }]).to_string()
    } else {
        format!("Key={key},Value={value}")
    };
    let (arn, tag) = (shell_word(arn), shell_word(&tag));
    format!("aws rds add-tags-to-resource --region {region} --resource-name {arn} --tags {tag}")
}

fn later(than: Timestamp, by: SignedDuration) -> Timestamp {
    than.checked_add(by).unwrap_or(Timestamp::MAX)
}
