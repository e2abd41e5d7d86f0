//! What a test wanted and this machine has not. Such a test does nothing, or less, and ends well: here it says so, and
//! `cargo xtask test` counts it as skipped, or as failed where the whole was asked for. Nothing is kept unless it asks.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Names the folder to keep it in.
const FOLDER: &str = "TESTKIT_MISSING";

/// Notes that the test at work goes without `what`.
pub fn note(what: &str) {
    #[expect(clippy::disallowed_methods, reason = "this is how cargo's children are told")]
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let kept = keep(&folder, what, test);
    // A suite that cannot count what was skipped must not pass as whole.
    kept.unwrap_or_else(|error| panic!("could not note in {} that {what} is missing: {error}", folder.display()));
}

fn keep(folder: &Path, what: &str, test: &str) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = folder.join(std::process::id().to_string());
    File::options().create(true).append(true).open(file)?.write_all(format!("{what}\t{test}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_that_goes_without_is_a_line() {
        let folder = tempfile::tempdir().unwrap();
        for test in ["one", "two"] {
            keep(&folder.path().join("deep"), "MySQL", test).unwrap();
        }
        let file = folder.path().join("deep").join(std::process::id().to_string());
        assert_eq!(fs::read_to_string(file).unwrap(), "MySQL\tone\nMySQL\ttwo\n");
    }
}
