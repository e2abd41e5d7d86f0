//! The deployed functions under the very roles that were applied: called by their schedules and by an event, held to their
//! policies, and useless without any one of their rights, which they then name.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::account::Account;
use super::night::{Applied, Night};
use super::raw::Invoked;
use super::subjects::Subject;
use super::subjects::cluster_cleanup::ClusterCleanup;
use super::subjects::db_users::DbUsers;
use super::subjects::key_rotation::KeyRotation;
use super::subjects::secret_rotation::SecretRotation;
use super::{access, actions, permissions, policy};

/// Gives the actions the provider called, and those the roles hold.
pub(super) async fn run(out: &mut dyn Write, packages: &Path) -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    writeln!(out, "\nROLES · dev with everything switched on, on the stand-in that enforces IAM")?;
    let mut databases = DbUsers::new().await?;
    let mut rotation = SecretRotation::new().await?;
    let night = Night::new(packages, databases.connection(), rotation.connection()).await?;
    for report in night.falls().await? {
        let job = report["function"].as_str().unwrap_or_default();
        writeln!(out, "  its schedule called {job}: {}", counts(&report))?;
    }
    writeln!(out, "  AWS Health found a key, in us-east-1: {}", counts(&night.leak().await?))?;
    prove(out, &night, &mut ClusterCleanup).await?;
    prove(out, &night, &mut KeyRotation).await?;
    prove(out, &night, &mut databases).await?;
    prove(out, &night, &mut rotation).await?;
    let held = actions::held(&night.deployment.resources().await?)?;
    access::prove(out, &night, &mut databases).await?;
    Ok((night.deployment.called()?, held))
}

async fn prove<S: Subject>(out: &mut dyn Write, night: &Night, subject: &mut S) -> anyhow::Result<()> {
    writeln!(out, "\n  {}", S::NAME)?;
    let account = &night.account;
    let Applied { role, platform, told } = night.applied(S::NAME).await?;
    account.clear().await?;
    subject.fill(account).await?;
    for Invoked { answer, .. } in subject.work(account).await? {
        ensure!(!S::failed(&answer), "with all its rights {} failed at something: {answer:#}", S::NAME);
    }
    account.clear().await?;
    subject.fill(account).await?;
    writeln!(out, "  {}", subject.held(account, &told).await?)?;

    let (actions, unseen) = permissions::check(S::NAME, &policy::actions_of(&role)?, &policy::actions_of(&platform)?)?;
    writeln!(
        out,
        "  its role allows what its test suite called and docs/permissions.md explains, no more and no less"
    )?;
    for action in &actions {
        let named = without(account, subject, &role, action).await.with_context(|| format!("without {action}"))?;
        writeln!(out, "  without {action:<40} {named}")?;
    }
    account.allow(S::NAME, &role).await?;
    writeln!(out, "  {} rights, each of them missed", actions.len())?;
    if !unseen.is_empty() {
        let unseen: Vec<_> = unseen.iter().map(String::as_str).collect();
        writeln!(out, "  not asked about here, because nothing is encrypted: {}", unseen.join(", "))?;
    }
    Ok(())
}

/// Does all its work without one right; where the function says which one it misses.
async fn without<S: Subject>(
    account: &Account,
    subject: &mut S,
    role: &Value,
    action: &str,
) -> anyhow::Result<&'static str> {
    account.allow(S::NAME, role).await?;
    account.clear().await?;
    subject.fill(account).await?;
    account.allow(S::NAME, &policy::without(role, action)).await?;
    let all = subject.work(account).await?;
    for Invoked { answer, .. } in &all {
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
    }
    ensure!(all.iter().any(|invoked| invoked.log.contains(action)), "nothing names it: {all:#?}");
    Ok("the log names it")
}

fn counts(report: &Value) -> String {
    let count = |name: &str| report["counts"][name].as_u64().unwrap_or_default();
    format!("{} changed, {} skipped, {} failed", count("changed"), count("skipped"), count("failed"))
}
