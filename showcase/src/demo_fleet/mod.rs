//! A job in every account of an organisation, on one machine: a small made-up organisation on the stand-in, two fleets in it as their
//! layer deploys them, and an operator who plans, reads, applies what she read and looks again the night after. One account lets
//! nobody in. The last step compares what was seen with what should have been, so that a test can run it too.

mod operator;
mod world;

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, ensure};
use nightshift_testkit::{Fault, cargo};
use serde_json::json;

use crate::demo::width;
use crate::staged_fleet::{FUNCTION, StagedFleet};
use operator::{COMMAND, Operator};
use world::World;

const CLUSTERS: &str = "cluster-cleanup";
const KEYS: &str = "key-rotation";
const FIRST_NIGHT: &str = "2026-11-21T02:00:00Z";
const SECOND_NIGHT: &str = "2026-11-22T02:00:00Z";

/// Builds the command and the function and shows them at work on `out`.
pub async fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    show(out, &cargo::build(COMMAND)?, &cargo::build(FUNCTION)?, width()).await
}

/// Shows `command` and `function` at work on `out`, in tables `width` columns wide.
pub async fn show(out: &mut dyn Write, command: &Path, function: &Path, width: u16) -> anyhow::Result<()> {
    let world = World::make(FIRST_NIGHT).await?;
    let operator = Operator { command, scene: &world.scene, width };
    writeln!(
        out,
        "One job in every account of an organisation, all of it on this machine: the state machine is the one that Terraform\n\
         renders, and behind each of its functions is the real one."
    )?;
    writeln!(out, "\nACCOUNTS · which of them a run goes through, in which order, and why it leaves the others alone")?;
    operator.types(out, &format!("fleet accounts --policy {} --share 100", world::POLICY), 0).await?;
    let clusters = StagedFleet::deploy(&world.scene, function, &World::clusters(FIRST_NIGHT)).await?;
    let keys = StagedFleet::deploy(&world.scene, function, &World::keys(FIRST_NIGHT)).await?;
    world.scene.proxy.break_next("sts:AssumeRole", world.id("data-dev"), usize::MAX, Fault::DeniedByOrganization);

    writeln!(out, "\nPLAN · every account by a role that only reads; nothing is changed in any")?;
    let digest = plan(out, &operator, (&clusters, CLUSTERS), "shop-dev").await?;
    ensure!(world.clusters_left().await? == 5, "a plan deleted something");
    writeln!(out, "\nAPPLY · exactly what was read, or nothing: first in the sandbox, then in the others")?;
    apply(out, &operator, (&clusters, CLUSTERS), &digest).await?;
    writeln!(out, "\nLETTERS · each owner what is theirs, by whoever deleted it; the operators one of the whole run")?;
    for (to, subject) in world.letters().await? {
        writeln!(out, "  mail to {to}: {subject}")?;
    }
    ensure!(world.clusters_left().await? == 1, "what let nobody in is all that should be left");

    writeln!(
        out,
        "\nTHE NIGHT AFTER · its schedule starts a run; nothing is due any more, and what is denied is told again"
    )?;
    clusters.it_is(SECOND_NIGHT);
    let ended = clusters.execute("schedule-2026-11-22", &json!({ "mode": "apply" })).await?;
    ensure!(ended.status == "SUCCEEDED", "{ended:?}");
    operator.types(out, &format!("fleet report --job {CLUSTERS}"), 0).await?;
    ensure!(clusters.called("canary").is_empty() && clusters.called("rest").is_empty(), "something was changed again");

    writeln!(out, "\nKEYS · another job through the same accounts: what is older than 90 days gets a successor")?;
    let digest = plan(out, &operator, (&keys, KEYS), "payments-dev").await?;
    apply(out, &operator, (&keys, KEYS), &digest).await?;

    world.judge().await?;
    writeln!(
        out,
        "\nDONE · four clusters are gone and their data kept; three users have a new key beside the old one; what was planned is\n\
         what was done; in data-dev, which lets nobody in, nothing was asked and nothing changed"
    )?;
    Ok(())
}

/// Starts a run that only plans, and reads it, and what it would do in the account called `name`. The digest of its plan.
async fn plan(
    out: &mut dyn Write,
    operator: &Operator<'_>,
    (fleet, job): (&StagedFleet, &str),
    name: &str,
) -> anyhow::Result<String> {
    let started = operator.types(out, &format!("fleet plan --job {job}"), 0).await?;
    let report = ended(out, operator, (fleet, job), &started).await?;
    operator.types(out, &format!("fleet report --job {job} --in {name}"), 0).await?;
    let digest = report.lines().find_map(|line| line.strip_prefix("plan of all accounts: "));
    Ok(digest.context("the report names no digest")?.to_owned())
}

/// Starts one that applies exactly that plan, and reads it.
async fn apply(
    out: &mut dyn Write,
    operator: &Operator<'_>,
    (fleet, job): (&StagedFleet, &str),
    digest: &str,
) -> anyhow::Result<()> {
    let typed = format!("fleet apply --job {job} --account {} --expect-plan {digest}", world::ACCOUNT);
    let started = operator.types(out, &typed, 0).await?;
    let report = ended(out, operator, (fleet, job), &started).await?;
    ensure!(report.contains(digest), "another plan was applied:\n{report}");
    Ok(())
}

/// Waits for the end of the run that was started, and asks how far it is and what became of it. The report.
async fn ended(
    out: &mut dyn Write,
    operator: &Operator<'_>,
    (fleet, job): (&StagedFleet, &str),
    started: &str,
) -> anyhow::Result<String> {
    let name = started.split_once("fleet status ").and_then(|(_, rest)| rest.split(['`', ' ']).next());
    let name = name.with_context(|| format!("no execution was started: {started}"))?;
    let ended = operator.scene.end_of(&fleet.machine, name).await?;
    ensure!(ended.status == "SUCCEEDED", "{ended:?}");
    operator.types(out, &format!("fleet status {name} --job {job}"), 0).await?;
    operator.types(out, &format!("fleet report {name} --job {job}"), 0).await
}
