//! Tags, as AWS keeps them on its resources.

use std::collections::BTreeMap;

use serde::Serialize;

/// Every tag of ours starts so.
pub const OURS: &str = "nightshift:";

/// The tags of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Tags {
    pairs: BTreeMap<String, String>,
    #[serde(skip)]
    case: Case,
}

/// Whether the service tells keys apart by their case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Case {
    #[default]
    Matters,
    /// IAM keeps the case of a key and does not look at it (IAM User Guide, "Rules for tagging in IAM").
    Ignored,
}

/// Whether RDS takes `text` as the value of a tag, and there is anything in it (Amazon RDS API Reference, "Tag").
pub fn takes_value(text: &str) -> bool {
    let holds = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
    let reserved = |start: &str| text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start));
    !text.trim().is_empty()
        && text.chars().count() <= Tags::VALUE_LIMIT
        && text.chars().all(holds)
        && !reserved("aws:")
        && !reserved("rds:")
}

impl Tags {
    /// The most that one resource can have (Amazon RDS User Guide, "Tagging Amazon RDS resources"; IAM User Guide, "Rules for
    /// tagging in IAM").
    pub const LIMIT: usize = 50;
    /// The longest value, in characters (same pages).
    pub const VALUE_LIMIT: usize = 256;

    /// Tags of a service that does not tell keys apart by their case.
    pub fn in_any_case<K: Into<String>, V: Into<String>>(tags: impl IntoIterator<Item = (K, V)>) -> Self {
        Self { case: Case::Ignored, ..tags.into_iter().collect() }
    }

    /// The value of `key`, as the service would find it; the key written exactly so first.
    pub fn get(&self, key: &str) -> Option<&str> {
        let alike = || self.pairs.iter().find(|(found, _)| found.eq_ignore_ascii_case(key)).map(|(_, value)| value);
        let found = self.pairs.get(key);
        if self.case == Case::Ignored { found.or_else(alike) } else { found }.map(String::as_str)
    }

    /// Key by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// How many count towards the [limit](Self::LIMIT): all but AWS's own (AWS Tagging guide, "Tag naming limits").
    pub fn counted(&self) -> usize {
        self.pairs.keys().filter(|key| !key.starts_with("aws:")).count()
    }

    /// How many would count with `more` added.
    pub fn counted_with(&self, more: &Self) -> usize {
        self.counted() + more.pairs.keys().filter(|key| !self.pairs.contains_key(*key)).count()
    }

    /// Sets one.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.pairs.insert(key.into(), value.into());
    }

    /// These and `more`, whose values win.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        self.pairs.extend(more.pairs);
        self
    }

    /// Those that a person or another tool set and that may be set again: neither ours nor AWS's.
    #[must_use]
    pub fn of_others(&self) -> Self {
        self.iter().filter(|(key, _)| !key.starts_with(OURS) && !key.starts_with("aws:")).collect()
    }

    /// Removes the one written exactly so.
    pub fn remove(&mut self, key: &str) {
        self.pairs.remove(key);
    }

    /// All but `key`.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.pairs.remove(key);
        self
    }

    /// The keys that read like `key` but for case, separators and surrounding space, `key` itself among them.
    pub fn look_alikes(&self, key: &str) -> Vec<&str> {
        let wanted = skeleton(key);
        self.pairs.keys().map(String::as_str).filter(|found| skeleton(found) == wanted).collect()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(tags: I) -> Self {
        let pairs = tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        Self { pairs, case: Case::Matters }
    }
}

fn skeleton(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_a_key_counts_where_the_service_looks_at_it() {
        let pairs = [("Email", "ana@example.com"), ("email", "bob@example.com"), ("Owner", "ana")];
        let exact: Tags = pairs.into_iter().collect();
        assert_eq!((exact.get("email"), exact.get("owner")), (Some("bob@example.com"), None));
        let in_any_case = Tags::in_any_case(pairs);
        assert_eq!(in_any_case.get("email"), Some("bob@example.com"), "the one written so comes first");
        assert_eq!(in_any_case.get("owner"), Some("ana"));
    }

    #[test]
    fn aws_own_tags_do_not_count() {
        let tags: Tags = [("aws:cloudformation:stack-name", "x"), ("env", "dev")].into_iter().collect();
        assert_eq!((tags.len(), tags.counted()), (2, 1));
        assert_eq!(tags.counted_with(&[("env", "x"), ("owner", "ana")].into_iter().collect()), 2);
    }

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
