//! The marks of a cluster: the tags that say that it may go some day, and the patterns that say which clusters are meant.

use crate::config::{Alphabet, Settings};
use crate::text::printable;

/// What a pattern may be about.
pub const SUCH_AS: &str = "; an identifier, an ARN or key=value, with * and ?";

/// What says that a cluster is production, where the operator says nothing else.
pub const PRODUCTION: [&str; 9] = [
    "env=prod*",
    "environment=prod*",
    "stage=prod*",
    "env=prd*",
    "environment=prd*",
    "stage=prd*",
    "env=live*",
    "environment=live*",
    "stage=live*",
];

/// Identifiers and ARNs have letters, digits and some signs; only a tag, `key=value`, has spaces, too.
pub fn alphabet(pattern: &str) -> Alphabet {
    let is_tag = pattern.contains('=');
    let of = if is_tag { "tag" } else { "identifier or ARN" };
    Alphabet { of, signs: "_.:/=+-@", spaces: is_tag }
}

/// `NIGHTSHIFT_REQUIRED_TAGS`: what a cluster carries that may be deleted.
pub fn required_tags(settings: &mut Settings<'_>) -> Vec<(String, String)> {
    const NAME: &str = "NIGHTSHIFT_REQUIRED_TAGS";
    settings.defaults_to(NAME, "env=dev");
    let Some(entries) = settings.list(NAME) else {
        return vec![("env".to_owned(), "dev".to_owned())];
    };
    if entries.is_empty() {
        settings.fault(
            NAME,
            "is empty: an expiry tag alone is not enough to delete a cluster; name at least one key=value",
        );
    }
    pairs(settings, NAME, &entries)
}

/// `entries` as key and value.
pub fn pairs(settings: &mut Settings<'_>, name: &'static str, entries: &[String]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for entry in entries {
        match entry.split_once('=') {
            Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                pairs.push((key.to_owned(), value.to_owned()));
            }
            _ => settings.fault(name, format!("'{}' is not key=value", printable(entry))),
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    #[test]
    fn a_pair_has_a_key_and_a_value() {
        const NAME: &str = "NIGHTSHIFT_REQUIRED_TAGS";
        let environment = Environment::default();
        let read = |entry: &str| {
            let mut settings = Settings::of(&environment);
            let read = pairs(&mut settings, NAME, &[entry.to_owned()]);
            settings.finish().map(|()| read).map_err(|faults| faults.to_string())
        };
        assert_eq!(read("env=dev=1"), Ok(vec![("env".to_owned(), "dev=1".to_owned())]));
        for wrong in ["env", "=dev", "env=", "="] {
            assert!(read(wrong).unwrap_err().contains(&format!("'{wrong}' is not key=value")), "{wrong}");
        }
    }
}
