//! The tags this domain writes, and the tags of a resource as a value.

use std::collections::BTreeMap;

use serde::Serialize;

/// When deletion was asked for: an RFC 3339 instant, set before the first delete call.
pub const DELETE_REQUESTED: &str = "nightshift:delete-requested";
/// What that request was about: the cluster's resource id and how many members it had, so that a later run can tell a
/// deletion that was begun from one that never took hold.
pub const DELETE_OF: &str = "nightshift:delete-of";
/// When a final snapshot of ours may go: an RFC 3339 instant or `never`. Not the clusters' expiry tag, so that no
/// janitor that copies tags from cluster to snapshot can take the last copy of the data.
pub const PURGE_AFTER: &str = "nightshift:purge-after";
/// How the cluster was built, in numbered pieces: see [`super::facts`].
pub const RESTORE_PREFIX: &str = "nightshift:restore-";
/// When the owner was told that the cluster expires, at which expiry, and of which resource id: a changed expiry or a new
/// cluster of the same name makes it no notice at all.
pub const NOTIFIED: &str = "nightshift:notified";
/// On a final snapshot whose cluster's owner has not been told yet that it was deleted.
pub const UNTOLD: &str = "nightshift:untold";
/// The snapshot a cluster was brought back from.
pub const RESTORED_FROM: &str = "nightshift:restored-from";
/// Every tag of ours starts so.
pub const OURS: &str = "nightshift:";

/// AWS's limit for one resource (Amazon RDS User Guide, "Tagging Amazon RDS resources").
pub const LIMIT: usize = 50;
/// AWS's limit for one value, in characters (same page).
pub const VALUE_LIMIT: usize = 256;

/// The tags of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// The value of `key`, matched exactly.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Key by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there would be with `more` added.
    pub fn len_with(&self, more: &Self) -> usize {
        self.0.len() + more.0.keys().filter(|key| !self.0.contains_key(*key)).count()
    }

    /// Sets one.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// These and `more`, whose values win.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// Those that a person or another tool set and that may be set again: neither ours nor AWS's.
    #[must_use]
    pub fn of_others(&self) -> Self {
        self.iter().filter(|(key, _)| !key.starts_with(OURS) && !key.starts_with("aws:")).collect()
    }

    /// All but `key`.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.0.remove(key);
        self
    }

    /// The keys that read like `key` but for case, separators and surrounding space, `key` itself among them.
    pub fn look_alikes(&self, key: &str) -> Vec<&str> {
        let wanted = skeleton(key);
        self.0.keys().map(String::as_str).filter(|found| skeleton(found) == wanted).collect()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(tags: I) -> Self {
        Self(tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

fn skeleton(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_differ_only_in_case_and_separators() {
        let tags: Tags =
            [("auto-delete-after", ""), ("Auto_Delete_After", ""), ("auto-delete", ""), ("autodeleteafter ", "")]
                .into_iter()
                .collect();
        assert_eq!(
            tags.look_alikes("auto-delete-after"),
            ["Auto_Delete_After", "auto-delete-after", "autodeleteafter "]
        );
    }
}
