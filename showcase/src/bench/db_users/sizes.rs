//! A database with very many tables: what the function holds in memory, and how long its answer is, where every user has
//! something taken back on every table. Lambda gives the one by the deployment and limits the other to 6 MB.

use anyhow::ensure;
use serde_json::{Value, json};

use super::world::{Size, World};
use super::{LATENCY, NAME};
use crate::bench::process::{self, Program};
use crate::bench::program;
use crate::bench::table::{Section, Target, kibi, mebi};
use nightshift_testkit::database::Installation;

const USERS: usize = 10;
/// The most memory it may hold.
const MEMORY_MIB: f64 = 128.0;
/// The most bytes of an answer.
const ANSWER: usize = 1_000_000;

/// Adds the rows.
pub(super) async fn measure(section: &mut Section, quick: bool) -> anyhow::Result<()> {
    let tables = if quick { 1000 } else { 10_000 };
    let world = World::new(&Installation::any()?, Size { databases: 1, users: USERS, latency: LATENCY }).await?;
    world.make_tables(tables).await?;
    let program =
        Program { file: program::binary(NAME).into(), arguments: Vec::new(), environment: world.environment() };
    let [first] = world.events().try_into().map_err(|_| anyhow::anyhow!("one database, one event"))?;
    let mut fewer: Value = first.clone();
    for user in fewer["users"].as_array_mut().into_iter().flatten() {
        user["grant_privileges"] = json!("SELECT");
    }
    fewer["revoke"] = json!("managed");
    for (what, event) in [("everything to be given", &first), ("much of it taken back", &fewer)] {
        let done = process::invoke(&program, event).await?;
        ensure!(done.answer["counts"]["failed"] == 0, "{what}: {}", done.answer["counts"]);
        let world = format!("{tables} tables, {USERS} users, {what}");
        let (memory, answer) = (kibi(done.peak_kib), done.answer.to_string().len());
        let most = MEMORY_MIB * f64::from(1 << 20);
        row(section, &world, "peak memory", mebi(memory), format!("at most {MEMORY_MIB} MiB"), memory <= most);
        row(section, &world, "answer", format!("{answer} B"), format!("at most {ANSWER} B"), answer <= ANSWER);
    }
    Ok(())
}

fn row(section: &mut Section, world: &str, figure: &str, own: String, words: String, met: bool) {
    let figures = [world.to_owned(), figure.to_owned(), own, String::new()];
    section.row(&figures, Some(Target { words, met }), &[String::new(), String::new()]);
}
