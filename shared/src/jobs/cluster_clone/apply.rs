//! Makes what a plan says, in steps. Interrupted and asked again, it goes on where it was: the clone carries all it is known by
//! since its first moment, and what is there is not made twice. Nothing but the last step hands it over.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::codes;
use super::observe::every_cluster;
use super::plan::{self, ClonePlan, Sweep};
use super::policy::Policy;
use crate::clock::{self, ITEM_BUDGET};
use crate::domains::clusters::tags::{CLONE, CREATING, READY};
use crate::report::{self, Outcome, Reason};
use crate::run::{Done, Entry, Ledger, Steps};
use crate::services::aws::{AwsError, Kind};
use crate::services::rds::{Cluster, RdsCloner, RdsReader, RdsWriter};

/// AWS makes a clone in minutes; a full copy of some terabytes takes hours, and is gone on with by the next attempt.
const LONGEST_WAIT: Duration = Duration::from_hours(2);
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
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
    /// It was one too many, and is gone again.
    TakenBack(Reason),
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
        let ended = self.all(plan, &mut steps).await;
        let steps = steps.take();
        match ended {
            Ok(()) => Done::changed(steps),
            Err(End::Error(error)) => Done::stopped_by(&error, steps),
            Err(End::Later(reason)) => Done { outcome: Outcome::Deferred, steps, reason: Some(reason) },
            Err(End::Moved(message)) => Done { steps, ..Done::moved(message) },
            Err(End::There(message)) => Done::already(&codes::THERE, message, steps),
            Err(End::TakenBack(reason)) => Done::failed(steps, reason),
        }
    }

    async fn all(&self, plan: &ClonePlan, steps: &mut Steps<'_>) -> Result<(), End> {
        let id = &plan.cluster.id;
        if plan.begun.is_none() {
            match self.cloner.clone_cluster(&plan.cluster).await {
                Ok(()) => steps.push(format!("cluster {id}: clone requested")),
                // Made by another attempt at the same moment, or somebody else's? The look that follows tells.
                Err(error) if error.kind == Kind::Exists => steps.push(format!("cluster {id}: there already")),
                Err(error) => return Err(error.into()),
            }
        }
        let mut found = self.until_available(plan).await?;
        self.count_again(plan, &found, steps).await?;
        if found.access.master_secret.is_none() {
            self.cloner.take_password(id).await?;
            steps.push(format!("cluster {id}: a new master password, kept by RDS, requested"));
            found = self.until_available(plan).await?;
        }
        self.members(plan, &found, steps).await?;
        let found = self.until_whole(plan).await?;
        self.writer.add_tags(&found.arn, &[(CLONE, READY)].into_iter().collect()).await?;
        steps.push(format!("cluster {id}: handed over; {}", plan::how_to_reach(&found)));
        Ok(())
    }

    /// The clone, once AWS lets it be changed.
    async fn until_available(&self, plan: &ClonePlan) -> Result<Cluster, End> {
        self.wait(plan, |found, _| if found.status == "available" { None } else { Some(found.status.clone()) }).await
    }

    /// The clone, once each member takes connections and its own password is known.
    async fn until_whole(&self, plan: &ClonePlan) -> Result<Cluster, End> {
        self.wait(plan, |found, states| {
            let late = plan.members.iter().find_map(|member| match states.get(&member.id).map(String::as_str) {
                Some("available") => None,
                Some(status) => Some(format!("member {} is {status}", member.id)),
                None => Some(format!("member {} is not visible yet", member.id)),
            });
            let unknown = || found.access.master_secret.is_none().then(|| "its secret is not visible yet".to_owned());
            late.or_else(unknown).or_else(|| (found.status != "available").then(|| found.status.clone()))
        })
        .await
    }

    /// Looks until `lacks` names nothing, within the time there is.
    async fn wait(
        &self,
        plan: &ClonePlan,
        lacks: impl Fn(&Cluster, &BTreeMap<String, String>) -> Option<String>,
    ) -> Result<Cluster, End> {
        let id = &plan.cluster.id;
        let (mut waited, mut said) = (Duration::ZERO, String::new());
        loop {
            let found = self.reader.cluster(id, self.account).await?;
            let lack = match &found {
                None => "not visible yet".to_owned(),
                Some(found) => {
                    self.is_still_ours(plan, found)?;
                    let states = self.states(found).await?;
                    match lacks(found, &states) {
                        None => return Ok(found.clone()),
                        Some(lack) => lack,
                    }
                }
            };
            if waited >= LONGEST_WAIT {
                return Err(End::Later(not_ready(id, &lack)));
            }
            if said != lack {
                self.ledger.step(self.entry, &format!("cluster {id}: {lack}, waiting"));
                said.clone_from(&lack);
            }
            self.may_go_on(id, &lack)?;
            self.ledger.pause(BETWEEN_LOOKS).await;
            self.may_go_on(id, &lack)?;
            waited += BETWEEN_LOOKS;
        }
    }

    async fn states(&self, found: &Cluster) -> Result<BTreeMap<String, String>, End> {
        if found.members.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.reader.instances(&[&found.id]).await?;
        Ok(found.into_iter().map(|(id, instance)| (id, instance.status)).collect())
    }

    /// Whether what bears the name is the clone that was begun, and nobody has handed it over or taken it.
    fn is_still_ours(&self, plan: &ClonePlan, found: &Cluster) -> Result<(), End> {
        let id = &plan.cluster.id;
        let moved = |what: &str| Err(End::Moved(format!("cluster {id} {what}")));
        if plan.begun.as_ref().is_some_and(|begun| *begun != found.resource_id) {
            return moved("is another one by now");
        }
        if !plan::is_clone_of(found, &plan.cluster.source, &plan.owner, self.policy) {
            return moved("is no clone of this source for this owner");
        }
        match found.tags.get(CLONE) {
            Some(CREATING) if found.status == "deleting" => moved("is being deleted"),
            Some(CREATING) => Ok(()),
            Some(READY) => Err(End::There(format!("another attempt handed it over; {}", plan::how_to_reach(found)))),
            _ => moved("has lost the tag that says how far it is"),
        }
    }

    fn may_go_on(&self, id: &str, lack: &str) -> Result<(), End> {
        match self.ledger.may_begin(ITEM_BUDGET) {
            Ok(()) => Ok(()),
            Err(reason) if reason.is(&report::codes::INTERRUPTED) => Err(End::Later(reason)),
            Err(_) => Err(End::Later(not_ready(id, lack))),
        }
    }

    /// Counts again, now that all who asked at the same moment can be seen; takes this one back if it is one too many.
    async fn count_again(&self, plan: &ClonePlan, found: &Cluster, steps: &mut Steps<'_>) -> Result<(), End> {
        self.ledger.pause(unsettled(found.created_at, clock::now())).await;
        let all = every_cluster(self.readers, self.account).await?;
        // As the same list shows it: what counts is the order of all of them.
        let own = all.iter().find(|cluster| cluster.arn == found.arn).unwrap_or(found);
        let Some(plan::Overshoot(reason)) = plan::overshoot(&all, own, &plan.owner, self.policy) else { return Ok(()) };
        let id = &plan.cluster.id;
        let fresh = self.reader.cluster(id, self.account).await?;
        if let Some(fresh) = fresh.filter(|fresh| fresh.resource_id == found.resource_id) {
            if !plan::is_empty_clone(&fresh, self.policy) {
                return Err(End::Moved(format!("cluster {id} is one too many and was changed meanwhile; it stays")));
            }
            match self.writer.delete_cluster(id, None).await {
                Ok(()) => steps.push(format!("cluster {id}: one too many, deleted again; it held nothing of its own")),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(End::TakenBack(reason))
    }

    async fn members(&self, plan: &ClonePlan, found: &Cluster, steps: &mut Steps<'_>) -> Result<(), End> {
        for member in plan.members.iter().filter(|member| !found.members.iter().any(|there| there.id == member.id)) {
            let id = &member.id;
            match self.cloner.create_member(&plan.cluster, member).await {
                Ok(()) => steps.push(format!("instance {id}: creation requested")),
                Err(error) if error.kind == Kind::Exists => match self.reader.cluster_of_instance(id).await? {
                    Some(found) if found == plan.cluster.id => steps.push(format!("instance {id}: there already")),
                    _ => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Takes away what was begun and never handed over, after a fresh look.
pub(super) async fn sweep(
    sweep: &Sweep,
    reader: &RdsReader,
    writer: &RdsWriter<'_>,
    account: &str,
    policy: &Policy,
    now: Timestamp,
) -> Done {
    let found = match reader.cluster(&sweep.id, account).await {
        Ok(found) => found,
        Err(error) => return Done::stopped_by(&error, Vec::new()),
    };
    match found {
        None => return Done::already(&report::codes::GONE, "it was gone when its turn came", Vec::new()),
        Some(found) if found.resource_id != sweep.resource_id => {
            return Done::moved(format!("cluster {} is another one by now", sweep.id));
        }
        Some(found) if !plan::is_left_over(&found, policy, now) => {
            return Done::moved(format!("cluster {} is not what was left over any more", sweep.id));
        }
        Some(_) => {}
    }
    match writer.delete_cluster(&sweep.id, None).await {
        Ok(()) => Done::changed(vec![format!("cluster {}: deletion requested", sweep.id)]),
        Err(error) if error.is_not_found() => {
            Done::already(&report::codes::GONE, "it was gone when its turn came", Vec::new())
        }
        Err(error) => Done::stopped_by(&error, Vec::new()),
    }
}

fn not_ready(id: &str, lack: &str) -> Reason {
    let fix = "send the same event again, which goes on from here";
    Reason::new(&report::codes::NOT_READY, format!("cluster {id}: {lack}"), fix)
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
