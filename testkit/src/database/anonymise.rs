//! Carries out a plan to anonymise on a test server, as whoever has a clone in quarantine would: message by message, past what the
//! server says is done. It works on the servers of this crate alone, which hold nobody's data.

use std::collections::BTreeSet;

use mysql_async::Conn;
use mysql_async::prelude::Queryable as _;
use nightshift::domains::anonymise::RunKey;
use nightshift::domains::anonymise::plan::{HELPER, Plan};
use tokio_postgres::Client;

/// What is sent next, to the end: each message with the step it is of.
pub async fn messages(client: &Client, plan: &Plan) -> anyhow::Result<Vec<(String, String)>> {
    let done = done(client).await?;
    let mut left = Vec::new();
    for step in &plan.steps {
        for batch in step.batches.iter().filter(|batch| !(batch.atomic && done.contains(&step.id))) {
            left.extend(step.of_batch(batch, plan.engine).into_iter().map(|message| (step.id.clone(), message)));
        }
    }
    Ok(left)
}

/// The steps that left their line.
async fn done(client: &Client) -> anyhow::Result<BTreeSet<String>> {
    let table = format!("{HELPER}.progress");
    let is_there = client.query_one("SELECT to_regclass($1::text) IS NOT NULL", &[&table]).await?;
    if !is_there.get::<_, bool>(0) {
        return Ok(BTreeSet::new());
    }
    let rows = client.query(&format!("SELECT step FROM {table}"), &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Gives a session the keys of the plan's joins; they never stand in a statement.
pub async fn hand_keys(client: &Client, plan: &Plan, key: &RunKey) -> anyhow::Result<()> {
    for (number, join) in plan.joins.iter().enumerate() {
        let pads = key.pads(join);
        for (name, pad) in [("i", &pads.inner), ("o", &pads.outer)] {
            let setting = format!("{HELPER}.{name}{number}");
            client.execute("SELECT pg_catalog.set_config($1, $2, false)", &[&setting, &pad.expose()]).await?;
        }
    }
    // Which run it is of is nobody's question here.
    let told = format!("SET {HELPER}.run = 'of a test'; SET {HELPER}.plan = ''");
    client.batch_execute(&told).await?;
    Ok(())
}

/// All of it that is left.
pub async fn carry_out(client: &Client, plan: &Plan, key: &RunKey) -> anyhow::Result<()> {
    hand_keys(client, plan, key).await?;
    for (step, message) in messages(client, plan).await? {
        let sent = client.batch_execute(&message).await;
        sent.map_err(|error| {
            let said = error.as_db_error().map(ToString::to_string).unwrap_or_default();
            anyhow::anyhow!("{step}: {said}\n{message}")
        })?;
    }
    Ok(())
}

/// All of it, on `MySQL` or `MariaDB`.
pub async fn carry_out_mysql(session: &mut Conn, plan: &Plan, key: &RunKey) -> anyhow::Result<()> {
    for (number, join) in plan.joins.iter().enumerate() {
        let pads = key.pads(join);
        for (name, pad) in [("i", &pads.inner), ("o", &pads.outer)] {
            session.exec_drop(format!("SET @{HELPER}_{name}{number} = ?"), (pad.expose(),)).await?;
        }
    }
    session.query_drop(format!("SET @{HELPER}_run = 'of a test', @{HELPER}_plan = ''")).await?;
    for step in &plan.steps {
        for message in step.messages(plan.engine) {
            let sent = session.query_drop(&message).await;
            sent.map_err(|error| anyhow::anyhow!("{}: {error}\n{message}", step.id))?;
        }
    }
    Ok(())
}
