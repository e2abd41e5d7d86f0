//! Carries a plan out. Every item is looked at again before its first write; every write takes "already gone" and
//! "already so" for success; one item that fails does not stop the others; none is begun without the time to end it.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};

use super::model::{Cluster, Member, Region, World};
use super::observe::Place;
use super::plan::{
    self, Action, Assessment, DeleteCluster, DeleteSnapshot, KeepSnapshot, MarkSnapshot, StartCluster, Terms, Why,
};
use super::policy::FinalSnapshot;
use super::rds::{RdsReader, RdsWriter};
use super::tags::{self, Tags};
use crate::aws::{Aws, AwsError, Kind};
use crate::clock::{self, Deadline};
use crate::run::{Outcome, Reason};

/// How long a final snapshot is waited for that AWS does not show yet: the one thing a function waits for, since what is
/// not written on it now may be forgotten by the next run.
const LATE_PAUSES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];
/// The one reason that is looked at again.
const NOT_MARKED: &str = "snapshot-not-marked";

/// How one action ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// See [`Outcome`].
    pub outcome: Outcome,
    /// What was done, in order.
    pub steps: Vec<String>,
    /// Why it ended so.
    pub reason: Option<Reason>,
}

impl Done {
    fn changed(steps: Vec<String>) -> Self {
        Self { outcome: Outcome::Changed, steps, reason: None }
    }

    fn already(code: &'static str, message: impl Into<String>, steps: Vec<String>) -> Self {
        Self { outcome: Outcome::AlreadyRight, steps, reason: Some(Reason::new(code, message, "nothing to do")) }
    }

    fn left(why: &Why) -> Self {
        Self { outcome: why.outcome(), steps: Vec::new(), reason: Some(why.reason()) }
    }

    fn moved(message: impl Into<String>) -> Self {
        let fix = "nothing was done to it; the next run decides anew";
        Self {
            outcome: Outcome::Skipped,
            steps: Vec::new(),
            reason: Some(Reason::new("changed-since-plan", message, fix)),
        }
    }

    fn stopped_by(error: &AwsError, steps: Vec<String>) -> Self {
        let (outcome, code) = match error.kind {
            Kind::BadState => (Outcome::Deferred, "not-ready"),
            Kind::Throttled => (Outcome::Deferred, "throttled"),
            Kind::Denied => (Outcome::Failed, "access-denied"),
            Kind::NoAnswer => (Outcome::Failed, "no-answer"),
            _ => (Outcome::Failed, "refused"),
        };
        Self { outcome, steps, reason: Some(Reason::new(code, crate::diagnostic::chain(error), error.fix())) }
    }
}

/// Everything carrying out a plan takes.
#[derive(Debug)]
pub struct Applier<'a> {
    aws: &'a Aws,
    places: &'a [Place],
    world: &'a World,
    terms: Terms<'a>,
    deadline: Deadline,
}

impl<'a> Applier<'a> {
    /// For one run.
    pub fn new(aws: &'a Aws, places: &'a [Place], world: &'a World, terms: Terms<'a>, deadline: Deadline) -> Self {
        Self { aws, places, world, terms, deadline }
    }

    /// Carries out `actions`, a few at once, and says how each ended, in their order.
    pub async fn apply(&self, actions: &[Action]) -> Vec<Done> {
        let concurrency = self.terms.policy.concurrency;
        let mut done: Vec<_> =
            stream::iter(actions).map(|action| self.one(action)).buffered(concurrency).collect().await;
        for (action, done) in actions.iter().zip(&mut done) {
            self.mark_late(action, done).await;
        }
        done
    }

    /// A snapshot that could not be tagged right after its delete was asked for is tried once more when all else is done:
    /// by the next run AWS may have forgotten the cluster, and with it how it was built.
    async fn mark_late(&self, action: &Action, done: &mut Done) {
        let unmarked = done.reason.as_ref().is_some_and(|reason| reason.code == NOT_MARKED);
        let Action::DeleteCluster(delete) = action else { return };
        let (true, Some(keep), Some(hands)) = (unmarked, &delete.keep, self.hands(action)) else { return };
        for pause in LATE_PAUSES {
            match hands.mark(&keep.arn, &keep.tags, &keep.strip, keep.keep_days).await {
                Ok(()) => {
                    done.steps.push(kept(keep));
                    done.reason = None;
                    return;
                }
                // Not to be seen yet: AWS makes it while it deletes the cluster.
                Err(error) if error.is_not_found() && self.deadline.allows_another_item(clock::now()) => {
                    clock::sleep(pause).await;
                }
                Err(_) => return,
            }
        }
    }

