//! `nightshift`, as a person types it: with credentials of her own, in the account of the demo.

use std::fs::File;

use anyhow::{Context as _, ensure};

use super::lambda::{command, place, read};
use super::process_group::ProcessGroup;
use super::world;
use nightshift_testkit::{Scene, repository};

const OUT: &str = "extend.log";
const COMPLAINT: &str = "extend-complaint.log";

/// Runs `line`, which begins with `nightshift`, for `user` at `moment`; gives what it said.
pub(super) async fn run(scene: &Scene, line: &str, user: &str, moment: &'static str) -> anyhow::Result<String> {
    let words = line.strip_prefix("nightshift ").with_context(|| format!("`{line}` is not our command"))?;
    ensure!(!words.contains(['\'', '"', '\\']), "`{line}` needs a shell");
    let (id, secret) = scene.access_key(user).await?;
    let mut nightshift = command(repository::target().join("debug/nightshift"));
    nightshift
        .args(words.split(' '))
        .envs(scene.environment(&world::policy_at(moment)))
        .env("AWS_ACCESS_KEY_ID", id)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .stdout(File::create(place(OUT))?)
        .stderr(File::create(place(COMPLAINT))?);
    let status = ProcessGroup::start(&mut nightshift).context("could not start nightshift")?.ended().await;
    ensure!(status.success(), "`{line}` failed:\n{}", read(COMPLAINT));
    Ok(read(OUT))
}
