//! The Terraform part of `test`: format, then each module by itself is initialised without a backend, validated, and
//! tested where it has tests; checkov looks over all of them, a validator over the state machine, and an evaluator of IAM over the roles. Every environment is
//! deployed to the stand-ins.

pub(crate) mod machine;
pub(crate) mod policies;
pub(crate) mod tables;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{at_root, installed, succeed, works};
use crate::provider::{MISSING, Provider};
use crate::steps::Step;
use crate::{deploy, environment, setup};

/// The steps but for [`deployment`].
pub(crate) fn steps() -> Vec<Step> {
    if let Some(missing) = missing() {
        return vec![Step::skipped("terraform", missing)];
    }
    let format =
        Step::commands("terraform format", [at_root("terraform", &["fmt", "-check", "-recursive", "terraform"])]);
    let findings = Step::optional("checkov", findings, "cargo xtask test");
    let machine = Step::optional("state machine", machine::step, "cargo xtask machine");
    let (policies, tests) = ("policies", "terraform modules");
    let mut steps = vec![format, findings, machine];
    let Some(provider) = Provider::find() else {
        steps.extend([policies, tests].map(|name| Step::skipped(name, MISSING)));
        return steps;
    };
    steps.push(Step::optional(policies, policies::step, "cargo xtask policies"));
    steps.push(Step::chains(tests, modules(&folder()).iter().map(|module| commands(module, &provider))));
    steps
}

/// Every environment, on the stand-ins.
pub(crate) fn deployment() -> Step {
    let name = "deployment";
    if let Some(missing) = missing() {
        return Step::skipped(name, missing);
    }
    match Provider::find() {
        Some(_) => Step::inside(name, deploy::run, "cargo xtask deploy"),
        None => Step::skipped(name, MISSING),
    }
}

/// What there has to be for any of it, if it is not there.
fn missing() -> Option<&'static str> {
    if !folder().is_dir() {
        return Some("there is no terraform/ folder");
    }
    (!works(&mut at_root("terraform", &["version"])))
        .then_some("terraform is not installed: https://developer.hashicorp.com/terraform/install")
}

/// Known weaknesses; what is left on purpose is explained where it stands. `Some` says why nothing was looked for.
fn findings() -> anyhow::Result<Option<String>> {
    let Some(program) = installed(setup::checkov(), "checkov") else {
        let hint = "checkov is not installed: python3 -m venv .tools/checkov && .tools/checkov/bin/pip install checkov";
        return Ok(Some(hint.to_owned()));
    };
    // What only a module's tests make is deployed nowhere.
    let place = ["--directory", "terraform", "--framework", "terraform", "--skip-path", "/tests/"];
    succeed(&mut at_root(program, &[&place[..], &["--compact", "--quiet", "--skip-download"]].concat()))?;
    Ok(None)
}

fn commands(module: &Path, provider: &Provider) -> Vec<Command> {
    let module_name = module.strip_prefix(environment::root()).unwrap_or(module).display();
    let at = format!("-chdir={module_name}");
    let mut init = at_root("terraform", &[&at, "init", "-backend=false", "-input=false"]);
    provider.offer(&mut init);
    let mut commands = vec![init];
    // Tests validate as they plan, and hand a module the providers it is handed, which `validate` does not know.
    let last = if module.join("tests").is_dir() { "test" } else { "validate" };
    commands.push(at_root("terraform", &[&at, last]));
    commands
}

fn folder() -> PathBuf {
    environment::root().join("terraform")
}

/// Every folder that holds a `.tf` file of its own, sorted.
fn modules(folder: &Path) -> Vec<PathBuf> {
    let mut modules = Vec::new();
    find_modules(folder, &mut modules);
    modules.sort();
    modules
}

fn find_modules(folder: &Path, modules: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    if paths.iter().any(|path| path.extension().is_some_and(|extension| extension == "tf")) {
        modules.push(folder.to_path_buf());
    }
    // `.terraform` holds copies of modules, not ours to check.
    let hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    for path in paths.iter().filter(|path| path.is_dir() && !hidden(path)) {
        find_modules(path, modules);
    }
}
