//! `secret-rotation` on one machine: three secrets on a real `PostgreSQL`, the real function called as Secrets Manager calls it, and
//! an application that logs in behind each step. One login rotates, two take turns, one is refused, and what was left half-way is
//! picked up; the last step compares what was seen with what should have been, so that a test can run it too.

mod stage;

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::demo::width;
use nightshift_testkit::cargo;
use nightshift_testkit::rotation::STEPS;
use stage::{COMMAND, POLICY, Secret, Stage};

/// The package and binary.
const FUNCTION: &str = "secret-rotation";
const ORDERS: Secret = Secret { name: "orders", paired: false };
const SHOP: Secret = Secret { name: "shop", paired: true };
const TILL: Secret = Secret { name: "till", paired: true };

/// Builds the command and the function and shows them at work on `out`.
pub async fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    show(out, &cargo::build(COMMAND)?, &cargo::build(FUNCTION)?, width()).await
}

/// Shows `command` and `function` at work on `out`, in tables `width` columns wide.
pub async fn show(out: &mut dyn Write, command: &Path, function: &Path, width: u16) -> anyhow::Result<()> {
    let mut stage = Stage::new(command, function, width).await?;
    for secret in [ORDERS, SHOP, TILL] {
        stage.make(secret).await?;
    }
    stage.put_behind_a_proxy(TILL).await?;
    let number = stage.version();
    writeln!(out, "Secrets that are rotated, on a real PostgreSQL {number}, all of it on this machine.")?;

    writeln!(
        out,
        "\nBEFORE · what the next rotation would do, and why so; it logs in as a rotation does and changes nothing"
    )?;
    rehearse(out, &mut stage, ORDERS, 0).await?;
    rehearse(out, &mut stage, SHOP, 0).await?;

    four_steps(out, &mut stage).await?;
    taking_turns(out, &mut stage).await?;
    refused(out, &mut stage).await?;
    half_way(out, &mut stage).await?;

    stage.no_password_was_said().await?;
    writeln!(
        out,
        "\nDONE · the secrets open the door; one login was refused for a test and a hand-over, two that take turns never; no\n\
         password was printed, and none is in the server's log of every statement"
    )?;
    Ok(())
}

async fn rehearse(out: &mut dyn Write, stage: &mut Stage, secret: Secret, code: i32) -> anyhow::Result<()> {
    stage.types(out, &format!("secrets rotate {} --dry-run --policy {POLICY}", secret.name), code).await
}

/// One login, and whom it lets in behind each step.
async fn four_steps(out: &mut dyn Write, stage: &mut Stage) -> anyhow::Result<()> {
    writeln!(out, "\nFOUR STEPS · {}, one login; Secrets Manager calls for each, and success is silence", ORDERS.name)?;
    let kept = stage.current(ORDERS).await?;
    let rotation = stage.begin(ORDERS).await?;
    let mut gap = Vec::new();
    for step in STEPS {
        stage.asks(out, &rotation, step).await?;
        let (before, now) = (stage.logs_in(&kept).await?, stage.logs_in(&stage.current(ORDERS).await?).await?);
        writeln!(out, "{:14}by what was read before: {before}; by what is handed out: {now}", "")?;
        if now.is_refused() {
            gap.push(step);
        }
    }
    ensure!(gap == ["setSecret", "testSecret"], "what is handed out was refused behind {gap:?}");
    Ok(())
}

/// Two logins, and an application that never notices.
async fn taking_turns(out: &mut dyn Write, stage: &mut Stage) -> anyhow::Result<()> {
    writeln!(
        out,
        "\nTAKING TURNS · {}, two logins; the application keeps what it read before the rotation until the next one begins",
        SHOP.name
    )?;
    for round in 1..=2 {
        let kept = stage.current(SHOP).await?;
        let rotation = stage.begin(SHOP).await?;
        writeln!(out, "rotation {round}")?;
        for step in STEPS {
            stage.asks(out, &rotation, step).await?;
            let now = stage.current(SHOP).await?;
            let seen = [stage.logs_in(&kept).await?, stage.logs_in(&now).await?];
            ensure!(!seen.iter().any(stage::Seen::is_refused), "round {round}, behind {step}: {seen:?}");
            writeln!(out, "{:14}by what was read before: {}; by what is handed out: {}", "", seen[0], seen[1])?;
            stage.makes_a_table(&now, &format!("made_{round}_{}", step.to_lowercase())).await?;
        }
    }
    let owners = stage.owners("made_").await?;
    writeln!(out, "tables that either of them made: {}, all of them {}'s", owners.len(), SHOP.name)?;
    ensure!(owners.len() == 8 && owners.iter().all(|owner| owner == SHOP.name), "they belong to {owners:?}");
    Ok(())
}

/// What cannot work is refused before anything is changed.
async fn refused(out: &mut dyn Write, stage: &mut Stage) -> anyhow::Result<()> {
    writeln!(out, "\nREFUSED · {}, which the RDS Proxy front logs in by: it knows one user a secret", TILL.name)?;
    rehearse(out, stage, TILL, 2).await?;
    let before = stage.labels(TILL).await?;
    let rotation = stage.begin(TILL).await?;
    let kind = stage.fails(out, &rotation, STEPS[0]).await?;
    ensure!(kind == "BehindProxy", "it was refused as {kind}");
    let now = stage.labels(TILL).await?;
    ensure!(now.len() == before.len() + 1, "a version was stored: {now:?}");
    Ok(())
}

/// A rotation that was cancelled, and one whose function was killed.
async fn half_way(out: &mut dyn Write, stage: &mut Stage) -> anyhow::Result<()> {
    writeln!(
        out,
        "\nBROKEN · {} has its next password from a rotation that somebody cancels: what is handed out is refused",
        ORDERS.name
    )?;
    let cancelled = stage.begin(ORDERS).await?;
    for step in &STEPS[..2] {
        stage.asks(out, &cancelled, step).await?;
    }
    stage.cancel(out, ORDERS, &cancelled).await?;
    let now = stage.logs_in(&stage.current(ORDERS).await?).await?;
    writeln!(out, "{:14}by what is handed out: {now}", "")?;
    ensure!(now.is_refused(), "what is handed out still works");
    rehearse(out, stage, ORDERS, 0).await?;

    writeln!(
        out,
        "\nPICKED UP · the next rotation finds that password; its function is killed while it hands the new one out"
    )?;
    let rotation = stage.begin(ORDERS).await?;
    for step in &STEPS[..3] {
        stage.asks(out, &rotation, step).await?;
    }
    stage.is_killed(out, &rotation, STEPS[3]).await?;
    writeln!(out, "Secrets Manager asks for the whole sequence again, with the same token")?;
    for step in STEPS {
        stage.asks(out, &rotation, step).await?;
    }
    let (now, labels) = (stage.logs_in(&stage.current(ORDERS).await?).await?, stage.labels(ORDERS).await?);
    writeln!(out, "{:14}by what is handed out: {now}", "")?;
    let own = labels.get(&rotation.token).context("its version is gone")?;
    ensure!(!now.is_refused() && own == &["AWSCURRENT"], "in the end: {now}, {labels:?}");
    Ok(())
}

/// What stands in a version, under `key`.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
