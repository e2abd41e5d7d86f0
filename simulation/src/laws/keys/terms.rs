//! What a function was told to do, read once more from the words of the reference.

use jiff::SignedDuration;
use serde_json::Value;

use crate::aged::Tags;
use crate::iam::UserFace;
use crate::laws::variables::Variables;

/// So much earlier or later may two runs begin that are meant to be so far apart.
pub(super) const JITTER: SignedDuration = SignedDuration::from_mins(5);

/// The variables of a run, as far as laws ask for them.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    variables: Variables,
}

/// So many days of 24 hours.
pub(super) fn days(number: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * number)
}

impl Terms {
    pub(super) fn of(variables: &[(String, String)]) -> Self {
        Self { variables: Variables::of(variables) }
    }

    pub(super) fn applies(&self, event: &str) -> bool {
        self.variables.get("MODE") == Some("apply") && !event.contains(r#""mode": "plan""#)
    }

    /// From which age the keys of `user` are rotated.
    pub(super) fn rotate_after(&self, user: &UserFace) -> SignedDuration {
        let policy = self.variables.number("ROTATE_AFTER_DAYS", 90);
        let tagged = user.tags.get("nightshift:rotate-after-days").and_then(|text| text.parse::<u32>().ok());
        days(tagged.filter(|days| *days > 0).map_or(policy, |days| policy.min(i64::from(days))))
    }

    pub(super) fn warn(&self) -> SignedDuration {
        days(self.variables.number("WARN_DAYS", 7))
    }

    pub(super) fn overlap(&self) -> SignedDuration {
        days(self.variables.number("OVERLAP_DAYS", 7))
    }

    pub(super) fn quiet(&self) -> SignedDuration {
        days(self.variables.number("QUIET_DAYS", 2))
    }

    pub(super) fn max_overlap(&self) -> SignedDuration {
        days(self.variables.number("MAX_OVERLAP_DAYS", 30))
    }

    pub(super) fn hold_limit(&self) -> Option<SignedDuration> {
        self.variables.get("HOLD_LIMIT_DAYS").and_then(|text| text.parse().ok()).map(days)
    }

    pub(super) fn recovery(&self) -> SignedDuration {
        days(self.variables.number("RECOVERY_DAYS", 7))
    }

    pub(super) fn switches_unused_off(&self) -> bool {
        self.variables.get("UNUSED_KEYS") == Some("deactivate")
    }

    pub(super) fn deletes_inactive(&self) -> bool {
        self.variables.get("INACTIVE_KEYS") == Some("delete")
    }

    pub(super) fn most_rotations(&self) -> usize {
        usize::try_from(self.variables.number("MAX_ROTATIONS", 10)).unwrap_or(0)
    }

    pub(super) fn most_deactivations(&self) -> usize {
        usize::try_from(self.variables.number("MAX_DEACTIVATIONS", 10)).unwrap_or(0)
    }

    /// Whether a pattern excludes `user`; histories know names with a star at the end, and tags.
    pub(super) fn excludes(&self, user: &UserFace) -> bool {
        let patterns = self.variables.get("EXCLUDE").unwrap_or_default();
        patterns.split(',').map(str::trim).filter(|pattern| !pattern.is_empty()).any(|pattern| {
            if let Some(tag) = pattern.strip_prefix("tag:") {
                let has = |(key, value): (&String, &String)| {
                    tag.split_once('=').is_some_and(|(name, wanted)| {
                        name.eq_ignore_ascii_case(key) && wanted.eq_ignore_ascii_case(value)
                    })
                };
                return user.tags.iter().any(has);
            }
            match pattern.strip_suffix('*') {
                Some(start) => user.name.to_lowercase().starts_with(&start.to_lowercase()),
                None => user.name.eq_ignore_ascii_case(pattern),
            }
        })
    }
}

/// Where mail about a user goes: to the addresses in its tags, and to its owner's where those take nothing.
pub(super) fn addresses(tags: &Tags) -> Vec<String> {
    let is_one = |key: &String| ["mail", "email", "owner"].iter().any(|name| key.eq_ignore_ascii_case(name));
    let named = tags.iter().filter(|(key, _)| is_one(key)).flat_map(|(_, value)| value.split(' '));
    let whole = |one: &str| if one.contains('@') { one.to_owned() } else { format!("{one}@example.com") };
    named.filter(|one| !one.is_empty()).map(whole).collect()
}

/// The last four characters of a key's id, as messages and reports show it.
pub(super) fn short(key: &str) -> String {
    format!("\u{2026}{}", &key[key.len().saturating_sub(4)..])
}

/// The keys that an event calls compromised.
pub(super) fn compromised(event: &str) -> Vec<String> {
    let Ok(event) = serde_json::from_str::<Value>(event) else { return Vec::new() };
    let mut ids = Vec::new();
    let entries = match &event["compromised"] {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    ids.extend(entries.iter().filter_map(|one| one["access_key_id"].as_str()).map(str::to_owned));
    if event["detail"]["eventTypeCode"] == "AWS_RISK_CREDENTIALS_EXPOSED" {
        let named = event["detail"]["affectedEntities"].as_array().into_iter().flatten();
        ids.extend(named.filter_map(|one| one["entityValue"].as_str()).map(str::to_owned));
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_event_names_and_where_mail_goes_are_read_as_the_reference_says() {
        assert_eq!(compromised(r#"{"compromised": {"user": "ana", "access_key_id": "AKIAONE"}}"#), ["AKIAONE"]);
        let health = r#"{"detail": {"eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "affectedEntities": [{"entityValue": "AKIATWO"}]}}"#;
        assert_eq!(compromised(health), ["AKIATWO"]);
        assert_eq!(compromised("{}"), Vec::<String>::new());
        let tags = |pairs: &[(&str, &str)]| -> Tags {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(addresses(&tags(&[("Owner", "ana")])), ["ana@example.com"]);
        assert_eq!(addresses(&tags(&[("owner", "ana"), ("Mail", "a@example.org b@example.org")])).len(), 3);
        assert_eq!(short("AKIAONETWO"), "\u{2026}ETWO");
    }
}
