//! The copy that is changed: the checkout's own files are left alone, and what is built of the copy stays from run to run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::command::{at_root, quiet};
use crate::environment;

/// The rooms whose rules are changed, below `shared/src/`.
const ROOMS: [&str; 3] = ["domains", "jobs", "run"];

/// Makes `folder` what the checkout is. A file that is right already is left alone, so that cargo finds it as it was.
pub(super) fn laid_out(folder: &Path) -> anyhow::Result<PathBuf> {
    let listed = quiet(&mut at_root("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let listed = String::from_utf8(listed.stdout).context("git listed a name that is no text")?;
    let mut wanted = BTreeSet::new();
    for name in listed.split_terminator('\0') {
        let Ok(content) = fs::read(environment::root().join(name)) else { continue };
        let file = folder.join(name);
        if fs::read(&file).ok().as_ref() != Some(&content) {
            fs::create_dir_all(file.parent().unwrap_or(folder))?;
            fs::write(&file, content).with_context(|| format!("could not write {}", file.display()))?;
        }
        wanted.insert(file);
    }
    for file in files(folder)? {
        if !wanted.contains(&file) {
            fs::remove_file(&file).with_context(|| format!("could not remove {}", file.display()))?;
        }
    }
    Ok(folder.to_owned())
}

/// The files whose rules are changed: those that wait for nothing, tests apart.
pub(super) fn rules(tree: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut rules = Vec::new();
    for room in ROOMS {
        for file in files(&tree.join("shared/src").join(room))? {
            let text = fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
            let name = file.strip_prefix(tree)?;
            if is_rule(&name.to_string_lossy(), &text) {
                rules.push(name.to_owned());
            }
        }
    }
    Ok(rules)
}

fn is_rule(name: &str, text: &str) -> bool {
    let of_tests = name.ends_with("/tests.rs") || name.contains("/tests/");
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    !of_tests && !code.contains("async ") && !code.contains(".await")
}

/// Every file below `folder`, in order.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_waits_for_nothing_and_is_no_test() {
        let rule = "fn is_due() -> bool { true }\n#[cfg(test)]\nmod tests { async fn f() {} }";
        assert!(is_rule("shared/src/jobs/a/plan/b.rs", rule));
        assert!(!is_rule("shared/src/jobs/a/plan/tests/b.rs", rule));
        assert!(!is_rule("shared/src/jobs/a/plan/tests.rs", rule));
        assert!(!is_rule("shared/src/jobs/a/apply.rs", "pub(crate) async fn apply() {}"));
        assert!(!is_rule("shared/src/jobs/a/apply.rs", "fn f() { g().await }"));
    }
}
