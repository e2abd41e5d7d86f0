//! An organisation as data, on one machine: a small made-up one on the stand-in, planned, dumped, drawn, searched, changed by hand,
//! and compared. The command is the real one. The last step compares what was seen with what should have been, so that a test
//! can run it too.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::demo::{shown, width};
use nightshift_testkit::{Scene, cargo, repository};

/// As it is typed.
const COMMAND: &str = "nightshift";
const BEFORE: &str = "demo-out/org/before.json";
const AFTER: &str = "demo-out/org/after.json";
/// The whole of AWS's rates: nobody else is on this machine, and nobody waits for twice as long.
const SHARE: &str = "--share 100";

/// Builds the command and shows it at work on `out`.
pub async fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    show(out, &cargo::build(COMMAND)?, width()).await
}

/// Shows `command` at work on `out`, in tables `width` columns wide.
pub async fn show(out: &mut dyn Write, command: &Path, width: u16) -> anyhow::Result<()> {
    let scene = Scene::new()?;
    let ids = scene.control("organization", organization()).await?;
    std::fs::create_dir_all(repository::root().join(BEFORE).parent().context("no folder")?)?;
    let operator = Operator { command: command.to_owned(), scene: &scene, width };
    let before = look(out, &operator).await?;

    writeln!(out, "\nMEANWHILE · somebody moves till into Sandbox, closes lab, and lets Sandbox use another Region")?;
    meanwhile(&scene, &ids).await?;
    let known = scene.proxy.calls().len();
    operator.types(out, &format!("org dump {SHARE} --out-file {AFTER}")).await?;
    ensure!(scene.proxy.calls().len() > known, "the second dump came from nowhere");
    let diff = operator.types(out, &format!("org diff {BEFORE} {AFTER}")).await?;
    shown(out, &diff)?;

    for words in ["(till) moved: Root/Shop [", "state: ACTIVE -> SUSPENDED", "3 changes from"] {
        ensure!(diff.contains(words), "the diff does not say '{words}': {diff}");
    }
    ensure!(before.contains(" accounts") || before.contains("till"), "the first look saw nothing: {before}");
    writeln!(
        out,
        "\nDONE · read twice, each time in the calls that were planned; what is asked of a file asks nobody else"
    )?;
    Ok(())
}

/// Everything that needs one reading; what was found.
async fn look(out: &mut dyn Write, operator: &Operator<'_>) -> anyhow::Result<String> {
    writeln!(out, "An organisation of nine accounts, all of it on this machine.")?;
    writeln!(out, "\nPLAN · what a reading will take, before the first call")?;
    let sizes = "accounts=9,units=4,policies=4,types=2,guards=1,chains=2";
    let plan = operator.types(out, &format!("org dump --plan {SHARE} --sizes {sizes}")).await?;
    shown(out, &plan)?;
    ensure!(operator.scene.proxy.calls().is_empty(), "a plan made a call");

    writeln!(out, "\nDUMP · all of it, in one file")?;
    operator.types(out, &format!("org dump {SHARE} --out-file {BEFORE}")).await?;
    as_planned(&plan, operator.scene.proxy.calls().len())?;
    let known = operator.scene.proxy.calls().len();
    writeln!(out, "\nTREE · from here on that file is enough")?;
    let tree = operator.types(out, &format!("org tree --snapshot {BEFORE}")).await?;
    shown(out, &tree)?;

    writeln!(out, "\nLOOKUP · by name, mail address, tag and place")?;
    for (who, found) in [
        ("--name web", "web"),
        ("--email pay@example.com", "pay"),
        ("--tag CostCenter=7", "web till"),
        ("--below Root/Shop/Payments", "pay"),
    ] {
        let said = operator.types(out, &format!("org lookup --snapshot {BEFORE} {who}")).await?;
        let names = names(&said)?;
        writeln!(out, "  … {names}")?;
        ensure!(names == found, "{who} should find {found}, and found {names}");
    }

    writeln!(out, "\nPOLICIES · what they come to for an account, and the chain of those that allow and deny")?;
    let asked = format!(
        "org lookup --snapshot {BEFORE} --name pay --include-effective-policies --include-inherited --format yaml"
    );
    let policies = operator.types(out, &asked).await?;
    shown(out, &policies)?;
    ensure!(policies.contains("cost") && policies.contains("how: "), "pay has no effective policy: {policies}");
    ensure!(operator.scene.proxy.calls().len() == known, "a file was not enough");
    Ok(tree)
}

