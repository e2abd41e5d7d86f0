//! The variables as they were found: the raw stage of configuration.

use std::collections::BTreeMap;

/// A set of variables, wherever they come from: this process, a policy file, a deployed function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// This process's own. A variable that is not Unicode cannot be one of ours and is left out.
    #[expect(clippy::disallowed_methods, reason = "this is the room the rule points to")]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect())
    }

    /// The value of `name`. Set to nothing is as good as unset, as Terraform and shells write it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether `name` is there, even if it holds nothing.
    pub fn holds(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// These variables, and under them those of `base` that are not ours: the AWS environment of a caller with the
    /// policy of a file.
    #[must_use]
    pub fn over_aws_of(mut self, base: &Self) -> Self {
        for (name, value) in &base.0 {
            if !name.starts_with("NIGHTSHIFT_") {
                self.0.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        self
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}
