//! The variables of a run, as far as laws ask for them.

/// The address of the operators in every history.
pub(super) const OPERATORS: &str = "operators@example.com";

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Variables(Vec<(String, String)>);

impl Variables {
    pub(super) fn of(variables: &[(String, String)]) -> Self {
        Self(variables.to_vec())
    }

    /// The value of `NIGHTSHIFT_` and `name`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key.strip_prefix("NIGHTSHIFT_") == Some(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str, default: i64) -> i64 {
        self.get(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }
}