/// An error if the reading took other calls than planned; whose credentials they are is asked besides.
fn as_planned(plan: &str, made: usize) -> anyhow::Result<()> {
    let line = plan.lines().last().context("an empty plan")?;
    let planned: usize = line.split(' ').next().context("no number")?.parse().context("no number")?;
    ensure!(made <= planned + 2, "{made} calls were made, and planned were {planned}");
    Ok(())
}

fn names(lookup: &str) -> anyhow::Result<String> {
    let found: Value = serde_json::from_str(lookup)?;
    let names = found["accounts"].as_array().into_iter().flatten().filter_map(|account| account["name"].as_str());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable_by_key(|name| std::cmp::Reverse(*name));
    Ok(names.join(" "))
}

fn organization() -> Value {
    let deny = |actions: Value| json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": actions, "Resource": "*" }] });
    let cost = json!({ "tags": { "cost": { "tag_key": { "@@assign": "CostCenter" } } } });
    json!({
        "units": [
            { "path": "Shop", "tags": { "Env": "prod" } }, { "path": "Shop/Payments" },
            { "path": "Platform" }, { "path": "Sandbox" },
        ],
        "accounts": [
            { "name": "web", "unit": "Shop", "tags": { "CostCenter": "7" } },
            { "name": "till", "unit": "Shop", "tags": { "CostCenter": "7" } },
            { "name": "pay", "unit": "Shop/Payments", "tags": { "CostCenter": "8" } },
            { "name": "audit", "unit": "Platform" }, { "name": "network", "unit": "Platform" },
            { "name": "tools", "unit": "Platform" }, { "name": "lab", "unit": "Sandbox" }, { "name": "play", "unit": "Sandbox" },
        ],
        "policies": [
            { "name": "no-leaving", "type": "SERVICE_CONTROL_POLICY", "content": deny(json!("organizations:LeaveOrganization")), "targets": ["Shop", "Platform"] },
            { "name": "no-regions", "type": "SERVICE_CONTROL_POLICY", "content": deny(json!(["ec2:*", "rds:*"])), "targets": ["Sandbox"] },
            { "name": "cost", "type": "TAG_POLICY", "content": cost, "targets": ["Shop"] },
        ],
    })
}

/// What a person does in the console.
async fn meanwhile(scene: &Scene, ids: &Value) -> anyhow::Result<()> {
    let (accounts, units, policies) = (&ids["accounts"], &ids["units"], &ids["policies"]);
    let content = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]}"#;
    for (method, parameters) in [
        (
            "move_account",
            json!({ "AccountId": accounts["till"], "SourceParentId": units["Shop"], "DestinationParentId": units["Sandbox"] }),
        ),
        ("close_account", json!({ "AccountId": accounts["lab"] })),
        ("update_policy", json!({ "PolicyId": policies["no-regions"], "Content": content })),
    ] {
        scene.control("organization-call", json!({ "method": method, "parameters": parameters })).await?;
    }
    Ok(())
}

/// Who types the commands.
struct Operator<'a> {
    command: PathBuf,
    scene: &'a Scene,
    width: u16,
}

impl Operator<'_> {
    /// Types `words` behind the command's name and answers with what it printed.
    async fn types(&self, out: &mut dyn Write, words: &str) -> anyhow::Result<String> {
        writeln!(out, "$ {COMMAND} {words}")?;
        out.flush()?;
        let mut command = Command::new(&self.command);
        command.args(words.split_whitespace()).env_clear().envs(self.scene.environment(&[]));
        command.env("COLUMNS", self.width.to_string()).current_dir(repository::root());
        let done = tokio::task::spawn_blocking(move || command.output()).await??;
        let complaint = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "`{COMMAND} {words}` failed: {complaint}");
        Ok(String::from_utf8(done.stdout)?)
    }
}
