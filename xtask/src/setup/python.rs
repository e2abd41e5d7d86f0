//! Finding a Python that can carry the tools. A name on PATH says little: it may be too old, a version manager's shim
//! for something not installed, or a distribution's Python without its `venv` part; each candidate is asked.

use std::fmt;
use std::path::Path;

use anyhow::bail;

use crate::command::here;

const CANDIDATES: [&str; 5] = ["python3.14", "python3.13", "python3.12", "python3.11", "python3"];

// What the stand-in's pinned packages ask for.
const OLDEST: Version = Version(3, 11, 0);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u32, pub(super) u32, pub(super) u32);

pub(super) struct Python {
    pub(super) program: String,
    pub(super) version: Version,
}

/// The first candidate that is new enough and can make environments.
pub(super) fn find() -> anyhow::Result<Python> {
    let mut found = Vec::new();
    for program in CANDIDATES {
        let Some(version) = version_of(Path::new(program)) else {
            continue;
        };
        if version < OLDEST {
            found.push(format!("{program} is {version}"));
        } else if answer(Path::new(program), "import ensurepip, venv").is_none() {
            found.push(format!("{program} lacks its venv module"));
        } else {
            return Ok(Python { program: program.to_owned(), version });
        }
    }
    let found = if found.is_empty() { "none on PATH".to_owned() } else { found.join(", ") };
    bail!(
        "Python 3.11 or newer with its venv module is needed for the AWS stand-in and cargo-lambda; found: {found}.\n\
         Get it with `apt-get install python3 python3-venv`, `dnf install python3.12`, `brew install python@3.13`, \
         or from https://www.python.org/downloads/"
    )
}

/// What this Python says it is; `None` if it does not start.
pub(super) fn version_of(program: &Path) -> Option<Version> {
    parse(&answer(program, "import sys; print(*sys.version_info[:3])")?)
}

fn answer(program: &Path, script: &str) -> Option<String> {
    let output = here(program, &["-c", script]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn parse(text: &str) -> Option<Version> {
    let numbers: Vec<u32> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    match numbers[..] {
        [major, minor, patch] => Some(Version(major, minor, patch)),
        _ => None,
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_ordered_as_numbers() {
        assert_eq!(parse("3 11 7\n"), Some(Version(3, 11, 7)));
        assert_eq!(parse("Python 3.11.7"), None);
        assert!(Version(3, 9, 20) < OLDEST && Version(3, 14, 0) > OLDEST);
    }

    #[test]
    fn a_program_that_does_not_start_has_no_version() {
        assert_eq!(version_of(Path::new("no-such-python")), None);
    }
}
