//! What is shown, act by act. Each shows what it does and gives back what the verdict goes by.

use nightshift::report::{Outcome, Report};

use super::account::Account;
use super::lambda::{self, By, LocalLambda};
use super::notices::{Delivered, Mailroom};
use super::screen::{self, Screen};
use super::verdict::Run;
use super::{command_line, world};
use nightshift_testkit::{Scene, repository};

/// The screen and what is behind it.
pub(super) struct Stage<'a> {
    pub(super) by: By,
    pub(super) screen: Screen<'a>,
    pub(super) scene: &'a Scene,
    pub(super) mailroom: Mailroom<'a>,
}

impl Stage<'_> {
    /// The account as it is found.
    pub(super) async fn before(&mut self) -> anyhow::Result<Account> {
        self.screen.line("Two nights of cluster-cleanup in a made-up AWS account, all of it on this machine.")?;
        let account = Account::read(self.scene).await?;
        let about = format!("{} clusters in two regions; it is {}", account.clusters.len(), world::NIGHT_ONE);
        self.screen.section("BEFORE", &about)?;
        self.screen.text(&self.screen.clusters(&account))?;
        self.screen.line(world::TOLD_BEFORE)?;
        Ok(account)
    }

    pub(super) fn policy(&mut self) -> anyhow::Result<()> {
        self.screen
            .section("THE FUNCTION", "its policy is its environment; AWS_ENDPOINT_URL leads it to the stand-in")?;
        world::POLICY.iter().try_for_each(|(name, value)| self.screen.line(&format!("$ export {name}='{value}'")))
    }

    /// Starts the function at `moment`; `name` is for its log.
    pub(super) async fn serve(&mut self, name: &str, moment: &'static str) -> anyhow::Result<LocalLambda> {
        world::it_is(self.scene, moment).await?;
        self.screen.line(&format!("$ export {}='{moment}'", world::CLOCK))?;
        self.screen.line(&format!("$ {}", LocalLambda::COMMAND))?;
        LocalLambda::start(self.by, &self.scene.environment(&world::policy_at(moment)), name).await
    }

    /// The plan of the first night, and what other events make of it.
    pub(super) async fn plan(&mut self, function: &LocalLambda) -> anyhow::Result<Report> {
        let about = "what it would do, and why it leaves the rest alone; it only reads and tells nobody";
        self.screen.section("NIGHT ONE, PLAN", about)?;
        let plan = self.invoke(function, "plan", "plan").await?;
        self.screen.report(&plan)?;
        self.screen.line(world::NOT_LISTED)?;
        self.other_events(function, &plan).await?;
        Ok(plan)
    }

    pub(super) async fn first_night(&mut self, function: &LocalLambda) -> anyhow::Result<Run> {
        let about = "what its owner knew of goes; of the rest, owners are told and nothing is deleted";
        self.screen.section("NIGHT ONE, APPLY", about)?;
        let report = self.invoke(function, "apply", "night-1").await?;
        self.screen.changes(&report)?;
        let about = "one to each whom it concerns, and the operators' summary; beside each .eml lies its .html";
        self.screen.section("NIGHT ONE, MESSAGES", about)?;
        let delivered = self.messages("night-1", world::NIGHT_ONE).await?;
        self.screen.line(&format!("What {} reads:", world::EXTENDER))?;
        self.screen.quote(&delivered.to(world::EXTENDER)?.text)?;
        self.ran(report, delivered).await
    }

    /// A cluster gets more time, by the line in the mail about it.
    pub(super) async fn morning(&mut self, delivered: &Delivered) -> anyhow::Result<Account> {
        let who = world::EXTENDER;
        self.screen.section("IN THE MORNING", &format!("{who} needs it longer and types the line from her mail"))?;
        world::it_is(self.scene, world::MORNING).await?;
        let line = delivered.to(who)?.command(world::EXTENDED.0)?;
        self.screen.line(&format!("$ {line}"))?;
        self.screen.text(&command_line::run(self.scene, line, who, world::MORNING).await?)?;
        Account::read(self.scene).await
    }

    /// Starts the function anew: a process has one clock.
    pub(super) async fn evening(&mut self) -> anyhow::Result<LocalLambda> {
        let about = "whoever was told last night has had a day: what that was about goes; skipped left out";
        self.screen.section("NIGHT TWO", about)?;
        self.serve("night-2", world::NIGHT_TWO).await
    }

    pub(super) async fn second_night(&mut self, function: &LocalLambda) -> anyhow::Result<Run> {
        let report = self.invoke(function, "apply", "night-2").await?;
        self.screen.report(&without_skipped(&report))?;
        let about = "what was deleted, where its data is and how to get it back";
        self.screen.section("NIGHT TWO, MESSAGES", about)?;
        let delivered = self.messages("night-2", world::NIGHT_TWO).await?;
        let run = self.ran(report, delivered).await?;

        self.screen.section("AFTER", "what still stands, and the last copy of what does not")?;
        self.screen.text(&self.screen.clusters(&run.after))?;
        self.screen.line("")?;
        self.screen.text(&self.screen.snapshots(&run.after))?;
        Ok(run)
    }

    pub(super) async fn once_more(&mut self, function: &LocalLambda) -> anyhow::Result<Run> {
        let about = "a second run finds nothing left to do; dan hears again of what only he can put right";
        self.screen.section("ONCE MORE", about)?;
        let report = self.invoke(function, "apply", "night-2-again").await?;
        let counts = screen::counts(&report);
        self.screen.line(&format!("  {counts}: those above, and the final snapshots until their day"))?;
        let delivered = self.messages("night-2-again", world::NIGHT_TWO).await?;
        self.ran(report, delivered).await
    }

    /// Invokes with a sample event, as the screen says, and keeps the report under `name`.
    async fn invoke(&mut self, function: &LocalLambda, event: &str, name: &str) -> anyhow::Result<Report> {
        self.screen.line(&format!("$ {}", lambda::invocation(event)))?;
        function.invoke(event, name).await
    }

    /// The sample events that have no section of their own.
    async fn other_events(&mut self, function: &LocalLambda, plan: &Report) -> anyhow::Result<()> {
        let about = "a plan narrowed by name and owner, and what a schedule and a rule send";
        self.screen.section("OTHER EVENTS", about)?;
        for path in repository::events(lambda::FUNCTION)? {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            if ["plan", "apply"].contains(&&*name) {
                continue;
            }
            let report = self.invoke(function, &name, &name).await?;
            let planned = report.items.iter().filter(|item| item.outcome == Outcome::Planned);
            let what = if report.plan_digest == plan.plan_digest {
                "the plan above, to the digest".to_owned()
            } else {
                planned.map(|item| item.id.as_str()).collect::<Vec<_>>().join(", ")
            };
            self.screen.line(&format!("  {}: {what}", screen::counts(&report)))?;
        }
        Ok(())
    }

    async fn messages(&mut self, run: &str, moment: &str) -> anyhow::Result<Delivered> {
        let delivered = self.mailroom.fetch(run, moment).await?;
        self.screen.messages(&delivered)?;
        Ok(delivered)
    }

    async fn ran(&self, report: Report, delivered: Delivered) -> anyhow::Result<Run> {
        Ok(Run { report, delivered, after: Account::read(self.scene).await? })
    }
}

/// `report` without the items that were said once already; its counters still know them.
fn without_skipped(report: &Report) -> Report {
    let mut report = report.clone();
    report.items.retain(|item| item.outcome != Outcome::Skipped);
    report
}
