//! Two nights on one machine, for somebody who has no AWS account at hand: a small made-up account on the stand-in, the
//! real function under `cargo lambda`, and what it plans, whom it tells, what it does and leaves behind; in between, an
//! owner saves a cluster with the line from her mail. The moments and every random name are fixed, so each run prints the
//! same; the last step compares what happened with what should have, so that CI can run it too.

mod account;
mod acts;
mod build;
mod command_line;
mod lambda;
mod notices;
mod process_group;
mod screen;
mod verdict;
mod world;

use std::fs::File;
use std::io::Write;

use anyhow::Context as _;

use acts::Stage;
pub use lambda::By;
use lambda::PLACE;
use nightshift_testkit::repository;
use nightshift_testkit::slack::Slack;
use notices::Mailroom;
use screen::Screen;
pub use screen::{shown, width};
use verdict::Story;

/// Shows the nights on `out`. Nothing it started is left running, however it ends.
pub async fn run(out: &mut dyn Write, by: By) -> anyhow::Result<()> {
    let _lock = alone()?;
    // The account is made while the function compiles.
    let build = match by {
        By::CargoLambda => {
            lambda::must_be_installed().await?;
            Some(build::Build::start()?)
        }
        By::Built => None,
    };
    let slack = Slack::start(&[]).await?;
    let scene = world::create(&slack.url()).await?;
    let mut stage = Stage { by, screen: Screen::new(out), scene: &scene, mailroom: Mailroom::open(&scene, &slack)? };

    let before = stage.before().await?;
    stage.policy()?;
    if let Some(build) = build {
        build.finish().await?;
    }
    let function = stage.serve("night-1", world::NIGHT_ONE).await?;
    let plan = stage.plan(&function).await?;
    let first = stage.first_night(&function).await?;
    drop(function);

    let extended = stage.morning(&first.delivered).await?;

    let function = stage.evening().await?;
    let second = stage.second_night(&function).await?;
    let again = stage.once_more(&function).await?;

    let story = Story { before, plan, first, extended, second, again };
    stage.screen.section("DONE", &story.verdict()?)?;
    stage
        .screen
        .line(&format!("The messages: {PLACE}/notices/. Every report as JSON, and what the function logged: {PLACE}/"))
}

/// The folder for reports and logs, for as long as the lock is held: two demos at once would overwrite each other's.
fn alone() -> anyhow::Result<File> {
    let place = repository::root().join(PLACE);
    std::fs::create_dir_all(&place).with_context(|| format!("could not create {PLACE}"))?;
    let lock = File::create(place.join("lock")).with_context(|| format!("could not write to {PLACE}"))?;
    lock.try_lock().with_context(|| format!("another demo is running in this checkout ({PLACE}/lock is held)"))?;
    Ok(lock)
}
