//! The tests of the Rust suite that found nothing to do it with: a test that wants a server which is not here ends well, and
//! proves nothing. `testkit/src/missing.rs` notes each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::environment;

/// The variable that asks the testkit to note them.
pub(crate) const VARIABLE: &str = "TESTKIT_MISSING";

/// Where they are noted.
pub(crate) fn folder() -> PathBuf {
    environment::target().join("missing")
}

/// `Some` says which tests of the last run did nothing, or less, and for want of what.
pub(crate) fn search() -> anyhow::Result<Option<String>> {
    within(&folder())
}

fn within(folder: &Path) -> anyhow::Result<Option<String>> {
    // Nothing was noted.
    let Ok(entries) = fs::read_dir(folder) else { return Ok(None) };
    let mut tests = BTreeMap::<_, BTreeSet<_>>::new();
    for entry in entries {
        let path = entry?.path();
        let said = fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
        for line in said.lines() {
            let (what, test) = line.split_once('\t').with_context(|| format!("'{line}' in {}", path.display()))?;
            tests.entry(what.to_owned()).or_default().insert(test.to_owned());
        }
    }
    let said = tests.iter().map(|(what, tests)| {
        let tests: Vec<_> = tests.iter().map(String::as_str).collect();
        format!("without {what} did nothing, or less: {}", tests.join(", "))
    });
    let said: Vec<_> = said.collect();
    Ok((!said.is_empty()).then(|| said.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_nothing_is_named_once_with_what_it_lacked() {
        let folder = std::env::temp_dir().join(format!("nightshift-missing-{}", std::process::id()));
        assert_eq!(within(&folder).unwrap(), None, "nothing was noted");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("1"), "MySQL\tmysql::drops\nMySQL\tmysql::drops\n").unwrap();
        fs::write(folder.join("2"), "MariaDB\tmysql::drops\nMySQL\tiam::app\n").unwrap();
        let said = within(&folder).unwrap();
        fs::write(folder.join("2"), "nonsense\n").unwrap();
        let unreadable = within(&folder).is_err();
        fs::remove_dir_all(&folder).unwrap();
        let expected = "without MariaDB did nothing, or less: mysql::drops; \
                        without MySQL did nothing, or less: iam::app, mysql::drops";
        assert_eq!((said.as_deref(), unreadable), (Some(expected), true));
    }
}
