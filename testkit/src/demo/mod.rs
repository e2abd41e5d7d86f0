//! One night on one machine, for somebody who has no AWS account at hand: a small made-up account on the stand-in, the
//! real function under `cargo lambda`, and what it plans, does and leaves behind. The moment and every random name are
//! fixed, so each run prints the same; the last step compares what happened with what should have, so that CI can run
//! it too.

mod account;
mod lambda;
mod process_group;
mod screen;
mod verdict;
mod world;

use std::fs::File;
use std::io::Write;

use anyhow::Context as _;
use nightshift::run::{Outcome, Report};

use crate::repository;
use account::Account;
use lambda::{LocalLambda, PLACE};
use screen::Screen;
pub use screen::width;
use verdict::Night;

/// Shows the night on `out`. Nothing it started is left running, however it ends.
pub async fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let _lock = alone()?;
    lambda::must_be_installed().await?;
    // The account is made while the function compiles.
    let build = lambda::Build::start()?;
    let scene = world::create().await?;
    let mut screen = Screen::new(out);

    screen.line("One night of cluster-cleanup in a made-up AWS account, all of it on this machine.")?;
    let before = Account::read(&scene).await?;
    screen.section("BEFORE", &format!("{} clusters in two regions; it is {}", before.clusters.len(), world::NOW))?;
    screen.text(&screen.clusters(&before))?;

    screen.section("THE FUNCTION", "its policy is its environment; AWS_ENDPOINT_URL leads it to the stand-in")?;
    for (name, value) in world::POLICY {
        screen.line(&format!("$ export {name}='{value}'"))?;
    }
    screen.line(&format!("$ {}", LocalLambda::COMMAND))?;
    build.finish().await?;
    let function = LocalLambda::start(&scene.environment(&world::POLICY)).await?;

    screen.section("PLAN", "what the night would do, and why it leaves the rest alone; this only reads")?;
    let plan = invoke(&mut screen, &function, "plan", "plan").await?;
    screen.report(&plan)?;
    screen.line(world::NOT_LISTED)?;
    other_events(&mut screen, &function, &plan).await?;

    screen.section("APPLY", "the same plan, carried out; the skipped are left out here")?;
    let applied = invoke(&mut screen, &function, "apply", "apply").await?;
    screen.report(&without_skipped(&applied))?;

    let after = Account::read(&scene).await?;
    screen.section("AFTER", "what still stands, and the last copy of what does not")?;
    screen.text(&screen.clusters(&after))?;
    screen.line("")?;
    screen.text(&screen.snapshots(&after))?;

    screen.section("ONCE MORE", "a second run finds nothing left to do")?;
    let again = invoke(&mut screen, &function, "apply", "again").await?;
    screen.line(&format!("  {}: those above, and the final snapshots until their day", screen::counts(&again)))?;

    let night = Night { before, plan, applied, after, again, end: Account::read(&scene).await? };
    screen.section("DONE", &night.verdict()?)?;
    screen.line(&format!("Every report as JSON, and what the function logged: {PLACE}/"))
}

/// The folder for reports and logs, for as long as the lock is held: two demos at once would overwrite each other's.
fn alone() -> anyhow::Result<File> {
    let place = repository::root().join(PLACE);
    std::fs::create_dir_all(&place).with_context(|| format!("could not create {PLACE}"))?;
    let lock = File::create(place.join("lock")).with_context(|| format!("could not write to {PLACE}"))?;
    lock.try_lock().with_context(|| format!("another demo is running in this checkout ({PLACE}/lock is held)"))?;
    Ok(lock)
}

/// Invokes with a sample event, as the screen says, and keeps the report under `name`.
async fn invoke(screen: &mut Screen<'_>, function: &LocalLambda, event: &str, name: &str) -> anyhow::Result<Report> {
    screen.line(&format!("$ {}", lambda::invocation(event)))?;
    function.invoke(event, name).await
}

/// The sample events that have no section of their own.
async fn other_events(screen: &mut Screen<'_>, function: &LocalLambda, plan: &Report) -> anyhow::Result<()> {
    screen.section("OTHER EVENTS", "a plan narrowed by name and owner, and what a schedule and a rule send")?;
    for path in repository::events(lambda::FUNCTION)? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if ["plan", "apply"].contains(&&*name) {
            continue;
        }
        let report = invoke(screen, function, &name, &name).await?;
        let planned = report.items.iter().filter(|item| item.outcome == Outcome::Planned);
        let what = if report.plan_digest == plan.plan_digest {
            "the plan above, to the digest".to_owned()
        } else {
            planned.map(|item| item.id.as_str()).collect::<Vec<_>>().join(", ")
        };
        screen.line(&format!("  {}: {what}", screen::counts(&report)))?;
    }
    Ok(())
}

/// `report` without the items that were said once already; its counters still know them.
fn without_skipped(report: &Report) -> Report {
    let mut report = report.clone();
    report.items.retain(|item| item.outcome != Outcome::Skipped);
    report
}
