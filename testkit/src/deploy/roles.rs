//! The deployed function under the very role that was applied: called by its schedule, held to its marks, and useless
//! without any one of its rights, which it then names.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::account::Account;
use super::night::{Applied, Night};
use super::raw::Invoked;
use super::{permissions, policy};

pub(super) async fn run(out: &mut dyn Write, packages: &Path) -> anyhow::Result<()> {
    writeln!(out, "\nROLES · dev with everything switched on, on the stand-in that enforces IAM")?;
    let night = Night::new(packages).await?;
    let report = night.falls().await?;
    writeln!(out, "  the schedule called what was deployed: {}", counts(&report))?;

    let account = &night.account;
    let Applied { role, platform, told, .. } = night.applied().await?;
    held_to_its_marks(account, &told).await?;
    writeln!(out, "  told to delete what is marked otherwise, it is refused by its role")?;

    let actions = policy::actions_of(&role)?;
    permissions::check("cluster-cleanup", &actions, &policy::actions_of(&platform)?)?;
    writeln!(
        out,
        "  its role allows what its test suite called and docs/permissions.md explains, no more and no less"
    )?;
    for action in &actions {
        let named = without(account, &role, action).await.with_context(|| format!("without {action}"))?;
        writeln!(out, "  without {action:<32} {named}")?;
    }
    account.allow(&role).await?;
    writeln!(out, "  {} rights, each of them missed", actions.len())?;
    Ok(())
}

/// Whoever changes the function's variables does not change its role.
async fn held_to_its_marks(account: &Account, told: &Value) -> anyhow::Result<()> {
    account.fill().await?;
    let mut otherwise = told.clone();
    otherwise["NIGHTSHIFT_REQUIRED_TAGS"] = json!("env=prod");
    account.tell(&otherwise).await?;
    let Invoked { answer, .. } = account.invoke().await?;
    account.tell(told).await?;
    let item = answer["items"].as_array().into_iter().flatten().find(|item| item["id"] == "payments");
    let item = item.with_context(|| format!("it did not try payments: {answer:#}"))?;
    ensure!(item["reason"]["code"] == "access-denied", "payments was not refused: {item:#}");
    ensure!(account.clusters().await?.contains(&"payments".to_owned()), "payments is gone");
    Ok(())
}

/// Runs without one right; where the function says which one it misses.
async fn without(account: &Account, role: &Value, action: &str) -> anyhow::Result<&'static str> {
    account.allow(role).await?;
    account.fill().await?;
    account.allow(&policy::without(role, action)).await?;
    let Invoked { answer, log } = account.invoke().await?;
    if answer["errorMessage"].as_str().is_some_and(|message| message.contains(action)) {
        return Ok("the run does not take place, and its error names it");
    }
    for (list, what) in [
        ("items", "an item is left, and its reason names it"),
        ("notices", "a notice is not sent, and its reason names it"),
    ] {
        let told = answer[list].as_array().into_iter().flatten();
        let mut messages = told.filter_map(|told| told["reason"]["message"].as_str());
        if messages.any(|message| message.contains(action)) {
            return Ok(what);
        }
    }
    ensure!(log.contains(action), "nothing names it; the answer is {answer:#} and the log ends {log}");
    Ok("the log names it")
}

fn counts(report: &Value) -> String {
    let count = |name: &str| report["counts"][name].as_u64().unwrap_or_default();
    format!("{} changed, {} skipped, {} failed", count("changed"), count("skipped"), count("failed"))
}