    async fn one(&self, action: &Action) -> Done {
        if !self.deadline.allows_another_item(clock::now()) {
            let fix = "the next run begins with it; raise the function's timeout if this repeats";
            let reason = Reason::new("deadline", "there was no time left to begin it", fix);
            return Done { outcome: Outcome::Deferred, steps: Vec::new(), reason: Some(reason) };
        }
        let Some(hands) = self.hands(action) else { return Done::moved("its region is not part of this run") };
        match action {
            Action::DeleteCluster(delete) => hands.delete_cluster(delete).await,
            Action::StartCluster(start) => hands.start_cluster(start).await,
            Action::MarkSnapshot(mark) => hands.mark_snapshot(mark).await,
            Action::DeleteSnapshot(delete) => hands.delete_snapshot(delete).await,
        }
    }

    fn hands(&self, action: &Action) -> Option<Hands<'_>> {
        Some(Hands {
            reader: &self.places.iter().find(|place| place.region == action.region())?.reader,
            writer: RdsWriter::new(self.aws.rds(action.region())),
            region: self.world.regions.iter().find(|region| region.name == action.region())?,
            account: &self.world.account,
            terms: self.terms,
        })
    }
}

/// One action's way to its region.
struct Hands<'a> {
    reader: &'a RdsReader,
    writer: RdsWriter,
    region: &'a Region,
    account: &'a str,
    terms: Terms<'a>,
}

