//! The mutants that may be missed, each with its reason. A line that is not there any more, and a mutant that a test catches,
//! go from here: `cargo xtask check` and `cargo xtask mutants` say so.

use std::fs;
use std::path::Path;

use super::choice::Mutant;

struct Explained {
    /// Below `shared/src/`.
    file: &'static str,
    /// The line that is changed, as it stands there.
    line: &'static str,
    /// What is changed, as cargo-mutants says it; of a group that has one reason, how each begins.
    what: &'static str,
    why: &'static str,
}

const EXPLAINED: [Explained; 0] = [];

/// Why `mutant` of `tree` may be missed.
pub(super) fn why(tree: &Path, mutant: &Mutant) -> Option<&'static str> {
    let text = fs::read_to_string(tree.join(&mutant.file)).ok()?;
    let line = text.lines().nth(mutant.line.checked_sub(1)?)?;
    among(&EXPLAINED, mutant, line).map(|one| one.why)
}

fn among<'a>(explained: &'a [Explained], mutant: &Mutant, line: &str) -> Option<&'a Explained> {
    let file = mutant.file.strip_prefix("shared/src/")?;
    explained.iter().find(|one| one.file == file && one.line == line.trim() && mutant.what.starts_with(one.what))
}

/// Reasons for lines that stand nowhere. `read` has the text of a file of the checkout.
pub(crate) fn moved<'a>(read: impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
    gone(&EXPLAINED, read)
}

fn gone<'a>(explained: &[Explained], read: impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
    let stands = |one: &&Explained| {
        let text = read(&format!("shared/src/{}", one.file)).unwrap_or_default();
        text.lines().any(|line| line.trim() == one.line)
    };
    let gone = explained.iter().filter(|one| !stands(one));
    gone.map(|one| {
        format!("xtask/src/mutants/explained.rs:1: there is no line `{}` in {}; take it out", one.line, one.file)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Explained = Explained {
        file: "run/caps.rs",
        line: "if wanted < limit {",
        what: "replace < with <=",
        why: "both come to the same",
    };

    #[test]
    fn a_reason_is_for_one_line_and_one_change() {
        let why = |file: &str, line: &str, what: &str| {
            let mutant = Mutant { name: String::new(), file: file.to_owned(), line: 1, what: what.to_owned() };
            among(&[ONE], &mutant, line).is_some()
        };
        assert!(why("shared/src/run/caps.rs", "        if wanted < limit {", "replace < with <= in over"));
        assert!(!why("shared/src/run/guard.rs", "if wanted < limit {", "replace < with <= in over"));
        assert!(!why("shared/src/run/caps.rs", "if wanted < most {", "replace < with <= in over"));
        assert!(!why("shared/src/run/caps.rs", "if wanted < limit {", "replace < with == in over"));
    }

    #[test]
    fn a_reason_for_a_line_that_is_gone_is_found() {
        let read = |text: &'static str| move |file: &str| (file == "shared/src/run/caps.rs").then_some(text);
        assert_eq!(gone(&[ONE], read("fn f() {\n    if wanted < limit {")).len(), 0);
        assert_eq!(gone(&[ONE], read("if wanted <= limit {")).len(), 1);
        assert_eq!(gone(&[ONE], |_| None).len(), 1, "the file is gone");
    }
}
