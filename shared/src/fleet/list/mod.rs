//! The accounts of a run, into the bucket: unless another run is under way, and never by a selection that the organisation does
//! not fit.

mod lock;
mod redrive;

use serde::Serialize;
use tracing::{info, warn};

use super::chose::Chose;
use super::event::ToList;
use super::fault::FleetFault;
use super::organisation::organisation;
use super::place::{Folder, Place};
use super::setup::ListPolicy;
use super::stopped::{LATEST, goes_on};
use crate::clock;
use crate::domains::fleet::{Choice, Chosen, FleetReport, Item, choose};
use crate::domains::organization::Snapshot;
use crate::report::{Mode, PlanDigest};
use crate::run::{RunFault, driver};
use crate::services::aws::Aws;
use crate::services::executions::ExecutionsReader;
use crate::services::organizations::{Builder, Gap, OrganizationReader, Pace, Share, Wanted};
use crate::text::printable;

/// What the state machine goes on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Listed {
    bucket: String,
    items_key: String,
    accounts: usize,
    mode: Mode,
    /// `JSONPath` names only keys that are there.
    expect_plan: Option<PlanDigest>,
    redrive_of: Option<String>,
}

/// The part `list` of one deployment.
#[derive(Debug)]
pub(super) struct Lister {
    pub home: Aws,
    pub place: Place,
    pub policy: ListPolicy,
}

impl Lister {
    /// Chooses the accounts of one run.
    pub(super) async fn list(&self, event: ToList) -> Result<Listed, FleetFault> {
        let mode = self.policy.run.mode.resolve(event.input.mode)?;
        let running = ExecutionsReader::new(&self.home, &self.policy.machine).running().await;
        let running = running.map_err(RunFault::observing("listing the runs that are under way"))?;
        lock::free(&running, &event)?;
        if mode == Mode::Apply {
            self.all_ended(&event).await?;
        }
        let snapshot = self.organization().await?;
        let organisation = organisation(&snapshot);
        for said in self.policy.selection.idle_tags(&organisation.accounts) {
            warn!("{said}");
        }
        let choice = choose(&organisation, &self.policy.selection)?;
        let choice = match &event.input.redrive_of {
            Some(earlier) => redrive::failed_of(choice, &self.earlier(earlier).await?)?,
            None => choice,
        };
        let items = self.items(&choice);
        let chose = Chose {
            started_at: event.started_at,
            mode,
            organization: snapshot.organization.id,
            redrive_of: event.input.redrive_of.clone(),
            scheduled: event.input.scheduled,
            choice,
        };
        let folder = self.place.of(&event.execution);
        // Step Functions forgets a name 90 days after its execution ended, and the record lies longer.
        let before: Option<Chose> = folder.find(&self.home, &folder.key("choice.json")).await?;
        if let Some(before) = before.filter(|before| before.started_at != chose.started_at) {
            return Err(RunFault::Refused(format!(
                "the run of {:.0} was called {}, too, and its record is in the bucket; nothing was begun: start this one by \
                 another name",
                before.started_at,
                printable(&event.execution)
            ))
            .into());
        }
        let key = folder.key("items.json");
        driver::recording(async |leave| {
            self.leave(&folder, "choice.json", &chose, leave).await?;
            self.leave(&folder, "items.json", &items, leave).await
        })
        .await?;
        info!(accounts = items.len(), left_out = chose.choice.left_out.len(), %mode, "accounts chosen");
        Ok(Listed {
            bucket: self.place.bucket.clone(),
            items_key: key,
            accounts: items.len(),
            mode,
            expect_plan: event.input.expect_plan,
            redrive_of: event.input.redrive_of,
        })
    }

    /// `Err` if workers of another run that was to change something may be at work though Step Functions ended it.
    async fn all_ended(&self, event: &ToList) -> Result<(), FleetFault> {
        let latest = ExecutionsReader::new(&self.home, &self.policy.machine).latest(LATEST).await;
        let latest = latest.map_err(RunFault::observing("listing the runs that ended lately"))?;
        for (other, until) in goes_on(&latest, clock::now()).filter(|(other, _)| other.arn != event.execution_arn) {
            let folder = self.place.of(&other.name);
            // One that ended before it chose any account sent nobody anywhere.
            let chose: Option<Chose> = folder.find(&self.home, &folder.key("choice.json")).await?;
            if chose.is_some_and(|chose| chose.mode == Mode::Apply) {
                return Err(FleetFault::GoesOn { name: other.name.clone(), until });
            }
        }
        Ok(())
    }

    async fn leave(
        &self,
        folder: &Folder<'_>,
        name: &str,
        value: &impl Serialize,
        leave: &crate::services::RecordPermit,
    ) -> Result<(), FleetFault> {
        let written = folder.write(&self.home, &folder.key(name), value, leave).await;
        written.map_err(FleetFault::leaving("leaving the accounts of this run in its bucket"))
    }

    /// The report of an earlier execution.
    async fn earlier(&self, execution: &str) -> Result<FleetReport, FleetFault> {
        let folder = self.place.of(execution);
        folder.read(&self.home, &folder.key("report.json")).await
    }

    async fn organization(&self) -> Result<Snapshot, RunFault> {
        // A stand-in is nobody else's.
        let pace = if self.home.is_stand_in() { Pace::unpaced() } else { Pace::within(Share::NEIGHBOUR) };
        let builder = Builder::new(OrganizationReader::new(&self.home, pace));
        let wanted = Wanted { accounts: true, tags: self.policy.selection.asks_for_tags(), ..Wanted::TREE };
        let facts = Box::pin(builder.read(&wanted)).await;
        let facts = facts.map_err(RunFault::observing("reading the organisation"))?;
        for Gap { said, fix, .. } in &facts.gaps {
            warn!(gap.message = said, gap.fix = fix, "a part of the organisation was not read as it was to be");
        }
        Snapshot::of(facts).map_err(|error| RunFault::Server {
            attempt: "reading the organisation".to_owned(),
            fix: "run it again",
            source: Box::new(error),
        })
    }

    /// Those that go first, then the others.
    fn items(&self, choice: &Choice) -> Vec<Item> {
        let item = |Chosen { account, name, path, policy }: &Chosen| Item {
            policy: policy.clone(),
            regions: self.policy.regions.clone(),
            ..Item::of(account, name, path)
        };
        choice.canary.iter().chain(&choice.rest).map(item).collect()
    }
}