impl Hands<'_> {
    async fn delete_cluster(&self, planned: &DeleteCluster) -> Done {
        let delete = match self.again(&planned.id, &planned.resource_id).await {
            Ok(Action::DeleteCluster(delete)) if same_consequences(planned, &delete) => delete,
            Ok(_) => return Done::moved("its expiry, protection or final snapshot is no longer what was planned"),
            Err(done) => return *done,
        };
        let mut steps = Vec::new();
        if let Err(done) = self.source_stands(&delete).await {
            return *done;
        }
        match self.delete(&delete, &mut steps).await {
            Ok(done) => done,
            Err(error) if error.is_not_found() => Done::already("gone", "it is gone already", steps),
            Err(error) => Done::stopped_by(&error, steps),
        }
    }

    /// A clone goes without a snapshot because its source holds the data: so the source is looked at again, too.
    async fn source_stands(&self, delete: &DeleteCluster) -> Result<(), Box<Done>> {
        let policy = self.terms.policy;
        if delete.keep.is_some() || policy.final_snapshot != FinalSnapshot::UnlessClone {
            return Ok(());
        }
        let clone = self.region.clusters.iter().find(|cluster| cluster.resource_id == delete.resource_id);
        let named = clone.and_then(|clone| clone.tags.get(&policy.source_tag)).unwrap_or_default();
        let source = self.region.clusters.iter().find(|cluster| cluster.id == named || cluster.arn == named);
        let Some(source) = source else { return Err(Box::new(Done::moved("its source is no longer known"))) };
        match self.reader.cluster(&source.id, self.account).await {
            Ok(Some(found)) if found.resource_id == source.resource_id && found.status != "deleting" => Ok(()),
            Ok(_) => Err(Box::new(Done::moved("its source, which was to hold the data, is gone or going"))),
            Err(error) => Err(Box::new(Done::stopped_by(&error, Vec::new()))),
        }
    }

    async fn delete(&self, delete: &DeleteCluster, steps: &mut Vec<String>) -> Result<Done, AwsError> {
        if let Some(asked) = delete.asked_before {
            steps.push(format!("asked for already at {asked}, and it still stood whole"));
        }
        if !delete.begun {
            let mut marks = delete.marks.clone();
            marks.set(tags::DELETE_REQUESTED, self.terms.now.to_string());
            self.writer.add_tags(&delete.arn, &marks).await?;
            steps.push(format!("tagged {}", tags::DELETE_REQUESTED));
        }
        if delete.lift_protection {
            self.writer.lift_protection(&delete.id).await?;
            steps.push("lifted deletion protection".to_owned());
        }
        self.delete_members(&delete.members, steps).await?;
        let keep = delete.keep.as_ref();
        let name = keep.map(|keep| keep.name.as_str());
        if let Err(error) = self.writer.delete_cluster(&delete.id, name).await {
            self.second_look(delete, name, error, steps).await?;
            // It is going, but perhaps not by this call: nobody may be told that data is kept unless it is seen.
            if let Some(missing) = self.missing_snapshot(delete).await? {
                return Ok(Done { outcome: Outcome::Failed, steps: std::mem::take(steps), reason: Some(missing) });
            }
        }
        steps.push(match keep {
            Some(keep) => format!("deletion requested; data kept in snapshot {}", keep.name),
            None => "deletion requested; no snapshot".to_owned(),
        });
        let mut done = Done::changed(std::mem::take(steps));
        if let Some(keep) = keep {
            self.mark(&keep.arn, &keep.tags, &keep.strip, keep.keep_days)
                .await
                .map_or_else(|error| done.reason = Some(not_marked(keep, &error)), |()| done.steps.push(kept(keep)));
        }
        Ok(done)
    }

    async fn delete_members(&self, members: &[Member], steps: &mut Vec<String>) -> Result<(), AwsError> {
        for member in members {
            let what = if member.writer { "writer" } else { "reader" };
            match self.writer.delete_instance(&member.id).await {
                Ok(()) => steps.push(format!("{what} {}: deletion requested", member.id)),
                Err(error) if error.is_not_found() => steps.push(format!("{what} {}: gone already", member.id)),
                Err(error) if error.is_worth_another_look() => {
                    match self.reader.instance_status(&member.id).await?.as_deref() {
                        None => steps.push(format!("{what} {}: gone already", member.id)),
                        Some("deleting") => steps.push(format!("{what} {}: being deleted already", member.id)),
                        Some(_) => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The delete was refused or its answer lost. If the cluster is going, that was all; if auto scaling has put a
    /// reader back meanwhile, the newcomers go and the delete is asked for once more.
    async fn second_look(
        &self,
        delete: &DeleteCluster,
        snapshot: Option<&str>,
        error: AwsError,
        steps: &mut Vec<String>,
    ) -> Result<(), AwsError> {
        if error.is_not_found() {
            return Ok(());
        }
        if !error.is_worth_another_look() {
            return Err(error);
        }
        let Some(found) = self.reader.cluster(&delete.id, self.account).await? else {
            return Ok(());
        };
        if found.resource_id != delete.resource_id || found.status == "deleting" {
            return Ok(());
        }
        if !matches!(plan::assess(&found, self.terms), Assessment::Due(_)) {
            return Err(error);
        }
        let newcomers: Vec<_> = found.members.into_iter().filter(|member| !delete.members.contains(member)).collect();
        if newcomers.is_empty() {
            return Err(error);
        }
        self.delete_members(&newcomers, steps).await?;
        self.writer.delete_cluster(&delete.id, snapshot).await
    }

    /// Where the data of a cluster that is gone or going was to be kept and is not.
    async fn missing_snapshot(&self, delete: &DeleteCluster) -> Result<Option<Reason>, AwsError> {
        let Some(keep) = &delete.keep else { return Ok(None) };
        let found = self.reader.snapshot(&keep.name).await?;
        if found.is_some_and(|found| found.resource_id == delete.resource_id) {
            return Ok(None);
        }
        let message = format!(
            "it is being deleted, but not by this run's call, and its final snapshot {} is not there",
            keep.name
        );
        let fix = "find out who deleted it; while AWS still keeps its automated backups, restore it from those";
        Ok(Some(Reason::new("final-snapshot-missing", message, fix)))
    }

    async fn start_cluster(&self, planned: &StartCluster) -> Done {
        match self.again(&planned.id, &planned.resource_id).await {
            Ok(Action::StartCluster(start)) => match self.writer.start_cluster(&start.id).await {
                Ok(()) => Done::changed(vec!["start requested; a later run deletes it".to_owned()]),
                Err(error) if error.is_not_found() => Done::already("gone", "it is gone already", Vec::new()),
                Err(error) => Done::stopped_by(&error, Vec::new()),
            },
            Ok(_) => Done::moved("it is no longer stopped"),
            Err(done) => *done,
        }
    }

    async fn mark_snapshot(&self, planned: &MarkSnapshot) -> Done {
        let planned = match self.snapshot_again(&planned.id, &planned.arn).await {
            Ok(Action::MarkSnapshot(again)) => again,
            Ok(_) => return Done::moved("it carries its marks by now"),
            Err(done) => return *done,
        };
        match self.mark(&planned.arn, &planned.tags, &planned.strip, planned.keep_days).await {
            Ok(()) => Done::changed(vec![format!("tagged: kept {} days", planned.keep_days)]),
            Err(error) if error.is_not_found() => Done::already("gone", "it is gone already", Vec::new()),
            Err(error) => Done::stopped_by(&error, Vec::new()),
        }
    }

    async fn delete_snapshot(&self, planned: &DeleteSnapshot) -> Done {
        match self.snapshot_again(&planned.id, &planned.arn).await {
            Ok(Action::DeleteSnapshot(again)) if again.purge_after == planned.purge_after => {}
            Ok(_) => return Done::moved("it is no longer one to delete"),
            Err(done) => return *done,
        }
        match self.writer.delete_snapshot(&planned.id).await {
            Ok(()) => Done::changed(vec!["deletion requested".to_owned()]),
            Err(error) if error.is_not_found() => Done::already("gone", "it is gone already", Vec::new()),
            Err(error) => Done::stopped_by(&error, Vec::new()),
        }
    }

    /// What the plan would say of the snapshot as it is now.
    async fn snapshot_again(&self, id: &str, arn: &str) -> Result<Action, Box<Done>> {
        let fresh = match self.reader.snapshot(id).await {
            Ok(Some(fresh)) => fresh,
            Ok(None) => return Err(Box::new(Done::already("gone", "it is gone already", Vec::new()))),
            Err(error) => return Err(Box::new(Done::stopped_by(&error, Vec::new()))),
        };
        match plan::decide_snapshot(&fresh, self.region, self.terms) {
            Some(Ok(action)) if fresh.arn == arn => Ok(action),
            Some(Err(why)) => Err(Box::new(Done::left(&why))),
            _ => Err(Box::new(Done::moved("it is no longer one of ours"))),
        }
    }

    /// What the plan would say of the cluster as it is now.
    async fn again(&self, id: &str, resource_id: &str) -> Result<Action, Box<Done>> {
        let fresh: Cluster = match self.reader.cluster(id, self.account).await {
            Ok(Some(fresh)) => fresh,
            Ok(None) => return Err(Box::new(Done::already("gone", "it is gone already", Vec::new()))),
            Err(error) => return Err(Box::new(Done::stopped_by(&error, Vec::new()))),
        };
        if fresh.resource_id != resource_id {
            return Err(Box::new(Done::moved("another cluster has its name now")));
        }
        let at = match plan::assess(&fresh, self.terms) {
            Assessment::Due(at) => at,
            Assessment::Left(why) => return Err(Box::new(Done::left(&why))),
            Assessment::OutOfScope => return Err(Box::new(Done::moved("its tags no longer put it in scope"))),
        };
        // The quota was shared out by the plan; AWS has the last word on it.
        plan::decide(&fresh, at, self.region, i64::MAX, self.terms).map_err(|why| Box::new(Done::left(&why)))
    }

    /// Inherited tags go first: a purge tag means that nothing is left to do.
    async fn mark(&self, arn: &str, tags: &Tags, strip: &[String], keep_days: u16) -> Result<(), AwsError> {
        if !strip.is_empty() {
            self.writer.remove_tags(arn, strip).await?;
        }
        let mut tags = tags.clone();
        tags.set(tags::PURGE_AFTER, purge_after(self.terms.now, keep_days).to_string());
        self.writer.add_tags(arn, &tags).await
    }
}

/// Members may come and go between plan and apply; what deleting the cluster costs may not.
fn same_consequences(planned: &DeleteCluster, now: &DeleteCluster) -> bool {
    let name = |delete: &DeleteCluster| delete.keep.as_ref().map(|keep| keep.name.clone());
    planned.expired_at == now.expired_at && planned.lift_protection == now.lift_protection && name(planned) == name(now)
}

/// When a snapshot taken now may go.
fn purge_after(now: Timestamp, keep_days: u16) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(24 * i64::from(keep_days))).unwrap_or(Timestamp::MAX)
}

fn kept(keep: &KeepSnapshot) -> String {
    format!("snapshot tagged: kept {} days", keep.keep_days)
}

fn not_marked(keep: &KeepSnapshot, error: &AwsError) -> Reason {
    let message = format!(
        "the cluster is being deleted and its data kept, but snapshot {} has no tags yet: {}",
        keep.name,
        error.said()
    );
    Reason::new(
        "snapshot-not-marked",
        message,
        "nothing to do; the next run tags it, and no snapshot without tags is ever deleted",
    )
}
