//! What an owner can type, as it works under the policy in force: within the longest lease, for the owner the cluster
//! names, with the tags this deployment reads.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::expiry::{self, Expiry};
use crate::notify::shell_word;
use crate::text::printable;

/// How much longer the commands in a message would keep something.
const EXTENSION: SignedDuration = SignedDuration::from_hours(14 * 24);
/// What `nightshift clusters extend` takes where it is given no policy.
const DEFAULT_LEASE_DAYS: u16 = 90;
const DEFAULT_TAG_KEY: &str = "auto-delete-after";
const DEFAULT_OWNER_TAG: &str = "owner";

/// By which policy something is typed, and when.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// The key of the expiry tag.
    pub tag_key: &'a str,
    /// The key of the tag that names an owner.
    pub owner_tag: &'a str,
    /// How far ahead `nightshift clusters extend` may put an expiry.
    pub lease_days: u16,
    /// The deployed function whose policy the command can read, where there is one.
    pub function: Option<&'a str>,
    /// Its Region.
    pub home: Option<&'a str>,
    /// The moment.
    pub now: Timestamp,
    /// What a day is meant in.
    pub zone: &'a TimeZone,
}

/// A cluster whose date may be moved.
#[derive(Debug, Clone, Copy)]
pub struct Movable<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// Where it is.
    pub region: &'a str,
    /// Its ARN.
    pub arn: &'a str,
    /// Whose, as its tag has it.
    pub owner: Option<&'a str>,
    /// When it expires, if that can be read.
    pub expires_at: Option<Timestamp>,
}

/// The date to move it to: two weeks more, if the longest lease allows that; the most it allows; `None` if it allows no
/// more at all. A day, where that is one and the same lease in this deployment's zone and in UTC, which the command takes it
/// in where it knows no policy; and where it is not over before the message is read.
pub fn until(expires_at: Option<Timestamp>, typed: Typed<'_>) -> Option<String> {
    let Typed { now, zone, lease_days, .. } = typed;
    let after = expires_at.map_or(now, |at| at.max(now));
    let most = later(now, days(lease_days));
    let day_of = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let fits = |day: &String| {
        [zone, &TimeZone::UTC]
            .into_iter()
            .all(|zone| end(day, zone).is_some_and(|end| end > after && end >= later(now, days(1)) && end <= most))
    };
    let wished = [Some(day_of(later(after, EXTENSION))), day_of(most).checked_sub(1.day()).ok()];
    let day = wished.into_iter().flatten().map(|day| day.to_string()).find(fits);
    let exact = Timestamp::from_second(most.as_second()).unwrap_or(most);
    day.or_else(|| (exact > after).then(|| exact.to_string()))
}

/// When an expiry of `until` comes.
fn end(until: &str, zone: &TimeZone) -> Option<Timestamp> {
    match expiry::read(until, zone) {
        Ok(Expiry::At(at)) => Some(at),
        Ok(Expiry::Never) | Err(_) => None,
    }
}

/// The command of ours, where one works: it moves no date of what nobody owns.
pub fn extend(it: Movable<'_>, until: &str, typed: Typed<'_>) -> Option<String> {
    let Typed { tag_key, owner_tag, now, function, home, .. } = typed;
    // What cannot be shown as it is cannot be typed either.
    let owner = it.owner.filter(|owner| printable(owner) == **owner)?;
    let in_default_lease = later(now, days(DEFAULT_LEASE_DAYS));
    let beyond = end(until, &TimeZone::UTC).is_none_or(|end| end > in_default_lease);
    let mut command = format!(
        "nightshift clusters extend {} --until {until} --region {}{}",
        shell_word(it.id),
        it.region,
        option("--owner", owner)
    );
    if owner_tag != DEFAULT_OWNER_TAG || beyond {
        // What it reads then is this function's own policy, in the Region where that is.
        let (function, home) = (function?, home?);
        command = format!("AWS_REGION={home} {command}{}", option("--function", function));
    } else {
        command.push_str(&key_option(tag_key));
    }
    Some(command)
}

/// An option of ours and its value, which may begin like an option.
fn option(name: &str, value: &str) -> String {
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!(" {name}{between}{}", shell_word(value))
}

/// The same with the AWS CLI alone.
pub fn set_expiry(it: Movable<'_>, until: &str, typed: Typed<'_>) -> String {
    add_tag(it.region, it.arn, typed.tag_key, until)
}

/// For a command that needs to know the expiry tag.
pub fn key_option(tag_key: &str) -> String {
    if tag_key == DEFAULT_TAG_KEY { String::new() } else { option("--tag-key", tag_key) }
}

/// The AWS CLI's shorthand breaks at `=` in a key; its JSON does not.
pub fn add_tag(region: &str, arn: &str, key: &str, value: &str) -> String {
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

fn days(number: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(number))
}
