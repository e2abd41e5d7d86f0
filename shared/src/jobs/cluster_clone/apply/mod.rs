//! Makes what a plan says, in steps. Interrupted and asked again, it goes on where it was: the clone carries all it is known by
//! since its first moment, and what is there is not made twice. Nothing but the last step hands it over.

mod anonymise;
mod quarantine;
mod sweep;
mod tell;
mod wait;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

pub(super) use anonymise::Anonymiser;
pub(super) use sweep::sweep;
pub(super) use tell::Teller;

use super::codes;
use super::observe::every_cluster;
use super::plan::{self, ClonePlan, Still};
use super::policy::Policy;
use crate::clock;
use crate::domains::clusters::tags::{CLONE, CLONE_UNTOLD, READY};
use crate::report::{Outcome, Reason};
use crate::run::{Done, Entry, Ledger, Steps};
use crate::services::aws::{AwsError, Kind};
use crate::services::rds::{Cluster, RdsCloner, RdsReader, RdsWriter};
use crate::services::tags::Tags;
use crate::text::printable;

/// So long after its making nobody can make another that counts as older: the clocks of AWS are that close, and a list shows
/// what was made before.
const SETTLED: Duration = Duration::from_millis(1500);

/// What carrying out takes.
pub(super) struct Maker<'a> {
    pub account: &'a str,
    pub policy: &'a Policy,
    pub readers: &'a BTreeMap<String, RdsReader>,
    pub reader: &'a RdsReader,
    pub cloner: RdsCloner<'a>,
    pub writer: RdsWriter<'a>,
    pub ledger: &'a Ledger<'a>,
    pub entry: &'a Entry,
    /// Whether owners are told.
    pub tells: bool,
    /// What it takes to make data nobody's, where that was asked for.
    pub anonymiser: Option<Anonymiser<'a>>,
}

/// Why it ended before its end.
enum End {
    /// A call did not succeed.
    Error(AwsError),
    /// The same again goes on from here.
    Later(Reason),
    /// It is not what it was, and nothing more was done to it.
    Moved(String),
    /// Another attempt has handed it over meanwhile.
    There(String),
    /// It comes to nothing: one too many, or AWS could not make it.
    Failed(Reason),
}

impl From<AwsError> for End {
    fn from(error: AwsError) -> Self {
        Self::Error(error)
    }
}

