//! The files the house rules look at: what git tracks or would add, as text with its path from the root.

use std::cell::OnceCell;
use std::path::Path;
use std::{fs, io};

use anyhow::Context as _;
use proc_macro2::TokenStream;

use crate::command::{at_root, quiet};
use crate::environment;

/// One text file of the checkout.
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
    tokens: OnceCell<TokenStream>,
}

impl Source {
    fn new(path: String, text: String) -> Self {
        Self { path, text, tokens: OnceCell::new() }
    }

    /// The code of a Rust file, read once for all rules. What is no Rust is the compiler's to find.
    pub(super) fn tokens(&self) -> TokenStream {
        let read = || if self.is_rust() { self.text.parse().unwrap_or_default() } else { TokenStream::new() };
        self.tokens.get_or_init(read).clone()
    }

    pub(super) fn is_rust(&self) -> bool {
        self.ends_in("rs")
    }

    pub(super) fn ends_in(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == extension)
    }

    pub(super) fn finding(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }

    /// Its lines with their numbers, without what follows `//`.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
    }
}

pub(super) fn read_all() -> anyhow::Result<Vec<Source>> {
    let root = environment::root();
    let paths = match known_to_git() {
        Some(paths) => paths,
        None => in_folder(&root, &root).context("could not list the files of the checkout")?,
    };
    // Deleted but still in the index, a submodule, or not text: nothing to read.
    let read = |path: String| {
        let text = fs::read_to_string(root.join(&path)).ok()?;
        Some(Source::new(path, text))
    };
    Ok(paths.into_iter().filter_map(read).collect())
}

/// `None` where git is missing or this is no git checkout, such as an unpacked archive.
fn known_to_git() -> Option<Vec<String>> {
    // git refuses to look into a checkout owned by another user, as it is when CI runs as root. Listing names is safe.
    let safe = ["-c", "safe.directory=*"];
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = quiet(at_root("git", &safe).args(list)).ok()?;
    let listed = String::from_utf8(listed.stdout).ok()?;
    Some(listed.split_terminator('\0').map(str::to_owned).collect())
}

fn in_folder(folder: &Path, root: &Path) -> io::Result<Vec<String>> {
    // What .gitignore names, as far as it is large or not ours.
    const IGNORED: [&str; 6] = [".git", ".terraform", ".tools", "__pycache__", "demo-out", "target"];
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type()?.is_dir() {
            paths.extend(path.strip_prefix(root).ok().map(|path| path.display().to_string()));
        } else if !IGNORED.iter().any(|name| entry.file_name() == *name) {
            paths.extend(in_folder(&path, root)?);
        }
    }
    Ok(paths)
}

#[cfg(test)]
pub(super) fn source(path: &str, text: &str) -> Source {
    Source::new(path.to_owned(), text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_git_is_listed_like_one_with_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths = in_folder(root, root).unwrap();
        paths.sort();
        assert_eq!(paths.first().map(String::as_str), Some("Cargo.toml"));
        assert!(paths.contains(&"src/tidy/source.rs".to_owned()));
    }
}
