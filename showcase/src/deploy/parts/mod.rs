//! The parts of a run through an organisation, each under the role that the layer gives it, on the stand-in that enforces IAM: with all of its rights
//! it does its work, and without any one of them it says which it misses, on what, and what to do.

mod night;
mod rights;

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::assuming::Roles;
use super::raw::Aws;
use night::{Night, Said};
use rights::Right;

const PARTS: [&str; 5] = ["list", "plan", "judge", "apply", "report"];

/// What no stand-in makes a part use, or asks about, and where it is said that AWS does.
const NOT_ASKED: [&str; 2] = [
    // An account or a unit that moved while the tree was read (API reference of Organizations, `ListParents` and `DescribeOrganizationalUnit`): the
    // stand-in does not move any meanwhile. `shared/src/services/organizations/fallbacks.rs` makes both calls.
    "organizations:DescribeOrganizationalUnit",
    "organizations:ListParents",
];
// Neither is any right to a key of KMS, because no stand-in encrypts, nor what Lambda does by the role itself: its streams of the log, and its queue of
// dead letters (Lambda Developer Guide, "Execution role"). The evaluator is asked about those (`testkit/policies/decisions.md`).

/// Shows it on `out`. `packages` holds the binary.
pub(super) async fn run(out: &mut dyn Write, roles: &Roles, packages: &Path) -> anyhow::Result<()> {
    let night = Night::new(roles, packages).await?;
    let root = Aws { url: roles.url.clone(), account: roles.run.clone() };
    for part in PARTS {
        let policy = policy(roles, part).await?;
        let Said { faults, .. } = night.work_of(part).await?;
        ensure!(faults.is_empty(), "with all its rights {part} did not do its work: {faults:#?}");
        let rights: Vec<_> =
            rights::of(&policy).into_iter().filter(|right| !NOT_ASKED.contains(&&*right.action)).collect();
        for right in &rights {
            let missed = missed(&night, &root, part, right).await;
            missed.with_context(|| format!("{part} without {} on {}", right.action, right.resources.join(", ")))?;
        }
        allow(&root, part, &policy).await?;
        writeln!(out, "  {part}: does its work, and names each of its {} rights where it misses it", rights.len())?;
    }
    Ok(())
}

/// Does all its work without one right, and has to say so in one sentence: the right, what it is on, and what to do.
async fn missed(night: &Night<'_>, root: &Aws, part: &str, right: &Right) -> anyhow::Result<()> {
    allow(root, part, &right.rest).await?;
    let Said { faults, sentences } = night.work_of(part).await?;
    ensure!(right.is_named(&sentences), "nobody names it: {faults:#?}\n{sentences:#?}");
    Ok(())
}

fn role(part: &str) -> String {
    format!("nightshift-dev-{}-fleet-{part}", night::JOB)
}

/// What Terraform rendered.
async fn policy(roles: &Roles, part: &str) -> anyhow::Result<Value> {
    let address = format!("aws_iam_role_policy.part[\"{}-fleet-{part}\"]", night::JOB);
    let resources = roles.deployment.resources().await?;
    let found = resources.iter().find(|(found, _)| *found == address);
    let (_, values) = found.with_context(|| format!("there is no {address}"))?;
    serde_json::from_str(values["policy"].as_str().unwrap_or_default()).context("the policy is no JSON")
}

async fn allow(root: &Aws, part: &str, policy: &Value) -> anyhow::Result<()> {
    let (role, policy) = (role(part), policy.to_string());
    let parameters =
        [("Action", "PutRolePolicy"), ("RoleName", &role), ("PolicyName", "job"), ("PolicyDocument", &policy)];
    root.query("iam", "2010-05-08", &parameters).await.map(drop)
}
