//! The Terraform part of `test`: format, then each module by itself is initialised without a backend, validated, and
//! tested where it has tests; checkov looks over all of them, a validator over the state machine, and an evaluator of IAM over the roles. Every environment is
//! deployed to the stand-ins, beside the tests of the modules: each waits while the other computes.

pub(crate) mod machine;
pub(crate) mod policies;
pub(crate) mod tables;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{at_root, installed, works};
use crate::provider::{MISSING, Provider};
use crate::steps::Step;
use crate::{environment, setup};

const FORMAT: &str = "terraform format";
const MODULES: &str = "terraform modules";
const FINDINGS: &str = "checkov";
const MACHINE: &str = "state machine";
const POLICIES: &str = "policies";
const DEPLOYMENT: &str = "deployment";

pub(crate) fn steps() -> Vec<Step> {
    let folder = folder();
    if !folder.is_dir() {
        return vec![Step::skipped("terraform", "there is no terraform/ folder")];
    }
    if !works(&mut at_root("terraform", &["version"])) {
        return vec![Step::skipped(
            "terraform",
            "terraform is not installed: https://developer.hashicorp.com/terraform/install",
        )];
    }
    let format = Step::commands(FORMAT, [at_root("terraform", &["fmt", "-check", "-recursive", "terraform"])]);
    let machine = Step::optional(MACHINE, machine::step, "cargo xtask machine");
    let Some(provider) = Provider::find() else {
        return vec![
            format,
            findings(),
            machine,
            Step::skipped(MODULES, MISSING),
            Step::skipped(POLICIES, MISSING),
            Step::skipped(DEPLOYMENT, MISSING),
        ];
    };
    let modules = modules(&folder);
    vec![
        format,
        findings(),
        machine,
        Step::optional(POLICIES, policies::step, "cargo xtask policies"),
        Step::chains(MODULES, modules.iter().map(|module| commands(module, &provider)))
            .beside(DEPLOYMENT, vec![at_root("cargo", &["xtask", "deploy"])]),
    ]
}

/// Known weaknesses; what is left on purpose is explained where it stands.
fn findings() -> Step {
    let Some(program) = installed(setup::checkov(), "checkov") else {
        let hint = "checkov is not installed: python3 -m venv .tools/checkov && .tools/checkov/bin/pip install checkov";
        return Step::skipped(FINDINGS, hint);
    };
    // What only a module's tests make is deployed nowhere.
    let place = ["--directory", "terraform", "--framework", "terraform", "--skip-path", "/tests/"];
    Step::commands(FINDINGS, [at_root(program, &[&place[..], &["--compact", "--quiet", "--skip-download"]].concat())])
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
