//! `policies`: what IAM answers the roles of `terraform/`, asked of an evaluator, and whether they and `docs/permissions.md`
//! are as today's Service Authorization Reference has it. The roles are rendered by Terraform from a plan; no call is made.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::command::{at_root, here, quiet, succeed};
use crate::provider::{MISSING, Provider};
use crate::{environment, node, setup};

const ROOM: &str = "testkit/policies";
/// What the judge is made of; it finds its evaluator beside itself.
const JUDGE: [&str; 3] = ["judge.mjs", "decisions.md", "package.json"];

/// The step of `test`; what it answers is why it could not be done.
pub(crate) fn step() -> anyhow::Result<Option<String>> {
    if let Some(missing) = node::missing() {
        return Ok(Some(missing));
    }
    run(false).map(|()| None)
}

/// `accept` takes today's reference for the one that was looked at.
pub(crate) fn run(accept: bool) -> anyhow::Result<()> {
    let plan = rendered()?;
    let python = setup::policies()?;
    let mut compare = at_root(python, &[&format!("{ROOM}/reference.py")]);
    compare.arg(&plan).args(accept.then_some("--accept"));
    succeed(&mut compare)?;
    let judge = node::installed(ROOM, &JUDGE, &folder()?)?;
    succeed(here("node", &[]).arg(judge).arg(&plan))
}

/// The plan of every role, as JSON.
fn rendered() -> anyhow::Result<PathBuf> {
    let provider = Provider::find().context(MISSING)?;
    let at = format!("-chdir={ROOM}/render");
    let mut init = at_root("terraform", &[&at, "init", "-input=false"]);
    provider.offer(&mut init);
    quiet(&mut init)?;
    let folder = folder()?;
    let plan = folder.join("plan");
    quiet(at_root("terraform", &[&at, "plan", "-input=false"]).arg(format!("-out={}", plan.display())))?;
    let shown = quiet(at_root("terraform", &[&at, "show", "-json"]).arg(&plan))?;
    let json = folder.join("plan.json");
    fs::write(&json, shown.stdout).with_context(|| format!("could not write {}", json.display()))?;
    Ok(json)
}

fn folder() -> anyhow::Result<PathBuf> {
    let folder: &Path = &environment::target().join("policies");
    fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
    Ok(folder.to_owned())
}