impl Maker<'_> {
    /// Carries out `plan`, and writes each step down as it is done.
    pub(super) async fn make(&self, plan: &ClonePlan) -> Done {
        let mut steps = Steps::new(self.ledger, self.entry, str::to_owned);
        let ended = match (self.all(plan, &mut steps).await, &plan.raw) {
            (Err(end), Some(raw)) => Err(self.give_up(plan, raw, end, &mut steps).await),
            (ended, _) => ended,
        };
        let steps = steps.take();
        match ended {
            Ok(()) => Done::changed(steps),
            Err(End::Error(error)) => Done::stopped_by(&error, steps),
            Err(End::Later(reason)) => Done { outcome: Outcome::Deferred, steps, reason: Some(reason) },
            Err(End::Moved(message)) => Done { steps, ..Done::moved(message) },
            Err(End::There(message)) => Done::already(&codes::THERE, message, steps),
            Err(End::Failed(reason)) => Done::failed(steps, reason),
        }
    }

    async fn all(&self, plan: &ClonePlan, steps: &mut Steps<'_>) -> Result<(), End> {
        let id = &plan.cluster.id;
        if let Some(raw) = plan.raw.as_deref().filter(|_| plan.begun.is_none()) {
            Box::pin(self.quarantine(raw, steps)).await?;
        }
        let found = self.whole(plan, steps).await?;
        if let Some(raw) = &plan.raw {
            self.let_go(raw, &found, steps).await?;
        }
        let mut handed_over: Tags = [(CLONE, READY)].into_iter().collect();
        if self.tells {
            handed_over.set(CLONE_UNTOLD, plan.owner.as_str());
        }
        self.writer.add_tags(&found.arn, &handed_over).await?;
        steps.push(format!("cluster {id}: handed over; {}", plan::how_to_reach(&found)));
        Ok(())
    }

    /// Makes the cluster of `plan`, or goes on with it, until it is whole and its password its own.
    async fn whole(&self, plan: &ClonePlan, steps: &mut Steps<'_>) -> Result<Cluster, End> {
        let id = &plan.cluster.id;
        if plan.begun.is_none() {
            match self.cloner.clone_cluster(&plan.cluster).await {
                Ok(()) => steps.push(format!("cluster {id}: clone requested")),
                // Made by another attempt at the same moment, or somebody else's? The look that follows tells.
                Err(error) if error.kind == Kind::Exists => steps.push(format!("cluster {id}: there already")),
                Err(error) => return Err(error.into()),
            }
        }
        let mut found = self.until_available(plan, steps).await?;
        // What has members was counted before it got them, and has its place; what is made of a raw copy has that one's.
        if found.members.is_empty() && plan.raw.is_none() {
            self.count_again(plan, &found, steps).await?;
        }
        if found.access.master_secret.is_none() {
            self.cloner.take_password(id).await?;
            steps.push(format!("cluster {id}: a new master password, kept by RDS, requested"));
            found = self.until_available(plan, steps).await?;
        }
        self.members(plan, &found, steps).await?;
        self.until_whole(plan, steps).await
    }

    /// Whether what bears the name is the clone that was begun, and nobody has handed it over or taken it.
    fn is_still_ours(&self, plan: &ClonePlan, found: &Cluster) -> Result<(), End> {
        match plan::still(plan, found, self.policy) {
            Still::InTheMaking => Ok(()),
            Still::HandedOver => {
                Err(End::There(format!("another attempt handed it over; {}", plan::how_to_reach(found))))
            }
            Still::Another(what) => Err(End::Moved(format!("cluster {} {what}", plan.cluster.id))),
        }
    }

    /// Counts again, now that all who asked at the same moment can be seen; takes this one back if it is one too many.
    async fn count_again(&self, plan: &ClonePlan, found: &Cluster, steps: &mut Steps<'_>) -> Result<(), End> {
        self.ledger.pause(unsettled(found.created_at, clock::now())).await;
        let all = every_cluster(self.readers, self.account).await?;
        // As the same list shows it: what counts is the order of all of them.
        let own = all.iter().find(|cluster| cluster.arn == found.arn).unwrap_or(found);
        let Some(plan::Overshoot(reason)) = plan::overshoot(&all, own, &plan.owner, self.policy) else { return Ok(()) };
        self.take_back(found, steps, "one too many").await?;
        Err(End::Failed(reason))
    }

    /// Deletes `found` again, `why` it says, if it is still what nobody ever worked in.
    async fn take_back(&self, found: &Cluster, steps: &mut Steps<'_>, why: &str) -> Result<(), End> {
        let id = &found.id;
        let fresh = self.reader.cluster(id, self.account).await?;
        let Some(fresh) = fresh.filter(|fresh| fresh.resource_id == found.resource_id) else { return Ok(()) };
        let source = source_of(&fresh, self.reader, self.account, self.policy).await?;
        if !plan::is_empty_clone(&fresh, source.as_ref(), self.policy) {
            return Err(End::Moved(format!(
                "cluster {id}: {why}, but it or its source was changed meanwhile; it stays"
            )));
        }
        match self.writer.delete_cluster(id, None).await {
            Ok(()) => steps.push(format!("cluster {id}: {why}, deleted again; it held nothing of its own")),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn members(&self, plan: &ClonePlan, found: &Cluster, steps: &mut Steps<'_>) -> Result<(), End> {
        for member in plan.members.iter().filter(|member| !found.members.iter().any(|there| there.id == member.id)) {
            let id = &member.id;
            match self.cloner.create_member(&plan.cluster, member).await {
                Ok(()) => steps.push(format!("instance {id}: creation requested")),
                Err(error) if error.kind == Kind::Exists => match self.reader.cluster_of_instance(id).await? {
                    Some(found) if found == plan.cluster.id => steps.push(format!("instance {id}: there already")),
                    Some(other) => {
                        let other = printable(&other);
                        let what = format!("an instance named {id} exists and belongs to cluster {other}");
                        return Err(End::Failed(name_taken(what)));
                    }
                    None => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// The name of the cluster that `clone` was made of.
fn source_name(clone: &Cluster, policy: &Policy) -> String {
    let arn = clone.tags.get(&policy.source_tag).unwrap_or_default();
    arn.rsplit(':').next().unwrap_or_default().to_owned()
}

/// The cluster that `clone` was made of, if it is there.
async fn source_of(
    clone: &Cluster,
    reader: &RdsReader,
    account: &str,
    policy: &Policy,
) -> Result<Option<Cluster>, AwsError> {
    let name = source_name(clone, policy);
    if name.is_empty() {
        return Ok(None);
    }
    let found = reader.cluster(&name, account).await?;
    Ok(found.filter(|found| clone.tags.get(&policy.source_tag) == Some(&found.arn)))
}

fn name_taken(what: String) -> Reason {
    Reason::new(&codes::NAME_TAKEN, what, "choose another name")
}

/// How long until nothing can be made any more that counts as older than what was made then.
fn unsettled(made: Option<Timestamp>, now: Timestamp) -> Duration {
    let Some(made) = made else { return SETTLED };
    if now < made {
        return SETTLED;
    }
    SETTLED.saturating_sub(now.duration_since(made).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_waits_for_whoever_asked_at_the_same_moment_and_no_longer() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let made = at("2026-11-21T02:00:00Z");
        for (now, millis) in [
            ("2026-11-21T02:00:00Z", 1500),
            ("2026-11-21T02:00:01Z", 500),
            ("2026-11-21T02:00:01.5Z", 0),
            ("2026-11-21T03:00:00Z", 0),
            ("2026-11-21T01:00:00Z", 1500),
        ] {
            assert_eq!(unsettled(Some(made), at(now)), Duration::from_millis(millis), "{now}");
        }
        assert_eq!(unsettled(None, made), SETTLED);
    }
}
