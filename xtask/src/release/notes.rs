//! What a release says of itself: its section of the changelog.

use anyhow::{Context as _, ensure};

/// The section of `version`. Without a tag it is a trial, and takes what is not released yet where there is no other.
pub(super) fn of(changelog: &str, version: &str, tag: Option<&str>) -> anyhow::Result<String> {
    let own = section(changelog, version);
    let Some(tag) = tag else {
        return own.or_else(|| section(changelog, "Unreleased")).context("CHANGELOG.md has no section for a release");
    };
    ensure!(tag == format!("v{version}"), "the tag is {tag}, but the packages have version {version}");
    own.with_context(|| {
        format!("CHANGELOG.md has no section '## {version}': write it, and move there what is unreleased")
    })
}

/// What stands between this heading and the next of its kind. A heading may have a day behind the version.
fn section(changelog: &str, title: &str) -> Option<String> {
    let is_it =
        |line: &str| line.strip_prefix("## ").is_some_and(|heading| heading.split([' ', ',']).next() == Some(title));
    let lines = changelog.lines().skip_while(|line| !is_it(line)).skip(1).take_while(|line| !line.starts_with("## "));
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.trim();
    (!text.is_empty()).then(|| format!("{text}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str =
        "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.1.0, 2026-12-01\n\n### Added\n\n- all\n\n## 0.0.9\n- old\n";

    #[test]
    fn a_tagged_release_says_its_own_section_and_no_other() {
        assert_eq!(of(LOG, "0.1.0", Some("v0.1.0")).unwrap(), "### Added\n\n- all\n");
        let said = of(LOG, "0.1.0", Some("v0.2.0")).unwrap_err().to_string();
        assert_eq!(said, "the tag is v0.2.0, but the packages have version 0.1.0");
        let said = of(LOG, "0.2.0", Some("v0.2.0")).unwrap_err().to_string();
        assert_eq!(said, "CHANGELOG.md has no section '## 0.2.0': write it, and move there what is unreleased");
        assert!(of(LOG, "0.1", Some("v0.1")).is_err(), "0.1 is not 0.1.0");
    }

    #[test]
    fn a_trial_takes_what_is_not_released_yet() {
        assert_eq!(of(LOG, "0.2.0", None).unwrap(), "- new\n");
        assert_eq!(of(LOG, "0.0.9", None).unwrap(), "- old\n");
        assert!(of("# Changelog\n", "0.1.0", None).is_err());
    }
}
