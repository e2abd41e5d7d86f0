//! The accounts of a run, into the bucket: unless another run is under way, and never by a selection that the organisation does
//! not fit.

mod lock;

use serde::Serialize;
use tracing::info;

use super::event::ToList;
use super::fault::FleetFault;
use super::organisation::organisation;
use super::place::{Folder, Place};
use super::setup::ListPolicy;
use crate::domains::fleet::{Choice, Chosen, Item, choose};
use crate::domains::organization::Snapshot;
use crate::report::{Mode, PlanDigest};
use crate::run::{RunFault, driver};
use crate::services::aws::Aws;
use crate::services::executions::ExecutionsReader;
use crate::services::organizations::{Builder, OrganizationReader, Pace, Share, Wanted};

/// What the state machine goes on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Listed {
    bucket: String,
    items_key: String,
    accounts: usize,
    mode: Mode,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect_plan: Option<PlanDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
        let choice = choose(&organisation(&self.organization().await?), &self.policy.selection)?;
        let items = self.items(&choice);
        let folder = self.place.of(&event.execution);
        let key = folder.key("items.json");
        driver::recording(async |leave| {
            self.leave(&folder, "choice.json", &choice, leave).await?;
            self.leave(&folder, "items.json", &items, leave).await
        })
        .await?;
        info!(accounts = items.len(), left_out = choice.left_out.len(), %mode, "accounts chosen");
        Ok(Listed {
            bucket: self.place.bucket.clone(),
            items_key: key,
            accounts: items.len(),
            mode,
            expect_plan: event.input.expect_plan,
            redrive_of: event.input.redrive_of,
        })
    }

    async fn leave(
        &self,
        folder: &Folder<'_>,
        name: &str,
        value: &impl Serialize,
        leave: &crate::services::RecordPermit,
    ) -> Result<(), FleetFault> {
        let written = folder.write(&self.home, &folder.key(name), value, leave).await;
        Ok(written.map_err(RunFault::observing("leaving the accounts of this run in its bucket"))?)
    }

    async fn organization(&self) -> Result<Snapshot, RunFault> {
        // A stand-in is nobody else's.
        let pace = if self.home.is_stand_in() { Pace::unpaced() } else { Pace::within(Share::NEIGHBOUR) };
        let builder = Builder::new(OrganizationReader::new(&self.home, pace));
        let wanted = Wanted { accounts: true, tags: self.policy.selection.asks_for_tags(), ..Wanted::TREE };
        let facts = Box::pin(builder.read(&wanted)).await;
        let facts = facts.map_err(RunFault::observing("reading the organisation"))?;
        Snapshot::of(facts).map_err(|error| RunFault::Server {
            attempt: "reading the organisation".to_owned(),
            fix: "run it again",
            source: Box::new(error),
        })
    }

    /// Those that go first, then the others.
    fn items(&self, choice: &Choice) -> Vec<Item> {
        let item = |Chosen { account, name, path, policy }: &Chosen| Item {
            account: account.clone(),
            name: name.clone(),
            path: path.clone(),
            policy: policy.clone(),
            regions: self.policy.regions.clone(),
            budget: None,
            expect_plan: None,
        };
        choice.canary.iter().chain(&choice.rest).map(item).collect()
    }
}
