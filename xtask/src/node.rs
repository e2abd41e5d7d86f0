//! Judges that are written for Node.js: a folder of `testkit/`, copied beside the packages it asks for, which are installed once a version and
//! never into the sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::command::{at_root, here, quiet, works};
use crate::environment;

/// Why no judge can be had, if so.
pub(crate) fn missing() -> Option<String> {
    let there = works(&mut at_root("npm", &["--version"]));
    (!there).then(|| "npm is not installed: https://nodejs.org".to_owned())
}

/// The first of `files`, which lie in `room` and one of which is `package.json`, in `folder`, with what it imports beside it.
pub(crate) fn installed(room: &str, files: &[&str], folder: &Path) -> anyhow::Result<PathBuf> {
    let old = fs::read(folder.join("package.json")).ok();
    for file in files {
        let from = environment::root().join(room).join(file);
        fs::copy(&from, folder.join(file)).with_context(|| format!("could not copy {}", from.display()))?;
    }
    if !folder.join("node_modules").is_dir() || old != fs::read(folder.join("package.json")).ok() {
        let install = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--silent", "--prefix"];
        quiet(here("npm", &install).arg(folder))?;
    }
    let judge = files.first().context("a judge without a file")?;
    Ok(folder.join(judge))
}
