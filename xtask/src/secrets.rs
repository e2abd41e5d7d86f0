//! Looks for every secret that came into being in the Rust suite in everything that was said there: logs, reports, mails,
//! errors, what the command line prints, and every request but those that store a secret. `testkit/src/said.rs` keeps both.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use anyhow::{Context as _, ensure};

use crate::environment;

/// The variable that asks the testkit to keep it.
pub(crate) const VARIABLE: &str = "TESTKIT_SAID";

/// Where it is kept.
pub(crate) fn folder() -> PathBuf {
    environment::target().join("said")
}

/// Searches what the last run of the suite kept.
pub(crate) fn search() -> anyhow::Result<()> {
    let found = within(&folder())?;
    println!(
        "{} secrets, each in {} forms at most, in {} MB of {} processes' words: none found",
        found.secrets,
        FORMS,
        found.bytes / 1_000_000,
        found.files
    );
    Ok(())
}

/// As it is, and as JSON, JSON within JSON and URLs spell it.
const FORMS: usize = 4;

#[derive(Debug, PartialEq, Eq)]
struct Searched {
    secrets: usize,
    files: usize,
    bytes: usize,
}

fn within(folder: &Path) -> anyhow::Result<Searched> {
    let mut secrets = BTreeSet::new();
    for path in files(&folder.join("secrets"))? {
        secrets.extend(read(&path)?.lines().map(str::to_owned));
    }
    ensure!(!secrets.is_empty(), "the suite has seen no secret, so nothing was shown: repeat cargo xtask test");
    let forms: Vec<_> = secrets.iter().flat_map(|line| line.split('\t')).filter(|form| !form.is_empty()).collect();
    let search = AhoCorasick::new(&forms).context("could not prepare the search")?;
    let mut searched = Searched { secrets: secrets.len(), files: 0, bytes: 0 };
    for path in files(&folder.join("words"))? {
        let words = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        if let Some(found) = search.find(&words) {
            let line = words[..found.start()].split(|byte| *byte == b'\n').count();
            anyhow::bail!(
                "line {line} of {} holds a secret in clear: look there, and mend who said it",
                path.display()
            );
        }
        searched.files += 1;
        searched.bytes += words.len();
    }
    ensure!(searched.bytes > 0, "the suite has said nothing, so nothing was shown: repeat cargo xtask test");
    Ok(searched)
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("nothing was kept in {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of the test's own, with what was said in it.
    fn kept(name: &str, words: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("nightshift-said-{}-{name}", std::process::id()));
        for (kind, text) in [("secrets", "hush/hush+1\thush/hush+1\thush/hush+1\thush%2Fhush%2B1\n"), ("words", words)]
        {
            fs::create_dir_all(folder.join(kind)).unwrap();
            fs::write(folder.join(kind).join("1"), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_secret_is_found_in_each_of_its_forms_and_nothing_where_there_is_none() {
        for (name, words) in [("plain", "a\nb hush/hush+1 c"), ("url", "a\nb=hush%2Fhush%2B1&c")] {
            let folder = kept(name, words);
            let said = within(&folder).unwrap_err().to_string();
            assert!(said.contains("line 2") && !said.contains("hush/"), "{said}");
            fs::remove_dir_all(folder).unwrap();
        }
        let folder = kept("none", "a hush\n");
        assert_eq!(within(&folder).unwrap(), Searched { secrets: 1, files: 1, bytes: 7 });
        fs::write(folder.join("secrets/1"), "").unwrap();
        assert!(within(&folder).is_err(), "no secret is no proof");
        fs::remove_dir_all(folder).unwrap();
    }
}
