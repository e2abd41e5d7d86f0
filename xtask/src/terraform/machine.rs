//! `machine`: whether the state machine of a run through an organisation, as Terraform renders it, is one in the Amazon States Language. It is
//! rendered without a provider, and nothing is made.

use std::fs;

use anyhow::Context as _;

use crate::command::{at_root, here, quiet, succeed};
use crate::{environment, node};

const ROOM: &str = "testkit/machine";
const JUDGE: [&str; 2] = ["judge.mjs", "package.json"];

/// The step of `test`; what it answers is why it could not be done.
pub(crate) fn step() -> anyhow::Result<Option<String>> {
    if let Some(missing) = node::missing() {
        return Ok(Some(missing));
    }
    run().map(|()| None)
}

/// Renders the machine in each mode, and judges it.
pub(crate) fn run() -> anyhow::Result<()> {
    let folder = environment::target().join("machine");
    fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
    let state = format!("-state={}", folder.join("terraform.tfstate").display());
    let at = format!("-chdir={ROOM}/render");
    quiet(&mut at_root("terraform", &[&at, "init", "-input=false"]))?;
    quiet(&mut at_root("terraform", &[&at, "apply", "-auto-approve", "-input=false", &state]))?;
    let rendered = quiet(&mut at_root("terraform", &[&at, "output", "-json", &state]))?;
    let outputs = folder.join("outputs.json");
    fs::write(&outputs, rendered.stdout).with_context(|| format!("could not write {}", outputs.display()))?;
    let judge = node::installed(ROOM, &JUDGE, &folder)?;
    succeed(here("node", &[]).arg(judge).arg(&outputs))
}
