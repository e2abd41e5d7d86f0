//! The variables as they were found: the raw stage of configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use crate::report::fingerprint;

/// A set of variables, wherever they come from: this process, a policy file, a deployed function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// Those of ours whose name or value is no text.
    unreadable: BTreeSet<String>,
    from: Origin,
}

/// Who wrote the variables down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Origin {
    /// Terraform or a shell, which write a list of none as an empty variable.
    #[default]
    Machine,
    /// A person, line by line.
    File,
}

/// The prefix of every policy variable.
const PREFIX: &str = "NIGHTSHIFT_";

impl Environment {
    /// This process's own.
    #[expect(clippy::disallowed_methods, reason = "this is the room the rule points to")]
    pub fn of_process() -> Self {
        Self::of_os(std::env::vars_os())
    }

    /// What a person wrote into a policy file.
    pub fn of_file(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { from: Origin::File, ..variables.into_iter().collect() }
    }

    /// A variable that is not Unicode is nobody's policy; one of ours is remembered, so that it is a fault and not absent.
    fn of_os(found: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut environment = Self::default();
        for (name, value) in found {
            let shown = name.to_string_lossy().into_owned();
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => _ = environment.variables.insert(name, value),
                _ if is_ours(&shown) => _ = environment.unreadable.insert(shown),
                _ => {}
            }
        }
        environment
    }

    /// Whether a person wrote this down: what is empty there is most likely something that got lost.
    pub fn is_a_file(&self) -> bool {
        self.from == Origin::File
    }

    /// The names of our variables whose name or value is not Unicode.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(String::as_str)
    }

    /// The names that are ours or were meant to be: in quotes, in lower case, behind a byte order mark.
    pub fn ours(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| is_ours(name))
    }

    /// The value of `name`. Set to nothing is as good as unset, as Terraform and shells write it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether `name` is there, even if it holds nothing.
    pub fn holds(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// These with `name` set to `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// These but for those of ours whose name `is_out`.
    #[must_use]
    pub fn without(mut self, is_out: impl Fn(&str) -> bool) -> Self {
        self.variables.retain(|name, _| !is_ours(name) || !is_out(name));
        self
    }

    /// Tells one policy from another: every variable of ours with its value, in the order of their names.
    pub fn fingerprint(&self) -> String {
        let ours: Vec<_> = self.variables.iter().filter(|(name, _)| is_ours(name)).collect();
        fingerprint(&(ours, &self.unreadable))
    }

    /// These variables, and under them those of `base` that are not ours: the AWS environment of a caller with the
    /// policy of a file.
    #[must_use]
    pub fn over_aws_of(mut self, base: &Self) -> Self {
        for (name, value) in base.variables.iter().filter(|(name, _)| !is_ours(name)) {
            self.variables.entry(name.clone()).or_insert_with(|| value.clone());
        }
        self
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self { variables, ..Self::default() }
    }
}

/// `name` without what came along before it.
pub(super) fn bare(name: &str) -> &str {
    name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// Whether a variable of this name is ours or was meant to be: in quotes, in lower case, behind a byte order mark.
pub fn is_ours(name: &str) -> bool {
    bare(name).get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn a_variable_of_ours_that_is_no_text_is_remembered_and_another_is_not() {
        let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
        let environment = Environment::of_os([
            (text(b"NIGHTSHIFT_PROTECTED"), text(b"prod-\xff*")),
            (text(b"NIGHTSHIFT_\xff"), text(b"x")),
            (text(b"LS_COLORS"), text(b"\xff")),
            (text(b"NIGHTSHIFT_MODE"), text(b"plan")),
        ]);
        assert_eq!(environment.unreadable().collect::<Vec<_>>(), ["NIGHTSHIFT_PROTECTED", "NIGHTSHIFT_\u{fffd}"]);
        assert_eq!(environment.names().collect::<Vec<_>>(), ["NIGHTSHIFT_MODE"]);
        // A file's policy stands in the place of the shell's, and so do its faults.
        assert_eq!(Environment::of_file([]).over_aws_of(&environment).unreadable().count(), 0);
    }

    #[test]
    fn a_policy_has_the_same_fingerprint_whatever_else_is_in_the_shell() {
        let of = |variables: &[(&str, &str)]| variables.iter().copied().collect::<Environment>().fingerprint();
        let policy = of(&[("NIGHTSHIFT_REGIONS", "eu-west-1"), ("NIGHTSHIFT_MODE", "plan")]);
        assert_eq!(policy, of(&[("NIGHTSHIFT_MODE", "plan"), ("PATH", "/bin"), ("NIGHTSHIFT_REGIONS", "eu-west-1")]));
        assert_ne!(policy, of(&[("NIGHTSHIFT_MODE", "apply"), ("NIGHTSHIFT_REGIONS", "eu-west-1")]));
        assert_ne!(policy, of(&[("NIGHTSHIFT_MODE", "plan")]));
        assert!(policy.starts_with("sha256:"), "{policy}");
    }

    #[test]
    fn a_name_that_was_meant_to_be_ours_is() {
        for (name, ours) in [
            ("NIGHTSHIFT_MODE", true),
            ("nightshift_mode", true),
            ("'NIGHTSHIFT_MODE", true),
            ("\u{feff}NIGHTSHIFT_MODE", true),
            (" NIGHTSHIFT_MODE", true),
            ("TF_VAR_NIGHTSHIFT_MODE", false),
            ("_NIGHTSHIFT_COMPLETE", false),
            ("NIGHTSHIFT", false),
            ("NÏGHTSHIFT_MODE", false),
        ] {
            let environment: Environment = [(name, "x")].into_iter().collect();
            assert_eq!(environment.ours().count() == 1, ours, "{name}");
            assert_eq!(Environment::default().over_aws_of(&environment).holds(name), !ours, "{name}");
        }
    }
}
