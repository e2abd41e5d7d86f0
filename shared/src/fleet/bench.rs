//! The part `judge`: reads how a map ended, has it judged, and leaves what the next map goes through.

use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::chose::Chose;
use super::event::ToJudge;
use super::fault::FleetFault;
use super::judge::{self, Consent, Verdict};
use super::maps;
use super::place::{Folder, Place};
use super::setup::JudgePolicy;
use crate::clock;
use crate::domains::fleet::{Item, Maps, Phase, fold};
use crate::report::{Mode, PlanDigest, Reason, Tripped};
use crate::run::driver;
use crate::services::RecordPermit;
use crate::services::aws::Aws;

/// What was judged, as it lies in the bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Judged {
    /// The digest of what all accounts would do.
    pub digest: PlanDigest,
    /// How far the run goes.
    pub mode: Mode,
    /// Whether the next map is begun.
    pub go: bool,
    /// Why not, where a guard stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Reason>,
    /// The guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tripped: Option<Tripped>,
    /// Every other guard that tripped as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tripped_besides: Vec<Tripped>,
    /// How many accounts go first.
    pub canary: usize,
    /// How many go after them.
    pub rest: usize,
}

/// What the state machine goes on with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Said {
    go: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<PlanDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Reason>,
    canary: usize,
    canary_key: String,
    rest: usize,
    rest_key: String,
}

/// The part `judge` of one deployment.
#[derive(Debug)]
pub(super) struct Bench {
    pub home: Aws,
    pub place: Place,
    pub policy: JudgePolicy,
}

impl Bench {
    /// Judges the map that ended.
    pub(super) async fn judge(&self, event: ToJudge) -> Result<Said, FleetFault> {
        self.policy.run.mode.resolve(Some(event.mode))?;
        let folder = self.place.of(&event.execution);
        if event.result.bucket != self.place.bucket {
            return Err(FleetFault::Record {
                bucket: event.result.bucket,
                key: event.result.key,
                said: format!("the bucket of this fleet is {}", self.place.bucket),
            });
        }
        match event.phase {
            Phase::Plan => self.plan(&event, &folder).await,
            Phase::Canary | Phase::Rest => self.canary(&event, &folder).await,
        }
    }

    async fn plan(&self, event: &ToJudge, folder: &Folder<'_>) -> Result<Said, FleetFault> {
        let items: Vec<Item> = folder.read(&self.home, &event.items_key).await?;
        let chose: Chose = folder.read(&self.home, &folder.key("choice.json")).await?;
        let plan = maps::results(&self.home, folder, &event.result.key).await?;
        let rows = fold(&items, &Maps { plan, ..Maps::default() });
        let lifts_caps = self.policy.run.digest_lifts_caps;
        let consent = event.expect_plan.clone().map(|digest| Consent { digest, lifts_caps });
        let first = chose.choice.canary.into_iter().map(|chosen| chosen.account).collect();
        let (caps, times) = (self.policy.caps, (chose.started_at, clock::now()));
        let verdict = judge::plan(&self.place.job, (&items, &rows), &first, caps, consent.as_ref(), times);
        let why = verdict.stopped();
        let go = verdict.goes() && event.mode == Mode::Apply;
        let Verdict { digest, tripped, besides, harmed: _, canary, rest } = verdict;
        let judged = Judged {
            digest: digest.clone(),
            mode: event.mode,
            go,
            why: why.clone(),
            tripped,
            tripped_besides: besides,
            canary: canary.len(),
            rest: rest.len(),
        };
        let (canary_key, rest_key) = (folder.key("canary-items.json"), folder.key("rest-items.json"));
        driver::recording(async |leave| {
            self.leave(folder, &canary_key, &canary, leave).await?;
            self.leave(folder, &rest_key, &rest, leave).await?;
            self.leave(folder, &folder.key("verdict.json"), &judged, leave).await
        })
        .await?;
        log(why.as_ref(), go);
        Ok(Said { go, digest: Some(digest), why, canary: canary.len(), canary_key, rest: rest.len(), rest_key })
    }

    async fn canary(&self, event: &ToJudge, folder: &Folder<'_>) -> Result<Said, FleetFault> {
        let (canary_key, rest_key) = (folder.key("canary-items.json"), folder.key("rest-items.json"));
        let judged: Judged = folder.read(&self.home, &folder.key("verdict.json")).await?;
        let items: Vec<Item> = folder.read(&self.home, &event.items_key).await?;
        let canary = Some(maps::results(&self.home, folder, &event.result.key).await?);
        let rows = fold(&items, &Maps { canary, ..Maps::default() });
        let why = judge::canary(&rows, &maps::accounts(&items), self.policy.caps, judged.rest).err();
        let go = why.is_none() && judged.go && event.mode == Mode::Apply && judged.rest > 0;
        let after = Judged { go, why: why.clone(), tripped: None, tripped_besides: Vec::new(), ..judged };
        let key = folder.key("verdict-canary.json");
        driver::recording(async |leave| self.leave(folder, &key, &after, leave).await).await?;
        log(why.as_ref(), go);
        Ok(Said { go, digest: None, why, canary: after.canary, canary_key, rest: after.rest, rest_key })
    }

    async fn leave(
        &self,
        folder: &Folder<'_>,
        key: &str,
        value: &impl Serialize,
        leave: &RecordPermit,
    ) -> Result<(), FleetFault> {
        let written = folder.write(&self.home, key, value, leave).await;
        written.map_err(FleetFault::leaving("leaving what was judged in the run's bucket"))
    }
}

fn log(why: Option<&Reason>, go: bool) {
    if let Some(why) = why {
        warn!(reason.code = why.code.as_ref(), reason.message = why.message, "the run stops here");
    } else {
        info!(go, "judged");
    }
}
